"""How accounts come to be connected: the office's applications at outlets, and sign-ins that have begun."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

SEALED = {"sealed": True}  # marks a column that the vault wrote: a change of keys encrypts it anew


class OutletApp(Base):
    """A unit's application at an outlet, by which people sign in there; units below it may use it too."""

    __tablename__ = "outlet_app"
    __table_args__ = (UniqueConstraint("channel", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    app_id: Mapped[str]
    secrets: Mapped[str] = mapped_column(info=SEALED)
    changed_at: Mapped[datetime]


class Consent(Base):
    """A sign-in at an outlet that a person has begun: it ends once, in the same browser, within minutes.

    Kept in the database so that any web process can end it; the row outlives its use by a day, its secrets do not.
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(unique=True)  # hash of what the outlet brings back
    browser: Mapped[str]  # hash of a number that the browser's session holds
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # to be connected again
    back: Mapped[str]  # our address that was named to the outlet
    sealed: Mapped[str] = mapped_column(default="", info=SEALED)  # what the outlet offered, until one is chosen
    begun_at: Mapped[datetime] = mapped_column(index=True)
    returned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
