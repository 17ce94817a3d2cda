"""The editorial calendar: month, week and list; what is asked to see stays in every link."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from publisher import calendar, clock
from publisher.delivery.states import TITLES
from publisher.model import Account, Theme, Unit
from publisher.refusal import Refused
from publisher.security import units_by_right
from publisher.web.context import installation, me, reading
from publisher.web.desk import desk
from publisher.web.desk.home import waiting
from publisher.web.guard import permission
from publisher.web.look import POST_TITLES
from publisher.words import _, mark

VIEWS = {"month": mark("Tháng"), "week": mark("Tuần"), "list": mark("Danh sách")}
COLOURS = {
    "channel": mark("Kênh"),
    "theme": mark("Chủ đề"),
    "state": mark("Trạng thái"),
    "unit": mark("Đơn vị"),
}
TONES = 8  # colours in calendar.css that are told apart; the ninth theme or unit begins again
CHIPS = 4  # a day of the month sheet shows so many; the rest is behind «+n nữa»
LIST_DAYS = 14
FIRST_YEAR, LAST_YEAR = 2000, 2099  # the sheet of December 2099 still ends before the lunar tables do

Names = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What the reader asked to see; `colour` is what the colours stand for."""

    view: str
    day: date
    filters: calendar.Filters
    colour: str

    @property
    def span(self) -> tuple[date, date]:
        """The first and last day of the view."""
        if self.view == "week":
            days = calendar.week_days(self.day)
            return days[0], days[-1]
        if self.view == "list":
            return self.day, self.day + timedelta(days=LIST_DAYS - 1)
        sheet = calendar.month_days(self.day.year, self.day.month)
        return sheet[0], sheet[-1]

    def step(self, direction: int) -> date | None:
        """Return the day to open for the view before (-1) or after (1) this one; None past the end of the years."""
        if self.view == "month":
            there = (self.day.replace(day=15) + timedelta(days=31 * direction)).replace(day=1)
        else:
            there = self.day + timedelta(days=(7 if self.view == "week" else LIST_DAYS) * direction)
        return there if FIRST_YEAR <= there.year <= LAST_YEAR else None

    def year(self, direction: int) -> date | None:
        """Return the first day of this month a year before (-1) or after (1); None past the end of the years."""
        year = self.day.year + direction
        return date(year, self.day.month, 1) if FIRST_YEAR <= year <= LAST_YEAR else None

    @property
    def chosen(self) -> Names:
        """The filters in force, by their name in the address."""
        wanted = self.filters
        named = {"theme": wanted.theme, "channel": wanted.channel, "state": wanted.state, "unit": wanted.unit_id or ""}
        return {name: str(value) for name, value in named.items() if value}

    def link(self, **changes: Any) -> str:
        """Return the address of this view with some of its parts changed; None or empty takes a part away."""
        colour = self.colour if self.colour != "channel" else ""
        parts = {"view": self.view, "day": self.day, "colour": colour, **self.chosen, **changes}
        return f"{url_for('desk.calendar')}?{urlencode({name: str(part) for name, part in parts.items() if part})}"


@dataclass(frozen=True)
class Choices:
    """What the filters offer: values with their titles."""

    theme: Names
    channel: Names
    state: Names
    unit: Names


def _asked(today: date) -> Asked:
    args = request.args
    view, colour = args.get("view", "month"), args.get("colour", "channel")
    if view not in VIEWS or colour not in COLOURS:
        raise Refused(_("Không có cách xem «{view}».").format(view=(view if view not in VIEWS else colour)[:20]))
    try:
        day = date.fromisoformat(args.get("day", "") or today.isoformat())
    except ValueError as error:
        raise Refused(_("Ngày trong địa chỉ không đúng: cần dạng 2026-11-21.")) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(_("Lịch chỉ có từ năm {first} đến năm {last}.").format(first=FIRST_YEAR, last=LAST_YEAR))
    unit = args.get("unit", "")
    filters = calendar.Filters(
        theme=args.get("theme", "")[:20],
        channel=args.get("channel", "")[:40],
        state=args.get("state", "")[:20],
        unit_id=int(unit) if unit.isdecimal() and len(unit) < 10 else None,
    )
    return Asked(view, day, filters, colour)


def _choices(session: Session, units: Iterable[int]) -> Choices:
    """Gather what can be filtered by: 2 queries."""
    themes = session.execute(select(Theme.code, Theme.title).order_by(Theme.valid_from, Theme.code))
    newest = {row.code: row.title for row in themes}  # a theme keeps its code when an edition words it anew
    rows = session.execute(
        select(Unit.id, Unit.short_name, Account.channel)
        .outerjoin(Account, Account.unit_id == Unit.id)
        .where(Unit.id.in_(units))
        .distinct()
        .order_by(Unit.id)
    ).all()
    used = {row.channel for row in rows}
    states = {**TITLES, **POST_TITLES}
    return Choices(
        theme={code: f"{code} – {title}" for code, title in sorted(newest.items())},
        channel={name: kind.title for name, kind in registry().items() if name in used},
        state={state: _(title) for state, title in states.items() if state not in {"withdrawn", "discarded"}},
        unit={str(row.id): row.short_name for row in rows},
    )


def _keys(entry: calendar.Entry, colour: str) -> str:
    if colour == "theme":
        return entry.themes[0] if entry.themes else ""
    return {"channel": entry.channel, "state": entry.state, "unit": str(entry.unit_id)}[colour]


def tones(found: Iterable[calendar.Entry], colour: str, names: Names) -> tuple[Names, list[tuple[str, str]]]:
    """Return the colour class of every value of `colour`, and (class, title) of those that occur, for the legend.

    Channels and states have colours of their own; themes and units take the eight tones in turn.
    """
    turn = colour in {"theme", "unit"}
    tone = {key: f"tone-{n % TONES + 1}" if turn else f"tone-{key}" for n, key in enumerate(names)}
    seen = {_keys(entry, colour) for entry in found}
    return tone, [(tone[key], title) for key, title in names.items() if key in seen]


def _days_off(first: date, last: date) -> tuple[dict[date, str], set[date]]:
    """Return the names of the holidays, and the days on which offices do not work, weekends included."""
    from schedules.workdays import VIETNAM  # here: the holiday tables take a tenth of a second to load

    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    named = {day: name for day in days if (name := VIETNAM.holiday_name(day))}
    return named, {day for day in days if not VIETNAM.is_workday(day)}


@desk.get("/lich", endpoint="calendar")
@permission("read")
def calendar_page() -> str:
    """Show the calendar of the units one may read: 11 queries at most, however much stands on it."""
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    asked = _asked(today)
    first, last = asked.span
    with reading() as session:
        rights = units_by_right(session, me(session))
        found = calendar.entries(session, zone, first, last, rights["read"], asked.filters)
        choices = _choices(session, rights["read"])
        g.around = waiting(session, rights)
    named, off = _days_off(first, last)
    fullest = max(Counter(entry.kind for entry in found).values(), default=0)
    tone, legend = tones(found, asked.colour, getattr(choices, asked.colour))
    return render_template(
        f"desk/calendar_{asked.view}.html",
        asked=asked,
        today=today,
        sheet=[first + timedelta(days=n) for n in range((last - first).days + 1)],
        days=calendar.by_day(found),
        total=len(found),
        cut=calendar.MOST if fullest >= calendar.MOST else 0,
        choices=choices,
        writable=rights["write"],
        holidays=named,
        off=off,
        views=VIEWS,
        colours=COLOURS,
        chips=CHIPS,
        tone=lambda entry: tone.get(_keys(entry, asked.colour), "tone-none"),
        legend=legend,
    )
