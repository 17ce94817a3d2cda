"""An outlet for tests that takes everything and tells numbers as a file says; it writes down every question."""

import json
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
)


class Gauge:
    """Numbers come from `<path>/numbers.json`, what the next questions come to from `<path>/script` (a word a line)."""

    name: ClassVar[str] = "gauge"
    title: ClassVar[str] = "Kênh đo thử"
    settings: ClassVar[tuple[Setting, ...]] = (Setting("path", "Thư mục"),)
    limits: ClassVar[Limits] = Limits(attempt=1.0)
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric("views", "Lượt xem", "lượt", "measured"),
        Metric("followers", "Người theo dõi", "người", "measured"),
    )

    def __init__(self, outfit: Outfit) -> None:
        self._folder = Path(outfit.settings["path"])

    def render(self, post: Post) -> Rendered:
        return Rendered((Part("text.txt", "text/plain", post.title.encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        return Receipt("live", key, f"https://do.example/{key}")

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        return None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        return receipt

    def retract(self, receipt: Receipt) -> None:
        """Nothing stands anywhere."""

    def measure(self, receipt: Receipt) -> list[Reading]:
        with (self._folder / "asked").open("a", encoding="utf-8") as file:
            file.write(f"{receipt.remote_id}\n")
        script = self._folder / "script"
        words = script.read_text("utf-8").split() if script.exists() else []
        if words:
            script.write_text("\n".join(words[1:]), encoding="utf-8")
            self._fail(words[0])
        numbers = json.loads((self._folder / "numbers.json").read_text("utf-8"))
        return [Reading(name, value) for name, value in numbers.items()]

    @staticmethod
    def _fail(word: str) -> None:
        if word == "later":
            raise TryLater("Kênh đang bận.", after=1800)
        if word == "unauthorised":
            raise Unauthorised("Thiếu quyền đọc số liệu.")
        if word == "rejected":
            raise Rejected("Không còn bài này.")
        if word == "break":
            raise ZeroDivisionError("nobody foresaw this")
