"""Offices, posts and deliveries for tests, made through the same verbs that people use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import accounts, clock, security
from publisher.audit import COMMAND, acting
from publisher.delivery.drain import tick
from publisher.delivery.outlets import World
from publisher.editorial import content, drafting, review, scheduling
from publisher.installation import Installation
from publisher.model import ROLES, Account, Attempt, Delivery, Person, Post, Unit

PASSWORD = "mat-khau-thu-nghiem"
_HASH = security.hash_password(PASSWORD)  # once: argon2 is slow on purpose


@dataclass(frozen=True)
class Office:
    """A unit with one person per role and one portal account; ids only, so that no session is kept."""

    installation: Installation
    unit_id: int
    people: dict[str, int]
    account_id: int

    @property
    def world(self) -> World:
        return self.installation.world

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.world.db.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.world.db.writing() as session:
            yield session

    def email(self, role: str) -> str:
        return f"{role}@phuong.example"

    def person(self, session: Session, role: str) -> Person:
        return session.get_one(Person, self.people[role])

    def tick(self, at: datetime | None = None) -> dict[str, Any]:
        """One pass of the clock, now or at another time."""
        with clock.reading(at):
            return tick(self.world)

    def draft(
        self,
        title: str = "Đẩy mạnh cải cách hành chính",
        due_at: datetime | None = None,
        account_id: int | None = None,
        **text: Any,
    ) -> int:
        """A draft with one wish, on the portal account or on another; returns the post's id."""
        with self.writing() as session:
            editor = self.person(session, "editor")
            unit = session.get_one(Unit, self.unit_id)
            raw = {"title": title, "body": f"Nội dung bài «{title}».", "themes": ["T2"], **text}
            post = drafting.draft(session, editor, acting(editor), unit, content.read(raw))
            wishes = [(account_id or self.account_id, due_at or clock.now())]
            scheduling.place(session, editor, post, post.revision, wishes)
            return post.id

    def submit(self, post_id: int) -> None:
        with self.writing() as session:
            post = session.get_one(Post, post_id)
            review.submit(session, self.person(session, "editor"), post, post.revision)

    def approve(self, post_id: int) -> None:
        with self.writing() as session:
            post = session.get_one(Post, post_id)
            review.approve(session, self.world, self.person(session, "approver"), post, post.revision, "")

    def scheduled(
        self,
        title: str = "Đẩy mạnh cải cách hành chính",
        due_at: datetime | None = None,
        account_id: int | None = None,
        **text: Any,
    ) -> int:
        """An approved post with its delivery planned; returns the post's id."""
        post_id = self.draft(title, due_at, account_id, **text)
        self.submit(post_id)
        self.approve(post_id)
        return post_id

    def published(self, title: str = "Đẩy mạnh cải cách hành chính", **text: Any) -> int:
        """A post that stands on the portal; returns its id."""
        post_id = self.scheduled(title, **text)
        self.tick()
        return post_id

    def save(self, post_id: int, **text: Any) -> None:
        """Edit a post: the fields given replace those of its newest version."""
        with self.writing() as session:
            post = session.get_one(Post, post_id)
            now = content.of(drafting.head_version(session, post))
            raw = {**now.__dict__, **text}
            drafting.save(session, self.person(session, "editor"), post, post.revision, content.read(raw))

    def deliveries(self, post_id: int | None = None) -> list[Delivery]:
        with self.reading() as session:
            query = select(Delivery).order_by(Delivery.id)
            return list(session.scalars(query.where(Delivery.post_id == post_id) if post_id else query))

    def attempts(self, delivery_id: int) -> list[Attempt]:
        with self.reading() as session:
            return list(session.scalars(select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)))

    def add_account(self, channel: str = "portal", title: str = "", **options: Any) -> int:
        """Another account of the unit; `settings` are passed as `values`."""
        with self.writing() as session:
            unit = session.get_one(Unit, self.unit_id)
            values = options.pop("values", {})
            account: Account = accounts.add(session, self.world, COMMAND, unit, channel, title, values, **options)
            return account.id


def make_unit(session: Session, code: str, name: str, **fields: Any) -> Unit:
    """Store a unit."""
    unit = Unit(code=code, name=name, short_name=name, kind="phuong", created_at=clock.now(), **fields)
    session.add(unit)
    session.flush()
    return unit


def make_person(session: Session, email: str, name: str, roles: dict[str, Unit]) -> Person:
    """Store a person who signs in with `PASSWORD` and has the given roles."""
    person = Person(email=email, name=name, password_hash=_HASH, created_at=clock.now())
    session.add(person)
    session.flush()
    for role, unit in roles.items():
        security.grant(session, COMMAND, person, unit, role)
    return person


def make_office(installation: Installation) -> Office:
    """A ward's office: one person per role, one portal account."""
    with installation.world.db.writing() as session:
        unit = make_unit(session, "phuong-mau", "UBND phường Mẫu", hotline="0900 000 000", place="Phường Mẫu")
        people = {
            role: make_person(session, f"{role}@phuong.example", f"Người mẫu {role}", {role: unit}).id for role in ROLES
        }
        account = accounts.add(session, installation.world, COMMAND, unit, "portal", "Cổng phường Mẫu", {})
        return Office(installation, unit.id, people, account.id)


def in_minutes(minutes: float) -> datetime:
    """The instant `minutes` from now."""
    return clock.now() + timedelta(minutes=minutes)
