"""`/healthz` and `/metrics`: red when nothing ticks, whoever asks; figures for whoever may read them."""

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from publisher import clock
from publisher.config import Config
from publisher.delivery.drain import tick
from publisher.delivery.jobs import beat
from publisher.installation import Installation
from publisher.model import Account, Delivery
from publisher.operations.tally import advance
from publisher.timetable import JOBS
from publisher.web import create_app
from tests.conftest import web_app
from tests.factories import Office, in_minutes
from tests.provision.server import Server
from tests.web.ops import Ledger, put

Space = namedtuple("Space", "total used free")


def all_beat(office: Office) -> None:
    for job in JOBS:
        beat(office.world, job.name, "")


def test_all_is_well_while_every_job_keeps_its_time(office: Office, visitor: FlaskClient) -> None:
    all_beat(office)
    answer = visitor.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"ok": True, "database": "ok", "disk": "ok", "silent": []}


def test_two_minutes_without_a_tick_are_red_and_say_what_is_silent_since_when(either_office: Office) -> None:
    visitor = web_app(either_office.installation).test_client()
    last = clock.now()
    with clock.reading(last):
        all_beat(either_office)
    with clock.reading(in_minutes(1.9)):
        assert visitor.get("/healthz").status_code == 200
    with clock.reading(in_minutes(2.1)):
        answer = visitor.get("/healthz")
        assert answer.status_code == 503 and answer.content_type == "application/json"
        silent = {one["job"]: one for one in answer.json["silent"]}
        assert set(silent) == {"deliver", "recover"}
        assert silent["deliver"]["title"] == "Phát hành bài đến giờ"
        assert silent["deliver"]["since"] == last.isoformat(timespec="seconds")
        assert 120 <= silent["deliver"]["seconds"] <= 130


def test_a_web_process_that_is_restarted_does_not_hide_that_nothing_ticks(either_office: Office) -> None:
    all_beat(either_office)
    with clock.reading(in_minutes(10)):
        freshly_started = web_app(either_office.installation)
        assert freshly_started.extensions["started_at"] == clock.now()
        assert freshly_started.test_client().get("/healthz").status_code == 503


def test_an_installation_that_never_ticked_has_two_minutes_in_all(office: Office) -> None:
    assert web_app(office.installation).test_client().get("/healthz").status_code == 200
    with clock.reading(in_minutes(2.1)):
        assert web_app(office.installation).test_client().get("/healthz").status_code == 503


def test_after_a_long_stop_slow_jobs_get_their_time_again(office: Office, visitor: FlaskClient) -> None:
    all_beat(office)
    with clock.reading(in_minutes(3 * 24 * 60)):
        assert visitor.get("/healthz").status_code == 503
        beat(office.world, "deliver", "")
        beat(office.world, "recover", "")
        answer = visitor.get("/healthz")
        assert answer.status_code == 200, answer.json
    with clock.reading(in_minutes(3 * 24 * 60 + 1)):
        beat(office.world, "deliver", "")
        assert visitor.get("/healthz").status_code == 200


def test_a_beat_from_the_future_counts_for_nothing(office: Office, visitor: FlaskClient) -> None:
    with clock.reading(in_minutes(24 * 60)):
        all_beat(office)
    assert visitor.get("/healthz").status_code == 503


def test_a_full_disk_is_red(office: Office, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    all_beat(office)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Space(10**12, 10**12 - 10**6, 10**6))
    answer = visitor.get("/healthz")
    assert answer.status_code == 503 and answer.json["disk"] == "full"


@pytest.mark.postgres
def test_an_absent_database_is_red_and_not_an_error_page(postgres_server: Server, tmp_path: Path) -> None:
    from publisher.installation import open_installation

    url = postgres_server.create_database()
    opened = open_installation(Config(home=tmp_path / "home", database_url=url))
    visitor = create_app(opened).test_client()
    postgres_server.drop_database(url)
    answer = visitor.get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"ok": False, "database": "unreachable", "disk": "ok", "silent": []}
    opened.close()


def figures(client: FlaskClient, **headers: str) -> dict[str, float]:
    """Every sample of `/metrics` as «name{label=value,…}» → value, its form checked by Prometheus's own parser."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_the_figures_tell_queue_attempts_and_lateness(either_office: Office, tmp_path: Path) -> None:
    office = either_office
    ledger = Ledger(office, tmp_path / "ledger.jsonl")
    client = web_app(office.installation).test_client()
    ledger.after("accept")
    ledger.after("reject")
    ledger.after("hang")
    ledger.scheduled("Bài sắp đến giờ", minutes=30)
    beat(office.world, "recover", "")
    found = figures(client)
    assert found["publisher_attempts_total{channel=ledger,outcome=accepted}"] == 1
    assert found["publisher_attempts_total{channel=ledger,outcome=rejected}"] == 1
    assert found["publisher_attempts_total{channel=ledger,outcome=unknown}"] == 1
    assert found["publisher_lag_seconds_count{channel=ledger}"] == 3
    assert found["publisher_lag_seconds_bucket{channel=ledger,le=5.0}"] == 3
    assert found["publisher_deliveries{state=planned}"] == found["publisher_deliveries{state=failed}"] == 1
    assert found["publisher_accounts{channel=ledger,state=active}"] == 1
    assert 0 <= found["publisher_job_age_seconds{job=recover}"] < 5
    assert found["publisher_database_bytes"] > 100_000 and found["publisher_disk_free_bytes"] > 0
    with clock.reading(in_minutes(37)):
        found = figures(client)
        key = f"publisher_account_due{{account={ledger.account_id},channel=ledger}}"
        assert found[key] == found["publisher_due"] >= 1
        assert found["publisher_overdue"] == 1 and 400 < found["publisher_oldest_due_seconds"] < 2300


def test_lateness_falls_into_its_bucket(either_office: Office) -> None:
    client = web_app(either_office.installation).test_client()
    either_office.scheduled("Bài trễ bốn mươi giây")
    either_office.tick(at=clock.now() + timedelta(seconds=40))
    found = figures(client)
    assert found["publisher_lag_seconds_bucket{channel=portal,le=30.0}"] == 0
    assert found["publisher_lag_seconds_bucket{channel=portal,le=60.0}"] == 1
    assert 39 < found["publisher_lag_seconds_sum{channel=portal}"] < 45


def test_counters_never_fall_when_the_past_is_counted_away(either_office: Office, tmp_path: Path) -> None:
    office = either_office
    client = web_app(office.installation).test_client()
    ledger = Ledger(office, tmp_path / "ledger.jsonl")
    ledger.after("accept")
    ledger.after("later")

    def grown() -> dict[str, float]:
        return {k: v for k, v in figures(client).items() if "attempts" in k or "lag" in k}

    before = grown()
    assert advance(office.world) == 0, "too young: another process may still be writing among them"
    with clock.reading(in_minutes(11)):
        assert advance(office.world) == 2 and advance(office.world) == 0
        assert grown() == before
    ledger.after("accept", "Thêm một bài")
    assert grown()["publisher_attempts_total{channel=ledger,outcome=accepted}"] == 2


def test_a_token_tells_how_long_it_still_lasts(office: Office, app: Flask) -> None:
    with office.writing() as session:
        session.get_one(Account, office.account_id).expires_at = in_minutes(60)
    found = figures(app.test_client())
    assert 3500 < found[f"publisher_account_token_seconds{{account={office.account_id},channel=portal}}"] <= 3600


def with_settings(office: Office, **settings: str) -> FlaskClient:
    config = Config(home=office.installation.config.home, **settings)  # type: ignore[arg-type]
    return web_app(Installation(config, office.world)).test_client()


def test_figures_are_for_this_machine_alone_unless_a_token_is_set(office: Office, app: Flask) -> None:
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    far = client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert far.status_code == 401 and "publisher_" not in far.text and "PUBLISHER_METRICS_TOKEN" in far.text
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"):
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401, header


def test_behind_a_proxy_nobody_counts_as_local(office: Office) -> None:
    behind = with_settings(office, public_url="https://tuyentruyen.example.gov.vn")
    assert behind.get("/metrics").status_code == 401, "a proxy that adds no header"
    assert behind.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert with_settings(office, public_url="http://127.0.0.1:8000").get("/metrics").status_code == 200


def test_with_a_token_set_it_alone_opens(office: Office) -> None:
    client = with_settings(office, metrics_token="chia-khoa-so-lieu")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer sai"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Basic chia-khoa-so-lieu"}).status_code == 401
    far = {"REMOTE_ADDR": "10.1.2.3"}
    right = {"Authorization": "Bearer chia-khoa-so-lieu"}
    assert client.get("/metrics", headers=right, environ_base=far).status_code == 200


def test_asking_for_figures_takes_a_fixed_number_of_queries(office: Office, app: Flask, tmp_path: Path) -> None:
    from tests.web.ops import counted

    ledger = Ledger(office, tmp_path / "ledger.jsonl")
    client = app.test_client()
    ledger.after("reject")
    with counted(office) as few:
        client.get("/metrics")
    for number in range(8):
        put(office, ledger.after("reject", f"Bài {number}"), changed_at=in_minutes(-60))
    with counted(office) as many:
        client.get("/metrics")
    assert len(few) == len(many) <= 12
    with office.reading() as session:
        assert session.query(Delivery).count() == 9
    tick(office.world)
