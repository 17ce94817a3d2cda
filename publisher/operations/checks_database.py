"""What the doctor looks at in the database: reachable, current, safe settings, an unbroken trail, keys that fit."""

from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from publisher import audit
from publisher.config import Config
from publisher.logs import hide
from publisher.model import Account, Attempt
from publisher.model.database import Database, newest_revision
from publisher.operations.checks import Check, network_drive
from publisher.operations.metrics import database_bytes
from publisher.refusal import Refused
from publisher.secrets import Vault
from publisher.text import number
from publisher.words import _

OLDEST_POSTGRES = 130_000  # what procrastinate works on
# Off, a commit that was answered may be lost with the machine: what was sent would count as planned again.
DURABLE = ("fsync", "full_page_writes")  # synchronous_commit we switch on ourselves


def open_quietly(config: Config) -> tuple[Database | None, Check]:
    """Open the database without creating or changing anything; None with the reason when it cannot be reached."""
    name = _("Cơ sở dữ liệu")
    url = make_url(config.database)
    if config.on_sqlite:
        path = Path(url.database or "")
        if not path.exists():
            return None, Check(name, False, _("chưa có {path}: «publisher run» tạo ra").format(path=path))
    shown = url.render_as_string(hide_password=True)
    if not config.on_sqlite:
        url = url.update_query_dict({"connect_timeout": "10"})  # seconds; its own patience is more than two minutes
    try:
        db = Database(url.render_as_string(hide_password=False))
        with db.reading() as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, ImportError) as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()
        return None, Check(name, False, _("không kết nối được {url}: {why}").format(url=shown, why=hide(why[0])))
    return db, Check(name, True, shown)


def database_checks(db: Database, config: Config) -> list[Check]:
    """Look at a database that answers; what depends on a current schema is left out where it is another."""
    found = db.revision()[0]
    newest = newest_revision()
    checks = [_revision(found, newest), *(_sqlite(db, config) if db.sqlite else _postgres(db))]
    if found == newest:
        with db.reading() as session:
            checks += [_trail(session), _secrets(session, config)]
    return checks


def _revision(found: str | None, newest: str) -> Check:
    name = _("Cơ sở dữ liệu đúng phiên bản")
    if found is None:
        return Check(name, False, _("còn trống: «publisher run» tạo các bảng"))
    if found < newest:
        older = _("{found} / {newest}: hãy khởi động lại phần mềm để nâng cấp cơ sở dữ liệu")
        return Check(name, False, older.format(found=found, newest=newest))
    if found > newest:
        newer = _("{found} mới hơn phần mềm ({newest}): hãy cài lại bản phần mềm mới")
        return Check(name, False, newer.format(found=found, newest=newest))
    return Check(name, True, f"{found} / {newest}")


def _sqlite(db: Database, config: Config) -> list[Check]:
    with db.reading() as session:
        mode = session.scalar(text("PRAGMA journal_mode"))
        fault = session.scalar(text("PRAGMA quick_check(1)"))
    kind = network_drive(Path(make_url(db.url).database or "").parent)
    local = _("ổ mạng ({kind}) không khóa tệp đáng tin: hãy đặt PUBLISHER_HOME trên ổ của máy, hoặc dùng PostgreSQL")
    return [
        Check(_("SQLite ghi trước (WAL)"), mode == "wal", "" if mode == "wal" else f"journal_mode={mode}"),
        Check(_("SQLite trên ổ của máy"), kind is None, "" if kind is None else local.format(kind=kind)),
        Check(_("Tệp cơ sở dữ liệu nguyên vẹn"), fault == "ok", "" if fault == "ok" else str(fault)[:200]),
    ]


def _postgres(db: Database) -> list[Check]:
    with db.reading() as session:
        release = int(session.scalar(text("SHOW server_version_num")) or 0)
        off = [name for name in DURABLE if session.scalar(text(f"SHOW {name}")) == "off"]
        isolation = session.scalar(text("SHOW default_transaction_isolation"))
    lost = _("{names} đang tắt: mất điện có thể làm mất việc đã ghi và gửi trùng. Hãy bật lại trong postgresql.conf")
    other = _("{isolation}: hãy đặt default_transaction_isolation = 'read committed'")
    return [
        Check(_("Phiên bản PostgreSQL"), release >= OLDEST_POSTGRES, str(release // 10_000)),
        Check(_("PostgreSQL ghi bền"), not off, lost.format(names=", ".join(off)) if off else ""),
        Check(
            _("Mức cô lập giao dịch"), isolation == "read committed",
            "" if isolation == "read committed" else other.format(isolation=isolation),
        ),
    ]  # fmt: skip


def _trail(session: Session) -> Check:
    broken = audit.first_break(session)
    note = "" if broken is None else _("bị sửa ở dòng {row}").format(row=broken)
    return Check(_("Chuỗi nhật ký nguyên vẹn"), broken is None, note)


def _secrets(session: Session, config: Config) -> Check:
    """Try the key on what it should open, without ever showing what was opened."""
    name = _("Khóa mở được bí mật của các tài khoản")
    closed = session.execute(
        select(Account.id, Account.secrets).where(Account.secrets != "", Account.state != "closed").limit(1000)
    ).all()
    if not closed:
        return Check(name, True)
    if not (config.keys / "secrets.key").exists():
        return Check(name, False, _("thiếu tệp khóa cho {count} tài khoản").format(count=len(closed)))
    try:
        vault = Vault(config.keys)
    except ValueError:
        return Check(name, False, _("tệp khóa hỏng"))
    wrong = [row.id for row in closed if not _opens(vault, row.secrets)]
    note = _("không mở được tài khoản số {ids}: hãy khôi phục đúng tệp khóa, hoặc nối lại")
    return Check(name, not wrong, note.format(ids=", ".join(map(str, wrong[:10]))) if wrong else "")


def _opens(vault: Vault, closed: str) -> bool:
    try:
        vault.open(closed)
    except Refused:
        return False
    return True


def sizes(db: Database, config: Config) -> Check:
    """Tell how large database and file store are; files are counted up to a hundred thousand."""
    count = total = 0
    for path in config.blobs.rglob("*"):
        if path.is_file():
            count, total = count + 1, total + path.stat().st_size
        if count >= 100_000:
            break
    try:
        with db.reading() as session:
            stored = database_bytes(session)
            attempts = session.scalar(select(func.max(Attempt.id))) or 0
    except DBAPIError:
        stored = attempts = 0
    said = _("cơ sở dữ liệu {database} MB, {attempts} lần gửi; kho tệp {files} tệp, {bytes} MB")
    megabytes = {"database": number(stored // 2**20), "bytes": number(total // 2**20)}
    return Check(_("Dung lượng"), True, said.format(files=number(count), attempts=number(attempts), **megabytes))
