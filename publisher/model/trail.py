"""The audit trail, and what the clock did."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base


class Audit(Base):
    """One act; append-only (trigger) and chained: each row's hash covers the hash of the row before."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_subject_id", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[str]  # the person's name at that time, or `clock`, or `command`
    act: Mapped[str]
    subject: Mapped[str]  # the table's name
    subject_id: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class Firing(Base):
    """One run of a clock job for one due time; the unique pair lets a single process win."""

    __tablename__ = "firing"
    __table_args__ = (UniqueConstraint("job", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(default="")


class Heartbeat(Base):
    """When each clock job last ran to its end, and with what result; `/healthz` reads it."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    message: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime | None]  # of the clock's own beat: ticking without a gap from then on
