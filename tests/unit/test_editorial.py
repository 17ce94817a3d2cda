"""Editorial work: versions, decisions, corrections and what each leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, update

from publisher.editorial import content, drafting, moving, review, scheduling, withdrawing
from publisher.model import Decision, Delivery, Page, Person, Placement, Post, Rendering, Unit, Version
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from tests.factories import Office, in_minutes, make_person, make_unit


def state(office: Office, post_id: int) -> tuple[str, int, int | None, int | None]:
    with office.reading() as session:
        post = session.get_one(Post, post_id)
        return post.state, post.head, post.approved, post.live


def test_each_changed_text_is_a_version_and_an_unchanged_one_is_none(either_office: Office) -> None:
    post_id = either_office.draft()
    either_office.save(post_id, body="Bản hai")
    either_office.save(post_id, body="Bản hai")
    assert state(either_office, post_id) == ("draft", 2, None, None)
    with either_office.reading() as session:
        bodies = session.scalars(select(Version.body).order_by(Version.number)).all()
    assert bodies == ["Nội dung bài «Đẩy mạnh cải cách hành chính».", "Bản hai"]


def test_a_returned_post_comes_back_with_the_comment_and_can_be_submitted_again(either_office: Office) -> None:
    post_id = either_office.draft()
    either_office.submit(post_id)
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        approver = either_office.person(session, "approver")
        with pytest.raises(Refused, match="cần sửa gì"):
            review.return_(session, approver, post, post.revision, "  ")
        review.return_(session, approver, post, post.revision, "Thêm căn cứ pháp lý.")
    assert state(either_office, post_id)[0] == "returned"
    either_office.save(post_id, body="Đã thêm căn cứ.")
    either_office.submit(post_id)
    either_office.approve(post_id)
    with either_office.reading() as session:
        verdicts = session.scalars(select(Decision.verdict).order_by(Decision.id)).all()
    assert verdicts == ["submitted", "returned", "submitted", "approved"]


def test_approval_stores_exactly_what_each_outlet_will_send(either_office: Office) -> None:
    other = either_office.add_account(title="Cổng thứ hai")
    post_id = either_office.draft()
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(either_office.account_id, in_minutes(5)), (other, in_minutes(6))]
        scheduling.place(session, either_office.person(session, "editor"), post, post.revision, wishes)
    either_office.submit(post_id)
    either_office.approve(post_id)
    with either_office.reading() as session:
        renderings = session.scalars(select(Rendering)).all()
        deliveries = session.scalars(select(Delivery).order_by(Delivery.due_at)).all()
    assert {r.account_id for r in renderings} == {either_office.account_id, other}
    assert [(d.state, d.account_id) for d in deliveries] == [("planned", either_office.account_id), ("planned", other)]
    for rendering in renderings:
        for part in rendering.parts:
            assert either_office.world.files.get(part["sha256"])


def test_a_correction_keeps_the_address_and_tells_the_reader(either_office: Office) -> None:
    post_id = either_office.published("Lịch tiếp dân")
    either_office.save(post_id, body="Lịch đúng là thứ Năm.")
    with either_office.writing() as session, pytest.raises(Refused, match="nội dung đính chính"):
        post = session.get_one(Post, post_id)
        review.submit(session, either_office.person(session, "editor"), post, post.revision)
    either_office.save(post_id, correction="Sửa ngày tiếp dân thành thứ Năm.")
    with either_office.reading() as session:
        assert "thứ Năm" not in session.scalars(select(Page.words)).one(), "the old text stands until approval"
    either_office.submit(post_id)
    either_office.approve(post_id)
    either_office.tick()
    with either_office.reading() as session:
        page = session.scalars(select(Page)).one()
    assert page.slug == "lich-tiep-dan" and "thứ năm" in page.words
    assert [c["note"] for c in page.corrections] == ["Sửa ngày tiếp dân thành thứ Năm."]


def test_a_withdrawal_leaves_a_notice_and_can_be_undone_only_through_approval(either_office: Office) -> None:
    post_id = either_office.published("Sai số liệu")
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        with pytest.raises(NotAllowed):
            withdrawing.withdraw(session, either_office.person(session, "editor"), post, post.revision, "x")
        with pytest.raises(Refused, match="lý do"):
            withdrawing.withdraw(session, either_office.person(session, "approver"), post, post.revision, " ")
        withdrawing.withdraw(session, either_office.person(session, "approver"), post, post.revision, "Số liệu cũ.")
    either_office.tick()
    with either_office.reading() as session:
        page = session.scalars(select(Page)).one()
        assert (page.withdraw_reason, page.words) == ("Số liệu cũ.", "")
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        editor = either_office.person(session, "editor")
        drafting.restore(session, editor, post, post.revision)
        wishes = [(either_office.account_id, in_minutes(0))]
        scheduling.place(session, editor, post, post.revision, wishes)
    either_office.submit(post_id)
    either_office.approve(post_id)
    either_office.tick()
    with either_office.reading() as session:
        page = session.scalars(select(Page)).one()
        assert page.withdrawn_at is None and page.words
        assert session.get_one(Post, post_id).live == 2


def test_a_stale_form_changes_nothing(either_office: Office) -> None:
    post_id = either_office.draft()
    with either_office.writing() as session, pytest.raises(Stale, match="người khác thay đổi"):
        post = session.get_one(Post, post_id)
        text = content.read({"title": "Ghi đè", "body": "x"})
        drafting.save(session, either_office.person(session, "editor"), post, post.revision - 1, text)
    assert state(either_office, post_id)[1] == 1


def test_people_of_another_unit_can_do_nothing_here(either_office: Office) -> None:
    post_id = either_office.draft()
    with either_office.writing() as session:
        other = make_unit(session, "khac", "Đơn vị khác")
        stranger = make_person(session, "la@khac.example", "Người đơn vị khác", {"editor": other, "approver": other})
        post = session.get_one(Post, post_id)
        with pytest.raises(NotAllowed):
            drafting.save(session, stranger, post, post.revision, content.read({"title": "x", "body": "x"}))
        with pytest.raises(NotAllowed):
            review.submit(session, stranger, post, post.revision)
        with pytest.raises(Missing):
            unit = session.get_one(Unit, other.id)
            own = drafting.draft(session, stranger, drafting.audit.acting(stranger), unit, drafting.of(
                drafting.head_version(session, post)))  # fmt: skip
            scheduling.place(session, stranger, own, own.revision, [(either_office.account_id, in_minutes(1))])


def test_moving_a_delivery_keeps_what_was_approved(either_office: Office) -> None:
    post_id = either_office.scheduled(due_at=in_minutes(60))
    (before,) = either_office.deliveries(post_id)
    later = in_minutes(120)
    with either_office.writing() as session:
        delivery = session.get_one(Delivery, before.id)
        moving.reschedule(session, either_office.person(session, "editor"), delivery, later)
    (after,) = either_office.deliveries(post_id)
    assert (after.due_at, after.wake_at, after.rendering_id) == (later, later, before.rendering_id)
    with either_office.reading() as session:
        assert session.scalars(select(Placement.due_at)).all() == [later]


def test_a_delivery_cannot_be_moved_into_the_past_nor_after_it_went_out(either_office: Office) -> None:
    post_id = either_office.scheduled(due_at=in_minutes(60))
    with either_office.writing() as session, pytest.raises(Refused, match="đã qua"):
        delivery = session.get_one(Delivery, either_office.deliveries(post_id)[0].id)
        moving.reschedule(session, either_office.person(session, "editor"), delivery, in_minutes(-60))
    gone = either_office.published("Đã đăng")
    with either_office.writing() as session, pytest.raises(Refused, match="không dời được"):
        delivery = session.get_one(Delivery, either_office.deliveries(gone)[0].id)
        moving.reschedule(session, either_office.person(session, "editor"), delivery, in_minutes(60))


def test_moving_and_claiming_in_the_same_second_have_one_winner(either_office: Office) -> None:
    from publisher.delivery.claim import claim

    post_id = either_office.scheduled()
    with either_office.reading() as session:
        stale = session.get_one(Delivery, either_office.deliveries(post_id)[0].id)
    assert claim(either_office.world, either_office.account_id)
    with either_office.writing() as session, pytest.raises(Stale):
        editor = either_office.person(session, "editor")
        session.add(stale)  # as a request holds it that read the row before the clock took it
        moving.reschedule(session, editor, stale, in_minutes(30))


@pytest.mark.parametrize("state", ["sending", "unsure"])
def test_a_post_that_may_be_on_its_way_cannot_be_discarded(either_office: Office, state: str) -> None:
    post_id = either_office.scheduled("Bài đang gửi", in_minutes(60))
    lease = in_minutes(1) if state == "sending" else None
    with either_office.writing() as session:
        session.execute(update(Delivery).values(state=state, wake_at=None, lease_until=lease))
    with pytest.raises(Refused, match="hãy đợi kết quả"), either_office.writing() as session:
        post = session.get_one(Post, post_id)
        drafting.discard(session, either_office.person(session, "editor"), post, post.revision)


def test_a_discarded_draft_comes_back(either_office: Office) -> None:
    post_id = either_office.draft()
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        editor = either_office.person(session, "editor")
        drafting.discard(session, editor, post, post.revision)
        assert post.state == "discarded"
        drafting.restore(session, editor, post, post.revision)
    assert state(either_office, post_id)[:2] == ("draft", 2)


def test_two_posts_of_one_title_have_two_addresses(either_office: Office) -> None:
    for _number in range(3):
        either_office.draft("Một cửa")
    with either_office.reading() as session:
        assert session.scalars(select(Post.slug).order_by(Post.id)).all() == ["mot-cua", "mot-cua-2", "mot-cua-3"]


def test_the_hotline_in_a_text_is_the_units_at_approval_and_missing_it_is_refused(either_office: Office) -> None:
    post_id = either_office.published("Gọi ai?", body="Gọi {{duong_day_nong}} trong giờ làm việc.")
    with either_office.reading() as session:
        assert "Gọi 0900 000 000" in either_office.world.files.get(session.scalars(select(Page.sha256)).one()).decode()
    with either_office.writing() as session:
        session.get_one(Unit, either_office.unit_id).hotline = ""
    post_id = either_office.draft("Gọi ai nữa?", body="Gọi {{duong_day_nong}}.")
    either_office.submit(post_id)
    with pytest.raises(Refused, match="chưa khai số"):
        either_office.approve(post_id)
    assert state(either_office, post_id)[0] == "submitted", "the refusal left nothing half done"


def test_an_outlet_gets_its_own_title_and_text_and_its_limits_are_checked(either_office: Office, tmp_path) -> None:
    account = either_office.add_account("ledger", values={"path": str(tmp_path / "l.jsonl")})
    post_id = either_office.draft("Tiêu đề chung", variants={"ledger": {"title": "Tiêu đề riêng", "body": "Riêng"}})
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        scheduling.place(
            session, either_office.person(session, "editor"), post, post.revision, [(account, in_minutes(1))]
        )
    either_office.submit(post_id)
    either_office.approve(post_id)
    with either_office.reading() as session:
        rendering = session.scalars(select(Rendering)).one()
    assert either_office.world.files.get(rendering.parts[0]["sha256"]).decode() == "Tiêu đề riêng\n\nRiêng\n"
    long_one = either_office.draft("Dài", body="chữ " * 2000)
    with either_office.writing() as session:
        post = session.get_one(Post, long_one)
        scheduling.place(
            session, either_office.person(session, "editor"), post, post.revision, [(account, in_minutes(1))]
        )
    either_office.submit(long_one)
    with pytest.raises(Refused, match=r"kênh nhận tối đa 5\.000"):
        either_office.approve(long_one)


def test_of_two_who_approve_in_the_same_instant_one_is_told(either_office: Office) -> None:
    post_id = either_office.draft()
    either_office.submit(post_id)
    with either_office.writing() as session:
        unit = session.get_one(Unit, either_office.unit_id)
        second = make_person(session, "duyet2@phuong.example", "Người duyệt hai", {"approver": unit}).id
    with either_office.reading() as session:
        revision = session.get_one(Post, post_id).revision
    together = Barrier(2)

    def press(person_id: int) -> str:
        together.wait()
        try:
            with either_office.writing() as session:
                post = session.get_one(Post, post_id)
                review.approve(session, either_office.world, session.get_one(Person, person_id), post, revision, "")
        except Stale:
            return "stale"
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(press, [either_office.people["approver"], second]))
    assert sorted(told) == ["approved", "stale"]
    assert len(either_office.deliveries(post_id)) == 1
