"""What a clock job is, and the engine's own; every job is watched through its heartbeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.outlets import World
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.model import Firing, Heartbeat
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


def _tidy(world: World) -> str:
    """Forget firings of more than a year ago."""
    with world.db.writing() as session:
        session.execute(delete(Firing).where(Firing.due_at < clock.now() - timedelta(days=400)))
    return ""


ENGINE_JOBS: tuple[Job, ...] = (
    Job("deliver", mark("Phát hành bài đến giờ"), 2, 120, _deliver),
    Job("recover", mark("Dọn các lần gửi dở dang"), 10, 120, _recover),
    Job("check_trail", mark("Kiểm tra chuỗi nhật ký"), 3600, 3 * 3600, _check_trail),
    Job("tidy", mark("Dọn dữ liệu tạm"), 6 * 3600, 24 * 3600, _tidy),
)


def beat(world: World, job: str, message: str) -> None:
    """Note that a job ran to its end just now."""
    with world.db.writing() as session:
        session.merge(Heartbeat(job=job, at=clock.now(), message=message))


def silent(session: Session, jobs: Sequence[Job], started_at: datetime) -> list[str]:
    """Return the titles of those `jobs` that have been quiet for longer than their deadline."""
    now = clock.now()
    seen = {row.job: row.at for row in session.scalars(select(Heartbeat))}
    return [
        job.title
        for job in jobs
        if now - max(seen.get(job.name, started_at), started_at) > timedelta(seconds=job.deadline)
    ]
