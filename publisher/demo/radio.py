"""A sample station: three weekly slots, this morning's programme read and logged, this afternoon's to be pulled."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from publisher import accounts, clock
from publisher.audit import COMMAND, acting
from publisher.delivery.drain import tick
from publisher.demo.people import Cast
from publisher.editorial import drafting, review, scheduling
from publisher.editorial.content import Content
from publisher.installation import Installation
from publisher.model import Account
from publisher.radio import logbook, programmes, pulling, stations
from publisher.radio.logbook import Said

SETTINGS = {
    "station": "Đài truyền thanh phường An Mẫu",
    "credits": "Biên tập: Nguyễn Văn Mẫu; phát thanh viên: Lê Văn Mẫu; kỹ thuật: Phạm Thị Mẫu.",
    "quiet": "22:00-05:00",
}
SLOTS = (
    ("phát thanh buổi sáng", "05:15", 15),
    ("phát thanh trưa", "11:00", 10),
    ("phát thanh buổi chiều", "16:45", 15),
)
# Which sample posts are read when; the slogan of a post closes it.
READ = {"05:15": ("P02", "P11"), "16:45": ("P01", "P03", "P04")}


def add_station(installation: Installation, cast: Cast, contents: Mapping[str, Content], zone: ZoneInfo) -> None:
    """Store the station of the sample ward, its slots and today's programmes; `contents` by the posts' keys."""
    world, now = installation.world, clock.now()
    today = clock.local_day(now, zone)
    with clock.reading(now - timedelta(weeks=4)), world.db.writing() as session:
        unit = session.merge(cast.units["phuong-an-mau"])
        account = accounts.add(session, world, COMMAND, unit, "radio", "Đài phường An Mẫu", SETTINGS)
        administrator = session.merge(cast.people["administrator"])
        for title, starts, minutes in SLOTS:
            stations.add_slot(session, administrator, account, title, range(7), time.fromisoformat(starts), minutes)
        account_id = account.id
    with (
        clock.reading(datetime.combine(today - timedelta(days=1), time(9), tzinfo=zone)),
        world.db.writing() as session,
    ):
        for at, keys in READ.items():
            due_at = datetime.combine(today, time.fromisoformat(at), tzinfo=zone)
            for key in keys:
                _approved(session, installation, cast, account_id, contents[key], due_at)
    for at in READ:
        due_at = datetime.combine(today, time.fromisoformat(at), tzinfo=zone)
        if due_at <= now:
            with clock.reading(due_at):
                tick(world)
    _morning(installation, cast, account_id, today, zone, now)


def _approved(
    session: Session, installation: Installation, cast: Cast, account_id: int, text: Content, due_at: datetime
) -> None:
    editor, approver = session.merge(cast.people["editor"]), session.merge(cast.people["approver"])
    unit = session.merge(cast.units["phuong-an-mau"])
    post = drafting.draft(session, editor, acting(editor), unit, text)
    scheduling.place(session, editor, post, post.revision, [(account_id, due_at)])
    review.submit(session, editor, post, post.revision)
    review.approve(session, installation.world, approver, post, post.revision, installation.config.public_url)


def _morning(
    installation: Installation, cast: Cast, account_id: int, today: date, zone: ZoneInfo, now: datetime
) -> None:
    """Let the station pull this morning's programme and, once it is over, say that it was read to its end."""
    world = installation.world
    starts = datetime.combine(today, time(5, 15), tzinfo=zone)
    person = cast.people["station"]
    with clock.reading(starts - timedelta(minutes=25)), world.db.writing() as session:
        account = session.get_one(Account, account_id)
        planned = programmes.span(session, world, account, today, today).programmes[0]
        pulling.pull(session, world, acting(person), account, planned, "browser")
    if now < planned.ends_at:
        return
    with clock.reading(planned.ends_at), world.db.writing() as session:
        account = session.get_one(Account, account_id)
        said = Said("full", starts, starts + timedelta(seconds=planned.seconds))
        standing = pulling.standings(session, [planned])[planned.key]
        logbook.log_back(session, world, acting(person), account, planned, standing, said)
