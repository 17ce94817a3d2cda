"""Connecting Facebook Pages: the office's application, and sign-ins that any web process can end.

A sign-in goes begin → dialog → `returned` → Facebook is asked (no session open) → `offer` → a person chooses → `taken`.
Its state comes back once, in the browser that began it, within ten minutes; the offered tokens lie sealed till then.
"""

import hashlib
import json
import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from channels.facebook import connect
from channels.facebook.connect import LOGIN_URL, Page
from channels.facebook.graph import GRAPH_URL
from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Consent, OutletApp, Person, Unit
from publisher.refusal import Refused
from publisher.secrets import Vault
from publisher.security import units_below
from publisher.text import line
from publisher.words import _

CHANNEL = "facebook"
WITHIN = timedelta(minutes=10)  # Facebook's code lives as long
KEPT = timedelta(days=1)
MOST_APPS = 50


@dataclass(frozen=True)
class Begun:
    """A sign-in that came back: which, for whom, and what its code is exchanged with."""

    consent_id: int
    unit_id: int
    account_id: int | None
    app: connect.App
    back: str


def set_app(session: Session, vault: Vault, actor: Actor, unit: Unit, app_id: str, app_secret: str) -> OutletApp:
    """Store a unit's application; an empty secret keeps the one that is stored, if the number is still the same."""
    app_id = line(app_id, _("Mã ứng dụng"), most=25, needed=True)
    app_secret = line(app_secret, _("Khóa bí mật của ứng dụng"), most=200)
    if not app_id.isascii() or not app_id.isdigit():
        raise Refused(_("Mã ứng dụng là dãy số trong trang developers.facebook.com."), "app_id")
    row = session.scalar(select(OutletApp).where(OutletApp.channel == CHANNEL, OutletApp.unit_id == unit.id))
    if not app_secret and (row is None or row.app_id != app_id):
        raise Refused(_("Hãy nhập khóa bí mật của ứng dụng này."), "app_secret")
    if row is None:
        row = OutletApp(channel=CHANNEL, unit_id=unit.id, app_id=app_id, secrets="", changed_at=clock.now())
        session.add(row)
    row.app_id, row.changed_at = app_id, clock.now()
    if app_secret:
        row.secrets = vault.close({"app_secret": app_secret})
    session.flush()
    audit.record(
        session, actor, "outlet_app.set", "outlet_app", row.id,
        unit_id=unit.id, channel=CHANNEL, code=app_id, secrets=["app_secret"] if app_secret else [],
    )  # fmt: skip
    return row


def app_of(session: Session, unit_id: int) -> OutletApp | None:
    """Return the application that a unit signs in with: its own, else one of a unit above it, the newest."""
    rows = session.scalars(
        select(OutletApp).where(OutletApp.channel == CHANNEL).order_by(OutletApp.id.desc()).limit(MOST_APPS)
    ).all()
    own = [row for row in rows if row.unit_id == unit_id]
    return next(iter(own), None) or next((r for r in rows if unit_id in units_below(session, {r.unit_id})), None)


def opened(vault: Vault, row: OutletApp, addresses: Mapping[str, str]) -> connect.App:
    """Return the application with its secret opened, at the addresses this installation calls."""
    secret = vault.open(row.secrets).get("app_secret", "")
    base, login = addresses.get("facebook") or GRAPH_URL, addresses.get("facebook_login") or LOGIN_URL
    return connect.App(row.app_id, secret, base=base, login=login)


def begin(session: Session, person: Person, unit_id: int, account_id: int | None, back: str, browser: str) -> str:
    """Begin a sign-in and return the state that Facebook brings back; `browser` is the session's own number."""
    state = random.token_urlsafe(32)
    session.add(
        Consent(
            channel=CHANNEL, state=_hash(state), browser=_hash(browser), person_id=person.id, unit_id=unit_id,
            account_id=account_id, back=back, begun_at=clock.now(),
        )
    )  # fmt: skip
    return state


def returned(
    session: Session, vault: Vault, addresses: Mapping[str, str], person: Person, state: str, browser: str
) -> Begun:
    """Take the sign-in that a state belongs to, once; `Refused` for any other state, person, browser or time."""
    row = session.scalar(select(Consent).where(Consent.channel == CHANNEL, Consent.state == _hash(state)))
    if row is None or not _is_ours(row, person, browser):
        raise _over()
    # One statement decides who was first: a page loaded twice must not spend the code twice.
    taken = session.connection().execute(
        update(Consent).where(Consent.id == row.id, Consent.returned_at.is_(None)).values(returned_at=clock.now())
    )
    app = app_of(session, row.unit_id)
    if taken.rowcount != 1 or app is None:
        raise _over()
    return Begun(row.id, row.unit_id, row.account_id, opened(vault, app, addresses), row.back)


def ask(begun: Begun, code: str) -> list[Page]:
    """Exchange the code and return the Pages that the person may hand over; no session may be open."""
    short = connect.token_of_code(begun.app, code, begun.back)
    return connect.pages(begun.app, connect.long_lived(begun.app, short))


def offer(session: Session, vault: Vault, consent_id: int, pages: Sequence[Page]) -> None:
    """Keep what was offered, sealed, until the person chooses."""
    row = session.get_one(Consent, consent_id)
    told = [[page.page_id, page.name, list(page.tasks)] for page in pages]
    row.sealed = vault.close({"pages": json.dumps(told), **{f"token-{p.page_id}": p.token for p in pages}})


def offered(
    session: Session, vault: Vault, person: Person, consent_id: int, browser: str
) -> tuple[Consent, list[Page]]:
    """Return a sign-in that waits for its choice, and the Pages; `Refused` when it is over."""
    row = session.get(Consent, consent_id)
    if row is None or row.channel != CHANNEL or not row.sealed or row.ended_at or not _is_ours(row, person, browser):
        raise _over()
    held = vault.open(row.sealed)
    return row, [
        Page(number, name, held[f"token-{number}"], tuple(tasks)) for number, name, tasks in json.loads(held["pages"])
    ]


def taken(session: Session, consent: Consent) -> None:
    """End a sign-in: the tokens of the Pages that were not chosen are gone."""
    done = session.connection().execute(
        update(Consent).where(Consent.id == consent.id, Consent.ended_at.is_(None)).values(
            ended_at=clock.now(), sealed=""
        )
    )  # fmt: skip
    if done.rowcount != 1:
        raise _over()


def forget_old(session: Session, now: datetime) -> None:
    """Drop what unfinished sign-ins were offered, and after a day the sign-ins themselves."""
    stale = or_(Consent.begun_at < now - WITHIN, Consent.ended_at.is_not(None))
    session.execute(update(Consent).where(stale, Consent.sealed != "").values(sealed=""))
    session.execute(delete(Consent).where(Consent.begun_at < now - KEPT))


def _is_ours(row: Consent, person: Person, browser: str) -> bool:
    fresh = clock.now() - row.begun_at <= WITHIN
    return fresh and row.person_id == person.id and random.compare_digest(row.browser, _hash(browser))


def _over() -> Refused:
    return Refused(
        _(
            "Lượt đăng nhập Facebook này không còn hiệu lực: đã quá 10 phút, đã dùng rồi, hoặc mở ở trình duyệt khác. "
            "Hãy bấm «Đăng nhập Facebook» lại."
        )
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
