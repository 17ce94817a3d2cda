"""Working days of Vietnam: public holidays, days off in lieu, and the swaps the office enters itself.

Labour Code 2019 Article 112 fixes the holidays; which days surround Tết and which Saturday is worked
instead of a weekday is decided every year, so every date of the library can be overruled by data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

# The lunar tables of `holidays` end in 2100; before 1995 the law had other days.
FIRST_YEAR, LAST_YEAR = 1995, 2100
# The last year whose swaps the library (0.108) took from a published decision. Later years follow the law
# and the usual pattern of five days at Tết, but the decision may differ by a day or add a swap.
DECIDED_UNTIL = 2026
_WEEKEND = (5, 6)
_LONGEST_SEARCH_DAYS = 400


class WorkdayError(ValueError):
    """Working days that cannot be told; the message is Vietnamese and says what to correct."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days the office works.

    `off` are further days off with their names; `on` are days worked although they are weekend or
    holiday ("làm bù"). Both come from the office and win over the library; `on` wins over `off`.
    """

    off: tuple[tuple[date, str], ...] = ()
    on: tuple[date, ...] = ()

    def is_workday(self, day: date) -> bool:
        """Whether the office works on the day. Raises WorkdayError outside 1995..2100."""
        if day in self.on:
            return True
        if any(held == day for held, _ in self.off):
            return False
        holidays, worked = _public(day.year)
        return day in worked or (day not in holidays and day.weekday() not in _WEEKEND)

    def holiday_name(self, day: date) -> str | None:
        """The Vietnamese name of the holiday or day off, None for other days, weekends included."""
        if day in self.on:
            return None
        return next((name for held, name in self.off if held == day), None) or _public(day.year)[0].get(day)

    def next_workday(self, day: date) -> date:
        """The day itself if worked, else the first worked day after it."""
        return self._seek(day, 1)

    def previous_workday(self, day: date) -> date:
        """The day itself if worked, else the last worked day before it."""
        return self._seek(day, -1)

    def add_workdays(self, day: date, count: int) -> date:
        """The count-th working day after the day, before it when count is negative, itself for 0."""
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = self._seek(day + timedelta(days=step), step)
        return day

    def _seek(self, day: date, step: int) -> date:
        for distance in range(_LONGEST_SEARCH_DAYS):
            candidate = day + timedelta(days=step * distance)
            if self.is_workday(candidate):
                return candidate
        raise WorkdayError(f"Không có ngày làm việc nào quanh ngày {day}; hãy xem lại danh sách ngày nghỉ.")


VIETNAM = Workdays()


def is_decided(year: int) -> bool:
    """Whether the year's days off are published decisions; False means the dates are only expected."""
    return FIRST_YEAR <= year <= DECIDED_UNTIL


def read_workdays(held: Mapping[str, object]) -> Workdays:
    """Working days from a stored setting: {"off": {"2027-02-03": "tên"}, "on": ["2027-02-20"]}.

    Both keys may be missing; dates are dates or ISO strings. Raises WorkdayError naming the entry.
    """
    unknown = [key for key in held if key not in ("off", "on")]
    if unknown:
        raise WorkdayError(f"Ngày làm việc có khóa lạ {unknown[0]!r}; chỉ dùng 'off' (nghỉ) và 'on' (làm bù).")
    off, on = held.get("off") or {}, held.get("on") or []
    if not isinstance(off, Mapping) or not isinstance(on, list | tuple):
        raise WorkdayError("'off' phải là các cặp ngày và tên ngày nghỉ, 'on' phải là danh sách ngày làm bù.")
    named = {_day(day): str(name).strip() or "Ngày nghỉ" for day, name in off.items()}
    worked = {_day(day) for day in on}
    both = sorted(worked & set(named))
    if both:
        raise WorkdayError(f"Ngày {both[0]} vừa ghi nghỉ vừa ghi làm bù; chỉ giữ một.")
    return Workdays(tuple(sorted(named.items())), tuple(sorted(worked)))


def _day(value: object) -> date:
    try:
        day = value if type(value) is date else date.fromisoformat(str(value))
    except ValueError as error:
        raise WorkdayError(f"{value!r} không phải một ngày có thật, dạng 2027-02-03.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise WorkdayError(f"Ngày {day} ngoài khoảng năm {FIRST_YEAR}–{LAST_YEAR}.")
    return day


@lru_cache(maxsize=256)
def _public(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Public holidays of a year with their names, and the weekend days worked in exchange."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise WorkdayError(f"Chưa có lịch nghỉ lễ của năm {year}; chỉ biết từ {FIRST_YEAR} đến {LAST_YEAR}.")
    # Imported here: it costs a tenth of a second that most commands do not need.
    from holidays import country_holidays

    # A swap stands under the year of its day off, and the day worked may be in the next one (31/12/2018 was
    # off, 05/01/2019 worked); the library returns the worked days of every year it knows.
    known = country_holidays("VN", years=year, language="vi")
    return dict(known.items()), frozenset(day for day in known.weekend_workdays if day.year == year)
