"""A slogan as it hangs in the street: in capitals, and in pieces that no line break may split."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

# A break is cheapest after a comma or a dash, good before a word that begins a phrase, bad after one.
AFTER_PAUSE, BEFORE_PHRASE, PLAIN, AFTER_BINDER = 0.0, 0.15, 0.5, 2.4


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_OPENERS = _words("và để vì của với là góp hoặc hay nhằm trong tại từ đến cho khi nếu do bằng theo nên thì mà")
_BINDERS = _words(
    "và để vì của với là hoặc hay nhằm trong tại từ đến cho khi nếu do bằng theo nên thì mà mọi từng các những mỗi",
    "nhiều một hai ba bốn năm sáu bảy tám chín mười không chưa hãy đừng được bị sẽ đã đang rất cả toàn lấy làm đủ",
)
_BEFORE_NUMBER = _words("số ngày tháng năm quý thứ lần khóa điều khoản mức hạng đài gọi giai đoạn")
_PLACES = _words("xã phường tỉnh quận huyện phố trấn đặc khu thôn ấp bản làng đường")
_ADDRESS = re.compile(r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?|\S+@\S+", re.IGNORECASE)
_LETTERS = re.compile("[B-DF-HJ-NP-TV-Z&]{2,}")  # no vowel: said letter by letter
_PAUSE = re.compile(r"[,;:!?.…–—-]$")
_EDGES = "\"'“”‘’«»()[],;:!?.…–—-"
LONGEST = 7  # syllables of the longest compound in the list


@dataclass(frozen=True)
class Atom:
    """A piece that stays on one line: its text in capitals, its syllables, and what breaking before it costs."""

    text: str
    syllables: int
    cost: float


@lru_cache(maxsize=1)
def compounds() -> frozenset[str]:
    """Return the compounds and set phrases of administrative language, in small letters."""
    text = (files("channels.banner") / "compounds.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def capitals(word: str) -> str:
    """Return a word in capitals; mixed-case names (VNeID) and addresses (dichvucong.gov.vn) stay as they are."""
    bare = word.strip(_EDGES)
    return word if _mixed(bare) or _ADDRESS.fullmatch(bare) else word.upper()


def tidy(slogan: str) -> str:
    """Return a slogan without the full stop at its end: a banner calls, it does not report (vietnam.md §7.2)."""
    words = " ".join(slogan.split())
    return words[:-1].rstrip() if words.endswith(".") and not words.endswith("..") else words


def syllables(words: Sequence[str]) -> int:
    """Return how many syllables are said; a name like VNeID or QR and an address are several."""
    bare = [word.strip(_EDGES) for word in words]
    return sum(3 if _spelled(word) else 1 for word in bare if word)


def _spelled(word: str) -> bool:
    return _mixed(word) or bool(_ADDRESS.fullmatch(word) or _LETTERS.fullmatch(word))


def _mixed(word: str) -> bool:
    return any(a.islower() and b.isupper() for a, b in pairwise(word))


def atoms(text: str, *, shout: bool = True) -> list[Atom]:
    """Return a slogan's pieces in order: compounds, names, numbers with their units, single words.

    In capitals unless `shout` is False, as for a title.
    """
    words = tidy(text).split()
    glued = _glued(words)
    pieces: list[list[int]] = []
    for at in range(len(words)):
        if at and glued[at]:
            pieces[-1].append(at)
        else:
            pieces.append([at])
    said = [capitals(word) for word in words] if shout else words
    return [_atom(words, said, piece, pieces[number - 1] if number else []) for number, piece in enumerate(pieces)]


def runs(text: str) -> list[str]:
    """Return a running text's words, those joined that no line may part: numbers with their units and labels."""
    words = text.split()
    keys = [_key(word) for word in words]
    found: list[str] = []
    for at, word in enumerate(words):
        if at and keys[at] and keys[at - 1] and not _PAUSE.search(words[at - 1]) and _number(keys, at):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _atom(words: list[str], said: list[str], piece: list[int], before: list[int]) -> Atom:
    inside = [words[at] for at in piece]
    text = " ".join(said[at] for at in piece)
    return Atom(text, syllables(inside), _cost(words, piece[0], alone=len(before) == 1))


def _cost(words: list[str], at: int, *, alone: bool) -> float:
    """Return what it costs to break before a word; `alone` says that the word before it is no part of a compound."""
    if at == 0:
        return 0.0
    if _PAUSE.search(words[at - 1]):
        return AFTER_PAUSE
    if alone and _key(words[at - 1]) in _BINDERS:
        return AFTER_BINDER
    return BEFORE_PHRASE if _key(words[at]) in _OPENERS else PLAIN


def _key(word: str) -> str:
    return word.strip(_EDGES).lower()


def _glued(words: list[str]) -> list[bool]:
    """Return, for each word, whether it may not be parted from the word before it."""
    glued = [False] * len(words)
    keys = [_key(word) for word in words]
    shouted = all(word == word.upper() for word in words)  # written in capitals: names cannot be told from the rest
    at = 0
    while at < len(words):
        length = _compound(words, keys, at)
        for inner in range(at + 1, at + length):
            glued[inner] = True
        at += length
    for at in range(1, len(words)):
        if not keys[at]:  # a dash of its own stays with what it follows
            glued[at] = True
        elif not _PAUSE.search(words[at - 1]) and keys[at - 1]:
            name = not shouted and _named(words[at]) and (_named(words[at - 1]) or keys[at - 1] in _PLACES)
            glued[at] = glued[at] or name or _number(keys, at)
    return glued


def _named(word: str) -> bool:
    bare = word.strip(_EDGES)
    return bare[:1].isupper() and not bare.isupper()


def _number(keys: list[str], at: int) -> bool:
    """Whether a number begins or ends here that its unit or label stays with: «24 giờ», «ngày 10», «phường 5»."""
    here, before = keys[at][:1].isdigit(), keys[at - 1][:1].isdigit()
    return before or (here and keys[at - 1] in (_BEFORE_NUMBER | _PLACES))


def _compound(words: list[str], keys: list[str], at: int) -> int:
    """Return how many words the longest compound beginning here takes; 1 when there is none."""
    known = compounds()
    for length in range(min(LONGEST, len(words) - at), 1, -1):
        inner = words[at : at + length - 1]
        if not any(_PAUSE.search(word) for word in inner) and " ".join(keys[at : at + length]) in known:
            return length
    return 1
