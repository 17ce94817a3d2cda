"""Writing down what an attempt came to: attempt, state, receipt, page and trail in one transaction."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.base import Receipt as Given
from publisher import audit, clock, faults
from publisher.audit import CLOCK
from publisher.delivery import pages
from publisher.delivery.attempt import TRIES, Outcome, back_off
from publisher.delivery.claim import Claim
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.states import move
from publisher.model import Account, Attempt, Delivery, Post, Receipt, Version
from publisher.words import _

log = structlog.get_logger("publisher.delivery")


def record(world: World, claim: Claim, outcome: Outcome) -> str:
    """Record an outcome and return the delivery's state afterwards.

    If somebody moved the delivery meanwhile (the lease ran out while the outlet was slow), the answer still
    counts when it says that the item landed; otherwise recovery has already taken over.
    """
    try:
        with world.db.writing() as session:
            state = _record(session, world, claim, outcome)
            faults.point("during_record")
    except IntegrityError as error:
        if "receipt" not in str(error.orig):
            raise
        # UNIQUE(account, remote_id): the outlet named something that belongs to another delivery.
        strange = Outcome("unknown", _("Kênh trả về mã của một lượt phát hành khác: cần người kiểm tra."))
        with world.db.writing() as session:
            state = _record(session, world, claim, strange)
    faults.point("after_record")
    log.info(
        "attempt.recorded",
        delivery=claim.delivery.id,
        attempt=claim.attempt_id,
        kind=claim.kind,
        outcome=outcome.word,
        state=state,
    )
    return state


def _record(session: Session, world: World, claim: Claim, outcome: Outcome) -> str:
    now = clock.now()
    attempt = session.get_one(Attempt, claim.attempt_id)
    if attempt.outcome is None:
        attempt.ended_at, attempt.outcome, attempt.message = now, outcome.word, outcome.message
    delivery = session.get_one(Delivery, claim.delivery.id)
    if delivery.revision != claim.delivery.revision:
        if delivery.state == "unsure" and outcome.word in {"accepted", "found"}:
            _landed(session, world, delivery, outcome.receipt)
        return delivery.state
    if outcome.word in {"accepted", "found"}:
        _landed(session, world, delivery, outcome.receipt)
    elif claim.kind == "find" and outcome.word in {"later", "unknown", "rejected"}:
        # The look failed, not the sending: look again later, spend no try.
        delivery.reason = outcome.message
        delivery.wake_at = back_off(attempt.number, outcome.after, now)
    elif outcome.word == "rejected":
        move(session, delivery, "failed", CLOCK, reason=outcome.message)
    elif outcome.word == "unauthorised":
        _locked_out(session, delivery, outcome)
    elif outcome.word == "unknown":
        _unclear(session, delivery, claim.account, outcome)
    elif outcome.word == "cannot_tell":
        delivery.reason, delivery.wake_at = outcome.message, None
    else:  # `later` after sending, `absent` after looking: surely not there, so sending again is safe
        _again(session, delivery, outcome)
    session.flush()
    return delivery.state


def _again(session: Session, delivery: Delivery, outcome: Outcome) -> None:
    if delivery.tries >= TRIES:
        reason = _("Đã thử {tries} lần không được. Lần cuối: {why}").format(
            tries=delivery.tries, why=outcome.message or _("không có gì trên kênh")
        )
        move(session, delivery, "failed", CLOCK, reason=reason)
        return
    wake = clock.now() if outcome.word == "absent" else back_off(delivery.tries, outcome.after, clock.now())
    move(session, delivery, "waiting", CLOCK, reason=outcome.message, wake_at=wake)


def _unclear(session: Session, delivery: Delivery, account: Account, outcome: Outcome) -> None:
    if delivery.action != "publish":  # replacing and removing may be repeated without harm
        _again(session, delivery, outcome)
        return
    settle = timedelta(seconds=channel_type(account.channel).limits.settle)
    move(session, delivery, "unsure", CLOCK, reason=outcome.message, wake_at=clock.now() + settle)


def _locked_out(session: Session, delivery: Delivery, outcome: Outcome) -> None:
    account = session.get_one(Account, delivery.account_id)
    if account.state == "active":
        account.state, account.pause_reason = "paused", outcome.message
        audit.record(
            session, CLOCK, "account.pause", "account", account.id,
            unit_id=account.unit_id, reason=outcome.message,
        )  # fmt: skip
    if delivery.state == "sending":
        # Our own waiting for a new token spends no try.
        move(
            session, delivery, "waiting", CLOCK,
            reason=outcome.message, wake_at=clock.now(), tries=delivery.tries - 1,
        )  # fmt: skip


def _landed(session: Session, world: World, delivery: Delivery, receipt: Given | None) -> None:
    now = clock.now()
    if receipt is not None:
        first = delivery.action == "publish" or receipt.kind == "rehearsed"
        session.add(
            Receipt(
                delivery_id=delivery.id,
                account_id=delivery.account_id,
                kind=receipt.kind,
                remote_id=receipt.remote_id if first else None,
                url=receipt.url,
                accepted_at=receipt.accepted_at or now,
                detail=dict(receipt.detail),
            )
        )
        session.flush()
    move(session, delivery, "sent", CLOCK, sent_at=now)
    if receipt is not None and receipt.kind == "rehearsed":
        return
    post = session.get_one(Post, delivery.post_id)
    if delivery.action == "retract":
        _gone(session, delivery)
        pages.withdraw(session, delivery, post)
        return
    version = session.get_one(Version, delivery.version_id)
    post.live = max(post.live or 0, version.number)
    post.published_at = post.published_at or now
    pages.put(session, world.files, delivery, post)


def _gone(session: Session, removal: Delivery) -> None:
    """Mark everything of this post that stood at the outlet as taken down."""
    landed: Any = select(Delivery).where(
        Delivery.post_id == removal.post_id,
        Delivery.account_id == removal.account_id,
        Delivery.placement == removal.placement,
        Delivery.action != "retract",
        Delivery.state.in_(("sent", "confirmed")),
    )
    for delivery in session.scalars(landed):
        move(session, delivery, "retracted", CLOCK, reason=removal.reason)
