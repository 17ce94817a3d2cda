"""Days, months, quarters and years: «ngày 15/7/2021», «01–15/7/2025», «tháng 8/2025», «quý II/2026»."""

import re
from datetime import date

from channels.speech.here import Here
from channels.speech.numbers import read_integer
from channels.speech.style import Style
from channels.speech.tokens import Piece

_D = "[0-9]{1,2}"
_END = r"(?![0-9]|[./\-][0-9])"
_DATE = re.compile(rf"({_D})([/.\-])({_D})\2([0-9]{{4}}|[0-9]{{2}}){_END}")
_ISO_DATE = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_END}")
_RANGE = re.compile(
    rf"({_D})(?:/({_D}))?(?:/([0-9]{{4}}))?[ \u00a0]?[-–—][ \u00a0]?({_D})/({_D})(?:/([0-9]{{4}}))?(?![0-9]|[./][0-9])"
)
_MONTHS = re.compile(rf"({_D})(?:/([0-9]{{4}}))?[ \u00a0]?[-–—][ \u00a0]?({_D})/([0-9]{{4}}){_END}")
_MONTH = re.compile(rf"({_D})/((?:19|20|21)[0-9]{{2}}){_END}")
_DAY = re.compile(r"([0-9]{1,2})(?:[ \u00a0]?[-–][ \u00a0]?([0-9]{1,2}))?(?=[ \u00a0]+(?:tháng|hằng|hàng|âm|Tết)\b)")
_THROUGH = re.compile(
    r"[-–—][ \u00a0]+(thứ|tháng|quý|ngày|điều|khoản|tuần|năm|tầng|chương|chủ)"
    r"[ \u00a0]+(?:[0-9IVX]+(?!\w)|[0-9]|hai|ba|tư|năm|sáu|bảy|nhật)",
    re.IGNORECASE,
)
_SAME_KIND = {"chủ": "thứ"}  # «thứ hai - chủ nhật»
_OF = re.compile(r"[ \u00a0]+của\b")
_LEAP_YEAR = 2024  # a day without a year may be 29 February
_DAY_WORDS = (
    "sáng", "trưa", "chiều", "tối", "đêm", "hôm", "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy",
    "chủ nhật", "hôm nay", "ngày mai",
)  # fmt: skip
_FEASTS = (
    "dịp",
    "lễ",
    "nghỉ lễ",
    "kỷ niệm",
    "chào mừng",
    "mừng",
    "quốc khánh",
    "quốc tế lao động",
    "đợt",
    "giải phóng",
)
_UNTIL_NOW = re.compile(r" ngày [^.]{2,24} tháng [^.]{2,12}(?: năm [^.]{2,60})? (?:đến|tới|và|hoặc)$")
_NO_DAY = "«{written}» không phải ngày có thật. Hãy sửa lại ngày, tháng trong bài."
_TWO_DIGITS = "«{written}»: năm chỉ ghi hai chữ số. Hãy ghi đủ bốn chữ số hoặc chọn cách đọc."


def month(number: int) -> str:
    """Return the name of a month: the fourth is «tư»."""
    return "tư" if number == 4 else read_integer(number)


def read_day(day: int, style: Style) -> str:
    """Return a day of the month, the first ten with «mùng» where the station says it."""
    words = read_integer(day, style)
    return f"{style.early_day} {words}".strip() if day <= 10 else words


def read_date(day: int, number: int, year: int, style: Style) -> str:
    """Return a date in words without «ngày»; year 0 is not said."""
    words = f"{read_day(day, style)} tháng {month(number)}"
    return f"{words} năm {read_integer(year, style)}" if year else words


def real(day: int, number: int, year: int = 0) -> bool:
    """Tell whether the calendar has this day; without a year any year may be meant."""
    try:
        date(year or _LEAP_YEAR, number, day)
    except ValueError:
        return False
    return True


def dates(here: Here) -> list[Piece] | None:
    """Read whole dates and ranges of dates that carry their year, or follow «ngày»."""
    return _range(here) or _iso(here) or _whole(here) or _months(here)


def _whole(here: Here) -> list[Piece] | None:
    found = _DATE.match(here.text, here.pos)
    if found is None:
        return None
    day, number, year = int(found[1]), int(found[3]), int(found[4])
    if len(found[4]) == 2:
        if not real(day, number) or found[2] != "/":
            return None
        candidate = _say_day(here, day, number, 2000 + year)
        reason = _TWO_DIGITS.format(written=found.group())
        return here.asked(found.end(), "date", reason, (candidate,))
    if not real(day, number, year):
        return here.asked(found.end(), "date", _NO_DAY.format(written=found.group()))
    return [Piece(found.end(), _say_day(here, day, number, year) + _pause(here, found.end()), "date")]


def _say_day(here: Here, day: int, number: int, year: int) -> str:
    words = read_date(day, number, year, here.style)
    if here.after("mùng", "mồng"):
        words = words.removeprefix(f"{here.style.early_day} ")
    return words if here.after("ngày", "mùng", "mồng") else f"ngày {words}"


def _pause(here: Here, end: int) -> str:
    """A date between a document's number and its issuer stands between commas: else nobody hears where it ends."""
    hard = [token for token in here.tokens[-8:] if token.kind != "mark" and token.spoken.strip() != "ngày"]
    return "," if hard and hard[-1].kind == "code" and _OF.match(here.text, end) else ""


def _iso(here: Here) -> list[Piece] | None:
    found = _ISO_DATE.match(here.text, here.pos)
    if found is None or not real(int(found[3]), int(found[2]), int(found[1])):
        return None
    return [Piece(found.end(), _say_day(here, int(found[3]), int(found[2]), int(found[1])), "date")]


def _range(here: Here) -> list[Piece] | None:
    found = _RANGE.match(here.text, here.pos)
    if found is None:
        return None
    day, number, year, last_day, last_month, last_year = (int(part or 0) for part in found.groups())
    feasts = (day, number, last_day, last_month) == (30, 4, 1, 5)
    sure = last_year or feasts or here.after("ngày", *_DAY_WORDS, *_FEASTS)
    if not sure or (year and not last_year):
        return None  # «1/3 - 2/3» may be parts of a whole
    if not real(day, number or last_month, year or last_year) or not real(last_day, last_month, last_year):
        return None
    first = read_day(day, here.style) if not number else read_date(day, number, year, here.style)
    last = read_date(last_day, last_month, last_year, here.style)
    if feasts and not last_year and not here.after("ngày"):
        return [Piece(found.end(), f"{first}, {last}", "date")]  # two feasts, said in one breath
    opening = "" if here.after("ngày") else "ngày " if here.after("từ") else "từ ngày "
    return [Piece(found.end(), f"{opening}{first} đến ngày {last}", "date")]


def _months(here: Here) -> list[Piece] | None:
    found = _MONTHS.match(here.text, here.pos)
    if found is None or not (0 < int(found[1]) < 13 and 0 < int(found[3]) < 13):
        return None
    if not (found[2] or here.after("tháng", "quý")):
        return None
    name = "quý" if here.after("quý") else "tháng"
    first = _month_year(int(found[1]), int(found[2] or 0), here.style)
    last = _month_year(int(found[3]), int(found[4]), here.style)
    opening = "" if here.after(name) else f"{name} " if here.after("từ") else f"từ {name} "
    return [Piece(found.end(), f"{opening}{first} đến {name} {last}", "date")]


def _month_year(number: int, year: int, style: Style) -> str:
    return f"{month(number)} năm {read_integer(year, style)}" if year else month(number)


def months(here: Here) -> list[Piece] | None:
    """Read a month or quarter with its year: «tháng 8/2025», «quý 2/2026», «8/2025»."""
    found = _MONTH.match(here.text, here.pos)
    if found is None:
        return None
    number, year = int(found[1]), read_integer(int(found[2]), here.style)
    if here.after("quý", "kỳ", "đợt", "vụ"):
        return [Piece(found.end(), f"{read_integer(number, here.style)} năm {year}", "date")]
    if not 0 < number < 13 or here.after("số"):
        return None
    opening = "" if here.after("tháng") else "tháng "
    return [Piece(found.end(), f"{opening}{month(number)} năm {year}", "date")]


def day_and_month(here: Here, day: int, number: int) -> str:
    """Return how «16/8» is said where the words before show that it is a date; "" where they do not."""
    if not real(day, number):
        return ""
    words = read_date(day, number, 0, here.style)
    if here.after("ngày"):
        return words
    if here.after(*_DAY_WORDS) or _UNTIL_NOW.search(here.said) or _follows_date(here):
        return f"ngày {words}"
    return f"{read_integer(day, here.style)} tháng {month(number)}" if here.after(*_FEASTS) else ""


def _follows_date(here: Here) -> bool:
    """Tell whether a date stands just before, in a list such as «10/3, 10/6 và 10/9»."""
    for token in reversed(here.tokens[-6:]):
        if token.kind == "date":
            return not token.reason
        if token.kind != "mark" and token.spoken.lower() not in {"và", "hoặc", "đến", "tới"}:
            return False
        if token.spoken in {".", "?", "!", "\n"}:
            return False
    return False


def day_of_month(here: Here) -> list[Piece] | None:
    """Read the day in «ngày 05 tháng 01»: the first ten with «mùng»."""
    found = _DAY.match(here.text, here.pos)
    if found is None or not here.after("ngày"):
        return None
    first, last = int(found[1]), int(found[2] or 0)
    if not 0 < first < 32 or (last and not first < last < 32):
        return None
    words = read_day(int(found[1]), here.style)
    if found[2]:
        words += f" đến ngày {read_day(int(found[2]), here.style)}"
    return [Piece(found.end(), words, "date")]


def through(here: Here) -> list[Piece] | None:
    """Read the dash of «Thứ 2 - Thứ 6» and «Quý I – Quý III» as «đến»: the same word stands on both sides."""
    found = _THROUGH.match(here.text, here.pos)
    if found is None:
        return None
    label = _SAME_KIND.get(found[1].lower(), found[1].lower())
    clause: list[str] = []
    for token in reversed(here.tokens[-16:]):
        if token.kind == "mark" and token.spoken != " ":
            break
        clause.append(f" {token.spoken.lower().strip()}")
    return (
        [Piece(here.pos + 1, "đến", "range")] if any(f"{part} ".startswith(f" {label} ") for part in clause) else None
    )
