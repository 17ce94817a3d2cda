"""The contract of the portal channel: what it renders, and what delivering, finding, amending and removing do."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from channels.base import Image, Outfit, Post, Receipt, Theme
from channels.portal import Portal
from publisher.files import FileStore

PICTURE = "a" * 64
SINCE = datetime(2026, 11, 21, tzinfo=UTC)


def post(**changes: object) -> Post:
    fields = {
        "number": 1,
        "slug": "nop-ho-so-truc-tuyen",
        "title": "Nộp hồ sơ trực tuyến <chỉ> với vài bước",
        "body_html": "<p>Đăng nhập bằng VNeID.</p>",
        "body_text": "Đăng nhập bằng VNeID.",
        "summary": "Hướng dẫn ngắn.",
        "slogan": "Thuận tiện mọi lúc",
        "unit": "UBND phường Mẫu",
        "hotline": "0900 000.000",
        "themes": (Theme("T2", "Cải cách thủ tục hành chính"),),
        "source_number": "20/KH-UBND",
        "source_date": date(2026, 1, 5),
        "valid_until": date(2026, 12, 31),
        "images": (Image(PICTURE, "image/jpeg", "Quầy «Một cửa»", 1200, 800),),
        **changes,
    }
    return Post(**fields)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def portal(store: FileStore) -> Portal:
    return Portal(Outfit(7, {}, store))


def standing(store: FileStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_the_same_post_renders_to_the_same_bytes_also_in_another_account(portal: Portal, store: FileStore) -> None:
    assert portal.render(post()) == Portal(Outfit(8, {}, store)).render(post())


def test_rendering_touches_nothing(portal: Portal, store: FileStore) -> None:
    portal.render(post())
    assert standing(store) == []


def test_the_page_escapes_every_text_and_keeps_the_sanitised_body(portal: Portal) -> None:
    html = portal.render(post(slogan='"><script>')).part("article.html").data.decode()
    assert "trực tuyến &lt;chỉ&gt; với" in html
    assert "<p>Đăng nhập bằng VNeID.</p>" in html
    assert "<script" not in html


def test_the_page_shows_source_validity_hotline_theme_and_picture(portal: Portal) -> None:
    html = portal.render(post()).part("article.html").data.decode()
    assert '<a href="/chu-de/T2">Cải cách thủ tục hành chính</a>' in html
    assert '20/KH-UBND ngày <time datetime="2026-01-05">05/01/2026</time>' in html
    assert '<time datetime="2026-12-31">31/12/2026</time>' in html
    assert '<a href="tel:0900000000">' in html
    assert f'<img src="/anh/{PICTURE}" alt="Quầy «Một cửa»" width="1200" height="800">' in html


def test_a_page_without_extras_has_no_empty_parts(portal: Portal) -> None:
    bare = post(
        summary="", slogan="", hotline="", themes=(), source_number="", source_date=None, valid_until=None, images=()
    )
    html = portal.render(bare).part("article.html").data.decode()
    for absent in ("tin-chu-de", "tin-tom-tat", "tin-khau-hieu", "tin-anh", "Căn cứ", "hiệu lực", "Đường dây nóng"):
        assert absent not in html


def test_a_summary_that_is_only_the_beginning_of_the_text_is_not_read_twice(portal: Portal) -> None:
    long = "Người dân nộp hồ sơ trực tuyến tại nhà.\n\nKhông cần đến trụ sở."
    cut = post(body_text=long, summary="Người dân nộp hồ sơ trực tuyến tại nhà. Không cần…")
    assert "tin-tom-tat" not in portal.render(cut).part("article.html").data.decode()
    assert "tin-tom-tat" in portal.render(post()).part("article.html").data.decode()


def test_lists_and_search_get_what_they_need_beside_the_page(portal: Portal) -> None:
    page = json.loads(portal.render(post(correction="Sửa giờ.")).part("page.json").data)
    assert page["slug"] == "nop-ho-so-truc-tuyen"
    assert page["themes"] == [["T2", "Cải cách thủ tục hành chính"]]
    assert page["text"] == "Đăng nhập bằng VNeID."
    assert page["slogan"] == "Thuận tiện mọi lúc"
    assert page["valid_until"] == "2026-12-31"
    assert page["images"] == [[PICTURE, "image/jpeg"]]
    assert page["correction"] == "Sửa giờ."


def test_delivering_twice_leaves_one_file_and_the_same_receipt(portal: Portal, store: FileStore) -> None:
    item = portal.render(post())
    first = portal.deliver(item, "khoa-1", {})
    assert portal.deliver(item, "khoa-1", {}) == first
    assert len(standing(store)) == 1
    assert first == Receipt("live", "khoa-1", "/tin/nop-ho-so-truc-tuyen", detail={"slug": "nop-ho-so-truc-tuyen"})


def test_find_sees_what_was_delivered_and_denies_what_was_not(portal: Portal) -> None:
    item = portal.render(post())
    assert portal.find(item, "khoa-1", {}, SINCE) is None
    receipt = portal.deliver(item, "khoa-1", {})
    assert portal.find(item, "khoa-1", {}, SINCE) == receipt
    assert portal.find(item, "khoa-2", {}, SINCE) is None


def test_two_accounts_do_not_see_each_other(portal: Portal, store: FileStore) -> None:
    item = portal.render(post())
    portal.deliver(item, "khoa-1", {})
    assert Portal(Outfit(8, {}, store)).find(item, "khoa-1", {}, SINCE) is None


def test_a_correction_keeps_the_address_and_stands_alone(portal: Portal, store: FileStore) -> None:
    receipt = portal.deliver(portal.render(post()), "khoa-1", {})
    corrected = portal.render(post(number=2, correction="Sửa giờ."))
    amended = portal.amend(receipt, corrected, "khoa-2")
    assert portal.amend(receipt, corrected, "khoa-2") == amended
    assert amended.url == receipt.url
    assert len(standing(store)) == 1
    assert portal.find(corrected, "khoa-2", {}, SINCE) == amended
    assert portal.find(corrected, "khoa-1", {}, SINCE) is None


def test_removing_twice_is_removing_once(portal: Portal, store: FileStore) -> None:
    item = portal.render(post())
    receipt = portal.deliver(item, "khoa-1", {})
    portal.retract(receipt)
    portal.retract(receipt)
    assert standing(store) == []
    assert portal.find(item, "khoa-1", {}, SINCE) is None


def test_the_portal_asks_nobody_for_figures(portal: Portal) -> None:
    assert portal.measure(portal.deliver(portal.render(post()), "khoa-1", {})) == []
