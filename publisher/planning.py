"""Plans: importing a file so that a second import changes nothing, and what was done of each task."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Base, Plan, PlanItem, Post, ReportDuty, Slot, Target, Task, Unit
from publisher.refusal import Missing, Refused
from publisher.words import _
from schedules.plan_file import PlanFile, plans, proposals, redate


@dataclass(frozen=True)
class Imported:
    """What an import did: rows created, changed, left as they were; slots newly proposed and taken back."""

    plan_id: int
    created: int
    changed: int
    unchanged: int
    slots_added: int
    slots_removed: int


@dataclass(frozen=True)
class TaskProgress:
    """One task: days planned until the end of the plan, of them done and late, and the next open day."""

    task_id: int
    ref: str
    row: str
    text: str
    lead: str
    planned: int
    done: int
    late: int
    next_day: date | None


def import_plan(session: Session, actor: Actor, unit: Unit, plan: PlanFile, year: int | None = None) -> Imported:
    """Store a plan for a unit, or bring the stored one to the state of the file; `year` re-dates an old plan.

    Rows are matched by their ID in the document. A task that left the file is kept but dropped, since posts may
    refer to it; a slot that is in use stays whatever the file says.
    """
    if year is not None:
        try:
            plan = redate(plan, year)
        except ValueError as error:
            raise Refused(_("Năm {year} không dùng được: {why}").format(year=year, why=error), "year") from error
    data = json.loads(json.dumps(dataclasses.asdict(plan), default=str))
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    row = session.scalar(
        select(Plan).where(Plan.unit_id == unit.id, Plan.code == plan.code, Plan.year_from == plan.years.first)
    )
    if row is None:
        row = Plan(unit_id=unit.id, code=plan.code, year_from=plan.years.first, digest="", imported_at=clock.now())
        _fill(row, _head(plan, data))
        session.add(row)
        session.flush()
    elif row.digest == digest:
        return Imported(row.id, 0, 0, len(plan.ids()), 0, 0)
    else:
        _fill(row, _head(plan, data))
        row.imported_at = clock.now()
    counts = [0, 0, 0]
    for table, wanted in _rows(plan, data):
        _merge(session, row.id, table, wanted, counts)
    added, removed = _propose(session, row.id, plan)
    row.digest = digest
    audit.record(
        session, actor, "plan.import", "plan", row.id, unit_id=unit.id, code=plan.code,
        created=counts[0], changed=counts[1], slots=added,
    )  # fmt: skip
    return Imported(row.id, counts[0], counts[1], counts[2], added, removed)


def _head(plan: PlanFile, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": plan.title,
        "family": plan.family,
        "issuer": plan.issuer.name,
        "document": {key: data[key] for key in ("document", "issuer", "slogan", "sections", "redated_from")},
        "year_to": plan.years.last,
    }


_CODES = ("themes", "tags", "forms", "channels", "audiences")


def _rows(plan: PlanFile, data: dict[str, Any]) -> Iterable[tuple[type[Base], dict[str, dict[str, Any]]]]:
    """Return, per table, the rows the file asks for: ID → column values."""
    items: dict[str, dict[str, Any]] = {}
    groups = {"purposes": "purpose", "themes": "theme", "forms": "form", "audiences": "audience", "duties": "duty"}
    for group, kind in groups.items():
        for item in data[group]:
            rest = {key: value for key, value in item.items() if key not in {"id", "section", "text", "uncertain"}}
            items[item["id"]] = {
                "kind": kind, "section": item["section"], "text": item["text"],
                "detail": rest, "uncertain": item["uncertain"],
            }  # fmt: skip
    yield PlanItem, items
    yield Task, {
        item["id"]: {
            "row": item["row"], "section": item["section"], "text": item["text"], "lead": item["lead"],
            "partners": item["partners"], "deadline": item["deadline"], "cadence": item["cadence"],
            "forms": item["forms"], "channels": item["channels"], "themes": item["themes"],
            "uncertain": item["uncertain"], "position": position, "dropped": False,
        }
        for position, item in enumerate(data["tasks"])
    }  # fmt: skip
    target_detail = ("at_least", "at_most", "value", "unit", "numerator", "denominator", "source")
    yield Target, {
        item["id"]: {
            "text": item["text"], "kind": item["kind"], "detail": {key: item[key] for key in target_detail},
            "uncertain": item["uncertain"],
        }
        for item in data["targets"]
    }  # fmt: skip
    yield ReportDuty, {
        item["id"]: {
            "sender": item["sender"], "recipient": item["recipient"], "calendar": item["calendar"] or "",
            "content": item["content"], "means": item["means"],
            "detail": {key: item[key] for key in ("periods", "due", "deadline", "section", "cadence")},
            "uncertain": item["uncertain"],
        }
        for item in data["reports"]
    }  # fmt: skip


def _fill(row: Base, values: dict[str, Any]) -> bool:
    changed = False
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed


def _merge(session: Session, plan_id: int, table: Any, wanted: dict[str, dict[str, Any]], counts: list[int]) -> None:
    stored = {row.ref: row for row in session.scalars(select(table).where(table.plan_id == plan_id))}
    for ref, values in wanted.items():
        if ref not in stored:
            session.add(table(plan_id=plan_id, ref=ref, **values))
            counts[0] += 1
        else:
            counts[1 if _fill(stored[ref], values) else 2] += 1
    for ref in stored.keys() - wanted.keys():
        if table is Task:
            stored[ref].dropped = True
        else:
            session.delete(stored[ref])
        counts[1] += 1
    session.flush()


def _propose(session: Session, plan_id: int, plan: PlanFile) -> tuple[int, int]:
    tasks = {row.ref: row.id for row in session.scalars(select(Task).where(Task.plan_id == plan_id))}
    wanted: dict[tuple[int, date, str], str] = {}
    for year in range(plan.years.first, plan.years.last + 1):
        for proposal in proposals(plan, year):
            at = proposal.times[0].strftime("%H:%M") if proposal.times else ""
            wanted[(tasks[proposal.task_id], proposal.day, proposal.channel or "")] = at
    stored = {
        (slot.task_id, slot.day, slot.channel): slot
        for slot in session.scalars(select(Slot).where(Slot.task_id.in_(tasks.values())))
    }
    new = wanted.keys() - stored.keys()
    session.add_all(
        Slot(task_id=task, day=day, channel=channel, at=wanted[task, day, channel]) for task, day, channel in new
    )
    gone = [slot for key, slot in stored.items() if key not in wanted and slot.state == "proposed"]
    for slot in gone:
        session.delete(slot)
    session.flush()
    return len(new), len(gone)


def shipped(code: str) -> PlanFile:
    """Return one of the plans that come with the system, by its code; `Missing` names those there are."""
    from schedules.plan_file import load

    try:
        return load(plans()[code.upper()])
    except KeyError as error:
        raise Missing(
            _("Không có kế hoạch mẫu «{code}». Có: {known}.").format(code=code, known=", ".join(plans()))
        ) from error


def get_plan(session: Session, plan_id: int) -> Plan:
    """Return a plan, or raise `Missing`."""
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise Missing(_("Không có kế hoạch số {number}.").format(number=plan_id))
    return plan


def tasks_of(session: Session, plan_id: int) -> list[Task]:
    """Return the tasks that stand in a plan, in the order of the document: 1 query."""
    query = select(Task).where(Task.plan_id == plan_id, Task.dropped.is_(False)).order_by(Task.position)
    return list(session.scalars(query))


def progress(session: Session, plan_id: int, today: date, tasks: Sequence[Task] | None = None) -> list[TaskProgress]:
    """Return what was planned, done and is late of each task, in the order of the document: 2 queries.

    `tasks` are those of the plan where they have been read already. A slot is done when the post written for it is
    public; it is late when its day has passed and it is not done.
    """
    published = Post.live.is_not(None)
    done = func.sum(case((published, 1), else_=0))
    overdue = func.sum(case(((Slot.day < today) & Post.live.is_(None), 1), else_=0))
    upcoming = func.min(case(((Slot.day >= today) & Post.live.is_(None), Slot.day), else_=None))
    sums = {
        row.task_id: row
        for row in session.execute(
            select(
                Slot.task_id, func.count().label("planned"), done.label("done"), overdue.label("late"),
                upcoming.label("next_day"),
            )
            .join(Task, Task.id == Slot.task_id)
            .outerjoin(Post, Post.slot_id == Slot.id)
            .where(Task.plan_id == plan_id, Slot.state != "dismissed")
            .group_by(Slot.task_id)
        )
    }  # fmt: skip
    out = []
    for task in tasks_of(session, plan_id) if tasks is None else tasks:
        row = sums.get(task.id)
        numbers = (row.planned, row.done, row.late, row.next_day) if row else (0, 0, 0, None)
        out.append(TaskProgress(task.id, task.ref, task.row, task.text, task.lead, *numbers))
    return out


def dismiss_slot(session: Session, actor: Actor, slot_id: int) -> Slot:
    """Take a proposed day off the calendar; asking again brings it back."""
    slot = session.get(Slot, slot_id)
    if slot is None:
        raise Missing(_("Không có ngày đề xuất số {number}.").format(number=slot_id))
    if slot.state == "used":
        raise Refused(_("Ngày này đã có bài: hãy bỏ hoặc dời bài đó."))
    slot.state = "dismissed" if slot.state == "proposed" else "proposed"
    owner = session.scalar(select(Plan.unit_id).join(Task, Task.plan_id == Plan.id).where(Task.id == slot.task_id))
    audit.record(session, actor, f"slot.{slot.state}", "slot", slot.id, unit_id=owner)
    return slot
