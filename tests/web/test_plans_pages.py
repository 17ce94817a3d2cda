"""The pages of plans: progress, proposed days, taking in a file and seeing everything wrong with it."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from publisher import clock, planning
from publisher.audit import COMMAND
from publisher.model import Plan, Post, Slot, Task, Unit
from publisher.web import look
from schedules.plan_file import load, plans
from tests.factories import Office
from tests.web.desk import words
from tests.web.ops import counted, elsewhere, second_unit, trail

SignIn = Callable[[str], FlaskClient]
THIS_YEAR = clock.now().year


def take_in(office: Office, code: str = "CL22", year: int | None = THIS_YEAR, unit_id: int | None = None) -> int:
    with office.writing() as session:
        unit = session.get_one(Unit, unit_id or office.unit_id)
        return planning.import_plan(session, COMMAND, unit, load(plans()[code]), year).plan_id


def slot(office: Office, plan_id: int, state: str = "proposed") -> Slot:
    with office.reading() as session:
        query = select(Slot).join(Task, Task.id == Slot.task_id).where(Task.plan_id == plan_id, Slot.state == state)
        return session.scalars(query.order_by(Slot.day.desc(), Slot.id)).first() or Slot(id=0)


def upload(browser: FlaskClient, office: Office, content: bytes, name: str = "ke-hoach.yaml") -> TestResponse:
    fields = {"unit": str(office.unit_id), "year": "", "file": FileStorage(io.BytesIO(content), name)}
    boundary, body = encode_multipart(fields)  # in memory: the test client puts long forms into a file left open
    return browser.post("/desk/ke-hoach", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_without_a_plan_the_page_says_how_to_take_one_in(sign_in: SignIn) -> None:
    page = sign_in("administrator").get("/desk/ke-hoach")
    assert "Chưa có kế hoạch nào" in page.text and "publisher plan import CL22" in page.text
    assert 'type="file"' in page.text
    assert 'type="file"' not in sign_in("editor").get("/desk/ke-hoach").text


def test_an_uploaded_plan_is_taken_in_once(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("administrator")
    content = plans()["KH20"].read_bytes()
    answer = upload(browser, office, content)
    assert answer.status_code == 302
    page = words(browser.get(answer.location))
    assert "Đã nhập kế hoạch: thêm" in page
    upload(browser, office, content)
    assert "thêm 0, sửa 0" in words(browser.get(answer.location))
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 1
    assert trail(office, "plan.import")[0].actor == "Người mẫu administrator"


def test_a_shipped_plan_is_taken_in_for_another_year(office: Office, sign_in: SignIn) -> None:
    fields = {"unit": str(office.unit_id), "year": "2027", "shipped": "CL22"}
    answer = sign_in("administrator").post("/desk/ke-hoach", data=fields)
    page = words(sign_in("editor").get(answer.location))
    assert "2027 (dời từ kế hoạch năm 2022)" in page


def test_everything_wrong_with_a_file_is_listed_by_line_and_nothing_is_stored(office: Office, sign_in: SignIn) -> None:
    content = plans()["KH20"].read_text("utf-8").replace("family: state", "family: nha-nuoc\nla-lung: 1", 1)
    answer = upload(sign_in("administrator"), office, content.encode())
    text = words(answer)
    assert answer.status_code == 422 and "Tệp kế hoạch còn lỗi, chưa có gì được nhập." in text
    assert text.count("Dòng ") >= 2 and "la-lung" in text
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a: [", b"x" * 1_000_100, b"- 1\n- 2\n"])
def test_what_is_no_plan_is_refused_in_words(office: Office, sign_in: SignIn, content: bytes) -> None:
    answer = upload(sign_in("administrator"), office, content)
    assert answer.status_code == 422 and "Dòng 1" in words(answer)


def test_a_forgotten_file_a_wrong_unit_and_a_wrong_year_are_refused(
    office: Office, sign_in: SignIn, app: Flask
) -> None:
    browser = sign_in("administrator")
    nothing = {"unit": str(office.unit_id), "year": ""}
    assert "Hãy chọn một tệp kế hoạch" in browser.post("/desk/ke-hoach", data=nothing).text
    for fields, code in (
        ({"shipped": "XX99"}, 422), ({"shipped": "CL22", "year": "1900"}, 422), ({"shipped": "CL22", "unit": "x"}, 422),
        ({"shipped": "CL22", "unit": str(second_unit(office))}, 422),
    ):  # fmt: skip
        assert browser.post("/desk/ke-hoach", data={**nothing, **fields}).status_code == code, fields
    assert sign_in("editor").post("/desk/ke-hoach", data={**nothing, "shipped": "CL22"}).status_code == 403
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 0


def test_a_plan_shows_tasks_cadences_targets_duties_and_doubtful_readings(office: Office, sign_in: SignIn) -> None:
    plan_id = take_in(office)
    text = words(sign_in("editor").get(f"/desk/ke-hoach/{plan_id}"))
    with office.reading() as session:
        tasks = session.scalars(select(Task).where(Task.plan_id == plan_id).order_by(Task.position)).all()
    assert all(" ".join(task.text.split()) in text for task in tasks)
    assert "hằng tháng" in text or "mỗi tháng một lần" in text
    assert "Chỉ tiêu" in text and "Chế độ báo cáo" in text and "Cần kiểm tra:" in text
    assert "{" not in text, "no raw data on the page"


@pytest.mark.parametrize("code", ["HP20", "GL21", "HZ23", "KH20"])
def test_every_shipped_plan_has_a_page(office: Office, sign_in: SignIn, code: str) -> None:
    plan_id = take_in(office, code)
    page = sign_in("editor").get(f"/desk/ke-hoach/{plan_id}")
    assert page.status_code == 200 and "None" not in words(page)


def test_a_proposed_day_leads_to_the_editor_and_may_be_dismissed_and_brought_back(
    office: Office, sign_in: SignIn
) -> None:
    plan_id = take_in(office, year=THIS_YEAR + 1)
    browser = sign_in("editor")
    first = browser.get(f"/desk/ke-hoach/{plan_id}").text
    shown = int(first.split("/desk/bai/moi?slot=")[1].split('"')[0])
    address = f"/desk/ke-hoach/{plan_id}/ngay/{shown}"
    answer = browser.post(address)
    assert answer.status_code == 302 and answer.location == f"/desk/ke-hoach/{plan_id}#ngay"
    page = browser.get(f"/desk/ke-hoach/{plan_id}").text
    assert f'slot={shown}"' not in page and "Ngày đã bỏ (1)" in page
    assert trail(office, "slot.dismissed")[0].unit_id == office.unit_id
    browser.post(address)
    assert f'slot={shown}"' in browser.get(f"/desk/ke-hoach/{plan_id}").text


def test_a_day_is_not_dismissed_by_readers_nor_through_another_plan(office: Office, sign_in: SignIn) -> None:
    plan_id, other = take_in(office), take_in(office, "KH20")
    chosen = slot(office, plan_id).id
    assert sign_in("reporter").post(f"/desk/ke-hoach/{plan_id}/ngay/{chosen}").status_code == 403
    assert sign_in("editor").post(f"/desk/ke-hoach/{other}/ngay/{chosen}").status_code == 404
    assert slot(office, plan_id, "dismissed").id == 0
    assert sign_in("administrator").post(f"/desk/ke-hoach/{plan_id}/ngay/{chosen}").status_code == 302
    assert slot(office, plan_id, "dismissed").id == chosen


def test_another_units_plan_is_not_there(office: Office, app: Flask) -> None:
    second_unit(office)
    plan_id = take_in(office)
    editor = elsewhere(app, "editor")
    assert editor.get(f"/desk/ke-hoach/{plan_id}").status_code == 404
    chosen = slot(office, plan_id).id
    assert editor.post(f"/desk/ke-hoach/{plan_id}/ngay/{chosen}").status_code == 404
    assert "Chưa có kế hoạch nào" in editor.get("/desk/ke-hoach").text


def test_a_published_post_counts_as_done_in_the_list_and_on_the_page(office: Office, sign_in: SignIn) -> None:
    plan_id = take_in(office)
    chosen = slot(office, plan_id)
    post_id = office.published("Bài của kế hoạch")
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        post.slot_id, post.task_id = chosen.id, chosen.task_id
        session.get_one(Slot, chosen.id).state = "used"
    with office.reading() as session:
        rows = planning.progress(session, plan_id, date(THIS_YEAR, 12, 31))
    planned, late = sum(row.planned for row in rows), sum(row.late for row in rows)
    browser = sign_in("editor")
    assert f'max="{planned}" value="1"' in browser.get("/desk/ke-hoach").text
    assert f"1/{planned} ngày" in words(browser.get("/desk/ke-hoach")) and late >= 0
    assert f"1/{planned}" in words(browser.get(f"/desk/ke-hoach/{plan_id}"))


def test_the_number_of_queries_does_not_grow_with_the_plans(office: Office, sign_in: SignIn) -> None:
    first = take_in(office, "HP20")
    browser = sign_in("editor")
    with counted(office) as few:
        browser.get("/desk/ke-hoach")
    for code in ("CL22", "KH20", "GL21"):
        last = take_in(office, code)
    with counted(office) as many:
        browser.get("/desk/ke-hoach")
    with counted(office) as small:
        browser.get(f"/desk/ke-hoach/{first}")
    with counted(office) as large:
        browser.get(f"/desk/ke-hoach/{last}")
    around = 5  # who is asking, and the numbers in the navigation
    assert len(few) == len(many) <= 6 + around, "\n".join(many)
    assert len(small) == len(large) <= 10 + around, "\n".join(large)


def test_a_channel_that_is_no_longer_installed_keeps_the_name_of_its_rows() -> None:
    assert look.channel_title("portal") == "Cổng thông tin"
    assert look.channel_title("khong-ai-biet") == "khong-ai-biet"
