"""The unit of work: send what one account has due, one after the other."""

import time
from collections import Counter
from typing import Any

from publisher import clock
from publisher.delivery.attempt import perform
from publisher.delivery.claim import claim, due_accounts, unclaim
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.delivery.record import Done, record
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.refusal import Refused

TURN = 200  # deliveries an account may send before the others get their turn
LARGEST_BATCH = 32
BATCH_SECONDS = 0.5  # what a batch should take: after a crash this much has to be looked for at the outlet


def drain(world: World, account_id: int, most: int = TURN) -> Counter[str]:
    """Send up to `most` due deliveries of an account; return how many attempts came to which state.

    They are claimed and recorded in batches, as many as the outlet takes in half a second: a quick outlet costs two
    commits a batch instead of two a delivery, a slow one is claimed one by one. An outlet that cannot be asked
    afterwards is always claimed one by one: after a crash a person has to look for one item, not for a batch.
    """
    done: Counter[str] = Counter()
    size = 1
    while sum(done.values()) < most:
        taken = claim(world, account_id, min(size, most - sum(done.values())))
        if taken is None:
            break
        if not taken:  # all of them left the queue: look at the next ones, still one by one where that is the rule
            continue
        began = time.monotonic()
        outcomes: list[Done] = []
        try:
            channel = open_channel(world, taken[0].account)
        except Refused:
            channel = None  # `perform` tells each delivery why
        for one in taken:
            if clock.now() > one.begin_before:
                break
            outcomes.append((one, perform(world, one, channel)))
        if len(outcomes) < len(taken):
            unclaim(world, taken[len(outcomes) :])
        for state in record(world, outcomes) if outcomes else []:
            done[state] += 1
        if channel_type(taken[0].account.channel).limits.askable:
            each = (time.monotonic() - began) / max(len(outcomes), 1)
            size = max(1, min(LARGEST_BATCH, 2 * size, int(BATCH_SECONDS / max(each, 0.001))))
    return done


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
            done += drain(world, account_id)
        states += done
        busy = bool(done)
    return {"at": clock.now().isoformat(), "expired_leases": expired, "held": held, "attempts": dict(states)}
