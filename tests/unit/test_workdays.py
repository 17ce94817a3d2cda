"""Working days: Tết, days off in lieu, Saturdays worked in exchange, and what the office enters itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.workdays import VIETNAM, WorkdayError, Workdays, is_decided, read_workdays

property_test = settings(derandomize=True, max_examples=80, deadline=None)
any_day = st.dates(date(1996, 1, 1), date(2099, 12, 1))


def off_days(start, end, workdays=VIETNAM):
    span = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return [day for day in span if not workdays.is_workday(day)]


def test_tet_2026_is_off_from_the_eve_to_the_fourth_day_with_the_weekends_around_it():
    assert off_days(date(2026, 2, 13), date(2026, 2, 23)) == [date(2026, 2, day) for day in range(14, 23)]
    assert VIETNAM.holiday_name(date(2026, 2, 17)) == "Tết Nguyên Đán"
    assert VIETNAM.next_workday(date(2026, 2, 14)) == date(2026, 2, 23)
    assert VIETNAM.previous_workday(date(2026, 2, 22)) == date(2026, 2, 13)


def test_tet_2027_is_expected_around_6_february_and_marked_as_not_decided():
    assert VIETNAM.holiday_name(date(2027, 2, 6)) == "Tết Nguyên Đán"
    assert VIETNAM.next_workday(date(2027, 2, 6)) == date(2027, 2, 11)
    assert is_decided(2026)
    assert not is_decided(2027)


def test_national_day_has_two_days_and_31_august_2026_was_exchanged_for_a_saturday():
    assert off_days(date(2026, 8, 24), date(2026, 9, 4)) == [
        date(2026, 8, 29),
        date(2026, 8, 30),
        date(2026, 8, 31),
        date(2026, 9, 1),
        date(2026, 9, 2),
    ]
    assert VIETNAM.holiday_name(date(2026, 9, 2)) == "Quốc khánh"
    assert VIETNAM.is_workday(date(2026, 8, 22))
    assert VIETNAM.holiday_name(date(2026, 8, 22)) is None


def test_an_exchange_may_reach_into_the_next_year():
    assert not VIETNAM.is_workday(date(2018, 12, 31))
    assert VIETNAM.is_workday(date(2019, 1, 5))


def test_a_holiday_on_a_sunday_is_made_up_for_on_the_next_working_day():
    assert VIETNAM.holiday_name(date(2026, 4, 26)) == "Ngày Giỗ Tổ Hùng Vương"
    assert VIETNAM.holiday_name(date(2026, 4, 27)) == "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"
    assert not VIETNAM.is_workday(date(2026, 4, 27))


def test_a_plain_weekend_is_off_but_has_no_name():
    assert not VIETNAM.is_workday(date(2026, 11, 21))
    assert VIETNAM.holiday_name(date(2026, 11, 21)) is None


@pytest.mark.parametrize("year", range(2019, 2036))
def test_every_year_has_its_fixed_holidays_and_at_least_five_working_days_off_for_tet(year):
    for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
        assert not VIETNAM.is_workday(date(year, month, day))
        assert VIETNAM.holiday_name(date(year, month, day))
    winter = off_days(date(year, 1, 15), date(year, 2, 28))
    assert sum("Tết" in (VIETNAM.holiday_name(day) or "") and day.weekday() < 5 for day in winter) >= 5


def test_the_office_adds_days_off_and_makes_saturdays_working_days():
    office = read_workdays({"off": {"2026-11-20": "Hội nghị toàn cơ quan"}, "on": ["2026-11-28"]})
    assert office.holiday_name(date(2026, 11, 20)) == "Hội nghị toàn cơ quan"
    assert not office.is_workday(date(2026, 11, 20))
    assert office.is_workday(date(2026, 11, 28))
    assert office.add_workdays(date(2026, 11, 19), 1) == date(2026, 11, 23)


def test_a_decree_can_take_back_an_expected_day_off_and_a_worked_saturday():
    office = read_workdays({"on": ["2027-02-04"], "off": {"2026-08-22": "Nghỉ"}})
    assert office.is_workday(date(2027, 2, 4))
    assert office.holiday_name(date(2027, 2, 4)) is None
    assert not office.is_workday(date(2026, 8, 22))


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"swap": []}, "'swap'"),
        ({"on": ["2027-02-30"]}, "2027-02-30"),
        ({"off": ["2027-02-03"]}, "'off'"),
        ({"on": ["1890-01-01"]}, "1995–2100"),
        ({"off": {"2027-02-20": "Nghỉ"}, "on": ["2027-02-20"]}, "chỉ giữ một"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_entry_at_fault(held, words):
    with pytest.raises(WorkdayError, match=words):
        read_workdays(held)


def test_years_without_known_holidays_are_refused_rather_than_guessed():
    assert VIETNAM.is_workday(date(2100, 12, 30))
    for day in (date(1994, 6, 1), date(2101, 1, 3)):
        with pytest.raises(WorkdayError, match="Chưa có lịch nghỉ lễ"):
            VIETNAM.is_workday(day)


def test_an_office_that_never_works_is_told_so():
    closed = Workdays(off=tuple((date(2026, 1, 1) + timedelta(days=n), "Nghỉ") for n in range(500)))
    with pytest.raises(WorkdayError, match="hãy xem lại"):
        closed.next_workday(date(2026, 1, 5))


def test_counting_zero_working_days_stays_on_the_day():
    assert VIETNAM.add_workdays(date(2026, 11, 21), 0) == date(2026, 11, 21)


@property_test
@given(any_day)
def test_the_next_and_the_previous_working_day_are_worked_and_stay_put(day):
    after, before = VIETNAM.next_workday(day), VIETNAM.previous_workday(day)
    assert before <= day <= after
    assert VIETNAM.is_workday(after)
    assert VIETNAM.is_workday(before)
    assert VIETNAM.next_workday(after) == after
    assert VIETNAM.previous_workday(before) == before
    assert (before == day == after) == VIETNAM.is_workday(day)


@property_test
@given(any_day, st.integers(1, 30))
def test_counting_working_days_forward_and_back_returns_to_a_working_day(day, count):
    start = VIETNAM.next_workday(day)
    ahead = VIETNAM.add_workdays(start, count)
    assert (
        len([d for d in range(1, (ahead - start).days + 1) if VIETNAM.is_workday(start + timedelta(days=d))]) == count
    )
    assert VIETNAM.add_workdays(ahead, -count) == start
