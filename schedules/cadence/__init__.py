"""When a task or a broadcast is due: read a cadence, list its days, turn them into instants.

A cadence is a mapping from a plan file with exactly one kind key and the options `times`, `from`, `to`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from schedules.cadence import values
from schedules.cadence.recurrence import read_recurrence
from schedules.cadence.rules import (
    Cadence,
    CadenceError,
    Continuous,
    Monthly,
    MonthlyWeekday,
    OnDays,
    Quarterly,
    Rule,
    Undated,
    Weekly,
    Within,
    Yearly,
)
from schedules.cadence.text import describe

__all__ = ["KINDS", "Cadence", "CadenceError", "describe", "instants", "occurrences", "parse", "redate"]

KINDS = (
    "once", "dates", "within", "monthly", "quarterly", "yearly",
    "continuous", "weekly", "rrule", "on_demand", "unspecified",
)  # fmt: skip
OPTIONS = ("times", "from", "to")
# A century: more than any plan needs, and it keeps every listing finite.
LONGEST_WINDOW_DAYS = 36_525
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse(spec: Mapping[str, object]) -> Cadence:
    """Read a cadence specification.

    `spec` holds exactly one of KINDS and may hold `times` (["05:15"]), `from` and `to` (dates or ISO
    strings). Raises CadenceError, in Vietnamese, naming the key at fault and what it may hold.
    """
    if not isinstance(spec, Mapping):
        raise CadenceError(f"Chu kỳ phải gồm các cặp khóa và giá trị, không phải {spec!r}.")
    unknown = [key for key in spec if key not in KINDS + OPTIONS]
    if unknown:
        raise CadenceError(
            f"Chu kỳ có khóa lạ {unknown[0]!r}; chỉ dùng một trong {', '.join(KINDS)}, "
            f"kèm {', '.join(OPTIONS)} nếu cần."
        )
    kinds = [key for key in spec if key in KINDS]
    if len(kinds) != 1:
        found = "không có khóa nào" if not kinds else f"đang có {', '.join(kinds)}"
        raise CadenceError(f"Chu kỳ phải có đúng một khóa loại ({', '.join(KINDS)}); {found}.")
    kind = kinds[0]
    first = values.optional_day("from", spec)
    last = values.optional_day("to", spec)
    if first and last and first > last:
        raise CadenceError("Khóa 'from' phải là ngày không muộn hơn khóa 'to'.")
    rule = read_recurrence(spec["rrule"], first) if kind == "rrule" else _RULES[kind](spec[kind])
    times, slots = values.times("times", spec.get("times")), _weekly_times(spec)
    if times and slots:
        raise CadenceError("Giờ phát ghi hai nơi: chỉ giữ 'times' hoặc 'weekly.times'.")
    cadence = Cadence(kind, rule, times or slots, first, last)
    if isinstance(rule, OnDays | Within) and not _listed(cadence, date.min, date.max):
        raise CadenceError(f"Khóa '{kind}' nằm ngoài khoảng 'from'–'to' nên không bao giờ đến hạn.")
    return cadence


def occurrences(cadence: Cadence, start: date, end: date) -> list[date]:
    """Days on which the cadence falls in [start, end], both included; sorted, each once.

    An empty window gives an empty list. Raises CadenceError for a window longer than a century.
    """
    if (end - start).days > LONGEST_WINDOW_DAYS:
        raise CadenceError(f"Khoảng ngày {start}–{end} quá dài; chỉ liệt kê tối đa 100 năm một lần.")
    return _listed(cadence, start, end)


def instants(cadence: Cadence, start: date, end: date, zone: ZoneInfo, default_time: time) -> list[datetime]:
    """Instants (aware, UTC) of the cadence on the local days [start, end]; sorted, each once.

    A cadence without times uses `default_time`. A wall-clock time that the zone skips moves forward by
    the length of the skip, one that it repeats is taken the first time (PEP 495, fold 0).
    """
    return sorted(
        {
            datetime.combine(day, moment, zone).astimezone(UTC)
            for day in occurrences(cadence, start, end)
            for moment in cadence.times or (default_time,)
        }
    )


def redate(spec: Mapping[str, object], from_year: int, to_year: int) -> dict[str, object]:
    """A copy of a specification with every date moved by to_year - from_year; 29/02 may become 28/02.

    Dates stay what they were, date or ISO string; UNTIL in an rrule moves too. For reusing last year's
    plan. Raises CadenceError when a year leaves the range a cadence may hold.
    """
    return {key: _moved(key, held, to_year - from_year) for key, held in spec.items()}


def _moved(key: str, held: object, years: int) -> object:
    if isinstance(held, Mapping):
        return {name: _moved(f"{key}.{name}", inner, years) for name, inner in held.items()}
    if isinstance(held, list | tuple):
        return [_moved(key, inner, years) for inner in held]
    if isinstance(held, str):
        if key == "rrule":
            return re.sub(
                r"(?<=UNTIL=)\d{8}",
                lambda until: _moved_text(key, until[0], years, "%Y%m%d"),
                held,
                flags=re.IGNORECASE,
            )
        return _moved_text(key, held, years, "%Y-%m-%d") if re.fullmatch(r"\d{4}-\d\d-\d\d", held) else held
    return values.shifted(key, held, years) if isinstance(held, date) else held


def _moved_text(key: str, text: str, years: int, form: str) -> str:
    return values.shifted(key, values.day(key, text), years).strftime(form)


def _listed(cadence: Cadence, start: date, end: date) -> list[date]:
    start = max(start, cadence.first or start)
    end = min(end, cadence.last or end)
    if start > end:
        return []
    return sorted({day for day in cadence.rule.days(start, end) if start <= day <= end})


def _weekly_times(spec: Mapping[str, object]) -> tuple[time, ...]:
    weekly = spec.get("weekly")
    return values.times("weekly.times", weekly.get("times")) if isinstance(weekly, Mapping) else ()


def _once(value: object) -> Rule:
    return OnDays((values.day("once", value),))


def _dates(value: object) -> Rule:
    if not isinstance(value, list | tuple) or not value:
        raise CadenceError(f"Khóa 'dates' phải là danh sách ngày như [2023-03-03, 2023-06-03], không phải {value!r}.")
    return OnDays(tuple(sorted({values.day("dates", item) for item in value})))


def _within(value: object) -> Rule:
    window = values.mapping("within", value, ("from", "to"))
    begins, ends = values.day("within.from", window.get("from")), values.day("within.to", window.get("to"))
    if begins > ends:
        raise CadenceError("Khóa 'within.from' phải là ngày không muộn hơn 'within.to'.")
    return Within(begins, ends)


def _monthly(value: object) -> Rule:
    held = values.mapping("monthly", value, ("day", "week", "weekday"))
    if set(held) == {"day"}:
        return Monthly(values.day_of_month("monthly.day", held["day"]))
    if set(held) == {"week", "weekday"}:
        week = values.number("monthly.week", held["week"], (1, 2, 3, 4, -1), "1, 2, 3, 4 hoặc -1 (tuần cuối)")
        return MonthlyWeekday(week, values.weekday("monthly.weekday", held["weekday"]))
    raise CadenceError("Khóa 'monthly' phải có hoặc chỉ 'day', hoặc cả 'week' và 'weekday'.")


def _quarterly(value: object) -> Rule:
    held = values.mapping("quarterly", value, ("month", "day"))
    month = values.number("quarterly.month", held.get("month"), (1, 2, 3), "1, 2 hoặc 3 (tháng thứ mấy của quý)")
    return Quarterly(month, values.day_of_month("quarterly.day", held.get("day")))


def _yearly(value: object) -> Rule:
    held = values.mapping("yearly", value, ("month", "day"))
    month = values.number("yearly.month", held.get("month"), tuple(range(1, 13)), "từ 1 đến 12")
    day = values.day_of_month("yearly.day", held.get("day"))
    if day > LONGEST_MONTHS[month - 1]:
        raise CadenceError(f"Khóa 'yearly': tháng {month} không có ngày {day}.")
    return Yearly(month, day)


def _continuous(value: object) -> Rule:
    held = {} if value is None or value is True else values.mapping("continuous", value, ("every",))
    every = held.get("every", "month")
    if every not in ("month", "quarter", "week"):
        raise CadenceError(f"Khóa 'continuous.every' phải là month, quarter hoặc week, không phải {every!r}.")
    return Continuous(every)


def _weekly(value: object) -> Rule:
    days = values.mapping("weekly", value, ("days", "times")).get("days")
    if not isinstance(days, list | tuple) or not days:
        raise CadenceError(f"Khóa 'weekly.days' phải là danh sách thứ như [mon, thu], không phải {days!r}.")
    return Weekly(tuple(sorted({values.weekday("weekly.days", day) for day in days})))


def _undated(kind: str) -> Callable[[object], Rule]:
    def read(value: object) -> Rule:
        if value is not True:
            raise CadenceError(f"Khóa '{kind}' chỉ nhận giá trị true, không phải {value!r}.")
        return Undated()

    return read


_RULES: dict[str, Callable[[object], Rule]] = {
    "once": _once,
    "dates": _dates,
    "within": _within,
    "monthly": _monthly,
    "quarterly": _quarterly,
    "yearly": _yearly,
    "continuous": _continuous,
    "weekly": _weekly,
    "on_demand": _undated("on_demand"),
    "unspecified": _undated("unspecified"),
}
