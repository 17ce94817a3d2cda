"""Signs and punctuation: what is said, what makes a pause, what is only seen; bullets and numbers of lists."""

import re
import unicodedata

from channels.speech.here import Here
from channels.speech.numbers import read_integer, roman
from channels.speech.symbols import BULLETS, DASHES, PAUSES, SAID
from channels.speech.tokens import Piece
from channels.speech.units import COUNTED, MONEY, PER, read_per

_SPACES = re.compile(r"[^\S\n]+|\n")
_PAUSES = re.compile(r"/{2,}")
_ETC = re.compile(r"v\.[ ]?v\.{0,4}…?(?!\w)|…+(?!\.)|(?<!\.)\.\.\.(?!\.)")
_BLANK = re.compile(r"\.{4,}|…[.…]+|\.{2}…+|_{3,}")
_FILLED = re.compile(r"\{\{[^{}\n]{0,80}\}\}")
_TO_FILL = re.compile(r" (?:số|ngày|tháng|năm|giờ|tại|ông|bà|địa chỉ|điện thoại|nóng|họ tên|từ|đến|lúc|phòng)$")
_MARKS_OF_SENTENCES = re.compile(r"[^\S\n]+[A-ZĂÂĐÊÔƠƯÁÀẢÃẠẤẦẨẪẬẮẰẲẴẶÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ]")
_PER_UNIT = re.compile(rf"/({'|'.join(re.escape(unit) for unit in PER if PER[unit] != unit)})(?!\w)")
_PER_FIRST = frozenset(word.split()[0] for word in PER if PER[word] == word)
_NUMBER_BEHIND = re.compile(r"[^\w\s/]{0,4}[^\W_]*[0-9]")
_ASK_BLANK = "«{written}»: chỗ trống chưa điền. Hãy điền nội dung thật trước khi phát."
_ASK_STROKE = "Dấu «/» giữa hai từ: đọc «hoặc» hay «và»? Hãy viết rõ trong bài."
_ASK_OVER = "Dấu «/» trước số đang đọc là «trên». Hãy viết rõ bằng chữ nếu đọc khác."
_ASK_SIGN = "«{written}»: ký hiệu chưa có cách đọc. Hãy viết bằng chữ hoặc bỏ đi."
_NUMBERED = re.compile(r"([0-9]{1,2})[.)](?=[ \t\u00a0]|[^\W\d_])")
_LEVELS = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})+(?:[.)](?=\s)|(?=[ \t\u00a0]+[^\W\d_a-zà-ỹđ]))")
_LETTERED = re.compile(r"[a-zđ](?:\)|(?:[^\w\n]|_){0,12}?\.(?=[^\S\n]*(?!//)\S))")
_ROMAN = re.compile(r"([IVX]{1,6})(?:\)|(?:[^\w\n]|_){0,12}?\.)(?=[^\S\n]*(?!//)\S)")
_BULLET = re.compile(rf"[{re.escape(BULLETS)}](?![{re.escape(BULLETS)}])")
_WHOLE = {"text", "capitals"}  # words that keep their hyphens and apostrophes
_MOST_POINTS = 60  # a line that begins with «2025.» or «95.» ends a sentence


def lists(here: Here) -> list[Piece] | None:
    """Read «1.» at the start of a line as «Một là,»; «II.» as «Phần hai,»; letters, levels and bullets are dropped."""
    if not here.line_start:
        return None
    found = _NUMBERED.match(here.text, here.pos)
    if found and 0 < int(found[1]) < _MOST_POINTS:
        words = read_integer(int(found[1]), here.style)
        return _label(found.end(), f"{words[0].upper()}{words[1:]} là")
    found = _ROMAN.match(here.text, here.pos)
    if found and roman(found[1]):
        return _label(found.end(), f"Phần {read_integer(roman(found[1]), here.style)}")
    for pattern in (_LEVELS, _LETTERED, _BULLET):
        found = pattern.match(here.text, here.pos)
        if found:
            return [Piece(found.end(), "", "mark")]
    return None


def _label(end: int, words: str) -> list[Piece]:
    """A point of a list is named and then waited for: its own mark becomes the pause."""
    return [Piece(end - 1, words, "list"), Piece(end, ",", "mark")]


def spaces(here: Here) -> list[Piece] | None:
    """Take white space: a line's end stays one, everything else is a space."""
    found = _SPACES.match(here.text, here.pos)
    return [Piece(found.end(), "\n" if found.group() == "\n" else " ", "mark")] if found else None


def pauses(here: Here) -> list[Piece] | None:
    """Keep the announcer's marks: «//» a short pause, «///» a long one."""
    found = _PAUSES.match(here.text, here.pos)
    return [Piece(found.end(), found.group()[:3], "mark")] if found else None


def and_so_on(here: Here) -> list[Piece] | None:
    """Read «…» and «v.v.» as «vân vân»; dots that wait to be filled in, and {{names}}, are asked about."""
    for pattern in (_FILLED, _BLANK):
        found = pattern.match(here.text, here.pos)
        if found:
            return here.asked(found.end(), "blank", _ASK_BLANK.format(written=found.group()))
    found = _ETC.match(here.text, here.pos)
    if found is None:
        return None
    if _TO_FILL.search(here.said) and not found.group().startswith("v"):
        return here.asked(found.end(), "blank", _ASK_BLANK.format(written=found.group()))
    if here.after("vân vân") and here.text[here.pos - 1] not in DASHES:
        return [Piece(found.end(), "", "mark")]
    dot = "." if found.group()[-1] in ".…" and _MARKS_OF_SENTENCES.match(here.text, found.end()) else ""
    comma = ", " if here.pos and here.text[here.pos - 1].isalnum() else ""
    return [Piece(found.end(), f"{comma}vân vân{dot}", "symbol")]


def strokes(here: Here) -> list[Piece] | None:
    """Read «/» behind a measure («đồng/tháng»); between other words ask: «hoặc» or «và»."""
    if here.text[here.pos] != "/":
        return None
    at = here.pos + 1
    last = here.said.rsplit(" ", 1)[-1]
    if last in COUNTED or (here.tokens and here.tokens[-1].kind == "quantity"):
        unit = _PER_UNIT.match(here.text, here.pos)
        if unit:
            return [Piece(unit.end(), read_per(last, unit[1]), "quantity")]
        if here.text[at : at + 1].isalpha() and (last in MONEY or here.before(at) in _PER_FIRST):
            return [Piece(at, "một", "quantity")]
    if here.text[at : at + 1] in SAID or here.text.startswith(("…", ".."), at):
        return [Piece(at, ",", "mark")]
    if _NUMBER_BEHIND.match(here.text, at):
        return [Piece(at, "trên", "symbol", _ASK_OVER, ("trên", "xuyệt"))]
    return here.asked(here.pos + 1, "symbol", _ASK_STROKE, ("hoặc", "và"))


def hyphens(here: Here) -> list[Piece] | None:
    """Keep a hyphen inside a word («Ê-đê»), drop it between letters and digits, else make a pause of it."""
    char, at = here.text[here.pos], here.pos
    if char not in DASHES:
        return None
    left, right = here.text[at - 1 : at] if at else "", here.text[at + 1 : at + 2]
    if left.isalpha() and right.isalpha() and here.tokens[-1].kind in _WHOLE:
        return [Piece(at + 1, char, "text")]
    inside = left.isalnum() and right.isalnum() and (left.isdigit() or right.isdigit())
    return [Piece(at + 1, " " if inside else ",", "mark")]


def signs(here: Here) -> list[Piece]:
    """Take any single character that no other rule wanted; never fails."""
    at = here.pos
    char, left, right = here.text[at], here.text[at - 1 : at] if at else "", here.text[at + 1 : at + 2]
    if char in SAID:
        return [Piece(at + 1, SAID[char], "symbol")]
    if char in PAUSES:
        return [Piece(at + 1, PAUSES[char], "mark")]
    if char in "'’ʼ" and left.isalpha() and right.isalpha() and here.tokens[-1].kind in _WHOLE:
        return [Piece(at + 1, char, "text")]
    if unicodedata.category(char)[0] == "M" and here.tokens and here.tokens[-1].kind == "text":
        return [Piece(at + 1, char, "text")]
    if char.isnumeric():
        return here.asked(at + 1, "unknown", _ASK_SIGN.format(written=char))
    return [Piece(at + 1, "", "mark")]
