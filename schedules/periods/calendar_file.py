"""The shape of a report calendar as data, and how a calendar file is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args

import yaml

from schedules.cadence.rules import clamped
from schedules.workdays import Workdays

Kind = Literal["month", "quarter", "half", "year"]
Shift = Literal["next", "previous", "none"]
Choice = TypeVar("Choice")
# Civil Code 2015 Article 148.5: a time limit that ends on a weekend or holiday ends with the next working
# day. Calendars whose document names the day itself say `none`.
DEFAULT_SHIFT: Shift = "next"

_CALENDAR_KEYS = ("title", "source", "note", "assumed", "section_of", "shift", "periods")
_WINDOW_KEYS = ("kind", "label", "from", "to")
_ROW_KEYS = ("key", "cut_off", "due", "due_workdays", *_WINDOW_KEYS)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?: năm (trước|sau))?")
_EVE = "hôm trước hạn"
_YEARS = {None: 0, "trước": -1, "sau": 1}


class PeriodError(ValueError):
    """A report calendar or period that does not exist or contradicts itself; the message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of a report year, the year before (-1) or after (1); 31/6 and 29/02 shrink to the month's end."""

    month: int
    day: int
    years: int = 0

    def on(self, year: int) -> date:
        """The date for a report year."""
        return clamped(year + self.years, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Row:
    """One report of every year: its data window, both days included, its cut-off and when it is due.

    Due is a day, or a number of working days after the cut-off. No cut-off means the eve of the due day.
    """

    key: str
    kind: Kind
    label: str
    begins: YearDay
    ends: YearDay
    cut_off: YearDay | None
    due: YearDay | int

    def nominal_due(self, year: int, workdays: Workdays) -> date:
        """The due date before it is moved off a day that is not worked."""
        if isinstance(self.due, YearDay):
            return self.due.on(year)
        return workdays.add_workdays((self.cut_off or self.ends).on(year), self.due)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A report calendar: which reports a year has, from when to when, due when, on whose word.

    `assumed` tells that the document leaves a window or a due date open; `note` says which and why so.
    `section_of` is the code of the calendar whose report carries this one as a section.
    """

    code: str
    title: str
    source: str
    note: str
    assumed: bool
    section_of: str | None
    shift: Shift
    rows: tuple[Row, ...]


def read_calendars(text: str) -> dict[str, Calendar]:
    """Report calendars by code, from YAML with `windows` and `calendars`; raises PeriodError naming the place."""
    try:
        held = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PeriodError(f"Tệp lịch báo cáo sai cú pháp YAML: {error}") from error
    whole = _mapping("Tệp lịch báo cáo", held, ("windows", "calendars"))
    windows = {
        str(key): _mapping(f"Khoảng số liệu {key}", entry, _WINDOW_KEYS)
        for key, entry in _mapping("Mục 'windows'", whole.get("windows") or {}).items()
    }
    entries = _mapping("Mục 'calendars'", whole.get("calendars"))
    calendars = {code: _calendar(code, entry, windows) for code, entry in entries.items()}
    for calendar in calendars.values():
        if calendar.section_of is not None and calendar.section_of not in calendars:
            raise PeriodError(f"Lịch báo cáo {calendar.code}: 'section_of' phải là mã một lịch khác trong tệp.")
    return calendars


def _calendar(code: str, entry: object, windows: Mapping[str, Mapping[str, object]]) -> Calendar:
    where = f"Lịch báo cáo {code}"
    held = _mapping(where, entry, _CALENDAR_KEYS)
    rows = held.get("periods")
    if not isinstance(rows, list) or not rows:
        raise PeriodError(f"{where}: 'periods' phải là danh sách có ít nhất một kỳ.")
    read = tuple(_row(where, row, windows) for row in rows)
    if len({row.key for row in read}) < len(read):
        raise PeriodError(f"{where}: mỗi kỳ chỉ được ghi một lần.")
    return Calendar(
        code=code,
        title=_text(where, held, "title"),
        source=_text(where, held, "source"),
        note=_text(where, held, "note") if "note" in held else "",
        assumed=_choice(where, held, "assumed", (True, False), default=False),
        section_of=_text(where, held, "section_of") if "section_of" in held else None,
        shift=_choice(where, held, "shift", get_args(Shift), default=DEFAULT_SHIFT),
        rows=read,
    )


def _row(calendar: str, entry: object, windows: Mapping[str, Mapping[str, object]]) -> Row:
    written = _mapping(f"{calendar}, một kỳ", entry, _ROW_KEYS)
    key = _text(calendar, written, "key")
    where = f"{calendar}, kỳ {key}"
    held = {**windows.get(key, {}), **written}
    label = _text(where, held, "label")
    if "{year}" not in label:
        raise PeriodError(f"{where}: 'label' phải có {{year}} để điền năm.")
    ends = _year_day(where, held, "to")
    row = Row(
        key=key,
        kind=_choice(where, held, "kind", get_args(Kind)),
        label=label,
        begins=_year_day(where, held, "from"),
        ends=ends,
        cut_off=_cut_off(where, held, ends),
        due=_due(where, held),
    )
    if row.begins.on(2024) > row.ends.on(2024):
        raise PeriodError(f"{where}: 'from' muộn hơn 'to'; ghi thêm 'năm trước' nếu kỳ bắt đầu từ năm trước.")
    if isinstance(row.due, YearDay) and row.cut_off and row.due.on(2024) <= row.cut_off.on(2024):
        raise PeriodError(f"{where}: 'due' phải sau ngày chốt số liệu.")
    if not row.cut_off and not isinstance(row.due, YearDay):
        raise PeriodError(f"{where}: chốt số liệu '{_EVE}' cần 'due' là một ngày.")
    return row


def _cut_off(where: str, held: Mapping[str, object], ends: YearDay) -> YearDay | None:
    if "cut_off" not in held:
        return ends
    return None if held["cut_off"] == _EVE else _year_day(where, held, "cut_off")


def _due(where: str, held: Mapping[str, object]) -> YearDay | int:
    if ("due" in held) == ("due_workdays" in held):
        raise PeriodError(f"{where}: phải có đúng một trong 'due' (ngày) và 'due_workdays' (số ngày làm việc).")
    if "due" in held:
        return _year_day(where, held, "due")
    return _choice(where, held, "due_workdays", tuple(range(1, 61)))


def _year_day(where: str, held: Mapping[str, object], key: str) -> YearDay:
    value = held.get(key)
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[1]) <= 31 or not 1 <= int(found[2]) <= 12:
        raise PeriodError(f"{where}: '{key}' phải là ngày dạng 15/12 hoặc 15/12 năm trước, không phải {value!r}.")
    return YearDay(int(found[2]), int(found[1]), _YEARS[found[3]])


def _mapping(where: str, value: object, allowed: tuple[str, ...] = ()) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise PeriodError(f"{where} phải gồm các cặp khóa và giá trị.")
    unknown = [key for key in value if allowed and key not in allowed]
    if unknown:
        raise PeriodError(f"{where}: không có khóa {unknown[0]!r}; chỉ dùng {', '.join(allowed)}.")
    return {str(key): held for key, held in value.items()}


def _text(where: str, held: Mapping[str, object], key: str) -> str:
    value = held.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PeriodError(f"{where}: thiếu '{key}' hoặc '{key}' không phải chữ.")
    return value.strip()


def _choice(
    where: str, held: Mapping[str, object], key: str, allowed: tuple[Choice, ...], default: Choice | None = None
) -> Choice:
    value = held.get(key, default)
    for choice in allowed:
        # `1 == True` in Python, and a file that says 1 where it means true is a slip.
        if type(value) is type(choice) and value == choice:
            return choice
    shown = ", ".join(str(choice).lower() for choice in allowed[:4]) + ("…" if len(allowed) > 4 else "")
    raise PeriodError(f"{where}: '{key}' chỉ nhận {shown}; đang ghi {value!r}.")
