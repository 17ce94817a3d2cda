"""What stations log becomes plays, programmes and minutes, once each, and goes when the log is corrected."""

import pytest
from sqlalchemy import select

from publisher.audit import acting
from publisher.model import Delivery
from publisher.radio import logbook, programmes
from publisher.radio.logbook import Said
from publisher.reach import airings, evidence, landings, sums
from publisher.reach.figures import totals
from publisher.reach.products import count_products
from tests.factories import Office
from tests.stations import SATURDAY, ZONE, Waves, local, on


@pytest.fixture
def waves(either_office: Office) -> Waves:
    """A station whose morning programme holds two posts, both handed over."""
    made = Waves(either_office)
    made.slot("05:15", 15)
    with on(SATURDAY, "01:00"):
        made.approved("Tin một", local(SATURDAY, "05:15"))
        made.approved("Tin hai", local(SATURDAY, "05:16"))
    with on(SATURDAY, "05:17"):
        either_office.tick()
    return made


def say(waves: Waves, status: str, at: str, until: str = "05:28", **values: object) -> None:
    with on(SATURDAY, at), waves.office.writing() as session:
        account = waves.account(session)
        planned = programmes.span(session, waves.world, account, SATURDAY, SATURDAY).programmes[0]
        said = Said(status, local(SATURDAY, "05:15"), local(SATURDAY, until), **values)  # type: ignore[arg-type]
        person = waves.office.person(session, "station")
        logbook.log_back(session, waves.world, acting(person), account, planned, None, said)


def taken(waves: Waves, at: str) -> dict[tuple[str, str], int]:
    """Take the log in twice and return the day's figures."""
    with on(SATURDAY, at):
        airings.take(waves.world, days=2)
        assert airings.take(waves.world, days=2) == 0, "once each"
        landings.enrol(waves.world)
    with waves.office.reading() as session:
        assert sums.differences(session) == []
        found = totals(session, {waves.office.unit_id}, SATURDAY, SATURDAY)
    return {(one.metric, one.measure): one.value for one in found}


def test_a_programme_s_items_are_plays_and_its_minutes_count_once(waves: Waves) -> None:
    say(waves, "full", "05:35")
    assert taken(waves, "05:40") == {("plays", "lượt"): 2, ("events", "chương trình"): 1, ("minutes", "phút"): 13}
    with waves.office.reading() as session:
        first = session.scalars(select(Delivery.id).where(Delivery.account_id == waves.account_id)).first()
        (proof,) = evidence.of(session, "delivery", [first])[first]  # type: ignore[list-item,index]
        assert count_products(session, ZONE, {waves.office.unit_id}, SATURDAY, SATURDAY) == 2
    assert proof.origin == "log"
    assert "05:15 21/11/2026 - 05:28 21/11/2026" in waves.world.files.get(proof.sha256).decode()


def test_what_was_not_on_air_is_no_play_and_a_correction_changes_all_of_it(waves: Waves) -> None:
    say(waves, "not_aired", "05:35", reason="mất điện")
    assert taken(waves, "05:40") == {}
    say(waves, "full", "05:50", until="05:25")
    assert taken(waves, "05:55") == {("plays", "lượt"): 2, ("events", "chương trình"): 1, ("minutes", "phút"): 10}
    say(waves, "full", "06:00", until="05:27")
    assert taken(waves, "06:05") == {("plays", "lượt"): 2, ("events", "chương trình"): 1, ("minutes", "phút"): 12}
    say(waves, "not_aired", "06:10", reason="nhầm ngày")
    assert taken(waves, "06:15") == {}


def test_handed_over_is_no_product_until_it_was_on_air(waves: Waves) -> None:
    with on(SATURDAY, "05:20"):
        landings.enrol(waves.world)
        with waves.office.reading() as session:
            assert count_products(session, ZONE, {waves.office.unit_id}, SATURDAY, SATURDAY) == 0
    say(waves, "full", "05:35")
    with waves.office.reading() as session:
        assert count_products(session, ZONE, {waves.office.unit_id}, SATURDAY, SATURDAY) == 2
