"""Films in a browser: sent with progress, shown, taken away again; the public page at two widths."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import films
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in
from tests.web.portal import picture, published


@pytest.fixture
def site(office: Office) -> Iterator[str]:
    with serving(office) as address:
        yield address


def chosen(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "video/mp4", "buffer": data}


@pytest.mark.parametrize("width", [1280, 360])
def test_an_editor_sends_a_film_sees_it_and_takes_it_away(
    office: Office, site: str, open_page: Callable[..., Page], width: int
) -> None:
    page = signed_in(open_page, site, office, "editor", width=width)
    page.goto(f"{site}/desk/bai/moi")
    chooser = page.get_by_label("Thêm phim")
    chooser.set_input_files(chosen("may-quay.mov", films.ftyp(b"qt  ") + films.moov() + films.mdat()))
    expect(page.locator("#film-fault")).to_contain_text("MOV (QuickTime)")
    chooser.set_input_files(chosen("Hướng dẫn.mp4", films.film_bytes()))
    expect(page.locator(".film-told")).to_have_text("Hướng dẫn.mp4: 1:06, 1 KB")
    expect(page.locator("#film-fault")).to_be_empty()
    page.get_by_label("Tiêu đề", exact=True).first.fill("Nộp hồ sơ trực tuyến")
    page.locator("#body").fill("Đăng nhập rồi nộp hồ sơ.")
    page.get_by_label("Mô tả phim").fill("Quầy Một cửa trong một phút")
    expect(page.frame_locator("iframe.preview-frame").locator("video")).to_be_visible()
    page.locator("#video").scroll_into_view_if_needed()
    keep_screenshot(page, f"film-editor-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not Axe().run(page, context="#video").response["violations"]
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url("**/sua")
    expect(page.get_by_label("Mô tả phim")).to_have_value("Quầy Một cửa trong một phút")
    page.get_by_role("button", name="Gỡ phim").click()
    expect(page.locator("#film-place video")).to_have_count(0)
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#film-place video")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("upright", [False, True])
def test_readers_see_the_film_with_its_cover_and_nothing_is_blocked(
    office: Office, site: str, open_page: Callable[..., Page], width: int, upright: bool
) -> None:
    track = films.trak(head=films.tkhd(1280, 720, upright=upright))
    film = films.stored(office, films.ftyp() + films.moov(track=track) + films.mdat())
    photo = picture(office)
    slug = published(
        office, "Hướng dẫn nộp hồ sơ trực tuyến", images=[photo], video=film, summary="Xem trong một phút."
    )
    page = open_page(width=width)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{site}/tin/{slug}")
    player = page.locator(".tin-phim video")
    expect(player).to_be_visible()
    assert player.get_attribute("poster") == f"/anh/{photo['sha256']}"
    shape = player.bounding_box()
    assert shape is not None and shape["width"] <= width and shape["height"] <= 0.81 * 900
    answer = page.evaluate(
        "async (src) => { const a = await fetch(src, {headers: {Range: 'bytes=0-7'}});"
        " return [a.status, (await a.arrayBuffer()).byteLength] }",
        f"/phim/{film['sha256']}",
    )
    assert answer == [206, 8]
    page.evaluate("document.querySelector('.tin-phim video').load()")
    assert not [line for line in told if "Content Security Policy" in line]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not Axe().run(page, context=".story").response["violations"]
    keep_screenshot(page, f"film-page-{'upright-' if upright else ''}{width}")


@pytest.mark.parametrize("width", [1280, 360])
def test_each_outlet_s_preview_shows_the_film_or_that_it_stays_away(
    office: Office, site: str, open_page: Callable[..., Page], width: int
) -> None:
    facebook = {"page_id": "100064500000001", "token": "khoa"}
    zalo = {"app_id": "1234567890", "app_secret": "bi-mat"}
    accounts = [
        office.add_account("facebook", "Trang phường Mẫu", values=facebook, mode="rehearsal"),
        office.add_account("zalo", "Zalo phường Mẫu", values=zalo, mode="rehearsal"),
        office.add_account("radio", "Đài phường Mẫu", values={"station": "Đài truyền thanh phường Mẫu"}),
    ]
    film = films.stored(office)
    post_id = office.draft("Nộp hồ sơ trực tuyến", video=film, slogan="Thuận tiện mọi lúc")
    page = signed_in(open_page, site, office, "editor", width=width)
    page.goto(f"{site}/desk/bai/{post_id}/sua")
    for account in accounts:
        page.locator(f'input[name=account][value="{account}"]').check()
    cards = page.locator("#previews")
    expect(cards.locator(".fb-post video")).to_be_visible()
    expect(cards.locator(".zalo-post video")).to_be_visible()
    expect(cards.get_by_text("không kèm phim")).to_have_count(1)
    expect(cards.get_by_text("Phim lên kênh này phải có ảnh bìa")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep_screenshot(page, f"film-previews-{width}")
