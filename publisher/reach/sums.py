"""The sums of the ledger beside the ledger itself: comparing the two, and making the sums anew."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Subquery,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)
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
    names = [column.key for column in DIMENSIONS]
    rows = counted()
    groups = [rows.c.day, *(rows.c[name] for name in names)]
    days = select(*groups, func.sum(rows.c.gain), func.count(), func.max(rows.c.as_of)).group_by(*groups)
    when = _half_of(session, ReachDay.day)
    wide = [when, *(getattr(ReachDay, name) for name in names)]
    halves = select(*wide, func.sum(ReachDay.total), func.sum(ReachDay.readings), func.max(ReachDay.last_at))
    sizes = []
    for table, span, query in ((ReachDay, "day", days), (ReachHalf, "half", halves.group_by(*wide))):
        session.execute(delete(table))
        columns = [span, *names, "total", "readings", "last_at"]
        session.execute(insert(table).from_select(columns, query, include_defaults=False))
        sizes.append(session.scalar(select(func.count()).select_from(table)) or 0)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE reach_day, reach_half"))  # its own housekeeping comes a minute later
    audit.record(session, actor, "reach.rebuild", "reading", 0, days=sizes[0], halves=sizes[1])
    return sizes[0], sizes[1]


def differences(session: Session, most: int = 100) -> list[Difference]:
    """Return cells in which the sums differ, at most `most` of each table; empty when all is well: 2 queries.

    Days are compared with the ledger, half months with the days. The database does it, so memory stays flat. A cell
    whose readings were all struck is the same as none.
    """
    names = [column.key for column in DIMENSIONS]
    rows = counted()
    ledger = select(
        rows.c.day, *(rows.c[name] for name in names), rows.c.gain.label("total"), literal(1).label("readings")
    )
    days = select(*(getattr(ReachDay, name) for name in ("day", *names, "total", "readings")))
    as_halves = select(
        _half_of(session, ReachDay.day).label("half"), *(getattr(ReachDay, name) for name in names), ReachDay.total,
        ReachDay.readings,
    )  # fmt: skip
    halves = select(*(getattr(ReachHalf, name) for name in ("half", *names, "total", "readings")))
    return [
        *_compared(session, "reach_day", days, ledger, most),
        *_compared(session, "reach_half", halves, as_halves, most),
    ]


def _compared(session: Session, table: str, kept: Any, right: Any, most: int) -> list[Difference]:
    """Return the groups in which two queries (group, total, readings) do not add up to the same."""
    sides = []
    for query, sign in ((kept, 1), (right, -1)):
        one = query.subquery()
        *group, total, readings = one.c
        sides.append(
            select(
                *(column.label(f"k{at}") for at, column in enumerate(group)),
                case((literal(sign > 0), total), else_=0).label("kept"),
                case((literal(sign < 0), total), else_=0).label("counted"),
                (sign * readings).label("readings"),
            )
        )
    both = union_all(*sides).subquery()
    *group, total, counted_total, readings = both.c
    unequal = or_(func.sum(total) != func.sum(counted_total), func.sum(readings) != 0)
    query = select(*group[:3], func.sum(total), func.sum(counted_total)).group_by(*group).having(unequal).limit(most)
    return [Difference(table, row[0], row[1], row[2], int(row[3]), int(row[4])) for row in session.execute(query)]
