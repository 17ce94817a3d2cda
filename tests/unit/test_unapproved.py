"""Nothing unapproved is ever published, by any path: one test a path. The judge is what stands on the portal."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select, update

from publisher import clock
from publisher.cli import main
from publisher.editorial import drafting, moving, repeating, review, scheduling
from publisher.model import Delivery, Page, Placement, Post
from publisher.refusal import NotAllowed, Refused
from tests.factories import Office, in_minutes


def public_titles(office: Office, at_minutes: float = 1) -> list[str]:
    """Let the clock pass well after every due time and return what the public can read."""
    office.tick(at=in_minutes(at_minutes))
    office.tick(at=in_minutes(at_minutes + 30))
    with office.reading() as session:
        return list(session.scalars(select(Page.title)))


def test_a_draft_or_a_submitted_post_stays_inside(either_office: Office) -> None:
    either_office.draft("Bản nháp")
    either_office.submit(either_office.draft("Chờ duyệt"))
    assert public_titles(either_office) == []


def test_an_author_cannot_approve_their_own_text(either_office: Office) -> None:
    post_id = either_office.draft()
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        approver = either_office.person(session, "approver")
        current = drafting.of(drafting.head_version(session, post)).__dict__ | {"title": "Do người duyệt sửa"}
        drafting.save(session, approver, post, post.revision, drafting.Content(**current))
        review.submit(session, approver, post, post.revision)
    with either_office.writing() as session, pytest.raises(NotAllowed, match="không tự duyệt"):
        post = session.get_one(Post, post_id)
        review.approve(session, either_office.world, either_office.person(session, "approver"), post, post.revision, "")
    assert public_titles(either_office) == []


def test_a_unit_may_allow_its_people_to_approve_their_own(either_office: Office) -> None:
    from publisher.model import Unit

    with either_office.writing() as session:
        session.get_one(Unit, either_office.unit_id).self_approval = True
    post_id = either_office.draft("Tự duyệt")
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        review.submit(session, either_office.person(session, "approver"), post, post.revision)
        review.approve(session, either_office.world, either_office.person(session, "approver"), post, post.revision, "")
    assert public_titles(either_office) == ["Tự duyệt"]


def test_an_editor_has_no_right_to_approve(either_office: Office) -> None:
    post_id = either_office.draft()
    either_office.submit(post_id)
    with either_office.writing() as session, pytest.raises(NotAllowed):
        post = session.get_one(Post, post_id)
        review.approve(session, either_office.world, either_office.person(session, "editor"), post, post.revision, "")
    assert public_titles(either_office) == []


def test_through_the_editor_in_the_browser(office: Office, sign_in: Callable[[str], FlaskClient]) -> None:
    post_id = office.draft("Qua trình duyệt")
    office.submit(post_id)
    browser = sign_in("editor")
    with office.reading() as session:
        revision = session.get_one(Post, post_id).revision
    answer = browser.post(f"/desk/bai/{post_id}/duyet", data={"revision": str(revision)})
    assert answer.status_code == 403
    assert public_titles(office) == []


def test_through_import_and_the_command_line(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_HOME", str(office.installation.config.home))
    day = (clock.now() + timedelta(days=1)).strftime("%d/%m/%Y")
    file = tmp_path / "bai.csv"
    file.write_text(
        f"Tiêu đề,Nội dung,Kênh,Ngày phát hành,Giờ phát hành\nBài nhập,Nội dung,portal,{day},05:15\n", "utf-8"
    )
    assert CliRunner().invoke(main, ["post", "import", str(file)]).exit_code == 0
    with office.reading() as session:
        assert session.scalars(select(Placement)).one() is not None
        assert session.scalars(select(Post.state)).all() == ["draft"]
    at = (clock.now() + timedelta(days=2)).isoformat()
    assert CliRunner().invoke(main, ["tick", "--at", at]).exit_code == 0
    assert public_titles(office, at_minutes=3 * 24 * 60) == []


def test_through_dragging_in_the_calendar(either_office: Office) -> None:
    post_id = either_office.draft("Kéo thả")
    with either_office.writing() as session:
        wish = session.scalars(select(Placement).where(Placement.post_id == post_id)).one()
        moving.reschedule_wish(session, either_office.person(session, "editor"), wish.id, in_minutes(0))
    assert public_titles(either_office) == []


def test_through_recurrence(either_office: Office) -> None:
    post_id = either_office.scheduled("Nhắc lại hằng tuần", due_at=in_minutes(60 * 24))
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        copies = repeating.repeat(
            session,
            either_office.person(session, "editor"),
            post,
            {"weekly": {"days": ["mon"]}},
            clock.now().date() + timedelta(days=60),
            either_office.installation.config.zone,
        )
        assert len(copies) >= 7 and {copy.state for copy in copies} == {"draft"}
    assert public_titles(either_office, at_minutes=60 * 24 * 90) == []


def test_through_an_edit_after_approval(either_office: Office) -> None:
    post_id = either_office.scheduled("Đã duyệt", due_at=in_minutes(30))
    either_office.save(post_id, title="Sửa lén sau khi duyệt")
    assert [d.state for d in either_office.deliveries(post_id)] == ["cancelled"]
    assert public_titles(either_office, at_minutes=31) == []


def test_through_an_edit_in_the_same_second_as_the_clock_takes_it(either_office: Office) -> None:
    """The approval is voided behind the engine's back, the delivery still stands planned: the claim looks again."""
    post_id = either_office.scheduled("Đã duyệt")
    with either_office.writing() as session:
        session.execute(update(Post).where(Post.id == post_id).values(approved=None))
    assert public_titles(either_office) == []
    assert either_office.deliveries(post_id)[0].state == "cancelled"


def test_through_replanning_a_cancelled_delivery(either_office: Office) -> None:
    post_id = either_office.scheduled("Đã duyệt", due_at=in_minutes(30))
    either_office.save(post_id, title="Bản mới chưa duyệt")
    (delivery,) = either_office.deliveries(post_id)
    with either_office.writing() as session, pytest.raises(NotAllowed, match="không còn được duyệt"):
        moving.send_now(session, either_office.person(session, "approver"), session.get_one(Delivery, delivery.id))
    assert public_titles(either_office) == []


def test_through_adding_an_outlet_after_approval(either_office: Office) -> None:
    post_id = either_office.scheduled("Đã duyệt", due_at=in_minutes(30))
    other = either_office.add_account(title="Cổng thứ hai")
    with either_office.writing() as session, pytest.raises(Refused, match="cần trình duyệt lại"):
        post = session.get_one(Post, post_id)
        wishes = [(either_office.account_id, in_minutes(30)), (other, in_minutes(30))]
        scheduling.place(session, either_office.person(session, "editor"), post, post.revision, wishes)


def test_through_restoring_a_withdrawn_post(either_office: Office) -> None:
    from publisher.editorial import withdrawing

    post_id = either_office.published("Sẽ thu hồi")
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, either_office.person(session, "approver"), post, post.revision, "Sai số liệu")
    either_office.tick()
    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        drafting.restore(session, either_office.person(session, "editor"), post, post.revision)
    either_office.tick()
    with either_office.reading() as session:
        page = session.scalars(select(Page)).one()
        assert page.withdrawn_at is not None, "it stays withdrawn until somebody approves it again"
