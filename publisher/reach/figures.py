"""Figures of a window by unit, channel, form, theme and month, from the sums that triggers keep beside the ledger."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, func, or_, select, union_all
from sqlalchemy.orm import Session

from publisher.model import ReachDay, ReachHalf
from publisher.reach import metrics
from publisher.reach.sums import half

Dim = Literal["unit", "channel", "form", "theme", "month"]
LEVELS = metrics.LEVELS
FIRST = date(2000, 1, 1)  # no office has figures from before


@dataclass(frozen=True)
class Figure:
    """One figure: what was counted in which unit, how it is known, how much, and when it was taken last.

    A dimension that was not asked for is None; a theme, channel or form of "" is none at all.
    """

    metric: str
    measure: str
    source: str
    value: int
    as_of: datetime
    unit_id: int | None = None
    channel: str | None = None
    form: str | None = None
    theme: str | None = None
    month: date | None = None

    @property
    def title(self) -> str:
        """The metric's name as people read it."""
        return metrics.title(self.metric)


_COLUMNS: dict[Dim, str] = {
    "unit": "unit_id", "channel": "channel", "form": "form", "theme": "themes", "month": "day",
}  # fmt: skip


def totals(
    session: Session,
    units: Collection[int],
    since: date,
    until: date,
    by: Sequence[Dim] = (),
    metrics: Collection[str] | None = None,
) -> list[Figure]:
    """Return the figures of the days `since` to `until` (both included) of some units, one row a group: 2 queries.

    Never summed: other metrics, other units of count, other sources. A value under two themes counts under each when
    `theme` is asked for, once otherwise. Of a metric that is a level, the value on `until` counts; with `month` every
    month that changed it shows by how much. What nobody counted has no row.
    """
    gathered = _Gathered(tuple(by))
    levels = [name for name in LEVELS if metrics is None or name in metrics]
    others = None if metrics is None else [name for name in metrics if name not in LEVELS]
    if others is None or others:
        gathered.take(_rows(session, units, since, until, by, others, without=LEVELS))
    if levels:
        begin = since if "month" in by else FIRST
        gathered.take(_rows(session, units, begin, until, by, levels))
    return gathered.figures()


def _rows(
    session: Session,
    units: Collection[int],
    since: date,
    until: date,
    by: Sequence[Dim],
    only: Collection[str] | None,
    without: Collection[str] = (),
) -> Iterable[Row[Any]]:
    """Read whole half months from their table and the days around them from the other.

    Where the window begins early in a half month, the whole is taken and the days before taken off: fewer rows. Not so
    at its end, where the whole would tell of numbers taken after the window.
    """
    first, end = _begins(since), half(until + timedelta(days=1))  # `end`: the half month that is not whole any more
    days, less = [(since, first - timedelta(days=1)), (end, until)], []
    if first > end:
        days = [(since, until)]
    elif first > since and (first - since) * 2 > first - half(since):
        days, less, first = days[1:], [(half(since), since - timedelta(days=1))], half(since)
    parts = [
        _part(table, span, wanted, units, only, without, sign)
        for table, span, spans, sign in (
            (ReachHalf, "half", [(first, end - timedelta(days=1))], 1),
            (ReachDay, "day", days, 1),
            (ReachDay, "day", less, -1),
        )
        if (wanted := [one for one in spans if one[0] <= one[1]])
    ]
    rows = union_all(*parts).subquery()
    groups = [rows.c[name] for name in ("metric", "measure", "source", *(_COLUMNS[dim] for dim in by))]
    query: Any = select(*groups, func.sum(rows.c.total), func.sum(rows.c.readings), func.max(rows.c.last_at))
    return session.connection().execute(query.group_by(*groups))  # plain rows: half the time of the ORM's


def _begins(day: date) -> date:
    """Return the first half month that begins on a day or after it."""
    if day == half(day):
        return day
    after = half(day) + timedelta(days=20)
    return half(after) if day.day < 15 else after.replace(day=1)


def _part(
    table: Any,
    span: str,
    spans: Iterable[tuple[date, date]],
    units: Collection[int],
    only: Collection[str] | None,
    without: Collection[str],
    sign: int,
) -> Any:
    when = getattr(table, span)
    query = select(
        when.label("day"), table.metric, table.measure, table.source, table.unit_id, table.channel, table.form,
        table.themes, (sign * table.total).label("total"), (sign * table.readings).label("readings"), table.last_at,
    ).where(or_(*(when.between(*one) for one in spans)), table.unit_id.in_(units))  # fmt: skip
    if only is not None:
        return query.where(table.metric.in_(only))
    return query.where(table.metric.not_in(without)) if without else query


class _Gathered:
    """Sums of several queries put together by group; days become months, sets of themes their themes."""

    def __init__(self, by: tuple[Dim, ...]) -> None:
        self._by = by
        self._cells: dict[tuple[Any, ...], list[Any]] = {}

    def take(self, rows: Iterable[Row[Any]]) -> None:
        """Add the rows of a query: metric, measure, source, the dimensions, then total, count and last time."""
        themed, monthly = (3 + self._by.index(dim) if dim in self._by else None for dim in ("theme", "month"))
        cells = self._cells
        for row in rows:
            values: tuple[Any, ...] = tuple(row)
            key, (total, count, last) = values[:-3], values[-3:]
            if monthly is not None:
                key = (*key[:monthly], key[monthly].replace(day=1), *key[monthly + 1 :])
            keys = [key] if themed is None else [(*key[:themed], t, *key[themed + 1 :]) for t in key[themed].split(",")]
            for one in keys:
                cell = cells.get(one)
                if cell is None:
                    cells[one] = [total, count, last]
                else:
                    cell[0] += total
                    cell[1] += count
                    cell[2] = max(cell[2], last)

    def figures(self) -> list[Figure]:
        """Return the groups that hold a figure, in a stable order."""
        names = ["unit_id" if dim == "unit" else dim for dim in self._by]
        found = []
        for key in sorted(self._cells):
            total, count, last = self._cells[key]
            if total or count:
                dims = dict(zip(names, key[3:], strict=True))
                found.append(Figure(key[0], key[1], key[2], int(total), last, **dims))
        return found
