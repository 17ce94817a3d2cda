"""Weekly slots: the days they fall on, what is read in which, which ones meet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.broadcast import Slot, clash, occasions, on_air
from schedules.quiet import Quiet, Window

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 11, 16)
MORNING = Slot(1, "sáng", tuple(range(7)), time(5, 15), 15)
EVENING = Slot(2, "chiều", (0, 2, 4), time(16, 45), 30)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def test_slots_fall_on_their_days_in_order() -> None:
    found = occasions([EVENING, MORNING], MONDAY, MONDAY + timedelta(days=1), ZONE, Quiet())
    assert [(one.slot.title, one.day.day) for one in found] == [("sáng", 16), ("chiều", 16), ("sáng", 17)]
    assert found[1].ends_at - found[1].starts_at == timedelta(minutes=30)


def test_quiet_times_and_days_off_are_left_out() -> None:
    night = Quiet((Window(time(5), time(6)),))
    assert [one.slot.title for one in occasions([MORNING, EVENING], MONDAY, MONDAY, ZONE, night)] == ["chiều"]
    working = occasions([MORNING], MONDAY, MONDAY + timedelta(days=6), ZONE, Quiet(only_workdays=True))
    assert [one.day.weekday() for one in working] == [0, 1, 2, 3, 4]


def test_an_ended_slot_falls_on_no_later_day() -> None:
    ended = Slot(1, "sáng", (0, 1), time(5, 15), 15, until=at(MONDAY, 12))
    assert [one.day for one in occasions([ended], MONDAY, MONDAY + timedelta(days=1), ZONE, Quiet())] == [MONDAY]
    later = Slot(1, "sáng", (0, 1), time(5, 15), 15, since=at(MONDAY, 12))
    assert [one.day.day for one in occasions([later], MONDAY, MONDAY + timedelta(days=1), ZONE, Quiet())] == [17]


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(0, 0, "sáng"), (5, 15, "sáng"), (5, 29, "sáng"), (5, 30, "chiều"), (16, 45, "chiều"), (17, 15, "sáng")],
)
def test_an_instant_belongs_to_the_first_slot_that_is_not_over(hour: int, minute: int, expected: str) -> None:
    listed = occasions([MORNING, EVENING], MONDAY, MONDAY + timedelta(days=1), ZONE, Quiet())
    found = on_air(listed, at(MONDAY, hour, minute))
    assert found is not None and found.slot.title == expected
    assert on_air(listed, at(MONDAY + timedelta(days=1), 6)) is None and on_air([], at(MONDAY, 6)) is None


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 95)), min_size=1, max_size=6, unique=True),
    st.integers(0, 10_000),
)
def test_no_slot_that_is_still_open_is_passed_over(starts: list[tuple[int, int]], minutes: int) -> None:
    slots = [Slot(n, "x", (day,), time(quarter // 4, quarter % 4 * 15), 15) for n, (day, quarter) in enumerate(starts)]
    listed = occasions(slots, MONDAY, MONDAY + timedelta(days=14), ZONE, Quiet())
    instant = at(MONDAY, 0) + timedelta(minutes=minutes)
    assert on_air(listed, instant) == next((one for one in listed if one.ends_at > instant), None)


@pytest.mark.parametrize(
    ("new", "meets"),
    [
        (Slot(0, "x", (0,), time(5, 29), 15), True),
        (Slot(0, "x", (0,), time(5, 30), 15), False),
        (Slot(0, "x", (3,), time(16, 50), 5), False),
        (Slot(0, "x", (4,), time(16, 0), 46), True),
    ],
)
def test_slots_that_meet_are_found(new: Slot, meets: bool) -> None:
    assert (clash([MORNING, EVENING], new) is not None) is meets


def test_a_slot_over_midnight_of_sunday_meets_that_of_monday() -> None:
    night = Slot(1, "đêm", (6,), time(23, 50), 20)
    assert clash([night], Slot(0, "x", (0,), time(0, 5), 10)) is night
    assert clash([Slot(1, "x", (0,), time(0, 5), 10)], night) is not None
