"""Numbers that lie in our own tables: readers of the portal day by day, and what stations said was on air."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.audit import CLOCK
from publisher.delivery.outlets import World
from publisher.model import BroadcastLog, Delivery, Evidence, Page, PageViews, Reading
from publisher.reach import evidence, ledger
from publisher.reach.ledger import Entry
from publisher.words import _

BACK = 40  # days: a clock that stood still for a month still takes them in
BATCH = 100  # readings a transaction: publishing waits no longer for the database


def take_portal_views(world: World, *, days: int = BACK) -> int:
    """Log the portal's readers of each finished day as the page's running total; return how many readings.

    A day is taken once a page (by key); views written later for it come with the next day's total.
    """
    today = clock.local_day(clock.now(), world.config.zone)
    taken = 0
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        with world.db.reading() as session:
            rows = _pages(session, day)
        as_of = ledger.end_of(day, world.config.zone)
        for start in range(0, len(rows), BATCH):
            with world.db.writing() as session:
                entries = [
                    Entry(
                        "views", row.total, "measured", as_of, delivery_id=_root(session, row.delivery_id),
                        key=_key(row.post_id, day),
                    )
                    for row in rows[start : start + BATCH]
                ]  # fmt: skip
                taken += len(ledger.log(session, CLOCK, world.config.zone, entries))
    return taken


def _key(post_id: int, day: date) -> str:
    return f"portal:{post_id}:{day.isoformat()}"


def _pages(session: Session, day: date) -> Sequence[Row[Any]]:
    """Return pages that were read on a day and have no reading of it, with all their views up to then."""
    before = aliased(PageViews)
    total = (
        select(func.sum(before.count))
        .where(before.post_id == PageViews.post_id, before.day <= day)
        .correlate(PageViews)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Page.post_id, Page.delivery_id, total.label("total"))
        .join(PageViews, PageViews.post_id == Page.post_id)
        .where(PageViews.day == day)
        .order_by(Page.post_id)
    ).all()
    keys = [_key(row.post_id, day) for row in rows]
    known: set[str | None] = set()
    for start in range(0, len(keys), 500):
        known |= set(session.scalars(select(Reading.key).where(Reading.key.in_(keys[start : start + 500]))))
    return [row for row in rows if _key(row.post_id, day) not in known]


def _root(session: Session, delivery_id: int) -> int:
    """Return the first publication behind a delivery: corrections go on with its running total."""
    while True:
        row = session.execute(select(Delivery.action, Delivery.follows_id).where(Delivery.id == delivery_id)).one()
        if row.action == "publish" or row.follows_id is None:
            return delivery_id
        delivery_id = row.follows_id


def take_broadcasts(world: World, *, days: int = BACK) -> int:
    """Log what stations aired: one play and its minutes for each line of the log that says «phát đủ» (vietnam.md §5.5).

    A corrected line takes the numbers of the line before it back. Return how many readings.
    """
    since = clock.now() - timedelta(days=days)
    with world.db.reading() as session:
        rows = _lines(session, since)
    taken = 0
    for start in range(0, len(rows), BATCH):
        with world.db.writing() as session:
            taken += sum(_air(session, world, line) for line in rows[start : start + BATCH])
    return taken


def _lines(session: Session, since: Any) -> Sequence[BroadcastLog]:
    """Return lines of the log that were not taken in yet, oldest first."""
    rows = session.scalars(
        select(BroadcastLog).where(BroadcastLog.recorded_at >= since).order_by(BroadcastLog.id)
    ).all()
    known: set[str | None] = set()
    keys = [f"broadcast:{row.id}" for row in rows]
    for start in range(0, len(keys), 500):
        known |= set(session.scalars(select(Reading.key).where(Reading.key.in_(keys[start : start + 500]))))
    return [row for row in rows if f"broadcast:{row.id}" not in known and (row.status == "full" or row.corrects_id)]


def _air(session: Session, world: World, line: BroadcastLog) -> int:
    if line.corrects_id is not None:
        _take_back(session, line)
    if line.status != "full":
        return 0
    minutes = max(round((line.ended_at - line.started_at).total_seconds() / 60), 1)
    note = _("Nhật ký phát sóng, dòng {number}").format(number=line.id)
    entries = [
        Entry(
            metric, value, "reported", min(line.started_at, clock.now()), delivery_id=line.delivery_id, note=note,
            evidence_id=line.evidence_id, key=key,
        )
        for metric, value, key in (
            ("plays", 1, f"broadcast:{line.id}"), ("minutes", minutes, f"broadcast:{line.id}:minutes")
        )
    ]  # fmt: skip
    if line.evidence_id is not None:
        row = session.get_one(Evidence, line.evidence_id)
        evidence.link(session, row, [("delivery", line.delivery_id)])
    return len(ledger.log(session, CLOCK, world.config.zone, entries))


def _take_back(session: Session, line: BroadcastLog) -> None:
    """Strike the numbers of every earlier line that this one replaces; doing it again changes nothing."""
    replaced = line.corrects_id
    while replaced is not None:
        keys = (f"broadcast:{replaced}", f"broadcast:{replaced}:minutes")
        standing = select(Reading.id).where(Reading.key.in_(keys), *ledger.STANDING)
        for reading_id in session.scalars(standing).all():
            ledger.strike(session, CLOCK, reading_id, _("Nhật ký phát sóng đã sửa ở dòng {n}").format(n=line.id))
        replaced = session.scalar(select(BroadcastLog.corrects_id).where(BroadcastLog.id == replaced))
