"""Putting a report together from the database as it is now: figures, shares, products, evidence, targets, gaps."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.model import DueReport, Plan, ReportEntry, Unit
from publisher.reach import coverage, evidence, targets
from publisher.reach import metrics as reach_metrics
from publisher.reach.activities import activities
from publisher.reach.products import Last, products
from publisher.reports import figures, lower, shares
from publisher.reports.content import (
    Figure,
    Measured,
    Part,
    Product,
    Proof,
    Report,
    TargetLine,
    Value,
    Window,
    decimal,
)
from publisher.reports.figures import COLUMNS, Column, Span
from publisher.reports.regime import Regime, read_regime
from publisher.words import _

CHUNK = 500  # subjects asked for their evidence at once


def compose(session: Session, zone: ZoneInfo, row: DueReport, *, with_products: bool = True) -> Report:
    """Return what the report says by the records of this moment.

    `with_products=False` leaves the list of products out, for those who stream it (`items`).
    """
    unit = session.get_one(Unit, row.unit_id)
    below = lower.standing(session, row)
    units = sorted(lower.own_units(session, row, below))
    now, running, before = spans(read_regime(session), row)
    own = _own_parts(session, zone, row, units, (now, running, before))
    own = lower.with_ratios(session, row, own, below)
    parts, others = lower.add(own, below)
    held_products = tuple(items(session, zone, row, units)) if with_products else ()
    return Report(
        unit_id=unit.id,
        unit=unit.name,
        window=_window(row),
        plan=_plan_words(session, row),
        figures=figures.joined(part.figures for part in parts),
        themes=shares.added(part.themes for part in parts),
        forms=shares.added((part.forms for part in parts), by_items=True),
        products=_once(held_products, [one.products for one in others]) if with_products else (),
        proofs=tuple(dict.fromkeys((*_proofs(session, held_products), *(two for one in others for two in one.proofs)))),
        targets=_targets(session, units, now.until),
        gaps=tuple(coverage.gaps(coverage.matrix(session, zone, units, now.since, now.until), _("kỳ này"))),
        parts=parts,
        absent=tuple(one.unit for one in below if one.report is None),
        narrative=dict(row.narrative),
        drawn_at=clock.now(),
    )


def spans(regime: Regime, row: DueReport) -> tuple[Span, Span, Span]:
    """Return the period, the report year up to its end, and the same period of the year before."""
    year, _dash, short = row.period.partition("-")
    known = row.calendar in regime.calendars
    this = regime.year(row.calendar, int(year)) if known else []
    first = min((period.data_from for period in this), default=row.data_from)
    last = (
        [period for period in regime.year(row.calendar, int(year) - 1) if period.key.endswith(f"-{short}")]
        if known
        else []
    )
    past = Span(last[0].data_from, last[0].counted_to) if last else _a_year_before(row)
    return Span(row.data_from, row.counted_to), Span(min(first, row.data_from), row.counted_to), past


def _a_year_before(row: DueReport) -> Span:
    def earlier(day: date) -> date:
        return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)

    return Span(earlier(row.data_from), earlier(row.counted_to))


def _own_parts(
    session: Session, zone: ZoneInfo, row: DueReport, units: list[int], columns: tuple[Span, Span, Span]
) -> list[Part]:
    """Return the own lines of each unit that this report speaks for, with last year's closed figures and typed ones."""
    by_unit = figures.of_units(session, zone, units, *columns)
    themes = shares.themes(session, zone, units, columns[0])
    forms = shares.forms(session, zone, units, columns[0])
    names = {unit.id: unit.short_name for unit in session.scalars(select(Unit).where(Unit.id.in_(units)))}
    last_year = lower.closed_a_year_before(session, row)
    typed = entries(session, row.id) if row.id is not None else {}
    found = []
    for unit_id in units:
        lines = by_unit[unit_id]
        if unit_id in last_year:
            lines = figures.with_values(lines, "before", last_year[unit_id])
        if unit_id == row.unit_id:
            lines = _typed(lines, typed)
        found.append(Part(unit_id, names[unit_id], "", "", lines, themes[unit_id], forms[unit_id]))
    return found


@dataclass(frozen=True)
class Typed:
    """A figure that a person typed, with the reason given."""

    value: int
    reason: str
    entry: ReportEntry


def entries(session: Session, report_id: int) -> dict[tuple[str, Column], Typed]:
    """Return the typed figures that count, by line and column: the newest each, none where it was taken back."""
    found: dict[tuple[str, Column], Typed] = {}
    rows = session.scalars(select(ReportEntry).where(ReportEntry.report_id == report_id).order_by(ReportEntry.id))
    for row in rows:
        column = COLUMNS[row.line]
        if row.value is None:
            found.pop((row.key, column), None)
        else:
            found[row.key, column] = Typed(row.value, row.reason, row)
    return found


def _typed(lines: tuple[Figure, ...], typed: dict[tuple[str, Column], Typed]) -> tuple[Figure, ...]:
    for (key, column), one in typed.items():
        lines = figures.with_values(lines, column, {key: Value(one.value, None, ("entered",), one.entry.at)})
        lines = tuple(
            replace(line, note="; ".join(filter(None, (line.note, one.reason)))) if line.key == key else line
            for line in lines
        )
    return lines


def _window(row: DueReport) -> Window:
    return Window(
        row.calendar, row.period, row.label, row.kind, row.data_from, row.data_to, row.counted_to, row.due_on,
        row.assumed, row.note,
    )  # fmt: skip


def _plan_words(session: Session, row: DueReport) -> str:
    """Return the plan as a report cites it: kind, number, day, issuer; without number or day those are left out."""
    plan = session.get(Plan, row.plan_id) if row.plan_id else None
    if plan is None:
        return ""
    paper = plan.document.get("document") or {}
    words = [str(paper.get("kind") or _("Kế hoạch"))]
    number, issued = str(paper.get("number") or ""), paper.get("issued_on")
    if number and "…" not in number:
        words.append(_("số {number}").format(number=number))
    if issued:
        words.append(_("ngày {day}").format(day=date.fromisoformat(str(issued)).strftime("%d/%m/%Y")))
    words.append(_("của {issuer}").format(issuer=plan.issuer))
    return " ".join(words)


def items(session: Session, zone: ZoneInfo, row: DueReport, units: Collection[int] | None = None) -> Iterator[Product]:
    """Yield what went out and what was held in the period, oldest first each, in chunks: memory stays flat."""
    if units is None:
        units = lower.own_units(session, row, lower.standing(session, row))
    for one in products(session, zone, units, row.data_from, row.counted_to):
        yield Product(
            "published", one.delivery_id, clock.local_day(one.landed_at, zone), one.title,
            shares.channel_title(one.channel), one.themes, one.unit, one.url, "", _numbers(one.readings), one.proofs,
        )  # fmt: skip
    for held_one in activities(session, units, row.data_from, row.counted_to):
        yield Product(
            "activity", held_one.id, held_one.until, held_one.title, held_one.form_title, held_one.themes,
            held_one.unit, "", held_one.place, _numbers(held_one.numbers), held_one.proofs,
        )  # fmt: skip


def _numbers(readings: dict[str, Last]) -> tuple[Measured, ...]:
    return tuple(
        Measured(reach_metrics.title(name), last.measure, last.value, last.source, last.as_of)
        for name, last in sorted(readings.items())
    )


def _once(own: tuple[Product, ...], others: list[tuple[Product, ...]]) -> tuple[Product, ...]:
    found = {(one.kind, one.id): one for products_of in (*others, own) for one in products_of}
    return tuple(sorted(found.values(), key=lambda one: (one.day, one.kind, one.id)))


def _proofs(session: Session, listed: tuple[Product, ...]) -> tuple[Proof, ...]:
    found: list[Proof] = []
    for kind, subject in (("published", "delivery"), ("activity", "activity")):
        titles = {one.id: one.title for one in listed if one.kind == kind and one.proofs}
        ids = list(titles)
        for start in range(0, len(ids), CHUNK):
            held_proofs = evidence.of(session, subject, ids[start : start + CHUNK])
            found += [
                Proof(proof.id, proof.name, titles[one], proof.sha256, proof.url)
                for one, proofs in held_proofs.items()
                for proof in proofs
            ]
    return tuple(found)


def _targets(session: Session, units: Collection[int], until: date) -> tuple[TargetLine, ...]:
    return tuple(
        TargetLine(
            one.ref, one.text, _wanted(one.at_least, one.at_most, one.wanted, one.unit), _number(one.value, one.unit),
            one.verdict, one.as_of, one.source,
        )
        for one in targets.standings(session, units, until)
    )  # fmt: skip


def _number(value: Decimal | None, unit: str) -> str:
    return (
        ""
        if value is None
        else f"{decimal(value.quantize(Decimal('0.01')))}{'%' if unit == '%' else f' {unit}'.rstrip()}"
    )


def _wanted(at_least: Decimal | None, at_most: Decimal | None, wanted: Decimal | None, unit: str) -> str:
    if wanted is not None:
        return _number(wanted, unit)
    if at_least is not None and at_most is not None:
        return f"{decimal(at_least)}–{_number(at_most, unit)}"
    if at_least is not None:
        return f"≥ {_number(at_least, unit)}"
    return f"≤ {_number(at_most, unit)}" if at_most is not None else "–"
