"""The demonstration's print: one account of banners, a post made into sheets, an order with places to hang it at."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import accounts, clock
from publisher.audit import COMMAND, acting
from publisher.clock import local_day
from publisher.delivery.drain import tick
from publisher.demo.people import Cast
from publisher.editorial import drafting, review, scheduling
from publisher.editorial.content import Content
from publisher.installation import Installation
from publisher.model import Account, Delivery, Person, Post, PrintLine, Unit
from publisher.prints import hanging, orders, places, sheets
from publisher.words import _

UNIT = "phuong-an-mau"
SETTINGS = {
    "sheets": "bang-ron-8x1, phuon-0.8x2.5, ap-phich-a2, bang-tin-a4, to-gap-a4, led-192x32",
    "licence": "miễn",
}
COPIES = {"bang-ron-8x1": 3, "phuon-0.8x2.5": 20, "bang-tin-a4": 12}
PLACES = (
    ("Cổng trụ sở UBND phường", "Số 1 đường Mẫu", "Khung 8 × 1 m, có sẵn dây"),
    ("Ngã tư chợ An Mẫu", "Đường Mẫu – đường Hoa", "Không che biển báo"),
    ("Nhà văn hóa tổ dân phố 5", "Ngõ 12 đường Hoa", "Tổ trưởng giữ chìa khóa"),
)


def load(installation: Installation, cast: Cast, content: Content, now: datetime) -> None:
    """Make the account, hand a post's sheets over two days ago, and order them to hang from today."""
    world = installation.world
    begun = now - timedelta(days=2)
    with clock.reading(begun), world.db.writing() as session:
        unit, editor = session.merge(cast.units[UNIT]), session.merge(cast.people["editor"])
        approver = session.merge(cast.people["approver"])
        account = accounts.add(session, world, COMMAND, unit, sheets.CHANNEL, "", SETTINGS)
        post = _approved(session, installation, (editor, approver), unit, account, content)
        post_id = post.id
    with clock.reading(begun):
        tick(world)
    with world.db.writing() as session:
        _order(session, installation, session.merge(cast.people["editor"]), session.get_one(Post, post_id), now)


def _approved(
    session: Session, installation: Installation, people: tuple[Person, Person], unit: Unit, account: Account,
    content: Content,
) -> Post:  # fmt: skip
    editor, approver = people
    portal = session.scalars(select(Account).where(Account.unit_id == unit.id, Account.channel == "portal")).first()
    wishes = [(one.id, clock.now()) for one in (account, portal) if one is not None]
    post = drafting.draft(session, editor, acting(editor), unit, content)
    scheduling.place(session, editor, post, post.revision, wishes)
    review.submit(session, editor, post, post.revision)
    review.approve(session, installation.world, approver, post, post.revision, installation.config.public_url)
    return post


def _order(session: Session, installation: Installation, editor: Person, post: Post, now: datetime) -> None:
    zone = installation.config.zone
    unit, today = session.get_one(Unit, post.unit_id), local_day(now, zone)
    terms = orders.Terms(
        _("Treo đợt tuyên truyền dịch vụ công"), today, today + timedelta(days=13), today, _("Nhà in Mẫu"),
        _("CV 12/PVHTT (mẫu)"), _("Dán biên, đóng khoen; giao tại trụ sở."),
    )  # fmt: skip
    order = orders.start(session, editor, unit, terms, zone)
    work = sheets.of_post(session, installation.world.files, post)[0]
    delivery = session.get_one(Delivery, work.delivery_id)
    orders.add_lines(session, editor, order, order.revision, delivery, work, COPIES)
    found = session.scalars(select(PrintLine).where(PrintLine.order_id == order.id)).all()
    lines = {line.code: line.id for line in found}
    for name, address, note in PLACES:
        place = places.add(session, editor, unit.id, {"name": name, "address": address, "note": note})
        hanging.plan(session, editor, order, order.revision, lines["bang-ron-8x1"], place.id, 1)
    orders.step(session, editor, order, order.revision, "send")
