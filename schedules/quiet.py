"""When nothing may be sent: quiet hours, allowed hours and days the office does not work.

Loudspeakers and messages wake people up; the usual slots are 05:00–06:30 and 16:30–18:00, and some
places allow working days only (Hà Nội, wards, since 12/3/2021).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.cadence.values import WEEKDAYS
from schedules.workdays import VIETNAM, Workdays

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
# Longer than any run of days off, Tết with its swaps included.
_LONGEST_SEARCH_DAYS = 60


class QuietError(ValueError):
    """Quiet hours nobody can obey; the message is Vietnamese and says what to correct."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day by the wall clock: `starts` inside, `ends` outside.

    When `ends` is not after `starts` it runs into the next day (22:00–06:00; 00:00–00:00 is a whole day).
    `weekdays` (Monday 0) are the days on which it starts.
    """

    starts: time
    ends: time
    weekdays: tuple[int, ...] = EVERY_DAY

    def holds(self, local: datetime) -> bool:
        """Whether the local wall-clock moment lies inside."""
        clock, weekday = local.time(), local.weekday()
        if self.starts < self.ends:
            return weekday in self.weekdays and self.starts <= clock < self.ends
        began_today = weekday in self.weekdays and clock >= self.starts
        began_yesterday = (weekday - 1) % 7 in self.weekdays and clock < self.ends
        return began_today or began_yesterday


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing goes out inside `windows`, nor outside `allowed` when there are any.

    With `only_workdays` nothing goes out on a local day the office does not work.
    """

    windows: tuple[Window, ...] = ()
    allowed: tuple[Window, ...] = ()
    only_workdays: bool = False

    def forbids(self, local: datetime, workdays: Workdays = VIETNAM) -> bool:
        """Whether nothing may go out at the local wall-clock moment."""
        if any(window.holds(local) for window in self.windows):
            return True
        if self.allowed and not any(window.holds(local) for window in self.allowed):
            return True
        return self.only_workdays and not workdays.is_workday(local.date())


def next_allowed(instant: datetime, quiet: Quiet, zone: ZoneInfo, workdays: Workdays = VIETNAM) -> datetime:
    """The instant itself (in UTC) if something may go out then, else the first moment at which it may.

    `instant` is aware. Raises QuietError when the next 60 days have no such moment.
    """
    if instant.tzinfo is None:
        raise TypeError("next_allowed needs an aware datetime")
    for moment in _candidates(instant.astimezone(UTC), quiet, zone):
        if not quiet.forbids(moment.astimezone(zone), workdays):
            return moment
    raise QuietError(
        f"Giờ yên lặng không chừa lúc nào để phát trong {_LONGEST_SEARCH_DAYS} ngày tới; hãy nới khung giờ."
    )


def read_quiet(held: Mapping[str, object]) -> Quiet:
    """Quiet hours from a stored setting.

    {"windows": [{"from": "22:00", "to": "06:00", "weekdays": ["sat", "sun"]}], "allowed": [], "only_workdays": true};
    every key may be missing. Raises QuietError naming the entry, also when no moment of the week is left.
    """
    unknown = [key for key in held if key not in ("windows", "allowed", "only_workdays")]
    if unknown:
        raise QuietError(f"Giờ yên lặng có khóa lạ {unknown[0]!r}; chỉ dùng windows, allowed, only_workdays.")
    only_workdays = held.get("only_workdays", False)
    if not isinstance(only_workdays, bool):
        raise QuietError(f"'only_workdays' phải là true hoặc false, không phải {only_workdays!r}.")
    quiet = Quiet(_windows("windows", held), _windows("allowed", held), only_workdays)
    # An ordinary working week shows whether the windows leave room at all.
    next_allowed(datetime(2026, 3, 2, tzinfo=UTC), quiet, ZoneInfo("UTC"))
    return quiet


def _candidates(instant: datetime, quiet: Quiet, zone: ZoneInfo) -> Iterator[datetime]:
    """The instant, then every later moment at which the answer can change to yes, in order."""
    yield instant
    edges = {time.min} | {window.ends for window in quiet.windows} | {window.starts for window in quiet.allowed}
    today = instant.astimezone(zone).date()
    for distance in range(_LONGEST_SEARCH_DAYS + 1):
        yield from sorted(
            moment
            for edge in edges
            for moment in _both_folds(today + timedelta(days=distance), edge, zone)
            if moment > instant
        )


def _both_folds(day: date, edge: time, zone: ZoneInfo) -> Iterator[datetime]:
    # Where clocks go back, a wall-clock time comes twice and a window ends twice.
    for fold in (0, 1):
        yield datetime.combine(day, edge, zone).replace(fold=fold).astimezone(UTC)


def _windows(key: str, held: Mapping[str, object]) -> tuple[Window, ...]:
    entries = held.get(key) or []
    if not isinstance(entries, list | tuple):
        raise QuietError(f"'{key}' phải là danh sách khung giờ.")
    return tuple(_window(f"{key}[{place}]", entry) for place, entry in enumerate(entries, 1))


def _window(where: str, entry: object) -> Window:
    if not isinstance(entry, Mapping) or not {"from", "to"} <= set(entry) <= {"from", "to", "weekdays"}:
        raise QuietError(f"Khung giờ {where} phải có 'from', 'to' và có thể có 'weekdays'.")
    names = entry.get("weekdays") or list(WEEKDAYS)
    if not isinstance(names, list | tuple) or any(name not in WEEKDAYS for name in names):
        raise QuietError(f"Khung giờ {where}: 'weekdays' chỉ gồm {', '.join(WEEKDAYS)}.")
    days = tuple(sorted({WEEKDAYS.index(name) for name in names}))
    return Window(_clock(where, entry["from"]), _clock(where, entry["to"]), days)


def _clock(where: str, value: object) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if found is None:
        raise QuietError(f"Khung giờ {where}: {value!r} không phải giờ dạng 22:00, từ 00:00 đến 23:59.")
    return time(int(found[1]), int(found[2]))
