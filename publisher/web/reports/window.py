"""Which units and days a page of figures is about, as the address says it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.editorial.content import day
from publisher.model import Person, Unit
from publisher.reach.coverage import span_title
from publisher.refusal import Refused
from publisher.security import units_with
from publisher.web.context import installation
from publisher.words import _

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
LONGEST = timedelta(days=3700)


@dataclass(frozen=True)
class Window:
    """Units and days: `unit` is the one chosen, None for all that the person may read."""

    since: date
    until: date
    unit: int | None
    units: frozenset[int]
    known: tuple[tuple[int, str], ...]  # what may be chosen

    @property
    def title(self) -> str:
        """The days in words."""
        return span_title(self.since, self.until)

    @property
    def args(self) -> dict[str, Any]:
        """The arguments of another page about the same."""
        found: dict[str, Any] = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return found | ({"unit": self.unit} if self.unit else {})

    @property
    def name(self) -> str:
        """The chosen unit's name, empty for all."""
        return next((name for number, name in self.known if number == self.unit), "")


def asked(session: Session, person: Person) -> Window:
    """Read the window from the address; what is no day or unit counts as not given: this quarter, all units."""
    known = units_with(session, person, "read")
    rows = session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(known)).order_by(Unit.short_name)).all()
    names = tuple((row.id, row.short_name) for row in rows)
    today = clock.local_day(clock.now(), installation().config.zone)
    first, last = quarter(today)
    since, until = _bound("since") or first, _bound("until") or last
    if until < since or until - since > LONGEST:
        since, until = first, last
    unit = number("unit")
    chosen = unit if unit in known else None
    return Window(since, until, chosen, frozenset({chosen} if chosen else known), names)


def _bound(name: str) -> date | None:
    try:
        found = day(request.args.get(name, "")[:10], _("Ngày"))
    except Refused:
        return None
    return found if found is not None and FIRST_DAY <= found <= LAST_DAY else None


def number(name: str) -> int | None:
    """Return an argument of the address as a number, None where it is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def quarter(at: date) -> tuple[date, date]:
    """Return the first and last day of the calendar quarter in which a day lies."""
    first = at.replace(month=(at.month - 1) // 3 * 3 + 1, day=1)
    return first, _month_end(first.replace(month=first.month + 2))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def presets(today: date) -> list[tuple[str, date, date]]:
    """Return the windows that people ask for most: their names and days."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    this, last = quarter(today), quarter(quarter(today)[0] - timedelta(days=1))
    year = today.year
    return [
        (_("Tháng này"), month, _month_end(month)),
        (_("Tháng trước"), before, _month_end(before)),
        (_("Quý này"), *this),
        (_("Quý trước"), *last),
        (_("Năm nay"), date(year, 1, 1), date(year, 12, 31)),
        (_("Năm trước"), date(year - 1, 1, 1), date(year - 1, 12, 31)),
    ]
