"""Places where a unit hangs things: a list with an address and a note, no map."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.model import Person, Place
from publisher.refusal import Missing, Refused
from publisher.security import demand
from publisher.text import line
from publisher.words import _, mark

MOST = 500  # places of a unit that a page shows
TEXTS = {
    "name": (mark("Tên địa điểm"), 120),
    "address": (mark("Địa chỉ"), 200),
    "note": (mark("Ghi chú"), 300),
}


def get(session: Session, place_id: int, units: Collection[int]) -> Place:
    """Return a place of one of `units`; `Missing` for any other."""
    place = session.get(Place, place_id)
    if place is None or place.unit_id not in units:
        raise Missing(_("Không có địa điểm số {number} trong đơn vị của bạn.").format(number=place_id))
    return place


def add(session: Session, person: Person, unit_id: int, raw: Mapping[str, str]) -> Place:
    """Store a place; `Refused` for a name the unit has already."""
    demand(session, person, "write", unit_id)
    values = _read(raw)
    _free(session, unit_id, values["name"], None)
    place = Place(unit_id=unit_id, created_at=clock.now(), **values)
    session.add(place)
    session.flush()
    audit.record(session, audit.acting(person), "place.add", "place", place.id, unit_id=unit_id, name=place.name)
    return place


def change(session: Session, person: Person, place: Place, raw: Mapping[str, str], *, closed: bool) -> None:
    """Change what a place is called; a closed one is offered no more, what hangs there stays known."""
    demand(session, person, "write", place.unit_id)
    values = _read(raw)
    _free(session, place.unit_id, values["name"], place.id)
    for name, value in values.items():
        setattr(place, name, value)
    place.closed_at = (place.closed_at or clock.now()) if closed else None
    audit.record(
        session, audit.acting(person), "place.change", "place", place.id, unit_id=place.unit_id, name=place.name
    )


def _read(raw: Mapping[str, str]) -> dict[str, str]:
    return {
        name: line(raw.get(name, ""), _(title), most=most, needed=name == "name")
        for name, (title, most) in TEXTS.items()
    }


def _free(session: Session, unit_id: int, name: str, own: int | None) -> None:
    taken = session.scalar(select(Place.id).where(Place.unit_id == unit_id, Place.name == name))
    if taken is not None and taken != own:
        raise Refused(_("Đơn vị đã có địa điểm «{name}».").format(name=name), "name")
