"""Radio: weekly slots, choices about items, programmes and their editions, pulls, the broadcast log, the dictionary.

A station is an account of the channel `radio`; its settings (name on air, reading rate, quiet times) are the account's.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

KINDS = ("news", "feature", "dialogue", "notice")
PRIORITIES = ("normal", "priority", "urgent")
AIRED = ("full", "partial", "not_aired")
SOURCES = ("own", "relay", "source_system")
WAYS = ("browser", "api", "command")


class BroadcastSlot(Base):
    """A weekly slot of a station by the wall clock; a changed slot is an ended one and a new one."""

    __tablename__ = "broadcast_slot"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    title: Mapped[str]
    days: Mapped[list[Any]]  # weekdays, Monday 0
    starts: Mapped[str]  # "05:15"
    minutes: Mapped[int]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BroadcastItem(Base):
    """What a person chose for a post on a station: kind, priority, place in the order, another time on air."""

    __tablename__ = "broadcast_item"
    __table_args__ = (
        UniqueConstraint("post_id", "account_id", "placement"),
        CheckConstraint(f"kind IN {KINDS!r}", name="kind"),
        CheckConstraint(f"priority IN {PRIORITIES!r}", name="priority"),
        # Urgent news is played at once and out of turn: only a person may say so, never the machine.
        CheckConstraint("priority <> 'urgent' OR set_by IS NOT NULL", name="urgent_by_person"),
        Index("ix_broadcast_item_account_id_air_at", "account_id", "air_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    placement: Mapped[str]
    kind: Mapped[str]
    priority: Mapped[str] = mapped_column(default="normal")
    position: Mapped[int] = mapped_column(default=0)
    air_at: Mapped[datetime | None]  # where it was moved to after the station could not read it
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class Programme(Base):
    """A slot on one day, or one urgent announcement, once a station has pulled it; `number` counts per station."""

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("slot_id", "day"),
        UniqueConstraint("account_id", "number"),
        UniqueConstraint("delivery_id"),
        CheckConstraint("(slot_id IS NULL) <> (delivery_id IS NULL)", name="slot_or_urgent"),
        Index("ix_programme_account_id_day", "account_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast_slot.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))  # the urgent item read alone
    day: Mapped[date]
    number: Mapped[int]
    starts_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Edition(Base):
    """What a station pulled: the whole programme as bytes in the file store; never changed (trigger)."""

    __tablename__ = "programme_edition"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    sha256: Mapped[str]
    made_at: Mapped[datetime]


class Pull(Base):
    """One time somebody took an edition; append-only (trigger)."""

    __tablename__ = "programme_pull"
    __table_args__ = (CheckConstraint(f"way IN {WAYS!r}", name="way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("programme_edition.id"), index=True)
    way: Mapped[str]
    by: Mapped[str]  # the person's or the token's name
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class BroadcastLog(Base):
    """What went on air, item by item, as the station said; append-only (trigger), a correction is a new row."""

    __tablename__ = "broadcast_log"
    __table_args__ = (
        CheckConstraint(f"status IN {AIRED!r}", name="status"),
        CheckConstraint(f"source IN {SOURCES!r}", name="source"),
        CheckConstraint(f"priority IN {PRIORITIES!r}", name="priority"),
        CheckConstraint("status = 'full' OR reason <> ''", name="reason"),
        CheckConstraint("ended_at >= started_at", name="times"),
        Index("ix_broadcast_log_account_id_started_at", "account_id", "started_at"),
        Index("ix_broadcast_log_recorded_at", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("programme_edition.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    status: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="own")
    priority: Mapped[str]
    repeat_number: Mapped[int]  # the how manieth time this item was on air
    operator: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast_log.id"), index=True)
    recorded_at: Mapped[datetime]


class SpokenWord(Base):
    """One entry of a unit's dictionary: how it is written and how it is read aloud."""

    __tablename__ = "spoken_word"
    __table_args__ = (UniqueConstraint("unit_id", "written"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    written: Mapped[str]
    spoken: Mapped[str]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class ApiToken(Base):
    """A key for a machine: kept as a hash, acts with the rights of its person, on one station where it names one."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
