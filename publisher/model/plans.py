"""A publicity plan read from a file: its items, tasks, targets, report duties, and the dates it proposes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base


class Plan(Base):
    """One plan of one unit for its years; re-importing the same file changes nothing (`digest`)."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("unit_id", "code", "year_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    title: Mapped[str]
    family: Mapped[str]
    issuer: Mapped[str]
    document: Mapped[dict[str, Any]]
    year_from: Mapped[int]
    year_to: Mapped[int]
    digest: Mapped[str]
    imported_at: Mapped[datetime]


class PlanItem(Base):
    """A purpose, theme, form, audience or organisational duty of a plan, with the ID it has in the document."""

    __tablename__ = "plan_item"
    __table_args__ = (
        UniqueConstraint("plan_id", "ref"),
        CheckConstraint("kind IN ('purpose','theme','form','audience','duty')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]
    kind: Mapped[str]
    section: Mapped[str]
    text: Mapped[str]
    detail: Mapped[dict[str, Any]]
    uncertain: Mapped[str] = mapped_column(default="")


class Task(Base):
    """A row of the plan's task table: who leads, with whom, how often, in which form."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("plan_id", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]
    row: Mapped[str]
    section: Mapped[str]
    text: Mapped[str]
    lead: Mapped[str]
    partners: Mapped[list[Any]]
    deadline: Mapped[str]
    cadence: Mapped[dict[str, Any]]
    forms: Mapped[list[Any]]
    channels: Mapped[list[Any]]
    themes: Mapped[list[Any]]
    uncertain: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    dropped: Mapped[bool] = mapped_column(default=False)  # no longer in the file; kept, since posts refer to it


class Target(Base):
    """A number the plan sets: a ratio, range, count, rank or quality, with what it is measured by."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("plan_id", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]
    text: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
    uncertain: Mapped[str] = mapped_column(default="")


class ReportDuty(Base):
    """Who reports to whom, by which calendar, due when."""

    __tablename__ = "report_duty"
    __table_args__ = (UniqueConstraint("plan_id", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]
    sender: Mapped[str]
    recipient: Mapped[str]
    calendar: Mapped[str]
    content: Mapped[str]
    means: Mapped[str]
    detail: Mapped[dict[str, Any]]
    uncertain: Mapped[str] = mapped_column(default="")


class Slot(Base):
    """A day the plan proposes for a task on a channel; an editor turns it into a post or dismisses it."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("task_id", "day", "channel"),
        CheckConstraint("state IN ('proposed','used','dismissed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    day: Mapped[date] = mapped_column(index=True)
    at: Mapped[str] = mapped_column(default="")  # wall-clock time "05:15" where the plan names one
    channel: Mapped[str] = mapped_column(default="")  # empty: the plan names no channel
    state: Mapped[str] = mapped_column(default="proposed")
