"""The reports of a year: what is due when, by which rule; the office's settings of reporting; letterheads."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.model import DueReport, Person, Plan, Unit
from publisher.refusal import Missing, Refused
from publisher.reports import closing, duties, writing
from publisher.reports.letterhead import Letterhead
from publisher.reports.regime import read_regime, set_regime
from publisher.security import demand, everywhere, units_with
from publisher.web.context import installation, me, reading
from publisher.web.context import writing as writing_session
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.window import number
from publisher.words import _, mark

SHIFT_TITLES = {
    "": mark("Theo cách của từng lịch"),
    "next": mark("Dời sau: ngày làm việc tiếp theo"),
    "previous": mark("Dời trước: ngày làm việc liền trước"),
    "none": mark("Giữ nguyên ngày"),
}
SENDER_TITLES = {"own": mark("Đơn vị được giao kế hoạch"), "below": mark("Các đơn vị trực thuộc")}


@dataclass(frozen=True)
class Line:
    """One report of the list."""

    row: DueReport
    unit: str
    standing: str
    days_late: int


@reports.get("/bao-cao", endpoint="duties")
@permission("read")
def duties_list() -> str:
    """List the reports of a year, duties without dates, what was handed in from below: 9 queries and 1 a plan."""
    today = clock.local_day(clock.now(), installation().config.zone)
    year = number("nam") or today.year
    unit_id = number("unit")
    with reading() as session:
        person = me(session)
        known = units_with(session, person, "read")
        units = {unit_id} if unit_id in known else known
        names = _names(session, known)
        incoming = [_line(row, names, today) for row in duties.owed_to(session, units, year)]
        below = {line.row.id for line in incoming}
        own = [_line(row, names, today) for row in duties.of_year(session, units, year) if row.id not in below]
        plans = set(session.scalars(select(Plan.id).where(Plan.unit_id.in_(units))))
        rules = duties.duties(session, year, plans)
        regime = read_regime(session)
        mine = units_with(session, person, "report")
        may_set = everywhere(session, person, "administer")
    return render_template(
        "reports/duties.html",
        year=year, today=today, own=own, incoming=incoming, names=names, unit=unit_id if unit_id in known else None,
        rules=rules, regime=regime, mine=mine, may_set=may_set, state_titles=closing.STATE_TITLES,
        shifts=SHIFT_TITLES, senders=SENDER_TITLES,
    )  # fmt: skip


def _names(session: Session, units: set[int]) -> dict[int, str]:
    rows = session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(units)).order_by(Unit.short_name))
    return {row.id: row.short_name for row in rows}


def _line(row: DueReport, names: dict[int, str], today: date) -> Line:
    return Line(row, names.get(row.unit_id, ""), duties.standing(row, today), closing.days_late(row, today))


@reports.post("/bao-cao/nam")
@permission("report")
def duties_make() -> Response:
    """Bring the list of a year up to date from the plans of the person's units."""
    sent = form(one=("year",))
    year = sent.number("year", _("Năm"))
    with writing_session() as session:
        person = me(session)
        plans = set(session.scalars(select(Plan.id).where(Plan.unit_id.in_(units_with(session, person, "report")))))
        made = duties.make_year(session, acting(person), year, plans)
    flash(
        _("Năm {year}: thêm {made}, cập nhật {changed}, bỏ {removed} báo cáo.").format(
            year=year, made=made.made, changed=made.changed, removed=made.removed
        ),
        "success",
    )
    return redirect(url_for("reports.duties", nam=year))


@reports.post("/bao-cao/che-do")
@permission("report")
def duties_rule() -> Response:
    """Store by which calendar a duty is due, who sends it and how its due dates move."""
    sent = form(one=("plan", "ref", "calendar", "senders", "shift", "earlier_days", "year"))
    with writing_session() as session:
        person = me(session)
        plan = session.get(Plan, sent.number("plan", _("Kế hoạch")))
        if plan is None or plan.unit_id not in units_with(session, person, "read"):
            raise Missing(_("Không có kế hoạch này."))
        demand(session, person, "report", plan.unit_id)
        duties.set_rule(
            session, acting(person), plan, sent["ref"], calendar=sent["calendar"], senders=sent["senders"],
            shift=sent["shift"], earlier_days=sent.number("earlier_days", _("Nộp sớm")) if sent["earlier_days"] else 0,
        )  # fmt: skip
    flash(_("Đã lưu chế độ báo cáo; các kỳ chưa chốt đã theo lịch mới."), "success")
    return redirect(url_for("reports.duties", nam=sent["year"] or None, _anchor="che-do"))


@reports.get("/bao-cao/thiet-lap", endpoint="duties_settings")
@permission("administer")
def settings() -> str:
    """Show how due dates move, when to remind, and the office's own calendars."""
    return _settings_page()


def _settings_page(sent: Form | None = None, message: str = "") -> str:
    with reading() as session:
        regime = read_regime(session)
        may = everywhere(session, me(session), "administer")
    return render_template(
        "reports/duties_settings.html", regime=regime, shifts=SHIFT_TITLES, sent=sent, message=message, may=may
    )


@reports.post("/bao-cao/thiet-lap")
@permission("administer")
def duties_settings_post() -> Response | tuple[str, int]:
    """Store the settings; a fault in the office's own calendars comes back with the text kept."""
    sent = form(one=("shift", "remind_days", "calendars"))
    try:
        days = [int(one) for one in sent["remind_days"].replace(";", ",").split(",") if one.strip()]
    except ValueError:
        return _settings_page(sent, _("Số ngày nhắc: viết các số cách nhau bằng dấu phẩy, ví dụ 7, 3, 1.")), 422
    try:
        with writing_session() as session:
            person = me(session)
            if not everywhere(session, person, "administer"):
                raise Refused(_("Chỉ người quản trị toàn hệ thống được sửa thiết lập chung."))
            set_regime(
                session, acting(person), shift=sent["shift"], remind_days=days, calendars=sent["calendars"].strip()
            )
    except Refused as error:
        return _settings_page(sent, error.message), 422
    flash(_("Đã lưu. Bấm «Cập nhật danh sách» để dời hạn các kỳ chưa chốt."), "success")
    return redirect(url_for("reports.duties"))


@reports.get("/bao-cao/the-thuc/<int:unit_id>", endpoint="duties_letterhead")
@permission("read")
def letterhead(unit_id: int) -> str:
    """Show the letterhead of a unit's documents."""
    return _letterhead_page(unit_id)


def _letterhead_page(unit_id: int, sent: Form | None = None, message: str = "", field: str = "") -> str:
    with reading() as session:
        person = me(session)
        unit = _unit(session, person, unit_id)
        paper: Letterhead = writing.letterhead(session, unit)
        may = unit_id in units_with(session, person, "report")
    values = sent.one if sent else writing.form_values(paper)
    return render_template(
        "reports/duties_letterhead.html", unit=unit, values=values, paper=paper, may=may, message=message, field=field
    )


def _unit(session: Session, person: Person, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or unit_id not in units_with(session, person, "read"):
        raise Missing(_("Không có đơn vị số {number}.").format(number=unit_id))
    return unit


@reports.post("/bao-cao/the-thuc/<int:unit_id>")
@permission("report")
def duties_letterhead_post(unit_id: int) -> Response | tuple[str, int]:
    """Store a unit's letterhead."""
    sent = form(one=("profile", "parent", "issuer", "code", "place", "addressees", "recipients", "signing", "signer"))
    try:
        with writing_session() as session:
            person = me(session)
            unit = _unit(session, person, unit_id)
            demand(session, person, "report", unit_id)
            writing.set_letterhead(session, acting(person), unit, sent.one)
    except Missing:
        raise
    except Refused as error:
        return _letterhead_page(unit_id, sent, error.message, error.field or ""), 422
    flash(_("Đã lưu thể thức văn bản của đơn vị."), "success")
    return redirect(url_for("reports.duties"))
