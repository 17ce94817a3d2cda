"""The only place that reads the time: aware UTC instants, and the office's calendar day for display."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - one replaceable reading of the clock


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _source()


@contextmanager
def reading(source: Callable[[], datetime] | datetime | None) -> Iterator[None]:
    """Let `now()` read another clock: an aware instant that stands still, or a callable; None changes nothing.

    Serves `publisher tick --at` and tests; the change holds for the whole process until the block ends.
    """
    global _source
    before = _source
    if source is not None:
        _source = source if callable(source) else lambda: source
    try:
        yield
    finally:
        _source = before


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day on which `instant` falls on the wall calendar of `zone`."""
    return instant.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) of `day` in `zone`, also where midnight itself is skipped or repeated.

    A zone that moves its clocks at midnight has days without 00:00: the wall time then maps to the first
    instant after the gap; of a repeated midnight the earlier one counts (PEP 495, fold=0).
    """
    wall = datetime.combine(day, time.min, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if local_day(instant, zone) < day:  # 00:00 does not exist: PEP 495 maps it into the day before
        instant += timedelta(hours=3)
        while local_day(instant - timedelta(minutes=15), zone) >= day:
            instant -= timedelta(minutes=15)
    return instant


def day_span(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open UTC span that covers the days `first` to `last` (inclusive) of `zone`."""
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)
