"""Hours of the day: «7h30», «05:15», «16 giờ 30», «8h–11h30»."""

import re

from channels.speech.here import Here
from channels.speech.numbers import read_integer
from channels.speech.style import Style
from channels.speech.tokens import Piece

_SPACE = "[ \u00a0]?"
_MINUTES = rf"{_SPACE}([0-5]?[0-9])(?![0-9%]|[.,/][0-9])(?:{_SPACE}(?:phút|ph|p|'|’)(?!\w))?"
_HOURS = rf"([0-9]{{1,3}}){_SPACE}(?:h|H|g|giờ)(?:{_MINUTES})?(?!\w)"
_CLOCK = r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9]|:[0-9])"
_TIME = re.compile(_HOURS)
_COLONS = re.compile(_CLOCK)
_TO = re.compile(rf"{_SPACE}[-–—]{_SPACE}(?=[0-9])")
_SCALE = re.compile(r"([0-9]{1,3}):([0-9]{1,9}(?:\.[0-9]{3})*)(?![0-9]|:[0-9])")
_G = re.compile(r"(1?[0-9]|2[0-4])g(?!\w)")
_HAS_COUNTED = re.compile(r"[ \u00a0](?:hồ|người|trường|hộ|đơn|cuộc|xã|phường|cán|thủ|văn|bài|lượt|tỷ|triệu|nghìn|%)")
_GRAMS_OR_HOURS = "«{written}»: là giờ hay gam? Hãy viết rõ «giờ» hoặc «gam»."
_RATIO = "«{written}»: là giờ, tỷ lệ hay tỷ số? Hãy viết rõ hoặc chọn cách đọc."


def times(here: Here) -> list[Piece] | None:
    """Read a time or a range of times; minutes are said as minutes, a full hour without."""
    first = _one(here, here.pos)
    if first is None:
        return None
    end, words = first
    to = _TO.match(here.text, end)
    last = _one(here, to.end()) if to else None
    if last is None:
        return [Piece(end, words, "time")]
    opening = "" if here.after("từ") else "từ "
    return [Piece(last[0], f"{opening}{words} đến {last[1]}", "time")]


def _one(here: Here, at: int) -> tuple[int, str] | None:
    return _hours(here, at) or _clock(here, at)


def _hours(here: Here, at: int) -> tuple[int, str] | None:
    found = _TIME.match(here.text, at)
    if found is None:
        return None
    hour, minute, end = int(found[1]), found[2], found.end()
    spaced = minute is not None and here.text[found.start(2) - 1].isspace()
    if minute is not None and (hour > 24 or (spaced and _HAS_COUNTED.match(here.text, found.end(2)))):
        minute, end = None, _end_of_hours(here.text, found)
    if here.text[found.end(1) : end].strip() == "g" or (spaced and here.text[found.start(2) - 2] == "g"):
        return None  # 7g30 is a time in the South, but 7g may be grams
    return end, say(hour, int(minute or 0), here.style)


def _end_of_hours(text: str, found: re.Match[str]) -> int:
    """Return where the hours end when the number behind them counts something else: «8 giờ 30 người»."""
    end = found.start(2)
    while text[end - 1].isspace():
        end -= 1
    return end


def _clock(here: Here, at: int) -> tuple[int, str] | None:
    found = _COLONS.match(here.text, at)
    if found is None or int(found[1]) > 24 or here.after("tỷ lệ", "tỉ lệ", "tỷ số", "tỉ số"):
        return None
    words = say(int(found[1]), int(found[2]), here.style)
    return found.end(), f"{words} {read_integer(int(found[3]), here.style)} giây" if found[3] else words


def say(hour: int, minute: int, style: Style) -> str:
    """Return an hour and its minutes in words, minutes left out when there are none."""
    words = f"{read_integer(hour, style)} giờ"
    return f"{words} {read_integer(minute, style)} phút" if minute else words


def scales(here: Here) -> list[Piece] | None:
    """Read «tỷ lệ 1:500» as «một trên năm trăm»; a bare «1:5» is asked about."""
    found = _SCALE.match(here.text, here.pos)
    if found is None:
        return None
    first, last = (read_integer(int(part.replace(".", "")), here.style) for part in found.groups())
    if here.after("tỷ lệ", "tỉ lệ", "bản đồ"):
        return [Piece(found.end(), f"{first} trên {last}", "ratio")]
    if here.after("tỷ số", "tỉ số"):
        return [Piece(found.end(), f"{first} {last}", "score")]
    reason = _RATIO.format(written=found.group())
    return here.asked(found.end(), "ratio", reason, (f"{first} trên {last}", f"{first}, {last}"))


def grams_or_hours(here: Here) -> list[Piece] | None:
    """Ask about «7g»: seven hours in the South, seven grams in a recipe."""
    found = _G.match(here.text, here.pos)
    if found is None:
        return None
    number = read_integer(int(found[1]), here.style)
    reason = _GRAMS_OR_HOURS.format(written=found.group())
    return here.asked(found.end(), "time", reason, (f"{number} giờ", f"{number} gam"))
