"""Stations: which ones a person sees, and the weekly slots they are on air."""

from collections.abc import Collection
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio.programme import Frame, TooShort, demand_room
from channels.radio.station import Station
from publisher import audit, clock
from publisher.model import Account, BroadcastSlot, Person
from publisher.refusal import Missing, Refused
from publisher.security import demand, units_with
from publisher.text import line
from publisher.words import _
from schedules.broadcast import Slot, clash
from schedules.quiet import Quiet, Window

MOST_STATIONS = 200
MOST_MINUTES = 180
CHANNEL = "radio"


def visible(session: Session, person: Person, right: str, units: Collection[int] | None = None) -> list[Account]:
    """Return the stations of the units in which a person has a right, closed ones left out: 2 queries."""
    reached = units_with(session, person, right) if units is None else units
    query = select(Account).where(Account.channel == CHANNEL, Account.unit_id.in_(reached), Account.state != "closed")
    return list(session.scalars(query.order_by(Account.title, Account.id).limit(MOST_STATIONS)))


def seen(session: Session, person: Person, account_id: int, *rights: str) -> Account:
    """Return a station for somebody who has one of the rights in its unit; `Missing` for anybody else."""
    account = session.get(Account, account_id)
    if account is None or account.channel != CHANNEL or not _may(session, person, account.unit_id, rights):
        raise Missing(_("Không có đài số {number} trong phần việc của bạn.").format(number=account_id))
    return account


def _may(session: Session, person: Person, unit_id: int, rights: Collection[str]) -> bool:
    return any(unit_id in units_with(session, person, right) for right in rights)


def described(account: Account) -> Station:
    """Return a station's own settings."""
    return Station.read(account.settings)


def quiet(station: Station) -> Quiet:
    """Return when the station keeps silent."""
    return Quiet(tuple(Window(begins, ends) for begins, ends in station.quiet), (), station.only_workdays)


def slots_of(session: Session, account_id: int) -> list[Slot]:
    """Return a station's slots, ended ones included: what was on air stays in its place."""
    rows = session.scalars(
        select(BroadcastSlot).where(BroadcastSlot.account_id == account_id).order_by(BroadcastSlot.id)
    )
    return [as_slot(row) for row in rows]


def as_slot(row: BroadcastSlot) -> Slot:
    """Return a stored slot for reckoning."""
    return Slot(row.id, row.title, tuple(row.days), time.fromisoformat(row.starts), row.minutes, None, row.ended_at)


def add_slot(
    session: Session, person: Person, account: Account, title: str, days: Collection[int], starts: time, minutes: int
) -> BroadcastSlot:
    """Add a weekly slot: `days` are weekdays (Monday 0), `minutes` its longest; `Refused` where it cannot be."""
    demand(session, person, "administer", account.unit_id)
    title = line(title, _("Tên chương trình"), most=80, needed=True)
    if not days or not set(days) <= set(range(7)):
        raise Refused(_("Hãy chọn ít nhất một ngày trong tuần."), "days")
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(_("Thời lượng phải từ 1 đến {most} phút.").format(most=MOST_MINUTES), "minutes")
    new = Slot(0, title, tuple(sorted(set(days))), starts, minutes)
    _demand_possible(session, account, new)
    row = BroadcastSlot(
        account_id=account.id, title=title, days=list(new.days), starts=f"{starts:%H:%M}", minutes=minutes,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, audit.acting(person), "slot.add", "broadcast_slot", row.id,
        unit_id=account.unit_id, title=title, days=row.days, starts=row.starts, minutes=minutes,
    )  # fmt: skip
    return row


def _demand_possible(session: Session, account: Account, new: Slot) -> None:
    station = described(account)
    # A Wednesday long written out: the greeting is about as long on every day of the year.
    example = datetime(2027, 11, 24, new.starts.hour, new.starts.minute)  # noqa: DTZ001 - the wall clock
    try:
        demand_room(station, Frame(new.title, example, new.minutes))
    except TooShort as error:
        raise Refused(str(error), "minutes") from error
    silent = quiet(station)
    for window in silent.windows:
        if any(window.holds(example.replace(day=22 + day)) for day in new.days):
            raise Refused(
                _("{time} nằm trong giờ không phát của đài ({begins:%H:%M}–{ends:%H:%M}).").format(
                    time=f"{new.starts:%H:%M}", begins=window.starts, ends=window.ends
                ),
                "starts",
            )
    now = clock.now()
    other = clash([slot for slot in slots_of(session, account.id) if slot.until is None or slot.until > now], new)
    if other is not None:
        raise Refused(
            _("Trùng giờ với khung «{title}» lúc {time}.").format(title=other.title, time=f"{other.starts:%H:%M}"),
            "starts",
        )


def end_slot(session: Session, person: Person, account: Account, slot_id: int) -> BroadcastSlot:
    """End a slot from now on: what waits for it goes to the next one."""
    demand(session, person, "administer", account.unit_id)
    row = session.get(BroadcastSlot, slot_id)
    if row is None or row.account_id != account.id or row.ended_at is not None:
        raise Missing(_("Khung giờ này không còn."))
    row.ended_at = clock.now()
    audit.record(
        session, audit.acting(person), "slot.end", "broadcast_slot", row.id, unit_id=account.unit_id, title=row.title
    )
    return row
