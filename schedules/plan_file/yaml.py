"""Read the text of a plan file into plain data, remembering where every value stands.

YAML of version 1.2's core schema, made narrower: one document, no anchors, aliases or type tags, no empty
values. A plan file comes from outside, so nothing in it may cost more than its own size to read.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from schedules.plan_file.yaml_words import syntax_message

MOST_BYTES = 1_000_000
DEEPEST = 12

Path = tuple[str | int, ...]
Placed = tuple[int, int, str]

_BREAK = re.compile(r"\r\n|\r|\n")
# Besides controls and lone surrogates: U+0085, U+2028 and U+2029, which YAML 1.1 counts as line breaks and
# editors do not, so line numbers would disagree.
_FORBIDDEN = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# Complaints whose place to mend is where the entry began, not where the parser gave up.
_BEGUN = ("could not find expected ':'", "expected ',' or", "unexpected end of stream")
_OPEN_QUOTE = re.compile(r"""(?:^\s*|[:,-]\s+|[\[{]\s*)(["'])(?:(?!\1).)*$""")
# YAML 1.1 reads 15:30 as the number 930, "on" as true and 2022-02-08 as a date; the core schema does not,
# and neither do the editors that offices check their files with.
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,15}\.[0-9]{0,15}|\.[0-9]{1,15})")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a plan file: where (line and column from 1) and, in Vietnamese, what to do."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


@dataclass(slots=True)
class Tree:
    """Plain data (mappings, lists, text, numbers) of one file and the (line, column) of each value and key.

    `complete` is false when reading stopped half way, and then `data` is None.
    """

    data: object = None
    complete: bool = False
    scalars: dict[Path, object] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    empty: set[Path] = field(default_factory=set)
    faults: list[Placed] = field(default_factory=list)


class _Stop(Exception):
    """Reading cannot go on; holds line, column and message."""


def read_tree(raw: bytes) -> Tree:
    """Read the bytes of a plan file; `faults` of the tree tell what is wrong, empty when all is well."""
    tree = Tree()
    try:
        text = _text(raw)
        _Reader(tree, yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except _Stop as stop:
        tree.faults.append(stop.args[0])
    except MarkedYAMLError as error:
        tree.faults.append(_syntax(text, error))
    return tree


def _text(raw: bytes) -> str:
    """The file as NFC text; stops at a file that is too large, not UTF-8 or not text."""
    if len(raw) > MOST_BYTES:
        raise _Stop((1, 1, f"Tệp lớn hơn {MOST_BYTES // 1_000_000} MB. Hãy tách kế hoạch hoặc bỏ bớt nội dung thừa."))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Stop((1, 1, "Tệp lưu theo bảng mã UTF-16. Hãy lưu lại bằng bảng mã UTF-8."))
    body = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(body[: error.start].decode("utf-8"))
        raise _Stop((*place, "Tệp không phải văn bản UTF-8. Hãy lưu lại bằng bảng mã UTF-8.")) from None
    text = unicodedata.normalize("NFC", text)
    odd = _FORBIDDEN.search(text)
    if odd:
        what = f"Có ký tự không dùng được trong văn bản (mã U+{ord(odd[0]):04X}). Hãy xóa ký tự này."
        raise _Stop((*_place(text[: odd.start()]), what))
    return text


def _place(before: str) -> tuple[int, int]:
    lines = _BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


def _syntax(text: str, error: MarkedYAMLError) -> Placed:
    problem = str(error.problem or "")
    begun = any(words in problem for words in _BEGUN)
    mark = error.context_mark if begun and error.context_mark else error.problem_mark
    number = mark.line if mark else 0
    lines = _BREAK.split(text)
    for before, line in enumerate(lines[: number + 1]):
        # A quote left open swallows what follows, and the parser stumbles far below, at the next quote.
        opened = _OPEN_QUOTE.search(line)
        if opened:
            return before + 1, opened.start(1) + 1, "Dấu nháy mở ở đây mà không đóng trên cùng dòng. Hãy thêm dấu đóng."
    line = lines[number] if number < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        what = "Dòng thụt vào bằng phím Tab. YAML chỉ nhận dấu cách; hãy thay Tab bằng dấu cách."
        return number + 1, indent.index("\t") + 1, what
    return number + 1, (mark.column if mark else 0) + 1, syntax_message(problem)


def _at(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None
    return mark.line + 1, mark.column + 1


class _Reader:
    """Turns parser events into the data of a tree; recursion is bounded by DEEPEST."""

    def __init__(self, tree: Tree, events: Iterator[Event]) -> None:
        self.tree = tree
        self.events = events

    def document(self) -> None:
        next(self.events)
        first = next(self.events)
        if not isinstance(first, DocumentStartEvent):
            raise _Stop((1, 1, "Tệp trống. Hãy viết kế hoạch theo mẫu, bắt đầu bằng dòng “format: 1”."))
        data = self._node(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            what = "Mỗi tệp chỉ chứa một kế hoạch. Hãy bỏ dòng “---” thứ hai hoặc tách thành tệp khác."
            raise _Stop((*_at(after), what))
        self.tree.data, self.tree.complete = data, True

    def _node(self, event: Event, path: Path) -> object:
        place = _at(event)
        self._refuse(event, place, len(path))
        self.tree.values[path] = place
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, ScalarEvent)
        value = self._scalar(event, place)
        self.tree.scalars[path] = value
        if value is None:
            self.tree.empty.add(path)
            what = "Giá trị để trống. Hãy điền nội dung hoặc bỏ hẳn mục này."
            self.tree.faults.append((*place, what))
        return value

    def _refuse(self, event: Event, place: tuple[int, int], depth: int) -> None:
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            # An alias multiplies what it names, so a short file can describe one of any size.
            what = "Không dùng dấu neo (&) và tham chiếu (*). Hãy viết lại đầy đủ nội dung, hoặc đặt trong dấu nháy."
            raise _Stop((*place, what))
        if getattr(event, "tag", None) is not None:
            raise _Stop(
                (*place, "Không dùng nhãn kiểu dữ liệu (dấu !). Hãy bỏ nhãn, hoặc đặt nội dung trong dấu nháy.")
            )
        if depth > DEEPEST:
            raise _Stop((*place, f"Nội dung lồng quá {DEEPEST} cấp. Hãy xem lại ngoặc và thụt dòng."))

    def _mapping(self, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            place = _at(event)
            self._refuse(event, place, len(path) + 1)
            if not isinstance(event, ScalarEvent):
                raise _Stop((*place, "Tên khóa phải là một từ. Hãy xem lại ngoặc và thụt dòng."))
            key = unicodedata.normalize("NFC", event.value)
            below = (*path, key)
            if key in found:
                first = self.tree.keys[below][0]
                what = f"Khóa “{key}” ghi hai lần (lần đầu ở dòng {first}). Hãy giữ lại một."
                self.tree.faults.append((*place, what))
                # Read aside, so that the first value keeps its place.
                _Reader(Tree(), self.events)._node(next(self.events), below)
                continue
            self.tree.keys[below] = place
            found[key] = None
            found[key] = self._node(next(self.events), below)
        return found

    def _sequence(self, path: Path) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            found.append(self._node(event, (*path, len(found))))
        return found

    def _scalar(self, event: ScalarEvent, place: tuple[int, int]) -> object:
        text = unicodedata.normalize("NFC", event.value)
        # An escape such as "\0" brings in what the scan of the file could not see.
        if _FORBIDDEN.search(text):
            raise _Stop((*place, "Nội dung trong dấu nháy có mã ký tự không dùng được. Hãy bỏ dấu \\ và mã theo sau."))
        if event.style is not None:
            return text
        if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.capitalize()):
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text
