"""Is this installation alive: does the database answer, does the clock tick, is there room on the disk?"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from publisher.delivery.jobs import Job, Silence, silences
from publisher.delivery.outlets import World
from publisher.model import Audit

LEAST_ROOM = 200 * 1024 * 1024  # bytes free: below, writes may fail within minutes
NEARLY_FULL = 5 * LEAST_ROOM  # below, people are told


@dataclass(frozen=True)
class Health:
    """What was found: `database` answers or not, the silent clock jobs, free bytes on the disk of the home."""

    database: bool
    silences: list[Silence] = field(default_factory=list)
    free: int | None = None  # None: the folder cannot be looked at

    @property
    def room(self) -> bool:
        """Whether there is enough free space to go on."""
        return self.free is not None and self.free >= LEAST_ROOM

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.database and not self.silences and self.room


def health(world: World, jobs: Sequence[Job], started_at: datetime) -> Health:
    """Look at database, clock and disk; `started_at` is when the asking process started. 2 queries, by primary key."""
    free = free_bytes(world.config.home)
    try:
        with world.db.reading() as session:
            return Health(True, silences(session, jobs, min(started_at, _first_act(session) or started_at)), free)
    except (DBAPIError, NoConnection, OSError):
        return Health(False, [], free)


def _first_act(session: Session) -> datetime | None:
    """Return when anything was done here for the first time: a clock that never ticked is missed from then on."""
    return session.scalar(select(Audit.at).order_by(Audit.id).limit(1))


def free_bytes(folder: Path) -> int | None:
    """Return the free space where `folder` lies, in bytes; None when it cannot be asked for."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
