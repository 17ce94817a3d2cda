"""Stations for tests: a radio account with weekly slots, and approved posts that it reads."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from publisher import accounts, clock
from publisher.audit import COMMAND
from publisher.model import Account, BroadcastSlot, Post, Unit
from publisher.radio import programmes, pulling
from publisher.radio.programmes import Planned
from tests.factories import Office

SETTINGS = {"station": "Đài truyền thanh phường Mẫu", "credits": "Biên tập: Nguyễn Văn Mẫu."}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SATURDAY = date(2026, 11, 21)
EVERY_DAY = range(7)


def local(day: date, at: str) -> datetime:
    """An instant by the office's wall clock."""
    return datetime.combine(day, time.fromisoformat(at), ZONE).astimezone(UTC)


class Waves:
    """A station of an office: its account, its slots, what people do for it."""

    def __init__(
        self, office: Office, name: str = "Đài phường Mẫu", unit_id: int | None = None, **settings: str
    ) -> None:
        self.office = office
        self.world = office.world
        with office.writing() as session:
            unit = session.get_one(Unit, unit_id or office.unit_id)
            values = {**SETTINGS, **settings}
            self.account_id = accounts.add(session, self.world, COMMAND, unit, "radio", name, values).id

    def slot(
        self, starts: str = "05:15", minutes: int = 15, title: str = "phát thanh buổi sáng", days: Any = EVERY_DAY
    ) -> int:
        """Add a weekly slot; created long ago as far as the tests' days are concerned."""
        with self.office.writing() as session:
            row = BroadcastSlot(
                account_id=self.account_id, title=title, days=list(days), starts=starts, minutes=minutes,
                created_at=clock.now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.id

    def approved(self, title: str, due_at: datetime, body: str = "", **text: Any) -> int:
        """An approved post for this station alone; returns the post's id."""
        return approved(self.office, self.account_id, title, due_at, body, **text)

    def account(self, session: Session) -> Account:
        return session.get_one(Account, self.account_id)

    def day(self, day: date) -> list[Planned]:
        """The programmes of a day as they stand now."""
        with self.office.reading() as session:
            return list(programmes.span(session, self.world, self.account(session), day, day).programmes)

    def pull(self, key: str, way: str = "command") -> tuple[Any, pulling.Standing]:
        with self.office.writing() as session:
            account = self.account(session)
            planned = programmes.programme(session, self.world, account, key)
            return pulling.pull(session, self.world, COMMAND, account, planned, way)

    def act(self, role: str, verb: Callable[..., Any], *values: Any) -> Any:
        """Do `verb(session, person, account, *values)` as the office's person of a role."""
        with self.office.writing() as session:
            return verb(session, self.office.person(session, role), self.account(session), *values)


def approved(office: Office, account_id: int, title: str, due_at: datetime, body: str = "", **text: Any) -> int:
    """An approved post for one account alone; returns the post's id."""
    from publisher.editorial import scheduling

    post_id = office.draft(title, body=body or f"{title}. Mời bà con đến Bộ phận Một cửa.", **text)
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        scheduling.place(session, office.person(session, "editor"), post, post.revision, [(account_id, due_at)])
    office.submit(post_id)
    office.approve(post_id)
    return post_id


@contextmanager
def on(day: date, at: str) -> Any:
    """Let it be this time of this day by the office's clock."""
    with clock.reading(local(day, at)):
        yield


def tomorrow(at: str = "05:20") -> datetime:
    """An instant of tomorrow by the office's wall clock."""
    day = clock.now().astimezone(ZONE).date() + timedelta(days=1)
    return local(day, at)
