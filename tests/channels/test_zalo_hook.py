"""Zalo's events at our door: signed, repeated, replayed, duplicated, too large; counted without names."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from channels.zalo.webhook import signature
from publisher import clock
from publisher.config import Config
from publisher.connections import zalo as connections
from publisher.installation import Installation
from publisher.model import Audit, FollowerEvent
from tests.simulators.zalo_office import ZaloOffice, zalo_office
from tests.simulators.zalo_world import APP_ID, OA_ID, OA_SECRET
from tests.web.desk import words

PERSON = "1234567890123456789"


@pytest.fixture
def zalo(config: Config) -> Iterator[ZaloOffice]:
    with zalo_office(config) as ready:
        ready.connected()
        yield ready


@pytest.fixture
def either_zalo(either_installation: Installation) -> Iterator[ZaloOffice]:
    with zalo_office(either_installation.config) as ready:
        ready.connected()
        yield ready


def address(zalo: ZaloOffice) -> str:
    return f"{zalo.portal}/hooks/zalo/{zalo.account_id}"


def event(name: str = "follow", person: str = PERSON, **changes: Any) -> bytes:
    timestamp = str(int(clock.now().timestamp() * 1000))
    facts = {"event_name": name, "app_id": APP_ID, "oa_id": OA_ID, "timestamp": timestamp, "follower": {"id": person}}
    return json.dumps({**facts, **changes}).encode()


def sent(zalo: ZaloOffice, body: bytes, secret: str = OA_SECRET, account: int = 0, **headers: str) -> int:
    timestamp = str(json.loads(body)["timestamp"]) if body.startswith(b"{") else ""
    signed = {"X-ZEvent-Signature": f"mac={signature(APP_ID, body, timestamp, secret)}"} if secret else {}
    where = f"{zalo.portal}/hooks/zalo/{account or zalo.account_id}"
    return requests.post(where, data=body, headers={**signed, **headers}, timeout=5).status_code


def rows(zalo: ZaloOffice) -> list[FollowerEvent]:
    with zalo.office.reading() as session:
        return list(session.scalars(select(FollowerEvent).order_by(FollowerEvent.id)))


def test_zalos_own_events_are_answered_at_once_and_counted_once(either_zalo: ZaloOffice) -> None:
    zalo = either_zalo
    events = [
        {"name": "follow", "copies": 3},
        {"name": "unfollow"},
        {"name": "follow", "follower": "42", "forged": True},
    ]
    told = zalo.simulator.tell({"webhook": address(zalo), "events": events, "send": True})
    assert sorted(told["answers"]) == [200, 200, 200, 200, 403]
    assert [row.kind for row in rows(zalo)] == ["follow", "unfollow"]
    with zalo.office.reading() as session:
        counted = connections.followers(session, zalo.account_id, clock.now())
    assert (counted.gained, counted.gone) == (1, 1)
    page = zalo.client("administrator").get(zalo.page)
    assert "Quan tâm mới, 30 ngày 1 Bỏ quan tâm, 30 ngày 1" in words(page) and f'value="{address(zalo)}"' in page.text


def test_nothing_of_who_follows_can_be_read_from_what_is_kept(zalo: ZaloOffice) -> None:
    assert sent(zalo, event(follower={"id": PERSON, "display_name": "Nguyễn Văn Mẫu"})) == 200
    [row] = rows(zalo)
    assert len(row.follower) == 64 and PERSON not in repr(row.__dict__)
    stored = (zalo.office.installation.config.home / "publisher.db").read_bytes()
    assert PERSON.encode() not in stored and "Nguyễn Văn Mẫu".encode() not in stored
    with zalo.office.reading() as session:
        assert PERSON not in "".join(str(detail) for detail in session.scalars(select(Audit.detail)))


@pytest.mark.parametrize("secret", ["", "another secret"])
def test_what_is_not_signed_for_the_account_leaves_no_trace(zalo: ZaloOffice, secret: str) -> None:
    assert sent(zalo, event(), secret) == 403 and rows(zalo) == []


def test_a_body_changed_on_the_way_is_refused(zalo: ZaloOffice) -> None:
    body = event()
    mac = signature(APP_ID, body, json.loads(body)["timestamp"], OA_SECRET)
    answer = requests.post(
        address(zalo), data=body.replace(b"follow", b"unfollow", 1), headers={"X-ZEvent-Signature": mac}, timeout=5
    )
    assert answer.status_code == 403 and rows(zalo) == []


def test_a_replay_changes_nothing_while_it_is_fresh_and_is_refused_afterwards(zalo: ZaloOffice) -> None:
    body = event()
    assert sent(zalo, body) == 200
    zalo.simulator.clock.advance(2 * 3600)
    assert sent(zalo, body) == 200 and len(rows(zalo)) == 1, "Zalo's own last repeat comes after two hours"
    zalo.simulator.clock.advance(2 * 3600)
    assert sent(zalo, body) == 403
    future = event(timestamp=str(int(clock.now().timestamp() * 1000) + 3_600_000))
    assert sent(zalo, future) == 403 and len(rows(zalo)) == 1


def test_events_that_say_nothing_of_reach_are_answered_and_forgotten(zalo: ZaloOffice) -> None:
    message = event("user_send_text", message={"msg_id": "m1", "text": "Chuyện riêng"}, sender={"id": PERSON})
    assert sent(zalo, message) == 200 and rows(zalo) == []
    assert sent(zalo, event(oa_id="999999")) == 200 and rows(zalo) == [], "another Official Account of the same app"
    assert "Chuyện riêng".encode() not in (zalo.office.installation.config.home / "publisher.db").read_bytes()


def test_a_large_body_is_not_even_read(zalo: ZaloOffice) -> None:
    assert sent(zalo, event(padding="x" * 70_000)) == 413 and rows(zalo) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"{" * 30_000])
def test_what_is_no_event_is_refused(zalo: ZaloOffice, body: bytes) -> None:
    answer = requests.post(address(zalo), data=body, headers={"X-ZEvent-Signature": "mac=00"}, timeout=5)
    assert answer.status_code == 403


def test_accounts_that_are_none_or_not_zalos_are_not_found(zalo: ZaloOffice) -> None:
    for account in (999, zalo.office.account_id, 2**31 - 1):
        assert sent(zalo, event(), account=account) == 404
    zalo.client("administrator").post(f"/admin/tai-khoan/{zalo.account_id}/dong", data={"reason": "Thôi"})
    assert sent(zalo, event()) == 404


def test_without_the_webhooks_secret_every_event_is_refused(config: Config) -> None:
    with zalo_office(config) as zalo:
        zalo.account_id = zalo.office.add_account("zalo", "Zalo", values={"app_id": APP_ID, "app_secret": "x" * 20})
        assert sent(zalo, event(), "") == 403 and sent(zalo, event(), OA_SECRET) == 403


def test_a_machine_needs_no_form_token_and_nobody_reads_there(zalo: ZaloOffice) -> None:
    zalo.app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert sent(zalo, event()) == 200
        assert requests.get(address(zalo), timeout=5).status_code == 405
    finally:
        zalo.app.config["WTF_CSRF_ENABLED"] = False


def test_events_are_append_only(either_zalo: ZaloOffice) -> None:
    assert sent(either_zalo, event()) == 200
    for statement in ("UPDATE follower_event SET kind = 'unfollow'", "DELETE FROM follower_event"):
        with pytest.raises(DBAPIError, match="append-only"), either_zalo.office.writing() as session:
            session.execute(text(statement))
