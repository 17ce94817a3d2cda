"""What changed between two texts of a post, by fields, lines and words, as an approver reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from publisher.editorial.content import Content
from publisher.words import _, mark

Kind = Literal["same", "added", "removed", "gap"]
NEAR = 1  # unchanged lines shown around a change
MOST_WORDS = 4_000  # of one line: beyond it, words are not compared, the whole line counts as replaced


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """One line of a comparison; a changed line holds its words as pieces. `gap` stands for lines left out."""

    kind: Literal["same", "added", "removed", "changed", "gap"]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Change:
    """One field that differs."""

    title: str
    lines: tuple[Line, ...]


FIELDS = (
    ("title", mark("Tiêu đề")),
    ("summary", mark("Tóm tắt")),
    ("body", mark("Nội dung")),
    ("slogan", mark("Khẩu hiệu")),
    ("themes", mark("Chủ đề")),
    ("audiences", mark("Đối tượng")),
    ("tags", mark("Nhãn")),
    ("source_number", mark("Số văn bản")),
    ("source_date", mark("Ngày văn bản")),
    ("valid_until", mark("Có hiệu lực đến")),
    ("images", mark("Ảnh")),
    ("video", mark("Phim")),
    ("variants", mark("Bản riêng từng kênh")),
    ("checks", mark("Cần kiểm tra")),
    ("correction", mark("Nội dung đính chính")),
)


def changes(old: Content, new: Content) -> list[Change]:
    """Return the fields that differ, in the order of the editor; an empty list for equal texts."""
    found = []
    for name, title in FIELDS:
        before, after = _lines(old, name), _lines(new, name)
        if before != after:
            found.append(Change(_(title), tuple(compare(before, after))))
    return found


def _lines(content: Content, name: str) -> list[str]:
    value = getattr(content, name)
    if name == "images":
        return [f"{image['alt']} ({image['sha256'][:8]})" for image in value]
    if name == "video":
        return [f"{value['alt']} ({value['sha256'][:8]})".strip()] if value else []
    if name == "variants":
        return [
            f"{channel}: {line}"
            for channel, texts in sorted(value.items())
            for line in (texts["title"], *texts["body"].splitlines(), *texts.get("lines", "").splitlines())
            if line
        ]
    if isinstance(value, date):
        return [value.strftime("%d/%m/%Y")]
    if isinstance(value, tuple):
        return list(value)
    return [line for line in str(value or "").splitlines() if line.strip()]


def compare(old: list[str], new: list[str]) -> Iterator[Line]:
    """Yield the lines of a comparison; unchanged stretches shrink to one line on either side of a change."""
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(blocks):
        if tag == "equal":
            yield from _context(old[i1:i2], first=number == 0, last=number == len(blocks) - 1)
            continue
        before, after = old[i1:i2], new[j1:j2]
        pairs = min(len(before), len(after))
        for one, other in zip(before[:pairs], after[:pairs], strict=True):
            yield from _changed(one, other)
        yield from (Line("removed", (Piece("removed", text),)) for text in before[pairs:])
        yield from (Line("added", (Piece("added", text),)) for text in after[pairs:])


def _context(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    head = [] if first else lines[:NEAR]
    tail = [] if last else lines[max(len(head), len(lines) - NEAR) :]
    yield from (Line("same", (Piece("same", text),)) for text in head)
    left_out = lines[len(head) : len(lines) - len(tail)]
    if len(left_out) == 1:
        yield Line("same", (Piece("same", left_out[0]),))
    elif left_out:
        yield Line("gap", ())
    yield from (Line("same", (Piece("same", text),)) for text in tail)


def _changed(old: str, new: str) -> Iterator[Line]:
    before, after = re.findall(r"\s*\S+", old), re.findall(r"\s*\S+", new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if len(before) + len(after) > MOST_WORDS or matcher.ratio() < 0.3:  # hardly the same sentence: show both whole
        yield Line("removed", (Piece("removed", old),))
        yield Line("added", (Piece("added", new),))
        return
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
        else:
            pieces += _marked("removed", before[i1:i2])
            pieces += _marked("added", after[j1:j2])
    yield Line("changed", tuple(pieces))


def _marked(kind: Kind, words: list[str]) -> list[Piece]:
    """Return words as a piece; the space before them stays outside, since a struck-out space reads as a dash."""
    text = "".join(words)
    bare = text.lstrip()
    space = [Piece("same", text[: len(text) - len(bare)])] if bare != text else []
    return [*space, Piece(kind, bare)] if bare else []
