"""The last lines of defence, each touched directly: what holds when everything above it has gone wrong."""

from contextlib import ExitStack
from dataclasses import replace

from sqlalchemy import select

from publisher import clock, faults
from publisher.audit import CLOCK
from publisher.delivery.attempt import perform
from publisher.delivery.claim import claim
from publisher.delivery.drain import drain
from publisher.delivery.recover import expire_leases
from publisher.delivery.states import move
from publisher.model import Audit, Delivery
from tests.factories import in_minutes
from tests.faults.offices import Scene
from tests.faults.outlet_server import ANSWERS


def test_parts_that_do_not_add_up_to_what_was_approved_are_not_sent(scene: Scene) -> None:
    scene.due(2)
    first, second = claim(scene.office.world, scene.account_id, 2) or []
    assert first.parts != second.parts
    outcome = perform(scene.office.world, replace(first, parts=second.parts))
    assert outcome.word == "rejected" and "không khớp với bản đã duyệt" in outcome.message
    assert scene.landed() == 0


def test_who_read_a_delivery_before_somebody_moved_it_cannot_move_it(scene: Scene) -> None:
    (one,) = scene.due()
    stale = scene.delivery(one)
    with scene.office.writing() as session:
        assert move(session, session.get_one(Delivery, one), "cancelled", CLOCK, reason="Thôi.")
    with scene.office.writing() as session:
        assert not move(session, stale, "held", CLOCK, reason="Trễ.", hold="late")
    assert scene.states() == ["cancelled"]


def test_a_claim_too_old_for_its_lease_is_not_begun(scene: Scene) -> None:
    scene.due()
    (taken,) = claim(scene.office.world, scene.account_id) or []
    assert taken.in_time()
    assert not replace(taken, taken_at=taken.taken_at - 11).in_time(), "by the watch, whatever the wall clock says"


def test_a_lease_that_still_holds_is_not_taken_over(scene: Scene) -> None:
    scene.due()
    assert claim(scene.office.world, scene.account_id)
    with clock.reading(in_minutes(0.2)):
        assert expire_leases(scene.office.world) == 0
    assert scene.states() == ["sending"]


def test_who_wakes_up_after_the_lease_gives_back_what_was_taken(scene: Scene) -> None:
    scene.due()
    home = scene.office.installation.config.home
    (home / faults.MARK).touch()
    with ExitStack() as later:
        asleep = faults.reaching(home, "after_claim", lambda: later.enter_context(clock.reading(in_minutes(5))))
        with asleep:
            drain(scene.office.world, scene.account_id, 0)
        assert scene.landed() == 0 and scene.states() == ["waiting"]


def test_what_lost_its_approval_while_nobody_knew_where_it_was_is_not_sent_again(scene: Scene) -> None:
    (one,) = scene.due()
    scene.outlet.faults.next("POST posts", ANSWERS["reset"])
    drain(scene.office.world, scene.account_id, 0)
    assert scene.states() == ["unsure"]
    scene.office.save(scene.delivery(one).post_id, body="Bản chưa ai duyệt.")
    for minutes in (1, 10):
        scene.office.tick(at=in_minutes(minutes))
    assert scene.landed() == 0 and scene.states() == ["cancelled"]


def test_what_was_approved_goes_out_though_the_approver_has_left_and_the_trail_names_them(scene: Scene) -> None:
    (one,) = scene.due(minutes=10)
    with scene.office.writing() as session:
        scene.office.person(session, "approver").active = False
    scene.office.tick(at=in_minutes(11))
    assert scene.delivery(one).state == "sent"
    with scene.office.reading() as session:
        approvals = session.scalars(select(Audit.person_id).where(Audit.act == "post.approved")).all()
    assert approvals == [scene.office.people["approver"]]
