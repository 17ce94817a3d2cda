"""Units: offices in one or more hierarchies, with dates of validity and successors."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

HIERARCHIES = ("hanh_chinh", "cong_doan", "dang_doan", "nganh")


class Unit(Base):
    """An office under one name; a reorganised office is another unit that succeeds it."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # stable, used on the command line: `ubnd-phuong-an-binh`
    name: Mapped[str]
    short_name: Mapped[str]
    abbreviation: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    place: Mapped[str] = mapped_column(default="")  # the place of the date line of documents
    admin_code: Mapped[str] = mapped_column(default="")
    hotline: Mapped[str] = mapped_column(default="")
    self_approval: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime]


class UnitLink(Base):
    """One edge of one hierarchy, for a span of days; rollups follow edges, never a fixed depth."""

    __tablename__ = "unit_link"
    __table_args__ = (
        UniqueConstraint("hierarchy", "child_id", "valid_from"),
        CheckConstraint("parent_id <> child_id", name="not_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hierarchy: Mapped[str] = mapped_column(default="hanh_chinh")
    parent_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date] = mapped_column(default=date(1945, 9, 2))
    valid_to: Mapped[date | None]


class UnitSuccessor(Base):
    """Which unit took over from which, when, by which document (renaming, merger, split, end)."""

    __tablename__ = "unit_successor"
    __table_args__ = (
        UniqueConstraint("old_id", "new_id", "on"),
        CheckConstraint("kind IN ('doi_ten','sap_nhap','chia_tach','giai_the')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    old_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    new_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str]
    on: Mapped[date]
    basis: Mapped[str] = mapped_column(default="")


class Theme(Base):
    """A CCHC theme of one edition of the list (NQ 76/NQ-CP, NQ 30c/NQ-CP): codes are stable, titles change."""

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("edition", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Label(Base):
    """An audience or a tag that posts and plans can carry."""

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("kind", "code"),
        CheckConstraint("kind IN ('audience','tag')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]


class Setting(Base):
    """One value of the installation that staff may change (holidays, quiet hours); others come from outside."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
