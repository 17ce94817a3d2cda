"""Connecting a Facebook Page from the desk: by the dialog, by a pasted token, again after a token died."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from publisher import clock
from publisher.accounts import watch
from publisher.config import Config
from publisher.model import Account, Audit, Consent, OutletApp
from tests.conftest import web_app
from tests.factories import PASSWORD
from tests.simulators import kit
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID, PERSON_ID, Page
from tests.web.desk import words
from tests.web.facebook import START, Connecting, connecting, state_of
from tests.web.ops import second_unit, whole_trail


@pytest.fixture
def facebook(config: Config) -> Iterator[Connecting]:
    with connecting(config) as ready:
        yield ready


def test_from_the_button_to_an_account_that_can_post(facebook: Connecting) -> None:
    page = facebook.browser.get(START)
    assert "Trước hết hãy khai ứng dụng" in page.text and "/admin/tai-khoan/facebook/tro-ve" in page.text
    assert facebook.set_app().status_code == 302
    page = facebook.browser.get(START)
    assert APP_SECRET not in page.text and "Đã lưu; để trống nếu giữ nguyên" in words(page)
    assert f"form-action 'self' {facebook.running.url}" in page.headers["Content-Security-Policy"]
    choose = facebook.offered()
    assert "UBND phường Mẫu" in facebook.browser.get(choose).text
    answer = facebook.browser.post(choose, data={"page": PAGE_ID, "mode": "live"})
    account = facebook.account()
    assert answer.location == f"/admin/tai-khoan/{account.id}"
    told = words(facebook.browser.get(answer.location))
    assert "Kết nối tốt." in told and "đăng, sửa và gỡ bài" in told and "Dùng được đến" in told
    assert (account.title, account.settings["page_id"], account.health) == ("UBND phường Mẫu", PAGE_ID, "")
    assert account.expires_at is not None and account.expires_at > clock.now() + timedelta(days=80)
    opened = facebook.office.world.vault.open(account.secrets)
    assert facebook.world.tokens[opened["token"]].expires_at is None


def test_no_secret_reaches_a_page_an_address_of_ours_the_trail_or_a_log(
    facebook: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account = facebook.connected()
    tokens = [*facebook.world.tokens, *facebook.world.codes, APP_SECRET]
    assert len(tokens) > 3
    pages = [f"/admin/tai-khoan/{account.id}", "/admin/tai-khoan", START, "/admin/nhat-ky", "/admin/", "/desk/hop-viec"]
    seen = "".join(facebook.browser.get(address).text for address in pages) + whole_trail(facebook.office) + caplog.text
    with facebook.office.reading() as session:
        for row in session.scalars(select(Consent)):
            seen += repr(row.__dict__)
        seen += "".join(repr(row.__dict__) for row in session.scalars(select(OutletApp)))
        seen += "".join(repr(row.__dict__) for row in session.scalars(select(Account)))
    assert not [token for token in tokens if token in seen]
    assert PAGE_ID in seen


def test_a_state_works_once_in_its_own_browser_for_its_own_person_within_ten_minutes(facebook: Connecting) -> None:
    facebook.set_app()
    back = facebook.agree(facebook.dialog())
    app = web_app(facebook.office.installation)
    stranger = app.test_client()
    stranger.post("/login", data={"email": facebook.office.email("administrator"), "password": PASSWORD})
    over = "không còn hiệu lực"
    assert over in words(stranger.get(back, follow_redirects=True)), "another browser of the same person"
    assert over in words(facebook.browser.get(back.replace("state=", "state=x"), follow_redirects=True))
    first = facebook.browser.get(back)
    assert first.status_code == 303 and "code=" not in first.location and "chon" in first.location
    assert over in words(facebook.browser.get(back, follow_redirects=True)), "a page loaded twice"
    late = facebook.agree(facebook.dialog())
    with clock.reading(clock.now() + timedelta(minutes=10, seconds=1)):
        assert over in words(facebook.browser.get(late, follow_redirects=True))
        assert over in words(facebook.browser.get(first.location, follow_redirects=True)), "the choice lasts no longer"
    with facebook.office.reading() as session:
        assert state_of(late) not in repr([row.__dict__ for row in session.scalars(select(Consent))])


def test_what_was_offered_is_forgotten(facebook: Connecting) -> None:
    facebook.set_app()
    choose = facebook.offered()
    facebook.offered()
    assert facebook.browser.post(choose, data={"page": PAGE_ID, "mode": "live"}).status_code == 302
    again = facebook.browser.post(choose, data={"page": PAGE_ID, "mode": "live"})
    assert again.status_code == 422 and "không còn hiệu lực" in words(again)
    with facebook.office.reading() as session:
        assert [bool(row.sealed) for row in session.scalars(select(Consent).order_by(Consent.id))] == [False, True]
    with clock.reading(clock.now() + timedelta(minutes=11)):
        watch.watch(facebook.office.world)
    with facebook.office.reading() as session:
        assert not any(row.sealed for row in session.scalars(select(Consent)))
    with clock.reading(clock.now() + timedelta(days=2)):
        watch.watch(facebook.office.world)
    with facebook.office.reading() as session:
        assert session.scalars(select(Consent)).all() == []


def test_whoever_presses_cancel_or_brings_no_page_is_told_what_to_do(facebook: Connecting) -> None:
    facebook.set_app()
    back = facebook.agree(facebook.dialog(), deny="1")
    assert "chưa cho phép" in words(facebook.browser.get(back, follow_redirects=True))
    facebook.world.pages[PAGE_ID].tasks.clear()
    back = facebook.agree(facebook.dialog())
    assert "chưa đưa Trang nào" in words(facebook.browser.get(back, follow_redirects=True))


def test_a_page_without_the_task_to_post_cannot_be_chosen(facebook: Connecting) -> None:
    facebook.set_app()
    facebook.world.pages["100064500000002"] = Page("100064500000002", "Trang chỉ xem", tasks={PERSON_ID: ("ANALYZE",)})
    choose = facebook.offered()
    assert "không có quyền tạo nội dung" in facebook.browser.get(choose).text
    refused = facebook.browser.post(choose, data={"page": "100064500000002", "mode": "live"})
    assert refused.status_code == 422 and "nhờ quản trị Trang" in refused.text
    assert facebook.browser.post(choose, data={"page": "42", "mode": "live"}).status_code == 422


def test_a_wrong_app_secret_is_told_and_nothing_is_kept(facebook: Connecting) -> None:
    facebook.set_app("khoa-sai-hoan-toan")
    back = facebook.agree(facebook.dialog())
    told = words(facebook.browser.get(back, follow_redirects=True))
    assert "Khóa bí mật của ứng dụng không đúng" in told and "khoa-sai" not in told


def test_the_application_of_a_unit_above_serves_the_units_below(facebook: Connecting) -> None:
    facebook.set_app()
    office = facebook.office
    other = second_unit(office)
    assert facebook.browser.post(f"{START}/dang-nhap", data={"unit": str(other)}).status_code == 403
    refused = facebook.browser.post(
        f"{START}/ung-dung", data={"unit": str(other), "account": "", "app_id": "1", "app_secret": "x"}
    )
    assert refused.status_code == 403
    wrong = facebook.browser.post(
        f"{START}/ung-dung", data={"unit": str(office.unit_id), "account": "", "app_id": "abc", "app_secret": "bi-mat"}
    )
    assert wrong.status_code == 422 and "dãy số" in wrong.text and "bi-mat" not in wrong.text
    assert "form-action 'self' http" in wrong.headers["Content-Security-Policy"]


def test_reconnecting_a_paused_account_releases_its_queue_and_changes_no_other_page(facebook: Connecting) -> None:
    account = facebook.connected()
    office = facebook.office
    facebook.world.revoke("password")
    first = office.scheduled("Bài bị giữ", account_id=account.id)
    office.tick()
    office.tick()
    assert office.deliveries(first)[0].state == "held" and facebook.account().state == "paused"
    facebook.world.pages["100064500000002"] = Page("100064500000002", "Trang khác", tasks={PERSON_ID: ("MANAGE",)})
    choose = facebook.offered(account.id)
    refused = facebook.browser.post(choose, data={"page": "100064500000002"})
    assert refused.status_code == 422 and "của một Trang khác" in refused.text
    told = words(facebook.browser.post(choose, data={"page": PAGE_ID}, follow_redirects=True))
    assert "1 lượt đang giữ trở lại hàng gửi" in told
    office.tick()
    assert office.deliveries(first)[0].state == "sent" and len(facebook.sim.journal.entries("feed")) == 1
    assert facebook.account().id == account.id


def test_a_pause_by_a_person_outlives_a_new_connection(facebook: Connecting) -> None:
    account = facebook.connected()
    facebook.browser.post(f"/admin/tai-khoan/{account.id}/tam-dung", data={"reason": "Nghỉ lễ"})
    facebook.browser.post(facebook.offered(account.id), data={"page": PAGE_ID})
    assert facebook.account().state == "paused"


def test_the_same_page_chosen_again_gives_its_account_the_new_token(facebook: Connecting) -> None:
    account = facebook.connected()
    before = facebook.office.world.vault.open(account.secrets)["token"]
    choose = facebook.offered()
    assert "sẽ nhận khóa mới" in facebook.browser.get(choose).text
    facebook.browser.post(choose, data={"page": PAGE_ID, "mode": "live"})
    assert facebook.office.world.vault.open(facebook.account().secrets)["token"] != before


def test_a_pasted_token_is_tried_at_once_and_described(facebook: Connecting) -> None:
    token = facebook.world.token("PAGE", clock.now(), scopes=("pages_manage_posts", "pages_read_engagement")).value
    fields = {
        "channel": "facebook", "unit": str(facebook.office.unit_id), "title": "", "mode": "live", "late_hours": "6",
        "setting_page_id": PAGE_ID, "setting_token": token, "setting_app_id": APP_ID,
        "setting_app_secret": APP_SECRET, "setting_version": "",
    }  # fmt: skip
    told = words(facebook.browser.post("/admin/tai-khoan/them", data=fields, follow_redirects=True))
    assert "thiếu quyền" in told and "read_insights" in told and "giữ nguyên mọi quyền" in told and token not in told
    account = facebook.account()
    assert "read_insights" in account.health and account.checked_at is not None
    wrong = {"title": "Trang", "late_hours": "6", "setting_page_id": "100064500000009", "setting_token": "",
             "setting_app_id": APP_ID, "setting_app_secret": APP_SECRET, "setting_version": ""}  # fmt: skip
    told = words(facebook.browser.post(f"/admin/tai-khoan/{account.id}", data=wrong, follow_redirects=True))
    assert "Hãy kiểm tra mã Trang" in told


def test_switching_to_real_sending_warns_and_needs_a_connection(facebook: Connecting) -> None:
    office = facebook.office
    account_id = office.add_account("facebook", "Trang diễn tập", values={"page_id": PAGE_ID}, mode="rehearsal")
    address = f"/admin/tai-khoan/{account_id}"
    rehearsed = office.scheduled("Bài diễn tập", account_id=account_id)
    office.tick()
    assert office.deliveries(rehearsed)[0].state == "sent"
    assert "người dân nhìn thấy" in words(facebook.browser.get(address))
    switch = {"mode": "live", "understood": "1"}
    assert "đánh dấu đã hiểu" in words(facebook.browser.post(f"{address}/che-do", data={"mode": "live"}))
    assert "còn thiếu Khóa truy cập" in words(facebook.browser.post(f"{address}/che-do", data=switch))
    facebook.set_app()
    facebook.browser.post(facebook.offered(account_id), data={"page": PAGE_ID})
    assert facebook.browser.post(f"{address}/che-do", data=switch).status_code == 302
    assert office.deliveries(rehearsed)[0].state == "retracted"
    office.save(rehearsed, body="Nội dung đã sửa.")
    office.submit(rehearsed)
    office.approve(rehearsed)
    office.tick()
    published = office.deliveries(rehearsed)[-1]
    assert (published.action, published.state) == ("publish", "sent"), "a correction of a rehearsal is a first post"
    [post] = facebook.sim.journal.entries("feed")
    assert "Nội dung đã sửa." in post.facts["message"]
    assert facebook.browser.post(f"{address}/che-do", data={"mode": "rehearsal", "understood": "1"}).status_code == 302
    with office.reading() as session:
        acts = session.scalars(select(Audit.detail).where(Audit.act == "account.mode")).all()
    assert [detail["mode"] for detail in acts] == ["live", "rehearsal"]


def test_the_mode_cannot_change_under_a_delivery_whose_end_is_unknown(facebook: Connecting) -> None:
    account = facebook.connected()
    lost = facebook.office.scheduled("Mất trả lời", account_id=account.id)
    facebook.sim.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    facebook.office.tick()
    assert facebook.office.deliveries(lost)[0].state == "unsure"
    answer = facebook.browser.post(
        f"/admin/tai-khoan/{account.id}/che-do", data={"mode": "rehearsal", "understood": "1"}
    )
    assert answer.status_code == 422 and "chưa xong" in answer.text


def test_another_units_administrator_sees_and_ends_nothing(facebook: Connecting) -> None:
    account = facebook.connected()
    second_unit(facebook.office)
    other = web_app(facebook.office.installation).test_client()
    other.post("/login", data={"email": "administrator@khac.example", "password": PASSWORD})
    assert other.get(f"{START}?account={account.id}").status_code == 404
    assert other.post(f"{START}/dang-nhap", data={"account": str(account.id)}).status_code == 404
    choose = facebook.offered()
    assert "không còn hiệu lực" in words(other.get(choose, follow_redirects=True))
    assert other.post(f"/admin/tai-khoan/{account.id}/che-do", data={"mode": "rehearsal"}).status_code in {404, 422}
