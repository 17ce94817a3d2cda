"""A strict Zalo: sign-in, articles, messages, events (checklist in README.md). Both base addresses are its own.

`POST /__simulator/world` takes `options` (fields of `zalo_world.Options`), `issue` (a pair by hand, as the console's
API Explorer), `foreign` (another publisher's articles), `events` (webhook events), `webhook` (their address), `send`
(events that are due), `follower` (a follower in touch now), `reset`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.simulators import kit
from tests.simulators import zalo_articles as articles
from tests.simulators import zalo_messages as messages
from tests.simulators import zalo_oauth as oauth
from tests.simulators.zalo_webhooks import Webhooks
from tests.simulators.zalo_world import OAUTH_TEXTS, No, Options, World

PAGES_OF_FOLLOWERS = 9951


class Zalo(kit.Simulator):
    """Zalo's two hosts in one; faults are scripted by names like `POST article/create`, `POST oauth/access_token`."""

    def __init__(self, clock: kit.Clock | None = None, **options: Any) -> None:
        super().__init__(clock)
        self.world = World(Options(**options))
        self.webhooks = Webhooks()

    @property
    def options(self) -> Options:
        return self.world.options

    def endpoint(self, request: Request) -> str:
        path = request.path.strip("/")
        if path.startswith("v4/oa/"):
            return f"{request.method} oauth/{path.removeprefix('v4/oa/')}"
        return f"{request.method} {path.partition('/')[2]}"

    def answer(self, request: Request) -> Response:
        now = self.clock.now()
        articles.settle(self.world, self.journal, now)
        if not request.path.startswith("/v4/"):
            return self._called(request, now)
        try:
            return self._sign_in(request, now)
        except No as no:
            return self._no(no, request)

    def refusal(self, name: str, request: Request) -> Response:
        sign_in = request.path.startswith("/v4/")
        return self._no(No(name, oauth=sign_in and name in OAUTH_TEXTS), request)

    def tell(self, facts: Mapping[str, Any]) -> Any:
        now = self.clock.now()
        told: dict[str, Any] = {}
        if facts.get("reset"):
            self.world, self.webhooks, self.journal = World(), Webhooks(), kit.Journal(self.clock)
            self.faults.clear()
        self.options.change(dict(facts.get("options", {})))
        if "follower" in facts:
            self.world.followers[facts["follower"]] = now
        if "foreign" in facts:
            told["foreign"] = articles.foreign(self.world, facts["foreign"], now)
        if facts.get("issue"):
            told["issue"] = oauth.issue(self.world, now)
        if "webhook" in facts:
            self.webhooks.url, self.webhooks.switched_off = facts["webhook"], False
        for event in facts.get("events", []):
            name, user = event["name"], event.get("follower", "1234567890123456789")
            (self._follow if name == "follow" else self._unfollow)(user, now)
            about = {"follower": {"id": user}} | ({"source": "oa_profile"} if name == "follow" else {})
            self.webhooks.add(name, about, now, event.get("copies", 1), event.get("forged", False))
        if facts.get("send"):
            self.webhooks.send_due(now)
            told["answers"] = list(self.webhooks.answers)
        return told

    def _follow(self, user: str, now: datetime) -> None:
        self.world.followers[user] = now

    def _unfollow(self, user: str, now: datetime) -> None:
        self.world.followers.pop(user, None)

    def shown(self) -> list[str]:
        """Return the titles that readers see now."""
        articles.settle(self.world, self.journal, self.clock.now())
        return [article.sent["title"] for article in self.world.articles.values() if article.shown_at]

    def _sign_in(self, request: Request, now: datetime) -> Response:
        called = f"{request.method} {request.path}"
        if called == "GET /v4/oa/permission":
            return oauth.permission(self.world, request, now)
        if called == "POST /v4/oa/access_token":
            pair = oauth.access_token(self.world, request, now)
            self.journal.add("oauth.issued", grant=request.form["grant_type"])
            return kit.as_json({**pair, **({"scope": "oa"} if self.options.extra_fields else {})})
        raise No("-209", status=self.options.unknown_status)

    def _called(self, request: Request, now: datetime) -> Response:
        minute = now.strftime("%Y%m%d%H%M")
        self.world.calls[minute] += 1
        left = self.options.per_minute - self.world.calls[minute]
        headers = {"X-RateLimit-Limit": str(self.options.per_minute), "X-RateLimit-Remain": str(max(left, 0))}
        try:
            data = self._data(request, now, left)
        except No as no:
            return self._no(no, request, headers)
        extra = {"request_id": "a1b2c3"} if self.options.extra_fields else {}
        error: int | str = "0" if self.options.error_as_string else 0
        return kit.as_json({"data": data, "error": error, "message": "Success", **extra}, headers=headers)

    def _data(self, request: Request, now: datetime, left: int) -> Any:
        if left < 0:
            raise No("-32")
        call = self._calls(request, now).get(f"{request.method} {request.path}")
        if call is None:
            raise No("-209", status=self.options.unknown_status)
        if not self.options.active:
            raise No("-209")
        oauth.check(self.world, request, now)
        for fine, name in ((not self.options.disabled, "-204"), (self.options.registered, "-212")):
            if not fine:
                raise No(name)
        return call()

    def _calls(self, request: Request, now: datetime) -> dict[str, Callable[[], Any]]:
        world, journal, films = self.world, self.journal, "/v2.0/article/upload_video"

        def sent() -> dict[str, Any]:
            """The body of a POST: JSON, and named so."""
            if request.mimetype != "application/json":
                raise No("-201", "body is invalid!")
            try:
                found = json.loads(request.get_data())
            except ValueError:
                found = None
            if not isinstance(found, dict):
                raise No("-201", "body is invalid!")
            return found

        def gone() -> Any:
            raise No("-240")

        return {
            "POST /v2.0/article/create": lambda: articles.create(world, journal, sent(), now),
            "POST /v2.0/article/verify": lambda: articles.verify(world, sent()),
            "POST /v2.0/article/update": lambda: articles.update(world, journal, sent(), now),
            "POST /v2.0/article/remove": lambda: articles.remove(world, journal, sent()),
            "GET /v2.0/article/getslice": lambda: articles.getslice(world, request, now),
            "GET /v2.0/article/getdetail": lambda: articles.getdetail(world, request),
            f"POST {films}/preparevideo": lambda: articles.prepare_video(world, journal, request, now),
            f"GET {films}/verify": lambda: articles.verify_video(world, request, now),
            "POST /v2.0/oa/message": lambda: messages.broadcast(world, journal, sent(), now),
            "POST /v3.0/oa/message/cs": lambda: messages.consultation(world, journal, sent(), now),
            "POST /v3.0/oa/message/transaction": gone,
            "POST /v3.0/oa/message/promotion": gone,
            "POST /v2.0/oa/upload/image": lambda: messages.upload(world, journal, "image", request, now),
            "POST /v2.0/oa/upload/gif": lambda: messages.upload(world, journal, "gif", request, now),
            "POST /v2.0/oa/upload/file": lambda: messages.upload(world, journal, "file", request, now),
            "GET /v2.0/oa/getoa": lambda: messages.getoa(world),
            "GET /v2.0/oa/getfollowers": lambda: messages.followers(world, request, 10**9),
            "GET /v3.0/oa/user/getlist": lambda: messages.followers(world, request, PAGES_OF_FOLLOWERS),
            "GET /v2.0/oa/getprofile": lambda: messages.profile(world, request),
            "GET /v3.0/oa/user/detail": lambda: messages.profile(world, request),
            "POST /v2.0/oa/quota/message": lambda: messages.quota(world, sent(), now, "v2.0"),
            "POST /v3.0/oa/quota/message": lambda: messages.quota(world, sent(), now, "v3.0"),
        }

    def _no(self, no: No, request: Request, headers: Mapping[str, str] | None = None) -> Response:
        body = no.body()
        if self.options.echoes:
            given = request.environ["kit.headers"]
            said = [given.get("access_token", ""), given.get("secret_key", ""), *request.form.values()]
            name = "error_reason" if no.oauth else "message"
            body[name] = f"{body[name]} {' '.join(said)}"
        if self.options.error_as_string:
            body["error"] = str(body["error"])
        return kit.as_json(body, no.status, headers)


def simulator() -> kit.Simulator:
    """Return the simulator that `python -m tests.simulators zalo` runs, with the real time."""
    return Zalo(kit.Clock())


START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam, a Saturday
