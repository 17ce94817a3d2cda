"""What pages show of a programme: what stands now, what the station has, what it said, in plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from channels.speech.timing import clock as minutes
from publisher.delivery.outlets import World
from publisher.model import Account
from publisher.radio import logbook, programmes, pulling
from publisher.radio.items import Airing
from publisher.radio.programmes import Planned
from publisher.radio.pulling import Standing
from publisher.words import _, mark

NEW, PULLED, CHANGED = "new", "pulled", "changed"
STATE_TITLES = {
    "empty": mark("Chưa có bài"),
    NEW: mark("Mới"),
    PULLED: mark("Đã lấy"),
    CHANGED: mark("Đã đổi sau khi lấy"),
}


@dataclass(frozen=True)
class Card:
    """One programme on a page; `state` is empty, new, pulled or changed, `aired` what the log says of it."""

    planned: Planned
    standing: Standing | None
    state: str
    aired: str
    over: bool

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of its items, in the order they are read."""
        return tuple(airing.title for airing in self.planned.airings)

    @property
    def filled(self) -> bool:
        """Whether there is something to read, or was when the station pulled it, or something to tell."""
        return bool(self.planned.airings or self.standing or self.planned.problem)

    @property
    def length(self) -> str:
        """How long it takes, in minutes and seconds."""
        return minutes(self.planned.seconds)

    @property
    def left(self) -> str:
        """What is left of its slot or how much it is over, as a sentence."""
        if self.planned.minutes is None:
            return ""
        rest = self.planned.minutes * 60 - self.planned.seconds
        if rest < 0:
            return _("Dài hơn khung {by}: hãy dời bớt bài hoặc rút gọn.").format(by=minutes(-rest))
        return _("Còn {rest} trong khung {slot} phút.").format(rest=minutes(rest), slot=self.planned.minutes)

    @property
    def state_title(self) -> str:
        """The state as people read it."""
        return _(STATE_TITLES[self.state])

    @property
    def waits_for_log(self) -> bool:
        """Whether it should have been on air and nobody wrote down how it went."""
        return self.over and not self.aired and bool(self.planned.airings or self.standing)


@dataclass(frozen=True)
class Board:
    """What a station reads on some days, and approved posts that found no slot."""

    account: Account
    cards: tuple[Card, ...]
    unplaced: tuple[Airing, ...]

    def on(self, day: date) -> list[Card]:
        """The programmes of a day."""
        return [card for card in self.cards if card.planned.day == day]


def board(session: Session, world: World, account: Account, first: date, last: date, now: datetime) -> Board:
    """Read a station's programmes on the local days [first, last]: 9 queries."""
    span = programmes.span(session, world, account, first, last)
    return Board(account, tuple(cards(session, span.programmes, now)), span.unplaced)


def cards(session: Session, planned: Iterable[Planned], now: datetime) -> list[Card]:
    """Return programmes with what the station has and said of each: 3 queries."""
    listed = list(planned)
    standings = pulling.standings(session, listed)
    aired = logbook.states(session, [standing.programme_id for standing in standings.values()])
    return [_card(one, standings.get(one.key), aired, now) for one in listed]


def _card(planned: Planned, standing: Standing | None, aired: dict[int, str], now: datetime) -> Card:
    if standing is not None:
        state = CHANGED if standing.outdated(planned, now) else PULLED
    else:
        state = NEW if planned.airings else "empty"
    said = aired.get(standing.programme_id, "") if standing else ""
    return Card(planned, standing, state, said, planned.ends_at <= now)


def one(session: Session, world: World, account: Account, key: str, now: datetime) -> Card:
    """Return one programme as a card."""
    return cards(session, [programmes.programme(session, world, account, key)], now)[0]


def shown_book(world: World, card: Card) -> dict[str, Any] | None:
    """Return what a station reads: the edition it has, else what stands now."""
    return pulling.read(world, card.standing) if card.standing else card.planned.book
