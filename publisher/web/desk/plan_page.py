"""What one plan's page shows, read in one session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import planning
from publisher.model import Person, Plan, PlanItem, ReportDuty, Slot, Target, Task, Unit
from publisher.planning import TaskProgress
from publisher.refusal import Missing
from publisher.security import rights_in
from publisher.text import number
from publisher.words import _, mark
from schedules.cadence import CadenceError, describe, parse
from schedules.periods import PRESETS

MOST_SLOTS = 2000  # proposed days read of one plan: five years of the richest plan have about 1,500
NEXT_SHOWN, PAST_SHOWN = 20, 40
GROUPS = {
    "purpose": mark("Mục đích, yêu cầu"),
    "theme": mark("Nội dung tuyên truyền"),
    "form": mark("Hình thức tuyên truyền"),
    "audience": mark("Đối tượng"),
    "duty": mark("Trách nhiệm tổ chức thực hiện"),
}


@dataclass(frozen=True)
class TaskRow:
    """One row of the task table: the plan's words and what was done of them."""

    progress: TaskProgress
    cadence: str
    deadline: str
    partners: tuple[str, ...]
    channels: tuple[str, ...]
    uncertain: str


@dataclass(frozen=True)
class TargetRow:
    """A number to reach, and what it is measured by."""

    text: str
    number: str
    measure: str
    uncertain: str


@dataclass(frozen=True)
class DutyRow:
    """Who reports to whom, for which periods, by when."""

    sender: str
    recipient: str
    periods: str
    calendar: str
    due: tuple[tuple[str, str], ...]  # (period, ISO day)
    deadline: str
    content: str
    means: str
    uncertain: str


@dataclass(frozen=True)
class Day:
    """A day the plan proposes."""

    slot_id: int
    day: date
    at: str
    channel: str
    row: str
    text: str


@dataclass(frozen=True)
class Page:
    """One plan."""

    plan: Plan
    unit: str
    tasks: list[TaskRow]
    targets: list[TargetRow]
    duties: list[DutyRow]
    groups: dict[str, list[PlanItem]]
    coming: list[Day]
    past: list[Day]
    dismissed: list[Day]
    more: int  # proposed days beyond those in `coming`
    rights: frozenset[str]

    @property
    def planned(self) -> int:
        """Days until the plan's end."""
        return sum(row.progress.planned for row in self.tasks)

    @property
    def done(self) -> int:
        """Days whose post is public."""
        return sum(row.progress.done for row in self.tasks)

    @property
    def late(self) -> int:
        """Days gone by without a public post."""
        return sum(row.progress.late for row in self.tasks)

    @property
    def uncertain(self) -> int:
        """Readings of the document that somebody has to check."""
        marks = [item.uncertain for group in self.groups.values() for item in group]
        marks += [task.uncertain for task in self.tasks] + [target.uncertain for target in self.targets]
        return sum(bool(one) for one in (*marks, *(duty.uncertain for duty in self.duties)))


def read_plan(session: Session, person: Person, plan_id: int, today: date) -> Page:
    """Return a plan of a unit the person may read; `Missing` for any other: 8 queries."""
    row = session.execute(select(Plan, Unit.name).join(Unit, Unit.id == Plan.unit_id).where(Plan.id == plan_id)).first()
    rights = rights_in(session, person, row.Plan.unit_id) if row is not None else frozenset()
    if row is None or "read" not in rights:
        raise Missing(_("Không có kế hoạch số {number}.").format(number=plan_id))
    found = planning.tasks_of(session, plan_id)
    progress = planning.progress(session, plan_id, today, found)
    tasks = {task.id: task for task in found}
    targets = session.scalars(select(Target).where(Target.plan_id == plan_id).order_by(Target.id))
    duties = session.scalars(select(ReportDuty).where(ReportDuty.plan_id == plan_id).order_by(ReportDuty.id))
    groups: dict[str, list[PlanItem]] = {}
    for item in session.scalars(select(PlanItem).where(PlanItem.plan_id == plan_id).order_by(PlanItem.id)):
        groups.setdefault(item.kind, []).append(item)
    days = _days(session, tasks)
    coming = [day for state, day in days if state == "proposed" and day.day >= today]
    past = [day for state, day in days if state == "proposed" and day.day < today]
    return Page(
        plan=row.Plan,
        unit=row.name,
        tasks=[_task(tasks[one.task_id], one) for one in progress],
        targets=[_target(target) for target in targets],
        duties=[_duty(duty) for duty in duties],
        groups={_(title): groups[kind] for kind, title in GROUPS.items() if kind in groups},
        coming=coming[:NEXT_SHOWN],
        past=past[::-1][:PAST_SHOWN],
        dismissed=[day for state, day in days if state == "dismissed"][:PAST_SHOWN],
        more=max(len(coming) - NEXT_SHOWN, 0),
        rights=rights,
    )


def _days(session: Session, tasks: Mapping[int, Task]) -> list[tuple[str, Day]]:
    rows = session.scalars(
        select(Slot).where(Slot.task_id.in_(tasks), Slot.state != "used").order_by(Slot.day, Slot.id).limit(MOST_SLOTS)
    )
    return [
        (slot.state, Day(slot.id, slot.day, slot.at, slot.channel, tasks[slot.task_id].row, tasks[slot.task_id].text))
        for slot in rows
    ]


def _task(task: Task, progress: TaskProgress) -> TaskRow:
    words = cadence_words(task.cadence)
    deadline = task.deadline if task.deadline.casefold() != words.casefold() else ""
    return TaskRow(progress, words, deadline, tuple(task.partners), tuple(task.channels), task.uncertain)


def cadence_words(spec: Mapping[str, Any]) -> str:
    """Return a stored cadence in Vietnamese; one that a newer release no longer reads is shown as nothing."""
    try:
        return describe(parse(spec))
    except CadenceError:
        return ""


def _target(target: Target) -> TargetRow:
    detail = target.detail
    over = " / ".join(part for part in (detail.get("numerator"), detail.get("denominator")) if part)
    return TargetRow(target.text, _number(detail), over or detail.get("source") or "", target.uncertain)


def _number(detail: Mapping[str, Any]) -> str:
    low, high, value = (_plain(detail.get(name)) for name in ("at_least", "at_most", "value"))
    unit = detail.get("unit") or ""
    if low and high:
        return _("từ {low} đến {high} {unit}").format(low=low, high=high, unit=unit).strip()
    if low:
        return _("ít nhất {low} {unit}").format(low=low, unit=unit).strip()
    if high:
        return _("không quá {high} {unit}").format(high=high, unit=unit).strip()
    return f"{value} {unit}".strip() if value else ""


def _plain(value: float | None) -> str:
    """Write a number the Vietnamese way: 95 → 95, 97.5 → 97,5; nothing for None."""
    if value is None:
        return ""
    return number(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0").replace(".", ",")


def _duty(duty: ReportDuty) -> DutyRow:
    calendar = PRESETS.get(duty.calendar)
    return DutyRow(
        duty.sender, duty.recipient, duty.detail.get("periods") or "", calendar.title if calendar else duty.calendar,
        tuple((due["period"], due["day"]) for due in duty.detail.get("due") or ()),
        duty.detail.get("deadline") or "", duty.content, duty.means, duty.uncertain,
    )  # fmt: skip
