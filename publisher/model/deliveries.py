"""Channel accounts, deliveries, attempts and receipts; the constraints here carry the promises."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base
from publisher.model.connections import SEALED

STATES = (
    "planned", "sending", "waiting", "unsure", "held",
    "sent", "confirmed", "failed", "cancelled", "retracted",
)  # fmt: skip
ACTIONS = ("publish", "amend", "retract")
_HANDED_OVER = text("kind = 'handed_over'")
_AWAKE = text("wake_at IS NOT NULL")


class Account(Base):
    """One configured outlet of a unit."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("mode IN ('live','rehearsal')", name="mode"),
        CheckConstraint("state IN ('active','paused','closed')", name="state"),
        CheckConstraint("late_hours >= 0", name="late_hours"),
        CheckConstraint("per_hour > 0", name="per_hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    channel: Mapped[str]
    title: Mapped[str]
    mode: Mapped[str] = mapped_column(default="live")
    state: Mapped[str] = mapped_column(default="active")
    pause_reason: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]]
    secrets: Mapped[str] = mapped_column(default="", info=SEALED)  # encrypted mapping
    late_hours: Mapped[int] = mapped_column(default=6)
    per_hour: Mapped[int | None]  # the office's own limit; the outlet's counts too
    ready_at: Mapped[datetime | None]  # nothing goes out before: a limit is used up, or the outlet wished it
    spent_until: Mapped[datetime | None]  # how far the hourly allowance is spent (pacing.py)
    # How it stands at its outlet, whatever the outlet: the last look's answer, in words for people.
    expires_at: Mapped[datetime | None]  # when the access ends by itself, if the outlet said so
    checked_at: Mapped[datetime | None]  # the last look that got an answer
    check_after: Mapped[datetime | None]  # no look begins before: one is under way, or has just failed
    health: Mapped[str] = mapped_column(default="")  # what is wrong and what to do; empty when all is well
    facts: Mapped[list[Any]] = mapped_column(default=list)  # [name, value] pairs that the outlet told
    created_at: Mapped[datetime]


class Delivery(Base):
    """One version on one account at one due time; this row is the schedule."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("version_id", "account_id", "placement", "action"),
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        CheckConstraint(f"action IN {ACTIONS!r}", name="action"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(state = 'held') = (hold <> '')", name="hold"),
        CheckConstraint("state NOT IN ('planned','waiting') OR wake_at IS NOT NULL", name="wake"),
        CheckConstraint("wake_at IS NULL OR state IN ('planned','waiting','unsure')", name="asleep"),
        Index("ix_delivery_account_id_due_at", "account_id", "due_at"),
        Index("ix_delivery_due_at", "due_at"),
        Index("ix_delivery_unit_id_due_at", "unit_id", "due_at"),
        # Only what the engine has to look at again has a wake_at: these two are its queues, short and in order.
        Index("ix_delivery_wake_at", "wake_at", sqlite_where=_AWAKE, postgresql_where=_AWAKE),
        Index(
            "ix_delivery_account_id_wake_at",
            "account_id",
            "wake_at",
            sqlite_where=_AWAKE,
            postgresql_where=_AWAKE,
        ),
        Index("ix_delivery_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the post's: the calendar of a unit reads by it
    placement: Mapped[str] = mapped_column(default="main")
    action: Mapped[str] = mapped_column(default="publish")
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    rendering_id: Mapped[int] = mapped_column(ForeignKey("rendering.id"))
    key: Mapped[str] = mapped_column(unique=True)  # what the outlet can be asked for after a lost answer
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str] = mapped_column(default="")
    wake_at: Mapped[datetime | None]  # the next moment the engine looks at it (DESIGN: next_try_at)
    tries: Mapped[int] = mapped_column(default=0)  # attempts spent; our own waiting spends none
    lease_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)  # raised by every move: who holds an old one may not move it
    hold: Mapped[str] = mapped_column(default="")  # why it is held: `late`, `paused` or `restored`
    notes: Mapped[dict[str, Any]]
    late_allowed: Mapped[bool] = mapped_column(default=False)  # a person said: send although it is late
    look_first: Mapped[bool] = mapped_column(default=False)  # restored from a backup: it may have landed since
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Attempt(Base):
    """One try of a delivery: inserted before the outlet is called, its outcome written once (trigger)."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint("kind IN ('send','find')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int]
    kind: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # accepted · rejected · unauthorised · later · unknown · found · absent · cannot_tell
    message: Mapped[str] = mapped_column(default="")


class Receipt(Base):
    """What the outlet gave back; append-only (trigger)."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("account_id", "remote_id"),
        CheckConstraint("kind IN ('live','handed_over','rehearsed')", name="kind"),
        # What people broadcast or hang: the inbox asks on every page which of it nobody has confirmed.
        Index("ix_receipt_handed_over", "delivery_id", sqlite_where=_HANDED_OVER, postgresql_where=_HANDED_OVER),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    remote_id: Mapped[str | None]  # null for an amendment or removal of something that has one already
    url: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]
