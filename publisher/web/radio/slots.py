"""A station's weekly slots: adding one, ending one."""

from datetime import time

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from publisher import clock
from publisher.radio import stations
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.security import rights_in
from publisher.web.context import me, reading, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.look import WEEKDAYS
from publisher.web.radio import radio_desk
from publisher.words import _


@radio_desk.get("/dai/<int:station>")
@permission("read")
def station(station: int) -> str:
    """Show a station: its settings and weekly slots."""
    return _page(station)


def _page(
    station: int, faults: dict[str, str] | None = None, typed: dict[str, str] | None = None, days: tuple[int, ...] = ()
) -> str:
    now = clock.now()
    with reading() as session:
        person = me(session)
        account = stations.seen(session, person, station, "read")
        rights = rights_in(session, person, account.unit_id)
        slots = [one for one in stations.slots_of(session, account.id) if one.until is None or one.until > now]
    return render_template(
        "radio/desk_station.html", account=account, station=stations.described(account), slots=slots, rights=rights,
        weekdays=[_(name) for name in WEEKDAYS], faults=faults or {}, typed=typed or {}, days=days,
    )  # fmt: skip


@radio_desk.post("/dai/<int:station>/khung")
@permission("administer")
def slot_add(station: int) -> Response | tuple[str, int]:
    """Add a weekly slot."""
    sent = form(one=("title", "starts", "minutes"), many=("days",))
    days = tuple(int(value) for value in sent.many["days"] if value in "0123456" and value)
    try:
        with writing() as session:
            person = me(session)
            account = stations.seen(session, person, station, "administer")
            minutes = sent.number("minutes", _("Thời lượng"))
            stations.add_slot(session, person, account, sent["title"], days, _clock(sent["starts"]), minutes)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _page(station, {_field(error): error.message}, sent.one, days), 422
    flash(_("Đã thêm khung giờ."), "success")
    return redirect(url_for("radio_desk.station", station=station))


def _field(error: Refused) -> str:
    return {_("Tên chương trình"): "title"}.get(error.field or "", error.field or "")


def _clock(value: str) -> time:
    try:
        found = time.fromisoformat(value.strip())
    except ValueError as error:
        raise Refused(_("Giờ «{value}» không đúng. Hãy viết dạng 05:15.").format(value=value[:20]), "starts") from error
    return found.replace(second=0, microsecond=0, tzinfo=None)


@radio_desk.post("/dai/<int:station>/khung/<int:slot>/dung")
@permission("administer")
def slot_end(station: int, slot: int) -> Response:
    """End a slot from now on."""
    form()
    with writing() as session:
        person = me(session)
        account = stations.seen(session, person, station, "administer")
        row = stations.end_slot(session, person, account, slot)
    flash(_("Đã dừng khung «{title}».").format(title=row.title), "success")
    return redirect(url_for("radio_desk.station", station=station))
