"""Reading the values of a cadence specification: days, times, weekdays and whole numbers.

Every reader takes the key it reads, so that the error can name it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from schedules.cadence.rules import CadenceError, clamped

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Outside these years a date is a slip of the keyboard (0202-03-15), and listings would grow without end.
FIRST_YEAR, LAST_YEAR = 1900, 2200
_CLOCK = re.compile(r"(\d{1,2})(?::|h)(\d{2})?")


def mapping(key: str, value: object, allowed: tuple[str, ...]) -> dict[str, object]:
    """The mapping under a key, holding only the allowed keys."""
    if not isinstance(value, Mapping):
        raise CadenceError(f"Khóa '{key}' phải là nhóm gồm {', '.join(allowed)}, không phải {value!r}.")
    unknown = [name for name in value if name not in allowed]
    if unknown:
        raise CadenceError(f"Khóa '{key}' có phần lạ {unknown[0]!r}; chỉ dùng {', '.join(allowed)}.")
    return {str(name): held for name, held in value.items()}


def day(key: str, value: object) -> date:
    """A day from a date or an ISO string (2022-03-15)."""
    found = value
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value.strip())
        except ValueError:
            found = None
    if not isinstance(found, date) or isinstance(found, datetime):
        raise CadenceError(f"Khóa '{key}' phải là một ngày có thật, dạng 2022-03-15, không phải {value!r}.")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CadenceError(f"Khóa '{key}' có năm {found.year}; năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
    return found


def optional_day(key: str, spec: Mapping[str, object]) -> date | None:
    """The day under a key of the specification, or None when the key is absent or empty."""
    return None if spec.get(key) is None else day(key, spec[key])


def number(key: str, value: object, allowed: tuple[int, ...], hint: str) -> int:
    """A whole number among the allowed ones; `hint` says them in words."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise CadenceError(f"Khóa '{key}' phải là số nguyên {hint}, không phải {value!r}.")
    return value


def day_of_month(key: str, value: object) -> int:
    """A day number, 1..31."""
    return number(key, value, tuple(range(1, 32)), "từ 1 đến 31")


def weekday(key: str, value: object) -> int:
    """A weekday name as a number, Monday 0."""
    name = value.strip().lower() if isinstance(value, str) else value
    if name not in WEEKDAYS:
        raise CadenceError(f"Khóa '{key}' phải là một trong {', '.join(WEEKDAYS)}, không phải {value!r}.")
    return WEEKDAYS.index(str(name))


def times(key: str, value: object) -> tuple[time, ...]:
    """Times of day, sorted and unique; empty when the key is absent."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not value:
        raise CadenceError(f'Khóa \'{key}\' phải là danh sách giờ như ["05:15", "16:45"], không phải {value!r}.')
    return tuple(sorted({_time(key, item) for item in value}))


def _time(key: str, value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value < 24 * 60:
        # YAML 1.1 reads an unquoted 16:45 as a number in base 60, that is, minutes of the day.
        return time(value // 60, value % 60)
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    # "5h" is a full hour in Vietnamese writing; "5:" is a slip.
    if found is None or (found[2] is None and ":" in found[0]) or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise CadenceError(f"Khóa '{key}' có giờ không hợp lệ {value!r}; ghi dạng \"05:15\", từ 00:00 đến 23:59.")
    return time(int(found[1]), int(found[2] or 0))


def shifted(key: str, value: date, years: int) -> date:
    """The same day some years later; 29/02 becomes 28/02 when the other year is common."""
    if not FIRST_YEAR <= value.year + years <= LAST_YEAR:
        raise CadenceError(f"Khóa '{key}' dời sang năm {value.year + years}; năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
    return clamped(value.year + years, value.month, value.day)
