"""Passwords, lock-out and rights."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from publisher import clock, security
from publisher.audit import COMMAND
from publisher.model import Audit, Person, UnitLink
from publisher.refusal import NotAllowed, Refused
from publisher.security import demand, sign_in, units_with
from tests.factories import PASSWORD, Office, in_minutes, make_person, make_unit


def attempt(office: Office, password: str, email: str = "editor@phuong.example", address: str = "192.0.2.1") -> str:
    try:
        return sign_in(office.world.db, email, password, address).name
    except Refused as error:
        return error.message


def test_a_right_password_signs_in_and_stands_in_the_trail(either_office: Office) -> None:
    assert attempt(either_office, PASSWORD) == "Người mẫu editor"
    with either_office.reading() as session:
        assert session.scalars(select(Audit.act).where(Audit.act.startswith("sign_in"))).all() == ["sign_in"]


def test_a_wrong_password_an_unknown_address_and_a_closed_account_sound_the_same(either_office: Office) -> None:
    with either_office.writing() as session:
        either_office.person(session, "station").active = False
    answers = {
        attempt(either_office, "sai-mat-khau"),
        attempt(either_office, PASSWORD, email="khong-co@phuong.example"),
        attempt(either_office, PASSWORD, email="station@phuong.example"),
    }
    assert answers == {"Thư điện tử hoặc mật khẩu không đúng."}


def test_five_failures_lock_the_account_for_a_growing_time(office: Office) -> None:
    for _try in range(security.FREE_TRIES):
        attempt(office, "sai-mat-khau")
    assert "thử lại sau 1 phút" in attempt(office, PASSWORD)
    with clock.reading(in_minutes(2)):
        attempt(office, "sai-mat-khau")
        assert "thử lại sau 2 phút" in attempt(office, PASSWORD), "it doubled"
    with clock.reading(in_minutes(6)):
        assert attempt(office, PASSWORD) == "Người mẫu editor"
    assert attempt(office, PASSWORD) == "Người mẫu editor", "a success forgets the failures"


def test_many_failures_from_one_address_lock_that_address_alone(office: Office) -> None:
    for number in range(security.FREE_TRIES * 10):
        attempt(office, "sai", email=f"ai{number}@x.example", address="198.51.100.7")
    assert "thử lại sau" in attempt(office, PASSWORD, address="198.51.100.7")
    assert attempt(office, PASSWORD, address="192.0.2.99") == "Người mẫu editor"


def test_a_short_password_is_refused() -> None:
    with pytest.raises(Refused, match="ít nhất 10 ký tự"):
        security.hash_password("ngan")


def test_a_role_reaches_the_units_below_and_none_beside(either_office: Office) -> None:
    with either_office.writing() as session:
        top, below, beside = (make_unit(session, code, code) for code in ("tren", "duoi", "ben"))
        yesterday = clock.now().date() - timedelta(days=1)
        session.add(UnitLink(parent_id=top.id, child_id=below.id))
        session.add(UnitLink(parent_id=top.id, child_id=beside.id, valid_to=yesterday))
        session.add(UnitLink(hierarchy="nganh", parent_id=below.id, child_id=beside.id))
        person = make_person(session, "tren@x.example", "Cấp trên", {"approver": top})
        assert units_with(session, person, "approve") == {top.id, below.id}
        assert units_with(session, person, "administer") == set()
        with pytest.raises(NotAllowed, match="quyền duyệt bài"):
            demand(session, person, "approve", beside.id)
        security.revoke(session, COMMAND, person, top, "approver")
        assert units_with(session, person, "approve") == set()


def test_a_circle_of_units_does_not_hang(either_office: Office) -> None:
    with either_office.writing() as session:
        one, two = make_unit(session, "mot", "Một"), make_unit(session, "hai", "Hai")
        session.add(UnitLink(parent_id=one.id, child_id=two.id, valid_from=date(2020, 1, 1)))
        session.add(UnitLink(parent_id=two.id, child_id=one.id, valid_from=date(2020, 1, 1)))
        assert security.units_below(session, {one.id}) == {one.id, two.id}


def test_a_closed_person_has_no_rights(either_office: Office) -> None:
    with either_office.writing() as session:
        person = either_office.person(session, "approver")
        person.active = False
        assert units_with(session, person, "approve") == set()


def test_one_address_belongs_to_one_person(either_office: Office) -> None:
    with either_office.writing() as session, pytest.raises(Refused, match="Đã có người dùng"):
        security.add_person(session, COMMAND, "Editor@Phuong.example", "Khác", "mat-khau-du-dai")
    with either_office.reading() as session:
        assert len(session.scalars(select(Person)).all()) == 5
