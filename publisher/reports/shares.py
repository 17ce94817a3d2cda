"""What each theme and each form of publicity has: items and what they reached, for each unit by itself."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from publisher.reach import coverage
from publisher.reach.activities import held
from publisher.reach.figures import Figure as Total
from publisher.reach.figures import totals
from publisher.reach.forms import FORMS
from publisher.reach.products import Count, landed
from publisher.reports.content import Share
from publisher.reports.figures import Span
from publisher.words import _, mark
from schedules.plan_file.words import CHANNELS

# What was reached, each kind by itself: the metric, and what its number is called.
SHOWN = (("views", mark("lượt xem")), ("plays", mark("lượt phát")), ("attendees", mark("lượt người tham dự")))
_METRICS = tuple(name for name, _called in SHOWN)
Cells = dict[tuple[int, str], tuple[tuple[str, int], ...]]


def themes(session: Session, zone: ZoneInfo, units: Collection[int], span: Span) -> dict[int, tuple[Share, ...]]:
    """Return each unit's shares by theme; an item of two themes counts under each: 4 queries."""
    days = (span.since, span.until)
    counts = _tally(landed(session, zone, units, *days, by=("unit", "theme")), "theme")
    _tally(held(session, units, *days, by=("unit", "theme")), "theme", counts)
    rows = totals(session, units, *days, by=("unit", "theme"), metrics=_METRICS)
    measures = _measures(rows, [(row, row.theme or "") for row in rows])
    titles = [*coverage.themes_of(session, span.until), ("", _("Chưa gắn nội dung"))]
    return {
        unit: tuple(
            Share(code, title, counts.get((unit, code), 0), measures.get((unit, code), ()))
            for code, title in titles
            if code or counts.get((unit, code))
        )
        for unit in units
    }


def forms(session: Session, zone: ZoneInfo, units: Collection[int], span: Span) -> dict[int, tuple[Share, ...]]:
    """Return each unit's shares by channel and by form of publicity, only those in use: 3 queries."""
    days = (span.since, span.until)
    counts = _tally(landed(session, zone, units, *days, by=("unit", "channel")), "channel")
    by_form = _tally(held(session, units, *days, by=("unit", "form")), "form")
    rows = totals(session, units, *days, by=("unit", "channel", "form"), metrics=_METRICS)
    of_channels = _measures(rows, [(row, row.channel or "") for row in rows if not row.form])
    of_forms = _measures(rows, [(row, row.form or "") for row in rows if row.form])
    found: dict[int, list[Share]] = {unit: [] for unit in units}
    for (unit, code), items in counts.items():
        found[unit].append(Share(code, channel_title(code), items, of_channels.get((unit, code), ())))
    for (unit, code), items in by_form.items():
        found[unit].append(Share(f"form:{code}", FORMS[code].title, items, of_forms.get((unit, code), ())))
    return {unit: tuple(shares) for unit, shares in found.items()}


def channel_title(name: str) -> str:
    """Return a channel's name as plans call it."""
    return CHANNELS.get(name, name)


def _tally(
    counts: Iterable[Count], dim: str, onto: dict[tuple[int, str], int] | None = None
) -> dict[tuple[int, str], int]:
    found = {} if onto is None else onto
    for count in counts:
        key = (count.unit_id or 0, str(getattr(count, dim) or ""))
        found[key] = found.get(key, 0) + count.number
    return found


def _measures(rows: Sequence[Total], keyed: Iterable[tuple[Total, str]]) -> Cells:
    """Return what was reached by unit and code; samples only of what nobody counted for real."""
    real = {row.metric for row in rows if row.source != "sample"}
    sums: dict[tuple[int, str], dict[str, int]] = {}
    for row, code in keyed:
        if row.source == "sample" and row.metric in real:
            continue
        mine = sums.setdefault((row.unit_id or 0, code), {})
        mine[row.metric] = mine.get(row.metric, 0) + row.value
    return {key: tuple((_(called), mine[name]) for name, called in SHOWN if name in mine) for key, mine in sums.items()}


def added(parts: Iterable[Sequence[Share]], *, by_items: bool = False) -> tuple[Share, ...]:
    """Return the shares of several units as one, line by line, unlike units of count apart."""
    found: dict[str, Share] = {}
    for shares in parts:
        for share in shares:
            mine = found.get(share.code, Share(share.code, share.title, 0))
            measures = dict(mine.measures)
            for name, value in share.measures:
                measures[name] = measures.get(name, 0) + value
            found[share.code] = replace(mine, items=mine.items + share.items, measures=tuple(measures.items()))
    ordered = sorted(found.values(), key=lambda one: (-one.items, one.title)) if by_items else found.values()
    return tuple(ordered)
