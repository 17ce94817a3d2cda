"""A channel that posts each item to the sink with the guarded client of all channels; registered as `sink`."""

from datetime import datetime
from threading import local
from typing import ClassVar

import requests

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
)
from channels.http import Client, json_object

_own = local()


def session() -> requests.Session:
    """Return this thread's keep-alive session of plain `requests`, with which the peers post."""
    if not hasattr(_own, "session"):
        _own.session = requests.Session()
    return _own.session


def client(address: str) -> Client:
    """Return this thread's keep-alive client that may call `address`, with which our own engine posts."""
    if getattr(_own, "address", "") != address:
        _own.client, _own.address = Client(allow=[address]), address
    found: Client = _own.client
    return found


class Sink:
    """Posts the key; an empty address means that nothing is sent, which leaves the engine's own cost."""

    name: ClassVar[str] = "sink"
    title: ClassVar[str] = "Nơi đếm"
    settings: ClassVar[tuple[Setting, ...]] = (Setting("address", "Địa chỉ", needed=False),)
    limits: ClassVar[Limits] = Limits(attempt=10.0)
    metrics: ClassVar[tuple[Metric, ...]] = ()

    def __init__(self, outfit: Outfit) -> None:
        self._address = outfit.settings.get("address", "")

    def render(self, post: Post) -> Rendered:
        return Rendered((Part("text.txt", "text/plain", post.title.encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        if self._address:
            json_object(client(self._address).post(self._address, data=key))
        return Receipt("live", key)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        return Receipt("live", key) if client(self._address).get(f"{self._address}{key}").json() else None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        return receipt

    def retract(self, receipt: Receipt) -> None:
        return None

    def measure(self, receipt: Receipt) -> list[Reading]:
        return []
