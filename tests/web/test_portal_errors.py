"""Error pages: in the portal's look, for visitors and staff, also when the database itself is away."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.installation import open_installation
from tests.conftest import web_app
from tests.factories import PASSWORD, make_office
from tests.provision.postgres import LocalServer
from tests.web.portal import READER, published


@pytest.mark.parametrize("address", ["/khong-co", "/tin/khong-co", "/chu-de/khong-co", "/anh/khong-co", "/font/x.ttf"])
def test_what_is_not_there_is_said_in_words_with_ways_on(visitor: FlaskClient, address: str) -> None:
    page = visitor.get(address)
    assert page.status_code == 404
    assert "UBND phường Mẫu" in page.text
    assert 'href="/tim"' in page.text
    assert "/desk/" not in page.text.split("<footer")[0]
    assert "noindex" in page.text


def test_staff_are_led_back_to_the_desk(sign_in) -> None:
    page = sign_in("editor").get("/khong-co")
    assert page.status_code == 404
    assert "Về bàn biên tập" in page.text


def test_a_script_gets_the_error_as_json(visitor: FlaskClient) -> None:
    answer = visitor.get("/tin/khong-co", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"].startswith("Không có trang này")


def test_while_the_database_is_away_pages_say_so_and_come_back_with_it(
    stoppable_postgres: LocalServer, tmp_path: Path
) -> None:
    url = stoppable_postgres.create_database()
    installation = open_installation(Config(home=tmp_path / "home", database_url=url))
    office = make_office(installation)
    slug = published(office, "Bài mẫu")
    app = web_app(installation)
    visitor, staff = app.test_client(), app.test_client()
    staff.post("/login", data={"email": office.email("editor"), "password": PASSWORD})
    assert visitor.get(f"/tin/{slug}", headers=READER).status_code == 200
    stoppable_postgres.stop()
    for client in (visitor, staff):
        for address in ("/", f"/tin/{slug}", "/desk/", "/khong-co"):
            page = client.get(address, headers=READER)
            signs_in = client is visitor and address == "/desk/"
            assert page.status_code == (404 if address == "/khong-co" else 302 if signs_in else 503), address
            assert signs_in or "UBND phường Mẫu" in page.text, address
            assert "Content-Security-Policy" in page.headers, address
    stoppable_postgres.start()
    assert visitor.get("/").status_code == 200
    assert visitor.get(f"/tin/{slug}", headers=READER).status_code == 200
    installation.close()
    stoppable_postgres.drop_database(url)
