"""Hanging and taking down: which copies go where, and a person's word with a photograph that they hang."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.states import move
from publisher.model import Delivery, Evidence, Hanging, Media, Person, Place, PrintLine, PrintOrder
from publisher.prints.orders import expect
from publisher.reach.evidence import link
from publisher.refusal import Missing, Refused
from publisher.security import demand
from publisher.text import line, number
from publisher.words import _

MOST = 400  # hangings of an order
EARLY = timedelta(days=1)  # a photograph may be a day older than the first day of hanging: crews work at night


@dataclass(frozen=True)
class Proof:
    """A photograph in the store and what its file was called."""

    media: Media
    name: str


def get(session: Session, hanging_id: int, units: set[int]) -> tuple[Hanging, PrintOrder]:
    """Return a hanging with its order, of one of `units`; `Missing` for any other."""
    row = session.execute(
        select(Hanging, PrintOrder).join(PrintOrder, PrintOrder.id == Hanging.order_id).where(Hanging.id == hanging_id)
    ).one_or_none()
    if row is None or row.PrintOrder.unit_id not in units:
        raise Missing(_("Không có chỗ treo số {number} trong đơn vị của bạn.").format(number=hanging_id))
    return row.Hanging, row.PrintOrder


def plan(
    session: Session, person: Person, order: PrintOrder, revision: int, line_id: int, place_id: int, quantity: int
) -> Hanging:
    """Plan copies of a line at a place; the places together take no more than are printed."""
    demand(session, person, "write", order.unit_id)
    expect(order, revision)
    if order.state in {"closed", "cancelled"}:
        raise Refused(_("Đơn in đã kết thúc."))
    row, place = session.get(PrintLine, line_id), session.get(Place, place_id)
    if row is None or row.order_id != order.id or place is None or place.unit_id != order.unit_id:
        raise Missing(_("Hãy chọn một khổ in và một địa điểm của đơn vị."))
    if place.closed_at is not None:
        raise Refused(_("Địa điểm «{name}» không dùng nữa.").format(name=place.name), "place")
    if quantity < 1:
        raise Refused(_("Số lượng treo phải từ 1 trở lên."), "quantity")
    found = session.scalar(select(Hanging).where(Hanging.line_id == row.id, Hanging.place_id == place.id))
    others = session.scalar(
        select(func.coalesce(func.sum(Hanging.quantity), 0)).where(
            Hanging.line_id == row.id, Hanging.place_id != place.id
        )
    )
    if (others or 0) + quantity > row.quantity:
        left = number(max(row.quantity - (others or 0), 0))
        raise Refused(
            _("«{title}» chỉ còn {left} bản chưa có chỗ treo.").format(title=row.title, left=left), "quantity"
        )
    if found is None:
        found = Hanging(order_id=order.id, line_id=row.id, place_id=place.id, quantity=quantity)
        session.add(found)
    elif found.hung_at is not None:
        raise Refused(_("Ở «{name}» đã treo rồi.").format(name=place.name), "place")
    else:
        found.quantity = quantity
    session.flush()
    _record(session, person, order, "hanging.plan", found, place=place.name, quantity=quantity)
    return found


def drop(session: Session, person: Person, order: PrintOrder, revision: int, hanging: Hanging) -> None:
    """Take a planned place off an order; one where something hung stays."""
    demand(session, person, "write", order.unit_id)
    expect(order, revision)
    if hanging.hung_at is not None:
        raise Refused(_("Chỗ này đã treo nên không bỏ khỏi đơn được."))
    _record(session, person, order, "hanging.drop", hanging)
    session.delete(hanging)


def hung(
    session: Session, person: Person, hanging: Hanging, order: PrintOrder, at: datetime, proof: Proof | None, note: str
) -> None:
    """Record that the copies hang since `at`, with a photograph; the sheet's delivery is confirmed by it."""
    demand(session, person, "write", order.unit_id)
    if order.state not in {"ordered", "received"}:
        raise Refused(_("Đơn in chưa đặt hoặc đã kết thúc nên chưa ghi treo được."))
    if hanging.hung_at is not None:
        raise Refused(_("Chỗ này đã ghi treo rồi."))
    if proof is None:
        raise Refused(_("Hãy chụp ảnh nơi treo: ảnh là minh chứng của báo cáo."), "photo")
    if at > clock.now():
        raise Refused(_("Giờ treo ở tương lai: chỉ ghi khi đã treo xong."), "day")
    if at < order.hang_at - EARLY:
        raise Refused(_("Giờ treo sớm hơn ngày bắt đầu treo của đơn in."), "day")
    row = session.get_one(PrintLine, hanging.line_id)
    place = session.get_one(Place, hanging.place_id)
    said = _("{title} tại {place}").format(title=row.title, place=place.name)
    evidence = _evidence(session, person, order.unit_id, row.delivery_id, said, proof)
    hanging.hung_at, hanging.hung_by, hanging.evidence_id = at, person.id, evidence.id
    hanging.note = line(note, _("Ghi chú"), most=300)
    session.flush()
    _confirm(session, person, row.delivery_id, place.name)
    _record(session, person, order, "hanging.hung", hanging, place=place.name, at=at, sha256=proof.media.sha256)


def shown(session: Session, person: Person, delivery: Delivery, where: str, proof: Proof | None) -> None:
    """Confirm by a photograph what was shown or hung without a print order: on a screen, by a village's own people."""
    demand(session, person, "write", delivery.unit_id)
    if delivery.state != "sent":
        raise Refused(_("Lượt này chưa bàn giao hoặc đã được xác nhận."))
    where = line(where, _("Nơi treo hoặc màn hình"), most=200, needed=True)
    if proof is None:
        raise Refused(_("Hãy chụp ảnh nơi treo: ảnh là minh chứng của báo cáo."), "photo")
    evidence = _evidence(session, person, delivery.unit_id, delivery.id, where, proof)
    _confirm(session, person, delivery.id, where)
    audit.record(
        session, audit.acting(person), "hanging.shown", "delivery", delivery.id,
        unit_id=delivery.unit_id, place=where, sha256=proof.media.sha256, evidence=evidence.id,
    )  # fmt: skip


def _evidence(session: Session, person: Person, unit_id: int, delivery_id: int, note: str, proof: Proof) -> Evidence:
    """Return the photograph as a unit's evidence; the same picture twice is one row."""
    found = session.scalar(select(Evidence).where(Evidence.unit_id == unit_id, Evidence.sha256 == proof.media.sha256))
    if found is None:
        found = _kept(session, person, unit_id, delivery_id, note, proof)
    link(session, found, [("delivery", delivery_id)])
    return found


def _kept(session: Session, person: Person, unit_id: int, delivery_id: int, note: str, proof: Proof) -> Evidence:
    evidence = Evidence(
        unit_id=unit_id, delivery_id=delivery_id, sha256=proof.media.sha256, name=proof.name,
        media_type=proof.media.media_type, note=note, created_by=person.id, created_at=clock.now(),
    )  # fmt: skip
    session.add(evidence)
    session.flush()
    return evidence


def _confirm(session: Session, person: Person, delivery_id: int, place: str) -> None:
    """Confirm what was handed over at the first place that hangs; of the others the order's reminders take care."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.state == "sent":
        move(session, delivery, "confirmed", audit.acting(person), reason=_("Đã treo tại {place}.").format(place=place))


def taken(session: Session, person: Person, hanging: Hanging, order: PrintOrder, at: datetime) -> None:
    """Record that what hung was taken down at `at`."""
    demand(session, person, "write", order.unit_id)
    if hanging.hung_at is None or hanging.taken_at is not None:
        raise Refused(_("Chỗ này chưa treo hoặc đã tháo rồi."))
    if not hanging.hung_at <= at <= clock.now():
        raise Refused(_("Giờ tháo phải sau giờ treo và không ở tương lai."), "day")
    hanging.taken_at, hanging.taken_by = at, person.id
    session.flush()
    _record(session, person, order, "hanging.taken", hanging, at=at)


def _record(session: Session, person: Person, order: PrintOrder, act: str, hanging: Hanging, **detail: object) -> None:
    order.revision += 1
    order.changed_at = clock.now()
    audit.record(
        session, audit.acting(person), act, "print_order", order.id,
        unit_id=order.unit_id, hanging=hanging.id, **detail,
    )  # fmt: skip
