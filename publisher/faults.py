"""Named points at which a test may stop the process; refused in a home that is not marked as one for tests."""

import os
import time
from pathlib import Path

MARK = "only-for-tests"  # a file of this name in the home allows fault points
POINTS = ("before_claim", "after_claim", "after_accept", "during_record", "after_record")

_armed: tuple[str, Path] | None = None


def arm(home: Path) -> None:
    """Read `PUBLISHER_FAULT` (one of `POINTS`) once at start; raise RuntimeError where it has no business."""
    global _armed
    name = os.environ.get("PUBLISHER_FAULT", "")
    if not name:
        return
    if name not in POINTS or not (home / MARK).exists():
        raise RuntimeError(f"PUBLISHER_FAULT={name}: only a test's home may ask for a fault, at one of {POINTS}")
    _armed = (name, home / "fault-reached")


def point(name: str) -> None:
    """Say that `name` was reached and wait to be killed, if a test armed this point; else do nothing."""
    if _armed is not None and _armed[0] == name:
        _armed[1].write_text(name, encoding="utf-8")
        time.sleep(3600)
