"""The unit of work: send what one account has due, one after the other."""

from collections import Counter
from typing import Any

from publisher import clock
from publisher.delivery.attempt import perform
from publisher.delivery.claim import claim, due_accounts
from publisher.delivery.outlets import World
from publisher.delivery.record import record
from publisher.delivery.recover import expire_leases, hold_paused

TURN = 20  # deliveries an account may send before the others get their turn


def drain(world: World, account_id: int, most: int = TURN) -> Counter[str]:
    """Send up to `most` due deliveries of an account; return how many attempts came to which state."""
    done: Counter[str] = Counter()
    for _turn in range(most):
        taken = claim(world, account_id)
        if taken is None:
            break
        done[record(world, taken, perform(world, taken))] += 1
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
