"""The simulated Facebook is as strict as the real one: what it takes, lists late, counts, and forgets."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from PIL import Image

from tests.films import film_bytes
from tests.simulators import kit
from tests.simulators.facebook import Facebook
from tests.simulators.facebook_insights import PAGE_METRICS, POST_METRICS
from tests.simulators.facebook_stage import PlainClient
from tests.simulators.facebook_world import APP_ID, PAGE_ID

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def picture(kind: str = "JPEG", **options: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, kind, **options)
    return data.getvalue()


@pytest.fixture
def client() -> Iterator[PlainClient]:
    sim = Facebook(kit.Clock(START))
    with kit.serve(sim) as running:
        yield PlainClient(running, sim.world.token("PAGE", START).value, sim.world.token("USER", START).value)


# Writing


def test_ids_of_posts_and_photos_are_distinct(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")
    photo = client.call("POST", f"{PAGE_ID}/photos", files={"source": ("a.jpg", picture())}, data={"caption": "c"})
    assert post["id"].startswith(f"{PAGE_ID}_") and photo["post_id"].startswith(f"{PAGE_ID}_")
    assert photo["id"] not in photo["post_id"]


def test_an_unpublished_photo_names_no_post_and_stays_as_an_orphan(client: PlainClient) -> None:
    photo = client.post(f"{PAGE_ID}/photos", url="https://a.example/a.jpg", published="false", temporary="true")
    assert set(photo) == {"id"} and client.sim.world.staged() == [photo["id"]]
    assert client.call("DELETE", photo["id"]) == {"success": True} and client.sim.world.staged() == []


def test_a_picture_that_facebook_cannot_fetch_is_refused(client: PlainClient) -> None:
    client.sim.world.options.unreachable = ("https://hong.example",)
    assert client.code(client.post(f"{PAGE_ID}/photos", url="https://hong.example/a.jpg")) == (100, 2069019)
    assert client.code(client.post(f"{PAGE_ID}/photos", url="file:///a.jpg")) == (100, 2061006)
    assert client.code(client.post(f"{PAGE_ID}/photos")) == (100, 0)


def test_a_staged_photo_is_used_once(client: PlainClient) -> None:
    photo = client.post(f"{PAGE_ID}/photos", url="https://a.example/a.jpg", published="false")
    media = json.dumps([{"media_fbid": photo["id"]}])
    assert "id" in client.post(f"{PAGE_ID}/feed", attached_media=media)
    assert client.code(client.post(f"{PAGE_ID}/feed", attached_media=media)) == (100, 1366051)


def test_pictures_are_judged_by_their_bytes(client: PlainClient) -> None:
    def sent(data: bytes) -> Any:
        return client.call("POST", f"{PAGE_ID}/photos", files={"source": ("a.jpg", data)})

    assert client.code(sent(b"<html>")) == (100, 2069019)
    assert client.code(sent(picture()[:40])) == (100, 2069019)
    moving = picture("GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")])
    assert client.code(sent(moving)) == (100, 1366046)
    assert "id" in sent(picture("PNG"))
    client.sim.world.options.largest_photo = 1_000
    assert client.code(sent(picture() + bytes(1_000))) == (100, 1366046)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, (100, 1349125)),
        ({"link": "khong-phai-dia-chi"}, (100, 2061006)),
        ({"link": "https://www.facebook.com/x"}, (100, 1609008)),
        ({"link": "https://hong.example/x"}, (1609005, 0)),
        ({"message": "m" * 63_207}, (100, 0)),
        ({"message": "m", "child_attachments": '[{"link": "https://a.example"}]'}, (100, 0)),
        ({"message": "m", "scheduled_publish_time": "2026-11-22T01:00:00+0000"}, (100, 0)),
        ({"message": "m", "published": "false", "scheduled_publish_time": "+9 minutes"}, (100, 0)),
        ({"message": "m", "published": "false", "scheduled_publish_time": "+31 days"}, (100, 0)),
        ({"message": "m", "published": "false", "scheduled_publish_time": "mai"}, (100, 0)),
    ],
)
def test_content_that_facebook_refuses(client: PlainClient, fields: dict[str, str], code: tuple[int, int]) -> None:
    client.sim.world.options.unreachable = ("https://hong.example",)
    assert client.code(client.post(f"{PAGE_ID}/feed", **fields)) == code
    assert not client.sim.journal.entries()


def test_the_same_text_twice_in_a_row_is_a_duplicate(client: PlainClient) -> None:
    client.post(f"{PAGE_ID}/feed", message="Một")
    assert client.code(client.post(f"{PAGE_ID}/feed", message="Một")) == (506, 0)
    client.post(f"{PAGE_ID}/feed", message="Hai")
    assert "id" in client.post(f"{PAGE_ID}/feed", message="Một")


def test_a_scheduled_post_is_published_when_its_time_has_come(client: PlainClient) -> None:
    at = str(int((START + timedelta(minutes=20)).timestamp()))
    post = client.post(f"{PAGE_ID}/feed", message="m", published="false", scheduled_publish_time=at)
    listed = {edge: client.get(f"{PAGE_ID}/{edge}")["data"] for edge in ("scheduled_posts", "published_posts")}
    assert [row["id"] for row in listed["scheduled_posts"]] == [post["id"]] and not listed["published_posts"]
    assert client.post(post["id"], scheduled_publish_time="+30 minutes") == {"success": True}
    client.sim.clock.advance(1801)
    assert [row["id"] for row in client.get(f"{PAGE_ID}/published_posts")["data"]] == [post["id"]]
    assert [entry.verb for entry in client.sim.journal.entries()] == ["feed", "edit", "publish"]


def test_only_the_same_application_edits_and_neither_link_nor_photos(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")
    assert client.post(post["id"], message="sửa", is_pinned="true") == {"success": True}
    assert client.code(client.post(post["id"], link="https://a.example")) == (100, 0)
    foreign = client.sim.world.foreign_post("x", START, by_hand=False)
    assert client.code(client.post(foreign.id, message="sửa")) == (200, 0)


def test_deleting_twice_is_an_error(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")
    assert client.call("DELETE", post["id"]) == {"success": True}
    assert client.code(client.call("DELETE", post["id"])) == (100, 33)


@pytest.mark.parametrize("way", ["file_url", "source", "chunks", "resumable"])
def test_a_video_has_a_post_only_after_processing(client: PlainClient, way: str) -> None:
    edge = f"{PAGE_ID}/videos"
    if way == "file_url":
        video = client.post(edge, file_url="https://a.example/v.mp4", description="Phim")["id"]
    elif way == "source":
        video = client.call("POST", edge, files={"source": ("v.mp4", film_bytes())}, data={"description": "Phim"})["id"]
    elif way == "chunks":
        started = client.post(edge, upload_phase="start", file_size="8")
        session = {"upload_session_id": started["upload_session_id"]}
        assert client.code(client.post(edge, upload_phase="finish", **session)) == (100, 0)
        started = client.post(edge, upload_phase="start", file_size="8")
        session = {"upload_session_id": started["upload_session_id"]}
        piece = {"video_file_chunk": ("x", b"12345678")}
        client.call("POST", edge, files=piece, data={"upload_phase": "transfer", "start_offset": "0", **session})
        assert client.post(edge, upload_phase="finish", **session) == {"success": True}
        video = started["video_id"]
    else:
        upload = client.post(f"{APP_ID}/uploads", file_name="v.mp4", file_length="8", file_type="video/mp4")["id"]
        handle = client.call("POST", upload, data=b"12345678")["h"]
        video = client.post(edge, fbuploader_video_file_chunk=handle, description="Phim")["id"]
    before = client.get(video, fields="status,post_id")
    assert before["status"]["video_status"] == "processing" and "post_id" not in before
    client.sim.clock.advance(61)
    after = client.get(video, fields="status,post_id,permalink_url,published")
    assert after["status"]["video_status"] == "ready" and after["post_id"].startswith(PAGE_ID)
    assert client.code(client.get(f"{video}/insights", metric="post_media_view")) == (100, 0)
    assert client.code(client.get(video, fields="reactions")) == (100, 0)


def test_a_message_to_a_comment_edits_it_and_a_person_reads_no_comments(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")["id"]
    comment = client.post(f"{post}/comments", message="Chào")["id"]
    reply = client.post(f"{comment}/comments", message="Trả lời")["id"]
    assert client.post(comment, message="Sửa") == {"success": True}
    top = client.get(f"{post}/comments", summary="true", fields="id,message")
    assert (top["data"], top["summary"]["total_count"]) == ([{"id": comment, "message": "Sửa"}], 1)
    assert len(client.get(f"{post}/comments", filter="stream")["data"]) == 2 and reply
    assert client.call("GET", f"{post}/comments", token=client.person) == {"data": []}
    answer = client.call("POST", f"{post}/comments", token=client.person, data={"message": "x"})
    assert client.code(answer) == (1705, 0)


# Reading


def test_unknown_fields_fail_and_removed_ones_say_so(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m", link="https://a.example/")["id"]
    assert client.code(client.get(post, fields="id,khong_co")) == (100, 0)
    assert client.code(client.get(post, fields="link")) == (12, 0)
    assert client.code(client.get(f"{PAGE_ID}/published_posts", fields="attachments{khong_co}")) == (100, 0)
    assert client.code(client.get(post, fields="comments.limit(0")) == (2500, 0)


def test_lists_come_in_pages_whose_next_carries_the_token(client: PlainClient) -> None:
    for number in range(7):
        client.sim.world.foreign_post(f"Bài {number}", START - timedelta(hours=number))
    first = client.get(f"{PAGE_ID}/published_posts", limit="5", fields="message")
    assert client.token in first["paging"]["next"] and len(first["data"]) == 5
    rest = requests.get(first["paging"]["next"], timeout=5).json()
    assert [row["message"] for row in rest["data"]] == ["Bài 5", "Bài 6"] and "next" not in rest["paging"]
    assert client.code(client.get(f"{PAGE_ID}/published_posts", limit="101")) == (100, 0)


def test_a_page_of_a_list_may_be_empty_and_not_the_last(client: PlainClient) -> None:
    client.sim.world.options.empty_page = True
    client.sim.world.foreign_post("Bài", START)
    first = client.get(f"{PAGE_ID}/published_posts")
    assert first["data"] == [] and "next" in first["paging"]
    assert len(client.get(f"{PAGE_ID}/published_posts", after=first["paging"]["cursors"]["after"])["data"]) == 1


def test_a_post_shows_late_and_perhaps_out_of_order(client: PlainClient) -> None:
    client.sim.world.options.visible_after = 120
    post = client.post(f"{PAGE_ID}/feed", message="m")["id"]
    assert client.get(post)["id"] == post and client.get(f"{PAGE_ID}/published_posts")["data"] == []
    client.sim.clock.advance(120)
    assert len(client.get(f"{PAGE_ID}/published_posts")["data"]) == 1
    for number in range(8):
        client.sim.world.foreign_post(f"Bài {number}", START - timedelta(hours=number))
    in_order = [row["id"] for row in client.get(f"{PAGE_ID}/published_posts")["data"]]
    client.sim.world.options.ranked = True
    ranked = [row["id"] for row in client.get(f"{PAGE_ID}/published_posts")["data"]]
    assert sorted(ranked) == sorted(in_order) and ranked != in_order


def test_the_feed_mixes_in_unpublished_posts_and_knows_since(client: PlainClient) -> None:
    client.sim.world.foreign_post("Cũ", START - timedelta(days=2))
    hidden = client.post(f"{PAGE_ID}/feed", message="m", published="false")["id"]
    since = str(int((START - timedelta(days=1)).timestamp()))
    rows = client.get(f"{PAGE_ID}/feed", since=since, fields="id,is_published")["data"]
    assert rows == [{"id": hidden, "is_published": False}]
    assert len(client.get(f"{PAGE_ID}/published_posts", since=since)["data"]) == 1, "where since is not documented"


def test_large_reads_are_too_much(client: PlainClient) -> None:
    client.sim.world.options.largest_read = 10
    answer = client.get(f"{PAGE_ID}/published_posts", limit="25")
    assert client.code(answer) == (1, 0) and "reduce the amount of data" in answer["error"]["message"]


# Insights


def test_the_metrics_of_today_are_valid_and_one_dead_name_kills_the_call(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")["id"]
    assert len(client.get(f"{post}/insights", metric=",".join(POST_METRICS))["data"]) == len(POST_METRICS)
    assert len(client.get(f"{PAGE_ID}/insights", metric=",".join(PAGE_METRICS))["data"]) == len(PAGE_METRICS)
    for dead in ("post_impressions", "post_impressions_unique", "post_engaged_users", "post_activity", "khong_co"):
        answer = client.get(f"{post}/insights", metric=f"post_media_view,{dead}")
        assert client.code(answer) == (100, 0) and "valid insights metric" in answer["error"]["message"]
        assert dead not in answer["error"]["message"]
    for dead in ("page_impressions", "page_fans", "page_fan_adds", "page_posts_impressions", "page_consumptions"):
        assert client.code(client.get(f"{PAGE_ID}/insights", metric=dead)) == (100, 0)
    assert client.code(client.get(f"{post}/insights")) == (3001, 1504028)


def test_insights_grow_and_small_pages_and_missing_rights_get_none(client: PlainClient) -> None:
    post = client.post(f"{PAGE_ID}/feed", message="m")["id"]

    def views() -> int:
        return client.get(f"{post}/insights", metric="post_media_view")["data"][0]["values"][0]["value"]

    seen = []
    for _hour in range(5):
        seen.append(views())
        client.sim.clock.advance(3600)
    assert seen == sorted(seen) and seen[0] == 0 < seen[-1]
    assert "end_time" in client.get(f"{PAGE_ID}/insights", metric="page_follows")["data"][0]["values"][0]
    client.sim.world.pages[PAGE_ID].likes = 99
    assert client.get(f"{post}/insights", metric="post_media_view") == {"data": []}
    client.sim.world.pages[PAGE_ID].likes = 100
    client.sim.world.tokens[client.token].scopes = ("pages_read_engagement",)
    assert client.get(f"{post}/insights", metric="post_media_view") == {"data": []}
