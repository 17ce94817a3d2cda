"""Cadences: times of day, instants through clock changes, words, and moving to another year."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import yaml

from schedules import cadence
from schedules.cadence import CadenceError

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
FIVE_FIFTEEN = time(5, 15)


# --- times and instants -------------------------------------------------------------------------------


def test_times_may_be_written_as_vietnamese_hours_or_as_yaml_misreads_them():
    held = yaml.safe_load("{weekly: {days: [mon]}, times: [16:45, 05:15, 5h15, 11h]}")
    assert cadence.parse(held).times == (time(5, 15), time(11), time(16, 45))


def test_times_inside_the_weekly_block_are_the_slots():
    assert cadence.parse({"weekly": {"days": ["mon"], "times": ["05:15"]}}).times == (FIVE_FIFTEEN,)


def test_times_written_twice_are_refused():
    with pytest.raises(CadenceError, match="hai nơi"):
        cadence.parse({"weekly": {"days": ["mon"], "times": ["05:15"]}, "times": ["16:45"]})


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
