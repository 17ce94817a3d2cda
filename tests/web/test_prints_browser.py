"""The pages of print in a real browser: accessible, whole on a telephone; a banner is hung from a telephone."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from publisher.model import Hanging
from tests.factories import Office
from tests.provision.plugin import keep_screenshot
from tests.web.live import serving, signed_in

SHEETS = "bang-ron-8x1, phuon-0.8x2.5, ap-phich-a2, bang-tin-a4, to-gap-a4, led-192x32"


@pytest.fixture
def post_id(office: Office) -> int:
    """A post whose sheets were handed over."""
    account = office.add_account("banner", "Ấn phẩm phường Mẫu", values={"sheets": SHEETS, "licence": "miễn"})
    found = office.scheduled(
        "Nộp hồ sơ trực tuyến chỉ với vài bước", account_id=account,
        slogan="Hồ sơ trực tuyến, thuận tiện mọi lúc, minh bạch từng bước!",
    )  # fmt: skip
    office.tick()
    return found


def looked_at(page: Page, name: str, width: int) -> None:
    """Open everything that folds, keep a picture, and fail for what axe finds or what hangs over the edge."""
    page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(one => { one.open = true })")
    keep_screenshot(page, f"prints-{name}-{width}")
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} hangs over the edge"


@pytest.mark.parametrize("width", [1280, 360])
def test_from_sheets_to_a_photograph_on_pages_everybody_can_use(
    office: Office, post_id: int, open_page: Callable[..., Page], width: int, tmp_path: Path
) -> None:
    complaints: list[str] = []
    with serving(office) as address:
        page = signed_in(open_page, address, office, "editor", width=width)
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}/desk/in")
        looked_at(page, "empty", width)
        page.goto(f"{address}/desk/in/dia-diem")
        page.get_by_label("Tên địa điểm").fill("Cổng trụ sở UBND phường")
        page.get_by_label("Địa chỉ").fill("Số 1 đường Mẫu")
        page.get_by_role("button", name="Thêm").click()
        looked_at(page, "places", width)
        page.goto(f"{address}/desk/in/bai/{post_id}")
        looked_at(page, "sheets", width)
        page.get_by_label("Số bản in Băng rôn ngang 8 × 1 m").fill("2")
        page.get_by_role("button", name="Đặt in các khổ có số bản").click()
        page.get_by_label("Số bản", exact=True).fill("2")
        page.get_by_role("button", name="Thêm nơi treo").click()
        looked_at(page, "order", width)
        page.locator("summary", has_text="Sửa thông tin").click()
        page.get_by_role("button", name="Đã đặt in").click()
        expect(page.get_by_role("button", name="Đã nhận hàng")).to_be_visible()
        page.get_by_role("link", name="Ghi treo").click()
        looked_at(page, "hanging", width)
        page.get_by_label("Ảnh nơi treo").set_input_files(photograph(tmp_path))
        early = page.get_by_role("button", name="Đã treo")
        early.click()
        # The order hangs from tomorrow: a photograph of today is taken, since crews work the night before.
        expect(page.get_by_text("Đã ghi treo, ảnh được lưu làm minh chứng.")).to_be_visible()
        page.goto(f"{address}/desk/hop-viec")
        looked_at(page, "inbox", width)
    with office.reading() as session:
        assert session.scalars(select(Hanging)).one().hung_at is not None
    assert not complaints, complaints


def photograph(folder: Path) -> Path:
    data = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(data, "JPEG")
    path = folder / "noi-treo.jpg"
    path.write_bytes(data.getvalue())
    return path


def test_the_approver_sees_the_sheets_before_approving(office: Office, open_page: Callable[..., Page]) -> None:
    account = office.add_account("banner", "Ấn phẩm phường Mẫu", values={"sheets": "ap-phich-a3, led-192x32"})
    waiting = office.draft("Bài chờ duyệt", account_id=account, slogan="Một cửa, một lần đến")
    office.submit(waiting)
    with serving(office) as address:
        page = signed_in(open_page, address, office, "approver")
        page.goto(f"{address}/desk/duyet?bai={waiting}")
        expect(page.get_by_alt_text("Ảnh preview-ap-phich-a3.png gửi tới Ấn phẩm phường Mẫu")).to_be_visible()
        keep_screenshot(page, "prints-review")
