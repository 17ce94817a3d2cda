"""Submitting, approving, returning: nothing goes out that somebody else has not read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.outlets import World
from publisher.editorial import scheduling
from publisher.editorial.drafting import expect, head_version, touch
from publisher.model import Decision, Person, Post, Unit, Version
from publisher.refusal import NotAllowed, Refused
from publisher.security import demand
from publisher.text import passage
from publisher.words import _


def submit(session: Session, person: Person, post: Post, revision: int, comment: str = "") -> Decision:
    """Ask for approval of the newest version; a correction needs the note that readers will see."""
    demand(session, person, "write", post.unit_id)
    expect(post, revision)
    if post.state not in {"draft", "returned"}:
        raise Refused(_("Chỉ trình duyệt được bài nháp hoặc bài được trả lại."))
    version = head_version(session, post)
    if post.live is not None and not version.correction:
        raise Refused(
            _("Bài này đã phát hành: hãy ghi nội dung đính chính (người đọc sẽ thấy) rồi trình lại."), "correction"
        )
    return _decide(session, person, post, version, "submitted", comment, "submitted")


def return_(session: Session, person: Person, post: Post, revision: int, comment: str) -> Decision:
    """Send a submitted version back to its writer with a comment that says what to change."""
    demand(session, person, "approve", post.unit_id)
    expect(post, revision)
    if post.state != "submitted":
        raise Refused(_("Bài này không ở trạng thái chờ duyệt."))
    if not comment.strip():
        raise Refused(_("Hãy ghi rõ cần sửa gì trước khi trả lại."), "comment")
    return _decide(session, person, post, head_version(session, post), "returned", comment, "returned")


def approve(
    session: Session, world: World, person: Person, post: Post, revision: int, public_url: str, comment: str = ""
) -> Decision:
    """Approve the submitted version: what each planned outlet will send is rendered, stored and scheduled.

    Nobody approves a version they wrote or submitted, unless the unit allows it.
    """
    demand(session, person, "approve", post.unit_id)
    expect(post, revision)
    if post.state != "submitted":
        raise Refused(_("Bài này không ở trạng thái chờ duyệt."))
    version = head_version(session, post)
    unit = session.get_one(Unit, post.unit_id)
    if person.id in authors(session, post, version) and not unit.self_approval:
        raise NotAllowed(_("Người viết hoặc trình bài không tự duyệt bài của mình. Hãy nhờ người duyệt khác."))
    decision = _decide(session, person, post, version, "approved", comment, "approved")
    post.approved = version.number
    scheduling.plan_deliveries(session, world, person, post, version, decision, public_url)
    return decision


def authors(session: Session, post: Post, version: Version) -> set[int | None]:
    """Return who wrote any version since the last approved one, or submitted this one."""
    last = session.scalar(
        select(Version.number)
        .join(Decision, Decision.version_id == Version.id)
        .where(Version.post_id == post.id, Decision.verdict == "approved", Version.number < version.number)
        .order_by(Version.number.desc())
        .limit(1)
    )
    writers = session.scalars(
        select(Version.created_by).where(Version.post_id == post.id, Version.number > (last or 0))
    )
    submitters = session.scalars(
        select(Decision.person_id).where(Decision.version_id == version.id, Decision.verdict == "submitted")
    )
    return {*writers, *submitters} - {None}


def _decide(
    session: Session, person: Person, post: Post, version: Version, verdict: str, comment: str, state: str
) -> Decision:
    comment = passage(comment, _("Ý kiến"), most=2000)
    decision = Decision(version_id=version.id, person_id=person.id, verdict=verdict, comment=comment, at=clock.now())
    session.add(decision)
    post.state = state
    touch(post)
    session.flush()
    audit.record(
        session, audit.acting(person), f"post.{verdict}", "post", post.id,
        unit_id=post.unit_id, version=version.number, sha256=version.sha256, comment=comment,
    )  # fmt: skip
    return decision
