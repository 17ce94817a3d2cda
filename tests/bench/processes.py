"""Starting engines and the sink as processes, and asking the sink."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests


@contextmanager
def sink(latency: float = 0.0) -> Iterator[str]:
    """Run the sink; yields its address."""
    command = [sys.executable, "-m", "tests.bench.sink", str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def home() -> Iterator[str]:
    """A folder that is not there yet, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="publisher-bench-", ignore_cleanup_errors=True) as folder:
        yield str(Path(folder) / "home")


def start(verb: str, database: str = "", **options: Any) -> subprocess.Popen[str]:
    """Start an engine's verb in a process group of its own."""
    environment = {**os.environ, "BENCH_DATABASE": database}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.engines", verb, json.dumps(options)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
    )  # fmt: skip


def call(verb: str, database: str = "", **options: Any) -> Any:
    """Run an engine's verb to its end and return what it printed; RuntimeError with its last words otherwise."""
    process = start(verb, database, **options)
    out, err = process.communicate(timeout=600)
    if process.returncode != 0:
        raise RuntimeError(f"{verb}: {err.strip()[-2000:]}")
    return json.loads(out.strip().splitlines()[-1])


def arrived(address: str) -> dict[str, int]:
    """Return how often each key arrived at the sink."""
    found: dict[str, int] = requests.get(f"{address}keys", timeout=30).json()
    return found


def table(title: str, *columns: str) -> None:
    """Print the head of a table."""
    print(f"\n**{title}**\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


def row(*cells: object) -> None:
    """Print a row of a table."""
    print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)
