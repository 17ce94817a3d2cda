"""A first day at the desk, in a real browser against a real server with its clock: from sign-in to the public page."""

import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from publisher.delivery.embedded import Clock
from publisher.timetable import JOBS
from publisher.web import create_app
from tests.factories import PASSWORD, Office, in_minutes
from tests.provision.plugin import keep_screenshot
from tests.web.desk import picture, the_post

Open = Callable[..., Page]
TITLE = "Nộp hồ sơ trực tuyến chỉ với vài bước"
BODY = "Người dân nộp hồ sơ trên **Cổng Dịch vụ công quốc gia**.\n\n## Chuẩn bị\n\n- Tài khoản VNeID\n- Giấy tờ rõ nét"


@pytest.fixture
def served(office: Office) -> Iterator[str]:
    """The application as people meet it: form tokens on, the clock running; returns its address."""
    application: Flask = create_app(office.installation)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    ticking = Clock(office.world, JOBS)
    thread.start()
    ticking.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    ticking.stop()


def signed_in(open_page: Open, served: str, office: Office, role: str, **options: int) -> Page:
    page = open_page(**options)
    page.goto(f"{served}/login")
    page.fill("[name=email]", office.email(role))
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{served}/desk/")
    return page


def accessible(page: Page) -> None:
    """No violation that the axe rules know, on the page as it stands."""
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def in_frame(page: Page, words: str) -> None:
    expect(page.frame_locator("iframe.preview-frame").first.locator("body")).to_contain_text(words)


def test_from_signing_in_to_the_public_page(office: Office, served: str, open_page: Open) -> None:
    writer = signed_in(open_page, served, office, "editor")
    keep_screenshot(writer, "first-day-1-signed-in")
    writer.goto(f"{served}/desk/bai")
    writer.click("text=Viết bài đầu tiên")
    writer.fill("#title", TITLE)
    writer.fill("#body", BODY)
    writer.check("#theme-T2")
    writer.set_input_files(
        "#new_image", {"name": "quay.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(400, 300)).getvalue()}
    )
    writer.locator("input[name=alt]").fill("Quầy tiếp nhận hồ sơ")
    in_frame(writer, "Tài khoản VNeID")
    expect(writer.frame_locator("iframe.preview-frame").first.locator("h1")).to_have_text(TITLE)
    accessible(writer)
    keep_screenshot(writer, "first-day-2-writing")
    at_once = in_minutes(0).astimezone(office.installation.config.zone)
    writer.fill(f"#day-{office.account_id}", at_once.strftime("%d/%m/%Y"))
    writer.fill(f"#time-{office.account_id}", at_once.strftime("%H:%M"))
    writer.click("text=Lưu và trình duyệt")
    expect(writer.locator(".flash")).to_contain_text("Đã lưu và trình duyệt")
    post = the_post(office)
    accessible(writer)
    keep_screenshot(writer, "first-day-3-submitted")
    assert open_page().goto(f"{served}/tin/{post.slug}").status == 404

    approver = signed_in(open_page, served, office, "approver")
    approver.goto(f"{served}/desk/duyet")
    in_frame(approver, "Tài khoản VNeID")
    accessible(approver)
    keep_screenshot(approver, "first-day-4-review")
    approver.fill("#comment", "Đúng quy định.")
    approver.click("text=Duyệt để phát hành")
    expect(approver.locator(".flash")).to_contain_text("Đã duyệt")

    reader = open_page()
    for _turn in range(40):
        if reader.goto(f"{served}/tin/{post.slug}").status == 200:
            break
        reader.wait_for_timeout(250)
    expect(reader.locator("h1")).to_have_text(TITLE)
    expect(reader.locator("article img[alt='Quầy tiếp nhận hồ sơ']")).to_be_visible()
    assert reader.evaluate("document.querySelector('article img').naturalWidth") == 400
    keep_screenshot(reader, "first-day-5-public")

    writer.goto(f"{served}/desk/bai/{post.id}")
    expect(writer.locator(".sendings")).to_contain_text("Đã phát hành")
    expect(writer.locator(".timeline")).to_contain_text("Đúng quy định.")
    accessible(writer)
    keep_screenshot(writer, "first-day-6-published")
    for path in ("", f"/{post.id}/ban/1", f"/{post.id}/da-duyet/1"):
        writer.goto(f"{served}/desk/bai{path}")
        accessible(writer)


def test_a_correction_replaces_the_public_page(office: Office, served: str, open_page: Open) -> None:
    post_id = office.published("Giờ làm việc của Bộ phận Một cửa", body="Mở cửa lúc 7 giờ.")
    writer = signed_in(open_page, served, office, "editor", width=360, height=780)
    writer.goto(f"{served}/desk/bai/{post_id}/sua")
    writer.fill("#body", "Mở cửa lúc 8 giờ.")
    writer.click("text=Lưu và trình duyệt")
    expect(writer.locator("#fault-correction")).to_contain_text("người đọc sẽ thấy")
    expect(writer.locator("#body")).to_have_value("Mở cửa lúc 8 giờ.")
    writer.fill("#correction", "Sửa giờ mở cửa.")
    accessible(writer)
    keep_screenshot(writer, "correction-1-editor-360")
    writer.click("text=Lưu và trình duyệt")
    approver = signed_in(open_page, served, office, "approver", width=360, height=780)
    approver.goto(f"{served}/desk/duyet")
    expect(approver.locator(".comparison ins").first).to_have_text("8")
    accessible(approver)
    keep_screenshot(approver, "correction-2-review-360")
    approver.click("text=Duyệt để phát hành")
    expect(approver.locator(".flash")).to_contain_text("Đã duyệt")
    reader = open_page()
    for _turn in range(40):
        reader.goto(f"{served}/tin/{the_post(office).slug}")
        if "8 giờ" in reader.inner_text("article"):
            break
        reader.wait_for_timeout(250)
    expect(reader.locator("article")).to_contain_text("Sửa giờ mở cửa.")


def test_the_editor_keeps_what_is_typed_and_warns_before_leaving(office: Office, served: str, open_page: Open) -> None:
    page = signed_in(open_page, served, office, "editor")
    page.goto(f"{served}/desk/bai/moi")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.click("#body")
    page.keyboard.type("Chữ chưa lưu")
    page.click("nav.places a >> nth=0", no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and page.url.endswith("/moi")
    page.locator("#body").select_text()
    page.keyboard.press("Control+b")
    expect(page.locator("#body")).to_have_value("**Chữ chưa lưu**")
    page.click("text=Lưu bản nháp")
    expect(page.locator(".fault-summary")).to_contain_text("Tiêu đề: chưa nhập")
    expect(page.locator("#body")).to_have_value("**Chữ chưa lưu**")
    page.fill("#title", "Nay đã có tiêu đề")
    page.click("text=Lưu bản nháp")
    expect(page.locator(".flash")).to_contain_text("Đã lưu bản nháp")
    assert asked == ["beforeunload"], "saving asks nothing"


def test_a_picture_is_refused_at_its_field_and_the_form_lives_on(office: Office, served: str, open_page: Open) -> None:
    page = signed_in(open_page, served, office, "editor")
    page.goto(f"{served}/desk/bai/moi")
    page.fill("#title", "Có ảnh")
    wrong = {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": picture("PNG").getvalue()}
    page.set_input_files("#new_image", wrong)
    expect(page.locator("#upload-fault")).to_contain_text("«anh.jpg» có đuôi .jpg nhưng thực ra là ảnh PNG")
    for number, colour in enumerate(("red", "blue"), start=1):
        good = {"name": f"{colour}.png", "mimeType": "image/png", "buffer": picture("PNG", colour=colour).getvalue()}
        page.set_input_files("#new_image", good)
        expect(page.locator(".image-row")).to_have_count(number)
        page.locator("input[name=alt]").last.fill(colour)
    page.locator(".image-row").last.get_by_role("button", name="Lên").click()
    assert page.locator("input[name=alt]").evaluate_all("all => all.map(one => one.value)") == ["blue", "red"]
    assert page.locator("input[name=position]").evaluate_all("all => all.map(one => one.value)") == ["1", "2"]
    page.locator(".image-row").last.get_by_role("button", name="Gỡ").click()
    expect(page.locator(".image-row")).to_have_count(1)
    expect(page.locator("#title")).to_have_value("Có ảnh")


def test_without_scripts_the_whole_way_is_open(office: Office, served: str, open_page: Open) -> None:
    page = signed_in(open_page, served, office, "editor", java_script_enabled=False)
    page.goto(f"{served}/desk/bai/moi")
    page.fill("#title", "Không cần mã lệnh")
    page.fill("#body", "Thân bài.")
    with page.expect_popup() as opened:
        page.click("button[value=preview]")
    expect(opened.value.frame_locator("iframe.preview-frame").first.locator("h1")).to_have_text("Không cần mã lệnh")
    page.set_input_files("#new_image", {"name": "a.png", "mimeType": "image/png", "buffer": picture("PNG").getvalue()})
    page.fill("#new_alt", "Ảnh minh họa")
    page.click("button[value=submit]")
    expect(page.locator(".flash")).to_contain_text("Đã lưu và trình duyệt")
    expect(page.locator("figcaption")).to_have_text("Ảnh minh họa")
