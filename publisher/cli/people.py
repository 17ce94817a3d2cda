"""`publisher user add`: people and their roles."""

import click
from sqlalchemy import select

from publisher import security
from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.model import ROLES, Person
from publisher.words import _


@click.group()
def user() -> None:
    """Người dùng."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Họ tên.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), required=True, help="Vai trò (nhiều lần).")
@click.option("--unit", "unit_code", help="Mã đơn vị.")
@as_json
def user_add(email: str, name: str, roles: tuple[str, ...], unit_code: str | None, as_json: bool) -> None:
    """Thêm người dùng EMAIL và in mật khẩu dùng một lần."""
    password = security.new_password()
    with opened() as installation, installation.world.db.writing() as session:
        unit = find_unit(session, unit_code)
        person = security.add_person(session, COMMAND, email, name, password, must_change=True)
        for role in roles:
            security.grant(session, COMMAND, person, unit, role)
        data = {"id": person.id, "email": person.email, "roles": list(roles), "password": password}
    emit(as_json, data, lambda: [_("Đã thêm {email}. Mật khẩu dùng một lần: {password}").format(**data)])


@user.command("password")
@click.argument("email")
@as_json
def user_password(email: str, as_json: bool) -> None:
    """Cấp mật khẩu dùng một lần mới cho EMAIL; mọi phiên đang mở của người này kết thúc."""
    from publisher.refusal import Missing

    password = security.new_password()
    with opened() as installation, installation.world.db.writing() as session:
        person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
        if person is None:
            raise Missing(_("Không có người dùng {email}.").format(email=email))
        security.set_password(session, COMMAND, person, password, must_change=True)
        data = {"email": person.email, "password": password}
    emit(as_json, data, lambda: [_("Mật khẩu dùng một lần của {email}: {password}").format(**data)])
