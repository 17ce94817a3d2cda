"""One product: its history of numbers, its proofs, logging a number by hand, asking the outlet now."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.editorial.content import day as read_day
from publisher.intake.numbers import count
from publisher.model import Account, Landing, Reading, Unit
from publisher.reach import collect, detail, evidence, ledger, metrics
from publisher.reach.evidence import Proof
from publisher.reach.landings import askable
from publisher.reach.ledger import Entry
from publisher.refusal import Missing, Refused
from publisher.security import demand, rights_in
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.words import _

# What a person can read off an outlet by eye, or count by a station's book.
BY_HAND = ("views", "reach", "reactions", "comments", "shares", "clicks", "plays", "minutes", "reached")


@dataclass(frozen=True)
class ProductPage:
    """A product with everything known of it."""

    landing: Landing
    unit: str
    account: Account
    history: list[tuple[Reading, str]]
    struck: frozenset[int]
    proofs: list[Proof]
    may_report: bool
    askable: bool


@reports.get("/san-pham/<int:delivery_id>", endpoint="figures_product")
@permission("read")
def product(delivery_id: int) -> str:
    """Show one product: 6 queries beside who is asking."""
    return _page(delivery_id)


def _page(delivery_id: int, sent: dict[str, str] | None = None, faults: dict[str, str] | None = None) -> str:
    with reading() as session:
        person = me(session)
        landing = _landing(session, delivery_id)
        rights = rights_in(session, person, landing.unit_id)
        if "read" not in rights:
            raise Missing(_("Không có sản phẩm số {number}.").format(number=delivery_id))
        history = detail.history(session, Reading.delivery_id, delivery_id)
        page = ProductPage(
            landing, session.get_one(Unit, landing.unit_id).short_name, session.get_one(Account, landing.account_id),
            history, frozenset(row.corrects_id for row, _by in history if row.struck and row.corrects_id),
            evidence.of(session, "delivery", [delivery_id]).get(delivery_id, []), "report" in rights,
            askable(landing.channel) and landing.kind == "live",
        )  # fmt: skip
    today = clock.local_day(clock.now(), installation().config.zone)
    return render_template(
        "reports/product.html",
        page=page, metrics={name: metrics.title(name) for name in BY_HAND}, sources=metrics.SOURCES, today=today,
        sent=sent or {}, faults=faults or {}, title_of=metrics.title,
    )  # fmt: skip


def _landing(session: Session, delivery_id: int) -> Landing:
    landing = session.get(Landing, delivery_id)
    if landing is None:
        raise Missing(_("Không có sản phẩm số {number}.").format(number=delivery_id))
    return landing


@reports.post("/san-pham/<int:delivery_id>", endpoint="figures_product_log")
@permission("report")
def product_log(delivery_id: int) -> Response | tuple[str, int]:
    """Log a number of a product by hand, with a proof if there is one."""
    sent = form(one=("metric", "value", "day", "source", "note", "url"))
    try:
        proofs = sent_proofs("proof", sent["url"])
        value = count(sent["value"], _("Giá trị"))
        if value is None:
            raise Refused(_("Giá trị: chưa nhập."), "value")
        if sent["metric"] not in BY_HAND:
            raise Refused(_("Hãy chọn số liệu trong danh sách."), "metric")
        zone = installation().config.zone
        taken = read_day(sent["day"], _("Ngày"))
        at = ledger.end_of(taken, zone) if taken else clock.now()
        with writing() as session:
            person = me(session)
            landing = _landing(session, delivery_id)
            demand(session, person, "report", landing.unit_id)
            actor = acting(person)
            kept = [
                evidence.attach(session, world().files, actor, landing.unit_id, proof, [("delivery", delivery_id)])
                for proof in proofs
            ]
            entry = Entry(
                sent["metric"], value, sent["source"] or "reported", at, delivery_id=delivery_id, note=sent["note"],
                evidence_id=kept[0].id if kept else None,
            )  # fmt: skip
            for logged in ledger.log(session, actor, zone, [entry]):
                for row in kept:
                    evidence.link(session, row, [("reading", logged.id)])
    except Missing:
        raise
    except Refused as error:
        return _page(delivery_id, sent.one, {error.field or "value": error.message}), 422
    flash(_("Đã ghi số liệu."), "success")
    return redirect(url_for("reports.figures_product", delivery_id=delivery_id))


@reports.post("/san-pham/<int:delivery_id>/hoi", endpoint="figures_product_ask")
@permission("report")
def product_ask(delivery_id: int) -> Response:
    """Ask the outlet for this product's numbers as soon as publishing lets it."""
    form()
    with writing() as session:
        person = me(session)
        landing = _landing(session, delivery_id)
        demand(session, person, "report", landing.unit_id)
        asked = collect.ask_for(session, acting(person), {landing.unit_id}, delivery_id)
    told = _("Sẽ hỏi kênh trong vòng một phút.") if asked else _("Kênh này không hỏi được lúc này.")
    flash(told, "success" if asked else "warning")
    return redirect(url_for("reports.figures_product", delivery_id=delivery_id))
