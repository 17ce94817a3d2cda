"""What a clock job is, and the engine's own; every job is watched through its heartbeat."""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.outlets import World
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.model import Firing, Heartbeat, Ticker
from publisher.words import _, mark


@dataclass(frozen=True)
class Job:
    """A clock job: how often it runs (seconds), after how many seconds of silence it counts as dead."""

    name: str
    title: str
    every: int
    deadline: int
    run: Callable[[World], str]


def _deliver(world: World) -> str:
    return ""  # the clock itself wakes deliveries; this row is its heartbeat


def _recover(world: World) -> str:
    return f"expired={expire_leases(world)} held={hold_paused(world)}"


def _check_trail(world: World) -> str:
    """Once a day: read the chain of the trail from its beginning."""
    now = clock.now()
    if not first_today(world, "check_trail", now):
        return ""
    with world.db.reading() as session:
        broken = audit.first_break(session)
    with world.db.writing() as session:
        firing = session.scalars(select(Firing).where(Firing.job == "check_trail").order_by(Firing.due_at.desc()))
        row = firing.first()
        if row is not None:
            row.ended_at, row.message = clock.now(), "" if broken is None else f"row {broken}"
    return "" if broken is None else _("Nhật ký bị sửa ở dòng {row}.").format(row=broken)


def first_today(world: World, job: str, now: datetime) -> bool:
    """Claim today's run of a daily job; the UNIQUE(job, due_at) of the table lets one process win."""
    due = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with world.db.reading() as session:
        if session.scalar(select(Firing.id).where(Firing.job == job, Firing.due_at == due)) is not None:
            return False
    try:
        with world.db.writing() as session:
            session.add(Firing(job=job, due_at=due, started_at=now))
    except IntegrityError:
        return False
    return True


ENGINE_JOBS: tuple[Job, ...] = (
    Job("deliver", mark("Phát hành bài đến giờ"), 2, 120, _deliver),
    Job("recover", mark("Dọn các lần gửi dở dang"), 10, 120, _recover),
    Job("check_trail", mark("Kiểm tra chuỗi nhật ký"), 3600, 3 * 3600, _check_trail),
)


BORN = clock.now()
PROCESS = f"{socket.gethostname()}/{os.getpid()}/{BORN:%H%M%S}"
GAP = timedelta(seconds=120)  # a clock that has been away for longer begins anew


def beat(world: World, job: str, message: str) -> None:
    """Note that a job ran to its end just now; `deliver`, the clock's own, also that this process ticks."""
    now = clock.now()
    since = case((Heartbeat.at < now - GAP, now), else_=func.coalesce(Heartbeat.since, now))
    with world.db.writing() as session:
        seen = session.execute(
            update(Heartbeat)
            .where(Heartbeat.job == job)
            .values(at=now, message=message, since=since)
            .execution_options(synchronize_session=False)
        )
        if not seen.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
            session.merge(Heartbeat(job=job, at=now, message=message, since=now))
        if job == "deliver":
            session.merge(Ticker(process=PROCESS, started_at=BORN, at=now))


@dataclass(frozen=True)
class Silence:
    """A clock job that has been quiet for longer than its deadline, and since when."""

    job: str
    title: str
    since: datetime


def silences(session: Session, jobs: Sequence[Job], started_at: datetime) -> list[Silence]:
    """Return those `jobs` that have been quiet for longer than their deadline.

    The clock itself gets no patience for a process that has just started: a web process that is restarted again and
    again must not hide that nothing ticks. `started_at` counts only where it never ticked at all. The other jobs
    count from when the clock came back. A beat from the future is as good as none.
    """
    now = clock.now()
    beats = {row.job: row for row in session.scalars(select(Heartbeat))}
    pulse = beats.get("deliver")
    back = started_at if pulse is None else pulse.since or pulse.at
    found = []
    for job in jobs:
        beat = beats.get(job.name)
        since = (beat.at if beat else started_at) if job.name == "deliver" else max(beat.at if beat else back, back)
        if abs(now - since) > timedelta(seconds=job.deadline):
            found.append(Silence(job.name, job.title, since))
    return found


def silent(session: Session, jobs: Sequence[Job], started_at: datetime) -> list[str]:
    """Return the titles of those `jobs` that have been quiet for longer than their deadline."""
    return [found.title for found in silences(session, jobs, started_at)]
