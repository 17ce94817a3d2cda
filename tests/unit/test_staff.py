"""People and units: an administrator's reach ends at their units, and nobody locks the last one out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock, security, staff, units
from publisher.model import Audit, Person, Unit, UnitLink, UnitSuccessor
from publisher.refusal import Missing, NotAllowed, Refused
from tests.factories import PASSWORD, Office, make_person, make_unit

WARD = {"name": "UBND phường Mới", "short_name": "Phường Mới", "kind": "phuong", "hotline": "0900 111 222"}


@dataclass(frozen=True)
class Province:
    """A province above two wards, with an administrator for each and one editor who works in two places."""

    office: Office
    top: int
    ward: int
    other: int
    head: int
    ward_admin: int
    both: int

    @contextmanager
    def acting(self, person_id: int) -> Iterator[tuple[Session, Person]]:
        with self.office.writing() as session:
            yield session, session.get_one(Person, person_id)


@pytest.fixture
def province(either_office: Office) -> Province:
    office = either_office
    with office.writing() as session:
        top, other = make_unit(session, "tinh", "Tỉnh Mẫu"), make_unit(session, "phuong-hai", "Phường Hai")
        ward = session.get_one(Unit, office.unit_id)
        session.add_all(UnitLink(parent_id=top.id, child_id=child.id) for child in (ward, other))
        session.flush()
        head = make_person(session, "tinh@mau.example", "Đặng Văn Đầu", {"administrator": top})
        both = make_person(session, "haiviec@mau.example", "Lê Thị Hai Việc", {"editor": ward, "approver": other})
        return Province(office, top.id, ward.id, other.id, head.id, office.people["administrator"], both.id)


def test_an_administrator_sees_the_people_of_their_units_only(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        within = staff.scope(session, admin)
        found = {person.id for person in staff.people(session, within)}
        assert found == {*province.office.people.values(), province.both} and not within.everything
        with pytest.raises(Missing):
            staff.get(session, within, province.head)
    with province.acting(province.head) as (session, admin):
        within = staff.scope(session, admin)
        assert within.everything and province.head in {person.id for person in staff.people(session, within)}


def test_people_are_found_without_diacritics(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        within = staff.scope(session, admin)
        assert [person.id for person in staff.people(session, within, "dang van dau")] == [province.head]
        assert [person.id for person in staff.people(session, within, "haiviec@")] == [province.both]


def test_a_new_person_gets_a_password_that_must_be_changed(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        added = staff.add(session, admin, "Moi@Phuong.Example", "Người mới", province.ward, ["editor", "reporter"])
        assert added.person.must_change_password and added.password is not None
        assert {role.name for role in added.person.roles} == {"editor", "reporter"}
    person = security.sign_in(province.office.world.db, "moi@phuong.example", added.password, "127.0.0.1")
    assert person.must_change_password


def test_somebody_known_already_only_gets_the_role(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        added = staff.add(session, admin, "tinh@mau.example", "Tên khác", province.ward, ["reporter"])
        assert added.password is None and added.person.name == "Đặng Văn Đầu"
    security.sign_in(province.office.world.db, "tinh@mau.example", PASSWORD, "127.0.0.1")


def test_nobody_adds_people_or_roles_outside_their_units(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        both = session.get_one(Person, province.both)
        with pytest.raises(NotAllowed):
            staff.add(session, admin, "a@b.example", "A", province.top, ["administrator"])
        with pytest.raises(NotAllowed):
            staff.grant(session, admin, both, province.other, "administrator")
        with pytest.raises(NotAllowed):
            staff.revoke(session, admin, both, province.other, "approver")


def test_whoever_works_elsewhere_too_is_not_closed_nor_taken_over_from_one_unit(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        both = session.get_one(Person, province.both)
        assert not staff.owns(staff.scope(session, admin), both)
        for act in (
            lambda: staff.close(session, admin, both, "Nghỉ việc"),
            lambda: staff.reset_password(session, admin, both),
            lambda: staff.rename(session, admin, both, "Tên khác"),
        ):
            with pytest.raises(NotAllowed, match="quản trị cấp trên"):
                act()
        staff.revoke(session, admin, both, province.ward, "editor")
    with province.acting(province.head) as (session, admin):
        staff.close(session, admin, session.get_one(Person, province.both), "Nghỉ việc")


def test_the_last_administrator_keeps_the_role(province: Province) -> None:
    with province.acting(province.head) as (session, admin), pytest.raises(Refused, match="không còn người quản trị"):
        staff.revoke(session, admin, admin, province.top, "administrator")
    with province.acting(province.head) as (session, admin):
        assert any(role.name == "administrator" for role in admin.roles), "nothing of the refused act stays"
        # The ward goes on being looked after from above.
        ward_admin = session.get_one(Person, province.ward_admin)
        staff.revoke(session, admin, ward_admin, province.ward, "administrator")
        second = staff.add(session, admin, "hai@mau.example", "Người thứ hai", province.top, ["administrator"]).person
        staff.revoke(session, admin, admin, province.top, "administrator")
        assert second.active


def test_the_last_administrator_is_not_closed_and_nobody_closes_themselves(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        with pytest.raises(Refused, match="không tự đóng"):
            staff.close(session, admin, admin, "Thử")
        second = staff.add(session, admin, "hai@mau.example", "Người thứ hai", province.top, ["administrator"]).person
        staff.close(session, second, admin, "Chuyển công tác")
        assert not admin.active
        with pytest.raises(Refused):
            staff.close(session, admin, second, "Thử")


def test_closing_ends_sessions_and_reopening_brings_the_roles_back(province: Province) -> None:
    editor_id = province.office.people["editor"]
    with province.acting(province.head) as (session, admin):
        editor = session.get_one(Person, editor_id)
        before = editor.session_number
        with pytest.raises(Refused, match="Lý do"):
            staff.close(session, admin, editor, " ")
        staff.close(session, admin, editor, "Nghỉ hưu")
        assert editor.session_number == before + 1 and security.units_with(session, editor, "read") == set()
    with pytest.raises(Refused):
        security.sign_in(province.office.world.db, province.office.email("editor"), PASSWORD, "127.0.0.1")
    with province.acting(province.head) as (session, admin):
        editor = session.get_one(Person, editor_id)
        staff.reopen(session, admin, editor)
        assert security.units_with(session, editor, "write") == {province.ward}


def test_a_new_password_lifts_a_lock_out_and_stays_out_of_the_trail(province: Province) -> None:
    office = province.office
    for _try in range(5):
        with pytest.raises(Refused):
            security.sign_in(office.world.db, office.email("editor"), "sai-mat-khau", "10.0.0.9")
    with pytest.raises(Refused, match="phút"):
        security.sign_in(office.world.db, office.email("editor"), PASSWORD, "10.0.0.9")
    with province.acting(province.head) as (session, admin):
        password = staff.reset_password(session, admin, session.get_one(Person, office.people["editor"]))
    assert security.sign_in(office.world.db, office.email("editor"), password, "10.0.0.9").must_change_password
    with office.reading() as session:
        assert all(password not in str(row.detail) for row in session.scalars(select(Audit)))


def test_a_unit_is_added_below_one_that_is_looked_after(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        unit = units.add(session, admin, "", WARD, province.top, "hanh_chinh")
        assert unit.code == "ubnd-phuong-moi" and unit.hotline == "0900 111 222"
        assert unit.id in security.units_with(session, admin, "administer")
        with pytest.raises(Refused, match="Đã có đơn vị mang mã"):
            units.add(session, admin, unit.code, WARD, province.top, "hanh_chinh")
        for wrong, said in (("Phường Mới", "chữ thường không dấu"), ("a" * 61, "61 ký tự")):
            with pytest.raises(Refused, match=said):
                units.add(session, admin, wrong, WARD, province.top, "hanh_chinh")
        with pytest.raises(Refused, match="loại đơn vị"):
            units.add(session, admin, "x", {**WARD, "kind": "lau-dai"}, province.top, "hanh_chinh")
    with province.acting(province.ward_admin) as (session, admin):
        with pytest.raises(Missing):
            units.add(session, admin, "y", WARD, province.top, "hanh_chinh")
        with pytest.raises(NotAllowed):
            units.add(session, admin, "z", WARD, None, "hanh_chinh")


def test_whoever_administers_everything_goes_on_to_when_a_new_tree_begins(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        union = units.add(session, admin, "ldld", {**WARD, "kind": "cong_doan"}, None, "cong_doan")
        assert security.everywhere(session, admin, "administer")
        assert union.id not in security.units_with(session, session.get_one(Person, province.ward_admin), "read")


def test_a_changed_unit_keeps_its_code_and_the_trail_says_what_changed(province: Province) -> None:
    with province.acting(province.ward_admin) as (session, admin):
        ward = session.get_one(Unit, province.ward)
        units.change(session, admin, ward, {**WARD, "self_approval": "1"})
        assert (ward.code, ward.self_approval, ward.short_name) == ("phuong-mau", True, "Phường Mới")
        units.change(session, admin, ward, {**WARD, "self_approval": "1"})
        with pytest.raises(Missing):
            units.change(session, admin, session.get_one(Unit, province.other), WARD)
    with province.acting(province.ward_admin) as (session, _admin):
        (detail,) = session.scalars(
            select(Audit.detail).where(Audit.act == "unit.change")
        )  # the same again is no change
    assert detail["before"]["name"] == "UBND phường Mẫu" and detail["after"]["name"] == "UBND phường Mới"


def test_a_unit_moves_from_today_on_and_never_below_itself(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        ward = session.get_one(Unit, province.ward)
        with pytest.raises(Refused, match="chính đơn vị này"):
            units.place_under(session, admin, session.get_one(Unit, province.top), province.ward, "hanh_chinh")
        units.place_under(session, admin, ward, province.other, "hanh_chinh")
        assert province.ward in security.units_below(session, {province.other})
        units.place_under(session, admin, ward, province.top, "hanh_chinh")  # a slip, taken back the same day
        links = session.scalars(select(UnitLink).where(UnitLink.child_id == ward.id).order_by(UnitLink.id)).all()
        today = clock.now().date()
        assert [(link.parent_id, link.valid_to) for link in links] == [
            (province.top, today - timedelta(days=1)), (province.top, None),
        ]  # fmt: skip


def test_a_merged_unit_ends_with_its_successor_and_stays_readable(province: Province) -> None:
    on = date(2027, 7, 1)
    with province.acting(province.head) as (session, admin):
        ward = session.get_one(Unit, province.ward)
        with pytest.raises(Refused, match="một đơn vị kế thừa"):
            units.end(session, admin, ward, "sap_nhap", on, [], "")
        with pytest.raises(Refused, match="một đơn vị kế thừa"):
            units.end(session, admin, ward, "giai_the", on, [province.other], "")
        units.end(session, admin, ward, "sap_nhap", on, [province.other], "Nghị quyết 1/NQ-HĐND")
        assert ward.valid_to == date(2027, 6, 30)
        heir = session.scalars(select(UnitSuccessor)).one()
        assert (heir.old_id, heir.new_id, heir.on) == (ward.id, province.other, on)
        assert ward.id in security.units_with(session, admin, "read")
        with pytest.raises(Refused, match="đã được ghi kết thúc"):
            units.end(session, admin, ward, "giai_the", on, [], "")
        units.revive(session, admin, ward)
        assert ward.valid_to is None and session.scalars(select(UnitSuccessor)).all() == []


def test_the_tree_shows_each_unit_once_below_its_parent(province: Province) -> None:
    with province.acting(province.head) as (session, admin):
        session.add(UnitLink(hierarchy="cong_doan", parent_id=province.other, child_id=province.ward))
        session.flush()
        branches = units.tree(session, security.units_with(session, admin, "administer"))
        assert [(one.unit.id, one.depth) for one in branches] == [
            (province.top, 0), (province.other, 1), (province.ward, 1),
        ]  # fmt: skip
    with province.acting(province.ward_admin) as (session, admin):
        branches = units.tree(session, security.units_with(session, admin, "administer"))
        assert [(one.unit.id, one.depth) for one in branches] == [(province.ward, 0)]


def test_the_last_administrator_of_all_cannot_be_closed_by_another_door(office: Office) -> None:
    with office.writing() as session:
        second = make_person(session, "hai@phuong.example", "Người thứ hai", {"editor": session.get_one(Unit, 1)})
        admin = office.person(session, "administrator")
        with pytest.raises(NotAllowed):
            staff.close(session, second, admin, "Không được phép")
        assert admin.active
