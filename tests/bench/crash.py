"""SIGKILL in the middle, then a plain restart: what was sent twice, never sent, or sent and not written down."""

import os
import signal
import time
from typing import Any

from tests.bench.processes import arrived, call, home, row, sink, start, table
from tests.provision import postgres

COUNT, LATENCY, QUIET = 1_000, 0.05, 12.0


def main(count: int = COUNT) -> None:
    """Print a row for each engine: figures after a kill at 25, 50 and 75 %."""
    table(
        f"{count:,} deliveries, outlet answers after 50 ms, SIGKILL at 25 / 50 / 75 %, restart after 1 s",
        "", "sent twice", "never sent", "sent, not recorded", "all sent, s after restart",
    )  # fmt: skip
    with postgres.start() as server:
        for title, engine, on_postgres in (
            ("publisher on SQLite", "ours", False),
            ("publisher on PostgreSQL", "ours", True),
            ("Huey on SQLite", "huey", False),
            ("APScheduler job store", "naive", False),
            ("procrastinate, one job a delivery", "plain", True),
        ):
            runs = [_killed(server if on_postgres else None, engine, count, at / 100) for at in (25, 50, 75)]
            row(title, *(" / ".join(str(run[column]) for run in runs) for column in range(4)))


def _killed(server: Any, engine: str, count: int, share: float) -> tuple[int, int, int, str]:
    with home() as place, sink(LATENCY) as address:
        url = server.create_database() if server else ""
        how = {"home": place, "count": count, "address": address}
        call(f"prepare_{engine}", url, **how, **({"accounts": 16} if engine == "ours" else {}))
        first = start(engine, url, **how)
        _wait(address, int(count * share))
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
        time.sleep(1.0)
        began = time.monotonic()
        second = start(engine, url, **how)
        seconds = _quiet(address, count, second, began)
        if second.poll() is None:
            os.killpg(second.pid, signal.SIGKILL)
        second.communicate()
        found = arrived(address)
        written = set(call("recorded_ours" if engine == "ours" else "recorded", url, home=place))
        if server:
            server.drop_database(url)
        twice = sum(times - 1 for times in found.values())
        return twice, count - len(found), len(set(found) - written), seconds


def _wait(address: str, posts: int) -> None:
    until = time.monotonic() + 120
    while sum(arrived(address).values()) < posts and time.monotonic() < until:
        time.sleep(0.005)


def _quiet(address: str, count: int, process: Any, began: float) -> str:
    """Wait until the engine has ended, or nothing came for `QUIET` seconds; return when the last key arrived."""
    posts, at, complete, ended = -1, time.monotonic(), "", False
    while not ended and time.monotonic() - at < QUIET + (0 if complete else 20):
        ended = process.poll() is not None  # before asking: what it sent last is looked at too
        found = arrived(address)
        if sum(found.values()) != posts:
            posts, at = sum(found.values()), time.monotonic()
        if not complete and len(found) == count:
            complete = f"{time.monotonic() - began:.0f}"
        time.sleep(0.1)
    return complete or "never"
