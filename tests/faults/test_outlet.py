"""What an outlet behind HTTP may do to us, and what each of it leads to; on both databases."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from publisher import accounts
from publisher.audit import COMMAND
from publisher.delivery.attempt import LONGEST_WAIT, TRIES
from publisher.model import Account
from tests.factories import in_minutes
from tests.faults.offices import Scene
from tests.faults.outlet_server import ANSWERS, refused
from tests.faults.processes import free_port
from tests.simulators.kit import Fault, spoilt


def spoil_each(scene: Scene, *, blind: bool = False) -> dict[str, int]:
    """One delivery for each way in which an outlet can leave us without an answer; returns them by its name."""
    deliveries = dict(zip(ANSWERS, scene.due(len(ANSWERS), blind=blind), strict=True))
    scene.outlet.faults.next("POST posts", *ANSWERS.values())
    scene.office.tick()
    return deliveries


def test_after_no_clear_answer_we_look_and_send_again_only_what_is_not_there(scene: Scene) -> None:
    deliveries = spoil_each(scene)
    scene.office.tick(at=in_minutes(5))
    found = {name: scene.outcomes(delivery) for name, delivery in deliveries.items()}
    there = ["unknown", "found"]
    lost = ["unknown", "absent", "accepted"]
    assert found == {name: there if name.startswith("accept") else lost for name in ANSWERS}
    assert set(scene.states()) == {"sent"} and scene.landed() == len(ANSWERS)
    assert scene.verdict().faults == []


def test_without_a_way_to_look_every_unclear_answer_waits_for_a_person(scene: Scene) -> None:
    spoil_each(scene, blind=True)
    scene.office.tick(at=in_minutes(5))
    scene.office.tick(at=in_minutes(600))
    assert set(scene.states()) == {"unsure"}
    assert scene.landed() == sum(name.startswith("accept") for name in ANSWERS), "no second copy of anything"
    assert scene.verdict().faults == [], "each stands in the inbox with its reason"


def test_a_wait_is_honoured_up_to_a_cap_and_nonsense_is_not(scene: Scene) -> None:
    in_two_hours = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    ours = (24, 36)
    wishes: dict[str, tuple[float, float]] = {
        "120": (120, 120), "": ours, "-5": ours, "soon": ours, "nan": ours, "Thu, 01 Jan 1970 00:00:00 GMT": ours,
        "315360000": (LONGEST_WAIT, LONGEST_WAIT), "inf": (LONGEST_WAIT, LONGEST_WAIT), in_two_hours: (7100, 7200),
    }  # fmt: skip
    deliveries = scene.due(len(wishes))
    scene.outlet.faults.next("POST posts", *(refused(429, wish) for wish in wishes))
    scene.office.tick()
    for slowed, (wish, (least, most)) in zip(deliveries, wishes.items(), strict=True):
        (attempt,) = scene.office.attempts(slowed)
        delivery = scene.delivery(slowed)
        assert (delivery.state, attempt.outcome) == ("waiting", "later") and delivery.wake_at and attempt.ended_at
        assert least - 1 <= (delivery.wake_at - attempt.ended_at).total_seconds() <= most + 1, wish
    scene.office.tick(at=in_minutes(7 * 60))
    assert set(scene.states()) == {"sent"} and scene.landed() == len(wishes)


def test_a_lost_right_pauses_the_account_and_a_new_token_drains_it_in_order(scene: Scene) -> None:
    deliveries = scene.due(5)
    scene.outlet.token = "another"
    scene.office.tick()
    scene.office.tick(at=in_minutes(10))
    assert scene.states() == ["held"] * 5 and scene.landed() == 0
    assert [scene.delivery(delivery).tries for delivery in deliveries] == [0] * 5
    with scene.office.writing() as session:
        account = session.get_one(Account, scene.account_id)
        values = {"address": account.settings["address"], "token": "another"}
        accounts.configure(session, scene.office.world, COMMAND, account, account.title, values, 6)
        accounts.resume(session, COMMAND, account)
    scene.office.tick(at=in_minutes(20))
    keys = [scene.delivery(delivery).key for delivery in deliveries]
    assert [line["key"] for line in scene.outlet.lines("deliver")] == keys
    assert scene.verdict().faults == []


def test_a_refused_content_is_tried_once(scene: Scene) -> None:
    (refused_one,) = scene.due()
    scene.outlet.faults.always("POST posts", refused(422))
    for minutes in (0, 60):
        scene.office.tick(at=in_minutes(minutes))
    assert scene.outcomes(refused_one) == ["rejected"] and scene.states() == ["failed"]
    assert scene.verdict().faults == []


def test_where_nobody_listens_nothing_was_sent_and_it_is_tried_again(scene: Scene) -> None:
    (unreached,) = scene.due()
    address = f"http://127.0.0.1:{free_port()}"
    with scene.office.writing() as session:
        account = session.get_one(Account, scene.account_id)
        account.settings, there = {**account.settings, "address": address}, account.settings
    scene.office.tick()
    assert scene.outcomes(unreached) == ["later"] and scene.states() == ["waiting"]
    with scene.office.writing() as session:
        session.get_one(Account, scene.account_id).settings = there
    scene.office.tick(at=in_minutes(2))
    assert scene.states() == ["sent"] and scene.verdict().faults == []


def test_an_outage_of_six_hours_ends_in_the_inbox_and_delays_no_other_account(scene: Scene) -> None:
    (bad,) = scene.due()
    scene.outlet.faults.always("POST posts", spoilt("html_502"))
    good = scene.office.scheduled("Cổng vẫn chạy")
    for quarter in range(25):
        scene.office.tick(at=in_minutes(15 * quarter))
    assert scene.office.deliveries(good)[0].state == "sent"
    delivery = scene.delivery(bad)
    assert delivery.state == "failed" and delivery.tries == TRIES and scene.landed() == 0
    assert scene.verdict().faults == [], "it stands in the inbox"
    assert scene.outlet.faults.calls["POST posts"] == TRIES, "no storm"


def test_a_flapping_network_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.due(12)
    scene.outlet.faults.always("*", Fault("reset"), chance=0.4, seed=1)
    scene.outlet.faults.always("POST posts", Fault("reset", accepted=True), chance=0.3, seed=2)
    for minutes in range(0, 200, 4):
        scene.office.tick(at=in_minutes(minutes))
    scene.outlet.faults.clear()
    for minutes in range(200, 600, 60):
        scene.office.tick(at=in_minutes(minutes))
    assert set(scene.states()) == {"sent"} and scene.landed() == 12
    assert scene.verdict().faults == []


def test_what_the_outlet_takes_away_before_we_looked_is_sent_again(scene: Scene) -> None:
    """Accepted, answer lost, moderated away: the list says it is not there, and one copy stands in the end."""
    (moderated,) = scene.due()
    scene.outlet.faults.next("POST posts", ANSWERS["accept_then_reset"])
    scene.outlet.faults.next("GET posts", ANSWERS["html_502"])
    scene.office.tick()
    scene.outlet.moderate(scene.delivery(moderated).key)
    scene.office.tick(at=in_minutes(5))
    assert scene.states() == ["sent"] and scene.verdict().faults == []
    assert [line["do"] for line in scene.outlet.lines()] == ["deliver", "moderate", "deliver"]


def test_what_the_outlet_takes_away_later_is_not_put_back(scene: Scene) -> None:
    (moderated,) = scene.due()
    scene.office.tick()
    scene.outlet.moderate(scene.delivery(moderated).key)
    for minutes in (60, 24 * 60):
        scene.office.tick(at=in_minutes(minutes))
    assert scene.landed() == 1, "that would be a quarrel with the outlet's own staff"
