"""A generated year: every figure equals what plain Python makes of the same numbers, on both databases."""

import random
from collections import Counter
from datetime import date, timedelta

from publisher.installation import Installation
from publisher.reach.activities import activities, held
from publisher.reach.figures import totals
from publisher.reach.products import landed, products
from publisher.reach.sums import differences
from tests.reports.year import YEAR, Year, make_year

WINDOWS = {
    "year": (date(YEAR, 1, 1), date(YEAR, 12, 31)),
    "quarter of the calendar": (date(YEAR, 4, 1), date(YEAR, 6, 30)),
    "quarter of NĐ 09": (date(YEAR, 6, 15), date(YEAR, 9, 14)),
    "up to the day before an odd due date": (date(YEAR, 2, 3), date(YEAR, 6, 2)),
    "within one half month": (date(YEAR, 3, 16), date(YEAR, 3, 21)),
    "a day": (date(YEAR, 5, 14), date(YEAR, 5, 14)),
}


def test_every_figure_of_a_generated_year_equals_plain_sums(either_installation: Installation) -> None:
    year = make_year(either_installation)
    zone = either_installation.config.zone
    with either_installation.world.db.reading() as session:
        assert differences(session) == []
        for name, (since, until) in WINDOWS.items():
            found = totals(session, year.units, since, until, ("unit", "channel", "form", "theme"))
            got = {
                (f.metric, f.measure, f.source, f.unit_id, f.channel, f.form, f.theme): f.value for f in found
            }  # fmt: skip
            assert got == expected(year, since, until), name
            found = totals(session, year.units, since, until)
            assert {(f.metric, f.measure, f.source): f.value for f in found} == {
                (metric, measure, source): year.total(
                    date(2000, 1, 1) if metric in LEVELS else since, until,
                    metric=metric, measure=measure, source=source,
                )
                for metric, measure, source in {(f.metric, f.measure, f.source) for f in found}
            }, name  # fmt: skip
            made = list(products(session, zone, year.units, since, until, chunk=300))
            assert [one.delivery_id for one in made] == [
                one.id for one in sorted(year.products(since, until), key=lambda one: (one.landed_at, one.id))
            ], name
            by = landed(session, zone, year.units, since, until, ("unit", "channel"))
            truth = Counter((one.unit_id, one.channel) for one in year.products(since, until))
            assert {(row.unit_id, row.channel): row.number for row in by} == dict(truth), name
            did = held(session, year.units, since, until, ("form", "theme"))
            pairs = Counter((one.form, theme) for one in year.did(since, until) for theme in one.themes or ("",))
            assert {(row.form, row.theme): row.number for row in did} == dict(pairs), name
            assert {one.id for one in activities(session, year.units, since, until)} == {
                one.id for one in year.did(since, until)
            }, name


LEVELS = {"followers", "tthc_listed"}


def expected(year: Year, since: date, until: date) -> dict[tuple[object, ...], int]:
    """Every figure of a window by all dimensions, from the plain list."""
    found: Counter[tuple[object, ...]] = Counter()
    seen: set[tuple[object, ...]] = set()
    for fact, gain in year.gains():
        begin = date(2000, 1, 1) if fact.metric in LEVELS else since
        if not begin <= fact.day <= until:
            continue
        for theme in fact.themes or ("",):
            key = (fact.metric, fact.measure, fact.source, fact.unit_id, fact.channel, fact.form, theme)
            found[key] += gain
            seen.add(key)
    return {key: found[key] for key in seen}


def test_what_a_product_reached_is_the_last_number_known_by_the_end(either_installation: Installation) -> None:
    year = make_year(either_installation, deliveries=200, held=20)
    since, until = WINDOWS["quarter of NĐ 09"]
    truth: dict[tuple[int, str], int] = {}
    for fact in sorted(year.readings, key=lambda one: (one.as_of, one.order)):
        if fact.value is not None and fact.delivery_id is not None and fact.day <= until:
            key = (fact.delivery_id, fact.metric)
            truth[key] = fact.value + (0 if fact.series else truth.get(key, 0))
    with either_installation.world.db.reading() as session:
        made = products(session, either_installation.config.zone, year.units, since, until)
        for one in made:
            assert {name: last.value for name, last in one.readings.items()} == {
                metric: value for (delivery_id, metric), value in truth.items() if delivery_id == one.delivery_id
            }


def test_any_window_equals_plain_sums_wherever_it_begins_and_ends(installation: Installation) -> None:
    year = make_year(installation, deliveries=150, held=40)
    chance = random.Random(5)
    with installation.world.db.reading() as session:
        for _turn in range(120):
            since = date(YEAR, 1, 1) + timedelta(days=chance.randrange(365))
            until = since + timedelta(days=chance.choice((0, 1, 5, 13, 14, 15, 30, 45, 91, 200)))
            found = totals(session, year.units, since, until, ("unit", "channel", "form", "theme"))
            got = {(f.metric, f.measure, f.source, f.unit_id, f.channel, f.form, f.theme): f.value for f in found}
            assert got == expected(year, since, until), (since, until)
