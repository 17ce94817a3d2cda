"""Connecting a Page in a real browser: through the dialog on another server and back, accessible at both widths."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher.config import Config
from tests.provision.plugin import keep_screenshot
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PERSON_ID
from tests.simulators.facebook_world import Page as FacebookPage
from tests.web.facebook import START, Connecting, connecting
from tests.web.live import serving, signed_in


@pytest.fixture
def facebook(config: Config) -> Iterator[Connecting]:
    with connecting(config) as ready:
        yield ready


def looked_at(page: Page, name: str, width: int) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    keep_screenshot(page, f"connect-{name}-{width}")
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} hangs over the edge"


@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_button_through_the_dialog_to_the_connected_page(
    facebook: Connecting, open_page: Callable[..., Page], width: int
) -> None:
    """The policy of the page must let its form lead to Facebook, and the session's cookie must come back with it."""
    complaints: list[str] = []
    facebook.world.pages["100064500000002"] = FacebookPage("100064500000002", "Chỉ xem", tasks={PERSON_ID: ()})
    with serving(facebook.office) as address:
        page = signed_in(open_page, address, facebook.office, "administrator", width=width)
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.goto(f"{address}{START}")
        looked_at(page, "empty", width)
        page.get_by_label("Mã ứng dụng").fill(APP_ID)
        page.get_by_label("Khóa bí mật của ứng dụng").fill(APP_SECRET)
        page.get_by_role("button", name="Lưu ứng dụng").click()
        looked_at(page, "ready", width)
        page.get_by_role("button", name="Đăng nhập Facebook").click()
        page.wait_for_url("**/chon/*")
        looked_at(page, "choose", width)
        page.get_by_role("button", name="Kết nối Trang này").click()
        expect(page.get_by_text("Kết nối tốt.")).to_be_visible()
        looked_at(page, "account", width)
    assert not complaints, complaints
    assert facebook.account().health == ""


@pytest.mark.parametrize("width", [1280, 360])
def test_the_editor_draws_the_post_and_names_a_limit_at_its_field(
    facebook: Connecting, open_page: Callable[..., Page], width: int
) -> None:
    account = facebook.connected()
    with serving(facebook.office) as address:
        page = signed_in(open_page, address, facebook.office, "editor", width=width)
        page.goto(f"{address}/desk/bai/moi")
        page.get_by_label("Tiêu đề", exact=True).fill("Nộp hồ sơ trực tuyến")
        page.locator("#body").fill("Đăng nhập bằng VNeID rồi làm theo hướng dẫn. " * 15)
        page.locator(f"#use-{account.id}").check()
        card = page.locator(".fb-post")
        expect(card.get_by_text("Xem thêm", exact=False).first).to_be_visible()
        card.locator("summary").click()
        expect(card.locator("details[open] > .fb-lines")).to_be_visible()
        looked_at(page, "editor", width)
        page.locator("#body").fill("x" * 60_001)
        expect(page.locator(".limit-fault")).to_contain_text("UBND phường Mẫu: Nội dung dài 60.001 ký tự")
        page.locator("#body").fill("Ngắn lại rồi.")
        expect(page.locator(".limit-fault")).to_have_count(0)
