"""Running text of leaflets and notice sheets: blocks of a body, wrapped by measured widths and fitted into columns."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

from channels.banner.faces import Face, faces
from channels.banner.wording import runs

LEADING = 1.48  # of the letter size: room for two marks above and one below
_PARAGRAPH = 0.55  # of the letter size, beside the leading, between paragraphs
_INDENT = 1.2  # em, of a list's items
_SENTENCE = re.compile(r"(?<=[.!?;:]) ")
What = Literal["head", "lead", "text", "item"]


@dataclass(frozen=True)
class Passage:
    """A heading, the lead, a paragraph or an item of a list."""

    what: What
    text: str


@dataclass(frozen=True)
class Line:
    """A wrapped line: its text, face, indent in em, and the space above it in em."""

    text: str
    face: Face
    indent: float
    above: float
    bullet: bool = False


class _Reader(HTMLParser):
    """Collects the passages of a post's sanitised HTML; rows of tables become lines."""

    _KINDS = {"h2": "head", "h3": "head", "h4": "head", "li": "item", "p": "text", "tr": "text", "pre": "text"}  # noqa: RUF012 - never changed

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Passage] = []
        self._what: What = "text"
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._KINDS and not (tag == "p" and self._what == "item" and not "".join(self._words).strip()):
            self.close_passage()
            self._what = self._KINDS[tag]  # type: ignore[assignment]  # values of the table above
        elif tag in {"td", "th"} and self._words:
            self._words.append(" – ")
        elif tag == "br":
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._KINDS:
            self.close_passage()

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def close_passage(self) -> None:
        text = " ".join("".join(self._words).split())
        if text:
            self.found.append(Passage(self._what, text))
        self._what, self._words = "text", []


def passages(html: str) -> list[Passage]:
    """Return the passages of a post's HTML in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.close_passage()
    return reader.found


def wrap(found: list[Passage], em: float) -> list[Line]:
    """Return the lines of passages in a column `em` letter sizes wide; never hyphenated."""
    known = faces()
    lines: list[Line] = []
    for number, passage in enumerate(found):
        face = known["body"] if passage.what in {"text", "item"} else known["text"]
        indent = _INDENT if passage.what == "item" else 0.0
        space, width = face.width(" "), em - indent
        rows: list[list[str]] = [[]]
        used = 0.0
        for run in runs(passage.text):
            wide = face.width(run)
            if rows[-1] and used + space + wide > width:
                rows.append([])
                used = 0.0
            used += wide + (space if rows[-1] else 0.0)
            rows[-1].append(run)
        above = 0.0 if number == 0 else _PARAGRAPH * (1.5 if passage.what == "head" else 1.0)
        for row, words in enumerate(rows):
            bullet = passage.what == "item" and row == 0
            lines.append(Line(" ".join(words), face, indent, 0.0 if row else above, bullet))
    return lines


def height(lines: list[Line]) -> float:
    """Return the height of lines below each other, in letter sizes."""
    return sum(LEADING + line.above for line in lines)


def columns(lines: list[Line], count: int, tall: float) -> list[list[Line]] | None:
    """Return lines spread over `count` columns as evenly as it goes; None when taller than `tall` letter sizes."""
    if count == 1:
        return [lines] if height(lines) <= tall else None
    ideal = max(height(lines) / count, LEADING)
    while ideal <= tall:
        spread = _poured(lines, count, ideal)
        if spread is not None:
            return spread
        ideal += LEADING / 2
    return _poured(lines, count, tall)


def _poured(lines: list[Line], count: int, tall: float) -> list[list[Line]] | None:
    spread: list[list[Line]] = [[]]
    used = 0.0
    for line in lines:
        need = LEADING + (line.above if spread[-1] else 0.0)
        if used + need > tall + 1e-9:
            if len(spread) == count:
                return None
            spread.append([])
            used, need = 0.0, LEADING
        spread[-1].append(line)
        used += need
    return spread


@dataclass(frozen=True)
class Fitted:
    """A text fitted into columns: the letter size, the lines of each column, and how many passages were cut."""

    size: float
    columns: list[list[Line]]
    left_out: int


def fit_text(found: list[Passage], width: float, tall: float, sizes: tuple[float, float], count: int = 1) -> Fitted:
    """Return passages in the largest letters, between `sizes` (least, most, mm), that fit `count` columns of a size.

    What finds no room in the smallest letters is left out from the end, sentence by sentence.
    """
    least, most = sizes
    size = most
    while size > least:
        spread = columns(wrap(found, width / size), count, tall / size)
        if spread is not None:
            return Fitted(size, spread, 0)
        size = max(least, size * 0.965)
    return _shortened(found, width / least, tall / least, least, count)


def _shortened(found: list[Passage], em: float, tall: float, size: float, count: int) -> Fitted:
    """Return as many sentences from the beginning as fit in letters of a size, the last one marked as cut."""
    sentences = [(number, part) for number, one in enumerate(found) for part in _SENTENCE.split(one.text)]

    def kept(many: int) -> list[Passage]:
        texts: dict[int, list[str]] = {}
        for number, part in sentences[:many]:
            texts.setdefault(number, []).append(part)
        parts = [Passage(found[number].what, " ".join(said)) for number, said in texts.items()]
        return parts if many == len(sentences) else [*parts[:-1], Passage(parts[-1].what, f"{parts[-1].text} …")]

    low, high = 0, len(sentences)  # the first `low` fit, the first `high` do not
    while high - low > 1:
        middle = (low + high) // 2
        fits = columns(wrap(kept(middle), em), count, tall) is not None
        low, high = (middle, high) if fits else (low, middle)
    spread = columns(wrap(kept(low), em), count, tall) if low else None
    whole = sum(1 for number, _part in sentences[:low] if number < sentences[low][0]) if low < len(sentences) else low
    complete = len({number for number, _part in sentences[:whole]})
    return Fitted(size, spread or [[] for _column in range(count)], len(found) - complete)


def bounded(found: list[Passage], most: int) -> list[Passage]:
    """Return passages of at most `most` characters together, the last one cut at a word."""
    kept: list[Passage] = []
    for one in found:
        if len(one.text) > most:
            return [*kept, Passage(one.what, f"{one.text[:most].rsplit(' ', 1)[0]} …")] if most > 0 else kept
        kept.append(one)
        most -= len(one.text)
    return kept
