"""Speaking: one pass from left to right, at each place the first rule that knows what stands there."""

import re
import unicodedata
from functools import lru_cache

from channels.speech import capitals, codes, dates, marks, phones, quantities, slashes, spelled, times, web
from channels.speech.doctypes import OTHER_NAMES, TYPES
from channels.speech.here import Here, Rule
from channels.speech.layout import join, tidy
from channels.speech.lexicon import BUILT_IN, Lexicon
from channels.speech.style import Style, style
from channels.speech.tokens import Piece, Spoken

_WORD = re.compile(r"[^\W\d_][\u0300-\u036f]*(?:[^\W\d_][\u0300-\u036f]*)*")
_HARMLESS = frozenset(["", *' ,;!?\n\t\u00a0)”"'])


def own_phrases(here: Here) -> list[Piece] | None:
    """Read what the office's dictionary says of a phrase with a sign or a digit: it goes before every rule."""
    found = here.lexicon.find(here.text, here.pos, phrases=True)
    return [Piece(found[1], found[0].readings[0], "abbreviation")] if found else None


def plain(here: Here) -> list[Piece] | None:
    """Take a word as it is written."""
    found = _WORD.match(here.text, here.pos)
    return [Piece(found.end(), found.group(), "text")] if found else None


def leftover(here: Here) -> list[Piece] | None:
    """Leave a heap of digits and signs that no rule could read, and ask."""
    found = _HEAP.match(here.text, here.pos)
    return here.asked(found.end(), "unknown", _ASK_HEAP.format(written=found.group())) if found else None


_HEAP = re.compile(r"[0-9]\w*(?:[.,:/\-–]\w+)*")
_ASK_HEAP = "«{written}»: chưa rõ là số gì. Hãy viết lại bằng chữ như phát thanh viên sẽ đọc."

# The order is the meaning: what only one rule can know comes first, plain numbers come last.
DIGIT_RULES: tuple[Rule, ...] = (
    own_phrases, web.addresses, phones.phones_by_form, codes.codes, dates.dates, times.times, phones.identifiers,
    phones.phones_by_words, marks.lists, dates.months, slashes.slashes, dates.day_of_month, quantities.points,
    quantities.products, times.scales, times.grams_or_hours, quantities.quantities, spelled.spelled, slashes.rows,
    leftover,
)  # fmt: skip
WORD_RULES: tuple[Rule, ...] = (
    own_phrases, web.addresses, marks.and_so_on, marks.lists, codes.codes, codes.standards, codes.bare_codes,
    spelled.romans, quantities.dong, capitals.signatures, capitals.entries, spelled.spelled, capitals.capitals, plain,
)  # fmt: skip
SIGN_RULES: tuple[Rule, ...] = (
    marks.spaces, own_phrases, phones.phones_by_form, capitals.repeated, marks.pauses, marks.and_so_on,
    marks.lists, quantities.below_zero,
    quantities.compared, quantities.dollars, capitals.entries, marks.strokes, dates.through, marks.hyphens, marks.signs,
)  # fmt: skip
# First words that may open a document's number: «Nghị quyết số 76/NQ-CP», «Số: 84/KH-UBND».
_OPENING = frozenset({"số"} | {name.lower().split()[0] for name in (*TYPES.values(), *OTHER_NAMES)})


def speak(text: str, lexicon: Lexicon = BUILT_IN, region: str | Style = "bac") -> Spoken:
    """Return how a text is read aloud, piece by piece beside the original; speaking a spoken text changes nothing.

    `text` in any Unicode form (spans count code points of its NFC form), `lexicon` the office's dictionary, `region`
    «bac», «nam» or a station's own style (ValueError otherwise). Source: reference/vietnam.md §6.
    """
    here = Here(unicodedata.normalize("NFC", text), lexicon, style(region))
    length = len(here.text)
    while here.pos < length:
        here.take(_plain_words(here) or _first(here))
    return Spoken(here.text, join(tidy(here.tokens), here.text))


def _first(here: Here) -> list[Piece]:
    for rule in _rules(here.text[here.pos]):
        pieces = rule(here)
        if pieces:
            return pieces
    return marks.signs(here)


def _rules(char: str) -> tuple[Rule, ...]:
    if "0" <= char <= "9":
        return DIGIT_RULES
    return WORD_RULES if char.isalpha() else SIGN_RULES


def _plain_words(here: Here) -> list[Piece] | None:
    """Take an ordinary word at once: nearly all words of a text are, and no rule would want them."""
    found = _WORD.match(here.text, here.pos)
    if found is None:
        return None
    word, end = found.group(), found.end()
    small = _small(word)
    if not small or here.lexicon.starts(small) or not _alone(here.text, end):
        return None
    return [Piece(end, word, "text")]


def _alone(text: str, end: int) -> bool:
    """Tell whether nothing behind the word could belong to it, as in an address or «Covid-19»."""
    after, next_but_one = text[end : end + 1], text[end + 1 : end + 2]
    if after in {".", ":"}:
        return next_but_one in {"", " ", "\n"}
    return after in _HARMLESS


@lru_cache(maxsize=16_384)
def _small(word: str) -> str:
    """Return a word in small letters if it has at most one capital, in front, and opens no number; else ""."""
    small = word.lower()
    ordinary = word in {small, word.capitalize()} and not word.isupper()
    return small if len(word) > 1 and word.isalpha() and ordinary and small not in _OPENING else ""
