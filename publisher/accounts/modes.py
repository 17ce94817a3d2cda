"""Rehearsal and real: switching an account from one to the other without mixing up what really stands outside."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import audit
from publisher.accounts import MODES
from publisher.audit import Actor
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.states import LANDED, OPEN, move
from publisher.model import Account, Delivery, Receipt
from publisher.refusal import Refused
from publisher.words import _


def switch(session: Session, world: World, actor: Actor, account: Account, mode: str) -> int:
    """Let an account send for real, or only rehearse; return how many planned deliveries the change concerns.

    What was only rehearsed never stood outside: on going live it counts as taken down, so that a later correction is
    published as a post of its own instead of amending something that no outlet has.
    """
    if mode not in MODES:
        raise Refused(_("Chế độ phải là live hoặc rehearsal."), "mode")
    if account.state == "closed":
        raise Refused(_("Tài khoản này đã đóng: hãy thêm tài khoản mới."), "mode")
    if account.mode == mode:
        raise Refused(_("Tài khoản đang ở chế độ này rồi."), "mode")
    _nothing_under_way(session, account)
    if mode == "live":
        _complete(world, account)
        _take_down(session, actor, account)
    account.mode, account.checked_at, account.check_after = mode, None, None
    planned = session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.account_id == account.id, Delivery.state.in_(OPEN))
    )
    audit.record(session, actor, "account.mode", "account", account.id, unit_id=account.unit_id, mode=mode)
    return planned or 0


def _nothing_under_way(session: Session, account: Account) -> None:
    """Refuse while a delivery may be landing, or a correction waits for what it corrects in the old mode."""
    busy = Delivery.state.in_(("sending", "unsure"))
    follows = (Delivery.action != "publish") & Delivery.state.in_(OPEN)
    found = session.scalar(select(Delivery.id).where(Delivery.account_id == account.id, busy | follows).limit(1))
    if found is not None:
        raise Refused(
            _(
                "Lượt phát hành số {number} chưa xong: đang gửi, chưa rõ kết quả, hoặc là bản đính chính, gỡ bài "
                "chờ gửi. Hãy để lượt này xong hoặc hủy rồi đổi chế độ."
            ).format(number=found),
            "mode",
        )


def _complete(world: World, account: Account) -> None:
    stored = {**account.settings, **world.vault.open(account.secrets)}
    lacking = [f.label for f in channel_type(account.channel).settings if f.needed and not stored.get(f.name)]
    if lacking:
        raise Refused(
            _("Chưa gửi thật được: còn thiếu {names}. Hãy kết nối hoặc nhập trước.").format(names=", ".join(lacking)),
            "mode",
        )


def _take_down(session: Session, actor: Actor, account: Account) -> None:
    rehearsed = session.scalars(
        select(Delivery)
        .join(Receipt, Receipt.delivery_id == Delivery.id)
        .where(Delivery.account_id == account.id, Delivery.state.in_(LANDED), Receipt.kind == "rehearsed")
    ).all()
    for delivery in rehearsed:
        move(session, delivery, "retracted", actor, reason=_("Hết diễn tập: bài này chưa từng lên kênh."))
