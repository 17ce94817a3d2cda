"""Readings and their evidence; the public portal's pages and their daily view counts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

SUBJECTS = ("delivery", "activity", "reading", "target_value", "report_line")
_FILE, _LINK = text("sha256 <> ''"), text("url <> ''")
_CORRECTS, _ASKED = text("corrects_id IS NOT NULL"), text("next_at IS NOT NULL")
_KEYED, _RUNNING = text("key IS NOT NULL"), text("series IS NOT NULL")


class Evidence(Base):
    """A file or link that proves a figure; what it is never changes (trigger), it is struck instead of deleted."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(sha256 = '') <> (url = '')", name="file_or_link"),
        # The same bytes or the same address are kept once a unit.
        Index(
            "uq_evidence_unit_id_sha256", "unit_id", "sha256", unique=True, sqlite_where=_FILE, postgresql_where=_FILE
        ),
        Index("uq_evidence_unit_id_url", "unit_id", "url", unique=True, sqlite_where=_LINK, postgresql_where=_LINK),
        Index("ix_evidence_unit_id_created_at", "unit_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    sha256: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    size: Mapped[int | None]  # bytes
    thumb: Mapped[str] = mapped_column(default="", server_default="")  # sha256 of a small JPEG, for pictures
    origin: Mapped[str] = mapped_column(default="upload", server_default="upload")  # upload link snapshot permalink log
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    struck_reason: Mapped[str] = mapped_column(default="", server_default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class EvidenceLink(Base):
    """What a piece of evidence proves: a delivery, an activity, a reading, a target's value or a line of a report."""

    __tablename__ = "evidence_link"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "evidence_id"),
        CheckConstraint(f"subject IN {SUBJECTS!r}", name="subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    subject: Mapped[str]
    subject_id: Mapped[int]


class Reading(Base):
    """One measured or reported number; append-only (trigger), a correction is a new row.

    It carries its unit, channel, form and themes as they were, so that figures outlive what they count. `gain` is what
    it adds to its day's sums; where it was logged after a later one of its series (`next_id`), that one loses as much.
    """

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("source IN ('measured','reported','estimated','sample')", name="source"),
        Index("ix_reading_delivery_id_metric_as_of", "delivery_id", "metric", "as_of"),
        Index("ix_reading_series_as_of", "series", "as_of", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_reading_corrects_id", "corrects_id", sqlite_where=_CORRECTS, postgresql_where=_CORRECTS),
        Index("ix_reading_unit_id_day", "unit_id", "day"),
        Index("uq_reading_key", "key", unique=True, sqlite_where=_KEYED, postgresql_where=_KEYED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    metric: Mapped[str]
    value: Mapped[int]
    measure: Mapped[str]  # the unit counted in: lượt, người, phút
    source: Mapped[str]
    as_of: Mapped[datetime]
    day: Mapped[date | None]  # of `as_of` on the office's calendar; without it the row is in no sum
    channel: Mapped[str] = mapped_column(default="", server_default="")
    form: Mapped[str] = mapped_column(default="", server_default="")
    themes: Mapped[str] = mapped_column(default="", server_default="")  # "T2,T6"
    series: Mapped[str | None]  # of a running total; without one the value adds up
    gain: Mapped[int] = mapped_column(default=0, server_default="0")
    next_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"))  # the first row, never a correction
    struck: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # takes the number back
    key: Mapped[str | None]  # what the machine made it from, once
    note: Mapped[str] = mapped_column(default="")


class ReachDay(Base):
    """The sum of a day's readings by everything they are asked by; kept by triggers on `reading`."""

    __tablename__ = "reach_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    themes: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)
    readings: Mapped[int]  # standing readings; 0 with a total of 0 is no figure
    last_at: Mapped[datetime]


class ReachHalf(Base):
    """The same by half months, the 1st to the 14th and the 15th to the end: months, quarters and the windows of
    NĐ 09/2019 (15th to 14th) are whole numbers of them."""

    __tablename__ = "reach_half"
    __table_args__ = (Index("ix_reach_half_metric_half", "metric", "half"), {"sqlite_with_rowid": False})

    half: Mapped[date] = mapped_column(primary_key=True)  # its first day
    metric: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    themes: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)
    readings: Mapped[int]
    last_at: Mapped[datetime]


class Landing(Base):
    """A first publication that went out: what reports list of it, and when its outlet is asked for numbers next."""

    __tablename__ = "landing"
    __table_args__ = (
        Index("ix_landing_unit_id_landed_at", "unit_id", "landed_at"),
        Index("ix_landing_next_at", "next_at", sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str]
    themes: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    remote_id: Mapped[str]
    kind: Mapped[str]  # live · handed_over
    landed_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # without an answer since the last one
    measured_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")


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
