"""Where and when: placements an editor wishes for, and the deliveries that approval makes of them."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.delivery.outlets import World
from publisher.delivery.states import LANDED, OPEN, move
from publisher.delivery.wake import wake
from publisher.editorial.content import of
from publisher.editorial.drafting import expect, touch
from publisher.editorial.moving import not_past, reschedule, wishes_of
from publisher.editorial.rendering import approve_rendering
from publisher.model import Account, Decision, Delivery, Person, Placement, Post, Rendering, Version
from publisher.refusal import Missing, Refused
from publisher.security import demand, units_with
from publisher.words import _


def place(
    session: Session, person: Person, post: Post, revision: int, wishes: list[tuple[int, datetime]], name: str = "main"
) -> None:
    """Set where and when a post that is being written shall go out: `wishes` are (account id, due time) pairs.

    Replaces the earlier wishes. On an approved post it moves the deliveries that have not begun and may not add
    outlets: what they would show was not approved.
    """
    demand(session, person, "write", post.unit_id)
    expect(post, revision)
    wanted = dict(wishes)
    if len(wanted) != len(wishes):
        raise Refused(_("Mỗi tài khoản kênh chỉ chọn một lần."), "placements")
    rows = {row.account_id: row for row in session.scalars(wishes_of(post).where(Placement.name == name))}
    for account_id, due_at in wanted.items():
        _usable(session, person, account_id)
        if account_id not in rows or rows[account_id].due_at != due_at:  # a wish left as it is may have gone by
            not_past(due_at)
    if post.state == "approved" and set(wanted) - set(rows):
        raise Refused(_("Bài đã duyệt: thêm kênh mới cần trình duyệt lại. Hãy sửa bài rồi trình duyệt."), "placements")
    for account_id, row in rows.items():
        if account_id not in wanted:
            session.delete(row)
    for account_id, due_at in wanted.items():
        if account_id in rows:
            rows[account_id].due_at = due_at
        else:
            session.add(Placement(post_id=post.id, account_id=account_id, name=name, due_at=due_at))
    session.flush()
    if post.state == "approved":
        _follow_wishes(session, person, post, wanted, name)
    touch(post)
    audit.record(
        session, audit.acting(person), "post.place", "post", post.id, unit_id=post.unit_id,
        placements={str(account): due.isoformat() for account, due in wanted.items()},
    )  # fmt: skip


def _follow_wishes(session: Session, person: Person, post: Post, wanted: dict[int, datetime], name: str) -> None:
    rows = session.scalars(
        select(Delivery).where(Delivery.post_id == post.id, Delivery.placement == name, Delivery.state.in_(OPEN))
    ).all()
    for delivery in rows:
        if delivery.account_id not in wanted:
            move(session, delivery, "cancelled", audit.acting(person), reason=_("Bỏ khỏi lịch."))
        elif delivery.due_at != wanted[delivery.account_id]:
            reschedule(session, person, delivery, wanted[delivery.account_id])


def _usable(session: Session, person: Person, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or account.unit_id not in units_with(session, person, "read"):
        raise Missing(_("Không có tài khoản kênh số {number} trong đơn vị của bạn.").format(number=account_id))
    if account.state == "closed":
        raise Refused(_("Tài khoản «{title}» đã đóng: hãy chọn tài khoản khác.").format(title=account.title))
    return account


def plan_deliveries(
    session: Session, world: World, person: Person, post: Post, version: Version, decision: Decision, public_url: str
) -> list[Delivery]:
    """Make the deliveries of a version just approved, from the wishes; a correction follows what it corrects."""
    content = of(version)
    deliveries = []
    corrected = set()
    for wish in session.scalars(wishes_of(post).order_by(Placement.due_at)).all():
        account = session.get_one(Account, wish.account_id)
        rendering = approve_rendering(session, world, decision, post, version, content, account, wish.name, public_url)
        before = _standing(session, post, account.id, wish.name)
        corrected.add((account.id, wish.name))
        due_at = max(wish.due_at, clock.now()) if before is None else clock.now()
        deliveries.append(_add(session, person, post, version, rendering, due_at, before))
    return deliveries


def _standing(session: Session, post: Post, account_id: int, placement: str) -> Delivery | None:
    """Return the newest delivery of the post on the account that landed or still may have (P7)."""
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.post_id == post.id,
            Delivery.account_id == account_id,
            Delivery.placement == placement,
            Delivery.action != "retract",
            Delivery.state.in_((*LANDED, "sending", "unsure")),
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    )


def key_of(version: Version, account_id: int, placement: str, action: str) -> str:
    """Return the key by which an outlet can be asked for a delivery: short, the same for the same delivery."""
    text = f"{version.post_id}:{version.number}:{version.sha256}:{account_id}:{placement}:{action}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _add(
    session: Session,
    person: Person,
    post: Post,
    version: Version,
    rendering: Rendering,
    due_at: datetime,
    before: Delivery | None,
) -> Delivery:
    now = clock.now()
    action = "amend" if before is not None else "publish"
    delivery = Delivery(
        version_id=version.id,
        account_id=rendering.account_id,
        post_id=post.id,
        unit_id=post.unit_id,
        placement=rendering.placement,
        action=action,
        follows_id=before.id if before else None,
        rendering_id=rendering.id,
        key=key_of(version, rendering.account_id, rendering.placement, action),
        due_at=due_at,
        wake_at=due_at,
        notes={},
        created_at=now,
        changed_at=now,
    )
    session.add(delivery)
    session.flush()
    wake(session, delivery.account_id, due_at)
    audit.record(
        session, audit.acting(person), "delivery.plan", "delivery", delivery.id,
        unit_id=post.unit_id, due_at=due_at, account=rendering.account_id, sha256=rendering.sha256,
    )  # fmt: skip
    return delivery
