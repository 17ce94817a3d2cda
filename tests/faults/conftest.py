"""Fixtures of the fault suite: scenes with an outlet behind HTTP, one for a test or many that play side by side."""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from publisher.config import Config
from publisher.installation import open_installation
from tests.factories import Office, make_office
from tests.faults.offices import Scene
from tests.faults.outlet_server import outlet_server
from tests.provision.server import Server

SIDE_BY_SIDE = 4  # most of a scene's time is waiting for a lease to end


@pytest.fixture
def scene(either_office: Office, tmp_path: Path) -> Iterator[Scene]:
    """An office on either database with two accounts at a misbehaving outlet."""
    with outlet_server(tmp_path / "ledger.jsonl") as (outlet, values):
        yield Scene.build(either_office, outlet, values)


@pytest.fixture(scope="session")
def build(
    prepared_home: Path, postgres_server: Server, prepared_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Scene]]:
    """A function `build(database, name, **options)` that makes scenes for the whole run; any thread may call it."""
    places, lock = tmp_path_factory.mktemp("scenes"), threading.Lock()
    with ExitStack() as stack:

        def built(database: str, name: str, **options: str) -> Scene:
            home = places / f"{name}-{database}"
            with lock:  # PostgreSQL copies a template for one at a time
                shutil.copytree(prepared_home, home)
                url = postgres_server.create_database(template=prepared_postgres) if database == "postgres" else ""
                opened = open_installation(Config(home=home, database_url=url))
                stack.callback(opened.close)
                outlet, values = stack.enter_context(outlet_server(home.with_name(f"{home.name}.jsonl")))
                return Scene.build(make_office(opened), outlet, {**values, **options})

        yield built


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, build: Callable[..., Scene]) -> Iterator[dict[str, Future[None]]]:
    """The scenes of a file, each playing in a thread of its own, by the id of the test that waits for it.

    Such a test has the parameters `play`, a function of a scene, and `database`. A scene lives by the clock of this
    process: no test beside it may move that, so scenes end with their file.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        futures: dict[str, Future[None]] = {}
        for item in request.session.items:
            if item.path == request.path and "play" in getattr(item, "callspec", Empty).params:
                callspec = item.callspec  # type: ignore[attr-defined]
                play, database = callspec.params["play"], callspec.params["database"]
                futures[callspec.id] = pool.submit(_play, play, build, database)
        yield futures


class Empty:
    """What a test without parameters has for a callspec."""

    params: dict[str, object] = {}  # noqa: RUF012 - never written


def _play(play: Callable[[Scene], None], build: Callable[..., Scene], database: str) -> None:
    play(build(database, play.__name__))
