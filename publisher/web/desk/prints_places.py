"""Places and what hangs there: the list of places, and a person's word with a photograph."""

from collections.abc import Mapping
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.media import keep
from publisher.model import Delivery, Hanging, Person, Place, PrintLine, Unit
from publisher.prints import hanging as hangings
from publisher.prints import places
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.security import units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.desk.media import uploaded
from publisher.web.desk.prints import sheets_page
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.words import _

Answer = Response | tuple[str, int]
FIELDS = ("name", "address", "note")


@desk.get("/in/dia-diem")
@permission("read")
def print_places() -> str:
    """List the places of the person's units."""
    return _places_page()


def _places_page(error: Refused | None = None, typed: Mapping[str, str] | None = None, place_id: int = 0) -> str:
    """Return the list of places with a form for a new one; 3 queries beside who is asking."""
    standing = (
        select(func.count(Hanging.id))
        .where(Hanging.place_id == Place.id, Hanging.hung_at.is_not(None), Hanging.taken_at.is_(None))
        .correlate(Place)
        .scalar_subquery()
    )
    with reading() as session:
        person = me(session)
        units, mine = units_with(session, person, "read"), units_with(session, person, "write")
        rows = session.execute(
            select(Place, Unit.short_name, standing)
            .join(Unit, Unit.id == Place.unit_id)
            .where(Place.unit_id.in_(units))
            .order_by(Place.closed_at.is_not(None), Unit.short_name, Place.name)
            .limit(places.MOST)
        ).all()
        choices = session.execute(
            select(Unit.id, Unit.name).where(Unit.id.in_(mine), Unit.valid_to.is_(None)).order_by(Unit.name)
        ).all()
    return render_template(
        "desk/print_places.html", rows=rows, units=choices, mine=mine, typed=typed or {},
        faults={error.field if error.field in FIELDS else "name": error.message} if error else {}, place_id=place_id,
    )  # fmt: skip


@desk.post("/in/dia-diem")
@permission("write")
def print_place_add() -> Answer:
    """Add a place."""
    sent = form(one=("unit", *FIELDS))
    try:
        with writing() as session:
            place = places.add(session, me(session), sent.number("unit", _("Đơn vị")), sent.one)
            name = place.name
    except (NotAllowed, Missing):
        raise
    except Refused as error:
        return _places_page(error, sent.one), 422
    flash(_("Đã thêm địa điểm «{name}».").format(name=name), "success")
    return redirect(url_for("desk.print_places"))


@desk.post("/in/dia-diem/<int(max=2147483647):place_id>")
@permission("write")
def print_place_save(place_id: int) -> Answer:
    """Change a place, or close it."""
    sent = form(one=("closed", *FIELDS))
    try:
        with writing() as session:
            person = me(session)
            place = places.get(session, place_id, units_with(session, person, "read"))
            places.change(session, person, place, sent.one, closed=sent["closed"] == "yes")
    except (NotAllowed, Missing):
        raise
    except Refused as error:
        return _places_page(error, sent.one, place_id), 422
    flash(_("Đã lưu địa điểm."), "success")
    return redirect(url_for("desk.print_places"))


@desk.get("/in/treo/<int(max=2147483647):hanging_id>")
@permission("read")
def print_hanging(hanging_id: int) -> str:
    """Show what is to be hung or taken down at a place, made for a telephone held in the street."""
    return _hanging_page(hanging_id)


def _hanging_page(hanging_id: int, error: Refused | None = None, typed: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        person = me(session)
        row, order = hangings.get(session, hanging_id, units_with(session, person, "read"))
        item, place = session.get_one(PrintLine, row.line_id), session.get_one(Place, row.place_id)
        may_write = order.unit_id in units_with(session, person, "write")
    local = clock.now().astimezone(installation().config.zone)
    shown = {"day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M"), "note": "", **(typed or {})}
    return render_template(
        "desk/print_hanging.html", row=row, order=order, item=item, spot=place, may_write=may_write, typed=shown,
        faults={error.field or "": error.message} if error else {},
    )  # fmt: skip


def _at(sent: Form) -> datetime:
    return instant(sent["day"], sent["time"], installation().config.zone)


@desk.post("/in/treo/<int(max=2147483647):hanging_id>/da-treo")
@permission("write")
def print_hung(hanging_id: int) -> Answer:
    """Record that something hangs, with its photograph."""
    sent = form(one=("day", "time", "note"))
    try:
        pictures = uploaded("photo")  # decoded before any session is open
        with writing() as session:
            person = me(session)
            row, order = hangings.get(session, hanging_id, units_with(session, person, "read"))
            proof = None
            if pictures:
                proof = hangings.Proof(keep(session, world().files, person.id, pictures[0]), pictures[0].name)
            hangings.hung(session, person, row, order, _at(sent), proof, sent["note"])
            order_id = order.id
    except (NotAllowed, Missing):
        raise
    except Refused as error:
        return _hanging_page(hanging_id, error, sent.one), 422
    flash(_("Đã ghi treo, ảnh được lưu làm minh chứng."), "success")
    return redirect(url_for("desk.print_order", order_id=order_id))


@desk.post("/in/treo/<int(max=2147483647):hanging_id>/da-thao")
@permission("write")
def print_taken(hanging_id: int) -> Answer:
    """Record that something was taken down."""
    sent = form(one=("day", "time"))
    try:
        with writing() as session:
            person = me(session)
            row, order = hangings.get(session, hanging_id, units_with(session, person, "read"))
            hangings.taken(session, person, row, order, _at(sent))
            order_id = order.id
    except (NotAllowed, Missing):
        raise
    except Refused as error:
        return _hanging_page(hanging_id, error, sent.one), 422
    flash(_("Đã ghi tháo."), "success")
    return redirect(url_for("desk.print_order", order_id=order_id))


@desk.post("/in/bai/<int(max=2147483647):post_id>/da-treo/<int(max=2147483647):delivery_id>")
@permission("write")
def print_shown(post_id: int, delivery_id: int) -> Answer:
    """Confirm with a photograph what hangs or runs on a screen without a print order."""
    sent = form(one=("where",))
    try:
        pictures = uploaded("photo")
        with writing() as session:
            person = me(session)
            delivery = session.get(Delivery, delivery_id)
            if delivery is None or delivery.post_id != post_id or not _readable(session, person, delivery):
                raise Missing(_("Không có lượt phát hành số {number}.").format(number=delivery_id))
            proof = None
            if pictures:
                proof = hangings.Proof(keep(session, world().files, person.id, pictures[0]), pictures[0].name)
            hangings.shown(session, person, delivery, sent["where"], proof)
    except (NotAllowed, Missing):
        raise
    except Refused as error:
        return sheets_page(post_id, error, sent), 422
    flash(_("Đã xác nhận, ảnh được lưu làm minh chứng."), "success")
    return redirect(url_for("desk.print_sheets", post_id=post_id))


def _readable(session: Session, person: Person, delivery: Delivery) -> bool:
    return delivery.unit_id in units_with(session, person, "read")
