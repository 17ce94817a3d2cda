"""Counting how often pages are read: a number per page and day of the office's calendar, nothing about readers."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from publisher.model import PageViews


def add(session: Session, counts: Mapping[tuple[int, date], int]) -> None:
    """Add views by (post id, day) in one statement; several machines may add at once and none is lost."""
    if not counts:
        return
    rows = [{"post_id": post_id, "day": day, "count": count} for (post_id, day), count in sorted(counts.items())]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(PageViews).values(rows)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[PageViews.post_id, PageViews.day],
            set_={"count": PageViews.count + added.excluded.count},
        )
    )
