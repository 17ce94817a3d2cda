"""A stage for the Zalo channel: a simulated Zalo, our portal's pictures, and the hub's part about tokens."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import requests
from PIL import Image as Picture
from werkzeug.wrappers import Request, Response

from channels.base import (
    CannotTell,
    Image,
    Outfit,
    Post,
    Receipt,
    Refusal,
    Rejected,
    Rendered,
    TryLater,
    Unauthorised,
    Unknown,
)
from channels.http import Times
from channels.zalo import Zalo
from channels.zalo import tokens as zalo_tokens
from channels.zalo.tokens import Alarm, App, Keep, Pair, Refresh, next_step, usable
from publisher.files import FileStore
from tests.simulators import kit, zalo_oauth
from tests.simulators.zalo import START
from tests.simulators.zalo import Zalo as Simulated
from tests.simulators.zalo_world import APP_ID, APP_SECRET, OA_ID, OA_SECRET

CANARY = "ZALOCANARY"  # stands in every token and secret of the simulator
SETTINGS = {"app_id": APP_ID, "app_secret": APP_SECRET, "oa_id": OA_ID, "oa_secret": OA_SECRET}


class Quick(Zalo):
    """The channel as it is, but it neither rests between questions nor waits long for an answer."""

    pauses: ClassVar[tuple[float, ...]] = ()
    film_pauses: ClassVar[tuple[float, ...]] = ()
    times: ClassVar[Times] = Times(connect=2.0, read=0.5, total=1.0)
    film_times: ClassVar[Times] = times


class Portal(kit.Simulator):
    """Our portal as Zalo sees it: pictures by their sha256 (faults: `GET anh`)."""

    def __init__(self, files: FileStore) -> None:
        super().__init__()
        self._files = files

    def endpoint(self, request: Request) -> str:
        return f"{request.method} anh"

    def answer(self, request: Request) -> Response:
        try:
            data = self._files.get(request.path.removeprefix("/anh/"))
        except Exception:
            return Response(status=404)
        kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        return Response(data, content_type=kind)


class Desk:
    """The hub's part: it keeps the pair, lets one at a time renew it, and stores before it uses.

    `stored` is what a database would hold; `saved` every state of it in order.
    """

    def __init__(self, app: App, pair: Pair, now: Callable[[], datetime]) -> None:
        self.app, self._now = app, now
        self.saved: list[Pair] = []
        self._row = threading.Lock()
        self.stored = pair
        self.told: list[str] = []  # alarms
        self.crash_after_answer = False

    def __repr__(self) -> str:
        return "Desk()"

    def current(self) -> str:
        pair = self.run()
        if not usable(pair, self._now()):
            raise Unauthorised(pair.refused) if pair.refused else TryLater("Đang gia hạn khóa Zalo.", 60)
        return pair.access_token

    def renewed(self, refused: str) -> str:
        pair = self.run(refused)
        if pair.access_token == refused or not usable(pair, self._now()):
            message = pair.refused or "Zalo không nhận khóa truy cập."
            raise Unauthorised(message) if pair.refused else TryLater(message, 60)
        return pair.access_token

    def run(self, refused: str = "") -> Pair:
        """Do what the pair needs now and return it as it then stands."""
        with self._row:
            declined = bool(refused) and self.stored.access_token == refused
            step = next_step(self.stored, self._now(), declined=declined)
            if isinstance(step, Alarm):
                self.told.append(step.message)
                step = step.then or Keep(self._now())
            if not isinstance(step, Refresh):
                return self.stored
            taken = self._save(zalo_tokens.begin(self.stored, self._now()))
        try:
            pair = zalo_tokens.refresh(self.app, taken, self._now())
        except Refusal as error:
            pair = zalo_tokens.after(taken, error, self._now())
        else:
            if self.crash_after_answer:
                raise SystemExit
        with self._row:
            if pair.access_token != taken.access_token or self.stored.begun_at == taken.begun_at:
                return self._save(pair)
            return self.stored

    def _save(self, pair: Pair) -> Pair:
        self.stored = pair
        self.saved.append(pair)
        return pair


@dataclass
class Came:
    """What publishing an item the engine's way came to."""

    end: str  # sent · failed · paused · person · waiting
    steps: list[str]
    receipt: Receipt | None = None
    error: Refusal | None = None


@dataclass
class Stage:
    """One account of a simulated Zalo."""

    simulator: Simulated
    url: str
    portal: kit.Running
    files: FileStore
    desk: Desk
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def outfit(self) -> Outfit:
        addresses = {"zalo": self.url, "zalo_oauth": self.url, "public": self.portal.url}
        return Outfit(7, SETTINGS, self.files, addresses, self.desk)

    @property
    def channel(self) -> Zalo:
        """A channel made anew, as after a crash."""
        return Quick(self.outfit)

    def post(self, title: str = "Nộp hồ sơ trực tuyến", pictures: int = 1, **changes: Any) -> Post:
        images = tuple(self.picture(number) for number in range(pictures))
        return replace(sample(title), images=images, **changes)

    def picture(self, number: int = 0, kind: str = "JPEG", size: tuple[int, int] = (64, 36)) -> Image:
        packed = BytesIO()
        Picture.new("RGB", size, (10 * number, 90, 85)).save(packed, kind)
        return Image(self.files.put(packed.getvalue()), f"image/{kind.lower()}", f"Ảnh mẫu {number}", *size)

    def item(self, title: str = "Nộp hồ sơ trực tuyến", pictures: int = 1, **changes: Any) -> Rendered:
        """A rendering whose parts are stored, as approval does."""
        item = self.channel.render(self.post(title, pictures, **changes))
        for part in item.parts:
            self.files.put(part.data)
        return item

    def deliver(self, item: Rendered, key: str = "khoa-1") -> Receipt:
        return self.channel.deliver(item, key, self.notes)

    def find(self, item: Rendered, key: str = "khoa-1") -> Receipt | CannotTell | None:
        return self.channel.find(item, key, self.notes, START)

    def publish(self, item: Rendered, key: str = "khoa-1", most: int = 25) -> Came:
        """Try as the engine does, simulated time passing: look before sending again, at most `most` steps."""
        steps: list[str] = []
        looking = False
        for _step in range(most):
            try:
                answer = self.find(item, key) if looking else self.deliver(item, key)
            except Rejected as error:
                if not looking:
                    return Came("failed", [*steps, "rejected"], error=error)
                answer = error
            except Unauthorised as error:
                return Came("paused", [*steps, "unauthorised"], error=error)
            except (TryLater, Unknown) as error:
                answer = error
            if isinstance(answer, Receipt):
                return Came("sent", [*steps, "found" if looking else "accepted"], answer)
            if isinstance(answer, CannotTell):
                return Came("person", [*steps, "cannot tell"])
            if answer is None:
                looking = False
                steps.append("absent")
                continue
            lost = isinstance(answer, Unknown) and not looking
            steps.append("unknown" if lost else "looked" if looking else "later")
            self.simulator.clock.advance(Zalo.limits.settle if lost else getattr(answer, "after", None) or 30)
            looking = looking or lost
        return Came("waiting", steps)

    def consent(self) -> Pair:
        """An administrator of the account consents in a browser; the new pair takes the old one's place."""
        back, state = "https://phuong.example/zalo/ve", "trang-thai-1"
        code_verifier = zalo_tokens.verifier(bytes(range(32)))
        url = zalo_tokens.authorise_url(self.desk.app, back, zalo_tokens.challenge(code_verifier), state)
        answer = requests.get(url, allow_redirects=False, timeout=5)
        values = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        code, _oa_id = zalo_tokens.read_callback(values, state)
        pair = zalo_tokens.exchange_code(self.desk.app, code, code_verifier, self.simulator.clock.now())
        self.desk.stored = pair
        return pair

    def entries(self, verb: str) -> list[dict[str, Any]]:
        return [dict(entry.facts) for entry in self.simulator.journal.entries(verb)]

    def option(self, **changes: Any) -> None:
        self.simulator.options.change(changes)


def sample(title: str) -> Post:
    return Post(
        number=1,
        slug="nop-ho-so",
        title=title,
        body_html="<p>Đăng nhập bằng <strong>VNeID</strong>.</p>",
        body_text="Đăng nhập bằng VNeID.",
        summary="Hướng dẫn ngắn.",
        slogan="Thuận tiện mọi lúc",
        unit="UBND phường Mẫu",
        hotline="0900 000 000",
        link="https://phuong.example/tin/nop-ho-so",
    )


@contextmanager
def staged(folder: Path, clock: kit.Clock | None = None, **options: Any) -> Iterator[Stage]:
    """Serve a simulated Zalo and a portal, with a pair that was just consented to."""
    files = FileStore(folder)
    simulator = Simulated(clock or kit.Clock(START), **options)
    with kit.serve(simulator) as zalo, kit.serve(Portal(files)) as portal:
        now = simulator.clock.now()
        told = zalo_oauth.issue(simulator.world, now)
        pair = Pair(told["access_token"], told["refresh_token"], now, now + timedelta(hours=25), now)
        desk = Desk(App(APP_ID, APP_SECRET, zalo.url), pair, simulator.clock.now)
        yield Stage(simulator, zalo.url, portal, files, desk)


def one_copy(stage: Stage, creations: int = 1) -> None:
    """Readers see it once, it was shown once, and no more was created than said."""
    assert len(stage.simulator.shown()) == 1
    assert len({entry["id"] for entry in stage.entries("article.shown")}) == 1
    assert len(stage.entries("article.create")) == creations


class Caller:
    """Raw calls to the simulator, with its living token."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.headers = {"access_token": stage.desk.stored.access_token}

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        found = requests.get(f"{self.stage.url}{path}", params=params, headers=self.headers, timeout=5)
        return found.json()

    def post(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        url = f"{self.stage.url}{path}"
        return requests.post(url, json=body, headers=self.headers, timeout=5, **more).json()

    def article(self, **changes: Any) -> dict[str, Any]:
        photo = f"{self.stage.portal.url}/anh/{self.stage.picture().sha256}"
        return {
            "type": "normal",
            "title": "Tiêu đề",
            "author": "Đơn vị",
            "description": "Tóm tắt",
            "cover": {"cover_type": "photo", "photo_url": photo, "status": "show"},
            "body": [{"type": "text", "content": "<p>Chữ</p>"}],
            **changes,
        }

    def created(self, **changes: Any) -> str:
        token = self.post("/v2.0/article/create", self.article(**changes))["data"]["token"]
        return self.post("/v2.0/article/verify", {"token": token})["data"]["id"]


def told(answer: dict[str, Any]) -> tuple[int, str]:
    """Return code and text of an answer."""
    return answer["error"], answer["message"]
