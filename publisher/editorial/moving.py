"""What a person does to a delivery: move it, cancel it, send it now, settle what nobody can tell."""

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from channels.zalo import broadcast
from publisher import audit, clock
from publisher.delivery.states import OPEN, move
from publisher.delivery.wake import wake
from publisher.model import BROADCAST, Account, Delivery, Person, Placement, Post, Receipt, Version
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import demand
from publisher.words import _

PAST_GRACE = 300  # seconds: a form filled in slowly may name a minute that has just gone


def wishes_of(post: Post) -> Select[Placement]:
    """Return the query for a post's placements."""
    return select(Placement).where(Placement.post_id == post.id)


def not_past(due_at: datetime) -> None:
    """Raise `Refused` for a due time that has gone by."""
    if (clock.now() - due_at).total_seconds() > PAST_GRACE:
        raise Refused(_("Giờ phát hành đã qua: hãy chọn một thời điểm từ bây giờ trở đi."), "due_at")


def within_window(due_at: datetime) -> None:
    """Raise `Refused` for a broadcast's time at which Zalo would not send, its review included."""
    opens = broadcast.opens(due_at)
    if opens != due_at:
        raise Refused(
            _(
                "Zalo chỉ gửi từ 06:00 đến 21:59 và duyệt khoảng 30 phút trước khi gửi. Giờ gần nhất gửi được là {at}."
            ).format(at=opens.astimezone(broadcast.ZONE).strftime("%H:%M %d/%m/%Y")),
            "due_at",
        )


def reschedule(session: Session, person: Person, delivery: Delivery, due_at: datetime) -> None:
    """Move a delivery that has not begun to another time; what was approved stays what is sent."""
    post = session.get_one(Post, delivery.post_id)
    demand(session, person, "write", post.unit_id)
    if delivery.state not in OPEN:
        raise Refused(_("Lượt phát hành này đã bắt đầu hoặc đã kết thúc nên không dời được."))
    not_past(due_at)
    if delivery.placement.startswith(BROADCAST):
        within_window(due_at)
    was = delivery.due_at
    actor = audit.acting(person)
    revision = delivery.revision
    if delivery.state == "held":
        moved = move(session, delivery, "planned", actor, wake_at=due_at, due_at=due_at)
    else:
        # Same state, another time: the revision fences it against a claim in the same second.
        moved = _retime(session, delivery, revision, due_at)
    if not moved:
        raise Stale(_("Lượt phát hành này vừa thay đổi. Hãy tải lại trang rồi làm lại."))
    wish = session.scalar(
        wishes_of(post).where(Placement.account_id == delivery.account_id, Placement.name == delivery.placement)
    )
    if wish is not None:
        wish.due_at = due_at
    audit.record(
        session, actor, "delivery.reschedule", "delivery", delivery.id,
        unit_id=post.unit_id, before=was, after=due_at,
    )  # fmt: skip


def _retime(session: Session, delivery: Delivery, revision: int, due_at: datetime) -> bool:
    done = session.connection().execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.revision == revision)
        .values(due_at=due_at, wake_at=due_at, revision=revision + 1, changed_at=clock.now())
    )
    if done.rowcount != 1:
        return False
    wake(session, delivery.account_id, due_at)
    session.refresh(delivery)
    return True


def reschedule_wish(session: Session, person: Person, placement_id: int, due_at: datetime) -> Post:
    """Move a wish of a post that is not approved yet; return the post."""
    wish = session.get(Placement, placement_id)
    if wish is None:
        raise Missing(_("Mục lịch này không còn."))
    post = session.get_one(Post, wish.post_id)
    demand(session, person, "write", post.unit_id)
    not_past(due_at)
    was, wish.due_at = wish.due_at, due_at
    audit.record(
        session, audit.acting(person), "placement.reschedule", "post", post.id,
        unit_id=post.unit_id, before=was, after=due_at,
    )  # fmt: skip
    return post


def cancel(session: Session, person: Person, delivery: Delivery, reason: str) -> None:
    """Cancel a delivery that has not begun, held ones included; `replan` brings it back."""
    post = session.get_one(Post, delivery.post_id)
    demand(session, person, "write", post.unit_id)
    if delivery.state not in {*OPEN, "failed"}:
        raise Refused(_("Lượt phát hành này đã bắt đầu hoặc đã kết thúc nên không hủy được."))
    _moved(move(session, delivery, "cancelled", audit.acting(person), reason=reason or _("Hủy theo yêu cầu.")))


def send_now(session: Session, person: Person, delivery: Delivery) -> None:
    """Send a held, failed or cancelled delivery now, although it is late: the decision of a person."""
    post = session.get_one(Post, delivery.post_id)
    demand(session, person, "approve", post.unit_id)
    if delivery.state not in {"held", "failed", "cancelled"}:
        raise Refused(_("Chỉ gửi ngay được lượt đang giữ lại, không gửi được hoặc đã hủy."))
    version = session.get_one(Version, delivery.version_id)
    if delivery.action != "retract" and (post.approved != version.number or post.state != "approved"):
        raise NotAllowed(_("Bản này không còn được duyệt: hãy trình duyệt lại bài."))
    if session.get_one(Account, delivery.account_id).state == "closed":
        raise Refused(_("Tài khoản kênh đã đóng nên không gửi được nữa."))
    now = clock.now()
    _moved(move(session, delivery, "planned", audit.acting(person), wake_at=now, tries=0, late_allowed=True))


def decide_unsure(session: Session, person: Person, delivery: Delivery, landed: bool, url: str = "") -> None:
    """Settle by a person's word whether an unanswered attempt landed: `landed` ends it, else it is sent again."""
    post = session.get_one(Post, delivery.post_id)
    demand(session, person, "approve", post.unit_id)
    if delivery.state != "unsure":
        raise Refused(_("Lượt phát hành này không còn ở trạng thái chưa rõ."))
    actor = audit.acting(person)
    if not landed:
        _moved(move(session, delivery, "waiting", actor, wake_at=clock.now(), reason=_("Đã kiểm tra: bài chưa lên.")))
        return
    if url and not url.startswith(("http://", "https://")):
        raise Refused(_("Đường dẫn phải bắt đầu bằng https://"), "url")
    now = clock.now()
    session.add(
        Receipt(
            delivery_id=delivery.id, account_id=delivery.account_id, kind="live", remote_id=f"by-hand:{delivery.key}",
            url=url, accepted_at=now, detail={"by": person.name},
        )
    )  # fmt: skip
    _moved(move(session, delivery, "sent", actor, sent_at=now, reason=_("Đã kiểm tra: bài đã lên.")))
    version = session.get_one(Version, delivery.version_id)
    post.live, post.published_at = max(post.live or 0, version.number), post.published_at or now


def _moved(done: bool) -> None:
    if not done:
        raise Stale(_("Lượt phát hành này vừa thay đổi. Hãy tải lại trang rồi làm lại."))
