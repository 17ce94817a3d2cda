"""What a stop in the middle leaves behind: leases that ran out, accounts that were paused."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from publisher import clock, faults
from publisher.audit import CLOCK, Actor
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.states import move
from publisher.model import Account, Attempt, Delivery
from publisher.words import _

BATCH = 200


def expire_leases(world: World) -> int:
    """Turn every `sending` whose lease ran out into `unsure`, never back to `planned`; return how many.

    Asks for "older than", not "between": whoever was away for an hour or a month is found by the next pass.
    """
    with world.db.writing() as session:
        now = clock.now()
        stuck = session.scalars(
            select(Delivery)
            .where(Delivery.state == "sending", Delivery.lease_until <= now)
            .order_by(Delivery.lease_until)
            .limit(BATCH)
        ).all()
        for delivery in stuck:
            session.execute(
                update(Attempt)
                .where(Attempt.delivery_id == delivery.id, Attempt.outcome.is_(None))
                .values(outcome="unknown", ended_at=now, message=_("Tiến trình dừng giữa chừng."))
            )
            _unfinished(session, delivery)
        if stuck:
            faults.point("during_recovery")
    return len(stuck)


def _unfinished(session: Session, delivery: Delivery) -> None:
    reason = _("Lần gửi trước bị ngắt giữa chừng: đang kiểm tra xem bài đã lên chưa.")
    if delivery.action != "publish":  # replacing and removing may be repeated without harm
        move(session, delivery, "waiting", CLOCK, reason=reason, wake_at=clock.now())
        return
    account = session.get_one(Account, delivery.account_id)
    settle = timedelta(seconds=channel_type(account.channel).limits.settle)
    move(session, delivery, "unsure", CLOCK, reason=reason, wake_at=clock.now() + settle)


def hold_paused(world: World) -> int:
    """Hold what came due on a paused account, so that it stands in the inbox with its reason; return how many."""
    with world.db.writing() as session:
        due = session.execute(
            select(Delivery, Account)
            .join(Account)
            .where(Account.state == "paused", Delivery.state.in_(("planned", "waiting")))
            .where(Delivery.wake_at <= clock.now())
            .limit(BATCH)
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
