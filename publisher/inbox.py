"""What stands still until somebody acts: every such thing with its reason, who settles it, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.connections import health
from publisher.delivery.jobs import silences
from publisher.model import (
    BROADCAST,
    Account,
    Audit,
    BroadcastItem,
    BroadcastRequest,
    Delivery,
    Post,
    Receipt,
    Version,
)
from publisher.operations.findings import broken_trail
from publisher.operations.standstill import judged, quiet_channels, stuck, stuck_mail
from publisher.prints import due, sheets
from publisher.reports import reminders
from publisher.timetable import JOBS
from publisher.words import _

CONFIRM_WITHIN = timedelta(hours=24)  # after the due time of what was handed to people to broadcast or hang
MOST = 200  # items of one kind on the page; whoever has more works through the lists

Kind = Literal[
    "unsure", "held", "failed", "overdue", "paused", "connection", "broadcast", "unconfirmed", "hang", "quiet",
    "report", "silent", "mail", "trail",
]  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that waits for a person.

    `target` and `target_id` say where it is settled (`delivery`, `account`, `order` of print, `sheets` and `broadcast`
    of the post with this id, `report`, `state`, `trail`); `right` is what
    it takes to settle it; `next_at` is when the machine looks at it by itself again, None for never.
    """

    kind: Kind
    title: str
    place: str  # the account's title, empty for what concerns the whole installation
    channel: str
    target: Literal["delivery", "broadcast", "account", "order", "sheets", "report", "state", "trail"]
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
    meanwhile; a broken audit trail and mail that no server takes only to administrators. 12 queries.
    """
    found = [
        *_deliveries(session, units, now),
        *_accounts(session, units, now),
        *_broadcasts(session, units),
        *_unconfirmed(session, units, now),
        *_hangings(session, units, now),
        *_quiet(session, units, now),
        *_reports(session, units, now),
        *_silent(session, started_at),
    ]
    if "administer" in rights:
        found += [*_trail(session), *_mail(session, now)]
    first = {"silent", "trail", "mail"}
    return sorted(found, key=lambda item: (item.kind not in first, item.right not in rights, item.since))


def counts(session: Session, units: Collection[int]) -> int:
    """Return how many deliveries, accounts and confirmations wait for a person in `units`: 1 query."""
    now = clock.now()
    deliveries = select(func.count()).select_from(Delivery).where(_stands_still(units, now))
    paused = select(func.count()).select_from(Account).where(Account.state == "paused", Account.unit_id.in_(units))
    unconfirmed = select(func.count()).select_from(Receipt).where(*_awaits_word(units, now))
    failing = select(func.count()).select_from(Account).where(health.in_trouble(now), Account.unit_id.in_(units))
    total = deliveries.scalar_subquery() + paused.scalar_subquery() + unconfirmed.scalar_subquery()
    asked = select(func.count()).select_from(BroadcastRequest).where(_asked(units)).scalar_subquery()
    total = total + asked + failing.scalar_subquery() + due.count(units, now) + reminders.count(units, now.date())
    return session.scalar(select(total)) or 0


def _stands_still(units: Collection[int], now: datetime) -> ColumnElement[bool]:
    """Deliveries of these units for the inbox. What a paused account keeps is told by the account itself.

    Asked of the table of deliveries alone, the rest by `EXISTS`: every page shows this number, and a join would
    let a database begin at the units' posts, which are many, instead of at what stands still, which is little.
    """
    kept = (
        select(Account.id)
        .where(Account.id == Delivery.account_id, Account.state == "paused", Account.unit_id.in_(units))
        .exists()
    )
    return and_(stuck(now), Delivery.unit_id.in_(units), ~and_(Delivery.hold == "paused", kept))


def _awaits_word(units: Collection[int], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Receipts of what was handed to people and is overdue for their word, or was not done for a reason they gave."""
    # What was put into a later slot of a station has until then.
    later = (
        select(BroadcastItem.id)
        .where(BroadcastItem.post_id == Delivery.post_id, BroadcastItem.account_id == Delivery.account_id)
        .where(BroadcastItem.placement == Delivery.placement, BroadcastItem.air_at >= now - CONFIRM_WITHIN)
        .correlate(Delivery)
        .exists()
    )
    overdue = (
        select(Delivery.id)
        .join(Post, Post.id == Delivery.post_id)
        .where(Delivery.id == Receipt.delivery_id, Delivery.state == "sent", Post.unit_id.in_(units))
        .where(or_(Delivery.due_at < now - CONFIRM_WITHIN, Delivery.reason != ""), ~later)
        .where(~due.has_places(Delivery.id))  # a print order reminds of its own places, on their own days
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
    kind, right, reason, since = judged(delivery, row.before_id, row.before_state, row.standing)
    return Item(
        kind, row.title, row.account, row.channel, "delivery", delivery.id, reason, right, since,
        delivery.due_at, delivery.wake_at if kind == "unsure" else None,
    )  # fmt: skip


def _accounts(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    """Accounts that are paused, and those whose outlet said that something is wrong before anything has failed."""
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
        .where(or_(Account.state == "paused", health.in_trouble(now)), Account.unit_id.in_(units))
        .order_by(Account.id)
        .limit(MOST)
    )
    return [_account(row.Account, row.since, row.kept, now) for row in rows]


def _account(account: Account, paused_at: datetime | None, kept: int, now: datetime) -> Item:
    kind: Kind = "paused" if account.state == "paused" else "connection"
    reason = _why_paused(account, paused_at) if kind == "paused" else health.warning(account, now)
    since = paused_at if kind == "paused" else account.checked_at
    return Item(
        kind, account.title, account.title, account.channel, "account", account.id, reason, "administer",
        since or account.created_at, held=kept,
    )  # fmt: skip


def _why_paused(account: Account, since: datetime | None) -> str:
    """Return why an account is paused, and whether the outlet takes it again: such a pause ends by a person's word."""
    reason = account.pause_reason or _("Tài khoản kênh đang tạm dừng.")
    well = account.checked_at is not None and since is not None and account.checked_at > since and not account.health
    return f"{reason} {_('Lần kiểm tra gần nhất: kết nối tốt, hãy cho chạy lại.')}" if well else reason


def _asked(units: Collection[int]) -> ColumnElement[bool]:
    # Said in the statement, not as a parameter: only so can the partial index serve.
    return and_(BroadcastRequest.state == literal_column("'asked'"), BroadcastRequest.unit_id.in_(units))


def _broadcasts(session: Session, units: Collection[int]) -> list[Item]:
    """Wishes to send an article to followers, which wait for a second person."""
    rows = session.execute(
        select(BroadcastRequest, Version.title, Account.title.label("account"), Account.channel)
        .join(Version, Version.id == BroadcastRequest.version_id)
        .join(Account, Account.id == BroadcastRequest.account_id)
        .where(_asked(units))
        .order_by(BroadcastRequest.due_at)
        .limit(MOST)
    )
    return [
        Item(
            "broadcast", row.title, row.account, row.channel, "broadcast", row.BroadcastRequest.post_id,
            _("Chờ duyệt gửi người quan tâm Zalo OA."), "approve", row.BroadcastRequest.asked_at,
            row.BroadcastRequest.due_at,
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
    return [_awaited(row) for row in rows]


def _awaited(row: Any) -> Item:
    if row.channel == sheets.CHANNEL:
        return _printed(row)
    if row.Delivery.placement.startswith(BROADCAST):
        return _sent_to_followers(row)
    reason = _("Đã bàn giao nhưng chưa có xác nhận đã phát.")
    return Item(
        "unconfirmed", row.title, row.account, row.channel, "delivery", row.Delivery.id,
        row.Delivery.reason or reason, "write" if row.Delivery.reason else "air",
        row.Delivery.changed_at if row.Delivery.reason else row.Delivery.due_at + CONFIRM_WITHIN,
        row.Delivery.due_at,
    )  # fmt: skip


def _sent_to_followers(row: Any) -> Item:
    reason = _("Zalo nhận tin gửi người quan tâm nhưng không báo đã gửi. Hãy xem ở oa.zalo.me rồi ghi lại.")
    return Item(
        "unconfirmed", row.title, row.account, row.channel, "broadcast", row.Delivery.post_id,
        row.Delivery.reason or reason, "write", row.Delivery.due_at + CONFIRM_WITHIN, row.Delivery.due_at,
    )  # fmt: skip


def _printed(row: Any) -> Item:
    reason = _("Đã bàn giao tệp in nhưng chưa có đơn in, nơi treo hoặc xác nhận đã treo.")
    return Item(
        "unconfirmed", row.title, row.account, row.channel, "sheets", row.Delivery.post_id, reason, "write",
        row.Delivery.due_at + CONFIRM_WITHIN, row.Delivery.due_at,
    )  # fmt: skip


def _hangings(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    found = []
    for one in due.due(session, units, now, MOST):
        hang = _("Đến ngày treo: còn {count} nơi chưa ghi treo.").format(count=one.to_hang) if one.to_hang else ""
        down = _("Quá ngày tháo: còn {count} nơi chưa ghi tháo.").format(count=one.to_take_down)
        reason = " ".join(part for part in (hang, down if one.to_take_down else "") if part)
        found.append(Item("hang", one.title, "", sheets.CHANNEL, "order", one.order_id, reason, "write", one.since))
    return found


def _quiet(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    return [
        Item(
            "quiet", found.account.title, found.account.title, found.account.channel, "account", found.account.id,
            found.reason, "write", found.since,
        )
        for found in quiet_channels(session, now, Account.unit_id.in_(units), MOST)
    ]  # fmt: skip


def _reports(session: Session, units: Collection[int], now: datetime) -> list[Item]:
    found = reminders.waiting(session, units, now.date())
    return [
        Item(
            "report", f"{one.label} · {one.unit}", "", "", "report", one.report_id, one.reason(now), "report", one.since
        )
        for one in found
    ]  # fmt: skip


def _silent(session: Session, started_at: datetime) -> list[Item]:
    reason = _("Việc định kỳ này lâu không chạy. Hãy kiểm tra tiến trình «publisher run» hoặc «publisher worker».")
    return [
        Item("silent", _(found.title), "", "", "state", None, reason, "administer", found.since)
        for found in silences(session, JOBS, started_at)
    ]


def _mail(session: Session, now: datetime) -> list[Item]:
    found = stuck_mail(session, now)
    if found is None:
        return []
    number, since, problem = found
    reason = _("{count} thư cảnh báo chưa gửi được: {problem}").format(count=number, problem=problem)
    return [Item("mail", _("Máy chủ thư không nhận thư"), "", "", "state", None, reason, "administer", since)]


def _trail(session: Session) -> list[Item]:
    found = broken_trail(session)
    if found is None:
        return []
    row, at = found
    reason = _("Nhật ký không còn nguyên vẹn từ dòng {row}: hãy đối chiếu với bản sao lưu gần nhất.").format(row=row)
    return [Item("trail", _("Chuỗi nhật ký bị sửa"), "", "", "trail", row, reason, "administer", at)]
