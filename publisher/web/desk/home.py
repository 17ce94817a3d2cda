"""The desk's first page, and the numbers that every page of the desk shows in its navigation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import calendar, clock, inbox
from publisher.model import Placement, Post, Unit
from publisher.security import units_by_right
from publisher.web.context import installation, me, reading
from publisher.web.desk import desk
from publisher.web.guard import permission

AHEAD = 6  # days after today
MOST = 5  # posts named in each list; the rest is behind its link


@dataclass(frozen=True)
class Waiting:
    """A post that waits for somebody: for approval, or sent back for changes."""

    post_id: int
    title: str
    unit: str
    due_at: datetime | None  # the earliest time at which it is wanted outside
    since: datetime


def waiting(session: Session, rights: Mapping[str, set[int]]) -> dict[str, int]:
    """Return how many posts wait for this person's approval and how many things need a person: 2 queries at most."""
    to_review = 0
    if rights["approve"]:
        submitted = select(func.count()).select_from(Post).where(Post.state == "submitted")
        to_review = session.scalar(submitted.where(Post.unit_id.in_(rights["approve"]))) or 0
    return {"to_review": to_review, "to_do": inbox.counts(session, rights["read"])}


def around() -> dict[str, int]:
    """Return the numbers in the navigation; asked by the layout alone, so that error pages need no database."""
    if "around" not in g:
        with reading() as session:
            g.around = waiting(session, units_by_right(session, me(session)))
    found: dict[str, int] = g.around
    return found


@desk.app_context_processor
def _for_the_layout() -> dict[str, Any]:
    return {"around": around}


@desk.get("/")
@permission("read")
def home() -> str:
    """Show what waits for the person, today, and the six days after it: 10 queries at most."""
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        rights = units_by_right(session, me(session))
        g.around = waiting(session, rights)
        found = calendar.entries(session, zone, today, today + timedelta(days=AHEAD), rights["read"])
        returned = _posts(session, "returned", rights["write"])
        submitted = _posts(session, "submitted", rights["approve"]) if g.around["to_review"] else []
    days = calendar.by_day([entry for entry in found if entry.kind != "slot"])
    return render_template(
        "desk/home.html",
        today=today,
        now_on=days.pop(today, []),
        ahead=days,
        proposed=[entry for entry in found if entry.kind == "slot"],
        returned=returned,
        submitted=submitted,
        most=MOST,
    )


def _posts(session: Session, state: str, units: set[int]) -> list[Waiting]:
    """Return the posts of a state, the most urgent first."""
    if not units:
        return []
    wanted = select(func.min(Placement.due_at)).where(Placement.post_id == Post.id).scalar_subquery()
    query = (
        select(Post.id, Post.title, Unit.short_name, wanted.label("due_at"), Post.changed_at)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.state == state, Post.unit_id.in_(units))
        .order_by(wanted.is_(None), wanted, Post.id)
        .limit(MOST)
    )
    return [Waiting(*row) for row in session.execute(query)]
