"""Moving a delivery in a real browser: by mouse, by keyboard, and what the page looks like."""

from collections.abc import Callable
from datetime import datetime, timedelta

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher import clock
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in


def friday_of_a_quiet_week(office: Office) -> datetime:
    """05:15 on a day in the middle of the next month, so that every step stays on the sheet."""
    local = clock.now().astimezone(office.installation.config.zone)
    return (local.replace(day=1) + timedelta(days=32)).replace(day=15, hour=5, minute=15, second=0, microsecond=0)


def due(office: Office, post_id: int) -> datetime:
    return office.deliveries(post_id)[0].due_at.astimezone(office.installation.config.zone)


def test_a_delivery_is_moved_by_mouse(office: Office, open_page: Callable[..., Page]) -> None:
    at = friday_of_a_quiet_week(office)
    post_id = office.scheduled("Kéo tôi sang ngày khác", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        keep_screenshot(page, "calendar-month")
        target = at.date() + timedelta(days=2)
        page.locator(".chip", has_text="Kéo tôi").drag_to(page.locator(f'.day[data-day="{target}"]'))
        expect(page.locator("#said")).to_contain_text("Đã dời")
        assert due(office, post_id) == at + timedelta(days=2), "the same wall-clock time, two days later"
        keep_screenshot(page, "calendar-moved-by-mouse")
        page.get_by_role("button", name="Hoàn tác").click()
        expect(page.locator(f'.day[data-day="{at.date()}"] .chip')).to_have_count(1)
        page.wait_for_timeout(300)
        assert due(office, post_id) == at


def test_a_delivery_is_moved_by_keyboard(office: Office, open_page: Callable[..., Page]) -> None:
    at = friday_of_a_quiet_week(office)
    post_id = office.scheduled("Dời bằng bàn phím", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        page.locator(".chip-main", has_text="Dời bằng bàn phím").focus()
        page.keyboard.press("Control+ArrowRight")
        expect(page.locator("#said")).to_contain_text("Đã dời")
        expect(page.locator(f'.day[data-day="{at.date() + timedelta(days=1)}"] .chip:not(.busy)')).to_have_count(1)
        assert due(office, post_id) == at + timedelta(days=1)
        page.keyboard.press("Control+ArrowDown")
        expect(page.locator(f'.day[data-day="{at.date() + timedelta(days=8)}"] .chip:not(.busy)')).to_have_count(1)
        assert due(office, post_id) == at + timedelta(days=8)
        keep_screenshot(page, "calendar-moved-by-keyboard")


def test_a_move_the_server_refuses_goes_back_and_says_why(office: Office, open_page: Callable[..., Page]) -> None:
    zone = office.installation.config.zone
    today = clock.now().astimezone(zone)
    at = (today + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    post_id = office.scheduled("Không về quá khứ", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?view=month&day={at.date()}")
        page.locator(".chip-main", has_text="Không về quá khứ").focus()
        page.keyboard.press("Control+ArrowUp")
        expect(page.locator("#said")).to_contain_text("Giờ phát hành đã qua")
        expect(page.locator(f'.day[data-day="{at.date()}"] .chip')).to_have_count(1)
        assert due(office, post_id) == at


def test_without_scripts_the_form_moves_it(office: Office, open_page: Callable[..., Page]) -> None:
    at = friday_of_a_quiet_week(office)
    post_id = office.scheduled("Dời bằng biểu mẫu", due_at=at)
    with serving(office) as address:
        page = open_page(width=360, height=740, java_script_enabled=False)
        page.goto(f"{address}/login")
        page.get_by_label("Thư điện tử").fill(office.email("editor"))
        from tests.factories import PASSWORD

        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.goto(f"{address}/desk/lich?day={at.date()}")
        page.get_by_role("link", name="Dời lịch: Dời bằng biểu mẫu").click()
        page.get_by_label("Giờ").fill("16:45")
        page.get_by_role("button", name="Dời lịch").click()
        expect(page.locator(".flash-success")).to_contain_text("Đã dời")
        assert due(office, post_id).strftime("%H:%M") == "16:45"


def test_the_desks_first_pages_are_accessible_on_both_widths(office: Office, open_page: Callable[..., Page]) -> None:
    for number in range(6):
        office.scheduled(f"Bài {number}", due_at=clock.now() + timedelta(hours=number + 1))
    with serving(office) as address:
        for width, height in ((1280, 900), (360, 740)):
            page = signed_in(open_page, address, office, "approver", width=width, height=height)
            for path in ("/desk/", "/desk/lich", "/desk/lich?view=week", "/desk/lich?view=list", "/mat-khau"):
                page.goto(f"{address}{path}")
                found = Axe().run(page)
                assert found.violations_count == 0, f"{path} at {width}: {found.generate_report()}"
                wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not wide, f"{path} runs off a page {width} px wide"
