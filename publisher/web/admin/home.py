"""The overview: how many of what, and what is out of order."""

from flask import current_app, render_template
from sqlalchemy import func, select

from publisher import staff
from publisher.delivery.jobs import silent
from publisher.model import Account, Person, Role, Unit
from publisher.timetable import JOBS
from publisher.web.admin.blueprint import admin
from publisher.web.context import me, public_url, reading
from publisher.web.guard import permission


@admin.get("/")
@permission("administer")
def home() -> str:
    """Show what an administrator looks after: 6 queries beside who is asking."""
    with reading() as session:
        within = staff.scope(session, me(session))
        counts = session.execute(
            select(Account.state, func.count().label("number"))
            .where(Account.unit_id.in_(within.units))
            .group_by(Account.state)
        )
        states = {row.state: row.number for row in counts}
        paused = session.scalars(
            select(Account)
            .where(Account.state == "paused", Account.unit_id.in_(within.units))
            .order_by(Account.title)
            .limit(20)
        ).all()
        people = session.scalar(
            select(func.count(func.distinct(Role.person_id)))
            .join(Person, Person.id == Role.person_id)
            .where(Role.unit_id.in_(within.units), Person.active.is_(True))
        )
        ended = session.scalar(
            select(func.count()).select_from(Unit).where(Unit.id.in_(within.units), Unit.valid_to.is_not(None))
        )
        quiet = silent(session, JOBS, current_app.extensions["started_at"])
    return render_template(
        "admin/home.html",
        states=states, paused=paused, people=people, units=len(within.units) - (ended or 0), quiet=quiet,
        published=bool(public_url()),
    )  # fmt: skip
