"""What views reach for: the installation, sessions, and who is asking."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from flask_login import current_user
from sqlalchemy.orm import Session, joinedload

from publisher import bell
from publisher.delivery.outlets import World
from publisher.installation import Installation
from publisher.model import Person
from publisher.refusal import NotAllowed
from publisher.words import _


def installation() -> Installation:
    """Return the installation this application serves."""
    found: Installation = current_app.extensions["installation"]
    return found


def world() -> World:
    """Return the database, file store and vault."""
    return installation().world


def public_url() -> str:
    """Return the portal's public address without a trailing slash; empty when the office has not set it."""
    return installation().config.public_url


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that writes nothing."""
    with world().db.reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Open a session that commits at the end of the block, and wake the clock after it."""
    with world().db.writing() as session:
        yield session
    bell.ring()


def me(session: Session) -> Person:
    """Return the signed-in person, loaded in this session with the roles of this moment."""
    person = None
    if current_user.is_authenticated:
        person = session.get(Person, int(current_user.person_id), options=[joinedload(Person.roles)])
    if person is None or not person.active:
        raise NotAllowed(_("Hãy đăng nhập lại."))
    return person
