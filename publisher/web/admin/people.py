"""People: the list, adding somebody, roles by unit, closing and reopening, a new password."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import staff
from publisher.model import ROLES, Audit, Person
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.web import wording
from publisher.web.admin.blueprint import Answer, acted, admin, choices, unit_names
from publisher.web.context import me, reading, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _


@admin.get("/nguoi-dung")
@permission("administer")
def people() -> str:
    """List the people with a role in the units looked after: 5 queries beside who is asking."""
    words = " ".join(request.args.get("q", "").split())[:100]
    with reading() as session:
        within = staff.scope(session, me(session))
        found = staff.people(session, within, words)
        names = unit_names(session)
    return render_template("admin/people.html", people=found, units=names, within=within, q=words)


@admin.get("/nguoi-dung/them")
@permission("administer")
def person_new() -> str:
    """Show the form for a new person."""
    return _new_page({}, (), None)


def _new_page(typed: Mapping[str, str], roles: tuple[str, ...], error: Refused | None) -> str:
    with reading() as session:
        units = choices(session, staff.scope(session, me(session)).units)
    names = {_("Thư điện tử"): "email", _("Họ tên"): "name", "email": "email", "roles": "roles"}
    faults = {names.get(error.field or "", ""): error.message} if error else {}
    return render_template(
        "admin/person_new.html", units=units, roles=ROLES, typed=typed, chosen=roles, faults=faults
    )  # fmt: skip


@admin.post("/nguoi-dung/them")
@permission("administer")
def person_add() -> Response | str | tuple[str, int]:
    """Add a person and show their one-time password.

    The password stands in this answer alone: sent through a redirect it would lie in a cookie or an address.
    """
    sent = form(one=("email", "name", "unit"), many=("roles",))
    roles = tuple(sent.many["roles"])
    try:
        with writing() as session:
            unit_id = sent.number("unit", _("Đơn vị"))
            added = staff.add(session, me(session), sent["email"], sent["name"], unit_id, roles)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _new_page(sent.one, roles, error), 422
    if added.password is None:
        flash(_("{name} đã có tài khoản từ trước: đã cấp thêm vai trò.").format(name=added.person.name), "success")
        return redirect(_here(added.person.id))
    return render_template("admin/password.html", person=added.person, password=added.password, fresh=True)


@admin.get("/nguoi-dung/<int:person_id>")
@permission("administer")
def person(person_id: int) -> str:
    """Show a person."""
    return _page(person_id)


def _here(person_id: int) -> str:
    return url_for("admin.person", person_id=person_id)


def _page(person_id: int, faults: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        admin_person = me(session)
        within = staff.scope(session, admin_person)
        found = staff.get(session, within, person_id)
        units = choices(session, within.units)
        names = unit_names(session)
        history = session.scalars(
            select(Audit)
            .where(Audit.subject == "person", Audit.subject_id == found.id)
            .order_by(Audit.id.desc())
            .limit(30)
        ).all()
    return render_template(
        "admin/person.html",
        person=found, own=staff.owns(within, found), myself=found.id == admin_person.id, within=within, units=units,
        names=names, roles=ROLES, history=history, words=wording, faults=faults or {},
    )  # fmt: skip


def _found(session: Session, admin_person: Person, person_id: int) -> Person:
    return staff.get(session, staff.scope(session, admin_person), person_id)


@admin.post("/nguoi-dung/<int:person_id>/vai-tro")
@permission("administer")
def person_grant(person_id: int) -> Answer:
    """Give a role in a unit."""
    sent = form(one=("unit", "role"))

    def act(session: Session, admin_person: Person) -> str:
        found = _found(session, admin_person, person_id)
        staff.grant(session, admin_person, found, sent.number("unit", _("Đơn vị")), sent["role"])
        return _("Đã cấp vai trò.")

    return acted(act, _here(person_id), lambda error: _page(person_id, {"role": error.message}))


@admin.post("/nguoi-dung/<int:person_id>/bo-vai-tro")
@permission("administer")
def person_revoke(person_id: int) -> Answer:
    """Take a role away."""
    sent = form(one=("unit", "role"))

    def act(session: Session, admin_person: Person) -> str:
        found = _found(session, admin_person, person_id)
        staff.revoke(session, admin_person, found, sent.number("unit", _("Đơn vị")), sent["role"])
        return _("Đã bỏ vai trò; có hiệu lực ngay.")

    # Whoever gives up their own last role here may not see the page again.
    return acted(act, url_for("admin.people"), lambda error: _page(person_id, {"roles": error.message}))


@admin.post("/nguoi-dung/<int:person_id>/ten")
@permission("administer")
def person_rename(person_id: int) -> Answer:
    """Change a person's name."""
    sent = form(one=("name",))

    def act(session: Session, admin_person: Person) -> str:
        staff.rename(session, admin_person, _found(session, admin_person, person_id), sent["name"])
        return _("Đã đổi họ tên.")

    return acted(act, _here(person_id), lambda error: _page(person_id, {"name": error.message}))


@admin.post("/nguoi-dung/<int:person_id>/dong")
@permission("administer")
def person_close(person_id: int) -> Answer:
    """End a person's access."""
    sent = form(one=("reason",))

    def act(session: Session, admin_person: Person) -> str:
        staff.close(session, admin_person, _found(session, admin_person, person_id), sent["reason"])
        return _("Đã đóng tài khoản người dùng; mọi phiên đang mở đã kết thúc.")

    return acted(act, _here(person_id), lambda error: _page(person_id, {"close": error.message}))


@admin.post("/nguoi-dung/<int:person_id>/mo-lai")
@permission("administer")
def person_reopen(person_id: int) -> Answer:
    """Let a closed person sign in again."""
    form()

    def act(session: Session, admin_person: Person) -> str:
        staff.reopen(session, admin_person, _found(session, admin_person, person_id))
        return _("Đã mở lại tài khoản người dùng.")

    return acted(act, _here(person_id), lambda error: _page(person_id, {"close": error.message}))


@admin.post("/nguoi-dung/<int:person_id>/mat-khau")
@permission("administer")
def person_password(person_id: int) -> str | tuple[str, int]:
    """Show a new one-time password, in this answer alone."""
    form()
    try:
        with writing() as session:
            admin_person = me(session)
            found = _found(session, admin_person, person_id)
            password = staff.reset_password(session, admin_person, found)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _page(person_id, {"password": error.message}), 422
    return render_template("admin/password.html", person=found, password=password, fresh=False)
