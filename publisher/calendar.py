"""What stands on which day: deliveries, wishes not yet approved, and slots that plans propose.

Every query is bounded by UTC instants computed from the office's local midnights, and every row is put on its
day by the same function (`clock.local_day`), so month, week, list and feed cannot disagree.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from publisher.clock import day_span, local_day
from publisher.model import Account, Delivery, Placement, Plan, Post, PostTheme, Slot, Task, Version

MOST = 5000  # entries one view may hold; a month of a ministry's unit has about 3,000


@dataclass(frozen=True)
class Entry:
    """One chip of the calendar. `id` is the row's id in its own table (`kind`)."""

    kind: Literal["delivery", "placement", "slot"]
    id: int
    day: date
    at: datetime | None  # None: a slot without a time
    title: str
    state: str  # a delivery's state, a post's state, or `proposed`
    channel: str
    account: str
    unit_id: int
    themes: tuple[str, ...]
    post_id: int | None
    movable: bool


@dataclass(frozen=True)
class Filters:
    """Which entries to show; empty means all."""

    theme: str = ""
    channel: str = ""
    state: str = ""
    unit_id: int | None = None


def month_days(year: int, month: int) -> list[date]:
    """Return the days of the weeks, Monday first, that a month's sheet shows."""
    first = date(year, month, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    start, end = week_days(first)[0], week_days(last)[-1]
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def week_days(day: date) -> list[date]:
    """Return the seven days, Monday first, of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def entries(
    session: Session, zone: ZoneInfo, first: date, last: date, units: Collection[int], filters: Filters | None = None
) -> list[Entry]:
    """Return what stands on the days `first` to `last` (inclusive) of the zone, by time, slots last: 4 queries."""
    chosen = filters or Filters()
    if chosen.unit_id is not None:
        units = set(units) & {chosen.unit_id}
    found = [
        *_deliveries(session, zone, first, last, units, chosen),
        *_placements(session, zone, first, last, units, chosen),
        *_slots(session, zone, first, last, units, chosen),
    ]
    themes = _themes(session, {entry.post_id for entry, own in found if entry.post_id is not None and not own})
    out = [replace(entry, themes=own or themes.get(entry.post_id or 0, ())) for entry, own in found]
    return sorted(out, key=_order)


def _order(entry: Entry) -> tuple[date, bool, float, str, int]:
    return entry.day, entry.kind == "slot", entry.at.timestamp() if entry.at else 0.0, entry.kind, entry.id


def by_day(found: list[Entry]) -> dict[date, list[Entry]]:
    """Return the entries of each day, in order."""
    days: dict[date, list[Entry]] = {}
    for entry in found:
        days.setdefault(entry.day, []).append(entry)
    return days


_Found = list[tuple[Entry, tuple[str, ...]]]


def _deliveries(
    session: Session, zone: ZoneInfo, first: date, last: date, units: Collection[int], chosen: Filters
) -> _Found:
    start, end = day_span(first, last, zone)
    query = (
        select(
            Delivery.id, Delivery.due_at, Delivery.state, Delivery.action, Delivery.post_id,
            Version.title, Account.channel, Account.title.label("account"), Delivery.unit_id,
        )
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.due_at >= start, Delivery.due_at < end, Delivery.unit_id.in_(units))
        .order_by(Delivery.due_at)
        .limit(MOST)
    )  # fmt: skip
    if chosen.channel:
        query = query.where(Account.channel == chosen.channel)
    if chosen.theme:
        query = query.where(Delivery.post_id.in_(_about(chosen.theme)))
    # A cancelled delivery is history: it shows only when asked for.
    query = query.where(Delivery.state == chosen.state) if chosen.state else query.where(Delivery.state != "cancelled")
    return [
        (
            Entry(
                "delivery", row.id, local_day(row.due_at, zone), row.due_at, row.title, row.state, row.channel,
                row.account, row.unit_id, (), row.post_id, row.state in {"planned", "waiting", "held"},
            ),
            (),
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _placements(
    session: Session, zone: ZoneInfo, first: date, last: date, units: Collection[int], chosen: Filters
) -> _Found:
    start, end = day_span(first, last, zone)
    query = (
        select(
            Placement.id, Placement.due_at, Post.state, Post.id.label("post_id"), Post.title, Account.channel,
            Account.title.label("account"), Post.unit_id,
        )
        .join(Post, Post.id == Placement.post_id)
        .join(Account, Account.id == Placement.account_id)
        .where(Placement.due_at >= start, Placement.due_at < end, Placement.post_id.in_(_open_posts(units)))
        .order_by(Placement.due_at)
        .limit(MOST)
    )  # fmt: skip
    if chosen.channel:
        query = query.where(Account.channel == chosen.channel)
    if chosen.theme:
        query = query.where(Placement.post_id.in_(_about(chosen.theme)))
    if chosen.state:
        query = query.where(Post.state == chosen.state)
    return [
        (
            Entry(
                "placement", row.id, local_day(row.due_at, zone), row.due_at, row.title, row.state, row.channel,
                row.account, row.unit_id, (), row.post_id, True,
            ),
            (),
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _open_posts(units: Collection[int]) -> Select[int]:
    """Posts that nobody has approved yet: few, whatever the age of the archive, and found by their unit."""
    return select(Post.id).where(
        Post.unit_id.in_(units), Post.state.in_(("draft", "submitted", "returned")), Post.live.is_(None)
    )


def _slots(
    session: Session, zone: ZoneInfo, first: date, last: date, units: Collection[int], chosen: Filters
) -> _Found:
    if chosen.state not in {"", "proposed"}:
        return []
    query = (
        select(Slot.id, Slot.day, Slot.at, Slot.channel, Task.text, Task.themes, Plan.unit_id, Plan.code)
        .join(Task, Task.id == Slot.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(Slot.day >= first, Slot.day <= last, Slot.state == "proposed", Plan.unit_id.in_(units))
        .order_by(Slot.day)
        .limit(MOST)
    )
    if chosen.channel:
        query = query.where(Slot.channel == chosen.channel)
    return [
        (
            Entry(
                "slot", row.id, row.day, _wall(row.day, row.at, zone), row.text, "proposed", row.channel, row.code,
                row.unit_id, (), None, False,
            ),
            tuple(row.themes),
        )
        for row in session.execute(query)
        if not chosen.theme or chosen.theme in row.themes
    ]  # fmt: skip


def _wall(day: date, at: str, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.fromisoformat(at), tzinfo=zone) if at else None


def _about(theme: str) -> Select[int]:
    """Posts of a theme; asked in the query itself, so that its limit counts only what is shown."""
    return select(PostTheme.post_id).where(PostTheme.code == theme)


def _themes(session: Session, posts: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the themes of posts: 1 query, however many they are."""
    rows = session.execute(
        select(PostTheme.post_id, PostTheme.code).where(PostTheme.post_id.in_(posts)).order_by(PostTheme.code)
    )
    found: dict[int, tuple[str, ...]] = {}
    for post_id, code in rows:
        found[post_id] = (*found.get(post_id, ()), code)
    return found
