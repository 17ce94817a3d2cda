"""Numbers of documents: «76/NQ-CP», «30/2020/NĐ-CP», «39-NQ/TW», «1273/BTTTT-TTCS»; and standards such as ISO."""

import re
from dataclasses import dataclass

from channels.speech.doctypes import AGENCIES, ISSUERS, OTHER_NAMES, PARTY_TYPES, TYPES
from channels.speech.here import Here
from channels.speech.letters import spell
from channels.speech.numbers import read_code_number, read_integer, read_whole
from channels.speech.tokens import Piece

_LETTERS = "A-Za-zĂÂĐÊÔƠƯăâđêôơư"
_CAPITAL = "A-ZĂÂĐÊÔƠƯ"
_PART = rf"[{_CAPITAL}](?:[{_LETTERS}0-9]|&(?=[{_LETTERS}])){{0,15}}"
_NAMES = "|".join(sorted({*(name.lower() for name in TYPES.values()), *OTHER_NAMES}, key=len, reverse=True))
_SIGNS = "|".join(sorted(TYPES, key=len, reverse=True))
_PREFIX = re.compile(rf"(?:((?i:{_NAMES})|{_SIGNS})[ \u00a0]+)?(?:([Ss]ố)[ \u00a0]?:?[ \u00a0]*)?(?=[0-9])")
_STATE = re.compile(
    rf"([0-9]{{1,6}})([ \u00a0]?)/[ \u00a0]?(?:([0-9]{{4}})[ \u00a0]?/[ \u00a0]?)?"
    rf"({_PART}(?:(?:[-–]|[ \u00a0][-–][ \u00a0]){_PART}){{0,4}})(?![{_LETTERS}0-9])"
)
_PARTY = re.compile(
    rf"([0-9]{{1,4}})[ \u00a0]?[-–][ \u00a0]?({_SIGNS})[ \u00a0]?/[ \u00a0]?({_PART})(?![{_LETTERS}0-9])"
)
_FIRST_SIGN = re.compile(r"[^-–]+[-–][ \u00a0]?")
_BARE = re.compile(rf"({_SIGNS})[-–/]({_PART})(?![{_LETTERS}0-9])")
_ASSEMBLY = re.compile(r"(QH|UBTVQH)([0-9]{1,2})?")
_DATED = (
    r"[ \u00a0]+(?:ban hành[ \u00a0]+)?ngày[ \u00a0]+(?:[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{4}"
    r"|[0-9]{1,2}[ \u00a0]tháng[ \u00a0][0-9]{1,2}[ \u00a0]năm[ \u00a0][0-9]{4})"
)
_HAS_ISSUER = re.compile(rf",?(?:{_DATED})?,?[ \u00a0]+của\b")
_THEN_DATE = re.compile(r"[ \u00a0]+ngày\b")
_ASK_CODE = "«{written}»: số hiệu lạ, đang đọc từng chữ cái. Hãy thay bằng tên văn bản nếu được."


@dataclass(frozen=True)
class _Code:
    """A document's number, taken apart; `issuer_at` is where the issuer's sign begins in the text."""

    end: int
    number: str
    year: str
    type: str
    issuers: tuple[str, ...]
    issuer_at: int


def codes(here: Here) -> list[Piece] | None:
    """Read a document's number with the type word and «số» before it, if they stand there."""
    prefix = _PREFIX.match(here.text, here.pos)
    if prefix is None:
        return None
    code = _party(here, prefix.end()) or _state(here, prefix.end())
    if code is None:
        return _unknown(here, prefix) if not prefix.group() else None
    spoken = f"{_opening(here, prefix, code)} {read_code_number(code.number, here.style)}".strip()
    if code.year:
        spoken += f" năm {read_whole(code.year, here.style)}"
    return _with_issuer(here, code, spoken)


def _state(here: Here, at: int) -> _Code | None:
    found = _STATE.match(here.text, at)
    if found is None:
        return None
    number, space, year, sign = found[1], found[2], found[3] or "", found[4]
    first, *rest = re.split(r"[ \u00a0]?[-–][ \u00a0]?", sign)
    behind = _FIRST_SIGN.match(sign)
    rest_at = found.start(4) + (behind.end() if behind else 0)
    if first in TYPES and rest:
        issuers = tuple(rest) if first == "TTLT" else (rest[0],)
        return _Code(found.end(), number, year, TYPES[first], issuers, rest_at)
    assembly = _ASSEMBLY.match(first)
    if assembly and not first[assembly.end() : assembly.end() + 1].isalnum():
        end = found.start(4) + assembly.end()
        return _Code(end, number, year, "", (assembly.group(),), found.start(4))
    if (first in AGENCIES or first in here.lexicon.own) and rest and not space:
        return _Code(found.end(), number, year, TYPES["CV"], (first,), found.start(4))
    return None


def _party(here: Here, at: int) -> _Code | None:
    found = _PARTY.match(here.text, at)
    if found is None:
        return None
    return _Code(found.end(), found[1], "", PARTY_TYPES[found[2]], (found[3],), found.start(3))


def _opening(here: Here, prefix: re.Match[str], code: _Code) -> str:
    """Return what is said before the number: the type as written, in full, or left out when just said."""
    if prefix[1]:
        return f"{TYPES.get(prefix[1], prefix[1])} số"
    said = here.sentence
    if here.after(code.type.lower(), f"{code.type.lower()} số", *OTHER_NAMES):
        return "" if here.after("số") else "số"
    if prefix[2] and (not code.type or f" {code.type.lower()} " in f"{said} "):
        return prefix[2]
    return f"{code.type or 'Văn bản'} số"


def _with_issuer(here: Here, code: _Code, spoken: str) -> list[Piece]:
    comma = "," if _THEN_DATE.match(here.text, code.end) else ""
    if _HAS_ISSUER.match(here.text, code.end):
        return [Piece(code.end, spoken + comma, "code")]
    names = [_issuer(here, sign) for sign in code.issuers]
    if all(len(readings) == 1 for readings in names):
        issuer = " và ".join(readings[0] for readings in names)
        if _just_named(here, issuer):
            return [Piece(code.end, spoken + comma, "code")]
        return [Piece(code.end, f"{spoken} của {issuer}{comma}", "code")]
    if any(_just_named(here, reading) for reading in names[0]):
        return [Piece(code.end, spoken + comma, "code")]
    return [Piece(code.issuer_at, f"{spoken} của ", "code")]  # the sign is then asked about like any abbreviation


def _just_named(here: Here, issuer: str) -> bool:
    """Tell whether this sentence names the issuer already, and not for another document's number."""
    for token in reversed(here.tokens[-40:]):
        if token.kind == "code":
            return False
        if token.spoken[:1] in {".", "?", "!", "\n"}:
            break
    return f" {issuer.lower()} " in f"{here.sentence} "


def _issuer(here: Here, sign: str) -> tuple[str, ...]:
    """Return the readings of an issuer's sign; none if nobody told, several if it must be asked."""
    if sign in here.lexicon.own:
        return (here.lexicon.own[sign],)
    assembly = _ASSEMBLY.fullmatch(sign)
    if assembly and assembly[2]:
        return (f"{ISSUERS[assembly[1]]} khóa {read_integer(int(assembly[2]), here.style)}",)
    if sign in ISSUERS:
        return (ISSUERS[sign],)
    entry = here.lexicon.of(sign)
    return entry.readings if entry else ()


def _unknown(here: Here, prefix: re.Match[str]) -> list[Piece] | None:
    """Spell a number like «123/ABC-XYZ» whose signs nobody described."""
    found = _STATE.match(here.text, prefix.end())
    if found is None or not re.search(r"[-–]", found[4]) or " " in found.group():
        return None
    number = read_code_number(found[1], here.style)
    year = f" năm {read_whole(found[3], here.style)}" if found[3] else ""
    spoken = f"{number}{year} xuyệt {spell(found[4])}"
    return [Piece(found.end(), spoken, "code", _ASK_CODE.format(written=found.group()), (spoken,))]


def bare_codes(here: Here) -> list[Piece] | None:
    """Read the sign without a number: «NQ/TW» → «nghị quyết của Trung ương»."""
    found = _BARE.match(here.text, here.pos)
    if found is None:
        return None
    issuer = _issuer(here, found[2])
    if len(issuer) != 1 or not (found[2] in ISSUERS or found[2] in AGENCIES or found[2] in here.lexicon.own):
        return None
    opening = "" if here.after(TYPES[found[1]].lower()) else f"{TYPES[found[1]].lower()} "
    return [Piece(found.end(), f"{opening}của {issuer[0]}", "code")]


_ISO = re.compile(
    r"(?:(TCVN)[ \u00a0]+)?(?:(ISO)(?:/(IEC))?[ \u00a0]+)?([0-9]{3,6})(?:-([0-9]{1,2}))?(?::([0-9]{4}))?(?![0-9])"
)


def standards(here: Here) -> list[Piece] | None:
    """Read «TCVN ISO 9001:2015» with the year as its version."""
    found = _ISO.match(here.text, here.pos)
    if found is None or not (found[1] or found[2]):
        return None
    words = ["tiêu chuẩn Việt Nam"] if found[1] and not here.after("tiêu chuẩn việt nam") else []
    words += ["I-sô"] if found[2] else []
    words += ["i e xê"] if found[3] else []
    words += [read_whole(found[4], here.style)]
    words += [f"phần {read_whole(found[5], here.style)}"] if found[5] else []
    spoken = " ".join(words)
    if found[6]:
        spoken += f", phiên bản {read_whole(found[6], here.style)}"
    return [Piece(found.end(), spoken, "code")]
