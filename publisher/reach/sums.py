"""The sums of the ledger beside the ledger itself: comparing the two, and making the sums anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Subquery, case, cast, delete, func, insert, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from publisher import audit
from publisher.audit import Actor
from publisher.model import ReachDay, ReachHalf, Reading
from publisher.reach.ledger import STANDING, VALUE, wait

DIMENSIONS: tuple[InstrumentedAttribute[Any], ...] = (
    Reading.metric, Reading.unit_id, Reading.channel, Reading.form, Reading.themes, Reading.measure, Reading.source,
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A cell in which the sum and the ledger disagree."""

    table: str
    day: date
    metric: str
    unit_id: int
    kept: int
    counted: int


def half(day: date) -> date:
    """Return the first day of the half month in which a day lies: the 1st or the 15th."""
    return day.replace(day=1 if day.day < 15 else 15)


def counted() -> Subquery:
    """Return the ledger's own figures as a query: day, dimensions, what each standing reading gained, its time.

    It reads every row: for checks and for making the sums anew.
    """
    standing = (
        select(Reading.id, Reading.day, *DIMENSIONS, Reading.series, Reading.as_of, VALUE.label("value"))
        .where(Reading.day.is_not(None), *STANDING)
        .subquery("standing")
    )
    order = (standing.c.as_of, standing.c.id)
    before = func.lag(standing.c.value, 1, 0).over(partition_by=standing.c.series, order_by=order)
    gain = case((standing.c.series.is_(None), standing.c.value), else_=standing.c.value - before)
    names = [column.key for column in DIMENSIONS]
    return select(
        standing.c.day, *(standing.c[name] for name in names), standing.c.as_of, cast(gain, BigInteger).label("gain")
    ).subquery("counted")


def _half_of(session: Session, day: Any) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        shift = case((func.strftime("%d", day) < "15", "+0 days"), else_="+14 days")
        return type_coerce(func.date(day, "start of month", shift), Date)
    days = case((func.extract("day", day) < 15, literal(0)), else_=literal(14))
    return type_coerce(cast(func.date_trunc("month", day), Date) + days, Date)


def rebuild(session: Session, actor: Actor) -> tuple[int, int]:
    """Make both tables of sums anew from the ledger, in the caller's transaction; return how many cells each has."""
    wait(session)
    sizes = []
    for table, span in ((ReachDay, "day"), (ReachHalf, "half")):
        rows = counted()
        when = rows.c.day if span == "day" else _half_of(session, rows.c.day)
        groups = [rows.c[column.key] for column in DIMENSIONS]
        query = select(
            when.label("span"), *groups, func.sum(rows.c.gain), func.count(), func.max(rows.c.as_of)
        ).group_by(when, *groups)
        session.execute(delete(table))
        names = [span, *(column.key for column in DIMENSIONS), "total", "readings", "last_at"]
        session.execute(insert(table).from_select(names, query, include_defaults=False))
        sizes.append(session.scalar(select(func.count()).select_from(table)) or 0)
    audit.record(session, actor, "reach.rebuild", "reading", 0, days=sizes[0], halves=sizes[1])
    return sizes[0], sizes[1]


def differences(session: Session, most: int = 100) -> list[Difference]:
    """Return cells in which the sums differ from the ledger, at most `most` of each table; empty when all is well.

    A cell whose readings were all struck is the same as none.
    """
    found: list[Difference] = []
    for table, span in ((ReachDay, "day"), (ReachHalf, "half")):
        kept = dict(_kept(session, table, span))
        for key, total in _figures(session, span):
            have = kept.pop(key, None)
            if have != total and len(found) < most:
                found.append(Difference(table.__tablename__, key[0], key[1], key[2], (have or (0, 0))[0], total[0]))
        for key, total in kept.items():
            if total != (0, 0) and len(found) < 2 * most:
                found.append(Difference(table.__tablename__, key[0], key[1], key[2], total[0], 0))
    return found


_Cell = tuple[tuple[Any, ...], tuple[int, int]]


def _kept(session: Session, table: Any, span: str) -> Iterator[_Cell]:
    names = (span, *(column.key for column in DIMENSIONS), "total", "readings")
    for row in session.execute(select(*(getattr(table, name) for name in names))):
        yield tuple(row[:-2]), (row[-2], row[-1])


def _figures(session: Session, span: str) -> Iterator[_Cell]:
    rows = counted()
    when = rows.c.day if span == "day" else _half_of(session, rows.c.day)
    groups = [when, *(rows.c[column.key] for column in DIMENSIONS)]
    for row in session.execute(select(*groups, func.sum(rows.c.gain), func.count()).group_by(*groups)):
        yield tuple(row[:-2]), (int(row[-2]), row[-1])
