"""Report periods: from when to when a report counts, and when it is due.

Calendars are data (calendars.yaml) and never follow from calendar quarters: NĐ 09/2019 closes a quarter on
the 14th, the Ministry of Home Affairs wants four reports without a second quarter, HEZA collects in
November for the year.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType

from schedules.periods.calendar_file import Calendar, Kind, PeriodError, Row, Shift, read_calendars
from schedules.workdays import FIRST_YEAR, LAST_YEAR, VIETNAM, Workdays

__all__ = [
    "PRESETS", "Calendar", "Kind", "Period", "PeriodError", "Shift",
    "due_between", "period", "periods", "read_calendars",
]  # fmt: skip

PRESETS: Mapping[str, Calendar] = MappingProxyType(
    read_calendars(files("schedules.periods").joinpath("calendars.yaml").read_text(encoding="utf-8"))
)


@dataclass(frozen=True, slots=True)
class Period:
    """One report of a calendar; all days are local days of the office.

    `key` ("2026-Q1") is stable and unique in its calendar. `data_from`..`data_to` is the window, both days
    included; `cut_off` is the last day whose figures can be in the report and lies before `data_to` where
    the document collects early. `due_nominal` is the day the rule gives, `due` the day it moves to.
    `assumed` tells that the document leaves a window or due date open; `note` says what was assumed.
    """

    label: str
    code: str
    key: str
    kind: Kind
    data_from: date
    data_to: date
    cut_off: date
    due: date
    due_nominal: date
    source: str
    note: str
    assumed: bool
    section_of: str | None

    @property
    def counted_to(self) -> date:
        """The last day that counts in the report, included: the window's end or the earlier cut-off."""
        return min(self.data_to, self.cut_off)


def periods(
    code: str,
    year: int,
    workdays: Workdays = VIETNAM,
    shift: Shift | None = None,
    earlier_days: int = 0,
    calendars: Mapping[str, Calendar] = PRESETS,
) -> list[Period]:
    """The reports of a year, in the order of their nominal due dates.

    `shift` moves a due date off a day that is not worked; None takes the calendar's own way.
    `earlier_days` (calendar days) pulls every due date forward, for units that report to an aggregator.
    `calendars` lets an office bring its own. Raises PeriodError for an unknown code, WorkdayError for
    a year whose holidays are not known.
    """
    if code not in calendars:
        raise PeriodError(f"Không có lịch báo cáo {code!r}; chọn một trong {', '.join(calendars)}.")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(f"Năm báo cáo phải từ {FIRST_YEAR} đến {LAST_YEAR}, không phải {year}.")
    calendar = calendars[code]
    found = [_period(calendar, row, year, workdays, shift or calendar.shift, earlier_days) for row in calendar.rows]
    # Reports due together come shortest window first: month, quarter, half, year.
    return sorted(found, key=lambda one: (one.due_nominal, -one.data_from.toordinal(), one.key))


def period(
    code: str,
    key: str,
    workdays: Workdays = VIETNAM,
    shift: Shift | None = None,
    earlier_days: int = 0,
    calendars: Mapping[str, Calendar] = PRESETS,
) -> Period:
    """The period of a calendar with a key such as 2026-Q1; raises PeriodError naming the keys there are."""
    year, _, short = key.partition("-")
    rows = [row.key for row in calendars[code].rows] if code in calendars else []
    if rows and (not re.fullmatch(r"[0-9]{4}", year) or short not in rows):
        raise PeriodError(
            f"Lịch {code} không có kỳ {key!r}; ghi năm và một trong {', '.join(rows)}, như 2026-{rows[0]}."
        )
    found = periods(code, int(year) if rows else FIRST_YEAR, workdays, shift, earlier_days, calendars)
    return next(one for one in found if one.key == key)


def due_between(
    code: str,
    start: date,
    end: date,
    workdays: Workdays = VIETNAM,
    shift: Shift | None = None,
    earlier_days: int = 0,
    calendars: Mapping[str, Calendar] = PRESETS,
) -> list[Period]:
    """Periods due in [start, end], both included, by due date; raises as `periods` does."""
    # A due date can leave its report year at either end: "năm sau" in a calendar, or a move at New Year.
    found = [
        one
        for year in range(max(start.year - 1, FIRST_YEAR), min(end.year + 1, LAST_YEAR) + 1)
        for one in periods(code, year, workdays, shift, earlier_days, calendars)
        if start <= one.due <= end
    ]
    return sorted(found, key=lambda one: one.due)


def _period(calendar: Calendar, row: Row, year: int, workdays: Workdays, shift: Shift, earlier_days: int) -> Period:
    nominal = row.nominal_due(year, workdays) - timedelta(days=earlier_days)
    due = _moved(nominal, shift, workdays)
    cut_off = row.cut_off.on(year) if row.cut_off else due - timedelta(days=1)
    if due <= cut_off:
        raise PeriodError(
            f"Lịch {calendar.code}, kỳ {year}-{row.key}: hạn nộp {due} không còn sau ngày chốt số liệu {cut_off}; "
            "hãy giảm số ngày nộp sớm."
        )
    return Period(
        label=row.label.replace("{year}", str(year)),
        code=calendar.code,
        key=f"{year}-{row.key}",
        kind=row.kind,
        data_from=row.begins.on(year),
        data_to=row.ends.on(year),
        cut_off=cut_off,
        due=due,
        due_nominal=nominal,
        source=calendar.source,
        note=calendar.note,
        assumed=calendar.assumed,
        section_of=calendar.section_of,
    )


def _moved(day: date, shift: Shift, workdays: Workdays) -> date:
    if shift == "next":
        return workdays.next_workday(day)
    return workdays.previous_workday(day) if shift == "previous" else day
