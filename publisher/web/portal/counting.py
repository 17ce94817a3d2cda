"""Counting views: no cookie, no address kept, robots left out, and no reader ever waits for the database.

Views gather in memory and are written every few seconds by a thread that lives only that long. A crash loses what
came in the last `EVERY` seconds; an orderly stop loses nothing: closing the database writes what waits.
"""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date

import structlog
from flask import Flask, current_app, request
from flask_login import current_user
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from channels import registry
from publisher import clock
from publisher.model.database import Database
from publisher.pages import views
from publisher.web.context import installation

log = structlog.get_logger("publisher.web")

EVERY = 5.0  # seconds
_TALLY = "portal.tally"
_ROBOTS = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|curl|wget|python|scrapy|libwww|"
    r"java/|okhttp|go-http|axios|node|ruby|perl|php|headless|lighthouse|monitor|uptime|pingdom|scan|feed|fetch|"
    r"archive|validator",
    re.IGNORECASE,
)


class Tally:
    """Views not yet in the database, by (post id, day, source)."""

    def __init__(self, db: Database, every: float = EVERY) -> None:
        self._db = db
        self._every = every  # seconds
        self._waiting: Counter[tuple[int, date, str]] = Counter()
        self._lock = threading.Lock()
        self._pen = threading.Lock()  # closing waits for a writing under way
        self._timer: threading.Timer | None = None
        event.listen(db.engine, "engine_disposed", self._closing)

    def add(self, post_id: int, day: date, source: str = "") -> None:
        """Count one view; it is in the database within `every` seconds."""
        self._keep({(post_id, day, source): 1})

    def flush(self) -> None:
        """Write what is waiting; what cannot be written now waits on."""
        counts = self._take()
        if counts and not self._written(counts):
            self._keep(counts)

    def _keep(self, counts: Mapping[tuple[int, date, str], int]) -> None:
        with self._lock:
            self._waiting.update(counts)
            if self._timer is None:
                self._timer = threading.Timer(self._every, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def _take(self) -> Counter[tuple[int, date, str]]:
        with self._lock:
            counts, self._waiting = self._waiting, Counter()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        return counts

    def _written(self, counts: Counter[tuple[int, date, str]]) -> bool:
        try:
            totals: Counter[tuple[int, date]] = Counter()
            for (post_id, day, _source), count in counts.items():
                totals[post_id, day] += count
            with self._pen, self._db.writing() as session:
                views.add(session, totals)
                views.add_sources(session, {key: count for key, count in counts.items() if key[2]})
        except SQLAlchemyError:
            log.exception("views.not_written", views=counts.total())
            return False
        return True

    def _closing(self, engine: Engine) -> None:
        counts = self._take()
        if counts:
            self._written(counts)
            engine.dispose()  # gives back the connection just opened; now nothing waits, so this ends here


def tally(app: Flask) -> Tally:
    """Return the application's tally, made at its first view."""
    found: Tally | None = app.extensions.get(_TALLY)
    if found is None:
        found = app.extensions.setdefault(_TALLY, Tally(app.extensions["installation"].world.db))
    return found


def flush(app: Flask) -> None:
    """Write the views that wait in memory: for an orderly stop."""
    if _TALLY in app.extensions:
        app.extensions[_TALLY].flush()


def count(post_id: int) -> None:
    """Count the request as a view of a page if a person reads it; never fails."""
    try:
        if by_a_reader():
            # Only channels we have: what anybody may write into an address must not fill a table.
            source = request.args.get("nguon", "")
            day = clock.local_day(clock.now(), installation().config.zone)
            tally(current_app).add(post_id, day, source if source in registry() else "")
    except Exception:
        log.exception("views.not_counted", post=post_id)


def by_a_reader() -> bool:
    """Say whether the request looks like a person opening the page; staff at work do not count."""
    agent = request.headers.get("User-Agent", "")
    early = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return (
        request.method == "GET"
        and bool(agent.strip())
        and not _ROBOTS.search(agent)
        and not any("prefetch" in value.lower() for value in early)
        and not current_user.is_authenticated
    )
