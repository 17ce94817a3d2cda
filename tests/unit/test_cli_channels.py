"""`publisher channel` with Facebook, and `doctor --rotate-key`: secrets from files or stdin, health in plain words."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import clock
from publisher.cli import main
from publisher.config import Config
from publisher.model import Account
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID
from tests.web.facebook import Connecting, connecting


@pytest.fixture
def facebook(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connecting]:
    with connecting(config) as ready:
        monkeypatch.setenv("PUBLISHER_HOME", str(config.home))
        monkeypatch.setenv("PUBLISHER_FACEBOOK_URL", ready.running.url)
        yield ready


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)


def added(facebook: Connecting, tmp_path: Path, token: str, *more: str) -> Result:
    secret = tmp_path / "secret"
    secret.write_text(f"{APP_SECRET}\n", "utf-8")
    settings = ("--setting", f"page_id={PAGE_ID}", "--setting", f"app_id={APP_ID}")
    return run(
        "channel", "add", "facebook", "--unit", "phuong-mau", *settings, "--secret-file", f"app_secret={secret}",
        *more, "--json", typed=f"{token}\n",
    )  # fmt: skip


def test_a_page_is_added_with_its_token_from_stdin_and_checked_in_plain_words(
    facebook: Connecting, tmp_path: Path
) -> None:
    token = facebook.world.token("PAGE", clock.now()).value
    answer = added(facebook, tmp_path, token)
    number = json.loads(answer.stdout)["id"]
    assert answer.exit_code == 0 and token not in answer.output
    check = run("channel", "check", str(number))
    assert check.exit_code == 0 and "tốt" in check.stdout and "Trang: UBND phường Mẫu" in check.stdout
    assert "đăng, sửa và gỡ bài" in check.stdout and "Dùng được đến" in check.stdout and token not in check.output
    facebook.world.revoke("password")
    check = run("channel", "check")
    assert check.exit_code == 1 and "đổi mật khẩu" in check.stdout and "kết nối lại" in check.stdout
    rows = json.loads(run("channel", "check", str(number), "--json").stdout)
    assert "đổi mật khẩu" in rows[0]["problem"] and rows[0]["warning"] == ""


def test_what_lacks_or_ends_soon_is_a_warning_not_a_fault(facebook: Connecting, tmp_path: Path) -> None:
    held = ("pages_manage_posts", "pages_read_engagement")
    token = facebook.world.token("PAGE", clock.now(), scopes=held).value
    number = json.loads(added(facebook, tmp_path, token).stdout)["id"]
    answer = run("channel", "check", str(number), "--json")
    row = json.loads(answer.stdout)[0]
    assert answer.exit_code == 0 and "read_insights" in row["warning"] and row["problem"] == ""
    assert "Thiếu quyền" in row["facts"]


def test_a_rehearsal_asks_for_no_secret(facebook: Connecting) -> None:
    answer = run("channel", "add", "facebook", "--setting", f"page_id={PAGE_ID}", "--rehearsal", "--json")
    assert answer.exit_code == 0
    check = run("channel", "check", str(json.loads(answer.stdout)["id"]))
    assert check.exit_code == 0 and "không gửi gì ra ngoài" in check.stdout


def test_the_key_is_changed_while_the_accounts_stay_connected(facebook: Connecting, tmp_path: Path) -> None:
    token = facebook.world.token("PAGE", clock.now()).value
    number = json.loads(added(facebook, tmp_path, token).stdout)["id"]
    path = facebook.office.installation.config.keys / "secrets.key"
    before = path.read_text("utf-8")
    answer = run("doctor", "--rotate-key")
    assert answer.exit_code == 0 and "1 mục bí mật" in answer.stdout and "Khóa cũ đã bỏ" in answer.stdout
    after = path.read_text("utf-8")
    assert after != before and before.strip() not in after and after.strip() not in answer.output
    assert run("channel", "check", str(number)).exit_code == 0
    with facebook.office.reading() as session:
        account = session.get_one(Account, number)
    assert facebook.office.world.vault.open(account.secrets)["token"] == token, "the running process follows"
    assert json.loads(run("doctor", "--rotate-key", "--json").stdout) == {"renewed": 1, "lost": 0, "dropped": 1}
