"""Connecting Zalo Official Accounts: a consent that any web process can end, and a pair pasted by hand.

A consent goes begin → Zalo's page → `returned` → the code is exchanged (no session open) → `connected`. Its state and
its PKCE verifier are good for one return within ten minutes, in the browser that began it.
"""

import hashlib
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from channels.zalo import Zalo
from channels.zalo.tokens import App, Pair, authorise_url, by_hand, challenge, exchange_code, refresh, verifier
from publisher import audit, clock
from publisher.audit import Actor
from publisher.connections import tokens
from publisher.model import Account, Consent, FollowerEvent, OutletToken, Person
from publisher.refusal import Refused
from publisher.secrets import Vault
from publisher.text import line
from publisher.words import _

WITHIN = timedelta(minutes=10)  # Zalo's code lives as long


@dataclass(frozen=True)
class Begun:
    """A consent that came back: for which account, and what its code is exchanged with."""

    account_id: int
    app: App
    verifier: str = field(repr=False)


def app_of(vault: Vault, addresses: Mapping[str, str], account: Account) -> App:
    """Return an account's application; `Refused` where its number or secret is not known yet."""
    app_id, secret = account.settings.get("app_id", ""), vault.open(account.secrets).get("app_secret", "")
    if not (app_id and secret):
        raise Refused(_("Hãy nhập mã ứng dụng và khóa bí mật của ứng dụng Zalo rồi lưu, sau đó mới cấp quyền."))
    return App(str(app_id), secret, addresses.get("zalo_oauth", ""))


def begin(
    session: Session,
    vault: Vault,
    addresses: Mapping[str, str],
    person: Person,
    account: Account,
    back: str,
    browser: str,
) -> str:
    """Begin a consent and return Zalo's address for it; `browser` is the session's own number.

    A verifier that is kept in the account's settings belongs to a challenge saved in Zalo's console.
    """
    app = app_of(vault, addresses, account)
    code_verifier = vault.open(account.secrets).get("code_verifier") or verifier(random.token_bytes(32))
    state = random.token_urlsafe(32)
    session.add(
        Consent(
            channel=Zalo.name, state=_hash(state), browser=_hash(browser), person_id=person.id,
            unit_id=account.unit_id, account_id=account.id, back=back, begun_at=clock.now(),
            sealed=vault.close({"verifier": code_verifier}),
        )
    )  # fmt: skip
    return authorise_url(app, back, challenge(code_verifier), state)


def returned(
    session: Session, vault: Vault, addresses: Mapping[str, str], person: Person, state: str, browser: str
) -> Begun:
    """Take the consent that a state belongs to, once; `Refused` for any other state, person, browser or time."""
    row = session.scalar(select(Consent).where(Consent.channel == Zalo.name, Consent.state == _hash(state)))
    fresh = row is not None and clock.now() - row.begun_at <= WITHIN and row.person_id == person.id
    if row is None or not fresh or not row.sealed or not random.compare_digest(row.browser, _hash(browser)):
        raise _over()
    code_verifier, now = vault.open(row.sealed)["verifier"], clock.now()
    # One statement decides who was first: a page loaded twice must not spend the code twice.
    taken = session.connection().execute(
        update(Consent)
        .where(Consent.id == row.id, Consent.returned_at.is_(None))
        .values(returned_at=now, ended_at=now, sealed="")
    )
    account = session.get(Account, row.account_id)
    if taken.rowcount != 1 or account is None or account.state == "closed":
        raise _over()
    return Begun(account.id, app_of(vault, addresses, account), code_verifier)


def exchange(begun: Begun, code: str) -> Pair:
    """Exchange a code for the first pair; no session may be open. The four errors of a channel."""
    return exchange_code(begun.app, code, begun.verifier, clock.now())


def pasted(app: App, refresh_token: str) -> Pair:
    """Return the pair that a refresh token from Zalo's API Explorer renews to: one call, no session may be open.

    The token is spent by it, whoever else holds it.
    """
    token = line(refresh_token, _("Khóa gia hạn"), most=4000, needed=True)
    now = clock.now()
    return refresh(app, by_hand(token, now), now)


def free(session: Session, account: Account, oa_id: str) -> None:
    """Raise `Refused` where the Official Account is another one than the account's, or is connected elsewhere.

    Two accounts that renew the tokens of one Official Account would kill each other's.
    """
    known = account.settings.get("oa_id", "")
    if known and oa_id and known != oa_id:
        raise Refused(
            _(
                "Quyền vừa cấp là của Zalo OA số {given}, tài khoản này là của Zalo OA số {known}. "
                "Hãy đăng nhập đúng Zalo OA, hoặc thêm tài khoản kênh khác."
            ).format(given=oa_id, known=known)
        )
    other = _holder(session, account, oa_id)
    if other is not None and other.state != "closed":
        raise Refused(
            _("Zalo OA này đã kết nối ở tài khoản «{title}»: mỗi Zalo OA chỉ kết nối một lần.").format(
                title=other.title
            )
        )


def _holder(session: Session, account: Account, oa_id: str) -> Account | None:
    """Return another account that holds tokens of the Official Account; none where its number is not known."""
    holders = select(Account).join(OutletToken, OutletToken.account_id == Account.id)
    found = session.scalar(holders.where(OutletToken.remote_id == oa_id, Account.id != account.id))
    return found if oa_id else None


def _take_over(session: Session, account: Account, oa_id: str) -> None:
    """Drop the tokens that a closed account still held of the Official Account."""
    free(session, account, oa_id)
    other = _holder(session, account, oa_id)
    if other is not None:
        session.delete(session.get_one(OutletToken, other.id))
        session.flush()


def connected(session: Session, vault: Vault, actor: Actor, account: Account, pair: Pair, oa_id: str) -> None:
    """Store the pair of a consent; the old pair, whatever became of it, is gone."""
    _take_over(session, account, oa_id)
    tokens.keep(session, vault, account, pair, oa_id or None)
    if oa_id and account.settings.get("oa_id") != oa_id:
        account.settings = {**account.settings, "oa_id": oa_id}
    audit.record(
        session, actor, "account.consent", "account", account.id, unit_id=account.unit_id, code=oa_id
    )  # fmt: skip


def name_account(session: Session, account: Account, oa_id: str) -> None:
    """Note which Official Account a pasted pair turned out to belong to; errors as `free`."""
    _take_over(session, account, oa_id)
    row = session.get(OutletToken, account.id)
    if row is not None and oa_id:
        row.remote_id = oa_id
        account.settings = {**account.settings, "oa_id": oa_id}


def forget(session: Session, account: Account) -> None:
    """Drop an account's tokens: they turned out to belong to another Official Account."""
    row = session.get(OutletToken, account.id)
    if row is not None:
        session.delete(row)


@dataclass(frozen=True)
class Followers:
    """How many began and ceased to follow since a moment, as Zalo's events told; `last_at` of the newest event."""

    gained: int
    gone: int
    last_at: datetime | None


def followers(session: Session, account_id: int, since: datetime) -> Followers:
    """Count an account's follow events since a moment: 1 query."""
    rows = session.execute(
        select(FollowerEvent.kind, func.count(), func.max(FollowerEvent.at))
        .where(FollowerEvent.account_id == account_id, FollowerEvent.at >= since)
        .group_by(FollowerEvent.kind)
    ).all()
    counts = {kind: count for kind, count, _last in rows}
    newest = max((last for _kind, _count, last in rows), default=None)
    return Followers(counts.get("follow", 0), counts.get("unfollow", 0), newest)


def _over() -> Refused:
    return Refused(
        _(
            "Lượt cấp quyền Zalo này không còn hiệu lực: đã quá 10 phút, đã dùng rồi, hoặc mở ở trình duyệt khác. "
            "Hãy bấm «Cấp quyền Zalo OA» lại."
        )
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
