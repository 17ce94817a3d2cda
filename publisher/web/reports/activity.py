"""One activity: its words, its numbers with their corrections, its proofs; taking it back."""

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.audit import acting
from publisher.intake.numbers import count
from publisher.model import Activity, Reading, Unit
from publisher.reach import activities as verbs
from publisher.reach import detail, evidence, metrics
from publisher.reach.activities import number_titles
from publisher.reach.forms import FORMS
from publisher.refusal import Missing, Refused
from publisher.security import demand, rights_in
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.words import _


@reports.get("/hoat-dong/<int:activity_id>", endpoint="activities_one")
@permission("read")
def one(activity_id: int) -> str:
    """Show one activity: 6 queries beside who is asking."""
    return _page(activity_id)


def _page(activity_id: int, message: str = "") -> str:
    with reading() as session:
        person = me(session)
        row = _readable(session, activity_id)
        held = verbs.held_of(session, [(row, session.get_one(Unit, row.unit_id).short_name)])[0]
        history = detail.history(session, Reading.activity_id, activity_id)
        proofs = evidence.of(session, "activity", [activity_id]).get(activity_id, [])
        may = "report" in rights_in(session, person, row.unit_id)
    return render_template(
        "reports/activity.html",
        row=row, held=held, facts=FORMS[row.form], history=history, proofs=proofs, may=may and row.struck_at is None,
        its_numbers=number_titles(row.form), title_of=metrics.title, sources=metrics.SOURCES, message=message,
        struck=frozenset(line.corrects_id for line, _by in history if line.struck),
    )  # fmt: skip


def _readable(session: Session, activity_id: int) -> Activity:
    row = verbs.get(session, activity_id)
    if "read" not in rights_in(session, me(session), row.unit_id):
        raise Missing(_("Không có hoạt động số {number}.").format(number=activity_id))
    return row


@reports.post("/hoat-dong/<int:activity_id>", endpoint="activities_change")
@permission("report")
def change(activity_id: int) -> Response | tuple[str, int]:
    """Change an activity's words, correct a number, add proofs, or take the whole back."""
    sent = form(one=("act", "title", "place", "partner", "note", "metric", "value", "reason", "url"))
    try:
        proofs = sent_proofs("proof", sent["url"])
        with writing() as session:
            row = _readable(session, activity_id)
            person = me(session)
            demand(session, person, "report", row.unit_id)
            actor = acting(person)
            if sent["act"] == "strike":
                verbs.strike(session, actor, row, sent["reason"])
            elif sent["act"] == "number":
                value = count(sent["value"], _("Giá trị mới"))
                if value is None:
                    raise Refused(_("Giá trị mới: chưa nhập."), "value")
                zone = installation().config.zone
                verbs.set_number(session, actor, zone, row, sent["metric"], value, sent["reason"])
            elif sent["act"] == "proof":
                if not proofs:
                    raise Refused(_("Hãy chọn tệp hoặc nhập đường dẫn."), "proof")
                for proof in proofs:
                    evidence.attach(session, world().files, actor, row.unit_id, proof, [("activity", row.id)])
            else:
                verbs.change(session, actor, row, sent["title"], sent["place"], sent["partner"], sent["note"])
    except Missing:
        raise
    except Refused as error:
        return _page(activity_id, error.message), 422
    told = {
        "strike": _("Đã bỏ hoạt động và các số liệu của nó."),
        "number": _("Đã sửa số liệu; số cũ vẫn còn trong sổ."),
    }
    flash(told.get(sent["act"], _("Đã lưu.")), "success")
    return redirect(url_for("reports.activities_one", activity_id=activity_id))
