"""Products: what went out in a window, one by one with address and last numbers, and how many by theme and channel."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.model import Account, Delivery, Landing, Reading, Unit
from publisher.reach import evidence
from publisher.reach.figures import Dim
from publisher.reach.ledger import STANDING, VALUE

# Out and standing: what an outlet took live, or what people were handed and have confirmed as aired or hung.
STANDS = or_(
    and_(Landing.kind == "live", Delivery.state.in_(("sent", "confirmed"))),
    and_(Landing.kind == "handed_over", Delivery.state == "confirmed"),
)


@dataclass(frozen=True)
class Last:
    """The last value of a metric that counts, and how and when it was known."""

    value: int
    measure: str
    source: str
    as_of: datetime


@dataclass(frozen=True)
class Product:
    """One thing that went out, as reports list it."""

    delivery_id: int
    post_id: int
    unit_id: int
    unit: str
    channel: str
    account: str
    title: str
    themes: tuple[str, ...]
    landed_at: datetime
    url: str
    remote_id: str
    kind: str
    state: str
    readings: dict[str, Last]
    proofs: int


@dataclass(frozen=True)
class Count:
    """How many; a dimension that was not asked for is None, "" is none at all."""

    number: int
    unit_id: int | None = None
    channel: str | None = None
    form: str | None = None
    theme: str | None = None
    month: date | None = None


def _within(zone: ZoneInfo, units: Collection[int], since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    begin, end = clock.day_span(since, until, zone)
    return (Landing.unit_id.in_(units), Landing.landed_at >= begin, Landing.landed_at < end, STANDS)


def _narrow(query: Any, channel: str, theme: str) -> Any:
    if channel:
        query = query.where(Landing.channel == channel)
    if theme:
        query = query.where(("," + Landing.themes + ",").contains(f",{theme},", autoescape=True))
    return query


def count_products(
    session: Session,
    zone: ZoneInfo,
    units: Collection[int],
    since: date,
    until: date,
    *,
    channel: str = "",
    theme: str = "",
) -> int:
    """Return how many products a window has: 1 query."""
    query = select(func.count()).select_from(Landing).join(Delivery, Delivery.id == Landing.delivery_id)
    number: int | None = session.scalar(_narrow(query.where(*_within(zone, units, since, until)), channel, theme))
    return number or 0


def products(
    session: Session,
    zone: ZoneInfo,
    units: Collection[int],
    since: date,
    until: date,
    *,
    channel: str = "",
    theme: str = "",
    chunk: int = 1000,
    most: int | None = None,
    offset: int = 0,
    newest: bool = False,
) -> Iterator[Product]:
    """Yield the products of a window, oldest first (or newest), in chunks of 3 queries, so that memory stays flat.

    Numbers are the last ones known on or before `until`.
    """
    query = _listed().where(*_within(zone, units, since, until))
    query = _narrow(query, channel, theme)
    order: tuple[Any, ...] = (Landing.landed_at, Landing.delivery_id)
    query = query.order_by(*(column.desc() for column in order) if newest else order)
    left = most
    while left is None or left > 0:
        size = chunk if left is None else min(chunk, left)
        rows = session.execute(query.limit(size).offset(offset)).all()
        ids = [row.Landing.delivery_id for row in rows]
        numbers = last_numbers(session, Reading.delivery_id, ids, clock.day_span(until, until, zone)[1])
        proofs = evidence.count(session, "delivery", ids)
        for row in rows:
            yield _product(row, numbers.get(row.Landing.delivery_id, {}), proofs.get(row.Landing.delivery_id, 0))
            session.expunge(row.Landing)
        if len(rows) < size:
            return
        offset += size
        left = None if left is None else left - size


def _product(row: Any, numbers: dict[str, Last], proofs: int) -> Product:
    one: Landing = row.Landing
    return Product(
        one.delivery_id, one.post_id, one.unit_id, row.short_name, one.channel, row.account, one.title,
        tuple(filter(None, one.themes.split(","))), one.landed_at, one.url, one.remote_id, one.kind, row.state,
        numbers, proofs,
    )  # fmt: skip


def last_numbers(session: Session, subject: Any, ids: Collection[int], before: datetime) -> dict[int, dict[str, Last]]:
    """Return per subject (a column of Reading) and metric what counts before an instant: 1 query.

    Of a running total the last value, of what adds up the sum.
    """
    query = (
        select(subject, Reading.metric, Reading.series, Reading.measure, Reading.source, Reading.as_of, VALUE)
        .where(subject.in_(ids), Reading.day.is_not(None), Reading.as_of < before, *STANDING)
        .order_by(Reading.as_of, Reading.id)
    )
    found: dict[int, dict[str, Last]] = {}
    for subject_id, metric, series, measure, source, as_of, value in session.execute(query):
        numbers = found.setdefault(subject_id, {})
        before_it = numbers.get(metric)
        if not series and before_it is not None:
            value += before_it.value
        numbers[metric] = Last(value, measure, source, as_of)
    return found


def best(
    session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date, metric: str, most: int = 10
) -> list[Product]:
    """Return the products of a window that reached most by a metric, the greatest first: 4 queries."""
    end = clock.day_span(until, until, zone)[1]
    greatest = func.max(Reading.value)
    query = (
        select(Landing.delivery_id)
        .join(Delivery, Delivery.id == Landing.delivery_id)
        .join(Reading, Reading.delivery_id == Landing.delivery_id)
        .where(*_within(zone, units, since, until), Reading.metric == metric, Reading.as_of < end, *STANDING)
        .group_by(Landing.delivery_id)
        .order_by(greatest.desc(), Landing.delivery_id)
        .limit(2 * most)  # a value may have fallen or been corrected since: the last ones decide
    )
    ids = list(session.scalars(query))
    rows = session.execute(_listed().where(Landing.delivery_id.in_(ids))).all()
    numbers = last_numbers(session, Reading.delivery_id, ids, end)
    proofs = evidence.count(session, "delivery", ids)
    made = [
        _product(row, numbers.get(row.Landing.delivery_id, {}), proofs.get(row.Landing.delivery_id, 0)) for row in rows
    ]
    made = [one for one in made if metric in one.readings]
    return sorted(made, key=lambda one: (-one.readings[metric].value, one.delivery_id))[:most]


def _listed() -> Any:
    return (
        select(Landing, Unit.short_name, Account.title.label("account"), Delivery.state)
        .join(Delivery, Delivery.id == Landing.delivery_id)
        .join(Unit, Unit.id == Landing.unit_id)
        .join(Account, Account.id == Landing.account_id)
    )


_COLUMNS: dict[Dim, Any] = {"unit": Landing.unit_id, "channel": Landing.channel, "theme": Landing.themes}


def landed(
    session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date, by: Sequence[Dim] = ()
) -> list[Count]:
    """Count the products of a window by unit, channel, theme, month: 1 query. Two themes count under each."""
    plain = [dim for dim in by if dim in _COLUMNS]
    columns = [_COLUMNS[dim] for dim in plain]
    query = select(*columns, *([Landing.landed_at] if "month" in by else []), func.count())
    query = query.select_from(Landing).join(Delivery, Delivery.id == Landing.delivery_id)
    query = query.where(*_within(zone, units, since, until))
    groups = [*columns, *([Landing.landed_at] if "month" in by else [])]
    tally: Counter[tuple[Any, ...]] = Counter()
    for row in session.execute(query.group_by(*groups) if groups else query):
        key = list(row[:-1])
        if "month" in by:
            key[-1] = clock.local_day(key[-1], zone).replace(day=1)
        for one in spread(key, plain):
            tally[one] += row[-1]
    return counts(tally, by, plain)


def spread(key: list[Any], plain: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return a group's key once for each of its themes."""
    if "theme" not in plain:
        return [tuple(key)]
    at = list(plain).index("theme")
    return [(*key[:at], theme, *key[at + 1 :]) for theme in key[at].split(",")]


def counts(tally: Counter[tuple[Any, ...]], by: Sequence[Dim], plain: Sequence[str]) -> list[Count]:
    """Return tallied groups in a stable order; nothing at all is no row."""
    names = ["unit_id" if dim == "unit" else dim for dim in plain] + (["month"] if "month" in by else [])
    return [
        Count(number, **dict(zip(names, key, strict=True)))
        for key, number in sorted(tally.items(), key=lambda one: tuple(map(str, one[0])))
        if number
    ]
