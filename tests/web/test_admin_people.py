"""People and units: within an administrator's reach, and nobody locks the last one out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher.model import Person, Role, Unit, UnitLink
from tests.factories import PASSWORD, Office, make_person, make_unit
from tests.web.desk import words
from tests.web.ops import (
    elsewhere,
    second_unit,
    unit,
    whole_trail,
)

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def browser(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


def test_a_new_persons_password_is_shown_once_and_kept_nowhere(
    office: Office, app: Flask, browser: FlaskClient
) -> None:
    fields = {"name": "Người mới", "email": "moi@phuong.example", "unit": str(office.unit_id), "roles": ["editor"]}
    page = browser.post("/admin/nguoi-dung/them", data=fields)
    found = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", page.text)
    assert page.status_code == 200 and found and page.headers["Cache-Control"] == "no-store"
    password = found[0]
    with office.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "moi@phuong.example")).one()
    for address in ("/admin/nguoi-dung", f"/admin/nguoi-dung/{person.id}", "/admin/nhat-ky"):
        assert password not in browser.get(address).text
    assert password not in whole_trail(office)
    client = app.test_client()
    client.post("/login", data={"email": "moi@phuong.example", "password": password})
    assert client.get("/desk/").location == "/mat-khau", "a one-time password opens only the door to a new one"
    again = browser.post("/admin/nguoi-dung/them", data=fields)
    assert again.status_code == 302 and again.location == f"/admin/nguoi-dung/{person.id}"


def test_a_refused_person_is_shown_again_as_typed(office: Office, browser: FlaskClient) -> None:
    fields = {"name": "Người mới", "email": "khong-phai-thu", "unit": str(office.unit_id), "roles": ["editor"]}
    answer = browser.post("/admin/nguoi-dung/them", data=fields)
    assert answer.status_code == 422 and "không đúng dạng" in answer.text and "Người mới" in answer.text
    assert re.search(r'value="editor" checked', answer.text)
    nothing = browser.post("/admin/nguoi-dung/them", data={**fields, "email": "a@b.vn", "roles": []})
    assert nothing.status_code == 422 and "ít nhất một vai trò" in nothing.text


def test_roles_come_and_go_at_once(office: Office, app: Flask, browser: FlaskClient, sign_in: SignIn) -> None:
    editor = office.people["editor"]
    reader = sign_in("editor")
    assert reader.get("/desk/duyet").status_code == 403
    role = {"unit": str(office.unit_id), "role": "approver"}
    assert browser.post(f"/admin/nguoi-dung/{editor}/vai-tro", data=role).status_code == 302
    assert reader.get("/desk/duyet").status_code == 200
    browser.post(f"/admin/nguoi-dung/{editor}/bo-vai-tro", data=role)
    assert reader.get("/desk/duyet").status_code == 403
    assert browser.post(f"/admin/nguoi-dung/{editor}/vai-tro", data={**role, "role": "king"}).status_code == 422


def test_the_last_administrator_is_not_locked_out(office: Office, browser: FlaskClient) -> None:
    admin = office.people["administrator"]
    role = {"unit": str(office.unit_id), "role": "administrator"}
    answer = browser.post(f"/admin/nguoi-dung/{admin}/bo-vai-tro", data=role)
    assert answer.status_code == 422 and "sẽ không còn người quản trị" in answer.text
    answer = browser.post(f"/admin/nguoi-dung/{admin}/dong", data={"reason": "Thử"})
    assert answer.status_code == 422 and "không tự đóng" in answer.text
    with office.reading() as session:
        kept = session.scalars(select(Role).where(Role.person_id == admin)).all()
        assert [one.name for one in kept] == ["administrator"] and session.get_one(Person, admin).active


def test_closing_a_person_ends_their_session_and_reopening_lets_them_in(
    office: Office, app: Flask, browser: FlaskClient, sign_in: SignIn
) -> None:
    editor = office.people["editor"]
    reader = sign_in("editor")
    browser.post(f"/admin/nguoi-dung/{editor}/dong", data={"reason": "Chuyển công tác"})
    assert reader.get("/desk/").status_code == 302
    client = app.test_client()
    assert client.post("/login", data={"email": office.email("editor"), "password": PASSWORD}).status_code == 422
    browser.post(f"/admin/nguoi-dung/{editor}/mo-lai")
    assert client.post("/login", data={"email": office.email("editor"), "password": PASSWORD}).status_code == 302


def test_a_lost_password_is_replaced_and_shown_once(office: Office, app: Flask, browser: FlaskClient) -> None:
    editor = office.people["editor"]
    page = browser.post(f"/admin/nguoi-dung/{editor}/mat-khau")
    found = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", page.text)
    assert found and found[0] not in whole_trail(office)
    client = app.test_client()
    assert client.post("/login", data={"email": office.email("editor"), "password": PASSWORD}).status_code == 422
    assert client.post("/login", data={"email": office.email("editor"), "password": found[0]}).status_code == 302
    own = browser.post(f"/admin/nguoi-dung/{office.people['administrator']}/mat-khau")
    assert own.status_code == 422 and "Đổi mật khẩu" in own.text


def test_people_of_other_units_are_not_there_and_shared_ones_are_not_taken_over(
    office: Office, app: Flask, browser: FlaskClient
) -> None:
    other_unit = second_unit(office)
    other = elsewhere(app)
    editor = office.people["editor"]
    assert other.get(f"/admin/nguoi-dung/{editor}").status_code == 404
    for act, fields in (
        ("vai-tro", {"unit": str(other_unit), "role": "editor"}), ("mat-khau", {}), ("dong", {"reason": "x"}),
        ("ten", {"name": "x"}), ("mo-lai", {}),
    ):  # fmt: skip
        assert other.post(f"/admin/nguoi-dung/{editor}/{act}", data=fields).status_code == 404, act
    shared = {"name": "x", "email": office.email("editor"), "unit": str(other_unit), "roles": ["reporter"]}
    assert other.post("/admin/nguoi-dung/them", data=shared).status_code == 302
    page = other.get(f"/admin/nguoi-dung/{editor}")
    assert (
        page.status_code == 200
        and "ngoài phạm vi của bạn" in page.text
        and '/mat-khau"' not in page.text.replace('"/mat-khau"', "")
    )
    assert other.post(f"/admin/nguoi-dung/{editor}/mat-khau").status_code == 403
    assert other.post(f"/admin/nguoi-dung/{editor}/dong", data={"reason": "x"}).status_code == 403
    role = {"unit": str(office.unit_id), "role": "administrator"}
    assert other.post(f"/admin/nguoi-dung/{editor}/vai-tro", data=role).status_code == 403


def test_units_are_added_changed_moved_and_ended(office: Office, browser: FlaskClient) -> None:
    fields = {"name": "UBND phường Bắc", "kind": "phuong", "parent": str(office.unit_id), "hierarchy": "hanh_chinh"}
    blank = dict.fromkeys(("short_name", "abbreviation", "place", "admin_code", "hotline", "code"), "")
    answer = browser.post("/admin/don-vi/them", data={**blank, **fields, "self_approval": "1"})
    made = int(answer.location.rsplit("/", 1)[1])
    assert unit(office, made).code == "ubnd-phuong-bac" and unit(office, made).self_approval
    south = browser.post("/admin/don-vi/them", data={**blank, **fields, "name": "UBND phường Nam"}).location
    south_id = int(south.rsplit("/", 1)[1])
    assert "depth-1" in browser.get("/admin/don-vi").text
    change = {**blank, "name": "UBND phường Bắc Mẫu", "kind": "phuong", "hotline": "0900 1"}
    change.pop("code")
    assert browser.post(f"/admin/don-vi/{made}", data=change).status_code == 302
    assert (unit(office, made).name, unit(office, made).self_approval) == ("UBND phường Bắc Mẫu", False)
    moved = browser.post(f"/admin/don-vi/{made}/cap-tren", data={"parent": str(south_id), "hierarchy": "hanh_chinh"})
    assert moved.status_code == 302 and "depth-2" in browser.get("/admin/don-vi").text
    end = {"kind": "sap_nhap", "on": "2027-07-01", "basis": "Nghị quyết 1/NQ-HĐND"}
    assert browser.post(f"/admin/don-vi/{made}/ket-thuc", data=end).status_code == 422
    assert (
        browser.post(f"/admin/don-vi/{made}/ket-thuc", data={**end, "successors": [str(south_id)]}).status_code == 302
    )
    page = words(browser.get(f"/admin/don-vi/{made}"))
    assert "đến hết ngày 30/06/2027" in page and "Sáp nhập: UBND phường Nam kế thừa (Nghị quyết 1/NQ-HĐND)" in page
    assert browser.post(f"/admin/don-vi/{made}/hoat-dong-lai").status_code == 302
    assert unit(office, made).valid_to is None


def test_a_refused_unit_is_shown_again_as_typed(office: Office, browser: FlaskClient) -> None:
    fields = {"name": "", "short_name": "Bắc", "kind": "phuong", "parent": "", "hierarchy": "hanh_chinh", "code": "a b"}
    blank = dict.fromkeys(("abbreviation", "place", "admin_code", "hotline"), "")
    answer = browser.post("/admin/don-vi/them", data={**blank, **fields})
    assert answer.status_code == 422 and "Tên đơn vị: chưa nhập." in answer.text and 'value="Bắc"' in answer.text
    answer = browser.post("/admin/don-vi/them", data={**blank, **fields, "name": "Phường Bắc"})
    assert answer.status_code == 422 and "chữ thường không dấu" in answer.text


def test_an_administrator_of_a_lower_unit_sees_and_changes_that_subtree_only(
    office: Office, app: Flask, browser: FlaskClient
) -> None:
    with office.writing() as session:
        top = session.get_one(Unit, office.unit_id)
        lower, lowest = make_unit(session, "to-mot", "Tổ một"), make_unit(session, "to-hai", "Tổ hai")
        session.add_all(
            [UnitLink(parent_id=top.id, child_id=lower.id), UnitLink(parent_id=lower.id, child_id=lowest.id)]
        )
        make_person(session, "administrator@khac.example", "Quản trị tổ", {"administrator": lower})
        lower_id, lowest_id, top_id = lower.id, lowest.id, top.id
    client = elsewhere(app)
    tree = client.get("/admin/don-vi").text
    assert "Tổ một" in tree and "Tổ hai" in tree and "UBND phường Mẫu" not in tree
    assert client.get(f"/admin/don-vi/{lowest_id}").status_code == 200
    assert client.get(f"/admin/don-vi/{top_id}").status_code == 404
    move = {"parent": str(top_id), "hierarchy": "hanh_chinh"}
    assert client.post(f"/admin/don-vi/{lowest_id}/cap-tren", data=move).status_code == 404
    for act in ("ket-thuc", "hoat-dong-lai", "cap-tren"):
        fields = {"kind": "giai_the", "on": "2027-01-01", "basis": ""} if act == "ket-thuc" else {}
        assert client.post(f"/admin/don-vi/{top_id}/{act}", data=fields).status_code in {404, 422}
    assert unit(office, top_id).valid_to is None
    new_top = {"name": "Tỉnh riêng", "kind": "tinh", "parent": "", "hierarchy": "hanh_chinh", "code": ""}
    blank = dict.fromkeys(("short_name", "abbreviation", "place", "admin_code", "hotline"), "")
    assert client.post("/admin/don-vi/them", data={**blank, **new_top}).status_code == 403
    assert browser.post("/admin/don-vi/them", data={**blank, **new_top}).status_code == 302
    assert lower_id in {one.unit_id for one in _roles(office, "administrator@khac.example")}
    assert "Tỉnh riêng" in browser.get("/admin/don-vi").text


def _roles(office: Office, email: str) -> list[Role]:
    with office.reading() as session:
        return list(session.scalars(select(Person).where(Person.email == email)).one().roles)
