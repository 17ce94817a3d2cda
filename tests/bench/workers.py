"""Several workers on PostgreSQL (synced commits), beside the distributed engine used plainly."""

import os
import signal
import time

from tests.bench.processes import arrived, call, home, row, sink, start, table
from tests.provision import postgres

LATENCY = 0.05


def main(count: int = 4_000) -> None:
    """Print deliveries a second for one, two and three workers."""
    table(
        f"{count:,} due deliveries on PostgreSQL, 32 accounts, outlet answers after {LATENCY * 1000:.0f} ms",
        "", "deliveries/s", "× one worker",
    )  # fmt: skip
    with postgres.start(durable=True) as server:
        one = 0.0
        for workers in (1, 2, 3):
            rate = _ours(server, count, workers)
            one = one or rate
            row(
                f"publisher, {workers} worker{'s' if workers > 1 else ''} of 16 threads",
                f"{rate:,.0f}",
                f"{rate / one:.2f}",
            )
        with home() as place, sink(LATENCY) as address:
            url = server.create_database()
            few = max(count // 4, 200)
            call("prepare_plain", url, home=place, count=few, address=address)
            seconds = call("plain", url, home=place, count=few, address=address)["seconds"]
            row("procrastinate, one job a delivery, 16 threads", f"{few / seconds:,.0f}", f"{few / seconds / one:.2f}")


def _ours(server: postgres.LocalServer, count: int, workers: int) -> float:
    with home() as place, sink(LATENCY) as address:
        url = server.create_database()
        call("prepare_ours", url, home=place, count=count, address=address, accounts=32)
        running = [start("worker", url, home=place, count=count, address=address) for _ in range(workers)]
        until = time.monotonic() + 300
        while len(arrived(address)) < count and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(1.0)
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            process.communicate(timeout=60)
        seconds: float = call("span", url, home=place)
        server.drop_database(url)
        return count / seconds
