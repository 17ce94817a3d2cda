"""What the judge found in the engine, each told as the shortest story that shows it; on both databases."""

import threading

import pytest
import staged_outlet
from sqlalchemy import update
from staged_outlet import Stage

from publisher import accounts, clock
from publisher.audit import COMMAND
from publisher.delivery.attempt import TRIES, perform
from publisher.delivery.claim import claim
from publisher.delivery.drain import drain
from publisher.delivery.record import record
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.editorial import drafting, moving, withdrawing
from publisher.model import Account, Delivery, Post, Rendering
from tests.factories import Office, in_minutes
from tests.faults.judge import judge


class Play:
    """An office with one outlet in memory."""

    def __init__(self, office: Office, channel: str = "staged") -> None:
        self.office = office
        self.stage = staged_outlet.STAGES["found"] = Stage()
        self.account_id = office.add_account(channel, values={"stage": "found"})

    def will(self, *words: str) -> None:
        self.stage.writes.extend(words)

    def delivery(self, delivery_id: int) -> Delivery:
        with self.office.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def correct(self, post_id: int, text: str) -> int:
        """A correction, approved; returns its delivery."""
        self.office.save(post_id, body=text, correction=text)
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[-1].id

    def story(self) -> list[str]:
        return [line["do"] for line in self.stage.lines]

    def quiet(self, minutes: float) -> list[str]:
        """Tick once more after so many minutes, then ask the judge."""
        self.office.tick(at=in_minutes(minutes))
        return judge(self.office.world, {self.account_id: self.stage.lines}, in_minutes(minutes)).faults


@pytest.fixture
def play(either_office: Office) -> Play:
    return Play(either_office)


def a_correction_of_what_never_landed(play: Play) -> tuple[int, int]:
    """The first attempt gets lost while a correction is approved: the correction is what has to be published."""
    post_id = play.office.scheduled(account_id=play.account_id)
    play.will("lose")
    drain(play.office.world, play.account_id)
    assert play.office.deliveries(post_id)[0].state == "unsure"
    return post_id, play.correct(post_id, "Bản đã sửa.")


def test_a_correction_that_publishes_anew_is_looked_for_after_a_lost_answer(play: Play) -> None:
    _post_id, second = a_correction_of_what_never_landed(play)
    play.will("hang")
    for minute in range(1, 5):
        play.office.tick(at=in_minutes(minute))
    assert play.story() == ["deliver"]
    assert play.delivery(second).state == "sent"
    assert play.quiet(10) == []


def test_a_correction_that_published_anew_can_be_corrected_and_removed(play: Play) -> None:
    post_id, _second = a_correction_of_what_never_landed(play)
    for minute in range(1, 3):
        play.office.tick(at=in_minutes(minute))
    with clock.reading(in_minutes(3)):
        play.correct(post_id, "Sửa lần nữa.")
    play.office.tick(at=in_minutes(4))
    with play.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, play.office.person(session, "approver"), post, post.revision, "Hết hiệu lực")
    play.office.tick(at=in_minutes(5))
    assert play.story() == ["deliver", "amend", "retract"]


def test_a_correction_that_publishes_anew_is_looked_for_after_a_kill(play: Play) -> None:
    _post_id, second = a_correction_of_what_never_landed(play)
    with clock.reading(in_minutes(1)):
        (look,) = claim(play.office.world, play.account_id) or []
        record(play.office.world, [(look, perform(play.office.world, look))])  # surely not there
        assert claim(play.office.world, play.account_id) == []  # and not approved any more
        (taken,) = claim(play.office.world, play.account_id) or []
        assert taken.delivery_id == second
        perform(play.office.world, taken)  # it landed, and nobody wrote that down
    with clock.reading(in_minutes(3)):
        expire_leases(play.office.world)
    assert play.delivery(second).state == "unsure"
    assert play.quiet(5) == [] and play.story() == ["deliver"]


def test_a_restored_post_never_goes_out_before_its_removal_is_done(play: Play) -> None:
    """The removal has to wait for a busy outlet; the post is restored and approved again meanwhile."""
    post_id = play.office.scheduled(account_id=play.account_id)
    play.office.tick()
    play.will("later")
    with play.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, play.office.person(session, "approver"), post, post.revision, "Nhầm")
    play.office.tick()
    with play.office.writing() as session:
        post = session.get_one(Post, post_id)
        drafting.restore(session, play.office.person(session, "editor"), post, post.revision)
    play.office.submit(post_id)
    play.office.approve(post_id)
    play.office.tick()
    assert play.story() == ["deliver"], "the removal comes first"
    assert play.quiet(10) == []
    assert play.story() == ["deliver", "retract", "deliver"]
    assert play.stage.stands(play.office.deliveries(post_id)[-1].key)


def test_an_outlet_that_loses_everything_for_minutes_does_not_use_up_all_tries(play: Play) -> None:
    post_id = play.office.scheduled(account_id=play.account_id)
    play.will(*["lose"] * 5)
    for step in range(13):
        play.office.tick(at=in_minutes(0.4 * step))
    assert play.office.deliveries(post_id)[0].tries < TRIES / 2, "an outage of five minutes"
    for minute in range(6, 60, 2):
        play.office.tick(at=in_minutes(minute))
    assert play.office.deliveries(post_id)[0].state == "sent" and play.story() == ["deliver"]


def test_an_answer_that_comes_after_a_person_said_otherwise_still_counts(either_office: Office) -> None:
    play = Play(either_office, "staged_blind")
    post_id = play.office.scheduled(account_id=play.account_id)
    (slow,) = claim(play.office.world, play.account_id) or []
    outcome = perform(play.office.world, slow)
    with clock.reading(in_minutes(5)):
        expire_leases(play.office.world)
    with play.office.writing() as session:
        delivery = session.get_one(Delivery, slow.delivery_id)
        moving.decide_unsure(session, play.office.person(session, "approver"), delivery, False)
    assert play.delivery(slow.delivery_id).state == "waiting"
    assert record(play.office.world, [(slow, outcome)]) == ["sent"]
    assert play.quiet(10) == [] and play.story() == ["deliver"]
    assert play.office.deliveries(post_id)[0].state == "sent"


def test_a_lease_from_a_clock_that_was_a_day_ahead_is_not_waited_for(play: Play) -> None:
    play.office.scheduled(account_id=play.account_id)
    with clock.reading(in_minutes(60)), play.office.writing() as session:
        session.execute(update(Account).values(late_hours=100))
    with clock.reading(in_minutes(24 * 60)):
        (taken,) = claim(play.office.world, play.account_id) or []
        perform(play.office.world, taken)  # and killed; then the clock is put right
    play.office.tick(at=in_minutes(1))
    assert play.delivery(taken.delivery_id).state == "unsure"
    assert play.quiet(1.1) == [], "whoever is at it still has the time of an attempt"
    assert play.delivery(taken.delivery_id).state == "unsure"
    play.office.tick(at=in_minutes(5))
    assert play.delivery(taken.delivery_id).state == "sent" and play.story() == ["deliver"]


def test_a_look_that_was_cut_short_does_not_stay_under_way_for_ever(play: Play) -> None:
    post_id = play.office.scheduled(account_id=play.account_id)
    play.will("hang")
    drain(play.office.world, play.account_id)
    with clock.reading(in_minutes(1)):
        assert claim(play.office.world, play.account_id), "a look, and the process is killed"
    assert play.quiet(5) == []
    (delivery,) = play.office.deliveries(post_id)
    assert [attempt.outcome for attempt in play.office.attempts(delivery.id)] == ["unknown", "unknown", "found"]


def test_a_channel_that_cannot_be_opened_stops_neither_recovery_nor_the_others(play: Play) -> None:
    broken = play.office.scheduled("Kênh hỏng", account_id=play.account_id)
    with play.office.writing() as session:
        session.get_one(Account, play.account_id).channel = "removed"
    sent = play.office.scheduled("Kênh tốt")
    for minute in (0, 5, 10):
        play.office.tick(at=in_minutes(minute))
    assert play.office.deliveries(sent)[0].state == "sent"
    assert play.office.deliveries(broken)[0].state == "planned"


def test_a_lease_of_a_channel_that_is_gone_stops_no_other_recovery(play: Play) -> None:
    for title in ("Một", "Hai"):
        play.office.scheduled(title, account_id=play.account_id)
        assert claim(play.office.world, play.account_id)
        other = play.office.add_account("staged", title="Khác", values={"stage": "found"})
        play.account_id, gone = other, play.account_id
        with play.office.writing() as session:
            session.get_one(Account, gone).channel = "removed" if title == "Một" else "staged"
    with clock.reading(in_minutes(5)):
        assert expire_leases(play.office.world) == 2
    assert [delivery.state for delivery in play.office.deliveries()] == ["unsure", "unsure"]


def test_an_adapter_that_fails_when_it_is_made_is_tried_again_later(play: Play) -> None:
    post_id = play.office.scheduled(account_id=play.account_id)
    play.stage.closed = True
    play.office.tick()
    (delivery,) = play.office.deliveries(post_id)
    assert delivery.state == "waiting" and "Lỗi ngoài dự kiến" in delivery.reason
    play.stage.closed = False
    assert play.quiet(5) == [] and play.story() == ["deliver"]


def test_bytes_that_cannot_be_read_for_a_moment_are_read_again_later(play: Play) -> None:
    post_id = play.office.scheduled(account_id=play.account_id)
    (delivery,) = play.office.deliveries(post_id)
    with play.office.reading() as session:
        (part,) = session.get_one(Rendering, delivery.rendering_id).parts
    blob = play.office.world.files.path(part["sha256"])
    blob.rename(blob.with_suffix(".away"))
    blob.mkdir()  # reading it now is an error that is neither missing nor altered
    play.office.tick()
    assert play.office.deliveries(post_id)[0].state == "waiting"
    blob.rmdir()
    blob.with_suffix(".away").rename(blob)
    assert play.quiet(5) == [] and play.story() == ["deliver"]


def test_what_comes_due_while_an_account_is_resumed_is_not_held_for_ever(play: Play) -> None:
    """Resuming and holding in the same instant: on PostgreSQL both used to see the world before the other."""
    play.office.scheduled(account_id=play.account_id)
    with play.office.writing() as session:
        accounts.pause(session, COMMAND, session.get_one(Account, play.account_id), "Nghỉ.")
    with play.office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, play.account_id))
        session.flush()
        holding = threading.Thread(target=hold_paused, args=[play.office.world])
        holding.start()
        holding.join(0.5)
    holding.join()
    play.office.tick()
    assert [delivery.state for delivery in play.office.deliveries()] == ["sent"]


def test_a_post_can_be_withdrawn_again_where_the_first_removal_failed(play: Play) -> None:
    post_id = play.office.scheduled(account_id=play.account_id)
    play.office.tick()

    def withdraw() -> None:
        with play.office.writing() as session:
            post = session.get_one(Post, post_id)
            withdrawing.withdraw(session, play.office.person(session, "approver"), post, post.revision, "Nhầm")

    play.will("reject")
    withdraw()
    play.office.tick()
    with play.office.writing() as session:
        post = session.get_one(Post, post_id)
        drafting.restore(session, play.office.person(session, "editor"), post, post.revision)
        post.live = 1  # as when the restored version has landed on another account
    withdraw()
    assert play.quiet(5) == []
    assert play.story() == ["deliver", "retract"]
