"""Administration: accounts whose secrets never come back, people, units, the trail, the state; each in its reach."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

import publisher
from publisher import staff
from publisher.delivery.drain import tick
from publisher.delivery.jobs import JOBS, beat
from publisher.delivery.outlets import open_channel
from publisher.model import Account, Delivery, Person, Role, Unit, UnitLink
from publisher.web import wording
from tests.factories import PASSWORD, Office, in_minutes, make_person, make_unit
from tests.web.desk import words
from tests.web.ops import SECRET, Ledger, account, counted, delivery, hidden, second_unit, trail, unit, whole_trail

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> Ledger:
    return Ledger(office, tmp_path / "ledger.jsonl")


@pytest.fixture
def browser(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


def elsewhere(app: Flask, role: str = "administrator") -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": f"{role}@khac.example", "password": PASSWORD}).status_code == 302
    return client


def new_account(office: Office, tmp_path: Path, **fields: str) -> dict[str, str]:
    return {
        "channel": "ledger", "unit": str(office.unit_id), "title": "Sổ của phường", "mode": "live", "late_hours": "6",
        "setting_path": str(tmp_path / "so.jsonl"), "setting_token": SECRET, "setting_blind": "", **fields,
    }  # fmt: skip


def newest_account(office: Office) -> Account:
    with office.reading() as session:
        return session.scalars(select(Account).order_by(Account.id.desc())).first() or Account()


def token_of(office: Office, account_id: int) -> str:
    return office.world.vault.open(account(office, account_id).secrets).get("token", "")


PAGES = tuple(
    f"/admin/{address}"
    for address in (
        "", "tai-khoan", "tai-khoan/them", "tai-khoan/them?channel=ledger", "tai-khoan/1", "nguoi-dung",
        "nguoi-dung/them", "nguoi-dung/1", "don-vi", "don-vi/them", "don-vi/1", "nhat-ky", "he-thong",
    )
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_pages_open_to_administrators_alone(sign_in: SignIn, visitor: FlaskClient, address: str) -> None:
    assert sign_in("administrator").get(address).status_code == 200
    for role in ("editor", "approver", "station", "reporter"):
        assert sign_in(role).get(address).status_code == 403
    assert visitor.get(address).status_code == 302


# Accounts


def test_the_form_follows_from_the_channel(browser: FlaskClient) -> None:
    assert "Sổ thử nghiệm" in browser.get("/admin/tai-khoan/them").text
    page = browser.get("/admin/tai-khoan/them?channel=ledger").text
    assert re.search(r'type="password" id="setting_token"', page) and "setting_path" in page
    assert "setting_" not in browser.get("/admin/tai-khoan/them?channel=portal").text
    assert "Chọn kênh" in browser.get("/admin/tai-khoan/them?channel=khong-co").text


def test_a_secret_is_stored_encrypted_and_never_shown_again(
    office: Office, browser: FlaskClient, sign_in: SignIn, tmp_path: Path
) -> None:
    answer = browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path))
    made = newest_account(office)
    assert answer.status_code == 302 and answer.location == f"/admin/tai-khoan/{made.id}"
    assert token_of(office, made.id) == SECRET and SECRET not in made.secrets and "token" not in made.settings
    page = browser.get(answer.location)
    assert "Đã lưu; để trống nếu giữ nguyên." in words(page)
    for address in (answer.location, "/admin/tai-khoan", "/admin/nhat-ky", "/admin/", "/admin/he-thong"):
        assert SECRET not in browser.get(address).text and made.secrets not in browser.get(address).text, address
    assert SECRET not in whole_trail(office) and '"token"' in whole_trail(office), "the trail knows the name alone"


def test_a_refused_form_keeps_what_was_typed_but_not_the_secret(
    office: Office, browser: FlaskClient, tmp_path: Path
) -> None:
    before = newest_account(office).id
    for wrong, said in (
        ({"setting_path": ""}, "Tệp sổ: chưa nhập."), ({"late_hours": "-1"}, "từ 0 đến 720"),
        ({"late_hours": "x"}, "phải là số"), ({"mode": "thu"}, "Chế độ"), ({"unit": ""}, "phải là số"),
    ):  # fmt: skip
        answer = browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path, **wrong))
        assert answer.status_code == 422 and said in answer.text, wrong
        assert "Sổ của phường" in answer.text and SECRET not in answer.text
    answer = browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path, strange="1"))
    assert answer.status_code == 422 and newest_account(office).id == before
    assert browser.post("/admin/tai-khoan/them", data={"channel": "khong-co"}).status_code == 404


def test_a_secret_left_empty_stays_and_a_new_one_replaces_it(
    office: Office, browser: FlaskClient, tmp_path: Path
) -> None:
    browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path))
    made = newest_account(office)
    address = f"/admin/tai-khoan/{made.id}"
    fields = {"title": "Tên mới", "late_hours": "12", "setting_path": str(tmp_path / "b"), "setting_token": ""}
    assert browser.post(address, data={**fields, "setting_blind": "yes"}).status_code == 302
    changed = account(office, made.id)
    assert (changed.title, changed.late_hours, changed.settings["blind"]) == ("Tên mới", 12, "yes")
    assert token_of(office, made.id) == SECRET
    browser.post(address, data={**fields, "setting_blind": "", "setting_token": "khoa-moi"})
    assert token_of(office, made.id) == "khoa-moi" and "blind" not in account(office, made.id).settings
    last = trail(office, "account.configure")[-1]
    assert last.detail["secrets"] == ["token"] and "khoa-moi" not in whole_trail(office)
    refused = browser.post(address, data={**fields, "title": " ", "setting_blind": "", "setting_token": "khac-nua"})
    assert refused.status_code == 422 and "khac-nua" not in refused.text and token_of(office, made.id) == "khoa-moi"


def test_a_lost_key_is_told_by_the_check_and_healed_by_a_new_secret(
    office: Office, browser: FlaskClient, tmp_path: Path
) -> None:
    browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path))
    made = newest_account(office)
    address = f"/admin/tai-khoan/{made.id}"
    assert "sẵn sàng gửi" in browser.post(f"{address}/kiem-tra", follow_redirects=True).text
    with office.writing() as session:
        session.get_one(Account, made.id).secrets = "gAAAA-khong-mo-duoc"
    assert "Không mở được thông tin bí mật" in browser.post(f"{address}/kiem-tra", follow_redirects=True).text
    assert browser.get(address).status_code == 200
    fields = {"title": "Sổ", "late_hours": "6", "setting_path": str(tmp_path / "b"), "setting_token": SECRET}
    assert browser.post(address, data={**fields, "setting_blind": ""}).status_code == 302
    open_channel(office.world, account(office, made.id))
    assert token_of(office, made.id) == SECRET


def test_pausing_keeps_the_queue_and_resuming_sends_it(office: Office, browser: FlaskClient, ledger: Ledger) -> None:
    address = f"/admin/tai-khoan/{ledger.account_id}"
    planned = ledger.scheduled()
    assert browser.post(f"{address}/tam-dung", data={"reason": ""}).status_code == 422
    browser.post(f"{address}/tam-dung", data={"reason": "Đổi mật khẩu trang"})
    assert account(office, ledger.account_id).state == "paused"
    assert "Đổi mật khẩu trang" in browser.get("/admin/").text
    tick(office.world)
    assert delivery(office, planned).state == "held"
    assert browser.post(f"{address}/tam-dung", data={"reason": "lại"}).status_code == 422
    text_ = browser.post(f"{address}/chay-lai", follow_redirects=True).text
    assert "1 lượt đang giữ trở lại hàng gửi" in text_
    tick(office.world)
    assert delivery(office, planned).state == "sent" and ledger.accepted() == 1


def test_closing_needs_a_reason_and_cancels_what_has_not_begun(
    office: Office, browser: FlaskClient, ledger: Ledger
) -> None:
    address = f"/admin/tai-khoan/{ledger.account_id}"
    planned = ledger.scheduled(minutes=60)
    assert browser.post(f"{address}/dong", data={"reason": " "}).status_code == 422
    assert (
        "1 lượt chưa gửi được hủy"
        in browser.post(f"{address}/dong", data={"reason": "Hết hạn"}).headers.get("X-None", "")
        or delivery(office, planned).state == "cancelled"
    )
    assert account(office, ledger.account_id).state == "closed"
    assert browser.post(f"{address}/dong", data={"reason": "lần hai"}).status_code == 422
    assert trail(office, "account.close")[0].detail["reason"] == "Hết hạn"
    page = browser.get(address).text
    assert "không sửa được" in page and "/tam-dung" not in page


def test_another_units_account_is_not_there(office: Office, app: Flask, browser: FlaskClient, tmp_path: Path) -> None:
    second_unit(office)
    other = elsewhere(app)
    address = f"/admin/tai-khoan/{office.account_id}"
    assert other.get(address).status_code == 404
    for act, fields in (
        ("", {"title": "x", "late_hours": "1"}), ("/kiem-tra", {}), ("/tam-dung", {"reason": "x"}),
        ("/chay-lai", {}), ("/dong", {"reason": "x"}),
    ):  # fmt: skip
        assert other.post(f"{address}{act}", data=fields).status_code == 404, act
    assert other.post("/admin/tai-khoan/them", data=new_account(office, tmp_path)).status_code == 403
    assert "Cổng phường Mẫu" not in other.get("/admin/tai-khoan").text
    assert account(office, office.account_id).state == "active"


# People


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


# Units


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


# The trail and the state


def test_the_trail_is_filtered_and_paged(office: Office, browser: FlaskClient, ledger: Ledger) -> None:
    failed = ledger.after("reject", "Bài bị từ chối")
    page = words(browser.get(f"/admin/nhat-ky?subject=delivery&number={failed}"))
    assert "Chuyển trạng thái lượt phát hành" in page and "Sau Không gửi được" in page and "Soạn bài" not in page
    assert "Lý do Sổ từ chối nội dung này." in page
    mine = words(browser.get(f"/admin/nhat-ky?who={office.people['approver']}"))
    assert "Duyệt bài · Bài" in mine and "Soạn bài · Bài" not in mine
    assert "Hệ thống" in words(browser.get("/admin/nhat-ky?who=clock"))
    for number in range(30):
        office.draft(f"Bài {number}")
    first = browser.get("/admin/nhat-ky").text
    assert first.count('id="dong-') == 50 and "Cũ hơn" in first
    older = re.search(r'href="(/admin/nhat-ky\?before=\d+)"', first)
    assert older and "Bài bị từ chối" in browser.get(older[1]).text
    assert browser.get("/admin/nhat-ky?who=<x>&before=abc&number=-1&subject=khong").status_code == 200
    assert "Không có dòng nào khớp" in browser.get("/admin/nhat-ky?subject=plan").text


def test_a_lower_administrator_reads_the_acts_of_their_units_only(office: Office, app: Flask, ledger: Ledger) -> None:
    other = second_unit(office)
    ledger.after("reject", "Bài của phường Mẫu")
    with office.writing() as session:
        admin = session.scalars(select(Person).where(Person.email == "administrator@khac.example")).one()
        staff.add(session, admin, "moi@khac.example", "Người mới", other, ["editor"])
    page = words(elsewhere(app).get("/admin/nhat-ky"))
    assert "moi@khac.example" in page and "Bài của phường Mẫu" not in page and "Sổ từ chối" not in page


def test_the_chain_is_checked_by_a_button_that_names_the_broken_row(office: Office, browser: FlaskClient) -> None:
    office.published()
    assert "Chuỗi nhật ký nguyên vẹn." in browser.post("/admin/nhat-ky/kiem-tra", follow_redirects=True).text
    with office.world.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER keep_audit_update"))
        connection.execute(text("UPDATE audit SET actor = 'Người khác' WHERE id = 4"))
    page = browser.post("/admin/nhat-ky/kiem-tra", follow_redirects=True)
    assert "không còn nguyên vẹn từ dòng 4" in page.text and 'id="dong-4"' in page.text
    assert trail(office, "trail.check")[-1].detail == {"broken": 4}


def test_every_act_of_the_trail_has_a_vietnamese_name() -> None:
    acts = set()
    for path in Path(publisher.__file__).parent.rglob("*.py"):
        acts |= set(
            re.findall(
                r'audit\.record(?:_many)?\(\s*session,\s*(?:Actor\("\w+"\))?[^"]*?"([a-z_.]+)"', path.read_text("utf-8")
            )
        )
    assert len(acts) > 20
    missing = {act for act in acts if act not in wording.ACTS}
    assert not missing, f"publisher/web/wording.py names no {sorted(missing)}"


def test_the_state_shows_what_runs_and_what_is_not_set(office: Office, browser: FlaskClient, app: Flask) -> None:
    for job in JOBS:
        beat(office.world, job.name, "")
    page = words(browser.get("/admin/he-thong"))
    assert "Mới nhất" in page and "Chưa đặt" in page and "PUBLISHER_PUBLIC_URL" in page and "Lâu không chạy" not in page
    app.extensions["started_at"] = in_minutes(-600)
    with office.writing() as session:
        session.execute(text("UPDATE heartbeat SET at = '2020-01-01 00:00:00' WHERE job = 'deliver'"))
    assert "Lâu không chạy" in words(browser.get("/admin/he-thong"))
    assert "Việc định kỳ lâu không chạy: Phát hành bài đến giờ" in browser.get("/admin/").text


def test_forms_of_the_administration_carry_a_token(office: Office, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = hidden(client.get("/login").text, "csrf_token")
    client.post("/login", data={"email": office.email("administrator"), "password": PASSWORD, "csrf_token": token})
    for address in PAGES:
        page = client.get(address).text
        assert page.count('method="post"') == page.count('name="csrf_token"'), address
    address = f"/admin/tai-khoan/{office.account_id}/tam-dung"
    assert client.post(address, data={"reason": "x"}).status_code == 400
    fresh = hidden(client.get("/admin/").text, "csrf_token")
    assert client.post(address, data={"reason": "x", "csrf_token": fresh}).status_code == 302


def test_lists_take_the_same_queries_however_long(office: Office, browser: FlaskClient) -> None:
    counts = {}
    for round_ in range(2):
        for address in PAGES:
            with counted(office) as asked:
                browser.get(address)
            counts.setdefault(address, []).append(len(asked))
        if round_ == 0:
            with office.writing() as session:
                for number in range(6):
                    lower = make_unit(session, f"to-{number}", f"Tổ {number}")
                    session.add(UnitLink(parent_id=office.unit_id, child_id=lower.id))
                    session.flush()
                    make_person(session, f"nguoi{number}@phuong.example", f"Người {number}", {"editor": lower})
            for number in range(6):
                office.add_account(title=f"Cổng {number}")
                office.scheduled(f"Bài {number}")
    assert all(first == second <= 18 for first, second in counts.values()), counts
    with office.reading() as session:
        assert session.scalars(select(Delivery.id)).all()
