"""One call to the simulated Graph API: version, path, parameters from query, form or JSON, and the token."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request

from tests.simulators.facebook_errors import GraphError, invalid, named
from tests.simulators.facebook_world import App, Page, Token, World

# Version → day it stops; an expired one is served by the oldest that is left.
ENDS = {
    "v21.0": datetime(2027, 1, 21, tzinfo=UTC),
    "v22.0": datetime(2027, 5, 20, tzinfo=UTC),
    "v23.0": datetime(2027, 10, 8, tzinfo=UTC),
    "v24.0": datetime(2028, 2, 18, tzinfo=UTC),
    "v25.0": datetime(2028, 7, 29, tzinfo=UTC),
    "v26.0": None,
}
NEWEST = max(ENDS, key=lambda name: float(name[1:]))


def served_version(asked: str, path: str, now: datetime) -> str:
    """Return the version that serves a call; `GraphError` 2500 for one that does not exist yet."""
    alive = [name for name, end in ENDS.items() if end is None or now < end]
    if not asked:
        return alive[0]
    if float(asked[1:]) > float(NEWEST[1:]):
        error = named("2500")
        error.message = f"Unknown path components: {path}"
        raise error
    return asked if asked in alive else alive[0]


def parted(path: str) -> tuple[str, list[str]]:
    """Return the version of a path ("" if it names none) and its other segments."""
    segments = [segment for segment in path.split("/") if segment]
    if segments and re.fullmatch(r"v\d+\.\d+", segments[0]):
        return segments[0], segments[1:]
    return "", segments


@dataclass
class Call:
    """A parsed call; `args` hold text from query and forms, any JSON value from a JSON body."""

    world: World
    method: str
    path: list[str]
    version: str
    args: dict[str, Any]
    files: dict[str, FileStorage]
    headers: dict[str, str]
    data: bytes
    now: datetime
    base: str
    token: Token | None = None
    app: App | None = None

    def text(self, name: str) -> str:
        """Return a parameter as text, "" when it is not given."""
        value = self.args.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean; in strict mode only true, false, 1 and 0 are ones (Python's `False` is none)."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value) in {"true", "1"}:
            return True
        if str(value) in {"false", "0"} or not self.world.options.strict_booleans:
            return False
        raise invalid(f"Param {name} must be a boolean")

    def nested(self, name: str) -> Any:
        """Return a nested value: JSON text in a form, the value itself in a JSON body."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise invalid(f"Param {name} must be JSON-encoded") from None

    def need_page(self, task: str = "CREATE_CONTENT", scope: str = "pages_manage_posts") -> Page:
        """Return the Page of the call's token if it may write there."""
        token = self.token
        if token is None or token.page is None:
            raise named("1705")
        if scope not in token.scopes or task not in token.page.tasks.get(token.person.id, ()):
            raise named("200")
        return token.page

    def need_scope(self, scope: str) -> None:
        """Refuse a read for which the token lacks the permission."""
        if self.token is not None and scope not in self.token.scopes:
            error = named("10")
            error.message = f"(#10) This endpoint requires the '{scope}' permission"
            raise error


def read_call(world: World, request: Request, now: datetime) -> Call:
    """Parse a request; the token may stand in the query, the form or the Authorization header."""
    asked, path = parted(request.path)
    version = served_version(asked, request.path, now)
    args: dict[str, Any] = dict(request.args.items())
    files: dict[str, FileStorage] = {}
    data = b""
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise invalid("The body is not a JSON object")
        args |= body
    elif request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        args |= dict(request.form.items())
        files = dict(request.files.items())
    else:
        data = request.get_data()
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    token = value if scheme in {"Bearer", "OAuth"} else ""
    call = Call(world, request.method, path, version, args, files, dict(request.headers), data, now, request.url_root)
    _identify(call, token or str(args.pop("access_token", "")))
    return call


def _identify(call: Call, value: str) -> None:
    if not value:
        return
    app_id, bar, secret = value.partition("|")
    if bar:
        call.app = call.world.apps.get(app_id)
        if call.app is None or call.app.secret != secret:
            raise named("190")
        return
    token = call.world.tokens.get(value)
    if token is None:
        raise named("190")
    if token.dead:
        raise named(f"190/{token.dead}")
    if token.expires_at is not None and call.now >= token.expires_at:
        raise named("190/463")
    _prove(call, token)
    until = token.person.data_access_until
    if until is not None and call.now >= until:
        raise GraphError(10, "(#10) The user's data access has expired; they must reauthorise the application")
    call.token, call.app = token, token.app


def _prove(call: Call, token: Token) -> None:
    proof = call.text("appsecret_proof")
    if not proof and not token.app.require_proof:
        return
    right = hmac.new(token.app.secret.encode(), token.value.encode(), hashlib.sha256).hexdigest()
    error = named("100/proof")
    if proof and proof != right:
        error.message = "Invalid appsecret_proof provided in the API argument"
    if proof != right:
        raise error


def moment(at: datetime) -> str:
    """Write a time the way the Graph API does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
