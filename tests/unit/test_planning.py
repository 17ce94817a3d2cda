"""Plans in the database: imported once, whatever one repeats; slots proposed; progress told per task."""

from datetime import date

import pytest
from sqlalchemy import func, select

from publisher import planning
from publisher.audit import COMMAND, acting
from publisher.editorial import content, drafting, review, scheduling
from publisher.model import Audit, Plan, PlanItem, Post, ReportDuty, Slot, Target, Task, Unit
from publisher.planning import Imported
from publisher.refusal import Refused
from schedules.plan_file import load, load_text, plans
from tests.factories import Office, in_minutes


def take_in(office: Office, code: str, year: int | None = None) -> Imported:
    with office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        return planning.import_plan(session, COMMAND, unit, load(plans()[code]), year)


def count(office: Office, table: type) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("code", ["HP20", "GL21", "CL22", "HZ23", "KH20"])
def test_a_second_import_changes_nothing(either_office: Office, code: str) -> None:
    first = take_in(either_office, code)
    tables = (Plan, PlanItem, Task, Target, ReportDuty, Slot, Audit)
    before = [count(either_office, table) for table in tables]
    second = take_in(either_office, code)
    assert (second.created, second.changed, second.slots_added, second.slots_removed) == (0, 0, 0, 0)
    assert second.unchanged == first.created == len(load(plans()[code]).ids())
    assert [count(either_office, table) for table in tables] == before


def test_the_radio_column_of_chi_linh_proposes_twelve_slots(office: Office) -> None:
    take_in(office, "CL22")
    with office.reading() as session:
        days = session.scalars(select(Slot.day).where(Slot.channel == "radio").order_by(Slot.day)).all()
    assert [day.month for day in days] == list(range(1, 13)) and {day.year for day in days} == {2022}


def test_an_old_plan_is_moved_to_a_new_year_and_stands_beside_the_old_one(office: Office) -> None:
    old, new = take_in(office, "CL22"), take_in(office, "CL22", year=2027)
    assert old.plan_id != new.plan_id
    assert take_in(office, "CL22", year=2027).created == 0
    with office.reading() as session:
        years = session.scalars(
            select(func.min(Slot.day)).join(Task, Task.id == Slot.task_id).group_by(Task.plan_id)
        ).all()
    assert sorted(day.year for day in years) == [2022, 2027]
    with pytest.raises(Refused, match="1900"):
        take_in(office, "CL22", year=1900)


def test_a_changed_file_changes_its_rows_and_keeps_slots_in_use(office: Office) -> None:
    take_in(office, "CL22")
    text = plans()["CL22"].read_text("utf-8")
    with office.writing() as session:
        used, open_slot = session.scalars(select(Slot).where(Slot.channel == "radio").order_by(Slot.day).limit(2))
        used.state = "used"
        used_id, open_id = used.id, open_slot.id
    changed = text.replace("monthly: {week: 1, weekday: mon}", "monthly: {day: 20}")
    assert changed != text
    with office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        done = planning.import_plan(session, COMMAND, unit, load_text(changed, "cl22.yaml"))
    assert done.changed == 1 and done.created == 0 and done.slots_added > 0
    with office.reading() as session:
        assert session.get(Slot, used_id) is not None, "a post was written for it"
        assert session.get(Slot, open_id) is None


def test_progress_counts_planned_done_and_late(office: Office) -> None:
    plan_id = take_in(office, "CL22", year=2026).plan_id
    with office.writing() as session:
        slot = session.scalars(select(Slot).where(Slot.channel == "radio").order_by(Slot.day)).first()
        assert slot is not None
        editor, unit = office.person(session, "editor"), session.get_one(Unit, office.unit_id)
        raw = content.read({"title": "Chuyên mục tháng Một", "body": "Nội dung"})
        post = drafting.draft(session, editor, acting(editor), unit, raw, slot_id=slot.id, task_id=slot.task_id)
        slot.state = "used"
        scheduling.place(session, editor, post, post.revision, [(office.account_id, in_minutes(0))])
        review.submit(session, editor, post, post.revision)
        post_id = post.id
    with office.reading() as session:
        before = {row.row: row for row in planning.progress(session, plan_id, date(2026, 3, 15))}["2.7"]
    assert (before.planned, before.done, before.late) == (12, 0, 3)
    office.approve(post_id)
    office.tick()
    with office.reading() as session:
        assert session.get_one(Post, post_id).live == 1
        after = {row.row: row for row in planning.progress(session, plan_id, date(2026, 3, 15))}["2.7"]
    assert (after.planned, after.done, after.late) == (12, 1, 2)
    assert after.next_day is not None and after.next_day.month == 4


def test_a_dismissed_slot_no_longer_counts_and_comes_back_when_asked(office: Office) -> None:
    plan_id = take_in(office, "CL22", year=2026).plan_id
    with office.writing() as session:
        slot = session.scalars(select(Slot).where(Slot.channel == "radio")).first()
        assert slot is not None
        planning.dismiss_slot(session, COMMAND, slot.id)
        rows = {row.row: row for row in planning.progress(session, plan_id, date(2026, 1, 1))}
        assert rows["2.7"].planned == 11
        planning.dismiss_slot(session, COMMAND, slot.id)
        rows = {row.row: row for row in planning.progress(session, plan_id, date(2026, 1, 1))}
        assert rows["2.7"].planned == 12
