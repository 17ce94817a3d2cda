"""Quiet hours: nights, weekends, days off, and the first moment after them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.quiet import EVERY_DAY, Quiet, QuietError, Window, next_allowed, read_quiet

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONDON = ZoneInfo("Europe/London")
NIGHT = Quiet((Window(time(22), time(6)),))
property_test = settings(derandomize=True, max_examples=80, deadline=None)


def hanoi(*parts):
    return datetime(*parts, tzinfo=HANOI)


def after(instant, quiet, zone=HANOI):
    return next_allowed(instant, quiet, zone).astimezone(zone)


def test_the_night_ends_at_six_whether_asked_before_or_after_midnight():
    assert after(hanoi(2026, 11, 20, 23, 0), NIGHT) == hanoi(2026, 11, 21, 6)
    assert after(hanoi(2026, 11, 21, 0, 0), NIGHT) == hanoi(2026, 11, 21, 6)
    assert after(hanoi(2026, 11, 21, 5, 59, 59), NIGHT) == hanoi(2026, 11, 21, 6)


def test_the_edges_of_a_quiet_window_start_inside_and_end_outside():
    assert after(hanoi(2026, 11, 20, 22), NIGHT) == hanoi(2026, 11, 21, 6)
    assert after(hanoi(2026, 11, 21, 6), NIGHT) == hanoi(2026, 11, 21, 6)
    assert after(hanoi(2026, 11, 20, 21, 59), NIGHT) == hanoi(2026, 11, 20, 21, 59)


def test_the_answer_is_in_utc_and_a_moment_without_a_zone_is_refused():
    assert next_allowed(hanoi(2026, 11, 20, 12), NIGHT, HANOI).tzinfo is UTC
    with pytest.raises(TypeError):
        next_allowed(hanoi(2026, 11, 20, 12).replace(tzinfo=None), NIGHT, HANOI)


def test_a_night_that_starts_on_friday_only_leaves_saturday_night_open():
    friday_night = Quiet((Window(time(22), time(6), (4,)),))
    assert after(hanoi(2026, 11, 21, 3), friday_night) == hanoi(2026, 11, 21, 6)
    assert after(hanoi(2026, 11, 22, 3), friday_night) == hanoi(2026, 11, 22, 3)


def test_a_window_from_midnight_to_midnight_is_the_whole_day():
    sundays = Quiet((Window(time(0), time(0), (6,)),))
    assert after(hanoi(2026, 11, 22, 10), sundays) == hanoi(2026, 11, 23)


def test_allowed_hours_leave_only_the_two_broadcast_slots():
    slots = Quiet(allowed=(Window(time(5), time(6, 30)), Window(time(16, 30), time(18))))
    assert after(hanoi(2026, 11, 20, 5, 15), slots) == hanoi(2026, 11, 20, 5, 15)
    assert after(hanoi(2026, 11, 20, 6, 30), slots) == hanoi(2026, 11, 20, 16, 30)
    assert after(hanoi(2026, 11, 20, 18), slots) == hanoi(2026, 11, 21, 5)


def test_only_working_days_waits_through_tet():
    quiet = Quiet((Window(time(22), time(6)),), only_workdays=True)
    assert after(hanoi(2026, 2, 13, 23), quiet) == hanoi(2026, 2, 23, 6)


def test_a_quiet_hour_that_clocks_repeat_stays_quiet_both_times():
    # Clocks in London go back from 02:00 to 01:00 on 25/10/2026: 01:30 ends the window twice.
    quiet = Quiet((Window(time(0), time(1, 30)),))
    first = next_allowed(datetime(2026, 10, 25, 0, 10, tzinfo=UTC), quiet, LONDON)
    again = next_allowed(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), quiet, LONDON)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert again == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_stored_setting_is_read_whole():
    held = {
        "windows": [{"from": "22:00", "to": "06:00", "weekdays": ["sun", "sat"]}],
        "allowed": [{"from": "5:00", "to": "06:30"}],
        "only_workdays": True,
    }
    assert read_quiet(held) == Quiet(
        (Window(time(22), time(6), (5, 6)),), (Window(time(5), time(6, 30), EVERY_DAY),), True
    )
    assert read_quiet({}) == Quiet()


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"hours": []}, "'hours'"),
        ({"windows": {"from": "22:00"}}, "'windows' phải là danh sách"),
        ({"windows": [{"from": "22:00"}]}, r"windows\[1\]"),
        ({"windows": [{"from": "22:00", "to": "24:00"}]}, "'24:00'"),
        ({"windows": [{"from": "22:00", "to": "06:00", "weekdays": ["t2"]}]}, "mon, tue"),
        ({"only_workdays": "yes"}, "only_workdays"),
        ({"windows": [{"from": "00:00", "to": "12:00"}, {"from": "12:00", "to": "00:00"}]}, "không chừa lúc nào"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_entry_at_fault(held, words):
    with pytest.raises(QuietError, match=words):
        read_quiet(held)


clocks = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
windows = st.builds(Window, clocks, clocks, st.lists(st.integers(0, 6), max_size=5, unique=True).map(tuple))
instants = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@property_test
@given(st.lists(windows, max_size=2).map(tuple), st.booleans(), instants)
def test_the_moment_found_is_allowed_final_and_the_first(found, only_workdays, instant):
    quiet = Quiet(found, only_workdays=only_workdays)
    moment = next_allowed(instant, quiet, HANOI)
    assert moment >= instant
    assert not quiet.forbids(moment.astimezone(HANOI))
    assert next_allowed(moment, quiet, HANOI) == moment
    waiting = moment - instant
    for step in range(1, 40):
        earlier = instant + waiting * step / 40
        assert earlier == moment or quiet.forbids(earlier.astimezone(HANOI))


@property_test
@given(instants)
def test_nothing_is_sent_at_night_and_no_wait_is_longer_than_the_night(instant):
    moment = next_allowed(instant, NIGHT, LONDON)
    assert 6 <= moment.astimezone(LONDON).hour < 22
    assert moment - instant <= timedelta(hours=9)
    assert moment.astimezone(LONDON).date() - date.min >= instant.astimezone(LONDON).date() - date.min
