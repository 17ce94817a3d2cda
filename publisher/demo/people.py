"""The sample offices and people: obviously invented names, random passwords that are printed at each start."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from publisher import clock, security
from publisher.audit import COMMAND
from publisher.model import Person, Unit, UnitLink
from publisher.secrets import write_private

# code, name, short name, kind, abbreviation, hotline, code of the unit above, hierarchy
UNITS = (
    ("tinh-mau", "Ủy ban nhân dân tỉnh Mẫu", "UBND tỉnh Mẫu", "tinh", "UBND", "0200.000.100", "", ""),
    (
        "phuong-an-mau", "Ủy ban nhân dân phường An Mẫu", "Phường An Mẫu", "phuong", "UBND", "0200.000.101",
        "tinh-mau", "hanh_chinh",
    ),
    ("so-noi-vu", "Sở Nội vụ tỉnh Mẫu", "Sở Nội vụ", "so", "SNV", "0200.000.102", "tinh-mau", "hanh_chinh"),
    (
        "ban-quan-ly", "Ban Quản lý Khu kinh tế Mẫu", "Ban Quản lý", "ban_quan_ly", "BQL", "0200.000.103",
        "tinh-mau", "hanh_chinh",
    ),
    ("ldld-tinh", "Liên đoàn Lao động tỉnh Mẫu", "LĐLĐ tỉnh", "cong_doan", "LĐLĐ", "0200.000.104", "", ""),
    (
        "ldld-an-mau", "Công đoàn phường An Mẫu", "Công đoàn An Mẫu", "cong_doan", "CĐ", "0200.000.105",
        "ldld-tinh", "cong_doan",
    ),
)  # fmt: skip

# Which unit the demonstration gives each plan to.
PLAN_UNITS = {
    "CL22": "phuong-an-mau",
    "KH20": "so-noi-vu",
    "HZ23": "ban-quan-ly",
    "HP20": "ldld-tinh",
    "GL21": "ldld-an-mau",
}

PEOPLE = (
    ("editor", "bientap@mau.example", "Nguyễn Văn Mẫu (biên tập)"),
    ("approver", "duyet@mau.example", "Trần Thị Mẫu (duyệt bài)"),
    ("station", "dai@mau.example", "Lê Văn Mẫu (đài truyền thanh)"),
    ("reporter", "baocao@mau.example", "Phạm Thị Mẫu (báo cáo)"),
    ("administrator", "quantri@mau.example", "Hoàng Văn Mẫu (quản trị)"),
)


@dataclass(frozen=True)
class Cast:
    """The demonstration's units by code and people by role."""

    units: dict[str, Unit]
    people: dict[str, Person]


def make_units(session: Session) -> dict[str, Unit]:
    """Store the sample units and their hierarchies."""
    units: dict[str, Unit] = {}
    for code, name, short, kind, abbreviation, hotline, parent, hierarchy in UNITS:
        unit = Unit(
            code=code, name=name, short_name=short, kind=kind, abbreviation=abbreviation, hotline=hotline,
            place=short.removeprefix("UBND "), created_at=clock.now(),
        )  # fmt: skip
        session.add(unit)
        session.flush()
        units[code] = unit
        if parent:
            session.add(UnitLink(hierarchy=hierarchy, parent_id=units[parent].id, child_id=unit.id))
    return units


def make_people(session: Session, units: dict[str, Unit], home: Path) -> dict[str, Person]:
    """Store one person per role, with rights in both trees, and keep their passwords in the home for printing."""
    people: dict[str, Person] = {}
    lines = []
    for role, email, name in PEOPLE:
        password = security.new_password()
        person = security.add_person(session, COMMAND, email, name, password)
        for top in ("tinh-mau", "ldld-tinh"):
            security.grant(session, COMMAND, person, units[top], role)
        people[role] = person
        lines.append(f"{email}  {password}")
    write_private(home / "demo-people.txt", "\n".join(lines) + "\n")
    return people
