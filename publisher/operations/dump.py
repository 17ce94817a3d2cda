"""The database as text, one line a row: the same for SQLite and PostgreSQL, so one can be restored as the other."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Integer,
    String,
    Table,
    column,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from publisher.model import Base
from publisher.model.base import Utc

BATCH = 1000
# What only tells of the running program: a restored copy has not ticked yet.
LEFT_OUT = {"heartbeat", "ticker"}
KINDS: dict[str, TypeEngine[Any]] = {
    "instant": Utc(),
    "day": Date(),
    "json": JSON(),
    "flag": Boolean(),
    "whole": BigInteger(),
    "real": Double(),
    "text": String(),
}


def tables() -> list[Table]:
    """Return the tables that a backup holds, each after those it refers to."""
    return [one for one in Base.metadata.sorted_tables if one.name not in LEFT_OUT]


def lines(connection: Connection, what: Table) -> Iterator[str]:
    """Yield a table as text: first its columns with their kinds, then one JSON array a row, in the order of its key."""
    kinds = [_kind(one) for one in what.columns]
    yield json.dumps([[one.name, kind] for one, kind in zip(what.columns, kinds, strict=True)])
    query = select(what).order_by(*what.primary_key.columns).execution_options(stream_results=True, yield_per=BATCH)
    with connection.execute(query) as rows:
        for row in rows:
            yield json.dumps([_plain(value) for value in row], ensure_ascii=False, separators=(",", ":"))


def _kind(one: Column[Any]) -> str:
    if isinstance(one.type, Utc):
        return "instant"
    for kind, family in (("flag", Boolean), ("json", JSON), ("day", Date), ("whole", Integer), ("real", Double)):
        if isinstance(one.type, family):
            return kind
    return "text"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # a datetime is one, too


def load(connection: Connection, name: str, source: Iterable[str]) -> int:
    """Store the rows of a table that `lines` wrote; return how many. The table holds none before."""
    given = iter(source)
    columns = json.loads(next(given))
    target = table(name, *(column(one, KINDS[kind]) for one, kind in columns))
    names = [one for one, _kind in columns]
    readers = [_READERS.get(kind) for _name, kind in columns]
    total, batch = 0, []
    for line in given:
        values = json.loads(line)
        batch.append(
            {
                key: reader(value) if reader is not None and value is not None else value
                for key, value, reader in zip(names, values, readers, strict=True)
            }
        )
        if len(batch) == BATCH:
            connection.execute(insert(target), batch)
            total, batch = total + len(batch), []
    if batch:
        connection.execute(insert(target), batch)
    return total + len(batch)


_READERS = {"instant": datetime.fromisoformat, "day": date.fromisoformat}


def empty(connection: Connection) -> None:
    """Take every row out of every table, also of those whose triggers refuse to delete single rows."""
    names = [one.name for one in reversed(Base.metadata.sorted_tables) if _exists(connection, one.name)]
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        return
    for name in names:  # a new file: it holds no more than what migrations put there
        connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - names of our own tables


def _exists(connection: Connection, name: str) -> bool:
    return connection.dialect.has_table(connection, name)


def count_on(connection: Connection) -> None:
    """Let new rows get numbers beyond the stored ones; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for one in Base.metadata.sorted_tables:
        keys = list(one.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, Integer):
            key = keys[0].name
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{one.name}', '{key}'), coalesce(max({key}), 0) + 1, false) "  # noqa: S608 - names of our own tables
                    f"FROM {one.name}"
                )
            )
