"""Writing down what attempts came to: attempt, state, receipt, page and trail in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.base import Receipt as Given
from publisher import audit, clock, faults
from publisher.audit import CLOCK
from publisher.delivery import pages
from publisher.delivery.attempt import LONGEST_WAIT, TRIES, Outcome, back_off
from publisher.delivery.claim import Claim
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.pacing import slow_down
from publisher.delivery.states import LANDED, move
from publisher.model import Account, Attempt, Delivery, Post, Receipt
from publisher.words import _

log = structlog.get_logger("publisher.delivery")

Done = tuple[Claim, Outcome]

# Statements are built once: putting one together costs more than running it.
_attempts: Any = Attempt.__table__
_CLOSE = (
    update(_attempts)
    .where(
        _attempts.c.delivery_id == bindparam("d"), _attempts.c.number == bindparam("n"), _attempts.c.outcome.is_(None)
    )
    .values(ended_at=bindparam("at"), outcome=bindparam("word"), message=bindparam("said"))
)
_deliveries: Any = Delivery.__table__
_HELD = (
    select(_deliveries.c.id, _deliveries.c.revision)
    .where(_deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .with_for_update()
)
_SENT = (
    update(_deliveries)
    .where(_deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sent", reason="", sent_at=bindparam("now"), lease_until=None, wake_at=None, changed_at=bindparam("now"),
        revision=_deliveries.c.revision + 1,
    )
)  # fmt: skip
_RECEIVE = insert(Receipt.__table__)  # type: ignore[arg-type]  # a Table, which mypy sees as FromClause
_posts: Any = Post.__table__
_LIVE = (
    update(_posts)
    .where(_posts.c.id == bindparam("post"), _posts.c.live.is_(None) | (_posts.c.live < bindparam("version")))
    .values(live=bindparam("version"), published_at=func.coalesce(_posts.c.published_at, bindparam("now")))
)


def record(world: World, done: Sequence[Done]) -> list[str]:
    """Record the outcomes of attempts and return the state of each delivery afterwards.

    If somebody moved a delivery meanwhile (the lease ran out while the outlet was slow), the answer still counts
    when it says that the item landed; otherwise recovery has already taken over.
    """
    try:
        with world.db.writing() as session:
            states = write(session, world, done)
    except IntegrityError as error:
        if not is_strange(error):
            raise
        if len(done) > 1:  # one of them is at fault: each for itself
            return [state for one in done for state in record(world, [one])]
        # UNIQUE(account, remote_id): the outlet named something that belongs to another delivery.
        strange = Outcome("unknown", _("Kênh trả về mã của một lượt phát hành khác: cần người kiểm tra."))
        with world.db.writing() as session:
            states = write(session, world, [(done[0][0], strange)])
    recorded(done, states)
    return states


def is_strange(error: IntegrityError) -> bool:
    """Say whether an outlet gave a receipt that belongs to another delivery (UNIQUE of account and remote id)."""
    return "receipt" in str(error.orig)


def recorded(done: Sequence[Done], states: Sequence[str]) -> None:
    """Say in the log what was committed."""
    faults.point("after_record")
    for (claim, outcome), state in zip(done, states, strict=True):
        log.info(
            "attempt.recorded", delivery=claim.delivery_id, attempt=claim.number, kind=claim.kind,
            outcome=outcome.word, state=state,
        )  # fmt: skip


def write(session: Session, world: World, done: Sequence[Done]) -> list[str]:
    """Do the work of `record` in the caller's transaction."""
    now = clock.now()
    _close_attempts(session, done, now)
    plain = [one for one in done if _is_plain(*one)]
    landed = _land_together(session, world, plain, now) if plain else set()
    states = [
        "sent" if claim.delivery_id in landed else _record_one(session, world, claim, outcome, now)
        for claim, outcome in done
    ]
    _slow_down(session, done, now)
    faults.point("during_record")
    return states


def _slow_down(session: Session, done: Sequence[Done], now: datetime) -> None:
    """Keep to the pace that an outlet wished, with its receipt (`Receipt.pace`, seconds) or with its refusal."""
    longest, account_id = max(((outcome.rest, claim.account.id) for claim, outcome in done), default=(0.0, 0))
    if longest > 0:
        slow_down(session, account_id, now + timedelta(seconds=min(longest, LONGEST_WAIT)))


def _is_plain(claim: Claim, outcome: Outcome) -> bool:
    """The ordinary case, which is written for many at once: a first publication that was accepted."""
    ordinary = claim.kind == "send" and claim.action == "publish" and outcome.word == "accepted"
    return ordinary and outcome.receipt is not None and outcome.receipt.kind != "rehearsed"


def _close_attempts(session: Session, done: Sequence[Done], now: datetime) -> None:
    values = [{"d": c.delivery_id, "n": c.number, "at": now, "word": o.word, "said": o.message} for c, o in done]
    session.execute(_CLOSE, values)


def _land_together(session: Session, world: World, done: Sequence[Done], now: datetime) -> set[int]:
    """Record accepted first publications whose claim still holds; return their delivery ids."""
    rows = session.execute(_HELD, {"ids": [claim.delivery_id for claim, _outcome in done]})
    held: dict[int, int] = {row.id: row.revision for row in rows}
    mine = [(c, o.receipt) for c, o in done if held.get(c.delivery_id) == c.revision and o.receipt is not None]
    if not mine:
        return set()
    landed = {claim.delivery_id for claim, _receipt in mine}
    session.execute(_SENT, {"ids": list(landed), "now": now})
    receipts = [_receipt_row(c.delivery_id, c.account.id, receipt, receipt.remote_id, now) for c, receipt in mine]
    session.execute(_RECEIVE, receipts)
    newest: dict[int, int] = {}
    for claim, _receipt in mine:
        newest[claim.post_id] = max(newest.get(claim.post_id, 0), claim.version)
    for post_id, version in newest.items():
        _mark_live(session, post_id, version, now)
    moves = [(c.delivery_id, None, {"before": "sending", "after": "sent", "reason": ""}) for c, _receipt in mine]
    audit.record_many(session, CLOCK, "delivery.move", "delivery", moves)
    for claim, _receipt in mine:
        if any(part["name"] == pages.PART for part in claim.parts):
            pages.put(session, world.files, claim.delivery_id, claim.post_id, claim.parts)
    return landed


def _receipt_row(
    delivery_id: int, account_id: int, receipt: Given, remote_id: str | None, now: datetime
) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id,
        "account_id": account_id,
        "kind": receipt.kind,
        "remote_id": remote_id,
        "url": receipt.url,
        "accepted_at": receipt.accepted_at or now,
        "detail": dict(receipt.detail),
    }


def _mark_live(session: Session, post_id: int, version: int, now: datetime) -> None:
    """Note on the post that a version of it stands in public."""
    session.execute(_LIVE, {"post": post_id, "version": version, "now": now})


def _record_one(session: Session, world: World, claim: Claim, outcome: Outcome, now: datetime) -> str:
    delivery = session.get_one(Delivery, claim.delivery_id, with_for_update=True)
    landed = outcome.word in {"accepted", "found"}
    if delivery.revision != claim.revision:
        # Whoever took over thought otherwise, or a person did. An attempt under way may even be refused because of
        # this copy: proof counts as soon as it comes.
        if landed and delivery.state not in {*LANDED, "retracted"}:
            _landed(session, world, claim, delivery, outcome.receipt)
        return delivery.state
    if landed:
        _landed(session, world, claim, delivery, outcome.receipt)
    elif claim.kind == "find" and outcome.word in {"later", "unknown", "rejected"}:
        # The look failed, not the sending: look again later, spend no try.
        delivery.reason = outcome.message
        delivery.wake_at = _next_look(claim, outcome, now)
    elif outcome.word == "cannot_tell":
        delivery.reason, delivery.wake_at = outcome.message, None
    elif outcome.word == "rejected":
        move(session, delivery, "failed", CLOCK, reason=outcome.message)
    elif outcome.word == "unauthorised":
        _locked_out(session, delivery, outcome)
    elif outcome.word == "unknown":
        _unclear(session, delivery, claim, outcome)
    else:  # `later` after sending, `absent` after looking: surely not there, so sending again is safe
        _again(session, delivery, outcome)
    session.flush()
    return delivery.state


def _next_look(claim: Claim, outcome: Outcome, now: datetime) -> datetime:
    """`find` knows how late its outlet shows things: the wait that it names is taken as it stands."""
    if outcome.after:
        return now + timedelta(seconds=min(outcome.after, LONGEST_WAIT))
    return back_off(claim.number, None, now)


def _again(session: Session, delivery: Delivery, outcome: Outcome) -> None:
    if delivery.tries >= TRIES:
        reason = _("Đã thử {tries} lần không được. Lần cuối: {why}").format(
            tries=delivery.tries, why=outcome.message or _("không có gì trên kênh")
        )
        move(session, delivery, "failed", CLOCK, reason=reason)
        return
    at_once = outcome.word == "absent" and delivery.tries <= 1  # one answer got lost; more than one is an outage
    wake = clock.now() if at_once else back_off(delivery.tries, outcome.after, clock.now())
    move(session, delivery, "waiting", CLOCK, reason=outcome.message, wake_at=wake)


def _unclear(session: Session, delivery: Delivery, claim: Claim, outcome: Outcome) -> None:
    if claim.repeatable:
        _again(session, delivery, outcome)
        return
    settle = timedelta(seconds=channel_type(claim.account.channel).limits.settle)
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


def _landed(session: Session, world: World, claim: Claim, delivery: Delivery, receipt: Given | None) -> None:
    now = clock.now()
    if receipt is not None:
        first = claim.standing is None or receipt.kind == "rehearsed"
        remote_id = receipt.remote_id if first else None
        session.add(Receipt(**_receipt_row(delivery.id, delivery.account_id, receipt, remote_id, now)))
        session.flush()
    move(session, delivery, "sent", CLOCK, sent_at=now)
    if receipt is not None and receipt.kind == "rehearsed":
        return
    if delivery.action == "retract":
        _gone(session, delivery)
        pages.withdraw(session, delivery.post_id, claim.parts)
        return
    _mark_live(session, delivery.post_id, claim.version, now)
    pages.put(session, world.files, delivery.id, delivery.post_id, claim.parts)


def _gone(session: Session, removal: Delivery) -> None:
    """Mark everything of this post that stood at the outlet as taken down."""
    landed = select(Delivery).where(
        Delivery.post_id == removal.post_id,
        Delivery.account_id == removal.account_id,
        Delivery.placement == removal.placement,
        Delivery.action != "retract",
        Delivery.state.in_(("sent", "confirmed")),
    )
    for delivery in session.scalars(landed):
        move(session, delivery, "retracted", CLOCK, reason=removal.reason)
