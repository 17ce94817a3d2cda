"""The simulated Zalo's broadcasts, messages, uploads, followers and quotas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.zalo_stage import Caller, Stage, staged, told

TIMEOUT = 5


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


@pytest.fixture
def caller(stage: Stage) -> Caller:
    return Caller(stage)


def broadcast(*ids: str, target: Any = None, **recipient: Any) -> dict[str, Any]:
    elements = [{"media_type": "article", "attachment_id": number} for number in ids]
    payload = {"template_type": "media", "elements": elements}
    return {
        "recipient": recipient or {"target": target or {}},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }


@pytest.mark.parametrize("target", [{"ages": "0,1"}, {"ages": 3}, {"ages": [0, 1]}, {}])
def test_filters_are_taken_in_every_documented_spelling(caller: Caller, target: dict[str, Any]) -> None:
    assert caller.post("/v2.0/oa/message", broadcast(caller.created(), target=target))["error"] == 0


def test_other_broadcasts_are_refused(stage: Stage, caller: Caller) -> None:
    number = caller.created()
    assert told(caller.post("/v2.0/oa/message", broadcast(number, user_id="1")))[0] == -240
    assert told(caller.post("/v2.0/oa/message", broadcast("khong-co")))[0] == -201
    assert told(caller.post("/v2.0/oa/message", broadcast(*[number] * 6)))[0] == -201
    assert told(caller.post("/v2.0/oa/message", broadcast(number, target={"ages": "9"})))[0] == -201
    assert told(caller.post("/v2.0/oa/message", {"recipient": {"target": {}}, "message": {"text": "chữ"}}))[0] == -233
    stage.option(job_seconds=(60, 60))
    caller.post("/v2.0/article/create", caller.article())
    assert not stage.entries("broadcast")


def test_messages_to_one_person_need_a_follower_in_touch(stage: Stage, caller: Caller) -> None:
    def send(text: str = "Chào", **more: Any) -> int:
        sent = {"recipient": {"user_id": "7"}, "message": {"text": text, **more}}
        return caller.post("/v3.0/oa/message/cs", sent)["error"]

    assert send() == -213
    stage.simulator.tell({"follower": "7"})
    assert send() == 0 and send("a" * 2001) == -210
    picture = caller.post("/v2.0/oa/upload/image", files={"file": ("a.png", b"\x89PNG\r\n\x1a\n")})["data"]
    attachment = {"payload": {"attachment_id": picture["attachment_id"]}}
    assert send(attachment=attachment) == 0
    stage.simulator.clock.advance(7 * 24 * 3600 + 1)
    caller.headers = {"access_token": stage.desk.current()}
    assert send() == -230
    stage.simulator.tell({"follower": "7"})
    assert send(attachment=attachment) == -100
    for path in ("transaction", "promotion"):
        assert caller.post(f"/v3.0/oa/message/{path}", {})["error"] == -240


@pytest.mark.parametrize(
    ("kind", "data", "most", "gives"),
    [
        ("image", b"\xff\xd8\xff", 1_048_576, "attachment_id"),
        ("gif", b"GIF89a", 5 * 1_048_576, "attachment_id"),
        ("file", b"%PDF-1.7", 5 * 1_048_576, "token"),
    ],
)
def test_uploads_have_their_types_sizes_and_number(
    stage: Stage, caller: Caller, kind: str, data: bytes, most: int, gives: str
) -> None:
    def up(content: bytes) -> dict[str, Any]:
        return caller.post(f"/v2.0/oa/upload/{kind}", files={"file": ("a", content)})

    assert gives in up(data)["data"]
    assert up(b"chu")["error"] == -201 and up(data + b"0" * most)["error"] == -210
    stage.option(upload_quota=1)
    assert up(data)["error"] == -211


def test_followers_are_listed_fifty_at_a_time_with_one_parameter_of_json(stage: Stage, caller: Caller) -> None:
    for number in range(60):
        stage.simulator.tell({"follower": f"{number:03d}"})

    def ask(path: str, **asked: int) -> dict[str, Any]:
        return caller.get(path, data=json.dumps(asked))

    new = ask("/v3.0/oa/user/getlist", offset=0, count=50)["data"]
    assert (new["total"], len(new["users"])) == (60, 50)
    assert len(ask("/v2.0/oa/getfollowers", offset=50, count=50)["data"]["followers"]) == 10
    assert ask("/v3.0/oa/user/getlist", offset=0, count=51)["error"] == -210
    assert ask("/v3.0/oa/user/getlist", offset=9952, count=1)["error"] == -210
    assert caller.get("/v3.0/oa/user/getlist", offset=0, count=1)["error"] == -201
    assert caller.get("/v3.0/oa/user/detail", data='{"user_id": "001"}')["data"]["user_is_follower"]
    assert caller.get("/v2.0/oa/getprofile", data='{"user_id": "x"}')["error"] == -213
    assert caller.get("/v2.0/oa/getoa")["data"]["num_follower"] == 1340


def test_quotas_are_told_by_both_calls(caller: Caller) -> None:
    old = caller.post("/v2.0/oa/quota/message", {"user_id": "1", "type": "promotion"})["data"]
    assert old == {"type": "promotion", "remain": 4, "total": 4}
    assert caller.post("/v3.0/oa/quota/message", {"quota_owner": "OA"})["data"][0]["remain"] == 4
    assert caller.post("/v3.0/oa/quota/message", {"quota_owner": "x"})["error"] == -201
