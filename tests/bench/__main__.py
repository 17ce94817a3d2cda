"""`python -m tests bench`: the tables of README, each beside its peers in the same run. Never fails on a time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def sink(latency: float) -> Iterator[str]:
    """Run the sink; yields its address."""
    command = [sys.executable, "-m", "tests.bench.sink", str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.wait()


def measured(engine: str, count: int, address: str, accounts: int = 5) -> dict[str, Any]:
    """Run an engine in a process of its own and return what it measured."""
    command = [sys.executable, "-m", "tests.bench.engines", engine, str(count), address, str(accounts)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr else "ended without a word"}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def line(title: str, count: int, result: dict[str, Any], base: float) -> str:
    """Write one row of the throughput table."""
    if "error" in result:
        return f"| {title} | {result['error'][:60]} | | | |"
    rate = count / result["seconds"]
    times = f"{rate / base:.2f}" if base else "–"
    return f"| {title} | {rate:,.0f} | {times} | {result['cpu'] / count * 1000:.2f} | {result['rss']:.0f} |"


def throughput(count: int) -> None:
    """Everything due at once, the outlet answers at once."""
    print(f"\n{count} deliveries due at once, outlet answers at once\n")
    print("| | deliveries/s | x bare loop | CPU ms each | MiB |\n|---|---|---|---|---|")
    with sink(0) as address:
        bare = measured("bare", count, address)
        base = count / bare["seconds"]
        print(line("bare loop of requests, nothing stored", count, bare, base))
        print(line("publisher, 5 accounts", count, measured("ours", count, address), base))
        print(line("publisher, 1 account", count, measured("ours", count, address, 1), base))
        print(line("Huey on SQLite, 16 threads", count, measured("huey", count, address), base))
        few = max(count // 5, 200)
        print(line(f"APScheduler job store ({few})", few, measured("naive", few, address), base))
    print(line("publisher, HTTP left out", count, measured("ours", count, ""), base))


def punctuality() -> None:
    """How late deliveries begin."""
    print("\nHow late deliveries begin, in ms\n")
    print("| | p50 | p99 | max | begun |\n|---|---|---|---|---|")
    with sink(0) as address:
        runs = (("1,000 over a minute", "ours_timed", 1000), ("500 in one second", "ours_burst", 500))
        for title, engine, count in runs:
            result = measured(engine, count, address)
            lags = [lag * 1000 for lag in result.get("lags", [])]
            if not lags:
                print(f"| {title} | {result.get('error')} | | | |")
                continue
            p50, p99 = lags[len(lags) // 2], lags[int(len(lags) * 0.99)]
            print(f"| {title} | {p50:.0f} | {p99:.0f} | {lags[-1]:.0f} | {len(lags)} of {count} |")


def main(arguments: list[str]) -> int:
    """Run the tables; `python -m tests bench 2000` runs the first with another count."""
    throughput(int(arguments[0]) if arguments else 10_000)
    punctuality()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
