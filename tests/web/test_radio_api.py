"""Stations by machine: keys, the list with its tag, pulling, files, logging back; and the same by the command line."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import tokens
from publisher.audit import COMMAND
from publisher.cli import main
from publisher.model import ApiToken, BroadcastLog, Pull
from tests.factories import Office
from tests.stations import SATURDAY, Waves, local, on

Call = Callable[..., FlaskClient]
STAMP = "2026-11-21T{}:00+07:00"


@pytest.fixture
def waves(office: Office) -> Waves:
    made = Waves(office)
    made.slot("05:15", 15)
    with on(SATURDAY, "01:00"):
        made.approved("Nộp hồ sơ trực tuyến", local(SATURDAY, "05:15"))
    return made


def keyed(waves: Waves, role: str = "station", station: bool = True) -> dict[str, str]:
    """Headers with a new key of the office's person of a role."""
    with waves.office.writing() as session:
        account = waves.account(session) if station else None
        _row, key = tokens.add(session, COMMAND, waves.office.person(session, role), "máy phát", account)
    return {"Authorization": f"Bearer {key}"}


def base(waves: Waves) -> str:
    return f"/api/v1/radio/stations/{waves.account_id}/programmes"


def test_without_a_key_nothing_is_told(waves: Waves, visitor: FlaskClient) -> None:
    for headers in ({}, {"Authorization": "Bearer pub_nothing"}, {"Authorization": "Basic eDp5"}):
        answer = visitor.get("/api/v1/radio/stations", headers=headers)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert visitor.get("/api/v1/radio/stations", headers=keyed(waves, "editor")).status_code == 403


def test_a_key_of_one_station_reaches_no_other(waves: Waves, visitor: FlaskClient) -> None:
    other = Waves(waves.office, "Đài thứ hai")
    headers = keyed(waves)
    listed = visitor.get("/api/v1/radio/stations", headers=headers).get_json()["stations"]
    assert listed == [{"id": waves.account_id, "name": "Đài truyền thanh phường Mẫu"}]
    with on(SATURDAY, "04:00"):
        assert visitor.get(base(other), headers=headers).status_code == 404
        assert visitor.post(f"{base(waves)}/2026-11-21-99/pull", headers=headers).status_code == 404
    assert len(visitor.get("/api/v1/radio/stations", headers=keyed(waves, station=False)).get_json()["stations"]) == 2


def test_the_list_has_a_tag_and_costs_nothing_while_nothing_changes(waves: Waves, visitor: FlaskClient) -> None:
    headers = keyed(waves)
    with on(SATURDAY, "04:00"):
        first = visitor.get(base(waves), headers=headers)
        [programme] = first.get_json()["programmes"]
        assert (programme["state"], programme["edition"], programme["files"]) == ("new", None, {})
        assert programme["starts_at"] == STAMP.format("05:15")
        tagged = {**headers, "If-None-Match": first.headers["ETag"]}
        assert visitor.get(base(waves), headers=tagged).status_code == 304
        waves.approved("Tin mới", local(SATURDAY, "05:16"))
        assert visitor.get(base(waves), headers=tagged).status_code == 200


def test_only_what_changed_since_is_listed_when_asked(waves: Waves, visitor: FlaskClient) -> None:
    headers = keyed(waves)
    with on(SATURDAY, "04:00"):

        def listed(since: str) -> int:
            query = {"changed_since": STAMP.format(since)}
            return len(visitor.get(base(waves), headers=headers, query_string=query).get_json()["programmes"])

        assert (listed("00:30"), listed("03:00")) == (1, 0)
        waves.pull(waves.day(SATURDAY)[0].key)
        waves.office.save(waves.office.deliveries()[0].post_id, body="Sửa.")
        assert visitor.get(f"{base(waves)}?changed_since=hôm-qua", headers=headers).status_code == 422
        assert visitor.get(f"{base(waves)}?from=2026-01-01&to=2026-12-31", headers=headers).status_code == 422


def test_pull_files_correction_and_log_by_machine(waves: Waves, visitor: FlaskClient) -> None:
    headers = keyed(waves)
    with on(SATURDAY, "04:00"):
        key = waves.day(SATURDAY)[0].key
        one = f"{base(waves)}/{key}"
        assert visitor.get(f"{one}/files/kich-ban.pdf", headers=headers).status_code == 404
        pulled = visitor.post(f"{one}/pull", headers=headers)
        assert (pulled.status_code, pulled.get_json()["edition"]) == (201, 1)
        text = visitor.get(pulled.get_json()["files"]["van-ban-doc.txt"], headers=headers)
        assert "Kính chào quý vị và các bạn!" in text.text
        same = visitor.get(f"{one}/files/van-ban-doc.txt", headers={**headers, "If-None-Match": text.headers["ETag"]})
        assert same.status_code == 304 and not same.data
        post_id = waves.office.deliveries()[0].post_id
        waves.office.save(post_id, body="Nội dung đã sửa.")
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        told = visitor.get(one, headers=headers).get_json()
        assert (told["state"], told["changes"]) == ("changed", ["Bài «Nộp hồ sơ trực tuyến» đã sửa."])
        assert visitor.post(f"{one}/pull", headers=headers).get_json()["edition"] == 2
    with on(SATURDAY, "05:16"):
        waves.office.tick()
    with on(SATURDAY, "05:40"):
        said = {"status": "full", "started_at": STAMP.format("05:15"), "ended_at": STAMP.format("05:27")}
        assert visitor.post(f"{one}/log", headers=headers, json={**said, "ended_at": "sau"}).status_code == 422
        assert visitor.post(f"{one}/log", headers=headers, data="x").status_code == 422
        assert visitor.post(f"{one}/log", headers=headers, json={**said, "read": 5}).status_code == 422
        assert visitor.post(f"{one}/log", headers=headers, json=said).status_code == 201
    with waves.office.reading() as session:
        assert session.scalars(select(BroadcastLog.operator)).all() == ["Người mẫu station (máy phát)"]
        assert session.scalars(select(Pull.way)).all() == ["api", "api"]
        assert session.scalars(select(ApiToken.used_at)).one() is not None
    assert [one.state for one in waves.office.deliveries() if one.state == "confirmed"]


def test_a_key_works_with_form_protection_on_since_it_needs_no_session(waves: Waves, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with on(SATURDAY, "04:00"):
        key = waves.day(SATURDAY)[0].key
        answer = app.test_client().post(f"{base(waves)}/{key}/pull", headers=keyed(waves))
    assert answer.status_code == 201


# The command line


def command(office: Office, *arguments: str) -> Result:
    environment = {"PUBLISHER_HOME": str(office.installation.config.home)}
    return CliRunner().invoke(main, list(arguments), env=environment)


def test_a_day_is_pulled_into_folders_by_command(waves: Waves, tmp_path: Path) -> None:
    out = tmp_path / "ra"
    with on(SATURDAY, "04:00"):
        done = command(waves.office, "radio", "pull", "--date", "2026-11-21", "--out", str(out), "--json")
        assert done.exit_code == 0, done.output
        empty = command(waves.office, "radio", "pull", "--date", "22/11/2026", "--out", str(out))
    [programme] = json.loads(done.output)["programmes"]
    assert (programme["edition"], programme["items"]) == (1, 1)
    folder = Path(programme["folder"])
    assert folder.is_relative_to(out / "2026-11-21")
    assert sorted(path.name for path in folder.iterdir()) == [
        "kich-ban.docx", "kich-ban.pdf", "lich-phat.csv", "lich-phat.ics", "lich-phat.json", "van-ban-doc.txt",
    ]  # fmt: skip
    assert empty.exit_code == 0 and "chưa có chương trình nào" in empty.output
    with waves.office.reading() as session:
        assert session.execute(select(Pull.way, Pull.by)).all() == [("command", "command")]


def test_a_pull_that_cannot_be_is_refused_with_nothing_written(waves: Waves, tmp_path: Path) -> None:
    for arguments in (("--date", "hôm nay"), ("--station", "999")):
        done = command(waves.office, "radio", "pull", "--out", str(tmp_path / "ra"), *arguments)
        assert done.exit_code == 1
    assert not (tmp_path / "ra").exists()
    with waves.office.reading() as session:
        assert session.scalars(select(Pull)).all() == []


def test_a_key_is_made_listed_and_closed_by_command(waves: Waves, visitor: FlaskClient) -> None:
    office = waves.office
    made = command(
        office,
        "token",
        "add",
        "máy phát",
        "--person",
        office.email("station"),
        "--station",
        str(waves.account_id),
        "--json",
    )
    assert made.exit_code == 0, made.output
    data = json.loads(made.output)
    headers = {"Authorization": f"Bearer {data['token']}"}
    assert visitor.get("/api/v1/radio/stations", headers=headers).status_code == 200
    assert data["token"] not in command(office, "token", "list", "--json").output
    assert command(office, "token", "close", str(data["id"])).exit_code == 0
    assert visitor.get("/api/v1/radio/stations", headers=headers).status_code == 401
    assert command(office, "token", "add", "x", "--person", "ai@dau.example").exit_code == 1
    assert command(office, "token", "add", "x", "--person", office.email("station"), "--station", "1").exit_code == 1


def test_slots_are_listed_by_command(waves: Waves) -> None:
    listed = json.loads(command(waves.office, "radio", "slots", "--json").output)
    assert [(row["title"], row["starts"], row["minutes"]) for row in listed] == [("phát thanh buổi sáng", "05:15", 15)]
    assert "05:15, 15 phút, thứ 2, 3, 4, 5, 6, 7, CN" in command(waves.office, "radio", "slots").output


def test_the_interface_describes_itself_without_a_key(app: Flask, visitor: FlaskClient) -> None:
    answer = visitor.get("/api/v1/openapi.json")
    told = answer.get_json()
    assert answer.status_code == 200 and told["openapi"].startswith("3.1")
    views = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
    }
    assert {(path, method) for path, methods in told["paths"].items() for method in methods} == views
    for path, methods in told["paths"].items():
        for one in methods.values():
            named = {given["name"] for given in one["parameters"] if given["in"] == "path"}
            assert one["summary"] and named == set(re.findall(r"{(\w+)}", path))
    log = told["paths"]["/api/v1/radio/stations/{station}/programmes/{key}/log"]["post"]
    assert log["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/LogSent")
    assert set(told["components"]["schemas"]["LogSent"]["properties"]) >= {"status", "started_at", "read"}
