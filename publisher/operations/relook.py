"""What a restored copy must not send blindly: everything that may have landed since the backup was taken.

The copy is of yesterday, the outlets are of today. What it takes for planned may have gone out hours ago, so the engine
looks at the outlet first; where the outlet cannot be asked, a person decides.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from publisher.audit import COMMAND
from publisher.delivery.outlets import channel_type
from publisher.delivery.states import move
from publisher.model import Account, Delivery
from publisher.refusal import Missing
from publisher.words import _

BATCH = 500


def look_before_sending(session: Session, made_at: datetime, now: datetime) -> dict[str, int]:
    """Mark every delivery of a restored copy that may have landed after `made_at` (in the office's zone, as it is
    shown); return how many of which kind.

    - `asked`: came due by now. It becomes unsure: the engine asks the outlet at once, else a person is asked.
    - `held`: a correction that came due. Sending it again could put an older text over a newer one: a person decides.
    - `later`: comes due later, or waits for a person. It stays as it is and is looked for before it is ever sent,
      because somebody may have sent it by hand. For what is planned on outlets that cannot be asked that would mean a
      question to a person for each; there a planned time is taken at its word.

    Removals are left alone: removing twice does no harm, and removing late does.
    """
    since = made_at.strftime("%H:%M %d/%m/%Y")
    look = _("Khôi phục từ bản sao lưu lúc {since}: cần kiểm tra xem bài đã lên chưa.").format(since=since)
    look_yourself = _(
        "Khôi phục từ bản sao lưu lúc {since}: kênh có thể đang hiện bản mới hơn. Hãy xem trên kênh trước khi cho gửi "
        "bản đính chính này."
    ).format(since=since)
    askable = _askable(session)
    asked = held = 0
    while ids := _due(session, now):
        for delivery in session.scalars(select(Delivery).where(Delivery.id.in_(ids))):
            if delivery.action == "publish":
                wake = now if delivery.account_id in askable else None
                move(session, delivery, "unsure", COMMAND, reason=look, wake_at=wake)
                asked += 1
            else:
                move(session, delivery, "held", COMMAND, reason=look_yourself, hold="restored")
                held += 1
        session.expire_all()
    return {"asked": asked, "held": held, "later": _mark_later(session, askable)}


def _askable(session: Session) -> set[int]:
    """Return the accounts whose outlet can be asked whether something landed."""
    found = set()
    for account in session.scalars(select(Account)):
        try:
            if channel_type(account.channel).limits.askable:
                found.add(account.id)
        except Missing:
            continue  # a channel this release does not have: nothing of it goes out
    return found


def _due(session: Session, now: datetime) -> list[int]:
    open_and_due = Delivery.state.in_(("planned", "waiting")), Delivery.wake_at <= now, Delivery.action != "retract"
    return list(session.scalars(select(Delivery.id).where(*open_and_due).order_by(Delivery.id).limit(BATCH)))


def _mark_later(session: Session, askable: set[int]) -> int:
    done = 0
    for account_id in session.scalars(select(Account.id)).all():
        states = ("planned", "waiting", "held", "failed", "cancelled") if account_id in askable else (
            "held", "failed", "cancelled"
        )  # fmt: skip
        marked = session.execute(
            update(Delivery)
            .where(Delivery.account_id == account_id, Delivery.action == "publish", Delivery.state.in_(states))
            .values(look_first=True)
            .execution_options(synchronize_session=False)
        )
        done += marked.rowcount  # type: ignore[attr-defined]  # an UPDATE's result has it
    return done
