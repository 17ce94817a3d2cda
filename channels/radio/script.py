"""A post as it is read aloud: every sentence as written and as spoken, its seconds, and what a person must settle."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from channels.base import Post
from channels.radio.station import Station
from channels.speech import Advice, Lexicon, Line, Spoken, advise, cut, length, speak


@dataclass(frozen=True)
class Question:
    """Something a person must look at: how it is written, the sentence that asks, readings to choose from."""

    written: str
    reason: str
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One sentence: `part` is title, body or slogan; `start` counts code points in that part; seconds with pauses."""

    part: str
    original: str
    spoken: str
    paragraph: int
    start: int
    seconds: float
    syllables: int
    overridden: bool
    questions: tuple[Question, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A whole post for reading aloud; `unresolved` counts the questions, `seconds` is the body with its slogan."""

    title: Row
    rows: tuple[Row, ...]
    region: str
    rate: int
    seconds: float
    syllables: int
    correction: str = ""

    @property
    def unresolved(self) -> int:
        """How many places a person has to look at."""
        return sum(len(row.questions) for row in (self.title, *self.rows))

    def paragraphs(self) -> list[list[str]]:
        """Return the spoken sentences, paragraph by paragraph."""
        return paragraphs([row.spoken for row in self.rows], [row.paragraph for row in self.rows])

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {**asdict(self), "unresolved": self.unresolved}


def paragraphs(spoken: list[str], numbers: list[int]) -> list[list[str]]:
    """Return sentences put together by the number of their paragraph."""
    found: dict[int, list[str]] = {}
    for line, number in zip(spoken, numbers, strict=True):
        found.setdefault(number, []).append(line)
    return list(found.values())


def script(post: Post, lexicon: Lexicon, station: Station) -> Script:
    """Return a post's script: pure; an editor's own lines (`post.lines`) stand in place of ours."""
    title = _rows("title", post.title, post, lexicon, station)
    body = _rows("body", post.body_text, post, lexicon, station)
    slogan = _rows("slogan", post.slogan, post, lexicon, station, after=body[-1].paragraph + 1 if body else 0)
    rows = (*body, *slogan)
    whole = length("\n\n".join("\n".join(group) for group in _grouped(rows)), station.rate)
    return Script(
        _one(title, post.title), rows, station.region, station.rate, round(whole.seconds, 1), whole.syllables,
        post.correction,
    )  # fmt: skip


def _grouped(rows: tuple[Row, ...]) -> list[list[str]]:
    return paragraphs([row.spoken for row in rows], [row.paragraph for row in rows])


def _rows(part: str, text: str, post: Post, lexicon: Lexicon, station: Station, after: int = 0) -> tuple[Row, ...]:
    said = speak(text, lexicon, station.region)
    found = cut(said, post.lines)
    told = advise(said)
    ends = [*(line.start for line in found[1:]), len(said.original) + 1]
    return tuple(
        _row(part, line, said, list(_within(told, line.start, end)), station, after)
        for line, end in zip(found, ends, strict=False)  # an empty text has no lines
    )


def _within(told: list[Advice], start: int, end: int) -> Iterator[str]:
    for advice in told:
        if start <= advice.start < end:
            yield advice.message


def _row(part: str, line: Line, said: Spoken, told: list[str], station: Station, after: int) -> Row:
    spoken = line.spoken if line.spoken.endswith((".", "?", "!", "…")) else f"{line.spoken.rstrip(',;:')}."
    lasts = length(spoken, station.rate)
    questions = tuple(Question(said.written(token), token.reason, token.candidates) for token in line.questions)
    # An editor's own line answers what was advised about ours.
    return Row(
        part, line.original, spoken, line.paragraph + after, line.start, round(lasts.seconds, 1), lasts.syllables,
        line.overridden, questions, () if line.overridden else tuple(told),
    )  # fmt: skip


def _one(rows: tuple[Row, ...], written: str) -> Row:
    """Return the title as one line, also when it holds several sentences."""
    if len(rows) == 1:
        return rows[0]
    return Row(
        "title", written, " ".join(row.spoken for row in rows), 0, 0, sum(row.seconds for row in rows),
        sum(row.syllables for row in rows), any(row.overridden for row in rows),
        tuple(question for row in rows for question in row.questions), tuple(a for row in rows for a in row.advice),
    )  # fmt: skip


_PLACES = {"title": "Tiêu đề", "slogan": "Câu kết"}


def warnings(read: Script) -> tuple[str, ...]:
    """Return what an editor should settle, each with its place."""
    found = []
    for number, row in enumerate((read.title, *read.rows)):
        where = _PLACES.get(row.part) or f"Câu {number}"
        found += [f"{where}: {question.reason}" for question in row.questions]
        found += [f"{where}: {sentence}" for sentence in row.advice]
    return tuple(found)


def lines_of(text: str) -> Mapping[str, str]:
    """Return the editor's own lines as stored with a version: one a line, sentence and reading parted by a tab."""
    pairs = (line.partition("\t") for line in text.splitlines())
    return {original: spoken.strip() for original, tab, spoken in pairs if tab and spoken.strip()}


def lines_text(own: Mapping[str, str]) -> str:
    """Return an editor's own lines as they are stored with a version; the opposite of `lines_of`."""
    return "\n".join(f"{' '.join(original.split())}\t{' '.join(said.split())}" for original, said in own.items())
