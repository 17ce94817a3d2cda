"""The state of the system: does the clock tick, is the schema current, what is set."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from flask import current_app, render_template
from sqlalchemy import ScalarSelect, func, literal, select

from channels import registry
from publisher.delivery.jobs import silent
from publisher.model import (
    Account,
    Attempt,
    Audit,
    Delivery,
    Heartbeat,
    Media,
    Page,
    Person,
    Plan,
    Post,
    Reading,
    Slot,
    Unit,
    Version,
)
from publisher.operations.health import NEARLY_FULL, free_bytes
from publisher.operations.mail import server_of
from publisher.operations.metrics import database_bytes
from publisher.security import everywhere
from publisher.timetable import JOBS
from publisher.web.admin.blueprint import admin
from publisher.web.context import installation, me, public_url, reading, world
from publisher.web.guard import permission
from publisher.words import _, mark

TABLES: tuple[tuple[str, Any], ...] = (
    (mark("Đơn vị"), Unit),
    (mark("Người dùng"), Person),
    (mark("Tài khoản kênh"), Account),
    (mark("Bài"), Post),
    (mark("Phiên bản bài"), Version),
    (mark("Lượt phát hành"), Delivery),
    (mark("Lần gửi"), Attempt),
    (mark("Trang trên cổng"), Page),
    (mark("Ảnh"), Media),
    (mark("Kế hoạch"), Plan),
    (mark("Ngày kế hoạch đề xuất"), Slot),
    (mark("Số liệu tiếp cận"), Reading),
    (mark("Dòng nhật ký"), Audit),
)


MOST = 100_000  # rows that are counted one by one


@dataclass(frozen=True)
class Beat:
    """A clock job and when it last ran to its end."""

    title: str
    every: int  # seconds
    at: datetime | None
    message: str
    silent: bool


@admin.get("/he-thong")
@permission("administer")
def state() -> str:
    """Show the clock jobs, the schema's revision, the number of rows and the settings from outside: 7 queries.

    How much there is in all and where it lies is for whoever administers everything.
    """
    counts = [_counted(table) for _title, table in TABLES]
    with reading() as session:
        everything = everywhere(session, me(session), "administer")
        beats = {row.job: row for row in session.scalars(select(Heartbeat))}
        quiet = silent(session, JOBS, current_app.extensions["started_at"])
        numbers = session.execute(select(*counts)).one()
        stored = database_bytes(session)
    jobs = []
    for job in JOBS:
        beat = beats.get(job.name)
        said = _said(beat.message) if beat else ""
        jobs.append(Beat(_(job.title), job.every, beat.at if beat else None, said, job.title in quiet))
    found, newest = world().db.revision()
    config = installation().config
    free = free_bytes(config.home)
    return render_template(
        "admin/state.html",
        jobs=jobs, found=found, newest=newest, sqlite=config.on_sqlite, zone=config.timezone, address=public_url(),
        rows=[(_(title), count) for (title, _table), count in zip(TABLES, numbers, strict=True)] if everything else [],
        most=MOST, channels=registry(), started_at=current_app.extensions["started_at"], release=version("publisher"),
        home=str(config.home.resolve()) if everything else "",
        stored=stored // 2**20, free=None if free is None else free // 2**20, full=(free or 0) < NEARLY_FULL,
        mail=server.place if (server := server_of(config)) and everything else "", has_mail=bool(config.smtp_url),
    )  # fmt: skip


def _counted(table: Any) -> ScalarSelect[int]:
    """Count rows up to `MOST` and one more: a table of millions takes seconds to count."""
    some = select(literal(1)).select_from(table).limit(MOST + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _said(message: str) -> str:
    """Return what a job has to tell people; counters (`expired=0`) are for the log."""
    return "" if "=" in message else message
