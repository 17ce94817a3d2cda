"""The pages of deliveries: what they show, what they let whom do, and that another unit's are not there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import clock
from publisher.delivery.drain import tick
from publisher.model import Post, Receipt, Rendering
from tests.factories import PASSWORD, Office, in_minutes
from tests.web.desk import words
from tests.web.ops import Ledger, counted, delivery, elsewhere, hidden, put, second_unit, trail

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> Ledger:
    return Ledger(office, tmp_path / "ledger.jsonl", blind="yes")


def form(office: Office, delivery_id: int, **fields: str) -> dict[str, str]:
    return {"revision": str(delivery(office, delivery_id).revision), **fields}


def local(office: Office, minutes: float) -> dict[str, str]:
    at = in_minutes(minutes).astimezone(office.installation.config.zone)
    return {"day": at.strftime("%Y-%m-%d"), "time": at.strftime("%H:%M")}


def test_a_sent_delivery_shows_its_receipt_attempts_bytes_and_history(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    sent = ledger.after("accept")
    page = sign_in("editor").get(f"/desk/phat-hanh/{sent}")
    text = words(page)
    key = delivery(office, sent).key
    with office.reading() as session:
        rendering = session.scalars(select(Rendering)).one()
    assert rendering.sha256 in page.text and f"https://so.example/{key}" in page.text
    assert "Kênh đã nhận" in text and "dưới 1 giây" in text and "Đang gửi → Đã phát hành" in text
    assert "Không còn việc gì phải làm" in text and "Không hủy được: lượt này đã bắt đầu" in text
    assert page.text.count("<form") == 1, "only the sign-out form: nothing can be done to it"


def test_a_planned_delivery_says_when_it_goes_out(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=90)
    at = in_minutes(90).astimezone(office.installation.config.zone).strftime("%H:%M %d/%m/%Y")
    text = words(sign_in("editor").get(f"/desk/phat-hanh/{planned}"))
    assert f"Sẽ gửi lúc {at}." in text and f"Lượt này tự gửi lúc {at}. Muốn sớm hơn, hãy dời lịch." in text


def test_a_delivery_moves_to_another_time(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=60)
    answer = sign_in("editor").post(
        f"/desk/phat-hanh/{planned}/doi-lich", data=form(office, planned, **local(office, 300))
    )
    assert answer.status_code == 302 and answer.location == f"/desk/phat-hanh/{planned}"
    assert abs(delivery(office, planned).due_at - in_minutes(300)) < timedelta(minutes=2)


def test_a_moment_gone_by_is_refused_with_the_typed_time_kept(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=60)
    answer = sign_in("editor").post(
        f"/desk/phat-hanh/{planned}/doi-lich", data=form(office, planned, day="2020-01-02", time="05:15")
    )
    assert answer.status_code == 422 and "Giờ phát hành đã qua" in answer.text
    assert 'value="2020-01-02"' in answer.text and 'value="05:15"' in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"day": "2030-01-02", "time": "25:00"}, "Giờ «25:00» không đúng"), ({"day": "", "time": "05:15"}, "chưa chọn")],
)
def test_a_time_that_is_none_is_refused(
    office: Office, sign_in: SignIn, ledger: Ledger, fields: dict[str, str], said: str
) -> None:
    planned = ledger.scheduled(minutes=60)
    answer = sign_in("editor").post(f"/desk/phat-hanh/{planned}/doi-lich", data=form(office, planned, **fields))
    assert answer.status_code == 422 and said in answer.text


def test_cancelling_needs_a_reason_and_keeps_it(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=60)
    browser = sign_in("editor")
    refused = browser.post(f"/desk/phat-hanh/{planned}/huy", data=form(office, planned, reason=" "))
    assert refused.status_code == 422 and "Lý do: chưa nhập." in refused.text
    assert delivery(office, planned).state == "planned"
    browser.post(f"/desk/phat-hanh/{planned}/huy", data=form(office, planned, reason="Nội dung đã cũ"))
    assert (delivery(office, planned).state, delivery(office, planned).reason) == ("cancelled", "Nội dung đã cũ")
    assert trail(office, "delivery.move")[-1].actor == "Người mẫu editor"


def test_a_failed_delivery_is_sent_again_by_an_approver(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    failed = ledger.after("reject")
    page = sign_in("editor").get(f"/desk/phat-hanh/{failed}")
    assert "Gửi ngay cần quyền duyệt bài" in page.text and f"/phat-hanh/{failed}/gui-ngay" not in page.text
    assert sign_in("editor").post(f"/desk/phat-hanh/{failed}/gui-ngay", data=form(office, failed)).status_code == 403
    answer = sign_in("approver").post(f"/desk/phat-hanh/{failed}/gui-ngay", data=form(office, failed))
    assert answer.status_code == 302 and delivery(office, failed).state == "planned"
    tick(office.world)
    assert delivery(office, failed).state == "sent" and ledger.accepted() == 1


def test_a_held_delivery_is_sent_although_it_is_late(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    late = ledger.scheduled()
    office.tick(at=in_minutes(7 * 60))
    assert "Trễ quá 6 giờ" in sign_in("approver").get(f"/desk/phat-hanh/{late}").text
    sign_in("approver").post(f"/desk/phat-hanh/{late}/gui-ngay", data=form(office, late))
    office.tick(at=in_minutes(7 * 60 + 1))
    assert delivery(office, late).state == "sent"


def test_what_is_no_longer_approved_is_not_sent_and_the_page_says_so(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    failed = ledger.after("reject")
    office.save(delivery(office, failed).post_id, body="Nội dung khác.")
    page = sign_in("approver").get(f"/desk/phat-hanh/{failed}")
    assert "Không gửi được: bản này không còn được duyệt" in page.text
    answer = sign_in("approver").post(f"/desk/phat-hanh/{failed}/gui-ngay", data=form(office, failed))
    assert answer.status_code == 403 and delivery(office, failed).state == "failed"


def test_nothing_is_sent_to_a_closed_account(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    failed = ledger.after("reject")
    sign_in("administrator").post(f"/admin/tai-khoan/{ledger.account_id}/dong", data={"reason": "Thôi dùng"})
    assert "tài khoản kênh đã đóng" in sign_in("approver").get(f"/desk/phat-hanh/{failed}").text
    answer = sign_in("approver").post(f"/desk/phat-hanh/{failed}/gui-ngay", data=form(office, failed))
    assert answer.status_code == 422 and delivery(office, failed).state == "failed"


def test_an_approver_says_that_an_unclear_delivery_landed(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    unclear = ledger.after("hang")
    tick(office.world)
    assert "cần quyền duyệt bài: hãy nhờ người duyệt" in sign_in("editor").get(f"/desk/phat-hanh/{unclear}").text
    page = sign_in("approver").get(f"/desk/phat-hanh/{unclear}")
    assert "Hãy mở kênh xem bài đã lên chưa" in page.text
    wrong = form(office, unclear, landed="yes", url="javascript:alert(1)")
    refused = sign_in("approver").post(f"/desk/phat-hanh/{unclear}/da-ro", data=wrong)
    assert refused.status_code == 422 and "https://" in refused.text
    right = form(office, unclear, landed="yes", url="https://so.example/bai")
    assert sign_in("approver").post(f"/desk/phat-hanh/{unclear}/da-ro", data=right).status_code == 302
    with office.reading() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.delivery_id == unclear)).one()
        assert (receipt.url, receipt.detail) == ("https://so.example/bai", {"by": "Người mẫu approver"})
        assert session.get_one(Post, delivery(office, unclear).post_id).live == 1
    assert delivery(office, unclear).state == "sent" and ledger.accepted() == 1
    assert "Người xác nhận" in sign_in("editor").get(f"/desk/phat-hanh/{unclear}").text


def test_an_approver_says_that_an_unclear_delivery_did_not_land(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    unclear = ledger.after("lose")
    tick(office.world)
    for landed, code in (("", 422), ("maybe", 422), ("no", 302)):
        answer = sign_in("approver").post(
            f"/desk/phat-hanh/{unclear}/da-ro", data=form(office, unclear, landed=landed, url="")
        )
        assert answer.status_code == code
    tick(office.world)
    assert delivery(office, unclear).state == "sent" and ledger.accepted() == 1


def test_an_older_page_does_not_act_on_a_newer_state(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=60)
    seen = form(office, planned)
    sign_in("editor").post(f"/desk/phat-hanh/{planned}/doi-lich", data={**seen, **local(office, 120)})
    answer = sign_in("editor").post(f"/desk/phat-hanh/{planned}/huy", data={**seen, "reason": "Cũ"})
    assert answer.status_code == 409 and "vừa thay đổi" in answer.text and "Cũ" in answer.text
    assert delivery(office, planned).state == "planned"


def test_a_chain_of_corrections_is_shown_and_the_later_one_waits(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    first = ledger.after("accept")
    post_id = delivery(office, first).post_id
    office.save(post_id, body="Đã sửa.", correction="Sửa số liệu.")
    office.submit(post_id)
    office.approve(post_id)
    second = next(one.id for one in office.deliveries(post_id) if one.id != first)
    put(office, first, state="unsure", wake_at=None)
    page = sign_in("editor").get(f"/desk/phat-hanh/{second}")
    assert f"Chờ lượt phát hành số {first} xong trước" in words(page)
    assert f'href="/desk/phat-hanh/{first}"' in page.text and "Đính chính · lượt này" in words(page)


def test_approved_parts_are_shown_where_nothing_can_act_and_handed_out_byte_by_byte(
    office: Office, sign_in: SignIn
) -> None:
    post_id = office.scheduled("Bài trên cổng")
    (planned,) = office.deliveries(post_id)
    browser = sign_in("editor")
    shown = browser.get(f"/desk/phat-hanh/{planned.id}/phan/article.html")
    policy = shown.headers["Content-Security-Policy"]
    assert shown.mimetype == "text/html" and policy.startswith("sandbox allow-same-origin; default-src 'none'")
    assert "script-src" not in policy and "allow-scripts" not in policy
    with office.reading() as session:
        parts = {part["name"]: part["sha256"] for part in session.scalars(select(Rendering)).one().parts}
    file = browser.get(f"/desk/phat-hanh/{planned.id}/phan/article.html?tai=1")
    assert file.data == office.world.files.get(parts["article.html"])
    assert file.mimetype == "application/octet-stream" and "attachment" in file.headers["Content-Disposition"]
    data = browser.get(f"/desk/phat-hanh/{planned.id}/phan/page.json")
    assert data.headers["Content-Security-Policy"] == policy and "Bài trên cổng" in data.text
    assert browser.get(f"/desk/phat-hanh/{planned.id}/phan/khong-co").status_code == 404


def test_bytes_that_were_altered_in_the_store_are_not_shown(office: Office, sign_in: SignIn) -> None:
    (planned,) = office.deliveries(office.scheduled("Bài trên cổng"))
    with office.reading() as session:
        digest = session.scalars(select(Rendering)).one().parts[0]["sha256"]
    office.world.files.path(digest).write_bytes(b"<p>khac</p>")
    answer = sign_in("editor").get(f"/desk/phat-hanh/{planned.id}/phan/article.html")
    assert answer.status_code == 404 and "đã bị thay đổi" in answer.text
    assert sign_in("editor").get(f"/desk/phat-hanh/{planned.id}").status_code == 200


def test_another_units_delivery_is_not_there_for_anybody_else(
    office: Office, app: Flask, sign_in: SignIn, ledger: Ledger
) -> None:
    second_unit(office)
    planned = ledger.scheduled("Bài riêng của phường Mẫu", minutes=60)
    editor, approver = elsewhere(app, "editor"), elsewhere(app, "approver")
    for address in (f"/desk/phat-hanh/{planned}", f"/desk/phat-hanh/{planned}/phan/text.txt"):
        assert editor.get(address).status_code == 404
    for act, fields in (
        ("doi-lich", local(office, 200)), ("huy", {"reason": "x"}),
        ("gui-ngay", {}), ("da-ro", {"landed": "yes", "url": ""}),
    ):  # fmt: skip
        answer = approver.post(f"/desk/phat-hanh/{planned}/{act}", data=form(office, planned, **fields))
        assert answer.status_code == 404, act
    assert "Bài riêng" not in editor.get("/desk/phat-hanh").text
    assert delivery(office, planned).revision == 1
    assert sign_in("editor").get("/desk/phat-hanh/999999").status_code == 404


def test_the_list_is_narrowed_by_state_account_and_days(office: Office, sign_in: SignIn, ledger: Ledger) -> None:
    ledger.after("reject", "Bài bị từ chối")
    ledger.scheduled("Bài ngày mai", minutes=24 * 60)
    office.published("Bài trên cổng")
    browser = sign_in("editor")
    assert "2 lượt phát hành" in browser.get("/desk/phat-hanh").text, "unasked: what has come due"
    coming = browser.get("/desk/phat-hanh?view=next").text
    assert "1 lượt phát hành" in coming and "Bài ngày mai" in coming
    assert "3 lượt phát hành" in browser.get("/desk/phat-hanh?view=all").text
    failed = browser.get("/desk/phat-hanh?state=failed").text
    assert "Bài bị từ chối" in failed and "Bài ngày mai" not in failed and "1 lượt phát hành" in failed
    on_ledger = browser.get(f"/desk/phat-hanh?account={ledger.account_id}").text
    assert "Bài trên cổng" not in on_ledger and "2 lượt phát hành" in on_ledger
    tomorrow = clock.local_day(in_minutes(24 * 60), office.installation.config.zone)
    by_day = browser.get(f"/desk/phat-hanh?since={tomorrow}&until={tomorrow}").text
    assert "Bài ngày mai" in by_day and "Bài bị từ chối" not in by_day
    assert "Không có lượt phát hành nào khớp" in browser.get("/desk/phat-hanh?state=unsure").text
    assert browser.get("/desk/phat-hanh?since=9999-99-99&account=x&page=-3&state=zzz").status_code == 200


def test_an_empty_list_says_what_will_stand_there(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    assert "Chưa có lượt nào đến giờ" in browser.get("/desk/phat-hanh").text
    assert "Không có lượt nào sắp tới" in browser.get("/desk/phat-hanh?view=next").text
    assert "Chưa có lượt phát hành nào" in browser.get("/desk/phat-hanh?view=all").text


def test_forms_carry_a_token_and_refuse_strange_fields(office: Office, app: Flask, ledger: Ledger) -> None:
    planned = ledger.scheduled(minutes=60)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = hidden(client.get("/login").text, "csrf_token")
    client.post("/login", data={"email": office.email("editor"), "password": PASSWORD, "csrf_token": token})
    address = f"/desk/phat-hanh/{planned}/huy"
    assert client.post(address, data=form(office, planned, reason="x")).status_code == 400
    fresh = hidden(client.get(f"/desk/phat-hanh/{planned}").text, "csrf_token")
    strange = form(office, planned, reason="x", csrf_token=fresh, state="sent")
    assert client.post(address, data=strange).status_code == 422
    assert client.post(address, data=form(office, planned, reason="x", csrf_token=fresh)).status_code == 302


def test_the_number_of_queries_does_not_grow_with_what_there_is(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    browser = sign_in("approver")
    first = ledger.after("later")
    with counted(office) as few:
        browser.get("/desk/phat-hanh")
    for number in range(8):
        ledger.after("reject", f"Bài {number}")
    office.tick(at=in_minutes(10))
    with counted(office) as many:
        browser.get("/desk/phat-hanh")
    with counted(office) as one:
        browser.get(f"/desk/phat-hanh/{first}")
    around = 5  # who is asking, and the numbers in the navigation
    assert len(few) == len(many) <= 6 + around, "\n".join(many)
    assert len(one) <= 8 + around, "\n".join(one)


def test_text_of_a_channel_is_shown_as_text_whatever_it_contains(
    office: Office, sign_in: SignIn, ledger: Ledger
) -> None:
    planned = ledger.scheduled("<script>alert(1)</script> & bạn", minutes=60)
    shown = sign_in("editor").get(f"/desk/phat-hanh/{planned}/phan/text.txt")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; bạn" in shown.text and "<script>" not in shown.text
