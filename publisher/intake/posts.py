"""Reading posts from .xlsx, .csv or .json and storing them as drafts: all of a file, or nothing of it."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from publisher import clock
from publisher.audit import Actor
from publisher.editorial import content
from publisher.editorial.content import Content
from publisher.editorial.drafting import draft
from publisher.model import Account, Person, Placement, Post, Unit
from publisher.refusal import Refused
from publisher.text import clean, fold
from publisher.words import _, mark
from schedules.plan_file.words import FORMS

LARGEST = 20_000_000  # bytes of a file
MOST_ROWS = 2_000

# Headings as offices write them (folded) and the names of JSON keys → what they fill.
HEADINGS = {
    "tieu de": "title", "title": "title",
    "noi dung": "body", "body": "body",
    "tom tat": "summary", "summary": "summary",
    "khau hieu": "slogan", "slogan": "slogan",
    "chu de": "themes", "theme": "themes", "themes": "themes",
    "doi tuong": "audiences", "audience": "audiences", "audiences": "audiences",
    "nhan": "tags", "tags": "tags",
    "so van ban": "source_number", "source_number": "source_number",
    "ngay van ban": "source_date", "source_date": "source_date",
    "hieu luc den": "valid_until", "valid_until": "valid_until",
    "can kiem tra": "checks", "verify_before_use": "checks", "checks": "checks",
    "kenh": "channels", "channels": "channels",
    "ngay phat hanh": "day", "day": "day",
    "gio phat hanh": "time", "time": "time",
}  # fmt: skip
COLUMNS = mark(
    "tiêu đề, nội dung, tóm tắt, khẩu hiệu, chủ đề, đối tượng, nhãn, số văn bản, ngày văn bản, hiệu lực đến, "
    "cần kiểm tra, kênh, ngày phát hành, giờ phát hành"
)
IGNORED = {"id", "so_tieng", "stt"}  # numbering and counts that are worked out anew here
LISTS = {"themes", "audiences", "tags", "checks", "channels"}


@dataclass(frozen=True)
class RowFault:
    """What is wrong in a row: its number as a spreadsheet shows it, the column's heading, a sentence."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        where = _("Dòng {row}").format(row=self.row) + (f", «{self.column}»" if self.column else "")
        return f"{where}: {self.what}"


class RowFaults(Refused):
    """Every fault of a file; nothing of it was imported."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Row:
    """A post as a file describes it, and where it shall go out."""

    number: int
    content: Content
    channels: tuple[str, ...]
    due_at: datetime | None


def read_file(path: Path, zone: ZoneInfo) -> list[Row]:
    """Read every row of a file; `RowFaults` lists all faults, `Refused` says why a file cannot be read at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(_("Không đọc được tệp {path}: {why}").format(path=path, why=error.strerror)) from error
    return read_bytes(data, path.name, zone)


def read_bytes(data: bytes, name: str, zone: ZoneInfo) -> list[Row]:
    """Like `read_file`, for an upload called `name`."""
    if len(data) > LARGEST:
        raise Refused(_("Tệp {name} lớn quá 20 MB: hãy chia nhỏ.").format(name=name))
    readers = {".xlsx": _xlsx, ".csv": _csv, ".json": _json}
    reader = readers.get(Path(name).suffix.lower())
    if reader is None:
        raise Refused(_("Tệp {name}: chỉ nhận .xlsx, .csv hoặc .json.").format(name=name))
    rows: list[Row] = []
    faults: list[RowFault] = []
    for number, raw in reader(data, name):
        if len(rows) + len(faults) >= MOST_ROWS:
            raise Refused(_("Tệp {name} có hơn 2.000 bài: hãy chia nhỏ.").format(name=name))
        try:
            rows.append(_row(number, raw, zone))
        except Refused as error:
            faults.append(RowFault(number, error.field or "", error.message))
    if faults:
        raise RowFaults(faults)
    if not rows:
        raise Refused(_("Tệp {name} không có bài nào.").format(name=name))
    return rows


def _xlsx(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Refused(
            _("Tệp {name} không phải là bảng tính .xlsx thật. Hãy lưu lại từ Excel.").format(name=name)
        ) from error
    sheet = book.worksheets[0]
    lines = sheet.iter_rows(values_only=True)
    yield from _table(enumerate(lines, start=1), name)
    book.close()


def _csv(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            _("Tệp {name} không phải UTF-8. Trong Excel hãy chọn «CSV UTF-8 (phân tách bằng dấu phẩy)».").format(
                name=name
            )
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","  # Vietnamese Windows lists with semicolons
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    yield from _table(((reader.line_num, line) for line in reader), name)


def _table(lines: Iterator[tuple[int, Any]], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    headings: list[str] | None = None
    for number, values in _readable(lines, name):
        cells = list(values)
        if not any(str(cell or "").strip() for cell in cells):
            continue
        if headings is None:
            headings = [_heading(str(cell or ""), name) for cell in cells]
            continue
        yield number, {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}


def _readable(lines: Iterator[tuple[int, Any]], name: str) -> Iterator[tuple[int, Any]]:
    try:
        yield from lines
    except csv.Error as error:
        raise Refused(_("Tệp {name} hỏng: {why}.").format(name=name, why=error)) from error


def _heading(text: str, name: str) -> str:
    folded = fold(text)
    if not folded or folded in IGNORED:
        return ""
    if folded not in HEADINGS:
        raise Refused(
            _("Tệp {name}: không hiểu cột «{column}». Các cột dùng được: {known}.").format(
                name=name, column=text[:60], known=_(COLUMNS)
            )
        )
    return HEADINGS[folded]


def _json(data: bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(_("Tệp {name} không phải UTF-8.").format(name=name)) from error
    except json.JSONDecodeError as error:
        raise Refused(
            _("Tệp {name} không đúng cú pháp JSON ở dòng {line}, cột {column}.").format(
                name=name, line=error.lineno, column=error.colno
            )
        ) from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Refused(_("Tệp {name} phải là một danh sách các bài: [{{…}}, {{…}}].").format(name=name))
    for number, item in enumerate(found, start=1):
        yield number, {_heading(key, name): value for key, value in item.items() if _heading(key, name)}


def _row(number: int, raw: Mapping[str, Any], zone: ZoneInfo) -> Row:
    values: dict[str, Any] = {}
    for name, value in raw.items():
        values[name] = _list(value, name) if name in LISTS else _cell(value)
    themes = values.get("themes", [])
    values["themes"] = [code for code in themes if code.startswith("T") and code[1:].isdecimal()]
    values["tags"] = [*values.get("tags", []), *(code for code in themes if code not in values["themes"])]
    channels = tuple(values.pop("channels", []))
    due_at = _due(values.pop("day", ""), values.pop("time", ""), zone)
    return Row(number, content.read(values), channels, due_at)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date | time):
        return value
    return str(value)


def _list(value: Any, name: str) -> list[str]:
    if value is None:
        return []
    parts = value if isinstance(value, list) else str(value).replace(";", ",").replace("\n", ",").split(",")
    return [clean(str(part), name).strip() for part in parts if str(part).strip()]


def _due(day: Any, at: Any, zone: ZoneInfo) -> datetime | None:
    found = content.day(day, _("Ngày phát hành"))
    if found is None:
        return None
    if not isinstance(at, time):
        try:
            at = time.fromisoformat(str(at or "08:00").strip())
        except ValueError as error:
            raise Refused(
                _("«{value}» không phải là giờ. Hãy viết dạng 05:15.").format(value=at), _("Giờ phát hành")
            ) from error
    return datetime.combine(found, at.replace(tzinfo=None), tzinfo=zone)


def import_rows(session: Session, person: Person | None, actor: Actor, unit: Unit, rows: list[Row]) -> list[Post]:
    """Store rows as drafts of a unit, with wishes on the accounts they name; nothing is approved by importing.

    A channel is matched by an account's title or its channel's name; `RowFaults` when a row cannot be stored.
    """
    accounts = session.scalars(select(Account).where(Account.unit_id == unit.id, Account.state != "closed")).all()
    posts: list[Post] = []
    faults: list[RowFault] = []
    for row in rows:
        try:
            post = draft(session, person, actor, unit, row.content)
        except Refused as error:
            faults.append(RowFault(row.number, error.field or "", error.message))
            continue
        posts.append(post)
        strange = _unknown_channels(accounts, row.channels)
        if strange:
            what = _("không có kênh hoặc hình thức «{names}».").format(names=", ".join(strange))
            faults.append(RowFault(row.number, _("Kênh"), what))
        due_at = max(row.due_at or clock.now(), clock.now())
        for account in accounts:
            if row.due_at is not None and _is_named(account, row.channels):
                session.add(Placement(post_id=post.id, account_id=account.id, due_at=due_at))
    if faults:
        raise RowFaults(faults)
    session.flush()
    return posts


# The 38 forms of the plans by code, and two words offices use for a form they have under another name.
_CARRIES = {form.code: form.channel for form in FORMS} | {"cong_doan": None, "loa_noi_bo": "radio"}


def _is_named(account: Account, names: tuple[str, ...]) -> bool:
    channels = {_CARRIES.get(name, name) for name in names}
    return account.channel in channels or fold(account.title) in map(fold, names)


def _unknown_channels(accounts: Sequence[Account], names: tuple[str, ...]) -> list[str]:
    known = {*registry(), *_CARRIES, *(account.title for account in accounts)}
    folded = set(map(fold, known))
    return [name for name in names if fold(name) not in folded]
