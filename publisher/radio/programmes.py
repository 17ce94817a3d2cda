"""Programmes as they stand now: composed anew from what is approved at every look, so that nothing stale is read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from channels.radio.book import book
from channels.radio.programme import Frame, Item, TooShort, compose, urgent_alone
from publisher.clock import day_span, local_day
from publisher.delivery.outlets import World
from publisher.model import Account
from publisher.radio.items import Airing, airing, airings
from publisher.radio.stations import described, quiet, slots_of
from publisher.refusal import Missing
from publisher.words import _
from schedules.broadcast import Occasion, occasions, on_air

REACH = timedelta(days=8)  # an item waits at most this long for the next slot of a weekly station


@dataclass(frozen=True)
class Planned:
    """A slot on one day, or one urgent announcement, and what would be read in it now."""

    account_id: int
    key: str  # `2026-11-21-3` (day and slot) or `khan-12` (the urgent delivery): stable in addresses
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    slot_id: int | None
    minutes: int | None
    airings: tuple[Airing, ...]
    kinds: tuple[str, ...]
    book: dict[str, Any] | None  # None where the slot cannot hold even the frame
    problem: str = ""

    @property
    def seconds(self) -> float:
        """How long it takes to read."""
        return float(self.book["seconds"]) if self.book else 0.0

    @property
    def over(self) -> float:
        """How many seconds it is longer than its slot; 0 when it fits."""
        return max(0.0, self.seconds - self.minutes * 60) if self.minutes else 0.0

    @property
    def urgent(self) -> bool:
        """Whether it is read at once, outside every slot."""
        return self.slot_id is None

    @property
    def changed_at(self) -> datetime | None:
        """When something of it last changed; None while it is empty."""
        return max((one.changed_at for one in self.airings), default=None)


@dataclass(frozen=True)
class Span:
    """What a station reads on some days: programmes in order, and approved posts for which no slot was found."""

    programmes: tuple[Planned, ...]
    unplaced: tuple[Airing, ...]


def span(session: Session, world: World, account: Account, first: date, last: date) -> Span:
    """Compose a station's programmes on the local days [first, last]: 6 queries."""
    zone = world.config.zone
    station = described(account)
    listed = occasions(slots_of(session, account.id), first - REACH, last + REACH, zone, quiet(station))
    since, until = day_span(first - REACH, last, zone)
    held: dict[Occasion, list[Airing]] = {occasion: [] for occasion in listed if first <= occasion.day <= last}
    urgent, unplaced = [], []
    for one in airings(session, account.id, since, until):
        if one.priority == "urgent":
            if first <= local_day(one.air_at, zone) <= last:
                urgent.append(one)
            continue
        occasion = on_air(listed, one.air_at)
        if occasion is None:
            unplaced.append(one)
        elif occasion in held:
            held[occasion].append(one)
    found = [_urgent(world, account, one) for one in urgent]
    found += [_slot(world, account, occasion, placed) for occasion, placed in held.items()]
    return Span(tuple(sorted(found, key=lambda one: (one.starts_at, not one.urgent))), tuple(unplaced))


def programme(session: Session, world: World, account: Account, key: str) -> Planned:
    """Return one programme by its key; `Missing` when the station has none by that name."""
    day = _day_of(session, world, account, key)
    if day is not None:
        for planned in span(session, world, account, day, day).programmes:
            if planned.key == key:
                return planned
    raise Missing(_("Không có chương trình này trong lịch của đài."))


def _day_of(session: Session, world: World, account: Account, key: str) -> date | None:
    if key.startswith("khan-") and key[5:].isdecimal() and len(key) < 20:
        found = airing(session, account.id, int(key[5:]))
        return local_day(found.air_at, world.config.zone) if found else None
    try:
        return date.fromisoformat(key[:10])
    except ValueError:
        return None


def _slot(world: World, account: Account, occasion: Occasion, placed: list[Airing]) -> Planned:
    slot, station = occasion.slot, described(account)
    items = [one.item(world.files) for one in placed]
    frame = Frame(slot.title, occasion.starts_at.astimezone(world.config.zone), slot.minutes)
    try:
        composed, problem = book(station, frame, items, compose(station, frame, items)), ""
    except TooShort as error:
        composed, problem = None, str(error)
    return _planned(
        account, f"{occasion.day}-{slot.id}", frame, occasion.ends_at, slot.id, placed, items, composed, problem
    )


def _urgent(world: World, account: Account, alone: Airing) -> Planned:
    station, item = described(account), alone.item(world.files)
    frame = Frame(_("Thông báo khẩn cấp"), alone.air_at.astimezone(world.config.zone), None)
    composed = book(station, frame, [item], urgent_alone(station, item))
    ends_at = frame.starts_at + timedelta(seconds=composed["seconds"])
    return _planned(account, f"khan-{alone.root_id}", frame, ends_at, None, [alone], [item], composed, "")


def _planned(
    account: Account,
    key: str,
    frame: Frame,
    ends_at: datetime,
    slot_id: int | None,
    placed: list[Airing],
    items: list[Item],
    composed: dict[str, Any] | None,
    problem: str,
) -> Planned:
    return Planned(
        account.id, key, frame.title, frame.starts_at.date(), frame.starts_at, ends_at, slot_id, frame.minutes,
        tuple(placed), tuple(item.kind for item in items), composed, problem,
    )  # fmt: skip
