"""A cadence in Vietnamese words, as screens and plan tables show it."""

from datetime import date, time

from schedules.cadence.rules import (
    Cadence,
    Continuous,
    Monthly,
    MonthlyWeekday,
    OnDays,
    Quarterly,
    Recurrence,
    Rule,
    Undated,
    Weekly,
    Within,
    Yearly,
)

WEEKDAY_NAMES = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WEEKS = {1: "đầu tiên", 2: "lần thứ hai", 3: "lần thứ ba", 4: "lần thứ tư", -1: "cuối cùng"}
_UNITS = {"month": "mỗi tháng một lần", "quarter": "mỗi quý một lần", "week": "mỗi tuần một lần"}
_PERIODS = {"DAILY": "ngày", "WEEKLY": "tuần", "MONTHLY": "tháng", "YEARLY": "năm"}


def describe(cadence: Cadence) -> str:
    """The cadence as a Vietnamese phrase, without a capital or full stop: "ngày 15 hằng tháng"."""
    pieces = [_rule_text(cadence.rule, cadence.kind)]
    if cadence.times:
        pieces.append("lúc " + ", ".join(_time_text(moment) for moment in cadence.times))
    if cadence.first:
        pieces.append(f"từ ngày {day_text(cadence.first)}")
    if cadence.last:
        pieces.append(f"đến hết ngày {day_text(cadence.last)}")
    return " ".join(pieces)


def day_text(day: date) -> str:
    """A date as state documents write it (NĐ 30/2020): 03/3/2023, 10/02/2023."""
    return f"{_day_month(day.month, day.day)}/{day.year}"


def _rule_text(rule: Rule, kind: str) -> str:
    match rule:
        case OnDays(named):
            return ("ngày " if len(named) == 1 else "các ngày ") + ", ".join(day_text(day) for day in named)
        case Within(first, last):
            return _window_text(first, last)
        case Continuous(every):
            return f"thường xuyên, {_UNITS[every]}"
        case Undated():
            return "khi phát sinh" if kind == "on_demand" else "văn bản không nêu thời hạn"
        case Recurrence():
            return _recurrence_text(rule)
        case _:
            return _calendar_text(rule)


def _calendar_text(rule: Rule) -> str:
    match rule:
        case Monthly(31):
            return "ngày cuối cùng hằng tháng"
        case Monthly(day):
            return f"ngày {day:02d} hằng tháng"
        case MonthlyWeekday(week, weekday):
            return f"{WEEKDAY_NAMES[weekday]} {_WEEKS[week]} hằng tháng"
        case Quarterly(month, day):
            return f"ngày {day:02d} tháng thứ {('nhất', 'hai', 'ba')[month - 1]} hằng quý"
        case Yearly(month, day):
            return f"ngày {_day_month(month, day)} hằng năm"
        case Weekly(weekdays) if len(weekdays) == 7:
            return "hằng ngày"
        case Weekly(weekdays):
            return ", ".join(WEEKDAY_NAMES[day] for day in weekdays) + " hằng tuần"
    raise TypeError(f"no words for {rule!r}")


def _window_text(first: date, last: date) -> str:
    year = first.year
    if (first, last) == (date(year, 1, 1), date(year, 12, 31)):
        return f"trong năm {year}"
    for quarter in range(1, 5):
        end = date(year, 3 * quarter, 31 if quarter in (1, 4) else 30)
        if (first, last) == (date(year, 3 * quarter - 2, 1), end):
            return f"trong quý {('I', 'II', 'III', 'IV')[quarter - 1]}/{year}"
    return f"từ ngày {day_text(first)} đến ngày {day_text(last)}"


def _recurrence_text(rule: Recurrence) -> str:
    parts = dict(rule.parts)
    period = _PERIODS[parts["FREQ"]]
    every = int(parts.get("INTERVAL", "1"))
    repeat = f"hằng {period}" if every == 1 else f"{every} {period} một lần"
    # The rule itself stays in sight: words for every combination would be guesses.
    return f"{repeat}, theo quy tắc {rule.text}"


def _day_month(month: int, day: int) -> str:
    return f"{day:02d}/{month:02d}" if month < 3 else f"{day:02d}/{month}"


def _time_text(moment: time) -> str:
    return moment.strftime("%H:%M")
