"""Print at the desk: the sheets of a post, the list of orders, and checking the hotline before anything is printed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.model import Delivery, Hanging, PageSource, Person, Post, PrintLine, PrintOrder, Unit
from publisher.prints import hotline, orders, sheets
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _, mark

PAGE = 50
VIEWS = {"open": mark("Đang làm"), "done": mark("Đã kết thúc")}
Answer = Response | tuple[str, int]


@dataclass(frozen=True)
class Row:
    """One order in the list."""

    id: int
    title: str
    unit: str
    state: str
    hang_at: datetime
    down_at: datetime
    copies: int
    places: int
    hung: int
    taken: int


@desk.get("/in")
@permission("read")
def prints() -> str:
    """List the orders of the person's units and the posts whose sheets can be ordered: 4 queries."""
    view = request.args.get("view", "open")
    view = view if view in VIEWS else "open"
    number = request.args.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and 0 < int(number[:6]) < 100_000 else 1
    with reading() as session:
        units = units_with(session, me(session), "read")
        rows, total = _orders(session, units, view, page)
        ready = sheets.ready(session, units) if view == "open" else []
    return render_template(
        "desk/prints.html", rows=rows, total=total, view=view, views=VIEWS, ready=ready, page=page,
        last_page=max(-(-total // PAGE), 1), states=orders.TITLES,
    )  # fmt: skip


def _orders(session: Session, units: set[int], view: str, page: int) -> tuple[list[Row], int]:
    states = orders.OPEN if view == "open" else ("closed", "cancelled")
    wanted = (PrintOrder.unit_id.in_(units), PrintOrder.state.in_(states))
    total = session.scalar(select(func.count()).select_from(PrintOrder).where(*wanted)) or 0
    copies = select(func.coalesce(func.sum(PrintLine.quantity), 0)).where(PrintLine.order_id == PrintOrder.id)
    places, hung, taken = (
        select(func.count(column)).where(Hanging.order_id == PrintOrder.id).scalar_subquery()
        for column in (Hanging.id, Hanging.hung_at, Hanging.taken_at)
    )
    rows = session.execute(
        select(
            PrintOrder.id, PrintOrder.title, Unit.short_name, PrintOrder.state, PrintOrder.hang_at, PrintOrder.down_at,
            copies.scalar_subquery(), places, hung, taken,
        )
        .join(Unit, Unit.id == PrintOrder.unit_id)
        .where(*wanted)
        .order_by(PrintOrder.hang_at.desc() if view == "done" else PrintOrder.hang_at, PrintOrder.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [Row(*row) for row in rows], total


@dataclass(frozen=True)
class SheetsPage:
    """The sheets of a post, and what an order of them needs."""

    post: Post
    unit: Unit
    works: list[sheets.Work]
    drafts: list[PrintOrder]
    warnings: list[str]
    hotline_stale: str
    scans: int | None
    may_write: bool


@desk.get("/in/bai/<int(max=2147483647):post_id>")
@permission("read")
def print_sheets(post_id: int) -> str:
    """Show what was made of a post for print and screens."""
    return sheets_page(post_id)


def sheets_page(post_id: int, error: Refused | None = None, typed: Form | None = None) -> str:
    """Return the page of a post's sheets; `error` and `typed` bring a refused order back: at most 9 queries."""
    with reading() as session:
        page = _read_page(session, me(session), post_id)
    return render_template(
        "desk/print_sheets.html", page=page, error=error.message if error else "",
        typed=typed.one if typed else {}, states=orders.TITLES,
    )  # fmt: skip


def _seen_post(session: Session, person: Person, post_id: int) -> Post:
    post = session.get(Post, post_id)
    if post is None or post.unit_id not in units_with(session, person, "read"):
        raise Missing(_("Không có bài số {number}.").format(number=post_id))
    return post


def _read_page(session: Session, person: Person, post_id: int) -> SheetsPage:
    post = _seen_post(session, person, post_id)
    unit = session.get_one(Unit, post.unit_id)
    works = sheets.of_post(session, world().files, post)
    drafts = session.scalars(
        select(PrintOrder)
        .where(PrintOrder.unit_id == post.unit_id, PrintOrder.state == "draft")
        .order_by(PrintOrder.id.desc())
        .limit(20)
    ).all()
    stale = hotline.warning(unit, hotline.last_check(session, unit))
    warnings = []
    coded = installation().config.public_url and works
    if coded and not sheets.on_portal(session, post):
        warnings.append(_("Bài này không có trên cổng: mã QR trên ấn phẩm dẫn tới trang chưa có."))
    scans = session.scalar(
        select(func.sum(PageSource.count)).where(PageSource.post_id == post.id, PageSource.source == sheets.CHANNEL)
    )
    return SheetsPage(
        post, unit, works, list(drafts), warnings, stale, scans,
        post.unit_id in units_with(session, person, "write"),
    )  # fmt: skip


@desk.post("/in/bai/<int(max=2147483647):post_id>/dat")
@permission("write")
def print_order_sheets(post_id: int) -> Answer:
    """Put sheets of a post on a draft order, or begin a new one with them."""
    with reading() as session:
        works = sheets.of_post(session, world().files, _seen_post(session, me(session), post_id))
    fields = {f"quantity-{work.delivery_id}-{made.code}": (work, made) for work in works for made in work.made}
    sent = form(one=("order", *fields))
    try:
        with writing() as session:
            order = _ordered(session, me(session), post_id, sent, fields)
            order_id = order.id
    except (NotAllowed, Stale):
        raise
    except Refused as error:
        return sheets_page(post_id, error, sent), 422
    flash(_("Đã thêm vào đơn in. Hãy chọn nơi treo rồi gửi nhà in."), "success")
    return redirect(url_for("desk.print_order", order_id=order_id))


def _ordered(
    session: Session,
    person: Person,
    post_id: int,
    sent: Form,
    fields: dict[str, tuple[sheets.Work, sheets.Made]],
) -> PrintOrder:
    wanted: dict[int, dict[str, int]] = {}
    for name, (work, made) in fields.items():
        if sent[name].strip() not in {"", "0"}:
            wanted.setdefault(work.delivery_id, {})[made.code] = sent.number(name, made.title)
    if not wanted:
        raise Refused(_("Hãy ghi số lượng cho ít nhất một khổ in."), "quantity")
    order = _order_for(session, person, _seen_post(session, person, post_id), sent["order"])
    for work in {work.delivery_id: work for work, _made in fields.values()}.values():
        if work.delivery_id in wanted:
            delivery = session.get_one(Delivery, work.delivery_id)
            orders.add_lines(session, person, order, order.revision, delivery, work, wanted[work.delivery_id])
    return order


def _order_for(session: Session, person: Person, post: Post, chosen: str) -> PrintOrder:
    """Return the chosen draft, or a new one that hangs for two weeks from tomorrow until somebody says otherwise."""
    if chosen:
        number = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else 0
        return orders.get(session, number, units_with(session, person, "write"))
    zone = installation().config.zone
    first = clock.local_day(clock.now(), zone) + timedelta(days=1)
    terms = orders.Terms(post.title[:160], first, first + timedelta(days=13))
    return orders.start(session, person, session.get_one(Unit, post.unit_id), terms, zone)


@desk.post("/in/duong-day-nong/<int(max=2147483647):unit_id>")
@permission("write")
def print_hotline(unit_id: int) -> Response:
    """Record that the person rang the unit's hotline; `post` says which page to go back to."""
    sent = form(one=("hotline", "post"))
    with writing() as session:
        person = me(session)
        unit = session.get(Unit, unit_id)
        if unit is None or unit_id not in units_with(session, person, "write"):
            raise Missing(_("Không có đơn vị số {number}.").format(number=unit_id))
        hotline.confirm(session, person, unit, sent["hotline"])
    flash(_("Đã ghi nhận: số {hotline} gọi được.").format(hotline=sent["hotline"]), "success")
    post = sent["post"]
    if post.isascii() and post.isdecimal() and len(post) < 10:
        return redirect(url_for("desk.print_sheets", post_id=int(post)))
    return redirect(url_for("desk.prints"))
