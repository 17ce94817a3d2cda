"""A running PostgreSQL server, whoever runs it, and the databases that tests make on it."""

from __future__ import annotations

import secrets
from typing import LiteralString, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, make_url

from tests.provision import Unavailable


class Server:
    """A running PostgreSQL server on which the tests may create databases of their own."""

    def __init__(self, dsn: str) -> None:
        """Take the address of the maintenance database, as a SQLAlchemy URL or anything libpq reads."""
        self.dsn = _as_url(dsn)
        self._databases: set[str] = set()

    def create_database(self, template: str | None = None) -> str:
        """Create a database with a name of its own and return its SQLAlchemy URL.

        `template` is the URL of a database of this server to copy, tables and rows; nobody may be
        connected to it meanwhile (dispose of its engine first).
        """
        name = f"publisher_test_{secrets.token_hex(6)}"
        source = "template1" if template is None else _database(template)
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, source)
        self._databases.add(name)
        return self._url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop a database made here, ending whatever is still connected; nothing happens if it is gone."""
        name = _database(url)
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._databases.discard(name)

    def ping(self) -> None:
        """Return when the server answers; raises `Unavailable` with its refusal when it does not."""
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError as refusal:
            raise Unavailable(" ".join(str(refusal).split())) from refusal

    def close(self) -> None:
        """Drop every database made here; the server belongs to somebody else and runs on."""
        for name in sorted(self._databases):
            self.drop_database(self._url_of(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _url_of(self, database: str) -> str:
        return make_url(self.dsn).set(database=database).render_as_string(hide_password=False)

    def _execute(self, command: LiteralString, *names: str) -> None:
        conninfo = make_url(self.dsn).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _as_url(dsn: str) -> str:
    plain = dsn.replace("postgresql+psycopg://", "postgresql://", 1)
    fields = {name: str(value) for name, value in conninfo_to_dict(plain).items()}
    known = {name: fields.pop(name, None) for name in ("user", "password", "host", "port", "dbname")}
    url = URL.create(
        "postgresql+psycopg",
        username=known["user"],
        password=known["password"],
        host=known["host"],
        port=int(known["port"]) if known["port"] else None,
        database=known["dbname"] or "postgres",
        query=fields,
    )
    return url.render_as_string(hide_password=False)


def _database(url: str) -> str:
    name = make_url(url).database
    if not name:
        raise ValueError(f"this address names no database: {url}")
    return name
