"""A database that is locked, stopped or out of room, under the real program: nothing doubled, lost or half written."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import psutil
import psycopg
import pytest
import requests
from sqlalchemy.engine import make_url

from publisher.config import Config
from publisher.installation import open_installation
from tests.factories import make_office
from tests.faults.disks import fill, limit_files, mountable, small_disk
from tests.faults.offices import Scene
from tests.faults.outlet_server import outlet_server
from tests.faults.processes import Program, tail, wait_for
from tests.provision.postgres import LocalServer
from tests.simulators.kit import Fault

SOON = 0.05  # minutes: due when the trouble has begun
SLOW = Fault("slow", seconds=0.01)


def status(program: Program, path: str = "/") -> int:
    return requests.get(f"http://127.0.0.1:{program.port}{path}", timeout=40).status_code


def answers(program: Program) -> bool:
    try:
        return status(program, "/healthz") == 200
    except requests.ConnectionError:
        return False


def started(program: Program) -> psutil.Process:
    wait_for(lambda: answers(program), 40, lambda: tail(program.log))
    return psutil.Process(program.pid)


def locked_for_longer_than_anybody_waits(scene: Scene) -> None:
    """Somebody holds SQLite's write lock for 33 s, three more than a writer waits; people can still read."""
    with Program(scene.office) as program:
        process = started(program)
        threads = process.num_threads()
        scene.due(5, minutes=SOON)
        holder = sqlite3.connect(scene.office.installation.config.home / "publisher.db")
        holder.execute("BEGIN EXCLUSIVE")
        until = time.monotonic() + 33
        assert status(program) == 200, "reading goes on"
        time.sleep(until - time.monotonic())
        assert scene.landed() == 0, "nothing is sent that could not be written down first"
        holder.rollback()
        holder.close()
        wait_for(lambda: set(scene.states()) == {"sent"}, 40, lambda: tail(program.log))
        assert process.num_threads() <= threads + 20
        assert program.stop() == 0
    assert scene.landed() == 5 and scene.verdict().faults == []


def table_locked(scene: Scene) -> None:
    """Somebody locks the table of deliveries on PostgreSQL for a while."""
    with Program(scene.office) as program:
        started(program)
        scene.due(5, minutes=SOON)
        address = make_url(scene.office.installation.config.database_url).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False)) as holder:
            holder.execute("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
            time.sleep(6)
            assert scene.landed() == 0
        wait_for(lambda: set(scene.states()) == {"sent"}, 40, lambda: tail(program.log))
        assert program.stop() == 0
    assert scene.landed() == 5 and scene.verdict().faults == []


def no_room_in_any_file(scene: Scene) -> None:
    """No file of the program may grow, in the middle of a burst; then there is room again."""
    _without_room(scene, lambda program: limit_files(program.pid, 0), lambda program: limit_files(program.pid, -1))


def _without_room(scene: Scene, take: Callable[[Program], object], give: Callable[[Program], object]) -> None:
    scene.due(40)
    scene.outlet.faults.always("POST posts", SLOW)
    with Program(scene.office, quiet=True) as program:
        wait_for(lambda: scene.landed() >= 5, 40)
        take(program)
        time.sleep(4)
        landed = scene.landed()
        time.sleep(2)
        assert program.alive() and scene.landed() <= landed + 1, "it does not send on what it cannot write down"
        give(program)
        wait_for(scene.at_rest, 60, lambda: str(scene.states()))
        assert program.stop() == 0
    assert scene.landed() == 40 and set(scene.states()) == {"sent"}
    assert scene.verdict().faults == []


PLAYS = [
    pytest.param(locked_for_longer_than_anybody_waits, "sqlite", id="locked-sqlite"),
    pytest.param(table_locked, "postgres", id="locked-postgres"),
    pytest.param(no_room_in_any_file, "sqlite", id="no_room-sqlite"),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("play", "database"), PLAYS)
def test_what_could_not_be_written_down_goes_out_once_when_it_can(
    request: pytest.FixtureRequest, played: dict[str, Future[None]], play: Callable[[Scene], None], database: str
) -> None:
    played[request.node.callspec.id].result()


def test_a_disk_under_the_home_that_is_full_for_a_while(prepared_home: Path, tmp_path: Path) -> None:
    """ENOSPC itself where a small disk may be mounted; elsewhere an ordinary one and files that may not grow."""
    home = tmp_path / "home"
    home.mkdir()
    if not mountable():
        _on_disk(home, prepared_home, lambda it: limit_files(it.pid, 0), lambda it: limit_files(it.pid, -1))
        return
    with small_disk(home):
        fillers: list[Path] = []
        _on_disk(home, prepared_home, lambda _: fillers.append(fill(home)), lambda _: fillers[0].unlink())


def _on_disk(home: Path, prepared: Path, take: Callable[[Program], object], give: Callable[[Program], object]) -> None:
    shutil.copytree(prepared, home, dirs_exist_ok=True)
    opened = open_installation(Config(home=home))
    with outlet_server(home.with_name("ledger.jsonl")) as (outlet, values):
        try:
            _without_room(Scene.build(make_office(opened), outlet, values), take, give)
        finally:
            opened.close()


def test_postgres_that_stops_in_a_burst_and_comes_back(stoppable_postgres: LocalServer, tmp_path: Path) -> None:
    url = stoppable_postgres.create_database()
    opened = open_installation(Config(home=tmp_path / "home", database_url=url))
    with outlet_server(tmp_path / "ledger.jsonl") as (outlet, values):
        scene = Scene.build(make_office(opened), outlet, values)
        scene.due(40)
        outlet.faults.always("POST posts", SLOW)
        with Program(scene.office) as program:
            process = started(program)
            wait_for(lambda: scene.landed() >= 5, 40, lambda: tail(program.log))
            threads = process.num_threads()
            stoppable_postgres.stop(immediate=True)
            assert status(program) == 503 and status(program, "/healthz") == 503
            time.sleep(3)
            assert program.alive()
            stoppable_postgres.start()
            wait_for(scene.at_rest, 60, lambda: tail(program.log))
            assert process.num_threads() <= threads + 20
            assert status(program) == 200
            assert program.stop() == 0
        assert scene.landed() == 40 and scene.verdict().faults == []
        opened.close()
    stoppable_postgres.drop_database(url)
