"""What a stop in the middle leaves behind: leases that ran out, accounts that were paused."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.base import Limits
from publisher import clock, faults
from publisher.audit import CLOCK, Actor
from publisher.delivery.claim import LEASE_MARGIN, standing_copy
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.states import abandon, move
from publisher.model import Account, Delivery
from publisher.refusal import Missing
from publisher.words import _

BATCH = 200
LONGEST_LEASE = timedelta(hours=1)


def expire_leases(world: World) -> int:
    """Turn every `sending` whose lease ran out into `unsure`, never back to `planned`; return how many.

    Asks for "older than", not "between": whoever was away for an hour or a month is found by the next pass. A lease
    from far in the future was given by a clock that ran ahead, and nobody waits for it.
    """
    with world.db.writing() as session:
        now = clock.now()
        stuck = session.scalars(
            select(Delivery)
            .where(Delivery.state == "sending")
            .where(or_(Delivery.lease_until <= now, Delivery.lease_until > now + LONGEST_LEASE))
            .order_by(Delivery.lease_until)
            .limit(BATCH)
        ).all()
        for delivery in stuck:
            abandon(session, [delivery.id])
            _unfinished(session, delivery, now)
        if stuck:
            faults.point("during_recovery")
    return len(stuck)


def _unfinished(session: Session, delivery: Delivery, now: datetime) -> None:
    reason = _("Lần gửi trước bị ngắt giữa chừng: đang kiểm tra xem bài đã lên chưa.")
    limits = _limits(session, delivery)
    wait = timedelta(seconds=limits.settle)
    if delivery.lease_until is not None and delivery.lease_until > now:
        wait += timedelta(seconds=max(limits.attempt, limits.film_attempt))
        wait += LEASE_MARGIN  # whoever took it may be at it this very moment
    replaces = delivery.action == "amend" and standing_copy(session, delivery.follows_id) is not None
    # Replacing and removing may be repeated without harm; a correction of nothing publishes anew.
    to = "waiting" if replaces or delivery.action == "retract" else "unsure"
    move(session, delivery, to, CLOCK, reason=reason, wake_at=now + wait)


def _limits(session: Session, delivery: Delivery) -> Limits:
    account = session.get_one(Account, delivery.account_id)
    try:
        return channel_type(account.channel).limits
    except Missing:  # its package is no longer installed: that must not keep the others from being recovered
        return Limits()


def hold_paused(world: World) -> int:
    """Hold what came due on a paused account, so that it stands in the inbox with its reason; return how many."""
    with world.db.writing() as session:
        due = session.execute(
            select(Delivery, Account)
            .join(Account)
            .where(Account.state == "paused", Delivery.state.in_(("planned", "waiting")))
            .where(Delivery.wake_at <= clock.now())
            .limit(BATCH)
            .with_for_update(of=Account)  # else `resume` in the same instant would release none of them
        ).all()
        for delivery, account in due:
            reason = _("Tài khoản kênh đang tạm dừng: {why}").format(why=account.pause_reason)
            move(session, delivery, "held", CLOCK, reason=reason, hold="paused")
    return len(due)


def release(session: Session, account: Account, actor: Actor) -> int:
    """Put what a pause held back into the queue, oldest due first; the late policy then decides each."""
    held = session.scalars(
        select(Delivery)
        .where(Delivery.account_id == account.id, Delivery.state == "held", Delivery.hold == "paused")
        .order_by(Delivery.due_at)
    ).all()
    for delivery in held:
        move(session, delivery, "planned", actor, wake_at=max(clock.now(), delivery.due_at))
    return len(held)
