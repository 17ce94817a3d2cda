"""Reading an RFC 5545 recurrence rule, and refusing the ones that could run for ever."""

import re
from dataclasses import replace
from datetime import date

from schedules.cadence.rules import CadenceError, Recurrence

# What may choose the days of each frequency (RFC 5545 §3.3.10), less what says no more than a coarser
# frequency does (DAILY;BYMONTHDAY) and would take seconds to refuse when it contradicts itself.
_SELECTORS = {
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"),
    "MONTHLY": ("BYDAY", "BYMONTHDAY"),
    "WEEKLY": ("BYDAY",),
    "DAILY": ("BYDAY",),
}
_COMMON = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH")
_MONTHS = tuple(str(month) for month in range(1, 13))
_PROBE_ANCHOR = date(2000, 1, 1)


def read_recurrence(value: object, anchor: date | None) -> Recurrence:
    """Read an RRULE such as FREQ=MONTHLY;BYDAY=1MO; `anchor` is the cadence's `from`.

    Refuses frequencies finer than a day, rules that never match, and rules whose days depend on a
    starting day when none is given. Raises CadenceError.
    """
    if not isinstance(value, str) or not value.strip() or len(value) > 300:
        raise CadenceError(f"Khóa 'rrule' phải là chuỗi RFC 5545 như FREQ=MONTHLY;BYDAY=1MO, không phải {value!r}.")
    parts = _split(value)
    rule = Recurrence(tuple(parts.items()), anchor if _needs_anchor(parts) else None)
    if _needs_anchor(parts) and anchor is None:
        instead = "" if "INTERVAL" in parts or "COUNT" in parts else f", hoặc ghi rõ ngày bằng {_choices(parts)}"
        raise CadenceError(f"Khóa 'rrule' ({rule.text}) tính từ một ngày bắt đầu: thêm khóa 'from'{instead}.")
    try:
        # The library searches to the year 9999 for a rule that never matches, so a rule must prove once,
        # here, that it has a first day; after that its next day is never far.
        found = next(iter(replace(rule, anchor=anchor or _probe_start(parts)).days(date.min, date.max)), None)
    except (ValueError, TypeError) as error:
        raise CadenceError(f"Khóa 'rrule' sai cú pháp RFC 5545: {rule.text!r} ({error}).") from error
    if found is None:
        raise CadenceError(f"Khóa 'rrule' ({rule.text}) không có ngày nào; hãy sửa các phần mâu thuẫn nhau.")
    return rule


def _split(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in value.strip().upper().removeprefix("RRULE:").strip(";").split(";"):
        name, _, held = (side.strip() for side in piece.partition("="))
        if not held or name in parts:
            raise CadenceError(f"Khóa 'rrule' có phần {piece!r} sai; mỗi phần dạng TÊN=GIÁ TRỊ và ghi một lần.")
        parts[name] = held
    frequency = parts.get("FREQ")
    if frequency not in _SELECTORS:
        raise CadenceError(
            f"Khóa 'rrule' phải có FREQ là một trong {', '.join(_SELECTORS)} "
            "(không dùng chu kỳ ngắn hơn một ngày; nhiều giờ trong ngày thì ghi ở 'times')."
        )
    position = ("BYSETPOS",) if frequency in ("YEARLY", "MONTHLY") else ()
    allowed = _COMMON + position + _SELECTORS[frequency]
    unknown = [name for name in parts if name not in allowed]
    if unknown:
        raise CadenceError(
            f"Khóa 'rrule' với FREQ={frequency} không dùng được {unknown[0]}; chỉ dùng {', '.join(allowed)}."
        )
    return _checked(parts)


def _checked(parts: dict[str, str]) -> dict[str, str]:
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isascii() and parts[name].isdigit() and 1 <= int(parts[name]) <= 999):
            raise CadenceError(f"Khóa 'rrule' có {name}={parts[name]}; phải là số nguyên từ 1 đến 999.")
    if any(month not in _MONTHS for month in parts.get("BYMONTH", "1").split(",")):
        raise CadenceError(f"Khóa 'rrule' có BYMONTH={parts['BYMONTH']}; phải là các tháng từ 1 đến 12.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise CadenceError("Khóa 'rrule' chỉ được có một trong COUNT và UNTIL.")
    if parts["FREQ"] in ("WEEKLY", "DAILY") and re.search(r"\d", parts.get("BYDAY", "")):
        raise CadenceError(f"Khóa 'rrule' có BYDAY={parts['BYDAY']}; số thứ tự chỉ dùng với MONTHLY hoặc YEARLY.")
    return {**parts, "UNTIL": _until(parts["UNTIL"])} if "UNTIL" in parts else parts


def _until(held: str) -> str:
    # Calendar programs export UNTIL as an instant; a cadence is made of days, so only the day counts.
    try:
        return date.fromisoformat(held.partition("T")[0]).strftime("%Y%m%d")
    except ValueError as error:
        raise CadenceError(f"Khóa 'rrule' có UNTIL={held}; phải là ngày dạng 20261231.") from error


def _needs_anchor(parts: dict[str, str]) -> bool:
    if "COUNT" in parts or int(parts.get("INTERVAL", "1")) > 1:
        return True
    return parts["FREQ"] != "DAILY" and not any(name in parts for name in _SELECTORS["YEARLY"])


def _choices(parts: dict[str, str]) -> str:
    return " hoặc ".join(_SELECTORS[parts["FREQ"]])


def _probe_start(parts: dict[str, str]) -> date:
    # A rule whose UNTIL is long past is history, not a contradiction: probe it from before its end.
    if "UNTIL" in parts:
        return date(max(1900, int(parts["UNTIL"][:4]) - 8), 1, 1)
    return _PROBE_ANCHOR
