"""The desk's first page, and what every page of the desk shows around its content."""

from datetime import timedelta
from typing import Any

from flask import current_app, g, render_template, request
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import calendar, clock, inbox
from publisher.model import Post
from publisher.security import units_with
from publisher.web.context import installation, me, reading
from publisher.web.desk import desk
from publisher.web.guard import permission


def waiting(session: Session, units: set[int], approving: set[int]) -> dict[str, int]:
    """Return how many posts wait for approval and how many things need a person: 3 queries."""
    submitted = select(func.count()).select_from(Post).where(Post.state == "submitted", Post.unit_id.in_(approving))
    return {"to_review": session.scalar(submitted) or 0, "to_do": inbox.counts(session, units)}


def around() -> dict[str, Any]:
    """Give the layout the numbers in its navigation; pages for people who are signed out have none."""
    views = current_app.view_functions
    if not current_user.is_authenticated or request.blueprint not in {"desk", "admin", "auth"}:
        return {"views": views, "to_review": 0, "to_do": 0}
    if "around" not in g:
        with reading() as session:
            person = me(session)
            g.around = waiting(session, units_with(session, person, "read"), units_with(session, person, "approve"))
    return {"views": views, **g.around}


desk.app_context_processor(around)


@desk.get("/")
@permission("read")
def home() -> str:
    """Show today and the six days after it."""
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        person = me(session)
        units = units_with(session, person, "read")
        approving = units_with(session, person, "approve")
        numbers = waiting(session, units, approving)
        found = calendar.entries(session, zone, today, today + timedelta(days=6), units)
        returned = session.execute(
            select(Post.id, Post.title)
            .where(Post.state == "returned", Post.unit_id.in_(units_with(session, person, "write")))
            .order_by(Post.changed_at.desc())
            .limit(5)
        ).all()
    days = calendar.by_day(found)
    ahead = [(day, days.get(day, [])) for day in (today + timedelta(days=n) for n in range(1, 7))]
    g.around = numbers
    return render_template("desk/home.html", today=today, now_on=days.get(today, []), ahead=ahead, returned=returned)
