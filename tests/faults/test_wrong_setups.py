"""Set-ups that nobody should run, and that change nothing: many web processes and two clocks on one database."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from ledger_outlet import Ledger

from publisher.installation import ADMINISTRATOR
from tests.factories import Office, in_minutes
from tests.faults.processes import Program, environment, free_port, tail, wait_for
from tests.provision.postgres import Server

POSTS = 24


def test_two_clocks_and_four_web_processes_on_one_database_send_each_post_once(
    either_office: Office, tmp_path: Path
) -> None:
    office = either_office
    ledgers = [tmp_path / f"so-{number}.jsonl" for number in range(3)]
    accounts = [office.add_account("ledger", path.stem, values={"path": str(path)}) for path in ledgers]
    due = in_minutes(0.2)
    posts = [office.scheduled(f"Bài {n}", due, accounts[n % 3]) for n in range(POSTS)]
    webs = [_web(office) for _ in range(4)]
    with Program(office) as first, Program(office) as second:
        try:
            for port, _process in webs:
                wait_for(lambda port=port: _answers(port), 40)  # type: ignore[misc]
            wait_for(
                lambda: {row.state for row in office.deliveries()} == {"sent"}, 60,
                lambda: tail(first.log) + tail(second.log),
            )  # fmt: skip
        finally:
            for _port, process in webs:
                process.terminate()
                process.wait(timeout=40)
    landed = [line["key"] for path in ledgers for line in Ledger.lines(path)]
    assert sorted(landed) == sorted(row.key for post in posts for row in office.deliveries(post))
    assert [len(office.attempts(row.id)) for row in office.deliveries()] == [1] * POSTS


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_processes_that_start_together_on_nothing_set_it_up_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    """The first start of several machines, or their first one after an upgrade."""
    server: Server | None = request.getfixturevalue("postgres_server") if database == "postgres" else None
    url = server.create_database() if server else ""
    home = tmp_path / "home"
    told = {**os.environ, "PUBLISHER_HOME": str(home), "PUBLISHER_DATABASE_URL": url}
    webs = []
    for _ in range(4):
        command = [sys.executable, "-m", "publisher", "web", "--port", str(port := free_port())]
        out = (tmp_path / f"{port}.log").open("w", encoding="utf-8")
        webs.append((port, subprocess.Popen(command, env=told, stdout=out, stderr=out), out))
    try:
        for port, _process, out in webs:
            wait_for(lambda port=port: _answers(port), 40, lambda out=out: tail(Path(out.name)))  # type: ignore[misc]
    finally:
        for _port, process, out in webs:
            process.terminate()
            process.wait(timeout=40)
            out.close()
    said = "".join(Path(out.name).read_text("utf-8") for _port, _process, out in webs)
    assert said.count(ADMINISTRATOR) == 1, "the password of the first administrator is told once"
    assert len((home / "keys" / "secrets.key").read_text("utf-8").split()) == 1
    if server:
        server.drop_database(url)


def _web(office: Office) -> tuple[int, "subprocess.Popen[Any]"]:
    port = free_port()
    command = [sys.executable, "-m", "publisher", "web", "--port", str(port)]
    out = subprocess.DEVNULL
    return port, subprocess.Popen(command, env=environment(office), stdout=out, stderr=out)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("command", ["web", "worker"])
def test_the_commands_of_several_machines_say_what_they_are_for(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", command, "--help"], capture_output=True, encoding="utf-8", check=True
    )
    assert "PostgreSQL" in done.stdout or "máy" in done.stdout
