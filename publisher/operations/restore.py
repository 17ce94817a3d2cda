"""Restoring a backup: verified first, built beside, put in place at the end; nothing is sent that may have landed."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import COMMAND
from publisher.config import Config
from publisher.model import Account, Delivery, Person, Post, Ticker
from publisher.model.database import Database, newest_revision
from publisher.operations import dump
from publisher.operations.archive import (
    Manifest,
    entry_lines,
    entry_pieces,
    is_sealed,
    read_manifest,
    unseal,
    verify,
)
from publisher.operations.relook import look_before_sending
from publisher.refusal import Refused
from publisher.secrets import write_private
from publisher.words import _

STILL_RUNNING = timedelta(seconds=45)  # a clock beats every 20 s
_EPOCH = 1_700_000_000


@dataclass(frozen=True)
class Restored:
    """What was restored: the manifest, how many deliveries are looked for or held, where the old data lies."""

    manifest: Manifest
    deliveries: dict[str, int]
    before: Path | None
    keys: bool  # whether there is a key that may open the outlets' tokens


@contextmanager
def opened_backup(source: Path, passphrase: str, work: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup, decrypted into `work` where it is sealed, and verify all of it; `Refused` says what is wrong."""
    with ExitStack() as stack:
        try:
            if is_sealed(source):
                if not passphrase:
                    raise Refused(_("Bản sao lưu có mật khẩu: hãy dùng --passphrase-file."))
                plain = work / "backup.zip"
                stack.callback(plain.unlink, missing_ok=True)
                with plain.open("wb") as target:
                    unseal(source, passphrase, target)
                source = plain
            archive = stack.enter_context(zipfile.ZipFile(source))
        except OSError as error:
            raise Refused(_("Không đọc được {path}: {why}").format(path=source, why=error.strerror)) from error
        except zipfile.BadZipFile as error:
            raise Refused(_("Tệp không phải bản sao lưu của phần mềm này, hoặc đã hỏng.")) from error
        manifest = read_manifest(archive)
        verify(archive, manifest)
        yield archive, manifest


def restore(config: Config, source: Path, *, passphrase: str = "", replace: bool = False) -> Restored:
    """Restore a backup into the installation that `config` names; `Refused` leaves everything as it was.

    A home that holds data is refused without `replace`; with it the old data is put aside into a folder of the home
    (on PostgreSQL the rows are replaced in one transaction). A backup of a newer schema is refused, one of an older
    schema is brought up to date.
    """
    config.prepare_home()
    with tempfile.TemporaryDirectory(dir=config.home, prefix=".restore-") as name:
        work = Path(name)
        with opened_backup(source, passphrase, work) as (archive, manifest):
            _refuse_other(manifest, config.on_sqlite)
            _refuse_full(config, replace)
            beside = f"sqlite:///{(work / 'publisher.db').as_posix()}"
            fresh = Database(beside if config.on_sqlite else config.database)
            try:
                deliveries = _load(fresh, archive, manifest, config.zone)
            finally:
                fresh.close()
            _extract(archive, manifest, work)
            before = _put_in_place(config, work, manifest)
    return Restored(manifest, deliveries, before, (config.keys / "secrets.key").exists())


def _refuse_other(manifest: Manifest, on_sqlite: bool) -> None:
    """Refuse a schema that this release does not know; PostgreSQL is filled in place, so there it must be today's."""
    mine = newest_revision()
    named = {"release": manifest.release, "revision": manifest.revision, "mine": mine}
    if manifest.revision > mine or not manifest.revision:
        newer = _(
            "Bản sao lưu do phần mềm {release} tạo, lược đồ {revision} mới hơn phần mềm này ({mine}): hãy nâng cấp "
            "phần mềm rồi khôi phục."
        )
        raise Refused(newer.format(**named))
    if manifest.revision < mine and not on_sqlite:
        older = _(
            "Bản sao lưu có lược đồ {revision}, phần mềm này có {mine}: với PostgreSQL hãy khôi phục bằng phần mềm "
            "{release}, rồi nâng cấp."
        )
        raise Refused(older.format(**named))


def _database_file(config: Config) -> Path:
    return Path(make_url(config.database).database or "")


def _refuse_full(config: Config, replace: bool) -> None:
    """Refuse a place that holds data, or one whose clock still runs."""
    if config.on_sqlite and not _database_file(config).exists():
        used = any((config.blobs / part).exists() for part in ("blobs", "outlets"))
    else:
        used = _in_use(Database(config.database))
    if used and not replace:
        raise Refused(
            _("Nơi khôi phục đã có dữ liệu ({home}): chọn PUBLISHER_HOME khác, hoặc thêm --replace.").format(
                home=config.home
            )
        )


def _in_use(db: Database) -> bool:
    """Return whether a database holds somebody's data; `Refused` while a clock runs on it."""
    try:
        found = db.revision()[0]
        if found is None:
            return False
        if found != newest_revision() and not db.sqlite:
            other = _("Cơ sở dữ liệu có lược đồ {found} của phần mềm khác: hãy dùng một cơ sở dữ liệu trống.")
            raise Refused(other.format(found=found))
        with db.reading() as session:
            if found >= "0003" and (running := _running(session)) is not None:
                raise Refused(
                    _("Hệ thống vẫn đang chạy ({process}): hãy dừng mọi tiến trình rồi chờ một phút.").format(
                        process=running
                    )
                )
            return any(session.scalar(select(table.id).limit(1)) is not None for table in (Person, Post, Account))
    except DatabaseError:
        return True  # damaged, perhaps the very reason for restoring: it is put aside, not looked into
    finally:
        db.close()


def _running(session: Session) -> str | None:
    recent = select(Ticker.process).where(Ticker.at > clock.now() - STILL_RUNNING)
    return session.scalar(recent.order_by(Ticker.at.desc()).limit(1))


def _load(db: Database, archive: zipfile.ZipFile, manifest: Manifest, zone: ZoneInfo) -> dict[str, int]:
    """Fill the database with the backup's rows and mark what has to be looked for.

    One transaction where the schema is today's: nobody may see the rows without the marks. An older schema is only
    filled in a file of its own, which nobody sees before it is put in place.
    """
    db.migrate(manifest.revision)
    with db.writing() as session:
        connection = session.connection()
        dump.empty(connection)
        known = {table.name for table in dump.tables()}
        for name, rows in manifest.tables.items():
            if name not in known or dump.load(connection, name, entry_lines(archive, f"database/{name}.jsonl")) != rows:
                raise Refused(_("Bản sao lưu hỏng ở bảng «{name}».").format(name=name))
        dump.count_on(connection)
        if manifest.revision == newest_revision():
            return _settle(session, manifest, zone)
    db.migrate()
    with db.writing() as session:
        return _settle(session, manifest, zone)


def _settle(session: Session, manifest: Manifest, zone: ZoneInfo) -> dict[str, int]:
    now = clock.now()
    deliveries = look_before_sending(session, datetime.fromisoformat(manifest.made_at).astimezone(zone), now)
    _end_sessions(session, now)
    audit.record(
        session, COMMAND, "installation.restore", "installation", 0,
        made_at=manifest.made_at, release=manifest.release, **deliveries,
    )  # fmt: skip
    return deliveries


def _end_sessions(session: Session, now: datetime) -> None:
    """Let no cookie from after the backup open a session: people who were closed since would come in again."""
    beyond = (int(now.timestamp()) - _EPOCH) // 60
    session.execute(
        update(Person).values(session_number=Person.session_number + beyond),
        execution_options={"synchronize_session": False},
    )


def _extract(archive: zipfile.ZipFile, manifest: Manifest, work: Path) -> None:
    for name in manifest.entries:
        if name.startswith("files/"):
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                for piece in entry_pieces(archive, name):
                    target.write(piece)
    if manifest.keys:
        (work / "keys").mkdir(mode=0o700)
        write_private(work / "keys" / "secrets.key", archive.read("keys/secrets.key").decode())


def _put_in_place(config: Config, work: Path, manifest: Manifest) -> Path | None:
    """Move what stood here aside and the restored in its place; return the folder of the old, None if there was none.

    The key stays where the backup brings none. The key of browser sessions is made anew.
    """
    aside = config.home / f"before-restore-{clock.now():%Y%m%d-%H%M%S}"
    if config.on_sqlite:
        target = _database_file(config)
        for suffix in ("", "-wal", "-shm"):
            _aside(target.with_name(target.name + suffix), aside)
        shutil.move(work / "publisher.db", target)
    _aside(config.blobs, aside)
    if (work / "files").exists():
        shutil.move(work / "files", config.blobs)
    (config.keys / "session.key").unlink(missing_ok=True)
    if manifest.keys:
        _aside(config.keys / "secrets.key", aside)
        shutil.move(work / "keys" / "secrets.key", config.keys / "secrets.key")
    config.prepare_home()
    return aside if aside.exists() else None


def _aside(path: Path, folder: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()
    with suppress(FileNotFoundError):
        if path.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            shutil.move(path, folder / path.name)


def held_back(session: Session) -> int:
    """Return how many deliveries are still looked for before they are sent, for the doctor."""
    return session.scalar(select(func.count()).select_from(Delivery).where(Delivery.look_first.is_(True))) or 0
