"""The calendar in a real browser: moving by mouse, by keyboard and by touch, and whether everybody can use it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from publisher import clock
from publisher.model import Delivery
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in
from tests.web.ops import put

OpenPage = Callable[..., Page]


def next_month(office: Office) -> datetime:
    """05:15 on the 15th of the next month, so that every step stays on the sheet."""
    local = clock.now().astimezone(office.installation.config.zone)
    return (local.replace(day=1) + timedelta(days=32)).replace(day=15, hour=5, minute=15, second=0, microsecond=0)


def due(office: Office, post_id: int) -> datetime:
    return office.deliveries(post_id)[0].due_at.astimezone(office.installation.config.zone)


def cell(page: Page, day: date) -> Locator:
    return page.locator(f'.day[data-day="{day}"]')


def settled(page: Page, day: date, title: str) -> None:
    """Wait until the chip stands on the day and the server has answered."""
    expect(cell(page, day).locator(".chip:not(.busy):not(.lifted)", has_text=title)).to_have_count(1)


def test_a_delivery_is_moved_by_mouse_and_taken_back(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Kéo tôi sang ngày khác", due_at=at)
    for number in range(8):
        office.scheduled(f"Bài khác số {number}", due_at=at + timedelta(days=number % 5 - 2, hours=number))
    target = at.date() + timedelta(days=2)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        keep_screenshot(page, "calendar-month")
        page.locator(".chip", has_text="Kéo tôi").drag_to(cell(page, target))
        expect(page.get_by_role("status").last).to_contain_text("Đã dời «Kéo tôi sang ngày khác» đến 05:15")
        assert due(office, post_id) == at + timedelta(days=2), "the same wall-clock time, two days later"
        first = cell(page, target).locator(".chip").first
        expect(first).to_contain_text("Kéo tôi"), "sorted among the others by its time"
        keep_screenshot(page, "calendar-moved-by-mouse", full_page=False)
        page.get_by_role("button", name="Hoàn tác").click()
        settled(page, at.date(), "Kéo tôi")
        assert due(office, post_id) == at
        expect(page.get_by_role("button", name="Hoàn tác")).to_be_hidden()


def test_a_delivery_is_lifted_carried_and_set_down_by_keyboard(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Dời bằng bàn phím", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        said = page.locator(".toast-line")
        page.locator(".chip-main", has_text="Dời bằng").focus()
        page.keyboard.press("m")
        expect(said).to_contain_text("Đang dời «Dời bằng bàn phím»")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        there = at.date() + timedelta(days=8)
        expect(said).to_contain_text(there.strftime("%d/%m/%Y"))
        keep_screenshot(page, "calendar-lifted-by-keyboard", full_page=False)
        assert due(office, post_id) == at, "nothing is moved before it is set down"
        page.keyboard.press("Enter")
        settled(page, there, "Dời bằng")
        assert due(office, post_id) == at + timedelta(days=8)
        assert page.evaluate("document.activeElement.className") == "chip-main", "the focus stays with the chip"
        page.keyboard.press("m")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Escape")
        settled(page, there, "Dời bằng")
        page.keyboard.press("Control+z")
        expect(said).to_contain_text("Đã thôi"), "there is nothing to take back after giving up"
        assert due(office, post_id) == at + timedelta(days=8)


def test_control_and_an_arrow_move_at_once_and_control_z_takes_back(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Dời ngay", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        page.locator(".chip-main", has_text="Dời ngay").focus()
        page.keyboard.press("Control+ArrowRight")
        settled(page, at.date() + timedelta(days=1), "Dời ngay")
        page.keyboard.press("Control+ArrowDown")
        settled(page, at.date() + timedelta(days=8), "Dời ngay")
        assert due(office, post_id) == at + timedelta(days=8)
        page.keyboard.press("Control+z")
        settled(page, at.date() + timedelta(days=1), "Dời ngay")
        assert due(office, post_id) == at + timedelta(days=1)


def test_a_step_off_the_sheet_moves_it_out_of_sight_and_can_be_taken_back(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Sang tuần sau", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?view=week&day={at.date()}")
        page.locator(".chip-main", has_text="Sang tuần sau").focus()
        page.keyboard.press("Control+ArrowDown")
        expect(page.locator(".toast-line")).to_contain_text("Đã dời")
        expect(page.locator(".chip")).to_have_count(0)
        assert due(office, post_id) == at + timedelta(days=7)
        page.get_by_role("button", name="Hoàn tác").click()
        settled(page, at.date(), "Sang tuần sau")
        assert due(office, post_id) == at


def test_a_move_the_server_refuses_goes_back_and_says_why(office: Office, open_page: OpenPage) -> None:
    today = clock.now().astimezone(office.installation.config.zone)
    at = (today + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    post_id = office.scheduled("Không về quá khứ", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?view=month&day={at.date()}")
        page.locator(".chip-main", has_text="Không về quá khứ").focus()
        page.keyboard.press("Control+ArrowUp")
        expect(page.locator(".toast-line")).to_contain_text("Giờ phát hành đã qua")
        settled(page, at.date(), "Không về quá khứ")
        assert due(office, post_id) == at


def test_a_delivery_that_went_out_meanwhile_goes_back_and_says_why(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Vừa được gửi", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        put(office, office.deliveries(post_id)[0].id, state="sent", wake_at=None)
        page.locator(".chip", has_text="Vừa được gửi").drag_to(cell(page, at.date() + timedelta(days=1)))
        expect(page.locator(".toast-line")).to_contain_text("đã bắt đầu hoặc đã kết thúc nên không dời được")
        settled(page, at.date(), "Vừa được gửi")


def test_when_the_session_has_ended_or_the_line_is_cut_the_chip_goes_back(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Mất mạng", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich?day={at.date()}")
        page.context.set_offline(True)
        page.locator(".chip-main", has_text="Mất mạng").focus()
        page.keyboard.press("Control+ArrowRight")
        expect(page.locator(".toast-line")).to_contain_text("Chưa dời được")
        settled(page, at.date(), "Mất mạng")
        page.context.set_offline(False)
        page.context.clear_cookies()
        page.locator(".chip-main", has_text="Mất mạng").focus()
        page.keyboard.press("Control+ArrowRight")
        expect(page.locator(".toast-line")).to_contain_text("hết hạn")
        settled(page, at.date(), "Mất mạng")
        assert due(office, post_id) == at


def test_on_a_telephone_without_scripts_the_form_moves_it(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Dời bằng biểu mẫu", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor", width=360, height=740, java_script_enabled=False)
        page.goto(f"{address}/desk/lich?day={at.date()}")
        page.get_by_role("link", name="Dời lịch: Dời bằng biểu mẫu").click()
        page.get_by_label("Giờ mới").fill("16:45")
        page.get_by_role("button", name="Dời lịch").click()
        expect(page.locator(".flash-success")).to_contain_text("Đã dời")
        assert due(office, post_id) == at.replace(hour=16, minute=45)
        assert page.url.endswith(f"day={at.date()}"), "back where one came from"


def test_a_form_pressed_twice_is_carried_out_once(office: Office, open_page: OpenPage) -> None:
    at = next_month(office)
    post_id = office.scheduled("Bấm hai lần", due_at=at)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/lich/doi/delivery/{office.deliveries(post_id)[0].id}")
        page.get_by_label("Giờ mới").fill("17:00")
        page.get_by_role("button", name="Dời lịch").dblclick(no_wait_after=True)
        expect(page.locator(".flash-success")).to_contain_text("Đã dời")
        with office.reading() as session:
            assert session.get_one(Delivery, office.deliveries(post_id)[0].id).revision == 2


def full_desk(office: Office) -> None:
    """Entries of every look: sent, planned, held, failed, drafts, returned, more than fit into a day."""
    for number in range(6):
        office.scheduled(f"Bài số {number}", due_at=clock.now() + timedelta(hours=2, minutes=number))
    office.published("Đã lên cổng")
    for state, hold in (("failed", ""), ("held", "late"), ("unsure", "")):
        post_id = office.scheduled(f"Trạng thái {state}", due_at=clock.now() + timedelta(minutes=5))
        put(office, office.deliveries(post_id)[0].id, state=state, hold=hold, wake_at=None)
    office.draft("Bản nháp", due_at=clock.now() + timedelta(minutes=9))
    office.submit(office.draft("Chờ duyệt", due_at=clock.now() + timedelta(minutes=9)))


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (360, 740)])
def test_the_desks_first_pages_are_for_everybody(office: Office, open_page: OpenPage, width: int, height: int) -> None:
    full_desk(office)
    with serving(office) as address:
        page = open_page(width=width, height=height)
        page.goto(f"{address}/login")
        assert_for_everybody(page, "login", width)
        page = signed_in(open_page, address, office, "approver", width=width, height=height)
        delivery = office.deliveries()[0].id
        pages = {
            "home": "/desk/",
            "month": "/desk/lich",
            "week": "/desk/lich?view=week&colour=state",
            "list": "/desk/lich?view=list&theme=T2",
            "move": f"/desk/lich/doi/delivery/{delivery}",
            "password": "/mat-khau",
        }
        for name, path in pages.items():
            page.goto(f"{address}{path}")
            assert_for_everybody(page, name, width)
        page.goto(f"{address}/desk/lich")
        for menu in ("details.sieve", "details.jump", "details.me"):
            page.locator(f"{menu} summary").click()
            assert_for_everybody(page, menu.removeprefix("details."), width)
            page.keyboard.press("Escape")
            expect(page.locator(f"{menu}[open]")).to_have_count(0)


def assert_for_everybody(page: Page, name: str, width: int) -> None:
    """Nothing that axe finds, nothing that runs off the page, nothing too small for a finger; keeps a picture."""
    keep_screenshot(page, f"desk-{name}-{width}", full_page=name not in {"sieve", "jump", "me"})
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} runs off a page {width} px wide"
    if width < 600:
        small = page.evaluate(
            """[...document.querySelectorAll('button, .btn, .nav-link, .chip-main, .chip-move, summary, .menu a')]
            .map(e => [e.className, e.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 42)
            .map(([name, box]) => `${name} ${Math.round(box.width)}×${Math.round(box.height)}`)"""
        )
        assert not small, f"{name}: too small for a finger: {small}"
