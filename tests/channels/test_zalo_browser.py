"""Zalo's pages in a real browser: accessible, whole on a telephone, and led to Zalo and back by the real policy."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from publisher.config import Config
from publisher.model import Account, BroadcastRequest
from tests.factories import PASSWORD
from tests.provision.plugin import keep_screenshot
from tests.simulators import kit
from tests.simulators.zalo_office import TOKEN, ZaloOffice, zalo_office


@pytest.fixture
def zalo(config: Config) -> Iterator[ZaloOffice]:
    with zalo_office(config) as ready:
        yield ready


def signed_in(zalo: ZaloOffice, open_page: Callable[..., Page], role: str, width: int) -> Page:
    page = open_page(width=width, height=900)
    page.goto(f"{zalo.portal}/login")
    page.get_by_label("Thư điện tử").fill(zalo.office.email(role))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/desk/**")
    return page


def looked_at(page: Page, address: str, name: str) -> None:
    """Open a page and all that folds, keep a picture, and fail for what axe finds or what hangs over the edge."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    width = page.evaluate("innerWidth")
    keep_screenshot(page, f"zalo-{name}-{width}")
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} hangs over the edge"


def test_the_button_leads_to_zalo_and_back(zalo: ZaloOffice, open_page: Callable[..., Page]) -> None:
    zalo.add()
    page = signed_in(zalo, open_page, "administrator", 1280)
    page.goto(f"{zalo.portal}{zalo.page}")
    page.get_by_role("button", name="Cấp quyền Zalo OA").click()
    page.wait_for_url(f"**{zalo.page}")
    expect(page.get_by_text("Kết nối tốt.")).to_be_visible()
    assert "code=" not in page.url and zalo.living()


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(zalo: ZaloOffice, open_page: Callable[..., Page], width: int) -> None:
    zalo.add()
    page = signed_in(zalo, open_page, "administrator", width)
    looked_at(page, f"{zalo.portal}{zalo.page}", "not-connected")
    zalo.consent()
    looked_at(page, f"{zalo.portal}{zalo.page}", "connected")
    looked_at(page, f"{zalo.portal}/admin/tai-khoan/{zalo.account_id}", "account")
    post_id = zalo.scheduled("Nộp hồ sơ trực tuyến: không phải đi lại, không phải chờ đợi")
    zalo.until_sent(post_id)
    place = f"{zalo.portal}/desk/bai/{post_id}/nguoi-quan-tam"
    editor = signed_in(zalo, open_page, "editor", width)
    looked_at(editor, place, "broadcast-ask")
    editor.goto(place)
    editor.get_by_label("25–34").check()
    editor.get_by_label("Lời nhắn cho người duyệt").fill("Đợt cao điểm cấp căn cước.")
    editor.get_by_role("button", name="Gửi yêu cầu duyệt").click()
    expect(editor.get_by_text("Đã gửi yêu cầu.")).to_be_visible()
    approver = signed_in(zalo, open_page, "approver", width)
    looked_at(approver, f"{zalo.portal}/desk/hop-viec", "broadcast-inbox")
    looked_at(approver, place, "broadcast-approve")
    approver.goto(place)
    approver.get_by_text("Duyệt gửi", exact=True).click()
    approver.get_by_label("Tôi hiểu: tin đã gửi không sửa, không thu hồi được.").check()
    approver.get_by_role("button", name="Duyệt, gửi đúng giờ trên").click()
    expect(approver.get_by_text("Đã duyệt: gửi lúc")).to_be_visible()
    zalo.pass_time(90)
    looked_at(editor, place, "broadcast-sent")
    with zalo.office.reading() as session:
        [sent] = session.scalars(select(BroadcastRequest.delivery_id)).all()
    looked_at(editor, f"{zalo.portal}/desk/phat-hanh/{sent}", "broadcast-delivery")
    looked_at(editor, f"{zalo.portal}/desk/bai/{post_id}", "broadcast-post")
    zalo.simulator.faults.always(TOKEN, kit.spoilt("html_502"))
    zalo.pass_time(20 * 60)
    with zalo.office.reading() as session:
        assert session.get_one(Account, zalo.account_id).state == "paused"
    looked_at(page, f"{zalo.portal}{zalo.page}", "needs-consent")
