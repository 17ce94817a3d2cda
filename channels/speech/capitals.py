"""Words in capitals: headlines become ordinary words, abbreviations are looked up, unknown ones are asked about."""

import re

from channels.speech.abbreviations import PLAIN_NEIGHBOURS, READINGS, SHORT_NAMES, SIGNED
from channels.speech.here import Here
from channels.speech.letters import spell
from channels.speech.syllables import is_marked_syllable, is_syllable
from channels.speech.tokens import Piece

_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"(?:[^\w\n.?!]|_){1,40}")
_SIGN = re.compile(r"[^\W\d_]+(?:&[^\W\d_]+)*")
_SIGNED = re.compile(rf"({'|'.join(sign[:-1] for sign in SIGNED)})(?:\W|_){{0,12}}?\.")
_OFFICES = {
    "chủ",
    "giám",
    "tổng",
    "trưởng",
    "chánh",
    "cục",
    "vụ",
    "viện",
    "hiệu",
    "bí",
    "phó",
    "ban",
    "ủy",
    "thủ",
    "bộ",
}
_IN_PARENTHESES = re.compile(r"\(([^\W\d_][^()\n]{0,80}[^\W\d_])\)")
_CONSONANTS = re.compile(r"[^AEIOUYĂÂÊÔƠƯ]{4}")
_SHORTENED = re.compile(r" (?:gọi tắt|viết tắt|tên tắt|tên viết tắt|tên gọi tắt|ký hiệu)(?: là)?$")
_ASK_UNKNOWN = "«{written}» chưa có trong từ điển. Hãy chọn cách đọc hoặc thêm vào từ điển của đơn vị."
_ASK_SEVERAL = "«{written}» có nhiều cách đọc. Hãy chọn một cách cho bài này hoặc quy định trong từ điển của đơn vị."
_ASK_SHORTENED = "«{written}» được giới thiệu là tên gọi tắt: đọc cả tên thì lặp. Hãy chọn cách đọc hoặc bỏ phần này."
_ASK_PLAIN = "«{written}» trong dòng chữ hoa được đọc như từ thường. Hãy xem lại nếu đây là chữ viết tắt."
_ASK_MIXED = "«{written}»: tên riêng hoặc chữ viết tắt chưa có cách đọc. Hãy thêm vào từ điển của đơn vị."
_LONG = 5  # letters; longer rows of capitals are words, unless nobody could pronounce them


def entries(here: Here) -> list[Piece] | None:
    """Read what the dictionary holds; what it holds with several readings is left and asked about."""
    found = here.lexicon.find(here.text, here.pos)
    if found is None:
        return None
    entry, end = found
    written = here.written(end)
    if entry.written in SIGNED and not entry.own:
        return None
    if written.isupper() and not entry.own and is_syllable(written) and is_shouting(here):
        return None  # a plain word in a headline
    if len(entry.readings) > 1:
        return here.asked(end, "abbreviation", _ASK_SEVERAL.format(written=written), entry.readings)
    reading = entry.readings[0]
    if not entry.own and entry.written in SHORT_NAMES and _SHORTENED.search(here.said):
        return [Piece(end, SHORT_NAMES[entry.written], "abbreviation")]
    if written.isupper() and not entry.own and _SHORTENED.search(here.said):
        candidates = (spell(written), reading)
        return here.asked(end, "abbreviation", _ASK_SHORTENED.format(written=written), candidates)
    return [_without_echo(here, end, reading)]


def _without_echo(here: Here, end: int, reading: str) -> Piece:
    """Say «chỉ số PAR INDEX» and «số SĐT» without «chỉ số chỉ số» and «số số»."""
    words = reading.split() if here.tokens and here.tokens[-1].spoken == " " else []
    for count in range(min(len(words), 4), 0, -1):
        opening = " ".join(words[:count]).replace(",", "").lower()
        if here.after(opening) and (count > 1 or opening == "số"):
            rest = " ".join(words[count:])
            return Piece(end, rest, "abbreviation" if rest else "mark")
    return Piece(end, reading, "abbreviation")


def signatures(here: Here) -> list[Piece] | None:
    """Read «KT.» and «Q.» where somebody signs: at the start of a line or before an office, never «khu Q. Sau đó»."""
    found = _SIGNED.match(here.text, here.pos)
    if found is None or f"{found[1]}." in here.lexicon.own:
        return None
    if not here.line_start and here.before(found.end()) not in _OFFICES:
        return None
    return [Piece(found.end(), READINGS[f"{found[1]}."], "abbreviation")]


def repeated(here: Here) -> list[Piece] | None:
    """Leave out «(CCHC)» right behind «cải cách hành chính», and the other way round: nobody says it twice."""
    found = _IN_PARENTHESES.match(here.text, here.pos)
    if found is None:
        return None
    entry = here.lexicon.of(found[1])
    words = _WORD.findall((entry.readings[0] if entry and len(entry.readings) == 1 else found[1]).lower())
    return [Piece(found.end(), "", "mark")] if words and here.after(" ".join(words)) else None


def is_shouting(here: Here) -> bool:
    """Tell whether the word stands in a run of words in capitals of which one has a tone: a headline."""
    if here.pos < here.shouting:
        return True
    if here.pos < -here.shouting:
        return False
    end = here.pos
    words: list[str] = []
    for run in _WORD.finditer(here.text, here.pos, here.pos + 2_000):
        between = here.text[end : run.start()]
        if not (run.group().isupper() and run.group().isalpha()) or (words and not _BETWEEN.fullmatch(between)):
            break
        words.append(run.group())
        end = run.end()
    loud = len(words) > 1 and any(is_marked_syllable(word) for word in words)
    here.shouting = end if loud else -end
    return loud


def capitals(here: Here) -> list[Piece] | None:
    """Read words in capitals: a headline's words in small letters; leave and ask about what is no word."""
    found = _WORD.match(here.text, here.pos)
    if found is None:
        return None
    word, end = found.group(), found.end()
    if not word.isupper():
        return _mixed(here, word, end)
    if is_shouting(here) and is_syllable(word):
        return _headline(here, word, end)
    if len(word) == 1:
        return [Piece(end, word, "text")]
    if is_marked_syllable(word) or (len(word) > _LONG and _CONSONANTS.search(word) is None):
        return [Piece(end, word.lower(), "capitals")]
    sign = _SIGN.match(here.text, here.pos)
    end = sign.end() if sign and sign.group().isupper() else end
    written = here.written(end)
    plain = (written.lower(),) if is_syllable(written) else ()
    return here.asked(end, "abbreviation", _ASK_UNKNOWN.format(written=written), (*plain, spell(written)))


def _headline(here: Here, word: str, end: int) -> list[Piece]:
    entry = here.lexicon.of(word)
    if entry is None or entry.any_case:
        return [Piece(end, word.lower(), "capitals")]
    following = _WORD.search(here.text, end, end + 12)
    near = {here.said.rsplit(" ", 1)[-1].upper(), following.group() if following else ""}
    if near & PLAIN_NEIGHBOURS.get(word, set()):
        return [Piece(end, word.lower(), "capitals")]
    reason = _ASK_PLAIN.format(written=word)
    return [Piece(end, word.lower(), "capitals", reason, (word.lower(), *entry.readings))]


def _mixed(here: Here, word: str, end: int) -> list[Piece]:
    """Leave names such as YouTube or ThS as they are and ask; McDonald and the like are names too."""
    if sum(char.isupper() for char in word) < 2 or not word.isascii():
        return [Piece(end, word, "text")]
    return here.asked(end, "abbreviation", _ASK_MIXED.format(written=word), (spell(word),))
