"""Reminding before a report is due and telling the unit above after: once a day, written down, shown in the inbox."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import CLOCK
from publisher.delivery.jobs import Job, first_today
from publisher.delivery.outlets import World
from publisher.model import DueReport, ReportAct, Unit
from publisher.refusal import Refused
from publisher.reports import duties
from publisher.reports.regime import read_regime
from publisher.words import _, mark

OWED = ("open", "closed", "returned")  # not with the recipient yet
SOON = timedelta(days=7)
MOST = 200


@dataclass(frozen=True)
class Waiting:
    """A report that waits for somebody: `late`, `soon` and `returned` for its unit, `owed` and `to_accept` above."""

    kind: str
    report_id: int
    unit: str
    label: str
    due_on: date
    state: str
    since: datetime

    def reason(self, now: datetime) -> str:
        """Return what is to be done, as the inbox says it."""
        return reason(self.kind, self.due_on, now.date())


def reason(kind: str, due_on: date, today: date) -> str:
    """Return what is to be done about a report, in a sentence for the inbox and for letters."""
    words = {
        "late": _("Quá hạn nộp {late} ngày (hạn {day})."),
        "soon": _("Hạn nộp {day}."),
        "returned": _("Cấp trên trả lại: hãy sửa, chốt và nộp lại (hạn {day})."),
        "owed": _("Đơn vị cấp dưới chưa nộp, quá hạn {late} ngày (hạn {day})."),
        "to_accept": _("Đã nộp, chờ tiếp nhận hoặc trả lại."),
    }
    return words[kind].format(day=due_on.strftime("%d/%m/%Y"), late=(today - due_on).days)


def _wanting(units: Collection[int], today: date) -> ColumnElement[bool]:
    """Reports that want somebody in these units.

    A unit that owes a report sees it a week before it is due; the unit above sees it from the day after, and what
    was handed in to it until it is taken over.
    """
    owed = DueReport.state.in_(OWED)
    return or_(
        DueReport.unit_id.in_(units) & owed & (DueReport.due_on <= today + SOON),
        DueReport.recipient_unit_id.in_(units) & owed & (DueReport.due_on < today),
        DueReport.recipient_unit_id.in_(units) & (DueReport.state == "submitted"),
    )


def waiting(session: Session, units: Collection[int], today: date) -> list[Waiting]:
    """Return the reports that want somebody in these units, most pressing first: 1 query."""
    rows = session.execute(
        select(DueReport, Unit.short_name.label("unit"))
        .join(Unit, Unit.id == DueReport.unit_id)
        .where(_wanting(units, today))
        .order_by(DueReport.due_on, DueReport.id)
        .limit(MOST)
    )
    return [
        Waiting(
            _kind(row.DueReport, units, today), row.DueReport.id, row.unit, row.DueReport.label, row.DueReport.due_on,
            row.DueReport.state, row.DueReport.changed_at,
        )
        for row in rows
    ]  # fmt: skip


def count(units: Collection[int], today: date) -> ScalarSelect[int]:
    """Return a subquery that counts the reports that want somebody in these units."""
    return select(func.count()).select_from(DueReport).where(_wanting(units, today)).scalar_subquery()


def _kind(row: DueReport, units: Collection[int], today: date) -> str:
    if row.state == "submitted":
        return "to_accept"
    if row.unit_id not in units:
        return "owed"
    if row.state == "returned":
        return "returned"
    return "late" if row.due_on < today else "soon"


@dataclass(frozen=True)
class Owed:
    """A report that is due soon or late: whose, to whom, in how many days; `said` when today is a day to remind."""

    report: DueReport
    unit: str
    days: int
    said: bool

    @property
    def late(self) -> bool:
        return self.days < 0


def owed(session: Session, today: date, most: int) -> list[Owed]:
    """Return the reports of all units that are not handed in and were or will be reminded of: 2 queries."""
    ahead = read_regime(session).remind_days
    rows = session.execute(
        select(DueReport, Unit.short_name.label("unit"))
        .join(Unit, Unit.id == DueReport.unit_id)
        .where(DueReport.state.in_(OWED), DueReport.due_on <= today + timedelta(days=max(ahead, default=0)))
        .order_by(DueReport.due_on.desc(), DueReport.id)
        .limit(most)
    )
    counted = [(row.DueReport, row.unit, (row.DueReport.due_on - today).days) for row in rows]
    return [Owed(report, unit, days, days < 0 or days in ahead) for report, unit, days in counted]


def remind(session: Session, today: date) -> tuple[int, int]:
    """Write down today's reminders and escalations in the trail and each report's history; return how many of each.

    A report is reminded of on the office's days before it is due, and escalated on the first day after.
    """
    ahead = {today + timedelta(days=days) for days in read_regime(session).remind_days}
    rows = session.scalars(
        select(DueReport)
        .where(DueReport.state.in_(OWED))
        .where(or_(DueReport.due_on.in_(ahead), DueReport.due_on < today))
        .order_by(DueReport.id)
    ).all()
    told = set(
        session.scalars(
            select(ReportAct.report_id).where(
                ReportAct.act == "escalate", ReportAct.report_id.in_([row.id for row in rows])
            )
        )
    )
    counts = {"remind": 0, "escalate": 0}
    for row in rows:
        act = "escalate" if row.due_on < today else "remind"
        if act == "escalate" and row.id in told:
            continue
        counts[act] += 1
        session.add(ReportAct(report_id=row.id, act=act, at=clock.now()))
        audit.record(
            session, CLOCK, f"report.{act}", "report", row.id,
            unit_id=row.unit_id, period=row.period, due_on=row.due_on.isoformat(), upper=row.recipient_unit_id,
        )  # fmt: skip
    return counts["remind"], counts["escalate"]


def _daily(world: World) -> str:
    """Bring this year's and next year's duties up to date, then remind."""
    now = clock.now()
    if not first_today(world, "reports", now):
        return ""
    today = clock.local_day(now, world.config.zone)
    made = 0
    faults = []
    for year in (today.year, today.year + 1):
        try:
            with world.db.writing() as session:
                made += duties.make_year(session, CLOCK, year).made
        except Refused as error:  # a rule that contradicts a calendar must not stop the reminders
            faults.append(error.message)
    with world.db.writing() as session:
        reminded, escalated = remind(session, today)
    return " ".join((f"made={made} reminded={reminded} escalated={escalated}", *faults))


JOB = Job("reports", mark("Nhắc hạn báo cáo"), 3600, 3 * 3600, _daily)
