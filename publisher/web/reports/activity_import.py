"""Taking in a spreadsheet of activities, and its template."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from publisher.audit import acting
from publisher.intake import activities as intake
from publisher.intake import sheet
from publisher.intake.posts import RowFault, RowFaults
from publisher.model import Unit
from publisher.refusal import Refused
from publisher.security import demand, units_with
from publisher.web.context import installation, me, reading, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.words import _

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@reports.get("/hoat-dong/nhap", endpoint="activities_import")
@permission("report")
def import_page() -> str:
    """Show the page that takes a spreadsheet."""
    return _page()


def _page(message: str = "", faults: Sequence[RowFault] = (), unit: str = "") -> str:
    with reading() as session:
        mine = units_with(session, me(session), "report")
        units = session.execute(
            select(Unit.id, Unit.name).where(Unit.id.in_(mine), Unit.valid_to.is_(None)).order_by(Unit.name)
        ).all()
    return render_template(
        "reports/activity_import.html",
        units=units, message=message, faults=faults[:MOST_SHOWN], more=max(len(faults) - MOST_SHOWN, 0), unit=unit,
        most=intake.MOST_ROWS,
    )  # fmt: skip


@reports.post("/hoat-dong/nhap", endpoint="activities_take_in")
@permission("report")
def take_in() -> AnyResponse | tuple[str, int]:
    """Take in a spreadsheet: all of it, or nothing with every fault listed."""
    sent = form(one=("unit",))
    try:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Refused(_("Hãy chọn một tệp .xlsx hoặc .csv."), "file")
        data, name = file.stream.read(sheet.LARGEST + 1), file.filename[:200]
        rows = intake.read(data, name)  # no session is open: a large file takes a while
        with writing() as session:
            person = me(session)
            unit_id = sent.number("unit", _("Đơn vị"))
            demand(session, person, "report", unit_id)
            stored = intake.take_in(session, acting(person), installation().config.zone, unit_id, name, data, rows)
    except RowFaults as error:
        return _page(_("Tệp còn lỗi, chưa có gì được nhập."), error.faults, sent["unit"]), 422
    except Refused as error:
        return _page(error.message, (), sent["unit"]), 422
    flash(_("Đã nhập {count} hoạt động.").format(count=len(stored)), "success")
    first, last = min(row.until for row in stored), max(row.until for row in stored)
    return redirect(url_for("reports.activities", since=first.isoformat(), until=last.isoformat()))


@reports.get("/hoat-dong/mau.xlsx", endpoint="activities_template")
@permission("report")
def template() -> Response:
    """Hand out the spreadsheet to fill in."""
    response = Response(intake.template(), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="hoat-dong-mau.xlsx"'
    return response
