"""What people are told of by mail: the inbox's conditions over all units, each problem under a key of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.connections import health
from publisher.delivery.jobs import Job, silences
from publisher.delivery.outlets import World
from publisher.model import Account, Alert, Audit, Delivery, Firing, Post, Version
from publisher.operations.health import NEARLY_FULL, free_bytes
from publisher.operations.standstill import KIND, judged, quiet_channels, stuck
from publisher.reports import reminders
from publisher.words import _

MOST = 2000  # problems of deliveries taken up in one pass; the next pass a minute later takes the next ones


@dataclass(frozen=True)
class Finding:
    """One problem: its key, its kind, what it is about, why, since when, and whose unit it is (None: everybody's).

    `quiet`: it lasts, but today nobody is to be reminded of it.
    """

    key: str
    kind: str
    title: str
    place: str
    reason: str
    since: datetime
    unit_id: int | None = None
    delivery_id: int | None = None
    quiet: bool = False


def new_deliveries(session: Session, now: datetime) -> list[Finding]:
    """Return deliveries that stand still and of which nobody was told yet; what a paused account keeps tells itself."""
    told = exists().where(
        Alert.delivery_id == Delivery.id, Alert.kind == KIND, Alert.settled_at.is_(None)
    )  # fmt: skip
    ids = session.scalars(
        select(Delivery.id).where(stuck(now), ~told, ~_kept()).order_by(Delivery.id.desc()).limit(MOST)
    ).all()
    before = aliased(Delivery)
    rows = session.execute(
        select(
            Delivery, Version.title, Account.title.label("account"), Account.state.label("standing"), Post.unit_id,
            before.id.label("before_id"), before.state.label("before_state"),
        )
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .outerjoin(before, before.id == Delivery.follows_id)
        .where(Delivery.id.in_(ids))
    )  # fmt: skip
    return [_delivery(row) for row in rows]


def _delivery(row: Any) -> Finding:
    kind, _right, reason, since = judged(row.Delivery, row.before_id, row.before_state, row.standing)
    key = f"{kind}:{row.Delivery.id}"
    return Finding(key, kind, row.title, row.account, reason, since, row.unit_id, row.Delivery.id)


def _kept() -> Any:
    paused = exists().where(Account.id == Delivery.account_id, Account.state == "paused")
    return and_(Delivery.state == "held", Delivery.hold == "paused", paused)


def settled_deliveries(session: Session, now: datetime) -> list[Alert]:
    """Return the open alerts whose delivery goes on again, or stands still for another reason."""
    return list(
        session.scalars(
            select(Alert)
            .join(Delivery, Delivery.id == Alert.delivery_id)
            .where(Alert.settled_at.is_(None), or_(~stuck(now), Alert.kind != KIND, _kept()))
            .order_by(Alert.id)
            .limit(MOST)
        )
    )


def others(session: Session, world: World, jobs: Sequence[Job], now: datetime, started_at: datetime) -> list[Finding]:
    """Return every problem that is none of a delivery: accounts, channels, reports, clock jobs, the trail, the disk."""
    return [
        *_paused(session),
        *_connections(session, now),
        *_quiet(session, now),
        *_reports(session, clock.local_day(now, world.config.zone)),
        *_silent(session, jobs, started_at),
        *_trail(session),
        *_disk(world, now),
    ]


def _paused(session: Session) -> list[Finding]:
    since = (
        select(Audit.at)
        .where(Audit.subject == "account", Audit.subject_id == Account.id, Audit.act == "account.pause")
        .order_by(Audit.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Account, since.label("since")).where(Account.state == "paused").order_by(Account.id).limit(MOST)
    )
    unsaid = _("Tài khoản kênh đang tạm dừng.")
    return [
        Finding(
            f"paused:{row.Account.id}", "paused", row.Account.title, row.Account.title,
            row.Account.pause_reason or unsaid, row.since or row.Account.created_at, row.Account.unit_id,
        )
        for row in rows
    ]  # fmt: skip


def _connections(session: Session, now: datetime) -> list[Finding]:
    accounts = session.scalars(select(Account).where(health.in_trouble(now)).order_by(Account.id).limit(MOST))
    return [
        Finding(
            f"connection:{one.id}", "connection", one.title, one.title, health.warning(one, now),
            one.checked_at or one.created_at, one.unit_id,
        )
        for one in accounts
    ]  # fmt: skip


def _quiet(session: Session, now: datetime) -> list[Finding]:
    return [
        Finding(
            f"quiet:{found.account.id}", "quiet", found.account.title, found.account.title, found.reason, found.since,
            found.account.unit_id,
        )
        for found in quiet_channels(session, now, most=MOST)
    ]  # fmt: skip


def _reports(session: Session, today: date) -> list[Finding]:
    """Tell a unit of its report before it is due and after, and the unit above of what it was not sent."""
    found = []
    for one in reminders.owed(session, today, MOST):
        report, title = one.report, f"{one.report.label} · {one.unit}"
        day = report.due_on.strftime("%d/%m/%Y")
        soon = _("Hạn nộp {day}, còn {days} ngày.").format(day=day, days=one.days)
        mine = reminders.reason("late", report.due_on, today) if one.late else soon
        found.append(
            Finding(
                f"report:{report.id}", "report", title, "", mine, report.changed_at, report.unit_id, quiet=not one.said
            )
        )
        if one.late and report.recipient_unit_id is not None:
            below = reminders.reason("owed", report.due_on, today)
            key, unit_id = f"report_late:{report.id}", report.recipient_unit_id
            found.append(Finding(key, "report_late", title, "", below, report.changed_at, unit_id))
    return found


def _silent(session: Session, jobs: Sequence[Job], started_at: datetime) -> list[Finding]:
    reason = _("Việc định kỳ này lâu không chạy xong. Hãy xem nhật ký của «publisher run» hoặc «publisher worker».")
    return [
        Finding(f"silent:{one.job}", "silent", _(one.title), "", reason, one.since)
        for one in silences(session, jobs, started_at)
    ]


def broken_trail(session: Session) -> tuple[int, datetime] | None:
    """Return the first row of the trail that was tampered with and when that was found; None when it is whole."""
    last = session.scalar(
        select(Firing)
        .where(Firing.job == "check_trail", Firing.ended_at.is_not(None))
        .order_by(Firing.due_at.desc())
        .limit(1)
    )
    if last is None or not last.message:
        return None
    return int(last.message.removeprefix("row ")), last.started_at


def _trail(session: Session) -> list[Finding]:
    found = broken_trail(session)
    if found is None:
        return []
    row, at = found
    reason = _("Nhật ký không còn nguyên vẹn từ dòng {row}: hãy đối chiếu với bản sao lưu gần nhất.").format(row=row)
    return [Finding(f"trail:{row}", "trail", _("Chuỗi nhật ký bị sửa"), "", reason, at)]


def _disk(world: World, now: datetime) -> list[Finding]:
    free = free_bytes(world.config.home)
    if free is None or free >= NEARLY_FULL:
        return []
    reason = _("Ổ đĩa chứa thư mục dữ liệu chỉ còn {free} MB: hãy dọn hoặc mở rộng.").format(free=free // 2**20)
    return [Finding("disk", "disk", _("Sắp hết chỗ trên ổ đĩa"), "", reason, now)]
