"""What a listener would not follow: each finding with its place in the original and a sentence that says what to do.

Source: the radio writing rules of reference/vietnam.md §5.3. A listener cannot look back.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from channels.speech.layout import ends_sentence
from channels.speech.timing import syllables
from channels.speech.tokens import Spoken, Token

Finding = Literal["long", "too_long", "parentheses", "looks_back", "said_once", "numbers_meet", "exact"]
WISH, MOST = 25, 35  # syllables of a sentence


@dataclass(frozen=True)
class Advice:
    """One finding, from `start` to `end` in code points of the NFC original; `message` says what to do."""

    start: int
    end: int
    finding: Finding
    message: str


_PARENTHESES = re.compile(r"\([^()\n]{1,400}\)|\[[^\[\]\n]{1,400}\]")
_LOOKS_BACK = re.compile(
    r"\b(?:như trên|nêu trên|nói trên|kể trên|ở trên|trên đây|sau đây|như sau|dưới đây|nêu dưới|bên dưới|bảng trên)\b",
    re.IGNORECASE,
)
_DIGITS_HEARD = {"integer", "decimal", "range", "quantity", "date", "time", "phone", "code", "ratio", "roman"}
_OPENS_WITH_NUMBER = re.compile(r"^\s*(?:không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|cộng|từ|ngày)\b", re.IGNORECASE)
_EXACT = 5  # digits that count; a listener keeps two or three
_MESSAGES = {
    "long": "Câu dài {count} tiếng, nên dưới {wish}. Hãy tách thành hai câu, mỗi câu một ý.",
    "too_long": "Câu dài {count} tiếng, quá mức {most} tiếng. Phải tách câu trước khi phát, mỗi câu một ý.",
    "parentheses": "Người nghe không thấy dấu ngoặc. Hãy bỏ phần trong ngoặc hoặc viết thành một câu riêng.",
    "looks_back": "«{written}» chỉ vào chỗ trên giấy, người nghe không xem lại được. Hãy nhắc lại đúng điều cần nói.",
    "said_once": "Số điện thoại «{written}» chỉ đọc một lần. Hãy nhắc lại lần nữa ở cuối tin để người nghe kịp ghi.",
    "numbers_meet": "Hai con số đứng liền nhau: «{written}», nghe như một số. Hãy thêm từ hoặc dấu phẩy vào giữa.",
    "exact": "Số «{written}» quá chi tiết để nghe. Hãy làm tròn, ví dụ «gần …» hoặc «hơn …», trừ khi cần số chính xác.",
}


def advise(spoken: Spoken) -> list[Advice]:
    """Return what an editor should change before the text is read out, in the order of the text."""
    found = [*_sentences(spoken), *_patterns(spoken), *_once(spoken), *_meeting(spoken), *_exact(spoken)]
    return sorted(found, key=lambda advice: (advice.start, advice.end, advice.finding))


def _say(finding: Finding, start: int, end: int, **values: object) -> Advice:
    return Advice(start, end, finding, _MESSAGES[finding].format(**values))


def _sentences(spoken: Spoken) -> Iterator[Advice]:
    held: list[Token] = []
    for token in (*spoken.tokens, None):
        if token is not None:
            held.append(token)
            if not ends_sentence(token):
                continue
        count = syllables("".join(part.spoken for part in held))
        if count > WISH:
            written = spoken.original[held[0].start : held[-1].end]
            start = held[0].start + len(written) - len(written.lstrip())
            finding: Finding = "too_long" if count > MOST else "long"
            yield _say(finding, start, held[-1].end, count=count, wish=WISH, most=MOST)
        held = []


def _patterns(spoken: Spoken) -> Iterator[Advice]:
    phones = [token for token in spoken.tokens if token.kind == "phone"]
    for match in _PARENTHESES.finditer(spoken.original):
        if not any(match.start() < token.end and token.start < match.end() for token in phones):
            yield _say("parentheses", match.start(), match.end())
    for match in _LOOKS_BACK.finditer(spoken.original):
        yield _say("looks_back", match.start(), match.end(), written=match.group())


def _once(spoken: Spoken) -> Iterator[Advice]:
    """A hotline is read twice: the first time the listener looks for a pen."""
    phones = [token for token in spoken.tokens if token.kind == "phone"]
    times = Counter(_number(spoken, token) for token in phones)
    for token in phones:
        if times[_number(spoken, token)] == 1:
            yield _say("said_once", token.start, token.end, written=spoken.written(token).strip())


def _number(spoken: Spoken, token: Token) -> str:
    return "".join(char for char in spoken.written(token) if char.isalnum())


def _meeting(spoken: Spoken) -> Iterator[Advice]:
    """Two numbers with nothing but a space between: «năm 2025 120 hồ sơ»."""
    heard = [token for token in spoken.tokens if token.spoken.strip(" ")]
    for one, two in pairwise(heard):
        both = one.kind in _DIGITS_HEARD and two.kind in _DIGITS_HEARD
        touching = not one.spoken.endswith(",") and _OPENS_WITH_NUMBER.match(two.spoken)
        if both and touching and not one.spoken.endswith(" "):
            written = spoken.original[one.start : two.end]
            yield _say("numbers_meet", one.start, two.end, written=written)


def _exact(spoken: Spoken) -> Iterator[Advice]:
    for token in spoken.tokens:
        digits = [char for char in spoken.written(token) if char.isdigit()]
        counting = "".join(digits).strip("0")
        if token.kind in {"integer", "quantity"} and not token.reason and len(counting) >= _EXACT:
            yield _say("exact", token.start, token.end, written=spoken.written(token))
