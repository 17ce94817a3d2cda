"""What tests of the operations pages share: a ledger account, a second unit, the trail, query counts."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from publisher.delivery.drain import tick
from publisher.editorial import scheduling
from publisher.model import Account, Audit, Delivery, Post, Unit
from tests.factories import PASSWORD, Office, in_minutes, make_person, make_unit

SECRET = "khoa-rat-bi-mat-2f9c"


class Ledger:
    """A ledger account of the office whose answers a test chooses."""

    def __init__(self, office: Office, path: Path, **values: str) -> None:
        self.office, self.path = office, path
        self.account_id = office.add_account("ledger", "Sổ thử", values={"path": str(path), **values})

    def will(self, *words: str) -> None:
        self.path.with_suffix(".script").write_text("\n".join(words), encoding="utf-8")

    def scheduled(self, title: str = "Bài gửi sổ", minutes: float = 0) -> int:
        """An approved post for this account alone; returns the delivery's id."""
        post_id = self.office.draft(title)
        with self.office.writing() as session:
            post = session.get_one(Post, post_id)
            editor = self.office.person(session, "editor")
            scheduling.place(session, editor, post, post.revision, [(self.account_id, in_minutes(minutes))])
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[0].id

    def after(self, word: str, title: str = "Bài gửi sổ") -> int:
        """A delivery to which the ledger has answered `word`."""
        delivery_id = self.scheduled(title)
        self.will(word)
        tick(self.office.world)
        return delivery_id

    def accepted(self) -> int:
        """How many items stand in the ledger."""
        lines = self.path.read_text("utf-8").splitlines() if self.path.exists() else []
        return sum(json.loads(line)["do"] == "deliver" for line in lines)


def delivery(office: Office, delivery_id: int) -> Delivery:
    with office.reading() as session:
        return session.get_one(Delivery, delivery_id)


def account(office: Office, account_id: int) -> Account:
    with office.reading() as session:
        return session.get_one(Account, account_id)


def put(office: Office, delivery_id: int, **columns: object) -> None:
    """Bring a delivery into a state that otherwise takes hours."""
    with office.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**columns))


def second_unit(office: Office) -> int:
    """Another ward with people of its own, who sign in as `…@khac.example`; returns the unit's id."""
    with office.writing() as session:
        unit = make_unit(session, "phuong-khac", "UBND phường Khác")
        for role in ("editor", "approver", "administrator"):
            make_person(session, f"{role}@khac.example", f"Người phường Khác {role}", {role: unit})
        return unit.id


def elsewhere(app: Flask, role: str = "administrator") -> FlaskClient:
    """A signed-in browser of somebody of the second unit."""
    client = app.test_client()
    assert client.post("/login", data={"email": f"{role}@khac.example", "password": PASSWORD}).status_code == 302
    return client


def unit(office: Office, unit_id: int | None = None) -> Unit:
    with office.reading() as session:
        return session.get_one(Unit, unit_id or office.unit_id)


def trail(office: Office, act: str) -> list[Audit]:
    with office.reading() as session:
        return list(session.scalars(select(Audit).where(Audit.act == act).order_by(Audit.id)))


def whole_trail(office: Office) -> str:
    """Everything the trail holds, as text."""
    with office.reading() as session:
        return json.dumps([row.detail for row in session.scalars(select(Audit))], ensure_ascii=False)


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """Collect the statements the database is asked while the block runs; opening a transaction is none."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    engine = office.world.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no field {name}"
    return found[1]
