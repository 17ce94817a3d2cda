"""How late deliveries begin; what many at once and a long list of future ones do to it."""

import json
import time

import psutil

from tests.bench.processes import call, home, row, sink, start, table


def main() -> None:
    """Print the tables of lags, of a start with a long list, and of idling."""
    _lags()
    _start()
    _idle()


def _lags() -> None:
    table("How late deliveries begin", "", "p50 ms", "p99 ms", "max ms", "sent")
    with sink(0.0) as address:
        for title, count, spread, engine, how in (
            ("publisher, 1,000 over a minute", 1000, 60.0, "ours", {}),
            ("APScheduler date jobs, 1,000 over a minute", 1000, 60.0, "naive", {}),
            ("publisher, 500 in one second, 5 accounts", 500, 0.0, "ours", {}),
            ("APScheduler as it comes, 500 in one second", 500, 0.0, "naive", {"stock": True}),
        ):
            with home() as place:
                call(f"prepare_{engine}", home=place, count=count, address=address, spread=spread, first=6.0, **how)
                lags = [lag * 1000 for lag in call(engine, home=place, count=count, address=address)["lags"]]
            if lags:
                p50, p99 = lags[len(lags) // 2], lags[int(len(lags) * 0.99)]
                row(title, f"{p50:.0f}", f"{p99:.0f}", f"{lags[-1]:.0f}", f"{len(lags)} of {count}")
            else:
                row(title, "–", "–", "–", f"0 of {count}")


def _start() -> None:
    table(
        "Start with 1,000 overdue deliveries (outlet answers after 50 ms)",
        "future ones stored", "first send, s after process start", "1,000 sent, s", "MiB",
    )  # fmt: skip
    for future in (0, 100_000):
        with home() as place, sink(0.05) as address:
            call("prepare_ours", home=place, count=1000, address=address, accounts=16, future=future)
            began = time.monotonic()
            process = start("ours", home=place, count=1000, address=address)
            first = _when(address, 1) - began
            last = _when(address, 1000) - began
            out, _err = process.communicate(timeout=120)
            row(f"{future:,}", f"{first:.1f}", f"{last:.1f}", f"{json.loads(out.splitlines()[-1])['memory']:.0f}")


def _when(address: str, keys: int) -> float:
    import requests

    while requests.get(address, timeout=10).json()["keys"] < keys:
        time.sleep(0.01)
    return time.monotonic()


def _idle() -> None:
    """CPU of the clock with nothing due for a while and 100,000 deliveries in the future."""
    with home() as place:
        call("prepare_ours", home=place, count=1, address="", first=3600.0, future=100_000)
        process = start("idle", home=place)
        time.sleep(10.0)
        seen = psutil.Process(process.pid)
        used, began = seen.cpu_times(), time.monotonic()
        time.sleep(30.0)
        now = seen.cpu_times()
        share = (now.user + now.system - used.user - used.system) / (time.monotonic() - began)
        held = seen.memory_info().rss / 2**20
        process.kill()
        process.communicate()
    print(f"\nIdle with 100,000 future deliveries: {share * 100:.1f} % of a core, {held:.0f} MiB resident.", flush=True)
