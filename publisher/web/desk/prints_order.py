"""One print order: its terms, sheets and places, the steps from draft to taken down, the files for the shop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.editorial.content import day
from publisher.model import Delivery, Evidence, Hanging, Person, Place, PrintLine, PrintOrder, Unit
from publisher.prints import hanging as hangings
from publisher.prints import hotline, orders, places, ticket
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _

TERMS = ("title", "hang_on", "down_on", "needed_on", "supplier", "permit", "note")
Answer = Response | tuple[str, int]
Act = Callable[[Session, Person, PrintOrder, int], str]


@dataclass(frozen=True)
class OrderPage:
    """An order's page: plain data, read in one session."""

    order: PrintOrder
    unit: Unit
    terms: orders.Terms
    lines: list[tuple[PrintLine, int]]  # with the post's id
    hangings: list[tuple[Hanging, Place, PrintLine, str]]  # with the photograph's sha256
    places: list[Place]
    hotline_stale: str
    may_write: bool

    @property
    def editable(self) -> bool:
        """Whether sheets may still be added or taken off."""
        return self.may_write and self.order.state == "draft"

    @property
    def open(self) -> bool:
        """Whether anything can still be done with it."""
        return self.may_write and self.order.state in orders.OPEN


@desk.get("/in/don/<int(max=2147483647):order_id>")
@permission("read")
def print_order(order_id: int) -> str:
    """Show an order."""
    return order_page(order_id)


def order_page(order_id: int, faults: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    """Return an order's page; `faults` and `typed` bring a refused form back: at most 8 queries."""
    with reading() as session:
        page = _read_page(session, me(session), order_id)
    return render_template(
        "desk/print_order.html", page=page, faults=faults or {}, typed=typed or {}, states=orders.TITLES,
        now=clock.now(),
    )  # fmt: skip


def _read_page(session: Session, person: Person, order_id: int) -> OrderPage:
    order = orders.get(session, order_id, units_with(session, person, "read"))
    unit = session.get_one(Unit, order.unit_id)
    lines = session.execute(
        select(PrintLine, Delivery.post_id)
        .join(Delivery, Delivery.id == PrintLine.delivery_id)
        .where(PrintLine.order_id == order.id)
        .order_by(PrintLine.id)
    ).all()
    hung = session.execute(
        select(Hanging, Place, PrintLine, Evidence.sha256)
        .join(Place, Place.id == Hanging.place_id)
        .join(PrintLine, PrintLine.id == Hanging.line_id)
        .outerjoin(Evidence, Evidence.id == Hanging.evidence_id)
        .where(Hanging.order_id == order.id)
        .order_by(Place.name, Hanging.id)
        .limit(hangings.MOST)
    ).all()
    known = session.scalars(
        select(Place)
        .where(Place.unit_id == order.unit_id, Place.closed_at.is_(None))
        .order_by(Place.name)
        .limit(places.MOST)
    ).all()
    return OrderPage(
        order, unit, orders.terms_of(order, installation().config.zone),
        [(row, post_id) for row, post_id in lines],
        [(row, place, item, digest or "") for row, place, item, digest in hung],
        list(known), hotline.warning(unit, hotline.last_check(session, unit)),
        order.unit_id in units_with(session, person, "write"),
    )  # fmt: skip


def _acted(order_id: int, sent: Form, act: Act, where: str) -> Answer:
    """Do `act` in one transaction and go back to the order with the sentence it returns."""
    try:
        with writing() as session:
            person = me(session)
            order = orders.get(session, order_id, units_with(session, person, "read"))
            told = act(session, person, order, sent.number("revision", _("Số lần thay đổi")))
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        code = 409 if isinstance(error, Stale) else 422
        return order_page(order_id, {where: error.message}, sent.one), code
    flash(told, "success")
    return redirect(url_for("desk.print_order", order_id=order_id))


def terms_from(sent: Form) -> orders.Terms:
    """Return an order's terms as sent; `Refused` names a day that is none."""

    def on(name: str, title: str) -> date | None:
        return day(sent[name], title)

    return orders.Terms(
        sent["title"], on("hang_on", _("Treo từ ngày")), on("down_on", _("Treo đến hết ngày")),
        on("needed_on", _("Cần hàng ngày")), sent["supplier"], sent["permit"], sent["note"],
    )  # fmt: skip


@desk.post("/in/don/<int(max=2147483647):order_id>")
@permission("write")
def print_order_save(order_id: int) -> Answer:
    """Change an order's terms."""
    sent = form(one=("revision", *TERMS))

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        orders.change(session, person, order, revision, terms_from(sent), installation().config.zone)
        return _("Đã lưu đơn in.")

    return _acted(order_id, sent, act, "terms")


@desk.post("/in/don/<int(max=2147483647):order_id>/bo-kho")
@permission("write")
def print_order_remove(order_id: int) -> Answer:
    """Take a sheet off a draft."""
    sent = form(one=("revision", "line"))

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        orders.remove_line(session, person, order, revision, sent.number("line", _("Khổ in")))
        return _("Đã bỏ khổ in khỏi đơn.")

    return _acted(order_id, sent, act, "lines")


@desk.post("/in/don/<int(max=2147483647):order_id>/noi-treo")
@permission("write")
def print_order_place(order_id: int) -> Answer:
    """Plan copies of a sheet at a place."""
    sent = form(one=("revision", "line", "place", "quantity"))

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        hangings.plan(
            session, person, order, revision, sent.number("line", _("Khổ in")), sent.number("place", _("Địa điểm")),
            sent.number("quantity", _("Số lượng")),
        )  # fmt: skip
        return _("Đã ghi nơi treo.")

    return _acted(order_id, sent, act, "place")


@desk.post("/in/don/<int(max=2147483647):order_id>/bo-noi-treo")
@permission("write")
def print_order_drop(order_id: int) -> Answer:
    """Take a planned place off an order."""
    sent = form(one=("revision", "hanging"))

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        units = units_with(session, person, "write")
        row, owner = hangings.get(session, sent.number("hanging", _("Nơi treo")), units)
        if owner.id != order.id:
            raise Missing(_("Nơi treo này không thuộc đơn in."))
        hangings.drop(session, person, order, revision, row)
        return _("Đã bỏ nơi treo.")

    return _acted(order_id, sent, act, "place")


@desk.post("/in/don/<int(max=2147483647):order_id>/buoc")
@permission("write")
def print_order_step(order_id: int) -> Answer:
    """Move an order on: sent to the shop, received, back to draft."""
    sent = form(one=("revision", "step"))
    told = {
        "send": _("Đã đặt in. Đến ngày treo, việc này hiện ở Hộp việc cho tới khi có ảnh."),
        "receive": _("Đã nhận hàng từ nhà in."),
        "reopen": _("Đơn trở lại trạng thái đang soạn."),
    }

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        orders.step(session, person, order, revision, sent["step"])
        return told[sent["step"]]

    return _acted(order_id, sent, act, "step")


@desk.post("/in/don/<int(max=2147483647):order_id>/ket-thuc")
@permission("write")
def print_order_finish(order_id: int) -> Answer:
    """End an order: done, or cancelled."""
    sent = form(one=("revision", "how", "reason"))

    def act(session: Session, person: Person, order: PrintOrder, revision: int) -> str:
        how = "cancel" if sent["how"] == "cancel" else "close"
        orders.finish(session, person, order, revision, how, sent["reason"])
        return _("Đã hủy đơn in.") if how == "cancel" else _("Đã kết thúc đơn in.")

    return _acted(order_id, sent, act, "finish")


@desk.get("/in/don/<int(max=2147483647):order_id>/tai-ve")
@permission("read")
def print_order_files(order_id: int) -> Download:
    """Hand out the .zip for the print shop; `?phieu=1` only the job ticket as PDF."""
    zone = installation().config.zone
    with reading() as session:
        person = me(session)
        order = orders.get(session, order_id, units_with(session, person, "read"))
        job = ticket.read(session, world().files, order)
    if request.args.get("phieu") == "1":
        answer = Download(ticket.ticket(job, zone), content_type="application/pdf")
        answer.headers.set("Content-Disposition", "inline", filename=f"phieu-dat-in-{order.id}.pdf")
        return answer
    if not job.lines:
        raise Missing(_("Đơn in chưa có khổ nào để tải về."))
    name, data = ticket.bundle(job, world().files, zone)
    answer = Download(data, content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
