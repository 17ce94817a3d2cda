"""The unit's own dictionary: how its abbreviations and names are read aloud."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from publisher.model import Unit
from publisher.radio import lexicon
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.security import units_with
from publisher.web.context import me, reading, writing
from publisher.web.desk.bench import whole
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.radio import radio_desk
from publisher.words import _


@radio_desk.get("/tu-dien")
@permission("write")
def words() -> str:
    """Show a unit's dictionary."""
    typed = {"written": request.args.get("viet", "")[:100], "spoken": request.args.get("doc", "")[:200]}
    return _page(whole(request.args.get("unit", "")), typed, {})


def _page(unit_id: int | None, typed: dict[str, str], faults: dict[str, str]) -> str:
    with reading() as session:
        reached = units_with(session, me(session), "write")
        units = sorted(
            (unit for unit in (session.get(Unit, number) for number in reached) if unit), key=lambda unit: unit.name
        )
        unit = next((one for one in units if one.id == unit_id), units[0] if units and unit_id is None else None)
        if unit is None:
            raise Missing(_("Không có đơn vị này trong phần việc của bạn."))
        entries = lexicon.entries(session, unit.id)
    return render_template("radio/desk_words.html", units=units, unit=unit, entries=entries, typed=typed, faults=faults)


@radio_desk.post("/tu-dien")
@permission("write")
def word_put() -> Response | tuple[str, int]:
    """Add an entry or replace its reading."""
    sent = form(one=("unit", "written", "spoken"))
    unit_id = sent.number("unit", _("Đơn vị"))
    try:
        with writing() as session:
            entry = lexicon.put(session, me(session), unit_id, sent["written"], sent["spoken"])
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        field = {_("Chữ viết"): "written", _("Cách đọc"): "spoken"}.get(error.field or "", error.field or "")
        return _page(unit_id, sent.one, {field: error.message}), 422
    flash(_("Từ nay «{written}» đọc là «{spoken}».").format(written=entry.written, spoken=entry.spoken), "success")
    return redirect(url_for("radio_desk.words", unit=unit_id))


@radio_desk.post("/tu-dien/<int:entry>/bo")
@permission("write")
def word_remove(entry: int) -> Response:
    """Take an entry out of the dictionary."""
    sent = form(one=("unit",))
    with writing() as session:
        lexicon.remove(session, me(session), entry)
    flash(_("Đã bỏ mục khỏi từ điển."), "success")
    return redirect(url_for("radio_desk.words", unit=sent["unit"]))
