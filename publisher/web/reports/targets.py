"""Targets of the plans, the points of a commune, which units and forms were active, themes on channels and gaps."""

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.editorial.content import day as read_day
from publisher.intake.numbers import amount
from publisher.model import Plan
from publisher.reach import coverage, evidence, scoring, targets
from publisher.reach.metrics import SOURCES
from publisher.reach.targets import Standing
from publisher.refusal import Missing, Refused
from publisher.security import demand, everywhere, units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.web.reports.window import asked, presets
from publisher.words import _, mark

VERDICTS = {
    "met": mark("Đạt"),
    "below": mark("Chưa đạt"),
    "above": mark("Vượt khoảng"),
    "open": mark("Chưa có số liệu"),
    "words": mark("Yêu cầu định tính"),
}


@reports.get("/chi-tieu", endpoint="targets")
@permission("read")
def targets_page() -> str:
    """Show targets, points, coverage and gaps of a window: ≤ 18 queries beside who is asking."""
    return _page()


def _page(message: str = "", target: int = 0) -> str:
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        person = me(session)
        window = asked(session, person)
        span = window.since, window.until
        due = window.since, max(min(window.until, today), window.since)  # what is not due yet is not undone
        standings = targets.standings(session, window.units, window.until)
        matrix = coverage.matrix(session, zone, window.units, *span)
        unit = window.unit or (window.known[0][0] if len(window.known) == 1 else None)
        score = scoring.score(session, zone, unit, *due) if unit else None
        found = {
            "units": coverage.unit_coverage(session, zone, window.units, *span),
            "groups": coverage.diversity(session, zone, window.units, *span),
            "completion": coverage.completion(session, zone, window.units, *due),
            "rules": scoring.rules(session),
            "mine": units_with(session, person, "report"),
            "may_rule": _may_rule(session),
        }
    return render_template(
        "reports/targets.html",
        window=window, standings=standings, matrix=matrix, gaps=coverage.gaps(matrix, _("kỳ này")), score=score,
        presets=presets(today), verdicts=VERDICTS, sources=SOURCES, message=message, target=target, today=today,
        scored=dict(window.known).get(unit or 0, ""), scored_window=coverage.span_title(*due),
        percent=scoring.percent, decimal=written, wanted=wanted, sent=request.form, **found,
    )  # fmt: skip


def _may_rule(session: Session) -> bool:
    return everywhere(session, me(session), "administer")


def written(value: Decimal | None) -> str:
    """Write a number the Vietnamese way; nothing for nothing."""
    if value is None:
        return ""
    whole, _point, rest = format(value.quantize(Decimal("0.01")), "f").partition(".")
    rest = rest.rstrip("0")
    return f"{int(whole):,}".replace(",", ".") + (f",{rest}" if rest else "")


def wanted(one: Standing) -> str:
    """Say what a target asks for: «ít nhất 90 %», «30–40 %», «hạng 1»."""
    unit = f" {one.unit}" if one.unit else ""
    if one.kind == "rank" and one.wanted is not None:
        return _("hạng {value}").format(value=written(one.wanted))
    if one.at_least is not None and one.at_most is not None:
        return _("{least}–{most}{unit}").format(least=written(one.at_least), most=written(one.at_most), unit=unit)
    if one.at_least is not None:
        return _("ít nhất {value}{unit}").format(value=written(one.at_least), unit=unit)
    if one.at_most is not None:
        return _("nhiều nhất {value}{unit}").format(value=written(one.at_most), unit=unit)
    return f"{written(one.wanted)}{unit}" if one.wanted is not None else ""


@reports.post("/chi-tieu/<int:target_id>", endpoint="targets_log")
@permission("report")
def log(target_id: int) -> Response | tuple[str, int]:
    """Log what a target stands at, with where the number comes from."""
    sent = form(one=("day", "numerator", "denominator", "value", "source", "note", "url"))
    try:
        proofs = sent_proofs("proof", sent["url"])
        numerator, denominator = amount(sent["numerator"], _("Tử số")), amount(sent["denominator"], _("Mẫu số"))
        value = amount(sent["value"], _("Giá trị"))
        day = read_day(sent["day"], _("Ngày")) or clock.local_day(clock.now(), installation().config.zone)
        with writing() as session:
            person = me(session)
            target = targets.get(session, target_id)
            unit_id = session.get_one(Plan, target.plan_id).unit_id
            if unit_id not in units_with(session, person, "read"):
                raise Missing(_("Không có chỉ tiêu số {number}.").format(number=target_id))
            demand(session, person, "report", unit_id)
            actor = acting(person)
            kept = [evidence.attach(session, world().files, actor, unit_id, proof, []) for proof in proofs]
            row = targets.log_value(
                session, actor, target, day, source=sent["source"] or "reported", note=sent["note"],
                evidence_id=kept[0].id if kept else None, numerator=numerator, denominator=denominator, value=value,
            )  # fmt: skip
            for proof in kept:
                evidence.link(session, proof, [("target_value", row.id)])
    except Missing:
        raise
    except Refused as error:
        return _page(error.message, target_id), 422
    flash(_("Đã ghi giá trị của chỉ tiêu."), "success")
    return redirect(url_for("reports.targets"))


@reports.post("/chi-tieu/thang-diem", endpoint="targets_rules")
@permission("administer")
def rules() -> Response | tuple[str, int]:
    """Change the points and thresholds of the commune scorer, for the whole installation."""
    names = tuple(scoring.Rules.__dataclass_fields__)
    sent = form(one=names)
    try:
        with writing() as session:
            person = me(session)
            if not everywhere(session, person, "administer"):
                raise Refused(_("Thang điểm dùng chung cho mọi đơn vị: cần quyền quản trị ở đơn vị cao nhất."))
            scoring.set_rules(session, acting(person), {name: sent[name] for name in names})
    except Refused as error:
        return _page(error.message), 422
    flash(_("Đã lưu thang điểm."), "success")
    return redirect(url_for("reports.targets"))
