"""Who may do what: passwords, sign-in with lock-out, rights by role and unit."""

import math
import secrets
import threading
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import ROLES, Person, Role, SignInFailure, Unit, UnitLink
from publisher.model.database import Database
from publisher.refusal import NotAllowed, Refused
from publisher.text import line
from publisher.words import _, mark

ROLE_TITLES = {
    "editor": mark("Biên tập"),
    "approver": mark("Duyệt bài"),
    "station": mark("Đài truyền thanh"),
    "reporter": mark("Báo cáo"),
    "administrator": mark("Quản trị"),
}

# What each role may do. Everybody but a station's people may read the desk of the role's units.
RIGHTS: dict[str, frozenset[str]] = {
    "editor": frozenset({"read", "write"}),
    "approver": frozenset({"read", "write", "approve"}),
    "station": frozenset({"air"}),
    "reporter": frozenset({"read", "report"}),
    "administrator": frozenset({"read", "plan", "administer"}),
}

_HASHER = PasswordHasher()
_HASHING = threading.BoundedSemaphore(2)  # argon2 takes 64 MB a hash: two at once on a small machine
_NOBODY = _HASHER.hash("nobody")  # verified for unknown addresses too, so that the time tells nothing
SHORTEST_PASSWORD = 10
FREE_TRIES = 5
LONGEST_LOCK = timedelta(hours=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; `Refused` when it is too short to be one."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(_("Mật khẩu phải có ít nhất {least} ký tự.").format(least=SHORTEST_PASSWORD), "password")
    if len(password) > 200:
        raise Refused(_("Mật khẩu dài quá 200 ký tự."), "password")
    with _HASHING:
        return _HASHER.hash(password)


def _matches(hashed: str, password: str) -> bool:
    with _HASHING:
        try:
            return _HASHER.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def new_password() -> str:
    """Return a random password that can be read out: four groups of four letters and digits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _g in range(4))


def add_person(
    session: Session, actor: Actor, email: str, name: str, password: str, *, must_change: bool = False
) -> Person:
    """Create a person; `Refused` if the address is taken or no address."""
    email = line(email, _("Thư điện tử"), most=200, needed=True).lower()
    if "@" not in email.strip("@"):
        raise Refused(_("Thư điện tử «{email}» không đúng dạng ten@coquan.gov.vn.").format(email=email), "email")
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise Refused(_("Đã có người dùng với thư điện tử {email}.").format(email=email), "email")
    person = Person(
        email=email,
        name=line(name, _("Họ tên"), most=100, needed=True),
        password_hash=hash_password(password),
        must_change_password=must_change,
        created_at=clock.now(),
    )
    session.add(person)
    session.flush()
    audit.record(session, actor, "person.add", "person", person.id, email=email)
    return person


def set_password(session: Session, actor: Actor, person: Person, password: str, *, must_change: bool = False) -> None:
    """Give a person a new password and end all their open sessions."""
    person.password_hash = hash_password(password)
    person.must_change_password = must_change
    person.session_number += 1
    audit.record(session, actor, "person.password", "person", person.id)


def grant(session: Session, actor: Actor, person: Person, unit: Unit, role: str) -> None:
    """Give a person a role in a unit; giving it twice changes nothing."""
    if role not in ROLES:
        raise Refused(
            _("Không có vai trò «{role}». Chọn một trong: {known}.").format(role=role, known=", ".join(ROLES))
        )
    if any(r.unit_id == unit.id and r.name == role for r in person.roles):
        return
    person.roles.append(Role(person_id=person.id, unit_id=unit.id, name=role))
    session.flush()
    audit.record(session, actor, "role.grant", "person", person.id, unit_id=unit.id, role=role)


def revoke(session: Session, actor: Actor, person: Person, unit: Unit, role: str) -> None:
    """Take a role away; it takes effect at the person's next request."""
    for held in list(person.roles):
        if held.unit_id == unit.id and held.name == role:
            person.roles.remove(held)
            session.delete(held)
            audit.record(session, actor, "role.revoke", "person", person.id, unit_id=unit.id, role=role)


def sign_in(db: Database, email: str, password: str, address: str) -> Person:
    """Return the person whose address and password these are.

    Raises `Refused` with one sentence for a wrong address, a wrong password and a closed account alike; after
    `FREE_TRIES` failures of an account or of a network address each further one doubles the wait, up to an hour.
    """
    email = email.strip().lower()[:200]
    keys = (f"email:{email}", f"address:{address}")
    with db.writing() as session:
        _refuse_locked(session, keys)
        person = session.scalar(select(Person).where(Person.email == email))
        hashed = person.password_hash if person is not None and person.active else _NOBODY
    right = _matches(hashed, password)  # outside the transaction: it takes a tenth of a second
    with db.writing() as session:
        person = session.scalar(select(Person).where(Person.email == email))
        if not right or person is None or not person.active:
            for key in keys:
                _count_failure(session, key)
            audit.record(session, Actor("web"), "sign_in.fail", "person", person.id if person else 0, address=address)
            failed = True
        else:
            failed = False
            failure = session.get(SignInFailure, keys[0])
            if failure is not None:
                session.delete(failure)
            audit.record(session, audit.acting(person), "sign_in", "person", person.id, address=address)
    if failed or person is None:
        raise Refused(_("Thư điện tử hoặc mật khẩu không đúng."), "password")
    return person


def _refuse_locked(session: Session, keys: tuple[str, ...]) -> None:
    now = clock.now()
    for key in keys:
        failure = session.get(SignInFailure, key)
        if failure is not None and failure.locked_until is not None and failure.locked_until > now:
            minutes = math.ceil((failure.locked_until - now).total_seconds() / 60)
            raise Refused(
                _("Đăng nhập sai nhiều lần. Hãy thử lại sau {minutes} phút.").format(minutes=minutes), "password"
            )


def _count_failure(session: Session, key: str) -> None:
    now = clock.now()
    failure = session.get(SignInFailure, key)
    if failure is None:
        failure = SignInFailure(key=key, count=0, last_at=now)
        session.add(failure)
    if now - failure.last_at > timedelta(days=1):
        failure.count = 0
    failure.count, failure.last_at = failure.count + 1, now
    # A whole office may share one address: it gets ten times the patience of one account.
    free = FREE_TRIES * 10 if key.startswith("address:") else FREE_TRIES
    if failure.count >= free:
        failure.locked_until = now + min(timedelta(minutes=2 ** (failure.count - free)), LONGEST_LOCK)


def _links(session: Session) -> list[tuple[int, int]]:
    """Return today's (parent, child) edges of the hierarchies that rights follow: 1 query."""
    today = clock.now().date()
    rows = session.execute(
        select(UnitLink.parent_id, UnitLink.child_id)
        .where(UnitLink.hierarchy.in_(("hanh_chinh", "cong_doan")))
        .where(UnitLink.valid_from <= today, (UnitLink.valid_to.is_(None)) | (UnitLink.valid_to >= today))
    )
    return [(row.parent_id, row.child_id) for row in rows]


def _reached(start: set[int], edges: list[tuple[int, int]]) -> set[int]:
    """Return `start` and what can be reached from it along (from, to) edges."""
    onward: dict[int, list[int]] = {}
    for here, there in edges:
        onward.setdefault(here, []).append(there)
    found, todo = set(start), list(start)
    while todo:
        for unit_id in onward.get(todo.pop(), ()):
            if unit_id not in found:
                found.add(unit_id)
                todo.append(unit_id)
    return found


def units_below(session: Session, unit_ids: set[int]) -> set[int]:
    """Return the units themselves and every unit below them today in the administrative or union hierarchy."""
    return _reached(unit_ids, _links(session))


def units_above(session: Session, unit_id: int) -> set[int]:
    """Return the unit itself and every unit above it today in the administrative or union hierarchy: 1 query."""
    return _reached({unit_id}, [(child, parent) for parent, child in _links(session)])


def rights_in(session: Session, person: Person, unit_id: int) -> frozenset[str]:
    """Return everything a person may do in one unit; empty for somebody who may not even read there: 1 query."""
    if not person.active:
        return frozenset()
    above = units_above(session, unit_id)
    return frozenset(right for role in person.roles if role.unit_id in above for right in RIGHTS[role.name])


def units_by_right(session: Session, person: Person) -> dict[str, set[int]]:
    """Return, for every right there is, the ids of the units in which a person has it: 1 query."""
    edges = _links(session)
    held: dict[str, set[int]] = {right: set() for rights in RIGHTS.values() for right in rights}
    for role in person.roles if person.active else ():
        for right in RIGHTS[role.name]:
            held[right].add(role.unit_id)
    return {right: _reached(units, edges) for right, units in held.items()}


def units_with(session: Session, person: Person, right: str) -> set[int]:
    """Return the ids of the units in which a person has a right."""
    if not person.active:
        return set()
    return units_below(session, {role.unit_id for role in person.roles if right in RIGHTS[role.name]})


def everywhere(session: Session, person: Person, right: str) -> bool:
    """Return whether a person has a right in every unit of the installation."""
    return set(session.scalars(select(Unit.id))) <= units_with(session, person, right)


_NEEDS = {
    "read": mark("xem"),
    "write": mark("biên tập"),
    "approve": mark("duyệt bài"),
    "air": mark("ghi nhật ký phát sóng"),
    "report": mark("lập báo cáo"),
    "plan": mark("nhập kế hoạch"),
    "administer": mark("quản trị"),
}


def demand(session: Session, person: Person, right: str, unit_id: int) -> None:
    """Raise `NotAllowed` unless the person has the right in the unit."""
    if unit_id not in units_with(session, person, right):
        raise NotAllowed(
            _("Bạn không có quyền {right} ở đơn vị này. Hãy liên hệ quản trị của cơ quan.").format(
                right=_(_NEEDS[right])
            )
        )
