"""People as an administrator sees them: adding, roles, closing, new passwords; nobody locks the last one out."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, security
from publisher.audit import acting
from publisher.model import Person, Role, SignInFailure, Unit
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.text import fold, line
from publisher.words import _

MOST = 2000  # people one list may hold


@dataclass(frozen=True)
class Added:
    """A person who may now sign in; `password` is shown once, None for somebody who was there before."""

    person: Person
    password: str | None


@dataclass(frozen=True)
class Scope:
    """What an administrator looks after: their units, and whether these are all there are."""

    units: frozenset[int]
    everything: bool


def scope(session: Session, admin: Person) -> Scope:
    """Return what an administrator looks after: 2 queries."""
    units = security.units_with(session, admin, "administer")
    return Scope(frozenset(units), set(session.scalars(select(Unit.id))) <= units)


def people(session: Session, within: Scope, words: str = "") -> list[Person]:
    """Return the people with a role in the scope (everybody when it is everything), by name: 2 queries."""
    query = select(Person).order_by(Person.active.desc(), Person.name, Person.id).limit(MOST)
    if not within.everything:
        query = query.where(Person.id.in_(select(Role.person_id).where(Role.unit_id.in_(within.units))))
    wanted = fold(words)
    return [one for one in session.scalars(query) if wanted in fold(f"{one.name} {one.email}")]


def get(session: Session, within: Scope, person_id: int) -> Person:
    """Return a person the scope shows, or raise `Missing`."""
    person = session.get(Person, person_id)
    seen = person is not None and (within.everything or any(role.unit_id in within.units for role in person.roles))
    if person is None or not seen:
        raise Missing(_("Không có người dùng số {number} trong phạm vi quản trị của bạn.").format(number=person_id))
    return person


def owns(within: Scope, person: Person) -> bool:
    """Return whether the scope holds every role of a person: only then may it close them or reset their password.

    Otherwise the administrator of one ward could take over somebody who works for the province too.
    """
    return within.everything or (bool(person.roles) and all(role.unit_id in within.units for role in person.roles))


def add(session: Session, admin: Person, email: str, name: str, unit_id: int, roles: Collection[str]) -> Added:
    """Add a person with roles in a unit; somebody known by that address already only gets the roles."""
    security.demand(session, admin, "administer", unit_id)
    if not roles:
        raise Refused(_("Hãy chọn ít nhất một vai trò."), "roles")
    unit = session.get_one(Unit, unit_id)
    address = line(email, _("Thư điện tử"), most=200, needed=True).lower()
    person = session.scalar(select(Person).where(Person.email == address))
    password = None
    if person is None:
        password = security.new_password()
        person = security.add_person(session, acting(admin), address, name, password, must_change=True)
    for role in roles:
        security.grant(session, acting(admin), person, unit, role)
    return Added(person, password)


def grant(session: Session, admin: Person, person: Person, unit_id: int, role: str) -> None:
    """Give a person a role in a unit that the administrator looks after."""
    security.demand(session, admin, "administer", unit_id)
    security.grant(session, acting(admin), person, session.get_one(Unit, unit_id), role)


def revoke(session: Session, admin: Person, person: Person, unit_id: int, role: str) -> None:
    """Take a role away; `Refused` when a unit would be left without an administrator."""
    security.demand(session, admin, "administer", unit_id)
    _keep_governed(session, person, role, unit_id)
    security.revoke(session, acting(admin), person, session.get_one(Unit, unit_id), role)


def rename(session: Session, admin: Person, person: Person, name: str) -> None:
    """Change a person's name; acts of the past keep the name they were done under."""
    _demand_whole(session, admin, person)
    before, person.name = person.name, line(name, _("Họ tên"), most=100, needed=True)
    if person.name != before:
        audit.record(session, acting(admin), "person.rename", "person", person.id, before=before, after=person.name)


def close(session: Session, admin: Person, person: Person, reason: str) -> None:
    """End a person's access at once; their acts stay in the trail under their name."""
    _demand_whole(session, admin, person)
    if person.id == admin.id:
        raise Refused(_("Bạn không tự đóng tài khoản của mình: hãy nhờ người quản trị khác."))
    if not person.active:
        raise Refused(_("Tài khoản người dùng này đã đóng."))
    reason = line(reason, _("Lý do"), most=300, needed=True)
    _keep_governed(session, person)
    person.active = False
    person.session_number += 1
    audit.record(session, acting(admin), "person.close", "person", person.id, reason=reason)


def reopen(session: Session, admin: Person, person: Person) -> None:
    """Let a closed person sign in again, with the roles they had."""
    _demand_whole(session, admin, person)
    if person.active:
        raise Refused(_("Tài khoản người dùng này đang hoạt động."))
    person.active = True
    audit.record(session, acting(admin), "person.reopen", "person", person.id)


def reset_password(session: Session, admin: Person, person: Person) -> str:
    """Return a one-time password for somebody who lost theirs; their sessions end and a lock-out is lifted."""
    _demand_whole(session, admin, person)
    if person.id == admin.id:
        raise Refused(_("Hãy đổi mật khẩu của chính bạn ở trang «Đổi mật khẩu»."))
    password = security.new_password()
    security.set_password(session, acting(admin), person, password, must_change=True)
    failure = session.get(SignInFailure, f"email:{person.email}")
    if failure is not None:
        session.delete(failure)
    return password


def _demand_whole(session: Session, admin: Person, person: Person) -> None:
    if not owns(scope(session, admin), person):
        raise NotAllowed(
            _("{name} còn có vai trò ở đơn vị ngoài phạm vi của bạn: việc này thuộc quản trị cấp trên.").format(
                name=person.name
            )
        )


def _keep_governed(session: Session, person: Person, role: str | None = None, unit_id: int | None = None) -> None:
    """Refuse to take an administrator role away (without `unit_id`: all of a person's) where no other covers a unit."""
    if role not in {None, "administrator"}:
        return
    held = session.execute(
        select(Role.person_id, Role.unit_id)
        .join(Person, Person.id == Role.person_id)
        .where(Role.name == "administrator", Person.active.is_(True))
        .with_for_update()  # two administrators who remove each other at once: the second sees what the first did
    ).all()
    left = {unit for owner, unit in held if owner != person.id or unit_id not in {None, unit}}
    lost = security.units_below(session, {unit for _owner, unit in held}) - security.units_below(session, left)
    if lost:
        names = session.scalars(select(Unit.short_name).where(Unit.id.in_(lost)).order_by(Unit.id).limit(3)).all()
        raise Refused(
            _(
                "Không làm được: {units} sẽ không còn người quản trị. Hãy cấp vai trò Quản trị cho người khác trước."
            ).format(units=", ".join(names))
        )
