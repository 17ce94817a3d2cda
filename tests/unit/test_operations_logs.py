"""A secret shows nowhere: not in log lines, errors, the trail, pages, figures, letters or backups."""

import io
import json
import logging
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from publisher import logs
from publisher.delivery.drain import tick
from publisher.model import Attempt, Audit, Delivery, Post
from publisher.operations.backup import back_up
from tests.conftest import OUTLETS, web_app
from tests.factories import PASSWORD, Office, in_minutes
from tests.web.ops import Ledger

CANARY = "chim-hoang-yen-9f3b7d21c4"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Lines":
    return Lines(monkeypatch)


class Lines:
    """Logging as a running program sets it up, its lines read back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stream = io.StringIO()
        self._before = structlog.get_config()
        self._handlers = logging.root.handlers[:]
        monkeypatch.setattr(sys, "stderr", self._stream)
        logs.set_up_logs()

    def restore(self) -> None:
        structlog.configure(**self._before)
        logging.root.handlers[:] = self._handlers

    def all(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def close(self) -> None:
        self._stream.close()


@pytest.fixture(autouse=True)
def _put_back(lines: Lines):
    yield
    lines.restore()


def test_lines_are_json_with_time_level_and_event(lines: Lines) -> None:
    structlog.get_logger("x").info("bài.lên", count=3)
    (line,) = lines.all()
    assert (line["event"], line["level"], line["count"]) == ("bài.lên", "info", 3)
    assert str(line["timestamp"]).endswith("Z")


def test_libraries_speak_in_the_same_form(lines: Lines) -> None:
    logging.getLogger("waitress").warning("Task queue depth is %d", 7)
    logging.getLogger("waitress").info("not told")
    try:
        raise ZeroDivisionError("chia cho 0")
    except ZeroDivisionError:
        logging.getLogger("apscheduler").exception("Job raised")
    first, second = lines.all()
    assert first["event"] == "Task queue depth is 7" and first["logger"] == "waitress"
    assert "ZeroDivisionError: chia cho 0" in str(second["exception"])


@pytest.mark.parametrize(
    "text",
    [
        f"https://graph.example/v1/me?access_token={CANARY}&fields=id",
        f"appsecret_proof={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"'authorization': 'Basic {CANARY}'",
        f'{{"refresh_token": "{CANARY}", "a": 1}}',
        f"client_secret={CANARY} not accepted",
        f"postgresql+psycopg://publisher:{CANARY}@db/publisher refused",
        f"smtp://nguoi:{CANARY}@may:587",
        f"[SQL: INSERT …] [parameters: ('{CANARY}', 3)]",
        f"fb_exchange_token={CANARY}",
    ],
)
def test_what_looks_like_a_secret_is_hidden_wherever_it_stands(lines: Lines, text: str) -> None:
    log = structlog.get_logger("x")
    log.info(text)
    log.info("a", where=text, deep={"list": [text]}, error=ValueError(text))
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("b")
    logging.getLogger("urllib3").warning("%s", text)
    assert CANARY not in lines.text and lines.text.count(logs.HIDDEN) >= 6


def test_fields_with_the_name_of_a_secret_are_hidden(lines: Lines) -> None:
    names = ("password", "access_token", "Authorization", "cookie", "api_key", "app_secret", "passphrase", "token")
    structlog.get_logger("x").info("a", **dict.fromkeys(names, CANARY), headers={"Set-Cookie": CANARY})
    assert CANARY not in lines.text


def test_innocent_text_stays_as_it_is(lines: Lines) -> None:
    text = "Bài «Cải cách hành chính» lên lúc 08:00: 12 lượt, https://a.example/tin/bai?trang=2, mật khẩu đã đổi"
    structlog.get_logger("x").info(text, account=3, reason=text, none=None, yes=True)
    (line,) = lines.all()
    assert line["event"] == line["reason"] == text and line["none"] is None and line["yes"] is True


def test_a_secret_that_was_opened_is_hidden_in_any_shape(lines: Lines, office: Office) -> None:
    odd = "mật khẩu: có cách / và %"
    closed = office.world.vault.close({"token": CANARY, "odd": odd})
    office.world.vault.open(closed)
    structlog.get_logger("x").info("a", text=f"/bot{CANARY}/send", other=f"«{odd}»", blob=closed)
    structlog.get_logger("x").info(f"lỗi ở /v2/{CANARY}")
    assert CANARY not in lines.text and odd not in lines.text and closed not in lines.text


def test_every_line_of_an_attempt_names_delivery_and_attempt(lines: Lines, office: Office, tmp_path: Path) -> None:
    ledger = Ledger(office, tmp_path / "ledger.jsonl")
    delivery = ledger.after("break")
    told = [line for line in lines.all() if str(line["event"]).startswith("attempt.")]
    assert [line["event"] for line in told][:2] == ["attempt.unforeseen", "attempt.recorded"]
    assert {line["delivery"] for line in told} == {delivery}
    assert [line["attempt"] for line in told] == [1, 1, *range(2, len(told))]


def test_a_fault_of_the_web_has_a_number_that_page_and_log_share(lines: Lines, office: Office) -> None:
    app = web_app(office.installation)

    def broken() -> str:
        raise RuntimeError(f"access_token={CANARY}")

    broken.permission = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/hong", "broken", broken)
    client = app.test_client()
    page, script = client.get("/hong"), client.get("/hong", headers={"Accept": "application/json"})
    first, second = (line for line in lines.all() if line["event"] == "web.unforeseen")
    assert page.status_code == 500 and f"<code>{first['request']}</code>" in page.text
    assert script.json["request"] == second["request"] != first["request"]
    assert first["path"] == "/hong" and "RuntimeError" in str(first["exception"])
    assert CANARY not in lines.text + page.text + script.text
    assert "khi báo lỗi" not in client.get("/khong-co").text.lower(), "only faults of ours have a number"


class Leaky:
    """A delivery through an outlet that repeats our token in its answers."""

    def __init__(self, office: Office) -> None:
        self.account_id = office.add_account("leaky", "Kênh lắm lời", values={"token": CANARY})
        post_id = office.scheduled("Bài qua kênh lắm lời", account_id=self.account_id)
        with office.reading() as session:
            self.delivery_id = session.query(Delivery.id).filter_by(post_id=post_id).scalar()


def everything(office: Office, client: FlaskClient, leaky: Leaky, archive: Path) -> dict[str, str]:
    """What people and machines can read after a day with a secret in it, by place."""
    pages = (
        f"/desk/phat-hanh/{leaky.delivery_id}", "/desk/phat-hanh", "/desk/hop-viec",
        f"/admin/tai-khoan/{leaky.account_id}", "/admin/tai-khoan", "/admin/nhat-ky", "/admin/he-thong",
        "/healthz", "/metrics",
    )  # fmt: skip
    found = {page: client.get(page).text for page in pages}
    back_up(office.world, archive)
    with zipfile.ZipFile(archive) as opened:
        found["backup"] = " ".join(opened.namelist()) + str([opened.read(name) for name in opened.namelist()])
    with office.reading() as session:
        found["trail"] = str([row.detail for row in session.query(Audit)])
        found["attempts"] = str([row.message for row in session.query(Attempt)])
        found["posts"] = str([row.title for row in session.query(Post)])
    return found


def test_a_canary_secret_shows_nowhere(lines: Lines, office: Office, tmp_path: Path) -> None:
    leaky = Leaky(office)
    tick(office.world)
    office.tick(at=in_minutes(30))
    client = web_app(office.installation).test_client()
    client.post("/login", data={"email": office.email("administrator"), "password": PASSWORD})
    found = everything(office, client, leaky, tmp_path / "backup.zip")
    found["log"] = lines.text
    for place, text in found.items():
        assert CANARY not in text, place
    assert logs.HIDDEN in found["attempts"], "the outlet did repeat it, and it was taken out"


def test_no_command_prints_a_secret(office: Office, tmp_path: Path) -> None:
    office.add_account("ledger", "Sổ", values={"path": str(tmp_path / "l"), "token": CANARY})
    home = office.installation.config.home
    environment = {
        "PUBLISHER_HOME": str(home),
        "PUBLISHER_SMTP_URL": f"smtp://nguoi:{CANARY}@127.0.0.1:1",
        "PUBLISHER_MAIL_FROM": "a@b.example",
        "PUBLISHER_METRICS_TOKEN": CANARY,
        "PYTHONPATH": str(OUTLETS),
        "PATH": "",
    }
    key = (home / "keys" / "secrets.key").read_text("utf-8").strip()
    for command in (["doctor"], ["doctor", "--json"], ["backup", str(tmp_path / "b.zip"), "--with-keys"]):
        done = subprocess.run(
            [sys.executable, "-m", "publisher", *command], env=environment, capture_output=True, text=True, timeout=60
        )
        assert "Traceback" not in done.stderr and done.stdout
        assert CANARY not in done.stdout + done.stderr and key not in done.stdout + done.stderr, command


def test_a_closed_stream_costs_the_line_and_not_the_work(lines: Lines) -> None:
    lines.close()
    structlog.get_logger("x").info("không ai đọc")
    logging.getLogger("waitress").warning("nor this")
