"""What stands still until somebody acts: every such thing with its reason, who settles it, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.delivery.jobs import silent
from publisher.delivery.states import FINAL, LANDED
from publisher.model import Account, Audit, Delivery, Firing, Post, Receipt, Version
from publisher.timetable import JOBS
from publisher.words import _

PATIENCE = timedelta(minutes=15)  # looking after a lost answer goes by itself; after this long a person should know
GRACE = timedelta(minutes=5)  # what is later than this was not merely waiting for its turn
CONFIRM_WITHIN = timedelta(hours=24)  # after the due time of what was handed to people to broadcast or hang
MOST = 200  # items of one kind on the page; whoever has more works through the lists

Kind = Literal["unsure", "held", "failed", "overdue", "paused", "unconfirmed", "silent", "trail"]


@dataclass(frozen=True)
class Item:
    """One thing that waits for a person.

    `target` and `target_id` say where it is settled (`delivery`, `account`, `state`, `trail`); `right` is what
    it takes to settle it; `next_at` is when the machine looks at it by itself again, None for never.
    """

    kind: Kind
    title: str
    place: str  # the account's title, empty for what concerns the whole installation
    channel: str
    target: Literal["delivery", "account", "state", "trail"]
    target_id: int | None
    reason: str
    right: str
    since: datetime
    due_at: datetime | None = None
    next_at: datetime | None = None
    held: int = 0  # deliveries that a paused account keeps


def items(
    session: Session, units: Collection[int], rights: Collection[str], now: datetime, started_at: datetime
) -> list[Item]:
    """Return what waits for a person in `units`, what somebody with `rights` can settle first, oldest first.

    What concerns the whole installation (silent clock jobs) is shown to everybody, since nothing goes out
    meanwhile; a broken audit trail only to administrators. 7 queries.
    """
    found = [
        *_deliveries(session, units, now),
        *_accounts(session, units),
        *_unconfirmed(session, units, now),
        *_silent(session, started_at),
    ]
    if "administer" in rights:
        found += _trail(session)
    return sorted(found, key=lambda item: (item.kind not in {"silent", "trail"}, item.right not in rights, item.since))


def counts(session: Session, units: Collection[int]) -> int:
    """Return how many deliveries, accounts and confirmations wait for a person in `units`: 1 query."""
    now = clock.now()
    deliveries = select(func.count()).select_from(Delivery).where(_stands_still(units, now))
    paused = select(func.count()).select_from(Account).where(Account.state == "paused", Account.unit_id.in_(units))
    unconfirmed = select(func.count()).select_from(Receipt).where(*_awaits_word(units, now))
    total = deliveries.scalar_subquery() + paused.scalar_subquery() + unconfirmed.scalar_subquery()
    return session.scalar(select(total)) or 0


def _stands_still(units: Collection[int], now: datetime) -> ColumnElement[bool]:
    """Deliveries of these units for the inbox. What a paused account keeps is told by the account itself.

    Asked of the table of deliveries alone, the rest by `EXISTS`: every page shows this number, and a join would
    let a database begin at the units' posts, which are many, instead of at what stands still, which is little.
    """
    ours = select(Post.id).where(Post.id == Delivery.post_id, Post.unit_id.in_(units)).exists()
    kept = (
        select(Account.id)
        .where(Account.id == Delivery.account_id, Account.state == "paused", Account.unit_id.in_(units))
        .exists()
    )
    return and_(_stuck(now), ours, ~and_(Delivery.hold == "paused", kept))


def _stuck(now: datetime) -> ColumnElement[bool]:
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


def _awaits_word(units: Collection[int], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Receipts of what was handed to people and is overdue for their word."""
    overdue = (
        select(Delivery.id)
        .join(Post, Post.id == Delivery.post_id)
        .where(Delivery.id == Receipt.delivery_id, Delivery.state == "sent", Post.unit_id.in_(units))
        .where(Delivery.due_at < now - CONFIRM_WITHIN)
        .exists()
    )
    # Said in the statement, not as a parameter: only so can the partial index serve.
    return Receipt.kind == literal_column("'handed_over'"), overdue


def _deliveries(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    ids = session.scalars(
        select(Delivery.id).where(_stands_still(units, now)).order_by(Delivery.changed_at).limit(MOST)
    ).all()
    before = aliased(Delivery)
    rows = session.execute(
        select(
            Delivery, Version.title, Account.title.label("account"), Account.channel, Account.state.label("standing"),
            before.id.label("before_id"), before.state.label("before_state"),
        )
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .outerjoin(before, before.id == Delivery.follows_id)
        .where(Delivery.id.in_(ids))
    )  # fmt: skip
    return [_item(row) for row in rows]


def _item(row: Any) -> Item:
    delivery: Delivery = row.Delivery
    kind, right, reason, since = _judged(delivery, row)
    return Item(
        kind, row.title, row.account, row.channel, "delivery", delivery.id, reason, right, since,
        delivery.due_at, delivery.wake_at if kind == "unsure" else None,
    )  # fmt: skip


def _judged(delivery: Delivery, row: Any) -> tuple[Kind, str, str, datetime]:
    """Return the kind, who settles it, why it stands still, and since when."""
    if delivery.state == "unsure":
        asked = _("Không rõ bài đã lên hay chưa. Hãy mở kênh kiểm tra rồi ghi «Đã lên» hoặc «Chưa lên».")
        return "unsure", "approve", delivery.reason or asked, delivery.changed_at
    if delivery.state == "held":
        right = "administer" if delivery.hold == "paused" else "write"
        return "held", right, delivery.reason or _("Đang giữ lại chờ quyết định."), delivery.changed_at
    if delivery.state == "failed":
        return "failed", "write", delivery.reason or _("Kênh không nhận bài."), delivery.changed_at
    since = delivery.wake_at or delivery.lease_until or delivery.changed_at
    if row.before_state is not None and row.before_state not in FINAL:
        reason = _("Chờ lượt phát hành số {number} xong trước.").format(number=row.before_id)
        return "overdue", "approve", reason, since
    if row.standing == "closed":
        return "overdue", "write", _("Tài khoản kênh đã đóng: hãy hủy lượt này."), since
    reason = _("Đã quá giờ mà chưa được gửi. Hãy kiểm tra bộ phát hành có đang chạy không.")
    return "overdue", "administer", reason, since


def _accounts(session: Session, units: Collection[int]) -> list[Item]:
    kept = (
        select(func.count())
        .select_from(Delivery)
        .join(Post, Post.id == Delivery.post_id)
        .where(Delivery.account_id == Account.id, Delivery.state == "held", Delivery.hold == "paused")
        .where(Post.unit_id.in_(units))
        .correlate(Account)
        .scalar_subquery()
    )
    since = (
        select(func.max(Audit.at))
        .where(Audit.subject == "account", Audit.subject_id == Account.id, Audit.act == "account.pause")
        .correlate(Account)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Account, kept.label("kept"), since.label("since"))
        .where(Account.state == "paused", Account.unit_id.in_(units))
        .order_by(Account.id)
        .limit(MOST)
    )
    return [
        Item(
            "paused", row.Account.title, row.Account.title, row.Account.channel, "account", row.Account.id,
            row.Account.pause_reason or _("Tài khoản kênh đang tạm dừng."), "administer",
            row.since or row.Account.created_at, held=row.kept,
        )
        for row in rows
    ]  # fmt: skip


def _unconfirmed(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    ids = session.scalars(select(Receipt.delivery_id).where(*_awaits_word(units, now)).limit(MOST)).all()
    rows = session.execute(
        select(Delivery, Version.title, Account.title.label("account"), Account.channel)
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.id.in_(ids))
    )
    reason = _("Đã bàn giao nhưng chưa có xác nhận đã phát hoặc đã treo.")
    return [
        Item(
            "unconfirmed", row.title, row.account, row.channel, "delivery", row.Delivery.id, reason, "air",
            row.Delivery.due_at + CONFIRM_WITHIN, row.Delivery.due_at,
        )
        for row in rows
    ]  # fmt: skip


def _silent(session: Session, started_at: datetime) -> list[Item]:
    reason = _("Việc định kỳ này lâu không chạy. Hãy kiểm tra tiến trình «publisher run» hoặc «publisher worker».")
    return [
        Item("silent", _(title), "", "", "state", None, reason, "administer", started_at)
        for title in silent(session, JOBS, started_at)
    ]


def _trail(session: Session) -> list[Item]:
    last = session.scalar(
        select(Firing)
        .where(Firing.job == "check_trail", Firing.ended_at.is_not(None))
        .order_by(Firing.due_at.desc())
        .limit(1)
    )
    if last is None or not last.message:
        return []
    row = int(last.message.removeprefix("row "))
    reason = _("Nhật ký không còn nguyên vẹn từ dòng {row}: hãy đối chiếu với bản sao lưu gần nhất.").format(row=row)
    return [
        Item("trail", _("Chuỗi nhật ký bị sửa"), "", "", "trail", row, reason, "administer", last.started_at)
    ]  # fmt: skip
