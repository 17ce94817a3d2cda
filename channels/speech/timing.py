"""How long a spoken text takes: syllables by the reader's rate, and the pauses between them.

Source: reference/vietnam.md §5.4. Count the spoken text, not the written one: «76/NQ-CP» is one word on paper, eight
syllables on the air.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from channels.speech.tokens import Spoken

# Syllables a minute. Outdoor horns echo, so news is read slower there than in a studio, notices slower still.
RATES = MappingProxyType({"news": 190, "notice": 160, "indoor": 220})
NEWS_RANGE = (180, 200)
# Seconds; a paragraph's pause comes after each paragraph, also the last one.
COMMA, SENTENCE, PARAGRAPH, SHORT, LONG = 0.25, 0.6, 1.0, 0.5, 1.0
_WORD = re.compile(r"[^\W\d_]+|[0-9]")
_COMMAS = re.compile(r"[,:;]")
_ENDS = re.compile(r"[.?!]+(?=\s|$)|…")
_PAUSES = re.compile(r"/{2,}")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n")


def syllables(text: str) -> int:
    """Return how many syllables (tiếng) a spoken text has: «ki-lô-mét» three, an unread «BTV» one a letter."""
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    return sum(len(word) if len(word) > 1 and word.isupper() else 1 for word in found)


@dataclass(frozen=True)
class Length:
    """What a spoken text takes: its syllables, the seconds of its pauses, and all seconds together."""

    syllables: int
    pauses: float
    seconds: float


def length(spoken: str | Spoken, rate: float | str = "news") -> Length:
    """Return how long a spoken text takes at `rate`: syllables a minute, or a kind of reading named in `RATES`.

    ValueError for a kind nobody described or a rate that is not above zero.
    """
    text = unicodedata.normalize("NFC", spoken if isinstance(spoken, str) else spoken.text)
    marks = _PAUSES.findall(text)
    paragraphs = sum(bool(_WORD.search(paragraph)) for paragraph in _PARAGRAPHS.split(text))
    pauses = COMMA * len(_COMMAS.findall(text)) + SENTENCE * len(_ENDS.findall(text)) + PARAGRAPH * paragraphs
    pauses += sum(SHORT if len(mark) == 2 else LONG for mark in marks)
    count = syllables(text)
    return Length(count, pauses, count / _per_minute(rate) * 60 + pauses)


def duration(spoken: str | Spoken, rate: float | str = "news") -> float:
    """Return the seconds a spoken text takes; see `length`."""
    return length(spoken, rate).seconds


def fits(spoken: str | Spoken, seconds: float, rate: float | str = "news") -> bool:
    """Tell whether a spoken text can be read within `seconds`."""
    return duration(spoken, rate) <= seconds


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, rounded up: 75.2 → «1:16»."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _per_minute(rate: float | str) -> float:
    if isinstance(rate, str):
        if rate not in RATES:
            known = ", ".join(f"«{name}» ({value} tiếng/phút)" for name, value in RATES.items())
            raise ValueError(f"Kiểu đọc «{rate}» chưa có. Hãy chọn: {known}, hoặc ghi số tiếng mỗi phút.")
        return RATES[rate]
    if not rate > 0:
        raise ValueError(f"Tốc độ đọc {rate} tiếng/phút không hợp lệ. Hãy ghi một số lớn hơn 0, thường là 160 đến 220.")
    return rate
