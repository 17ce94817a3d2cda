"""The broadcast log: what a station says went on air, kept row by row and never rewritten."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from publisher import audit, clock
from publisher.audit import CLOCK, Actor
from publisher.clock import day_span
from publisher.delivery.jobs import Job
from publisher.delivery.outlets import World
from publisher.delivery.states import move
from publisher.model import Account, BroadcastLog, BroadcastSlot, Delivery, Edition, Programme, Version
from publisher.model.radio import AIRED, SOURCES
from publisher.radio.choosing import handed_over
from publisher.radio.programmes import Planned
from publisher.radio.pulling import Standing, keep, read
from publisher.refusal import Refused
from publisher.text import line
from publisher.words import _, mark

FAST_CLOCKS = timedelta(minutes=5)  # a telephone's clock may be ahead of ours
LONGEST = timedelta(hours=6)
LOOK_BACK = timedelta(days=40)  # how long a row may wait for its delivery to be recorded as handed over
MOST = 5_000

AIRED_TITLES = {"full": mark("Phát đủ"), "partial": mark("Phát thiếu"), "not_aired": mark("Không phát")}
SOURCE_TITLES = {"own": mark("Tự sản xuất"), "relay": mark("Tiếp âm"), "source_system": mark("Thông tin nguồn")}


@dataclass(frozen=True)
class Said:
    """What a station says of a programme: how it went, from when to when, why not, what was read to its end."""

    status: str  # full · partial · not_aired
    started_at: datetime
    ended_at: datetime
    reason: str = ""
    read: frozenset[int] = frozenset()  # deliveries read to their end, where the status is `partial`
    source: str = "own"
    operator: str = ""
    evidence_id: int | None = None


def log_back(
    session: Session,
    world: World,
    actor: Actor,
    account: Account,
    planned: Planned,
    standing: Standing | None,
    said: Said,
) -> list[BroadcastLog]:
    """Write down what a station says of a programme: one row an item; saying it again corrects the earlier rows.

    What was read to its end confirms its delivery; what was not stands in the inbox with the station's reason.
    `Refused` for times that cannot be or a missing reason. A programme nobody pulled is kept as it stands.
    """
    said = _checked(planned, said)
    standing = standing or keep(session, world, account, planned)
    items = read(world, standing)["items"]
    if said.status == "partial" and {item["delivery"] for item in items} <= said.read:
        raise Refused(_("Phát thiếu: hãy bỏ chọn những bài chưa đọc trọn."), "read")
    before = _newest(session, standing.programme_id)
    rows = []
    for item in items:
        status = "full" if said.status == "partial" and item["delivery"] in said.read else said.status
        row = BroadcastLog(
            account_id=account.id, programme_id=standing.programme_id, edition_id=standing.edition_id,
            delivery_id=item["delivery"], status=status, started_at=said.started_at, ended_at=said.ended_at,
            reason="" if status == "full" else said.reason, source=said.source, priority=item["priority"],
            repeat_number=_times(session, item["delivery"], standing.programme_id) + 1,
            operator=line(said.operator, _("Người trực"), most=100) or actor.name, person_id=actor.person_id,
            evidence_id=said.evidence_id, corrects_id=before.get(item["delivery"]), recorded_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        rows.append(row)
        _tell_delivery(session, actor, account, row)
    session.flush()
    audit.record(
        session, actor, "broadcast.log", "programme", standing.programme_id, unit_id=account.unit_id,
        key=planned.key, status=said.status, reason=said.reason, items=len(rows),
    )  # fmt: skip
    return rows


def _checked(planned: Planned, said: Said) -> Said:
    if said.status not in AIRED or said.source not in SOURCES:
        raise Refused(_("Hãy chọn «Phát đủ», «Phát thiếu» hoặc «Không phát»."), "status")
    reason = line(said.reason, _("Lý do"), most=300)
    if said.status != "full" and not reason:
        raise Refused(_("Hãy ghi lý do phát thiếu hoặc không phát, ví dụ: mất điện."), "reason")
    now = clock.now()
    if planned.starts_at > now + FAST_CLOCKS:
        raise Refused(_("Chương trình chưa đến giờ phát nên chưa ghi nhật ký được."), "started_at")
    if said.status == "not_aired":
        at = planned.starts_at
        return Said(said.status, at, at, reason, frozenset(), said.source, said.operator, said.evidence_id)
    if not said.started_at <= said.ended_at <= said.started_at + LONGEST:
        raise Refused(_("Giờ kết thúc phải sau giờ bắt đầu và không quá 6 giờ."), "ended_at")
    if said.ended_at > now + FAST_CLOCKS:
        raise Refused(_("Giờ phát chưa đến: hãy ghi giờ đã phát thật."), "ended_at")
    if abs(said.started_at - planned.starts_at) > timedelta(days=1):
        raise Refused(_("Giờ phát cách lịch hơn một ngày: hãy kiểm tra lại ngày và giờ."), "started_at")
    kept = said.read if said.status == "partial" else frozenset()
    return Said(
        said.status, said.started_at, said.ended_at, reason if said.status != "full" else "", kept, said.source,
        said.operator, said.evidence_id,
    )  # fmt: skip


def _newest(session: Session, programme_id: int) -> dict[int, int]:
    """Return, by delivery, the row of a programme that counts now."""
    rows = session.execute(
        select(BroadcastLog.delivery_id, func.max(BroadcastLog.id))
        .where(BroadcastLog.programme_id == programme_id)
        .group_by(BroadcastLog.delivery_id)
    )
    return {row[0]: row[1] for row in rows}


def _times(session: Session, delivery_id: int, programme_id: int) -> int:
    """Return in how many other programmes the item was read before."""
    return session.scalar(
        select(func.count(func.distinct(BroadcastLog.programme_id))).where(
            BroadcastLog.delivery_id == delivery_id, BroadcastLog.programme_id != programme_id,
            BroadcastLog.status != "not_aired",
        )
    ) or 0  # fmt: skip


def _tell_delivery(session: Session, actor: Actor, account: Account, row: BroadcastLog) -> None:
    """Confirm what was read to its end, the versions before it too; tell the editor why something was not."""
    delivery = session.get_one(Delivery, row.delivery_id)
    waiting = handed_over(session, account.id, delivery.post_id, delivery.placement)
    for one in waiting:
        if one.id > delivery.id:  # a correction that came after the reading still waits for its own
            continue
        if row.status == "full":
            move(session, one, "confirmed", actor, reason=_("Đài đã phát đủ."))
        else:
            told = _("Đài ghi phát thiếu: {why}") if row.status == "partial" else _("Đài ghi không phát: {why}")
            one.reason, one.changed_at = told.format(why=row.reason), clock.now()


def settle(world: World) -> str:
    """Confirm deliveries whose broadcast was logged before the clock had recorded them as handed over."""
    since = clock.now() - LOOK_BACK
    with world.db.writing() as session:
        rows = session.scalars(
            _current()
            .join(Delivery, Delivery.id == BroadcastLog.delivery_id)
            .where(BroadcastLog.recorded_at > since, BroadcastLog.status == "full", Delivery.state == "sent")
            .limit(200)
        ).all()
        for row in rows:
            _tell_delivery(session, CLOCK, session.get_one(Account, row.account_id), row)
    return f"confirmed={len(rows)}" if rows else ""


def settle_job() -> Job:
    """Return the clock job that catches up with the log."""
    return Job("radio", mark("Xác nhận lượt phát thanh theo nhật ký"), 60, 3 * 3600, settle)


def _current() -> Select[Any]:
    """The rows that count: those no later row corrects."""
    later = aliased(BroadcastLog)
    return select(BroadcastLog).where(~exists(select(later.id).where(later.corrects_id == BroadcastLog.id)))


def states(session: Session, programme_ids: Iterable[int]) -> dict[int, str]:
    """Return what the log says of programmes: full, partial or not_aired by programme: 1 query."""
    found: dict[int, set[str]] = {}
    for row in session.scalars(_current().where(BroadcastLog.programme_id.in_(list(programme_ids)))):
        found.setdefault(row.programme_id, set()).add(row.status)
    return {key: next(iter(said)) if len(said) == 1 else "partial" for key, said in found.items()}


@dataclass(frozen=True)
class Entry:
    """One line of the book: what was read when, by whom, how it went."""

    id: int
    programme_id: int
    edition_id: int
    title: str
    item: str
    day: date
    started_at: datetime
    ended_at: datetime
    status: str
    reason: str
    source: str
    priority: str
    repeat_number: int
    operator: str
    evidence_id: int | None
    corrects: bool
    corrected: bool
    recorded_at: datetime
    number: int
    edition: int


def entries(
    session: Session, world: World, account_ids: Collection[int], first: date, last: date, *, whole: bool = False
) -> list[Entry]:
    """Return the lines of a span of local days, oldest first; with `whole` also rows that later ones corrected."""
    since, until = day_span(first, last, world.config.zone)
    later = aliased(BroadcastLog)
    corrected = exists(select(later.id).where(later.corrects_id == BroadcastLog.id))
    query = (
        select(
            BroadcastLog, Version.title, Programme.day, Programme.number, Edition.number.label("edition"),
            BroadcastSlot.title.label("slot"), corrected.label("corrected"),
        )
        .join(Delivery, Delivery.id == BroadcastLog.delivery_id)
        .join(Version, Version.id == Delivery.version_id)
        .join(Programme, Programme.id == BroadcastLog.programme_id)
        .join(Edition, Edition.id == BroadcastLog.edition_id)
        .outerjoin(BroadcastSlot, BroadcastSlot.id == Programme.slot_id)
        .where(BroadcastLog.account_id.in_(account_ids), BroadcastLog.started_at >= since)
        .where(BroadcastLog.started_at < until)
        .order_by(BroadcastLog.started_at, BroadcastLog.id)
        .limit(MOST)
    )  # fmt: skip
    if not whole:
        query = query.where(~corrected)
    return [_entry(row) for row in session.execute(query)]


def _entry(row: Any) -> Entry:
    log: BroadcastLog = row.BroadcastLog
    return Entry(
        log.id, log.programme_id, log.edition_id, row.slot or _("Thông báo khẩn cấp"), row.title, row.day,
        log.started_at, log.ended_at, log.status, log.reason, log.source, log.priority, log.repeat_number,
        log.operator, log.evidence_id, log.corrects_id is not None, row.corrected, log.recorded_at, row.number,
        row.edition,
    )  # fmt: skip
