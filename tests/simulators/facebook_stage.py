"""A stage for tests of the Facebook channel: the simulator, a Page token, a file store, and the engine's own rule."""

import io
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import requests
from PIL import Image as Picture

from channels.base import (
    CannotTell,
    Image,
    Outfit,
    Post,
    Receipt,
    Rejected,
    Rendered,
    Theme,
    TryLater,
    Unauthorised,
    Unknown,
)
from channels.facebook import Facebook
from channels.http import Times
from publisher.files import FileStore
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID
from tests.simulators.kit import Running

CANARY = "EAACanaryToken0123456789abcdefghijklmnop"
QUICK = Times(connect=1.0, read=0.4, total=0.8)
COLOURS = ("red", "green", "blue", "orange", "purple", "brown", "pink", "grey", "cyan", "olive", "navy")


class Quick(Facebook):
    """The channel as it is, but it does not rest while a film is converted."""

    pauses: ClassVar[tuple[float, ...]] = ()


@dataclass
class Outcome:
    """What came of publishing an item by the engine's rule: the end, the receipt, and every step on the way."""

    end: str = ""
    receipt: Receipt | None = None
    message: str = ""
    steps: list[str] = field(default_factory=list)


class Stage:
    """Everything a test of the channel needs; `channel()` makes a fresh one, as the engine does for each turn."""

    def __init__(self, running: Running, folder: Path) -> None:
        assert isinstance(running.simulator, Simulated)
        self.simulator = running.simulator
        self.url = running.url
        self.store = FileStore(folder)
        self.notes: dict[str, Any] = {}
        self.simulator.world.token("PAGE", self.now, value=CANARY)

    @property
    def now(self) -> datetime:
        return self.simulator.clock.now()

    def option(self, **options: Any) -> None:
        for name, value in options.items():
            setattr(self.simulator.world.options, name, value)

    def channel(self, **settings: str) -> Facebook:
        given = {"page_id": PAGE_ID, "token": CANARY, "app_id": APP_ID, "app_secret": APP_SECRET, **settings}
        return Quick(Outfit(7, given, self.store, {"facebook": self.url}), QUICK, QUICK)

    def images(self, count: int) -> tuple[Image, ...]:
        made = []
        for colour in COLOURS[:count]:
            data = io.BytesIO()
            Picture.new("RGB", (60, 40), colour).save(data, "JPEG")
            made.append(Image(self.store.put(data.getvalue()), "image/jpeg", f"Ảnh màu {colour}", 60, 40))
        return tuple(made)

    def post(self, images: int = 0, **changes: Any) -> Post:
        fields: dict[str, Any] = {
            "number": 1,
            "slug": "nop-ho-so-truc-tuyen",
            "title": "Nộp hồ sơ trực tuyến",
            "body_html": "<p>Đăng nhập bằng VNeID.</p>",
            "body_text": "Đăng nhập bằng VNeID & chọn «Nộp hồ sơ».",
            "summary": "Hướng dẫn ngắn.",
            "slogan": "Thuận tiện mọi lúc",
            "unit": "UBND phường Mẫu",
            "hotline": "0900 000 000",
            "themes": (Theme("T6", "Chuyển đổi số"),),
            "tags": ("Dịch vụ công",),
            "source_number": "20/KH-UBND",
            "source_date": date(2026, 1, 5),
            "images": self.images(images),
            **changes,
        }
        return Post(**fields)

    def item(self, images: int = 0, **changes: Any) -> Rendered:
        return self.channel().render(self.post(images, **changes))

    def deliver(self, item: Rendered) -> Receipt:
        return self.channel().deliver(item, "khoa-1", self.notes)

    def deliver_quietly(self, item: Rendered) -> None:
        """Begin to publish a film; that it is not converted yet is no matter."""
        with suppress(Unknown):
            self.deliver(item)

    def find(self, item: Rendered, since: datetime | None = None) -> Receipt | CannotTell | None:
        return self.channel().find(item, "khoa-1", self.notes, since or self.now)

    def accepted(self, verb: str = "feed") -> list[dict[str, Any]]:
        return [dict(entry.facts) for entry in self.simulator.journal.entries(verb)]

    def publish(self, item: Rendered, tries: int = 10) -> Outcome:
        """Publish by the engine's rule: after `Unknown` look first, send again only on "surely not there"."""
        came, since = Outcome(), self.now
        looking = False
        while tries and len(came.steps) < 200:
            try:
                if looking:
                    found = self.find(item, since)
                    if isinstance(found, CannotTell):
                        return self._ended(came, "person")
                    looking = found is not None
                    came.steps.append("found" if found else "absent")
                    if found:
                        return self._ended(came, "sent", found)
                    continue
                tries -= 1
                return self._ended(came, "sent", self.deliver(item))
            except TryLater as error:
                came.steps.append("look again" if looking else "later")
                self.simulator.clock.advance(error.after or 30)
                came.message = error.message
            except Unknown as error:
                came.steps.append("unknown")
                came.message, looking = error.message, True
                self.simulator.clock.advance(Facebook.limits.settle)
            except (Rejected, Unauthorised) as error:
                came.message = error.message
                return self._ended(came, "rejected" if isinstance(error, Rejected) else "unauthorised")
        return self._ended(came, "spent")

    def _ended(self, came: Outcome, end: str, receipt: Receipt | None = None) -> Outcome:
        came.end, came.receipt = end, receipt
        came.steps.append(end)
        return came

    def long_ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)


@dataclass
class PlainClient:
    """A plain client of the simulator, with whatever token and placement a test wants."""

    running: Running
    token: str
    person: str

    @property
    def sim(self) -> Simulated:
        assert isinstance(self.running.simulator, Simulated)
        return self.running.simulator

    def call(self, method: str, path: str, version: str = "v26.0", token: str | None = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return requests.request(
            method, f"{self.running.url}/{version}/{path}", headers=headers, timeout=5, **options
        ).json()

    def get(self, path: str, **params: str) -> Any:
        return self.call("GET", path, params=params)

    def post(self, path: str, **data: Any) -> Any:
        return self.call("POST", path, data=data)

    def code(self, answer: Any) -> tuple[int, int]:
        return answer["error"]["code"], answer["error"].get("error_subcode", 0)
