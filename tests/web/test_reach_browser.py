"""The reports' pages in a real browser: accessible, whole on a telephone, with charts that show and forms that work."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher import clock, planning
from publisher.audit import CLOCK, COMMAND
from publisher.model import Unit
from publisher.reach import activities, evidence, landings, ledger
from publisher.reach.activities import Told
from publisher.reach.evidence import Link
from publisher.reach.ledger import Entry
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in

PAGES = {
    "home": "/reports/",
    "figures": "/reports/so-lieu?chia=chu-de-kenh",
    "rows": "/reports/so-lieu/chi-tiet?metric=views",
    "product": "/reports/san-pham/1",
    "activities": "/reports/hoat-dong",
    "choose": "/reports/hoat-dong/moi",
    "form": "/reports/hoat-dong/moi/niem_yet_tthc",
    "activity": "/reports/hoat-dong/1",
    "import": "/reports/hoat-dong/nhap",
    "proofs": "/reports/minh-chung",
    "proof": "/reports/minh-chung/1",
    "targets": "/reports/chi-tieu",
    "nothing": "/reports/?since=01/01/2020&until=31/03/2020",
}


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with figures, activities, evidence and a plan."""
    zone, now = office.installation.config.zone, clock.now()
    for number in range(4):
        office.published(f"Hướng dẫn nộp hồ sơ trực tuyến toàn trình cho người dân, phần {number}", themes=["T2", "T6"])
    landings.enrol(office.world)
    day = clock.local_day(now, zone)
    with office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        planning.import_plan(session, COMMAND, unit, planning.shipped("HZ23"), year=day.year)
        entries = [
            Entry("views", 900 * number, "measured", now - timedelta(minutes=number), delivery_id=number)
            for number in range(1, 5)
        ]
        ledger.log(session, CLOCK, zone, entries)
        told = Told("hoi_nghi", day, "Hội nghị triển khai kế hoạch", themes=("T7",), numbers={"attendees": 85})
        row = activities.enter(session, COMMAND, zone, office.unit_id, told)
        link = Link("https://bao.example/mot-duong-dan-rat-dai/" + "a" * 90, "Báo Mẫu đưa tin")
        evidence.attach(session, office.world.files, COMMAND, office.unit_id, link, [("activity", row.id)])
    return office


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(busy: Office, open_page: Callable[..., Page], width: int) -> None:
    complaints: list[str] = []
    with serving(busy) as address:
        page = signed_in(open_page, address, busy, "reporter", width=width)
        page.on("console", lambda message: complaints.append(message.text))
        for name, path in PAGES.items():
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            keep_screenshot(page, f"reach-{name}-{width}")
            found = Axe().run(page).response["violations"]
            assert not found, (name, [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found])
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} hangs over the edge"
    assert not complaints


def test_charts_show_and_their_numbers_stand_in_a_table(busy: Office, open_page: Callable[..., Page]) -> None:
    with serving(busy) as address:
        page = signed_in(open_page, address, busy, "reporter")
        page.goto(f"{address}/reports/")
        for picture in page.locator("img.chart-picture").all():
            assert picture.evaluate("async one => { await one.decode(); return one.naturalWidth }") > 0
            assert "Số liệu ở bảng" in (picture.get_attribute("alt") or "")
        page.get_by_text("Xem bảng số").first.click()
        expect(page.get_by_role("cell", name="9.000")).to_be_visible()


def test_a_reporter_enters_an_activity_on_a_telephone(busy: Office, open_page: Callable[..., Page]) -> None:
    with serving(busy) as address:
        page = signed_in(open_page, address, busy, "reporter", width=360, height=740, has_touch=True, is_mobile=True)
        page.goto(f"{address}/reports/")
        page.get_by_role("link", name="Ghi hoạt động").tap()
        page.get_by_role("link", name="Đối thoại với người dân, doanh nghiệp").tap()
        page.get_by_label("Tên hoạt động").fill("Đối thoại tháng Mười")
        page.get_by_label("Người tham dự (lượt người)").fill("1.234,5")
        page.get_by_role("button", name="Lưu hoạt động").tap()
        expect(page.get_by_role("alert")).to_contain_text("số lẻ")
        page.get_by_label("Người tham dự (lượt người)").fill("1.234")
        page.get_by_role("button", name="Lưu hoạt động").tap()
        expect(page.get_by_role("heading", name="Đối thoại tháng Mười")).to_be_visible()
        expect(page.get_by_text("1.234 lượt người").first).to_be_visible()
