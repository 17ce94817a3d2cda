"""Sign-in of the simulated Facebook: the dialog, the exchange of codes and tokens, the person's Pages, debug_token."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.simulators.facebook_calls import Call
from tests.simulators.facebook_errors import GraphError, named
from tests.simulators.facebook_world import PERSON_ID, App, Code, Page, Token, World

SHORT, LONG, CODE = timedelta(hours=1, minutes=30), timedelta(days=60), timedelta(minutes=10)


def dialog(world: World, request: Request, now: Any) -> Response:
    """The sign-in dialog, in which the person agrees at once; `deny=1` is the person who presses Cancel."""
    app = world.apps.get(request.args.get("client_id", ""))
    back = request.args.get("redirect_uri", "")
    if app is None or not back:
        return Response("App not active or redirect_uri missing", 400)
    answer = {"state": request.args.get("state", "")}
    if request.args.get("deny"):
        answer |= {"error": "access_denied", "error_reason": "user_denied", "error_code": "200"}
    else:
        scopes = tuple(scope for scope in request.args.get("scope", "").split(",") if scope)
        code = secrets.token_urlsafe(30)
        world.codes[code] = Code(world.people[PERSON_ID], app, back, scopes, now + CODE)
        answer |= {"code": code}
    return Response("", 302, {"Location": f"{back}{'&' if '?' in back else '?'}{urlencode(answer)}"})


def access_token(call: Call) -> dict[str, Any]:
    """GET or POST /oauth/access_token: a code, a short token, or the application itself."""
    app = call.world.apps.get(call.text("client_id"))
    if app is None:
        raise GraphError(101, "Error validating application. Cannot get application info due to a system error.")
    if call.text("client_secret") != app.secret:
        raise GraphError(1, "Error validating client secret.")
    grant = call.text("grant_type")
    if grant == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    if grant == "fb_exchange_token":
        return _exchanged(call, app)
    return _of_code(call, app)


def _of_code(call: Call, app: App) -> dict[str, Any]:
    code = call.world.codes.get(call.text("code"))
    if code is None or code.app is not app or call.now >= code.until:
        raise GraphError(100, "Invalid verification code format.", 36008)
    if code.used:
        raise GraphError(100, "This authorization code has been used.", 36009)
    if code.redirect_uri != call.text("redirect_uri"):
        text = "Error validating verification code. Please make sure your redirect_uri is identical to the one used"
        raise GraphError(100, text, 36008)
    code.used = True
    granted = tuple(scope for scope in code.scopes if scope in code.person.scopes)
    token = call.world.token(
        "USER", call.now, expires_at=call.now + SHORT, app=app.id, person=code.person.id, scopes=granted
    )
    return {"access_token": token.value, "token_type": "bearer", "expires_in": int(SHORT.total_seconds())}


def _exchanged(call: Call, app: App) -> dict[str, Any]:
    old = call.world.tokens.get(call.text("fb_exchange_token"))
    if old is None or old.app is not app or old.kind != "USER":
        raise named("190")
    if old.dead:
        raise named(f"190/{old.dead}")
    if old.expires_at is not None and call.now >= old.expires_at:
        raise named("190/463")
    token = call.world.token(
        "USER", call.now, expires_at=call.now + LONG, app=app.id, person=old.person.id, scopes=old.scopes
    )
    answer: dict[str, Any] = {"access_token": token.value, "token_type": "bearer"}
    return answer | ({"expires_in": int(LONG.total_seconds())} if call.world.options.exchange_expires else {})


def accounts(call: Call) -> list[Page]:
    """GET /me/accounts: the Pages on which the person has a task."""
    token = _person(call)
    call.need_scope("pages_show_list")
    return [page for page in call.world.pages.values() if token.person.id in page.tasks]


def account(call: Call, page: Page) -> dict[str, Any]:
    """One row of it; its Page token lives as long as the user token that asked if that is short, else for ever."""
    token = _person(call)
    lasting = token.expires_at is None or token.expires_at - token.issued_at >= LONG
    page_token = call.world.token(
        "PAGE", call.now, expires_at=None if lasting else token.expires_at, app=token.app.id,
        person=token.person.id, page=page.id, scopes=token.scopes,
    )  # fmt: skip
    tasks = list(page.tasks[token.person.id])
    row = {"id": page.id, "name": page.name, "access_token": page_token.value, "tasks": tasks}
    asked = [name for name in call.text("fields").split(",") if name] or list(row)
    return {name: row[name] for name in {"id": 0, **dict.fromkeys(asked)} if name in row}


def me(call: Call) -> dict[str, Any]:
    """GET /me: the person or the Page behind the token."""
    if call.token is None:
        raise GraphError(2500, "An active access token must be used to query information about the current user.")
    who: Any = call.token.page or call.token.person
    return {"id": who.id, "name": who.name}


def debug_token(call: Call) -> dict[str, Any]:
    """GET /debug_token: what a token is worth; asked with the application's own token."""
    if call.app is None:
        raise named("104")
    token = call.world.tokens.get(call.text("input_token"))
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    if token.app is not call.app:
        raise GraphError(100, "(#100) The App_id in the input_token did not match the Viewing App")
    return {"data": _facts(token, call)}


def _facts(token: Token, call: Call) -> dict[str, Any]:
    dead = token.dead or (463 if token.expires_at is not None and call.now >= token.expires_at else 0)
    until = token.person.data_access_until or token.issued_at + timedelta(days=90)
    facts: dict[str, Any] = {
        "app_id": token.app.id,
        "type": token.kind,
        "application": token.app.name,
        "is_valid": not dead,
        "issued_at": int(token.issued_at.timestamp()),
        "expires_at": 0 if token.expires_at is None else int(token.expires_at.timestamp()),
        "data_access_expires_at": int(until.timestamp()),
        "scopes": list(token.scopes),
        "granular_scopes": [{"scope": scope} for scope in token.scopes],
        "user_id": token.person.id,
    }
    if token.page is not None:
        facts["profile_id"] = token.page.id
    if dead:
        error = named(f"190/{dead}")
        facts["error"] = {"code": 190, "subcode": dead, "message": error.message}
    return facts


def _person(call: Call) -> Token:
    if call.token is None:
        raise named("104")
    if call.token.kind != "USER":
        raise GraphError(100, "(#100) Tried accessing nonexisting field (accounts) on node type (Page)")
    return call.token
