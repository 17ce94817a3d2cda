"""The simulated Zalo is as strict as the reference says: what our channel never does wrong is refused too."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image as Picture

from channels.zalo.tokens import challenge, verifier
from tests.films import film_bytes
from tests.simulators import kit
from tests.simulators.zalo import simulator
from tests.simulators.zalo_stage import Caller, Stage, staged, told
from tests.simulators.zalo_world import APP_ID, APP_SECRET, OA_ID

TIMEOUT = 5


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


@pytest.fixture
def caller(stage: Stage) -> Caller:
    return Caller(stage)


# The platform


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, -216),
        ({"Authorization": "Bearer {token}"}, -216),
        ({"access-token": "{token}"}, -216),
        ({"access_token": "rác"}, -216),
        ({"access_token": "{token}"}, 0),
    ],
)
def test_only_the_header_access_token_is_a_token(stage: Stage, headers: dict[str, str], code: int) -> None:
    token = stage.desk.stored.access_token
    given = {name: text.replace("{token}", token).encode() for name, text in headers.items()}
    answer = requests.get(f"{stage.url}/v2.0/oa/getoa", headers=given, timeout=TIMEOUT)
    assert answer.status_code == 200 and answer.json()["error"] == code


def test_a_token_dies_after_25_hours_and_when_the_app_is_revoked(stage: Stage, caller: Caller) -> None:
    stage.option(revoked=True)
    assert told(caller.get("/v2.0/oa/getoa"))[0] == -220
    stage.option(revoked=False)
    stage.simulator.clock.advance(25 * 3600)
    assert told(caller.get("/v2.0/oa/getoa")) == (-220, "access_token is expired or removed")


def test_every_call_tells_the_rate_and_beyond_it_is_refused_with_http_200(stage: Stage, caller: Caller) -> None:
    stage.option(per_minute=2)
    rates = []
    for _call in range(3):
        answer = requests.get(f"{stage.url}/v2.0/oa/getoa", headers=caller.headers, timeout=TIMEOUT)
        rates.append((answer.status_code, answer.headers["X-RateLimit-Remain"], answer.json()["error"]))
    assert rates == [(200, "1", 0), (200, "0", 0), (200, "0", -32)]
    stage.simulator.clock.advance(60)
    assert caller.get("/v2.0/oa/getoa")["error"] == 0


@pytest.mark.parametrize("status", [404, 200])
@pytest.mark.parametrize("path", ["/v3.0/article/create", "/v2.0/article/upload_image", "/v9/x"])
def test_removed_calls_are_unknown(stage: Stage, caller: Caller, path: str, status: int) -> None:
    stage.option(unknown_status=status)
    answer = requests.post(f"{stage.url}{path}", json={}, headers=caller.headers, timeout=TIMEOUT)
    assert (answer.status_code, answer.json()["error"]) == (status, -209)


# Sign-in


def test_tokens_come_for_a_form_with_the_secret_in_its_header(stage: Stage) -> None:
    url = f"{stage.url}/v4/oa/access_token"
    form = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": stage.desk.stored.refresh_token}
    named = {"secret_key": APP_SECRET}

    def ask(**more: Any) -> dict[str, Any]:
        return requests.post(url, timeout=TIMEOUT, **more).json()

    assert ask(data=form)["error"] == -14004
    assert ask(json=form, headers=named)["error"] == -14002, "JSON is no form"
    assert ask(data={**form, "grant_type": "password"}, headers=named)["error"] == -14018
    refused = ask(data={**form, "refresh_token": "x"}, headers=named)
    assert refused["error_name"] == "Invalid refresh token." and "message" not in refused
    assert ask(data=form, headers=named)["expires_in"] == "90000"
    assert ask(data=form, headers=named)["error"] == -14014, "single use"


def test_the_consent_page_sends_back_code_account_and_state(stage: Stage) -> None:
    asked = {"app_id": APP_ID, "redirect_uri": "https://a.example/ve?x=1", "code_challenge": "c", "state": "s"}
    answer = requests.get(f"{stage.url}/v4/oa/permission", params=asked, allow_redirects=False, timeout=TIMEOUT)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://a.example/ve?x=1&code=")
    assert f"oa_id={OA_ID}&state=s" in answer.headers["Location"]
    answer = requests.get(f"{stage.url}/v4/oa/permission", params={**asked, "app_id": "1"}, timeout=TIMEOUT)
    assert answer.json()["error"] == -14002
    assert len(challenge(verifier(bytes(32)))) == 43


def test_where_rotation_spares_the_old_access_token_it_lives_on(stage: Stage, caller: Caller) -> None:
    stage.option(access_dies_on_rotation=False)
    stage.desk.renewed(stage.desk.stored.access_token)
    assert caller.get("/v2.0/oa/getoa")["error"] == 0


# Articles


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"type": "photo"}, "type accept only 2 value"),
        ({"title": ""}, "title allow 1 to 150"),
        ({"title": "a" * 150}, "title allow 1 to 150"),
        ({"description": "a" * 300}, "description allow 1 to 300"),
        ({"author": "a" * 51}, "author allow 1 to 50"),
        ({"author": None}, "author allow 1 to 50"),
        ({"cover": None}, "cover value is invalid"),
        ({"cover": {"cover_type": "photo", "photo_url": "https://a.example/a.jpg"}}, "create media fail"),
        ({"cover": {"cover_type": "photo", "photo_url": "https://a.example/ả.jpg", "status": "show"}}, "photo_url"),
        ({"cover": {"cover_type": "photo", "photo_url": "https://a.example/a b.jpg", "status": "show"}}, "photo_url"),
        ({"cover": {"cover_type": "video", "status": "show"}}, "cover value is invalid"),
        ({"body": []}, "body is invalid"),
        ({"body": [{"type": "image"}]}, "body is invalid"),
        ({"body": [{"type": "table", "content": "x"}]}, "body is invalid"),
        ({"status": "visible"}, "status is invalid"),
        ({"comment": True}, "comment is invalid"),
        ({"type": "video"}, "video_id is invalid"),
    ],
)
def test_a_wrong_article_is_refused_at_once(caller: Caller, changes: dict[str, Any], text: str) -> None:
    code, message = told(caller.post("/v2.0/article/create", caller.article(**changes)))
    assert code == -201 and text in message
    assert not caller.stage.entries("article.create")


def test_lengths_may_be_taken_less_strictly(stage: Stage, caller: Caller) -> None:
    stage.option(strict_lengths=False)
    assert caller.created(title="a" * 150, description="b" * 300, author="c" * 50)


def filmed(caller: Caller) -> str:
    """A film that the simulator has converted; returns its number there."""
    path = "/v2.0/article/upload_video"
    token = caller.post(f"{path}/preparevideo", files={"file": ("a.mp4", film_bytes())})["data"]["token"]
    caller.stage.simulator.clock.advance(20)
    headers = {**caller.headers, "token": token}
    answer = requests.get(f"{caller.stage.url}{path}/verify", headers=headers, timeout=TIMEOUT)
    number: str = answer.json()["data"]["video_id"]
    return number


def test_other_blocks_and_a_video_article_are_taken(caller: Caller) -> None:
    blocks = [
        {"type": "video", "url": "https://youtu.example/1", "thumb": "https://a.example/1.jpg"},
        {"type": "video", "video_id": "v1"},
        {"type": "product", "id": "p1"},
    ]
    caller.created(body=blocks)
    number = filmed(caller)
    avatar = caller.article()["cover"]["photo_url"]
    sent = {"type": "video", "title": "Phim", "description": "Mô tả", "video_id": "v1", "avatar": avatar}
    assert told(caller.post("/v2.0/article/create", sent)) == (-201, "video_id is invalid!")
    sent["video_id"] = number
    token = caller.post("/v2.0/article/create", sent)["data"]["token"]
    number = caller.post("/v2.0/article/verify", {"token": token})["data"]["id"]
    assert caller.get("/v2.0/article/getdetail", id=number)["data"]["type"] == "video"
    listed = caller.get("/v2.0/article/getslice", offset=0, limit=10, type="video")["data"]
    assert listed["total"] == 1


def test_a_job_answers_a_token_runs_and_then_gives_the_same_id_each_time(stage: Stage, caller: Caller) -> None:
    stage.option(job_seconds=(20, 30))
    answer = caller.post("/v2.0/article/create", caller.article())
    assert set(answer["data"]) == {"token"}
    asked = {"token": answer["data"]["token"]}
    assert told(caller.post("/v2.0/article/verify", asked)) == (-214, "Article is being processed")
    assert caller.get("/v2.0/article/getslice", offset=0, limit=10, type="normal")["data"]["total"] == 0
    stage.simulator.clock.advance(31)
    ids = {caller.post("/v2.0/article/verify", asked)["data"]["id"] for _time in range(3)}
    assert len(ids) == 1


@pytest.mark.parametrize("kind", ["missing", "heavy", "webp"])
def test_a_job_fails_at_verify_when_its_picture_is_not_what_zalo_takes(caller: Caller, kind: str) -> None:
    packed = BytesIO()
    if kind == "heavy":
        Picture.effect_noise((1400, 1400), 90).save(packed, "PNG")
        assert len(packed.getvalue()) > 1_048_576
    else:
        Picture.new("RGB", (4, 4)).save(packed, "WEBP")
    digest = "0" * 64 if kind == "missing" else caller.stage.files.put(packed.getvalue())
    cover = {"cover_type": "photo", "photo_url": f"{caller.stage.portal.url}/anh/{digest}", "status": "show"}
    for words in ("Upload media failed", "Upload media failed", "Upload media failed", "Too many failed attempts"):
        answer = caller.post("/v2.0/article/create", caller.article(cover=cover))
        code, message = told(caller.post("/v2.0/article/verify", {"token": answer["data"]["token"]}))
        assert code == -200 and words in message
    assert not caller.stage.entries("article.made")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"data": '{"offset":0,"limit":10,"type":"normal"}'}, "type accept only 2 value normal and video."),
        ({"offset": 0, "limit": 10}, "type accept only 2 value"),
        ({"offset": 0, "limit": 11, "type": "normal"}, "maximum limit is 10"),
        ({"limit": 5, "type": "normal"}, "offset is invalid"),
    ],
)
def test_the_list_takes_plain_parameters_and_ten_at_most(caller: Caller, asked: dict[str, Any], text: str) -> None:
    code, message = told(caller.get("/v2.0/article/getslice", **asked))
    assert code == -201 and text in message


def test_an_article_is_hidden_unless_said_and_counters_grow_in_the_list_alone(stage: Stage, caller: Caller) -> None:
    hidden, shown = caller.created(), caller.created(status="show")
    stage.simulator.clock.advance(3 * 3600)
    items = {
        item["id"]: item
        for item in caller.get("/v2.0/article/getslice", offset=0, limit=10, type="normal")["data"]["medias"]
    }
    assert (items[hidden]["status"], items[hidden]["total_view"]) == ("hide", 0)
    assert (items[shown]["status"], items[shown]["total_view"]) == ("show", 18)
    assert len(str(items[shown]["create_date"])) == 13, "epoch milliseconds"
    detail = caller.get("/v2.0/article/getdetail", id=shown)["data"]
    assert "total_view" not in detail and detail["link_view"] and detail["comment"] == "show"


def test_articles_are_listed_late_and_hidden_ones_perhaps_not(stage: Stage, caller: Caller) -> None:
    stage.option(list_delay=60, list_hidden=False)
    caller.created(status="show")
    caller.created()

    def total() -> int:
        return caller.get("/v2.0/article/getslice", offset=0, limit=10, type="normal")["data"]["total"]

    assert total() == 0
    stage.simulator.clock.advance(60)
    assert total() == 1


def test_an_update_is_a_whole_article_and_a_job_of_its_own(caller: Caller) -> None:
    number = caller.created()
    assert told(caller.post("/v2.0/article/update", {"id": number, "title": "Chỉ tiêu đề"}))[0] == -201
    answer = caller.post("/v2.0/article/update", caller.article(id=number, status="show", title="Mới"))
    assert caller.post("/v2.0/article/verify", {"token": answer["data"]["token"]})["data"]["id"] == number
    assert caller.stage.simulator.shown() == ["Mới"]
    assert told(caller.post("/v2.0/article/update", caller.article(id="khac"))) == (-201, "id is invalid!")


def test_a_removed_article_is_known_no_more(caller: Caller) -> None:
    number = caller.created()
    assert caller.post("/v2.0/article/remove", {"id": number})["error"] == 0
    assert told(caller.get("/v2.0/article/getdetail", id=number))[0] == -201
    assert told(caller.post("/v2.0/article/remove", {"id": number}))[0] == -201


def test_a_body_that_is_no_json_is_refused(stage: Stage, caller: Caller) -> None:
    url = f"{stage.url}/v2.0/article/create"
    for more in ({"data": {"title": "a"}}, {"data": "{", "headers": {"Content-Type": "application/json"}}):
        headers = {**caller.headers, **more.pop("headers", {})}  # type: ignore[arg-type]
        assert requests.post(url, headers=headers, timeout=TIMEOUT, **more).json()["error"] == -201  # type: ignore[arg-type]


def test_a_film_is_prepared_and_its_token_stands_in_a_header(stage: Stage, caller: Caller) -> None:
    film = film_bytes()
    path = "/v2.0/article/upload_video/preparevideo"
    assert caller.post(path, files={"file": ("a.txt", b"chu")})["error"] == -201
    token = caller.post(path, files={"file": ("a.mp4", film)})["data"]["token"]
    verify = f"{stage.url}/v2.0/article/upload_video/verify"
    assert (
        requests.get(verify, params={"token": token}, headers=caller.headers, timeout=TIMEOUT).json()["error"] == -201
    )
    named = {**caller.headers, "token": token}
    first = requests.get(verify, headers=named, timeout=TIMEOUT).json()["data"]
    stage.simulator.clock.advance(20)
    last = requests.get(verify, headers=named, timeout=TIMEOUT).json()["data"]
    assert (first["status"], first["video_id"], last["status"], last["convert_percent"]) == (3, "", 1, 100)
    assert last["video_id"]


# The simulator itself


def test_clock_world_and_journal_are_moved_from_outside(caller: Caller) -> None:
    control = f"{caller.stage.url}/__simulator"

    def tell(**facts: Any) -> requests.Response:
        return requests.post(f"{control}/world", json=facts, timeout=TIMEOUT)

    number = caller.created(status="show")
    assert tell(foreign={"title": "Tiêu đề", "count": 2}).json()["foreign"]
    verbs = [entry["verb"] for entry in requests.get(f"{control}/journal", timeout=TIMEOUT).json()]
    assert verbs == ["article.create", "article.made", "article.shown"], "another publisher's are not ours"
    requests.post(f"{control}/clock", json={"advance": 3600}, timeout=TIMEOUT)
    items = caller.get("/v2.0/article/getslice", offset=0, limit=10, type="normal")["data"]["medias"]
    assert [item["total_view"] for item in items if item["id"] == number] == [6]
    assert tell(options={"per_minute": 0}).ok and caller.get("/v2.0/oa/getoa")["error"] == -32
    assert tell(reset=True).ok and requests.get(f"{control}/journal", timeout=TIMEOUT).json() == []
    assert caller.get("/v2.0/oa/getoa")["error"] == -216, "a reset forgets the tokens too"
    pair = tell(issue=True).json()["issue"]
    caller.headers = {"access_token": pair["access_token"]}
    assert caller.get("/v2.0/oa/getoa")["error"] == 0


def test_the_journal_holds_no_token(stage: Stage, caller: Caller) -> None:
    stage.desk.renewed(stage.desk.stored.access_token)
    stage.publish(stage.item())
    text = json.dumps([dict(entry.facts) for entry in stage.simulator.journal.entries()])
    assert "CANARY" not in text and "job" not in text


def test_the_simulator_runs_by_itself() -> None:
    with kit.serve(simulator()) as running:
        assert requests.get(f"{running.url}/v2.0/oa/getoa", timeout=TIMEOUT).json()["error"] == -216


def test_jobs_take_times_of_their_own_the_same_in_each_run(tmp_path: Path) -> None:
    runs = []
    for number in range(2):
        with staged(tmp_path / str(number), job_seconds=(0.0, 60.0)) as stage:
            caller = Caller(stage)
            for _article in range(3):
                caller.post("/v2.0/article/create", caller.article())
            start = stage.simulator.clock.now()
            runs.append([(job.ready_at - start) / timedelta(seconds=1) for job in stage.simulator.world.jobs.values()])
    assert runs[0] == runs[1] and len(set(runs[0])) == 3 and max(runs[0]) <= 60
