"""The real program as a subprocess on a home of its own, to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from publisher import faults
from tests.conftest import OUTLETS
from tests.factories import Office


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Program:
    """`publisher run` on an office's home; `fault` names the point at which it stops and waits to be killed."""

    def __init__(self, office: Office, fault: str = "") -> None:
        home = office.installation.config.home
        (home / faults.MARK).touch()
        self.port = free_port()
        self.reached = home / "fault-reached"
        self.reached.unlink(missing_ok=True)
        self.log = home / "run.log"
        environment = {
            **os.environ,
            "PUBLISHER_HOME": str(home),
            "PUBLISHER_DATABASE_URL": office.installation.config.database_url,
            "PUBLISHER_FAULT": fault,
            "PYTHONPATH": str(OUTLETS),
        }
        command = [sys.executable, "-m", "publisher", "run", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it the hard way, as a power cut does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self._process.terminate()
        return self._process.wait(timeout=40)

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None


def wait_for(what: Callable[[], bool], seconds: float, why: Callable[[], str] = lambda: "") -> None:
    """Wait until `what` holds, looking ten times a second; AssertionError with `why` when time is up."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"waited {seconds} s in vain. {why()}"
        time.sleep(0.1)


def tail(path: Path) -> str:
    """Return the end of a log, for a failure's message."""
    return path.read_text("utf-8", errors="replace")[-2000:] if path.exists() else ""
