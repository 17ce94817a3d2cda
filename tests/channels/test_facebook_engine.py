"""The delivery engine and the Facebook channel together: what the Page shows after each fault, and after the repair."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from channels.facebook import FILM_ATTEMPT
from publisher import accounts, media
from publisher.audit import COMMAND
from publisher.delivery.claim import claim
from publisher.editorial import scheduling, withdrawing
from publisher.model import Account, Delivery, Post, Receipt
from tests import films
from tests.factories import Office, in_minutes
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_stage import CANARY, Stage
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID


class Wire:
    """An office with one account on the simulated Page; both clocks go on together."""

    def __init__(self, office: Office, stage: Stage) -> None:
        self.office, self.stage, self.minutes = office, stage, 0.0
        values = {"page_id": PAGE_ID, "token": CANARY, "app_id": APP_ID, "app_secret": APP_SECRET, "base": stage.url}
        self.account_id = office.add_account("facebook_simulated", values=values)

    def scheduled(self, title: str = "Bài lên Trang", pictures: int = 0, **text: Any) -> int:
        """An approved post for the Page alone; returns the delivery's id."""
        images = [self._image(number) for number in range(pictures)]
        post_id = self.office.draft(title, images=images, **text)
        with self.office.writing() as session:
            editor, post = self.office.person(session, "editor"), session.get_one(Post, post_id)
            scheduling.place(session, editor, post, post.revision, [(self.account_id, in_minutes(0))])
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[0].id

    def _image(self, number: int) -> dict[str, Any]:
        data = io.BytesIO()
        Image.new("RGB", (30 + number, 20), "red").save(data, "JPEG")
        with self.office.writing() as session:
            row = media.store_image(session, self.office.world.files, None, f"anh-{number}.jpg", data.getvalue())
            facts = {"sha256": row.sha256, "media_type": row.media_type, "width": row.width, "height": row.height}
        return {**facts, "alt": f"Ảnh {number}"}

    def tick(self, minutes: float = 0.0) -> None:
        """Let time pass on both sides, then do one pass of the clock."""
        self.minutes += minutes
        self.stage.simulator.clock.advance(minutes * 60)
        self.office.tick(at=in_minutes(self.minutes))

    def until_settled(self, delivery_id: int, step: float = 2) -> str:
        for _pass in range(60):
            self.tick(step)
            if self.delivery(delivery_id).state in {"sent", "failed", "held", "retracted", "cancelled"}:
                break
        return self.delivery(delivery_id).state

    def ready_in(self) -> float:
        """Seconds until the account may send again."""
        with self.office.reading() as session:
            ready_at = session.get_one(Account, self.account_id).ready_at
        return (ready_at - in_minutes(self.minutes)).total_seconds() if ready_at else 0.0

    def delivery(self, delivery_id: int) -> Delivery:
        with self.office.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def receipt(self, delivery_id: int) -> Receipt:
        with self.office.reading() as session:
            return session.scalars(select(Receipt).where(Receipt.delivery_id == delivery_id)).one()


@pytest.fixture
def wire(office: Office, tmp_path: Path) -> Iterator[Wire]:
    with kit.serve(Simulated()) as running:
        yield Wire(office, Stage(running, tmp_path / "files"))


def test_a_post_reaches_the_page_with_the_approved_words_and_keeps_its_receipt(wire: Wire) -> None:
    sent = wire.scheduled("Hai ảnh", pictures=2)
    wire.tick()
    assert wire.delivery(sent).state == "sent"
    [post] = wire.stage.accepted()
    receipt = wire.receipt(sent)
    assert receipt.remote_id == post["id"] and "Hai ảnh" in post["message"] and len(post["photos"]) == 2
    assert receipt.url.startswith("https://www.facebook.com/")


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", ["silence", "drop", "reset", "html_502", "html_200", "empty_503", "truncated"])
def test_a_lost_answer_ends_in_exactly_one_post(wire: Wire, what: str, accepted: bool) -> None:
    lost = wire.scheduled(pictures=1)
    wire.stage.simulator.faults.next("POST feed", kit.spoilt(what, accepted))
    wire.tick()
    assert wire.delivery(lost).state == "unsure"
    assert wire.until_settled(lost) == "sent"
    [post] = wire.stage.accepted()
    assert wire.receipt(lost).remote_id == post["id"]
    assert wire.stage.simulator.world.staged() == []


@pytest.mark.parametrize("fault", ["", "drop"])
def test_a_film_goes_out_once_and_its_receipt_names_the_post(wire: Wire, fault: str) -> None:
    """Facebook takes the film and converts it for a minute; with `fault` its answer gets lost, too."""
    film = films.stored(wire.office)
    sent = wire.scheduled("Bài có phim", video=film)
    if fault:
        wire.stage.simulator.faults.next("POST videos", kit.spoilt(fault, accepted=True))
    wire.tick()
    assert wire.delivery(sent).state == "unsure", "nobody can say yet whether readers see it"
    assert wire.until_settled(sent) == "sent"
    [video] = wire.stage.accepted("video")
    [post] = wire.stage.simulator.world.posts.values()
    receipt = wire.receipt(sent)
    assert receipt.remote_id == post.id and post.video == video["id"] == receipt.detail["video"]
    assert receipt.detail["film"] == film["sha256"]


def test_a_film_that_was_altered_in_the_store_is_not_sent(wire: Wire) -> None:
    film = films.stored(wire.office)
    sent = wire.scheduled("Bài có phim", video=film)
    wire.office.world.files.path(film["sha256"]).write_bytes(films.film_bytes(weight=404))
    wire.tick()
    assert wire.delivery(sent).state == "failed" and "đã bị thay đổi" in wire.delivery(sent).reason
    assert not wire.stage.accepted("video")


def test_the_lease_of_a_film_covers_what_sending_it_may_take(wire: Wire) -> None:
    wire.scheduled("Bài có phim", video=films.stored(wire.office))
    [taken] = claim(wire.office.world, wire.account_id) or []
    until = wire.delivery(taken.delivery_id).lease_until
    assert until is not None and (until - in_minutes(0)).total_seconds() > FILM_ATTEMPT


def test_a_process_that_died_after_the_call_leaves_one_post(wire: Wire) -> None:
    """The claim is taken, the post is on the Page, and nobody is left to write it down."""
    from publisher.delivery.attempt import perform

    died = wire.scheduled()
    [taken] = claim(wire.office.world, wire.account_id, 1)
    perform(wire.office.world, taken)
    assert wire.delivery(died).state == "sending" and len(wire.stage.accepted()) == 1
    assert wire.until_settled(died) == "sent"
    assert len(wire.stage.accepted()) == 1
    assert [attempt.kind for attempt in wire.office.attempts(died)] == ["send", "find"]


def test_a_process_that_died_while_staging_goes_on_with_the_pictures_that_are_up(wire: Wire) -> None:
    died = wire.scheduled(pictures=5)
    wire.stage.simulator.faults.at("POST photos", 3, kit.spoilt("reset"))
    wire.tick()
    assert wire.delivery(died).state == "waiting" and "bài chưa đăng" in wire.delivery(died).reason
    assert len(wire.delivery(died).notes["photos"]) == 2 and not wire.stage.accepted()
    assert wire.until_settled(died) == "sent"
    assert len(wire.stage.accepted("photo")) == 5 and len(wire.stage.accepted()[0]["photos"]) == 5


def test_a_dead_token_pauses_the_account_and_after_reconnecting_the_queue_goes_out_in_order(wire: Wire) -> None:
    first, second = wire.scheduled("Một"), wire.scheduled("Hai")
    world = wire.stage.simulator.world
    world.revoke("password")
    wire.tick()
    wire.tick()
    with wire.office.writing() as session:
        account = session.get_one(Account, wire.account_id)
        assert account.state == "paused" and "đổi mật khẩu" in account.pause_reason
        fresh = world.token("PAGE", wire.stage.now).value
        accounts.configure(
            session, wire.office.world, COMMAND, account, account.title,
            {**account.settings, "token": fresh}, account.late_hours,
        )  # fmt: skip
        accounts.resume(session, COMMAND, account)
    assert wire.until_settled(second) == "sent" and wire.delivery(first).tries == 1
    assert [post["message"].splitlines()[0] for post in wire.stage.accepted()] == ["Một", "Hai"]


def test_a_throttled_page_waits_as_long_as_facebook_names_and_then_sends_once(wire: Wire) -> None:
    busy = wire.scheduled()
    wire.stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="80001"))
    wire.tick()
    wire.tick(5)
    assert wire.delivery(busy).state == "waiting" and len(wire.office.attempts(busy)) == 1
    wire.tick(3)
    assert wire.delivery(busy).state == "sent" and len(wire.stage.accepted()) == 1


def test_a_used_up_limit_holds_back_the_whole_account_after_one_call(wire: Wire) -> None:
    """Further calls would only lengthen Facebook's block."""
    waiting = [wire.scheduled(f"Bài {number}") for number in range(6)]
    wire.stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="80001"))
    wire.tick()
    wire.tick(5)
    assert wire.stage.simulator.faults.calls["POST feed"] == 1 and not wire.stage.accepted()
    assert wire.ready_in() == pytest.approx(120, abs=20), "Facebook named 7 minutes"
    wire.tick(2.5)
    assert {wire.delivery(one).state for one in waiting} == {"sent"} and len(wire.stage.accepted()) == 6


def test_calls_are_spaced_out_before_the_limit_bites(wire: Wire) -> None:
    wire.stage.option(budget=10)
    sent = [wire.scheduled(f"Bài {number}") for number in range(9)]
    wire.tick()
    states = [wire.delivery(one).state for one in sent]
    assert states.count("sent") == 8 and states[-1] == "waiting", "at 80 % of the budget"
    assert wire.delivery(sent[-1]).tries == 0, "given back untried"
    assert 55 < wire.ready_in() <= 60
    wire.tick(1.1)
    assert wire.delivery(sent[-1]).state == "sent" and wire.receipt(sent[-1]).detail["usage"] == 90
    assert wire.ready_in() == pytest.approx(180, abs=5)


def test_find_is_asked_again_when_it_wished_so(wire: Wire) -> None:
    """Facebook shows a post up to a quarter of an hour late: 1, 2, 4 and 5 minutes between the looks, as they are."""
    lost = wire.scheduled()
    wire.stage.option(visible_after=3600.0)
    wire.stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    wire.tick()
    waits = []
    for _look in range(4):
        at = wire.delivery(lost).wake_at
        assert at is not None
        wire.tick((at - in_minutes(wire.minutes)).total_seconds() / 60 + 0.01)
        waits.append(round((wire.delivery(lost).wake_at - in_minutes(wire.minutes)).total_seconds() / 60, 1))
    assert waits == [1.0, 2.0, 4.0, 5.0]
    assert wire.delivery(lost).state == "unsure" and len(wire.stage.accepted()) == 1


def test_refused_content_fails_at_once_with_the_reason(wire: Wire) -> None:
    refused = wire.scheduled(pictures=2)
    wire.stage.simulator.faults.next("POST photos", kit.Fault("refusal", refusal="1366046"))
    wire.tick()
    delivery = wire.delivery(refused)
    assert delivery.state == "failed" and "dưới 4 MB" in delivery.reason and not wire.stage.accepted()


def test_one_refused_post_does_not_hold_up_its_neighbours(wire: Wire) -> None:
    bad, good = wire.scheduled("Hỏng"), wire.scheduled("Tốt")
    wire.stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="1404102"))
    wire.tick()
    assert [wire.delivery(one).state for one in (bad, good)] == ["failed", "sent"]


def test_an_outage_of_an_hour_ends_in_one_post(wire: Wire) -> None:
    outage = wire.scheduled()
    wire.stage.simulator.faults.always("*", kit.spoilt("html_502"))
    for _minute in range(12):
        wire.tick(5)
    wire.stage.simulator.faults.clear()
    assert wire.until_settled(outage, step=10) == "sent" and len(wire.stage.accepted()) == 1


def test_a_correction_replaces_the_words_and_a_withdrawal_removes_the_post(wire: Wire) -> None:
    shown = wire.scheduled("Lịch họp")
    wire.tick()
    post_id, remote_id = wire.delivery(shown).post_id, wire.receipt(shown).remote_id
    wire.office.save(post_id, body="Họp lúc 14 giờ.", correction="Sửa giờ họp.")
    wire.office.submit(post_id)
    wire.office.approve(post_id)
    wire.tick(1)
    assert remote_id is not None and "Họp lúc 14 giờ." in wire.stage.simulator.world.posts[remote_id].message
    with wire.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, wire.office.person(session, "approver"), post, post.revision, "Hết hiệu lực")
    wire.tick(1)
    assert not wire.stage.simulator.world.posts
    verbs = [entry.verb for entry in wire.stage.simulator.journal.entries()]
    assert verbs == ["feed", "edit", "delete"]


def test_a_person_decides_between_two_posts_that_nothing_tells_apart(wire: Wire) -> None:
    unclear = wire.scheduled()
    wire.stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    wire.tick()
    [post] = wire.stage.accepted()
    twin = wire.stage.simulator.world.foreign_post(post["message"], wire.stage.now)
    twin.app = wire.stage.simulator.world.apps[APP_ID]
    wire.tick(2)
    delivery = wire.delivery(unclear)
    assert delivery.state == "unsure" and delivery.wake_at is None and "cần người kiểm tra" in delivery.reason
    assert len(wire.stage.accepted()) == 1
