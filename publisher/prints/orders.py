"""An order for the print shop: its sheets with quantities, from when until when they hang, and its states."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.clock import day_span, local_day
from publisher.model import Delivery, Hanging, Person, PrintLine, PrintOrder, Unit
from publisher.prints.sheets import Made, Work
from publisher.refusal import Missing, Refused, Stale
from publisher.security import demand
from publisher.text import line, number, passage
from publisher.words import _, mark

TITLES = {
    "draft": mark("Đang soạn"),
    "ordered": mark("Đã đặt in"),
    "received": mark("Đã nhận hàng"),
    "closed": mark("Đã xong"),
    "cancelled": mark("Đã hủy"),
}
OPEN = ("draft", "ordered", "received")
MOST_LINES = 40
MOST_COPIES = 100_000
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Terms:
    """What an order says beside its sheets; days are those of the office's calendar, both included."""

    title: str
    hang_on: date | None
    down_on: date | None
    needed_on: date | None = None
    supplier: str = ""
    permit: str = ""
    note: str = ""


def get(session: Session, order_id: int, units: Collection[int]) -> PrintOrder:
    """Return an order of one of `units`; `Missing` for any other."""
    order = session.get(PrintOrder, order_id)
    if order is None or order.unit_id not in units:
        raise Missing(_("Không có đơn in số {number} trong đơn vị của bạn.").format(number=order_id))
    return order


def expect(order: PrintOrder, revision: int) -> None:
    """Raise `Stale` when somebody changed the order since the form was shown."""
    if order.revision != revision:
        raise Stale(_("Đơn in vừa được người khác thay đổi. Hãy tải lại trang rồi làm lại."))


def start(session: Session, person: Person, unit: Unit, terms: Terms, zone: ZoneInfo) -> PrintOrder:
    """Store a new order as a draft."""
    demand(session, person, "write", unit.id)
    now = clock.now()
    values = _read(terms, zone)
    order = PrintOrder(unit_id=unit.id, created_by=person.id, created_at=now, changed_at=now, **values)
    session.add(order)
    session.flush()
    _record(session, person, order, "print_order.start", title=order.title)
    return order


def change(session: Session, person: Person, order: PrintOrder, revision: int, terms: Terms, zone: ZoneInfo) -> None:
    """Change an open order's terms."""
    _demand_open(session, person, order, revision)
    values = _read(terms, zone)
    changed = {name: value for name, value in values.items() if getattr(order, name) != value}
    for name, value in changed.items():
        setattr(order, name, value)
    if changed:
        _touch(order)
        _record(session, person, order, "print_order.change", changed=sorted(changed))


def _read(terms: Terms, zone: ZoneInfo) -> dict[str, object]:
    if terms.hang_on is None:
        raise Refused(_("Hãy chọn ngày bắt đầu treo."), "hang_on")
    if terms.down_on is None:
        raise Refused(_("Hãy chọn ngày tháo: băng rôn để quá hạn gây phản cảm và có thể bị xử phạt."), "down_on")
    if terms.down_on < terms.hang_on:
        raise Refused(_("Ngày tháo phải từ ngày treo trở đi."), "down_on")
    if terms.down_on - terms.hang_on > LONGEST:
        raise Refused(_("Treo tối đa một năm: hãy chọn ngày tháo sớm hơn."), "down_on")
    if terms.needed_on is not None and terms.needed_on > terms.hang_on:
        raise Refused(_("Ngày cần hàng phải trước hoặc trong ngày treo."), "needed_on")
    hang_at, down_at = day_span(terms.hang_on, terms.down_on, zone)
    return {
        "title": line(terms.title, _("Tên đơn in"), most=160, needed=True),
        "supplier": line(terms.supplier, _("Nhà in"), most=160),
        "permit": line(terms.permit, _("Văn bản cho phép treo"), most=160),
        "note": passage(terms.note, _("Yêu cầu gia công"), most=1000),
        "needed_on": terms.needed_on,
        "hang_at": hang_at,
        "down_at": down_at,
    }


def terms_of(order: PrintOrder, zone: ZoneInfo) -> Terms:
    """Return an order's terms as its form shows them."""
    last = local_day(order.down_at - timedelta(seconds=1), zone)
    return Terms(
        order.title, local_day(order.hang_at, zone), last, order.needed_on, order.supplier, order.permit, order.note
    )


def add_lines(
    session: Session,
    person: Person,
    order: PrintOrder,
    revision: int,
    delivery: Delivery,
    work: Work,
    wanted: Mapping[str, int],
) -> int:
    """Add sheets of an approved rendering to a draft, `wanted` is code → copies; return how many lines it has then.

    A sheet that stands on the order already gets the new quantity.
    """
    _demand_open(session, person, order, revision, "draft")
    if delivery.id != work.delivery_id or delivery.unit_id != order.unit_id:
        raise Missing(_("Ấn phẩm này không thuộc đơn vị của đơn in."))
    known = {made.code: made for made in work.made if made.printed}
    if set(wanted) - set(known):
        raise Missing(_("Bài không có khổ in này. Hãy tải lại trang."))
    if not wanted:
        raise Refused(_("Hãy ghi số lượng cho ít nhất một khổ in."), "quantity")
    rows = {row.code: row for row in _lines(session, order) if row.delivery_id == delivery.id}
    for code, quantity in wanted.items():
        copies = _copies(quantity)
        if code in rows:
            rows[code].quantity = copies
        else:
            session.add(_line(order, delivery, known[code], copies))
    session.flush()
    count = session.scalar(select(func.count()).select_from(PrintLine).where(PrintLine.order_id == order.id)) or 0
    if count > MOST_LINES:
        raise Refused(_("Một đơn in có tối đa {most} khổ: hãy lập đơn khác.").format(most=MOST_LINES))
    _touch(order)
    _record(session, person, order, "print_order.add", sheets=dict(wanted), delivery=delivery.id)
    return count


def _line(order: PrintOrder, delivery: Delivery, made: Made, copies: int) -> PrintLine:
    return PrintLine(
        order_id=order.id, delivery_id=delivery.id, code=made.code, title=made.title, file=made.file,
        sha256=made.sha256, quantity=copies, material=made.material,
    )  # fmt: skip


def _copies(quantity: int) -> int:
    if not 1 <= quantity <= MOST_COPIES:
        raise Refused(_("Số lượng phải từ 1 đến {most}.").format(most=number(MOST_COPIES)), "quantity")
    return quantity


def remove_line(session: Session, person: Person, order: PrintOrder, revision: int, line_id: int) -> None:
    """Take a sheet off a draft, with the places planned for it."""
    _demand_open(session, person, order, revision, "draft")
    row = session.get(PrintLine, line_id)
    if row is None or row.order_id != order.id:
        raise Missing(_("Khổ in này không còn trên đơn."))
    for hanging in session.scalars(select(Hanging).where(Hanging.line_id == row.id)):
        session.delete(hanging)
    session.flush()
    session.delete(row)
    _touch(order)
    _record(session, person, order, "print_order.remove", code=row.code)


# from → (to, what the trail calls it)
_STEPS = {"send": ("draft", "ordered"), "receive": ("ordered", "received"), "reopen": ("ordered", "draft")}


def step(session: Session, person: Person, order: PrintOrder, revision: int, name: str) -> None:
    """Move an order on: `send` to the print shop, `receive` its sheets, `reopen` what was sent by mistake."""
    if name not in _STEPS:
        raise Refused(_("Không có bước này. Hãy tải lại trang."))
    before, after = _STEPS[name]
    _demand_open(session, person, order, revision, before)
    if name == "send" and not _lines(session, order):
        raise Refused(_("Đơn chưa có khổ in nào: hãy chọn ấn phẩm của một bài rồi thêm vào đơn."))
    _move(session, person, order, after)


def finish(session: Session, person: Person, order: PrintOrder, revision: int, name: str, reason: str) -> None:
    """End an order: `close` when all is down (else with a reason), `cancel` while nothing hangs."""
    _demand_open(session, person, order, revision)
    reason = line(reason, _("Lý do"), most=300)
    hung, down, planned = counts(session, order)
    if name == "cancel":
        if hung:
            raise Refused(
                _("Đã có {count} nơi treo: hãy ghi tháo rồi kết thúc đơn, không hủy được.").format(count=hung)
            )
        if not reason:
            raise Refused(_("Hãy ghi lý do hủy đơn in."), "reason")
        _move(session, person, order, "cancelled", reason)
        return
    if (hung > down or hung < planned) and not reason:
        raise Refused(
            _("Còn {count} nơi chưa treo hoặc chưa tháo: hãy ghi lý do kết thúc sớm.").format(count=planned - down),
            "reason",
        )
    _move(session, person, order, "closed", reason)


def counts(session: Session, order: PrintOrder) -> tuple[int, int, int]:
    """Return at how many places the order was hung, taken down, and planned at all: 1 query."""
    row = session.execute(
        select(func.count(Hanging.hung_at), func.count(Hanging.taken_at), func.count(Hanging.id)).where(
            Hanging.order_id == order.id
        )
    ).one()
    return row[0], row[1], row[2]


def _lines(session: Session, order: PrintOrder) -> list[PrintLine]:
    return list(session.scalars(select(PrintLine).where(PrintLine.order_id == order.id).order_by(PrintLine.id)))


def _demand_open(session: Session, person: Person, order: PrintOrder, revision: int, state: str = "") -> None:
    demand(session, person, "write", order.unit_id)
    expect(order, revision)
    if order.state not in ((state,) if state else OPEN):
        raise Refused(
            _("Đơn in đang ở trạng thái «{state}» nên không làm được việc này.").format(state=_(TITLES[order.state]))
        )


def _move(session: Session, person: Person, order: PrintOrder, to: str, reason: str = "") -> None:
    before, order.state, order.reason = order.state, to, reason
    _touch(order)
    _record(session, person, order, "print_order.move", before=before, after=to, reason=reason)


def _touch(order: PrintOrder) -> None:
    order.revision += 1
    order.changed_at = clock.now()


def _record(session: Session, person: Person, order: PrintOrder, act: str, **detail: object) -> None:
    audit.record(session, audit.acting(person), act, "print_order", order.id, unit_id=order.unit_id, **detail)
