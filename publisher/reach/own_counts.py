"""Readers of our own portal: each finished day becomes a reading of the page's running total."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.audit import CLOCK
from publisher.delivery.outlets import World
from publisher.model import Delivery, Page, PageViews, Reading
from publisher.reach import ledger
from publisher.reach.ledger import Entry

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
