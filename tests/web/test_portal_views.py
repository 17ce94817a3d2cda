"""Counting views: who counts, on which day, what is kept of readers (nothing), and what a failure breaks (nothing)."""

import threading
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from publisher.clock import reading as clock_reading
from publisher.pages import views as page_views
from publisher.web.portal import counting
from tests.conftest import web_app
from tests.factories import Office
from tests.web.portal import READER, page_of, published, views, withdraw


@pytest.fixture
def slug(office: Office) -> str:
    return published(office, "Bài mẫu")


def count_of(office: Office, app: Flask) -> int:
    counting.flush(app)
    return sum(views(office).values())


def test_a_reader_counts_on_the_day_of_the_offices_calendar(office: Office, app: Flask) -> None:
    with clock_reading(datetime(2026, 11, 20, 16, 59, tzinfo=UTC)):
        slug = published(office, "Bài mẫu")
        app.test_client().get(f"/tin/{slug}", headers=READER)
    with clock_reading(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)):
        app.test_client().get(f"/tin/{slug}", headers=READER)
        app.test_client().get(f"/tin/{slug}", headers=READER)
    counting.flush(app)
    post_id = page_of(office, slug).post_id
    assert views(office) == {(post_id, "2026-11-20"): 1, (post_id, "2026-11-21"): 2}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": ""},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": "python-requests/2.34"},
        {"User-Agent": "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36"},
        {**READER, "Sec-Purpose": "prefetch;prerender"},
        {**READER, "Purpose": "prefetch"},
    ],
    ids=lambda headers: " ".join(headers.values())[-40:] or "no name",
)
def test_robots_and_prefetches_do_not_count(office: Office, app: Flask, slug: str, headers: dict[str, str]) -> None:
    app.test_client().get(f"/tin/{slug}", headers=headers)
    assert count_of(office, app) == 0


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; Android 15; SM-A156E) Chrome/140.0.0.0 Mobile Safari/537.36 Zalo android/25",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/480]",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 coc_coc_browser/130.0 Chrome/124.0 Safari/537.36",
    ],
)
def test_people_in_the_browsers_of_apps_count(office: Office, app: Flask, slug: str, agent: str) -> None:
    app.test_client().get(f"/tin/{slug}", headers={"User-Agent": agent})
    assert count_of(office, app) == 1


def test_staff_heads_prints_lists_and_withdrawn_pages_do_not_count(
    office: Office, app: Flask, slug: str, sign_in
) -> None:
    sign_in("editor").get(f"/tin/{slug}", headers=READER)
    reader = app.test_client()
    reader.head(f"/tin/{slug}", headers=READER)
    reader.get(f"/tin/{slug}?ban-in", headers=READER)
    reader.get("/", headers=READER)
    withdraw(office, slug)
    reader.get(f"/tin/{slug}", headers=READER)
    assert count_of(office, app) == 0


def test_a_page_opened_again_from_the_cache_counts_again(office: Office, app: Flask, slug: str) -> None:
    reader = app.test_client()
    mark = reader.get(f"/tin/{slug}", headers=READER).headers["ETag"]
    assert reader.get(f"/tin/{slug}", headers={**READER, "If-None-Match": mark}).status_code == 304
    assert count_of(office, app) == 2


def test_adding_at_the_same_time_loses_no_view(either_office: Office) -> None:
    post_id = page_of(either_office, published(either_office, "Bài mẫu")).post_id
    day = date(2026, 11, 21)

    def add() -> None:
        for _ in range(10):
            with either_office.writing() as session:
                page_views.add(session, {(post_id, day): 2, (post_id, date(2026, 11, 22)): 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert views(either_office) == {(post_id, "2026-11-21"): 80, (post_id, "2026-11-22"): 40}


def test_views_are_written_by_themselves_soon(office: Office, slug: str) -> None:
    post_id, day = page_of(office, slug).post_id, date(2026, 11, 21)
    tally = counting.Tally(office.world.db, every=0.05)
    tally.add(post_id, day)
    tally.add(post_id, day)
    for _ in range(100):
        if views(office):
            break
        threading.Event().wait(0.05)
    assert views(office) == {(post_id, "2026-11-21"): 2}


def test_a_page_does_not_wait_for_somebody_who_holds_the_write_lock(office: Office, app: Flask, slug: str) -> None:
    with office.writing() as session:
        session.execute(text("UPDATE unit SET hotline = hotline"))
        assert app.test_client().get(f"/tin/{slug}", headers=READER).status_code == 200
    assert count_of(office, app) == 1


def test_what_cannot_be_written_waits_and_breaks_no_page(office: Office, app: Flask, slug: str) -> None:
    with office.writing() as session:
        session.execute(text("ALTER TABLE page_views RENAME TO away"))
    assert app.test_client().get(f"/tin/{slug}", headers=READER).status_code == 200
    counting.flush(app)
    with office.writing() as session:
        session.execute(text("ALTER TABLE away RENAME TO page_views"))
    assert count_of(office, app) == 1


def test_closing_the_installation_writes_what_waits(office: Office, slug: str) -> None:
    app = web_app(office.installation)
    app.test_client().get(f"/tin/{slug}", headers=READER)
    office.installation.close()
    assert sum(views(office).values()) == 1


def test_nothing_about_the_reader_is_kept(office: Office, app: Flask, slug: str) -> None:
    app.test_client().get(f"/tin/{slug}", headers={**READER, "X-Forwarded-For": "203.0.113.9"})
    counting.flush(app)
    with office.reading() as session:
        columns = session.execute(text("SELECT * FROM page_views")).keys()
    assert set(columns) == {"id", "post_id", "day", "count"}
