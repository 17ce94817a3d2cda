"""The desk: where staff write, review, plan and look after what goes out."""

from flask import Blueprint

desk = Blueprint("desk", __name__, url_prefix="/desk")

# Below the blueprint, since each of them puts its views on it.
from publisher.web.desk import (  # noqa: E402
    acts,
    broadcasts,
    calendar,
    calendar_feed,
    calendar_moves,
    deliveries,
    delivery,
    delivery_acts,
    home,
    inbox,
    media,
    page,
    plan_page,
    plans,
    posts,
    prints,
    prints_order,
    prints_places,
    review,
    writing,
)

__all__ = [
    "acts",
    "broadcasts",
    "calendar",
    "calendar_feed",
    "calendar_moves",
    "deliveries",
    "delivery",
    "delivery_acts",
    "desk",
    "home",
    "inbox",
    "media",
    "page",
    "plan_page",
    "plans",
    "posts",
    "prints",
    "prints_order",
    "prints_places",
    "review",
    "writing",
]
