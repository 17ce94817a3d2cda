"""The inbox page: what waits, why, for whom, and where it is settled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publisher import clock
from publisher.delivery.drain import tick
from tests.factories import PASSWORD, Office, in_minutes
from tests.web.desk import words
from tests.web.ops import Ledger, counted, delivery, second_unit

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> Ledger:
    return Ledger(office, tmp_path / "ledger.jsonl", blind="yes")


def test_an_empty_inbox_says_what_would_stand_in_it(sign_in: SignIn) -> None:
    assert "Không có việc nào chờ xử lý" in sign_in("editor").get("/desk/hop-viec").text


def test_a_refused_delivery_leads_to_its_page_and_leaves_when_it_is_cancelled(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    failed = ledger.after("reject", "Bài bị từ chối")
    browser = sign_in("editor")
    page = browser.get("/desk/hop-viec")
    text = words(page)
    assert "Bạn xử lý được 1" in text and "Bài bị từ chối Sổ từ chối nội dung này." in text and "Biên tập" in text
    assert f'href="/desk/phat-hanh/{failed}"' in page.text
    fields = {"revision": str(delivery(office, failed).revision), "reason": "Đã biết"}
    browser.post(f"/desk/phat-hanh/{failed}/huy", data=fields)
    assert "Bài bị từ chối" not in browser.get("/desk/hop-viec").text


def test_what_belongs_to_others_stands_below_with_their_names(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    ledger.after("hang", "Bài chưa rõ")
    tick(office.world)
    assert "Chờ người khác 1" in words(sign_in("editor").get("/desk/hop-viec"))
    approver = words(sign_in("approver").get("/desk/hop-viec"))
    assert "Bạn xử lý được 1" in approver and "Người duyệt" in approver and "Chờ người khác" not in approver


def test_a_paused_account_leads_administrators_to_it_and_others_to_what_it_holds(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    ledger.after("unauthorised")
    tick(office.world)
    held = f'href="/desk/phat-hanh?account={ledger.account_id}&amp;state=held"'
    administrator, editor = sign_in("administrator").get("/desk/hop-viec"), sign_in("editor").get("/desk/hop-viec")
    assert f'href="/admin/tai-khoan/{ledger.account_id}"' in administrator.text
    assert "đang giữ 1 lượt" in words(editor) and held in editor.text and "/admin/" not in editor.text
    assert "Khóa truy cập đã hết hạn" in editor.text


def test_a_silent_clock_is_shown_to_everybody(office: Office, app: Flask, sign_in: SignIn) -> None:
    app.extensions["started_at"] = in_minutes(-300)
    text = words(sign_in("editor").get("/desk/hop-viec"))
    assert "Việc định kỳ không chạy" in text and "Phát hành bài đến giờ" in text


def test_another_unit_has_its_own_inbox(office: Office, app: Flask, ledger: Ledger) -> None:
    ledger.after("reject", "Bài riêng của phường Mẫu")
    second_unit(office)
    client = app.test_client()
    client.post("/login", data={"email": "editor@khac.example", "password": PASSWORD})
    page = client.get("/desk/hop-viec")
    assert page.status_code == 200 and "Bài riêng" not in page.text


def test_visitors_sign_in_first(visitor: FlaskClient) -> None:
    assert visitor.get("/desk/hop-viec").location.startswith("/login")


def test_ten_times_as_much_work_takes_as_many_queries(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    browser = sign_in("administrator")
    ledger.after("reject")
    with counted(office) as few:
        browser.get("/desk/hop-viec")
    for number in range(9):
        ledger.after("reject", f"Bài {number}")
    for number in range(3):
        ledger.scheduled(f"Bài quá giờ {number}")
    with clock.reading(in_minutes(30)), counted(office) as many:
        browser.get("/desk/hop-viec")
    around = 5  # who is asking, and the numbers in the navigation
    assert len(few) == len(many) <= 14 + around, "\n".join(many)
