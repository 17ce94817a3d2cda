"""An outlet in memory for tests that play thousands of accidents: what it does next is scripted, what it took is kept.

Installed the way a third party installs one, in two kinds: one that can be asked by key and one that cannot. A test
says under a name where its stage is, and the account's setting `stage` says the name.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from channels.base import (
    CannotTell,
    Limits,
    Metric,
    Notes,
    Outfit,
    Part,
    Post,
    Reading,
    Receipt,
    Rejected,
    Rendered,
    Setting,
    TryLater,
    Unauthorised,
    Unknown,
)

SETTLE = 20.0  # seconds within which a lost request shows up at the latest

# What a call may come to: accepted without an answer (`late_list`: not in the list at once; `moderate`: taken away
# again at once), refused, or, when looking, no answer.
ACCEPTING = ("hang", "break_after", "late_list", "moderate")
REFUSING = ("lose", "break", "later", "later_decade", "later_negative", "reject", "unauthorised")
LOOKING = ("find_later", "find_unknown", "find_break", "find_unauthorised")


@dataclass
class Copy:
    """One text that stands, or stood, at the outlet."""

    remote: str
    key: str
    hidden_until: float  # on the outlet's own watch, which no step of our clock touches
    gone: bool = False


@dataclass
class Stage:
    """One outlet: its ledger of accepted calls, its standing copies, and what the coming calls come to."""

    lines: list[dict[str, str]] = field(default_factory=list)
    copies: dict[str, Copy] = field(default_factory=dict)
    writes: deque[str] = field(default_factory=deque)
    looks: deque[str] = field(default_factory=deque)
    spoilt: Counter[str] = field(default_factory=Counter)
    closed: bool = False  # the adapter fails when it is made
    watch: Callable[[], float] = time.monotonic

    def stands(self, key: str) -> bool:
        """Say whether a copy with this key stands in public just now."""
        return any(copy.key == key and not copy.gone for copy in self.copies.values())

    def take(self, queue: deque[str]) -> str:
        word = queue.popleft() if queue else ""
        if word:
            self.spoilt[word] += 1
        return word


STAGES: dict[str, Stage] = {}


class Staged:
    """Keeps what it accepts in memory."""

    name: ClassVar[str] = "staged"
    title: ClassVar[str] = "Sân khấu thử nghiệm"
    settings: ClassVar[tuple[Setting, ...]] = (Setting("stage", "Sân khấu"),)
    limits: ClassVar[Limits] = Limits(attempt=30.0, settle=SETTLE)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric("copies", "Số bản", "bản", "measured"),)

    def __init__(self, outfit: Outfit) -> None:
        self._stage = STAGES.setdefault(outfit.settings["stage"], Stage())
        if self._stage.closed:
            raise ZeroDivisionError("nobody foresaw this")

    def render(self, post: Post) -> Rendered:
        return Rendered((Part("text.txt", "text/plain", f"{post.title}\n\n{post.body_text}\n".encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        word = self._refuse()
        notes["begun"] = True
        remote = str(len(self._stage.lines) + 1)
        hidden = SETTLE - 1 if word == "late_list" else 0.0
        self._stage.copies[remote] = Copy(remote, key, self._stage.watch() + hidden)
        self._write("deliver", key=key, sha256=item.sha256, remote=remote)
        if word == "moderate":
            self._stage.copies[remote].gone = True
            self._write("moderate", of=remote)
        self._lose_answer(word)
        return Receipt("live", remote)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        word = self._stage.take(self._stage.looks)
        if word == "find_later":
            raise TryLater("Kênh đang bận.", after=120)
        if word == "find_unknown":
            raise Unknown("Không có trả lời.")
        if word == "find_break":
            raise ZeroDivisionError("nobody foresaw this")
        if word == "find_unauthorised":
            raise Unauthorised("Khóa truy cập đã hết hạn. Hãy nhập khóa mới.")
        for copy in self._stage.copies.values():
            if copy.key == key and not copy.gone and copy.hidden_until <= self._stage.watch():
                return Receipt("live", copy.remote)
        return None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        word = self._refuse()
        copy = self._stage.copies.get(receipt.remote_id)
        if copy is None or copy.gone:
            raise Rejected("Kênh không có bài này.")
        copy.key = key
        self._write("amend", of=copy.remote, key=key, sha256=item.sha256)
        self._lose_answer(word)
        return Receipt("live", copy.remote)

    def retract(self, receipt: Receipt) -> None:
        word = self._refuse()
        copy = self._stage.copies.get(receipt.remote_id)
        if copy is None:
            raise Rejected("Kênh không có bài này.")
        if not copy.gone:
            copy.gone = True
            self._write("retract", of=copy.remote)
        self._lose_answer(word)

    def measure(self, receipt: Receipt) -> list[Reading]:
        return [Reading("copies", 1)]

    def _refuse(self) -> str:
        """Use up the next word of the script and raise where it refuses the call."""
        word = self._stage.take(self._stage.writes)
        if word == "lose":
            raise Unknown("Mất kết nối trước khi có trả lời.")
        if word == "break":
            raise ZeroDivisionError("nobody foresaw this")
        if word.startswith("later"):
            raise TryLater("Kênh đang bận.", {"later": 60.0, "later_decade": 3.2e8, "later_negative": -5.0}[word])
        if word == "reject":
            raise Rejected("Kênh từ chối nội dung này.")
        if word == "unauthorised":
            raise Unauthorised("Khóa truy cập đã hết hạn. Hãy nhập khóa mới.")
        return word

    @staticmethod
    def _lose_answer(word: str) -> None:
        if word == "break_after":
            raise ZeroDivisionError("nobody foresaw this")
        if word in {"hang", "late_list", "moderate"}:
            raise Unknown("Đã gửi nhưng không có trả lời.")

    def _write(self, verb: str, **facts: str) -> None:
        self._stage.lines.append({"do": verb, **facts})


class StagedBlind(Staged):
    """The same outlet where nobody can ask for a lost attempt."""

    name: ClassVar[str] = "staged_blind"
    title: ClassVar[str] = "Sân khấu không tra cứu được"
    limits: ClassVar[Limits] = Limits(attempt=30.0, askable=False)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        return CannotTell()
