"""Tokens that renew: kept encrypted, renewed by one process at a time, stored before they are used.

A renewal of Zalo's kills the old pair, and its answer cannot be had twice: whoever loses it needs a person's consent in
a browser (zalo-oa-api.md §2). So the intent is committed first (when, which process, the refresh token's hash), no
session is open during the call, and the new pair is committed before anybody uses it. Only `renew` calls Zalo; what
publishes merely reads, and waits where it must: a renewal never happens inside an attempt.
"""

import hashlib
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Refusal, Standing, TryLater, Unauthorised
from channels.zalo.standing import NOT_CONNECTED
from channels.zalo.tokens import (
    Alarm,
    App,
    Pair,
    Refresh,
    after,
    begin,
    next_step,
    refresh,
    refresh_ends,
    usable,
)
from publisher import audit, clock, faults
from publisher.audit import CLOCK
from publisher.model import Account, Delivery, OutletToken
from publisher.model.database import Database
from publisher.refusal import Refused
from publisher.secrets import Vault
from publisher.words import _

LOOK = 0.05  # seconds between looks whether a renewal under way has ended
SOON = 30.0  # seconds after which a delivery that found no token tries again: the clock renews meanwhile
FRESH = timedelta(minutes=10)  # a token declined so soon after it was made: another one would be declined too
LAST_HOUR = timedelta(hours=1)  # of an access token: from then on renewing waits for no delivery
_ME = f"{socket.gethostname()}/{os.getpid()}"


class Hub:
    """The tokens of one account (`channels.base.Tokens`), as the database has them at the moment of asking."""

    patience: ClassVar[float] = 10.0  # seconds an attempt waits for a renewal under way

    def __init__(self, db: Database, vault: Vault, account_id: int) -> None:
        self._db, self._vault, self._account_id = db, vault, account_id

    def __repr__(self) -> str:
        return f"Hub({self._account_id})"

    def current(self) -> str:
        """Return the access token; waits a little for a renewal under way."""
        until = time.monotonic() + self.patience
        while True:
            pair, _declined = self._read()
            if usable(pair, clock.now()):
                return pair.access_token
            if pair.begun_at is None or time.monotonic() >= until:
                raise _lacking(pair)
            time.sleep(LOOK)

    def renewed(self, refused: str) -> str:
        """Return a newer token than the one that was declined; where there is none yet, ask the clock for one."""
        pair, _declined = self._read()
        if pair.access_token != refused:
            return self.current()
        if clock.now() - pair.issued_at < FRESH and not pair.refused:
            raise Unauthorised(
                _("Zalo không nhận cả khóa truy cập vừa được cấp. Hãy nhờ quản trị viên Zalo OA cấp quyền lại.")
            )
        with self._db.writing() as session:
            row = _locked(session, self._account_id)
            if row is not None and _opened(self._vault, row).access_token == refused:
                row.declined = True
        raise _lacking(pair)

    def standing(self) -> Standing:
        """Say how the tokens stand: usable or not, until when without a new consent."""
        try:
            pair, declined = self._read()
        except Unauthorised as error:
            return Standing(error.message, False)
        now = clock.now()
        step = next_step(pair, now, declined=declined)
        health = step.message if isinstance(step, Alarm) else ""
        usable_now = not needs_consent(pair) and (usable(pair, now) or not pair.trouble)
        return Standing(health, usable_now, refresh_ends(pair))

    def _read(self) -> tuple[Pair, bool]:
        with self._db.reading() as session:
            row = session.get(OutletToken, self._account_id)
        if row is None:
            raise Unauthorised(NOT_CONNECTED)
        return _opened(self._vault, row), row.declined


def needs_consent(pair: Pair) -> bool:
    """Whether a person has to consent again: the refresh token is dead, or the answer got lost twice in a row."""
    return bool(pair.refused) or pair.lost >= 2


def _lacking(pair: Pair) -> Refusal:
    """Return why there is no token to use just now."""
    if needs_consent(pair):
        step = next_step(pair, clock.now())
        return Unauthorised(step.message if isinstance(step, Alarm) else pair.refused)
    if pair.trouble:
        return Unauthorised(pair.trouble)
    return TryLater(_("Đang gia hạn khóa truy cập Zalo: hệ thống tự gửi lại sau ít phút."), SOON)


def keep(session: Session, vault: Vault, account: Account, pair: Pair, remote_id: str | None) -> None:
    """Store a pair that a person's consent has just given, in place of any earlier one."""
    row = _locked(session, account.id)
    if row is None:
        row = OutletToken(account_id=account.id, remote_id=remote_id)
        session.add(row)
    row.remote_id, row.declined = remote_id or row.remote_id, False
    _store(vault, row, pair)


def again(session: Session, account_id: int) -> None:
    """Let the next renewal of an account that lost answers stopped happen at once: a person asks for it."""
    row = _locked(session, account_id)
    if row is not None:
        row.not_before = None


def renew(db: Database, vault: Vault, addresses: Mapping[str, str], account_id: int) -> str:
    """Do what the account's tokens need now; return what it came to in one word.

    `kept` (nothing to do, or another process does it) · `busy` (deliveries are being sent: a later pass) · `renewed` ·
    `recovered` (renewed although lost answers had stopped the account) · `later` (surely nothing spent) · `lost` (no
    answer) · `refused` (a person has to consent) · `trouble` (the application is not accepted).
    """
    with db.writing() as session:
        taken, word = _begin(session, vault, account_id)
    if taken is None:
        return word
    faults.point("token_marked")
    pair, app = taken
    try:
        fresh = refresh(replace(app, base=addresses.get("zalo_oauth", "")), pair, clock.now())
    except Refusal as error:
        fresh = after(pair, error, clock.now())
    faults.point("token_answered")
    with db.writing() as session:
        word = _end(session, vault, account_id, pair, fresh)
    faults.point("token_saved")
    return word


def waiting(session: Session, now: datetime) -> list[int]:
    """Return the live accounts whose tokens may want something now, the soonest to expire first: 1 query."""
    rows = session.execute(
        select(OutletToken, Account.state, Account.pause_reason)
        .join(Account, Account.id == OutletToken.account_id)
        .where(Account.state != "closed", Account.mode == "live", OutletToken.refused == "")
        .order_by(OutletToken.access_until)
    )
    return [row.OutletToken.account_id for row in rows if _wants(row.OutletToken, now)]


def _wants(row: OutletToken, now: datetime) -> bool:
    step = next_step(_pair(row, {}), now, declined=row.declined)
    return isinstance(step.then if isinstance(step, Alarm) else step, Refresh)


def _begin(session: Session, vault: Vault, account_id: int) -> tuple[tuple[Pair, App] | None, str]:
    """Mark that this process renews now; None where nothing is to do, with the word for it.

    The account's row is locked before its tokens', as whoever takes deliveries does: what is being sent is seen here.
    """
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    row = _locked(session, account_id)
    if account is None or row is None:
        return None, "kept"
    now = clock.now()
    step = next_step(_opened(vault, row), now, declined=row.declined)
    if not isinstance(step.then if isinstance(step, Alarm) else step, Refresh):
        return None, "kept"
    hurry = row.declined or now >= row.access_until - LAST_HOUR
    if not hurry and _sending(session, account_id):
        return None, "busy"
    try:
        secrets = vault.open(account.secrets)
    except Refused:
        return None, "kept"  # the account's own page tells of the lost key
    pair = begin(_opened(vault, row), now)
    row.begun_at, row.not_before, row.lost = pair.begun_at, pair.not_before, pair.lost
    row.begun_by, row.begun_hash = _ME, _hash(pair.refresh_token)
    app = App(str(account.settings.get("app_id", "")), secrets.get("app_secret", ""))
    return (pair, app), ""


def _end(session: Session, vault: Vault, account_id: int, taken: Pair, fresh: Pair) -> str:
    """Store what a renewal came to, unless a new consent has taken the old pair's place meanwhile."""
    account = session.get_one(Account, account_id, with_for_update={"key_share": True})
    row = _locked(session, account_id)
    if row is None or _hash(_opened(vault, row).refresh_token) != _hash(taken.refresh_token):
        return "kept"
    renewed = fresh.refresh_token != taken.refresh_token
    if not renewed and (row.begun_at != taken.begun_at or row.begun_by != _ME):
        return "kept"  # somebody took over: theirs is the later word, unless ours is a living pair
    were_lost = row.lost >= 2
    _store(vault, row, fresh)
    old, new = _hash(taken.refresh_token)[:12], _hash(fresh.refresh_token)[:12]
    if renewed:
        audit.record(
            session, CLOCK, "token.renew", "account", account.id, unit_id=account.unit_id, before=old, after=new,
        )  # fmt: skip
        row.declined = False
        if taken.trouble and account.health == taken.trouble:
            account.health = ""
        return "recovered" if were_lost else "renewed"
    if needs_consent(fresh):
        step = next_step(fresh, clock.now())
        _stop(session, account, step.message if isinstance(step, Alarm) else fresh.refused)
        return "refused" if fresh.refused else "lost"
    if fresh.trouble and fresh.trouble == taken.trouble:
        return "trouble"  # told already: it is tried again every half hour
    audit.record(
        session, CLOCK, "token.fail", "account", account.id, unit_id=account.unit_id,
        before=old, reason=fresh.trouble or _("Zalo không trả lời lần gia hạn khóa."),
    )  # fmt: skip
    if fresh.trouble:
        account.health = fresh.trouble
        return "trouble"
    return "lost" if fresh.lost else "later"


def _stop(session: Session, account: Account, why: str) -> None:
    """Pause an account that needs a new consent: its queue is kept, the inbox and the alarms tell of it."""
    account.health = why
    if account.state != "active":
        return
    account.state, account.pause_reason = "paused", why
    audit.record(session, CLOCK, "account.pause", "account", account.id, unit_id=account.unit_id, reason=why)


def _sending(session: Session, account_id: int) -> bool:
    query = select(Delivery.id).where(Delivery.account_id == account_id, Delivery.state == "sending").limit(1)
    return session.scalar(query) is not None


def _locked(session: Session, account_id: int) -> OutletToken | None:
    return session.get(OutletToken, account_id, with_for_update=True, populate_existing=True)


def _opened(vault: Vault, row: OutletToken) -> Pair:
    return _pair(row, vault.open(row.sealed))


def _pair(row: OutletToken, tokens: Mapping[str, str]) -> Pair:
    return Pair(
        access_token=tokens.get("access_token", ""),
        refresh_token=tokens.get("refresh_token", ""),
        issued_at=row.issued_at,
        access_until=row.access_until,
        consented_at=row.consented_at,
        refresh_until=row.refresh_until,
        begun_at=row.begun_at,
        not_before=row.not_before,
        lost=row.lost,
        trouble=row.trouble,
        refused=row.refused,
    )


def _store(vault: Vault, row: OutletToken, pair: Pair) -> None:
    row.sealed = vault.close({"access_token": pair.access_token, "refresh_token": pair.refresh_token})
    row.issued_at, row.access_until, row.consented_at = pair.issued_at, pair.access_until, pair.consented_at
    row.refresh_until, row.begun_at, row.not_before = pair.refresh_until, pair.begun_at, pair.not_before
    row.lost, row.trouble, row.refused = pair.lost, pair.trouble, pair.refused
    if pair.begun_at is None:
        row.begun_by = row.begun_hash = ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
