"""Cadences: reading them, listing their days, refusing the ones nobody can follow."""

from datetime import UTC, date, datetime

import pytest

from schedules import cadence
from schedules.cadence import CadenceError


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
