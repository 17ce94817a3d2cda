"""Taking back what was published."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.states import LANDED, move
from publisher.delivery.wake import wake
from publisher.editorial.drafting import expect, head_version, touch, void
from publisher.editorial.scheduling import key_of
from publisher.model import BROADCAST, Delivery, Person, Post, Version
from publisher.refusal import Refused
from publisher.security import demand
from publisher.words import _


def withdraw(session: Session, person: Person, post: Post, revision: int, reason: str) -> None:
    """Take a published post back: what has not gone out is cancelled, what stands on an outlet is removed there."""
    demand(session, person, "approve", post.unit_id)
    expect(post, revision)
    if post.state == "withdrawn" or post.live is None:
        raise Refused(_("Chỉ thu hồi được bài đã phát hành."))
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do thu hồi (người đọc sẽ thấy)."), "reason")
    actor = audit.acting(person)
    void(session, actor, person, post, head_version(session, post), _("Bài đã thu hồi: {why}").format(why=reason))
    post.state, post.withdrawn_at, post.withdraw_reason = "withdrawn", clock.now(), reason.strip()
    for delivery in _to_remove(session, post):
        _add_removal(session, actor, post, delivery, reason.strip())
    touch(post)
    audit.record(session, actor, "post.withdraw", "post", post.id, unit_id=post.unit_id, reason=reason)


def _to_remove(session: Session, post: Post) -> list[Delivery]:
    """Return the newest delivery of each outlet that landed or may have; nobody can take back a broadcast."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.post_id == post.id, Delivery.action != "retract", ~Delivery.placement.startswith(BROADCAST))
        .where(Delivery.state.in_((*LANDED, "sending", "unsure")))
        .order_by(Delivery.id)
    ).all()
    return list({(row.account_id, row.placement): row for row in rows}.values())


def _add_removal(session: Session, actor: audit.Actor, post: Post, delivery: Delivery, reason: str) -> None:
    now = clock.now()
    before = session.scalar(
        select(Delivery).where(
            Delivery.version_id == delivery.version_id, Delivery.account_id == delivery.account_id,
            Delivery.placement == delivery.placement, Delivery.action == "retract",
        )
    )  # fmt: skip
    if before is not None:  # of an earlier withdrawal: one that ended in vain is tried again, another is under way
        if before.state in {"failed", "cancelled"}:
            move(session, before, "planned", actor, reason=reason, wake_at=now, tries=0)
        return
    version = session.get_one(Version, delivery.version_id)
    session.add(
        Delivery(
            version_id=delivery.version_id, account_id=delivery.account_id, post_id=post.id, unit_id=post.unit_id,
            placement=delivery.placement, action="retract", follows_id=delivery.id,
            rendering_id=delivery.rendering_id, reason=reason,
            key=key_of(version, delivery.account_id, delivery.placement, "retract"),
            due_at=now, wake_at=now, notes={}, created_at=now, changed_at=now,
        )
    )  # fmt: skip
    wake(session, delivery.account_id, now)
