"""The figures of `/metrics`, asked of the database at every scrape: right with any number of processes.

Nothing counts whole tables: queues are read through the index of what has a `wake_at`, states through theirs and up to
`MOST` rows each, what only grows comes from the tally.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, text, union_all
from sqlalchemy.orm import Session

from publisher import clock
from publisher.delivery.outlets import World
from publisher.model import Account, Delivery, Heartbeat, Mail, Ticker
from publisher.operations.health import free_bytes
from publisher.operations.tally import BUCKETS, sums

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST = 100_000  # rows counted of one kind; a figure that stands there means «at least»
OVERDUE = timedelta(minutes=5)
# What stands in the queue or waits for somebody. Landed and cancelled rows are history: attempts count them.
COUNTED = ("planned", "sending", "waiting", "unsure", "held", "failed")
ALIVE = timedelta(minutes=1)  # a clock that ticked within


def metrics_text(world: World) -> bytes:
    """Return the figures in Prometheus's text format; one snapshot, 12 statements through indexes."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Collector(world))
    return generate_latest(registry)


class _Collector:
    """Asks the database when the registry collects; Prometheus's client wants an object."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator["Metric"]:
        with self._world.db.reading() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            now = clock.now()
            families = [
                *_queue(session, now),
                *_states(session, now),
                *_grown(session),
                *_clock(session, now),
                *_mail(session),
                *_sizes(session, self._world),
            ]
        yield from families


def _gauge(name: str, what: str, value: float) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"publisher_{name}", what, value=value)


def _queue(session: Session, now: datetime) -> list["Metric"]:
    """What wants a look now, by account; an account that is not listed has nothing waiting."""
    from prometheus_client.core import GaugeMetricFamily

    waiting = (
        select(Delivery.account_id, Delivery.wake_at, Delivery.state)
        .where(Delivery.wake_at <= now)
        .order_by(Delivery.wake_at)
        .limit(MOST)
        .subquery()
    )
    due, overdue, oldest = Counter[int](), 0, now
    rows = session.execute(
        select(
            waiting.c.account_id,
            func.count().label("due"),
            func.count().filter(waiting.c.wake_at < now - OVERDUE, waiting.c.state != "unsure").label("overdue"),
            func.min(waiting.c.wake_at).label("oldest"),
        ).group_by(waiting.c.account_id)
    )
    for row in rows:
        due[row.account_id] += row.due
        overdue += row.overdue
        oldest = min(oldest, row.oldest)
    queue = GaugeMetricFamily("publisher_account_due", "Due deliveries of an account.", labels=["account", "channel"])
    longest = due.most_common(1000)
    named = select(Account.id, Account.channel).where(Account.id.in_([account_id for account_id, _number in longest]))
    channels = {row.id: row.channel for row in session.execute(named)}
    for account_id, number in longest:
        queue.add_metric([str(account_id), channels[account_id]], number)
    return [
        _gauge("due", f"Deliveries that want a look now (counted up to {MOST}).", due.total()),
        _gauge("overdue", "Those among them that should have gone out more than 5 minutes ago.", overdue),
        _gauge("oldest_due_seconds", "For how long the oldest of them has been due.", (now - oldest).total_seconds()),
        queue,
    ]


def _states(session: Session, now: datetime) -> list["Metric"]:
    """Deliveries by state, each counted through its index up to `MOST`; accounts by state, the life of their tokens."""
    from prometheus_client.core import GaugeMetricFamily

    each = [
        select(literal(state).label("state"), func.count().label("number")).select_from(
            select(Delivery.id).where(Delivery.state == state).limit(MOST).subquery()
        )
        for state in COUNTED
    ]
    states = GaugeMetricFamily(
        "publisher_deliveries", f"Deliveries that are not settled, by state (counted up to {MOST}).", labels=["state"]
    )
    for row in session.execute(union_all(*each)):
        states.add_metric([row.state], row.number)
    accounts = GaugeMetricFamily("publisher_accounts", "Channel accounts by state.", labels=["channel", "state"])
    found = select(Account.channel, Account.state, func.count().label("number")).group_by(
        Account.channel, Account.state
    )
    for channel, state, number in session.execute(found):
        accounts.add_metric([channel, state], number)
    tokens = GaugeMetricFamily(
        "publisher_account_token_seconds", "How long an account's access still lasts.", labels=["account", "channel"]
    )
    lasting = select(Account.id, Account.channel, Account.expires_at).where(
        Account.state != "closed", Account.expires_at.is_not(None)
    )
    for account_id, channel, ends in session.execute(lasting.limit(2000)):
        if ends is not None:
            tokens.add_metric([str(account_id), channel], (ends - now).total_seconds())
    return [states, accounts, tokens]


def _grown(session: Session) -> list["Metric"]:
    """What only grows: attempts by channel and outcome, the lateness of first attempts as a histogram."""
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    total = sums(session)
    attempts = CounterMetricFamily(
        "publisher_attempts", "Attempts by channel and outcome.", labels=["channel", "outcome"]
    )
    lag = HistogramMetricFamily(
        "publisher_lag_seconds", "How late the first attempt of a delivery began.", labels=["channel"]
    )
    for (metric, label), value in sorted(total.items()):
        if metric == "attempts":
            attempts.add_metric(label.split(), value)
    for channel in sorted(label for metric, label in total if metric == "lag_sum"):
        reached, buckets = 0.0, []
        for limit in (*BUCKETS, 0):
            reached += total.get(("lag", f"{channel} {limit}"), 0.0)
            buckets.append((str(float(limit)) if limit else "+Inf", reached))
        lag.add_metric([channel], buckets, total["lag_sum", channel])
    return [attempts, lag]


def _clock(session: Session, now: datetime) -> list["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    beats = GaugeMetricFamily(
        "publisher_job_age_seconds", "Seconds since a clock job last ran to its end.", labels=["job"]
    )
    for row in session.execute(select(Heartbeat.job, Heartbeat.at).order_by(Heartbeat.job)):
        beats.add_metric([row.job], (now - row.at).total_seconds())
    ticking = session.scalar(select(func.count()).select_from(Ticker).where(Ticker.at > now - ALIVE)) or 0
    return [beats, _gauge("clocks", "Processes whose clock ticked within the last minute.", ticking)]


def _mail(session: Session) -> list["Metric"]:
    waiting = session.scalar(select(func.count()).select_from(Mail).where(Mail.next_at.is_not(None))) or 0
    return [_gauge("mail_waiting", "Alert letters that no mail server has taken yet.", waiting)]


def _sizes(session: Session, world: World) -> list["Metric"]:
    free = free_bytes(world.config.home)
    return [
        _gauge("database_bytes", "Size of the database.", database_bytes(session)),
        *([_gauge("disk_free_bytes", "Free space where the home lies.", free)] if free is not None else []),
    ]


def database_bytes(session: Session) -> int:
    """Return the size of the database in bytes, as its engine tells it."""
    if session.get_bind().dialect.name == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        asked = "SELECT pg_database_size(current_database())"
    return int(session.scalar(text(asked)) or 0)
