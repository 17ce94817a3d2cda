"""What stations said was on air: plays of each item, programmes and their minutes, and the log as a proof.

«Lượt phát» is the number of lines of the log that say «phát đủ» (vietnam.md §5.5). Lines carry the times of the whole
programme, so its minutes count once a programme, not once an item.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from publisher import clock
from publisher.audit import CLOCK
from publisher.delivery.outlets import World
from publisher.model import Account, BroadcastLog, Evidence, Reading
from publisher.reach import evidence, ledger
from publisher.reach.evidence import File
from publisher.reach.ledger import Entry
from publisher.words import _

BATCH = 50  # lines a transaction: publishing waits no longer for the database


def take(world: World, *, days: int) -> int:
    """Log what was written into broadcast logs in the last days and is not in the ledger yet; return how many plays.

    A corrected line takes the numbers of the line before it back.
    """
    with world.db.reading() as session:
        lines = _new(session, clock.now() - timedelta(days=days))
    plays = 0
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        with world.db.writing() as session:
            plays += sum(_air(session, world, line) for line in batch)
            for programme_id in sorted({line.programme_id for line in batch}):
                _count_programme(session, world, programme_id)
    return plays


def _new(session: Session, since: datetime) -> Sequence[BroadcastLog]:
    """Return lines that were not looked at yet, oldest first: those that aired, and those that correct others."""
    rows = session.scalars(
        select(BroadcastLog).where(BroadcastLog.recorded_at >= since).order_by(BroadcastLog.id)
    ).all()
    rows = [row for row in rows if row.status == "full" or row.corrects_id is not None]
    known: set[str | None] = set()
    for start in range(0, len(rows), 500):
        keys = [_key(row.id) for row in rows[start : start + 500]]
        known |= set(session.scalars(select(Reading.key).where(Reading.key.in_(keys))))
    return [row for row in rows if _key(row.id) not in known]


def _key(line_id: int) -> str:
    return f"broadcast:{line_id}"


def _air(session: Session, world: World, line: BroadcastLog) -> int:
    _take_back(session, line)
    if line.status != "full":
        return 0
    kept = evidence.attach(
        session, world.files, CLOCK, _unit(session, line), _page(session, world, line),
        [("delivery", line.delivery_id)], origin="log",
    )  # fmt: skip
    if line.evidence_id is not None:
        evidence.link(session, session.get_one(Evidence, line.evidence_id), [("delivery", line.delivery_id)])
    entry = Entry(
        "plays", 1, "reported", min(line.started_at, clock.now()), delivery_id=line.delivery_id,
        note=_("Nhật ký phát sóng, dòng {number}").format(number=line.id), evidence_id=kept.id, key=_key(line.id),
    )  # fmt: skip
    return len(ledger.log(session, CLOCK, world.config.zone, [entry]))


def _unit(session: Session, line: BroadcastLog) -> int:
    return session.get_one(Account, line.account_id).unit_id


def _page(session: Session, world: World, line: BroadcastLog) -> File:
    """Return the line of the log as a small text file."""
    station = session.get_one(Account, line.account_id).title
    hours = " - ".join(
        at.astimezone(world.config.zone).strftime("%H:%M %d/%m/%Y") for at in (line.started_at, line.ended_at)
    )
    facts = {
        _("Nhật ký phát sóng"): station, _("Dòng số"): line.id, _("Chương trình số"): line.programme_id,
        _("Lượt phát hành số"): line.delivery_id, _("Thời gian"): hours, _("Lần phát thứ"): line.repeat_number,
        _("Tình trạng"): _("phát đủ"), _("Người trực"): line.operator,
    }  # fmt: skip
    text = "".join(f"{name}: {value}\n" for name, value in facts.items())
    return File(_("Nhật ký phát sóng, dòng {number}.txt").format(number=line.id), text.encode(), "text/plain")


def _take_back(session: Session, line: BroadcastLog) -> None:
    """Strike the play of every earlier line that this one replaces; doing it again changes nothing."""
    replaced = line.corrects_id
    while replaced is not None:
        _strike(session, Reading.key == _key(replaced), line.id)
        replaced = session.scalar(select(BroadcastLog.corrects_id).where(BroadcastLog.id == replaced))


def _strike(session: Session, wanted: Any, line_id: int) -> None:
    for reading_id in session.scalars(select(Reading.id).where(wanted, *ledger.STANDING)).all():
        ledger.strike(session, CLOCK, reading_id, _("Nhật ký phát sóng đã sửa ở dòng {n}").format(n=line_id))


def _count_programme(session: Session, world: World, programme_id: int) -> None:
    """Count a programme and its minutes as its newest lines say: the station's own, under none of the items' themes."""
    later = aliased(BroadcastLog)
    replaced = select(later.id).where(later.corrects_id == BroadcastLog.id).exists()
    rows = session.scalars(
        select(BroadcastLog).where(BroadcastLog.programme_id == programme_id, ~replaced).order_by(BroadcastLog.id)
    ).all()
    if not rows:
        return
    last = rows[-1]
    head = f"programme:{programme_id}:"
    if session.scalar(select(Reading.id).where(Reading.key == f"{head}{last.id}")) is not None:
        return
    _strike(session, Reading.key.between(head, f"{head}~"), last.id)
    aired = [row for row in rows if row.status == "full"]
    if not aired:
        return
    minutes = max(round((aired[-1].ended_at - aired[-1].started_at).total_seconds() / 60), 1)
    at = min(aired[-1].started_at, clock.now())
    note = _("Nhật ký phát sóng, chương trình {number}").format(number=programme_id)
    entries = [
        Entry(
            metric, value, "reported", at, account_id=last.account_id, measure=measure, note=note, key=f"{head}{key}"
        )
        for metric, value, measure, key in (
            ("events", 1, "chương trình", f"{last.id}"), ("minutes", minutes, "phút", f"{last.id}:minutes")
        )
    ]  # fmt: skip
    ledger.log(session, CLOCK, world.config.zone, entries)
