"""The simulated Facebook is as strict as the real one: versions, tokens, bodies, limits, faults."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulators import kit
from tests.simulators.facebook import Facebook
from tests.simulators.facebook_stage import PlainClient
from tests.simulators.facebook_world import APP_ID, PAGE_ID, PERSON_ID

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[PlainClient]:
    sim = Facebook(kit.Clock(START))
    with kit.serve(sim) as running:
        yield PlainClient(running, sim.world.token("PAGE", START).value, sim.world.token("USER", START).value)


# Versions, tokens, bodies


@pytest.mark.parametrize(("asked", "served"), [("v26.0", "v26.0"), ("v22.0", "v22.0"), ("v19.0", "v21.0")])
def test_an_expired_version_is_served_by_the_oldest_left(client: PlainClient, asked: str, served: str) -> None:
    answer = requests.get(f"{client.running.url}/{asked}/me?access_token={client.token}", timeout=5)
    assert (answer.status_code, answer.headers["facebook-api-version"]) == (200, served)


def test_versions_expire_as_time_passes(client: PlainClient) -> None:
    client.sim.clock.advance(timedelta(days=90).total_seconds())
    answer = requests.get(f"{client.running.url}/v21.0/me?access_token={client.token}", timeout=5)
    assert answer.headers["facebook-api-version"] == "v22.0"


def test_a_version_to_come_is_refused(client: PlainClient) -> None:
    answer = client.call("GET", "me", version="v99.0")
    assert client.code(answer) == (2500, 0) and "Unknown path components: /v99.0/me" in answer["error"]["message"]


def test_the_token_may_stand_in_header_query_or_form_and_bodies_may_be_json(client: PlainClient) -> None:
    feed = f"{client.running.url}/v26.0/{PAGE_ID}/feed"
    for number, options in enumerate(
        (
            {"data": {"message": "m0", "access_token": client.token}},
            {"params": {"message": "m1", "access_token": client.token}},
            {"json": {"message": "m2", "published": True, "access_token": client.token}},
            {"files": {"message": (None, "m3"), "access_token": (None, client.token)}},
        )
    ):
        assert "id" in requests.post(feed, timeout=5, **options).json(), number
    assert client.code(requests.post(feed, data={"message": "m"}, timeout=5).json()) == (104, 0)
    assert client.code(requests.post(feed, data="[]", headers={"Content-Type": "application/json"}, timeout=5).json())


@pytest.mark.parametrize("value", ["False", "no", "FALSE", ""])
def test_only_true_false_1_and_0_are_booleans(client: PlainClient, value: str) -> None:
    answer = client.post(f"{PAGE_ID}/feed", message="m", published=value)
    assert client.code(answer) == (100, 0)
    client.sim.world.options.strict_booleans = False
    assert "id" in client.post(f"{PAGE_ID}/feed", message="m", published=value)


@pytest.mark.parametrize("value", ["media_fbid", "123", '{"media_fbid": "1"}', '["1"]', '[{"media_fbid": "1"}]'])
def test_attached_media_must_be_a_json_list_of_staged_photos(client: PlainClient, value: str) -> None:
    assert client.code(client.post(f"{PAGE_ID}/feed", message="m", attached_media=value)) == (100, 0)


def test_a_wrong_proof_is_refused_and_a_missing_one_only_where_it_is_required(client: PlainClient) -> None:
    assert client.code(client.get("me", appsecret_proof="00")) == (100, 0)
    assert client.get("me")["id"] == PAGE_ID
    client.sim.world.apps[APP_ID].require_proof = True
    assert client.code(client.get("me")) == (100, 0)


# Tokens


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("password", (190, 460)), ("deauthorised", (190, 458)), ("checkpoint", (190, 459)), ("expired", (190, 463)),
        ("unconfirmed", (190, 464)), ("invalid", (190, 467)), ("role", (190, 492)), ("data_access", (10, 0)),
    ],
)  # fmt: skip
def test_tokens_die_in_every_way_facebook_knows(client: PlainClient, why: str, code: tuple[int, int]) -> None:
    client.sim.world.revoke(why)
    assert client.code(client.post(f"{PAGE_ID}/feed", message="m")) == code
    if why == "role":
        assert client.call("GET", "me", token=client.person)["id"] == PERSON_ID, "only the Page token dies"


def test_a_missing_permission_or_task_is_code_200_and_a_user_token_1705(client: PlainClient) -> None:
    assert client.code(client.call("POST", f"{PAGE_ID}/feed", token=client.person, data={"message": "m"})) == (1705, 0)
    client.sim.world.pages[PAGE_ID].tasks[PERSON_ID] = ("ANALYZE",)
    assert client.code(client.post(f"{PAGE_ID}/feed", message="m")) == (200, 0)


def test_the_application_gets_a_token_of_its_own(client: PlainClient) -> None:
    given = client.sim.tell({})
    asked = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": given["app_secret"]}
    token = requests.get(f"{client.running.url}/oauth/access_token", params=asked, timeout=5).json()["access_token"]
    facts = client.call("GET", "debug_token", token=token, params={"input_token": client.token})["data"]
    assert facts["type"] == "PAGE" and facts["expires_at"] == 0 and facts["profile_id"] == PAGE_ID


def test_a_page_and_the_one_behind_a_token_can_be_read(client: PlainClient) -> None:
    assert client.get("me") == {"id": PAGE_ID, "name": "UBND phường Mẫu"}
    assert client.call("GET", "me", token=client.person)["id"] == PERSON_ID
    assert client.get(PAGE_ID, fields="followers_count,fan_count")["followers_count"] == 2500
    assert client.code(client.get("42")) == (100, 33)


# Limits and faults


def test_usage_climbs_before_the_limit_and_calls_in_a_block_lengthen_it(client: PlainClient) -> None:
    client.sim.world.options.budget = 4

    def usage() -> tuple[int, dict[str, Any]]:
        answer = requests.get(f"{client.running.url}/me?access_token={client.token}", timeout=5)
        header = answer.headers.get("X-Business-Use-Case-Usage")
        return answer.status_code, json.loads(header)[PAGE_ID][0] if header else {}

    seen = [usage() for _call in range(7)]
    assert [status for status, _use in seen] == [200] * 4 + [400] * 3
    assert [use.get("call_count", 0) for _status, use in seen] == [0, 50, 75, 100, 125, 150, 175]
    assert [use["estimated_time_to_regain_access"] for _status, use in seen[4:]] == [5, 10, 15]
    client.sim.clock.advance(15 * 60)
    assert usage()[0] == 200


def test_a_user_token_is_limited_by_application_and_may_see_429(client: PlainClient) -> None:
    client.sim.world.options.budget, client.sim.world.options.too_many_requests = 1, True
    for expected in (200, 429):
        answer = requests.get(f"{client.running.url}/me?access_token={client.person}", timeout=5)
        assert answer.status_code == expected
    assert answer.json()["error"]["code"] == 4 and answer.headers["Retry-After"] == "300"
    assert "call_count" in json.loads(answer.headers["X-App-Usage"])


def test_a_block_for_policy_lasts_and_knocking_lengthens_it(client: PlainClient) -> None:
    client.sim.tell({"block": 600})
    assert client.code(client.post(f"{PAGE_ID}/feed", message="m")) == (368, 0)
    client.sim.clock.advance(700)
    assert client.code(client.post(f"{PAGE_ID}/feed", message="m")) == (368, 0)
    client.sim.clock.advance(3 * 3600)
    assert "id" in client.post(f"{PAGE_ID}/feed", message="m")


@pytest.mark.parametrize("what", sorted(set(kit.SPOILT) - {"silence", "drip"}))
def test_before_and_after_accepting_look_the_same_to_a_client(client: PlainClient, what: str) -> None:
    def seen(accepted: bool) -> str:
        client.sim.faults.next("POST feed", kit.spoilt(what, accepted))
        try:
            answer = requests.post(
                f"{client.running.url}/{PAGE_ID}/feed", data={"message": what + str(accepted)},
                headers={"Authorization": f"Bearer {client.token}"}, timeout=2,
            )  # fmt: skip
            return f"{answer.status_code} {answer.headers} {answer.content!r}"
        except requests.RequestException as error:
            return type(error).__name__

    assert seen(accepted=True) == seen(accepted=False)
    assert len(client.sim.journal.entries("feed")) == 1


def test_faults_are_scripted_by_order_number_and_chance(client: PlainClient) -> None:
    faults = client.sim.faults
    faults.at("GET me", 2, kit.Fault("refusal", refusal="2"))
    assert ["error" in client.get("me") for _call in range(3)] == [False, True, False]
    faults.clear()
    faults.always("*", kit.Fault("refusal", refusal="1"), chance=0.5, seed=3)
    first = ["error" in client.get("me") for _call in range(20)]
    faults.clear()
    faults.always("*", kit.Fault("refusal", refusal="1"), chance=0.5, seed=3)
    assert first == ["error" in client.get("me") for _call in range(20)] and 2 < sum(first) < 18


def test_it_runs_on_its_own_and_is_steered_from_outside() -> None:
    command = [sys.executable, "-m", "tests.simulators", "facebook", "--port", "0"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, encoding="utf-8") as run:
        try:
            assert run.stdout is not None
            url = run.stdout.readline().split()[1]
            control = f"{url}/__simulator/"
            given = requests.post(f"{control}world", json={"option": "visible_after", "value": 60}, timeout=5).json()
            feed, auth = f"{url}/v26.0/{given['page_id']}/feed", {"Authorization": f"Bearer {given['token']}"}
            script = {"endpoint": "POST feed", "what": "drop", "accepted": True}
            requests.post(f"{control}faults", json=script, timeout=5)
            with pytest.raises(requests.ConnectionError):
                requests.post(feed, data={"message": "m"}, headers=auth, timeout=5)
            posts = url + f"/{given['page_id']}/published_posts"
            assert requests.get(posts, headers=auth, timeout=5).json()["data"] == []
            requests.post(f"{control}clock", json={"advance": 61}, timeout=5)
            assert len(requests.get(posts, headers=auth, timeout=5).json()["data"]) == 1
            [entry] = requests.get(f"{control}journal?verb=feed", timeout=5).json()
            assert entry["facts"]["message"] == "m"
        finally:
            run.kill()
