"""Zalo's events: what is believed, what is taken once, and the sender's repeats."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from channels.zalo.webhook import LATEST, Event, Forged, Stale, signature, verify
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo_stage import Stage, staged
from tests.simulators.zalo_world import APP_ID, OA_ID, OA_SECRET


class Door(kit.Simulator):
    """Our address for events: it checks and remembers, as the hub does."""

    def __init__(self, clock: kit.Clock) -> None:
        super().__init__(clock)
        self.seen: set[str] = set()
        self.taken: list[Event] = []
        self.refused: list[str] = []
        self.repeats: list[str] = []

    def endpoint(self, request: Request) -> str:
        return request.method

    def answer(self, request: Request) -> Response:
        self.repeats.append(request.headers.get("num-retry", request.environ["kit.headers"].get("num_retry", "")))
        try:
            event = verify(request.get_data(), dict(request.headers), APP_ID, OA_SECRET, self.clock.now(), self.seen)
        except (Forged, Stale) as error:
            self.refused.append(type(error).__name__)
            return Response(status=403)
        if not event.repeated:
            self.seen.add(event.identity)
            self.taken.append(event)
        return Response(status=200)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


@pytest.fixture
def door(stage: Stage) -> Iterator[Door]:
    made = Door(stage.simulator.clock)
    with kit.serve(made) as running:
        stage.simulator.tell({"webhook": f"{running.url}/zalo"})
        yield made


def signed(now_ms: int | str | None = None, **event: Any) -> tuple[bytes, dict[str, str]]:
    timestamp = now_ms if now_ms is not None else str(int(START.timestamp() * 1000))
    body = json.dumps({"event_name": "follow", "app_id": APP_ID, "oa_id": OA_ID, "timestamp": timestamp, **event})
    mac = signature(APP_ID, body.encode(), str(timestamp), OA_SECRET)
    return body.encode(), {"X-ZEvent-Signature": f"mac={mac}"}


def test_the_signature_is_the_plain_hash_of_app_body_time_and_secret() -> None:
    import hashlib

    expected = hashlib.sha256(b'12{"a":"\xc3\xb4"}34key').hexdigest()
    assert signature("12", '{"a":"ô"}'.encode(), "34", "key") == expected


def test_an_event_tells_who_followed_and_when() -> None:
    body, headers = signed(follower={"id": "99"}, source="oa_profile")
    event = verify(body, headers, APP_ID, OA_SECRET, START, set())
    assert (event.name, event.oa_id, event.follower, event.at) == ("follow", OA_ID, "99", START)
    assert not event.repeated
    assert verify(body, headers, APP_ID, OA_SECRET, START, {event.identity}).repeated


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body.replace(b"follow", b"unfoll"), headers),
        lambda body, headers: (body, {}),
        lambda body, headers: (body, {"X-ZEvent-Signature": "mac="}),
        lambda body, headers: (body, {"X-ZEvent-Signature": "mac=" + "0" * 64}),
        lambda body, headers: (body, {"X-ZEvent-Signature": "mac=ô"}),
        lambda body, headers: (b"[]", headers),
        lambda body, headers: (b"\xff", headers),
        lambda body, headers: (b"[" * 100_000, headers),
        lambda body, headers: (b"", headers),
    ],
)
def test_whatever_is_not_signed_so_is_forged(spoil: Any) -> None:
    body, headers = spoil(*signed())
    with pytest.raises(Forged):
        verify(body, headers, APP_ID, OA_SECRET, START, set())


@given(st.binary(max_size=300), st.text(max_size=80))
def test_no_bytes_whatever_do_more_than_be_forged(body: bytes, mac: str) -> None:
    with pytest.raises(Forged):
        verify(body, {"X-ZEvent-Signature": mac}, APP_ID, OA_SECRET, START, set())


@pytest.mark.parametrize("secret", ["", "another"])
def test_without_the_right_secret_nothing_is_believed(secret: str) -> None:
    body, headers = signed()
    with pytest.raises(Forged):
        verify(body, headers, APP_ID, secret, START, set())


def test_an_event_of_another_application_is_forged_even_when_signed() -> None:
    body, headers = signed(app_id="1")
    with pytest.raises(Forged, match="another application"):
        verify(body, headers, APP_ID, OA_SECRET, START, set())


def test_the_header_is_read_in_any_case_and_without_its_prefix() -> None:
    body, headers = signed()
    bare = {"x-zevent-signature": headers["X-ZEvent-Signature"].removeprefix("mac=").upper()}
    assert verify(body, bare, APP_ID, OA_SECRET, START, set()).name == "follow"


@pytest.mark.parametrize(
    ("late", "fine"),
    [
        (timedelta(), True),
        (timedelta(hours=1, minutes=51), True),
        (LATEST + timedelta(seconds=1), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
        (timedelta(days=400), False),
    ],
)
def test_an_old_event_is_a_replay(late: timedelta, fine: bool) -> None:
    body, headers = signed()
    if fine:
        assert verify(body, headers, APP_ID, OA_SECRET, START + late, set())
        return
    with pytest.raises(Stale):
        verify(body, headers, APP_ID, OA_SECRET, START + late, set())


@pytest.mark.parametrize("time", ["x", "", "-5", "9" * 40, True, None, [1], 1.5])
def test_a_time_that_is_none_is_not_believed(time: Any) -> None:
    body, headers = signed(time) if time is not None else signed(timestamp=None)
    with pytest.raises((Forged, Stale)):
        verify(body, headers, APP_ID, OA_SECRET, START, set())


def test_events_are_told_apart_by_message_or_by_name_time_and_subject() -> None:
    def identity(**event: Any) -> str:
        body, headers = signed(**event)
        return verify(body, headers, APP_ID, OA_SECRET, START, set()).identity

    kinds = [
        identity(follower={"id": "1"}),
        identity(follower={"id": "2"}),
        identity(event_name="unfollow", follower={"id": "1"}),
        identity(event_name="user_send_text", message={"msg_id": "m1"}),
        identity(event_name="user_seen_message", message={"msg_id": "m1"}),
        identity(event_name="user_send_text", message={"msg_id": "m2"}),
        identity(event_name="user_send_text", sender={"id": "1"}),
    ]
    assert len(set(kinds)) == len(kinds)


# Against the sender


def test_follows_and_unfollows_arrive_and_change_the_count(stage: Stage, door: Door) -> None:
    events = [{"name": "follow", "follower": "5"}, {"name": "follow", "follower": "6"}]
    stage.simulator.tell({"events": events, "send": True})
    stage.simulator.clock.advance(1)
    stage.simulator.tell({"events": [{"name": "unfollow", "follower": "5"}], "send": True})
    assert [(event.name, event.follower) for event in door.taken] == [
        ("follow", "5"), ("follow", "6"), ("unfollow", "5"),
    ]  # fmt: skip
    assert stage.channel.measure(stage.deliver(stage.item()))[-1].value == 1281


def test_duplicates_are_answered_and_taken_once(stage: Stage, door: Door) -> None:
    stage.simulator.tell({"events": [{"name": "follow", "copies": 3}], "send": True})
    assert stage.simulator.webhooks.answers == [200, 200, 200] and len(door.taken) == 1


def test_a_forged_event_is_refused(stage: Stage, door: Door) -> None:
    stage.simulator.tell({"events": [{"name": "follow", "forged": True}], "send": True})
    assert not door.taken and door.refused == ["Forged"]


def test_an_event_that_found_us_down_comes_again_within_the_window(stage: Stage, door: Door) -> None:
    door.faults.next("POST", *[kit.spoilt("html_502")] * 5)
    stage.simulator.tell({"events": [{"name": "follow"}], "send": True})
    for wait in (30, 300, 900, 1800, 3600):
        assert not door.taken
        stage.simulator.clock.advance(wait)
        stage.simulator.tell({"send": True})
    assert len(door.taken) == 1 and door.repeats == ["5"] and not stage.simulator.webhooks.switched_off


def test_after_the_last_repeat_zalo_switches_the_webhook_off(stage: Stage, door: Door) -> None:
    door.faults.always("POST", kit.spoilt("drop"))
    stage.simulator.tell({"events": [{"name": "follow"}], "send": True})
    for wait in (30, 300, 900, 1800, 3600):
        stage.simulator.clock.advance(wait)
        stage.simulator.tell({"send": True})
    assert stage.simulator.webhooks.switched_off and stage.simulator.webhooks.answers == [0] * 6
    door.faults.clear()
    stage.simulator.tell({"events": [{"name": "follow", "follower": "7"}], "send": True})
    assert not door.taken
