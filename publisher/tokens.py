"""Keys for machines: shown once, kept as a hash, with the rights of a person and, where named, for one station."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Account, ApiToken, Person
from publisher.refusal import Missing, Refused
from publisher.text import line
from publisher.words import _

PREFIX = "pub_"  # so that a key found in a log or a repository can be told for what it is
NOTED_EVERY = timedelta(minutes=1)


def add(
    session: Session, actor: Actor, person: Person, name: str, account: Account | None = None
) -> tuple[ApiToken, str]:
    """Make a key for a person, on one station where `account` names it; return the row and the key, shown only now."""
    name = line(name, _("Tên khóa"), most=80, needed=True)
    if not person.active:
        raise Refused(_("Tài khoản của {email} đã đóng.").format(email=person.email))
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name, hash=_hash(key), person_id=person.id, account_id=account.id if account else None,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "token.add", "api_token", row.id,
        unit_id=account.unit_id if account else None, name=name, person=person.email,
    )  # fmt: skip
    return row, key


def find(session: Session, key: str) -> tuple[ApiToken, Person] | None:
    """Return the row and the person of a key that is in force, else None: 1 query."""
    # 256 random bits need no slow hash, and an equal hash is found by index without comparing secrets letter by letter.
    row = session.execute(
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .options(joinedload(Person.roles))
        .where(ApiToken.hash == _hash(key), ApiToken.closed_at.is_(None), Person.active)
    ).unique().first()  # fmt: skip
    return (row.ApiToken, row.Person) if row is not None else None


def stale(row: ApiToken) -> bool:
    """Whether its last use was noted so long ago that it should be noted again."""
    return row.used_at is None or clock.now() - row.used_at > NOTED_EVERY


def used(session: Session, token_id: int) -> None:
    """Note that a key was used just now."""
    session.get_one(ApiToken, token_id).used_at = clock.now()


def close(session: Session, actor: Actor, token_id: int) -> ApiToken:
    """End a key at once and for good."""
    row = session.get(ApiToken, token_id)
    if row is None or row.closed_at is not None:
        raise Missing(_("Không có khóa số {number} đang dùng.").format(number=token_id))
    row.closed_at = clock.now()
    audit.record(session, actor, "token.close", "api_token", row.id, name=row.name)
    return row


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
