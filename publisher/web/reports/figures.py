"""Figures of a window, what is behind each one, and correcting or taking back a number with a reason."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.intake.numbers import count
from publisher.model import Person, Reading
from publisher.reach import coverage, detail, evidence, ledger, metrics
from publisher.reach.figures import Dim, Figure, totals
from publisher.reach.forms import FORMS
from publisher.refusal import Missing, Refused
from publisher.security import demand, units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.look import channel_title
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.web.reports.window import Window, asked, number, presets
from publisher.words import _, mark

PAGE = 50
SPLITS: dict[str, tuple[str, tuple[Dim, ...]]] = {
    "tong": (mark("Cả kỳ"), ()),
    "kenh": (mark("Theo kênh"), ("channel",)),
    "chu-de": (mark("Theo chủ đề"), ("theme",)),
    "hinh-thuc": (mark("Theo hình thức"), ("form",)),
    "don-vi": (mark("Theo đơn vị"), ("unit",)),
    "chu-de-kenh": (mark("Chủ đề × kênh"), ("theme", "channel")),
}
NARROW = ("measure", "source", "channel", "form", "theme")
MOST = 500  # figures on a page


@dataclass(frozen=True)
class Row:
    """A figure of the list: what it is split by, in words, and the address of what is behind it."""

    figure: Figure
    parts: tuple[str, ...]
    address: str


@reports.get("/so-lieu", endpoint="figures")
@permission("read")
def figures() -> str:
    """List the figures of a window, whole or split: ≤ 7 queries beside who is asking."""
    split = request.args.get("chia", "")
    split = split if split in SPLITS else "tong"
    today = clock.local_day(clock.now(), installation().config.zone)
    with reading() as session:
        window = asked(session, me(session))
        found = totals(session, window.units, window.since, window.until, SPLITS[split][1])
        themes = dict(coverage.themes_of(session, window.until))
    rows = [_row(one, window, SPLITS[split][1], themes) for one in found[:MOST]]
    return render_template(
        "reports/figures.html",
        window=window, rows=rows, total=len(found), split=split, splits=SPLITS, presets=presets(today),
        groups=_grouped(rows),
    )  # fmt: skip


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.figure.title, []).append(row)
    return found


def _row(one: Figure, window: Window, by: tuple[Dim, ...], themes: dict[str, str]) -> Row:
    units = dict(window.known)
    words = {
        "unit": units.get(one.unit_id or 0, ""),
        "channel": channel_title(one.channel) if one.channel else _("Không qua kênh"),
        "form": FORMS[one.form].title if one.form in FORMS else _("Kênh phát hành"),
        "theme": f"{one.theme} {themes.get(one.theme or '', '')}".strip() if one.theme else _("Không gắn chủ đề"),
    }
    args: dict[str, Any] = {**window.args, "metric": one.metric, "measure": one.measure, "source": one.source}
    args |= {dim: getattr(one, dim) for dim in by if dim in NARROW}
    if "unit" in by:
        args["unit"] = one.unit_id
    return Row(one, tuple(words[dim] for dim in by), url_for("reports.figures_rows", **args))


@reports.get("/so-lieu/chi-tiet", endpoint="figures_rows")
@permission("read")
def figures_rows() -> str:
    """Show the readings behind one figure, with their proofs: 6 queries beside who is asking."""
    metric = request.args.get("metric", "")[:60]
    if not metric:
        abort(404)
    page = max(number("page") or 1, 1)
    only = {name: request.args[name][:200] for name in NARROW if name in request.args}
    with reading() as session:
        person = me(session)
        window = asked(session, person)
        found, total = detail.summary(session, window.units, window.since, window.until, metric, only)
        lines = detail.lines(
            session, window.units, window.since, window.until, metric, only, most=PAGE, offset=(page - 1) * PAGE
        )
        may = bool(units_with(session, person, "report"))
    args = {**window.args, "metric": metric, **only}
    return render_template(
        "reports/figure.html",
        window=window, metric=metric, title=metrics.title(metric), kind=metrics.kind(metric), only=only, lines=lines,
        found=found, total=total, page=page, last_page=max(-(-found // PAGE), 1), args=args, may=may,
        measure=only.get("measure", ""), sources=metrics.SOURCES, summed={"measure", "source"} <= only.keys(),
    )  # fmt: skip


@reports.post("/so-lieu/<int:reading_id>")
@permission("report")
def figure_correct(reading_id: int) -> Response:
    """Put another value in the place of a number, or take it back; both need a reason."""
    sent = form(one=("act", "value", "reason", "back"))
    with writing() as session:
        person = me(session)
        _mine(session, person, reading_id)
        if sent["act"] == "strike":
            ledger.strike(session, acting(person), reading_id, sent["reason"])
        else:
            value = count(sent["value"], _("Giá trị mới"))
            if value is None:
                raise Refused(_("Giá trị mới: chưa nhập."), "value")
            ledger.correct(session, acting(person), reading_id, value, sent["reason"])
    flash(_("Đã bỏ số liệu.") if sent["act"] == "strike" else _("Đã sửa số liệu; số cũ vẫn còn trong sổ."), "success")
    return redirect(local(sent["back"], url_for("reports.figures")))


def _mine(session: Session, person: Person, reading_id: int) -> Reading:
    """Return a number of the ledger that the person reports on."""
    row = session.get(Reading, reading_id)
    if row is None or row.unit_id not in units_with(session, person, "read"):
        raise Missing(_("Không có số liệu số {number}.").format(number=reading_id))
    demand(session, person, "report", row.unit_id)
    return row


@reports.post("/so-lieu/<int:reading_id>/minh-chung")
@permission("report")
def figure_proof(reading_id: int) -> Response:
    """Keep files and an address as evidence of one number."""
    sent = form(one=("url", "back"))
    proofs = sent_proofs("proof", sent["url"])
    if not proofs:
        raise Refused(_("Hãy chọn tệp hoặc nhập đường dẫn."), "proof")
    with writing() as session:
        person = me(session)
        unit_id = _mine(session, person, reading_id).unit_id
        for proof in proofs:
            links = [("reading", reading_id)]
            evidence.attach(session, world().files, acting(person), unit_id, proof, links)
    flash(_("Đã lưu minh chứng cho số liệu."), "success")
    return redirect(local(sent["back"], url_for("reports.figures")))


def local(address: str, otherwise: str) -> str:
    """Return an address of our own reports' pages as it was sent, else the other one."""
    right = address.startswith("/reports/") and "\\" not in address and "//" not in address
    return address if right and address.isprintable() else otherwise
