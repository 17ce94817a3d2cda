"""What is measured of a process: seconds, CPU seconds, memory in MiB."""

import time
from collections.abc import Callable
from typing import Any

import psutil


def measured(run: Callable[[], None]) -> dict[str, Any]:
    """Run something and return {"seconds", "cpu", "memory"}: memory is the proportional set size where the system
    tells it (Linux), else the resident one."""
    cpu, began = time.process_time(), time.perf_counter()
    run()
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu": used, "memory": memory()}


def memory() -> float:
    """Return the MiB this process holds."""
    held = psutil.Process().memory_full_info()
    return float(getattr(held, "pss", held.rss)) / 2**20
