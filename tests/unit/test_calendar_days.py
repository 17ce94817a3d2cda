"""Ten thousand random instants: every view of the calendar puts a delivery on the same, right day."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from publisher import clock
from publisher.calendar import by_day, entries, month_days, week_days
from publisher.clock import day_span, day_start, local_day
from publisher.config import Config
from publisher.installation import open_installation
from publisher.model import Delivery, Page, Post, Rendering, Version
from tests.factories import Office, make_office

ZONES = ("Asia/Ho_Chi_Minh", "America/Santiago")  # Santiago has daylight saving and changes at midnight
INSTANTS = 10_000


def instants(zone: ZoneInfo) -> list[datetime]:
    """Random moments of 2023–2027, half of them at the edges: small hours, month and year ends, clock changes."""
    chance = random.Random(76)
    found = []
    while len(found) < INSTANTS // 2:
        found.append(datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(5 * 365 * 86400)))
    edges = [date(2023, 1, 1) + timedelta(days=n) for n in range(5 * 365)]
    ends = [day for day in edges if (day + timedelta(days=1)).month != day.month]
    changes = [
        day for day in edges if day_start(day + timedelta(days=1), zone) - day_start(day, zone) != timedelta(days=1)
    ]
    while len(found) < INSTANTS:
        day = chance.choice(chance.choice((edges, ends, changes or ends)))
        wall = datetime(day.year, day.month, day.day, tzinfo=zone)
        found.append(wall.astimezone(UTC) + timedelta(minutes=chance.choice((-30, -1, 0, 1, 59, 299, 419))))
    return found


@pytest.fixture(scope="module", params=ZONES)
def filled(
    request: pytest.FixtureRequest, prepared_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, ZoneInfo, dict[int, datetime]]]:
    """An office of that zone with a delivery at each instant; what is right is worked out by zoneinfo alone."""
    import shutil

    home = tmp_path_factory.mktemp("days") / "home"
    shutil.copytree(prepared_home, home)
    installation = open_installation(Config(home=home, timezone=request.param))
    office = make_office(installation)
    post_id = office.published()
    zone = installation.config.zone
    moments = instants(zone)
    with office.writing() as session:
        version_id = session.scalars(select(Version.id)).one()
        rendering_id = session.scalars(select(Rendering.id)).one()
        session.execute(
            insert(Delivery),
            [
                {
                    "version_id": version_id, "account_id": office.account_id, "post_id": post_id,
                    "unit_id": office.unit_id,
                    "placement": f"p{n}", "rendering_id": rendering_id, "key": f"key{n}", "due_at": moment,
                    "wake_at": moment, "notes": {}, "created_at": clock.now(), "changed_at": clock.now(),
                }
                for n, moment in enumerate(moments)
            ],
        )  # fmt: skip
    with office.reading() as session:
        due = {row.id: row.due_at for row in session.execute(select(Delivery.id, Delivery.due_at))}
    assert len(due) > INSTANTS
    yield office, zone, due
    installation.close()


def right_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def shown(office: Office, zone: ZoneInfo, first: date, last: date) -> dict[int, date]:
    """Which delivery the calendar puts on which day, asked for the days `first` to `last`."""
    with office.reading() as session:
        found = by_day(entries(session, zone, first, last, {office.unit_id}))
    return {entry.id: day for day, there in found.items() for entry in there if entry.kind == "delivery"}


def test_month_week_and_list_put_every_delivery_on_the_same_right_day(
    filled: tuple[Office, ZoneInfo, dict[int, datetime]],
) -> None:
    office, zone, due = filled
    expected = {number: right_day(moment, zone) for number, moment in due.items()}
    days = sorted(set(expected.values()))
    months = {(day.year, day.month): month_days(day.year, day.month) for day in days}
    by_month: dict[int, date] = {}
    for (year, month), sheet in months.items():
        on_sheet = shown(office, zone, sheet[0], sheet[-1])
        by_month |= {number: day for number, day in on_sheet.items() if (day.year, day.month) == (year, month)}
    by_week: dict[int, date] = {}
    for monday in {week_days(day)[0] for day in days}:
        by_week |= shown(office, zone, monday, monday + timedelta(days=6))
    listed = [shown(office, zone, day, day) for day in days]
    assert by_month == expected
    assert by_week == expected
    assert {number: day for there in listed for number, day in there.items()} == expected
    assert sum(map(len, listed)) == len(expected), "no delivery stands on two days"


def test_feeds_write_the_same_day_as_the_calendar(filled: tuple[Office, ZoneInfo, dict[int, datetime]]) -> None:
    from flask import Flask

    from publisher.web import look
    from publisher.web.app import create_app

    office, zone, due = filled
    app: Flask = create_app(office.installation)
    with app.app_context():
        for moment in due.values():
            written = datetime.fromisoformat(look.iso(moment))
            assert written == moment.replace(microsecond=0)
            assert written.date() == right_day(moment, zone)
            assert look.day(moment) == right_day(moment, zone).strftime("%d/%m/%Y")


def test_the_public_feed_shows_a_page_of_the_small_hours_on_its_local_day(
    filled: tuple[Office, ZoneInfo, dict[int, datetime]],
) -> None:
    import feedparser

    from tests.conftest import web_app

    office, zone, due = filled
    visitor = web_app(office.installation).test_client()
    for moment in random.Random(1).sample(sorted(due.values()), 100):
        with office.writing() as session:
            page = session.scalars(select(Page)).one()
            page.published_at = page.changed_at = moment
            session.get_one(Post, page.post_id).published_at = moment
        entry = feedparser.parse(visitor.get("/feed.atom").data).entries[0]
        assert datetime.fromisoformat(entry.published).astimezone(zone).date() == right_day(moment, zone)
        assert entry.published[:10] == right_day(moment, zone).isoformat()


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.integers(631152000, 2840140800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from([*ZONES, "Asia/Beirut", "Africa/Cairo", "America/Havana"]),
)
def test_a_day_spans_exactly_the_instants_that_fall_on_it(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    day = local_day(moment, zone)
    start, end = day_span(day, day, zone)
    assert start <= moment < end
    assert local_day(start, zone) == day and local_day(start - timedelta(seconds=1), zone) < day
    assert local_day(end, zone) > day
