"""What Zalo asks for beyond an ordinary outlet: tokens that renew, pictures it fetches, followers, broadcasts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base
from publisher.model.connections import SEALED

BROADCAST_STATES = ("asked", "approved", "refused", "dropped")
BROADCAST = "broadcast"  # the placements of broadcasts begin so, each request has one of its own
_ASKED = text("state = 'asked'")


class OutletToken(Base):
    """The living pair of tokens of an account whose outlet renews them; one row an account, locked by who renews.

    `sealed` holds the pair, encrypted. `begun_*` are the mark that a renewal is under way: when, by which process, with
    which refresh token (its hash). Only one account may hold an outlet's tokens: two would kill each other's.
    """

    __tablename__ = "outlet_token"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    remote_id: Mapped[str | None] = mapped_column(unique=True)  # of the outlet: the Official Account's number
    sealed: Mapped[str] = mapped_column(info=SEALED)
    issued_at: Mapped[datetime]
    access_until: Mapped[datetime]
    consented_at: Mapped[datetime]
    refresh_until: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    begun_by: Mapped[str] = mapped_column(default="")
    begun_hash: Mapped[str] = mapped_column(default="")
    not_before: Mapped[datetime | None]  # no renewal sooner
    lost: Mapped[int] = mapped_column(default=0)  # renewals in a row whose answer got lost
    declined: Mapped[bool] = mapped_column(default=False)  # the outlet has refused the access token that stands here
    trouble: Mapped[str] = mapped_column(default="")
    refused: Mapped[str] = mapped_column(default="")  # why only a new consent helps; empty while renewing works


class FetchedPart(Base):
    """A picture of an approved rendering that the outlet fetches from our public address before anything is public."""

    __tablename__ = "fetched_part"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    rendering_id: Mapped[int] = mapped_column(ForeignKey("rendering.id"), primary_key=True)
    media_type: Mapped[str]


class FollowerEvent(Base):
    """Somebody began or ceased to follow an account; append-only (trigger). Who it was cannot be read from it."""

    __tablename__ = "follower_event"
    __table_args__ = (
        UniqueConstraint("account_id", "identity"),  # the outlet repeats an event until it is answered
        CheckConstraint("kind IN ('follow','unfollow')", name="kind"),
        Index("ix_follower_event_account_id_at", "account_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    identity: Mapped[str]  # keyed hash of what names the event
    follower: Mapped[str]  # keyed hash of the person's number at the outlet
    at: Mapped[datetime]
    received_at: Mapped[datetime]


class BroadcastRequest(Base):
    """An editor's wish to send a landed article to followers; a second person's approval makes a delivery of it."""

    __tablename__ = "broadcast_request"
    __table_args__ = (
        CheckConstraint(f"state IN {BROADCAST_STATES!r}", name="state"),
        CheckConstraint("(state = 'approved') = (delivery_id IS NOT NULL)", name="delivered"),
        # One open wish for a post on an account, however often the button is pressed.
        Index(
            "uq_broadcast_request_asked", "post_id", "account_id",
            unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED,
        ),
        Index("ix_broadcast_request_account_id_due_at", "account_id", "due_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the post's
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))  # the landed article it sends
    audience: Mapped[dict[str, Any]]  # filter → numbers; empty is everybody
    due_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    quota: Mapped[list[Any]]  # [kind, total, remain] as the outlet told when it was asked for
    state: Mapped[str] = mapped_column(default="asked")
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(default="")
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), unique=True)
