"""The dashboard: what went out and was done, what it reached, how the plan stands, what is missing."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from publisher import clock
from publisher.reach import collect, coverage
from publisher.reach.activities import count_activities
from publisher.reach.figures import Figure, totals
from publisher.reach.products import Product, best, count_products
from publisher.web.context import installation, me, reading
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.charts import CHARTS, Chart, rows_of
from publisher.web.reports.window import Window, asked, presets
from publisher.words import _

SHOWN = ("views", "reach", "followers", "plays", "attendees")  # the figures of the top row, where there are any

BEST = 6  # posts


@dataclass(frozen=True)
class Dashboard:
    """Everything the dashboard shows."""

    window: Window
    products: int
    activities: int
    figures: list[Figure]
    completion: coverage.Ratio
    coverage: coverage.UnitCoverage
    charts: list[tuple[Chart, Any]]
    best: list[Product]
    gaps: list[str]
    problems: list[tuple[str, str, int]]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell of the window at all."""
        return not (self.products or self.activities or self.figures)


@reports.get("/", endpoint="home")
@permission("read")
def home() -> str:
    """Show the dashboard of a window: 23 queries, whatever the installation holds."""
    today = clock.local_day(clock.now(), installation().config.zone)
    with reading() as session:
        page = _dashboard(session, asked(session, me(session)))
    return render_template("reports/home.html", page=page, window=page.window, presets=presets(today))


def _dashboard(session: Session, window: Window) -> Dashboard:
    zone, units, since, until = installation().config.zone, window.units, window.since, window.until
    today = clock.local_day(clock.now(), zone)
    figures = totals(session, units, since, until, metrics=SHOWN)
    charts = [make(session, window) for make in CHARTS.values()]
    found = coverage.matrix(session, zone, units, since, until)
    return Dashboard(
        window=window,
        products=count_products(session, zone, units, since, until),
        activities=count_activities(session, units, since, until),
        figures=sorted(figures, key=lambda one: (SHOWN.index(one.metric), one.measure, one.source)),
        completion=coverage.completion(session, zone, units, since, min(until, today)),
        coverage=coverage.unit_coverage(session, zone, units, since, until),
        charts=[(chart, rows_of(chart)) for chart in charts],
        best=best(session, zone, units, since, until, "views", BEST),
        gaps=coverage.gaps(found, _("kỳ này")),
        problems=collect.problems(session, units),
    )
