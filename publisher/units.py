"""Units: adding, changing, moving in a hierarchy, ending with a successor; and the tree that staff see."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from publisher import audit, clock, security
from publisher.audit import acting
from publisher.model import Person, Role, Unit, UnitLink, UnitSuccessor
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.text import line, slug
from publisher.words import _, mark
from schedules.plan_file.words import UNIT_KINDS

# The hierarchies that rights follow (security.units_below); the others only group reports.
HIERARCHY_TITLES = {
    "hanh_chinh": mark("Hành chính"),
    "cong_doan": mark("Công đoàn"),
    "dang_doan": mark("Đảng, đoàn thể"),
    "nganh": mark("Ngành dọc"),
}
ENDINGS = {
    "doi_ten": mark("Đổi tên"),
    "sap_nhap": mark("Sáp nhập"),
    "chia_tach": mark("Chia, tách"),
    "giai_the": mark("Giải thể"),
}
TEXTS = {
    "name": (mark("Tên đơn vị"), 200),
    "short_name": (mark("Tên ngắn"), 80),
    "abbreviation": (mark("Chữ viết tắt"), 20),
    "place": (mark("Địa danh"), 100),
    "admin_code": (mark("Mã hành chính"), 20),
    "hotline": (mark("Đường dây nóng"), 60),
}
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Branch:
    """A unit in the tree: how deep it stands below the topmost unit the reader sees, and where it hangs."""

    unit: Unit
    depth: int
    parent_id: int | None
    hierarchy: str


def tree(session: Session, visible: Collection[int]) -> list[Branch]:
    """Return the visible units in the order of their tree, each once: 2 queries."""
    today = clock.now().date()
    units = {row.id: row for row in session.scalars(select(Unit).where(Unit.id.in_(visible)).order_by(Unit.name))}
    links = session.scalars(
        select(UnitLink)
        .where(UnitLink.child_id.in_(visible), UnitLink.parent_id.in_(visible), UnitLink.valid_from <= today)
        .where(UnitLink.valid_to.is_(None) | (UnitLink.valid_to >= today))
        .order_by(UnitLink.id)
    ).all()
    above = {link.child_id: link for link in reversed(links)}  # a unit in two hierarchies stands under its first
    below: dict[int | None, list[int]] = {}
    for unit_id in units:
        parent = above[unit_id].parent_id if unit_id in above else None
        below.setdefault(parent, []).append(unit_id)
    out: list[Branch] = []
    todo = [(unit_id, 0) for unit_id in reversed(below.get(None, []))]
    while todo:
        unit_id, depth = todo.pop()
        link = above.get(unit_id)
        out.append(
            Branch(units[unit_id], depth, link.parent_id if link else None, link.hierarchy if link else "hanh_chinh")
        )
        todo += [(child, depth + 1) for child in reversed(below.get(unit_id, []))]
    return out


def get(session: Session, person: Person, unit_id: int) -> Unit:
    """Return a unit the person administers; `Missing` for any other."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit_id not in security.units_with(session, person, "administer"):
        raise Missing(_("Không có đơn vị số {number} trong phạm vi quản trị của bạn.").format(number=unit_id))
    return unit


def add(
    session: Session, person: Person, code: str, raw: Mapping[str, Any], parent_id: int | None, hierarchy: str
) -> Unit:
    """Create a unit below one that the person administers.

    A unit at the top of a new tree takes somebody who administers everything; whoever did keeps doing so.
    """
    values = _read(raw)
    code = line(code, _("Mã đơn vị"), most=60) or slug(values["name"])
    if not _CODE.fullmatch(code):
        raise Refused(_("Mã đơn vị chỉ gồm chữ thường không dấu, số và dấu gạch nối, ví dụ phuong-an-binh."), "code")
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise Refused(_("Đã có đơn vị mang mã {code}: hãy chọn mã khác.").format(code=code), "code")
    _known_hierarchy(hierarchy)
    heads = _heads(session, person) if parent_id is None else []
    if parent_id is not None:
        get(session, person, parent_id)
    unit = Unit(code=code, created_at=clock.now(), **values)
    session.add(unit)
    session.flush()
    if parent_id is not None:
        session.add(UnitLink(hierarchy=hierarchy, parent_id=parent_id, child_id=unit.id))
        session.flush()
    audit.record(
        session, acting(person), "unit.add", "unit", unit.id,
        unit_id=unit.id, code=code, name=unit.name, parent=parent_id, hierarchy=hierarchy,
    )  # fmt: skip
    for head in heads:
        security.grant(session, acting(person), head, unit, "administrator")
    return unit


def _heads(session: Session, person: Person) -> list[Person]:
    """Return the people who administer every unit, if `person` is one of them."""
    if not security.everywhere(session, person, "administer"):
        raise NotAllowed(_("Chỉ người quản trị toàn hệ thống lập được đơn vị cấp cao nhất: hãy chọn đơn vị cấp trên."))
    holders = session.scalars(
        select(Person).join(Role).where(Role.name == "administrator", Person.active.is_(True)).distinct()
    ).all()
    return [one for one in holders if security.everywhere(session, one, "administer")]


def change(session: Session, person: Person, unit: Unit, raw: Mapping[str, Any]) -> None:
    """Change what a unit is called and how it works; its code stays."""
    get(session, person, unit.id)
    before = {name: getattr(unit, name) for name in (*TEXTS, "kind", "self_approval")}
    after = _read(raw)
    changed = {name: after[name] for name in before if before[name] != after[name]}
    for name, value in changed.items():
        setattr(unit, name, value)
    if changed:
        audit.record(
            session, acting(person), "unit.change", "unit", unit.id,
            unit_id=unit.id, before={name: before[name] for name in changed}, after=changed,
        )  # fmt: skip


def place_under(session: Session, person: Person, unit: Unit, parent_id: int, hierarchy: str) -> None:
    """Put a unit under another parent from today on; where it stood before stays known for older periods."""
    _known_hierarchy(hierarchy)
    get(session, person, unit.id)
    get(session, person, parent_id)
    if parent_id in security.units_below(session, {unit.id}):
        raise Refused(_("Đơn vị cấp trên không thể là chính đơn vị này hoặc đơn vị bên dưới nó."), "parent")
    today = clock.now().date()
    current = session.scalars(
        select(UnitLink)
        .where(UnitLink.child_id == unit.id, UnitLink.hierarchy == hierarchy)
        .where(UnitLink.valid_to.is_(None) | (UnitLink.valid_to >= today))
    ).all()
    if any(link.parent_id == parent_id for link in current):
        return
    for link in current:
        if link.valid_from >= today:  # placed only today: that placing was a slip
            session.delete(link)
        else:
            link.valid_to = today - timedelta(days=1)
    session.flush()
    session.add(UnitLink(hierarchy=hierarchy, parent_id=parent_id, child_id=unit.id, valid_from=today))
    session.flush()
    audit.record(
        session, acting(person), "unit.move", "unit", unit.id,
        unit_id=unit.id, parent=parent_id, hierarchy=hierarchy, before=[link.parent_id for link in current],
    )  # fmt: skip


def end(
    session: Session, person: Person, unit: Unit, kind: str, on: date, successors: Collection[int], basis: str
) -> None:
    """End a unit the day before `on`, naming who takes over; its posts and figures stay where they are.

    The links above it stay: its superiors go on reading what it published.
    """
    get(session, person, unit.id)
    if unit.valid_to is not None:
        raise Refused(_("Đơn vị này đã được ghi kết thúc."))
    if kind not in ENDINGS:
        raise Refused(_("Hãy chọn lý do kết thúc."), "kind")
    new = sorted(set(successors))
    wanted = {"doi_ten": len(new) == 1, "sap_nhap": len(new) == 1, "chia_tach": len(new) >= 2, "giai_the": not new}
    if not wanted[kind]:
        raise Refused(
            _("Đổi tên và sáp nhập cần một đơn vị kế thừa, chia tách cần từ hai, giải thể không có."), "successors"
        )
    if unit.id in new:
        raise Refused(_("Đơn vị không thể kế thừa chính mình."), "successors")
    for successor in new:
        get(session, person, successor)
    last = on - timedelta(days=1)
    if unit.valid_from is not None and last < unit.valid_from:
        raise Refused(_("Ngày kết thúc phải sau ngày đơn vị được lập."), "on")
    unit.valid_to = last
    basis = line(basis, _("Văn bản căn cứ"), most=200)
    heirs: list[int | None] = [*new] or [None]
    for new_id in heirs:
        session.add(UnitSuccessor(old_id=unit.id, new_id=new_id, kind=kind, on=on, basis=basis))
    session.flush()
    audit.record(
        session, acting(person), "unit.end", "unit", unit.id,
        unit_id=unit.id, kind=kind, on=on, successors=new, basis=basis,
    )  # fmt: skip


def revive(session: Session, person: Person, unit: Unit) -> None:
    """Take back an end that was recorded by mistake."""
    get(session, person, unit.id)
    if unit.valid_to is None:
        raise Refused(_("Đơn vị này đang hoạt động."))
    unit.valid_to = None
    session.execute(delete(UnitSuccessor).where(UnitSuccessor.old_id == unit.id))
    audit.record(session, acting(person), "unit.revive", "unit", unit.id, unit_id=unit.id)


def _known_hierarchy(hierarchy: str) -> None:
    if hierarchy not in HIERARCHY_TITLES:
        raise Refused(_("Hãy chọn hệ thống tổ chức."), "hierarchy")


def _read(raw: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: line(raw.get(name, ""), _(title), most=most, needed=name == "name")
        for name, (title, most) in TEXTS.items()
    }
    values["short_name"] = values["short_name"] or line(values["name"][:80], _("Tên ngắn"), most=80)
    if raw.get("kind") not in UNIT_KINDS:
        raise Refused(_("Hãy chọn loại đơn vị."), "kind")
    return {**values, "kind": raw["kind"], "self_approval": bool(raw.get("self_approval"))}
