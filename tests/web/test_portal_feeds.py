"""Feeds: valid, whole, stable, and without what was withdrawn."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
from flask.testing import FlaskClient

from publisher import clock
from tests.factories import Office
from tests.web.portal import correct, picture, published, withdraw


def atom(client: FlaskClient) -> Any:
    parsed = feedparser.parse(client.get("/feed.atom").data, response_headers={"content-type": "application/atom+xml"})
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def test_an_empty_feed_is_valid(visitor: FlaskClient) -> None:
    assert atom(visitor).entries == []
    feed = json.loads(visitor.get("/feed.json").data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"] == []
    root = ElementTree.fromstring(visitor.get("/feed.atom").data)
    assert root.findtext("{http://www.w3.org/2005/Atom}updated")


def test_feeds_carry_the_full_text_with_whole_addresses(office: Office, visitor: FlaskClient) -> None:
    photo = picture(office)
    slug = published(
        office, "Tên & <bài>", body='Đoạn **một** <thô>.\n\n[Trang](/chu-de/T1) và `href="/ma"`.', images=[photo]
    )
    entry = atom(visitor).entries[0]
    item = json.loads(visitor.get("/feed.json").data)["items"][0]
    assert entry.id == item["id"] == f"http://localhost/tin/{slug}"
    assert entry.link == item["url"] == f"http://localhost/tin/{slug}"
    assert item["title"] == "Tên & <bài>"
    assert item["image"] == f"http://localhost/anh/{photo['sha256']}"
    for html in (entry.content[0].value, item["content_html"]):
        assert "<strong>một</strong> &lt;thô&gt;." in html
        assert f'src="http://localhost/anh/{photo["sha256"]}"' in html
        assert '<code>href="/ma"</code>' in html
        assert "<h1" not in html
    assert 'href="http://localhost/chu-de/T1"' in item["content_html"]
    assert [tag.term for tag in entry.tags] == ["T2"]
    assert entry.author == "UBND phường Mẫu"


def test_feeds_hold_the_newest_thirty(office: Office, visitor: FlaskClient) -> None:
    for number in range(31):
        published(office, f"Bài {number:02}", clock.now() - timedelta(hours=40 - number))
    entries = atom(visitor).entries
    assert [entry.title for entry in entries] == [f"Bài {number:02}" for number in range(30, 0, -1)]
    assert len(json.loads(visitor.get("/feed.json").data)["items"]) == 30


def test_a_correction_keeps_the_id_and_renews_the_stamp(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Bài mẫu", datetime(2026, 11, 1, tzinfo=UTC))
    before = atom(visitor)
    correct(office, slug, "Sửa tên.", title="Bài đã sửa")
    after = atom(visitor)
    assert after.entries[0].id == before.entries[0].id
    assert after.entries[0].published == before.entries[0].published
    assert after.entries[0].updated > before.entries[0].updated
    assert after.feed.updated > before.feed.updated


def test_a_withdrawn_page_leaves_the_feeds_and_both_ways_of_asking_notice(office: Office, visitor: FlaskClient) -> None:
    past = clock.now() - timedelta(days=3)
    slug = published(office, "Bài thu hồi", past)
    published(office, "Bài ở lại", past)
    for feed in ("/feed.atom", "/feed.json"):
        answer = visitor.get(feed)
        by_mark = {"If-None-Match": answer.headers["ETag"]}
        assert visitor.get(feed, headers=by_mark).status_code == 304
        assert visitor.get(feed, headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    answers = {feed: visitor.get(feed) for feed in ("/feed.atom", "/feed.json")}
    withdraw(office, slug)
    for feed, answer in answers.items():
        by_time = {"If-Modified-Since": answer.headers["Last-Modified"]}
        assert visitor.get(feed, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
        again = visitor.get(feed, headers=by_time)
        assert again.status_code == 200
        assert "Bài thu hồi" not in again.text
        assert "Bài ở lại" in again.text
