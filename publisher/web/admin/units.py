"""Units: the tree, adding one, changing, moving, ending with a successor."""

from collections.abc import Mapping

from flask import render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import units as book
from publisher.editorial.content import day
from publisher.model import Account, Person, Unit, UnitLink, UnitSuccessor
from publisher.refusal import Refused
from publisher.security import everywhere, units_with
from publisher.web.admin.blueprint import Answer, acted, admin, choices
from publisher.web.context import me, reading
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _
from schedules.plan_file.words import UNIT_KINDS

FIELDS = (*book.TEXTS, "kind", "self_approval")


@admin.get("/don-vi", endpoint="units")
@permission("administer")
def units_tree() -> str:
    """Show the units looked after as a tree: 3 queries beside who is asking."""
    with reading() as session:
        found = book.tree(session, units_with(session, me(session), "administer"))
    return render_template("admin/units.html", branches=found, kinds=UNIT_KINDS, hierarchies=book.HIERARCHY_TITLES)


@admin.get("/don-vi/them")
@permission("administer")
def unit_new() -> str:
    """Show the form for a new unit."""
    return _new_page({}, None)


def _new_page(typed: Mapping[str, str], error: Refused | None) -> str:
    with reading() as session:
        person = me(session)
        parents = choices(session, units_with(session, person, "administer"))
        top = everywhere(session, person, "administer")
    return render_template(
        "admin/unit_new.html",
        parents=parents, top=top, typed=typed, faults=_faults(error), kinds=UNIT_KINDS,
        hierarchies=book.HIERARCHY_TITLES,
    )  # fmt: skip


def _faults(error: Refused | None, otherwise: str = "") -> dict[str, str]:
    """Return the message at the field it belongs to."""
    if error is None:
        return {}
    titles = {_(title): name for name, (title, _most) in book.TEXTS.items()}
    names = {**titles, _("Mã đơn vị"): "code", _("Văn bản căn cứ"): "basis"}
    return {names.get(error.field or "", error.field or otherwise): error.message}


def _fields(sent: Form) -> dict[str, str]:
    return {name: sent[name] for name in FIELDS}


@admin.post("/don-vi/them")
@permission("administer")
def unit_add() -> Answer:
    """Add a unit."""
    sent = form(one=("code", "parent", "hierarchy", *FIELDS))
    made: list[int] = []

    def act(session: Session, person: Person) -> str:
        parent = sent.number("parent", _("Đơn vị cấp trên")) if sent["parent"] else None
        unit = book.add(session, person, sent["code"], _fields(sent), parent, sent["hierarchy"])
        made.append(unit.id)
        return _("Đã thêm đơn vị «{name}».").format(name=unit.name)

    return acted(act, lambda: _here(made[0]), lambda error: _new_page(sent.one, error))


def _here(unit_id: int) -> str:
    return url_for("admin.unit", unit_id=unit_id)


@admin.get("/don-vi/<int:unit_id>")
@permission("administer")
def unit(unit_id: int) -> str:
    """Show a unit."""
    return _page(unit_id)


def _page(unit_id: int, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        person = me(session)
        found = book.get(session, person, unit_id)
        scope = units_with(session, person, "administer")
        links = session.execute(
            select(UnitLink, Unit.name)
            .join(Unit, Unit.id == UnitLink.parent_id)
            .where(UnitLink.child_id == unit_id)
            .order_by(UnitLink.valid_from.desc(), UnitLink.id)
        ).all()
        successors = session.execute(
            select(UnitSuccessor, Unit.name)
            .outerjoin(Unit, Unit.id == UnitSuccessor.new_id)
            .where(UnitSuccessor.old_id == unit_id)
        ).all()
        accounts = session.scalar(
            select(func.count()).select_from(Account).where(Account.unit_id == unit_id, Account.state != "closed")
        )
        others = [(other, name) for other, name in choices(session, scope) if other != unit_id]
    stored = {name: str(getattr(found, name)) for name in book.TEXTS} | {"kind": found.kind}
    values = {**stored, "self_approval": "1" if found.self_approval else ""}
    return render_template(
        "admin/unit.html",
        unit=found, values=values if typed is None else typed, faults=faults or {}, links=links,
        successors=successors, accounts=accounts, others=others, kinds=UNIT_KINDS, endings=book.ENDINGS,
        hierarchies=book.HIERARCHY_TITLES,
    )  # fmt: skip


@admin.post("/don-vi/<int:unit_id>")
@permission("administer")
def unit_save(unit_id: int) -> Answer:
    """Change what a unit is called and how it works."""
    sent = form(one=FIELDS)

    def act(session: Session, person: Person) -> str:
        book.change(session, person, book.get(session, person, unit_id), _fields(sent))
        return _("Đã lưu.")

    return acted(act, _here(unit_id), lambda error: _page(unit_id, sent.one, _faults(error)))


@admin.post("/don-vi/<int:unit_id>/cap-tren")
@permission("administer")
def unit_move(unit_id: int) -> Answer:
    """Put a unit under another parent."""
    sent = form(one=("parent", "hierarchy"))

    def act(session: Session, person: Person) -> str:
        found = book.get(session, person, unit_id)
        parent = sent.number("parent", _("Đơn vị cấp trên"))
        book.place_under(session, person, found, parent, sent["hierarchy"])
        return _("Đã ghi đơn vị cấp trên mới, tính từ hôm nay.")

    return acted(act, _here(unit_id), lambda error: _page(unit_id, None, {"parent": error.message}))


@admin.post("/don-vi/<int:unit_id>/ket-thuc")
@permission("administer")
def unit_end(unit_id: int) -> Answer:
    """Record that a unit ends and who takes over."""
    sent = form(one=("kind", "on", "basis"), many=("successors",))

    def act(session: Session, person: Person) -> str:
        found = book.get(session, person, unit_id)
        on = day(sent["on"], _("Ngày"))
        if on is None:
            raise Refused(_("Hãy chọn ngày."), "on")
        new = [int(value) for value in sent.many["successors"] if value.isdecimal()]
        book.end(session, person, found, sent["kind"], on, new, sent["basis"])
        return _("Đã ghi đơn vị kết thúc. Bài, số liệu và nhật ký của đơn vị được giữ nguyên.")

    return acted(act, _here(unit_id), lambda error: _page(unit_id, None, {"end": error.message}))


@admin.post("/don-vi/<int:unit_id>/hoat-dong-lai")
@permission("administer")
def unit_revive(unit_id: int) -> Answer:
    """Take back an end that was recorded by mistake."""
    form()

    def act(session: Session, person: Person) -> str:
        book.revive(session, person, book.get(session, person, unit_id))
        return _("Đã bỏ ghi kết thúc.")

    return acted(act, _here(unit_id), lambda error: _page(unit_id, None, {"end": error.message}))
