"""What is behind a figure: the readings that make it up, each with what it is of, what it added and who logged it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from publisher.model import Account, Activity, Landing, Person, Reading, Unit
from publisher.reach import evidence, metrics
from publisher.reach.evidence import Proof
from publisher.reach.figures import FIRST
from publisher.reach.ledger import STANDING, VALUE, standing, value_of
from publisher.reach.products import Last


@dataclass(frozen=True)
class Line:
    """One reading: what it is of, its value, what it added to its day's sum, and how it is known.

    `first_value` is what was logged first where it was corrected; `proofs` are those of its subject and its own.
    """

    id: int
    unit: str
    delivery_id: int | None
    activity_id: int | None
    subject: str
    channel: str
    form: str
    themes: tuple[str, ...]
    last: Last
    gained: int
    first_value: int | None
    by: str
    note: str
    recorded_at: datetime
    proofs: tuple[Proof, ...] = ()


def _narrowed(units: Collection[int], since: date, until: date, metric: str, only: Mapping[str, str]) -> list[Any]:
    begin = FIRST if metrics.kind(metric) == "level" else since
    found = [Reading.unit_id.in_(units), Reading.day.between(begin, until), Reading.metric == metric, *STANDING]
    for name in ("measure", "source", "channel", "form"):
        if name in only:
            found.append(getattr(Reading, name) == only[name])
    theme = only.get("theme")
    if theme:
        found.append(("," + Reading.themes + ",").contains(f",{theme},", autoescape=True))
    elif theme == "":
        found.append(Reading.themes == "")
    return found


def summary(
    session: Session, units: Collection[int], since: date, until: date, metric: str, only: Mapping[str, str]
) -> tuple[int, int]:
    """Return how many readings a figure has and what they add up to: 1 query over the window's rows."""
    rows = _gains(units, since, until, metric, only).subquery()
    count, total = session.execute(select(func.count(), func.sum(rows.c.gained))).one()
    return count, int(total or 0)


def _gains(
    units: Collection[int], since: date, until: date, metric: str, only: Mapping[str, str]
) -> Select[*tuple[Any, ...]]:
    before = aliased(Reading)
    earlier = or_(before.as_of < Reading.as_of, and_(before.as_of == Reading.as_of, before.id < Reading.id))
    last = (
        select(value_of(before))
        .where(before.series == Reading.series, *standing(before), earlier)
        .order_by(before.as_of.desc(), before.id.desc())
        .limit(1)
        .correlate(Reading)
        .scalar_subquery()
    )
    gained = case((Reading.series.is_(None), VALUE), else_=VALUE - func.coalesce(last, 0))
    return select(Reading, VALUE.label("counted"), gained.label("gained")).where(
        *_narrowed(units, since, until, metric, only)
    )


def lines(
    session: Session,
    units: Collection[int],
    since: date,
    until: date,
    metric: str,
    only: Mapping[str, str],
    *,
    most: int = 50,
    offset: int = 0,
) -> list[Line]:
    """Return the readings behind a figure, the newest first: 4 queries. `only` narrows by measure, source, channel,
    form and theme as the figure was asked for."""
    subject = func.coalesce(Landing.title, Activity.title, Account.title, "", type_=String)
    query = (
        _gains(units, since, until, metric, only)
        .add_columns(subject.label("subject"), Unit.short_name, Person.name)
        .join(Unit, Unit.id == Reading.unit_id)
        .outerjoin(Landing, Landing.delivery_id == Reading.delivery_id)
        .outerjoin(Activity, Activity.id == Reading.activity_id)
        .outerjoin(Account, Account.id == Reading.account_id)
        .outerjoin(Person, Person.id == Reading.recorded_by)
        .order_by(Reading.as_of.desc(), Reading.id.desc())
        .limit(most)
        .offset(offset)
    )
    rows = session.execute(query).all()
    proofs = _proofs(session, [row.Reading for row in rows])
    return [_line(row, proofs) for row in rows]


def _proofs(session: Session, rows: list[Reading]) -> dict[tuple[str, int], list[Proof]]:
    found: dict[tuple[str, int], list[Proof]] = {}
    subjects = {
        "delivery": {row.delivery_id for row in rows if row.delivery_id},
        "activity": {row.activity_id for row in rows if row.activity_id},
        "reading": {row.id for row in rows},
    }
    for subject, ids in subjects.items():
        for subject_id, proofs in evidence.of(session, subject, ids).items() if ids else ():
            found[subject, subject_id] = proofs
    return found


def _line(row: Any, proofs: Mapping[tuple[str, int], list[Proof]]) -> Line:
    reading: Reading = row.Reading
    subjects = (("reading", reading.id), ("delivery", reading.delivery_id), ("activity", reading.activity_id))
    shown = {proof.id: proof for kind, number in subjects if number for proof in proofs.get((kind, number), [])}
    return Line(
        reading.id, row.short_name, reading.delivery_id, reading.activity_id, row.subject, reading.channel,
        reading.form,
        tuple(filter(None, reading.themes.split(","))),
        Last(row.counted, reading.measure, reading.source, reading.as_of), int(row.gained),
        reading.value if reading.value != row.counted else None, row.name or "", reading.note, reading.recorded_at,
        tuple(shown.values()),
    )  # fmt: skip


def history(session: Session, column: Any, subject_id: int) -> list[tuple[Reading, str]]:
    """Return every row of the ledger about a delivery, activity or account (a column of Reading), corrections too,
    oldest first, with who logged it: 1 query."""
    rows = session.execute(
        select(Reading, Person.name)
        .outerjoin(Person, Person.id == Reading.recorded_by)
        .where(column == subject_id)
        .order_by(Reading.as_of, Reading.id)
        .limit(500)
    )
    return [(row.Reading, row.name or "") for row in rows]
