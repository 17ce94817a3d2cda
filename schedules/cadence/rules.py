"""The kinds of cadence, each a small value that lists its own days inside a window."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol

from dateutil.rrule import rrulestr

Unit = Literal["month", "quarter", "week"]


class CadenceError(ValueError):
    """A cadence nobody can follow; the message is Vietnamese and names the key and what it may hold."""


class Rule(Protocol):
    """What every kind of cadence can do."""

    def days(self, start: date, end: date) -> Iterator[date]:
        """Days proposed in [start, end]; may also yield days outside it, in any order."""


def clamped(year: int, month: int, day: int) -> date:
    """The day of a month, or the month's last day when the month is shorter (day 31, 29/02)."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def months(start: date, end: date) -> Iterator[tuple[int, int]]:
    """(year, month) of every month that touches [start, end]."""
    for number in range(start.year * 12 + start.month - 1, end.year * 12 + end.month):
        yield number // 12, number % 12 + 1


@dataclass(frozen=True, slots=True)
class OnDays:
    """Named days: `once` has one, `dates` several."""

    named: tuple[date, ...]

    def days(self, start: date, end: date) -> Iterator[date]:
        yield from self.named


@dataclass(frozen=True, slots=True)
class Within:
    """A deadline window ("Quý I/2020"): done any time in it, so its last day is the one to propose."""

    first: date
    last: date

    def days(self, start: date, end: date) -> Iterator[date]:
        yield self.last


@dataclass(frozen=True, slots=True)
class Monthly:
    """A day of every month, 1..31."""

    day: int

    def days(self, start: date, end: date) -> Iterator[date]:
        for year, month in months(start, end):
            yield clamped(year, month, self.day)


@dataclass(frozen=True, slots=True)
class MonthlyWeekday:
    """The first..fourth or last (-1) of a weekday in every month; Monday is 0."""

    week: int
    weekday: int

    def days(self, start: date, end: date) -> Iterator[date]:
        for year, month in months(start, end):
            last = calendar.monthrange(year, month)[1]
            first = 1 + (self.weekday - date(year, month, 1).weekday()) % 7
            offset = 7 * (self.week - 1) if self.week > 0 else 7 * ((last - first) // 7)
            yield date(year, month, first + offset)


@dataclass(frozen=True, slots=True)
class Quarterly:
    """A day in the first, second or third month of every calendar quarter."""

    month: int
    day: int

    def days(self, start: date, end: date) -> Iterator[date]:
        for year, month in months(start, end):
            if (month - 1) % 3 == self.month - 1:
                yield clamped(year, month, self.day)


@dataclass(frozen=True, slots=True)
class Yearly:
    """The same day every year; 29/02 falls on 28/02 in a common year."""

    month: int
    day: int

    def days(self, start: date, end: date) -> Iterator[date]:
        for year in range(start.year, end.year + 1):
            yield clamped(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekdays of every week, Monday 0."""

    weekdays: tuple[int, ...]

    def days(self, start: date, end: date) -> Iterator[date]:
        for number in range(start.toordinal(), end.toordinal() + 1):
            day = date.fromordinal(number)
            if day.weekday() in self.weekdays:
                yield day


@dataclass(frozen=True, slots=True)
class Continuous:
    """ "Thường xuyên": the founding plans ask for steady work, so one reminder per unit keeps it visible.

    The tenth leaves time before the 15th, when NĐ 09/2019 closes a month's figures.
    """

    every: Unit

    def days(self, start: date, end: date) -> Iterator[date]:
        rules: dict[Unit, Rule] = {"month": Monthly(10), "quarter": Quarterly(2, 10), "week": Weekly((1,))}
        yield from rules[self.every].days(start, end)


@dataclass(frozen=True, slots=True)
class Undated:
    """No day can be proposed: it happens on demand, or the document names no time."""

    def days(self, start: date, end: date) -> Iterator[date]:
        yield from ()


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An RFC 5545 rule of daily or coarser frequency; `anchor` is the day INTERVAL and COUNT start from."""

    parts: tuple[tuple[str, str], ...]
    anchor: date | None

    @property
    def text(self) -> str:
        """The rule as written, upper case, without the RRULE: prefix."""
        return ";".join(f"{key}={value}" for key, value in self.parts)

    def days(self, start: date, end: date) -> Iterator[date]:
        # Without an anchor the rule names its own days at interval 1, so it may begin anywhere.
        first = self.anchor or start
        for moment in rrulestr(self.text, dtstart=datetime.combine(first, time.min)):
            if moment.date() > end:
                return
            yield moment.date()


@dataclass(frozen=True, slots=True)
class Cadence:
    """When something is due; `kind` is the key (one of schedules.cadence.KINDS) it was read from.

    `times` are wall-clock times of day, sorted; `first` and `last` bound the days, both included.
    """

    kind: str
    rule: Rule
    times: tuple[time, ...] = ()
    first: date | None = None
    last: date | None = None
