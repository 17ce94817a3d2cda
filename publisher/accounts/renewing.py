"""Renewing tokens as a job of the clock, long before they expire and never beside a delivery that is being sent."""

import time
from collections import Counter

import structlog

from publisher import clock
from publisher.accounts import watch
from publisher.audit import CLOCK
from publisher.connections import tokens
from publisher.delivery.jobs import Job
from publisher.delivery.outlets import World
from publisher.refusal import Refused
from publisher.words import mark

log = structlog.get_logger("publisher.accounts")

LONGEST = 120.0  # seconds of a pass: an outlet that does not answer must not make the job look dead


def renew_tokens_job() -> Job:
    """Return the clock job that renews tokens."""
    return Job("tokens", mark("Gia hạn khóa truy cập của các kênh"), 20, 600, renew)


def renew(world: World) -> str:
    """Renew the tokens whose time has come, each account in one process only; return how many came to what."""
    with world.db.reading() as session:
        waiting = tokens.waiting(session, clock.now())
    until = time.monotonic() + LONGEST
    came_to: Counter[str] = Counter()
    for account_id in waiting:
        if time.monotonic() > until:
            break
        came_to[renew_one(world, account_id)] += 1
    return " ".join(f"{word}={count}" for word, count in sorted(came_to.items()))


def renew_one(world: World, account_id: int) -> str:
    """Do what an account's tokens need now, trying once more after a lost answer; return what it came to.

    An account that Zalo's silence had stopped goes on by itself once a renewal works after all.
    """
    try:
        word = tokens.renew(world.db, world.vault, world.config.addresses, account_id)
        if word == "lost":  # the one retry; if this is lost too, or refused, the account is stopped
            word = tokens.renew(world.db, world.vault, world.config.addresses, account_id)
        if word == "recovered":
            watch.renewed(world, CLOCK, account_id)
    except Refused as error:
        log.warning("tokens.renew", account=account_id, problem=error.message)
        return "failed"
    if word not in {"kept", "busy", "renewed"}:
        log.warning("tokens.renew", account=account_id, outcome=word)
    return word
