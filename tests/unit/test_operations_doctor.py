"""The doctor: what must not be is refused with what to do, nothing is changed, and no secret is told."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from publisher import clock, faults
from publisher.cli import main
from publisher.cli.doctor import examine
from publisher.config import Config
from publisher.delivery.jobs import beat
from publisher.installation import Installation, open_installation
from publisher.model import Account, Ticker
from publisher.operations.checks import Check, network_drive
from publisher.operations.checks_clock import web_clock
from tests.factories import Office, in_minutes
from tests.provision.programs import free_port
from tests.provision.server import Server
from tests.unit.postbox import mail_server

Run = Callable[..., Result]


def checks(config: Config, **options: str) -> dict[str, Check]:
    return {check.name: check for check in examine(config, **options)}


def bad(config: Config, **options: str) -> dict[str, str]:
    return {name: one.note for name, one in checks(config, **options).items() if not one.good and not one.should}


@pytest.fixture
def healthy(office: Office) -> Config:
    """An installation in which nothing is wrong: its web server has run, and so has its clock."""
    from publisher.web import create_app

    create_app(office.installation)
    beat(office.world, "deliver", "")
    return office.installation.config.model_copy(update={"public_url": f"https://127.0.0.1:{free_port()}"})


@pytest.fixture
def run(healthy: Config, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command line on the healthy office."""
    monkeypatch.setenv("PUBLISHER_HOME", str(healthy.home))
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", healthy.public_url)

    def invoke(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)

    return invoke


def test_where_nothing_is_wrong_nothing_is_refused(run: Run) -> None:
    answer = run("doctor")
    assert answer.exit_code == 0 and "HỎNG" not in answer.stdout, answer.stdout
    data = json.loads(run("doctor", "--json").stdout)
    assert all(set(one) == {"name", "good", "note", "should"} for one in data)
    assert "Dung lượng" in [one["name"] for one in data]


def test_looking_changes_nothing(tmp_path: Path) -> None:
    config = Config(home=tmp_path / "khong-co")
    assert "publisher run" in bad(config)["Thư mục dữ liệu"] and not config.home.exists()
    config.prepare_home()
    found = bad(config)
    assert "chưa có" in found["Cơ sở dữ liệu"] and "thiếu" in found["Khóa mở bí mật"]
    assert sorted(path.name for path in config.home.rglob("*")) == ["files", "keys"]


def test_a_home_or_a_key_that_others_can_read_is_refused(healthy: Config) -> None:
    healthy.home.chmod(0o755)
    (healthy.keys / "secrets.key").chmod(0o644)
    found = bad(healthy)
    assert f"chmod 700 {healthy.home}" in found["Thư mục dữ liệu chỉ chủ sở hữu đọc được"]
    assert "chmod 600" in found["Khóa mở bí mật"] and "Khóa phiên đăng nhập" not in found


@pytest.mark.parametrize("weak", ["", "doi-khoa-nay", "0" * 64, "abcabcabc" * 10, "changeme" * 3])
def test_a_default_or_weak_key_is_refused(healthy: Config, weak: str) -> None:
    (healthy.keys / "session.key").write_text(weak + "\n", "utf-8")
    assert "không phải khóa ngẫu nhiên" in bad(healthy)["Khóa phiên đăng nhập"]


@pytest.mark.parametrize("weak", ["A" * 43 + "=", "khong-phai-khoa", ""])
def test_a_weak_key_of_the_vault_is_refused(healthy: Config, weak: str) -> None:
    (healthy.keys / "secrets.key").write_text(weak, "utf-8")
    assert "không phải khóa ngẫu nhiên" in bad(healthy)["Khóa mở bí mật"]


def test_a_key_that_does_not_fit_the_database_is_refused_with_the_accounts(office: Office, healthy: Config) -> None:
    from cryptography.fernet import Fernet

    account_id = office.add_account("ledger", "Sổ", values={"path": "x", "token": "khoa-bi-mat"})
    assert "Khóa mở được bí mật của các tài khoản" not in bad(healthy)
    (healthy.keys / "secrets.key").write_text(Fernet.generate_key().decode(), "utf-8")
    assert f"tài khoản số {account_id}" in bad(healthy)["Khóa mở được bí mật của các tài khoản"]
    with office.reading() as session:
        assert session.get_one(Account, account_id).secrets
    (healthy.keys / "secrets.key").unlink()
    assert "thiếu" in bad(healthy)["Khóa mở được bí mật của các tài khoản"]
    assert not (healthy.keys / "secrets.key").exists(), "looking makes no key"


@pytest.mark.parametrize("variable", ["FLASK_DEBUG", "PUBLISHER_FAULT"])
def test_debugging_is_refused(healthy: Config, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    assert variable in bad(healthy)["Không ở chế độ gỡ lỗi"]


def test_a_home_for_tests_is_refused(healthy: Config) -> None:
    (healthy.home / faults.MARK).touch()
    assert faults.MARK in bad(healthy)["Không ở chế độ gỡ lỗi"]


@pytest.mark.parametrize(("revision", "what"), [("0001", "khởi động lại"), ("9999", "mới hơn phần mềm")])
def test_missing_and_too_new_migrations_are_refused(office: Office, healthy: Config, revision: str, what: str) -> None:
    with office.writing() as session:
        session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    assert what in bad(healthy)["Cơ sở dữ liệu đúng phiên bản"]


def test_a_broken_trail_is_refused(office: Office, healthy: Config) -> None:
    with office.writing() as session:
        session.execute(text("DROP TRIGGER keep_audit_update"))
        session.execute(text("UPDATE audit SET act = 'nothing' WHERE id = 2"))
    assert "dòng 2" in bad(healthy)["Chuỗi nhật ký nguyên vẹn"]


def test_a_damaged_database_file_is_refused_and_does_not_end_the_doctor(healthy: Config) -> None:
    for name in ("publisher.db-wal", "publisher.db-shm"):
        (healthy.home / name).unlink(missing_ok=True)
    (healthy.home / "publisher.db").write_bytes(b"hong" * 3000)
    found = checks(healthy)
    assert not found["Cơ sở dữ liệu"].good and found["Phông chữ"].good


@pytest.mark.postgres
def test_a_database_that_is_down_is_said_without_its_password(
    healthy: Config, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", f"postgresql+psycopg://nguoi:mat-khau-db@127.0.0.1:{free_port()}/p")
    answer = run("doctor")
    assert answer.exit_code == 1 and "không kết nối được postgresql+psycopg://nguoi:***@127.0.0.1" in answer.stdout
    assert "mat-khau-db" not in answer.output and "Phông chữ" in answer.stdout


def test_postgres_that_may_lose_commits_is_refused(either_installation: Installation) -> None:
    found = bad(either_installation.config)
    if either_installation.world.db.sqlite:
        assert "PostgreSQL ghi bền" not in found
        return
    assert "fsync" in found["PostgreSQL ghi bền"]
    with either_installation.world.db.reading() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on", "ours, whatever the server's own is"
    assert "Mức cô lập giao dịch" not in found and "Phiên bản PostgreSQL" not in found


@pytest.mark.postgres
def test_a_transaction_isolation_that_fails_writers_is_refused(postgres_server: Server, tmp_path: Path) -> None:
    url = postgres_server.create_database()
    opened = open_installation(Config(home=tmp_path / "home", database_url=url))
    with opened.world.db.writing() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"))
    opened.close()
    assert "serializable" in bad(opened.config)["Mức cô lập giao dịch"]
    postgres_server.drop_database(url)


def test_a_database_clock_that_goes_otherwise_is_refused(either_office: Office) -> None:
    config = either_office.installation.config
    name = "Đồng hồ máy này và máy cơ sở dữ liệu"
    if config.on_sqlite:
        assert name not in checks(config)
        return
    assert checks(config)[name].good
    with clock.reading(in_minutes(1)):
        assert "lệch 59 giây" in bad(config)[name] or "lệch 60 giây" in bad(config)[name]


def test_beats_from_the_future_are_refused(office: Office, healthy: Config) -> None:
    with clock.reading(in_minutes(2)):
        beat(office.world, "recover", "")
    assert "NTP" in bad(healthy)["Đồng hồ không chạy lùi"]


def test_two_clocks_on_one_sqlite_are_refused_and_on_postgres_welcome(either_office: Office) -> None:
    beat(either_office.world, "deliver", "")
    with either_office.writing() as session:
        session.add(Ticker(process="may-khac/17", started_at=clock.now(), at=clock.now()))
    found = bad(either_office.installation.config)
    if either_office.installation.config.on_sqlite:
        assert "2 tiến trình" in found["Số đồng hồ đang chạy"] and "may-khac/17" in found["Số đồng hồ đang chạy"]
    else:
        assert "Số đồng hồ đang chạy" not in found
    with clock.reading(in_minutes(2)):
        assert "Số đồng hồ đang chạy" not in bad(either_office.installation.config)


def test_a_clock_that_stands_is_told_but_not_refused(office: Office, healthy: Config) -> None:
    with clock.reading(in_minutes(10)):
        one = checks(healthy)["Việc định kỳ chạy đều"]
    assert not one.good and one.should and "Phát hành bài đến giờ (từ " in one.note


@contextmanager
def web_server(date: str | None) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(200)
            if date is not None:
                self.send_header("Date", date)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_clock_is_compared_with_that_of_a_web_server() -> None:
    def date(skew: timedelta) -> str:
        return (clock.now() + skew).strftime("%a, %d %b %Y %H:%M:%S GMT")

    for skew, good in ((timedelta(0), True), (timedelta(seconds=-60), False), (timedelta(hours=1), False)):
        with web_server(date(skew)) as url:
            assert web_clock(url).good is good, skew
    for odd in (None, "hôm qua".encode("ascii", "ignore").decode()):
        with web_server(odd) as url:
            assert web_clock(url) == Check(f"Đồng hồ máy này và {url}", True, "không hỏi được giờ")
    assert web_clock(f"http://127.0.0.1:{free_port()}").good, "bounded, and no fault when nobody answers"


def test_a_network_drive_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/vda / ext4 rw 0 0\n"
        f"may:/chia-se {tmp_path}/nfs\\040cu nfs4 rw 0 0\n"
        f"//may/chia-se {tmp_path}/smb cifs rw 0 0\n"
        f"/dev/vdb {tmp_path}/smb/o-rieng ext4 rw 0 0\n",
        "utf-8",
    )
    assert network_drive(tmp_path / "nfs cu" / "home", mounts) == "nfs4"
    assert network_drive(tmp_path / "smb" / "home", mounts) == "cifs"
    assert network_drive(tmp_path / "smb" / "o-rieng" / "home", mounts) is None
    assert network_drive(tmp_path / "home", mounts) is None
    assert network_drive(tmp_path, tmp_path / "khong-co") is None


def test_the_mail_server_is_tried_and_a_test_letter_sent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (box, url):
        monkeypatch.setenv("PUBLISHER_SMTP_URL", url)
        monkeypatch.setenv("PUBLISHER_MAIL_FROM", "canh-bao@so.example")
        answer = run("doctor")
        assert answer.exit_code == 0 and f"Máy chủ thư: {url.removeprefix('smtp://')}" in answer.stdout
        assert box.letters == []
        assert run("doctor", "--mail-test", "quan-tri@so.example").exit_code == 0
        assert [letter["To"] for letter in box.letters] == ["quan-tri@so.example"]
    answer = run("doctor")
    assert answer.exit_code == 1 and "máy chủ thư 127.0.0.1" in answer.stdout
    monkeypatch.delenv("PUBLISHER_SMTP_URL")
    assert run("doctor", "--mail-test", "quan-tri@so.example").exit_code == 1


def test_what_waits_to_be_looked_for_after_a_restore_is_told(office: Office, healthy: Config) -> None:
    office.scheduled(due_at=in_minutes(60))
    with office.writing() as session:
        session.execute(text("UPDATE delivery SET look_first = true"))
    assert "1 lượt khôi phục" in checks(healthy)["Lượt chờ tìm trên kênh"].note


def test_backup_and_restore_on_the_command_line(run: Run, healthy: Config, office: Office, tmp_path: Path) -> None:
    office.published()
    office.installation.close()
    secret = tmp_path / "mat-khau"
    secret.write_text("một câu đủ dài để giữ\n", "utf-8")
    archive = tmp_path / "backup.zip"
    made = run("backup", str(archive), "--with-keys", "--passphrase-file", str(secret), "--json")
    data = json.loads(made.stdout)
    assert made.exit_code == 0 and data["sealed"] and data["keys"] and data["files"] > 0
    plain = run("backup", str(tmp_path / "plain.zip"), "--with-keys")
    assert "CẢNH BÁO" in plain.stderr and "Đã sao lưu" in plain.stdout
    assert "cất riêng" in run("backup", str(tmp_path / "no-keys.zip")).stderr
    checked = run("restore", str(archive), "--check", "--passphrase-file", "-", typed="một câu đủ dài để giữ\n")
    assert checked.exit_code == 0 and "nguyên vẹn" in checked.stdout
    for wrong in ([], ["--passphrase-file", "-"]):
        refused = run("restore", str(archive), "--replace", *wrong, typed="một câu khác hẳn\n")
        assert refused.exit_code == 1 and "mật khẩu" in refused.stderr
    assert run("restore", str(archive), "--passphrase-file", str(secret)).exit_code == 1
    busy = run("restore", str(archive), "--passphrase-file", str(secret), "--replace")
    assert busy.exit_code == 1 and "vẫn đang chạy" in busy.stderr and str(os.getpid()) in busy.stderr
    fresh = {"PUBLISHER_HOME": str(tmp_path / "moi")}
    done = CliRunner().invoke(main, ["restore", str(archive), "--passphrase-file", str(secret)], env=fresh)
    assert done.exit_code == 0 and "Đã khôi phục" in done.stdout and "đăng nhập lại" in done.stdout
    opened = open_installation(Config(home=tmp_path / "moi"))
    with opened.world.db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM delivery")) == 1
    opened.close()
