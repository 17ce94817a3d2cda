"""A programme as it is kept and handed over: plain values, from which every file of a packet is made the same again."""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from channels.radio.programme import VOICES, Frame, Item, Segment, seconds
from channels.radio.station import Station
from channels.speech.timing import clock

Book = Mapping[str, Any]
PRIORITY_TITLES = {"normal": "Thông thường", "priority": "Ưu tiên", "urgent": "Khẩn cấp"}
KIND_TITLES = {"news": "Tin", "feature": "Chuyên mục", "dialogue": "Hỏi – đáp", "notice": "Thông báo"}
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def book(station: Station, frame: Frame, items: Sequence[Item], segments: Sequence[Segment]) -> dict[str, Any]:
    """Return a programme as plain values for JSON; equal programmes give equal values."""
    at = 0.0
    rows = []
    for segment in segments:
        rows.append({**asdict(segment), "lines": list(segment.lines), "at": round(at, 1)})
        at += segment.seconds
    return {
        "station": station.name,
        "title": frame.title,
        "starts_at": frame.starts_at.isoformat(),
        "minutes": frame.minutes,
        "seconds": round(seconds(segments), 1),
        "rate": station.rate,
        "items": [_item(item) for item in items],
        "segments": rows,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "delivery": item.delivery, "post": item.post, "version": item.version, "title": item.title,
        "kind": item.kind, "priority": item.priority, "sha256": item.sha256, "approved_by": item.approved_by,
        "correction": item.script["correction"],
    }  # fmt: skip


def packed(values: Book) -> bytes:
    """Return a book's bytes: the same values, the same bytes."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


def begins(values: Book) -> datetime:
    """Return when the programme begins, on the office's wall clock."""
    return datetime.fromisoformat(values["starts_at"])


def day_line(values: Book) -> str:
    """Return the day and hour as people write them: Thứ Bảy, 21/11/2026, 05:15."""
    at = begins(values)
    return f"{WEEKDAYS[at.weekday()]}, {at:%d/%m/%Y}, {at:%H:%M}"


def approvers(values: Book) -> str:
    """Return who approved the items, each once."""
    return ", ".join(dict.fromkeys(item["approved_by"] for item in values["items"] if item["approved_by"]))


def head(values: Book, number: int | None, edition: int | None) -> list[tuple[str, str]]:
    """Return the head of the announcer's script: what it is, for which day, how long, by whom."""
    limit = f" (khung {values['minutes']} phút)" if values["minutes"] else ""
    which = str(number) if number is not None else "chưa lấy"
    rows = [
        ("Chương trình", values["title"]),
        ("Số", f"{which}, bản {edition}" if edition is not None else which),
        ("Ngày phát", day_line(values)),
        ("Thời lượng dự kiến", f"{clock(values['seconds'])}{limit}"),
        ("Tốc độ đọc", f"{values['rate']} tiếng/phút"),
        ("Duyệt bài", approvers(values) or "–"),
    ]
    return [(label, value) for label, value in rows if value]


def script_rows(values: Book) -> Iterator[dict[str, Any]]:
    """Yield the rows of the script table; a segment's sentences carry the marks of pauses, // short and /// long."""
    for number, segment in enumerate(values["segments"], start=1):
        lines = segment["lines"]
        pauses = ["//"] * (len(lines) - 1) + ["///"]
        yield {
            "number": number,
            "at": _offset(values, segment["at"]),
            "lasts": clock(segment["seconds"]),
            "who": VOICES[segment["who"]] if segment["part"] not in {"Nhạc hiệu", "Nhạc cắt"} else "Nhạc",
            "part": segment["part"],
            "lines": [[line, pause] for line, pause in zip(lines, pauses, strict=False)],
            "note": segment["note"],
        }


def _offset(values: Book, seconds_in: float) -> str:
    return f"{begins(values) + timedelta(seconds=round(seconds_in)):%H:%M:%S}"


def reading_text(values: Book) -> str:
    """Return what is said and nothing else, in NFC: for a text-to-speech station; segments parted by empty lines."""
    said = ["\n".join(segment["lines"]) for segment in values["segments"] if segment["lines"]]
    return unicodedata.normalize("NFC", "\n\n".join(said)) + "\n"
