"""Backup: everything comes back, on either database, whole or not at all, and without secrets."""

import json
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, text

from publisher import audit, clock
from publisher.config import Config
from publisher.installation import open_installation
from publisher.model import Account, Attempt, Audit, Base, Delivery
from publisher.operations import dump
from publisher.operations.backup import back_up
from publisher.operations.restore import restore
from publisher.refusal import Refused
from tests.factories import Office, in_minutes, make_office
from tests.provision.server import Server
from tests.unit.restored import TOKEN, ledger_account, reopened, rows_of, stopped


def test_everything_comes_back_row_by_row_and_file_by_file(either_office: Office, tmp_path: Path) -> None:
    office, archive = either_office, tmp_path / "backup.zip"
    office.published("Bài trên cổng")
    office.scheduled("Bài sẽ lên", due_at=in_minutes(600))
    before = rows_of(office.installation)
    manifest = back_up(office.world, archive)
    assert manifest.tables["delivery"] == 2 and manifest.files > 0
    stopped(office)
    restore(office.installation.config, archive, replace=True)
    with reopened(office) as office:
        after = rows_of(office.installation)
        with office.reading() as session:
            assert audit.first_break(session) is None, "the chain goes on over the restore"
            newest = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        assert newest.act == "installation.restore"
        after["audit"].pop()
        for name in ("person", "delivery"):  # sessions ended, the look before sending noted
            assert len(after[name]) == len(before[name])
            before.pop(name), after.pop(name)
        assert after == before
        for digest in [part["sha256"] for part in _parts(office)]:
            office.world.files.get(digest)
        office.published("Bài viết sau khi khôi phục")


def _parts(office: Office) -> list[dict[str, str]]:
    with office.reading() as session:
        return [part for (parts,) in session.execute(text("SELECT parts FROM rendering")) for part in _json(parts)]


def _json(value: object) -> list[dict[str, str]]:
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[return-value]


@pytest.mark.postgres
def test_a_backup_of_one_machine_becomes_the_start_on_several(
    office: Office, postgres_server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.zip"
    office.published("Bài viết trên SQLite")
    back_up(office.world, archive, with_keys=True)
    url = postgres_server.create_database()
    config = Config(home=tmp_path / "home-2", database_url=url)
    restore(config, archive)
    moved = open_installation(config)
    try:
        there = Office(moved, office.unit_id, office.people, office.account_id)
        there.published("Bài viết trên PostgreSQL")
        assert [delivery.state for delivery in there.deliveries()] == ["sent", "sent"]
        with there.reading() as session:
            assert audit.first_break(session) is None
    finally:
        moved.close()
        postgres_server.drop_database(url)


def test_a_backup_while_the_program_writes_is_of_one_instant(office: Office, tmp_path: Path) -> None:
    going = threading.Event()

    def write() -> None:
        number = 0
        while not going.is_set():
            number += 1
            office.published(f"Bài số {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(office.world, tmp_path / f"{number}.zip")
    finally:
        going.set()
        writer.join()
    config = Config(home=tmp_path / "home-2")
    restore(config, tmp_path / "2.zip")
    opened = open_installation(config)
    with opened.world.db.reading() as session:
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        assert audit.first_break(session) is None
        for attempt in session.scalars(select(Attempt)):
            assert session.get(Delivery, attempt.delivery_id) is not None
    opened.close()


def test_without_the_key_the_tokens_stay_closed_and_with_it_they_open(office: Office, tmp_path: Path) -> None:
    outlet = ledger_account(office, tmp_path / "ledger.jsonl")
    back_up(office.world, tmp_path / "plain.zip")
    back_up(office.world, tmp_path / "keys.zip", with_keys=True)
    for name, opens in (("plain", False), ("keys", True)):
        config = Config(home=tmp_path / name)
        restore(config, tmp_path / f"{name}.zip")
        opened = open_installation(config)
        with opened.world.db.reading() as session:
            account = session.get_one(Account, outlet)
        if opens:
            assert opened.world.vault.open(account.secrets)["token"] == TOKEN
            assert (config.keys / "secrets.key").stat().st_mode & 0o077 == 0
        else:
            with pytest.raises(Refused, match="không khớp"):
                opened.world.vault.open(account.secrets)
        opened.close()


def test_no_secret_stands_in_a_backup_without_keys(office: Office, tmp_path: Path) -> None:
    ledger_account(office, tmp_path / "ledger.jsonl")
    back_up(office.world, tmp_path / "backup.zip")
    key = (office.installation.config.keys / "secrets.key").read_text("utf-8").strip()
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
        listing = " ".join(archive.namelist())
    assert TOKEN.encode() not in held and key.encode() not in held and "secrets.key" not in listing
    assert (tmp_path / "backup.zip").stat().st_mode & 0o077 == 0


def test_a_sealed_backup_opens_with_its_passphrase_alone(office: Office, tmp_path: Path) -> None:
    office.published()
    sealed = tmp_path / "backup.sealed"
    back_up(office.world, sealed, with_keys=True, passphrase="mười hai ký tự trở lên")
    content = sealed.read_bytes()
    assert b"database/" not in content and b"manifest" not in content
    for wrong in ("", "không phải mật khẩu này"):
        with pytest.raises(Refused, match="mật khẩu"):
            restore(Config(home=tmp_path / "wrong"), sealed, passphrase=wrong)
    for damaged in (content[:-20], content[:-20] + bytes(20), content[:1000] + b"x" + content[1001:]):
        sealed.write_bytes(damaged)
        with pytest.raises(Refused, match="đã hỏng"):
            restore(Config(home=tmp_path / "wrong"), sealed, passphrase="mười hai ký tự trở lên")
    assert not (tmp_path / "wrong" / "publisher.db").exists()
    sealed.write_bytes(content)
    restore(Config(home=tmp_path / "right"), sealed, passphrase="mười hai ký tự trở lên")
    opened = open_installation(Config(home=tmp_path / "right"))
    assert len(rows_of(opened)["delivery"]) == 1
    opened.close()


def test_a_sealed_backup_of_several_pieces_keeps_them_in_order(tmp_path: Path) -> None:
    import os

    from publisher.operations.archive import PIECE, Sealed, unseal

    for size in (0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE):
        data = os.urandom(size)
        with (tmp_path / "sealed").open("wb") as target, Sealed(target, "mật khẩu thử nghiệm") as sealed:
            sealed.write(data)
        with (tmp_path / "plain").open("wb") as target:
            unseal(tmp_path / "sealed", "mật khẩu thử nghiệm", target)
        assert (tmp_path / "plain").read_bytes() == data
    content = (tmp_path / "sealed").read_bytes()
    head, body, piece = content[:35], content[35:], PIECE + 16
    for wrong in (body[piece:], body[piece : 2 * piece] + body[:piece] + body[2 * piece :], body[: 2 * piece]):
        (tmp_path / "sealed").write_bytes(head + wrong)
        with pytest.raises(Refused), (tmp_path / "plain").open("wb") as target:
            unseal(tmp_path / "sealed", "mật khẩu thử nghiệm", target)


def damaged(source: Path, target: Path, **changes: bytes) -> Path:
    """A copy of a backup in which some entries hold other bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.replace("/", "_").replace(".", "_"), old.read(name)))
        for name, data in changes.items():
            if name.startswith("extra"):
                new.writestr("../" + name, data)
    return target


def test_a_backup_that_was_changed_is_refused_before_anything_is_written(office: Office, tmp_path: Path) -> None:
    office.published()
    source = tmp_path / "backup.zip"
    back_up(office.world, source)
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    newer = {**manifest, "revision": "9999", "release": "9.9"}
    wrong = {
        "Bản sao lưu hỏng": damaged(source, tmp_path / "1.zip", database_delivery_jsonl=b"[]\n"),
        "không phải bản sao lưu": damaged(source, tmp_path / "2.zip", extra=b"x"),
        "mới hơn": damaged(source, tmp_path / "3.zip", manifest_json=json.dumps(newer).encode()),
        "định dạng số 2": damaged(
            source, tmp_path / "4.zip", manifest_json=json.dumps({**manifest, "format": 2}).encode()
        ),
    }
    (tmp_path / "5.zip").write_bytes(source.read_bytes()[:2000])
    (tmp_path / "6.zip").write_bytes(b"day khong phai zip")
    for reason, path in [*wrong.items(), ("đã hỏng", tmp_path / "5.zip"), ("đã hỏng", tmp_path / "6.zip")]:
        with pytest.raises(Refused, match=reason):
            restore(Config(home=tmp_path / "empty"), path)
        assert not (tmp_path / "empty" / "publisher.db").exists()
        assert [entry.name for entry in (tmp_path / "empty").iterdir() if entry.name.startswith(".")] == []


def test_an_older_backup_is_brought_up_to_date(tmp_path: Path) -> None:
    from publisher.model.database import Database

    old = Config(home=tmp_path / "old")
    old.prepare_home()
    db = Database(old.database)
    db.migrate("0002")
    with db.writing() as session:
        session.execute(
            text("INSERT INTO setting (name, value, changed_at) VALUES ('mau', '{}', '2026-01-01 00:00:00')")
        )
    archive = _backup_of_revision(db, tmp_path / "old.zip")
    db.close()
    new = Config(home=tmp_path / "new")
    restore(new, archive)
    opened = open_installation(new)
    assert opened.world.db.revision()[0] == opened.world.db.revision()[1]
    with opened.world.db.reading() as session:
        assert session.execute(text("SELECT name FROM setting")).scalar() == "mau"
    opened.close()


def _backup_of_revision(db: object, path: Path) -> Path:
    """A backup as the release of that schema wrote it: with the tables and columns there were."""
    from sqlalchemy import MetaData, inspect

    from publisher.model.database import Database
    from publisher.operations.archive import Manifest, Writer

    assert isinstance(db, Database)
    manifest = Manifest(clock.now().isoformat(), "0.1", db.revision()[0] or "", "sqlite")
    with (
        path.open("wb") as file,
        db.engine.connect() as connection,
        connection.begin(),
        Writer(file, manifest) as writer,
    ):
        there = set(inspect(connection).get_table_names())
        for table in [table for table in dump.tables() if table.name in there]:
            has = {column["name"] for column in inspect(connection).get_columns(table.name)}
            copy = table.to_metadata(MetaData())
            for column in [column for column in copy.columns if column.name not in has]:
                copy._columns.remove(column)
            lines = list(dump.lines(connection, copy))
            writer.add(f"database/{table.name}.jsonl", [line.encode() + b"\n" for line in lines])
            manifest.tables[table.name] = len(lines) - 1
    return path


def test_an_existing_file_is_not_overwritten_and_half_a_backup_is_never_left(office: Office, tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_text("cái cũ", "utf-8")
    with pytest.raises(Refused, match="Đã có tệp"):
        back_up(office.world, tmp_path / "backup.zip")
    shutil.rmtree(office.installation.config.keys)
    with pytest.raises(Refused):
        back_up(office.world, tmp_path / "other.zip", with_keys=True)
    assert sorted(path.name for path in tmp_path.iterdir() if "zip" in path.name) == ["backup.zip"]


def test_every_table_is_backed_up() -> None:
    names = {table.name for table in dump.tables()} | dump.LEFT_OUT
    assert names == set(Base.metadata.tables)


def test_a_restore_that_was_refused_leaves_a_home_one_can_start_in(tmp_path: Path) -> None:
    config = Config(home=tmp_path / "home")
    with pytest.raises(Refused, match="Không đọc được"):
        restore(config, tmp_path / "khong-co.zip")
    opened = open_installation(config)
    make_office(opened)
    opened.close()
