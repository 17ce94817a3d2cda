"""Which reports are due in a year: made from the duties of plans, kept as rows, following the office's rules."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import SENDERS, SHIFTS, DueReport, Plan, ReportDuty, ReportRule, Unit, UnitLink
from publisher.refusal import Missing, Refused
from publisher.reports.regime import Regime, read_regime
from publisher.words import _
from schedules.periods import Period

MOST = 2000  # reports of a year on a page


@dataclass(frozen=True)
class Made:
    """What bringing a year up to date did: rows made, changed, taken away; duties that name no calendar."""

    made: int = 0
    changed: int = 0
    removed: int = 0
    without_calendar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duty:
    """A duty of a plan with the office's rule on it; `calendar` is empty while nobody chose one."""

    row: ReportDuty
    plan: Plan
    calendar: str
    senders: str
    shift: str
    earlier_days: int
    chosen: bool


@dataclass(frozen=True)
class _Sender:
    unit_id: int
    recipient_unit_id: int | None
    union: bool


def make_year(session: Session, actor: Actor, year: int, plans: Collection[int] | None = None) -> Made:
    """Bring the reports of a year up to date from the plans that cover it; a second call changes nothing.

    A report that is written on keeps its row; its dates follow the rule only while it is open. `Refused` when a
    calendar is unknown or its dates contradict a rule.
    """
    regime = read_regime(session)
    found = duties(session, year, plans)
    wanted: dict[tuple[int, str, str], dict[str, Any]] = {}
    for duty in found:
        if duty.calendar:
            senders = _senders(session, duty)
            for period in _of_duty(duty, regime.year(duty.calendar, year, duty.shift, duty.earlier_days), year):
                for sender in senders:
                    key = (sender.unit_id, period.code, period.key)
                    wanted.setdefault(key, _values(duty, sender, period))
    counts = _merge(session, wanted, year, {duty.plan.id for duty in found})
    missing = tuple(duty.row.ref for duty in found if not duty.calendar)
    if any(counts):
        audit.record(
            session, actor, "report.year", "report", year, made=counts[0], changed=counts[1], removed=counts[2]
        )
    return Made(*counts, missing)


def duties(session: Session, year: int, plans: Collection[int] | None = None) -> list[Duty]:
    """Return the duties of the plans that cover a year, with the office's rules: 2 queries and 1 a plan."""
    query = select(Plan).where(Plan.year_from <= year, Plan.year_to >= year).order_by(Plan.id)
    if plans is not None:
        query = query.where(Plan.id.in_(plans))
    held = {plan.id: plan for plan in session.scalars(query)}
    rules = {(rule.plan_id, rule.ref): rule for rule in session.scalars(select(ReportRule))}
    rows = session.scalars(select(ReportDuty).where(ReportDuty.plan_id.in_(held)).order_by(ReportDuty.id)).all()
    return [_duty(session, row, held[row.plan_id], rules.get((row.plan_id, row.ref))) for row in rows]


def _duty(session: Session, row: ReportDuty, plan: Plan, rule: ReportRule | None) -> Duty:
    if rule is not None:
        return Duty(row, plan, rule.calendar, rule.senders, rule.shift, rule.earlier_days, chosen=True)
    # A duty that names its calendar is one that an issuer gives to the units below it; a unit that has none
    # below was given the plan to carry out, and reports itself.
    below = bool(row.calendar) and bool(_children(session, plan.unit_id))
    return Duty(row, plan, row.calendar, "below" if below else "own", "", 0, chosen=False)


def set_rule(
    session: Session, actor: Actor, plan: Plan, ref: str, *, calendar: str, senders: str, shift: str, earlier_days: int
) -> None:
    """Store by which calendar a duty is due, who sends it, how its due dates move; the years in work follow.

    `calendar` empty leaves the duty without dates.
    """
    if session.scalar(select(ReportDuty.id).where(ReportDuty.plan_id == plan.id, ReportDuty.ref == ref)) is None:
        raise Missing(_("Kế hoạch không có chế độ báo cáo {ref}.").format(ref=ref))
    if calendar and calendar not in read_regime(session).calendars:
        raise Refused(_("Không có lịch báo cáo «{code}».").format(code=calendar), "calendar")
    if senders not in SENDERS or shift not in SHIFTS:
        raise Refused(_("Hãy chọn đơn vị gửi và cách dời hạn trong danh sách."), "senders")
    if not 0 <= earlier_days <= 30:
        raise Refused(_("Số ngày nộp sớm phải từ 0 đến 30."), "earlier_days")
    rule = session.scalar(select(ReportRule).where(ReportRule.plan_id == plan.id, ReportRule.ref == ref))
    if rule is None:
        rule = ReportRule(plan_id=plan.id, ref=ref)
        session.add(rule)
    rule.calendar, rule.senders, rule.shift, rule.earlier_days = calendar, senders, shift, earlier_days
    rule.changed_at = clock.now()
    session.flush()
    audit.record(
        session, actor, "report.rule", "plan", plan.id,
        unit_id=plan.unit_id, ref=ref, calendar=calendar, senders=senders, shift=shift, earlier_days=earlier_days,
    )  # fmt: skip
    now = clock.now().year
    periods = session.scalars(select(DueReport.period).where(DueReport.plan_id == plan.id).distinct())
    for year in sorted({int(period[:4]) for period in periods} | {now, now + 1}):
        if plan.year_from <= year <= plan.year_to:
            make_year(session, actor, year, {plan.id})


def _of_duty(duty: Duty, periods: Iterable[Period], year: int) -> list[Period]:
    """Return those periods that the duty asks for; a plan may share one calendar among several duties (HZ23)."""
    named = {str(one["period"]) for one in duty.row.detail.get("due") or []}
    if not named or duty.calendar != duty.row.calendar:
        return list(periods)
    return [period for period in periods if re.sub(rf"( năm)? {year}$", "", period.label) in named]


def _children(session: Session, unit_id: int) -> list[tuple[int, str]]:
    """Return the units directly below a unit today with their kinds."""
    today = clock.now().date()
    rows = session.execute(
        select(Unit.id, Unit.kind)
        .join(UnitLink, UnitLink.child_id == Unit.id)
        .where(UnitLink.parent_id == unit_id, UnitLink.hierarchy.in_(("hanh_chinh", "cong_doan")))
        .where(UnitLink.valid_from <= today, UnitLink.valid_to.is_(None) | (UnitLink.valid_to >= today))
        .where(Unit.valid_to.is_(None) | (Unit.valid_to >= today))
        .order_by(Unit.id)
    )
    return [(row.id, row.kind) for row in rows]


def above(session: Session, unit_id: int) -> Unit | None:
    """Return the unit directly above one today, the first of several; None at the top."""
    today = clock.now().date()
    return session.scalars(
        select(Unit)
        .join(UnitLink, UnitLink.parent_id == Unit.id)
        .where(UnitLink.child_id == unit_id, UnitLink.hierarchy.in_(("hanh_chinh", "cong_doan")))
        .where(UnitLink.valid_from <= today, UnitLink.valid_to.is_(None) | (UnitLink.valid_to >= today))
        .order_by(UnitLink.id)
        .limit(1)
    ).first()


def _senders(session: Session, duty: Duty) -> list[_Sender]:
    plan = duty.plan
    if duty.senders == "below":
        return [_Sender(unit, plan.unit_id, kind == "cong_doan") for unit, kind in _children(session, plan.unit_id)]
    unit = session.get_one(Unit, plan.unit_id)
    upper = above(session, unit.id)
    return [_Sender(unit.id, upper.id if upper else None, unit.kind == "cong_doan")]


def _values(duty: Duty, sender: _Sender, period: Period) -> dict[str, Any]:
    return {
        "plan_id": duty.plan.id, "duty": duty.row.ref, "label": period.label, "kind": period.kind,
        "data_from": period.data_from, "data_to": period.data_to, "counted_to": period.counted_to,
        "due_on": period.due, "due_nominal": period.due_nominal, "assumed": period.assumed, "note": period.note,
        "recipient": duty.row.recipient, "recipient_unit_id": sender.recipient_unit_id,
        "content": duty.row.content, "template": "union" if sender.union else "state",
    }  # fmt: skip


def _merge(
    session: Session, wanted: dict[tuple[int, str, str], dict[str, Any]], year: int, plans: set[int]
) -> tuple[int, int, int]:
    """Make, change and take away rows; one that is no longer open, or on which somebody worked, stays as it is."""
    made = changed = removed = 0
    rows = session.scalars(
        select(DueReport).where(DueReport.period.startswith(f"{year}-"), DueReport.plan_id.in_(plans))
    ).all()
    others = select(DueReport).where(DueReport.period.startswith(f"{year}-"), DueReport.plan_id.not_in(plans))
    taken = {(row.unit_id, row.calendar, row.period) for row in session.scalars(others)} if wanted else set()
    stored = {(row.unit_id, row.calendar, row.period): row for row in rows}
    now = clock.now()
    for key, values in wanted.items():
        row = stored.get(key)
        if row is None and key not in taken:
            session.add(
                DueReport(
                    unit_id=key[0], calendar=key[1], period=key[2], narrative={}, paper={},
                    created_at=now, changed_at=now, **values,
                )
            )  # fmt: skip
            made += 1
        elif row is not None and row.state == "open":
            different = {name: value for name, value in values.items() if getattr(row, name) != value}
            for name, value in different.items():
                setattr(row, name, value)
            changed += bool(different)
    for key in stored.keys() - wanted.keys():
        if stored[key].state == "open" and stored[key].revision == 1:
            session.delete(stored[key])
            removed += 1
    session.flush()
    return made, changed, removed


def of_year(session: Session, units: Collection[int], year: int) -> list[DueReport]:
    """Return the reports of some units whose period belongs to a year, by due date: 1 query."""
    return list(
        session.scalars(
            select(DueReport)
            .where(DueReport.unit_id.in_(units), DueReport.period.startswith(f"{year}-"))
            .order_by(DueReport.due_on, DueReport.unit_id, DueReport.id)
            .limit(MOST)
        )
    )


def owed_to(session: Session, units: Collection[int], year: int) -> list[DueReport]:
    """Return the reports of a year that other units owe to these, by due date: 1 query."""
    return list(
        session.scalars(
            select(DueReport)
            .where(DueReport.recipient_unit_id.in_(units), DueReport.period.startswith(f"{year}-"))
            .order_by(DueReport.due_on, DueReport.unit_id, DueReport.id)
            .limit(MOST)
        )
    )


def standing(row: DueReport, today: date) -> str:
    """Return how a report stands: its state, or `late`, `soon` (a week before due), `submitted_late`."""
    if row.state in {"submitted", "accepted"}:
        late = row.submitted_on is not None and row.submitted_on > row.due_on
        return "submitted_late" if late and row.state == "submitted" else row.state
    if today > row.due_on:
        return "late"
    return "soon" if (row.due_on - today).days <= 7 else row.state


def is_late(row: DueReport, today: date) -> bool:
    """Return whether a report was handed in after its due date, or is not yet although that has passed."""
    return (row.submitted_on or today) > row.due_on


def find(session: Session, unit_id: int, calendar: str, period: str) -> DueReport | None:
    """Return the report of a unit for a period, or None when no duty made one."""
    return session.scalar(
        select(DueReport).where(
            DueReport.unit_id == unit_id, DueReport.calendar == calendar, DueReport.period == period
        )
    )


def window_of(regime: Regime, calendar: str, key: str) -> Period:
    """Return a period by its key, with the office's own way of moving due dates; `Refused` names the keys there are."""
    year, _dash, _short = key.partition("-")
    found = regime.year(calendar, int(year), "") if re.fullmatch(r"[0-9]{4}", year) else []
    for period in found:
        if period.key == key:
            return period
    shown = found or regime.year(calendar, clock.now().year)
    known = ", ".join(period.key for period in shown)
    raise Refused(_("Lịch {code} không có kỳ «{key}»; các kỳ: {known}.").format(code=calendar, key=key, known=known))


def unowed(session: Session, unit: Unit, period: Period) -> DueReport:
    """Return a report for a period that no duty asks the unit for; it is in no table and cannot be closed."""
    upper = above(session, unit.id)
    now = clock.now()
    return DueReport(
        unit_id=unit.id, calendar=period.code, period=period.key, label=period.label, kind=period.kind,
        data_from=period.data_from, data_to=period.data_to, counted_to=period.counted_to, due_on=period.due,
        due_nominal=period.due_nominal, assumed=period.assumed, note=period.note,
        recipient=upper.name if upper else "", recipient_unit_id=upper.id if upper else None, content="", duty="",
        template="union" if unit.kind == "cong_doan" else "state", state="open", narrative={}, paper={},
        created_at=now, changed_at=now,
    )  # fmt: skip
