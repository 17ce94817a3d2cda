"""Plans: the list with its progress, taking in a plan file, and one plan's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock, planning
from publisher.audit import acting
from publisher.clock import local_day
from publisher.model import Plan, Post, Slot, Task, Unit
from publisher.refusal import Missing, Refused
from publisher.security import demand, rights_in, units_with
from publisher.web.context import installation, me, reading, writing
from publisher.web.desk import desk
from publisher.web.desk.plan_page import read_plan
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _
from schedules.plan_file import Fault, PlanFile, PlanFileError, load_text, plans

MOST_PLANS = 200
MOST_BYTES = 1_000_000  # more than this the checker refuses: no need to hold more in memory


@dataclass(frozen=True)
class Row:
    """One plan of the list: days planned, done and late until its end."""

    id: int
    code: str
    title: str
    unit: str
    first: int
    last: int
    planned: int
    done: int
    late: int


@desk.get("/ke-hoach", endpoint="plans")
@permission("read")
def plans_list() -> str:
    """List the plans of the person's units."""
    return _plans_page()


def _plans_page(sent: Form | None = None, message: str = "", faults: Collection[Fault] = ()) -> str:
    """Return the list; a refused file comes back with everything wrong in it: 4 queries beside who is asking."""
    today = local_day(clock.now(), installation().config.zone)
    with reading() as session:
        person = me(session)
        rows = _rows(session, units_with(session, person, "read"), today)
        takers = units_with(session, person, "plan")
        units = session.execute(
            select(Unit.id, Unit.name).where(Unit.id.in_(takers), Unit.valid_to.is_(None)).order_by(Unit.name)
        ).all()
    return render_template(
        "desk/plans.html",
        rows=rows, units=units, shipped=list(plans()), sent=sent, message=message, faults=list(faults), year=today.year,
    )  # fmt: skip


def _rows(session: Session, units: Collection[int], today: date) -> list[Row]:
    waiting = Post.live.is_(None)
    sums = (
        select(
            Task.plan_id,
            func.count(Slot.id).label("planned"),
            func.sum(case((Post.live.is_not(None), 1), else_=0)).label("done"),
            func.sum(case((waiting & (Slot.day < today), 1), else_=0)).label("late"),
        )
        .join(Task, Task.id == Slot.task_id)
        .outerjoin(Post, Post.slot_id == Slot.id)
        .where(Slot.state != "dismissed", Task.dropped.is_(False))
        .group_by(Task.plan_id)
        .subquery()
    )
    found = session.execute(
        select(Plan, Unit.short_name, sums.c.planned, sums.c.done, sums.c.late)
        .join(Unit, Unit.id == Plan.unit_id)
        .outerjoin(sums, sums.c.plan_id == Plan.id)
        .where(Plan.unit_id.in_(units))
        .order_by(Plan.year_from.desc(), Plan.code, Plan.id)
        .limit(MOST_PLANS)
    )
    return [
        Row(
            plan.id, plan.code, plan.title, unit, plan.year_from, plan.year_to, planned or 0, done or 0, late or 0
        )
        for plan, unit, planned, done, late in found
    ]  # fmt: skip


@desk.post("/ke-hoach")
@permission("plan")
def plan_import() -> Response | tuple[str, int]:
    """Take in an uploaded plan file, or one that comes with the system, for a unit."""
    sent = form(one=("unit", "year", "shipped"))
    try:
        found = _asked_for(sent)
        with writing() as session:
            person = me(session)
            unit_id = sent.number("unit", _("Đơn vị"))
            demand(session, person, "plan", unit_id)
            year = sent.number("year", _("Năm")) if sent["year"].strip() else None
            done = planning.import_plan(session, acting(person), session.get_one(Unit, unit_id), found, year)
    except PlanFileError as error:
        return _plans_page(sent, _("Tệp kế hoạch còn lỗi, chưa có gì được nhập."), error.faults), 422
    except Refused as error:
        return _plans_page(sent, error.message), 422
    flash(
        _("Đã nhập kế hoạch: thêm {created}, sửa {changed}, giữ nguyên {unchanged} mục; đề xuất {slots} ngày.").format(
            created=done.created, changed=done.changed, unchanged=done.unchanged, slots=done.slots_added
        ),
        "success",
    )
    return redirect(url_for("desk.plan", plan_id=done.plan_id))


def _asked_for(sent: Form) -> PlanFile:
    """Return the plan that was sent or named; raises PlanFileError with every fault of an uploaded file."""
    if sent["shipped"]:
        return planning.shipped(sent["shipped"])
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_("Hãy chọn một tệp kế hoạch (.yaml) hoặc một kế hoạch có sẵn."), "file")
    return load_text(file.stream.read(MOST_BYTES + 1), file.filename[:100])


@desk.get("/ke-hoach/<int:plan_id>")
@permission("read")
def plan(plan_id: int) -> str:
    """Show one plan: its tasks and their progress, the days it proposes, its targets and report duties."""
    today = local_day(clock.now(), installation().config.zone)
    with reading() as session:
        page = read_plan(session, me(session), plan_id, today)
    return render_template("desk/plan.html", page=page, today=today)


@desk.post("/ke-hoach/<int:plan_id>/ngay/<int:slot_id>")
@permission("read")
def plan_slot(plan_id: int, slot_id: int) -> Response:
    """Take a proposed day off the calendar, or bring it back."""
    form()
    with writing() as session:
        person = me(session)
        owner = session.scalar(
            select(Plan.unit_id)
            .join(Task, Task.plan_id == Plan.id)
            .join(Slot, Slot.task_id == Task.id)
            .where(Slot.id == slot_id, Plan.id == plan_id)
        )
        rights = rights_in(session, person, owner) if owner is not None else frozenset()
        if owner is None or "read" not in rights:
            raise Missing(_("Không có ngày đề xuất số {number}.").format(number=slot_id))
        if "plan" not in rights:
            demand(session, person, "write", owner)
        slot = planning.dismiss_slot(session, acting(person), slot_id)
    told = _("Đã bỏ ngày này khỏi lịch đề xuất.") if slot.state == "dismissed" else _("Đã đề xuất lại ngày này.")
    flash(told, "success")
    return redirect(url_for("desk.plan", plan_id=plan_id, _anchor="ngay"))
