"""Moving what stands on the calendar: one address for the form, the mouse and the keyboard."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from flask import flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.editorial import moving
from publisher.model import Account, Delivery, Placement, Post
from publisher.refusal import Missing, Refused, Stale
from publisher.security import units_with
from publisher.web.context import installation, me, reading, writing
from publisher.web.desk import desk
from publisher.web.desk.bench import LARGEST
from publisher.web.desk.calendar import LAST_YEAR
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.web.look import day as day_text
from publisher.web.look import hour, moment
from publisher.words import _

WISHES = {"draft", "submitted", "returned"}  # post states whose placements stand on the calendar


@dataclass(frozen=True)
class Movable:
    """What the form shows of an entry; `due_at` travels along, so that a move made from an old page is refused."""

    kind: str
    number: int
    title: str
    account: str
    due_at: datetime


def _row(session: Session, kind: str, number: int) -> tuple[Delivery | Placement, Movable]:
    """Return an entry of a unit in which the person may write; `Missing` otherwise, whatever the reason."""
    row: Delivery | Placement | None = None
    if kind == "delivery" and number <= LARGEST:
        row = session.get(Delivery, number)
    elif kind == "placement" and number <= LARGEST:
        row = session.get(Placement, number)
    post = session.get(Post, row.post_id) if row is not None else None
    if row is None or post is None or post.unit_id not in units_with(session, me(session), "write"):
        raise Missing(_("Mục lịch này không còn hoặc không thuộc đơn vị của bạn."))
    if isinstance(row, Placement) and (post.state not in WISHES or post.live is not None):
        raise Stale(_("Bài này vừa được duyệt hoặc đã thay đổi. Hãy tải lại lịch rồi làm lại."))
    account = session.get_one(Account, row.account_id)
    return row, Movable(kind, number, post.title, account.title, row.due_at)


@desk.get("/lich/doi/<any(delivery, placement):kind>/<int:number>", endpoint="move_form")
@permission("write")
def move_form(kind: str, number: int) -> str:
    """Show the form that moves one entry: works by keyboard, by touch and without scripts."""
    with reading() as session:
        _entry, found = _row(session, kind, number)
    return _form(found, day_text(found.due_at), hour(found.due_at))


def _form(found: Movable, day: str, time: str, fault: Refused | None = None) -> str:
    # Who reads the day names the fault by the field's title, who moves by the column.
    places = {"day": "day", _("Ngày"): "day", "due_at": "day", "time": "time"}
    faults = {places.get(fault.field or "", "move"): fault.message} if fault else {}
    back = _inside(request.values.get("back", ""))
    return render_template("desk/calendar_move.html", found=found, day=day, time=time, faults=faults, back=back)


def _inside(back: str) -> str:
    """Return `back` if it is a page of the desk, else the calendar."""
    parts = urlsplit(back)
    inside = back.startswith("/desk/") and not parts.netloc and not parts.scheme
    return back if inside else url_for("desk.calendar")


@desk.post("/lich/doi", endpoint="move")
@permission("write")
def move_entry() -> Response | tuple[str, int]:
    """Move a delivery or a wish to another day, keeping its time of day unless another is given.

    Answers JSON (what to say, where it stands now, how to undo) to the calendar's script, a redirect to a form.
    """
    sent = form(one=("kind", "id", "day", "time", "was", "back"))
    scripted = request.accept_mimetypes.best == "application/json"
    with reading() as session:
        found = _row(session, sent["kind"], sent.number("id", _("Mục lịch")))[1]
    try:
        due_at = _moved(sent, found)
    except Refused as error:
        if scripted or isinstance(error, Missing):
            raise
        typed = sent["day"], sent["time"] or hour(found.due_at)
        return _form(found, *typed, error), 409 if isinstance(error, Stale) else 422
    said = _told(found, due_at)
    if scripted:
        return jsonify(said=said, day=_day(due_at).isoformat(), time=hour(due_at), at=_mark(due_at), undo=_undo(found))
    flash(said, "success")
    return redirect(_inside(sent["back"]))


def _moved(sent: Form, found: Movable) -> datetime:
    """Do it, in one transaction; return the new due time in the office's zone."""
    with writing() as session:
        row, now = _row(session, found.kind, found.number)
        if sent["was"] and sent["was"] != _mark(now.due_at):
            raise Stale(
                _("Người khác vừa dời mục này sang {when}. Hãy tải lại lịch rồi xem lại.").format(
                    when=moment(now.due_at)
                )
            )
        due_at = instant(sent["day"], sent["time"] or hour(now.due_at), installation().config.zone)
        if due_at.year > LAST_YEAR:
            raise Refused(_("Lịch chỉ có đến năm {last}.").format(last=LAST_YEAR), "day")
        if isinstance(row, Delivery):
            moving.reschedule(session, me(session), row, due_at)
        else:
            moving.reschedule_wish(session, me(session), row.id, due_at)
    return due_at


def _mark(due_at: datetime) -> str:
    """Write the due time the way the pages carry it along in `was`."""
    return due_at.astimezone(UTC).isoformat()


def _day(at: datetime) -> date:
    return at.astimezone(installation().config.zone).date()


def _undo(found: Movable) -> dict[str, str]:
    return {"day": _day(found.due_at).isoformat(), "time": hour(found.due_at)}


def _told(found: Movable, due_at: datetime) -> str:
    """Say where it stands now, and which holiday that is: easily overlooked when dragging."""
    from schedules.workdays import VIETNAM  # here: the holiday tables take a tenth of a second to load

    said = _("Đã dời «{title}» đến {when}.").format(title=found.title, when=moment(due_at))
    day = _day(due_at)
    holiday = VIETNAM.holiday_name(day)
    if not holiday:
        return said
    return f"{said} " + _("Lưu ý: {day} là {holiday}.").format(day=day_text(day), holiday=holiday)
