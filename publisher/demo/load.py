"""Loading the demonstration into an empty installation."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock, planning
from publisher.audit import COMMAND, acting
from publisher.clock import local_day
from publisher.delivery.drain import tick
from publisher.delivery.jobs import beat
from publisher.demo import prints, radio, reach
from publisher.demo.outlets import add_accounts, wishes
from publisher.demo.people import PLAN_UNITS, Cast, make_people, make_units
from publisher.editorial import drafting, review, scheduling
from publisher.editorial.content import Content
from publisher.installation import Installation
from publisher.intake.posts import Row, read_file
from publisher.model import Person, Plan, Post, Slot, Task, Unit
from publisher.words import _
from schedules.plan_file import load as load_plan
from schedules.plan_file import plans

POSTS = Path(__file__).parent / "posts.json"
WEEKS = 26  # of posts before today, and again after it
FIRST_OUT = timedelta(seconds=40)  # after the start, the first post is seen going out

# Which sample posts each unit publishes: the union its own, the board those for enterprises.
SHARES = {
    "phuong-an-mau": ("P01", "P02", "P03", "P04", "P05", "P09", "P10", "P11"),
    "so-noi-vu": ("P07", "P11", "P08", "P09"),
    "ban-quan-ly": ("P06", "P08", "P01", "P03"),
    "ldld-tinh": ("P12", "P05"),
}


def load(installation: Installation) -> list[str]:
    """Load the demonstration where nobody works yet; return what to tell the person who started it."""
    home = installation.config.home
    with installation.world.db.reading() as session:
        empty = session.scalar(select(Person.id).limit(1)) is None
    if empty:
        _fill(installation)
    people = home / "demo-people.txt"
    if not people.exists():
        return [_("Cơ sở dữ liệu đã có dữ liệu: không nạp bài mẫu.")]
    lines = people.read_text("utf-8").splitlines()
    return [_("Người dùng mẫu (thư điện tử  mật khẩu):"), *(f"  {line}" for line in lines)]


def _fill(installation: Installation) -> None:
    world, zone = installation.world, installation.config.zone
    now = clock.now()
    today = local_day(now, zone)
    start = now - timedelta(weeks=WEEKS + 2)
    with clock.reading(start), world.db.writing() as session:
        cast = Cast(units := make_units(session), make_people(session, units, installation.config.home))
        for code in SHARES:
            add_accounts(session, world, units[code])
        for code, unit_code in PLAN_UNITS.items():
            planning.import_plan(session, COMMAND, units[unit_code], load_plan(plans()[code]), year=today.year)
    rows = {f"P{row.number:02}": row for row in read_file(POSTS, zone)}
    schedule = _schedule(today, zone)
    with world.db.writing() as session:
        for unit_code, key, due_at, title in schedule:
            _publish(session, installation, cast, units[unit_code], rows[key], due_at, title, start)
    for due_at in sorted({entry[2] for entry in schedule if entry[2] <= now}):
        with clock.reading(due_at):
            tick(world)
    with world.db.writing() as session:
        reach.load(session, installation, cast.units, now)
        _work_in_progress(session, installation, cast, rows, now)
    prints.load(installation, cast, _content(rows["P04"], f" – {_('đợt treo băng rôn')}"), now)
    radio.add_station(installation, cast, {key: row.content for key, row in rows.items()}, zone)
    beat(world, "deliver", "")  # the first act lies a year back: the clock must not count as silent since then


def _schedule(today: date, zone: ZoneInfo) -> list[tuple[str, str, datetime, str]]:
    """Return who publishes which sample post when: (unit, post, due time, title suffix), a year around today."""
    chance = random.Random(2026)  # noqa: S311 - the same demonstration each time
    found = []
    used: dict[tuple[str, str], int] = {}
    monday = today - timedelta(days=today.weekday())
    for week in range(-WEEKS, WEEKS + 1):
        for unit, keys in SHARES.items():
            if unit != "phuong-an-mau" and week % 3 != list(SHARES).index(unit) % 3:
                continue
            key = keys[(week + WEEKS) % len(keys)]
            day = monday + timedelta(weeks=week, days=chance.choice((0, 1, 2, 3, 4)))
            if day == today:
                day += timedelta(days=1)
            times = used[unit, key] = used.get((unit, key), 0) + 1
            suffix = f" ({_('nhắc lại tháng')} {day.month}/{day.year})" if times > 1 else ""
            at = time(chance.choice((5, 7, 8, 16)), chance.choice((0, 15, 30)))
            found.append((unit, key, datetime.combine(day, at, tzinfo=zone), suffix))
    return found


def _publish(
    session: Session,
    installation: Installation,
    cast: Cast,
    unit: Unit,
    row: Row,
    due_at: datetime,
    suffix: str,
    start: datetime,
) -> None:
    """Write, submit and approve one sample post as its people would have done two days before."""
    editor, approver = cast.people["editor"], cast.people["approver"]
    written = max(start, min(due_at, clock.now()) - timedelta(days=2))
    slot = _slot_for(session, unit, due_at)
    content, wanted = _content(row, suffix), wishes(session, unit, row, due_at)
    with clock.reading(written):
        post = drafting.draft(
            session, editor, acting(editor), unit, content,
            slot_id=slot.id if slot else None, task_id=slot.task_id if slot else None,
        )  # fmt: skip
        if slot is not None:
            slot.state = "used"
        scheduling.place(session, editor, post, post.revision, wanted)
        review.submit(session, editor, post, post.revision)
    with clock.reading(written + timedelta(hours=5)):
        review.approve(session, installation.world, approver, post, post.revision, installation.config.public_url)


def _content(row: Row, suffix: str) -> Content:
    return replace(row.content, title=row.content.title + suffix)


def _slot_for(session: Session, unit: Unit, due_at: datetime) -> Slot | None:
    """Return the open slot of the unit's plan that lies nearest to the day, within three weeks."""
    nearby = session.scalars(
        select(Slot)
        .join(Task, Task.id == Slot.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(Plan.unit_id == unit.id, Slot.state == "proposed", Slot.channel == "portal")
        .where(Slot.day.between(due_at.date() - timedelta(days=21), due_at.date() + timedelta(days=21)))
    ).all()
    return min(nearby, key=lambda slot: abs((slot.day - due_at.date()).days), default=None)


def _work_in_progress(
    session: Session, installation: Installation, cast: Cast, rows: dict[str, Row], now: datetime
) -> None:
    """Leave some work on the desk: one post about to go out, two to approve, one returned, one draft."""
    unit = cast.units["phuong-an-mau"]
    editor, approver = session.merge(cast.people["editor"]), session.merge(cast.people["approver"])

    def written(key: str, title: str, due_at: datetime) -> Post:
        content = _content(rows[key], title)
        post = drafting.draft(session, editor, acting(editor), unit, content)
        scheduling.place(session, editor, post, post.revision, wishes(session, unit, rows[key], due_at))
        return post

    first = written("P01", f" – {_('bài phát ngay sau khi khởi động')}", clock.now() + FIRST_OUT)
    review.submit(session, editor, first, first.revision)
    review.approve(session, installation.world, approver, first, first.revision, installation.config.public_url)
    for key, days in (("P05", 2), ("P11", 5)):
        post = written(key, f" – {_('bản chờ duyệt')}", now + timedelta(days=days))
        review.submit(session, editor, post, post.revision)
    returned = written("P10", f" – {_('bản cần sửa')}", now + timedelta(days=7))
    review.submit(session, editor, returned, returned.revision)
    review.return_(session, approver, returned, returned.revision, _("Bổ sung thời hạn công khai theo quy định."))
    written("P02", f" – {_('bản nháp')}", now + timedelta(days=9))
