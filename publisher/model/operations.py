"""What keeps the installation in view: ticking processes, alerts, mail on its way out, figures that only grow."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

_OPEN = text("settled_at IS NULL")
_TO_SEND = text("next_at IS NOT NULL")


class Ticker(Base):
    """A process whose clock ticks; two at once are of use on PostgreSQL only."""

    __tablename__ = "ticker"

    process: Mapped[str] = mapped_column(primary_key=True)  # machine, process number, start
    started_at: Mapped[datetime]
    at: Mapped[datetime]


class Alert(Base):
    """One problem that people were told of by mail; open until it is settled, and then told once more."""

    __tablename__ = "alert"
    __table_args__ = (
        # One open row a problem: of several processes that find it at once, one tells.
        Index("uq_alert_key", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_alert_settled_at", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # `failed:17`, `paused:3`, `silent:recover`
    kind: Mapped[str]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  # null: the whole installation
    title: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    since: Mapped[datetime]
    told_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Mail(Base):
    """A letter to one person, kept until a mail server has taken it."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("next_at IS NULL OR sent_at IS NULL", name="sent"),
        Index("ix_mail_next_at", "next_at", sqlite_where=_TO_SEND, postgresql_where=_TO_SEND),
        Index("ix_mail_made_at", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    made_at: Mapped[datetime]
    next_at: Mapped[datetime | None]  # when it is tried next; null once sent or given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")


class Watermark(Base):
    """How far a table of growing ids has been worked through."""

    __tablename__ = "watermark"

    name: Mapped[str] = mapped_column(primary_key=True)
    upto: Mapped[int]


class Tally(Base):
    """A number that only grows, for `/metrics`: attempts of the past up to the watermark, already counted."""

    __tablename__ = "tally"

    metric: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]
