"""Figures that only grow: attempts by channel and outcome, and how late first attempts began.

Counting millions of attempts at every look would take seconds. What is older than `SETTLED` is therefore counted once,
by a clock job, into `tally`; a look adds the few that came after the watermark. Both happen in one snapshot, so that
the sums never fall, however many processes answer.
"""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Float, case, cast, extract, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ColumnElement

from publisher import clock
from publisher.delivery.outlets import World
from publisher.model import Account, Attempt, Delivery, Tally, Watermark

SETTLED = timedelta(minutes=10)  # longer than any attempt and any open transaction: ids below are all there and closed
BATCH = 20_000  # attempts counted in one statement
BUCKETS = (1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 21_600, 86_400)  # seconds late

Sums = dict[tuple[str, str], float]  # (metric, label) → how often, or how many seconds


def sums(session: Session) -> Sums:
    """Return all sums now: `attempts` by «channel outcome», `lag` by «channel bucket» (0: beyond the last bucket),
    `lag_sum` in seconds by channel. The session must see one snapshot for all its statements."""
    total: Sums = defaultdict(float)
    for row in session.execute(select(Tally.metric, Tally.label, Tally.value)):
        total[row.metric, row.label] = row.value
    upto = session.scalar(select(Watermark.upto).where(Watermark.name == "tally")) or 0
    for key, value in _between(session, upto, upto + BATCH).items():
        total[key] += value
    return total


def advance(world: World) -> int:
    """Count settled attempts into the tally, at most ten batches; return how many ids were passed."""
    passed = 0
    for _turn in range(10):
        with world.db.writing() as session:
            step = _advance_once(session)
        passed += step
        if step < BATCH:
            break
    return passed


def _advance_once(session: Session) -> int:
    mark = session.scalar(select(Watermark).where(Watermark.name == "tally").with_for_update())
    if mark is None:
        mark = Watermark(name="tally", upto=0)
        session.add(mark)
    young = clock.now() - SETTLED
    tail = select(Attempt.id, Attempt.started_at, Attempt.outcome).where(Attempt.id > mark.upto)
    last = mark.upto
    for row in session.execute(tail.order_by(Attempt.id).limit(BATCH)):
        if row.outcome is None or row.started_at > young:
            break
        last = row.id
    step = last - mark.upto
    if step:
        for (metric, label), value in _between(session, mark.upto, last).items():
            grown = update(Tally).where(Tally.metric == metric, Tally.label == label)
            if not session.execute(grown.values(value=Tally.value + value)).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
                session.execute(insert(Tally).values(metric=metric, label=label, value=value))
        mark.upto = last
    return step


def _between(session: Session, after: int, upto: int) -> Sums:
    """Count the attempts with ids in (after, upto]: one grouped statement over the primary key."""
    lag = _seconds(session)
    bucket = case(*((lag <= limit, limit) for limit in BUCKETS), else_=0)
    first = (Attempt.number == 1) & (Attempt.kind == "send")
    rows = session.execute(
        select(
            Account.channel, Attempt.outcome, first.label("first"),
            bucket.label("bucket"), func.count().label("number"), func.sum(lag).label("seconds"),
        )
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Attempt.id > after, Attempt.id <= upto, Attempt.outcome.is_not(None))
        .group_by(Account.channel, Attempt.outcome, first, bucket)
    )  # fmt: skip
    found: Sums = defaultdict(float)
    for row in rows:
        found["attempts", f"{row.channel} {row.outcome}"] += row.number
        if row.first:
            found["lag", f"{row.channel} {row.bucket}"] += row.number
            found["lag_sum", row.channel] += row.seconds
    return found


def _seconds(session: Session) -> ColumnElement[float]:
    """How late an attempt began, in seconds, never below zero."""
    if session.get_bind().dialect.name == "sqlite":
        days = func.julianday(Attempt.started_at) - func.julianday(Delivery.due_at)
        return func.max(cast(days, Float) * 86_400.0, 0.0)
    return func.greatest(cast(extract("epoch", Attempt.started_at - Delivery.due_at), Float), 0.0)
