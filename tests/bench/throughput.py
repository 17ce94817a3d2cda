"""Deliveries a second: everything due at once, claim + one HTTP POST + durable record."""

import statistics
from typing import Any

from tests.bench.processes import call, home, row, sink, table

ROUNDS = 3  # in turn; the median counts


def _round(count: int, engine: str, prepare: str, latency: float, how: dict[str, Any], run: dict[str, Any]) -> Any:
    with home() as place, sink(latency) as address:
        target = "" if how.pop("nowhere", False) else address
        if prepare:
            call(prepare, home=place, count=count, address=target, **how)
        return call(engine, home=place, count=count, address=target, **run)


def measure(count: int, latency: float) -> None:
    """Print the table for one latency of the outlet (seconds); the median of three rounds in turn."""
    accounts = 16 if latency else 5
    engines: list[tuple[str, int, str, str, dict[str, Any], dict[str, Any]]] = [
        ("bare loop of `requests`, 16 threads, nothing stored", count, "bare", "", {}, {"threads": 16}),
        (f"publisher, {accounts} accounts", count, "ours", "prepare_ours", {"accounts": accounts}, {}),
        ("Huey on SQLite, 16 threads", count, "huey", "prepare_huey", {}, {}),
        ("APScheduler job store, one job a delivery", count, "naive", "prepare_naive", {}, {}),
        ("the same, job pared down to what Huey's does", count, "naive", "prepare_naive", {"lean": True}, {}),
    ]
    if not latency:
        engines[1:1] = [
            ("the same, 1 thread", count, "bare", "", {}, {"threads": 1}),
            ("the same, 1 thread, the channels' client", count, "bare", "", {}, {"threads": 1, "guarded": True}),
        ]
        engines[4:4] = [
            ("publisher, 1 account", count, "ours", "prepare_ours", {"accounts": 1}, {}),
            ("publisher, HTTP client left out", count, "ours", "prepare_ours", {"accounts": 5, "nowhere": True}, {}),
        ]
    found: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(ROUNDS):
        for title, many, engine, prepare, how, run in engines:
            if engine == "naive" and number:
                continue  # a minute to store and more to run: once is enough to see it
            result = _round(many, engine, prepare, latency, dict(how), run)
            each = (many / result["seconds"], result["cpu"] / many * 1000, result["memory"])
            found.setdefault(title, []).append(each)
    what = f"outlet answers after {latency * 1000:.0f} ms" if latency else "outlet answers at once"
    table(f"{count:,} due deliveries, {what}", "", "deliveries/s", "× bare loop", "CPU ms each", "MiB")
    base = statistics.median(rate for rate, _cpu, _memory in found[engines[0][0]])
    for title, *_rest in engines:
        rate, cpu, held = (statistics.median(values) for values in zip(*found[title], strict=True))
        row(title, f"{rate:,.0f}", f"{rate / base:.2f}", f"{cpu:.2f}", f"{held:.0f}")


def main(count: int = 10_000) -> None:
    """Print both tables."""
    measure(count, 0.0)
    measure(max(count // 2, 500), 0.05)
