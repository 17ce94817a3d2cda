"""Our own engine under measurement: an office with many planned deliveries, and the processes that send them."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, insert, select

import channels
from publisher import clock
from publisher.config import Config
from publisher.editorial import scheduling
from publisher.installation import Installation, open_installation
from publisher.model import Attempt, Delivery, Post, Rendering, Version
from tests.bench.measure import measured
from tests.bench.outlet import Sink


def with_sink() -> None:
    """Put the sink among the channels of this process, and keep its log quiet."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    channels.CHANNELS = (*channels.CHANNELS, Sink)
    channels.registry.cache_clear()


def _opened(home: Path) -> Installation:
    with_sink()
    return open_installation(Config(home=home, database_url=os.environ.get("BENCH_DATABASE", "")))


def prepare(
    home: Path, count: int, address: str, accounts: int = 5, spread: float = 0.0, first: float = 0.0, future: int = 0
) -> None:
    """Make an office with `count` deliveries over `accounts` sinks, due over `spread` seconds from `first` seconds
    from now on, and `future` more that are due next year."""
    from tests.factories import make_office

    office = make_office(_opened(home))
    ids = [office.add_account("sink", f"Nơi đếm {n}", values={"address": address}) for n in range(accounts)]
    post_id = office.draft("Bài đo")
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(account, clock.now() + timedelta(days=900)) for account in ids]
        scheduling.place(session, office.person(session, "editor"), post, post.revision, wishes)
    office.submit(post_id)
    office.approve(post_id)
    with office.writing() as session:
        version = session.scalars(select(Version.id)).one()
        renderings = {row.account_id: row.id for row in session.scalars(select(Rendering))}
        now = clock.now() + timedelta(seconds=first)
        rows: list[dict[str, Any]] = []
        for n in range(count + future):
            late = spread * n / max(count, 1) if n < count else 365 * 24 * 3600 + n
            due, account = now + timedelta(seconds=late), ids[n % accounts]
            rows.append(
                {
                    "version_id": version, "account_id": account, "post_id": post_id, "unit_id": office.unit_id,
                    "placement": f"p{n}", "rendering_id": renderings[account], "key": f"k{n}", "notes": {},
                    "due_at": due, "wake_at": due, "created_at": now, "changed_at": now,
                }
            )  # fmt: skip
        session.execute(insert(Delivery), rows)
    office.installation.close()


def run(home: Path, count: int, address: str, **options: Any) -> dict[str, Any]:
    """The embedded clock until nothing of the next day is left; on PostgreSQL too."""
    from publisher.delivery.embedded import Clock
    from publisher.timetable import JOBS

    installation = _opened(home)
    running = Clock(installation.world, JOBS)

    def until_done() -> None:
        running.start()
        while left(installation):
            time.sleep(0.1)

    result = measured(until_done)
    running.stop()
    with installation.world.db.reading() as session:
        rows = session.execute(
            select(Attempt.started_at, Delivery.due_at).join(Delivery, Delivery.id == Attempt.delivery_id)
        )
        result["lags"] = sorted((started - due).total_seconds() for started, due in rows)
    return result


def idle(home: Path) -> None:
    """The embedded clock, until it is killed; nobody looks at it meanwhile, which would cost more than it does."""
    from publisher.delivery.embedded import Clock
    from publisher.timetable import JOBS

    Clock(_opened(home).world, JOBS).start()
    time.sleep(3600)


def work(home: Path, count: int, address: str, **options: Any) -> dict[str, Any]:
    """One worker of several on PostgreSQL, until it is told to stop."""
    from publisher.delivery.distributed import work as working
    from publisher.timetable import JOBS

    installation = _opened(home)
    working(installation.world, JOBS, 16)
    return {}


def left(installation: Installation) -> bool:
    """Return whether deliveries of the coming day are still to be sent."""
    soon = clock.now() + timedelta(days=1)
    with installation.world.db.reading() as session:
        asleep = session.scalar(select(Delivery.id).where(Delivery.wake_at < soon).limit(1))
        return (asleep or session.scalar(select(Delivery.id).where(Delivery.state == "sending").limit(1))) is not None


def recorded(home: Path) -> list[str]:
    """Return the keys that the database holds as sent."""
    installation = _opened(home)
    with installation.world.db.reading() as session:
        keys = sorted(session.scalars(select(Delivery.key).where(Delivery.state == "sent")))
    installation.close()
    return keys


def span(home: Path) -> float:
    """Return the seconds from the first attempt's begin to the last one's end."""
    installation = _opened(home)
    with installation.world.db.reading() as session:
        first, last = session.execute(select(func.min(Attempt.started_at), func.max(Attempt.ended_at))).one()
    installation.close()
    return (last - first).total_seconds()
