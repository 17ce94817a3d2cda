"""The simulator's sign-in: a consent that is always given, codes, and pairs of tokens that rotate."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.simulators.zalo_world import APP_ID, APP_SECRET, OA_ID, Code, No, World

CODE_LIFE = timedelta(minutes=10)
ACCESS_SECONDS = 90_000


def permission(world: World, request: Request, now: datetime) -> Response:
    """The consent page, consented at once: back to the caller with code, account and state."""
    asked = request.args
    if asked.get("app_id") != APP_ID or not world.options.active:
        raise No("-14002", oauth=True)
    back = asked.get("redirect_uri", "")
    if not back or (world.options.callback and back != world.options.callback):
        raise No("-14003", oauth=True)
    code = world.next_id("code")
    challenge = world.options.fixed_challenge or asked.get("code_challenge", "")
    world.codes[code] = Code(challenge, now + CODE_LIFE)
    world.options.revoked = False
    told = {"code": code, "oa_id": OA_ID} | ({"state": asked["state"]} if "state" in asked else {})
    return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode(told)}")


def access_token(world: World, request: Request, now: datetime) -> dict[str, Any]:
    """Exchange a code or a refresh token for a pair: a form, with the app's secret in a header of its own."""
    form = request.form
    if form.get("app_id") != APP_ID or not world.options.active:
        raise No("-14002", oauth=True)
    if not hmac.compare_digest(request.environ["kit.headers"].get("secret_key", ""), APP_SECRET):
        raise No("-14004", oauth=True)
    if form.get("grant_type") == "authorization_code":
        _spend_code(world, form.get("code", ""), form.get("code_verifier", ""), now)
    elif form.get("grant_type") == "refresh_token":
        _spend_token(world, form.get("refresh_token", ""), now)
    else:
        raise No("-14018", oauth=True)
    return issue(world, now)


def _spend_code(world: World, given: str, verifier: str, now: datetime) -> None:
    code = world.codes.get(given)
    if code is None or code.used or now >= code.until:
        raise No("-14005", oauth=True)
    code.used = True
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
        raise No("-14005", oauth=True)


def _spend_token(world: World, given: str, now: datetime) -> None:
    dies = world.refresh.pop(given, None)
    if dies is None or now >= dies or world.options.revoked:
        raise No("-14014", oauth=True)
    if world.options.access_dies_on_rotation:
        world.access.clear()


def issue(world: World, now: datetime) -> dict[str, Any]:
    """Return a new pair, as a rotation does or the console's API Explorer by hand."""
    access, refresh = f"ZALOCANARY-{world.next_id('at')}", f"ZALOCANARY-{world.next_id('rt')}"
    world.access[access] = now + timedelta(seconds=ACCESS_SECONDS)
    world.refresh[refresh] = now + timedelta(days=world.options.refresh_days)
    number = world.options.expires_in_number
    return {
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": ACCESS_SECONDS if number else str(ACCESS_SECONDS),
    }


def check(world: World, request: Request, now: datetime) -> None:
    """Refuse a call without a living token in the header `access_token`; `Authorization` counts as none."""
    dies = world.access.get(request.environ["kit.headers"].get("access_token", ""))
    if dies is None:
        # A token that rotation has killed is one that Zalo has removed; both codes are seen for it.
        raise No("-216")
    if now >= dies or world.options.revoked:
        raise No("-220")
