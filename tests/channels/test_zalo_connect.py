"""Connecting a Zalo Official Account from the desk: consent, a pasted token, what the page tells, another account's."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from channels.zalo.tokens import challenge
from publisher import clock
from publisher.accounts import watch
from publisher.config import Config
from publisher.model import Account, Audit, Consent, OutletToken
from tests.simulators import kit
from tests.simulators.zalo_office import TOKEN, ZaloOffice, zalo_office
from tests.simulators.zalo_stage import CANARY
from tests.simulators.zalo_world import OA_ID
from tests.web.desk import words
from tests.web.ops import second_unit, whole_trail


@pytest.fixture
def zalo(config: Config) -> Iterator[ZaloOffice]:
    with zalo_office(config) as ready:
        yield ready


def test_from_the_button_to_an_account_that_can_publish(zalo: ZaloOffice) -> None:
    zalo.add()
    browser = zalo.client("administrator")
    page = browser.get(zalo.page)
    assert "Chưa có Zalo OA nào" in words(page) and "/admin/tai-khoan/zalo/tro-ve" in page.text
    assert f"form-action 'self' {zalo.url}" in page.headers["Content-Security-Policy"]
    answer = zalo.consent(browser)
    assert answer.location == zalo.page and "code=" not in answer.location
    told = words(browser.get(zalo.page))
    for expected in ("Kết nối tốt.", "UBND phường Mẫu", "Nâng cao, đến 31/12/2027", "còn 4/4 trong tháng", "1.280"):
        assert expected in told, expected
    account = zalo.account()
    assert account.settings["oa_id"] == OA_ID and zalo.row().remote_id == OA_ID
    assert account.expires_at == zalo.row().consented_at + timedelta(days=89) and account.health == ""
    assert zalo.living()
    assert "Cấp quyền Zalo OA" in words(browser.get(f"/admin/tai-khoan/{zalo.account_id}"))


def test_a_state_works_once_in_its_own_browser_for_its_own_person_within_ten_minutes(zalo: ZaloOffice) -> None:
    zalo.add()
    browser, stranger = zalo.client("administrator"), zalo.client("administrator")
    back = zalo.agreed(zalo.begun(browser))
    over = "không còn hiệu lực"
    assert over in words(stranger.get(back, follow_redirects=True)), "another browser of the same person"
    assert over in words(browser.get(back.replace("state=", "state=x"), follow_redirects=True))
    with zalo.office.reading() as session:
        assert all(CANARY not in row.sealed and row.sealed for row in session.scalars(select(Consent)))
    assert browser.get(back).location == zalo.page
    assert over in words(browser.get(back, follow_redirects=True)), "a page loaded twice"
    with zalo.office.reading() as session:
        assert not any(row.sealed for row in session.scalars(select(Consent))), "the verifier is gone with its use"
    late = zalo.agreed(zalo.begun(browser))
    zalo.simulator.clock.advance(601)
    assert over in words(browser.get(late, follow_redirects=True))
    watch.watch(zalo.office.world)
    with zalo.office.reading() as session:
        assert not any(row.sealed for row in session.scalars(select(Consent))), (
            "an unused one does not outlive its time"
        )
    assert len(zalo.entries("oauth.issued")) == 1


def test_each_consent_has_its_own_challenge_or_the_one_saved_in_the_console(zalo: ZaloOffice) -> None:
    zalo.add()
    browser = zalo.client("administrator")
    asked = [parse_qs(urlsplit(zalo.begun(browser)).query)["code_challenge"][0] for _time in range(2)]
    assert asked[0] != asked[1] and all(len(one) == 43 for one in asked)
    fixed = "a" * 43
    zalo.add(code_verifier=fixed)
    zalo.simulator.options.change({"fixed_challenge": challenge(fixed)})
    assert challenge(fixed) in browser.get(zalo.page).text
    assert zalo.consent(browser).location == zalo.page and zalo.living()


def test_whoever_declines_or_is_too_late_is_told_what_to_do(zalo: ZaloOffice) -> None:
    zalo.add()
    browser = zalo.client("administrator")
    state = parse_qs(urlsplit(zalo.begun(browser)).query)["state"][0]
    told = words(browser.get(f"/admin/tai-khoan/zalo/tro-ve?state={state}", follow_redirects=True))
    assert "Zalo không cấp quyền" in told
    for what in ("drop", "html_502"):
        zalo.simulator.faults.next(TOKEN, kit.spoilt(what, accepted=True))
        told = words(browser.get(zalo.agreed(zalo.begun(browser)), follow_redirects=True))
        assert "Chưa có Zalo OA nào" in told and "không" in told
    assert zalo.consent(browser).location == zalo.page and zalo.living()


def test_an_account_without_app_and_secret_begins_nothing(zalo: ZaloOffice) -> None:
    zalo.account_id = zalo.office.add_account("zalo", "Chưa đủ", values={"app_id": "123456"}, mode="rehearsal")
    browser = zalo.client("administrator")
    assert "Trước hết hãy nhập mã ứng dụng" in words(browser.get(zalo.page))
    refused = browser.post(f"{zalo.page}/cap-quyen")
    assert refused.status_code == 422 and "khóa bí mật" in words(refused)


def test_a_token_from_the_api_explorer_is_spent_at_once_for_a_pair_of_our_own(zalo: ZaloOffice) -> None:
    zalo.add()
    browser = zalo.client("administrator")
    by_hand = zalo.simulator.tell({"issue": True})["issue"]["refresh_token"]
    answer = browser.post(f"{zalo.page}/dan-khoa", data={"refresh_token": f" {by_hand} "})
    assert answer.status_code == 302 and zalo.living() and by_hand not in zalo.simulator.world.refresh
    assert zalo.account().settings["oa_id"] == OA_ID == zalo.row().remote_id
    again = browser.post(f"{zalo.page}/dan-khoa", data={"refresh_token": by_hand})
    assert again.status_code == 422 and "Khóa gia hạn của Zalo đã dùng" in words(again) and by_hand not in again.text
    assert zalo.living(), "a wrong token replaces nothing"


def test_one_official_account_is_connected_once_and_only_as_itself(zalo: ZaloOffice) -> None:
    first = zalo.connected()
    browser = zalo.client("administrator")
    second = zalo.add()
    assert "đã kết nối ở tài khoản «Zalo phường Mẫu»" in words(browser.get(zalo.consent(browser).location))
    with zalo.office.reading() as session:
        assert [row.account_id for row in session.scalars(select(OutletToken))] == [first]
    pasted = zalo.simulator.tell({"issue": True})["issue"]["refresh_token"]
    refused = browser.post(f"{zalo.page}/dan-khoa", data={"refresh_token": pasted})
    assert refused.status_code == 422 and "đã kết nối ở tài khoản" in words(refused)
    browser.post(f"/admin/tai-khoan/{first}/dong", data={"reason": "Chuyển sang tài khoản khác"})
    assert browser.get(zalo.agreed(zalo.begun(browser))).location == zalo.page and zalo.living()
    with zalo.office.reading() as session:
        assert [row.account_id for row in session.scalars(select(OutletToken))] == [second]
    zalo.add(oa_id="9999999999")
    assert "tài khoản này là của Zalo OA số 9999999999" in words(browser.get(zalo.consent(browser).location))


def test_another_units_accounts_stay_unseen(zalo: ZaloOffice) -> None:
    zalo.connected()
    elsewhere = second_unit(zalo.office)
    with zalo.office.writing() as session:
        session.get_one(Account, zalo.account_id).unit_id = elsewhere
    browser = zalo.client("administrator")
    assert browser.get(zalo.page).status_code == 404
    for verb in ("cap-quyen", "dan-khoa", "thu-lai"):
        assert browser.post(f"{zalo.page}/{verb}", data={}).status_code == 404
    assert zalo.client("editor").get(zalo.page).status_code == 403


def test_no_token_reaches_a_page_the_trail_or_a_log(zalo: ZaloOffice, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    zalo.simulator.options.change({"echoes": True})
    zalo.connected()
    zalo.simulator.clock.advance(20 * 3600)
    zalo.renew()
    zalo.simulator.options.change({"revoked": True})
    zalo.simulator.clock.advance(20 * 3600)
    zalo.renew()
    browser = zalo.client("administrator")
    seen = "".join(
        browser.get(page).text for page in (zalo.page, "/admin/nhat-ky", "/desk/hop-viec", "/admin/tai-khoan")
    )
    seen += whole_trail(zalo.office) + caplog.text + repr(zalo.hub)
    with zalo.office.reading() as session:
        for table in (Account, Consent, OutletToken, Audit):
            seen += "".join(repr(row.__dict__) for row in session.scalars(select(table)))
    assert CANARY not in seen and zalo.row().refused
    assert clock.now() > zalo.row().issued_at
