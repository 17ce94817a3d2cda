"""Alerts by mail: each new problem once, again every day while it lasts, and once more when it is settled."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import clock
from publisher.delivery.jobs import Job
from publisher.delivery.outlets import World
from publisher.model import Alert, Audit, Mail
from publisher.operations import letters
from publisher.operations.findings import MOST, Finding, new_deliveries, others, settled_deliveries
from publisher.operations.mail import send_waiting
from publisher.operations.recipients import AddressBook
from publisher.operations.tally import advance
from publisher.words import mark

log = structlog.get_logger("publisher.alerts")

AGAIN = timedelta(hours=24)
CALM = 6  # rounds of letters an hour that go out at once; in a storm one every `SPACING`
SPACING = timedelta(minutes=10)


@dataclass
class News:
    """What a pass has to tell: new problems, those that still last after a day, those that are settled."""

    new: list[Finding] = field(default_factory=list)
    lasting: list[Alert] = field(default_factory=list)
    settled: list[Alert] = field(default_factory=list)
    fresh: dict[str, Finding] = field(default_factory=dict)  # what lasts, as it stands today

    def __bool__(self) -> bool:
        return bool(self.new or self.lasting or self.settled)


def watch_job(jobs: Callable[[], Sequence[Job]]) -> Job:
    """Return the clock job that watches all `jobs` (itself among them, hence the call) and tells people."""

    def run(world: World) -> str:
        advance(world)
        told = tell(world, jobs())
        sent, failed = send_waiting(world)
        return f"told={told} sent={sent} failed={failed}"

    return Job("alerts", mark("Cảnh báo qua thư"), 60, 600, run)


def tell(world: World, jobs: Sequence[Job]) -> int:
    """Write letters about what is new; return how many. Nothing without a mail server: the inbox shows the same."""
    if not world.config.smtp_url:
        return 0
    now = clock.now()
    with world.db.reading() as session:
        news = _news(session, world, jobs, now)
        if not news or not _may_write(session, now):
            return 0
    try:
        with world.db.writing() as session:
            return _write(session, world, news, now)
    except IntegrityError:
        # Another process found the same problem in the same minute: it tells, and the rest comes with the next pass.
        log.info("alerts.elsewhere")
        return 0


def _may_write(session: Session, now: datetime) -> bool:
    rounds = select(Mail.made_at).where(Mail.made_at > now - timedelta(hours=1)).distinct().subquery()
    number, last = session.execute(select(func.count(), func.max(rounds.c.made_at))).one()
    return bool(number < CALM or last <= now - SPACING)


def _news(session: Session, world: World, jobs: Sequence[Job], now: datetime) -> News:
    first_act = session.scalar(select(Audit.at).order_by(Audit.id).limit(1))
    found = {one.key: one for one in others(session, world, jobs, now, first_act or now)}
    to_repeat = {key for key, one in found.items() if not one.quiet}
    alerts = session.scalars(select(Alert).where(Alert.settled_at.is_(None), Alert.delivery_id.is_(None)))
    open_now = {alert.key: alert for alert in alerts}
    settled = settled_deliveries(session, now)
    gone = {alert.id for alert in settled}
    lasting = session.scalars(
        select(Alert).where(Alert.settled_at.is_(None), Alert.told_at <= now - AGAIN).order_by(Alert.id).limit(MOST)
    )
    return News(
        new=[*(one for key, one in found.items() if key not in open_now), *new_deliveries(session, now)],
        lasting=[one for one in lasting if one.id not in gone and (one.delivery_id or one.key in to_repeat)],
        settled=[*(alert for key, alert in open_now.items() if key not in found), *settled],
        fresh=found,
    )


def _write(session: Session, world: World, news: News, now: datetime) -> int:
    """Note what is told and queue the letters, in one transaction: told and queued, or neither."""
    settled = [one for one in news.settled if _claimed(session, one, Alert.settled_at.is_(None), settled_at=now)]
    lasting = [one for one in news.lasting if _claimed(session, one, Alert.told_at == one.told_at, told_at=now)]
    session.add_all(
        Alert(
            key=one.key, kind=one.kind, delivery_id=one.delivery_id, unit_id=one.unit_id, title=one.title,
            place=one.place, reason=one.reason, since=one.since, told_at=now,
        )
        for one in news.new
    )  # fmt: skip
    session.flush()
    still = [news.fresh.get(one.key, one) for one in lasting]
    book = AddressBook(session, world.config)
    mails = [
        Mail(recipient=address, subject=subject, body=body, made_at=now, next_at=now)
        for address, (subject, body) in sorted(_letters(world, book, news.new, still, _done(news.new, settled)))
    ]
    session.add_all(mails)
    return len(mails)


def _claimed(session: Session, alert: Alert, still: object, **values: datetime) -> bool:
    """Change the alert if no other process did meanwhile; return whether it is ours to tell."""
    done = session.execute(
        update(Alert).where(Alert.id == alert.id, Alert.settled_at.is_(None), still).values(**values)  # type: ignore[arg-type]  # a column expression
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def _done(new: Sequence[Finding], settled: Iterable[Alert]) -> list[Alert]:
    """Leave out what only changed its kind: a delivery that is now told of as failed is not settled."""
    still = {one.delivery_id for one in new if one.delivery_id is not None}
    return [alert for alert in settled if alert.delivery_id is None or alert.delivery_id not in still]


def _letters(
    world: World, book: AddressBook, new: Sequence[Finding], lasting: Sequence[letters.Told], settled: Sequence[Alert]
) -> list[tuple[str, tuple[str, str]]]:
    """Return one letter an address: everything of this round that concerns it."""
    share: dict[str, letters.Share] = defaultdict(letters.Share)
    for part, ones in (("new", new), ("lasting", lasting), ("settled", settled)):
        for one in ones:
            for address in book.of(one.kind, one.unit_id):
                getattr(share[address], part).append(one)
    return [(address, letters.write(world.config, what)) for address, what in share.items()]
