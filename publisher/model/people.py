"""People, their roles in units, and failed sign-ins."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.model.base import Base

ROLES = ("editor", "approver", "station", "reporter", "administrator")


class Person(Base):
    """Somebody who signs in; nobody is deleted, only closed, so that the trail keeps its names."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    session_number: Mapped[int] = mapped_column(default=1)  # raised to end every open session of the person
    created_at: Mapped[datetime]
    roles: Mapped[list["Role"]] = relationship(lazy="selectin", order_by="Role.id")


class Role(Base):
    """What a person may do in a unit and in the units below it (administrative hierarchy)."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "name"),
        CheckConstraint(f"name IN {ROLES!r}", name="name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]


class SignInFailure(Base):
    """Failed sign-ins by account and by address, for the lock-out; it survives a restart."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(primary_key=True)  # `email:…` or `address:…`
    count: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
