"""When a station is on air: weekly slots, the days they fall on, and the slot in which something is read.

Pure: slots come from whoever keeps them, instants are aware, the zone is the office's.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.quiet import Quiet
from schedules.workdays import VIETNAM, Workdays


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly slot: `days` (Monday 0), wall-clock start, at most `minutes`; in force `since` … `until` (instants)."""

    id: int
    title: str
    days: tuple[int, ...]
    starts: time
    minutes: int
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """A slot on one day: begin inside, end outside."""

    slot: Slot
    day: date
    starts_at: datetime
    ends_at: datetime


def occasions(
    slots: Sequence[Slot], first: date, last: date, zone: ZoneInfo, quiet: Quiet, workdays: Workdays = VIETNAM
) -> list[Occasion]:
    """Return when the slots fall on the local days [first, last], in order; quiet times are left out."""
    found = []
    for distance in range((last - first).days + 1):
        day = first + timedelta(days=distance)
        for slot in slots:
            if day.weekday() not in slot.days:
                continue
            starts_at = datetime.combine(day, slot.starts, zone)
            in_force = (slot.since is None or slot.since <= starts_at) and (
                slot.until is None or starts_at < slot.until
            )
            if in_force and not quiet.forbids(starts_at, workdays):
                ends_at = starts_at + timedelta(minutes=slot.minutes)
                found.append(Occasion(slot, day, starts_at, ends_at))
    return sorted(found, key=lambda occasion: (occasion.starts_at, occasion.slot.id))


def on_air(listed: Sequence[Occasion], instant: datetime) -> Occasion | None:
    """Return the first of the `listed` occasions (in order) that is not over at `instant`; None when all are."""
    # By start: of two slots that overlap the one that begins first is tried first.
    at = bisect_right([occasion.starts_at for occasion in listed], instant)
    for occasion in listed[max(0, at - _OVERLAPPING) :]:
        if occasion.ends_at > instant:
            return occasion
    return None


_OVERLAPPING = 8  # slots of a station that may run at the same time


def clash(slots: Sequence[Slot], new: Slot) -> Slot | None:
    """Return a slot that is on air at the same time of a week as `new`, or None."""
    for slot in slots:
        for day in slot.days:
            for other in new.days:
                if _overlap(_span(slot, day), _span(new, other)):
                    return slot
    return None


_WEEK = 7 * 24 * 60


def _span(slot: Slot, day: int) -> tuple[int, int]:
    begins = day * 24 * 60 + slot.starts.hour * 60 + slot.starts.minute
    return begins, begins + slot.minutes


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> bool:
    # A slot of Sunday night may run into Monday: compare across the turn of the week as well.
    return any(one[0] < two[1] + turn and two[0] + turn < one[1] for turn in (-_WEEK, 0, _WEEK))
