"""What is measured beside each other: our engine, the naive design, Huey, a bare loop. Each runs in its own process.

`python -m tests.bench.engines NAME COUNT ADDRESS ACCOUNTS` prints one JSON line: seconds, cpu, rss (MiB), and for
timed runs the lags in seconds.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

Result = dict[str, Any]


def _measured(run: Callable[[], None]) -> Result:
    cpu, began = time.process_time(), time.perf_counter()
    run()
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "rss": psutil.Process().memory_info().rss / 2**20,
    }


def _register_sink() -> None:
    import channels
    from tests.bench.outlet import Sink

    channels.CHANNELS = (*channels.CHANNELS, Sink)
    channels.registry.cache_clear()


def prepare(home: Path, count: int, address: str, accounts: int, spread: float = 0.0, first: float = 0.0) -> Any:
    """Make an office with `count` planned deliveries over `accounts` sinks, due over `spread` seconds."""
    import structlog
    from sqlalchemy import insert, select

    from publisher import clock
    from publisher.config import Config
    from publisher.editorial import scheduling
    from publisher.installation import open_installation
    from publisher.model import Delivery, Post, Rendering, Version
    from tests.factories import make_office

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    _register_sink()
    office = make_office(open_installation(Config(home=home)))
    ids = [office.add_account("sink", f"Nơi đếm {n}", values={"address": address}) for n in range(accounts)]
    post_id = office.draft("Bài đo")
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(account, clock.now() + timedelta(days=30)) for account in ids]
        scheduling.place(session, office.person(session, "editor"), post, post.revision, wishes)
    office.submit(post_id)
    office.approve(post_id)
    with office.writing() as session:
        version = session.scalars(select(Version.id)).one()
        renderings = dict(session.execute(select(Rendering.account_id, Rendering.id)).all())
        now = clock.now() + timedelta(seconds=first)
        rows = [
            {
                "version_id": version, "account_id": ids[n % accounts], "post_id": post_id,
                "unit_id": office.unit_id, "placement": f"p{n}",
                "rendering_id": renderings[ids[n % accounts]], "key": f"k{n}", "notes": {},
                "due_at": now + timedelta(seconds=spread * n / count),
                "wake_at": now + timedelta(seconds=spread * n / count), "created_at": now, "changed_at": now,
            }
            for n in range(count)
        ]  # fmt: skip
        session.execute(insert(Delivery), rows)
    return office


def _left(office: Any) -> int:
    from sqlalchemy import func, select

    from publisher import clock
    from publisher.model import Delivery

    soon = clock.now() + timedelta(days=1)  # the approved post's own deliveries lie beyond
    with office.reading() as session:
        query = select(func.count()).select_from(Delivery)
        asleep = session.scalar(query.where(Delivery.wake_at < soon)) or 0
        return asleep + (session.scalar(query.where(Delivery.state == "sending")) or 0)


def ours(count: int, address: str, accounts: int) -> Result:
    """The embedded clock over SQLite, everything due at once."""
    from publisher.delivery.embedded import Clock
    from publisher.timetable import JOBS

    office = prepare(Path(tempfile.mkdtemp()) / "home", count, address, accounts)
    running = Clock(office.world, JOBS)

    def run() -> None:
        running.start()
        while _left(office):
            time.sleep(0.05)

    result = _measured(run)
    running.stop()
    return result


def ours_timed(count: int, address: str, accounts: int) -> Result:
    """The embedded clock, deliveries spread over a minute: how late each began."""
    return _timed(count, address, accounts, spread=60.0)


def ours_burst(count: int, address: str, accounts: int) -> Result:
    """The embedded clock, all due in the same second."""
    return _timed(count, address, accounts, spread=0.0)


def _timed(count: int, address: str, accounts: int, spread: float) -> Result:
    from sqlalchemy import select

    from publisher.delivery.embedded import Clock
    from publisher.model import Attempt, Delivery
    from publisher.timetable import JOBS

    office = prepare(Path(tempfile.mkdtemp()) / "home", count, address, accounts, spread, first=3.0)
    running = Clock(office.world, JOBS)

    def run() -> None:
        running.start()
        while _left(office):
            time.sleep(0.2)

    result = _measured(run)
    running.stop()
    with office.reading() as session:
        rows = session.execute(
            select(Attempt.started_at, Delivery.due_at).join(Delivery, Delivery.id == Attempt.delivery_id)
        )
        result["lags"] = sorted((started - due).total_seconds() for started, due in rows)
    return result


def naive(count: int, address: str, accounts: int) -> Result:
    """The naive design: APScheduler's SQLAlchemy job store on SQLite, one date job a delivery."""
    from datetime import UTC, datetime

    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    folder = Path(tempfile.mkdtemp())
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")},
        executors={"default": ThreadPoolExecutor(16)},
        job_defaults={"misfire_grace_time": None},
        timezone="UTC",
    )
    scheduler.start(paused=True)
    for number in range(count):
        scheduler.add_job(naive_send, "date", run_date=datetime.now(UTC), args=[address, f"k{number}"], id=f"k{number}")

    def run() -> None:
        scheduler.resume()
        while _SENT[0] < count:
            time.sleep(0.05)

    result = _measured(run)
    scheduler.shutdown(wait=False)
    return result


_SENT = [0]
_COUNTING = threading.Lock()


def naive_send(address: str, key: str) -> None:
    """The job of the naive design."""
    from tests.bench.outlet import session

    session().post(address, data=key, timeout=10)
    with _COUNTING:
        _SENT[0] += 1


def huey(count: int, address: str, accounts: int) -> Result:
    """Huey on SQLite with 16 threads, its queue file not synced (its default)."""
    from huey import SqliteHuey

    queue = SqliteHuey(filename=str(Path(tempfile.mkdtemp()) / "huey.db"))

    @queue.task()
    def send(key: str) -> None:
        naive_send(address, key)

    for number in range(count):
        send(f"k{number}")
    consumer = queue.create_consumer(workers=16, periodic=False, initial_delay=0.01, max_delay=0.05)
    consumer._set_signal_handlers = lambda: None  # it runs in a thread here

    def run() -> None:
        consumer.start()
        while _SENT[0] < count:
            time.sleep(0.05)

    result = _measured(run)
    consumer.stop()
    return result


def bare(count: int, address: str, accounts: int) -> Result:
    """A bare loop of `requests` with keep-alive: no queue, nothing stored."""
    from tests.bench.outlet import session

    def run() -> None:
        for number in range(count):
            session().post(address, data=f"k{number}", timeout=10)

    return _measured(run)


ENGINES: dict[str, Callable[[int, str, int], Result]] = {
    engine.__name__: engine for engine in (ours, ours_timed, ours_burst, naive, huey, bare)
}

if __name__ == "__main__":
    name, count, address, accounts = sys.argv[1:5]
    print(json.dumps(ENGINES[name](int(count), address, int(accounts))), flush=True)
    import os

    os._exit(0)  # a peer's threads may outlive their stop
