"""The blueprint of the administration and what its pages share: how an act ends, the units to choose from."""

from collections.abc import Callable, Collection

from flask import Blueprint, flash, redirect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.model import Person, Unit
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.web.context import me, writing

admin = Blueprint("admin", __name__, url_prefix="/admin")

Answer = Response | tuple[str, int]


def acted(
    act: Callable[[Session, Person], str], back: str | Callable[[], str], again: Callable[[Refused], str]
) -> Answer:
    """Do `act` in one transaction, say what it returns, and go to `back`; what it refuses is shown by `again`.

    `back` is an address, or is asked for one after the act (of what has only just been made).
    """
    try:
        with writing() as session:
            told = act(session, me(session))
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return again(error), 422
    flash(told, "success")
    return redirect(back if isinstance(back, str) else back())


def choices(session: Session, unit_ids: Collection[int]) -> list[tuple[int, str]]:
    """Return the units that still exist among `unit_ids`, as (id, name) for a list to choose from: 1 query."""
    rows = session.execute(
        select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids), Unit.valid_to.is_(None)).order_by(Unit.name)
    )
    return [(row.id, row.name) for row in rows]


def unit_names(session: Session) -> dict[int, str]:
    """Return the short name of every unit, ended ones too: 1 query."""
    return {row.id: row.short_name for row in session.execute(select(Unit.id, Unit.short_name))}
