"""Posts, their immutable versions, decisions about them, and what was approved to be sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

POST_STATES = ("draft", "submitted", "returned", "approved", "withdrawn", "discarded")


class Post(Base):
    """What an editor writes; `head`, `approved` and `live` are version numbers of it."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(f"state IN {POST_STATES!r}", name="state"),
        CheckConstraint("approved IS NULL OR approved <= head", name="approved_exists"),
        Index("ix_post_unit_id_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    slug: Mapped[str] = mapped_column(unique=True)  # kept from the first version on: addresses never change
    title: Mapped[str]  # the head version's, for lists
    state: Mapped[str] = mapped_column(default="draft")  # of the head version
    head: Mapped[int] = mapped_column(default=1)
    approved: Mapped[int | None]
    live: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)  # raised by every act: a stale form is refused
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str] = mapped_column(default="")


class Version(Base):
    """One saved text of a post; never changed (a trigger refuses it)."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]  # Markdown
    summary: Mapped[str] = mapped_column(default="")
    slogan: Mapped[str] = mapped_column(default="")
    themes: Mapped[list[Any]]
    audiences: Mapped[list[Any]]
    tags: Mapped[list[Any]]
    source_number: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    valid_until: Mapped[date | None]
    images: Mapped[list[Any]]  # [{"sha256", "media_type", "alt", "width", "height"}]
    # {"sha256", "media_type", "size", "width", "height", "seconds", "alt"}, of the one film if there is one
    video: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    variants: Mapped[dict[str, Any]]  # channel name → {"title", "body"}
    checks: Mapped[list[Any]]  # what has to be verified before approval, one sentence each
    correction: Mapped[str] = mapped_column(default="")  # the note readers see when this corrects a live version
    sha256: Mapped[str]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class PostTheme(Base):
    """The themes of a post's head version, for filters."""

    __tablename__ = "post_theme"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, index=True)


class Decision(Base):
    """One act about a version: submitted, approved, returned, voided; append-only."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("verdict IN ('submitted','approved','returned','voided')", name="verdict"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Placement(Base):
    """Where and when an editor wants a post to go out; approval turns it into a delivery."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("post_id", "account_id", "name"), Index("ix_placement_due_at", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(default="main")
    due_at: Mapped[datetime]


class Rendering(Base):
    """What a channel will send for a version, as approved: parts by sha256; never changed (trigger)."""

    __tablename__ = "rendering"
    __table_args__ = (UniqueConstraint("version_id", "account_id", "placement"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    placement: Mapped[str]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    sha256: Mapped[str]  # over the parts' names, types and sha256
    parts: Mapped[list[Any]]  # [{"name", "media_type", "sha256"}]
    warnings: Mapped[list[Any]]
    created_at: Mapped[datetime]


class Media(Base):
    """An uploaded picture or film: without the camera's place data, stored once by sha256; pictures re-encoded."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    seconds: Mapped[int | None]  # of a film
    size: Mapped[int]
    name: Mapped[str]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
