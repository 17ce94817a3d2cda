"""What does not go on by itself: the same conditions for the inbox, the alerts and whoever counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from publisher.delivery.states import FINAL, LANDED
from publisher.model import Account, Delivery, Mail, Placement, Post
from publisher.model.base import Utc
from publisher.words import _

PATIENCE = timedelta(minutes=15)  # looking after a lost answer goes by itself; after this long a person should know
GRACE = timedelta(minutes=5)  # what is later than this was not merely waiting for its turn
QUIET_AFTER = timedelta(days=3)  # content came due and nothing has landed on the channel for this long
LOOK_BACK = timedelta(days=30)  # older than this it is history: whoever cared has been told thirty times
MAIL_LATE = timedelta(minutes=10)  # a letter that has not gone out for this long is stuck

Kind = Literal["unsure", "held", "failed", "overdue"]
Moment = datetime | ColumnElement[datetime]


def stuck(now: datetime) -> ColumnElement[bool]:
    """Deliveries that do not go on by themselves, or should have gone on by now."""
    newer = aliased(Delivery)
    overtaken = (
        select(newer.id)
        .where(newer.post_id == Delivery.post_id, newer.account_id == Delivery.account_id)
        .where(newer.placement == Delivery.placement, newer.id > Delivery.id, newer.state.in_(LANDED))
        .exists()
    )
    each = (
        and_(Delivery.state == "unsure", or_(Delivery.wake_at.is_(None), Delivery.changed_at < now - PATIENCE)),
        Delivery.state == "held",
        and_(Delivery.state == "failed", ~overtaken),
        # `planned` and `waiting`, said so that the short index of what wants a look serves, not that of a year ahead.
        and_(Delivery.wake_at < now - GRACE, Delivery.state != "unsure"),
        and_(Delivery.state == "sending", Delivery.lease_until < now - GRACE),
    )
    # A union, each part by its own index: for one long OR a database may as well read the whole table.
    return Delivery.id.in_(union_all(*(select(Delivery.id).where(one).correlate(None) for one in each)))


KIND = case(
    (Delivery.state.in_(("unsure", "held", "failed")), Delivery.state), else_="overdue"
)  # of a delivery that is `stuck`


def judged(
    delivery: Delivery, before_id: int | None, before_state: str | None, standing: str
) -> tuple[Kind, str, str, datetime]:
    """Return of a stuck delivery the kind, the right it takes to settle it, why it stands still, and since when.

    `before_*` tell of the delivery that it follows; `standing` is the state of its account.
    """
    if delivery.state == "unsure":
        asked = _("Không rõ bài đã lên hay chưa. Hãy mở kênh kiểm tra rồi ghi «Đã lên» hoặc «Chưa lên».")
        return "unsure", "approve", delivery.reason or asked, delivery.changed_at
    if delivery.state == "held":
        right = {"paused": "administer", "restored": "approve"}.get(delivery.hold, "write")
        return "held", right, delivery.reason or _("Đang giữ lại chờ quyết định."), delivery.changed_at
    if delivery.state == "failed":
        return "failed", "write", delivery.reason or _("Kênh không nhận bài."), delivery.changed_at
    since = delivery.wake_at or delivery.lease_until or delivery.changed_at
    if before_state is not None and before_state not in FINAL:
        reason = _("Chờ lượt phát hành số {number} xong trước.").format(number=before_id)
        return "overdue", "approve", reason, since
    if standing == "closed":
        return "overdue", "write", _("Tài khoản kênh đã đóng: hãy hủy lượt này."), since
    reason = _("Đã quá giờ mà chưa được gửi. Hãy kiểm tra bộ phát hành có đang chạy không.")
    return "overdue", "administer", reason, since


@dataclass(frozen=True)
class QuietChannel:
    """An active account on which planned content came due and nothing landed for days."""

    account: Account
    since: datetime  # when the first of what is missing came due
    missed: int

    @property
    def reason(self) -> str:
        """Why it is told, in words."""
        return _("{count} nội dung đã đến giờ mà {days} ngày nay không có gì lên kênh này.").format(
            count=self.missed, days=QUIET_AFTER.days
        )


def quiet_channels(
    session: Session, now: datetime, within: ColumnElement[bool] | None = None, most: int = 200
) -> list[QuietChannel]:
    """Return the active accounts (that satisfy `within`) whose planned content came due while nothing landed.

    Planned content is a delivery that neither landed nor was cancelled, or a wish of a post that nobody approved in
    time. The first of it must have come due `QUIET_AFTER` ago, and nothing that came due since may have landed.
    One query; an account costs a look or two into the index of its due times.
    """
    oldest, early = now - LOOK_BACK, now - QUIET_AFTER
    other = aliased(Delivery)
    landed = and_(other.account_id == Account.id, other.state.in_(LANDED), other.due_at <= now)
    last = select(func.max(other.due_at)).where(landed, other.due_at > oldest).correlate(Account).scalar_subquery()
    since = func.coalesce(last, literal(oldest, Utc()))
    missed = select(Delivery.due_at).where(*_missed(since, now - GRACE)).correlate(Account)
    unapproved = select(Placement.due_at).where(*_unapproved(since, now - GRACE)).correlate(Account)
    columns = [
        rows.with_only_columns(what).scalar_subquery()
        for rows, due_at in ((missed, Delivery.due_at), (unapproved, Placement.due_at))
        for what in (func.count(), func.min(due_at))
    ]
    query = (
        select(Account, *columns)
        .where(Account.state == "active", ~exists().where(landed, other.due_at > early))
        .where(or_(exists().where(*_missed(oldest, early)), exists().where(*_unapproved(oldest, early))))
        .order_by(Account.id)
        .limit(most)
    )
    found = []
    for account, sent, first_sent, written, first_written in session.execute(
        query if within is None else query.where(within)
    ):
        first = min(at for at in (first_sent, first_written, now) if at is not None)
        if first <= early:
            found.append(QuietChannel(account, first, sent + written))
    return found


def _missed(since: Moment, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Deliveries of the account that came due and neither landed nor were taken back."""
    return (
        Delivery.account_id == Account.id,
        Delivery.due_at > since,
        Delivery.due_at <= until,
        Delivery.action == "publish",
        Delivery.state.not_in((*LANDED, "retracted", "cancelled")),
    )


def _unapproved(since: Moment, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Wishes for the account that came due while nobody had approved their post."""
    waiting = Post.state.in_(("draft", "submitted", "returned")) & Post.approved.is_(None)
    return (
        Placement.account_id == Account.id,
        Placement.due_at > since,
        Placement.due_at <= until,
        exists().where(Post.id == Placement.post_id, waiting),
    )


def stuck_mail(session: Session, now: datetime) -> tuple[int, datetime, str] | None:
    """Return how many alert letters no server takes, since when, and what the last try said; None when all went."""
    waiting = Mail.next_at.is_not(None), Mail.made_at < now - MAIL_LATE, Mail.tries > 0
    number, since = session.execute(select(func.count(), func.min(Mail.made_at)).where(*waiting)).one()
    if not number:
        return None
    problem = session.scalar(select(Mail.problem).where(*waiting).order_by(Mail.id).limit(1))
    return number, since, problem or ""
