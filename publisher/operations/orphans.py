"""Files in the blob store that nothing refers to any more: drafts' pictures, previews, half a day's mistakes.

Every column that could name a file is looked through, of every table there is: a table that somebody adds tomorrow
cannot be forgotten here. A slice of the store a day keeps the memory small.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import JSON, Column, ColumnElement, String, Table, literal, select, tuple_

from publisher import clock
from publisher.delivery.outlets import World
from publisher.model import Base

SLICES = 16  # the store is looked through once in as many days
BATCH = 2000  # rows read at once; no transaction stays open over the whole table
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# Hashes of other things than files: a version's text, an act of the trail.
_NO_FILES = {"version.sha256", "audit.hash", "audit.previous", "audit.detail"}


def sweep(world: World, age: timedelta, part: int | None = None) -> int:
    """Delete the files older than `age` that nothing names, of one slice of the store (today's); return how many."""
    day = clock.now().date().toordinal()
    candidates = _old_files(world.files.folder / "blobs", age, day % SLICES if part is None else part)
    if not candidates:
        return 0
    for digest in _named(world):
        candidates.pop(digest, None)
    return sum(_delete(path, age) for path in candidates.values())


def _old_files(folder: Path, age: timedelta, part: int) -> dict[str, Path]:
    found = {}
    for shard in range(part, 256, SLICES):
        for path in (folder / f"{shard:02x}").glob("*"):
            if len(path.name) == 62 and _older(path, age):
                found[path.parent.name + path.name] = path
    return found


def _older(path: Path, age: timedelta) -> bool:
    try:
        return path.stat().st_mtime < (clock.now() - age).timestamp()
    except FileNotFoundError:
        return False


def columns() -> list[tuple[Table, list[Column[Any]]]]:
    """Return the columns in which a file's sha256 may stand: everything called so, and every JSON column."""
    found = []
    for table in Base.metadata.sorted_tables:
        naming = [column for column in table.columns if _may_name(column) and str(column) not in _NO_FILES]
        if naming:
            found.append((table, naming))
    return found


def _may_name(column: Column[Any]) -> bool:
    by_name = isinstance(column.type, String) or hasattr(column.type, "impl")
    return isinstance(column.type, JSON) or (by_name and ("sha256" in column.name or "digest" in column.name))


def _named(world: World) -> Iterator[str]:
    """Yield every sha256 that any row names; rows are read in batches over the primary key."""
    for table, naming in columns():
        keys = list(table.primary_key.columns)
        after: tuple[Any, ...] | None = None
        while True:
            query = select(*keys, *naming).order_by(*keys).limit(BATCH)
            if after is not None:
                query = query.where(_beyond(keys, after))
            with world.db.reading() as session:
                rows = session.execute(query).all()
            for row in rows:
                for value in row[len(keys) :]:
                    yield from _DIGEST.findall(value if isinstance(value, str) else str(value))
            if len(rows) < BATCH:
                break
            after = tuple(rows[-1][: len(keys)])


def _beyond(keys: list[Column[Any]], after: tuple[Any, ...]) -> ColumnElement[bool]:
    if len(keys) == 1:
        return cast("ColumnElement[bool]", keys[0] > after[0])
    values = (literal(value, key.type) for key, value in zip(keys, after, strict=True))
    return tuple_(*keys) > tuple_(*values)


def _delete(path: Path, age: timedelta) -> bool:
    """Take the file out of its place, look once more whether it is old, and only then delete it.

    Whoever stores the same bytes again meanwhile either renewed the file's time before (it goes back) or finds it
    gone and writes it anew: at no moment is a file lost that a new row refers to.
    """
    doomed = path.with_name(f".doomed-{path.name}")
    try:
        path.replace(doomed)
    except OSError:
        return False
    if not _older(doomed, age):
        doomed.replace(path)
        return False
    doomed.unlink()
    return True
