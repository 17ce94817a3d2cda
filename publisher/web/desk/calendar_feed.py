"""The calendar for other programs, as iCalendar."""

from datetime import timedelta

from flask import Response, request, url_for

from publisher import calendar, clock
from publisher.security import units_with
from publisher.web.context import installation, me, public_url, reading
from publisher.web.desk import desk
from publisher.web.guard import permission
from publisher.web.look import channel_title, state_title
from publisher.words import _

BEFORE, AFTER = timedelta(days=183), timedelta(days=366)
LASTS = timedelta(minutes=15)  # programs draw an event without a length as a line one cannot click


@desk.get("/lich.ics", endpoint="calendar_feed")
@permission("read")
def calendar_feed() -> Response:
    """Give deliveries and wishes, half a year back and a year ahead, times in UTC, to the signed-in person."""
    from icalendar import Calendar, Event  # here: only this page needs it

    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        units = units_with(session, me(session), "read")
        found = calendar.entries(session, zone, today - BEFORE, today + AFTER, units)
    sheet = Calendar()
    sheet.add("prodid", "-//publisher//lich bien tap//VI")
    sheet.add("version", "2.0")
    sheet.add("x-wr-calname", _("Lịch biên tập"))
    stamp = clock.now()
    for entry in found:
        if entry.kind == "slot" or entry.at is None:
            continue
        event = Event()
        event.add("uid", f"{entry.kind}-{entry.id}@publisher")
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.at)
        event.add("dtend", entry.at + LASTS)
        event.add("summary", entry.title)
        event.add("location", entry.account)
        event.add("description", f"{channel_title(entry.channel)} · {state_title(entry.state)}")
        event.add("status", "TENTATIVE" if entry.kind == "placement" else "CONFIRMED")
        event.add("url", _address(entry))
        sheet.add_component(event)
    named = {"Content-Disposition": 'attachment; filename="lich-bien-tap.ics"'}
    return Response(sheet.to_ical(), mimetype="text/calendar", headers=named)


def _address(entry: calendar.Entry) -> str:
    if entry.kind == "delivery":
        path = url_for("desk.delivery", delivery_id=entry.id)
    else:
        path = url_for("desk.post", post_id=entry.post_id)
    return (public_url() or request.host_url.rstrip("/")) + path
