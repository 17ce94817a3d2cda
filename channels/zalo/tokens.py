"""Consent and tokens of a Zalo Official Account: OAuth v4 with PKCE, and when to renew a pair (zalo-oa-api.md §2).

An access token lives 25 hours. A refresh token lives 3 months and can be used once: renewing kills it, and very
likely the old access token too, so a pair whose answer got lost is lost for good. Nothing is kept here: the hub
keeps a `Pair`, asks `next_step`, commits `begin` before the call and what came of it before the first use.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from channels.base import Refusal, Rejected, TryLater, Unknown
from channels.http import Client, Times
from channels.zalo.api import data_of
from channels.zalo.errors import ConsentNeeded

OAUTH_URL = "https://oauth.zaloapp.com"
# An answer that is given up on too early costs a consent in a browser: no other call waits this long.
TOKEN_CALL = Times(connect=5.0, read=60.0, total=90.0)

ACCESS_LIFE = timedelta(hours=25)
REFRESH_AT = 0.8  # of its life: at 20 of 25 hours, so that five hours are left to mend what is wrong
REFRESH_LIFE = timedelta(days=89)  # the shortest three months of a calendar
ALARM_BEFORE = timedelta(days=14)
UNDER_WAY = timedelta(seconds=120)  # longer than the call may take: afterwards its process is taken for dead
AFTER_LOSS = timedelta(hours=1)  # between looks whether Zalo answers again; a spent token cannot be spent twice
AFTER_TROUBLE = timedelta(minutes=30)


@dataclass(frozen=True)
class App:
    """The application registered at developers.zalo.me, and where it is called."""

    app_id: str
    secret: str = field(repr=False)
    base: str = OAUTH_URL  # `addresses["zalo_oauth"]` of an Outfit

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", (self.base or OAUTH_URL).rstrip("/"))


@dataclass(frozen=True)
class Pair:
    """The tokens of one Official Account and how renewing them stands. Only one system may hold them."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    issued_at: datetime
    access_until: datetime
    consented_at: datetime
    refresh_until: datetime | None = None  # where Zalo named it
    begun_at: datetime | None = None  # a renewal was begun and nothing came of it yet
    not_before: datetime | None = None  # no renewal sooner
    lost: int = 0  # renewals in a row whose answer got lost
    trouble: str = ""  # why renewing fails for now: a wrong app secret, an app switched off
    refused: str = ""  # the refresh token is dead: the sentence that asks for a new consent


@dataclass(frozen=True)
class Keep:
    """Nothing to do until then."""

    until: datetime


@dataclass(frozen=True)
class Refresh:
    """Renew now; `again` when an earlier answer got lost and the same token is tried once more."""

    again: bool = False


@dataclass(frozen=True)
class Alarm:
    """Tell the administrator; `then` is what to do all the same, None when only a new consent helps."""

    message: str
    then: Keep | Refresh | None


def verifier(chance: bytes) -> str:
    """Return the PKCE verifier of 32 random bytes: 43 characters."""
    if len(chance) != 32:
        raise ValueError("a PKCE verifier is made of 32 random bytes")
    return base64.urlsafe_b64encode(chance).rstrip(b"=").decode()


def challenge(code_verifier: str) -> str:
    """Return the PKCE challenge: base64url of SHA-256 of the verifier, without padding.

    With a fixed verifier (setting `code_verifier`) this is what stands in Zalo's console beside the callback.
    """
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def authorise_url(app: App, redirect_uri: str, code_challenge: str, state: str) -> str:
    """Return the address at which an administrator of the account consents.

    With `/oa/`: without it Zalo signs in a person instead. Zalo knows no scope and no challenge method here.
    """
    asked = {"app_id": app.app_id, "redirect_uri": redirect_uri, "code_challenge": code_challenge, "state": state}
    return f"{app.base}/v4/oa/permission?{urlencode(asked)}"


def read_callback(values: Mapping[str, str], state: str) -> tuple[str, str]:
    """Return code and account id of the address Zalo sent the browser back to; `Rejected` for a foreign one.

    The code is valid for 10 minutes and one exchange.
    """
    if not hmac.compare_digest(values.get("state", "").encode(), state.encode()):
        raise Rejected("Lượt cấp quyền này không bắt đầu từ hệ thống. Hãy bấm kết nối lại từ đầu.")
    if not values.get("code"):
        raise Rejected("Zalo không cấp quyền (quản trị viên chưa đồng ý). Hãy bấm kết nối lại từ đầu.")
    return values["code"], values.get("oa_id", "")


def exchange_code(app: App, code: str, code_verifier: str, now: datetime) -> Pair:
    """Return the first pair of a consent: one call. A lost answer (`Unknown`) only needs a new consent."""
    asked = {"code": code, "grant_type": "authorization_code", "code_verifier": code_verifier}
    return _ask(app, asked, now, consented_at=now)


def refresh(app: App, pair: Pair, now: datetime) -> Pair:
    """Return the pair that replaces `pair`: one call, after `begin` was committed.

    `ConsentNeeded` (the token is spent or dead), `TryLater` (surely not received), `Unknown` (the answer got lost:
    the old pair may be dead), `Unauthorised` (the app itself is not accepted; the pair is untouched).
    """
    asked = {"refresh_token": pair.refresh_token, "grant_type": "refresh_token"}
    return _ask(app, asked, now, consented_at=pair.consented_at)


def by_hand(refresh_token: str, now: datetime) -> Pair:
    """Return a pair of a refresh token copied from Zalo's API Explorer; its first step is to be renewed."""
    return Pair("", refresh_token, issued_at=now - ACCESS_LIFE, access_until=now, consented_at=now)


def _ask(app: App, asked: Mapping[str, str], now: datetime, consented_at: datetime) -> Pair:
    secrets = [app.secret, *(asked.get(name, "") for name in ("code", "code_verifier", "refresh_token"))]
    form = {**asked, "app_id": app.app_id}
    with Client(allow=[app.base], times=TOKEN_CALL) as client:
        response = client.post(f"{app.base}/v4/oa/access_token", data=form, headers={"secret_key": app.secret})
        told = data_of(response, secrets, oauth=True)
    access_token, refresh_token = told.get("access_token"), told.get("refresh_token")
    if not (isinstance(access_token, str) and isinstance(refresh_token, str) and access_token and refresh_token):
        raise Unknown("Zalo trả lời không có đủ khóa truy cập và khóa gia hạn.")
    until = _seconds(told.get("refresh_token_expires_in"))
    return Pair(
        access_token=access_token,
        refresh_token=refresh_token,
        issued_at=now,
        access_until=now + (_seconds(told.get("expires_in")) or ACCESS_LIFE),
        consented_at=consented_at,
        refresh_until=now + until if until else None,
    )


def _seconds(value: Any) -> timedelta | None:
    """Return a duration that Zalo writes as a string ("90000") and sometimes as a number."""
    text = str(value)
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and 0 < int(text) < 10**9 else None


def next_step(pair: Pair, now: datetime, *, declined: bool = False) -> Keep | Refresh | Alarm:
    """Return what a pair needs at `now`; `declined`: Zalo has just not accepted its access token.

    Renew at 20 of 25 hours. After a lost answer try once with the same token: if the request never arrived, it
    works. If that is lost too, raise the alarm and look every hour. A refused refresh token ends it.
    """
    if pair.refused:
        return Alarm(pair.refused, None)
    step = _step(pair, now, declined)
    if pair.lost >= 2:
        lost = "Zalo không trả lời lần gia hạn khóa nào gần đây, khóa có thể đã mất."
        return Alarm(f"{lost} Nếu vài giờ nữa vẫn vậy, hãy nhờ quản trị viên Zalo OA cấp quyền lại.", step)
    if pair.trouble:
        return Alarm(pair.trouble, step)
    ends = refresh_ends(pair)
    if now >= ends - ALARM_BEFORE:
        asked = "Hãy nhờ quản trị viên Zalo OA cấp quyền lại trước ngày đó."
        return Alarm(f"Quyền đăng lên Zalo OA có thể hết vào ngày {ends:%d/%m/%Y}. {asked}", step)
    return step


def _step(pair: Pair, now: datetime, declined: bool) -> Keep | Refresh:
    if pair.begun_at is not None:
        under_way_until = pair.begun_at + UNDER_WAY
        return Keep(under_way_until) if now < under_way_until else Refresh(again=True)
    if pair.not_before is not None and now < pair.not_before:
        return Keep(pair.not_before)
    if pair.lost:
        return Refresh(again=True)
    due = pair.issued_at + (pair.access_until - pair.issued_at) * REFRESH_AT
    return Refresh() if declined or now >= due else Keep(due)


def refresh_ends(pair: Pair) -> datetime:
    """Return when the refresh token may die: as Zalo named it, else three months on.

    Zalo does not say whether renewing starts the three months anew. Counted from the consent, until a renewal has
    worked after that end: then renewing does start them anew.
    """
    if pair.refresh_until is not None:
        return pair.refresh_until
    inherited = pair.consented_at + REFRESH_LIFE + timedelta(days=4)  # the longest three months are 92 days
    return (pair.issued_at if pair.issued_at > inherited else pair.consented_at) + REFRESH_LIFE


def usable(pair: Pair, now: datetime) -> bool:
    """Whether the access token may be tried now: alive, and no renewal under way that is about to kill it.

    After a lost answer it may still work (the request never arrived); if not, Zalo declines and nothing is done.
    """
    return bool(pair.access_token) and now < pair.access_until and pair.begun_at is None


def begin(pair: Pair, now: datetime) -> Pair:
    """Return the pair with the mark that a renewal begins; commit it before the call.

    A mark that is there already belongs to a process that died: its answer is lost.
    """
    return replace(pair, begun_at=now, not_before=None, lost=pair.lost + (pair.begun_at is not None))


def after(pair: Pair, error: Refusal, now: datetime) -> Pair:
    """Return the pair as it stands when renewing ended with `error`; a success replaces the whole pair instead."""
    ended = replace(pair, begun_at=None, trouble="")
    if isinstance(error, ConsentNeeded):
        return replace(ended, refused=error.message)
    if isinstance(error, TryLater):
        return replace(ended, not_before=now + timedelta(seconds=min(max(error.after or 0.0, 60.0), 3600.0)))
    if isinstance(error, Unknown):
        lost = pair.lost + 1
        return replace(ended, lost=lost, not_before=None if lost == 1 else now + AFTER_LOSS)
    return replace(ended, trouble=error.message, not_before=now + AFTER_TROUBLE)
