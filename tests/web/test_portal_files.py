"""Pictures, the typeface, the site's mark, the list of pages: right types, long caches, nothing that is not public."""

import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.factories import Office
from tests.web.portal import correct, page_of, picture, published, withdraw

YEAR = "public, max-age=31536000, immutable"


def test_a_picture_of_a_public_page_is_sent_with_its_type_and_kept_for_a_year(
    office: Office, visitor: FlaskClient
) -> None:
    photo = picture(office, media_type="image/png")
    published(office, "Bài có ảnh", images=[photo])
    answer = visitor.get(f"/anh/{photo['sha256']}")
    assert answer.status_code == 200
    assert answer.data == office.world.files.get(photo["sha256"])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert set(answer.headers["Cache-Control"].split(", ")) == set(YEAR.split(", "))
    again = visitor.get(f"/anh/{photo['sha256']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_picture_of_a_draft_is_for_staff_alone(office: Office, visitor: FlaskClient, sign_in) -> None:
    photo = picture(office)
    office.draft("Bài nháp", images=[photo])
    assert visitor.get(f"/anh/{photo['sha256']}").status_code == 404
    shown = sign_in("editor").get(f"/anh/{photo['sha256']}")
    assert shown.status_code == 200
    assert shown.cache_control.private


def test_a_picture_goes_with_the_page_that_was_withdrawn(office: Office, visitor: FlaskClient) -> None:
    photo, shared = picture(office, "#111111"), picture(office, "#222222")
    slug = published(office, "Bài thu hồi", images=[photo, shared])
    published(office, "Bài khác", images=[shared])
    withdraw(office, slug)
    assert visitor.get(f"/anh/{photo['sha256']}").status_code == 404
    assert visitor.get(f"/anh/{shared['sha256']}").status_code == 200


def test_a_picture_that_a_correction_took_out_is_gone(office: Office, visitor: FlaskClient) -> None:
    wrong, right = picture(office, "#111111"), picture(office, "#222222")
    slug = published(office, "Bài mẫu", images=[wrong])
    correct(office, slug, "Thay ảnh.", images=[right])
    assert visitor.get(f"/anh/{wrong['sha256']}").status_code == 404
    assert visitor.get(f"/anh/{right['sha256']}").status_code == 200


@pytest.mark.parametrize("name", ["", "x", "f" * 64, "F" * 64, "../../keys/session", "%2e%2e%2fpublisher.db", "%"])
def test_no_other_file_comes_out_at_the_address_of_pictures(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/anh/{name}").status_code == 404


def test_the_approved_html_is_no_picture(office: Office, visitor: FlaskClient, sign_in) -> None:
    slug = published(office, "Bài mẫu")
    sha256 = page_of(office, slug).sha256
    assert visitor.get(f"/anh/{sha256}").status_code == 404
    assert sign_in("editor").get(f"/anh/{sha256}").status_code == 404


def test_the_typeface_is_kept_for_a_year_packed_when_the_browser_can(visitor: FlaskClient) -> None:
    packed = visitor.get("/font/BeVietnamPro-Regular.ttf", headers={"Accept-Encoding": "gzip, br"})
    plain = visitor.get("/font/BeVietnamPro-Regular.ttf")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.headers["Content-Type"] == "font/ttf"
        assert answer.headers["Cache-Control"] == YEAR
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = visitor.get("/font/BeVietnamPro-Regular.ttf", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304


def test_every_style_named_in_the_style_sheet_is_there_and_no_other(visitor: FlaskClient) -> None:
    with visitor.get("/static/css/type.css") as answer:
        sheet = answer.text
    named = set(re.findall(r'url\("(/font/[^"]+)"\)', sheet))
    assert len(named) == 5
    for address in named:
        assert visitor.get(address).status_code == 200, address
    assert visitor.get("/font/BeVietnamPro-Thin.ttf").status_code == 404
    assert visitor.get("/font/..%2fmetadata.json").status_code == 404


def test_style_sheets_carry_a_mark_of_their_bytes(visitor: FlaskClient) -> None:
    assert re.search(r'href="/static/css/portal\.css\?v=[0-9a-f]{10}"', visitor.get("/").text)


def test_the_sites_mark_answers_where_browsers_look_for_it(visitor: FlaskClient) -> None:
    answer = visitor.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"


def test_the_site_map_lists_public_pages_with_their_last_change(office: Office, visitor: FlaskClient) -> None:
    kept, gone = published(office, "Bài ở lại"), published(office, "Bài thu hồi")
    withdraw(office, gone)
    root = ElementTree.fromstring(visitor.get("/sitemap.xml").data)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    places = {url.findtext("s:loc", "", space): url.findtext("s:lastmod", "", space) for url in root}
    assert set(places) == {"http://localhost/", "http://localhost/chu-de/T2", f"http://localhost/tin/{kept}"}
    assert places[f"http://localhost/tin/{kept}"]


def test_robots_are_kept_from_the_desk_and_led_to_the_site_map(visitor: FlaskClient) -> None:
    text = visitor.get("/robots.txt").text
    assert "Disallow: /desk/" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text
