"""A prepared office that thousands of trials begin from, on SQLite or PostgreSQL; two processes open it each time."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from publisher import clock, faults
from publisher.config import Config
from publisher.delivery.outlets import World
from publisher.editorial import scheduling
from publisher.installation import open_installation
from publisher.model import Post
from tests.factories import Office, make_office
from tests.provision.programs import memory_folder
from tests.provision.server import Server

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)  # a Saturday morning at the office
POSTS = 4
STAGE_NAMES = ("one", "two", "blind")


@dataclass(frozen=True)
class House:
    """The office as it stands at the beginning of a trial: ids, and the worlds of two processes on one database."""

    office: Office
    accounts: dict[str, int]  # by the name of their stage
    posts: tuple[int, ...]
    worlds: tuple[World, World]

    @property
    def home(self) -> Path:
        return self.office.installation.config.home


@contextmanager
def prepared(server: Server | None = None) -> Iterator["Houses"]:
    """Build the office once, in a temporary folder (in memory where there is room), and hand out copies of it."""
    with TemporaryDirectory(prefix="publisher-trials-", dir=memory_folder()) as folder:
        houses = Houses(Path(folder) / "home", server)
        try:
            yield houses
        finally:
            houses.close()


class Houses:
    """Hands out the prepared office again and again, each time as if nothing had happened in it."""

    def __init__(self, home: Path, server: Server | None) -> None:
        self._home, self._server = home, server
        self._template = server.create_database() if server else ""
        opened = open_installation(Config(home=home, database_url=self._template))
        (home / faults.MARK).touch()
        with clock.reading(START):
            office = make_office(opened)
            kinds = {"one": "staged", "two": "staged", "blind": "staged_blind"}
            accounts = {
                name: office.add_account(kinds[name], title=name, values={"stage": name}) for name in STAGE_NAMES
            }
            posts = tuple(_scheduled(office, number, list(accounts.values())) for number in range(POSTS))
        opened.close()
        self._house = House(office, accounts, posts, (opened.world, opened.world))
        self._url = ""
        if server is None:
            shutil.copyfile(home / "publisher.db", home / "template.db")
            self._house = replace(self._house, worlds=(opened.world, open_installation(Config(home=home)).world))

    def fresh(self) -> House:
        """Return the office as it was built; what an earlier trial did to it is gone."""
        self._leave()
        if self._server is not None:
            self._url = self._server.create_database(template=self._template)
            config = Config(home=self._home, database_url=self._url)
            self._house = replace(
                self._house, worlds=(open_installation(config).world, open_installation(config).world)
            )
            return self._house
        # The file itself too: who still has it open, after a failure, then has another one.
        for leftover in ("publisher.db", "publisher.db-wal", "publisher.db-shm"):
            (self._home / leftover).unlink(missing_ok=True)
        shutil.copyfile(self._home / "template.db", self._home / "publisher.db")
        return self._house

    def close(self) -> None:
        """Give everything back."""
        self._leave()
        if self._server is not None:
            self._server.drop_database(self._template)

    def _leave(self) -> None:
        for world in self._house.worlds:
            world.db.close()
        if self._url and self._server is not None:
            self._server.drop_database(self._url)
            self._url = ""


def _scheduled(office: Office, number: int, accounts: list[int]) -> int:
    """An approved post that goes out on two of the accounts, some minutes after the start."""
    post_id = office.draft(f"Bài thử số {number}")
    chosen = [accounts[number % 3], accounts[(number + 1) % 3]]
    due = START + timedelta(minutes=4 * number)
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(account_id, due) for account_id in chosen]
        scheduling.place(session, office.person(session, "editor"), post, post.revision, wishes)
    office.submit(post_id)
    office.approve(post_id)
    return post_id
