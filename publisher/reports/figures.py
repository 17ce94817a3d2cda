"""The lines of the statistical table, worked out from the ledger for each unit by itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.model import Account
from publisher.reach import coverage
from publisher.reach.figures import totals
from publisher.reach.metrics import METRICS
from publisher.reach.products import landed
from publisher.reports.content import Figure, Value
from publisher.reports.rows import ROWS, Atom, Row
from publisher.words import _


@dataclass(frozen=True)
class Span:
    """Days that are counted, both included."""

    since: date
    until: date


@dataclass(frozen=True)
class _Cell:
    metric: str
    measure: str
    channel: str
    form: str
    value: int
    source: str
    as_of: datetime | None


def of_units(
    session: Session, zone: ZoneInfo, units: Collection[int], now: Span, running: Span, before: Span
) -> dict[int, tuple[Figure, ...]]:
    """Return each unit's own lines for the period, the year so far and the same period of the year before.

    Per span two queries for all units together, and one a unit for the completion of its plan.
    """
    spans = {"now": now, "running": running, "before": before}
    columns = {name: _column(session, zone, units, span) for name, span in spans.items()}
    return {
        unit: tuple(
            Figure(
                row.key, _(row.title), _(row.measure), row.rule,
                columns["now"][unit][row.key], columns["running"][unit][row.key], columns["before"][unit][row.key],
                scale=row.scale,
            )
            for row in ROWS
        )
        for unit in units
    }  # fmt: skip


def _column(session: Session, zone: ZoneInfo, units: Collection[int], span: Span) -> dict[int, dict[str, Value]]:
    cells = _cells(session, zone, units, span)
    taken = _taken(span, zone)
    outlets = _outlets(session, units, taken)
    found: dict[int, dict[str, Value]] = {}
    for unit in units:
        real = _without_samples(cells.get(unit, []))
        quiet = {channel: Value(0, None, ("log",), taken) for channel in outlets.get(unit, set())}
        values = {row.key: _value(row, real, quiet) for row in ROWS}
        done = coverage.completion(session, zone, {unit}, span.since, span.until)
        if done.of:
            values["30"] = Value(done.done, done.of, ("plan",), taken)
        found[unit] = values
    return found


def _taken(span: Span, zone: ZoneInfo) -> datetime:
    """Return the instant at which our own records are read: the end of the span, or now while it lasts."""
    return min(clock.day_span(span.until, span.until, zone)[1] - datetime.resolution, clock.now())


def _cells(session: Session, zone: ZoneInfo, units: Collection[int], span: Span) -> dict[int, list[_Cell]]:
    found: dict[int, list[_Cell]] = {}
    for one in totals(session, units, span.since, span.until, by=("unit", "channel", "form")):
        cell = _Cell(one.metric, one.measure, one.channel or "", one.form or "", one.value, one.source, one.as_of)
        found.setdefault(one.unit_id or 0, []).append(cell)
    taken = _taken(span, zone)
    for count in landed(session, zone, units, span.since, span.until, by=("unit", "channel")):
        cell = _Cell("landed", "", count.channel or "", "", count.number, "log", taken)
        found.setdefault(count.unit_id or 0, []).append(cell)
    return found


def _outlets(session: Session, units: Collection[int], taken: datetime) -> dict[int, set[str]]:
    """Return the channels in which each unit had an account by then: there, nothing published is a true 0."""
    found: dict[int, set[str]] = {}
    held = (Account.unit_id.in_(units), Account.created_at <= taken)
    rows = session.execute(select(Account.unit_id, Account.channel).where(*held).distinct())
    for unit, channel in rows:
        found.setdefault(unit, set()).add(channel)
    return found


def _without_samples(cells: Iterable[_Cell]) -> list[_Cell]:
    """Leave out a demonstration's samples of whatever was counted for real."""
    listed = list(cells)
    real = {cell.metric for cell in listed if cell.source != "sample"}
    return [cell for cell in listed if cell.source != "sample" or cell.metric not in real]


def _value(row: Row, cells: list[_Cell], quiet: Mapping[str, Value]) -> Value:
    part = _joined(row.atoms, cells, quiet)
    if row.rule != "ratio":
        return part
    whole = _joined(row.of, cells, quiet)
    if part.amount is None or not whole.amount:
        return Value()
    times = [moment for moment in (part.as_of, whole.as_of) if moment is not None]
    return Value(part.amount, whole.amount, _known(part.sources + whole.sources), max(times, default=None))


def _joined(atoms: Sequence[Atom], cells: list[_Cell], quiet: Mapping[str, Value]) -> Value:
    """Return the sum of what fits; nothing published on a channel the unit has is 0, all else without a row is None."""
    held = [cell for atom in atoms for cell in cells if _fits(atom, cell)]
    if not held:
        channels = [channel for atom in atoms if atom.metric == "landed" for channel in atom.channels]
        return next((quiet[channel] for channel in channels if channel in quiet), Value())
    times = [cell.as_of for cell in held if cell.as_of is not None]
    return Value(sum(cell.value for cell in held), None, _known(cell.source for cell in held), max(times, default=None))


def _known(sources: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(sources)))


def _fits(atom: Atom, cell: _Cell) -> bool:
    if cell.metric != atom.metric:
        return False
    known = METRICS.get(cell.metric)
    if known is not None and known.measure and cell.measure != known.measure:
        return False  # counted in another unit: never added
    if atom.loose:
        return not cell.channel and not cell.form
    return (not atom.channels or cell.channel in atom.channels) and (not atom.forms or cell.form in atom.forms)


def joined(parts: Iterable[tuple[Figure, ...]]) -> tuple[Figure, ...]:
    """Return the lines of several units as one: sums, ratios from the sums of their parts and wholes.

    A line nobody has a number for stays without one.
    """
    listed = [{figure.key: figure for figure in part} for part in parts]
    out = []
    for row in ROWS:
        mine = [part[row.key] for part in listed if row.key in part]
        if not mine:
            continue
        notes = dict.fromkeys(figure.note for figure in mine if figure.note)
        out.append(
            replace(
                mine[0],
                now=_sum_values([figure.now for figure in mine]),
                running=_sum_values([figure.running for figure in mine]),
                before=_sum_values([figure.before for figure in mine]),
                note="; ".join(notes),
            )
        )
    return tuple(out)


def _sum_values(values: list[Value]) -> Value:
    held = [value for value in values if value.amount is not None]
    if not held:
        return Value()
    whole = [value.of for value in held if value.of is not None]
    times = [value.as_of for value in held if value.as_of is not None]
    return Value(
        sum(value.amount or 0 for value in held), sum(whole) if whole else None,
        _known(source for value in held for source in value.sources), max(times, default=None),
    )  # fmt: skip


Column = Literal["now", "running", "before"]
COLUMNS: dict[str, Column] = {"now": "now", "running": "running", "before": "before"}


def with_values(figures: tuple[Figure, ...], column: Column, values: Mapping[str, Value]) -> tuple[Figure, ...]:
    """Return lines with some values of a column replaced."""

    def changed(figure: Figure, value: Value) -> Figure:
        if column == "now":
            return replace(figure, now=value)
        return replace(figure, running=value) if column == "running" else replace(figure, before=value)

    return tuple(changed(figure, values[figure.key]) if figure.key in values else figure for figure in figures)
