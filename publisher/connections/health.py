"""How accounts stand at their outlets: when to look, what was told, and the warning before something fails.

The columns of an account are the same for every channel: `checked_at` (the last look that got an answer),
`check_after` (no look begins before), `health` (what is wrong and what to do), `facts` (what the outlet told) and
`expires_at`: when the access ends unless a person acts. A token that renews itself has none; the consent behind it has.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from channels.base import Standing
from publisher import audit
from publisher.audit import Actor
from publisher.model import Account, Delivery
from publisher.words import _

DAILY = timedelta(hours=24)
# Before each due delivery: early enough that a person has twelve hours left, and once more shortly before.
BEFORE = (timedelta(hours=13), timedelta(hours=1))
SHARED = timedelta(minutes=15)  # one look serves the deliveries that are due so close together
AGAIN = timedelta(minutes=10)  # after a look that got no answer, or whose process died
SOON = timedelta(days=7)  # an access that ends so soon is told, whether or not anything is due after it
MOST = 20  # looks of one pass: publishing comes first


def to_check(session: Session, now: datetime, channels: Collection[str], most: int = MOST) -> list[int]:
    """Return the accounts to look at now, never looked at first, at most `most`: 3 queries.

    Daily, and 13 hours and one hour before each due delivery; paused accounts too, rehearsing and closed ones not.
    """
    rows = session.execute(
        select(Account.id, Account.checked_at)
        .where(Account.mode == "live", Account.state != "closed", Account.channel.in_(channels))
        .where(or_(Account.check_after.is_(None), Account.check_after <= now))
        .order_by(Account.checked_at.is_not(None), Account.checked_at, Account.id)
    ).all()
    ahead = [(span, _last_due(session, now, span)) for span in BEFORE]

    def is_wanted(account_id: int, checked_at: datetime | None) -> bool:
        if checked_at is None or checked_at <= now - DAILY:
            return True
        return any(account_id in due and due[account_id] > checked_at + span + SHARED for span, due in ahead)

    return [row.id for row in rows if is_wanted(row.id, row.checked_at)][:most]


def _last_due(session: Session, now: datetime, span: timedelta) -> dict[int, datetime]:
    """Return per account its last delivery due within `span`: the look before it serves the earlier ones too."""
    rows = session.execute(
        select(Delivery.account_id, func.max(Delivery.due_at).label("last"))
        .where(Delivery.due_at > now, Delivery.due_at <= now + span)
        .where(Delivery.state.in_(("planned", "waiting")))
        .group_by(Delivery.account_id)
    )
    return {row.account_id: row.last for row in rows}


def begin(session: Session, account_id: int, now: datetime) -> bool:
    """Take a look for this process; False when another one has it, or had no answer just now."""
    taken = session.connection().execute(
        update(Account)
        .where(Account.id == account_id, or_(Account.check_after.is_(None), Account.check_after <= now))
        .values(check_after=now + AGAIN)
    )
    return taken.rowcount == 1


def note(session: Session, actor: Actor, account: Account, standing: Standing, now: datetime) -> None:
    """Write down what the outlet told; a change for the worse or the better goes into the trail."""
    if standing.health != account.health:
        audit.record(
            session, actor, "account.health", "account", account.id,
            unit_id=account.unit_id, before=account.health, after=standing.health,
        )  # fmt: skip
    account.health, account.expires_at = standing.health, standing.expires_at
    account.facts = [list(fact) for fact in standing.facts]
    account.checked_at, account.check_after = now, None


def in_trouble(now: datetime) -> ColumnElement[bool]:
    """Accounts that work or seem to, but not for long: something is wrong already, or the access ends soon."""
    soon = Account.expires_at <= now + SOON
    return and_(Account.state == "active", Account.mode == "live", or_(Account.health != "", soon))


def warning(account: Account, now: datetime) -> str:
    """Return what to tell people about an account: its health, and how long its access lasts when that is short."""
    told = [account.health] if account.health else []
    if account.expires_at is not None and account.expires_at <= now:
        told.append(_("Kết nối đã hết hạn. Hãy kết nối lại."))
    elif account.expires_at is not None and account.expires_at <= now + SOON:
        hours = int((account.expires_at - now).total_seconds() // 3600)
        left = _("{count} ngày").format(count=hours // 24) if hours >= 48 else _("{count} giờ").format(count=hours)
        told.append(_("Kết nối hết hạn sau {left}; sau đó không gửi được gì. Hãy kết nối lại trước.").format(left=left))
    return " ".join(told)
