"""The audit trail: who did what to what, when; append-only and chained, with the clock as one of the actors."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from publisher import clock
from publisher.model import Audit, Person

_WAITING = "trail"  # in a session's `info`: acts of the transaction that are not written yet
_NEWEST = select(Audit.hash).order_by(Audit.id.desc()).limit(1)
_ADD = insert(Audit.__table__)  # type: ignore[arg-type]  # a Table, which mypy sees as FromClause
_CHAIN_LOCK = 7_601  # PostgreSQL advisory lock: the chain has one end, so its writers queue


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or the machine under the name `clock` or `command`."""

    name: str
    person_id: int | None = None


CLOCK = Actor("clock")
COMMAND = Actor("command")


def acting(person: Person) -> Actor:
    """Return the actor that stands for a person."""
    return Actor(person.name, person.id)


def record(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    subject_id: int,
    *,
    unit_id: int | None = None,
    **detail: Any,
) -> None:
    """Append one act to the trail in the caller's transaction; `detail` holds plain JSON values, never a secret."""
    record_many(session, actor, act, subject, [(subject_id, unit_id, detail)])


def record_many(
    session: Session, actor: Actor, act: str, subject: str, acts: Sequence[tuple[int, int | None, dict[str, Any]]]
) -> None:
    """Append the same act on several subjects: (subject id, unit id, detail) each.

    The rows are written at the very end of the transaction: its writers queue for the chain's end, and one that holds
    it while it still works on other rows would hold up everybody.
    """
    now = clock.now()
    rows = [
        {
            "at": now,
            "person_id": actor.person_id,
            "actor": actor.name,
            "act": act,
            "subject": subject,
            "subject_id": subject_id,
            "unit_id": unit_id,
            "detail": json.loads(json.dumps(detail, default=_plain, ensure_ascii=False)),
        }
        for subject_id, unit_id, detail in acts
    ]
    if session.in_nested_transaction():  # goes if the savepoint goes
        _append(session, rows)
    else:
        session.info.setdefault(_WAITING, []).extend(rows)


@event.listens_for(Session, "before_commit")
def _end(session: Session) -> None:
    rows = session.info.pop(_WAITING, []) if not session.in_nested_transaction() else []
    if rows:
        session.flush()
        _append(session, rows)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(_WAITING, None)


def _append(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    previous = session.scalar(_NEWEST) or ""
    for row in rows:
        row["previous"] = previous
        previous = row["hash"] = _hash(**row)
    if rows:
        session.execute(_ADD, rows)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _hash(
    *,
    previous: str,
    at: datetime,
    person_id: int | None,
    actor: str,
    act: str,
    subject: str,
    subject_id: int,
    unit_id: int | None,
    detail: dict[str, Any],
) -> str:
    content = [previous, at.isoformat(), person_id, actor, act, subject, subject_id, unit_id, detail]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_break(session: Session) -> int | None:
    """Return the id of the first row whose hash or predecessor does not fit, or None when the chain is whole.

    Reads in batches, so that a trail of years needs no memory; a removed last row cannot be seen from inside.
    """
    previous = ""
    # Closed also when it ends early: PostgreSQL keeps the rest of a streamed result for us until then.
    with session.scalars(select(Audit).order_by(Audit.id).execution_options(yield_per=1000)) as rows:
        for row in rows:
            found = _hash(
                previous=row.previous, at=row.at, person_id=row.person_id, actor=row.actor, act=row.act,
                subject=row.subject, subject_id=row.subject_id, unit_id=row.unit_id, detail=row.detail,
            )  # fmt: skip
            if row.previous != previous or row.hash != found:
                return row.id
            previous = row.hash
    return None
