"""Activities without an outlet: every form countable, numbers as people type them, spreadsheets all or nothing."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from publisher import audit
from publisher.audit import COMMAND
from publisher.intake import activities as intake
from publisher.intake.numbers import amount, count
from publisher.intake.posts import RowFaults
from publisher.model import Activity, ActivityBatch, Reading, Slot
from publisher.planning import import_plan, shipped
from publisher.reach import activities, coverage, sums
from publisher.reach.activities import Told
from publisher.reach.figures import totals
from publisher.reach.forms import FORMS, GROUPS, medium
from publisher.reach.metrics import METRICS
from publisher.refusal import Refused
from tests.factories import Office

DAY = date(2026, 3, 10)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def enter(office: Office, form: str = "hoi_nghi", **told: Any) -> int:
    numbers = told.pop("numbers", {})
    with office.writing() as session:
        full = Told(form, told.pop("day", DAY), told.pop("title", "Hội nghị triển khai"), numbers=numbers, **told)
        return activities.enter(session, COMMAND, office.installation.config.zone, office.unit_id, full).id


def figures(office: Office, **narrow: Any) -> dict[tuple[str, str], int]:
    with office.reading() as session:
        return {(one.metric, one.measure): one.value for one in totals(session, {office.unit_id}, *MARCH, **narrow)}


def test_each_of_the_38_forms_can_be_entered_with_all_its_numbers_and_is_counted(either_office: Office) -> None:
    assert len(FORMS) == 38
    for form in FORMS.values():
        assert form.group in GROUPS
        assert medium(form.group) in {"online", "screen", "traditional"}
        enter(either_office, form.code, title=form.title, numbers=dict.fromkeys(form.metrics, 2))
    with either_office.reading() as session:
        by_form = {row.form: row.number for row in activities.held(session, {either_office.unit_id}, *MARCH, ("form",))}
        assert by_form == dict.fromkeys(FORMS, 1)
        found = totals(session, {either_office.unit_id}, *MARCH, ("form",))
        assert {(one.form, one.metric) for one in found} == {
            (form.code, name) for form in FORMS.values() for name in form.metrics
        }
        assert all(one.measure for one in found), "every number says what it counts in"
        assert sums.differences(session) == []


def test_an_activity_took_place_once_unless_said_otherwise(office: Office) -> None:
    enter(office)
    enter(office, numbers={"events": 4, "attendees": 120})
    assert figures(office) == {("events", "cuộc"): 5, ("attendees", "lượt người"): 120}


def test_it_counts_in_the_period_of_its_last_day(office: Office) -> None:
    enter(office, day=date(2026, 2, 27), until=date(2026, 3, 2))
    assert figures(office) == {("events", "cuộc"): 1}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"form": "bay_khinh_khi_cau"}, "form"),
        ({"title": "  "}, "Tên hoạt động"),
        ({"day": date(2999, 1, 1)}, "day"),
        ({"until": DAY - timedelta(days=1)}, "until"),
        ({"themes": ("T9",)}, "themes"),
        ({"numbers": {"copies": 5}}, "copies"),
        ({"numbers": {"attendees": -1}}, "attendees"),
        ({"form": "khao_sat", "numbers": {"surveys": 10, "satisfied": 11}}, "satisfied"),
        ({"slot_id": 999}, "slot"),
        ({"task_id": 999}, "task"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_nothing_is_stored(
    office: Office, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        enter(office, **wrong)
    assert refused.value.field == field
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
        assert session.scalar(select(func.count()).select_from(Reading)) == 0


def test_an_activity_fulfils_a_day_of_the_plan_and_frees_it_when_it_is_struck(either_office: Office) -> None:
    zone = either_office.installation.config.zone
    with either_office.writing() as session:
        from publisher.model import Unit

        import_plan(session, COMMAND, session.get_one(Unit, either_office.unit_id), shipped("CL22"), year=2026)
        slot = session.scalars(select(Slot).where(Slot.day < date(2026, 6, 1)).order_by(Slot.day)).first()
    assert slot is not None
    window = (either_office.unit_id,), date(2026, 1, 1), date(2026, 12, 31)
    with either_office.reading() as session:
        before = coverage.completion(session, zone, *window)
    activity_id = enter(either_office, day=slot.day, slot_id=slot.id)
    with either_office.reading() as session:
        after = coverage.completion(session, zone, *window)
        assert (after.done, after.of) == (before.done + 1, before.of)
    with pytest.raises(Refused, match="đã có"):
        enter(either_office, day=slot.day, slot_id=slot.id)
    with either_office.writing() as session:
        activities.strike(session, COMMAND, activities.get(session, activity_id), "Nhập nhầm")
    with either_office.reading() as session:
        assert coverage.completion(session, zone, *window) == before
        assert session.get_one(Slot, slot.id).state == "proposed"
        assert totals(session, {either_office.unit_id}, *window[1:]) == []


def test_numbers_are_corrected_with_a_reason_and_words_are_simply_changed(office: Office) -> None:
    activity_id = enter(office, numbers={"attendees": 80})
    zone = office.installation.config.zone
    with office.writing() as session:
        row = activities.get(session, activity_id)
        activities.set_number(session, COMMAND, zone, row, "attendees", 85, "Theo danh sách ký tên")
        activities.set_number(session, COMMAND, zone, row, "documents", 3, "")
        activities.change(session, COMMAND, row, "Hội nghị quý I", "Hội trường", "", "")
        assert audit.first_break(session) is None
    assert figures(office) == {("events", "cuộc"): 1, ("attendees", "lượt người"): 85, ("documents", "văn bản"): 3}
    with pytest.raises(Refused, match="Lý do"), office.writing() as session:
        activities.set_number(session, COMMAND, zone, activities.get(session, activity_id), "attendees", 90, "")


def test_procedures_listed_are_a_state_and_their_changes_add_up(office: Office) -> None:
    enter(
        office, "niem_yet_tthc", day=date(2026, 3, 3), numbers={"tthc_listed": 120, "tthc_new": 4, "tthc_repealed": 1}
    )
    enter(office, "niem_yet_tthc", day=date(2026, 3, 20), numbers={"tthc_listed": 125, "tthc_new": 5})
    found = figures(office)
    assert found["tthc_listed", "TTHC"] == 125
    assert found["tthc_new", "TTHC"] == 9
    assert found["tthc_repealed", "TTHC"] == 1


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1234", 1234), ("1.234", 1234), ("1 234", 1234), ("12.345.678", 12_345_678), (1234.0, 1234), (7, 7), ("", None),
     ("  ", None), (None, None), ("0", 0), ("1.234,0", 1234)],
)  # fmt: skip
def test_counts_are_read_as_vietnamese_people_write_them(typed: Any, read: int | None) -> None:
    assert count(typed, "Người tham dự") == read


@pytest.mark.parametrize(
    ("typed", "what"),
    [("1.234,5", r"«1.234,5» là số lẻ \(1.234,5\)"), ("1,5", "số lẻ"), (12.5, "số lẻ"),
     ("-3", "-3 là số âm"), (-3, "số âm"),
     ("1.5", "không phải là số"), ("1,234,567", "không phải là số"), ("khoảng 50", "không phải là số"),
     ("=2+3", "không phải là số"), ("١٢", "không phải là số"), (float("nan"), "không phải là số"), (True, "không phải"),
     ("1" * 40, "không phải là số")],
)  # fmt: skip
def test_what_is_no_count_is_refused_with_how_to_write_it(typed: Any, what: str) -> None:
    with pytest.raises(Refused, match=what):
        count(typed, "Người tham dự")


def test_amounts_may_have_decimals() -> None:
    assert amount("1.234,5", "Giá trị") == Decimal("1234.5")
    assert amount("33,3", "Giá trị") == Decimal("33.3")


def xlsx(*rows: list[Any], heading: list[str] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(heading or ["Ngày", "Hình thức", "Tên hoạt động", "Chủ đề", "Người tham dự", "Ghi chú"])
    for row in rows:
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


GOOD = [DAY, "Hội nghị, hội thảo, tọa đàm", "Hội nghị quý I", "T2; T6", "1.085", ""]


def take_in(office: Office, data: bytes, name: str = "hoat-dong.xlsx") -> int:
    rows = intake.read(data, name)
    with office.writing() as session:
        return len(intake.take_in(session, COMMAND, office.installation.config.zone, office.unit_id, name, data, rows))


def test_a_spreadsheet_is_taken_in_whole(either_office: Office) -> None:
    assert take_in(either_office, xlsx(GOOD, ["11/03/2026", "to_roi", "Phát tờ rơi", "", None, ""])) == 2
    assert figures(either_office)["attendees", "lượt người"] == 1085
    with either_office.reading() as session:
        rows = session.scalars(select(Activity).order_by(Activity.id)).all()
        assert [(row.form, row.themes) for row in rows] == [("hoi_nghi", ["T2", "T6"]), ("to_roi", [])]
        assert session.scalars(select(ActivityBatch.rows)).one() == 2


def test_every_fault_is_named_by_row_and_column_and_nothing_is_stored(office: Office) -> None:
    data = xlsx(
        GOOD,
        ["32/01/2026", "hoi_nghi", "Ngày sai", "", "5", ""],
        [DAY, "cưỡi ngựa", "", "", "1.234,5", ""],
        [DAY, "to_roi", "Không có người dự", "", "-7", "=HYPERLINK(1)"],
    )
    with pytest.raises(RowFaults) as refused:
        take_in(office, data)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (3, "Ngày"), (4, "Hình thức"), (4, "Người tham dự"), (4, "Tên hoạt động"), (5, "Người tham dự"),
    ]  # fmt: skip
    assert "Dòng 4, «Người tham dự»: «1.234,5» là số lẻ" in refused.value.message
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
        assert session.scalar(select(func.count()).select_from(ActivityBatch)) == 0


def test_text_that_a_spreadsheet_would_run_is_refused(office: Office) -> None:
    with pytest.raises(RowFaults, match="bắt đầu như một công thức"):
        intake.read("Ngày;Hình thức;Tên hoạt động\n10/03/2026;hoi_nghi;\"=cmd|' /C calc'!A0\"\n".encode(), "a.csv")


def test_the_same_file_is_not_counted_twice(office: Office) -> None:
    data = xlsx(GOOD)
    take_in(office, data)
    with pytest.raises(Refused, match="tính hai lần"):
        take_in(office, data, "doi-ten.xlsx")


def test_a_paste_of_50_000_rows_is_refused_before_it_is_read_through() -> None:
    data = "Ngày;Hình thức;Tên hoạt động\n".encode() + "10/03/2026;hoi_nghi;Dán nhầm\n".encode() * 50_000
    with pytest.raises(Refused, match=r"hơn 2\.000 dòng"):
        intake.read(data, "dan.csv")


def test_a_zip_bomb_that_calls_itself_xlsx_is_refused_unopened() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(5):
            bomb.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 20_000_000)
    assert len(data.getvalue()) < 200_000
    with pytest.raises(Refused, match=r"bung ra quá lớn \(100 MB\)"):
        intake.read(data.getvalue(), "bom.xlsx")


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (b"PK\x03\x04 broken", "a.xlsx", "không phải là bảng tính"),
        (b"plain text", "a.xlsx", "không phải là bảng tính"),
        (b"x" * 10_000_001, "a.xlsx", "quá 10 MB"),
        (b"%PDF-1.7", "a.pdf", "chỉ nhận"),
        ("Ngày;Hình thức;Tên\n".encode("utf-16"), "a.csv", "UTF-8"),
        ("Ngày;Hình thức;Tên hoạt động\n".encode(), "a.csv", "không có hoạt động nào"),
        ("Ngày;Hình thức\n1;2\n".encode(), "a.csv", "thiếu cột"),
        ("Ngày;Số voi\n".encode(), "a.csv", "không hiểu cột"),
        ("Ngày;Ngày\n".encode(), "a.csv", "có hai lần"),
    ],
)
def test_files_that_cannot_be_read_say_why(data: bytes, name: str, what: str) -> None:
    with pytest.raises(Refused, match=what):
        intake.read(data, name)


def test_an_xlsx_with_a_forged_inside_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as forged:
        forged.writestr("xl/workbook.xml", "<nope/>")
        forged.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(Refused, match="không phải là bảng tính"):
        intake.read(data.getvalue(), "gia.xlsx")


def test_the_template_holds_every_column_and_form_and_can_be_filled_in(office: Office) -> None:
    data = intake.template()
    book = load_workbook(io.BytesIO(data))
    first, forms = book.worksheets
    assert [cell.value for cell in first[1]] == list(intake.headings().values())
    assert [row[2].value for row in forms.iter_rows(min_row=2)] == list(FORMS)
    with pytest.raises(Refused, match="không có hoạt động nào"):
        intake.read(data, "mau.xlsx")
    columns = list(intake.headings())
    for key, value in {"day": DAY, "form": forms["B15"].value, "title": "Điền thử", "attendees": 12}.items():
        first.cell(2, columns.index(key) + 1, value)
    filled = io.BytesIO()
    book.save(filled)
    assert take_in(office, filled.getvalue()) == 1


def test_every_metric_of_a_form_is_known() -> None:
    assert {name for form in FORMS.values() for name in form.metrics} <= set(METRICS)
