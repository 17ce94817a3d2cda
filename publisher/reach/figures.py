"""Figures of a window by unit, channel, form, theme and month, from the sums that triggers keep beside the ledger."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, func, or_, select
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


_COLUMNS: dict[Dim, str] = {"unit": "unit_id", "channel": "channel", "form": "form", "theme": "themes"}


def totals(
    session: Session,
    units: Collection[int],
    since: date,
    until: date,
    by: Sequence[Dim] = (),
    metrics: Collection[str] | None = None,
) -> list[Figure]:
    """Return the figures of the days `since` to `until` (both included) of some units, one row a group: ≤ 4 queries.

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
) -> Iterator[Row[Any]]:
    """Read whole half months from their table and the days around them from the other."""
    first = half(since) if half(since) == since else _next(since)
    end = half(until + timedelta(days=1))  # the half month that is not whole any more
    if first < end:
        yield from session.execute(
            _sums(ReachHalf, "half", [(first, end - timedelta(days=1))], units, by, only, without)
        )
        spans = [(since, first - timedelta(days=1)), (end, until)]
    else:
        spans = [(since, until)]
    days = [span for span in spans if span[0] <= span[1]]
    if days:
        yield from session.execute(_sums(ReachDay, "day", days, units, by, only, without))


def _next(day: date) -> date:
    return half(half(day) + timedelta(days=20)) if day.day < 15 else (half(day) + timedelta(days=20)).replace(day=1)


def _sums(
    table: Any,
    span: str,
    spans: Iterable[tuple[date, date]],
    units: Collection[int],
    by: Sequence[Dim],
    only: Collection[str] | None,
    without: Collection[str],
) -> Any:
    when = getattr(table, span)
    groups = [
        table.metric,
        table.measure,
        table.source,
        *(getattr(table, _COLUMNS[dim]) for dim in by if dim != "month"),
    ]
    if "month" in by:
        groups.append(when)
    query = (
        select(*groups, func.sum(table.total), func.sum(table.readings), func.max(table.last_at))
        .where(or_(*(when.between(*one) for one in spans)), table.unit_id.in_(units))
        .group_by(*groups)
    )
    if only is not None:
        return query.where(table.metric.in_(only))
    return query.where(table.metric.not_in(without)) if without else query


class _Gathered:
    """Sums of several queries put together by group."""

    def __init__(self, by: tuple[Dim, ...]) -> None:
        self._by = by
        self._plain = [dim for dim in by if dim != "month"]
        self._cells: dict[tuple[Any, ...], list[Any]] = {}

    def take(self, rows: Iterable[Row[Any]]) -> None:
        themed = 3 + self._plain.index("theme") if "theme" in self._plain else None
        monthly = 3 + len(self._plain) if "month" in self._by else None
        cells = self._cells
        for row in rows:
            values: tuple[Any, ...] = tuple(row)
            key, (total, count, last) = values[:-3], values[-3:]
            if monthly is not None:
                key = (*key[:monthly], key[monthly].replace(day=1))
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
        names = ["unit_id" if dim == "unit" else str(dim) for dim in self._plain]
        if "month" in self._by:
            names.append("month")
        found = []
        for key in sorted(self._cells):
            total, count, last = self._cells[key]
            if total or count:
                dims = dict(zip(names, key[3:], strict=True))
                found.append(Figure(key[0], key[1], key[2], int(total), last, **dims))
        return found
