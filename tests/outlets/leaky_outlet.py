"""An outlet that repeats our token wherever it can: in its refusals, in exceptions, in what it logs."""

import logging
from datetime import datetime
from typing import ClassVar

import structlog

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
    Rendered,
    Setting,
    TryLater,
)


class Leaky:
    """Refuses once with the token in its sentence, then breaks with the token in an exception."""

    name: ClassVar[str] = "leaky"
    title: ClassVar[str] = "Kênh lắm lời"
    settings: ClassVar[tuple[Setting, ...]] = (Setting("token", "Khóa truy cập", secret=True),)
    limits: ClassVar[Limits] = Limits(title=120, characters=5_000, images=4, attempt=1.0)
    metrics: ClassVar[tuple[Metric, ...]] = ()

    def __init__(self, outfit: Outfit) -> None:
        self._token = outfit.settings["token"]

    def render(self, post: Post) -> Rendered:
        return Rendered((Part("text.txt", "text/plain", post.title.encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        structlog.get_logger("leaky").warning("refused", url=f"https://kenh.example/bot{self._token}/send")
        logging.getLogger("leaky").warning("answer: %s", {"token": self._token})
        if "told" not in notes:
            notes["told"] = True
            raise TryLater(f"Kênh trả lời: khóa {self._token} đang được dùng ở nơi khác.")
        raise RuntimeError(f"no route for {self._token}")

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        raise RuntimeError(f"cannot look with {self._token}")

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        raise RuntimeError(self._token)

    def retract(self, receipt: Receipt) -> None:
        raise RuntimeError(self._token)

    def measure(self, receipt: Receipt) -> list[Reading]:
        return []
