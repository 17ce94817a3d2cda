"""What pytest knows of PostgreSQL and the browser: markers, fixtures, and a loud word when one is absent.

Fixtures for tests: `postgres_server`, `stoppable_postgres`, `chromium`, `browser`, `open_page`, `soffice`. A test
that uses one, directly or through another fixture, is marked `postgres` or `browser` by itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.provision import Part, in_ci, left_out, libreoffice, notice, postgres
from tests.provision import chromium as chromium_part
from tests.provision.server import Server

SCREENSHOTS = Path(__file__).resolve().parents[2] / "artefacts" / "screenshots"
PARTS = pytest.StashKey[list[Part]]()
OMITTED = pytest.StashKey[int]()

_FIXTURES = {
    "postgres_server": "postgres",
    "_second_postgres": "postgres",
    "chromium": "browser",
    "soffice": "libreoffice",
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and look once for the parts they stand for."""
    config.addinivalue_line("markers", "postgres: needs a PostgreSQL server")
    config.addinivalue_line("markers", "browser: needs a Chromium browser")
    config.addinivalue_line("markers", "libreoffice: opens documents in LibreOffice")
    config.stash[PARTS] = [
        postgres.find(os.environ),
        chromium_part.find(os.environ),
        libreoffice.find(os.environ),
    ]
    config.stash[OMITTED] = 0


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by the fixtures it uses, before `-m` selects."""
    for fixture, marker in _FIXTURES.items():
        if fixture in getattr(item, "fixturenames", ()):
            item.add_marker(marker)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a desk, leave out the tests whose part is absent; in CI they stay and fail."""
    if in_ci(os.environ):
        return
    absent = {part.marker for part in left_out(config.stash[PARTS])}
    kept: list[pytest.Item] = []
    omitted: list[pytest.Item] = []
    for item in items:
        needed = {mark.name for mark in item.iter_markers()}
        (omitted if needed & absent else kept).append(item)
    if omitted:
        config.hook.pytest_deselected(items=omitted)
        items[:] = kept
        config.stash[OMITTED] = len(omitted)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose part is absent, with the reason; only in CI does it come this far."""
    for part in left_out(item.config.stash[PARTS]):
        if item.get_closest_marker(part.marker):
            pytest.fail(f"{part.title} is missing. {part.reason}", pytrace=False)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say loudly, right above the last line, which part is absent and how many tests that left out."""
    if config.stash[OMITTED]:
        text = notice(config.stash[PARTS], ci=in_ci(os.environ))
        terminalreporter.write_line(f"{text}\n{config.stash[OMITTED]} tests left out for that.", red=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The PostgreSQL server of this run; `.dsn` is its maintenance database, kept empty by the tests."""
    with postgres.open_server(os.environ) as server:
        yield server


@pytest.fixture(scope="session")
def _second_postgres() -> Iterator[postgres.LocalServer]:
    with postgres.start() as server:
        yield server


@pytest.fixture
def stoppable_postgres(_second_postgres: postgres.LocalServer) -> Iterator[postgres.LocalServer]:
    """A server apart from `postgres_server`, to be stopped and started by the test; runs again after it."""
    yield _second_postgres
    if not _second_postgres.running:
        _second_postgres.start()


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """Path of the browser program."""
    return next(part.place for part in pytestconfig.stash[PARTS] if part.marker == "browser")


@pytest.fixture(scope="session")
def soffice(pytestconfig: pytest.Config) -> str:
    """Path of the LibreOffice program."""
    return next(part.place for part in pytestconfig.stash[PARTS] if part.marker == "libreoffice")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A running browser, one for each test module (0.4 s).

    Not one for the whole run: while Playwright's synchronous interface is open, its event loop counts as
    running in this thread, and every later test that calls `asyncio.run` would fail.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*chromium_part.ARGUMENTS])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function `open_page(width=1280, height=900, **context)` that opens a blank page.

    Each page has cookies of its own; `context` goes to Playwright's `new_context`. An error in a script
    of any page fails the test.
    """
    contexts = []
    errors: list[str] = []

    def open_one(width: int = 1280, height: int = 900, **context: Any) -> Page:
        settings = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", **context}
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **settings))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, "a script on the page failed"


def keep_screenshot(page: Page, name: str, *, full_page: bool = True) -> Path:
    """Save what the page shows, its fonts loaded, as `artefacts/screenshots/<name>.png`; returns the path."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise ValueError(f"a screenshot's name has small letters, digits and hyphens only: {name!r}")
    path = SCREENSHOTS / f"{name}.png"
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=path, full_page=full_page, animations="disabled")
    return path
