"""What holds for every cadence, whatever its kind, window and zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schedules import cadence
from schedules.cadence import CadenceError

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
property_test = settings(derandomize=True, max_examples=60, deadline=None)

any_day = st.dates(date(2018, 1, 1), date(2032, 12, 31))
weekdays = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
month_days = st.integers(1, 31)
clocks = st.lists(st.times().map(lambda moment: moment.strftime("%H:%M")), min_size=1, max_size=3)
calendar_kinds = st.one_of(
    st.builds(lambda day: {"monthly": {"day": day}}, month_days),
    st.builds(
        lambda week, day: {"monthly": {"week": week, "weekday": day}}, st.sampled_from([1, 2, 3, 4, -1]), weekdays
    ),
    st.builds(lambda month, day: {"quarterly": {"month": month, "day": day}}, st.integers(1, 3), month_days),
    st.builds(lambda month, day: {"yearly": {"month": month, "day": day}}, st.integers(1, 12), st.integers(1, 29)),
    st.builds(lambda every: {"continuous": {"every": every}}, st.sampled_from(["month", "quarter"])),
)
dated_kinds = st.one_of(
    st.builds(lambda day: {"once": day}, any_day),
    st.builds(lambda found: {"dates": found}, st.lists(any_day, min_size=1, max_size=5)),
    st.builds(lambda day, last: {"within": {"from": min(day, last), "to": max(day, last)}}, any_day, any_day),
)
other_kinds = st.one_of(
    st.builds(lambda found: {"weekly": {"days": found}}, st.lists(weekdays, min_size=1, max_size=4)),
    st.builds(
        lambda day, n: {"rrule": f"FREQ=MONTHLY;BYDAY={n}{day[:2].upper()}"}, weekdays, st.sampled_from([1, 3, -1])
    ),
    st.builds(lambda day: {"rrule": f"FREQ=MONTHLY;BYMONTHDAY={day}"}, month_days),
    st.builds(lambda first, n: {"rrule": f"FREQ=WEEKLY;INTERVAL={n}", "from": first}, any_day, st.integers(1, 5)),
    st.sampled_from([{"continuous": {"every": "week"}}, {"on_demand": True}, {"unspecified": True}]),
)
any_kind = st.one_of(calendar_kinds, dated_kinds, other_kinds)


@property_test
@given(any_kind, any_day, st.integers(0, 900))
def test_days_lie_in_the_window_sorted_and_each_once(spec, start, length):
    end = date.fromordinal(start.toordinal() + length)
    found = cadence.occurrences(cadence.parse(spec), start, end)
    assert found == sorted(set(found))
    assert all(start <= day <= end for day in found)


@property_test
@given(any_kind, any_day, st.integers(0, 400), st.integers(1, 400))
def test_a_window_cut_in_two_lists_the_same_days(spec, start, first, second):
    held = cadence.parse(spec)
    middle, end = (date.fromordinal(start.toordinal() + days) for days in (first, first + second))
    after = date.fromordinal(middle.toordinal() + 1)
    parts = cadence.occurrences(held, start, middle) + cadence.occurrences(held, after, end)
    assert parts == cadence.occurrences(held, start, end)


@property_test
@given(any_kind, st.integers(-10, 10))
def test_every_cadence_can_be_described_and_read_again_after_moving(spec, years):
    moved = cadence.redate(spec, 2026, 2026 + years)
    assert cadence.describe(cadence.parse(moved))
    assert cadence.parse(moved).kind == cadence.parse(spec).kind


@property_test
@example({"once": date(2020, 2, 29)}, 1)
@given(dated_kinds, st.integers(-10, 10))
def test_moving_named_days_to_another_year_keeps_their_count(spec, years):
    before = cadence.occurrences(cadence.parse(spec), date(2018, 1, 1), date(2032, 12, 31))
    moved = cadence.parse(cadence.redate(spec, 2020, 2020 + years))
    after = cadence.occurrences(moved, date(2018 + years, 1, 1), date(2032 + years, 12, 31))
    # 28/02 and 29/02 of one leap year can meet on the same day of a common year.
    assert len(after) == len({(day.year, min(day, date(day.year, 2, 28)) if day.month == 2 else day) for day in before})


@property_test
@given(calendar_kinds, st.integers(2000, 2040), st.integers(2000, 2040))
def test_a_bounded_year_of_a_calendar_cadence_keeps_its_count_when_moved(spec, year, other):
    bounded = {**spec, "from": date(year, 1, 1), "to": date(year, 12, 31)}
    moved = cadence.redate(bounded, year, other)
    whole = (date(1990, 1, 1), date(2050, 12, 31))
    before, after = (cadence.occurrences(cadence.parse(held), *whole) for held in (bounded, moved))
    assert len(after) == len(before) > 0
    assert {day.year for day in after} == {other}


@property_test
@given(any_kind, clocks, any_day, st.sampled_from([HANOI, LONDON, NEW_YORK]))
def test_instants_keep_the_wall_clock_all_year_round(spec, written, start, zone):
    held = cadence.parse({**spec, "times": written})
    end = date.fromordinal(start.toordinal() + 365)
    found = cadence.instants(held, start, end, zone, time(8))
    assert found == sorted(set(found))
    assert all(moment.tzinfo is UTC for moment in found)
    wanted = {datetime.combine(day, clock) for day in cadence.occurrences(held, start, end) for clock in held.times}
    shown = {moment.astimezone(zone).replace(tzinfo=None) for moment in found}
    # A moment off the wall clock is only ever one that the zone skipped, an hour later in these zones.
    for late in shown - wanted:
        skipped = late.replace(hour=late.hour - 1)
        assert skipped in wanted
        assert skipped.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == late
    if zone is HANOI:
        assert shown == wanted


RULE_PARTS = ("BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH", "INTERVAL", "WKST", "UNTIL", "COUNT", "BYWEEKNO", "X")
RULE_VALUES = ("1", "0", "-1", "31", "99", "MO", "-1SU", "MO,", ",", "XX", "20270101", "2MO,TU", "=", "½", "")
garbled = st.dictionaries(st.sampled_from(RULE_PARTS), st.sampled_from(RULE_VALUES), max_size=3)


@property_test
@given(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]), garbled)
def test_a_garbled_rule_is_read_or_refused_but_never_breaks(frequency, parts):
    rule = ";".join([f"FREQ={frequency}", *(f"{name}={held}" for name, held in parts.items())])
    try:
        held = cadence.parse({"rrule": rule, "from": "2026-01-01"})
    except CadenceError as error:
        assert "'rrule'" in str(error)
    else:
        cadence.occurrences(held, date(2026, 1, 1), date(2030, 12, 31))
