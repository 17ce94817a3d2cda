"""What tests of backup and restore share: a ledger account, a stopped program, the office after a restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_outlet import Ledger
from sqlalchemy import select, update

from publisher.editorial import scheduling
from publisher.installation import Installation, open_installation
from publisher.model import Post, Ticker
from publisher.operations import dump
from tests.factories import Office, in_minutes

TOKEN = "khoa-kenh-canary-8a77c1"


def ledger_account(office: Office, path: Path, **values: str) -> int:
    return office.add_account("ledger", "Sổ", values={"path": str(path), "token": TOKEN, **values})


def scheduled(office: Office, account_id: int, title: str, minutes: float = 0) -> int:
    """An approved post for this account alone; returns the delivery's id."""
    post_id = office.draft(title)
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        editor = office.person(session, "editor")
        scheduling.place(session, editor, post, post.revision, [(account_id, in_minutes(minutes))])
    office.submit(post_id)
    office.approve(post_id)
    return office.deliveries(post_id)[0].id


def stopped(office: Office) -> None:
    """The program has been stopped for a while."""
    with office.writing() as session:
        session.execute(update(Ticker).values(at=in_minutes(-5)))


@contextmanager
def reopened(office: Office) -> Iterator[Office]:
    """The same office after a start of the restored installation."""
    office.installation.close()
    opened = open_installation(office.installation.config)
    yield Office(opened, office.unit_id, office.people, office.account_id)
    opened.close()


def rows_of(installation: Installation) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    with installation.world.db.reading() as session:
        for table in dump.tables():
            found[table.name] = [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
    return found


def states(office: Office) -> dict[int, str]:
    return {delivery.id: delivery.state for delivery in office.deliveries()}


def delivered(path: Path) -> list[str]:
    return sorted(line["key"] for line in Ledger.lines(path) if line["do"] == "deliver")
