"""Print at the desk: sheets of a post, orders, places, proof by photograph; who may, and what never leaks."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import clock
from publisher.model import Delivery, Evidence, Hanging, HotlineCheck, PageSource, Place, PrintLine, PrintOrder
from publisher.web.portal import counting
from tests.factories import Office
from tests.web.desk import picture, words
from tests.web.ops import counted, elsewhere, second_unit
from tests.web.portal import READER, published, views

SignIn = Callable[[str], FlaskClient]
SHEETS = "bang-ron-3x0.8, ap-phich-a3, to-roi-a5, led-96x32"


@pytest.fixture
def post_id(office: Office) -> int:
    """A post whose sheets were handed over."""
    account = office.add_account("banner", values={"sheets": SHEETS})
    found = office.scheduled("Bài có băng rôn", account_id=account, slogan="Một cửa, một lần đến, đủ giấy tờ")
    office.tick()
    return found


def order(office: Office) -> PrintOrder:
    with office.reading() as session:
        return session.scalars(select(PrintOrder).order_by(PrintOrder.id.desc())).all()[0]


def field(office: Office, code: str) -> str:
    (delivery,) = [one for one in office.deliveries() if one.state in {"sent", "confirmed"}]
    return f"quantity-{delivery.id}-{code}"


def act(office: Office, browser: FlaskClient, name: str, **fields: str) -> int:
    """Send one of the order's forms as its page would; returns the status."""
    now = order(office)
    data = {"revision": str(now.revision), **fields}
    return browser.post(f"/desk/in/don/{now.id}{'/' + name if name else ''}", data=data).status_code


def started(office: Office, browser: FlaskClient, post_id: int) -> PrintOrder:
    """An order of two banners with one place, hanging from today, sent to the shop."""
    sent = {field(office, "bang-ron-3x0.8"): "2", field(office, "to-roi-a5"): "", "order": ""}
    assert browser.post(f"/desk/in/bai/{post_id}/dat", data=sent).status_code == 302
    today = clock.local_day(clock.now(), office.installation.config.zone)
    terms = {
        "title": "Đợt tháng 12", "hang_on": today.isoformat(), "down_on": (today + timedelta(days=9)).isoformat(),
        "needed_on": "", "supplier": "Nhà in Mẫu", "permit": "CV 12/PVHTT", "note": "",
    }  # fmt: skip
    assert act(office, browser, "", **terms) == 302
    data = {"unit": str(office.unit_id), "name": "Cổng trụ sở", "address": "Số 1 đường Mẫu", "note": ""}
    assert browser.post("/desk/in/dia-diem", data=data).status_code == 302
    with office.reading() as session:
        place, line = session.scalars(select(Place)).one(), session.scalars(select(PrintLine)).one()
    assert act(office, browser, "noi-treo", line=str(line.id), place=str(place.id), quantity="1") == 302
    assert act(office, browser, "buoc", step="send") == 302
    return order(office)


def test_a_post_shows_its_sheets_with_previews_and_files(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    page = browser.get(f"/desk/in/bai/{post_id}")
    text = words(page)
    for said in ("Băng rôn ngang 3 × 0,8 m", "Áp phích A3", "Tờ rơi A5", "Màn hình LED 96 × 32 px", "đọc rõ từ"):
        assert said in text
    assert "chưa được ai gọi kiểm tra" in text and "giấy phép xuất bản" in text
    for address, kind in (("preview-bang-ron-3x0.8.png", "image/png"), ("sheet-to-roi-a5.pdf?tai=1", None)):
        link = re.search(rf'"([^"]*{re.escape(address)})"', page.text)
        assert link is not None
        answer = browser.get(link[1])
        assert answer.status_code == 200 and (kind is None or answer.mimetype == kind)
    assert f'href="/desk/in/bai/{post_id}"' in browser.get(f"/desk/bai/{post_id}").text


def test_from_the_sheets_to_a_photograph_of_the_banner_in_the_street(
    office: Office, sign_in: SignIn, post_id: int
) -> None:
    browser = sign_in("editor")
    made = started(office, browser, post_id)
    assert (made.state, made.supplier, made.permit) == ("ordered", "Nhà in Mẫu", "CV 12/PVHTT")
    inbox = browser.get("/desk/hop-viec").text
    assert "Đến ngày treo: còn 1 nơi" in inbox and f'href="/desk/in/don/{made.id}"' in inbox
    with office.reading() as session:
        row = session.scalars(select(Hanging)).one()
    address = f"/desk/in/treo/{row.id}"
    local = clock.now().astimezone(office.installation.config.zone)
    when = {"day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M")}
    bare = browser.post(f"{address}/da-treo", data={**when, "note": ""})
    assert bare.status_code == 422 and "chụp ảnh nơi treo" in bare.text
    photo = {**when, "note": "Treo hai tầng", "photo": (picture(), "noi treo.jpg")}
    done = browser.post(f"{address}/da-treo", data=photo, content_type="multipart/form-data")
    assert done.status_code == 302
    with office.reading() as session:
        evidence = session.scalars(select(Evidence)).one()
        (delivery,) = session.scalars(select(Delivery)).all()
    assert delivery.state == "confirmed" and evidence.note.endswith("tại Cổng trụ sở")
    shown = browser.get(f"/desk/in/don/{made.id}").text
    assert (
        f"/desk/anh/{evidence.sha256}" in shown
        and browser.get(f"/desk/anh/{evidence.sha256}", buffered=True).status_code == 200
    )
    assert browser.post(f"{address}/da-thao", data=when).status_code == 302
    assert act(office, browser, "ket-thuc", how="close", reason="") == 302
    assert order(office).state == "closed"
    assert "Đợt tháng 12" in browser.get("/desk/in?view=done").text
    assert "Không có việc nào" in browser.get("/desk/hop-viec").text


def test_the_shop_gets_one_file_with_everything(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    made = started(office, browser, post_id)
    answer = browser.get(f"/desk/in/don/{made.id}/tai-ve")
    assert answer.mimetype == "application/zip" and "attachment" in answer.headers["Content-Disposition"]
    assert len(zipfile.ZipFile(io.BytesIO(answer.data)).namelist()) == 3
    ticket = browser.get(f"/desk/in/don/{made.id}/tai-ve?phieu=1")
    assert ticket.mimetype == "application/pdf" and ticket.data.startswith(b"%PDF")


def test_several_posts_go_onto_one_order(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    data = {field(office, "to-roi-a5"): "500", "order": ""}
    assert browser.post(f"/desk/in/bai/{post_id}/dat", data=data).status_code == 302
    first = order(office)
    more = {field(office, "ap-phich-a3"): "20", field(office, "to-roi-a5"): "800", "order": str(first.id)}
    assert browser.post(f"/desk/in/bai/{post_id}/dat", data=more).status_code == 302
    with office.reading() as session:
        lines = dict(session.execute(select(PrintLine.code, PrintLine.quantity)).all())
    assert lines == {"to-roi-a5": 800, "ap-phich-a3": 20} and order(office).id == first.id
    with office.reading() as session:
        line = session.scalars(select(PrintLine.id).where(PrintLine.code == "to-roi-a5")).one()
    assert act(office, browser, "bo-kho", line=str(line)) == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "số lượng cho ít nhất"), ("0", "số lượng cho ít nhất"), ("abc", "phải là số"), ("-4", "từ 1")],
)
def test_quantities_that_make_no_sense_come_back_with_what_was_typed(
    office: Office, sign_in: SignIn, post_id: int, typed: str, said: str
) -> None:
    answer = sign_in("editor").post(
        f"/desk/in/bai/{post_id}/dat", data={field(office, "to-roi-a5"): typed, "order": ""}
    )
    assert answer.status_code == 422 and said in answer.text
    assert typed == "" or f'value="{typed}"' in answer.text
    with office.reading() as session:
        assert session.scalars(select(PrintOrder)).all() == [], "nothing is half written"


def test_a_refused_form_keeps_what_was_typed_and_an_old_one_is_stale(
    office: Office, sign_in: SignIn, post_id: int
) -> None:
    browser = sign_in("editor")
    made = started(office, browser, post_id)
    terms = dict.fromkeys(("needed_on", "supplier", "permit", "note"), "")
    wrong = {"revision": str(made.revision), "title": "Tên đã gõ", "hang_on": "2026-12-20", "down_on": "2026-12-01"}
    answer = browser.post(f"/desk/in/don/{made.id}", data={**terms, **wrong})
    assert answer.status_code == 422 and "từ ngày treo trở đi" in answer.text and 'value="Tên đã gõ"' in answer.text
    stale = browser.post(f"/desk/in/don/{made.id}/buoc", data={"revision": "1", "step": "receive"})
    assert stale.status_code == 409 and order(office).state == "ordered"
    strange = browser.post(
        f"/desk/in/don/{made.id}/buoc", data={"revision": str(made.revision), "step": "receive", "state": "closed"}
    )
    assert strange.status_code == 422 and order(office).state == "ordered"


def test_places_are_kept_once_and_closed_ones_are_offered_no_more(
    office: Office, sign_in: SignIn, post_id: int
) -> None:
    browser = sign_in("editor")
    made = started(office, browser, post_id)
    with office.reading() as session:
        place = session.scalars(select(Place)).one()
    data = {"unit": str(office.unit_id), "name": "Cổng trụ sở", "address": "", "note": ""}
    twice = browser.post("/desk/in/dia-diem", data=data)
    assert twice.status_code == 422 and "đã có địa điểm" in twice.text
    change = {"name": "Cổng trụ sở mới", "address": "Số 2", "note": "", "closed": "yes"}
    assert browser.post(f"/desk/in/dia-diem/{place.id}", data=change).status_code == 302
    assert "không dùng nữa" in browser.get("/desk/in/dia-diem").text
    page = browser.get(f"/desk/in/don/{made.id}").text
    assert f'<option value="{place.id}"' not in page and "Cổng trụ sở mới" in page


def test_a_hotline_is_confirmed_where_it_matters(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    data = {"hotline": "0900 000 000", "post": str(post_id)}
    answer = browser.post(f"/desk/in/duong-day-nong/{office.unit_id}", data=data)
    assert answer.status_code == 302 and answer.location.endswith(f"/desk/in/bai/{post_id}")
    assert "chưa được ai gọi" not in browser.get(f"/desk/in/bai/{post_id}").text
    with office.reading() as session:
        assert session.scalars(select(HotlineCheck)).one().hotline == "0900 000 000"


def test_what_runs_on_a_screen_is_confirmed_by_a_photograph(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    (delivery,) = office.deliveries(post_id)
    address = f"/desk/in/bai/{post_id}/da-treo/{delivery.id}"
    assert browser.post(address, data={"where": "Màn hình cổng chợ"}).status_code == 422
    sent = {"where": "Màn hình cổng chợ", "photo": (picture(), "led.jpg")}
    assert browser.post(address, data=sent, content_type="multipart/form-data").status_code == 302
    assert office.deliveries(post_id)[0].state == "confirmed"


def test_another_units_print_is_not_there_for_anybody_else(
    office: Office, app: Flask, sign_in: SignIn, post_id: int
) -> None:
    made = started(office, sign_in("editor"), post_id)
    second_unit(office)
    stranger = elsewhere(app, "editor")
    with office.reading() as session:
        row, place = session.scalars(select(Hanging)).one(), session.scalars(select(Place)).one()
    (delivery,) = office.deliveries(post_id)
    for path in (f"/desk/in/bai/{post_id}", f"/desk/in/don/{made.id}", f"/desk/in/don/{made.id}/tai-ve",
                 f"/desk/in/treo/{row.id}"):  # fmt: skip
        assert stranger.get(path).status_code == 404, path
    when = {"day": "2026-12-01", "time": "08:00"}
    for path, data in (
        (f"/desk/in/don/{made.id}/buoc", {"revision": str(made.revision), "step": "receive"}),
        (f"/desk/in/bai/{post_id}/dat", {"order": ""}),
        (f"/desk/in/treo/{row.id}/da-treo", {**when, "note": ""}),
        (f"/desk/in/treo/{row.id}/da-thao", when),
        (f"/desk/in/dia-diem/{place.id}", {"name": "x", "address": "", "note": ""}),
        (f"/desk/in/duong-day-nong/{office.unit_id}", {"hotline": "0900 000 000", "post": ""}),
        (f"/desk/in/bai/{post_id}/da-treo/{delivery.id}", {"where": "x"}),
    ):
        assert stranger.post(path, data=data).status_code == 404, path
    assert "Đợt tháng 12" not in stranger.get("/desk/in").text
    assert "Cổng trụ sở" not in stranger.get("/desk/in/dia-diem").text
    assert order(office).revision == made.revision


def test_who_only_reads_sees_but_does_not_act(office: Office, sign_in: SignIn, post_id: int) -> None:
    made = started(office, sign_in("editor"), post_id)
    reader = sign_in("reporter")
    page = reader.get(f"/desk/in/don/{made.id}")
    assert page.status_code == 200 and "<form" not in page.text.split('id="main"')[1].split("</main>")[0]
    data = {"revision": str(made.revision), "step": "receive"}
    assert reader.post(f"/desk/in/don/{made.id}/buoc", data=data).status_code == 403
    assert sign_in("station").get("/desk/in").status_code == 403


def test_the_number_of_queries_does_not_grow_with_what_there_is(office: Office, sign_in: SignIn, post_id: int) -> None:
    browser = sign_in("editor")
    made = started(office, browser, post_id)
    pages = ("/desk/in", f"/desk/in/bai/{post_id}", f"/desk/in/don/{made.id}", "/desk/in/dia-diem")
    asked = []
    for path in pages:
        with counted(office) as few:
            browser.get(path)
        asked.append(len(few))
    for number in range(6):
        data = {"unit": str(office.unit_id), "name": f"Nơi {number}", "address": "", "note": ""}
        browser.post("/desk/in/dia-diem", data=data)
        browser.post(f"/desk/in/bai/{post_id}/dat", data={field(office, "ap-phich-a3"): "1", "order": ""})
    for path, before in zip(pages, asked, strict=True):
        with counted(office) as many:
            browser.get(path)
        assert len(many) == before <= 10 + 5, (path, "\n".join(many))


def test_a_scan_of_the_code_counts_as_a_view_and_as_a_scan(office: Office, app: Flask) -> None:
    slug = published(office, "Bài mẫu")
    for tail in ("?nguon=banner", "?nguon=banner", "", "?nguon=bia-dat", "?nguon=" + "x" * 3000):
        app.test_client().get(f"/tin/{slug}{tail}", headers=READER)
    counting.flush(app)
    assert sum(views(office).values()) == 5
    with office.reading() as session:
        assert [(row.source, row.count) for row in session.scalars(select(PageSource))] == [("banner", 2)]
    app.test_client().get(f"/tin/{slug}?nguon=banner", headers=READER)
    counting.flush(app)
    with office.reading() as session:
        assert session.scalars(select(PageSource.count)).one() == 3
