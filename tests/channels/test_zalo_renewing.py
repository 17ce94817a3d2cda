"""When Zalo's tokens are renewed, and what becomes of lost answers, over simulated months."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels.base import TryLater, Unauthorised, Unknown
from channels.zalo.errors import ConsentNeeded
from channels.zalo.tokens import (
    REFRESH_LIFE,
    Alarm,
    App,
    Keep,
    Pair,
    Refresh,
    after,
    authorise_url,
    begin,
    challenge,
    next_step,
    refresh,
    refresh_ends,
    usable,
    verifier,
)
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo_stage import Stage, staged
from tests.simulators.zalo_world import APP_ID, APP_SECRET

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


# The rules


def test_a_pair_is_renewed_at_20_of_25_hours() -> None:
    assert next_step(PAIR, START) == Keep(START + 20 * HOUR)
    assert next_step(PAIR, START + 20 * HOUR - timedelta(seconds=1)) == Keep(START + 20 * HOUR)
    assert next_step(PAIR, START + 20 * HOUR) == Refresh()
    assert usable(PAIR, START + 24 * HOUR) and not usable(PAIR, START + 25 * HOUR)


def test_a_token_that_zalo_declined_is_renewed_at_once() -> None:
    assert next_step(PAIR, START, declined=True) == Refresh()


def test_while_one_renews_nobody_else_does_and_nobody_publishes() -> None:
    begun = begin(PAIR, START + 20 * HOUR)
    assert next_step(begun, START + 20 * HOUR, declined=True) == Keep(START + 20 * HOUR + timedelta(seconds=120))
    assert not usable(begun, START + 20 * HOUR)


def test_a_mark_that_nobody_took_away_is_a_lost_answer() -> None:
    begun = begin(PAIR, START)
    later = START + timedelta(seconds=120)
    assert next_step(begun, later) == Refresh(again=True)
    assert begin(begun, later).lost == 1


def test_a_lost_answer_is_tried_once_more_at_once_then_hourly_under_alarm() -> None:
    once = after(begin(PAIR, START), Unknown("mất"), START)
    assert next_step(once, START) == Refresh(again=True)
    twice = after(begin(once, START), Unknown("mất"), START)
    step = next_step(twice, START)
    assert isinstance(step, Alarm) and step.then == Keep(START + HOUR)
    later = next_step(twice, START + HOUR)
    assert isinstance(later, Alarm) and later.then == Refresh(again=True)


def test_a_spent_refresh_token_ends_it() -> None:
    dead = after(begin(PAIR, START), ConsentNeeded("Hãy cấp quyền lại."), START)
    assert next_step(dead, START + 30 * DAY) == Alarm("Hãy cấp quyền lại.", None)


@pytest.mark.parametrize(("wish", "wait"), [(None, 60), (5.0, 60), (600.0, 600), (10.0**9, 3600)])
def test_a_renewal_that_surely_was_not_received_is_repeated(wish: float | None, wait: int) -> None:
    unsent = after(begin(PAIR, START), TryLater("bận", wish), START)
    assert unsent.lost == 0 and next_step(unsent, START, declined=True) == Keep(START + timedelta(seconds=wait))
    assert next_step(unsent, START + timedelta(seconds=wait), declined=True) == Refresh()


def test_an_app_that_zalo_refuses_raises_the_alarm_and_spends_nothing() -> None:
    troubled = after(begin(PAIR, START + 20 * HOUR), Unauthorised("Khóa bí mật sai."), START + 20 * HOUR)
    step = next_step(troubled, START + 20 * HOUR)
    assert isinstance(step, Alarm) and step.message == "Khóa bí mật sai." and isinstance(step.then, Keep)
    assert usable(troubled, START + 20 * HOUR)


def test_the_alarm_comes_two_weeks_before_the_consent_may_end() -> None:
    fresh = replace(PAIR, issued_at=START + 74 * DAY, access_until=START + 75 * DAY + HOUR)
    assert isinstance(next_step(fresh, START + 74 * DAY), Keep)
    step = next_step(fresh, START + 75 * DAY)
    assert isinstance(step, Alarm) and step.then == Refresh() and "18/02/2027" in step.message


def test_renewing_after_that_end_shows_that_it_starts_anew() -> None:
    older = replace(PAIR, issued_at=START + 95 * DAY, access_until=START + 96 * DAY)
    assert refresh_ends(older) == START + 95 * DAY + REFRESH_LIFE
    assert isinstance(next_step(older, START + 95 * DAY), Keep)


# The rules at work, with the hub's part as the stage keeps it


def test_over_four_months_there_is_always_a_living_token_and_one_period_of_alarm(stage: Stage) -> None:
    alarms = []
    for hour in range(0, 120 * 24, 4):
        token = stage.desk.current()
        assert token in stage.simulator.world.access
        if stage.desk.told:
            alarms.append(hour // 24)
            stage.desk.told.clear()
        stage.simulator.clock.advance(4 * 3600)
    renewals = [entry for entry in stage.entries("oauth.issued") if entry["grant"] == "refresh_token"]
    assert 140 <= len(renewals) <= 145, "every 20 hours"
    assert alarms[0] == 75 and alarms[-1] <= 94


def test_after_three_months_asleep_a_new_consent_is_needed(stage: Stage) -> None:
    stage.simulator.clock.advance(91 * 24 * 3600)
    with pytest.raises(Unauthorised, match="cấp quyền lại"):
        stage.desk.current()
    stage.consent()
    assert stage.desk.current()


def test_the_mark_is_stored_before_the_call_and_the_pair_before_its_use(stage: Stage) -> None:
    stage.simulator.clock.advance(20 * 3600)
    token = stage.desk.current()
    marked, renewed = stage.desk.saved
    assert marked.begun_at is not None and marked.access_token != token
    assert renewed.begun_at is None and renewed.access_token == token


def test_a_rotation_whose_answer_got_lost_needs_consent_after_one_more_try(stage: Stage) -> None:
    stage.simulator.clock.advance(20 * 3600)
    stage.simulator.faults.next(TOKEN, kit.spoilt("drop", accepted=True))
    stage.desk.run()
    assert stage.desk.stored.lost == 1
    came = stage.publish(stage.item())
    assert came.end == "paused" and came.error is not None and "cấp quyền lại" in came.error.message
    assert stage.simulator.faults.calls[TOKEN] == 2, "once lost, once tried again, then no more"
    stage.desk.run()
    assert stage.simulator.faults.calls[TOKEN] == 2 and stage.desk.told
    stage.consent()
    assert stage.publish(stage.item()).end == "sent"
    assert len(stage.entries("article.create")) == 1


@pytest.mark.parametrize("what", ["drop", "reset", "html_502", "empty_503", "broken_json", "json_true"])
def test_a_renewal_that_never_arrived_works_the_second_time(stage: Stage, what: str) -> None:
    stage.simulator.clock.advance(20 * 3600)
    stage.simulator.faults.next(TOKEN, kit.spoilt(what))
    stage.desk.run()
    assert stage.desk.stored.lost == 1
    assert stage.desk.current() in stage.simulator.world.access
    assert stage.desk.stored.lost == 0 and not stage.desk.told


def test_a_zalo_that_is_down_for_hours_costs_no_consent(stage: Stage) -> None:
    stage.simulator.clock.advance(20 * 3600)
    stage.simulator.faults.always(TOKEN, kit.spoilt("html_502"))
    for _quarter in range(16):
        stage.desk.run()
        stage.simulator.clock.advance(900)
    assert stage.simulator.faults.calls[TOKEN] <= 6 and stage.desk.told
    stage.simulator.faults.clear()
    stage.simulator.clock.advance(3600)
    assert stage.desk.current() in stage.simulator.world.access


def test_no_connection_is_proof_that_nothing_was_spent(stage: Stage) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = App(APP_ID, APP_SECRET, f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(TryLater):
        refresh(closed, stage.desk.stored, START)


def test_a_slow_answer_is_waited_for(stage: Stage) -> None:
    stage.simulator.clock.advance(20 * 3600)
    stage.simulator.faults.next(TOKEN, kit.Fault("slow", seconds=1.5))
    assert stage.desk.current() in stage.simulator.world.access


def test_a_crash_between_answer_and_storing_is_seen_and_tried_once_more(stage: Stage) -> None:
    stage.simulator.clock.advance(20 * 3600)
    stage.desk.crash_after_answer = True
    with pytest.raises(SystemExit):
        stage.desk.run()
    stage.desk.crash_after_answer = False
    with pytest.raises(TryLater):
        stage.desk.current()
    stage.simulator.clock.advance(121)
    came = stage.publish(stage.item())
    assert came.end == "paused" and came.error is not None and "cấp quyền lại" in came.error.message
    assert stage.simulator.faults.calls[TOKEN] == 2


def test_many_who_find_the_token_declined_renew_it_once(stage: Stage) -> None:
    stage.simulator.world.access.clear()
    spent, got = stage.desk.stored.access_token, []

    def ask() -> None:
        try:
            got.append(stage.desk.renewed(spent))
        except TryLater:
            got.append("later")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stage.entries("oauth.issued")) == 1
    assert {word for word in got if word != "later"} == {stage.desk.stored.access_token}


def test_two_that_renew_with_one_token_spend_it_once(stage: Stage) -> None:
    pair, came = stage.desk.stored, []

    def ask() -> None:
        try:
            came.append(refresh(stage.desk.app, pair, START).access_token)
        except ConsentNeeded:
            came.append("spent")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(word == "spent" for word in came) == [False, True]


@pytest.mark.parametrize("hours", [25, 26])
def test_an_expired_token_is_renewed_and_the_article_goes_out_once(stage: Stage, hours: int) -> None:
    stage.simulator.clock.advance(hours * 3600)
    assert stage.publish(stage.item()).end == "sent"
    assert len(stage.entries("article.create")) == 1


@pytest.mark.parametrize("name", ["-216", "-220", "216", "401", "-401"])
def test_a_declined_token_is_renewed_once_and_the_call_repeated_once(stage: Stage, name: str) -> None:
    stage.simulator.faults.next("POST article/create", kit.Fault("refusal", refusal=name))
    assert stage.publish(stage.item()).end == "sent"
    assert stage.simulator.faults.calls["POST article/create"] == 2 and len(stage.entries("oauth.issued")) == 1
    stage.notes = {}
    stage.simulator.faults.always("POST article/create", kit.Fault("refusal", refusal=name))
    assert stage.publish(stage.item()).end == "paused"
    assert stage.simulator.faults.calls["POST article/create"] == 4
