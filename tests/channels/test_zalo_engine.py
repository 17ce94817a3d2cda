"""Zalo through the real engine: the deliveries' states, the account's, and one copy at the simulated Zalo."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PIL import Image
from sqlalchemy import select
from zalo_outlet import STAGES, StagedZalo

from channels.base import Notes, Outfit
from publisher import accounts, media
from publisher.audit import COMMAND
from publisher.delivery.attempt import perform
from publisher.delivery.claim import claim
from publisher.delivery.outlets import open_channel
from publisher.editorial import scheduling, withdrawing
from publisher.model import Account, Delivery, Post, Receipt
from publisher.refusal import Refused
from tests import films
from tests.factories import Office, in_minutes
from tests.simulators import kit
from tests.simulators.zalo_stage import CANARY, SETTINGS, Stage, staged


class Newsroom:
    """An office with one Zalo account at a simulator; its time and the simulator's pass together."""

    def __init__(self, office: Office, stage: Stage) -> None:
        self.office, self.stage = office, stage
        self.minutes = 0.0
        self.account_id = office.add_account("zalo_staged", values={**SETTINGS, "stage": "here"})

    def scheduled(self, title: str, minutes: float = 0, **text: Any) -> int:
        """An approved post for Zalo alone; returns the delivery's id."""
        post_id = self.office.draft(title, **text)
        with self.office.writing() as session:
            post = session.get_one(Post, post_id)
            editor = self.office.person(session, "editor")
            scheduling.place(session, editor, post, post.revision, [(self.account_id, in_minutes(minutes))])
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[0].id

    @staticmethod
    def cover(office: Office) -> dict[str, Any]:
        """A picture in the office's store, as a post carries it."""
        data = BytesIO()
        Image.new("RGB", (64, 36), "red").save(data, "JPEG")
        with office.writing() as session:
            row = media.store_image(session, office.world.files, None, "anh.jpg", data.getvalue())
            return {"sha256": row.sha256, "media_type": row.media_type, "width": 64, "height": 36, "alt": "Ảnh bìa"}

    def tick(self, after: float = 0) -> None:
        """Let minutes pass, then one pass of the clock."""
        self.minutes += after
        self.stage.simulator.clock.advance(after * 60)
        self.office.tick(at=in_minutes(self.minutes))

    def tick_until(self, *ids: int, most: int = 60) -> None:
        """Pass after pass, six minutes apart, until each of them has ended."""
        for _pass in range(most):
            if all(self.delivery(one).state in {"sent", "failed", "held"} for one in ids):
                return
            self.tick(6)

    def delivery(self, delivery_id: int) -> Delivery:
        with self.office.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def states(self, *ids: int) -> list[str]:
        return [self.delivery(one).state for one in ids]

    def kinds(self, delivery_id: int) -> list[str]:
        return [attempt.kind for attempt in self.office.attempts(delivery_id)]

    def receipt(self, delivery_id: int) -> Receipt:
        with self.office.reading() as session:
            return session.scalars(select(Receipt).where(Receipt.delivery_id == delivery_id)).one()

    def created(self) -> int:
        return len(self.stage.entries("article.create"))


@pytest.fixture
def room(office: Office) -> Iterator[Newsroom]:
    yield from newsroom(office)


@pytest.fixture
def either_room(either_office: Office) -> Iterator[Newsroom]:
    yield from newsroom(either_office)


def newsroom(office: Office) -> Iterator[Newsroom]:
    with staged(office.world.files.folder) as stage:

        def fitted(outfit: Outfit) -> Outfit:
            return replace(outfit, addresses=stage.outfit.addresses, tokens=stage.desk)

        STAGES["here"] = fitted
        yield Newsroom(office, stage)
        del STAGES["here"]


def test_an_approved_post_goes_out_once_with_the_articles_id_and_address(either_room: Newsroom) -> None:
    sent = either_room.scheduled("Nộp hồ sơ trực tuyến")
    either_room.tick()
    either_room.tick()
    assert either_room.states(sent) == ["sent"] and either_room.stage.simulator.shown() == ["Nộp hồ sơ trực tuyến"]
    receipt = either_room.receipt(sent)
    assert receipt.remote_id == either_room.stage.entries("article.made")[0]["id"]
    assert receipt.url.startswith("https://post.oa.zalo.me/")
    assert either_room.created() == 1


def test_a_film_is_converted_and_shown_once_under_its_approved_hash(either_room: Newsroom) -> None:
    office = either_room.office
    film = films.stored(office)
    cover = Newsroom.cover(office)
    unclear = either_room.scheduled("Bài có phim", video=film, images=[cover])
    either_room.stage.simulator.faults.next("POST article/create", kit.spoilt("drop", accepted=True))
    either_room.tick_until(unclear)
    assert either_room.states(unclear) == ["sent"] and either_room.stage.simulator.shown() == ["Bài có phim"]
    assert either_room.created() == 1 and len(either_room.stage.entries("video")) == 1
    assert either_room.receipt(unclear).detail["film"] == film["sha256"]


def test_a_film_without_a_cover_is_not_approved_for_zalo(room: Newsroom) -> None:
    with pytest.raises(Refused, match="ảnh bìa"):
        room.scheduled("Bài có phim", video=films.stored(room.office))


@pytest.mark.parametrize("what", ["drop", "html_502", "silence"])
def test_a_lost_creation_is_found_and_shown_without_a_second_one(either_room: Newsroom, what: str) -> None:
    either_room.stage.simulator.faults.next("POST article/create", kit.spoilt(what, accepted=True))
    unclear = either_room.scheduled("Bài bị mất trả lời")
    either_room.tick()
    assert either_room.states(unclear) == ["unsure"]
    either_room.tick(5.1)
    assert either_room.states(unclear) == ["sent"]
    assert either_room.kinds(unclear) == ["send", "find", "send"]
    assert either_room.created() == 1 and len(either_room.stage.simulator.shown()) == 1


def test_a_creation_that_never_arrived_is_repeated_after_a_quarter_of_an_hour(room: Newsroom) -> None:
    room.stage.simulator.faults.next("POST article/create", kit.spoilt("drop"))
    lost = room.scheduled("Bài chưa tới")
    room.tick()
    for _look in range(2):
        room.tick(5.1)
        assert room.states(lost) == ["unsure"] and "sẽ xem lại" in room.delivery(lost).reason
    room.tick(5.1)
    assert room.states(lost) == ["sent"] and room.delivery(lost).tries == 2
    assert room.created() == 1


def test_a_lost_showing_is_recognised_by_the_articles_id(room: Newsroom) -> None:
    room.stage.simulator.faults.next("POST article/update", kit.spoilt("reset", accepted=True))
    unclear = room.scheduled("Bài đã hiện")
    room.tick()
    assert room.states(unclear) == ["unsure"] and room.stage.simulator.shown() == ["Bài đã hiện"]
    room.tick(5.1)
    assert room.states(unclear) == ["sent"] and room.kinds(unclear) == ["send", "find"]
    assert room.receipt(unclear).remote_id == room.stage.entries("article.made")[0]["id"]


class Killed(BaseException):
    """The process is gone."""


class Dying(StagedZalo):
    """The channel in a process that is killed when it commits a note."""

    at: ClassVar[str] = ""

    def deliver(self, item: Any, key: str, notes: Notes) -> Any:
        class Last(dict[str, Any]):
            def __setitem__(self, name: str, value: Any) -> None:
                if value:
                    notes[name] = value
                    super().__setitem__(name, value)
                if name == Dying.at:
                    raise Killed

        return super().deliver(item, key, Last(notes))


@pytest.mark.parametrize("step", ["creating", "job", "id", "showing", "show_job"])
def test_after_a_kill_at_any_step_the_engine_ends_with_one_copy(room: Newsroom, step: str) -> None:
    world = room.office.world
    killed = room.scheduled("Bài dở dang")
    [taken] = claim(world, room.account_id)
    channel = open_channel(world, taken.account)
    Dying.at = step
    with pytest.raises(Killed):
        perform(world, taken, Dying(channel._outfit))  # type: ignore[attr-defined]
    room.tick(3)
    assert room.states(killed) == ["unsure"]
    room.tick_until(killed)
    assert room.states(killed) == ["sent"]
    assert room.created() == 1 and room.stage.simulator.shown() == ["Bài dở dang"]


def test_a_job_that_runs_long_is_taken_up_again(room: Newsroom) -> None:
    room.stage.option(job_seconds=(40, 40))
    slow = room.scheduled("Bài xử lý lâu")
    room.tick()
    assert room.states(slow) == ["waiting"] and room.delivery(slow).notes["job"]
    room.tick_until(slow)
    assert room.states(slow) == ["sent"] and room.created() == 1


def test_what_zalo_refuses_fails_alone_and_says_which_field(room: Newsroom) -> None:
    bad, good = room.scheduled("Bài bị chê"), room.scheduled("Bài tốt")
    room.stage.simulator.faults.next("POST article/create", kit.Fault("refusal", refusal="-201 title"))
    room.tick()
    assert room.states(bad, good) == ["failed", "sent"]
    assert "tiêu đề" in room.delivery(bad).reason and room.created() == 1


def test_a_revoked_app_pauses_the_account_and_after_a_new_consent_the_queue_goes_out_in_order(room: Newsroom) -> None:
    first, second = room.scheduled("Một"), room.scheduled("Hai")
    room.stage.option(revoked=True)
    room.tick()
    room.tick(1)
    with room.office.reading() as session:
        account = session.get_one(Account, room.account_id)
        assert account.state == "paused" and "cấp quyền lại" in account.pause_reason
    assert room.states(first, second) == ["held", "held"] and room.delivery(first).tries == 0
    room.stage.consent()
    with room.office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, room.account_id))
    room.tick(1)
    assert room.states(first, second) == ["sent", "sent"]
    assert [entry["title"] for entry in room.stage.entries("article.shown")] == ["Một", "Hai"]


def test_an_expired_access_token_is_renewed_on_the_way(room: Newsroom) -> None:
    room.stage.simulator.clock.advance(26 * 3600)
    late = room.scheduled("Sau một đêm")
    room.tick()
    assert room.states(late) == ["sent"] and len(room.stage.entries("oauth.issued")) == 1


def test_a_used_up_package_leaves_the_delivery_waiting_with_the_reason(room: Newsroom) -> None:
    room.stage.option(article_quota=0)
    waiting = room.scheduled("Hết hạn mức")
    room.tick()
    assert room.states(waiting) == ["waiting"] and "hết số bài" in room.delivery(waiting).reason
    room.stage.option(article_quota=10)
    room.tick(7 * 60)
    assert room.states(waiting) == ["sent"]


def test_a_correction_replaces_and_a_withdrawal_removes_the_article(room: Newsroom) -> None:
    shown = room.scheduled("Bài đầu")
    room.tick()
    post_id = room.delivery(shown).post_id
    room.office.save(post_id, title="Bài đã sửa", correction="Sửa giờ họp.")
    room.office.submit(post_id)
    room.office.approve(post_id)
    room.stage.simulator.faults.next("POST article/update", kit.spoilt("drop", accepted=True))
    room.tick()
    room.tick(2)
    correction = room.office.deliveries(post_id)[1]
    assert (correction.action, correction.state) == ("amend", "sent")
    assert room.stage.simulator.shown() == ["Bài đã sửa"] and room.created() == 1
    with room.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, room.office.person(session, "approver"), post, post.revision, "Hết hiệu lực")
    room.stage.simulator.faults.next("POST article/remove", kit.spoilt("drop", accepted=True))
    room.tick()
    room.tick(2)
    assert room.stage.simulator.shown() == [] and room.delivery(shown).state == "retracted"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_storm_of_faults_every_post_ends_and_none_is_shown_twice(room: Newsroom, seed: int) -> None:
    kinds = [kit.spoilt("drop", True), kit.spoilt("reset"), kit.spoilt("html_502", True), kit.spoilt("empty_200")]
    endpoints = ("POST article/create", "POST article/verify", "POST article/update", "GET article/getdetail")
    for number, endpoint in enumerate(endpoints):
        room.stage.simulator.faults.always(endpoint, kinds[number], chance=0.25, seed=seed * 10 + number)
    room.stage.option(job_seconds=(0, 30))
    ids = [room.scheduled(f"Bài {number}") for number in range(6)]
    room.tick()
    room.tick_until(*ids)
    assert room.states(*ids) == ["sent"] * 6
    assert sorted(room.stage.simulator.shown()) == [f"Bài {number}" for number in range(6)]
    assert len(room.stage.entries("article.shown")) == 6


def test_no_secret_reaches_the_database(room: Newsroom) -> None:
    room.stage.option(echoes=True)
    room.stage.simulator.faults.next("POST article/create", kit.Fault("refusal", refusal="-201"))
    failed, sent = room.scheduled("Một"), room.scheduled("Hai")
    room.tick()
    assert room.states(failed, sent) == ["failed", "sent"]
    database = Path(room.office.installation.config.home / "publisher.db").read_bytes()
    assert CANARY.encode() not in database and "•••" in room.delivery(failed).reason
