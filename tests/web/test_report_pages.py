"""The pages of reports: the year's list, the workspace from the check list to handing in, summing up, letterheads."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from publisher import clock
from publisher.model import DueReport, Plan, ReportAct
from publisher.reach import landings
from tests.factories import PASSWORD, Office
from tests.provision.plugin import keep_screenshot
from tests.reports import reading
from tests.reports.offices import AFTER_Q1, Reporting, make_reporting
from tests.web.desk import words
from tests.web.live import serving
from tests.web.ops import counted, hidden

LATER = datetime(2026, 3, 18, 2, tzinfo=UTC)


@pytest.fixture
def reporting(office: Office) -> Reporting:
    """A city with two wards; the first quarter of the office's ward holds a post, a conference and a number."""
    made = make_reporting(office)
    plan_id = made.plan("CL22")
    made.make_year()
    made.rule(plan_id, "CL22-R1", calendar="BNV-581")
    with clock.reading(datetime(2026, 2, 2, 1, tzinfo=UTC)):
        office.published("Nộp hồ sơ trực tuyến chỉ với vài bước")
        landings.enrol(office.world, all_of_them=True)
    made.held(made.ward_id, 3, attendees=120)
    made.logged(made.ward_id, "documents", 4)
    return made


@pytest.fixture
def enter(app: Flask) -> Callable[[str], FlaskClient]:
    """A function that returns the browser of the reporter of a unit: city, ward, other."""

    def entered(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"email": f"{name}@mau.example", "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return entered


Enter = Callable[[str], FlaskClient]


def page_of(reporting: Reporting, unit_id: int | None = None, calendar: str = "CL22") -> str:
    row = reporting.report(unit_id or reporting.ward_id, calendar=calendar)
    return f"/reports/bao-cao/{row.id}"


def act(browser: FlaskClient, address: str, **fields: str) -> int:
    revision = hidden(browser.get(address).text, "revision")
    return browser.post(f"{address}/viec", data={"revision": revision, **fields}).status_code


def state(reporting: Reporting) -> str:
    return reporting.report(reporting.ward_id).state


def test_the_list_shows_what_is_due_when_and_what_is_only_assumed(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(LATER):
        page = words(enter("ward").get("/reports/bao-cao?nam=2026"))
    assert "Quý I năm 2026 · UBND phường Mẫu" in page
    assert "Quá hạn 2 ngày" in page
    assert "hạn 16/03/2026 · hạn giả định" in page
    assert "gửi UBND thành phố, qua Phòng Nội vụ" in page
    assert "số liệu 15/12/2025 – 14/03/2026" in page


def test_the_city_sees_what_lower_units_owe_it(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(LATER):
        page = words(enter("city").get("/reports/bao-cao?nam=2026"))
    assert "Đơn vị cấp dưới nộp lên 14" in page
    assert "Ủy ban nhân dân phường Hai" in page
    assert "CL22-R2" in page
    assert "Chưa có lịch" in page


def test_the_inbox_leads_to_the_report_that_is_late(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(LATER):
        answer = enter("ward").get("/desk/hop-viec")
    assert "Quá hạn nộp 2 ngày (hạn 16/03/2026)." in words(answer)
    assert page_of(reporting) in answer.text


def test_a_duty_gets_its_calendar_on_the_page(reporting: Reporting, enter: Enter) -> None:
    browser = enter("city")
    with reporting.office.reading() as session:
        plan_id = session.scalar(select(Plan.id))
    fields = {"plan": plan_id, "ref": "CL22-R2", "calendar": "ND09", "senders": "own", "shift": "", "earlier_days": "0"}
    with clock.reading(AFTER_Q1):
        assert browser.post("/reports/bao-cao/che-do", data={**fields, "year": "2026"}).status_code == 302
        assert len([row for row in reporting.due(reporting.city_id) if row.calendar == "ND09"]) == 19
        wrong = browser.post("/reports/bao-cao/che-do", data={**fields, "calendar": "KHONG-CO", "year": "2026"})
    assert wrong.status_code == 422
    assert "Không có lịch báo cáo" in wrong.text


def test_the_workspace_leads_from_missing_figures_to_a_submitted_report(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        page = words(browser.get(address))
        assert "Còn thiếu" in page
        assert "25. Cuộc gọi đường dây nóng" in page
        assert "Hạn nộp hoặc khoảng số liệu là giả định" in page
        revision = hidden(browser.get(address).text, "revision")
        fields = {"revision": revision, "key": "25", "now": "1.234", "reason": "Sổ trực đường dây nóng"}
        assert browser.post(f"{address}/so-lieu", data=fields).status_code == 302
        assert "1.234" in browser.get(address).text
        revision = hidden(browser.get(address).text, "revision")
        texts = {"revision": revision, "proposals": "Đề nghị hỗ trợ kinh phí."}
        assert browser.post(f"{address}/loi-van", data=texts).status_code == 302
        assert "Đề nghị hỗ trợ kinh phí./." in words(browser.get(f"{address}/xem"))
        assert act(browser, address, act="close") == 302
        assert act(browser, address, act="submit") == 302
    assert state(reporting) == "submitted"


def test_wrong_figures_come_back_with_what_was_typed(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        revision = hidden(browser.get(address).text, "revision")
        for now, reason, message in (
            ("1.234,5", "Sổ trực", "số nguyên"), ("-3", "Sổ trực", "số âm"), ("ba", "Sổ trực", "không phải là số"),
            ("7", "", "Nguồn, lý do"), ("", "Sổ trực", "Chưa nhập số liệu nào"),
        ):  # fmt: skip
            fields = {"revision": revision, "key": "25", "now": now, "reason": reason}
            answer = browser.post(f"{address}/so-lieu", data=fields)
            assert answer.status_code == 422, (now, reason)
            assert message in words(answer), (now, words(answer)[:300])
            assert f'value="{now}"' in answer.text


def test_words_that_were_not_changed_go_on_following_the_figures(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        text = browser.get(address).text
        said = re.search(r'name="direction" rows="3">([^<]*)<', text)
        assert said
        assert "đã ban hành 4 văn bản" in said[1]
        fields = {"direction": said[1], "causes": "Thiếu người làm công tác tuyên truyền."}
        fields["revision"] = hidden(text, "revision")
        browser.post(f"{address}/loi-van", data=fields)
    assert reporting.report(reporting.ward_id).narrative == {"causes": "Thiếu người làm công tác tuyên truyền."}


@pytest.mark.parametrize("kind", ["docx", "xlsx", "csv", "pdf"])
def test_the_four_files_say_the_same_before_and_after_closing(reporting: Reporting, enter: Enter, kind: str) -> None:
    table = {
        "docx": reading.docx_table,
        "xlsx": reading.xlsx_table,
        "csv": reading.csv_table,
        "pdf": reading.pdf_table,
    }[kind]
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        answer = browser.get(f"{address}/tep/{kind}")
        assert answer.status_code == 200
        assert f"bao-cao-2026-q1-ubnd-phuong-mau.{kind}" in answer.headers["Content-Disposition"]
        before = table(answer.data)
        assert (before["2"][0], before["14"][0], before["1"][0], before["25"][0]) == ("1", "3", "4", "chưa có")
        act(browser, address, act="close")
        reporting.held(reporting.ward_id, 50)
        closed = browser.get(f"{address}/tep/{kind}")
    assert table(closed.data) == before
    assert closed.headers["X-Report-Sha256"] == reporting.says(reporting.report(reporting.ward_id).id)[1]


def test_accepting_and_returning_on_the_page_of_the_sum(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        ward, city, address = enter("ward"), enter("city"), page_of(reporting)
        above = page_of(reporting, reporting.city_id, "BNV-581")
        page = words(city.get(f"{above}/tong-hop"))
        assert "Đã tiếp nhận 0/2 đơn vị" in page
        act(ward, address, act="close")
        act(ward, address, act="submit")
        assert act(city, address, act="return", reason="") == 422
        assert act(city, address, act="return", reason="Rà lại số hội nghị") == 302
        assert "Rà lại số hội nghị" in words(ward.get(address))
        act(ward, address, act="close")
        act(ward, address, act="submit")
        assert act(city, address, act="accept") == 302
        page = words(city.get(f"{above}/tong-hop"))
    assert "Đã tiếp nhận 1/2 đơn vị" in page
    assert "UBND phường Mẫu" in page
    assert state(reporting) == "accepted"


def test_another_wards_report_does_not_exist_for_a_ward(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, foreign = enter("other"), page_of(reporting)
        for address in ("", "/xem", "/tong-hop", "/tep/docx"):
            assert browser.get(foreign + address).status_code == 404
        for address, fields in (
            ("/viec", {"act": "close"}), ("/loi-van", {"causes": "x"}), ("/van-ban", {"number": "1"}),
            ("/so-lieu", {"key": "25", "now": "3", "reason": "x"}),
        ):  # fmt: skip
            assert browser.post(foreign + address, data={"revision": "1", **fields}).status_code == 404
        assert browser.get(f"/reports/bao-cao/the-thuc/{reporting.ward_id}").status_code == 404
    with reporting.office.reading() as session:
        assert session.scalars(select(ReportAct)).all() == []


def test_who_only_reads_sees_no_forms_and_may_not_act(
    reporting: Reporting, sign_in: Callable[[str], FlaskClient]
) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = sign_in("editor"), page_of(reporting)
        text = browser.get(address).text
        assert 'name="key"' not in text
        assert ">Chốt<" not in text
        assert browser.post(f"{address}/viec", data={"revision": "1", "act": "close"}).status_code == 403


def test_a_stale_page_cannot_overwrite_a_colleagues_words(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        revision = hidden(browser.get(address).text, "revision")
        first = browser.post(f"{address}/loi-van", data={"revision": revision, "causes": "Thiếu người."})
        second = browser.post(f"{address}/loi-van", data={"revision": revision, "causes": "Thiếu tiền."})
    assert (first.status_code, second.status_code) == (302, 409)


def test_number_day_and_signer_stand_on_the_document(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        act(browser, address, act="close")
        fields = {"revision": "1", "number": "7", "day": "2026-03-16", "signer": "Nguyễn Văn Mẫu"}
        assert browser.post(f"{address}/van-ban", data=fields).status_code == 302
        page = words(browser.get(f"{address}/xem"))
    for told in (
        "Số: 07/BC-UBND",
        "Phường Mẫu, ngày 16 tháng 3 năm 2026",
        "Nguyễn Văn Mẫu",
        "Kính gửi: Ủy ban nhân dân thành phố Mẫu.",
    ):
        assert told in page, told
    bad = {"revision": "1", "number": "7", "day": "ngày mai", "signer": ""}
    assert browser.post(f"{address}/van-ban", data=bad).status_code == 422


def test_the_letterhead_of_a_unit_is_set_line_by_line(reporting: Reporting, enter: Enter) -> None:
    browser = enter("ward")
    address = f"/reports/bao-cao/the-thuc/{reporting.ward_id}"
    form = {
        "profile": "state", "parent": "", "issuer": "ỦY BAN NHÂN DÂN\nPHƯỜNG MẪU", "code": "BC-UBND",
        "place": "Phường Mẫu", "addressees": "UBND thành phố Mẫu\nPhòng Nội vụ", "recipients": "Như trên\nLưu: VT",
        "signing": "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "signer": "",
    }  # fmt: skip
    assert browser.post(address, data=form).status_code == 302
    with clock.reading(AFTER_Q1):
        page = words(browser.get(f"{page_of(reporting)}/xem"))
    for line in ("PHƯỜNG MẪU", "- UBND thành phố Mẫu;", "- Phòng Nội vụ.", "- Lưu: VT.", "PHÓ CHỦ TỊCH"):
        assert line in page, line
    refused = browser.post(address, data={**form, "issuer": " "})
    assert refused.status_code == 422
    assert "Chưa nhập tên cơ quan" in refused.text


def test_settings_of_the_installation_are_kept_and_faults_come_back(
    reporting: Reporting, sign_in: Callable[[str], FlaskClient]
) -> None:
    browser, address = sign_in("administrator"), "/reports/bao-cao/thiet-lap"
    answer = browser.post(address, data={"shift": "previous", "remind_days": "7", "calendars": ""})
    assert answer.status_code == 422, "the office's administrator is not that of the city above"
    assert "toàn hệ thống" in answer.text


def test_the_workspace_asks_the_database_little(reporting: Reporting, enter: Enter) -> None:
    with clock.reading(AFTER_Q1):
        browser, address = enter("ward"), page_of(reporting)
        browser.get(address)
        with counted(reporting.office) as asked:
            assert browser.get(address).status_code == 200
    assert len(asked) <= 70, len(asked)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_are_readable_and_accessible_on_screen(
    reporting: Reporting, open_page: Callable[..., Page], width: int
) -> None:
    row = reporting.report(reporting.ward_id)
    city = reporting.report(reporting.city_id, calendar="BNV-581")
    with clock.reading(AFTER_Q1), serving(reporting.office) as address:
        reporting.hand_in("other", reporting.report(reporting.other_id).id)
        page = open_page(width=width)
        page.goto(f"{address}/login")
        page.get_by_label("Thư điện tử").fill("city@mau.example")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/desk/**")
        for name, path in (
            ("duties", "/reports/bao-cao?nam=2026"),
            ("workspace", f"/reports/bao-cao/{row.id}"),
            ("preview", f"/reports/bao-cao/{row.id}/xem"),
            ("below", f"/reports/bao-cao/{city.id}/tong-hop"),
            ("letterhead", f"/reports/bao-cao/the-thuc/{reporting.ward_id}"),
        ):
            page.goto(address + path)
            keep_screenshot(page, f"report-{name}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
            found = Axe().run(page).response["violations"]
            assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


def test_the_report_is_worked_on_in_a_browser_to_its_end(reporting: Reporting, open_page: Callable[..., Page]) -> None:
    row = reporting.report(reporting.ward_id)
    with clock.reading(AFTER_Q1), serving(reporting.office) as address:
        page = open_page()
        page.goto(f"{address}/login")
        page.get_by_label("Thư điện tử").fill("ward@mau.example")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/desk/**")
        page.goto(f"{address}/reports/bao-cao/{row.id}")
        page.get_by_text("Chốt số liệu").last.click()
        page.get_by_role("button", name="Chốt", exact=True).click()
        page.get_by_text("Đã chốt số liệu của kỳ.").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Word").click()
        assert download.value.suggested_filename.endswith(".docx")
        page.get_by_role("button", name="Nộp báo cáo").click()
        page.get_by_text("Đã nộp báo cáo.").wait_for()
    with reporting.office.reading() as session:
        assert session.get_one(DueReport, row.id).state == "submitted"
