"""The delivery engine: what each answer of an outlet leads to, on both databases, with a real ledger as the judge."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_outlet import Ledger
from sqlalchemy import select, update

from channels.base import Receipt as Given
from publisher import accounts, clock
from publisher.audit import COMMAND
from publisher.delivery.attempt import TRIES, Outcome, perform
from publisher.delivery.claim import Claim, claim
from publisher.delivery.drain import drain
from publisher.delivery.outlets import World
from publisher.delivery.record import record
from publisher.delivery.recover import expire_leases
from publisher.editorial import moving, scheduling, withdrawing
from publisher.model import Account, Delivery, Page, Post, Receipt
from publisher.refusal import Refused
from tests.factories import Office, in_minutes


class Outlet:
    """The ledger account of a test: what it shall do next, and what it accepted."""

    def __init__(self, office: Office, path: Path, **options: str) -> None:
        self.office, self.path = office, path
        self.account_id = office.add_account("ledger", values={"path": str(path), **options})

    def will(self, *words: str) -> None:
        self.path.with_suffix(".script").write_text("\n".join(words), encoding="utf-8")

    def accepted(self) -> Counter[str]:
        return Counter(line["key"] for line in Ledger.lines(self.path) if line["do"] == "deliver")

    def done(self) -> list[str]:
        return [line["do"] for line in Ledger.lines(self.path)]

    def scheduled(self, title: str = "Bài gửi sổ", minutes: float = 0) -> int:
        """An approved post for this outlet alone; returns the delivery's id."""
        post_id = self.office.draft(title)
        with self.office.writing() as session:
            post = session.get_one(Post, post_id)
            editor = self.office.person(session, "editor")
            scheduling.place(session, editor, post, post.revision, [(self.account_id, in_minutes(minutes))])
        self.office.submit(post_id)
        self.office.approve(post_id)
        return self.office.deliveries(post_id)[0].id

    def delivery(self, delivery_id: int) -> Delivery:
        with self.office.reading() as session:
            return session.get_one(Delivery, delivery_id)


def taken_from(world: World, account_id: int) -> list[Claim]:
    """What a clock takes next of an account."""
    return claim(world, account_id) or []


@pytest.fixture
def outlet(either_office: Office, tmp_path: Path) -> Outlet:
    return Outlet(either_office, tmp_path / "ledger.jsonl")


def test_a_due_delivery_is_sent_once_and_keeps_its_receipt(outlet: Outlet) -> None:
    sent = outlet.scheduled()
    outlet.office.tick()
    outlet.office.tick()
    delivery = outlet.delivery(sent)
    assert delivery.state == "sent" and delivery.tries == 1
    assert outlet.accepted() == {delivery.key: 1}
    with outlet.office.reading() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.delivery_id == sent)).one()
    assert (receipt.kind, receipt.remote_id) == ("live", delivery.key)


def test_nothing_goes_out_before_its_time(outlet: Outlet) -> None:
    later = outlet.scheduled(minutes=10)
    outlet.office.tick()
    assert outlet.delivery(later).state == "planned" and not outlet.accepted()
    outlet.office.tick(at=in_minutes(10.1))
    assert outlet.delivery(later).state == "sent"


def test_a_refused_content_is_final_and_says_why(outlet: Outlet) -> None:
    refused = outlet.scheduled()
    outlet.will("reject")
    outlet.office.tick()
    delivery = outlet.delivery(refused)
    assert (delivery.state, delivery.reason) == ("failed", "Sổ từ chối nội dung này.")
    outlet.office.tick(at=in_minutes(600))
    assert not outlet.accepted()


def test_a_busy_outlet_is_tried_again_later_and_not_before(outlet: Outlet) -> None:
    busy = outlet.scheduled()
    outlet.will("later", "later")
    start = clock.now()
    outlet.office.tick()
    delivery = outlet.delivery(busy)
    assert delivery.state == "waiting" and delivery.wake_at is not None
    assert delivery.wake_at - start >= timedelta(seconds=60), "the outlet's own wish counts when it is longer"
    outlet.office.tick()
    assert len(outlet.office.attempts(busy)) == 1
    outlet.office.tick(at=in_minutes(5))
    outlet.office.tick(at=in_minutes(60))
    assert outlet.delivery(busy).state == "sent" and sum(outlet.accepted().values()) == 1


def test_after_ten_tries_a_delivery_fails_with_the_last_reason(outlet: Outlet) -> None:
    hopeless = outlet.scheduled()
    outlet.will(*["later"] * 20)
    for hour in range(40):
        outlet.office.tick(at=in_minutes(hour * 90))
    delivery = outlet.delivery(hopeless)
    assert delivery.state == "failed" and delivery.tries == TRIES
    assert "Sổ đang bận." in delivery.reason


def test_an_answer_that_got_lost_after_landing_is_found_and_not_repeated(outlet: Outlet) -> None:
    unclear = outlet.scheduled()
    outlet.will("hang")
    outlet.office.tick()
    outlet.office.tick()
    delivery = outlet.delivery(unclear)
    assert delivery.state == "sent"
    assert outlet.accepted() == {delivery.key: 1}
    assert [a.kind for a in outlet.office.attempts(unclear)] == ["send", "find"]


@pytest.mark.parametrize("word", ["lose", "break"])
def test_an_attempt_that_got_lost_before_landing_is_looked_for_and_sent_again(outlet: Outlet, word: str) -> None:
    lost = outlet.scheduled()
    outlet.will(word)
    outlet.office.tick()
    outlet.office.tick()
    assert outlet.delivery(lost).state == "sent"
    assert outlet.accepted() == {outlet.delivery(lost).key: 1}
    assert [a.outcome for a in outlet.office.attempts(lost)] == ["unknown", "absent", "accepted"]


def test_where_the_outlet_cannot_be_asked_a_person_decides(either_office: Office, tmp_path: Path) -> None:
    outlet = Outlet(either_office, tmp_path / "blind.jsonl", blind="yes")
    landed, lost = outlet.scheduled("Đã lên"), outlet.scheduled("Chưa lên")
    outlet.will("hang", "lose")
    for minutes in (0, 5, 60, 600):
        outlet.office.tick(at=in_minutes(minutes))
    assert [outlet.delivery(d).state for d in (landed, lost)] == ["unsure", "unsure"]
    assert "cần người kiểm tra" in outlet.delivery(landed).reason
    with either_office.writing() as session:
        approver = either_office.person(session, "approver")
        moving.decide_unsure(session, approver, session.get_one(Delivery, landed), True, "https://so.example/1")
        moving.decide_unsure(session, approver, session.get_one(Delivery, lost), False)
    outlet.office.tick()
    assert [outlet.delivery(d).state for d in (landed, lost)] == ["sent", "sent"]
    assert sorted(outlet.accepted().values()) == [1, 1]


def test_a_lost_right_pauses_the_account_keeps_the_queue_and_spends_no_try(outlet: Outlet) -> None:
    first, second = outlet.scheduled("Một"), outlet.scheduled("Hai")
    outlet.will("unauthorised")
    outlet.office.tick()
    outlet.office.tick()
    with outlet.office.reading() as session:
        account = session.get_one(Account, outlet.account_id)
        assert (account.state, account.pause_reason) == ("paused", "Khóa truy cập đã hết hạn. Hãy nhập khóa mới.")
    assert [outlet.delivery(d).state for d in (first, second)] == ["held", "held"]
    assert outlet.delivery(first).tries == 0
    with outlet.office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, outlet.account_id))
    outlet.office.tick()
    assert [outlet.delivery(d).state for d in (first, second)] == ["sent", "sent"]


def test_what_is_too_late_is_held_and_a_person_sends_it(outlet: Outlet) -> None:
    late = outlet.scheduled()
    outlet.office.tick(at=in_minutes(6 * 60 + 1))
    delivery = outlet.delivery(late)
    assert (delivery.state, delivery.hold) == ("held", "late")
    with outlet.office.writing() as session:
        moving.send_now(session, outlet.office.person(session, "approver"), session.get_one(Delivery, late))
    outlet.office.tick(at=in_minutes(7 * 60))
    assert outlet.delivery(late).state == "sent"


def test_what_is_late_within_the_policy_goes_out(outlet: Outlet) -> None:
    late = outlet.scheduled()
    outlet.office.tick(at=in_minutes(5 * 60))
    assert outlet.delivery(late).state == "sent"


def test_one_bad_post_does_not_delay_its_neighbours(outlet: Outlet) -> None:
    bad, good = outlet.scheduled("Hỏng"), outlet.scheduled("Tốt")
    outlet.will("break")
    with outlet.office.reading() as session:
        assert session.get_one(Delivery, bad).due_at <= session.get_one(Delivery, good).due_at
    drain(outlet.office.world, outlet.account_id)
    assert outlet.delivery(good).state == "sent"
    outlet.office.tick()
    assert [outlet.delivery(d).state for d in (bad, good)] == ["sent", "sent"]


def test_rehearsal_renders_and_receipts_but_sends_nothing(either_office: Office, tmp_path: Path) -> None:
    outlet = Outlet(either_office, tmp_path / "rehearsal.jsonl")
    with either_office.writing() as session:
        session.get_one(Account, outlet.account_id).mode = "rehearsal"
    rehearsed = outlet.scheduled()
    either_office.tick()
    assert outlet.delivery(rehearsed).state == "sent" and not outlet.done()
    with either_office.reading() as session:
        assert session.scalars(select(Receipt.kind)).all() == ["rehearsed"]
        assert session.get_one(Post, outlet.delivery(rehearsed).post_id).live is None, "a rehearsal is never counted"


@pytest.mark.parametrize(("word", "story"), [("hang", ["deliver", "amend"]), ("lose", ["deliver"])])
def test_a_correction_never_overtakes_what_it_corrects(outlet: Outlet, word: str, story: list[str]) -> None:
    """The first attempt is under way while the correction is approved; it landed (`hang`) or not (`lose`)."""
    first = outlet.scheduled()
    outlet.will(word)
    (taken,) = taken_from(outlet.office.world, outlet.account_id)
    post_id = taken.post_id
    outlet.office.save(post_id, body="Nội dung đã sửa.", correction="Sửa ngày họp.")
    outlet.office.submit(post_id)
    outlet.office.approve(post_id)
    second = outlet.office.deliveries(post_id)[1]
    assert (second.action, second.follows_id) == ("amend", first)
    assert not claim(outlet.office.world, outlet.account_id), "it waits until the first is settled"
    record(outlet.office.world, [(taken, perform(outlet.office.world, taken))])
    outlet.office.tick()
    outlet.office.tick()
    assert outlet.done() == story
    last = Ledger.lines(outlet.path)[-1]
    assert (last["key"], outlet.delivery(second.id).state) == (second.key, "sent"), "the corrected text stands there"


def test_a_withdrawal_removes_what_stands_and_marks_it_so(outlet: Outlet) -> None:
    shown = outlet.scheduled()
    outlet.office.tick()
    post_id = outlet.delivery(shown).post_id
    with outlet.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, outlet.office.person(session, "approver"), post, post.revision, "Hết hiệu lực")
    outlet.office.tick()
    assert outlet.done() == ["deliver", "retract"]
    assert outlet.delivery(shown).state == "retracted"


def test_an_expired_lease_becomes_unsure_and_never_planned_again(outlet: Outlet) -> None:
    stuck = outlet.scheduled()
    assert claim(outlet.office.world, outlet.account_id)
    assert outlet.delivery(stuck).state == "sending"
    with clock.reading(in_minutes(10)):
        assert expire_leases(outlet.office.world) == 1
    assert outlet.delivery(stuck).state == "unsure"


def test_a_process_that_slept_past_its_lease_cannot_overwrite_what_happened(outlet: Outlet) -> None:
    stuck = outlet.scheduled()
    (taken,) = taken_from(outlet.office.world, outlet.account_id)
    outlet.office.tick(at=in_minutes(10))  # recovered, looked for, found absent, sent again
    assert outlet.delivery(stuck).state == "sent"
    assert record(outlet.office.world, [(taken, Outcome("rejected", "muộn"))]) == ["sent"]
    assert outlet.delivery(stuck).state == "sent"


def test_an_acceptance_that_comes_late_counts_whatever_the_attempt_under_way_is_told(outlet: Outlet) -> None:
    """The second one may be refused just because the first copy stands there."""
    delivery = outlet.scheduled()
    (slept,) = taken_from(outlet.office.world, outlet.account_id)
    with clock.reading(in_minutes(10)):
        expire_leases(outlet.office.world)
        (look,) = taken_from(outlet.office.world, outlet.account_id)
        record(outlet.office.world, [(look, Outcome("absent"))])
        (again,) = taken_from(outlet.office.world, outlet.account_id)
        late = Outcome("accepted", "", Given("live", "muộn"))
        assert record(outlet.office.world, [(slept, late)]) == ["sent"]
        assert record(outlet.office.world, [(again, Outcome("rejected", "trùng bài đã đăng"))]) == ["sent"]
    assert [attempt.outcome for attempt in outlet.office.attempts(delivery)] == ["unknown", "absent", "rejected"]
    with outlet.office.reading() as session:
        assert session.scalars(select(Receipt.remote_id).where(Receipt.delivery_id == delivery)).all() == ["muộn"]


def test_two_clocks_that_look_at_once_take_a_delivery_once(outlet: Outlet) -> None:
    outlet.scheduled()
    first, second = (taken_from(outlet.office.world, outlet.account_id) for _clock in range(2))
    assert len(first) == 1 and second == []


def test_bytes_altered_in_the_store_are_not_sent(outlet: Outlet) -> None:
    tampered = outlet.scheduled()
    with outlet.office.reading() as session:
        from publisher.model import Rendering

        rendering = session.get_one(Rendering, outlet.delivery(tampered).rendering_id)
    outlet.office.world.files.path(rendering.parts[0]["sha256"]).write_bytes(b"something else")
    outlet.office.tick()
    delivery = outlet.delivery(tampered)
    assert delivery.state == "failed" and "đã bị thay đổi" in delivery.reason
    assert not outlet.accepted()


def test_the_same_remote_id_for_two_deliveries_is_never_believed(outlet: Outlet) -> None:
    one, two = outlet.scheduled("Một"), outlet.scheduled("Hai")
    with outlet.office.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == two).values(wake_at=in_minutes(60)))
    outlet.office.tick()
    taken_key = outlet.delivery(one).key
    with outlet.office.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == two).values(wake_at=clock.now()))
    (taken,) = taken_from(outlet.office.world, outlet.account_id)
    assert taken.delivery_id == two
    from channels.base import Receipt as Given

    assert record(outlet.office.world, [(taken, Outcome("accepted", "", Given("live", taken_key)))]) == ["unsure"]


def test_closing_an_account_cancels_its_queue_and_keeps_its_history(outlet: Outlet) -> None:
    done, open_one = outlet.scheduled("Đã gửi"), outlet.scheduled("Chưa gửi", minutes=60)
    outlet.office.tick()
    with outlet.office.writing() as session:
        accounts.close(session, COMMAND, session.get_one(Account, outlet.account_id))
    assert [outlet.delivery(d).state for d in (done, open_one)] == ["sent", "cancelled"]
    with outlet.office.writing() as session, pytest.raises(Refused, match="đã đóng"):
        post = session.get_one(Post, outlet.delivery(done).post_id)
        scheduling.place(
            session, outlet.office.person(session, "editor"), post, post.revision,
            [(outlet.account_id, in_minutes(5))],
        )  # fmt: skip


def test_a_published_page_has_the_approved_bytes(either_office: Office) -> None:
    post_id = either_office.published("Trang đã duyệt")
    with either_office.reading() as session:
        page = session.get_one(Page, post_id)
    assert "Trang đã duyệt" in either_office.world.files.get(page.sha256).decode()
