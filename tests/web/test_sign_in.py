"""Signing in and out, and the guard in front of every page."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publisher import security
from publisher.audit import COMMAND
from publisher.model import Person
from publisher.web.guard import OPEN_ENDPOINTS
from tests.factories import PASSWORD, Office

SignIn = Callable[[str], FlaskClient]


def test_every_page_but_the_public_ones_asks_to_sign_in(app: Flask, visitor: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        right = getattr(app.view_functions[rule.endpoint], "permission", None)
        if rule.endpoint in OPEN_ENDPOINTS or right == "public":
            continue
        with app.test_request_context():
            values = {name: {"kind": "delivery"}.get(name, 1) for name in rule.arguments}
            address = rule.build(values, append_unknown=False)
        assert address is not None
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        answer = visitor.open(address[1], method=method)
        allowed = (302, 401)
        assert answer.status_code in allowed, f"{method} {rule}: {answer.status_code}"
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/login")


def test_a_role_without_the_right_is_told_so(sign_in: SignIn) -> None:
    assert sign_in("station").get("/desk/lich").status_code == 200
    assert sign_in("station").get("/desk/bai/moi").status_code == 403
    assert sign_in("editor").get("/admin/").status_code == 403
    assert sign_in("administrator").get("/admin/").status_code == 200


def test_after_signing_in_one_lands_where_one_wanted_to_go(visitor: FlaskClient, office: Office) -> None:
    asked = visitor.get("/desk/lich?view=week")
    assert asked.headers["Location"] == "/login?next=/desk/lich?view%3Dweek"
    sent = {"email": office.email("editor"), "password": PASSWORD, "next": "/desk/lich?view=week"}
    assert visitor.post("/login", data=sent).headers["Location"] == "/desk/lich?view=week"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(visitor: FlaskClient, office: Office, target: str) -> None:
    sent = {"email": office.email("editor"), "password": PASSWORD, "next": target}
    assert visitor.post("/login", data=sent).headers["Location"] == "/desk/"


def test_a_wrong_password_shows_the_form_again_with_the_address_kept(visitor: FlaskClient, office: Office) -> None:
    answer = visitor.post("/login", data={"email": office.email("editor"), "password": "sai"})
    assert answer.status_code == 422
    assert "không đúng" in answer.text and office.email("editor") in answer.text


def test_another_site_cannot_send_our_forms(sign_in: SignIn, office: Office) -> None:
    editor = sign_in("editor")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert editor.post("/logout", headers=headers).status_code == 403
        with_token = {**headers, "Authorization": "Bearer x"}
        assert editor.post("/logout", headers=with_token).status_code == 403
    assert editor.get("/desk/").status_code == 200


def test_a_form_without_its_token_is_refused(app: Flask, office: Office) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/login", data={"email": office.email("editor"), "password": PASSWORD})
    assert answer.status_code == 400 and "Biểu mẫu" in answer.text


def test_pages_carry_a_strict_policy_and_private_ones_are_not_kept(sign_in: SignIn) -> None:
    answer = sign_in("editor").get("/desk/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_new_password_ends_every_other_session(sign_in: SignIn) -> None:
    here, there = sign_in("editor"), sign_in("editor")
    new = "mat-khau-moi-cua-toi"
    wrong = here.post("/mat-khau", data={"old": PASSWORD, "new": new, "again": "khac"})
    assert wrong.status_code == 422
    assert here.post("/mat-khau", data={"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


def test_a_person_with_a_one_time_password_must_change_it_first(app: Flask, office: Office) -> None:
    with office.writing() as session:
        person = office.person(session, "editor")
        security.set_password(session, COMMAND, person, "mat-khau-mot-lan", must_change=True)
    client = app.test_client()
    client.post("/login", data={"email": office.email("editor"), "password": "mat-khau-mot-lan"})
    assert client.get("/desk/lich").headers["Location"] == "/mat-khau"


def test_closing_a_person_ends_their_session_at_once(sign_in: SignIn, office: Office) -> None:
    editor = sign_in("editor")
    with office.writing() as session:
        session.get_one(Person, office.people["editor"]).active = False
    assert editor.get("/desk/").status_code == 302


def test_a_role_taken_away_takes_effect_at_the_next_request(sign_in: SignIn, office: Office) -> None:
    from publisher.model import Unit

    editor = sign_in("editor")
    with office.writing() as session:
        person = office.person(session, "editor")
        security.revoke(session, COMMAND, person, session.get_one(Unit, office.unit_id), "editor")
    assert editor.get("/desk/bai/moi").status_code == 403


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    editor = sign_in("editor")
    assert editor.post("/logout").status_code == 302
    assert editor.get("/desk/").status_code == 302


def test_health_is_red_when_the_clock_does_not_tick(visitor: FlaskClient, app: Flask) -> None:
    from datetime import timedelta

    assert visitor.get("/healthz").status_code == 200
    app.extensions["started_at"] -= timedelta(minutes=3)
    red = visitor.get("/healthz")
    assert red.status_code == 503 and "Phát hành bài đến giờ" in red.json["silent"]
