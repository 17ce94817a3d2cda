"""`python -m tests bench reach [readings]`: a quarter by theme, channel and unit out of millions of readings.

Beside the sums that triggers keep stands the raw ledger, scanned as it is: by what each reading gained, and worked out
anew from the values. All must be equal to the digit. Times are the best of three with a warm cache.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from publisher.audit import CLOCK
from publisher.config import Config
from publisher.installation import Installation, open_installation
from publisher.model import Reading
from publisher.reach import ledger, sums
from publisher.reach.figures import Figure, totals
from publisher.reach.ledger import Entry
from tests.factories import make_unit
from tests.provision import postgres

UNITS = 50
WINDOWS = {
    "quarter of NĐ 09 (15/6-14/9)": (date(2025, 6, 15), date(2025, 9, 14)),
    "calendar quarter": (date(2025, 4, 1), date(2025, 6, 30)),
    "odd window (3/2-2/5)": (date(2025, 2, 3), date(2025, 5, 2)),
    "year": (date(2025, 1, 1), date(2025, 12, 31)),
}
# Series of ten readings over the year, one in two metrics, spread over units, channels and twelve sets of themes.
_ROWS = """
INSERT INTO reading (unit_id, metric, value, measure, source, as_of, day, channel, form, themes, series, gain,
                     recorded_at, note, struck)
SELECT 1 + s % 50, CASE WHEN s % 2 = 0 THEN 'views' ELSE 'reactions' END, (k + 1) * (7 + s % 90), 'lượt', 'measured',
       {at}, {day}, substr('portalfacebzalo..radio.banner', 1 + 6 * ((s / 50) % 5), 6), '',
       CASE (s / 250) % 12 WHEN 7 THEN 'T1,T2' WHEN 8 THEN 'T2,T6' WHEN 9 THEN 'T4,T7' WHEN 10 THEN 'T5' WHEN 11 THEN ''
            ELSE 'T' || (1 + (s / 250) % 12) END,
       'b' || s, 7 + s % 90, {at}, '', {no}
FROM ({numbers}) AS n
"""
_SQLITE = {
    "at": "datetime('2025-01-01 05:00:00', '+' || (s / 3000 % 36 + 36 * k) || ' days') || '.000000'",
    "day": "date('2025-01-01', '+' || (s / 3000 % 36 + 36 * k) || ' days')",
    "numbers": "WITH RECURSIVE c(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {last}) "
    "SELECT i / 10 AS s, i % 10 AS k FROM c",
    "no": "0",
}
_POSTGRES = {
    "at": "timestamptz '2025-01-01 05:00:00+00' + make_interval(days => (s / 3000 % 36 + 36 * k)::int)",
    "day": "date '2025-01-01' + (s / 3000 % 36 + 36 * k)::int",
    "numbers": "SELECT i / 10 AS s, i % 10 AS k FROM generate_series({first}, {last} - 1) AS i",
    "no": "false",
}
STEP = 500_000


def fill(installation: Installation, count: int) -> None:
    """Write the readings in bulk, with the triggers at rest."""
    db = installation.world.db
    with db.writing() as session:
        for number in range(UNITS):
            make_unit(session, f"don-vi-{number}", f"Đơn vị {number}")
    parts = _SQLITE if db.sqlite else _POSTGRES
    with at_rest(installation):
        for first in range(0, count, STEP):
            numbers = parts["numbers"].format(first=first, last=min(first + STEP, count))
            with db.writing() as session:
                sql = _ROWS.format(**{**parts, "numbers": numbers})
                session.connection().exec_driver_sql(sql.replace("%", "%%") if not db.sqlite else sql)
    with db.writing() as session:
        session.execute(text("ANALYZE"))


@contextmanager
def at_rest(installation: Installation) -> Iterator[None]:
    """Load without the triggers, and put them back."""
    with installation.world.db.writing() as session:
        if installation.world.db.sqlite:
            stored = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'sum_reading'"))
            session.execute(text("DROP TRIGGER sum_reading"))
        else:
            session.execute(text("ALTER TABLE reading DISABLE TRIGGER sum_reading"))
    yield
    with installation.world.db.writing() as session:
        if installation.world.db.sqlite:
            session.connection().exec_driver_sql(stored)
        else:
            session.execute(text("ALTER TABLE reading ENABLE TRIGGER sum_reading"))


def timed(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return the shortest of some runs in ms, and the result."""
    best, found = 1e9, None
    for _turn in range(times):
        start = time.perf_counter()
        found = work()
        best = min(best, (time.perf_counter() - start) * 1000)
    return best, found


_BY = (Reading.unit_id, Reading.channel, Reading.themes, Reading.metric)


def raw(session: Session, since: date, until: date) -> dict[tuple[Any, ...], int]:
    """Add up what each reading of a window gained, from the ledger itself."""
    query = select(*_BY, func.sum(Reading.gain)).where(Reading.day.between(since, until)).group_by(*_BY)
    return {tuple(row[:-1]): int(row[-1]) for row in session.execute(query)}


def anew(session: Session, since: date, until: date) -> dict[tuple[Any, ...], int]:
    """Work the gains out from the values, as the check does."""
    rows = sums.counted()
    groups = [rows.c[column.key] for column in _BY]
    query = select(*groups, func.sum(rows.c.gain)).where(rows.c.day.between(since, until)).group_by(*groups)
    return {tuple(row[:-1]): int(row[-1]) for row in session.execute(query)}


def by_theme(cells: dict[tuple[Any, ...], int]) -> dict[tuple[Any, ...], int]:
    """Spread sets of themes, as reports show them."""
    found: dict[tuple[Any, ...], int] = {}
    for (unit, channel, themes, metric), value in cells.items():
        for theme in themes.split(","):
            key = (unit, channel, theme, metric)
            found[key] = found.get(key, 0) + value
    return found


def as_cells(found: list[Figure]) -> dict[tuple[Any, ...], int]:
    return {(one.unit_id, one.channel, one.theme, one.metric): one.value for one in found}


def measure(installation: Installation, count: int) -> None:
    """Fill, make the sums, and print a table."""
    db = installation.world.db
    name = "SQLite" if db.sqlite else "PostgreSQL"
    start = time.perf_counter()
    fill(installation, count)
    filled = time.perf_counter() - start
    start = time.perf_counter()
    with db.writing() as session:
        days, halves = sums.rebuild(session, CLOCK)
    print(f"\n{name}: {count:,} readings in {filled:.0f} s; sums made anew in {time.perf_counter() - start:.1f} s "
          f"({days:,} cells by day, {halves:,} by half month)\n")  # fmt: skip
    print("| by theme x channel x unit | figures | sums, ms | ledger scanned, ms | worked out anew, ms | equal |")
    print("|---|---|---|---|---|---|")
    units = range(1, UNITS + 1)
    with db.reading() as session:
        for title, (since, until) in WINDOWS.items():
            ours, found = timed(lambda: totals(session, units, since, until, ("theme", "channel", "unit")))  # noqa: B023 - run at once
            scanned, cells = timed(lambda: raw(session, since, until), 1)  # noqa: B023 - run at once
            slow, again = timed(lambda: anew(session, since, until), 1)  # noqa: B023 - run at once
            equal = as_cells(found) == by_theme(cells) == by_theme(again)
            print(
                f"| {title} | {len(found):,} | {ours:.0f} | {scanned:,.0f} | {slow:,.0f} | {'yes' if equal else 'NO'} |"
            )
    print(f"\nlogging one by one, triggers at work: {logging(installation):,.0f} readings/s; "
          f"differences afterwards: {differences(installation)}")  # fmt: skip


def logging(installation: Installation, number: int = 2000) -> float:
    """Return how many readings a second the ledger takes in transactions of a hundred."""
    zone, start = installation.config.zone, time.perf_counter()
    for batch in range(number // 100):
        with installation.world.db.writing() as session:
            entries = [
                Entry("views", 5 + batch, "measured", sums_day(batch), unit_id=1 + n % UNITS, form="portal")
                for n in range(100)
            ]
            ledger.log(session, CLOCK, zone, entries)
    return number / (time.perf_counter() - start)


def sums_day(batch: int) -> Any:
    from datetime import UTC, datetime

    return datetime(2025, 3, 1, 5, tzinfo=UTC) + timedelta(days=batch)


def differences(installation: Installation) -> int:
    """Compare every cell of the sums with the ledger."""
    with installation.world.db.reading() as session:
        return len(sums.differences(session))


def main(count: int = 5_000_000) -> None:
    """Run on SQLite and, where there is one, on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        installation = open_installation(Config(home=Path(folder) / "sqlite"))
        measure(installation, count)
        installation.close()
        if postgres.find(os.environ).place:
            server = stack.enter_context(postgres.open_server(os.environ))
            url = server.create_database()
            installation = open_installation(Config(home=Path(folder) / "postgres", database_url=url))
            measure(installation, count)
            installation.close()
            server.drop_database(url)
