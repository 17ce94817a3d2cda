"""The hub of Zalo's tokens on both databases: when it renews, what attempts see meanwhile, and every lost answer."""

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from channels.base import TryLater, Unauthorised
from publisher import clock, faults, inbox
from publisher.connections import tokens
from publisher.connections.tokens import Hub
from publisher.delivery.claim import claim
from publisher.delivery.drain import tick
from publisher.editorial import moving
from publisher.installation import Installation
from publisher.model import Audit, Delivery, OutletToken
from tests.simulators import kit
from tests.simulators.zalo_office import TOKEN, ZaloOffice, zalo_office

HOUR = 3600


@pytest.fixture
def zalo(either_installation: Installation) -> Iterator[ZaloOffice]:
    with zalo_office(either_installation.config) as ready:
        ready.connected()
        (ready.office.installation.config.home / faults.MARK).touch()
        ready.simulator.faults.clear()
        yield ready


def calls(zalo: ZaloOffice) -> int:
    return zalo.simulator.faults.calls[TOKEN]


def kinds(zalo: ZaloOffice) -> list[str]:
    """What the inbox says about the account."""
    with zalo.office.reading() as session:
        found = inbox.items(session, {zalo.office.unit_id}, {"administer"}, clock.now(), clock.now())
    return [item.kind for item in found if item.target == "account"]


def test_the_clock_renews_at_20_of_25_hours_and_stores_before_use(zalo: ZaloOffice) -> None:
    old = zalo.hub.current()
    zalo.simulator.clock.advance(20 * HOUR - 60)
    assert zalo.renew() == "" and calls(zalo) == 0
    zalo.simulator.clock.advance(60)
    marks: list[OutletToken] = []
    with faults.reaching(zalo.office.installation.config.home, "token_marked", lambda: marks.append(zalo.row())):
        assert zalo.renew() == "renewed=1"
    [marked] = marks
    assert marked.begun_at == clock.now() and len(marked.begun_hash) == 64 and marked.begun_by
    assert calls(zalo) == 1 and zalo.hub.current() != old and zalo.living()
    assert zalo.row().begun_at is None and zalo.row().begun_hash == ""
    assert zalo.renew() == "" and calls(zalo) == 1
    with zalo.office.reading() as session:
        acts = session.scalars(select(Audit).where(Audit.act == "token.renew")).all()
    assert len(acts) == 1 and marked.begun_hash.startswith(acts[0].detail["before"])


def test_nothing_is_renewed_while_a_delivery_is_being_sent_until_the_last_hour(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.scheduled()
    [taken] = claim(zalo.office.world, zalo.account_id) or []
    assert zalo.renew() == "busy=1" and calls(zalo) == 0
    with clock.reading(zalo.row().access_until):
        assert zalo.renew() == "renewed=1"
    assert taken.account.id == zalo.account_id and calls(zalo) == 1


def test_an_attempt_waits_for_a_renewal_under_way_and_gets_the_new_token(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    post_id = zalo.scheduled()
    zalo.simulator.faults.next(TOKEN, kit.Fault("slow", seconds=0.6))
    home, sending = zalo.office.installation.config.home, threading.Thread(target=tick, args=[zalo.office.world])
    with faults.reaching(home, "token_marked", sending.start):
        assert zalo.renew() == "renewed=1"
    sending.join(20)
    assert zalo.office.deliveries(post_id)[0].state == "sent" and calls(zalo) == 1
    assert len(zalo.entries("article.create")) == 1


def test_an_attempt_never_renews_and_waits_for_the_clock_to_do_it(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(26 * HOUR)
    post_id = zalo.scheduled("Sau một đêm tắt máy")
    zalo.office.tick()
    [waiting] = zalo.office.deliveries(post_id)
    assert waiting.state == "waiting" and "gia hạn" in waiting.reason and calls(zalo) == 0
    assert zalo.renew() == "renewed=1"
    assert zalo.until_sent(post_id).state == "sent" and len(zalo.entries("article.create")) == 1


def test_a_declined_token_is_renewed_by_the_clock_and_the_post_goes_out_once(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(2 * HOUR)
    zalo.simulator.world.access.clear()
    post_id = zalo.scheduled()
    zalo.office.tick()
    assert zalo.office.deliveries(post_id)[0].state == "waiting" and zalo.row().declined
    assert zalo.renew() == "renewed=1" and not zalo.row().declined
    assert zalo.until_sent(post_id).state == "sent" and len(zalo.entries("article.create")) == 1
    zalo.simulator.world.access.clear()
    again = zalo.scheduled("Khóa mới cũng bị từ chối")
    zalo.office.tick()
    assert zalo.account().state == "paused" and "vừa được cấp" in zalo.account().pause_reason
    assert zalo.office.deliveries(again)[0].state in {"waiting", "held"} and calls(zalo) == 1


def test_a_token_renewed_by_another_process_meanwhile_is_simply_taken(zalo: ZaloOffice) -> None:
    spent = zalo.hub.current()
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.renew()
    assert zalo.hub.renewed(spent) == zalo.hub.current() != spent


def test_a_rotation_whose_answer_got_lost_is_tried_once_more_and_then_needs_consent(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    post_id = zalo.scheduled()
    zalo.simulator.faults.next(TOKEN, kit.spoilt("drop", accepted=True))
    assert zalo.renew() == "refused=1" and calls(zalo) == 2
    account = zalo.account()
    assert account.state == "paused" and "cấp quyền lại" in account.pause_reason and "paused" in kinds(zalo)
    for _pass in range(30):
        zalo.simulator.clock.advance(HOUR)
        assert zalo.renew() == ""
    assert calls(zalo) == 2, "exactly one retry"
    with pytest.raises(Unauthorised, match="cấp quyền lại"):
        zalo.hub.current()
    told = zalo.client("administrator").get(zalo.page).text
    assert "Cần cấp quyền lại." in told and "Thử gia hạn lại" not in told
    zalo.office.tick()
    zalo.consent()
    assert zalo.account().state == "active" and zalo.account().health == "" and kinds(zalo) == []
    zalo.office.tick()
    [late] = zalo.office.deliveries(post_id)
    assert late.state == "held" and late.hold == "late", "more than a day late: a person decides"
    with zalo.office.writing() as session:
        moving.send_now(session, zalo.office.person(session, "approver"), session.get_one(Delivery, late.id))
    assert zalo.until_sent(post_id).state == "sent" and len(zalo.entries("article.shown")) == 1


@pytest.mark.parametrize("what", ["drop", "reset", "html_502", "empty_503", "broken_json", "json_true"])
def test_a_renewal_that_never_arrived_works_at_the_second_try(zalo: ZaloOffice, what: str) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.simulator.faults.next(TOKEN, kit.spoilt(what))
    assert zalo.renew() == "renewed=1" and calls(zalo) == 2
    assert zalo.living() and zalo.account().state == "active" and zalo.row().lost == 0


def test_two_lost_answers_stop_the_account_and_a_zalo_that_comes_back_starts_it_again(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.simulator.faults.always(TOKEN, kit.spoilt("html_502"))
    assert zalo.renew() == "lost=1" and calls(zalo) == 2
    account = zalo.account()
    assert account.state == "paused" and "cấp quyền lại" in account.pause_reason and zalo.row().lost == 2
    assert zalo.renew() == "" and calls(zalo) == 2, "no storm: once an hour it looks again"
    zalo.simulator.clock.advance(HOUR)
    zalo.renew()
    assert calls(zalo) == 3 and zalo.account().state == "paused"
    browser = zalo.client("administrator")
    assert "Thử gia hạn lại" in browser.get(zalo.page).text
    zalo.simulator.faults.clear()
    assert "tài khoản kết nối lại" in browser.post(f"{zalo.page}/thu-lai", follow_redirects=True).text
    assert zalo.living() and zalo.account().state == "active" and zalo.account().health == ""


def test_an_account_that_a_person_paused_stays_paused_when_zalo_comes_back(zalo: ZaloOffice) -> None:
    zalo.client("administrator").post(f"/admin/tai-khoan/{zalo.account_id}/tam-dung", data={"reason": "Nghỉ Tết"})
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.simulator.faults.next(TOKEN, kit.spoilt("drop"), kit.spoilt("drop"))
    zalo.renew()
    zalo.simulator.clock.advance(HOUR)
    assert zalo.renew() == "recovered=1" and zalo.living()
    assert (zalo.account().state, zalo.account().pause_reason) == ("paused", "Nghỉ Tết")


def test_no_connection_spends_nothing_and_is_tried_again(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    closed, world = {"zalo_oauth": "http://127.0.0.1:9"}, zalo.office.world
    assert tokens.renew(world.db, world.vault, closed, zalo.account_id) == "later"
    assert zalo.renew() == "" and zalo.row().lost == 0
    zalo.simulator.clock.advance(61)
    assert zalo.renew() == "renewed=1"


def test_a_wrong_app_secret_costs_no_consent_and_heals(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    zalo.simulator.faults.next(TOKEN, kit.Fault("refusal", refusal="-14004"))
    assert zalo.renew() == "trouble=1"
    account = zalo.account()
    assert account.state == "active" and "Khóa bí mật của ứng dụng Zalo sai" in account.health
    assert "connection" in kinds(zalo) and zalo.living(), "five hours are left to mend it"
    zalo.simulator.faults.next(TOKEN, kit.Fault("refusal", refusal="-14004"))
    zalo.simulator.clock.advance(31 * 60)
    assert zalo.renew() == "trouble=1"
    with zalo.office.reading() as session:
        assert len(session.scalars(select(Audit.id).where(Audit.act == "token.fail")).all()) == 1, "told once"
    zalo.simulator.clock.advance(31 * 60)
    assert zalo.renew() == "renewed=1"
    assert zalo.row().trouble == "" and zalo.account().health == "" and kinds(zalo) == []


class Hasty(Hub):
    """A hub that waits for nobody."""

    patience = 0.0


def crash(zalo: ZaloOffice, point: str, act: Callable[[], None] | None = None) -> None:
    """Let the process end at a point of the renewal, after `act`."""

    def end() -> None:
        if act:
            act()
        raise SystemExit

    with faults.reaching(zalo.office.installation.config.home, point, end), pytest.raises(SystemExit):
        zalo.renew()


def test_a_new_consent_during_a_renewal_has_the_last_word(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    home = zalo.office.installation.config.home
    with faults.reaching(home, "token_answered", lambda: zalo.consent() and None):
        assert zalo.renew() == "kept=1"
    assert zalo.row().begun_at is None and zalo.row().refused == ""
    assert zalo.hub.current() in zalo.simulator.world.access and zalo.row().consented_at == clock.now()


def test_who_slept_through_its_mark_still_brings_a_living_pair_home(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    home = zalo.office.installation.config.home

    def sleep() -> None:
        zalo.simulator.clock.advance(200)  # another process takes the mark for dead, and finds the token spent
        assert zalo.renew() == "refused=1"

    with faults.reaching(home, "token_answered", sleep):
        zalo.renew()
    assert zalo.row().refused == "" and zalo.living()


def test_after_a_crash_with_the_answer_in_hand_a_person_is_asked_once(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    crash(zalo, "token_answered")
    with pytest.raises(TryLater, match="tự gửi lại"):
        Hasty(zalo.office.world.db, zalo.office.world.vault, zalo.account_id).current()
    zalo.simulator.clock.advance(121)
    assert zalo.renew() == "refused=1" and calls(zalo) == 2 and zalo.account().state == "paused"


def test_many_threads_renew_once(zalo: ZaloOffice) -> None:
    zalo.simulator.clock.advance(20 * HOUR)
    threads = [threading.Thread(target=zalo.renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert calls(zalo) == 1 and zalo.living()


def test_over_four_months_only_the_consents_own_end_is_told_and_in_time(zalo: ZaloOffice) -> None:
    told = []
    for renewals in range(1, 121):
        zalo.simulator.clock.advance(20 * HOUR)
        zalo.renew()
        if zalo.hub.standing().health:
            told.append(renewals * 20 // 24)
        assert zalo.living()
    assert told[0] == 75 and told[-1] <= 94
    assert calls(zalo) == 120


def test_rehearsing_and_closed_accounts_are_left_alone(zalo: ZaloOffice) -> None:
    zalo.client("administrator").post(f"/admin/tai-khoan/{zalo.account_id}/dong", data={"reason": "Thôi dùng"})
    zalo.simulator.clock.advance(20 * HOUR)
    assert zalo.renew() == "" and calls(zalo) == 0


def test_an_account_that_was_never_connected_says_so(zalo: ZaloOffice) -> None:
    hub = Hub(zalo.office.world.db, zalo.office.world.vault, zalo.office.account_id)
    assert not hub.standing().usable and "chưa được cấp quyền" in hub.standing().health
    with pytest.raises(Unauthorised, match="chưa được cấp quyền"):
        hub.current()
