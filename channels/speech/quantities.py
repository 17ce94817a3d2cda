"""Numbers with what they count: percent, money, measures, ranges, ordinals, scores."""

import re
from dataclasses import dataclass

from channels.speech.here import Here
from channels.speech.numbers import NOT_INSIDE, NUMBER, read_code_number, read_number, read_ordinal, value_of
from channels.speech.syllables import is_marked_syllable
from channels.speech.tokens import Kind, Piece
from channels.speech.units import STROKE, UNIT, read_unit

_SPACE = "[ \u00a0]?"
_QUANTITY = re.compile(rf"({NUMBER}){NOT_INSIDE}(?![0-9]|/[0-9])(?:{_SPACE}({UNIT}{STROKE}{{0,3}}))?")
_GLUED = re.compile(r"[^\W\d_]+")
_SIGNED = re.compile(rf"[-−–](?={NUMBER}{NOT_INSIDE}{_SPACE}(?:%|°C|ºC|℃|độ C))")
_TO = re.compile(r"([ \u00a0]?)[-–—]([ \u00a0]?)(?=[0-9])")
_TIMES = re.compile(rf"({NUMBER})(?:{_SPACE}({UNIT}))?{_SPACE}[x×]{_SPACE}(?={NUMBER})")
_POINT = re.compile(
    rf"([0-9]{{1,6}})\.([0-9]{{1,2}})(?![0-9]|[.,][0-9])"
    rf"(?:{_SPACE}({UNIT}{STROKE}{{0,2}})|(?=[ \u00a0](?:triệu|tỷ|nghìn|ngàn)\b))"
)
_MORE = re.compile(r"[ \u00a0]?[-–—/][ \u00a0]?[0-9]")
_YEAR_WORDS = (
    "giai đoạn",
    "nhiệm kỳ",
    "năm học",
    "niên khóa",
    "niên khoá",
    "khóa",
    "khoá",
    "thời kỳ",
    "năm",
    "các năm",
)
_LABELS = (
    "tháng", "thứ", "điều", "khoản", "mục", "trang", "tầng", "quý", "tuần", "lớp", "khối", "bậc", "hạng", "cấp",
    "chương", "phần", "phòng", "tổ", "bảng", "bước", "mức độ", "số",
)  # fmt: skip
_SCORES = ("tỷ số", "tỉ số", "thắng", "thua", "hòa", "hoà", "dẫn", "dẫn trước")
_BY_NUMBER = (
    "nghị quyết",
    "nghị định",
    "quyết định",
    "chỉ thị",
    "thông tư",
    "kế hoạch",
    "kết luận",
    "công điện",
    "luật",
)
_NAMED = tuple(f"{name}{so}" for name in _BY_NUMBER for so in ("", " số"))
_MONEY = ("đồng", "đô", "ơ-rô")
_SINGLE = {"V", "W", "L"}  # behind a space they are no unit but a letter
_ASK_RANGE = "«{written}»: là khoảng, tỷ số hay số hiệu? Hãy chọn cách đọc hoặc viết rõ bằng chữ."
_ASK_POINT = "«{written}»: dấu chấm được hiểu là dấu thập phân. Hãy viết dấu phẩy nếu đúng, viết lại nếu không."


@dataclass(frozen=True)
class _Quantity:
    number: str
    unit: str
    end: int


def _quantity(here: Here, at: int) -> _Quantity | None:
    found = _QUANTITY.match(here.text, at)
    if found is None:
        return None
    unit = found[2] or ""
    if unit in _SINGLE and here.text[found.start(2) - 1].isspace():
        return _Quantity(found[1], "", found.end(1))
    word = _GLUED.match(here.text, found.end())
    if not unit and word and not (word.group().islower() and is_marked_syllable(word.group())):
        return None  # «3,6tỷ» lacks a space, «5G» is a name
    return _Quantity(found[1], unit, found.end())


def quantities(here: Here) -> list[Piece] | None:
    """Read a number, a number with its unit, or a range of them."""
    first = _quantity(here, here.pos)
    if first is None:
        return None
    to = _TO.match(here.text, first.end)
    last = _quantity(here, to.end()) if to else None
    if to and last and not _MORE.match(here.text, last.end):
        spaced = bool(to[1] and to[2])
        if here.after(*_SCORES) and not spaced:
            return [Piece(last.end, f"{_words(here, first)} {_words(here, last)}", "score")]
        if value_of(first.number) < value_of(last.number):
            return [Piece(last.end, _range(here, first, last), "range")]
        if not spaced:
            reason = _ASK_RANGE.format(written=here.written(last.end))
            pair = (_words(here, first), _words(here, last))
            return here.asked(last.end, "range", reason, (f"{pair[0]}, {pair[1]}", f"từ {pair[0]} đến {pair[1]}"))
    return [Piece(first.end, _one(here, first), _kind(first))]


def _words(here: Here, quantity: _Quantity, style_code: bool = False) -> str:
    read = read_code_number if style_code and quantity.number.isdigit() else read_number
    words = read(quantity.number, here.style)
    return f"{words} {read_unit(quantity.unit)}" if quantity.unit else words


def _one(here: Here, quantity: _Quantity) -> str:
    if quantity.number.isdigit() and len(quantity.number) < 4 and not quantity.unit:
        if here.after("thứ"):
            return read_ordinal(int(quantity.number), here.style)
        if here.after("tháng") and int(quantity.number) == 4:
            return "tư"
    return _words(here, quantity, here.after(*_NAMED))


def _kind(quantity: _Quantity) -> Kind:
    if quantity.unit:
        return "quantity"
    return "decimal" if "," in quantity.number else "integer"


def _range(here: Here, first: _Quantity, last: _Quantity) -> str:
    """Say both ends: «từ … đến …», but «giai đoạn … đến …» and «tháng bảy đến tháng chín»."""
    if first.unit == last.unit:
        first = _Quantity(first.number, "", first.end)
    one, two = _one(here, first), _words(here, last)
    label = next((label for label in _LABELS if here.after(label)), "")
    if label == "thứ" and last.number.isdigit() and len(last.number) < 4:
        two = read_ordinal(int(last.number), here.style)
    if label == "tháng" and last.number in {"4", "04"}:
        two = "tư"
    if label:
        return f"{one} đến {label} {two}"
    plain = here.after("từ") or (here.after(*_YEAR_WORDS) and len(first.number) == 4)
    return f"{one} đến {two}" if plain else f"từ {one} đến {two}"


def products(here: Here) -> list[Piece] | None:
    """Read «3 x 5 m» as «ba nhân năm mét»; the factor behind is read by its own rule."""
    found = _TIMES.match(here.text, here.pos)
    if found is None:
        return None
    words = read_number(found[1], here.style) + (f" {read_unit(found[2])}" if found[2] else "")
    return [Piece(found.end(), f"{words} nhân ", "quantity")]


def points(here: Here) -> list[Piece] | None:
    """Read «2.5%» and «2.5 triệu» with «phẩy», and ask: the point may be a slip."""
    found = _POINT.match(here.text, here.pos)
    if found is None:
        return None
    words = read_number(f"{found[1]},{found[2]}", here.style)
    spoken = f"{words} {read_unit(found[3])}" if found[3] else words
    return [Piece(found.end(), spoken, "decimal", _ASK_POINT.format(written=found.group()), (spoken,))]


def below_zero(here: Here) -> list[Piece] | None:
    """Read the sign of «-5%» and «-5°C» as «âm»; before other numbers a dash is a pause."""
    found = _SIGNED.match(here.text, here.pos)
    if found is None or (here.pos and not here.text[here.pos - 1].isspace() and here.text[here.pos - 1] != "("):
        return None
    return None if here.line_start else [Piece(found.end(), "âm ", "quantity")]


_COMPARED = re.compile(r"[≥≤>][ \u00a0]?(?=[0-9])|<[ \u00a0]?(?=[0-9])")
_DONG = re.compile(r"đ(?!\w|/c(?!\w))")
_FRAMES = {"≥": "từ {} trở lên", "≤": "không quá {}", ">": "trên {}", "<": "dưới {}"}
_PREFIXED_MONEY = re.compile(rf"(?:US)?\$[ \u00a0]?({NUMBER}){NOT_INSIDE}")


def compared(here: Here) -> list[Piece] | None:
    """Read «≥ 30%» as «từ ba mươi phần trăm trở lên»."""
    found = _COMPARED.match(here.text, here.pos)
    quantity = _quantity(here, found.end()) if found else None
    if found is None or quantity is None:
        return None
    return [Piece(quantity.end, _FRAMES[found.group()[0]].format(_words(here, quantity)), "quantity")]


def dong(here: Here) -> list[Piece] | None:
    """Read the lone «đ» of «100 triệu đ/năm»."""
    found = _DONG.match(here.text, here.pos)
    if found is None or not here.after("nghìn", "ngàn", "triệu", "tỷ"):
        return None
    return [Piece(found.end(), "đồng", "quantity")]


def dollars(here: Here) -> list[Piece] | None:
    """Read «$500» with the currency behind the number."""
    found = _PREFIXED_MONEY.match(here.text, here.pos)
    if found is None:
        return None
    return [Piece(found.end(), f"{read_number(found[1], here.style)} đô la Mỹ", "quantity")]
