"""Logging readings: the only writer of the ledger; every row finds its place in its series in the same transaction.

A series is the running total of one metric of one thing. A window counts what a series gained in it: the last value on
or before its end less the last value before its beginning. So windows add up, whatever order values come in, also
when they fall. The sums by day and half month are kept by triggers from the `gain` worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, text
from sqlalchemy.orm import Session, aliased

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Reading
from publisher.reach import metrics, places
from publisher.reach.metrics import SOURCES
from publisher.reach.places import Place
from publisher.refusal import Missing, Refused
from publisher.text import line, number
from publisher.words import _

_LOCK = 7_602  # PostgreSQL advisory lock: a gain is worked out from the row before, so writers queue
MOST = 2_000_000_000  # the column's 32 bits, rounded


@dataclass(frozen=True)
class Entry:
    """One number to log: of a delivery, an activity, an account, or (with none of them) of a unit as a whole.

    `measure` is the unit counted in, the metric's own when empty. `key` names what a machine made it from: the same key
    is logged once. `day` is the office's day where the entry is of a day rather than of an instant.
    """

    metric: str
    value: int
    source: str
    as_of: datetime
    unit_id: int | None = None
    delivery_id: int | None = None
    activity_id: int | None = None
    account_id: int | None = None
    form: str = ""
    measure: str = ""
    note: str = ""
    evidence_id: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Logged:
    """A reading that was logged."""

    id: int
    unit_id: int
    metric: str
    value: int
    measure: str


def log(session: Session, actor: Actor, zone: ZoneInfo, entries: Sequence[Entry]) -> list[Logged]:
    """Log readings in the caller's transaction; those whose key is logged already are left out.

    `Refused` for a negative value, an unknown source, a time in the future. What people log goes into the trail, an
    activity's numbers with the activity.
    """
    wait(session)
    known = _known_keys(session, [entry.key for entry in entries if entry.key])
    rows: list[Logged] = []
    told: list[tuple[int, int | None, dict[str, Any]]] = []
    for entry in entries:
        if entry.key and entry.key in known:
            continue
        known.add(entry.key)
        row = _add(session, actor, zone, _checked(entry))
        rows.append(row)
        if actor != audit.CLOCK and entry.activity_id is None:
            told.append((row.id, row.unit_id, {"metric": row.metric, "value": row.value}))
    if told:
        audit.record_many(session, actor, "reading.log", "reading", told)
    return rows


def wait(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    session.flush()


def _known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        known = session.scalars(select(Reading.key).where(Reading.key.in_(keys[start : start + 500])))
        found |= {key for key in known if key}
    return found


def _checked(entry: Entry) -> Entry:
    check_value(entry.value, metrics.title(entry.metric))
    if entry.source not in SOURCES:
        known = ", ".join(SOURCES)
        raise Refused(_("Nguồn số liệu phải là một trong: {known}.").format(known=known), "source")
    if entry.as_of > clock.now():
        raise Refused(_("Số liệu không thể có vào lúc chưa tới. Hãy chọn lại ngày."), "day")
    return replace(entry, note=line(entry.note, _("Ghi chú"), most=500))


def check_value(value: int, where: str) -> None:
    """Raise `Refused` for a count that is negative or larger than any office can have."""
    if value < 0:
        raise Refused(
            _("{where}: {value} là số âm. Số đếm phải từ 0 trở lên.").format(where=where, value=value), "value"
        )
    if value > MOST:
        raise Refused(
            _("{where}: số quá lớn, tối đa {most}. Hãy kiểm tra lại.").format(where=where, most=number(MOST)), "value"
        )


def _add(session: Session, actor: Actor, zone: ZoneInfo, entry: Entry) -> Logged:
    place = _place(session, entry)
    metric = metrics.METRICS.get(entry.metric)
    measure = entry.measure or (metric.measure if metric else "") or "lượt"
    series = _series(entry, place, measure)
    before, after = _neighbours(session, series, entry.as_of) if series else (0, None)
    values = {
        "unit_id": place.unit_id, "delivery_id": entry.delivery_id, "activity_id": entry.activity_id,
        "account_id": entry.account_id, "metric": entry.metric, "value": entry.value, "measure": measure,
        "source": entry.source, "as_of": entry.as_of, "day": clock.local_day(entry.as_of, zone),
        "channel": place.channel, "form": place.form, "themes": place.themes, "series": series,
        "gain": entry.value - before, "next_id": after, "recorded_at": clock.now(), "recorded_by": actor.person_id,
        "evidence_id": entry.evidence_id, "corrects_id": None, "key": entry.key or None, "note": entry.note,
    }  # fmt: skip
    row_id: Any = session.connection().execute(_INSERT, values).inserted_primary_key
    return Logged(row_id[0], place.unit_id, entry.metric, entry.value, measure)


def _place(session: Session, entry: Entry) -> Place:
    if entry.delivery_id is not None:
        return places.of_delivery(session, entry.delivery_id)
    if entry.activity_id is not None:
        return places.of_activity(session, entry.activity_id, level=metrics.kind(entry.metric) == "level")
    if entry.account_id is not None:
        return places.of_account(session, entry.account_id)
    if entry.unit_id is None:
        raise ValueError("a reading is of a delivery, an activity, an account or a unit")
    return places.of_unit(entry.unit_id, entry.form)


def _series(entry: Entry, place: Place, measure: str) -> str | None:
    kind = metrics.kind(entry.metric)
    if kind == "event":
        return None
    if entry.account_id is not None:
        subject = f"c{entry.account_id}"
    elif kind == "level" or (entry.delivery_id is None and entry.activity_id is None):
        subject = f"u{place.unit_id}:{place.form or place.channel}"
    else:
        subject = f"d{entry.delivery_id}" if entry.delivery_id is not None else f"a{entry.activity_id}"
    # Samples of a demonstration never mix with what is real.
    return f"{subject}/{entry.metric}/{measure}" + ("/sample" if entry.source == "sample" else "")


def value_of(reading: Any) -> ColumnElement[int]:
    """Return the value that counts of a reading (or an alias of it): the last word about it, else its own."""
    last = aliased(Reading)
    corrected = select(last.value).where(last.corrects_id == reading.id).order_by(last.id.desc()).limit(1)
    return func.coalesce(corrected.correlate(reading).scalar_subquery(), reading.value)


def standing(reading: Any) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a row count: it is no correction of another, and was not struck."""
    last = aliased(Reading)
    struck = select(last.id).where(last.corrects_id == reading.id, last.struck.is_(True)).correlate(reading).exists()
    return (reading.corrects_id.is_(None), ~struck)


VALUE, STANDING = value_of(Reading), standing(Reading)


# Built once: putting a statement together costs more than running it. Equal instants follow the order of logging.
_AT = bindparam("at", type_=Reading.as_of.type)
_ID = bindparam("id", type_=Reading.id.type)
_IN_SERIES = (Reading.series == bindparam("series"), *STANDING)
_BEFORE = (
    select(VALUE)
    .where(*_IN_SERIES, or_(Reading.as_of < _AT, (Reading.as_of == _AT) & (Reading.id < _ID)))
    .order_by(Reading.as_of.desc(), Reading.id.desc())
    .limit(1)
)
_AFTER = (
    select(Reading.id)
    .where(*_IN_SERIES, or_(Reading.as_of > _AT, (Reading.as_of == _AT) & (Reading.id > _ID)))
    .order_by(Reading.as_of, Reading.id)
    .limit(1)
)
_NEW = 2**31 - 1  # the id of what is not logged yet
_INSERT: Any = insert(Reading.__table__)  # type: ignore[arg-type]  # a Table, which mypy sees as FromClause


def _neighbours(session: Session, series: str, as_of: datetime, own_id: int = _NEW) -> tuple[int, int | None]:
    """Return the value before a reading in its series (0 for none) and the id of the reading after it."""
    values = {"series": series, "at": as_of, "id": own_id}
    connection = session.connection()
    return connection.scalar(_BEFORE, values) or 0, connection.scalar(_AFTER, values)


def correct(session: Session, actor: Actor, reading_id: int, value: int, reason: str) -> Reading:
    """Put another value in the place of a reading, as a new row with its reason; the old row stays."""
    check_value(value, _("Số liệu"))
    return _revise(session, actor, reading_id, value, reason)


def strike(session: Session, actor: Actor, reading_id: int, reason: str) -> Reading:
    """Take a reading back (it was of something else, or never was): it counts no more, its row stays."""
    return _revise(session, actor, reading_id, None, reason)


def _revise(session: Session, actor: Actor, reading_id: int, value: int | None, reason: str) -> Reading:
    reason = line(reason, _("Lý do"), most=500, needed=True)
    wait(session)
    first = session.get(Reading, reading_id)
    if first is None:
        raise Missing(_("Không có số liệu số {number}.").format(number=reading_id))
    if first.corrects_id is not None:
        first = session.get_one(Reading, first.corrects_id)
    found = session.execute(select(VALUE.label("value")).where(Reading.id == first.id, *STANDING)).one_or_none()
    if found is None:
        raise Refused(_("Số liệu này đã bỏ. Hãy ghi số liệu mới."))
    if value is not None and value == found.value:
        raise Refused(_("Giá trị mới giống giá trị đang có: {value}.").format(value=number(value)), "value")
    before, after = _neighbours(session, first.series, first.as_of, first.id) if first.series else (0, None)
    counts = before if value is None else value
    row = Reading(
        unit_id=first.unit_id, delivery_id=first.delivery_id, activity_id=first.activity_id,
        account_id=first.account_id, metric=first.metric, value=found.value if value is None else value,
        measure=first.measure, source=first.source, as_of=first.as_of, day=first.day, channel=first.channel,
        form=first.form, themes=first.themes, series=first.series, gain=counts - found.value,
        next_id=after, recorded_at=clock.now(), recorded_by=actor.person_id, evidence_id=first.evidence_id,
        corrects_id=first.id, struck=value is None, note=reason,
    )  # fmt: skip
    session.add(row)
    session.flush()
    act = "reading.strike" if value is None else "reading.correct"
    detail: dict[str, Any] = {"metric": first.metric, "before": found.value, "after": value, "reason": reason}
    audit.record(session, actor, act, "reading", first.id, unit_id=first.unit_id, **detail)
    return row


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day's figures are taken: its last moment, or now while it lasts."""
    now = clock.now()
    if day > clock.local_day(now, zone):
        raise Refused(_("Số liệu không thể có vào ngày chưa tới. Hãy chọn lại ngày."), "day")
    return min(clock.day_span(day, day, zone)[1] - datetime.resolution, now)
