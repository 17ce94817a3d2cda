"""Two numbers and a stroke: a day, a part of a whole, so many of so many. What cannot be told is asked."""

import re

from channels.speech.dates import day_and_month, read_date, real
from channels.speech.here import Here
from channels.speech.numbers import NOT_INSIDE, NUMBER, read_digits, read_integer, read_number
from channels.speech.tokens import Piece

_TWO = re.compile(rf"({NUMBER})/({NUMBER})(?!\w|/\w|[.,\-–][0-9])")
_ROUND_THE_CLOCK = re.compile(r"24[/x](?:(7)|24)(?![0-9]|/\w)(?:[ \u00a0]?(?:h|giờ)(?!\w))?(?!\w)")
_CHAIN = re.compile(r"[0-9]+(?:/[0-9]+){2,}\w*(?:[.,:/\-–]\w+)*")
_PART_OF = ("số", "tổng", "dân", "diện", "quân", "thời", "chiều", "quãng", "chặng", "khối")
_PART = ("hơn", "chiếm", "bằng", "giảm", "tăng", "còn", "quá nửa")
_FEAST_BEHIND = re.compile(r"[ \u00a0]*\([ ]?(?:ngày|lễ|quốc tế|quốc khánh|giải phóng|thương binh|tết)", re.IGNORECASE)
_STREET = re.compile(r"[ \u00a0]+(?:đường|phố|ngõ|hẻm|ngách|khu phố|tổ)\b")
_ASK = "«{written}»: là phần số, ngày tháng hay tỷ lệ? Hãy chọn cách đọc hoặc viết rõ bằng chữ."
_ASK_HOUSE = "«{written}»: số nhà có dấu gạch chéo. Hãy chọn cách đọc quen thuộc ở địa phương."
_ASK_CHAIN = "«{written}»: dãy số có nhiều dấu gạch chéo. Hãy viết lại bằng chữ như phát thanh viên sẽ đọc."


def slashes(here: Here) -> list[Piece] | None:
    """Read or ask about «a/b»; longer chains («12/5/3») are always asked."""
    clock = _ROUND_THE_CLOCK.match(here.text, here.pos)
    if clock and not here.after("ngày"):
        last = "bảy" if clock[1] else "hai mươi tư giờ"
        return [Piece(clock.end(), f"hai mươi tư trên {last}", "ratio")]
    found = _TWO.match(here.text, here.pos)
    if found is None:
        chain = _CHAIN.match(here.text, here.pos)
        return here.asked(chain.end(), "ratio", _ASK_CHAIN.format(written=chain.group())) if chain else None
    return _house(here, found) or _small(here, found) or _ratio(here, found)


def _house(here: Here, found: re.Match[str]) -> list[Piece] | None:
    at_number = here.after("số", "số nhà", "nhà số", "địa chỉ", "ngõ", "hẻm", "ngách", "kiệt")
    if not at_number and not _STREET.match(here.text, found.end()):
        return None
    first, last = (read_number(part, here.style) for part in found.groups())
    reason = _ASK_HOUSE.format(written=found.group())
    return here.asked(found.end(), "ratio", reason, (f"{first} trên {last}", f"{first} xuyệt {last}"))


def _small(here: Here, found: re.Match[str]) -> list[Piece] | None:
    """Two small numbers: the words around must show what they are."""
    if not (found[1].isdigit() and found[2].isdigit()) or max(len(found[1]), len(found[2])) > 2:
        return None
    first, last = int(found[1]), int(found[2])
    spoken = day_and_month(here, first, last)
    if spoken:
        return [Piece(found.end(), spoken, "date")]
    if _FEAST_BEHIND.match(here.text, found.end()) and real(first, last):
        return [Piece(found.end(), f"{read_integer(first)} tháng {_fourth(last)}", "date")]
    part = f"{read_integer(first)} phần {_fourth(last)}"
    if 0 < first < last and (here.before(found.end()) in _PART_OF or here.after(*_PART)):
        return [Piece(found.end(), part, "ratio")]
    if not real(first, last):
        return None
    if found[1][0] == "0" or found[2][0] == "0":  # nobody writes a part or a score with a leading zero
        return [Piece(found.end(), f"ngày {read_date(first, last, 0, here.style)}", "date")]
    reason = _ASK.format(written=found.group())
    day = f"ngày {read_integer(first)} tháng {_fourth(last)}"
    return here.asked(found.end(), "ratio", reason, (part, day, f"{read_integer(first)} trên {read_integer(last)}"))


def _fourth(number: int) -> str:
    return "tư" if number == 4 else read_integer(number)


def _ratio(here: Here, found: re.Match[str]) -> list[Piece]:
    first, last = (read_number(part, here.style) for part in found.groups())
    return [Piece(found.end(), f"{first} trên {last}", "ratio")]


_LIST = re.compile(rf"[0-9]+(?:,[0-9]+){{2,}}{NOT_INSIDE}")
_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?!,?[0-9])")
_POINTS = re.compile(r"[0-9]+(?:\.[0-9]+)+(?![0-9])")
_ASK_ENGLISH = "«{written}»: dấu phẩy ngăn hàng nghìn kiểu tiếng Anh? Hãy viết dấu chấm theo cách của tiếng Việt."


def rows(here: Here) -> list[Piece] | None:
    """Read rows of numbers: «1,2,3» as a list, «1.2.3» and «2.0» point by point; «1,250,000» is asked."""
    english = _ENGLISH.match(here.text, here.pos)
    if english:
        number = read_number(english.group().replace(",", ""), here.style)
        return here.asked(english.end(), "integer", _ASK_ENGLISH.format(written=english.group()), (number,))
    listed = _LIST.match(here.text, here.pos)
    if listed:
        return [Piece(listed.end(), ", ".join(_each(here, listed.group(), ",")), "integer")]
    points = _POINTS.match(here.text, here.pos)
    if points:
        return [Piece(points.end(), " chấm ".join(_each(here, points.group(), ".")), "decimal")]
    return None


def _each(here: Here, written: str, mark: str) -> list[str]:
    parts = written.split(mark)
    return [read_digits(part) if len(part) > 4 or part[0] == "0" else read_number(part, here.style) for part in parts]
