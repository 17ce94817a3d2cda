"""Summing up: which reports of lower units go into one of the upper, so that each unit is counted once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import clock, security
from publisher.model import DueReport, Plan, ReportEdition, Unit
from publisher.reports import content
from publisher.reports.content import Part, Report, Value
from publisher.reports.figures import with_values


@dataclass(frozen=True)
class Lower:
    """A lower unit's report for the same window: its row, and its content once it is accepted (else None)."""

    row: DueReport
    unit_id: int
    unit: str
    report: Report | None
    sha256: str = ""


def rows_below(session: Session, row: DueReport) -> list[tuple[DueReport, str]]:
    """Return the reports that lower units owe this unit for the same window, with the units' names: 1 query.

    Calendars may differ (CL22 below, BNV-581 above): the window tells what belongs together.
    """
    return [
        (found.DueReport, found.name)
        for found in session.execute(
            select(DueReport, Unit.short_name.label("name"))
            .join(Unit, Unit.id == DueReport.unit_id)
            .where(DueReport.recipient_unit_id == row.unit_id, DueReport.unit_id != row.unit_id)
            .where(DueReport.data_from == row.data_from, DueReport.data_to == row.data_to)
            .order_by(Unit.short_name, DueReport.id)
        )
    ]


def standing(session: Session, row: DueReport) -> list[Lower]:
    """Return the lower reports of a report; those accepted with what their newest edition says: 2 queries."""
    rows = rows_below(session, row)
    accepted = [one.id for one, _name in rows if one.state == "accepted"]
    texts = editions(session, accepted)
    found = []
    for one, name in rows:
        held = texts.get(one.id)
        report = content.read(held.content) if held else None
        found.append(Lower(one, one.unit_id, name, report, held.sha256 if held else ""))
    return found


def editions(session: Session, ids: Collection[int]) -> dict[int, ReportEdition]:
    """Return the newest closed edition of each report: 1 query."""
    newest = (
        select(ReportEdition.report_id, func.max(ReportEdition.number).label("number"))
        .where(ReportEdition.report_id.in_(ids))
        .group_by(ReportEdition.report_id)
        .subquery()
    )
    rows = session.scalars(
        select(ReportEdition).join(
            newest, (newest.c.report_id == ReportEdition.report_id) & (newest.c.number == ReportEdition.number)
        )
    )
    return {row.report_id: row for row in rows}


def own_units(session: Session, row: DueReport, below: Sequence[Lower]) -> set[int]:
    """Return the units whose records this report reads itself: its own and those below that owe it no report."""
    whole = security.units_below(session, {row.unit_id})
    reporting = {one.unit_id for one in below}
    return whole - (security.units_below(session, reporting) if reporting else set())


def add(own: Sequence[Part], below: Sequence[Lower]) -> tuple[tuple[Part, ...], list[Report]]:
    """Return the parts of a sum, each unit once, and the lower reports that went in.

    A unit that comes by itself and within its parent's sum counts as it came by itself.
    """
    accepted = sorted(
        (one for one in below if one.report is not None), key=lambda one: len(one.report.parts) if one.report else 0
    )
    parts = {part.unit_id: part for part in own}
    for one in accepted:
        assert one.report is not None
        for part in one.report.parts:
            if part.unit_id not in parts:
                parts[part.unit_id] = replace(part, through=one.unit, sha256=one.sha256)
    return tuple(parts.values()), [one.report for one in accepted if one.report is not None]


def doubled(own: Sequence[Part], below: Sequence[Lower]) -> list[str]:
    """Return the names of units that more than one report brought; each was counted once."""
    seen: dict[int, str] = {part.unit_id: part.unit for part in own}
    twice: dict[int, str] = {}
    for one in below:
        for part in one.report.parts if one.report else ():
            if part.unit_id in seen:
                twice[part.unit_id] = part.unit
            seen[part.unit_id] = part.unit
    return sorted(twice.values())


def with_ratios(session: Session, row: DueReport, own: Sequence[Part], below: Sequence[Lower]) -> list[Part]:
    """Return the parts with the two lines about lower units: who has a plan of its own, who reported in time."""
    if not below:
        return list(own)
    units = {one.unit_id for one in below}
    year = int(row.period[:4])
    planned = set(
        session.scalars(
            select(Plan.unit_id).where(Plan.unit_id.in_(units), Plan.year_from <= year, Plan.year_to >= year)
        )
    )
    punctual = {
        one.unit_id for one in below if one.row.submitted_on is not None and one.row.submitted_on <= one.row.due_on
    }
    values = {
        "28a": Value(len(planned), len(units), ("plan",), clock.now()),
        "28b": Value(len(punctual), len(units), ("log",), clock.now()),
    }
    return [
        replace(part, figures=with_values(part.figures, "now", values)) if part.unit_id == row.unit_id else part
        for part in own
    ]


def closed_a_year_before(session: Session, row: DueReport) -> dict[int, dict[str, Value]]:
    """Return by unit and line what the closed report of the same period a year before said; empty without one."""
    year, _dash, short = row.period.partition("-")
    past = session.scalar(
        select(DueReport.id).where(
            DueReport.unit_id == row.unit_id, DueReport.calendar == row.calendar,
            DueReport.period == f"{int(year) - 1}-{short}", DueReport.state.not_in(("open", "returned")),
        )
    )  # fmt: skip
    held = editions(session, [past]).get(past) if past is not None else None
    if held is None:
        return {}
    return {
        part.unit_id: {figure.key: figure.now for figure in part.figures} for part in content.read(held.content).parts
    }
