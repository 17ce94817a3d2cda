"""Consent and tokens of Zalo: the calls against the simulator, the rules of renewing over simulated months."""

import logging
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels.base import Refusal, Rejected, Unauthorised, Unknown
from channels.zalo.errors import OAUTH, ConsentNeeded
from channels.zalo.tokens import (
    App,
    Pair,
    Refresh,
    authorise_url,
    by_hand,
    challenge,
    exchange_code,
    next_step,
    read_callback,
    refresh,
    refresh_ends,
    usable,
    verifier,
)
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo_stage import CANARY, Stage, staged
from tests.simulators.zalo_world import APP_ID, APP_SECRET, OA_ID, OAUTH_TEXTS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOKEN = "POST oauth/access_token"
PAIR = Pair("at", "rt", START, START + 25 * HOUR, START)
VERIFIER = verifier(bytes(range(32)))
BACK = "https://phuong.example/zalo/ve"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def code(stage: Stage, code_challenge: str = "", back: str = BACK) -> str:
    """Consent in a browser and return the code."""
    url = authorise_url(stage.desk.app, back, code_challenge or challenge(VERIFIER), "s1")
    answer = requests.get(url, allow_redirects=False, timeout=5)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


# Consent


def test_the_challenge_is_the_one_of_the_standard() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(VERIFIER) == 43
    with pytest.raises(ValueError, match="32 random bytes"):
        verifier(b"short")


def test_the_address_of_consent_is_the_one_for_accounts_and_names_no_scope() -> None:
    url = urlsplit(authorise_url(App(APP_ID, "s"), BACK, "c", "trạng thái"))
    assert (url.scheme, url.netloc, url.path) == ("https", "oauth.zaloapp.com", "/v4/oa/permission")
    assert parse_qs(url.query) == {
        "app_id": [APP_ID], "redirect_uri": [BACK], "code_challenge": ["c"], "state": ["trạng thái"],
    }  # fmt: skip


def test_a_consent_gives_a_pair_that_publishes(stage: Stage) -> None:
    stage.option(revoked=True)
    assert stage.publish(stage.item()).end == "paused"
    pair = stage.consent()
    assert pair.access_until == START + 25 * HOUR and pair.consented_at == START
    assert stage.publish(stage.item()).end == "sent"


def test_the_callback_names_code_and_account_and_belongs_to_us() -> None:
    assert read_callback({"code": "c", "oa_id": OA_ID, "state": "s"}, "s") == ("c", OA_ID)
    with pytest.raises(Rejected, match="không bắt đầu từ hệ thống"):
        read_callback({"code": "c", "state": "khác"}, "s")
    with pytest.raises(Rejected, match="chưa đồng ý"):
        read_callback({"state": "s"}, "s")


def test_a_code_works_once_for_ten_minutes_and_with_its_verifier_only(stage: Stage) -> None:
    app, now = stage.desk.app, START
    once = code(stage)
    exchange_code(app, once, VERIFIER, now)
    late = code(stage)
    for wrong, given in ((once, VERIFIER), (code(stage), "a" * 43)):
        with pytest.raises(Rejected, match="đã hết hạn"):
            exchange_code(app, wrong, given, now)
    stage.simulator.clock.advance(601)
    with pytest.raises(Rejected, match="đã hết hạn"):
        exchange_code(app, late, VERIFIER, now)


def test_a_challenge_saved_in_the_console_goes_with_a_fixed_verifier(stage: Stage) -> None:
    stage.option(fixed_challenge=challenge(VERIFIER), callback=BACK)
    exchange_code(stage.desk.app, code(stage, code_challenge="another"), VERIFIER, START)
    url = authorise_url(stage.desk.app, "https://khac.example/", "c", "s")
    assert requests.get(url, allow_redirects=False, timeout=5).json()["error"] == -14003


@pytest.mark.parametrize("number", [True, False])
def test_the_life_of_a_token_is_read_as_string_and_as_number(stage: Stage, number: bool) -> None:
    stage.option(expires_in_number=number)
    assert exchange_code(stage.desk.app, code(stage), VERIFIER, START).access_until == START + 25 * HOUR


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ('{"access_token": "a", "refresh_token": "r"}', 25),
        ('{"access_token": "a", "refresh_token": "r", "expires_in": "x"}', 25),
        ('{"access_token": "a", "refresh_token": "r", "expires_in": "3600", "error": 0}', 1),
    ],
)
def test_a_life_that_cannot_be_read_is_the_documented_one(stage: Stage, body: str, until: int) -> None:
    stage.simulator.faults.next(TOKEN, kit.Fault("answer", status=200, body=body))
    assert exchange_code(stage.desk.app, "c", VERIFIER, START).access_until == START + until * HOUR


def test_an_end_of_the_refresh_token_that_zalo_names_is_believed(stage: Stage) -> None:
    body = '{"access_token": "a", "refresh_token": "r", "refresh_token_expires_in": "864000"}'
    stage.simulator.faults.next(TOKEN, kit.Fault("answer", status=200, body=body))
    assert refresh_ends(exchange_code(stage.desk.app, "c", VERIFIER, START)) == START + 10 * DAY


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "a"}', '{"access_token": "a", "refresh_token": ""}',
        '{"access_token": 5, "refresh_token": 6}', '{"expires_in": "90000"}', '{"error": 0}', "{}",
    ],
)  # fmt: skip
def test_half_a_pair_is_none(stage: Stage, body: str) -> None:
    stage.simulator.faults.next(TOKEN, kit.Fault("answer", status=200, body=body))
    with pytest.raises(Unknown):
        refresh(stage.desk.app, PAIR, START)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("-118", ConsentNeeded), ("-14002", Unauthorised), ("-14003", Unauthorised), ("-14004", Unauthorised),
        ("-14005", Rejected), ("-14014", ConsentNeeded), ("-14018", Rejected), ("-14999", Unknown),
    ],
)  # fmt: skip
def test_each_error_of_the_sign_in_becomes_the_right_one_of_ours(stage: Stage, name: str, kind: type[Refusal]) -> None:
    assert {int(known) for known in OAUTH_TEXTS} == set(OAUTH)
    stage.simulator.faults.next(TOKEN, kit.Fault("refusal", refusal=name))
    with pytest.raises(kind) as caught:
        refresh(stage.desk.app, PAIR, START)
    assert type(caught.value) is kind and f"(Zalo: {name}" in caught.value.message


def test_a_wrong_secret_and_a_wrong_app_are_told_apart(stage: Stage) -> None:
    with pytest.raises(Unauthorised, match="Khóa bí mật của ứng dụng Zalo sai"):
        refresh(App(APP_ID, "sai", stage.url), PAIR, START)
    with pytest.raises(Unauthorised, match="Mã ứng dụng Zalo sai"):
        refresh(App("123456", APP_SECRET, stage.url), PAIR, START)


def test_renewing_spends_the_old_pair(stage: Stage) -> None:
    old = stage.desk.stored
    new = refresh(stage.desk.app, old, START + HOUR)
    assert new.consented_at == old.consented_at and new.issued_at == START + HOUR
    with pytest.raises(ConsentNeeded):
        refresh(stage.desk.app, old, START + HOUR)
    answer = requests.get(f"{stage.url}/v2.0/oa/getoa", headers={"access_token": old.access_token}, timeout=5)
    assert answer.json()["error"] == -216


def test_a_pair_entered_by_hand_is_renewed_first(stage: Stage) -> None:
    pair = by_hand(stage.desk.stored.refresh_token, START)
    assert next_step(pair, START) == Refresh() and not usable(pair, START)
    assert usable(refresh(stage.desk.app, pair, START), START)


def test_no_token_shows_in_errors_logs_and_alarms(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stage.option(echoes=True)
    seen = []
    for name in ("-14014", "-14004", "-14999"):
        stage.simulator.faults.next(TOKEN, kit.Fault("refusal", refusal=name))
        with pytest.raises(Refusal) as caught:
            refresh(stage.desk.app, stage.desk.stored, START)
        assert "•••" in caught.value.message, "the simulator did echo it"
        seen += traceback.format_exception(caught.value)
    for what in ("drop", "reset", "truncated", "html_502"):
        stage.simulator.faults.next(TOKEN, kit.spoilt(what))
        with pytest.raises(Unknown) as lost:
            exchange_code(stage.desk.app, f"{CANARY}-code", VERIFIER, START)
        seen += traceback.format_exception(lost.value)
    assert CANARY not in "".join(seen) + caplog.text + repr(stage.desk.saved) + repr(stage.desk.app)
