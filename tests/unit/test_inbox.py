"""The inbox: everything that stands still is in it with a reason and somebody who settles it, and nothing else is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from publisher import accounts, clock, inbox
from publisher.audit import COMMAND
from publisher.delivery.drain import tick
from publisher.delivery.jobs import beat
from publisher.editorial import moving, scheduling
from publisher.inbox import Item
from publisher.model import Account, Delivery, Post, Receipt
from publisher.timetable import JOBS
from tests.factories import Office, in_minutes, make_unit


class Desk:
    """A ledger account whose answers a test chooses, and the inbox as somebody of the office sees it."""

    def __init__(self, office: Office, path: Path) -> None:
        self.office, self.path = office, path
        self.account_id = office.add_account("ledger", "Sổ", values={"path": str(path), "blind": "yes"})

    def will(self, *words: str) -> None:
        self.path.with_suffix(".script").write_text("\n".join(words), encoding="utf-8")

    def scheduled(self, title: str = "Bài gửi sổ", minutes: float = 0) -> int:
        post_id = self.office.draft(title)
        with self.office.writing() as session:
            post = session.get_one(Post, post_id)
            editor = self.office.person(session, "editor")
            scheduling.place(session, editor, post, post.revision, [(self.account_id, in_minutes(minutes))])
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[0].id

    def items(self, minutes: float = 0, rights: tuple[str, ...] = ("read", "write")) -> list[Item]:
        now = in_minutes(minutes)
        with clock.reading(now), self.office.reading() as session:
            return inbox.items(session, {self.office.unit_id}, rights, now, now)

    def count(self, minutes: float = 0) -> int:
        with clock.reading(in_minutes(minutes)), self.office.reading() as session:
            return inbox.counts(session, {self.office.unit_id})

    def change(self, delivery_id: int, **columns: object) -> None:
        with self.office.writing() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**columns))


@pytest.fixture
def desk(either_office: Office, tmp_path: Path) -> Desk:
    return Desk(either_office, tmp_path / "ledger.jsonl")


def test_what_goes_its_way_is_not_in_the_inbox(desk: Desk) -> None:
    desk.scheduled("Bài mai phát", minutes=60)
    desk.office.published()
    desk.will("later")
    desk.scheduled("Bài chờ gửi lại")
    tick(desk.office.world)
    assert desk.items() == [] and desk.count() == 0


def test_a_late_delivery_is_held_and_asks_its_editor(desk: Desk) -> None:
    late = desk.scheduled()
    desk.office.tick(at=in_minutes(7 * 60))
    (item,) = desk.items()
    assert (item.kind, item.target, item.target_id, item.right) == ("held", "delivery", late, "write")
    assert "Trễ quá 6 giờ" in item.reason and item.title == "Bài gửi sổ" and item.place == "Sổ"
    assert desk.count() == 1


def test_a_refused_delivery_stays_until_somebody_takes_note_of_it(desk: Desk) -> None:
    refused = desk.scheduled()
    desk.will("reject")
    tick(desk.office.world)
    (item,) = desk.items()
    assert (item.kind, item.reason, item.right) == ("failed", "Sổ từ chối nội dung này.", "write")
    with desk.office.writing() as session:
        delivery = session.get_one(Delivery, refused)
        moving.cancel(session, desk.office.person(session, "editor"), delivery, "Đã biết.")
    assert desk.items() == [] and desk.count() == 0


def test_a_refused_delivery_leaves_when_a_newer_version_has_landed(desk: Desk) -> None:
    refused = desk.scheduled()
    desk.will("reject")
    tick(desk.office.world)
    post_id = next(one.post_id for one in desk.office.deliveries() if one.id == refused)
    desk.office.save(post_id, body="Nội dung đã sửa.")
    desk.office.submit(post_id)
    desk.office.approve(post_id)
    assert [item.kind for item in desk.items()] == ["failed"], "the new version has not gone out yet"
    tick(desk.office.world)
    assert desk.items() == []


def test_a_delivery_nobody_can_tell_about_asks_the_approver(desk: Desk) -> None:
    desk.will("hang")
    unclear = desk.scheduled()
    tick(desk.office.world)
    tick(desk.office.world)  # the ledger is blind: it cannot be asked
    (item,) = desk.items()
    assert (item.kind, item.target_id, item.right, item.next_at) == ("unsure", unclear, "approve", None)
    assert desk.count() == 1


def test_a_delivery_still_being_looked_for_enters_after_a_quarter_of_an_hour_with_its_next_look(desk: Desk) -> None:
    desk.will("hang")
    unclear = desk.scheduled()
    tick(desk.office.world)
    desk.change(unclear, state="unsure", wake_at=in_minutes(30), changed_at=clock.now())
    assert desk.items(minutes=14) == []
    (item,) = desk.items(minutes=16)
    assert item.next_at is not None and item.next_at > in_minutes(29)


def test_a_paused_account_stands_for_all_it_keeps(desk: Desk) -> None:
    desk.will("unauthorised")
    desk.scheduled("Bài một")
    desk.scheduled("Bài hai")
    tick(desk.office.world)
    tick(desk.office.world)
    (item,) = desk.items(rights=("read", "administer"))
    assert (item.kind, item.target, item.target_id, item.held) == ("paused", "account", desk.account_id, 2)
    assert item.reason == "Khóa truy cập đã hết hạn. Hãy nhập khóa mới." and item.right == "administer"
    assert clock.now() - item.since < timedelta(minutes=1), "since it was paused, not since it was made"
    assert desk.count() == 1
    with desk.office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, desk.account_id))
    assert desk.items() == []


def test_what_waits_for_an_earlier_delivery_says_which(desk: Desk) -> None:
    first = desk.scheduled()
    tick(desk.office.world)
    post_id = next(one.post_id for one in desk.office.deliveries() if one.id == first)
    desk.office.save(post_id, body="Đã sửa.", correction="Sửa số liệu.")
    desk.office.submit(post_id)
    desk.office.approve(post_id)
    desk.change(first, state="unsure", wake_at=None)
    kinds = {item.kind: item for item in desk.items(minutes=10)}
    assert set(kinds) == {"unsure", "overdue"}
    assert kinds["overdue"].reason == f"Chờ lượt phát hành số {first} xong trước."


def test_what_is_overdue_without_a_reason_points_at_the_clock(desk: Desk) -> None:
    desk.scheduled()
    assert desk.items(minutes=4) == []
    (item,) = desk.items(minutes=6)
    assert (item.kind, item.right) == ("overdue", "administer") and "bộ phát hành" in item.reason


def test_a_sending_that_nobody_recovered_is_overdue_too(desk: Desk) -> None:
    stuck = desk.scheduled()
    desk.change(stuck, state="sending", wake_at=None, lease_until=clock.now())
    (item,) = desk.items(minutes=6)
    assert (item.kind, item.target_id) == ("overdue", stuck) and desk.count(minutes=6) == 1


def test_a_handed_over_delivery_asks_for_confirmation_a_day_after_its_time(desk: Desk) -> None:
    post_id = desk.office.scheduled("Bài phát thanh")
    (delivery,) = desk.office.deliveries(post_id)
    with desk.office.writing() as session:
        session.add(
            Receipt(
                delivery_id=delivery.id, account_id=delivery.account_id, kind="handed_over",
                remote_id="phien-sang", accepted_at=clock.now(), detail={},
            )
        )  # fmt: skip
    desk.change(delivery.id, state="sent", wake_at=None)
    assert desk.items(minutes=23 * 60) == []
    (item,) = desk.items(minutes=25 * 60)
    assert (item.kind, item.right, item.target_id) == ("unconfirmed", "air", delivery.id)
    desk.change(delivery.id, state="confirmed")
    assert desk.items(minutes=25 * 60) == []


def test_a_silent_clock_is_told_to_everybody_and_first(desk: Desk) -> None:
    for job in JOBS:
        beat(desk.office.world, job.name, "")
    desk.scheduled()
    now = in_minutes(60)
    with clock.reading(now), desk.office.reading() as session:
        found = inbox.items(session, {desk.office.unit_id}, {"read"}, now, clock.now() - timedelta(hours=2))
    kinds = [item.kind for item in found]
    assert kinds[-1] == "overdue" and set(kinds[:-1]) == {"silent"} and len(kinds) > 2
    assert found[0].title == "Phát hành bài đến giờ"


def test_a_broken_trail_is_told_to_administrators_with_the_row(desk: Desk) -> None:
    job = next(job for job in JOBS if job.name == "check_trail")
    job.run(desk.office.world)
    assert desk.items(rights=("read", "administer")) == []
    with desk.office.world.db.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        off = "DROP TRIGGER keep_audit_update" if sqlite else "ALTER TABLE audit DISABLE TRIGGER USER"
        connection.execute(text(off))
        connection.execute(text("UPDATE audit SET act = 'nothing' WHERE id = 3"))
    with clock.reading(in_minutes(24 * 60)):
        job.run(desk.office.world)
    (item,) = desk.items(rights=("read", "administer"))
    assert (item.kind, item.target_id) == ("trail", 3)
    assert desk.items(rights=("read", "write")) == []


def test_another_unit_sees_none_of_it(desk: Desk) -> None:
    desk.scheduled()
    with desk.office.writing() as session:
        other = make_unit(session, "phuong-khac", "UBND phường Khác").id
    now = in_minutes(60)
    with clock.reading(now), desk.office.reading() as session:
        assert inbox.items(session, {other}, {"read", "administer"}, now, now) == []
        assert inbox.counts(session, {other}) == 0
        assert inbox.counts(session, {desk.office.unit_id}) == 1


def test_what_the_reader_can_settle_comes_first(desk: Desk) -> None:
    desk.will("reject")
    desk.scheduled("Bài bị từ chối")
    tick(desk.office.world)
    desk.scheduled("Bài quá giờ")
    assert [item.kind for item in desk.items(minutes=30, rights=("administer",))] == ["overdue", "failed"]
    assert [item.kind for item in desk.items(minutes=30, rights=("write",))] == ["failed", "overdue"]
