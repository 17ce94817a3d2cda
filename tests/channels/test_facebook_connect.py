"""Connecting a Page: from the sign-in dialog to the settings of an account, and what a token is worth."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown
from channels.facebook.connect import (
    PERMISSIONS,
    App,
    UserToken,
    choose,
    dialog,
    examine,
    long_lived,
    pages,
    token_of_code,
)
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID, PERSON_ID

BACK = "https://tuyentruyen.example.gov.vn/admin/facebook"


@pytest.fixture
def running() -> Iterator[kit.Running]:
    with kit.serve(Simulated()) as served:
        yield served


@pytest.fixture
def app(running: kit.Running) -> App:
    return App(APP_ID, APP_SECRET, base=running.url, login=running.url)


def consent(app: App, **changes: str) -> dict[str, str]:
    """Open the dialog as a person who agrees; returns what comes back to us."""
    address = dialog(app, BACK, "trang-thai-1") + "".join(f"&{name}={value}" for name, value in changes.items())
    answer = requests.get(address, allow_redirects=False, timeout=5)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def connected(app: App) -> UserToken:
    return long_lived(app, token_of_code(app, consent(app)["code"], BACK))


def test_the_dialog_asks_for_what_the_channel_needs_and_brings_our_state_back(app: App) -> None:
    asked = parse_qs(urlsplit(dialog(app, BACK, "trang-thai-1")).query)
    assert asked["scope"] == [",".join(PERMISSIONS)] and asked["client_id"] == [APP_ID]
    assert "/v26.0/dialog/oauth" in dialog(App("1", "x"), BACK, "s").removeprefix("https://www.facebook.com")
    assert consent(app)["state"] == "trang-thai-1"


def test_from_consent_to_a_page_token_that_never_expires(app: App) -> None:
    short = token_of_code(app, consent(app)["code"], BACK)
    person = long_lived(app, short)
    assert (short.seconds, person.seconds) == (5400, 60 * 86400)
    page = choose(pages(app, person), PAGE_ID)
    assert page.name == "UBND phường Mẫu" and page.can_post
    facts = examine(app, page.token)
    assert (facts.valid, facts.kind, facts.page_id, facts.app_id) == (True, "PAGE", PAGE_ID, APP_ID)
    assert facts.expires_at is None and facts.data_access_expires_at is not None and not facts.missing
    assert set(page.settings(app)) == {"page_id", "token", "app_id", "app_secret"}


def test_a_page_token_from_a_short_token_dies_with_it(app: App, running: kit.Running) -> None:
    short = token_of_code(app, consent(app)["code"], BACK)
    page = choose(pages(app, short), PAGE_ID)
    assert examine(app, page.token).expires_at is not None
    running.simulator.clock.advance(2 * 3600)
    facts = examine(app, page.token)
    assert not facts.valid and "Session has expired" in facts.reason


def test_facebook_may_not_say_how_long_a_token_lives(app: App, running: kit.Running) -> None:
    running.simulator.tell({"option": "exchange_expires", "value": False})
    assert connected(app).seconds is None


def test_a_code_works_once_for_ten_minutes_and_for_its_own_address(app: App, running: kit.Running) -> None:
    code = consent(app)["code"]
    with pytest.raises(Rejected, match="từ đầu"):
        token_of_code(app, code, BACK + "/khac")
    token_of_code(app, code, BACK)
    with pytest.raises(Rejected, match="has been used"):
        token_of_code(app, code, BACK)
    late = consent(app)["code"]
    running.simulator.clock.advance(601)
    with pytest.raises(Rejected):
        token_of_code(app, late, BACK)


def test_a_person_who_presses_cancel_brings_no_code(app: App) -> None:
    assert consent(app, deny="1")["error"] == "access_denied"


def test_a_wrong_app_secret_is_a_matter_of_settings(app: App) -> None:
    wrong = replace(app, app_secret="sai")
    with pytest.raises(Unauthorised, match="Khóa bí mật"):
        token_of_code(wrong, consent(app)["code"], BACK)
    with pytest.raises(Unauthorised):
        examine(wrong, "x")


def test_a_page_that_was_not_handed_over_or_may_not_be_posted_to_cannot_be_chosen(
    app: App, running: kit.Running
) -> None:
    person = connected(app)
    with pytest.raises(Rejected, match="kết nối lại và chọn Trang"):
        choose(pages(app, person), "42")
    running.simulator.world.pages[PAGE_ID].tasks[PERSON_ID] = ("ANALYZE",)
    with pytest.raises(Rejected, match="không có quyền tạo nội dung"):
        choose(pages(app, person), PAGE_ID)


def test_permissions_the_person_withheld_are_named(app: App, running: kit.Running) -> None:
    held = ("pages_show_list", "pages_manage_posts")
    running.simulator.world.people[PERSON_ID].scopes = held
    page = choose(pages(app, connected(app)), PAGE_ID)
    assert examine(app, page.token).missing == ("pages_read_engagement", "pages_read_user_content", "read_insights")


def test_a_token_nobody_knows_is_not_valid(app: App) -> None:
    assert not examine(app, "EAAkhongco").valid


@pytest.mark.parametrize("what", ["drop", "html_502", "empty_200"])
def test_an_answer_that_got_lost_leaves_it_open(app: App, running: kit.Running, what: str) -> None:
    running.simulator.faults.next("POST oauth/access_token", kit.spoilt(what))
    with pytest.raises(Unknown):
        token_of_code(app, consent(app)["code"], BACK)


def test_no_secret_shows_in_errors_logs_or_reprs(
    app: App, running: kit.Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = connected(app)
    [page] = pages(app, person)
    seen = repr([app, person, page, examine(app, page.token)])
    running.simulator.world.revoke("password")
    for call in (
        lambda: long_lived(app, person),
        lambda: pages(app, person),
        lambda: long_lived(replace(app, app_id="999"), person),
        lambda: token_of_code(app, "ma-cua-hop-thoai", BACK),
    ):
        with pytest.raises((Unauthorised, Rejected, TryLater)) as caught:
            call()
        assert isinstance(caught.value, Refusal)
        seen += "".join(traceback.format_exception(caught.value)) + caught.value.message
    seen += repr(examine(app, page.token)) + caplog.text
    for secret in (APP_SECRET, person.token, page.token, "ma-cua-hop-thoai"):
        assert secret not in seen.replace('token_of_code(app, "ma-cua-hop-thoai", BACK)', "")


def test_the_pages_of_a_person_with_many_are_all_listed(app: App, running: kit.Running) -> None:
    from tests.simulators.facebook_world import Page

    for number in range(130):
        page = Page(f"20000000{number:04}", f"Trang {number}", tasks={PERSON_ID: ("MANAGE",)})
        running.simulator.world.pages[page.id] = page
    assert len(pages(app, connected(app))) == 131


def test_time_alone_does_not_kill_a_page_token(app: App, running: kit.Running) -> None:
    page = choose(pages(app, connected(app)), PAGE_ID)
    running.simulator.clock.advance(timedelta(days=80).total_seconds())
    assert examine(app, page.token).valid
