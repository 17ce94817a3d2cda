"""Counting how often pages are read: a number per page and day of the office's calendar, nothing about readers.

An address may say where it was read (`?nguon=banner` in the code on a banner): such views count there as well.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from publisher.model import PageSource, PageViews


def add(session: Session, counts: Mapping[tuple[int, date], int]) -> None:
    """Add views by (post id, day) in one statement; several machines may add at once and none is lost."""
    _add(session, PageViews, ("post_id", "day"), counts)


def add_sources(session: Session, counts: Mapping[tuple[int, date, str], int]) -> None:
    """Add views by (post id, day, where the address was read), as `add` does."""
    _add(session, PageSource, ("post_id", "day", "source"), counts)


def _add(
    session: Session, table: type[PageViews | PageSource], names: Sequence[str], counts: Mapping[Any, int]
) -> None:
    if not counts:
        return
    # In one order on every machine: two that lock the same rows crosswise would wait for each other.
    rows = [{**dict(zip(names, key, strict=True)), "count": count} for key, count in sorted(counts.items())]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(table).values(rows)
    session.execute(
        added.on_conflict_do_update(index_elements=list(names), set_={"count": table.count + added.excluded.count})
    )
