"""Days a plan proposes: a post takes one when it is written for it, and gives it back when it is discarded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit
from publisher.model import Person, Plan, Post, Slot, Task
from publisher.refusal import Missing, Refused
from publisher.words import _


@dataclass(frozen=True)
class Proposal:
    """What a plan proposes for a day: the task's own words, and the post that took the day already, if any."""

    slot_id: int
    task_id: int
    unit_id: int
    plan: str
    text: str
    themes: tuple[str, ...]
    channel: str
    day: date
    at: str  # wall-clock "05:15"; empty where the plan names no time
    post_id: int | None


def proposal(session: Session, slot_id: int, units: Collection[int]) -> Proposal:
    """Return a proposed day of a plan of one of `units`; `Missing` for any other."""
    row = session.execute(
        select(Slot, Task, Plan, Post.id)
        .join(Task, Task.id == Slot.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .outerjoin(Post, Post.slot_id == Slot.id)
        .where(Slot.id == slot_id, Plan.unit_id.in_(units))
        .order_by(Post.id)
        .limit(1)
    ).first()
    if row is None:
        raise Missing(_("Không có ngày đề xuất số {number} trong kế hoạch của đơn vị bạn.").format(number=slot_id))
    slot, task, plan, post_id = row
    return Proposal(
        slot.id, task.id, plan.unit_id, plan.code, task.text, tuple(task.themes), slot.channel, slot.day, slot.at,
        post_id,
    )  # fmt: skip


def take(session: Session, person: Person, slot_id: int, post: Post) -> None:
    """Mark a proposed day as used by a post just drafted for it; `Refused` when another post has it."""
    slot = session.get_one(Slot, slot_id)
    if slot.state == "used":
        raise Refused(_("Ngày này của kế hoạch vừa có bài khác. Hãy mở lịch để xem bài đó."), "slot")
    slot.state = "used"
    post.slot_id, post.task_id = slot.id, slot.task_id
    audit.record(session, audit.acting(person), "slot.used", "slot", slot.id, unit_id=post.unit_id, post=post.id)


def take_days(session: Session, posts: list[tuple[Post, date]]) -> None:
    """Give each post the proposed day of its own task, where the plan has one that is free."""
    task_ids = {post.task_id for post, _day in posts} - {None}
    if not task_ids:
        return
    free = session.scalars(
        select(Slot)
        .where(Slot.task_id.in_(task_ids), Slot.state == "proposed", Slot.day.in_([day for _post, day in posts]))
        .order_by(Slot.id)
    )
    by_day: dict[tuple[int | None, date], Slot] = {}
    for slot in free:
        by_day.setdefault((slot.task_id, slot.day), slot)
    for post, day in posts:
        found = by_day.pop((post.task_id, day), None)
        if found is not None:
            found.state, post.slot_id = "used", found.id
    session.flush()


def give_back(session: Session, person: Person, post: Post) -> None:
    """Offer the day of a discarded post again; the post stays with its task."""
    slot = session.get(Slot, post.slot_id) if post.slot_id is not None else None
    if slot is None:
        return
    slot.state, post.slot_id = "proposed", None
    audit.record(session, audit.acting(person), "slot.proposed", "slot", slot.id, unit_id=post.unit_id, post=post.id)
