"""A ministry's year on PostgreSQL: 34 provinces, 3,321 communes, five accounts each, 20 million deliveries with their
attempts, receipts and trail. What then costs a wake-up, a drain, a commune's calendar, and how much is stored.

`python -m tests bench year [DELIVERIES]`; takes about half an hour and 30 GB with the full number.
"""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.bench.calendar import _copy
from tests.bench.processes import home, row, sink, table
from tests.provision import postgres

DELIVERIES, UNITS, EACH = 20_000_000, 34 + 3_321, 5
YEAR = 365 * 86_400
DUE = 2_000  # overdue deliveries that the workers find
NUMBERS = "WITH n AS (SELECT i FROM generate_series(1, :count) AS i)"
TABLES = ("post", "version", "delivery", "attempt", "receipt", "audit")


def main(deliveries: int = DELIVERIES) -> None:
    """Fill a year, then measure."""
    with postgres.start(durable=True) as server, home() as place, sink(0.0) as address:
        url = server.create_database()
        began = time.monotonic()
        office = _filled(Path(place), url, deliveries, address)
        table(f"A year of {UNITS:,} units and {deliveries:,} deliveries on PostgreSQL", "", "")
        row("filled in", f"{(time.monotonic() - began) / 60:.0f} min")
        _sizes(office)
        _measure(office)


def _filled(place: Path, url: str, deliveries: int, address: str) -> Any:
    from publisher.config import Config
    from publisher.installation import open_installation
    from tests.bench.office import with_sink
    from tests.factories import make_office

    with_sink()
    office = make_office(open_installation(Config(home=place, database_url=url)))
    outlet = office.add_account("sink", "Nơi đếm", values={"address": address})
    post_id = office.published(account_id=outlet)
    posts = deliveries // EACH
    with office.world.db.writing() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))  # no look-ups of what is made here
        again = [statement for name in TABLES for statement in _without_indexes(session, name)]
        shared = {"post": post_id, "mine": office.unit_id, "outlet": outlet}
        many = {**shared, "count": UNITS - 1}
        _copy(session, NUMBERS, "unit", many, where="id = :mine", id=":mine + i", code="'u' || i")
        _copy(
            session, NUMBERS, "account", {**shared, "count": UNITS * EACH - 1}, where="id = :outlet",
            id=":outlet + i", unit_id=f":mine + i / {EACH}",
        )  # fmt: skip
        unit = "(:mine + {} % " + str(UNITS) + ")"
        few = {**shared, "count": posts}
        _copy(session, NUMBERS, "post", few, id=":post + i", slug="slug || '-' || i", unit_id=unit.format("i"))
        _copy(session, NUMBERS, "version", few, where="post_id = :post", id=":post + i", post_id=":post + i")
        step = {"count": deliveries, "step": YEAR / deliveries}
        at = "now() - interval '1 year' + i * :step * interval '1 second'"
        of = f"(1 + (i - 1) / {EACH})"
        _copy(
            session, NUMBERS, "delivery", {**shared, **step}, where="post_id = :post", id="delivery.id + i",
            key="'k' || i", post_id=f":post + {of}", version_id=f":post + {of}", unit_id=unit.format(of),
            account_id=f":outlet + ({of} % {UNITS}) * {EACH} + i % {EACH}", due_at=at, sent_at=at,
        )  # fmt: skip
        _copy(
            session, NUMBERS, "attempt", step, where="true", id="attempt.id + i", delivery_id="attempt.delivery_id + i",
            started_at=at, ended_at=at,
        )  # fmt: skip
        _copy(
            session, NUMBERS, "receipt", step, where="true", id="receipt.id + i",
            delivery_id="receipt.delivery_id + i", remote_id="'r' || i", accepted_at=at,
        )  # fmt: skip
        _copy(
            session,
            NUMBERS,
            "audit",
            step,
            where="true",
            id="audit.id + 1000 + i",
            at=at,
            subject_id="i",
            hash="md5(CAST(i AS text)) || md5(CAST(-i AS text))",
        )
        for statement in again:
            session.execute(text(statement))
        for name in (*TABLES, "unit", "account"):
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\"))")
            )
    with office.world.db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return office


def _without_indexes(session: Any, name: str) -> list[str]:
    """Drop a table's indexes and unique constraints for the filling; returns the statements that make them again."""
    again = []
    constraints = session.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
            "WHERE conrelid = CAST(:name AS regclass) AND contype = 'u'"
        ),
        {"name": name},
    ).all()
    for found in constraints:
        session.execute(text(f'ALTER TABLE "{name}" DROP CONSTRAINT "{found.conname}"'))
        again.append(f'ALTER TABLE "{name}" ADD CONSTRAINT "{found.conname}" {found.definition}')
    indexes = session.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :name AND indexname NOT LIKE 'pk_%'"),
        {"name": name},
    ).all()
    for index, definition in indexes:
        session.execute(text(f'DROP INDEX "{index}"'))
        again.append(definition)
    return again


def _sizes(office: Any) -> None:
    with office.reading() as session:
        for name in TABLES:
            size = session.scalar(text("SELECT pg_total_relation_size(CAST(:name AS regclass))"), {"name": name})
            row(f"stored: {name} with its indexes", f"{size / 2**30:.1f} GB")
        waiting = (
            "SELECT sum(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes WHERE indexrelname LIKE '%wake_at'"
        )
        row("stored: the queue (both indexes of what waits)", f"{(session.scalar(text(waiting)) or 0) / 2**10:.0f} kB")


def _measure(office: Any) -> None:
    from publisher.delivery.claim import wakes

    with office.reading() as session:
        row("one look at who has something to do", _median(lambda: wakes(session)))
    row("a commune's month view, whole page", _page(office))
    row(f"{DUE:,} due deliveries on 32 accounts, sent by one process", f"{_rate(office):,.0f} a second")


def _rate(office: Any) -> float:
    """Plan some deliveries more, send them, and return how many a second went out."""
    from publisher.delivery.drain import tick

    with office.writing() as session:
        first = session.scalar(text("SELECT id FROM account WHERE channel = 'sink' ORDER BY id LIMIT 1"))
        top = session.scalar(text("SELECT max(id) FROM delivery"))
        _copy(
            session, NUMBERS, "delivery", {"count": DUE, "top": top, "first": first}, where="true", id=":top + i",
            placement="'now' || i", key="'now' || i", state="'planned'", due_at="now()", wake_at="now()",
            sent_at="NULL", tries="0", account_id=":first + i % 32",
        )  # fmt: skip
    began = time.perf_counter()
    done = tick(office.world)["attempts"]
    assert done == {"sent": DUE}, done
    return DUE / (time.perf_counter() - began)


def _median(run: Any, times: int = 9) -> str:
    taken = []
    for _number in range(times):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return f"{sorted(taken)[times // 2] * 1000:.0f} ms"


def _page(office: Any) -> str:
    from publisher.web import create_app
    from tests.factories import PASSWORD

    app = create_app(office.installation)
    app.config.update(WTF_CSRF_ENABLED=False)
    browser = app.test_client()
    browser.post("/login", data={"email": office.email("editor"), "password": PASSWORD})
    return _median(lambda: browser.get("/desk/lich?view=month"))
