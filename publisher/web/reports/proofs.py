"""The evidence locker: the list, one piece with what it proves, its bytes, adding and striking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import String, func, literal, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from publisher import clock
from publisher.audit import acting
from publisher.clock import day_span
from publisher.model import Activity, Evidence, EvidenceLink, Landing, Person, Unit
from publisher.reach import evidence
from publisher.reach.evidence import ORIGINS, Proof
from publisher.refusal import Missing, Refused
from publisher.security import demand, rights_in, units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.web.reports.window import asked, number, presets
from publisher.words import _

PAGE = 36
KINDS: Mapping[str, Any] = {
    "anh": Evidence.media_type.startswith("image/"),
    "tep": (Evidence.sha256 != "") & ~Evidence.media_type.startswith("image/"),
    "duong-dan": Evidence.url != "",
}


@dataclass(frozen=True)
class Subject:
    """Something a piece of evidence proves."""

    title: str
    address: str


@reports.get("/minh-chung", endpoint="proofs")
@permission("read")
def proofs_list() -> str:
    """List the evidence kept in a window, the newest first: 5 queries beside who is asking."""
    return _list_page()


def _list_page(message: str = "", sent: Mapping[str, str] | None = None) -> str:
    wanted = request.args.get("loai", "")
    kind = wanted if wanted in KINDS else ""
    page = max(number("page") or 1, 1)
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        person = me(session)
        window = asked(session, person)
        begin, end = day_span(window.since, window.until, zone)
        query = select(Evidence).where(
            Evidence.unit_id.in_(window.units), Evidence.created_at >= begin, Evidence.created_at < end,
            Evidence.struck_at.is_(None),
        )  # fmt: skip
        query = query.where(KINDS[kind]) if kind else query
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        ordered = query.order_by(Evidence.created_at.desc(), Evidence.id.desc())
        rows = session.scalars(ordered.limit(PAGE).offset((page - 1) * PAGE)).all()
        found = [evidence.proof(row) for row in rows]
        subjects = _subjects(session, [one.id for one in found])
        mine = units_with(session, person, "report")
        units = session.execute(
            select(Unit.id, Unit.short_name).where(Unit.id.in_(mine)).order_by(Unit.short_name)
        ).all()
    return render_template(
        "reports/proofs.html",
        window=window, rows=found, subjects=subjects, total=total, page=page, last_page=max(-(-total // PAGE), 1),
        kind=kind, presets=presets(today), origins=ORIGINS, units=units, message=message, sent=sent or {},
    )  # fmt: skip


def _subjects(session: Session, ids: list[int]) -> dict[int, list[Subject]]:
    """Return what each piece of evidence proves, deliveries and activities by title: 1 query."""
    landed = (
        select(EvidenceLink.evidence_id, Landing.title, literal("d", String), Landing.delivery_id)
        .join(Landing, Landing.delivery_id == EvidenceLink.subject_id)
        .where(EvidenceLink.subject == "delivery", EvidenceLink.evidence_id.in_(ids))
    )
    held = (
        select(EvidenceLink.evidence_id, Activity.title, literal("a", String), Activity.id)
        .join(Activity, Activity.id == EvidenceLink.subject_id)
        .where(EvidenceLink.subject == "activity", EvidenceLink.evidence_id.in_(ids))
    )
    found: dict[int, list[Subject]] = {}
    for evidence_id, title, kind, subject_id in session.execute(landed.union_all(held)):
        address = (
            url_for("reports.figures_product", delivery_id=subject_id)
            if kind == "d"
            else url_for("reports.activities_one", activity_id=subject_id)
        )
        found.setdefault(evidence_id, []).append(Subject(title, address))
    return found


@reports.post("/minh-chung", endpoint="proofs_add")
@permission("report")
def add() -> AnyResponse | tuple[str, int]:
    """Keep files and an address as evidence of a unit; they can be linked to what they prove later."""
    sent = form(one=("unit", "url", "note"))
    try:
        proofs = sent_proofs("proof", sent["url"])
        if not proofs:
            raise Refused(_("Hãy chọn tệp hoặc nhập đường dẫn."), "proof")
        with writing() as session:
            person = me(session)
            unit_id = sent.number("unit", _("Đơn vị"))
            demand(session, person, "report", unit_id)
            for proof in proofs:
                evidence.attach(session, world().files, acting(person), unit_id, proof, [], note=sent["note"])
    except Refused as error:
        return _list_page(error.message, sent.one), 422
    flash(_("Đã lưu minh chứng."), "success")
    return redirect(url_for("reports.proofs"))


@reports.get("/minh-chung/<int:evidence_id>", endpoint="proofs_one")
@permission("read")
def one(evidence_id: int) -> str:
    """Show one piece of evidence: what it is, its hash, what it proves: 5 queries beside who is asking."""
    with reading() as session:
        person = me(session)
        row = _readable(session, person, evidence_id)
        subjects = _subjects(session, [row.id]).get(row.id, [])
        unit = session.get_one(Unit, row.unit_id).short_name
        by = session.get(Person, row.created_by) if row.created_by else None
        may = "report" in rights_in(session, person, row.unit_id)
    return render_template(
        "reports/proof.html",
        row=row, proof=evidence.proof(row), subjects=subjects, unit=unit, by=by.name if by else _("Hệ thống"), may=may,
        origins=ORIGINS,
    )  # fmt: skip


def _readable(session: Session, person: Person, evidence_id: int) -> Evidence:
    row = evidence.get(session, evidence_id)
    if "read" not in rights_in(session, person, row.unit_id):
        raise Missing(_("Không có minh chứng số {number}.").format(number=evidence_id))
    return row


@reports.post("/minh-chung/<int:evidence_id>", endpoint="proofs_strike")
@permission("report")
def strike(evidence_id: int) -> AnyResponse:
    """Take a piece of evidence out of use, with a reason."""
    sent = form(one=("reason",))
    with writing() as session:
        person = me(session)
        row = _readable(session, person, evidence_id)
        demand(session, person, "report", row.unit_id)
        evidence.strike(session, acting(person), row, sent["reason"])
    flash(_("Đã bỏ minh chứng; tệp vẫn được giữ trong kho."), "success")
    return redirect(url_for("reports.proofs"))


@reports.get("/minh-chung/<int:evidence_id>/tep", endpoint="proofs_file")
@permission("read")
def file(evidence_id: int) -> Response:
    """Answer the bytes of a piece of evidence; a picture is shown, anything else is saved."""
    with reading() as session:
        found = evidence.proof(_readable(session, me(session), evidence_id))
    return _bytes(found, found.sha256, found.media_type, inline=found.is_picture)


@reports.get("/minh-chung/<int:evidence_id>/anh-nho", endpoint="proofs_thumb")
@permission("read")
def thumb(evidence_id: int) -> Response:
    """Answer the small picture of a piece of evidence."""
    with reading() as session:
        found = evidence.proof(_readable(session, me(session), evidence_id))
    return _bytes(found, found.thumb, "image/jpeg", inline=True)


def _bytes(found: Proof, digest: str, media_type: str, *, inline: bool) -> Response:
    path = world().files.path(digest) if digest else None
    if path is None or not path.is_file():
        raise Missing(_("Minh chứng này không có tệp."))
    response = send_file(
        path, mimetype=media_type, as_attachment=not inline, download_name=found.name, etag=digest, conditional=True
    )
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
