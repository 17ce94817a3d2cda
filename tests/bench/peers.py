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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.measure import measured
from tests.bench.outlet import client, session

THREADS = 16  # requests under way at once, in every engine
_own = threading.local()


def book(home: Path) -> sqlite3.Connection:
    """This thread's connection to the peer's own record of what it sent, synced at each commit (SQLite's default)."""
    if not hasattr(_own, "book"):
        _own.book = sqlite3.connect(home / "sent.db", isolation_level=None, timeout=60)
        _own.book.execute("CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, at TEXT)")
    book: sqlite3.Connection = _own.book
    return book


def write_ahead(home: Path) -> None:
    """Let the record be written the fast way; the file itself remembers it."""
    book(home).execute("PRAGMA journal_mode=WAL")


def send(home: str, address: str, key: str) -> None:
    """The job of a peer: one POST, one durable row."""
    session().post(address, data=key, timeout=10)
    book(Path(home)).execute("INSERT OR REPLACE INTO sent VALUES (?, ?)", (key, datetime.now(UTC).isoformat()))


def recorded(home: Path) -> list[str]:
    """Return the keys that a peer wrote down as sent."""
    with sqlite3.connect(home / "sent.db") as book:
        return sorted(row[0] for row in book.execute("SELECT key FROM sent"))


def until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.05)


def all_sent(home: Path, count: int) -> Callable[[], bool]:
    return lambda: book(home).execute("SELECT count(*) FROM sent").fetchone()[0] >= count


def bare(home: Path, count: int, address: str, threads: int = 1, guarded: bool = False) -> dict[str, Any]:
    """A bare loop of `requests` with keep-alive: no queue, nothing stored; `guarded` takes the channels' client."""

    def post(number: int) -> None:
        if guarded:
            client(address).post(address, data=f"k{number}")
        else:
            session().post(address, data=f"k{number}", timeout=10)

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(post, range(count)))

    return measured(run)


def _huey(home: Path) -> Any:
    from huey import SqliteHuey

    return SqliteHuey(filename=str(home / "huey.db"))


def prepare_huey(home: Path, count: int, address: str) -> None:
    """Huey on SQLite, its queue file not synced (its default)."""
    home.mkdir(parents=True)
    write_ahead(home)
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
        until(all_sent(home, count))

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
    write_ahead(home)
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
            while not await asyncio.to_thread(all_sent(home, count)):
                await asyncio.sleep(0.1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return measured(lambda: asyncio.run(work()))
