"""The states of a delivery and the only writer of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.wake import wake
from publisher.model import Attempt, Delivery
from publisher.words import _, mark

TITLES = {
    "planned": mark("Đã lên lịch"),
    "sending": mark("Đang gửi"),
    "waiting": mark("Chờ gửi lại"),
    "unsure": mark("Chưa rõ đã lên hay chưa"),
    "held": mark("Đang giữ lại"),
    "sent": mark("Đã phát hành"),
    "confirmed": mark("Đã xác nhận"),
    "failed": mark("Không gửi được"),
    "cancelled": mark("Đã hủy"),
    "retracted": mark("Đã gỡ"),
}

MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset(
        {"sending", "held", "cancelled", "failed", "unsure", "sent"}
    ),  # unsure: restored from a backup
    "sending": frozenset({"sent", "waiting", "unsure", "failed"}),
    "waiting": frozenset({"sending", "held", "cancelled", "failed", "unsure", "sent"}),  # sent: proof that came late
    "unsure": frozenset({"sent", "waiting", "failed"}),
    "held": frozenset({"planned", "cancelled", "sent"}),
    "sent": frozenset({"confirmed", "retracted"}),
    "confirmed": frozenset({"retracted"}),
    "failed": frozenset({"planned", "cancelled", "sent"}),
    "cancelled": frozenset({"planned", "sent"}),
    "retracted": frozenset(),
}

OPEN = ("planned", "waiting", "held")  # not begun, or proven not accepted: may still be moved or cancelled
LANDED = ("sent", "confirmed")
FINAL = ("sent", "confirmed", "failed", "cancelled", "retracted")


def title(state: str) -> str:
    """Return a state's name as people read it."""
    return _(TITLES[state])


def move(
    session: Session,
    delivery: Delivery,
    to: str,
    actor: audit.Actor,
    *,
    reason: str = "",
    wake_at: datetime | None = None,
    lease_until: datetime | None = None,
    hold: str = "",
    **columns: Any,
) -> bool:
    """Move `delivery` to the state `to` if nobody moved it since it was read; return whether it was moved.

    The conditional UPDATE on `revision` is the fence: a process that slept past its lease, or two that recover
    the same row, cannot overwrite what happened meanwhile. The act goes into the trail in the same transaction.
    """
    if to not in MOVES[delivery.state]:
        raise ValueError(f"delivery {delivery.id}: {delivery.state} → {to} is no move")
    before = delivery.state
    values: dict[str, Any] = {
        "state": to,
        "reason": reason,
        "wake_at": wake_at,
        "lease_until": lease_until,
        "hold": hold,
        "revision": delivery.revision + 1,
        "changed_at": clock.now(),
        **columns,
    }
    moved = session.connection().execute(
        update(Delivery).where(Delivery.id == delivery.id, Delivery.revision == delivery.revision).values(**values)
    )
    if moved.rowcount != 1:
        return False
    session.refresh(delivery)
    if before == "unsure":
        abandon(session, [delivery.id])  # a look that was cut short
    if wake_at is not None:
        wake(session, delivery.account_id, wake_at)
    audit.record(
        session, actor, "delivery.move", "delivery", delivery.id,
        unit_id=None, before=before, after=to, reason=reason,
    )  # fmt: skip
    return True


def abandon(session: Session, delivery_ids: list[int]) -> None:
    """Close the attempts of these deliveries that are still under way: nobody will say any more what they came to."""
    session.execute(
        update(Attempt)
        .where(Attempt.delivery_id.in_(delivery_ids), Attempt.outcome.is_(None))
        .values(outcome="unknown", ended_at=clock.now(), message=_("Tiến trình dừng giữa chừng.")),
        execution_options={"synchronize_session": False},
    )
