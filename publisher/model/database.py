"""The connection to SQLite or PostgreSQL: reading sessions, writing sessions, migrations."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent.parent / "migrations"
PATIENCE = 30.0  # seconds a writer waits for the one before it
_SETTING_UP = 7_604  # PostgreSQL advisory lock; 7_601 is the trail's, 7_602 and 7_603 are those of reach
WAKES = "wakes"  # in a session's `info`: the earliest new wake-up of each account that the transaction planned


class Database:
    """An engine with two kinds of sessions; neither is ever kept open across a network call."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.sqlite else _postgres_engine(url)
        self._writer = self.engine.execution_options(begin="IMMEDIATE") if self.sqlite else self.engine
        # SQLite's own queue of writers sleeps up to 0.1 s between looks; inside one process a lock hands over at once.
        self._turn = threading.Lock()
        self.on_wakes: Callable[[Session, dict[int, datetime]], None] | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the database and writes nothing."""
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at the end of the block, or leaves nothing behind.

        On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`): a transaction that reads first and
        writes later would fail when another one wrote in between, whatever the busy timeout.
        """
        if not self.sqlite:
            with self._transaction() as session:
                yield session
            return
        if not self._turn.acquire(timeout=PATIENCE):
            raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError(f"no turn to write within {PATIENCE:.0f} s"))
        try:
            with self._transaction() as session:
                yield session
        finally:
            self._turn.release()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
            wakes = session.info.get(WAKES)
            if wakes and self.on_wakes is not None:
                self.on_wakes(session, wakes)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let processes that start together set the database up one after the other.

        On SQLite every transaction that writes is alone anyway.
        """
        if self.sqlite:
            yield
            return
        with self.engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SETTING_UP})
            yield

    def migrate(self, to: str = "head") -> None:
        """Bring the schema to the newest revision, or `to` an older one of a backup.

        The tool that does it is not even loaded when nothing is to do.
        """
        if self._found() == (newest_revision() if to == "head" else to):
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._writer.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            connection.commit()

    def revision(self) -> tuple[str | None, str]:
        """Return the schema revision found in the database and the newest one of this release."""
        return self._found(), newest_revision()

    def _found(self) -> str | None:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return found

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def newest_revision() -> str:
    """Return the number of the newest migration; their files are numbered in order."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _sqlite_engine(url: str) -> Engine:
    # Busy timeout: a writer waits for the one before it instead of failing.
    engine = create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _open(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # The driver's own BEGIN comes too late for us (only before the first write).
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=10, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _open(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.autocommit = True
        cursor = connection.cursor()
        # Compiling a page's queries takes longer than running them; it starts by an estimate of costs alone.
        cursor.execute("SET jit = off")
        # What was answered is on the disk, also where the server was told to be hasty; a stricter setting stays.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        cursor.close()
        connection.autocommit = False

    return engine
