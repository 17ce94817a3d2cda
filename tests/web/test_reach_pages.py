"""Figures on screen: windows, drill-down to rows and proofs, corrections, the activity form, spreadsheets, evidence."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import func, select

from publisher import clock, planning
from publisher.audit import CLOCK, COMMAND
from publisher.model import Activity, Evidence, Landing, Reading, TargetValue, Unit
from publisher.reach import activities, landings, ledger
from publisher.reach.activities import Told
from publisher.reach.figures import totals
from publisher.reach.ledger import Entry
from tests.factories import PASSWORD, Office
from tests.unit.test_reach_evidence import photo
from tests.web.desk import other_unit, words
from tests.web.ops import counted

SignIn = Callable[[str], FlaskClient]
PAGES = (
    "/reports/", "/reports/so-lieu", "/reports/so-lieu?chia=chu-de-kenh", "/reports/so-lieu?chia=don-vi",
    "/reports/so-lieu/chi-tiet?metric=views", "/reports/hoat-dong", "/reports/minh-chung", "/reports/chi-tieu",
)  # fmt: skip
ENTERING = ("/reports/hoat-dong/moi", "/reports/hoat-dong/moi/hoi_nghi", "/reports/hoat-dong/nhap")


def today(office: Office) -> Any:
    return clock.local_day(clock.now(), office.installation.config.zone)


@pytest.fixture
def filled(office: Office) -> Office:
    """An office with a published post of 40 views and a conference of 85 people, both today."""
    office.published("Lịch tiếp dân", themes=["T2", "T6"])
    landings.enrol(office.world)
    zone = office.installation.config.zone
    with office.writing() as session:
        ledger.log(session, CLOCK, zone, [Entry("views", 40, "measured", clock.now(), delivery_id=1)])
        told = Told("hoi_nghi", today(office), "Hội nghị quý", themes=("T2",), numbers={"attendees": 85})
        activities.enter(session, COMMAND, zone, office.unit_id, told)
    return office


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_empty_and_filled(sign_in: SignIn, office: Office, page: str) -> None:
    browser = sign_in("reporter")
    empty = browser.get(page)
    assert empty.status_code == 200, empty.text
    assert " 0 lượt" not in words(empty), "missing is not 0"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_numbers(sign_in: SignIn, filled: Office, page: str) -> None:
    assert sign_in("reporter").get(page).status_code == 200


def test_an_empty_window_says_what_to_do_next(sign_in: SignIn, office: Office) -> None:
    text = words(sign_in("reporter").get("/reports/"))
    assert "Kỳ này chưa có số liệu" in text
    assert "Chưa có hoạt động nào" in words(sign_in("reporter").get("/reports/hoat-dong"))


def test_the_dashboard_shows_products_activities_reach_and_gaps(sign_in: SignIn, filled: Office) -> None:
    text = words(sign_in("editor").get("/reports/"))
    assert "1 sản phẩm đã phát hành" in text
    assert "40 lượt Lượt xem" in text
    assert "85 lượt người Người tham dự" in text
    assert "T5 (Cải cách tài chính công): kỳ này chưa có nội dung nào." in text
    assert "Lịch tiếp dân" in text


@pytest.mark.parametrize("name", ["thoi-gian", "chu-de", "kenh", "ke-hoach"])
def test_charts_are_pictures_without_scripts_or_anything_from_outside(
    sign_in: SignIn, filled: Office, name: str
) -> None:
    answer = sign_in("reporter").get(f"/reports/bieu-do/{name}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "<script" not in answer.text
    assert set(re.findall(r"https?://[^\s\"'<]+", answer.text)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink",
    }  # fmt: skip
    assert sign_in("reporter").get("/reports/bieu-do/khac.svg").status_code == 404


def test_from_a_figure_one_gets_to_its_rows_and_their_proofs(sign_in: SignIn, filled: Office) -> None:
    browser = sign_in("editor")
    listed = browser.get("/reports/so-lieu?chia=chu-de")
    address = re.search(r'href="(/reports/so-lieu/chi-tiet[^"]*metric=views[^"]*theme=T6[^"]*)"', listed.text)
    assert address is not None
    rows = browser.get(address[1].replace("&amp;", "&"))
    text = words(rows)
    assert "40 lượt" in text
    assert "từ 1 dòng trong sổ" in text
    assert "Bản chụp trang" in text
    assert "Sửa số này" not in text, "an editor may look, the reporter corrects"
    proof = re.search(r'href="(/reports/minh-chung/\d+)"', rows.text)
    assert proof is not None
    assert "SHA-256" in browser.get(proof[1]).text or "Đường dẫn" in browser.get(proof[1]).text


def test_a_number_gets_a_proof_of_its_own(sign_in: SignIn, filled: Office) -> None:
    with filled.reading() as session:
        number = session.scalars(select(Reading.id).where(Reading.metric == "attendees")).one()
    address, back = f"/reports/so-lieu/{number}/minh-chung", "/reports/so-lieu/chi-tiet?metric=attendees"
    browser = sign_in("reporter")
    assert browser.post(address, data={"url": "", "back": back}).status_code == 422
    answer = browser.post(address, data={"url": "https://phuong.example/danh-sach-ky", "back": back})
    assert answer.headers["Location"] == back
    shown = browser.get(back)
    assert "phuong.example" in words(shown)
    assert sign_in("editor").post(address, data={"url": "https://khac.example/", "back": back}).status_code == 403


def test_a_figure_and_its_rows_add_up(sign_in: SignIn, filled: Office) -> None:
    with filled.writing() as session:
        ledger.log(session, CLOCK, filled.installation.config.zone, [
            Entry("views", 30, "measured", clock.now() - timedelta(hours=1), delivery_id=1)
        ])  # fmt: skip
    until = today(filled)
    since = until - timedelta(days=1)  # an hour ago may have been yesterday
    address = f"/reports/so-lieu/chi-tiet?metric=views&since={since}&until={until}"
    text = words(sign_in("reporter").get(f"{address}&measure=lượt&source=measured"))
    assert "40 lượt" in text
    assert "từ 2 dòng trong sổ" in text
    assert "Tăng +10" in text
    assert "Tăng +30" in text
    assert "nên không cộng" in words(sign_in("reporter").get(address)), "sources are never summed"


def test_the_reporter_corrects_a_number_with_a_reason_and_the_trail_knows(sign_in: SignIn, filled: Office) -> None:
    with filled.reading() as session:
        number = session.scalars(select(Reading.id).where(Reading.metric == "views")).one()
    browser = sign_in("reporter")
    form = {"act": "correct", "value": "1.050", "reason": "Theo báo cáo của Cổng", "back": "/reports/so-lieu"}
    assert browser.post(f"/reports/so-lieu/{number}", data={**form, "reason": ""}).status_code == 422
    assert browser.post(f"/reports/so-lieu/{number}", data={**form, "value": "-5"}).status_code == 422
    answer = browser.post(f"/reports/so-lieu/{number}", data=form)
    assert answer.headers["Location"] == "/reports/so-lieu"
    with filled.reading() as session:
        assert totals(session, {filled.unit_id}, today(filled), today(filled), metrics={"views"})[0].value == 1050
    away = browser.post(f"/reports/so-lieu/{number}", data={**form, "act": "strike", "back": "//boi.example/"})
    assert away.headers["Location"] == "/reports/so-lieu", "never off to another site"
    assert "đã bỏ" in words(browser.post(f"/reports/so-lieu/{number}", data=form))


@pytest.mark.parametrize("role", ["editor", "approver"])
def test_only_reporters_enter_figures(sign_in: SignIn, filled: Office, role: str) -> None:
    browser = sign_in(role)
    for page in ENTERING:
        assert browser.get(page).status_code == 403
    for page in ("/reports/so-lieu/1", "/reports/san-pham/1", "/reports/hoat-dong/1", "/reports/minh-chung"):
        assert browser.post(page, data={}).status_code == 403
    assert browser.post("/reports/hoat-dong/moi/hoi_nghi", data={}).status_code == 403


def test_what_belongs_to_another_unit_is_not_there(app: Flask, filled: Office) -> None:
    other_unit(filled)
    stranger = app.test_client()
    stranger.post("/login", data={"email": "editor@khac.example", "password": PASSWORD})
    for page in ("/reports/san-pham/1", "/reports/hoat-dong/1", "/reports/minh-chung/1", "/reports/minh-chung/1/tep"):
        assert stranger.get(page).status_code == 404, page
    text = words(stranger.get(f"/reports/?unit={filled.unit_id}"))
    assert "Lịch tiếp dân" not in text


def activity(office: Office, **fields: Any) -> dict[str, Any]:
    return {
        "unit": str(office.unit_id), "title": "Đối thoại tháng", "day": f"{today(office):%d/%m/%Y}", "until": "",
        "place": "Nhà văn hóa", "partner": "", "source": "reported", "note": "", "slot": "", "url": "",
        "events": "1", "attendees": "1.085", "received": "", "answered": "", "reached": "", "cost": "",
        "themes": ["T2"], **fields,
    }  # fmt: skip


def test_an_activity_is_entered_with_a_photograph_whose_place_is_gone(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("reporter")
    form = activity(office, proof=[(io.BytesIO(photo()), "hoi-thoai.jpg"), (io.BytesIO(photo("blue")), "b.jpg")])
    answer = browser.post("/reports/hoat-dong/moi/doi_thoai", data=form, content_type="multipart/form-data")
    assert answer.status_code == 302, words(answer)
    page = browser.get(answer.headers["Location"])
    assert "1.085 lượt người" in words(page)
    with office.reading() as session:
        rows = session.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert len(rows) == 2
    with browser.get(f"/reports/minh-chung/{rows[0].id}/tep") as stored:
        assert not Image.open(io.BytesIO(stored.data)).getexif().get_ifd(0x8825)
        assert "sandbox" in stored.headers["Content-Security-Policy"]
    with browser.get(f"/reports/minh-chung/{rows[0].id}/anh-nho") as small:
        assert small.mimetype == "image/jpeg"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"attendees": "1.234,5"}, "là số lẻ (1.234,5)"), ({"attendees": "-4"}, "-4 là số âm"),
        ({"title": ""}, "chưa nhập"),
        ({"day": ""}, "chưa nhập"), ({"day": "40/01/2026"}, "không phải là ngày"), ({"day": "01/01/2999"}, "chưa tới"),
        ({"url": "javascript:alert(1)"}, "địa chỉ đầy đủ"), ({"themes": ["T9"]}, "không có mã"),
        ({"proof": (io.BytesIO(b"MZ chay"), "a.exe")}, "Không nhận được tệp"), ({"unit": "99"}, "không có quyền"),
    ],
)  # fmt: skip
def test_what_was_typed_stays_when_something_is_wrong(
    sign_in: SignIn, office: Office, wrong: dict[str, Any], what: str
) -> None:
    form = activity(office, **wrong)
    answer = sign_in("reporter").post("/reports/hoat-dong/moi/doi_thoai", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert what in words(answer)
    assert "Nhà văn hóa" in answer.text
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0


def test_an_activity_s_numbers_words_and_proofs_change_on_its_page(sign_in: SignIn, filled: Office) -> None:
    browser = sign_in("reporter")

    def send(**form: Any) -> int:
        fields = dict.fromkeys(("title", "place", "partner", "note", "metric", "value", "reason", "url"), "")
        return browser.post(
            "/reports/hoat-dong/1", data={**fields, **form}, content_type="multipart/form-data"
        ).status_code

    assert send(act="number", metric="attendees", value="90", reason="") == 422
    assert send(act="number", metric="attendees", value="90", reason="Theo danh sách") == 302
    assert send(act="words", title="Hội nghị quý IV", place="Hội trường") == 302
    assert send(act="proof", url="https://bao.example/hoi-nghi") == 302
    assert send(act="proof") == 422
    text = words(browser.get("/reports/hoat-dong/1"))
    assert "90 lượt người" in text
    assert "Hội nghị quý IV" in text
    assert "bao.example" in text
    assert send(act="strike", reason="Nhập nhầm") == 302
    assert "Đã bỏ lúc" in words(browser.get("/reports/hoat-dong/1"))
    assert send(act="words", title="Lại") == 422


def sheet(*rows: list[Any]) -> io.BytesIO:
    book, data = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    for row in (["Ngày", "Hình thức", "Tên hoạt động", "Người tham dự"], *rows):
        page.append(row)
    book.save(data)
    data.seek(0)
    return data


def test_a_spreadsheet_is_taken_in_whole_or_not_at_all(sign_in: SignIn, office: Office) -> None:
    browser, day = sign_in("reporter"), f"{today(office):%d/%m/%Y}"

    def send(data: io.BytesIO, name: str = "a.xlsx") -> Any:
        form = {"unit": str(office.unit_id), "file": (data, name)}
        return browser.post("/reports/hoat-dong/nhap", data=form, content_type="multipart/form-data")

    wrong = send(sheet([day, "hoi_nghi", "Một", 20], [day, "hoi_nghi", "Hai", "1.234,5"]))
    assert wrong.status_code == 422
    assert "Dòng 3, Người tham dự «1.234,5» là số lẻ" in words(wrong)
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
    good = send(sheet([day, "hoi_nghi", "Một", 20], [day, "to_roi", "Hai", None]))
    assert good.status_code == 302, words(good)
    assert "2 hoạt động" in words(browser.get(good.headers["Location"]))
    assert "chỉ nhận .xlsx hoặc .csv" in words(send(io.BytesIO(b"x"), "a.pdf"))
    template = browser.get("/reports/hoat-dong/mau.xlsx")
    assert template.data[:2] == b"PK"


def test_a_number_is_logged_by_hand_for_a_product(sign_in: SignIn, filled: Office) -> None:
    browser = sign_in("reporter")
    form = {
        "metric": "views", "value": "120", "day": f"{today(filled):%d/%m/%Y}", "source": "reported", "note": "Ảnh chụp",
        "url": "https://bang.example/so-lieu",
    }  # fmt: skip
    assert browser.post("/reports/san-pham/1", data={**form, "value": "nhiều"}).status_code == 422
    assert browser.post("/reports/san-pham/1", data={**form, "metric": "tiền"}).status_code == 422
    assert browser.post("/reports/san-pham/1", data=form).status_code == 302
    text = words(browser.get("/reports/san-pham/1"))
    assert "120 lượt" in text
    assert "bang.example" in text
    asked = browser.post("/reports/san-pham/1/hoi", data={}, follow_redirects=True)
    assert "không hỏi được" in words(asked), "the portal counts its readers itself"
    with filled.reading() as session:
        assert session.scalars(select(Landing.next_at)).all() == [None]


def test_evidence_is_added_listed_and_struck(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("reporter")
    form = {"unit": str(office.unit_id), "url": "", "note": "Ảnh pa-nô", "proof": (io.BytesIO(photo()), "pa-no.jpg")}
    assert browser.post("/reports/minh-chung", data=form, content_type="multipart/form-data").status_code == 302
    assert "pa-no.jpg" in words(browser.get("/reports/minh-chung?loai=anh"))
    assert "pa-no.jpg" not in words(browser.get("/reports/minh-chung?loai=duong-dan"))
    assert (
        browser.post("/reports/minh-chung", data={"unit": str(office.unit_id), "url": "", "note": ""}).status_code
        == 422
    )
    assert browser.post("/reports/minh-chung/1", data={"reason": "Chụp nhầm"}).status_code == 302
    assert "pa-no.jpg" not in words(browser.get("/reports/minh-chung"))
    assert "Chụp nhầm" in words(browser.get("/reports/minh-chung/1"))


def test_a_target_s_value_is_logged_with_its_source(sign_in: SignIn, office: Office) -> None:
    with office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        planning.import_plan(session, COMMAND, unit, planning.shipped("HZ23"), year=today(office).year)
    browser = sign_in("reporter")
    with office.reading() as session:
        from publisher.model import Target

        number = session.scalars(select(Target.id).where(Target.ref == "HZ23-K1")).one()
    form = {
        "day": f"{today(office):%d/%m/%Y}", "numerator": "6", "denominator": "15", "value": "", "source": "reported",
        "note": "Sổ kiểm tra", "url": "",
    }  # fmt: skip
    wrong = browser.post(f"/reports/chi-tieu/{number}", data={**form, "denominator": "0"})
    assert wrong.status_code == 422
    assert "Mẫu số phải lớn hơn 0" in words(wrong)
    assert browser.post(f"/reports/chi-tieu/{number}", data=form).status_code == 302
    assert "40 % (6/15)" in words(browser.get("/reports/chi-tieu"))
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(TargetValue)) == 1


def test_the_scorer_s_rules_belong_to_the_administrator(sign_in: SignIn, office: Office) -> None:
    form = {
        "completion": "1", "full": "100", "least": "80", "screen": "0,25", "online": "0,25", "traditional": "0,5",
        "traditional_forms": "2",
    }  # fmt: skip
    assert sign_in("reporter").post("/reports/chi-tieu/thang-diem", data=form).status_code == 403
    boss = sign_in("administrator")
    assert boss.post("/reports/chi-tieu/thang-diem", data={**form, "least": "101"}).status_code == 422
    assert boss.post("/reports/chi-tieu/thang-diem", data=form).status_code == 302
    assert 'value="80"' in boss.get("/reports/chi-tieu").text


def test_the_number_of_queries_does_not_grow_with_the_content(sign_in: SignIn, filled: Office) -> None:
    browser = sign_in("reporter")
    before = {}
    for page in PAGES:
        with counted(filled) as queries:
            browser.get(page)
        before[page] = len(queries)
    zone = filled.installation.config.zone
    for number in range(6):
        filled.published(f"Bài thêm {number}", themes=["T1", "T3"])
    landings.enrol(filled.world)
    with filled.writing() as session:
        for delivery in range(2, 8):
            ledger.log(session, CLOCK, zone, [Entry("views", 9, "measured", clock.now(), delivery_id=delivery)])
            told = Told("doi_thoai", today(filled), f"Thêm {delivery}", numbers={"attendees": 3})
            activities.enter(session, COMMAND, zone, filled.unit_id, told)
    for page in PAGES:
        with counted(filled) as queries:
            browser.get(page)
        assert len(queries) <= before[page] + 1, page
        assert len(queries) <= 32, (page, len(queries))
