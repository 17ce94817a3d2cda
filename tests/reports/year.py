"""A generated year of an office and its truth in plain lists: 3 units, 2,000 deliveries, 200 activities.

The rows go in the way work leaves them (what landed, what failed, rehearsals, retractions, hand-overs), the numbers
through the ledger: out of order, falling, corrected, struck, missing. `Year` repeats all of it as plain Python, so that
a test can work out every total without the code under test.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from publisher import clock
from publisher.audit import CLOCK, COMMAND
from publisher.installation import Installation
from publisher.model import Account, Decision, Delivery, Post, Receipt, Rendering, Version
from publisher.reach import activities, landings, ledger
from publisher.reach.activities import Told
from publisher.reach.forms import FORMS
from publisher.reach.ledger import Entry
from tests.factories import make_unit

YEAR = 2025
CHANNELS = ("portal", "facebook", "zalo", "radio", "banner")
THEMES = ("T1", "T2", "T3", "T4", "T5", "T6", "T7")
UNITS = (("phuong-mot", "UBND phường Một"), ("phuong-hai", "UBND phường Hai"), ("so-mau", "Sở Mẫu"))
AFTER = datetime(YEAR + 1, 1, 20, 2, tzinfo=UTC)  # when the year is looked back on


@dataclass(frozen=True)
class Out:
    """A delivery; `counts` says whether it is a product of the year: out and standing."""

    id: int
    unit_id: int
    channel: str
    themes: tuple[str, ...]
    title: str
    url: str
    landed_at: datetime
    day: date
    state: str
    receipt: str  # live, handed_over, rehearsed or none

    @property
    def counts(self) -> bool:
        if self.receipt == "live":
            return self.state in {"sent", "confirmed"}
        return self.receipt == "handed_over" and self.state == "confirmed"


@dataclass(frozen=True)
class Did:
    """An activity."""

    id: int
    unit_id: int
    form: str
    channel: str
    day: date
    until: date
    themes: tuple[str, ...]
    title: str
    struck: bool = False


@dataclass(frozen=True)
class Fact:
    """One number as it was logged; `value` is the one that counts after corrections, None when it was struck."""

    order: int
    series: str  # of a running total; empty: the value adds up
    unit_id: int
    channel: str
    form: str
    themes: tuple[str, ...]
    metric: str
    measure: str
    source: str
    as_of: datetime
    day: date
    value: int | None
    delivery_id: int | None = None
    activity_id: int | None = None


@dataclass
class Year:
    """The truth of the year; ids are those of the database."""

    units: list[int]
    accounts: dict[tuple[int, str], int]
    deliveries: list[Out] = field(default_factory=list)
    activities: list[Did] = field(default_factory=list)
    readings: list[Fact] = field(default_factory=list)

    def total(self, since: date, until: date, **wanted: Any) -> int | None:
        """Add up in plain Python: `wanted` narrows by attributes of Fact, `theme` by one theme; None is no figure."""
        theme = wanted.pop("theme", None)
        found: list[int] = []
        for fact, gain in self.gains():
            right = all(getattr(fact, name) == value for name, value in wanted.items())
            if right and since <= fact.day <= until and (theme is None or theme in (fact.themes or ("",))):
                found.append(gain)
        return sum(found) if found else None

    def gains(self) -> list[tuple[Fact, int]]:
        """Return every number that stands with what it added: itself, or the step from the one before in its series."""
        last: dict[str, int] = {}
        found = []
        for fact in sorted(self.readings, key=lambda one: (one.as_of, one.order)):
            if fact.value is None:
                continue
            before = last.get(fact.series, 0) if fact.series else 0
            found.append((fact, fact.value - before))
            if fact.series:
                last[fact.series] = fact.value
        return found

    def products(self, since: date, until: date) -> list[Out]:
        """Return what went out and stands in a window."""
        return [one for one in self.deliveries if one.counts and since <= one.day <= until]

    def did(self, since: date, until: date) -> list[Did]:
        """Return the activities that stand in a window."""
        return [one for one in self.activities if not one.struck and since <= one.until <= until]


def make_year(installation: Installation, deliveries: int = 2000, held: int = 200, seed: int = 2025) -> Year:
    """Fill an installation with a year and return its truth; the same seed gives the same year."""
    chance = random.Random(seed)
    zone = installation.config.zone
    with clock.reading(AFTER):
        with installation.world.db.writing() as session:
            year = _house(session)
            _deliver(session, year, chance, zone, deliveries)
        landings.enrol(installation.world, all_of_them=True)
        with installation.world.db.writing() as session:
            _hold(session, year, chance, zone, held)
        with installation.world.db.writing() as session:
            _count(session, year, chance, zone)
    return year


def _house(session: Session) -> Year:
    units = [make_unit(session, code, name).id for code, name in UNITS]
    accounts = {}
    for unit_id in units:
        for channel in CHANNELS:
            row = Account(unit_id=unit_id, channel=channel, title=f"{channel} {unit_id}", settings={}, created_at=AFTER)
            session.add(row)
            session.flush()
            accounts[unit_id, channel] = row.id
    return Year(units, accounts)


def _day(chance: random.Random) -> date:
    return date(YEAR, 1, 1) + timedelta(days=chance.randrange(365))


def _deliver(session: Session, year: Year, chance: random.Random, zone: ZoneInfo, number: int) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {t: [] for t in (Post, Version, Decision, Rendering, Delivery, Receipt)}
    for n in range(1, number + 1):
        unit_id, channel = chance.choice(year.units), chance.choice(CHANNELS)
        themes = tuple(sorted(chance.sample(THEMES, chance.choice((0, 1, 1, 1, 2, 3)))))
        at = datetime.combine(_day(chance), time(chance.randrange(24), chance.randrange(60)), tzinfo=zone).astimezone(
            UTC
        )
        kind = "handed_over" if channel in {"radio", "banner"} else "live"
        state = "confirmed" if kind == "handed_over" else "sent"
        fate = chance.random()
        if fate < 0.03:
            state, kind = "failed", "none"
        elif fate < 0.05:
            state, kind = "sent", "rehearsed"
        elif fate < 0.08:
            state = "retracted" if kind == "live" else "sent"  # a hand-over that nobody confirmed
        out = Out(
            n, unit_id, channel, themes, f"Bài số {n}", f"https://kenh.example/{channel}/{n}" if kind == "live" else "",
            at, at.astimezone(zone).date(), state, kind,
        )  # fmt: skip
        year.deliveries.append(out)
        _rows_of(rows, out, year.accounts[unit_id, channel])
    for table, values in rows.items():
        session.execute(insert(table), values)


def _rows_of(rows: dict[Any, list[dict[str, Any]]], out: Out, account_id: int) -> None:
    n, at = out.id, out.landed_at
    rows[Post].append({
        "id": n, "unit_id": out.unit_id, "slug": f"bai-so-{n}", "title": out.title, "state": "approved", "head": 1,
        "approved": 1, "live": 1, "created_at": at, "changed_at": at, "published_at": at,
    })  # fmt: skip
    rows[Version].append({
        "id": n, "post_id": n, "number": 1, "title": out.title, "body": f"Nội dung bài {n}.",
        "themes": list(out.themes), "audiences": [], "tags": [], "images": [], "variants": {}, "checks": [],
        "sha256": f"{n:064}", "created_at": at,
    })  # fmt: skip
    rows[Decision].append({"id": n, "version_id": n, "verdict": "approved", "at": at})
    rows[Rendering].append({
        "id": n, "version_id": n, "account_id": account_id, "placement": "main", "decision_id": n,
        "sha256": f"{n:064}", "parts": [], "warnings": [], "created_at": at,
    })  # fmt: skip
    rows[Delivery].append({
        "id": n, "version_id": n, "account_id": account_id, "post_id": n, "unit_id": out.unit_id,
        "rendering_id": n, "key": f"key-{n}", "due_at": at, "state": out.state, "notes": {},
        "sent_at": None if out.receipt == "none" else at,
        "created_at": at, "changed_at": at,
    })  # fmt: skip
    if out.receipt != "none":
        rows[Receipt].append({
            "delivery_id": n, "account_id": account_id, "kind": out.receipt, "remote_id": f"{out.channel}-{n}",
            "url": out.url, "accepted_at": at, "detail": {},
        })  # fmt: skip


def _hold(session: Session, year: Year, chance: random.Random, zone: ZoneInfo, number: int) -> None:
    """Enter activities through all 38 forms in turn, some with missing numbers, a few struck again."""
    codes = list(FORMS)
    for n in range(number):
        form = FORMS[codes[n % len(codes)]]
        unit_id, day = chance.choice(year.units), _day(chance)
        until = min(day + timedelta(days=chance.choice((0, 0, 0, 2))), date(YEAR, 12, 31))
        themes = tuple(sorted(chance.sample(THEMES, chance.choice((0, 1, 1, 2)))))
        numbers = {name: chance.randrange(1, 500) for name in form.metrics if chance.random() < 0.7}
        numbers.pop("on_time", None), numbers.pop("satisfied", None)
        source = chance.choice(("reported", "reported", "estimated"))
        told = Told(form.code, day, f"Hoạt động {n}", until, themes=themes, numbers=numbers, source=source)
        row = activities.enter(session, COMMAND, zone, unit_id, told)
        did = Did(row.id, unit_id, form.code, form.channel, day, until, themes, told.title)
        as_of = ledger.end_of(until, zone)
        measures = {name: unit for name, _title, unit in activities.number_titles(form.code)}
        struck = chance.random() < 0.04
        for name in form.metrics:
            if name in {"events", *numbers}:
                value = numbers.get(name, 1)
                level = name == "tthc_listed"
                series = f"u{unit_id}:{form.code}/{name}" if level else ""
                if name in {"views", "reach", "clicks", "reactions", "comments", "shares"}:
                    series = f"a{row.id}/{name}"
                year.readings.append(
                    Fact(
                        len(year.readings), series, unit_id, form.channel, form.code, () if level else themes, name,
                        measures[name], source, as_of, until, None if struck else value, activity_id=row.id,
                    )
                )  # fmt: skip
        if struck:
            activities.strike(session, COMMAND, row, "Nhập nhầm đơn vị")
            did = replace(did, struck=True)
        year.activities.append(did)


def _count(session: Session, year: Year, chance: random.Random, zone: ZoneInfo) -> None:
    """Log numbers of deliveries and accounts out of order; correct and strike some."""
    planned: list[tuple[Entry, Out | None, str]] = []
    for out in year.deliveries:
        planned += [(entry, out, channel) for entry, channel in _of_delivery(out, chance)]
    for (_unit_id, channel), account_id in year.accounts.items():
        if channel in {"facebook", "zalo"}:
            value = chance.randrange(500, 5000)
            for month in range(1, 13):
                value += chance.randrange(-50, 200)
                at = datetime(YEAR, month, 20, 3, tzinfo=UTC)
                planned.append((Entry("followers", value, "measured", at, account_id=account_id), None, channel))
    chance.shuffle(planned)
    for entry, out, channel in planned:
        row = ledger.log(session, CLOCK, zone, [entry])[0]
        value: int | None = entry.value
        for _again in range(2):
            if chance.random() < 0.03 and value is not None:
                value += chance.randrange(1, 40)
                ledger.correct(session, COMMAND, row.id, value, "Đếm lại theo biên bản")
        if chance.random() < 0.01:
            value = None
            ledger.strike(session, COMMAND, row.id, "Số của bài khác")
        subject = f"c{entry.account_id}" if out is None else f"d{out.id}"
        series = "" if entry.metric in {"plays", "minutes"} else f"{subject}/{entry.metric}"
        year.readings.append(
            Fact(
                len(year.readings), series, row.unit_id, channel, "", out.themes if out else (), entry.metric,
                row.measure, entry.source, entry.as_of, entry.as_of.astimezone(zone).date(), value,
                delivery_id=out.id if out else None,
            )
        )  # fmt: skip


_METRICS = {
    "portal": ("views",),
    "facebook": ("views", "reach", "reactions", "comments", "shares"),
    "zalo": ("views", "shares"),
}


def _of_delivery(out: Out, chance: random.Random) -> list[tuple[Entry, str]]:
    found: list[tuple[Entry, str]] = []
    if out.receipt in {"none", "rehearsed"} or out.landed_at.year < YEAR:
        return found
    if out.channel == "radio":
        for play in range(chance.randrange(4)):
            at = out.landed_at + timedelta(days=play)
            found.append((Entry("plays", 1, "reported", at, delivery_id=out.id), out.channel))
            found.append((Entry("minutes", chance.randrange(5, 16), "reported", at, delivery_id=out.id), out.channel))
    for metric in _METRICS.get(out.channel, ()):
        value = chance.randrange(20, 400)
        for days in (1, 7, 30):
            if chance.random() < 0.25:
                continue  # nobody asked, or the outlet did not tell
            at = out.landed_at + timedelta(days=days, minutes=chance.randrange(60))
            if at < AFTER:
                found.append((Entry(metric, value, "measured", at, delivery_id=out.id), out.channel))
            value = max(value + chance.randrange(-20, 300), 0)
    return found
