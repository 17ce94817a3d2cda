"""The naive design: APScheduler's SQLAlchemy job store on SQLite, one date job a delivery."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.measure import measured
from tests.bench.peers import THREADS, all_sent, book, send, until, write_ahead


def publish(home: str, address: str, key: str) -> None:
    """The job of the naive design as it is usually written: load the row, claim it, post, note the outcome."""
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


def _scheduler(home: Path) -> Any:
    from apscheduler.executors.pool import ThreadPoolExecutor as Pool
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{home / 'jobs.db'}")},
        executors={"default": Pool(THREADS)}, timezone="UTC",
    )  # fmt: skip


def prepare(
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
        write_ahead(home)
    book(home).execute("CREATE TABLE due (key TEXT PRIMARY KEY, at TEXT, status TEXT)")
    job = send if lean else publish
    for n in range(count):
        at = now + timedelta(seconds=spread * n / count)
        scheduler.add_job(job, "date", run_date=at, args=[str(home), address, f"k{n}"], id=f"k{n}", **grace)
        book(home).execute("INSERT INTO due VALUES (?, ?, 'planned')", (f"k{n}", at.isoformat()))
    scheduler.shutdown(wait=False)


def _lags(home: Path) -> list[float]:
    rows = book(home).execute("SELECT sent.at, due.at FROM sent JOIN due USING (key)")
    return sorted((datetime.fromisoformat(a) - datetime.fromisoformat(b)).total_seconds() for a, b in rows)


def run(home: Path, count: int, address: str) -> dict[str, Any]:
    """Run the naive design until everything was sent, or no job is left."""
    scheduler = _scheduler(home)
    done = all_sent(home, count)

    def until_sent() -> None:
        scheduler.start()
        until(lambda: done() or not scheduler.get_jobs())
        if not done():  # the last ones are still in the pool, or were dropped
            scheduler.shutdown(wait=True)

    result = measured(until_sent)
    if scheduler.running:
        scheduler.shutdown(wait=True)
    result["lags"] = _lags(home)
    return result
