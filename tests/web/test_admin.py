"""Administration: who may open it, the audit trail, the state of the system, tokens of its forms."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

import publisher
from publisher import staff
from publisher.delivery.jobs import beat
from publisher.model import Delivery, Person, UnitLink
from publisher.timetable import JOBS
from publisher.web import wording
from tests.factories import PASSWORD, Office, in_minutes, make_person, make_unit
from tests.web.desk import words
from tests.web.ops import (
    Ledger,
    counted,
    elsewhere,
    hidden,
    second_unit,
    trail,
)

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(office: Office, tmp_path: Path) -> Ledger:
    return Ledger(office, tmp_path / "ledger.jsonl")


@pytest.fixture
def browser(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


PAGES = tuple(
    f"/admin/{address}"
    for address in (
        "", "tai-khoan", "tai-khoan/them", "tai-khoan/them?channel=ledger", "tai-khoan/1", "nguoi-dung",
        "nguoi-dung/them", "nguoi-dung/1", "don-vi", "don-vi/them", "don-vi/1", "nhat-ky", "he-thong",
    )
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_pages_open_to_administrators_alone(sign_in: SignIn, visitor: FlaskClient, address: str) -> None:
    assert sign_in("administrator").get(address).status_code == 200
    for role in ("editor", "approver", "station", "reporter"):
        assert sign_in(role).get(address).status_code == 403
    assert visitor.get(address).status_code == 302


def test_the_trail_is_filtered_and_paged(office: Office, browser: FlaskClient, ledger: Ledger) -> None:
    failed = ledger.after("reject", "Bài bị từ chối")
    page = words(browser.get(f"/admin/nhat-ky?subject=delivery&number={failed}"))
    assert "Chuyển trạng thái lượt phát hành" in page and "Sau Không gửi được" in page and "Soạn bài" not in page
    assert "Lý do Sổ từ chối nội dung này." in page
    mine = words(browser.get(f"/admin/nhat-ky?who={office.people['approver']}"))
    assert "Duyệt bài · Bài" in mine and "Soạn bài · Bài" not in mine
    assert "Hệ thống" in words(browser.get("/admin/nhat-ky?who=clock"))
    for number in range(30):
        office.draft(f"Bài {number}")
    first = browser.get("/admin/nhat-ky").text
    assert first.count('id="dong-') == 50 and "Cũ hơn" in first
    older = re.search(r'href="(/admin/nhat-ky\?before=\d+)"', first)
    assert older and "Bài bị từ chối" in browser.get(older[1]).text
    assert browser.get("/admin/nhat-ky?who=<x>&before=abc&number=-1&subject=khong").status_code == 200
    assert "Không có dòng nào khớp" in browser.get("/admin/nhat-ky?subject=plan").text


def test_a_lower_administrator_reads_the_acts_of_their_units_only(office: Office, app: Flask, ledger: Ledger) -> None:
    other = second_unit(office)
    ledger.after("reject", "Bài của phường Mẫu")
    with office.writing() as session:
        admin = session.scalars(select(Person).where(Person.email == "administrator@khac.example")).one()
        staff.add(session, admin, "moi@khac.example", "Người mới", other, ["editor"])
    page = words(elsewhere(app).get("/admin/nhat-ky"))
    state = words(elsewhere(app).get("/admin/he-thong"))
    assert "Việc định kỳ" in state and "Số dòng dữ liệu" not in state and "Thư mục dữ liệu" not in state
    assert "moi@khac.example" in page and "Bài của phường Mẫu" not in page and "Sổ từ chối" not in page


def test_the_chain_is_checked_by_a_button_that_names_the_broken_row(office: Office, browser: FlaskClient) -> None:
    office.published()
    assert "Chuỗi nhật ký nguyên vẹn." in browser.post("/admin/nhat-ky/kiem-tra", follow_redirects=True).text
    with office.world.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER keep_audit_update"))
        connection.execute(text("UPDATE audit SET actor = 'Người khác' WHERE id = 4"))
    page = browser.post("/admin/nhat-ky/kiem-tra", follow_redirects=True)
    assert "không còn nguyên vẹn từ dòng 4" in page.text and 'id="dong-4"' in page.text
    assert trail(office, "trail.check")[-1].detail == {"broken": 4}


def acts_in(tree: ast.Module) -> set[str]:
    """Return the acts that a module writes into the trail: named in the call, or handed to it from elsewhere in it."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"record", "record_many"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
    ]
    named = {str(call.args[2].value) for call in calls if isinstance(call.args[2], ast.Constant)}
    if len(named) == len(calls):
        return named
    subjects = {act.split(".")[0] for act in wording.ACTS}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return named | {
        text for text in texts if re.fullmatch(r"[a-z_]+\.[a-z_]+", text) and text.split(".")[0] in subjects
    }


def test_every_act_of_the_trail_has_a_vietnamese_name() -> None:
    acts = set()
    for path in Path(publisher.__file__).parent.rglob("*.py"):
        acts |= acts_in(ast.parse(path.read_text("utf-8")))
    assert len(acts) > 20
    missing = {act for act in acts if act not in wording.ACTS}
    assert not missing, f"publisher/web/wording.py names no {sorted(missing)}"


def test_the_state_shows_what_runs_and_what_is_not_set(office: Office, browser: FlaskClient, app: Flask) -> None:
    for job in JOBS:
        beat(office.world, job.name, "")
    page = words(browser.get("/admin/he-thong"))
    assert "Mới nhất" in page and "Chưa đặt" in page and "PUBLISHER_PUBLIC_URL" in page and "Lâu không chạy" not in page
    app.extensions["started_at"] = in_minutes(-600)
    with office.writing() as session:
        session.execute(text("UPDATE heartbeat SET at = '2020-01-01 00:00:00' WHERE job = 'deliver'"))
    assert "Lâu không chạy" in words(browser.get("/admin/he-thong"))
    assert "Việc định kỳ lâu không chạy: Phát hành bài đến giờ" in browser.get("/admin/").text


def test_forms_of_the_administration_carry_a_token(office: Office, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = hidden(client.get("/login").text, "csrf_token")
    client.post("/login", data={"email": office.email("administrator"), "password": PASSWORD, "csrf_token": token})
    for address in PAGES:
        page = client.get(address).text
        assert page.count('method="post"') == page.count('name="csrf_token"'), address
    address = f"/admin/tai-khoan/{office.account_id}/tam-dung"
    assert client.post(address, data={"reason": "x"}).status_code == 400
    fresh = hidden(client.get("/admin/").text, "csrf_token")
    assert client.post(address, data={"reason": "x", "csrf_token": fresh}).status_code == 302


def test_lists_take_the_same_queries_however_long(office: Office, browser: FlaskClient) -> None:
    counts = {}
    for round_ in range(2):
        for address in PAGES:
            with counted(office) as asked:
                browser.get(address)
            counts.setdefault(address, []).append(len(asked))
        if round_ == 0:
            with office.writing() as session:
                for number in range(6):
                    lower = make_unit(session, f"to-{number}", f"Tổ {number}")
                    session.add(UnitLink(parent_id=office.unit_id, child_id=lower.id))
                    session.flush()
                    make_person(session, f"nguoi{number}@phuong.example", f"Người {number}", {"editor": lower})
            for number in range(6):
                office.add_account(title=f"Cổng {number}")
                office.scheduled(f"Bài {number}")
    assert all(first == second <= 18 for first, second in counts.values()), counts
    with office.reading() as session:
        assert session.scalars(select(Delivery.id)).all()
