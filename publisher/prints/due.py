"""What waits at the orders: to be hung, to be taken down; for the inbox."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import Session

from publisher.model import Delivery, Hanging, PrintLine, PrintOrder


@dataclass(frozen=True)
class Due:
    """An order at which something is due: at how many places to hang, at how many to take down, since when."""

    order_id: int
    title: str
    to_hang: int
    to_take_down: int
    since: datetime


def _late(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    to_hang = and_(Hanging.hung_at.is_(None), PrintOrder.hang_at <= now)
    to_take_down = and_(Hanging.hung_at.is_not(None), Hanging.taken_at.is_(None), PrintOrder.down_at <= now)
    return to_hang, to_take_down


def _waiting(units: Collection[int], now: datetime) -> Select[int]:
    to_hang, to_take_down = _late(now)
    return (
        select(PrintOrder.id)
        .join(Hanging, Hanging.order_id == PrintOrder.id)
        .where(PrintOrder.unit_id.in_(units), PrintOrder.state.in_(("ordered", "received")), PrintOrder.hang_at <= now)
        .where(or_(to_hang, to_take_down))
        .group_by(PrintOrder.id)
    )


def count(units: Collection[int], now: datetime) -> ScalarSelect[int]:
    """Return, as a part of a statement, how many orders of `units` wait for somebody to hang or take down."""
    return select(func.count()).select_from(_waiting(units, now).subquery()).scalar_subquery()


def due(session: Session, units: Collection[int], now: datetime, most: int) -> list[Due]:
    """Return the orders of `units` that wait, longest first: 1 query."""
    to_hang, to_take_down = _late(now)
    hang = func.sum(case((to_hang, 1), else_=0))
    down = func.sum(case((to_take_down, 1), else_=0))
    rows = session.execute(
        select(PrintOrder, hang, down)
        .join(Hanging, Hanging.order_id == PrintOrder.id)
        .where(PrintOrder.id.in_(_waiting(units, now)))
        .group_by(PrintOrder.id)
        .order_by(PrintOrder.hang_at)
        .limit(most)
    )
    return [
        Due(order.id, order.title, hanging, taking, order.hang_at if hanging else order.down_at)
        for order, hanging, taking in rows
    ]


def has_places(delivery_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether places are planned for a delivery's sheets: then the order reminds, not the delivery."""
    return (
        select(Hanging.id)
        .join(PrintLine, PrintLine.id == Hanging.line_id)
        .join(PrintOrder, PrintOrder.id == Hanging.order_id)
        .where(PrintLine.delivery_id == delivery_id, PrintOrder.state != "cancelled")
        .correlate(Delivery)
        .exists()
    )
