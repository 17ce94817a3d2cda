"""The guard in front of every page: who gets in, where signing in leads, whose forms are taken, the headers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from publisher import security
from publisher.audit import COMMAND
from publisher.model import ROLES, Unit
from publisher.security import RIGHTS
from publisher.web.guard import OPEN_ENDPOINTS, PERMISSIONS, permission
from tests.factories import PASSWORD, Office

SignIn = Callable[[str], FlaskClient]


def pages(app: Flask) -> Iterator[tuple[Rule, str | None, str]]:
    """Every rule but those of files, with its permission and one method it answers."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN_ENDPOINTS:
            right = getattr(app.view_functions[rule.endpoint], "permission", None)
            yield rule, right, "GET" if "GET" in (rule.methods or set()) else "POST"


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule, its parts filled with values of the right kind."""
    fitting = {"kind": "delivery"}
    with app.test_request_context():
        built = rule.build({name: fitting.get(name, 1) for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


def test_every_page_says_who_may_see_it(app: Flask) -> None:
    assert [str(rule) for rule, right, _method in pages(app) if right not in PERMISSIONS] == []


def test_only_reading_the_portal_signing_in_and_health_are_public(app: Flask) -> None:
    public = {rule.endpoint for rule, right, _method in pages(app) if right == "public"}
    described = {"api.openapi"}  # how to call, no data
    assert {endpoint.partition(".")[0] for endpoint in public - described} <= {"portal", "auth", "health", "hooks"}
    changing = {rule.endpoint for rule, right, method in pages(app) if right == "public" and method == "POST"}
    assert changing == {"auth.login_post", "hooks.zalo_event"}


def test_no_permission_can_be_made_up() -> None:
    with pytest.raises(ValueError, match="no such permission"):
        permission("everything")


def test_a_page_that_forgets_to_say_is_closed_to_everybody(app: Flask, office: Office) -> None:
    app.add_url_rule("/desk/quen", "forgotten", lambda: "open")
    client = app.test_client()
    assert client.get("/desk/quen").status_code == 403
    client.post("/login", data={"email": office.email("administrator"), "password": PASSWORD})
    assert client.get("/desk/quen").status_code == 403


def test_a_visitor_is_sent_to_sign_in_from_every_page_but_the_public_ones(app: Flask, visitor: FlaskClient) -> None:
    for rule, right, method in pages(app):
        if right == "public":
            continue
        answer = visitor.open(address(app, rule), method=method)
        if method == "GET" and right != "key":
            assert answer.status_code == 302 and answer.headers["Location"].startswith("/login?next=/"), str(rule)
        else:
            assert answer.status_code == 401, str(rule)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_no_page_beyond_its_rights(app: Flask, sign_in: SignIn, role: str) -> None:
    person = sign_in(role)
    for rule, right, method in pages(app):
        if right in {"public", "signed_in", "key"} or rule.endpoint == "auth.logout":
            continue
        status = person.open(address(app, rule), method=method).status_code
        if right in RIGHTS[role]:
            assert status not in {401, 403, 500}, f"{role} on {method} {rule}: {status}"
        else:
            assert status == 403, f"{role} on {method} {rule}: {status}"


def test_a_right_taken_away_is_gone_at_the_next_request(sign_in: SignIn, office: Office) -> None:
    editor = sign_in("editor")
    assert editor.get("/desk/bai/moi").status_code == 200
    with office.writing() as session:
        person = office.person(session, "editor")
        security.revoke(session, COMMAND, person, session.get_one(Unit, office.unit_id), "editor")
    assert editor.get("/desk/bai/moi").status_code == 403
    assert editor.get("/desk/").status_code == 403


def test_after_signing_in_one_lands_where_one_wanted_to_go(visitor: FlaskClient, office: Office) -> None:
    asked = visitor.get("/desk/lich?view=week&theme=T2")
    assert asked.headers["Location"] == "/login?next=/desk/lich?view%3Dweek%26theme%3DT2"
    assert "Hãy đăng nhập để mở trang bạn cần" in visitor.get(asked.headers["Location"]).text
    sent = {"email": office.email("editor"), "password": PASSWORD, "next": "/desk/lich?view=week&theme=T2"}
    assert visitor.post("/login", data=sent).headers["Location"] == "/desk/lich?view=week&theme=T2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(visitor: FlaskClient, office: Office, target: str) -> None:
    sent = {"email": office.email("editor"), "password": PASSWORD, "next": target}
    assert visitor.post("/login", data=sent).headers["Location"] == "/desk/"
    assert visitor.get("/login", query_string={"next": target}).headers["Location"] == "/desk/"


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Authorization": "Bearer x"},
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_cannot_send_our_forms(sign_in: SignIn, headers: dict[str, str]) -> None:
    editor = sign_in("editor")
    assert editor.post("/logout", headers=headers).status_code == 403
    assert editor.get("/desk/").status_code == 200, "still signed in"


def test_our_own_pages_may(sign_in: SignIn) -> None:
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert sign_in("editor").post("/logout", headers=own).status_code == 302


def test_a_form_without_its_token_is_refused(app: Flask, office: Office, sign_in: SignIn) -> None:
    editor = sign_in("editor")
    app.config["WTF_CSRF_ENABLED"] = True
    for client, path in ((app.test_client(), "/login"), (editor, "/logout"), (editor, "/desk/lich/doi")):
        answer = client.post(path, data={"email": office.email("editor"), "password": PASSWORD})
        assert answer.status_code == 400 and "Biểu mẫu" in answer.text, path
        scripted = client.post(path, headers={"Accept": "application/json", "X-CSRFToken": "wrong"})
        assert scripted.status_code == 400 and "Biểu mẫu" in scripted.json["error"], path
    assert editor.get("/desk/").status_code == 200, "still signed in"


@pytest.mark.parametrize("path", ["/", "/login", "/desk/", "/desk/lich", "/khong-co", "/desk/lich.ics", "/healthz"])
def test_every_answer_carries_a_strict_policy(sign_in: SignIn, path: str) -> None:
    headers = sign_in("editor").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "base-uri 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_what_the_desk_answers_is_kept_nowhere(sign_in: SignIn) -> None:
    editor = sign_in("editor")
    for path in ("/desk/", "/desk/lich", "/desk/lich.ics", "/mat-khau"):
        assert editor.get(path).headers["Cache-Control"] == "no-store", path


def test_pages_hold_no_script_and_no_style_of_their_own(sign_in: SignIn, office: Office) -> None:
    office.scheduled()
    approver = sign_in("approver")
    pages = ["/desk/", "/desk/lich", "/desk/lich?view=list", "/desk/lich/doi/delivery/1", "/mat-khau"]
    for path in pages:
        text = approver.get(path).text
        assert " style=" not in text and "<style" not in text and " onclick=" not in text, path
        assert text.count("<script") == text.count('<script type="module" src="/static/'), path
        assert "https://" not in text and "//cdn" not in text, path


def test_over_https_the_cookie_is_only_for_https(office: Office) -> None:
    from dataclasses import replace

    from publisher.web import create_app

    config = office.installation.config.model_copy(update={"public_url": "https://phuong.example"})
    app = create_app(replace(office.installation, config=config))
    cookie = {name: app.config[f"SESSION_COOKIE_{name}"] for name in ("SECURE", "HTTPONLY", "SAMESITE")}
    assert cookie == {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax"}
    answer = app.test_client().get("/login", base_url="https://phuong.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
