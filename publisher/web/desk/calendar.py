"""The editorial calendar: month, week and list, and moving what stands on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels import registry
from publisher import calendar, clock
from publisher.delivery.states import TITLES
from publisher.editorial import moving
from publisher.model import Account, Delivery, Placement, Post, Theme, Unit
from publisher.refusal import Missing, Refused
from publisher.security import units_with
from publisher.web.context import installation, me, reading, writing
from publisher.web.desk import desk
from publisher.web.forms import form, instant
from publisher.web.guard import permission
from publisher.web.look import POST_TITLES, hour, moment
from publisher.web.look import day as day_text
from publisher.words import _, mark

VIEWS = {"month": mark("Tháng"), "week": mark("Tuần"), "list": mark("Danh sách")}
CHIPS = 4  # a day of the month sheet shows so many; the rest is behind «+n nữa»
LIST_DAYS = 14


@dataclass(frozen=True)
class Asked:
    """What the reader asked to see."""

    view: str
    day: date
    filters: calendar.Filters

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

    def step(self, direction: int) -> date:
        """Return the day to open for the view before (-1) or after (1) this one."""
        if self.view == "month":
            middle = self.day.replace(day=15) + timedelta(days=31 * direction)
            return middle.replace(day=1)
        return self.day + timedelta(days=(7 if self.view == "week" else LIST_DAYS) * direction)

    def link(self, **changes: Any) -> str:
        """Return the address of this view with some of its parts changed."""
        chosen = self.filters
        values = {
            "view": self.view, "day": self.day.isoformat(), "theme": chosen.theme, "channel": chosen.channel,
            "state": chosen.state, "unit": chosen.unit_id or "", **changes,
        }  # fmt: skip
        return url_for("desk.calendar") + "?" + urlencode({name: str(v) for name, v in values.items() if v != ""})


def _asked(today: date) -> Asked:
    view = request.args.get("view", "month")
    if view not in VIEWS:
        raise Refused(_("Không có cách xem «{view}».").format(view=view[:20]))
    try:
        day = date.fromisoformat(request.args.get("day", "") or today.isoformat())
    except ValueError as error:
        raise Refused(_("Ngày trong địa chỉ không đúng: cần dạng 2026-11-21.")) from error
    if not 2000 <= day.year <= 2100:
        raise Refused(_("Lịch chỉ có từ năm 2000 đến năm 2100."))
    unit = request.args.get("unit", "")
    filters = calendar.Filters(
        theme=request.args.get("theme", "")[:20],
        channel=request.args.get("channel", "")[:40],
        state=request.args.get("state", "")[:20],
        unit_id=int(unit) if unit.isdecimal() else None,
    )
    return Asked(view, day, filters)


def _choices(session: Session, units: set[int]) -> dict[str, dict[Any, str]]:
    themes = session.execute(select(Theme.code, Theme.title).order_by(Theme.valid_from, Theme.code))
    names = session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(units)).order_by(Unit.id))
    used = set(session.scalars(select(Account.channel).where(Account.unit_id.in_(units)).distinct()))
    return {
        "themes": dict(themes.all()),
        "units": dict(names.all()),
        "channels": {name: kind.title for name, kind in registry().items() if name in used},
        "states": {**{s: _(t) for s, t in TITLES.items()}, **{s: _(t) for s, t in POST_TITLES.items()}},
    }


def _holidays(first: date, last: date) -> dict[date, str]:
    from schedules.workdays import VIETNAM  # here: the holiday tables take a tenth of a second to load

    named = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        name = VIETNAM.holiday_name(day)
        if name:
            named[day] = name
    return named


@desk.get("/lich", endpoint="calendar")
@permission("read")
def calendar_page() -> str:
    """Show the calendar of the units one may read: 10 queries, however much stands on it."""
    today = clock.local_day(clock.now(), installation().config.zone)
    asked = _asked(today)
    first, last = asked.span
    with reading() as session:
        person = me(session)
        units = units_with(session, person, "read")
        writable = units_with(session, person, "write")
        found = calendar.entries(session, installation().config.zone, first, last, units, asked.filters)
        choices = _choices(session, units)
    days = calendar.by_day(found)
    sheet = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return render_template(
        f"desk/calendar_{asked.view}.html",
        asked=asked,
        today=today,
        sheet=sheet,
        days=days,
        total=len(found),
        choices=choices,
        writable=writable,
        holidays=_holidays(first, last),
        kinds=VIEWS,
        chips=CHIPS,
    )


def _row(session: Session, units: set[int], kind: str, number: int) -> tuple[Delivery | Placement, Post]:
    """Return a movable row of a unit the person may write in; `Missing` otherwise, whatever the reason."""
    row: Delivery | Placement | None = None
    if kind == "delivery":
        row = session.get(Delivery, number)
    elif kind == "placement":
        row = session.get(Placement, number)
    post = session.get(Post, row.post_id) if row is not None else None
    if row is None or post is None or post.unit_id not in units:
        raise Missing(_("Mục lịch này không còn hoặc không thuộc đơn vị của bạn."))
    return row, post


@desk.get("/lich/doi/<kind>/<int:number>", endpoint="move_form")
@permission("write")
def move_form(kind: str, number: int) -> str:
    """Show the form that moves one entry: works by keyboard, by touch and without scripts."""
    with reading() as session:
        row, post = _row(session, units_with(session, me(session), "write"), kind, number)
        account = session.get_one(Account, row.account_id)
    return _form(kind, number, row.due_at, post.title, account.title, "")


def _form(kind: str, number: int, due_at: datetime, title: str, account: str, fault: str) -> str:
    local = due_at.astimezone(installation().config.zone)
    return render_template(
        "desk/calendar_move.html",
        kind=kind, number=number, title=title, account=account, day=local.date(), time=local.strftime("%H:%M"),
        fault=fault, back=_inside(request.values.get("back", "")),
    )  # fmt: skip


def _inside(back: str) -> str:
    return back if back.startswith("/desk/") else url_for("desk.calendar")


@desk.post("/lich/doi", endpoint="move")
@permission("write")
def move_entry() -> AnyResponse | tuple[str, int]:
    """Move a delivery or a wish to another day, keeping its time of day unless another is given.

    Answers JSON to the calendar's script, a redirect to a form.
    """
    sent = form(one=("kind", "id", "day", "time", "back"))
    zone = installation().config.zone
    number = sent.number("id", _("Mục lịch"))
    try:
        with writing() as session:
            person = me(session)
            row, post = _row(session, units_with(session, person, "write"), sent["kind"], number)
            was = row.due_at.astimezone(zone)
            account = session.get_one(Account, row.account_id).title
            title = post.title
            due_at = instant(sent["day"], sent["time"] or was.strftime("%H:%M"), zone)
            if isinstance(row, Delivery):
                moving.reschedule(session, person, row, due_at)
            else:
                moving.reschedule_wish(session, person, row.id, due_at)
    except Refused as error:
        if isinstance(error, Missing) or _wants_json():
            raise
        return _form(sent["kind"], number, was, title, account, error.message), 422
    said = _("Đã dời «{title}» đến {when}.").format(title=title, when=moment(due_at))
    if _wants_json():
        undo = {"day": was.date().isoformat(), "time": was.strftime("%H:%M")}
        return jsonify(said=said, day=clock.local_day(due_at, zone).isoformat(), time=hour(due_at), undo=undo)
    flash(said, "success")
    return redirect(_inside(sent["back"]))


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


@desk.get("/lich.ics", endpoint="calendar_feed")
@permission("read")
def calendar_feed() -> Response:
    """Give the calendar to other programs: half a year back, a year ahead, in UTC."""
    from icalendar import Calendar, Event

    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        units = units_with(session, me(session), "read")
        found = calendar.entries(session, zone, today - timedelta(days=183), today + timedelta(days=366), units)
    sheet = Calendar()
    sheet.add("prodid", "-//publisher//lich bien tap//VI")
    sheet.add("version", "2.0")
    for entry in found:
        if entry.at is None:
            continue
        event = Event()
        event.add("uid", f"{entry.kind}-{entry.id}@publisher")
        event.add("summary", entry.title)
        event.add("location", entry.account)
        event.add("dtstart", entry.at)
        event.add("dtstamp", clock.now())
        event.add("description", f"{_(TITLES.get(entry.state) or POST_TITLES[entry.state])} · {day_text(entry.day)}")
        sheet.add_component(event)
    return Response(sheet.to_ical(), mimetype="text/calendar")
