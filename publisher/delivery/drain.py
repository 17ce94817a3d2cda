"""The unit of work: send what one account has due, one after the other."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from structlog.contextvars import bound_contextvars

from publisher import clock, faults
from publisher.delivery.attempt import perform
from publisher.delivery.claim import Claim, claim, due_accounts, locked, take, unclaim
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.delivery.record import Done, is_strange, record, recorded, write
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.refusal import Refused

log = structlog.get_logger("publisher.delivery")

TURN = 2.0  # seconds an account may send before the others get their turn
LARGEST_BATCH = 64
BATCH_SECONDS = 0.5  # what a batch should take: after a crash this much has to be looked for at the outlet
# Outlets that answer faster than this go in turn: side by side, their threads spend a third of the time on handing the
# interpreter to one another. Nobody waits longer for a turn than `TURN_WAIT`: an outlet may slow down in the middle.
FAST, TURN_WAIT = 0.004, 0.3  # seconds
_fast_turn = threading.Lock()


def drain(world: World, account_id: int, seconds: float = TURN) -> Counter[str]:
    """Send what an account has due, for about `seconds`; return how many attempts came to which state.

    Deliveries are claimed and recorded in batches, as many as the outlet takes in half a second: the outcomes of one
    batch and the claims of the next share a transaction. A turn begins with the batch that the last one had come to.
    An outlet that cannot be asked afterwards is always claimed one by one: after a crash a person has to look for one
    item, not for a batch.
    """
    states: Counter[str] = Counter()
    end = time.monotonic() + seconds
    size, each = world.paces.get(account_id, (1, BATCH_SECONDS))
    taken = claim(world, account_id, size)
    while taken is not None:
        with _in_turn(each):
            began = time.monotonic()
            outcomes = _attempt_all(world, taken)
            each = (time.monotonic() - began) / max(len(outcomes), 1)
            if taken and channel_type(taken[0].account.channel).limits.askable:
                size = max(1, min(LARGEST_BATCH, 2 * size, int(BATCH_SECONDS / max(each, 0.001))))
            more = time.monotonic() < end
            came_to, taken = _settle(world, account_id, outcomes, size if more else 0)
        states.update(came_to)
    world.paces[account_id] = size, each
    return states


@contextmanager
def _in_turn(each: float) -> Iterator[None]:
    """Let one account at a time send and record whose outlet answers in `FAST` seconds; the others go side by side."""
    held = each < FAST and _fast_turn.acquire(timeout=TURN_WAIT)
    try:
        yield
    finally:
        if held:
            _fast_turn.release()


def _attempt_all(world: World, taken: list[Claim]) -> list[Done]:
    """Make the attempts one after the other; what the lease no longer covers, or the outlet's pace, is given back."""
    outcomes: list[Done] = []
    if not taken:
        return outcomes
    try:
        channel = open_channel(world, taken[0].account)
    except Exception:
        channel = None  # `perform` meets it again and tells each delivery why
    for one in taken:
        if not one.in_time():
            break
        with bound_contextvars(delivery=one.delivery_id, attempt=one.number):  # whoever logs a line of this attempt
            outcomes.append((one, perform(world, one, channel)))
        if outcomes[-1][1].rest:
            break  # the outlet has had enough for now: the next call would only use up what is left
    if len(outcomes) < len(taken):
        unclaim(world, taken[len(outcomes) :])
    return outcomes


def _settle(world: World, account_id: int, outcomes: list[Done], most: int) -> tuple[list[str], list[Claim] | None]:
    """Record what attempts came to and claim up to `most` more, in one transaction."""
    if not outcomes:
        return [], claim(world, account_id, most) if most else None
    try:
        with world.db.writing() as session:
            account = locked(session, account_id)
            states = write(session, world, outcomes)
            taken = take(session, account, most) if most else None
    except IntegrityError as error:
        if not is_strange(error):
            raise
        return record(world, outcomes), claim(world, account_id, most) if most else None
    recorded(outcomes, states)
    if taken:
        faults.point("after_claim")
    return states, taken


def tick(world: World) -> dict[str, Any]:
    """Do one pass of the clock by hand: recover, hold, then drain every account that has something due."""
    expired, held = expire_leases(world), hold_paused(world)
    states: Counter[str] = Counter()
    busy = True
    while busy:
        with world.db.reading() as session:
            accounts = due_accounts(session, clock.now())
        done: Counter[str] = Counter()
        for account_id in accounts:
            try:
                done += drain(world, account_id)
            except Refused:  # its channel is not installed: that delays no other account
                log.exception("tick.account", account=account_id)
        states += done
        busy = bool(done)
    return {"at": clock.now().isoformat(), "expired_leases": expired, "held": held, "attempts": dict(states)}
