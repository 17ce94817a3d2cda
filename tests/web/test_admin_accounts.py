"""Channel accounts: forms that follow from the channel, secrets that never come back, pausing and closing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher.delivery.drain import tick
from publisher.delivery.outlets import open_channel
from publisher.model import Account
from tests.factories import Office
from tests.web.desk import words
from tests.web.ops import (
    SECRET,
    Ledger,
    account,
    delivery,
    elsewhere,
    second_unit,
    trail,
    whole_trail,
)

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> Ledger:
    return Ledger(office, tmp_path / "ledger.jsonl")


@pytest.fixture
def browser(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


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


def test_the_form_follows_from_the_channel(browser: FlaskClient) -> None:
    assert "Sổ thử nghiệm" in browser.get("/admin/tai-khoan/them").text
    page = browser.get("/admin/tai-khoan/them?channel=ledger").text
    assert re.search(r'type="password" id="setting_token"', page) and "setting_path" in page
    assert "setting_" not in browser.get("/admin/tai-khoan/them?channel=portal").text
    assert "Chọn kênh" in browser.get("/admin/tai-khoan/them?channel=khong-co").text


def test_a_secret_is_stored_encrypted_and_never_shown_again(
    office: Office, browser: FlaskClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answer = browser.post("/admin/tai-khoan/them", data=new_account(office, tmp_path))
    made = newest_account(office)
    assert answer.status_code == 302 and answer.location == f"/admin/tai-khoan/{made.id}"
    assert token_of(office, made.id) == SECRET and SECRET not in made.secrets and "token" not in made.settings
    page = browser.get(answer.location)
    assert "Đã lưu; để trống nếu giữ nguyên." in words(page)
    for address in (answer.location, "/admin/tai-khoan", "/admin/nhat-ky", "/admin/", "/admin/he-thong"):
        assert SECRET not in browser.get(address).text and made.secrets not in browser.get(address).text, address
    assert SECRET not in whole_trail(office) and '"token"' in whole_trail(office), "the trail knows the name alone"
    assert SECRET not in caplog.text


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
    closed = browser.post(f"{address}/dong", data={"reason": "Hết hạn"}, follow_redirects=True)
    assert "1 lượt chưa gửi được hủy" in closed.text and delivery(office, planned).state == "cancelled"
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
