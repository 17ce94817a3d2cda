"""Signing in and out, the lock after failures, one's own password, and when sessions end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publisher import clock, security
from publisher.audit import COMMAND
from publisher.installation import Installation
from publisher.model import Person
from tests.conftest import web_app
from tests.factories import PASSWORD, Office
from tests.web.desk import words

SignIn = Callable[[str], FlaskClient]
NEW = "mat-khau-moi-cua-toi"


def attempt(client: FlaskClient, email: str, password: str) -> tuple[int, str]:
    """Try to sign in; returns the status and the sentence shown."""
    answer = client.post("/login", data={"email": email, "password": password})
    said = re.search(r'role="alert">([^<]*)<', answer.text)
    return answer.status_code, said[1] if said else ""


def test_the_page_says_whose_desk_it_is(visitor: FlaskClient) -> None:
    page = visitor.get("/login").text
    assert "UBND phường Mẫu" in page and "csrf_token" in page


def test_before_there_is_any_office_the_page_is_there_all_the_same(installation: Installation) -> None:
    assert web_app(installation).test_client().get("/login").status_code == 200


def test_whoever_is_signed_in_already_goes_straight_to_the_desk(sign_in: SignIn) -> None:
    assert sign_in("editor").get("/login").headers["Location"] == "/desk/"


def test_a_wrong_password_shows_the_form_again_with_the_address_kept(visitor: FlaskClient, office: Office) -> None:
    answer = visitor.post("/login", data={"email": office.email("editor"), "password": "sai", "next": "/desk/lich"})
    assert answer.status_code == 422 and "không đúng" in answer.text
    assert f'value="{office.email("editor")}"' in answer.text and 'value="/desk/lich"' in answer.text
    assert "sai" not in re.findall(r'value="([^"]*)"', answer.text), "a password is never sent back"


def test_an_unknown_address_a_wrong_password_and_a_closed_account_read_the_same(app: Flask, office: Office) -> None:
    with office.writing() as session:
        session.get_one(Person, office.people["station"]).active = False
    said = {
        attempt(app.test_client(), email, password)
        for email, password in (
            (office.email("editor"), "sai-mat-khau"),
            ("khong-ai@phuong.example", "sai-mat-khau"),
            (office.email("station"), PASSWORD),
            ("", ""),
        )
    }
    assert said == {(422, "Thư điện tử hoặc mật khẩu không đúng.")}


def test_the_address_is_taken_as_people_type_it(visitor: FlaskClient, office: Office) -> None:
    typed = f"  {office.email('editor').upper()} "
    assert attempt(visitor, typed, PASSWORD)[0] == 302


def test_after_five_failures_even_the_right_password_waits(app: Flask, office: Office) -> None:
    email = office.email("editor")
    for _number in range(5):
        assert attempt(app.test_client(), email, "sai-mat-khau")[1] == "Thư điện tử hoặc mật khẩu không đúng."
    status, said = attempt(app.test_client(), email, PASSWORD)
    assert status == 422 and "Hãy thử lại sau 1 phút" in said
    assert attempt(app.test_client(), office.email("approver"), PASSWORD)[0] == 302, "others are not locked out"
    with clock.reading(clock.now() + timedelta(minutes=2)):
        assert attempt(app.test_client(), email, PASSWORD)[0] == 302


def test_an_unknown_address_is_locked_like_a_known_one(app: Flask) -> None:
    for _number in range(5):
        attempt(app.test_client(), "khong-ai@phuong.example", "sai-mat-khau")
    assert "Hãy thử lại sau" in attempt(app.test_client(), "khong-ai@phuong.example", "sai-mat-khau")[1]


def test_signing_in_begins_a_new_session(app: Flask, office: Office) -> None:
    client = app.test_client()
    with client.session_transaction() as before:
        before["left"] = "by somebody else"
    attempt(client, office.email("editor"), PASSWORD)
    with client.session_transaction() as after:
        assert "left" not in after and after.permanent


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    editor = sign_in("editor")
    assert editor.post("/logout").headers["Location"] == "/login"
    assert editor.get("/desk/").status_code == 302
    assert editor.get("/logout").status_code == 405, "a link or picture on another page cannot sign anybody out"


def test_a_new_password_ends_every_other_session(sign_in: SignIn) -> None:
    here, there = sign_in("editor"), sign_in("editor")
    assert here.post("/mat-khau", data={"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert "Đã đổi mật khẩu" in here.get("/desk/").text
    assert there.get("/desk/").status_code == 302
    assert attempt(there, "editor@phuong.example", PASSWORD)[0] == 422
    assert attempt(there, "editor@phuong.example", NEW)[0] == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (PASSWORD, NEW, "khac", "không giống nhau"),
        (PASSWORD, "ngan", "ngan", "ít nhất 10 ký tự"),
        (PASSWORD, "d" * 201, "d" * 201, "dài quá 200 ký tự"),
        ("sai-mat-khau", NEW, NEW, "không đúng"),
    ],
)
def test_a_new_password_that_will_not_do_changes_nothing(
    sign_in: SignIn, old: str, new: str, again: str, said: str
) -> None:
    here, there = sign_in("editor"), sign_in("editor")
    answer = here.post("/mat-khau", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 422 and said in words(answer)
    assert there.get("/desk/").status_code == 200


def test_a_one_time_password_must_be_changed_first(app: Flask, office: Office) -> None:
    with office.writing() as session:
        person = office.person(session, "editor")
        security.set_password(session, COMMAND, person, "mat-khau-mot-lan", must_change=True)
    client = app.test_client()
    attempt(client, office.email("editor"), "mat-khau-mot-lan")
    assert client.get("/desk/lich").headers["Location"] == "/mat-khau"
    assert client.post("/desk/lich/doi").headers["Location"] == "/mat-khau"
    assert "mật khẩu dùng một lần" in client.get("/mat-khau").text
    client.post("/mat-khau", data={"old": "mat-khau-mot-lan", "new": NEW, "again": NEW})
    assert client.get("/desk/lich").status_code == 200


def test_closing_a_person_ends_their_session_at_once(sign_in: SignIn, office: Office) -> None:
    editor = sign_in("editor")
    with office.writing() as session:
        session.get_one(Person, office.people["editor"]).active = False
    assert editor.get("/desk/").status_code == 302


def test_a_forged_cookie_is_nobody(visitor: FlaskClient, office: Office) -> None:
    for value in ("1:1", f"{office.people['administrator']}:1", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaa.bbbb"):
        visitor.set_cookie("session", value)
        assert visitor.get("/desk/").status_code == 302
    with visitor.session_transaction() as session:
        session["_user_id"] = "999999:1"
    assert visitor.get("/desk/").status_code == 302
    with visitor.session_transaction() as session:
        session["_user_id"] = "x:1"
    assert visitor.get("/desk/").status_code == 302
