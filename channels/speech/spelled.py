"""Letters and digits in one word: «A4», «5G», «QL1A», «H49.12-250101»; and Roman numerals."""

import re

from channels.speech.capitals import is_shouting
from channels.speech.here import Here
from channels.speech.letters import SIGNS, spell
from channels.speech.numbers import read_digits, read_integer, read_ordinal, roman
from channels.speech.tokens import Piece
from channels.speech.units import UNITS

_WORD = re.compile(r"[^\W_]+(?:[.\-/][^\W_]*[0-9][^\W_]*)*")
_FIRST = re.compile(r"[^\W_]+")
_RUN = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)
_SIMPLE = re.compile(r"[A-ZĐ][0-9]{1,2}|[0-9]{1,3}[A-ZĐa-zđ]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-–](?=[0-9])|(?<=[0-9])[-–](?=[^\W\d_])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_ASK_CODE = "«{written}» có cả chữ lẫn số, đang đọc từng phần. Hãy nghe thử, thêm vào từ điển nếu đọc khác."
_ASK_DIGIT = "«{written}» có chữ số lạ. Hãy gõ lại bằng chữ số thường."


def spelled(here: Here) -> list[Piece] | None:
    """Read a word of letters and digits part by part; short ones («A4», «5G») are sure, others are asked about."""
    first = _FIRST.match(here.text, here.pos)
    if first is None or first.group().isalpha() or (first.group().isascii() and first.group().isdigit()):
        return None
    if first.group() in UNITS:
        return [Piece(first.end(), UNITS[first.group()], "quantity")]
    found = _WORD.match(here.text, here.pos)
    end = found.end() if found else first.end()
    written = here.written(end)
    if any(char.isnumeric() and not ("0" <= char <= "9") for char in written):
        return here.asked(end, "unknown", _ASK_DIGIT.format(written=written))
    spoken = " ".join(filter(None, (_part(here, run) for run in _RUN.findall(written))))
    if _SIMPLE.fullmatch(written):
        return [Piece(end, spoken, "code")]
    return [
        Piece(end, spoken, "code", _ASK_CODE.format(written=written), tuple(dict.fromkeys((spoken, spell(written)))))
    ]


def _part(here: Here, run: str) -> str:
    if run.isdigit():
        named = len(run) > 3 or run[0] == "0"
        return read_digits(run) if named and not _YEAR.fullmatch(run) else read_integer(int(run), here.style)
    if not run.isalpha():
        return SIGNS.get(run, "")
    entry = here.lexicon.of(run)
    if entry and len(entry.readings) == 1:
        return entry.readings[0]
    return run if len(run) > 1 and run == run.lower() else spell(run) or run.lower()


_NUMERAL = r"[IVXL]{1,7}"
_ROMAN = re.compile(
    rf"({_NUMERAL})(?:[ \u00a0]?([-–])[ \u00a0]?({_NUMERAL}))?(?:/((?:19|20|21)[0-9]{{2}})(?![0-9/]))?(?![^\W_])"
)
_ROMAN_ALONE = re.compile(rf"({_NUMERAL})()()()(?![^\W_])")
_LISTED = re.compile(
    r" (quý|khóa|khoá|lần thứ|thứ|kỳ|chương|phần|mục|thế kỷ|đại hội|hạng|loại|cấp|giai đoạn|đợt|vòng|tập|phụ lục|bảng|"
    r"nhóm|vùng|bậc|hội nghị|học kỳ|khu|cụm|tuyến|quyển|biểu|điều|quân khu|đệ)"
    r"(?: (?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|nhất|tư|và|hoặc|đến))*$"
)
_HYPHENATED = re.compile(r"[-–'’][^\W\d_]")
_SURE = re.compile(r"(?=..)(?:X{0,3})(?:IX|IV|V?I{0,3})")
_SYLLABLES = {"XI", "VI", "I", "V", "X", "L", "XL", "LI", "LV", "LX"}
_ASK_ROMAN = "«{written}»: là số La Mã hay chữ? Hãy chọn cách đọc."


def romans(here: Here) -> list[Piece] | None:
    """Read Roman numerals after quý, khóa, chương …; elsewhere only those that can be nothing else."""
    found = _ROMAN.match(here.text, here.pos)
    if found and found[3] and not roman(found[3]):
        found = _ROMAN_ALONE.match(here.text, here.pos)
    if found is None or not roman(found[1]):
        return None
    if len(found[1]) == 1 and _HYPHENATED.match(here.text, found.end()):
        return None  # «I-sô»
    named = _LISTED.search(here.said)
    if named is None:
        return _bare(here, found)
    ordinal = named[1] in {"thứ", "lần thứ", "đệ"}
    read = read_ordinal if ordinal else read_integer
    spoken = read(roman(found[1]), here.style)
    if found[3]:
        spoken += f" đến {named[1]} {read(roman(found[3]), here.style)}"
    if found[4]:
        spoken += f" năm {read_integer(int(found[4]), here.style)}"
    return [Piece(found.end(), spoken, "roman")]


def _bare(here: Here, found: re.Match[str]) -> list[Piece] | None:
    written, end = found[1], found.end(1)
    if here.text[end : end + 1].isalnum() or not _SURE.fullmatch(written):
        return None
    if written in _SYLLABLES and is_shouting(here):
        return None  # «XI MĂNG» in a headline
    words = read_integer(roman(written), here.style)
    if written in _SYLLABLES:
        return here.asked(end, "roman", _ASK_ROMAN.format(written=written), (words, written.lower()))
    return [Piece(end, words, "roman")]
