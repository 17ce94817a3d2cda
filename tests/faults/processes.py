"""The real program as a subprocess on a home of its own, to be stopped, killed, put to another time, started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Self

from publisher import clock, faults
from tests.conftest import OUTLETS
from tests.factories import Office


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def environment(office: Office, fault: str = "") -> dict[str, str]:
    """Return the environment of a program on an office's home, which is marked as one for tests."""
    config = office.installation.config
    (config.home / faults.MARK).touch()
    return {
        **os.environ,
        "PUBLISHER_HOME": str(config.home),
        "PUBLISHER_DATABASE_URL": config.database_url,
        "PUBLISHER_FAULT": fault,
        "PYTHONPATH": str(OUTLETS),
    }


class Program:
    """`publisher run` on an office's home.

    `fault` names the point at which it stops and waits to be killed, or to go on. With `watch`, a file that holds
    seconds, its wall clock is wrong by so much, from the moment on that they are written there.
    """

    def __init__(
        self, office: Office, fault: str = "", watch: Path | None = None, *, beside: bool = False, quiet: bool = False
    ) -> None:
        home = office.installation.config.home
        self.port = free_port()
        self.reached = home / faults.REACHED
        if not beside:  # another one on this home may stand at its fault point
            self.reached.unlink(missing_ok=True)
        self.log = home.with_name(f"{home.name}-run.log")  # beside the home: that may be a full disk
        module = ["publisher"] if watch is None else ["tests.faults.clocked", str(watch)]
        command = [sys.executable, "-m", *module, "run", "--port", str(self.port)]
        with Path(os.devnull if quiet else self.log).open("ab") as log:
            self._process = subprocess.Popen(command, env=environment(office, fault), stdout=log, stderr=log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """However a test ends, nothing of it runs on."""
        if self.alive():
            self.kill()

    def kill(self) -> None:
        """End it the hard way, as a power cut does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def pause(self) -> None:
        """Let it stand still, as a machine that is moved to another host does; returns when every thread does."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def go_on(self, *, still_at_fault: bool = False) -> None:
        """Let it run again after a pause, and past its fault point."""
        if not still_at_fault:
            self.reached.unlink(missing_ok=True)
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self._process.terminate()
        return self._process.wait(timeout=40)

    def wait_at_fault(self) -> None:
        """Return when it has come to its fault point."""
        wait_for(self.reached.exists, 60, lambda: tail(self.log))

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None


def run_tick(office: Office, fault: str = "", minutes: float = 0) -> int:
    """Run `publisher tick` to its end, as if it were so many minutes later; returns its exit code."""
    at = (clock.now() + timedelta(minutes=minutes)).isoformat()
    command = [sys.executable, "-m", "publisher", "tick", "--at", at]
    log = office.installation.config.home.with_name("tick.log")
    with log.open("ab") as said:
        return subprocess.run(
            command, env=environment(office, fault), stdout=said, stderr=said, timeout=60, check=False
        ).returncode


def wait_for(what: Callable[[], bool], seconds: float, why: Callable[[], str] = lambda: "") -> None:
    """Wait until `what` holds, looking ten times a second; AssertionError with `why` when time is up."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"waited {seconds} s in vain. {why()}"
        time.sleep(0.1)


def tail(path: Path) -> str:
    """Return the end of a log, for a failure's message."""
    return path.read_text("utf-8", errors="replace")[-2000:] if path.exists() else ""
