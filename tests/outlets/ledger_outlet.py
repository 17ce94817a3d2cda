"""An outlet for tests, installed the way a third party installs one: an append-only ledger that misbehaves on command.

Every accepted item is one line of the ledger file: what stands there twice was sent twice. What the outlet does next is
read from `<ledger>.script`, one word a line, the first line used up by each call; no line means `accept`.
"""

import json
import time
from datetime import datetime
from pathlib import Path
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


class Ledger:
    """Writes what it accepts at the end of a file."""

    name: ClassVar[str] = "ledger"
    title: ClassVar[str] = "Sổ thử nghiệm"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("path", "Tệp sổ"),
        Setting("token", "Khóa truy cập", secret=True, needed=False),
        Setting("blind", "Không tra cứu được", needed=False),
    )
    limits: ClassVar[Limits] = Limits(title=120, characters=5_000, images=4, attempt=1.0)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric("lines", "Số dòng", "dòng", "measured"),)

    def __init__(self, outfit: Outfit) -> None:
        self._ledger = Path(outfit.settings["path"])
        self._blind = outfit.settings.get("blind", "") == "yes"

    def render(self, post: Post) -> Rendered:
        text = f"{post.title}\n\n{post.body_text}\n"
        return Rendered((Part("text.txt", "text/plain", text.encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        word = self._next_word()
        if word == "reject":
            raise Rejected("Sổ từ chối nội dung này.")
        if word == "unauthorised":
            raise Unauthorised("Khóa truy cập đã hết hạn. Hãy nhập khóa mới.")
        if word == "later":
            raise TryLater("Sổ đang bận.", after=60)
        if word == "lose":
            raise Unknown("Mất kết nối trước khi có trả lời.")
        if word == "break":
            raise ZeroDivisionError("nobody foresaw this")
        if word.startswith("sleep"):
            time.sleep(float(word.removeprefix("sleep")))
        self._append({"do": "deliver", "key": key, "sha256": item.sha256})
        if word == "hang":
            raise Unknown("Đã gửi nhưng không có trả lời.")
        return Receipt("live", key, f"https://so.example/{key}")

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        if self._blind:
            return CannotTell()
        landed = any(line["do"] == "deliver" and line["key"] == key for line in self.lines(self._ledger))
        return Receipt("live", key, f"https://so.example/{key}") if landed else None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        self._append({"do": "amend", "key": key, "of": receipt.remote_id, "sha256": item.sha256})
        return Receipt("live", receipt.remote_id, receipt.url)

    def retract(self, receipt: Receipt) -> None:
        self._append({"do": "retract", "of": receipt.remote_id})

    def measure(self, receipt: Receipt) -> list[Reading]:
        return [Reading("lines", len(self.lines(self._ledger)))]

    @staticmethod
    def lines(path: Path) -> list[dict[str, str]]:
        """Return the ledger's lines."""
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def _append(self, line: dict[str, str]) -> None:
        with self._ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _next_word(self) -> str:
        script = self._ledger.with_suffix(".script")
        words = script.read_text("utf-8").split() if script.exists() else []
        if not words:
            return "accept"
        script.write_text("\n".join(words[1:]), encoding="utf-8")
        return words[0]
