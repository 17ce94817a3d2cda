"""The portal in a browser: accessible, whole without JavaScript, narrow on a telephone, calling nobody else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from werkzeug.serving import make_server

from publisher import clock
from tests.conftest import web_app
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.portal import correct, picture, published, withdraw

BODY = """Người dân nộp hồ sơ tại quầy hoặc qua mạng.

## Cần chuẩn bị

1. Căn cước
2. Bản chính để đối chiếu

### Lịch tiếp nhận

| Ngày | Giờ | Nơi tiếp nhận |
|---|---|---|
| Thứ Hai | 07:30–11:30 | Trụ sở UBND phường |

> Mọi thủ tục đều miễn phí.

Xem [Cổng Dịch vụ công quốc gia](https://dichvucong.gov.vn).
"""
PAGES = {
    "home": "/",
    "article": "/tin/nop-ho-so-truc-tuyen",
    "article-print": "/tin/nop-ho-so-truc-tuyen?ban-in",
    "withdrawn": "/tin/gio-lam-viec-cu",
    "theme": "/chu-de/T2",
    "theme-empty": "/chu-de/T5",
    "search": "/tim?q=ho+so",
    "search-nothing": "/tim?q=khong+co+gi",
    "error": "/khong-co-trang-nay",
}


@pytest.fixture
def site(office: Office) -> Iterator[str]:
    """The portal with a few pages, served on a port of its own; its address."""
    past = clock.now() - timedelta(days=3)
    published(office, "Chuẩn bị gì trước khi đến Bộ phận Một cửa?", past, body=BODY, themes=["T2", "T6"])
    withdraw(office, published(office, "Giờ làm việc cũ", past))
    until = clock.local_day(past, office.installation.config.zone)
    slug = published(
        office, "Nộp hồ sơ trực tuyến", past, body=BODY, themes=["T2"], valid_until=until,
        slogan="Thuận tiện mọi lúc, minh bạch từng bước", images=[picture(office)],
        source_number="20/KH-UBND", source_date="05/01/2026",
    )  # fmt: skip
    correct(office, slug, "Buổi chiều bắt đầu lúc 13:30.")
    with served(office) as address:
        yield address


@contextmanager
def served(office: Office) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, web_app(office.installation), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """Collect the addresses a page asks for and what the browser complains of."""
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    return asked, complaints


def test_every_page_is_accessible_and_calls_nobody_else(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked, complaints = watched(page)
    for name, path in PAGES.items():
        page.goto(site + path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        keep_screenshot(page, f"portal-{name}")
    assert [url for url in asked if not url.startswith(site)] == []
    assert [text for text in complaints if "404" not in text and "410" not in text] == []


def test_every_page_fits_a_narrow_telephone_and_stays_accessible(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360, height=800)
    for name, path in PAGES.items():
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert Axe().run(page).violations_count == 0, name
        keep_screenshot(page, f"portal-{name}-360")


def test_a_portal_of_nothing_and_of_one_page_is_accessible(office: Office, open_page: Callable[..., Page]) -> None:
    with served(office) as address:
        page = open_page()
        for name in ("portal-empty", "portal-one"):
            page.goto(address)
            assert Axe().run(page).violations_count == 0, name
            keep_screenshot(page, name)
            published(office, "Bài đầu tiên")


def test_without_javascript_one_reads_searches_and_reaches_the_page_for_printing(
    site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script_enabled=False)
    asked, _complaints = watched(page)
    page.goto(site)
    page.get_by_role("searchbox").fill("chuan bi gi")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name="Chuẩn bị gì trước khi đến Bộ phận Một cửa?").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Chuẩn bị gì trước khi đến Bộ phận Một cửa?"
    page.get_by_role("link", name="In bài").click()
    assert page.get_by_role("navigation").count() == 0
    page.get_by_role("link", name="Trở lại bài").click()
    page.get_by_role("link", name="Cải cách thủ tục hành chính").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Cải cách thủ tục hành chính"
    assert [url for url in asked if not url.startswith(site)] == []


def test_with_javascript_the_print_link_opens_the_print_dialogue(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    page.goto(site + PAGES["article"])
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="In bài").click()
    assert page.evaluate("window.printed") == 1
    assert page.url == site + PAGES["article"]


def test_on_paper_stands_the_article_alone_with_its_address(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(site + PAGES["article"])
    page.emulate_media(media="print")
    for hidden in ("banner", "navigation", "contentinfo", "complementary"):
        assert page.get_by_role(hidden).count() == 0, hidden
    assert page.get_by_text(site + PAGES["article"]).is_visible()
    assert page.get_by_text("Mọi thủ tục đều miễn phí.").is_visible()
    keep_screenshot(page, "portal-article-on-paper")


def test_the_typeface_is_ours_and_the_text_large_enough_for_old_eyes(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(site + PAGES["article"])
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate("document.fonts.check('18px \"Be Vietnam Pro\"', 'ẾẬữợằ')")
    size, height = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('.tin-noi-dung p'));"
        " return [parseFloat(s.fontSize), parseFloat(s.lineHeight) / parseFloat(s.fontSize)]; })()"
    )
    assert size >= 18
    assert height >= 1.6


def test_the_keyboard_reaches_the_content_first(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Chuyển đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
