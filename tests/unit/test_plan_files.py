"""The five founding plans are complete, findable on every axis, and propose days of their year."""

import unicodedata
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from schedules.periods import periods
from schedules.plan_file import PlanFile, PlanFileError, load, load_text, plans, proposals, redate
from schedules.plan_file.words import CHANNELS, FORMS, THEMES

# Every requirement of the five founding documents, group by group.
REQUIRED = {
    "HP20": {
        "purposes": "P1 P2 P3 P4 P5 P6 P7 P8 P9",
        "themes": "C1 C2 C3 C3b C4 C5 C6",
        "forms": "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12",
        "audiences": "A1 A2 A3 A4 A5 A6",
        "tasks": "T1 T2 T3 T4",
        "targets": "K0",
        "reports": "R1 R2",
    },
    "GL21": {
        "purposes": "P1 P2 P3 P4 P5",
        "themes": "C1 C2 C3 C4 C5 C6 C7 C8 C9 C10",
        "forms": "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16",
        "audiences": "A1 A2 A3 A4 A5",
        "tasks": "T1 T2 T3 T4 T5",
        "targets": "K1 K2",
        "reports": "R1 R2",
    },
    "CL22": {
        "purposes": "P1 P2 P3 P4 P5 P6 P7",
        "themes": "Ca Cb Cc Cd Cđ Ce Cg Ch",
        "forms": "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14",
        "audiences": "A1 A2 A3 A4 A5",
        "tasks": "T0 T1 T2 T3 T4 T5 T6 T7 T8 T9",
        "targets": "K0",
        "reports": "R1 R2 R3",
    },
    "HZ23": {
        "purposes": "P1 P2 P3 P4",
        "themes": "Ca Cb1 Cb2 Cb3 Cb4 Cb5 Cb6",
        "forms": "F1 F2 F3 F4 F5 F6 F7 F8 F9",
        "audiences": "A1 A2 A3",
        "tasks": "T1 T2 T3 T4 T5 T6 T7",
        "targets": "K1 K2 K3 K4 K5 K6 K7",
        "reports": "R1 R2 R3 R4",
    },
    "KH20": {
        "purposes": "P1 P2 P3 P4 P5 P6",
        "audiences": "A1 A2 A3",
        "tasks": "I.1 I.2 I.3 I.4 I.5 I.6 I.7 I.8 I.9 1.1 1.2 1.3 1.4 1.5 2.1 2.2 2.3 2.4 III.1 III.2 III.3 III.4",
        "duties": "T1 T2",
        "targets": "K1 K2 K3",
        "reports": "R1 R2 R3",
    },
}

# Rows of the matrix of 38 forms that each document asks for, in so many words or by implication.
FORM_ROWS = {
    "HP20": "1 3 4 5 6 7 9 13 16 17 18 19 20 28 30 31 34 38",
    "GL21": "1 3 4 5 8 9 10 11 12 13 14 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 34 35 36 37",
    "CL22": "1 2 3 5 6 7 9 10 11 12 13 14 15 16 17 18 28 30 31 33 34 35 36",
    "HZ23": "1 3 6 12 14 15 16 17 18 26 30 31 32 34 36 38",
    "KH20": "1 3 5 9 10 12 13 14 15 16 17 18 19 24 25 26 28 30 31 33 34 35 36 38",
}
THEMES_AND_TAGS = {
    "HP20": "T2 T3 T4 T6 chu-truong iso-9001 phan-anh-kien-nghi dien-hinh moi-truong-kinh-doanh chu-de-nam",
    "GL21": "T1 T2 T3 T4 T5 T6 T7 chu-truong chi-so sipas papi ict-index phan-anh-kien-nghi dien-hinh han-che",
    "CL22": "T1 T2 T3 T4 T5 T6 T7 chu-truong chi-so iso-9001 duong-day-nong dien-hinh han-che chuyen-doi-so",
    "HZ23": "T2 T3 T4 T5 T6 T7 chu-truong chi-so pci papi phan-anh-kien-nghi moi-truong-kinh-doanh chu-de-nam",
    "KH20": "T2 T3 T4 T5 T6 T7 chu-truong duong-day-nong dien-hinh han-che moi-truong-kinh-doanh chu-de-nam",
}
AUDIENCES = {
    "HP20": "lanh_dao cbccvc cnvcld nguoi_dan doanh_nghiep to_chuc_xa_hoi bao_chi",
    "GL21": "cbccvc cnvcld nguoi_dan doanh_nghiep to_chuc_xa_hoi bao_chi tuyen_truyen_vien",
    "CL22": "lanh_dao cbccvc nguoi_dan doanh_nghiep to_chuc_xa_hoi bao_chi",
    "HZ23": "lanh_dao cbccvc doanh_nghiep nha_dau_tu",
    "KH20": "lanh_dao cbccvc nguoi_dan doanh_nghiep nha_dau_tu to_chuc_xa_hoi bao_chi",
}
GROUPS = ("purposes", "themes", "forms", "audiences", "tasks", "duties", "targets", "reports")


@pytest.fixture(scope="module")
def shipped() -> dict[str, PlanFile]:
    return {code: load(path) for code, path in plans().items()}


@pytest.fixture(params=sorted(REQUIRED))
def plan(request, shipped) -> PlanFile:
    return shipped[request.param]


def test_the_five_founding_plans_are_shipped(shipped):
    assert set(shipped) == set(REQUIRED)
    assert all(plan.code == code for code, plan in shipped.items())


def test_every_requirement_of_a_document_is_in_its_plan_and_nothing_else_is(plan):
    found = {group: [item.id for item in getattr(plan, group)] for group in GROUPS}
    required = {
        group: [f"{plan.code}-{name}" for name in REQUIRED[plan.code].get(group, "").split()] for group in GROUPS
    }
    assert found == required
    assert list(plan.ids()) == [identity for group in GROUPS for identity in required[group]]


def test_a_plan_carries_every_form_its_document_asks_for_and_no_other(plan):
    numbers = {form.code: form.number for form in FORMS}
    used = {numbers[code] for item in plan.items() for code in item.forms}
    assert used == {int(number) for number in FORM_ROWS[plan.code].split()}


def test_a_plan_is_found_by_the_themes_tags_and_audiences_of_its_document(plan):
    items = list(plan.items())
    codes = {code for item in items for code in item.themes + item.tags}
    assert codes >= set(THEMES_AND_TAGS[plan.code].split())
    assert {code for item in items for code in item.audiences} >= set(AUDIENCES[plan.code].split())


def test_the_matrix_has_its_38_forms_once_each_with_a_known_channel_or_none():
    assert [form.number for form in FORMS] == list(range(1, 39))
    assert len({form.code for form in FORMS}) == len({form.title for form in FORMS}) == 38
    assert {form.channel for form in FORMS} == {*CHANNELS, None}


def test_both_editions_of_the_themes_name_the_same_seven_codes():
    assert {tuple(edition) for edition in THEMES.values()} == {("T1", "T2", "T3", "T4", "T5", "T6", "T7")}


def test_the_task_tables_have_the_rows_of_the_documents(shipped):
    assert [task.row for task in shipped["CL22"].tasks] == ["III.1", *(f"2.{row}" for row in range(1, 10))]
    assert [task.row for task in shipped["KH20"].tasks] == REQUIRED["KH20"]["tasks"].split()


def test_what_could_not_be_read_for_sure_is_marked(shipped):
    marked = {
        *(item.id for plan in shipped.values() for item in plan.items() if item.uncertain),
        *(plan.code for plan in shipped.values() if plan.document.uncertain),
        *(section.code for plan in shipped.values() for section in plan.sections if section.uncertain),
    }
    assert marked >= {"HP20", "GL21", "HZ23", "KH20", "III", "HP20-C1", "HP20-C5", "CL22-Cd", "CL22-Cđ", "CL22-F14"}
    assert marked >= {"HZ23-Cb1", "HZ23-Cb3", "HZ23-Cb4", "KH20-I.2", "KH20-I.4", "KH20-I.9", "KH20-1.4"}


def test_targets_keep_the_numbers_of_the_documents(shipped):
    targets = {target.id: target for plan in shipped.values() for target in plan.targets}
    assert (targets["KH20-K1"].kind, targets["KH20-K1"].at_least) == ("ratio", 90)
    assert (targets["KH20-K2"].at_least, targets["KH20-K2"].at_most, targets["KH20-K2"].unit) == (30, 40, "%")
    assert targets["KH20-K3"].at_least == targets["HZ23-K2"].at_least == targets["GL21-K1"].at_least == 100
    assert (targets["HZ23-K6"].at_least, targets["HZ23-K6"].at_most) == (2000, 2500)
    assert (targets["HZ23-K7"].kind, targets["HZ23-K7"].value) == ("rank", 1)
    assert targets["HZ23-K1"].at_least == 30
    assert {targets[code].kind for code in ("HP20-K0", "CL22-K0")} == {"none"}


def test_report_calendars_and_due_dates_are_those_of_the_documents(shipped):
    reports = {report.id: report for plan in shipped.values() for report in plan.reports}
    assert reports["HP20-R1"].calendar == "LDLD-6T-Nam"
    assert reports["CL22-R3"].calendar == "CL22"
    assert reports["KH20-R1"].calendar == "KH20-quarterly"
    assert [due.day for due in reports["HZ23-R1"].due] == [date(2023, 3, 3), date(2023, 6, 3), date(2023, 9, 3)]
    assert [due.day for due in reports["HZ23-R2"].due] == [date(2023, 11, 3)]
    assert reports["HZ23-R1"].calendar == reports["HZ23-R2"].calendar == "HEZA-2023"


def test_the_due_dates_of_a_document_agree_with_the_calendar_it_names(shipped):
    given = [due.day for report in shipped["HZ23"].reports for due in report.due]
    assert given == [period.due_nominal for period in periods("HEZA-2023", 2023)]


def test_all_text_of_the_shipped_plans_is_composed_unicode():
    for path in plans().values():
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text)


def test_the_radio_column_of_chi_linh_proposes_twelve_broadcasts_in_2022(shipped):
    radio = [found for found in proposals(shipped["CL22"], 2022) if found.channel == "radio"]
    assert {found.task_id for found in radio} == {"CL22-T7"}
    assert [found.day.month for found in radio] == list(range(1, 13))
    assert radio[0].day == date(2022, 1, 3)
    assert all(found.day.weekday() == 0 and found.day.day <= 7 for found in radio)


def test_a_task_proposes_one_entry_per_occurrence_and_channel(shipped):
    found = [item for item in proposals(shipped["CL22"], 2022) if item.task_id == "CL22-T3"]
    assert Counter(item.channel for item in found) == {"portal": 12, "facebook": 12, "zalo": 12}


def test_a_task_without_channels_still_proposes_its_days(shipped):
    found = [(item.day, item.channel) for item in proposals(shipped["HZ23"], 2023) if item.task_id == "HZ23-T6"]
    assert found == [(date(2023, month, 3), None) for month in (3, 6, 9, 11)]


def test_proposals_come_by_day_and_only_for_years_of_the_plan(plan):
    for year in range(plan.years.first, plan.years.last + 1):
        days = [item.day for item in proposals(plan, year)]
        assert days == sorted(days)
        assert {day.year for day in days} == {year}
    assert proposals(plan, plan.years.first - 1) == proposals(plan, plan.years.last + 1) == []


def test_times_written_in_a_cadence_reach_the_proposals(shipped):
    text = plans()["CL22"].read_text(encoding="utf-8")
    text = text.replace("{monthly: {week: 1, weekday: mon}}", '{monthly: {day: 5}, times: ["05:15", "17:00"]}')
    radio = [item for item in proposals(load_text(text, "cl22.yaml"), 2022) if item.channel == "radio"]
    assert [clock.strftime("%H:%M") for clock in radio[0].times] == ["05:15", "17:00"]


def test_a_redated_plan_keeps_its_ids_and_moves_its_dates(shipped):
    moved = redate(shipped["HZ23"], 2027)
    assert moved.ids() == shipped["HZ23"].ids()
    assert (moved.years.first, moved.years.last, moved.redated_from) == (2027, 2027, 2023)
    assert [due.day for due in moved.reports[0].due] == [date(2027, 3, 3), date(2027, 6, 3), date(2027, 9, 3)]
    assert [item.day for item in proposals(moved, 2027) if item.task_id == "HZ23-T6"] == [
        date(2027, month, 3) for month in (3, 6, 9, 11)
    ]
    assert moved.title.endswith("năm 2027")
    assert moved.tasks[5].deadline.endswith("03/11/2027 (năm)")


def test_a_redated_plan_is_not_taken_for_an_issued_document(shipped):
    moved = redate(shipped["CL22"], 2026)
    assert (moved.document.number, moved.document.issued_on, moved.slogan) == ("", None, "")
    assert moved.document.based_on == shipped["CL22"].document.based_on
    assert moved.purposes == shipped["CL22"].purposes


def test_a_plan_of_several_years_is_shifted_to_begin_with_the_year_asked_for(shipped):
    moved = redate(shipped["GL21"], 2026)
    assert (moved.years.first, moved.years.last) == (2026, 2030)
    assert moved.title.endswith("giai đoạn 2026–2030")
    assert proposals(moved, 2030)


def test_a_plan_redated_there_and_back_has_the_dates_it_had(plan):
    back = redate(redate(plan, 2028), plan.years.first)
    assert (back.tasks, back.duties, back.reports, back.years) == (plan.tasks, plan.duties, plan.reports, plan.years)


def test_redating_to_the_same_year_changes_nothing(plan):
    assert redate(plan, plan.years.first) is plan


def test_a_plan_cannot_be_changed_by_who_holds_it(plan):
    with pytest.raises(FrozenInstanceError):
        plan.tasks[0].text = "khác"


def test_loading_a_file_with_faults_names_them_all(tmp_path):
    broken = tmp_path / "cl22.yaml"
    text = plans()["CL22"].read_text(encoding="utf-8")
    broken.write_text(text.replace("channels: [radio]", "channels: [radoi]"), encoding="utf-8")
    with pytest.raises(PlanFileError, match="Có phải “radio”") as caught:
        load(broken)
    assert len(caught.value.faults) == 3
    assert {fault.file for fault in caught.value.faults} == {"cl22.yaml"}
