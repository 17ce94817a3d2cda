"""`python -m tests.faults.clocked FILE ARGUMENTS…`: the program under a wall clock that is wrong by FILE's seconds.

Ours and APScheduler's, the two that read the wall clock; the monotonic one stays right, as it does on a real machine.
"""

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import apscheduler.schedulers.base
import apscheduler.triggers.date
import apscheduler.triggers.interval

from publisher import clock
from publisher.cli import main

WATCH = Path(sys.argv[1])


def wrong_by() -> timedelta:
    """Return how wrong the clock is just now."""
    return timedelta(seconds=float(WATCH.read_text("ascii") or 0))


class WrongTime(datetime):
    """A `datetime` whose `now` is wrong."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + wrong_by()


if __name__ == "__main__":
    for module in (apscheduler.schedulers.base, apscheduler.triggers.date, apscheduler.triggers.interval):
        module.datetime = WrongTime
    with clock.reading(lambda: datetime.now(UTC) + wrong_by()):
        main(sys.argv[2:], prog_name="publisher")
