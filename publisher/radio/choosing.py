"""What a person decides about an item: its part of the programme, priority, place, another time, or that it is over."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio.programme import KINDS, PRIORITIES
from publisher import audit, clock
from publisher.delivery.states import move
from publisher.model import Account, BroadcastItem, Delivery, Person
from publisher.radio.items import Airing
from publisher.refusal import Refused
from publisher.security import demand
from publisher.text import line
from publisher.words import _

MOST_PLACES = 99


def choose(
    session: Session, person: Person, account: Account, airing: Airing, kind: str, priority: str, position: int
) -> BroadcastItem:
    """Set kind, priority and place of an item; urgent takes the right to approve, and only ever a person."""
    demand(session, person, "write", account.unit_id)
    if kind not in KINDS:
        raise Refused(_("Phần của chương trình không hợp lệ."), "kind")
    if priority not in PRIORITIES:
        raise Refused(_("Mức ưu tiên không hợp lệ."), "priority")
    if not 0 <= position <= MOST_PLACES:
        raise Refused(_("Thứ tự phải từ 0 đến {most}.").format(most=MOST_PLACES), "position")
    if "urgent" in {priority, airing.priority} and priority != airing.priority:
        demand(session, person, "approve", account.unit_id)
    row = _row(session, person, airing, account)
    row.kind, row.priority, row.position = kind, priority, position
    session.flush()
    audit.record(
        session, audit.acting(person), "broadcast.choose", "delivery", airing.delivery_id,
        unit_id=account.unit_id, kind=kind, priority=priority, position=position,
    )  # fmt: skip
    return row


def read_again(session: Session, person: Person, account: Account, airing: Airing, air_at: datetime) -> None:
    """Put an item that the station could not read into the slot at another time; its text is the approved one."""
    demand(session, person, "write", account.unit_id)
    if airing.state not in {"sent", "confirmed"}:
        raise Refused(_("Bài chưa bàn giao cho đài: hãy dời lịch phát hành của bài."), "day")
    if air_at <= clock.now():
        raise Refused(_("Giờ phát lại đã qua: hãy chọn một thời điểm sau bây giờ."), "day")
    row = _row(session, person, airing, account)
    row.air_at = air_at
    for delivery in handed_over(session, account.id, airing.post_id, airing.placement):
        delivery.reason = ""
    session.flush()
    audit.record(
        session, audit.acting(person), "broadcast.again", "delivery", airing.delivery_id,
        unit_id=account.unit_id, air_at=air_at,
    )  # fmt: skip


def give_up(session: Session, person: Person, account: Account, airing: Airing, reason: str) -> None:
    """Take an item off the station's list that was not read and will not be: it counts as not broadcast."""
    demand(session, person, "write", account.unit_id)
    reason = line(reason, _("Lý do"), most=300, needed=True)
    rows = handed_over(session, account.id, airing.post_id, airing.placement)
    if not rows:
        raise Refused(_("Bài này không còn chờ đài xác nhận."))
    for delivery in rows:
        move(session, delivery, "retracted", audit.acting(person), reason=_("Không phát: {why}").format(why=reason))


def handed_over(session: Session, account_id: int, post_id: int, placement: str) -> list[Delivery]:
    """Return the deliveries of a post on a station that were handed over and wait for the station's word."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.post_id == post_id, Delivery.account_id == account_id, Delivery.placement == placement)
            .where(Delivery.action != "retract", Delivery.state == "sent")
            .order_by(Delivery.id)
        )
    )


def _row(session: Session, person: Person, airing: Airing, account: Account) -> BroadcastItem:
    row = session.scalar(
        select(BroadcastItem).where(
            BroadcastItem.post_id == airing.post_id, BroadcastItem.account_id == account.id,
            BroadcastItem.placement == airing.placement,
        )
    )  # fmt: skip
    if row is None:
        row = BroadcastItem(
            post_id=airing.post_id, account_id=account.id, placement=airing.placement,
            kind=airing.kind or "news", priority=airing.priority, position=airing.position,
        )  # fmt: skip
        session.add(row)
    row.set_by, row.set_at = person.id, clock.now()
    return row
