"""Activities from a spreadsheet: all of a file, or nothing of it with every fault by its cell; and the template."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.editorial import content
from publisher.files import sha256
from publisher.intake import sheet
from publisher.intake.numbers import count
from publisher.intake.posts import RowFault, RowFaults
from publisher.model import Activity, ActivityBatch
from publisher.reach.activities import Told, check_numbers, enter
from publisher.reach.forms import FORMS
from publisher.reach.metrics import METRICS
from publisher.refusal import Refused
from publisher.text import clean, fold, line
from publisher.words import _, mark

MOST_ROWS = 2_000
SOURCES = {"bao cao": "reported", "uoc tinh": "estimated", "do duoc": "measured"}
_ASKED = {name for form in FORMS.values() for name in form.metrics}
NUMBERS = tuple(name for name in METRICS if name in _ASKED)
WORDS = {
    "day": mark("Ngày"),
    "until": mark("Đến ngày"),
    "form": mark("Hình thức"),
    "title": mark("Tên hoạt động"),
    "place": mark("Địa điểm"),
    "partner": mark("Đơn vị phối hợp"),
    "themes": mark("Chủ đề"),
    "source": mark("Nguồn số liệu"),
    "note": mark("Ghi chú"),
}
NEEDED = ("day", "form", "title")


@dataclass(frozen=True)
class Row:
    """An activity as a row tells it."""

    number: int
    told: Told


def headings() -> dict[str, str]:
    """Return the columns in order: what they fill → their heading."""
    return {name: _(text) for name, text in WORDS.items()} | {name: _(METRICS[name].title) for name in NUMBERS}


def read(data: bytes, name: str) -> list[Row]:
    """Read every row of a file; `RowFaults` lists all faults, `Refused` says why a file cannot be read at all."""
    columns: dict[int, str] | None = None
    rows: list[Row] = []
    faults: list[RowFault] = []
    titles = headings()
    for number, cells in sheet.rows(data, name, MOST_ROWS):
        if columns is None:
            columns = _columns(cells, name, titles)
            continue
        values = {columns[at]: cell for at, cell in enumerate(cells) if at in columns}
        told, wrong = _told(values, titles)
        faults += [_fault(number, titles.get(column, column), what) for column, what in wrong]
        if told is not None and not wrong:
            rows.append(Row(number, told))
    if faults:
        raise RowFaults(faults)
    if not rows:
        raise Refused(_("Tệp {name} không có hoạt động nào.").format(name=name), "file")
    return rows


def _fault(number: int, column: str, what: str) -> RowFault:
    return RowFault(number, column, what.removeprefix(f"{column}: "))


def _columns(cells: list[Any], name: str, titles: Mapping[str, str]) -> dict[int, str]:
    known = {fold(title): key for key, title in titles.items()} | {key: key for key in titles}
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        heading = fold(str(cell or ""))
        if heading in {"", "stt", "tt"}:
            continue
        if heading not in known:
            raise Refused(
                _("Tệp {name}: không hiểu cột «{column}». Hãy dùng tệp mẫu.").format(name=name, column=str(cell)[:60]),
                "file",
            )
        if known[heading] in found.values():
            raise Refused(_("Tệp {name}: cột «{column}» có hai lần.").format(name=name, column=str(cell)[:60]), "file")
        found[at] = known[heading]
    missing = [titles[key] for key in NEEDED if key not in found.values()]
    if missing:
        raise Refused(
            _("Tệp {name} thiếu cột {columns}. Hãy dùng tệp mẫu.").format(name=name, columns=", ".join(missing)), "file"
        )
    return found


def _told(values: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[Told | None, list[tuple[str, str]]]:
    """Return a row's activity and what is wrong in it, column by column."""
    faults: list[tuple[str, str]] = []
    read: dict[str, Any] = {}
    readers = {"day": _day, "until": _day, "form": _form, "themes": _themes, "source": _source}
    for column in WORDS:
        try:
            read[column] = readers.get(column, _text)(values.get(column), titles[column])
        except Refused as error:
            faults.append((column, error.message))
    numbers: dict[str, int] = {}
    for column in NUMBERS:
        try:
            found = count(values.get(column), titles[column])
        except Refused as error:
            faults.append((column, error.message))
        else:
            if found is not None:
                numbers[column] = found
    faults += [(column, _("chưa nhập.")) for column in NEEDED if column in read and not read[column]]
    if faults:
        return None, faults
    try:
        check_numbers(read["form"], numbers)
    except Refused as error:
        return None, [(error.field or "", error.message)]
    return Told(**read, numbers=numbers), []


def _text(value: Any, title: str) -> str:
    text = "" if value is None else clean(str(value), title).strip()
    if text[:1] in {"=", "@"}:  # Excel would run it when the list is written out again
        raise Refused(
            _("«{value}» bắt đầu như một công thức. Hãy dán giá trị thay cho công thức.").format(value=text[:40])
        )
    return text


def _day(value: Any, title: str) -> date | None:
    return content.day(value.date() if isinstance(value, datetime) else value or "", title)


def _form(value: Any, title: str) -> str:
    text = _text(value, title)
    if not text or text in FORMS:
        return text
    titles = {fold(form.title): code for code, form in FORMS.items()}
    if fold(text) not in titles:
        raise Refused(_("không có hình thức «{name}». Xem trang «Hình thức» của tệp mẫu.").format(name=text[:60]))
    return titles[fold(text)]


def _themes(value: Any, title: str) -> tuple[str, ...]:
    parts = _text(value, title).replace(";", ",").replace("\n", ",").split(",")
    return tuple(part.strip().upper() for part in parts if part.strip())


def _source(value: Any, title: str) -> str:
    text = _text(value, title)
    if not text:
        return "reported"
    found = SOURCES.get(fold(text))
    if found is None:
        raise Refused(
            _("«{value}» không phải nguồn số liệu. Ghi: báo cáo, ước tính hoặc đo được.").format(value=text[:40])
        )
    return found


def take_in(
    session: Session, actor: Actor, zone: ZoneInfo, unit_id: int, name: str, data: bytes, rows: list[Row]
) -> list[Activity]:
    """Store a file's activities in the caller's transaction; `RowFaults` when a row cannot be stored.

    The same file a second time is refused: what it says would count twice.
    """
    digest = sha256(data)
    before = session.scalar(
        select(ActivityBatch).where(ActivityBatch.unit_id == unit_id, ActivityBatch.sha256 == digest)
    )
    if before is not None:
        raise Refused(
            _("Tệp này đã nhập ngày {day} ({rows} hoạt động). Nhập lại sẽ tính hai lần.").format(
                day=before.created_at.astimezone(zone).strftime("%d/%m/%Y"), rows=before.rows
            ),
            "file",
        )
    batch = ActivityBatch(
        unit_id=unit_id, sha256=digest, name=line(name, _("Tên tệp"), most=200), rows=len(rows),
        created_by=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    session.add(batch)
    session.flush()
    stored, faults = [], []
    titles = headings()
    for row in rows:
        try:
            stored.append(enter(session, actor, zone, unit_id, row.told, batch_id=batch.id))
        except Refused as error:
            faults.append(_fault(row.number, titles.get(error.field or "", error.field or ""), error.message))
    if faults:
        raise RowFaults(faults)
    audit.record(
        session, actor, "activity.import", "activity", stored[0].id, unit_id=unit_id, name=batch.name, created=len(rows)
    )
    return stored


def template() -> bytes:
    """Return an .xlsx to fill in: the columns, a list of forms with the numbers each has."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E4F0EE", "border": 1, "text_wrap": True, "valign": "top"})
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        page = book.add_worksheet(_("Hoạt động"))
        titles = headings()
        for at, (key, title) in enumerate(titles.items()):
            page.write_string(0, at, title, head)
            page.set_column(
                at, at, 30 if key in {"title", "form", "note"} else 14, days if key in {"day", "until"} else None
            )
        page.freeze_panes(1, 0)
        page.set_row(0, 48)
        forms = book.add_worksheet(_("Hình thức"))
        for at, title in enumerate((_("Số"), _("Hình thức"), _("Mã"), _("Số liệu có thể ghi"))):
            forms.write_string(0, at, title, head)
        for number, form in enumerate(FORMS.values(), start=1):
            names = "; ".join(f"{titles[name]}" for name in form.metrics if name in titles)
            forms.write_number(number, 0, form.number)
            for at, text in enumerate((form.title, form.code, names), start=1):
                forms.write_string(number, at, text)
        forms.set_column(1, 3, 42)
        at = list(titles).index("form")
        page.data_validation(
            1, at, MOST_ROWS, at, {"validate": "list", "source": f"='{_('Hình thức')}'!$B$2:$B${len(FORMS) + 1}"}
        )
        at = list(titles).index("source")
        page.data_validation(
            1, at, MOST_ROWS, at, {"validate": "list", "source": [_("báo cáo"), _("ước tính"), _("đo được")]}
        )
    return out.getvalue()
