"""Writing: a post, its versions, and what an edit does to an approval."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, object_session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.delivery.states import OPEN, move
from publisher.editorial.content import Content, of
from publisher.model import Decision, Delivery, Label, Media, Person, Post, PostTheme, Theme, Unit, Version
from publisher.refusal import Missing, Refused, Stale
from publisher.security import demand
from publisher.text import slug
from publisher.words import _


def head_version(session: Session, post: Post) -> Version:
    """Return the newest version of a post."""
    return version_of(session, post, post.head)


def version_of(session: Session, post: Post, number: int) -> Version:
    """Return one version of a post by its number, or raise `Missing`."""
    version = session.scalar(select(Version).where(Version.post_id == post.id, Version.number == number))
    if version is None:
        raise Missing(_("Bài này không có phiên bản {number}.").format(number=number))
    return version


def draft(
    session: Session,
    person: Person | None,
    actor: Actor,
    unit: Unit,
    content: Content,
    *,
    slot_id: int | None = None,
    task_id: int | None = None,
) -> Post:
    """Store a new post with its first version, as a draft; `person` is None only for the command line."""
    if person is not None:
        demand(session, person, "write", unit.id)
    _check_codes(session, content)
    now = clock.now()
    post = Post(
        unit_id=unit.id,
        slug=_free_slug(session, content.title),
        title=content.title,
        slot_id=slot_id,
        task_id=task_id,
        created_by=person.id if person else None,
        created_at=now,
        changed_at=now,
    )
    session.add(post)
    session.flush()
    _add_version(session, person, post, 1, content)
    audit.record(session, actor, "post.draft", "post", post.id, unit_id=unit.id, title=content.title)
    return post


def save(session: Session, person: Person, post: Post, revision: int, content: Content) -> Version:
    """Store a changed text as the next version and return it; an unchanged one makes none.

    A version under review goes back to draft; an approval is voided: its deliveries that have not begun are
    cancelled, and what is already public stays until the corrected version is approved.
    """
    demand(session, person, "write", post.unit_id)
    expect(post, revision)
    if post.state in {"withdrawn", "discarded"}:
        raise Refused(_("Bài đã thu hồi hoặc đã bỏ: hãy khôi phục trước khi sửa."))
    _check_codes(session, content)
    head = head_version(session, post)
    if head.sha256 == content.sha256:
        return head
    actor = audit.acting(person)
    if post.state in {"approved", "submitted"}:
        void(session, actor, person, post, head, _("Bài đã sửa sau khi trình hoặc duyệt."))
    post.head += 1
    post.title = content.title
    post.state = "draft"
    touch(post)
    session.flush()
    version = _add_version(session, person, post, post.head, content)
    audit.record(
        session, actor, "post.save", "post", post.id,
        unit_id=post.unit_id, version=version.number, sha256=version.sha256,
    )  # fmt: skip
    return version


def void(session: Session, actor: Actor, person: Person | None, post: Post, version: Version, why: str) -> None:
    """Take back the approval of a version (or its place in the queue for one); nothing of it goes out any more."""
    session.add(
        Decision(
            version_id=version.id, person_id=person.id if person else None,
            verdict="voided", comment=why, at=clock.now(),
        )
    )  # fmt: skip
    post.approved = None
    cancel_open(session, actor, post, why)


def cancel_open(session: Session, actor: Actor, post: Post, why: str) -> int:
    """Cancel a post's deliveries that have not begun, removals apart; return how many."""
    rows = session.scalars(
        select(Delivery).where(Delivery.post_id == post.id, Delivery.state.in_(OPEN), Delivery.action != "retract")
    ).all()
    for delivery in rows:
        move(session, delivery, "cancelled", actor, reason=why)
    return len(rows)


def discard(session: Session, person: Person, post: Post, revision: int) -> None:
    """Put a post that was never published out of sight; `restore` brings it back."""
    demand(session, person, "write", post.unit_id)
    expect(post, revision)
    if post.live is not None:
        raise Refused(_("Bài đã phát hành thì không bỏ được: hãy dùng «Thu hồi»."))
    under_way = select(Delivery.id).where(Delivery.post_id == post.id, Delivery.state.in_(("sending", "unsure")))
    if session.scalar(under_way.limit(1)) is not None:
        raise Refused(_("Bài đang được gửi hoặc chưa rõ đã lên kênh chưa: hãy đợi kết quả hoặc xác nhận rồi mới bỏ."))
    actor = audit.acting(person)
    void(session, actor, person, post, head_version(session, post), _("Bài đã bỏ."))
    post.state = "discarded"
    touch(post)
    audit.record(session, actor, "post.discard", "post", post.id, unit_id=post.unit_id)


def restore(session: Session, person: Person, post: Post, revision: int) -> None:
    """Bring a discarded or withdrawn post back as a draft: a new version, which needs its own approval."""
    demand(session, person, "write", post.unit_id)
    expect(post, revision)
    if post.state not in {"discarded", "withdrawn"}:
        raise Refused(_("Chỉ khôi phục được bài đã bỏ hoặc đã thu hồi."))
    if post.state == "withdrawn":
        post.live = post.published_at = None
    content = of(head_version(session, post))
    post.state, post.approved, post.withdraw_reason, post.withdrawn_at = "draft", None, "", None
    post.head += 1
    touch(post)
    _add_version(session, person, post, post.head, content)
    audit.record(session, audit.acting(person), "post.restore", "post", post.id, unit_id=post.unit_id)


def expect(post: Post, revision: int) -> None:
    """Lock the post's row and raise `Stale` when it changed after the form that acts on it was shown.

    Of two people who press a button in the same instant the second waits here and then finds the other's change.
    """
    session = object_session(post)
    if session is not None:
        session.refresh(post, with_for_update=True)
    if post.revision != revision:
        raise Stale(
            _("Bài «{title}» vừa được người khác thay đổi. Hãy tải lại trang rồi làm lại.").format(title=post.title)
        )


def touch(post: Post) -> None:
    """Count a change of the post."""
    post.revision += 1
    post.changed_at = clock.now()


def _free_slug(session: Session, title: str) -> str:
    base = slug(title)
    taken = set(session.scalars(select(Post.slug).where((Post.slug == base) | Post.slug.like(f"{base}-%"))))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _check_codes(session: Session, content: Content) -> None:
    _known(content.themes, session.scalars(select(Theme.code)).all(), _("Chủ đề"))
    labels = session.execute(select(Label.kind, Label.code)).all()
    _known(content.audiences, [code for kind, code in labels if kind == "audience"], _("Đối tượng"))
    for image in content.images:
        if session.get(Media, image["sha256"]) is None:
            raise Refused(_("Ảnh không có trong kho: hãy tải ảnh lên lại."), "images")
    if content.video is not None and session.get(Media, content.video["sha256"]) is None:
        raise Refused(_("Phim không có trong kho: hãy tải phim lên lại."), "video")


def _known(codes: Sequence[str], known: Sequence[str], title: str) -> None:
    for code in codes:
        if code not in known:
            raise Refused(
                _("{title}: không có mã «{code}». Các mã: {known}.").format(
                    title=title, code=code, known=", ".join(known)
                ),
                title,
            )


def _add_version(session: Session, person: Person | None, post: Post, number: int, content: Content) -> Version:
    version = Version(
        post_id=post.id,
        number=number,
        title=content.title,
        body=content.body,
        summary=content.summary,
        slogan=content.slogan,
        themes=list(content.themes),
        audiences=list(content.audiences),
        tags=list(content.tags),
        source_number=content.source_number,
        source_date=content.source_date,
        valid_until=content.valid_until,
        images=[dict(image) for image in content.images],
        video=dict(content.video) if content.video is not None else None,
        variants={channel: dict(texts) for channel, texts in content.variants.items()},
        checks=list(content.checks),
        correction=content.correction,
        sha256=content.sha256,
        created_by=person.id if person else None,
        created_at=clock.now(),
    )
    session.add(version)
    session.execute(delete(PostTheme).where(PostTheme.post_id == post.id))
    session.add_all(PostTheme(post_id=post.id, code=code) for code in content.themes)
    session.flush()
    return version
