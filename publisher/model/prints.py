"""Print orders, where their sheets hang, and how often the code on them was read."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.model.base import Base

ORDER_STATES = ("draft", "ordered", "received", "closed", "cancelled")
_TO_HANG, _TO_TAKE_DOWN = text("hung_at IS NULL"), text("hung_at IS NOT NULL AND taken_at IS NULL")


class Place(Base):
    """Where a unit hangs things: a street, a hall, a board."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")  # size of the frame, who holds the key, what must not be covered
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PrintOrder(Base):
    """What is printed together and hangs from `hang_at` until `down_at` (both instants of the office's days)."""

    __tablename__ = "print_order"
    __table_args__ = (
        CheckConstraint(f"state IN {ORDER_STATES!r}", name="state"),
        CheckConstraint("down_at > hang_at", name="span"),
        Index("ix_print_order_unit_id_state", "unit_id", "state"),
        Index("ix_print_order_state_hang_at", "state", "hang_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    supplier: Mapped[str] = mapped_column(default="")
    permit: Mapped[str] = mapped_column(default="")  # the document that allows hanging at these places
    note: Mapped[str] = mapped_column(default="")
    needed_on: Mapped[date | None]
    hang_at: Mapped[datetime]
    down_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")  # why it was cancelled or closed early
    revision: Mapped[int] = mapped_column(default=1)  # raised by every act: a stale form is refused
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class PrintLine(Base):
    """One sheet of an approved rendering, and how many of it are printed."""

    __tablename__ = "print_line"
    __table_args__ = (
        UniqueConstraint("order_id", "delivery_id", "code"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("print_order.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    code: Mapped[str]
    title: Mapped[str]
    file: Mapped[str]  # the part's name in the rendering
    sha256: Mapped[str]  # of the print file: what was ordered, whatever is corrected later
    quantity: Mapped[int]
    material: Mapped[str] = mapped_column(default="")


class Hanging(Base):
    """Some copies of a line at a place: planned, hung with a photograph, taken down."""

    __tablename__ = "hanging"
    __table_args__ = (
        UniqueConstraint("line_id", "place_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("(hung_at IS NULL) = (evidence_id IS NULL)", name="proof"),
        CheckConstraint("taken_at IS NULL OR hung_at IS NOT NULL", name="taken_after_hung"),
        Index("ix_hanging_to_hang", "order_id", sqlite_where=_TO_HANG, postgresql_where=_TO_HANG),
        Index("ix_hanging_to_take_down", "order_id", sqlite_where=_TO_TAKE_DOWN, postgresql_where=_TO_TAKE_DOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("print_order.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("print_line.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    quantity: Mapped[int]
    hung_at: Mapped[datetime | None]
    hung_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")


class HotlineCheck(Base):
    """When somebody last rang a unit's hotline and found it right; the newest row of a number counts."""

    __tablename__ = "hotline_check"
    __table_args__ = (Index("ix_hotline_check_unit_id_at", "unit_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    hotline: Mapped[str]  # the number that was rung: another one needs a check of its own
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class PageSource(Base):
    """How often a page was opened on a day by way of an address that says where it was read (`?nguon=banner`)."""

    __tablename__ = "page_source"

    post_id: Mapped[int] = mapped_column(ForeignKey("page.post_id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
