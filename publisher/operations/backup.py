"""Backing up while the program runs: one file with the database, the file store and, if wanted, the key."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from publisher import audit, clock
from publisher.audit import COMMAND
from publisher.delivery.outlets import World
from publisher.model.database import Database
from publisher.operations import dump
from publisher.operations.archive import Manifest, Sealed, Writer, pieces
from publisher.refusal import Refused
from publisher.words import _


def back_up(world: World, target: Path, *, with_keys: bool = False, passphrase: str = "") -> Manifest:
    """Write a backup to `target`, whole or not at all, and return what it holds.

    The rows are those of one instant, whatever is written meanwhile. Files are copied after them: a stored file is
    never changed, so each that a row names is there. `Refused` where a file stands already or cannot be written.
    """
    if target.exists():
        raise Refused(_("Đã có tệp {path}: hãy chọn tên khác.").format(path=target))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise Refused(_("Không ghi được vào {path}: {why}").format(path=target.parent, why=error.strerror)) from error
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            manifest = _write_all(world, file, with_keys, passphrase)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise Refused(_("Không ghi được bản sao lưu: {why}").format(why=error.strerror)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    with world.db.writing() as session:
        audit.record(
            session, COMMAND, "installation.backup", "installation", 0,
            file=target.name, keys=with_keys, sealed=bool(passphrase),
        )  # fmt: skip
    return manifest


def _write_all(world: World, file: IO[bytes], with_keys: bool, passphrase: str) -> Manifest:
    found = world.db.revision()[0]
    manifest = Manifest(
        clock.now().isoformat(), version("publisher"), found or "", "sqlite" if world.db.sqlite else "postgresql"
    )
    with ExitStack() as stack:
        target: Any = stack.enter_context(Sealed(file, passphrase)) if passphrase else file
        writer = stack.enter_context(Writer(target, manifest))
        _write_rows(world.db, writer)
        for path in _files(world.files.folder):
            with suppress(FileNotFoundError), path.open("rb") as stored:  # gone just now: then no row names it
                writer.add("files/" + path.relative_to(world.files.folder).as_posix(), pieces(stored))
        if with_keys:
            with (world.config.keys / "secrets.key").open("rb") as key:
                writer.add("keys/secrets.key", pieces(key))
    return manifest


def _write_rows(db: Database, writer: Writer) -> None:
    """Write every table out of one snapshot: SQLite's read transaction is one, PostgreSQL's is asked to be."""
    with db.engine.connect() as connection:
        if not db.sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            for table in dump.tables():
                writer.manifest.tables[table.name] = -1  # the first line names the columns
                rows = _encoded(dump.lines(connection, table), writer.manifest.tables, table.name)
                writer.add(f"database/{table.name}.jsonl", rows)


def _encoded(lines: Iterator[str], counts: dict[str, int], name: str) -> Iterator[bytes]:
    for line in lines:
        counts[name] += 1
        yield line.encode() + b"\n"


def _files(folder: Path) -> Iterator[Path]:
    for part in ("blobs", "outlets"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and not path.name.startswith((".new-", ".doomed-")):
                yield path
