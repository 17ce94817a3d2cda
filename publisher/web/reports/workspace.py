"""Working on one report: what is missing, its words, its number and signature; closing, submitting, taking over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.editorial.content import day as read_day
from publisher.intake.numbers import amount
from publisher.model import DueReport, Person, ReportEdition, Unit
from publisher.reach import landings
from publisher.refusal import Missing, Refused
from publisher.reports import closing, duties, lower, narrative, writing
from publisher.reports.content import Edition, Figure, Report, shown, source_words
from publisher.reports.narrative import SECTIONS
from publisher.reports.rows import BY_KEY, ENTERABLE
from publisher.security import units_with
from publisher.web.context import installation, me, reading, world
from publisher.web.context import writing as writing_session
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.words import _


@dataclass(frozen=True)
class Page:
    """All that the workspace shows of one report."""

    row: DueReport
    unit: str
    said: Report
    edition: Edition | None
    editions: list[ReportEdition]
    history: list[Any]
    below: list[lower.Lower]
    texts: dict[str, str]
    ready: dict[str, str]
    paper: dict[str, str]
    missing: list[Figure]
    standing: str
    mine: bool  # the person may work on it
    upper: bool  # the person may take it over or return it

    @property
    def editable(self) -> bool:
        """Whether words and figures may be changed now."""
        return self.mine and self.row.state in closing.IN_WORK


@reports.get("/bao-cao/<int:report_id>", endpoint="duties_report")
@permission("read")
def report(report_id: int) -> str:
    """Show the workspace of a report: figures of this moment while it is open, those it was closed with after."""
    return _page(report_id)


def _page(report_id: int, message: str = "", sent: Form | None = None) -> str:
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        person = me(session)
        row = closing.get(session, person, report_id)
        said, edition = closing.said(session, zone, row)
        mine = units_with(session, person, "report")
        page = Page(
            row=row,
            unit=session.get_one(Unit, row.unit_id).name,
            said=said,
            edition=edition,
            editions=list(
                session.scalars(
                    select(ReportEdition).where(ReportEdition.report_id == row.id).order_by(ReportEdition.number.desc())
                )
            ),
            history=closing.history(session, row),
            below=lower.standing(session, row),
            texts=narrative.texts(said),
            ready=narrative.prefilled(said),
            paper=writing.form_values(writing.paper_of(session, row)),
            missing=narrative.missing(said.figures),
            standing=duties.standing(row, today),
            mine=row.unit_id in mine,
            upper=row.recipient_unit_id in mine if row.recipient_unit_id else False,
        )
    return render_template(
        "reports/workspace.html",
        page=page, today=today, message=message, sent=sent, sections=SECTIONS, shown=shown, source_words=source_words,
        enterable=ENTERABLE, state_titles=closing.STATE_TITLES, act_titles=closing.ACT_TITLES,
        counted=today > row.counted_to, behind=lambda key: _behind(row, key),
    )  # fmt: skip


def _behind(row: DueReport, key: str) -> str:
    """Return the address of what a line is made from: its readings, its activities, or the list of products."""
    days: dict[str, Any] = {"since": row.data_from.isoformat(), "until": row.counted_to.isoformat()}
    window = {**days, "unit": row.unit_id}
    atoms = BY_KEY[key].atoms
    if not atoms:
        return ""
    first = atoms[0]
    if first.metric == "landed":
        return url_for("reports.duties_report_preview", report_id=row.id, _anchor="phu-luc-2")
    if first.metric == "events":
        return url_for("reports.activities", form=first.forms[0] if len(first.forms) == 1 else None, **window)
    narrowed: dict[str, Any] = {
        name: values[0] for name, values in (("channel", first.channels), ("form", first.forms)) if len(values) == 1
    }
    return url_for("reports.figures_rows", metric=first.metric, **narrowed, **window)


Act = Callable[[Session, Person, DueReport, int], object]


def _do(report_id: int, sent: Form, act: Act, told: str) -> Response | tuple[str, int]:
    """Do one act on a report; a refusal shows the workspace again with what was typed."""
    try:
        with writing_session() as session:
            person = me(session)
            row = closing.get(session, person, report_id)
            act(session, person, row, sent.number("revision", _("Phiên bản")))
    except Missing:
        raise
    except Refused as error:
        if type(error) is not Refused:  # no right, or somebody else was first: a page of its own
            raise
        return _page(report_id, error.message, sent), 422
    flash(told, "success")
    return redirect(url_for("reports.duties_report", report_id=report_id))


@reports.post("/bao-cao/<int:report_id>/loi-van")
@permission("report")
def duties_report_write(report_id: int) -> Response | tuple[str, int]:
    """Keep the words of a report; a block that equals what the figures say goes on following them."""
    sent = form(one=("revision", *narrative.KEYS))
    zone = installation().config.zone

    def write(session: Session, person: Person, row: DueReport, revision: int) -> None:
        ready = narrative.prefilled(closing.said(session, zone, row)[0])
        blocks = {key: "" if _same(sent[key], ready[key]) else sent[key] for key in narrative.KEYS if key in sent.one}
        writing.write(session, person, row, revision, blocks)

    return _do(report_id, sent, write, _("Đã lưu lời văn."))


def _same(typed: str, ready: str) -> bool:
    return typed.split() == ready.split()


@reports.post("/bao-cao/<int:report_id>/so-lieu")
@permission("report")
def duties_report_enter(report_id: int) -> Response | tuple[str, int]:
    """Type a figure that no record holds, with its source; an empty one takes an earlier entry back."""
    sent = form(one=("revision", "key", "now", "running", "before", "reason"))
    key = sent["key"] if sent["key"] in BY_KEY else ""
    if not key:
        raise Missing(_("Không có dòng số liệu này."))

    def enter(session: Session, person: Person, row: DueReport, revision: int) -> None:
        title = _(BY_KEY[key].title)
        given = {column: sent[column] for column in ("now", "running", "before") if column in sent.one}
        values = {column: writing.stored(amount(text, title), key) for column, text in given.items()}
        held = writing.typed_values(session, row)
        changed = {column: value for column, value in values.items() if value != held.get((key, column))}
        if not changed:
            raise Refused(_("Chưa nhập số liệu nào."), "now")
        for column, value in changed.items():
            writing.enter(session, person, row, revision, key, column, value, sent["reason"])
            revision = row.revision

    return _do(report_id, sent, enter, _("Đã ghi số liệu."))


@reports.post("/bao-cao/<int:report_id>/van-ban")
@permission("report")
def duties_report_paper(report_id: int) -> Response | tuple[str, int]:
    """Put number, day and signer on the document."""
    sent = form(one=("revision", "number", "day", "signer"))

    def keep(session: Session, person: Person, row: DueReport, _revision: int) -> None:
        found = sent.number("number", _("Số văn bản")) if sent["number"].strip() else None
        writing.set_paper(session, person, row, found, read_day(sent["day"], _("Ngày ký")), sent["signer"])

    return _do(report_id, sent, keep, _("Đã lưu số, ngày và người ký."))


@reports.post("/bao-cao/<int:report_id>/viec")
@permission("report")
def duties_report_act(report_id: int) -> Response | tuple[str, int]:
    """Close, reopen, submit, accept or return a report."""
    sent = form(one=("revision", "act", "reason"))
    zone, reason = installation().config.zone, sent["reason"]
    acts: dict[str, tuple[Act, str]] = {
        "close": (lambda s, p, r, n: closing.close(s, zone, p, r, n), _("Đã chốt số liệu của kỳ.")),
        "submit": (lambda s, p, r, n: closing.submit(s, zone, p, r, n), _("Đã nộp báo cáo.")),
        "reopen": (lambda s, p, r, n: closing.reopen(s, p, r, n, reason), _("Đã mở lại; bản chốt cũ vẫn còn.")),
        "accept": (closing.accept, _("Đã tiếp nhận; số liệu được cộng vào báo cáo của đơn vị nhận.")),
        "return": (lambda s, p, r, n: closing.give_back(s, p, r, n, reason), _("Đã trả lại kèm lý do.")),
    }
    if sent["act"] not in acts:
        raise Refused(_("Không có việc này. Hãy tải lại trang."))
    if sent["act"] == "close":
        landings.enrol(world())  # what went out in the last minute counts too
    return _do(report_id, sent, *acts[sent["act"]])


@reports.get("/bao-cao/<int:report_id>/tong-hop", endpoint="duties_report_below")
@permission("read")
def below(report_id: int) -> str:
    """Show who of the lower units handed in, was taken over, is missing, and what each put into the sum."""
    zone = installation().config.zone
    today = clock.local_day(clock.now(), zone)
    with reading() as session:
        person = me(session)
        row = closing.get(session, person, report_id)
        unit = session.get_one(Unit, row.unit_id)
        found = lower.standing(session, row)
        said, edition = closing.said(session, zone, row)
        twice = lower.doubled([part for part in said.parts if not part.through], found)
        upper = row.unit_id in units_with(session, person, "report")
    return render_template(
        "reports/duties_below.html",
        row=row, unit=unit, below=found, said=said, edition=edition, twice=twice, upper=upper, today=today,
        standing=lambda one: duties.standing(one, today), days_late=lambda one: closing.days_late(one, today),
        state_titles=closing.STATE_TITLES, shown=shown,
    )  # fmt: skip
