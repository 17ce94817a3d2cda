"""Home, articles, themes: what a reader sees, at which address, at what cost."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publisher import clock
from publisher.config import Config
from publisher.installation import open_installation
from tests.conftest import web_app
from tests.factories import Office, in_minutes, make_office
from tests.web.portal import correct, counted, page_of, picture, published, withdraw


def test_an_empty_portal_says_so_and_names_the_hotline(visitor: FlaskClient) -> None:
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Chưa có bài nào" in page.text
    assert "tel:0900000000" in page.text


def test_a_portal_without_any_unit_still_opens(config: Config) -> None:
    installation = open_installation(config)
    assert web_app(installation).test_client().get("/").status_code == 200
    installation.close()


def test_home_lists_the_newest_first_and_only_what_went_out(office: Office, visitor: FlaskClient) -> None:
    published(office, "Bài cũ", clock.now() - timedelta(days=2))
    published(office, "Bài mới", clock.now() - timedelta(days=1))
    office.scheduled("Bài sắp đăng", in_minutes(60))
    office.draft("Bài nháp")
    text = visitor.get("/").text
    assert text.index("Bài mới") < text.index("Bài cũ")
    assert "Bài sắp đăng" not in text
    assert "Bài nháp" not in text


def test_a_long_list_is_paged_and_pages_outside_it_are_not_found(office: Office, visitor: FlaskClient) -> None:
    for number in range(14):
        published(office, f"Bài số {number:02}", clock.now() - timedelta(hours=20 - number))
    first, second = visitor.get("/").text, visitor.get("/?trang=2").text
    assert "Bài số 13" in first
    assert "Bài số 01" not in first
    assert "Trang 1 / 2" in first
    assert "Bài số 01" in second
    assert "Bài số 13" not in second
    assert '<link rel="canonical" href="http://localhost/?trang=2">' in second
    for wrong in ("3", "0", "-1", "một", "٢", "9" * 30):
        assert visitor.get(f"/?trang={wrong}").status_code == 404, wrong


def test_themes_stand_with_their_counts_and_have_pages_of_their_own(office: Office, visitor: FlaskClient) -> None:
    published(office, "Bài về thể chế", themes=["T1"])
    gone = published(office, "Bài bị thu hồi", themes=["T1"])
    published(office, "Bài về thủ tục", themes=["T2", "T6"])
    withdraw(office, gone)
    home = visitor.get("/").text
    counts = re.findall(r'href="/chu-de/(T\d)">\s*<span>[^<]+</span>\s*<span class="count">.*?</span>(\d+)', home)
    assert dict(counts) == {"T1": "1", "T2": "1", "T3": "0", "T4": "0", "T5": "0", "T6": "1", "T7": "0"}
    theme = visitor.get("/chu-de/T1").text
    assert "Bài về thể chế" in theme
    assert "Bài về thủ tục" not in theme
    assert "Bài bị thu hồi" not in theme
    assert "chưa có bài nào" in visitor.get("/chu-de/T3").text
    assert visitor.get("/chu-de/T9").status_code == 404


def test_an_article_shows_the_approved_bytes_exactly(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Đẩy mạnh «một cửa» & <b>", body="Một **đoạn** văn.\n\n- mục một\n- mục hai")
    page = visitor.get(f"/tin/{slug}")
    assert office.world.files.get(page_of(office, slug).sha256) in page.data


def test_an_article_tells_when_it_was_published_in_the_offices_zone(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Bài sáng sớm", datetime(2026, 11, 20, 22, 15, tzinfo=UTC))
    page = visitor.get(f"/tin/{slug}").text
    assert '<time datetime="2026-11-21T05:15:00+07:00">Thứ Bảy, 21/11/2026, 05:15</time>' in page


def test_an_unknown_address_is_not_found_with_a_way_on(visitor: FlaskClient) -> None:
    for address in ("/tin/khong-co", "/khong-co-trang-nay", "/chu-de/T99"):
        page = visitor.get(address)
        assert page.status_code == 404
        assert 'href="/tim"' in page.text
        assert "UBND phường Mẫu" in page.text


def test_a_correction_is_told_with_its_time_and_keeps_the_address(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Lịch tiếp dân")
    correct(office, slug, "Buổi chiều bắt đầu lúc 13:30.", body="Buổi chiều từ 13:30.")
    page = visitor.get(f"/tin/{slug}")
    assert page.status_code == 200
    assert "Buổi chiều từ 13:30." in page.text
    assert re.search(r"Đính chính</strong> \(<time [^>]+>\d\d:\d\d \d\d/\d\d/\d{4}</time>\): Buổi chiều bắt", page.text)
    assert "Đã đính chính" in visitor.get("/").text


def test_a_withdrawn_page_is_gone_says_why_and_shows_no_word_of_its_text(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Giờ làm việc", body="Mở cửa cả chủ nhật.")
    withdraw(office, slug, "Giờ làm việc đã thay đổi.")
    page = visitor.get(f"/tin/{slug}")
    assert page.status_code == 410
    assert "Giờ làm việc đã thay đổi." in page.text
    assert "Mở cửa cả chủ nhật" not in page.text
    assert "noindex" in page.text
    assert f"/tin/{slug}" not in visitor.get("/").text


def test_a_page_past_its_validity_says_so_from_the_next_day_on(office: Office, visitor: FlaskClient) -> None:
    last = clock.local_day(clock.now(), office.installation.config.zone)
    slug = published(office, "Đợt hỗ trợ", valid_until=last)
    assert "đã hết hiệu lực" not in visitor.get(f"/tin/{slug}").text
    with clock.reading(clock.now() + timedelta(days=1)):
        assert "đã hết hiệu lực" in visitor.get(f"/tin/{slug}").text


def test_related_pages_share_a_theme_and_leave_out_the_page_itself(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Bài chính", themes=["T2"])
    published(office, "Bài cùng chủ đề", themes=["T2"])
    published(office, "Bài khác chủ đề", themes=["T5"])
    related = visitor.get(f"/tin/{slug}").text.split("Cùng chủ đề</h2>")[1]
    assert "Bài cùng chủ đề" in related
    assert "Bài khác chủ đề" not in related
    assert "Bài chính" not in related


def test_machines_read_the_article_as_open_graph_and_schema_org(office: Office, visitor: FlaskClient) -> None:
    photo = picture(office)
    slug = published(office, "Tên </script><b>bài</b>", summary='Tóm tắt "ngắn".', images=[photo])
    page = visitor.get(f"/tin/{slug}").text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    about = json.loads(data.group(1))
    assert about["@type"] == "NewsArticle"
    assert about["headline"] == "Tên </script><b>bài</b>"
    assert about["image"] == [f"http://localhost/anh/{photo['sha256']}"]
    assert datetime.fromisoformat(about["datePublished"]).utcoffset() == timedelta(hours=7)
    assert '<meta property="og:description" content="Tóm tắt &#34;ngắn&#34;.">' in page
    assert f'<meta property="og:image" content="http://localhost/anh/{photo["sha256"]}">' in page


def test_addresses_are_under_the_public_address_when_it_is_set(config: Config) -> None:
    installation = open_installation(config.model_copy(update={"public_url": "https://phuong.example"}))
    office = make_office(installation)
    slug = published(office, "Bài mẫu")
    client = web_app(installation).test_client()
    assert f'<link rel="canonical" href="https://phuong.example/tin/{slug}">' in client.get(f"/tin/{slug}").text
    for feed in ("/feed.atom", "/feed.json", "/sitemap.xml", "/robots.txt"):
        text = client.get(feed).text
        assert "https://phuong.example/" in text, feed
        assert "localhost" not in text, feed
    installation.close()


def test_a_page_for_printing_holds_the_article_alone(office: Office, visitor: FlaskClient) -> None:
    slug = published(office, "Bài để in")
    page = visitor.get(f"/tin/{slug}?ban-in")
    assert office.world.files.get(page_of(office, slug).sha256) in page.data
    assert "<nav" not in page.text
    assert "noindex" in page.text


def test_a_slogan_of_the_listed_pages_stands_on_home_and_changes_from_day_to_day(
    office: Office, visitor: FlaskClient
) -> None:
    for name in ("Một", "Hai"):
        published(office, f"Bài {name}", slogan=f"Khẩu hiệu {name}")
    seen = set()
    for days in range(2):
        with clock.reading(clock.now() + timedelta(days=days)):
            seen |= set(re.findall(r'<p class="frame">(.*?)</p>', visitor.get("/").text))
    assert seen == {"Khẩu hiệu Một", "Khẩu hiệu Hai"}


def test_no_page_of_the_portal_sets_a_cookie(office: Office, visitor: FlaskClient) -> None:
    photo = picture(office)
    slug = published(office, "Bài có ảnh", images=[photo])
    addresses = (
        "/", "/?trang=2", f"/tin/{slug}", f"/tin/{slug}?ban-in", "/chu-de/T2", "/tim", "/tim?q=bài", "/feed.atom",
        "/feed.json", "/sitemap.xml", "/robots.txt", "/favicon.ico", f"/anh/{photo['sha256']}",
        "/font/BeVietnamPro-Bold.ttf", "/khong-co",
    )  # fmt: skip
    for address in addresses:
        assert "Set-Cookie" not in visitor.get(address).headers, address


@pytest.mark.parametrize("address", ["/", "/chu-de/T2", "/tim?q=bai", "/tin/bai-mau", "/feed.atom", "/sitemap.xml"])
def test_pages_are_kept_for_a_minute_and_asked_for_again_by_their_mark(
    office: Office, visitor: FlaskClient, address: str
) -> None:
    published(office, "Bài mẫu", clock.now() - timedelta(hours=1))
    page = visitor.get(address)
    assert page.headers["Cache-Control"] == "public, max-age=60"
    again = visitor.get(address, headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    correct(office, "bai-mau", "Sửa tên.", title="Bài đã sửa")
    assert visitor.get(address, headers={"If-None-Match": page.headers["ETag"]}).status_code == 200


def test_what_staff_get_is_never_kept_by_a_proxy(office: Office, sign_in) -> None:
    published(office, "Bài mẫu")
    client = sign_in("editor")
    for address in ("/", "/tin/bai-mau", "/feed.atom", "/font/BeVietnamPro-Bold.ttf"):
        assert not client.get(address).cache_control.public, address


def test_the_questions_to_the_database_stay_few(office: Office, visitor: FlaskClient) -> None:
    for number in range(9):
        published(office, f"Bài số {number}", images=[picture(office, f"#{number}{number}0000")])
    for address, most in (("/", 4), ("/tin/bai-so-1", 3), ("/chu-de/T2", 4), ("/tim?q=bai+so", 2), ("/feed.atom", 3)):
        with counted(office) as asked:
            assert visitor.get(address).status_code == 200
        assert len(asked) <= most, (address, asked)


def test_an_article_whose_bytes_are_gone_is_an_error_not_a_blank_page(
    office: Office, visitor: FlaskClient, app: Flask
) -> None:
    slug = published(office, "Bài mẫu")
    office.world.files.path(page_of(office, slug).sha256).unlink()
    assert visitor.get(f"/tin/{slug}").status_code == 500
    assert visitor.get("/feed.atom").status_code == 200
    assert visitor.get("/").status_code == 200
