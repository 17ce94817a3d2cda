"""Asking outlets for numbers: after an hour, a day, 3, 7, 30 and 90 days, and whenever somebody asks.

Publishing goes first: an account that has something due within a minute is left alone, a turn is short, and an outlet
that wants to be left alone is. Rows are claimed with a lease, so that two processes never ask for the same numbers.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from channels import registry
from channels.base import Channel, Refusal, TryLater, Unauthorised
from channels.base import Reading as Told
from channels.base import Receipt as Given
from publisher import audit, clock
from publisher.audit import CLOCK, Actor
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.delivery.states import LANDED
from publisher.model import Account, Delivery, Landing, Reading, Receipt
from publisher.reach import ledger, metrics
from publisher.reach.landings import askable
from publisher.reach.ledger import Entry
from publisher.refusal import Refused
from publisher.words import _

log = structlog.get_logger("publisher.reach")

STEPS = tuple(
    timedelta(**step)
    for step in ({"hours": 1}, {"days": 1}, {"days": 3}, {"days": 7}, {"days": 30}, {"days": 90})
)  # fmt: skip
AHEAD = timedelta(minutes=1)  # an account with something due this soon is not asked
MOST = 40  # landings a turn
EACH = 10  # of them of one account
LEASE = timedelta(minutes=10)
SHORTEST_WAIT = timedelta(minutes=5)
TRIES = 3  # without an answer; then the next step
ACCOUNT_EVERY = timedelta(hours=20)  # an account's own numbers (followers) are kept once a day, or when they change


@dataclass(frozen=True)
class _Claim:
    """A landing to ask about, with everything the call needs and no session behind it."""

    delivery_id: int
    landed_at: datetime
    tries: int
    receipt: Given


def collect(world: World, *, patient: bool = True) -> Counter[str]:
    """Ask for the numbers that are due, at most a turn's worth (all of them with `patient=False`).

    Return how often each came to what: measured (deliveries), readings (numbers), later, refused, failed.
    """
    done: Counter[str] = Counter()
    seen: set[int] = set()
    while True:
        with world.db.reading() as session:
            accounts = [one for one in _accounts(session) if one not in seen]
        if not accounts:
            return done
        for account_id in accounts:
            account, claims = _claim(world, account_id)
            came_to = _ask(world, account, claims)
            done += came_to
            if not claims or came_to["later"] or came_to["refused"] or patient:
                seen.add(account_id)
            if patient and done["measured"] + done["failed"] >= MOST:
                return done


def _accounts(session: Session) -> list[int]:
    """Return active accounts with landings due to be asked about, the longest waiting first: 1 query."""
    now = clock.now()
    publishing = select(Delivery.id).where(Delivery.account_id == Account.id, Delivery.wake_at <= now + AHEAD).exists()
    query = (
        select(Account.id)
        .join(Landing, Landing.account_id == Account.id)
        .where(Landing.next_at <= now, Account.state == "active", Account.mode == "live", ~publishing)
        .where(or_(Landing.lease_until.is_(None), Landing.lease_until < now))
        .where(or_(Account.ready_at.is_(None), Account.ready_at <= now))
        .group_by(Account.id)
        .order_by(func.min(Landing.next_at))
    )
    return list(session.scalars(query))


def _claim(world: World, account_id: int) -> tuple[Account, list[_Claim]]:
    """Take landings of an account for this process; a retracted one is not asked about any more."""
    now = clock.now()
    with world.db.writing() as session:
        account = session.get_one(Account, account_id)
        due = (
            select(Landing)
            .where(Landing.account_id == account_id, Landing.next_at <= now)
            .where(or_(Landing.lease_until.is_(None), Landing.lease_until < now))
            .order_by(Landing.next_at)
            .limit(EACH)
            .with_for_update(skip_locked=True)
        )
        rows = session.scalars(due).all()
        found = session.execute(
            select(Delivery.id, Delivery.state, Receipt)
            .join(Receipt, Receipt.delivery_id == Delivery.id)
            .where(Delivery.id.in_([row.delivery_id for row in rows]))
        )
        states = {delivery_id: (state, receipt) for delivery_id, state, receipt in found}
        claims = []
        for row in rows:
            state, receipt = states[row.delivery_id]
            if state not in LANDED or receipt.remote_id is None:
                row.next_at = None
                continue
            row.lease_until = now + LEASE
            given = Given("live", receipt.remote_id, receipt.url, receipt.accepted_at, receipt.detail)
            claims.append(_Claim(row.delivery_id, row.landed_at, row.tries, given))
        session.expunge(account)
    return account, claims


def _ask(world: World, account: Account, claims: Sequence[_Claim]) -> Counter[str]:
    came_to: Counter[str] = Counter()
    if not claims:
        return came_to
    try:
        channel = open_channel(world, account)
    except Refused as error:
        _leave_alone(world, account, claims, SHORTEST_WAIT, error.message)
        return came_to + Counter(failed=len(claims))
    for number, claim in enumerate(claims):
        if number and _must_yield(world, account.id):
            _give_back(world, claims[number:])
            break
        word = _measure(world, account, channel, claim, claims[number:], came_to)
        came_to[word] += 1
        if word in {"later", "refused"}:
            break
    return came_to


def _must_yield(world: World, account_id: int) -> bool:
    with world.db.reading() as session:
        soon = Delivery.wake_at <= clock.now() + AHEAD
        return session.scalar(select(Delivery.id).where(Delivery.account_id == account_id, soon).limit(1)) is not None


def _measure(
    world: World, account: Account, channel: Channel, claim: _Claim, rest: Sequence[_Claim], came_to: Counter[str]
) -> str:
    try:
        told = channel.measure(claim.receipt)
    except TryLater as error:
        wait = max(timedelta(seconds=min(error.after or 0, 86400)), SHORTEST_WAIT)
        _leave_alone(world, account, rest, wait, error.message)
        return "later"
    except Unauthorised as error:
        # Numbers may need a permission that publishing does not: the account goes on, its page says what is missing.
        _leave_alone(world, account, rest, timedelta(hours=6), error.message)
        return "refused"
    except Refusal as error:
        _failed(world, claim, error.message)
        return "failed"
    except Exception as error:
        log.exception("reach.unforeseen", delivery=claim.delivery_id)
        _failed(world, claim, _("Lỗi ngoài dự kiến: {kind}.").format(kind=type(error).__name__))
        return "failed"
    came_to["readings"] += _record(world, account, claim, told)
    return "measured"


def _record(world: World, account: Account, claim: _Claim, told: Sequence[Told]) -> int:
    now = clock.now()
    units = {metric.name: metric.unit for metric in channel_type(account.channel).metrics}
    of_delivery = [one for one in told if metrics.kind(one.metric) != "level"]
    of_account = [one for one in told if metrics.kind(one.metric) == "level"]
    entries = [
        Entry(one.metric, one.value, "measured", min(one.as_of or now, now), delivery_id=claim.delivery_id,
              measure=units.get(one.metric, ""))
        for one in of_delivery
        if 0 <= one.value <= ledger.MOST
    ]  # fmt: skip
    with world.db.writing() as session:
        entries += [
            Entry(one.metric, one.value, "measured", now, account_id=account.id)
            for one in of_account
            if 0 <= one.value <= ledger.MOST and not _known_today(session, account.id, one, now)
        ]
        logged = ledger.log(session, CLOCK, world.config.zone, entries)
        row = session.get_one(Landing, claim.delivery_id)
        row.next_at, row.lease_until, row.tries = next_step(claim.landed_at, now), None, 0
        row.measured_at, row.problem = now, ""
    return len(logged)


def _known_today(session: Session, account_id: int, told: Told, now: datetime) -> bool:
    """Say whether an account's own number stands in the ledger already: many posts are asked, each brings it along."""
    last = session.execute(
        select(Reading.value, Reading.as_of)
        .where(Reading.account_id == account_id, Reading.metric == told.metric, Reading.as_of > now - ACCOUNT_EVERY)
        .order_by(Reading.as_of.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and last.value == told.value


def next_step(landed_at: datetime, now: datetime) -> datetime | None:
    """Return when to ask next after having asked now; None after the last step."""
    return next((landed_at + step for step in STEPS if landed_at + step > now), None)


def _failed(world: World, claim: _Claim, message: str) -> None:
    """Try again in an hour; after some tries leave it to the next step."""
    now = clock.now()
    with world.db.writing() as session:
        row = session.get_one(Landing, claim.delivery_id)
        row.lease_until, row.problem, row.tries = None, message, row.tries + 1
        row.next_at = now + timedelta(hours=1)
        if row.tries >= TRIES:
            row.next_at, row.tries = next_step(claim.landed_at, now), 0


def _leave_alone(world: World, account: Account, claims: Sequence[_Claim], wait: timedelta, message: str) -> None:
    """Put off everything that an account has due: the outlet would only say the same of each."""
    until = clock.now() + wait
    with world.db.writing() as session:
        session.execute(
            update(Landing)
            .where(Landing.account_id == account.id, Landing.next_at <= until)
            .values(next_at=until, problem=message, lease_until=None)
        )


def _give_back(world: World, claims: Sequence[_Claim]) -> None:
    ids = [claim.delivery_id for claim in claims]
    with world.db.writing() as session:
        session.execute(update(Landing).where(Landing.delivery_id.in_(ids)).values(lease_until=None))


def problems(session: Session, units: Collection[int], most: int = 5) -> list[tuple[str, str, int]]:
    """Return which accounts did not tell numbers when they were asked last: title, why, of how many posts: 1 query."""
    number = func.count()
    rows = session.execute(
        select(Account.title, Landing.problem, number)
        .join(Account, Account.id == Landing.account_id)
        .where(Landing.unit_id.in_(units), Landing.problem != "", Landing.next_at.is_not(None))
        .group_by(Account.title, Landing.problem)
        .order_by(number.desc(), Account.title)
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def ask_for(session: Session, actor: Actor, units: Collection[int], delivery_id: int | None = None) -> int:
    """Make the numbers of units (or of one delivery) due now: the clock asks within a minute; return of how many."""
    now = clock.now()
    active = select(Account.id).where(Account.id == Landing.account_id, Account.state == "active").exists()
    wanted = update(Landing).where(
        Landing.unit_id.in_(units),
        Landing.kind == "live",
        Landing.channel.in_([name for name in registry() if askable(name)]),
        active,
    )
    if delivery_id is not None:
        wanted = wanted.where(Landing.delivery_id == delivery_id)
    else:
        wanted = wanted.where(Landing.landed_at > now - STEPS[-1])
    number = session.connection().execute(wanted.values(next_at=now, tries=0)).rowcount
    audit.record(session, actor, "reach.ask", "delivery", delivery_id or 0, landings=number)
    return number
