"""Cadences: reading them, listing their days, turning them into instants, moving them to another year."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schedules import cadence
from schedules.cadence import CadenceError

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
FIVE_FIFTEEN = time(5, 15)
property_test = settings(derandomize=True, max_examples=60, deadline=None)


def days(spec, start="2026-01-01", end="2026-12-31"):
    found = cadence.occurrences(cadence.parse(spec), date.fromisoformat(start), date.fromisoformat(end))
    return [day.isoformat() for day in found]


def refusal(spec) -> str:
    with pytest.raises(CadenceError) as caught:
        cadence.parse(spec)
    return str(caught.value)


# --- listing days -------------------------------------------------------------------------------------


def test_once_is_one_day_whether_yaml_gives_a_date_or_text():
    assert days({"once": date(2026, 3, 15)}) == days({"once": "2026-03-15"}) == ["2026-03-15"]


def test_several_named_days_come_sorted_and_once():
    spec = {"dates": ["2023-11-03", date(2023, 3, 3), "2023-06-03", "2023-09-03", "2023-03-03"]}
    assert days(spec, "2023-01-01", "2023-12-31") == ["2023-03-03", "2023-06-03", "2023-09-03", "2023-11-03"]


def test_a_deadline_window_proposes_its_last_day():
    spec = {"within": {"from": "2020-01-01", "to": "2020-03-31"}}
    assert days(spec, "2020-01-01", "2020-12-31") == ["2020-03-31"]
    assert days(spec, "2020-01-01", "2020-03-30") == []


def test_day_31_of_every_month_clamps_to_the_last_day():
    assert days({"monthly": {"day": 31}}, "2026-01-01", "2026-04-30") == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]
    assert days({"monthly": {"day": 30}}, "2028-02-01", "2028-02-29") == ["2028-02-29"]


def test_the_first_and_the_last_monday_of_a_month():
    assert days({"monthly": {"week": 1, "weekday": "mon"}}, "2026-05-01", "2026-06-30") == ["2026-05-04", "2026-06-01"]
    assert days({"monthly": {"week": -1, "weekday": "sun"}}, "2026-05-01", "2026-06-30") == ["2026-05-31", "2026-06-28"]


def test_a_quarterly_day_counts_months_inside_the_quarter():
    assert days({"quarterly": {"month": 3, "day": 10}}) == ["2026-03-10", "2026-06-10", "2026-09-10", "2026-12-10"]


def test_the_leap_day_falls_on_28_february_in_a_common_year():
    assert days({"yearly": {"month": 2, "day": 29}}, "2027-01-01", "2029-12-31") == [
        "2027-02-28",
        "2028-02-29",
        "2029-02-28",
    ]


def test_continuous_work_is_proposed_once_in_each_unit():
    assert days({"continuous": {}}) == days({"continuous": {"every": "month"}}) == days({"continuous": True})
    assert days({"continuous": {"every": "month"}})[:2] == ["2026-01-10", "2026-02-10"]
    assert days({"continuous": {"every": "quarter"}}) == ["2026-02-10", "2026-05-10", "2026-08-10", "2026-11-10"]
    assert days({"continuous": {"every": "week"}}, "2026-01-01", "2026-01-14") == ["2026-01-06", "2026-01-13"]


def test_weekly_slots_fall_on_the_named_weekdays():
    assert days({"weekly": {"days": ["thu", "mon"]}}, "2026-11-16", "2026-11-26") == [
        "2026-11-16",
        "2026-11-19",
        "2026-11-23",
        "2026-11-26",
    ]


def test_on_demand_and_unspecified_propose_nothing():
    assert days({"on_demand": True}) == days({"unspecified": True}) == []


def test_bounds_cut_a_cadence_at_both_ends():
    spec = {"monthly": {"day": 10}, "from": "2026-02-10", "to": date(2026, 4, 9)}
    assert days(spec) == ["2026-02-10", "2026-03-10"]


def test_a_recurrence_rule_is_read_with_or_without_its_prefix():
    expected = ["2026-01-05", "2026-02-02", "2026-03-02"]
    assert days({"rrule": "FREQ=MONTHLY;BYDAY=1MO"}, end="2026-03-31") == expected
    assert days({"rrule": "rrule:freq=monthly;byday=1mo"}, end="2026-03-31") == expected


def test_every_second_week_is_counted_from_its_from_day_and_not_from_the_window():
    spec = {"rrule": "FREQ=WEEKLY;INTERVAL=2", "from": "2026-01-06"}
    assert days(spec, "2026-01-01", "2026-02-10") == ["2026-01-06", "2026-01-20", "2026-02-03"]
    assert days(spec, "2026-01-25", "2026-02-10") == ["2026-02-03"]


def test_a_counted_rule_stops_after_its_count():
    spec = {"rrule": "FREQ=DAILY;COUNT=3", "from": "2026-01-06"}
    assert days(spec) == ["2026-01-06", "2026-01-07", "2026-01-08"]


def test_until_counts_its_own_day_and_forgets_the_hour_that_calendar_programs_add():
    expected = ["2026-01-05", "2026-02-02"]
    assert days({"rrule": "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20260202"}) == expected
    assert days({"rrule": "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20260202T165959Z"}) == expected


def test_an_empty_window_has_no_days_and_an_endless_one_is_refused():
    assert days({"monthly": {"day": 1}}, "2026-02-01", "2026-01-01") == []
    with pytest.raises(CadenceError, match="100 năm"):
        cadence.occurrences(cadence.parse({"monthly": {"day": 1}}), date.min, date.max)


# --- refusing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "đúng một khóa loại"),
        ({"once": "2026-01-01", "on_demand": True}, "once, on_demand"),
        ({"montly": {"day": 1}}, "'montly'"),
        ({"once": "2026-02-30"}, "'once' phải là một ngày có thật"),
        ({"once": "0202-03-15"}, "năm phải từ 1900"),
        ({"once": datetime(2026, 1, 1, tzinfo=UTC)}, "'once'"),
        ({"dates": []}, "'dates'"),
        ({"within": {"from": "2026-02-01"}}, "'within.to'"),
        ({"within": {"from": "2026-02-01", "to": "2026-01-01"}}, "'within.from'"),
        ({"monthly": {"day": 32}}, "từ 1 đến 31"),
        ({"monthly": {"day": True}}, "từ 1 đến 31"),
        ({"monthly": {"day": 1, "week": 1}}, "'week' và 'weekday'"),
        ({"monthly": {"week": 5, "weekday": "mon"}}, "-1 (tuần cuối)"),
        ({"monthly": {"week": 1, "weekday": "t2"}}, "mon, tue, wed"),
        ({"quarterly": {"month": 4, "day": 1}}, "1, 2 hoặc 3"),
        ({"yearly": {"month": 4, "day": 31}}, "tháng 4 không có ngày 31"),
        ({"continuous": {"every": "year"}}, "month, quarter hoặc week"),
        ({"weekly": {"days": []}}, "'weekly.days'"),
        ({"weekly": {"days": ["mon"], "at": ["05:15"]}}, "'at'"),
        ({"monthly": {"day": 1}, "times": ["25:00"]}, "'25:00'"),
        ({"monthly": {"day": 1}, "times": "05:15"}, "danh sách giờ"),
        ({"monthly": {"day": 1}, "from": "2026-02-01", "to": "2026-01-01"}, "'from'"),
        ({"once": "2026-05-01", "to": "2026-04-30"}, "không bao giờ đến hạn"),
        ({"on_demand": False}, "true"),
        ({"rrule": "FREQ=HOURLY"}, "YEARLY, MONTHLY, WEEKLY, DAILY"),
        ({"rrule": "FREQ=DAILY;BYHOUR=5"}, "BYHOUR"),
        ({"rrule": "FREQ=DAILY;INTERVAL=0", "from": "2026-01-01"}, "INTERVAL=0"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1XX"}, "RFC 5545"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=1MO"}, "MONTHLY hoặc YEARLY"),
        ({"rrule": "FREQ=MONTHLY"}, "thêm khóa 'from'"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "không có ngày nào"),
        ({"rrule": "FREQ=DAILY;COUNT=3;UNTIL=20260101", "from": "2026-01-01"}, "COUNT và UNTIL"),
        ({"rrule": "FREQ=DAILY;UNTIL=20261301"}, "UNTIL"),
        ({"rrule": ""}, "'rrule'"),
        ("hằng tháng", "các cặp khóa"),
    ],
)
def test_a_wrong_cadence_is_refused_with_the_key_and_what_it_may_hold(spec, words):
    assert words in refusal(spec)


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


# --- times and instants -------------------------------------------------------------------------------


def test_times_may_be_written_as_vietnamese_hours_or_as_yaml_misreads_them():
    held = yaml.safe_load("{weekly: {days: [mon]}, times: [16:45, 05:15, 5h15, 11h]}")
    assert cadence.parse(held).times == (time(5, 15), time(11), time(16, 45))


def test_times_inside_the_weekly_block_are_the_slots():
    assert cadence.parse({"weekly": {"days": ["mon"], "times": ["05:15"]}}).times == (FIVE_FIFTEEN,)


def test_times_written_twice_are_refused():
    assert "hai nơi" in refusal({"weekly": {"days": ["mon"], "times": ["05:15"]}, "times": ["16:45"]})


def instants(spec, start, end, zone=HANOI, default=time(8)):
    held = cadence.parse(spec)
    return cadence.instants(held, date.fromisoformat(start), date.fromisoformat(end), zone, default)


def test_a_broadcast_at_5_15_in_hanoi_is_22_15_utc_the_evening_before():
    found = instants({"weekly": {"days": ["mon"], "times": ["05:15", "16:45"]}}, "2026-11-23", "2026-11-23")
    assert found == [datetime(2026, 11, 22, 22, 15, tzinfo=UTC), datetime(2026, 11, 23, 9, 45, tzinfo=UTC)]


def test_a_cadence_without_times_takes_the_default_time():
    assert instants({"once": "2026-11-23"}, "2026-11-01", "2026-11-30") == [datetime(2026, 11, 23, 1, tzinfo=UTC)]


def test_a_time_that_the_clocks_skip_moves_forward_and_comes_back_the_next_day():
    found = instants({"rrule": "FREQ=DAILY", "times": ["02:30"]}, "2026-03-07", "2026-03-09", NEW_YORK)
    assert [moment.astimezone(NEW_YORK).strftime("%d %H:%M") for moment in found] == [
        "07 02:30",
        "08 03:30",
        "09 02:30",
    ]


def test_a_time_that_the_clocks_repeat_is_taken_the_first_time():
    found = instants({"rrule": "FREQ=DAILY", "times": ["01:30"]}, "2026-10-24", "2026-10-26", LONDON)
    assert found == [
        datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_two_times_that_a_clock_change_throws_together_make_one_instant():
    found = instants({"once": "2026-03-08", "times": ["02:30", "03:30"]}, "2026-03-08", "2026-03-08", NEW_YORK)
    assert len(found) == 1


# --- describing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"once": "2022-03-15"}, "ngày 15/3/2022"),
        ({"dates": ["2023-03-03", "2023-02-10"]}, "các ngày 10/02/2023, 03/3/2023"),
        ({"within": {"from": "2020-01-01", "to": "2020-12-31"}}, "trong năm 2020"),
        ({"within": {"from": "2020-01-01", "to": "2020-03-31"}}, "trong quý I/2020"),
        ({"within": {"from": "2020-04-01", "to": "2020-12-31"}}, "từ ngày 01/4/2020 đến ngày 31/12/2020"),
        ({"monthly": {"day": 15}}, "ngày 15 hằng tháng"),
        ({"monthly": {"day": 31}}, "ngày cuối cùng hằng tháng"),
        ({"monthly": {"week": 1, "weekday": "mon"}}, "thứ Hai đầu tiên hằng tháng"),
        ({"monthly": {"week": -1, "weekday": "sun"}}, "Chủ nhật cuối cùng hằng tháng"),
        ({"quarterly": {"month": 3, "day": 10}}, "ngày 10 tháng thứ ba hằng quý"),
        ({"yearly": {"month": 11, "day": 3}}, "ngày 03/11 hằng năm"),
        ({"continuous": {"every": "month"}}, "thường xuyên, mỗi tháng một lần"),
        ({"weekly": {"days": ["mon", "thu"], "times": ["05:15"]}}, "thứ Hai, thứ Năm hằng tuần lúc 05:15"),
        ({"weekly": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}, "hằng ngày"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1MO"}, "hằng tháng, theo quy tắc FREQ=MONTHLY;BYDAY=1MO"),
        (
            {"rrule": "FREQ=WEEKLY;INTERVAL=2", "from": "2026-01-06"},
            "2 tuần một lần, theo quy tắc FREQ=WEEKLY;INTERVAL=2 từ ngày 06/01/2026",
        ),
        ({"on_demand": True}, "khi phát sinh"),
        ({"unspecified": True}, "văn bản không nêu thời hạn"),
        ({"monthly": {"day": 5}, "to": "2026-06-30"}, "ngày 05 hằng tháng đến hết ngày 30/6/2026"),
    ],
)
def test_a_cadence_is_described_in_vietnamese(spec, words):
    assert cadence.describe(cadence.parse(spec)) == words


# --- another year -------------------------------------------------------------------------------------


def test_an_old_plan_is_moved_to_a_new_year_with_every_date_in_it():
    spec = {
        "within": {"from": date(2020, 1, 1), "to": "2020-02-29"},
        "from": "2020-01-01",
        "to": date(2020, 12, 31),
        "times": ["05:15"],
    }
    assert cadence.redate(spec, 2020, 2026) == {
        "within": {"from": date(2026, 1, 1), "to": "2026-02-28"},
        "from": "2026-01-01",
        "to": date(2026, 12, 31),
        "times": ["05:15"],
    }
    assert spec["within"]["to"] == "2020-02-29"


def test_lists_of_dates_and_the_end_of_a_rule_move_too():
    assert cadence.redate({"dates": ["2023-03-03", "2023-11-03"]}, 2023, 2026) == {
        "dates": ["2026-03-03", "2026-11-03"]
    }
    moved = cadence.redate({"rrule": "FREQ=DAILY;UNTIL=20240229T170000Z"}, 2024, 2025)
    assert moved == {"rrule": "FREQ=DAILY;UNTIL=20250228T170000Z"}


def test_a_year_out_of_range_is_refused_when_moving():
    with pytest.raises(CadenceError, match="'once'"):
        cadence.redate({"once": "2023-03-03"}, 2023, 2999)


# --- properties ---------------------------------------------------------------------------------------

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
