"""Which delivery is next, and taking it: the intent is committed before any outlet is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from channels.base import Receipt as Given
from publisher import clock, faults
from publisher.audit import CLOCK
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.states import FINAL, LANDED, move
from publisher.model import Account, Attempt, Delivery, Post, Receipt, Rendering, Version
from publisher.words import _

LEASE_MARGIN = timedelta(seconds=10)  # beside the attempt itself: a busy machine, a slow commit


@dataclass(frozen=True)
class Claim:
    """One attempt that this process has taken: everything the call needs, with no session behind it."""

    delivery: Delivery
    attempt_id: int
    kind: Literal["send", "find"]
    account: Account
    rendering: Rendering
    standing: Given | None  # what stands at the outlet already, for amending and removing
    started_at: datetime


def _actionable(now: datetime) -> Select[Delivery]:
    """Deliveries the engine has something to do for now; a correction waits for what it corrects (P7)."""
    before = aliased(Delivery)
    unsettled = select(before.id).where(before.id == Delivery.follows_id, before.state.not_in(FINAL)).exists()
    return (
        select(Delivery)
        .where(Delivery.state.in_(("planned", "waiting", "unsure")), Delivery.wake_at <= now)
        .where(or_(Delivery.follows_id.is_(None), ~unsettled))
    )


def due_accounts(session: Session, now: datetime) -> list[int]:
    """Return the active accounts that have something to do, the longest waiting first."""
    rows = _actionable(now).join(Account).where(Account.state == "active")
    query = (
        rows.with_only_columns(Delivery.account_id).group_by(Delivery.account_id).order_by(func.min(Delivery.wake_at))
    )
    return list(session.scalars(query))


def next_wake(session: Session) -> datetime | None:
    """Return the earliest moment at which an active account will have something to do."""
    return session.scalar(
        select(Delivery.wake_at)
        .join(Account)
        .where(Delivery.state.in_(("planned", "waiting", "unsure")), Delivery.wake_at.is_not(None))
        .where(Account.state == "active")
        .order_by(Delivery.wake_at)
        .limit(1)
    )


def claim(world: World, account_id: int) -> Claim | None:
    """Take the account's next delivery, or return None when it has none that may go out.

    One short write transaction: what is too late, unapproved or pointless leaves the queue here with its
    reason; the first that may go becomes `sending` with a lease and an attempt row.
    """
    faults.point("before_claim")
    taken = None
    with world.db.writing() as session:
        now = clock.now()
        account = session.get_one(Account, account_id)
        while taken is None and account.state == "active":
            delivery = session.scalar(
                _actionable(now)
                .where(Delivery.account_id == account_id)
                .order_by(Delivery.tries > 0, Delivery.due_at, Delivery.id)  # what fails waits behind what is new
                .limit(1)
                .with_for_update(of=Delivery, skip_locked=True)
            )
            if delivery is None:
                return None
            if delivery.state == "unsure":
                taken = _take_for_finding(session, delivery, account, now)
            elif not _turned_away(session, delivery, account, now):
                taken = _take_for_sending(session, delivery, account, now)
    faults.point("after_claim")
    return taken


def _turned_away(session: Session, delivery: Delivery, account: Account, now: datetime) -> bool:
    """Take a delivery out of the queue that must not go out now; return whether it was one."""
    if delivery.action == "retract":
        if _standing(session, delivery) is not None:
            return False
        move(session, delivery, "cancelled", CLOCK, reason=_("Không còn gì trên kênh để gỡ."))
        return True
    post = session.get_one(Post, delivery.post_id)
    version = session.get_one(Version, delivery.version_id)
    if post.approved != version.number or post.state == "withdrawn":
        move(session, delivery, "cancelled", CLOCK, reason=_("Bản này không còn được duyệt."))
        return True
    late = now - delivery.due_at
    if delivery.tries == 0 and not delivery.late_allowed and late > timedelta(hours=account.late_hours):
        reason = _("Trễ quá {hours} giờ so với lịch: chọn gửi ngay, dời lịch hoặc hủy.").format(
            hours=account.late_hours
        )
        move(session, delivery, "held", CLOCK, reason=reason, hold="late")
        return True
    return False


def _take_for_sending(session: Session, delivery: Delivery, account: Account, now: datetime) -> Claim | None:
    lease = timedelta(seconds=channel_type(account.channel).limits.attempt) + LEASE_MARGIN
    if not move(session, delivery, "sending", CLOCK, lease_until=now + lease, tries=delivery.tries + 1):
        return None
    return _claimed(session, delivery, account, "send", now)


def _take_for_finding(session: Session, delivery: Delivery, account: Account, now: datetime) -> Claim:
    # Looking changes nothing at the outlet, so it needs no lease; the next look is put off meanwhile.
    delivery.wake_at = now + timedelta(seconds=channel_type(account.channel).limits.attempt) + LEASE_MARGIN
    return _claimed(session, delivery, account, "find", now)


def _claimed(
    session: Session, delivery: Delivery, account: Account, kind: Literal["send", "find"], now: datetime
) -> Claim:
    number = session.scalar(select(func.count()).where(Attempt.delivery_id == delivery.id)) or 0
    attempt = Attempt(delivery_id=delivery.id, number=number + 1, kind=kind, started_at=now, message="")
    session.add(attempt)
    session.flush()
    rendering = session.get_one(Rendering, delivery.rendering_id)
    standing = _standing(session, delivery) if delivery.action != "publish" else None
    return Claim(delivery, attempt.id, kind, account, rendering, standing, now)


def _standing(session: Session, delivery: Delivery) -> Given | None:
    """Return the receipt of what stands at the outlet: the landed delivery at the root of the chain of corrections."""
    before = session.get(Delivery, delivery.follows_id) if delivery.follows_id else None
    while before is not None:
        receipt = session.scalar(select(Receipt).where(Receipt.delivery_id == before.id))
        if before.state in LANDED and receipt is not None and receipt.remote_id is not None:
            return Given(receipt.kind, receipt.remote_id, receipt.url, receipt.accepted_at, receipt.detail)  # type: ignore[arg-type]  # CHECK kind
        before = session.get(Delivery, before.follows_id) if before.follows_id else None
    return None


def note_progress(world: World, claim: Claim, notes: dict[str, Any]) -> None:
    """Commit the channel's notes at once, so that a broken attempt continues where it stopped."""
    with world.db.writing() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == claim.delivery.id, Delivery.revision == claim.delivery.revision)
            .values(notes=notes)
        )
