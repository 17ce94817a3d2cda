"""Report calendars: windows, cut-offs and due dates, as the decree and the documents give them."""

from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.periods import PRESETS, PeriodError, due_between, period, periods, read_calendars
from schedules.workdays import VIETNAM, read_workdays

property_test = settings(derandomize=True, max_examples=25, deadline=None)
years = st.integers(2015, 2060)
SHIPPED = files("schedules.periods").joinpath("calendars.yaml").read_text(encoding="utf-8")


def windows(code, year):
    return {one.key: (one.data_from.isoformat(), one.data_to.isoformat()) for one in periods(code, year)}


def test_the_six_presets_are_there_each_with_its_source():
    assert list(PRESETS) == ["ND09", "BNV-581", "HEZA-2023", "LDLD-6T-Nam", "CL22", "KH20-quarterly"]
    assert all(calendar.source for calendar in PRESETS.values())


def test_every_calendar_that_assumes_something_says_what():
    assert [code for code, calendar in PRESETS.items() if not calendar.assumed] == ["BNV-581"]
    assert all(calendar.note for calendar in PRESETS.values() if calendar.assumed)


def test_decree_09_closes_on_the_14th_and_opens_on_the_15th():
    found = windows("ND09", 2026)
    assert found["2026-M01"] == ("2025-12-15", "2026-01-14")
    assert found["2026-M12"] == ("2026-11-15", "2026-12-14")
    assert found["2026-Q1"] == ("2025-12-15", "2026-03-14")
    assert found["2026-H2"] == ("2026-06-15", "2026-12-14")
    assert found["2026-Y"] == ("2025-12-15", "2026-12-14")
    assert len(found) == 12 + 4 + 2 + 1


def test_the_ministry_wants_four_reports_by_the_20th_of_the_last_month():
    found = periods("BNV-581", 2026)
    assert [(one.key, one.due_nominal.isoformat()) for one in found] == [
        ("2026-Q1", "2026-03-20"),
        ("2026-H1", "2026-06-20"),
        ("2026-Q3", "2026-09-20"),
        ("2026-Y", "2026-12-20"),
    ]
    assert [one.label for one in found] == ["Quý I năm 2026", "6 tháng đầu năm 2026", "Quý III năm 2026", "Năm 2026"]


def test_a_due_date_on_a_weekend_moves_to_the_next_working_day():
    assert period("BNV-581", "2026-H1").due == date(2026, 6, 22)
    assert period("BNV-581", "2026-H1", shift="previous").due == date(2026, 6, 19)
    assert period("BNV-581", "2026-H1", shift="none").due == date(2026, 6, 20)


def test_heza_collects_on_its_four_odd_dates_before_the_periods_end():
    found = periods("HEZA-2023", 2023)
    expected = [date(2023, 3, 3), date(2023, 6, 3), date(2023, 9, 3), date(2023, 11, 3)]
    assert [one.due_nominal for one in found] == [one.due for one in found] == expected
    assert [one.key for one in found] == ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Y"]
    for one in found:
        assert one.due < one.data_to
        assert one.cut_off == one.counted_to == one.due - timedelta(days=1)
        assert one.assumed


def test_heza_can_be_pulled_back_to_a_working_day_and_its_cut_off_follows():
    # 03/9/2023 fell on a Sunday inside the National Day break of 1–4 September.
    third = period("HEZA-2023", "2023-Q3", shift="previous")
    assert (third.due, third.cut_off) == (date(2023, 8, 31), date(2023, 8, 30))


def test_the_union_reports_at_mid_year_and_at_the_end_with_assumed_due_dates():
    found = periods("LDLD-6T-Nam", 2026)
    assert [(one.key, one.due_nominal.isoformat()) for one in found] == [
        ("2026-H1", "2026-06-17"),
        ("2026-Y", "2026-12-17"),
    ]
    assert all(one.assumed for one in found)


def test_the_communes_of_chi_linh_report_quarters_halves_and_the_year():
    assert [one.key for one in periods("CL22", 2022)] == [
        "2022-Q1", "2022-Q2", "2022-H1", "2022-Q3", "2022-Q4", "2022-H2", "2022-Y",
    ]  # fmt: skip


def test_khanh_hoa_reports_quarterly_as_a_section_of_the_reform_report():
    found = periods("KH20-quarterly", 2020)
    assert [one.due_nominal.isoformat() for one in found] == ["2020-03-20", "2020-06-20", "2020-09-20", "2020-12-20"]
    assert {one.section_of for one in found} == {"BNV-581"}


def test_a_due_date_counted_in_working_days_waits_for_tet_to_end():
    # The February window of 2026 closes on Saturday 14/02; the office is back on Monday 23/02.
    assert period("ND09", "2026-M02").due == date(2026, 2, 23)
    assert period("ND09", "2027-M02").due == date(2027, 2, 15)


def test_a_due_date_that_falls_on_a_holiday_entered_by_the_office_moves_too():
    office = read_workdays({"off": {"2026-03-20": "Nghỉ bão"}})
    assert period("BNV-581", "2026-Q1", workdays=office).due == date(2026, 3, 23)


def test_a_lower_unit_can_be_asked_some_days_earlier_but_not_before_the_figures_close():
    assert period("BNV-581", "2026-Q1", earlier_days=3).due_nominal == date(2026, 3, 17)
    with pytest.raises(PeriodError, match="chốt số liệu"):
        period("BNV-581", "2026-Q1", earlier_days=10)


def test_what_is_due_in_a_span_is_found_across_years():
    found = due_between("BNV-581", date(2025, 12, 1), date(2026, 3, 31))
    assert [one.key for one in found] == ["2025-Y", "2026-Q1"]


@pytest.mark.parametrize(
    ("code", "key", "words"),
    [
        ("ND10", "2026-Q1", "ND09, BNV-581"),
        ("BNV-581", "2026-Q2", "2026-Q1"),
        ("BNV-581", "Q1", "2026-Q1"),
        ("BNV-581", "0000-Q1", "Năm báo cáo"),
    ],
)
def test_an_unknown_calendar_or_period_is_refused_with_the_ones_there_are(code, key, words):
    with pytest.raises(PeriodError, match=words):
        period(code, key)


OFFICE_CALENDAR = """
calendars:
  XA:
    title: Báo cáo tuyên truyền của xã
    source: Công văn của huyện
    shift: previous
    periods:
      - {key: T1, kind: half, label: "Đợt một năm {year}", from: 01/12 năm trước, to: 31/5, due: 05/6}
      - {key: T2, kind: half, label: "Đợt hai năm {year}", from: 01/6, to: 30/11, due: 05/01 năm sau}
"""


def test_an_office_adds_a_calendar_as_data_alone():
    mine = read_calendars(OFFICE_CALENDAR)
    first, second = periods("XA", 2026, calendars=mine)
    assert (first.label, first.data_from, first.due) == ("Đợt một năm 2026", date(2025, 12, 1), date(2026, 6, 5))
    assert (second.cut_off, second.due) == (date(2026, 11, 30), date(2027, 1, 5))
    assert due_between("XA", date(2027, 1, 1), date(2027, 1, 31), calendars=mine) == [second]


def test_a_due_date_in_working_days_counts_from_the_cut_off_and_not_from_the_window():
    mine = read_calendars(OFFICE_CALENDAR.replace("due: 05/6", "cut_off: 20/5, due_workdays: 2"))
    assert period("XA", "2026-T1", calendars=mine).due == date(2026, 5, 22)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("title: Báo cáo tuyên truyền của xã", "title: "), "thiếu 'title'"),
        (("shift: previous", "shift: sau"), "next, previous, none"),
        (("shift: previous", "deadline: 1"), "'deadline'"),
        (("01/12 năm trước", "01/12"), "ghi thêm 'năm trước'"),
        (("31/5, due", "31/13, due"), "31/13"),
        (("due: 05/6", "due: 05/4"), "sau ngày chốt"),
        (("due: 05/6", "due: 05/6, due_workdays: 2"), "đúng một trong"),
        (("due: 05/6", "due_workdays: 0"), "'due_workdays'"),
        (("due: 05/6", "due_workdays: 2, cut_off: hôm trước hạn"), "cần 'due' là một ngày"),
        (("key: T2", "key: T1"), "một lần"),
        (("Đợt một năm {year}", "Đợt một"), "{year}"),
        (("kind: half", "kind: đợt"), "month, quarter, half, year"),
        (("shift: previous", "section_of: KHAC"), "section_of"),
        (("shift: previous", "assumed: 1"), "true, false"),
        (("calendars:", "lich:"), "'lich'"),
        (("calendars:", "calendars: ["), "YAML"),
    ],
)
def test_a_faulty_calendar_file_is_refused_with_the_place_and_the_choices(change, words):
    assert change[0] in OFFICE_CALENDAR
    with pytest.raises(PeriodError) as caught:
        read_calendars(OFFICE_CALENDAR.replace(*change))
    assert words in str(caught.value)


def test_the_shipped_file_names_every_window_it_uses_and_no_other():
    held = yaml.safe_load(SHIPPED)
    used = {row["key"] for calendar in held["calendars"].values() for row in calendar["periods"]}
    assert used == set(held["windows"])


@property_test
@given(years, st.sampled_from([("ND09", kind) for kind in ("month", "quarter", "half", "year")] + [
    ("CL22", "quarter"), ("CL22", "half"), ("CL22", "year"), ("KH20-quarterly", "quarter"),
    ("BNV-581", "year"), ("HEZA-2023", "year"), ("LDLD-6T-Nam", "year"),
]))  # fmt: skip
def test_the_windows_of_a_kind_cover_every_day_once_even_across_years(year, calendar_kind):
    code, kind = calendar_kind
    found = [one for each in (year, year + 1) for one in periods(code, each) if one.kind == kind]
    found.sort(key=lambda one: one.data_from)
    assert found[0].data_from == date(year - 1, 12, 15)
    assert found[-1].data_to == date(year + 1, 12, 14)
    for one, following in pairwise(found):
        assert following.data_from == one.data_to + timedelta(days=1)


@property_test
@given(years, st.sampled_from(sorted(PRESETS)))
def test_windows_of_a_kind_never_overlap_and_every_due_date_follows_its_cut_off(year, code):
    found = [one for each in (year, year + 1) for one in periods(code, each)]
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert one.data_from <= one.counted_to <= one.data_to
        assert one.cut_off < one.due
        assert one.source and one.key.startswith(one.label[-4:])
    for kind in {one.kind for one in found}:
        series = sorted((one for one in found if one.kind == kind), key=lambda one: one.data_from)
        assert all(one.data_to < following.data_from for one, following in pairwise(series))


@property_test
@given(years, st.sampled_from(sorted(PRESETS)))
def test_each_way_of_moving_a_due_date_lands_on_its_side(year, code):
    for after, before, plain in zip(
        *(periods(code, year, shift=shift) for shift in ("next", "previous", "none")), strict=True
    ):
        assert before.due <= plain.due == plain.due_nominal <= after.due
        assert VIETNAM.is_workday(after.due)
        assert VIETNAM.is_workday(before.due)


@property_test
@given(years)
def test_the_decree_leaves_a_working_day_between_cut_off_and_due(year):
    for one in periods("ND09", year):
        span = (one.due - one.cut_off).days
        worked = [n for n in range(1, span + 1) if VIETNAM.is_workday(one.cut_off + timedelta(days=n))]
        assert len(worked) >= 1
