"""The rundown for people and machines: .csv for spreadsheets, JSON, iCalendar."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.radio.book import PRIORITY_TITLES, Book, begins, day_line, script_rows
from channels.radio.programme import VOICES

COLUMNS = ("STT", "Ngày", "Bắt đầu", "Giây", "Phần", "Người đọc", "Tiêu đề", "Ưu tiên", "Ghi chú")


def as_csv(values: Book) -> bytes:
    """Return the rundown as .csv: UTF-8 with the mark by which Excel knows it, one row a segment."""
    titles = {item["delivery"]: item for item in values["items"]}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row, segment in zip(script_rows(values), values["segments"], strict=True):
        item = titles.get(segment["item"], {})
        cells = (
            row["number"], f"{begins(values):%d/%m/%Y}", row["at"], round(segment["seconds"]), row["part"], row["who"],
            item.get("title", ""), PRIORITY_TITLES[item["priority"]] if item else "", row["note"],
        )  # fmt: skip
        writer.writerow([_safe(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(cell: object) -> object:
    """Keep a spreadsheet from taking a title for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_json(values: Book, number: int | None, edition: int | None) -> bytes:
    """Return the whole programme as JSON, its number and edition with it."""
    told: dict[str, Any] = {**values, "number": number, "edition": edition, "voices": VOICES}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def as_calendar(values: Book, uid: str, edition: int | None, made_at: datetime) -> bytes:
    """Return the programme as one event of iCalendar; a later edition replaces it by its sequence number."""
    from icalendar import Calendar, Event

    starts = begins(values).astimezone(UTC)  # every calendar program agrees on UTC
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", starts)
    event.add("dtend", starts + timedelta(seconds=round(values["seconds"])))
    event.add("sequence", edition or 0)
    event.add("summary", f"{values['station']}: {values['title']}")
    event.add("description", "\n".join([day_line(values), *(f"- {item['title']}" for item in values["items"])]))
    calendar = Calendar()
    calendar.add("prodid", "-//publisher//radio//VI")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
