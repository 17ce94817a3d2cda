"""A strict local Graph API: what facebook-page-api.md §11 asks for; README.md says where each line is done."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.simulators import facebook_publishing as publishing
from tests.simulators import facebook_reading as reading
from tests.simulators import facebook_tokens as tokens
from tests.simulators import facebook_videos as videos
from tests.simulators.facebook_calls import Call, parted, read_call
from tests.simulators.facebook_errors import GraphError, missing, named
from tests.simulators.facebook_insights import insights
from tests.simulators.facebook_limits import Throttle
from tests.simulators.facebook_world import PAGE_ID, PERSON_ID, World
from tests.simulators.kit import Clock, Simulator, as_json

EDGES = {"feed", "photos", "videos", "published_posts", "scheduled_posts", "insights", "comments", "uploads"}


class Facebook(Simulator):
    """graph.facebook.com, graph-video.facebook.com and the sign-in dialog in one server."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.world = World()
        self.throttle = Throttle()

    def endpoint(self, request: Request) -> str:
        """Return `POST feed`, `GET published_posts`, `DELETE object`, `GET me/accounts`, `GET oauth/access_token`…"""
        _version, path = parted(request.path)
        if path[:1] in (["oauth"], ["me"], ["debug_token"], ["dialog"]):
            return f"{request.method} {'/'.join(path)}"
        return f"{request.method} {path[1] if len(path) > 1 and path[1] in EDGES else 'object'}"

    def answer(self, request: Request) -> Response:
        """Answer a call, or refuse it the way Facebook does."""
        if parted(request.path)[1][:2] == ["dialog", "oauth"]:
            return tokens.dialog(self.world, request, self.clock.now())
        call = None
        try:
            call = self._read(request)
            self.throttle.spend(call)
            body = self._route(call)
        except GraphError as error:
            return self._refused(error, call)
        return as_json(body, headers=self._headers(call))

    def refusal(self, name: str, request: Request) -> Response:
        """Answer with an error by name; `190/malformed` echoes the token, as Facebook does."""
        call = None
        try:
            call = self._read(request)
        except GraphError as error:
            return self._refused(error, None)
        if name == "190/malformed":
            error = named("190")
            error.message = f"Malformed access token {call.token.value if call.token else ''}"
            return self._refused(error, call)
        return self._refused(self.throttle.refused(call, name), call)

    def tell(self, facts: Mapping[str, Any]) -> Any:
        """Orders: `option` + `value`, `revoke` (+ `person`), `likes`, `block` (seconds), `foreign` (text); always
        answers what a client needs: the Page, the application and a fresh Page token."""
        now, page = self.clock.now(), self.world.pages[PAGE_ID]
        if "option" in facts:
            value = facts["value"]
            if facts["option"] not in asdict(self.world.options):
                raise LookupError(f"no option {facts['option']}")
            setattr(self.world.options, facts["option"], tuple(value) if isinstance(value, list) else value)
        if "revoke" in facts:
            self.world.revoke(facts["revoke"], facts.get("person", PERSON_ID))
        if "block" in facts:
            page.blocked_until = now + timedelta(seconds=float(facts["block"]))
        if "foreign" in facts:
            self.world.foreign_post(facts["foreign"], now, by_hand=facts.get("by_hand", True))
        page.likes = int(facts.get("likes", page.likes))
        app = next(iter(self.world.apps.values()))
        given = {"page_id": page.id, "app_id": app.id, "app_secret": app.secret}
        return {**given, "token": "" if "revoke" in facts else self.world.token("PAGE", now).value}

    def _read(self, request: Request) -> Call:
        now = self.clock.now()
        publishing.settle(self.world, self.journal, now)
        videos.settle(self.world, self.journal, now)
        return read_call(self.world, request, now)

    def _route(self, call: Call) -> dict[str, Any]:
        path, method = call.path, call.method
        if path == ["oauth", "access_token"]:
            return tokens.access_token(call)
        if method == "GET" and path == ["debug_token"]:
            return tokens.debug_token(call)
        if call.token is None and call.app is None:
            raise named("104")
        if method == "GET" and path == ["me"]:
            return tokens.me(call)
        if method == "GET" and path == ["me", "accounts"]:
            return reading.paged(call, tokens.accounts(call), lambda page: tokens.account(call, page))
        if method == "POST" and len(path) == 1 and path[0].startswith("upload:"):
            return videos.upload_bytes(call, path[0])
        if method == "POST" and len(path) == 2 and path[1] == "uploads":
            return videos.start_upload(call)
        if len(path) == 2:
            return self._edge(call, path[0], path[1])
        if len(path) == 1:
            return self._object(call, path[0])
        error = named("2500")
        error.message = f"Unknown path components: /{'/'.join(path[1:])}"
        raise error

    def _edge(self, call: Call, number: str, edge: str) -> dict[str, Any]:
        page = self.world.pages.get(number)
        post = self.world.posts.get(number)
        writes = {"feed": publishing.feed, "photos": publishing.photo, "videos": videos.video}
        if edge == "comments":
            return self._comments(call, number)
        if edge == "insights" and number in self.world.videos:
            raise GraphError(100, "(#100) Tried accessing nonexisting field (insights) on node type (Video)")
        if page is None and post is None:
            raise missing(number, call.method.lower())
        if call.method == "GET" and edge == "insights":
            found: Any = page or post
            return insights(call, found)
        if page is not None and call.method == "POST" and edge in writes:
            return writes[edge](call, page, self.journal)
        if page is not None and call.method == "GET" and edge in {"published_posts", "feed", "scheduled_posts"}:
            return reading.posts(call, page, edge)
        if page is not None and call.method == "GET" and edge == "videos":
            return videos.listed(call, page)
        kind = "Page" if page else "Post"
        raise GraphError(100, f"(#100) Tried accessing nonexisting field ({edge}) on node type ({kind})")

    def _comments(self, call: Call, number: str) -> dict[str, Any]:
        if call.method == "POST":
            return publishing.comment(call, number, self.journal)
        if call.token is None or call.token.kind == "USER":
            return {"data": []}  # a user token gets no error, only nothing
        call.need_scope("pages_read_user_content")
        replies = call.text("filter") == "stream"
        found = [
            one
            for one in self.world.comments.values()
            if one.parent == number or (replies and self._parent_of(one.parent) == number)
        ]
        answer = reading.paged(call, found, lambda one: reading.comment_fields(one, call.text("fields")))
        return answer | ({"summary": {"total_count": len(found)}} if call.flag("summary", False) else {})

    def _parent_of(self, number: str) -> str:
        found = self.world.comments.get(number)
        return found.parent if found else ""

    def _object(self, call: Call, number: str) -> dict[str, Any]:
        if call.method == "DELETE":
            return publishing.delete(call, number, self.journal)
        if number in self.world.posts:
            post = self.world.posts[number]
            if call.method == "POST":
                return publishing.edit(call, post, self.journal)
            call.need_scope("pages_read_engagement")
            return reading.post_fields(call, post, call.text("fields"))
        if call.method == "POST" and number in self.world.comments:
            return publishing.edit_comment(call, self.world.comments[number], self.journal)
        if call.method == "POST":
            raise missing(number, "post")
        return self._other(call, number)

    def _other(self, call: Call, number: str) -> dict[str, Any]:
        fields = call.text("fields")
        if number in self.world.pages:
            return reading.page_fields(call, self.world.pages[number], fields)
        if number in self.world.photos:
            return reading.photo_fields(self.world.photos[number], fields)
        if number in self.world.videos:
            return videos.video_fields(call, self.world.videos[number], fields)
        if number in self.world.comments:
            return reading.comment_fields(self.world.comments[number], fields)
        raise missing(number, "get")

    def _headers(self, call: Call | None) -> dict[str, str]:
        headers = {"Cache-Control": "private, no-cache, no-store", **self.throttle.headers(call)}
        if call is not None and self.world.options.version_header:
            headers["facebook-api-version"] = call.version
        return headers

    def _refused(self, error: GraphError, call: Call | None) -> Response:
        headers = {**self._headers(call), **error.headers}
        return as_json(error.body(f"A{secrets.token_urlsafe(14)}"), error.status, headers)


def simulator() -> Facebook:
    """Make the simulator that `python -m tests.simulators facebook` runs."""
    return Facebook()
