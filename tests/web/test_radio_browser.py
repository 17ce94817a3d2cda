"""A day with three stations in a real browser: pull, correct, pull again, read on a telephone, log back."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher import clock
from tests.factories import PASSWORD, Office, make_person, make_unit
from tests.provision.plugin import keep_screenshot
from tests.stations import ZONE, Waves, local, on
from tests.web.live import serving

OpenPage = Callable[..., Page]
WARDS = (("an-mau", "phường An Mẫu"), ("binh-mau", "phường Bình Mẫu"), ("chau-mau", "xã Châu Mẫu"))
TELEPHONE = {"width": 360, "height": 740}


@pytest.fixture
def today() -> date:
    return clock.now().astimezone(ZONE).date()


@pytest.fixture
def three(office: Office, today: date) -> list[Waves]:
    """Three wards below the office, each with a station, its people and two approved posts for this morning."""
    from publisher.model import UnitLink

    stations = []
    for code, name in WARDS:
        with office.writing() as session:
            unit = make_unit(session, code, f"UBND {name}", hotline="0900 000 111")
            session.add(UnitLink(parent_id=office.unit_id, child_id=unit.id))
            make_person(session, f"dai@{code}.example", f"Người trực {name}", {"station": unit})
            unit_id = unit.id
        waves = Waves(office, f"Đài {name}", unit_id, station=f"Đài truyền thanh {name}")
        waves.slot("05:15", 15)
        stations.append(waves)
    with on(today, "00:30"):
        for waves, (_code, name) in zip(stations, WARDS, strict=True):
            waves.approved(f"Lịch tiếp công dân {name}", local(today, "05:15"), "Tiếp dân từ 7h30 tại trụ sở.")
            waves.approved("Nộp hồ sơ trực tuyến", local(today, "05:16"), "Nộp tại dichvucong.gov.vn.")
    return stations


@pytest.fixture
def address(office: Office, three: list[Waves]) -> Iterator[str]:
    with serving(office) as where:
        yield where


def enter(open_page: OpenPage, address: str, email: str, **context: Any) -> Page:
    page = open_page(**context)
    page.goto(f"{address}/login")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/radio/")
    return page


def correct(waves: Waves) -> None:
    post_id = next(one.post_id for one in waves.office.deliveries() if one.account_id == waves.account_id)
    waves.office.save(post_id, body="Tiếp dân từ 8h tại trụ sở.")
    waves.office.submit(post_id)
    waves.office.approve(post_id)


def no_barrier(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:160]) for one in found]


def test_a_day_with_three_stations(open_page: OpenPage, address: str, three: list[Waves], today: date) -> None:
    with on(today, "04:30"):
        pages = [enter(open_page, address, f"dai@{code}.example", **TELEPHONE) for code, _name in WARDS]
        for page, (_code, name) in zip(pages, WARDS, strict=True):
            expect(page.get_by_text(f"Lịch tiếp công dân {name}")).to_be_visible()
            for other in (one for _c, one in WARDS if one != name):
                expect(page.get_by_text(f"Lịch tiếp công dân {other}")).to_have_count(0)
            no_barrier(page)
            page.get_by_role("link", name="phát thanh buổi sáng").first.click()
            page.get_by_role("button", name="Lấy kịch bản").click()
            expect(page.get_by_text("Đã lấy kịch bản, bản 1.")).to_be_visible()
        correct(three[0])
        first = pages[0]
        first.reload()
        expect(first.get_by_text("Biên tập đã sửa sau khi đài lấy bản 1")).to_be_visible()
        expect(first.get_by_text("Bài «Lịch tiếp công dân phường An Mẫu» đã sửa.")).to_be_visible()
        keep_screenshot(first, "radio-changed-360")
        no_barrier(first)
        pages[1].reload()
        expect(pages[1].get_by_text("Biên tập đã sửa")).to_have_count(0)
        first.get_by_role("button", name="Lấy bản mới").click()
        expect(first.get_by_text("Đã lấy kịch bản, bản 2.")).to_be_visible()
        with first.expect_download() as packet:
            first.get_by_role("link", name="Tải cả gói .zip").click()
        assert packet.value.suggested_filename.endswith("goi.zip")
    with on(today, "05:16"):
        three[0].office.tick()
    with on(today, "05:40"):
        taps(pages, today)
    states = {one.account_id: one.state for one in three[0].office.deliveries()}
    assert [states[waves.account_id] for waves in three] == ["confirmed", "sent", "sent"]


def taps(pages: list[Page], today: date) -> None:
    """The first station read everything, the second left one out, the third had no power."""
    for page in pages:
        page.get_by_role("link", name="Lịch phát").click()
        page.locator(".overdue-log").get_by_role("link").click()  # one tap
    pages[0].get_by_role("button", name="Phát đủ").click()  # the second
    expect(pages[0].get_by_text("Đã ghi nhật ký: phát đủ.")).to_be_visible()
    pages[1].get_by_text("Phát thiếu, không phát, thêm minh chứng").click()
    pages[1].get_by_label("Nộp hồ sơ trực tuyến").uncheck()
    pages[1].get_by_label("Lý do phát thiếu hoặc không phát").fill("mưa sấm sét")
    pages[1].get_by_role("button", name="Phát thiếu").click()
    expect(pages[1].get_by_text("Đã ghi nhật ký: phát thiếu.")).to_be_visible()
    pages[2].get_by_text("Phát thiếu, không phát, thêm minh chứng").click()
    pages[2].get_by_role("button", name="Không phát").click()
    expect(pages[2].get_by_text("Hãy ghi lý do phát thiếu hoặc không phát")).to_be_visible()
    pages[2].get_by_label("Lý do phát thiếu hoặc không phát").fill("mất điện")
    pages[2].get_by_role("button", name="Không phát").click()
    expect(pages[2].get_by_text("Đã ghi nhật ký: không phát.")).to_be_visible()
    keep_screenshot(pages[1], "radio-logged-360")
    no_barrier(pages[1])
    for page in pages:
        page.get_by_role("link", name="Nhật ký").click()
        expect(page.locator(".log-table tbody tr")).to_have_count(2)
        no_barrier(page)


def test_reading_aloud_on_a_telephone_with_the_timer(
    open_page: OpenPage, address: str, three: list[Waves], today: date
) -> None:
    with on(today, "05:10"):
        three[0].pull(three[0].day(today)[0].key)
        page = enter(open_page, address, "dai@an-mau.example", **TELEPHONE)
        page.get_by_role("link", name="phát thanh buổi sáng").first.click()
        page.get_by_role("link", name="Đọc trên màn hình").click()
        expect(page.get_by_text("Tiếp dân từ bảy giờ ba mươi phút tại trụ sở.")).to_be_visible()
        before = page.locator(".read-line").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert before >= 22
        page.get_by_role("button", name="Chữ to hơn").click()
        assert page.locator(".read-line").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > before
        page.get_by_role("button", name="Bắt đầu").click()
        expect(page.locator("[data-elapsed]")).not_to_have_text("0:00", timeout=5000)
        page.locator("[data-row]").nth(4).click()
        expect(page.locator(".read-now")).to_have_count(1)
        expect(page.locator("[data-drift]")).to_contain_text("nhanh")
        page.get_by_role("button", name="Tạm dừng").click()
        expect(page.get_by_role("button", name="Đọc tiếp")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep_screenshot(page, "radio-reading-360", full_page=False)
        no_barrier(page)


def test_a_station_works_without_scripts(open_page: OpenPage, address: str, three: list[Waves], today: date) -> None:
    with on(today, "04:40"):
        page = enter(open_page, address, "dai@an-mau.example", java_script_enabled=False)
        page.get_by_role("link", name="phát thanh buổi sáng").first.click()
        page.get_by_role("button", name="Lấy kịch bản").click()
        page.get_by_role("link", name="Đọc trên màn hình").click()
        expect(page.get_by_text("Tiếp dân từ bảy giờ ba mươi phút tại trụ sở.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_desks_radio_pages_have_no_barrier_and_do_not_run_off(
    open_page: OpenPage, address: str, three: list[Waves], today: date, width: int
) -> None:
    waves = three[0]
    with on(today, "04:40"):
        page = open_page(width=width, height=800)
        page.goto(f"{address}/login")
        page.get_by_label("Thư điện tử").fill(waves.office.email("approver"))
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/desk/")
        key = waves.day(today)[0].key
        post_id = waves.day(today)[0].airings[0].post_id
        for name, rest in (
            ("week", f"?dai={waves.account_id}"), ("programme", f"{waves.account_id}/{key}"),
            ("spoken", f"bai/{post_id}"), ("words", "tu-dien"), ("station", f"dai/{waves.account_id}"),
            ("log", "nhat-ky"),
        ):  # fmt: skip
            page.goto(f"{address}/desk/phat-thanh/{rest}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            no_barrier(page)
            keep_screenshot(page, f"radio-desk-{name}-{width}")
