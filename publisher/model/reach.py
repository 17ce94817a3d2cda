"""Readings and their evidence; the public portal's pages and their daily view counts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base


class Evidence(Base):
    """A file or link that proves a figure."""

    __tablename__ = "evidence"
    __table_args__ = (CheckConstraint("(sha256 = '') <> (url = '')", name="file_or_link"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    sha256: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Reading(Base):
    """One measured or reported number; append-only (trigger), a correction is a new row."""

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("source IN ('measured','reported','estimated','sample')", name="source"),
        Index("ix_reading_delivery_id_metric_as_of", "delivery_id", "metric", "as_of"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    metric: Mapped[str]
    value: Mapped[int]
    measure: Mapped[str]  # the unit counted in: lượt, người, phút
    source: Mapped[str]
    as_of: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"))
    note: Mapped[str] = mapped_column(default="")


class Page(Base):
    """A page of the public portal: which approved bytes stand at `/tin/<slug>`, and what lists and search need."""

    __tablename__ = "page"
    __table_args__ = (
        Index("ix_page_published_at", "published_at"),
        Index("ix_page_unit_id_published_at", "unit_id", "published_at"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    title: Mapped[str]
    summary: Mapped[str]
    content: Mapped[dict[str, Any]]  # what the channel rendered beside the HTML: themes, image, source, validity
    sha256: Mapped[str]  # of the approved HTML
    words: Mapped[str]  # title, summary and text, NFC lower case: exact hits rank first
    folded: Mapped[str]  # the same without diacritics
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    corrections: Mapped[list[Any]]  # [{"at", "note"}], newest last
    withdrawn_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str] = mapped_column(default="")


class PageTheme(Base):
    """The themes a public page is listed under."""

    __tablename__ = "page_theme"

    post_id: Mapped[int] = mapped_column(ForeignKey("page.post_id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, index=True)


class PageViews(Base):
    """How often a page was read on a day of the office's calendar; nothing about who read it is kept."""

    __tablename__ = "page_views"
    __table_args__ = (UniqueConstraint("post_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("page.post_id"))
    day: Mapped[date]
    count: Mapped[int]
