"""Named points at which a test may stop the process; refused in a home that is not marked as one for tests."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "only-for-tests"  # a file of this name in the home allows fault points
REACHED = "fault-reached"  # a waiting process makes this file, and goes on when a test takes it away
POINTS = (
    "before_claim", "during_claim", "after_claim", "before_call", "after_notes", "after_accept",
    "during_record", "after_record", "during_recovery",
)  # fmt: skip
TOKEN_POINTS = ("token_marked", "token_answered", "token_saved")  # around a renewal, not around a delivery

_armed: tuple[str, Callable[[], None]] | None = None


def arm(home: Path) -> None:
    """Read `PUBLISHER_FAULT` once at start; raise RuntimeError where it has no business.

    It names one of `POINTS`; the process waits there to be killed. With `:exit` behind it the process ends there.
    """
    name, _colon, how = os.environ.get("PUBLISHER_FAULT", "").partition(":")
    if not name:
        return
    _check(home, name)
    _arm(name, _exit if how == "exit" else lambda: _wait(home / REACHED))


@contextmanager
def reaching(home: Path, name: str, act: Callable[[], None]) -> Iterator[None]:
    """Call `act` the next time `name` is reached within the block: tests that play several processes in one."""
    _check(home, name)
    _arm(name, act)
    try:
        yield
    finally:
        _arm(None)


def point(name: str) -> None:
    """Say that `name` was reached and do what a test armed for it, once; else do nothing."""
    if _armed is not None and _armed[0] == name:
        act = _armed[1]
        _arm(None)
        act()


def _check(home: Path, name: str) -> None:
    if name not in POINTS + TOKEN_POINTS or not (home / MARK).exists():
        raise RuntimeError(f"PUBLISHER_FAULT={name}: only a test's home may ask for a fault, at one of {POINTS}")


def _arm(name: str | None, act: Callable[[], None] = lambda: None) -> None:
    global _armed
    _armed = None if name is None else (name, act)


def _exit() -> None:
    os._exit(70)


def _wait(reached: Path) -> None:
    reached.touch()
    while reached.exists():
        time.sleep(0.02)
