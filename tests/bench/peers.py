"""The peers: what an office would build on instead. Each sends with `requests` and writes down what it sent, durably.

A peer has `prepare(home, count, address)`, `run(home, count, address)` and `recorded(home)`; `run` may be killed and
run again on the same home.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.bench.measure import measured
from tests.bench.outlet import session

THREADS = 16  # requests under way at once, in every engine
_own = threading.local()


def _book(home: Path) -> sqlite3.Connection:
    """This thread's connection to the peer's own record of what it sent, synced at each commit (SQLite's default)."""
    if not hasattr(_own, "book"):
        _own.book = sqlite3.connect(home / "sent.db", isolation_level=None, timeout=60)
        _own.book.execute("CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, at TEXT)")
    book: sqlite3.Connection = _own.book
    return book


def _write_ahead(home: Path) -> None:
    """Let the record be written the fast way; the file itself remembers it."""
    _book(home).execute("PRAGMA journal_mode=WAL")


def send(home: str, address: str, key: str) -> None:
    """The job of a peer: one POST, one durable row."""
    session().post(address, data=key, timeout=10)
    _book(Path(home)).execute("INSERT OR REPLACE INTO sent VALUES (?, ?)", (key, datetime.now(UTC).isoformat()))


def publish(home: str, address: str, key: str) -> None:
    """The job of the naive design as it is usually written: load the row, claim it, post, note the outcome."""
    from sqlalchemy.orm import Session

    with Session(_engine(home)) as rows:
        due = rows.get_one(Due, key)
        if due.status != "planned":
            return
        due.status = "sending"
        rows.commit()
        requests.post(address, data=key, timeout=10).raise_for_status()
        due.status = "sent"
        rows.add(Sent(key=key, at=datetime.now(UTC).isoformat()))
        rows.commit()


class Base(DeclarativeBase):
    """The tables of the naive design."""


class Due(Base):
    """A delivery of the naive design and how far it is."""

    __tablename__ = "due"
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str]
    status: Mapped[str] = mapped_column(default="planned")


class Sent(Base):
    """What it says it has sent."""

    __tablename__ = "sent"
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str]


@cache
def _engine(home: str) -> Engine:
    return create_engine(f"sqlite:///{home}/sent.db", connect_args={"timeout": 60})


def recorded(home: Path) -> list[str]:
    """Return the keys that a peer wrote down as sent."""
    with sqlite3.connect(home / "sent.db") as book:
        return sorted(row[0] for row in book.execute("SELECT key FROM sent"))


def _until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.05)


def _all_sent(home: Path, count: int) -> Callable[[], bool]:
    return lambda: _book(home).execute("SELECT count(*) FROM sent").fetchone()[0] >= count


def bare(home: Path, count: int, address: str, threads: int = 1, **options: Any) -> dict[str, Any]:
    """A bare loop of `requests` with keep-alive: no queue, nothing stored."""

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda n: session().post(address, data=f"k{n}", timeout=10), range(count)))

    return measured(run)


def _scheduler(home: Path) -> Any:
    from apscheduler.executors.pool import ThreadPoolExecutor as Pool
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{home / 'jobs.db'}")},
        executors={"default": Pool(THREADS)}, timezone="UTC",
    )  # fmt: skip


def prepare_naive(
    home: Path,
    count: int,
    address: str,
    spread: float = 0.0,
    first: float = 0.0,
    stock: bool = False,
    lean: bool = False,
) -> None:
    """The naive design: APScheduler's SQLAlchemy job store on SQLite, one date job a delivery.

    `stock` leaves APScheduler's own grace of one second, after which it drops a job. `lean` takes for the job the two
    lines that the other peers run, kept-alive session, write-ahead log and all, in place of `publish`.
    """
    grace = {} if stock else {"misfire_grace_time": None}
    home.mkdir(parents=True)
    scheduler = _scheduler(home)
    scheduler.start(paused=True)
    # Storing them takes a while; they are due after it, or at once where nothing else was asked for.
    now = datetime.now(UTC) + timedelta(seconds=first + count / 60 if first else 0.0)
    if lean:
        _write_ahead(home)
    _book(home).execute("CREATE TABLE due (key TEXT PRIMARY KEY, at TEXT, status TEXT)")
    job = send if lean else publish
    for n in range(count):
        at = now + timedelta(seconds=spread * n / count)
        scheduler.add_job(job, "date", run_date=at, args=[str(home), address, f"k{n}"], id=f"k{n}", **grace)
        _book(home).execute("INSERT INTO due VALUES (?, ?, 'planned')", (f"k{n}", at.isoformat()))
    scheduler.shutdown(wait=False)


def _lags(home: Path) -> list[float]:
    rows = _book(home).execute("SELECT sent.at, due.at FROM sent JOIN due USING (key)")
    return sorted((datetime.fromisoformat(a) - datetime.fromisoformat(b)).total_seconds() for a, b in rows)


def naive(home: Path, count: int, address: str) -> dict[str, Any]:
    """Run the naive design until everything was sent, or no job is left."""
    scheduler = _scheduler(home)
    done = _all_sent(home, count)

    def run() -> None:
        scheduler.start()
        _until(lambda: done() or not scheduler.get_jobs())
        if not done():  # the last ones are still in the pool, or were dropped
            scheduler.shutdown(wait=True)

    result = measured(run)
    if scheduler.running:
        scheduler.shutdown(wait=True)
    result["lags"] = _lags(home)
    return result


def _huey(home: Path) -> Any:
    from huey import SqliteHuey

    return SqliteHuey(filename=str(home / "huey.db"))


def prepare_huey(home: Path, count: int, address: str) -> None:
    """Huey on SQLite, its queue file not synced (its default)."""
    home.mkdir(parents=True)
    _write_ahead(home)
    queue = _huey(home)
    task = queue.task(name="send")(send)
    for n in range(count):
        task(str(home), address, f"k{n}")


def huey(home: Path, count: int, address: str) -> dict[str, Any]:
    """Run Huey's consumer with its threads until everything was sent."""
    queue = _huey(home)
    queue.task(name="send")(send)
    consumer = queue.create_consumer(workers=THREADS, periodic=False, initial_delay=0.01, max_delay=0.05)
    consumer._set_signal_handlers = lambda: None  # it runs in a thread here

    def run() -> None:
        consumer.start()
        _until(_all_sent(home, count))

    result = measured(run)
    consumer.stop()
    return result


def _plain(home: Path) -> Any:
    import procrastinate
    from sqlalchemy.engine import make_url

    url = make_url(os.environ["BENCH_DATABASE"]).set(drivername="postgresql")
    conninfo = url.render_as_string(hide_password=False)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, max_size=8))
    app.task(name="send")(send)
    return app


def prepare_plain(home: Path, count: int, address: str) -> None:
    """Procrastinate used plainly: one job a delivery, its own defaults but for the polling."""
    import asyncio

    home.mkdir(parents=True)
    _write_ahead(home)
    app = _plain(home)

    async def fill() -> None:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            jobs = [{"home": str(home), "address": address, "key": f"k{n}"} for n in range(count)]
            await app.configure_task("send").batch_defer_async(*jobs)

    asyncio.run(fill())


def plain(home: Path, count: int, address: str) -> dict[str, Any]:
    """Run one of its workers until everything was sent."""
    import asyncio
    import logging

    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    app = _plain(home)

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        async with app.open_async():
            running = asyncio.ensure_future(
                app.run_worker_async(
                    concurrency=THREADS, fetch_job_polling_interval=0.05, delete_jobs="successful",
                    install_signal_handlers=False, shutdown_graceful_timeout=1.0,
                )
            )  # fmt: skip
            while not await asyncio.to_thread(_all_sent(home, count)):
                await asyncio.sleep(0.1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return measured(lambda: asyncio.run(work()))
