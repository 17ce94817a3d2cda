"""The operations pages in a real browser: accessible, whole on a telephone, and working without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from publisher import planning
from publisher.audit import COMMAND
from publisher.delivery.drain import tick
from publisher.model import Rendering, Unit
from schedules.plan_file import load, plans
from tests.factories import PASSWORD, Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in
from tests.web.ops import Ledger, delivery


@pytest.fixture
def busy(office: Office, tmp_path: Path) -> dict[str, str]:
    """An office with work of every kind; the addresses of its pages by name."""
    ledger = Ledger(office, tmp_path / "ledger.jsonl", blind="yes", token="khoa")
    failed = ledger.after("reject", "Hướng dẫn nộp hồ sơ trực tuyến toàn trình cho người dân phường Mẫu")
    unclear = ledger.after("hang", "Chuẩn bị gì trước khi đến Bộ phận Một cửa?")
    tick(office.world)
    sent = ledger.after("accept", "Lịch tiếp công dân tháng này")
    planned = ledger.scheduled("Khảo sát mức độ hài lòng của người dân", minutes=600)
    with office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        plan = planning.import_plan(session, COMMAND, unit, load(plans()["CL22"]), 2027).plan_id
    return {
        "delivery-failed": f"/desk/phat-hanh/{failed}", "delivery-unclear": f"/desk/phat-hanh/{unclear}",
        "delivery-sent": f"/desk/phat-hanh/{sent}", "delivery-planned": f"/desk/phat-hanh/{planned}",
        "deliveries": "/desk/phat-hanh", "inbox": "/desk/hop-viec", "plans": "/desk/ke-hoach",
        "plan": f"/desk/ke-hoach/{plan}", "admin": "/admin/", "accounts": "/admin/tai-khoan",
        "account-new": "/admin/tai-khoan/them", "account-new-form": "/admin/tai-khoan/them?channel=ledger",
        "account": f"/admin/tai-khoan/{ledger.account_id}", "people": "/admin/nguoi-dung",
        "person-new": "/admin/nguoi-dung/them", "person": f"/admin/nguoi-dung/{office.people['editor']}",
        "units": "/admin/don-vi", "unit-new": "/admin/don-vi/them", "unit": f"/admin/don-vi/{office.unit_id}",
        "trail": "/admin/nhat-ky", "state": "/admin/he-thong",
    }  # fmt: skip


def looked_at(page: Page, name: str, width: int) -> None:
    """Open everything that folds, keep a picture, and fail for what axe finds or what hangs over the edge."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    keep_screenshot(page, f"ops-{name}-{width}")
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} hangs over the edge"


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(
    office: Office, busy: dict[str, str], open_page: Callable[..., Page], width: int
) -> None:
    complaints: list[str] = []
    with serving(office) as address:
        for role in ("administrator", "approver"):
            page = signed_in(open_page, address, office, role, width=width)
            page.on("console", lambda message: complaints.append(message.text))
            for name, path in busy.items():
                if path.startswith("/admin") == (role == "administrator"):
                    page.goto(address + path)
                    looked_at(page, name, width)
        page = signed_in(open_page, address, office, "administrator", width=width)
        page.goto(f"{address}/desk/ke-hoach")
        looked_at(page, "plans-import", width)
        page.goto(address + busy["person"])
        page.get_by_text("Cấp mật khẩu mới").click()
        page.get_by_role("button", name="Tạo mật khẩu dùng một lần").click()
        looked_at(page, "password", width)
    assert not complaints, complaints


def test_without_scripts_an_unclear_delivery_is_settled_and_a_failed_one_cancelled(
    office: Office, busy: dict[str, str], open_page: Callable[..., Page]
) -> None:
    with serving(office) as address:
        page = open_page(width=360, height=740, java_script_enabled=False)
        page.goto(f"{address}/login")
        page.get_by_label("Thư điện tử").fill(office.email("approver"))
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.goto(f"{address}/desk/hop-viec")
        page.get_by_role("link", name="Chuẩn bị gì trước khi đến Bộ phận Một cửa?").click()
        page.get_by_role("button", name="Đã lên", exact=True).click()
        expect(page.get_by_role("heading", name="Đã phát hành")).to_be_visible()
        page.goto(f"{address}/desk/hop-viec")
        page.get_by_role("link", name="Hướng dẫn nộp hồ sơ").click()
        page.locator("summary", has_text="Hủy lượt này").click()
        page.get_by_label("Lý do").fill("Đã đăng bằng tay")
        page.get_by_role("button", name="Hủy, không gửi lên kênh này").click()
        expect(page.get_by_role("heading", name="Đã hủy")).to_be_visible()
        page.goto(f"{address}/desk/hop-viec")
        expect(page.get_by_text("Không có việc nào chờ xử lý")).to_be_visible()
    states = {path: delivery(office, int(path.rsplit("/", 1)[1])).state for path in busy.values() if "hanh/" in path}
    assert sorted(states.values()) == ["cancelled", "planned", "sent", "sent"]


def test_approved_bytes_cannot_act_even_when_a_channel_let_a_script_through(
    office: Office, open_page: Callable[..., Page]
) -> None:
    (planned,) = office.deliveries(office.scheduled("Bài trên cổng"))
    evil = b"<p>Noi dung</p><script>document.title = 'evil'</script><form action='https://x.example'><input></form>"
    with office.reading() as session:
        digest = session.get_one(Rendering, planned.rendering_id).parts[0]["sha256"]
    fresh = office.world.files.put(evil)
    with office.world.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER keep_rendering_update")
        connection.exec_driver_sql(f"UPDATE rendering SET parts = replace(parts, '{digest}', '{fresh}')")
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor")
        page.goto(f"{address}/desk/phat-hanh/{planned.id}/phan/article.html")
        expect(page.get_by_text("Noi dung")).to_be_visible()
        assert page.title() != "evil"
