"""Activities that no outlet counts (conferences, leaflets, hotline calls …) and the values of a plan's targets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base


class ActivityBatch(Base):
    """A spreadsheet of activities that was taken in; the same file counts once a unit."""

    __tablename__ = "activity_batch"
    __table_args__ = (UniqueConstraint("unit_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    rows: Mapped[int]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Activity(Base):
    """Something a unit did in one of the 38 forms; its numbers are readings. Struck with a reason, never deleted."""

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("until >= day", name="days"),
        CheckConstraint("(struck_at IS NULL) = (struck_reason = '')", name="struck"),
        Index("ix_activity_unit_id_until", "unit_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    form: Mapped[str]
    day: Mapped[date]
    until: Mapped[date]  # the last day; it decides the period the activity counts in
    title: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    partner: Mapped[str] = mapped_column(default="")
    themes: Mapped[list[Any]]
    audiences: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(default="")
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)  # the plan's day it fulfils
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("activity_batch.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    struck_reason: Mapped[str] = mapped_column(default="")


class TargetValue(Base):
    """What a plan's target stands at on a day; append-only (trigger). Numbers are decimals as text, empty for none."""

    __tablename__ = "target_value"
    __table_args__ = (
        CheckConstraint("source IN ('measured','reported','estimated','sample')", name="source"),
        CheckConstraint("struck = true OR value <> '' OR (numerator <> '' AND denominator <> '')", name="number"),
        Index("ix_target_value_plan_id_ref_day", "plan_id", "ref", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]  # of the target in the document: it stays when the target leaves the file
    day: Mapped[date]
    numerator: Mapped[str] = mapped_column(default="")
    denominator: Mapped[str] = mapped_column(default="")
    value: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("target_value.id"))
    struck: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
