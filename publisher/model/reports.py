"""Reports that are due, what was typed into them, their closed editions, and what happened to each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

REPORT_STATES = ("open", "closed", "submitted", "returned", "accepted")
REPORT_ACTS = ("close", "reopen", "submit", "return", "accept", "remind", "escalate")
SENDERS = ("own", "below")
SHIFTS = ("", "next", "previous", "none")


class DueReport(Base):
    """One report of one unit for one period of a calendar: the duty of the year, and the report while it is written."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("unit_id", "calendar", "period"),
        CheckConstraint(f"state IN {REPORT_STATES!r}", name="state"),
        CheckConstraint("data_to >= data_from", name="window"),
        Index("ix_report_due_on", "due_on"),
        Index("ix_report_recipient_unit_id_due_on", "recipient_unit_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    duty: Mapped[str] = mapped_column(default="")  # ref of the plan's duty, which may leave the file
    calendar: Mapped[str]
    period: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str]
    data_from: Mapped[date]
    data_to: Mapped[date]
    counted_to: Mapped[date]  # the last day that counts: the window's end or the earlier cut-off
    due_on: Mapped[date]
    due_nominal: Mapped[date]
    assumed: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str]
    recipient_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    content: Mapped[str] = mapped_column(default="")
    template: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    narrative: Mapped[dict[str, Any]]  # block → text that somebody wrote; absent blocks follow the figures
    paper: Mapped[dict[str, Any]]  # number, day, signer of this document
    submitted_on: Mapped[date | None]  # the office's day of the first submission: late or not
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ReportEntry(Base):
    """A figure typed into a report, with its reason; append-only (trigger), the newest of a line and column counts."""

    __tablename__ = "report_entry"
    __table_args__ = (
        CheckConstraint("line IN ('now','running','before')", name="line"),
        CheckConstraint("value IS NULL OR value >= 0", name="value"),
        Index("ix_report_entry_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    key: Mapped[str]
    line: Mapped[str]
    value: Mapped[int | None] = mapped_column(BigInteger)  # None takes an earlier entry back
    reason: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ReportEdition(Base):
    """What a report said when it was closed: canonical JSON and its sha256; append-only (trigger)."""

    __tablename__ = "report_edition"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    content: Mapped[str]
    sha256: Mapped[str]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime]


class ReportAct(Base):
    """What was done with a report, by whom and why; append-only (trigger)."""

    __tablename__ = "report_act"
    __table_args__ = (
        CheckConstraint(f"act IN {REPORT_ACTS!r}", name="act"),
        CheckConstraint("act NOT IN ('reopen','return') OR reason <> ''", name="reason"),
        Index("ix_report_act_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    act: Mapped[str]
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("report_edition.id"))
    reason: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ReportRule(Base):
    """The office's word on a duty of a plan: by which calendar, who sends, how due dates move."""

    __tablename__ = "report_rule"
    __table_args__ = (
        UniqueConstraint("plan_id", "ref"),
        CheckConstraint(f"senders IN {SENDERS!r}", name="senders"),
        CheckConstraint(f"shift IN {SHIFTS!r}", name="shift"),
        CheckConstraint("earlier_days BETWEEN 0 AND 30", name="earlier_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ref: Mapped[str]
    calendar: Mapped[str]
    senders: Mapped[str]
    shift: Mapped[str] = mapped_column(default="")  # empty: as the office's setting, else the calendar, says
    earlier_days: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]


class UnitPaper(Base):
    """The letterhead of a unit's documents, as somebody set it; units without one have the usual."""

    __tablename__ = "unit_paper"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
