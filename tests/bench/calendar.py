"""The editorial calendar over a large archive: 1,000,000 posts and 5,000,000 deliveries of 50 units, 300 rows a month.

Asked through the web application as a signed-in editor: server time and queries of the whole page.
"""

import statistics
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

from tests.bench.processes import home, row, table
from tests.provision import postgres

POSTS, EACH, UNITS, MONTHS = 1_000_000, 5, 50, 333
RUNS = 60
MONTH_SECONDS = 30.44 * 86_400


def main(posts: int = POSTS) -> None:
    """Print a row for each database."""
    table(
        f"Month view, {posts:,} posts and {posts * EACH:,} deliveries, {posts * EACH // UNITS // MONTHS} in the month",
        "", "p50 ms", "p95 ms", "queries", "rows on the page", "MB stored",
    )  # fmt: skip
    with home() as place:
        row("SQLite", *_measured(Path(place), "", posts))
    with postgres.start(durable=True) as server, home() as place:
        url = server.create_database()
        row("PostgreSQL", *_measured(Path(place), url, posts))


def _measured(place: Path, url: str, posts: int) -> tuple[Any, ...]:
    from publisher.config import Config
    from publisher.installation import open_installation
    from publisher.web import create_app
    from tests.factories import PASSWORD, make_office

    office = make_office(open_installation(Config(home=place, database_url=url)))
    size = _fill(office, posts)
    app = create_app(office.installation)
    app.config.update(WTF_CSRF_ENABLED=False)
    browser = app.test_client()
    browser.post("/login", data={"email": office.email("editor"), "password": PASSWORD})
    seen = _counted(office.world.db.engine)
    times, queries, rows = [], 0, 0
    for number in range(RUNS):
        month = 100 + number
        day = f"{2000 + month // 12}-{month % 12 + 1:02}-15"
        seen.clear()
        began = time.perf_counter()
        page = browser.get(f"/desk/lich?view=month&day={day}")
        times.append((time.perf_counter() - began) * 1000)
        assert page.status_code == 200, page.text[:500]
        queries, rows = (
            max(queries, len(seen)),
            max(rows, page.text.count('class="chip-main"')),
        )
    office.installation.close()
    times = sorted(times[5:])  # the first ones fill caches
    p95 = times[int(len(times) * 0.95)]
    return f"{statistics.median(times):.0f}", f"{p95:.0f}", queries, rows, f"{size / 1e6:,.0f}"


def _counted(engine: Engine) -> list[str]:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: args[2].startswith("BEGIN") or seen.append(args[2]))
    return seen


def _fill(office: Any, posts: int) -> int:
    """Copy one published post `posts` times by plain SQL, five deliveries each; returns the bytes stored."""
    post_id = office.published()
    db = office.world.db
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)" if db.sqlite
        else "WITH n AS (SELECT i FROM generate_series(1, :count) AS i)"
    )  # fmt: skip
    step = MONTHS * MONTH_SECONDS / (posts * EACH)
    due = (
        "strftime('%Y-%m-%d %H:%M:%f000', 946684800 + i * :step, 'unixepoch')" if db.sqlite
        else "to_timestamp(946684800 + i * :step)"
    )  # fmt: skip
    with db.writing() as session:
        shared: dict[str, Any] = {"post": post_id, "count": UNITS - 1, "step": step, "mine": office.unit_id}
        _copy(session, numbers, "unit", shared, where="id = :mine", id=":mine + i", code="'u' || i")
        shared["count"] = posts
        unit = f":mine + %s %% {UNITS}"
        _copy(session, numbers, "post", shared, id=":post + i", slug="slug || '-' || i", unit_id=unit % "i")
        _copy(session, numbers, "version", shared, where="post_id = :post", id=":post + i", post_id=":post + i")
        _copy(session, numbers, "post_theme", shared, where="post_id = :post", post_id=":post + i")
        many = {**shared, "count": posts * EACH}
        _copy(
            session, numbers, "delivery", many, where="post_id = :post", id="delivery.id + i", key="'k' || i",
            post_id=f":post + 1 + (i - 1) / {EACH}", version_id=f":post + 1 + (i - 1) / {EACH}",
            placement=f"'p' || (i % {EACH})", due_at=due,
            unit_id=unit % f"(1 + (i - 1) / {EACH})",
        )  # fmt: skip
        _copy(
            session, numbers, "placement", many, where="post_id = :post", id="placement.id + i",
            post_id=f":post + 1 + (i - 1) / {EACH}", name=f"'p' || (i % {EACH})", due_at=due,
        )  # fmt: skip
    with db.engine.connect() as connection:
        if db.sqlite:
            connection.execute(text("ANALYZE"))
            return int(
                connection.execute(
                    text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
                ).scalar_one()
            )
        connection.execute(text("ANALYZE"))
        connection.commit()
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _copy(session: Any, numbers: str, name: str, values: dict[str, Any], /, where: str = "", **changed: str) -> None:
    """INSERT … SELECT of the table's one sample row, once a number, with some columns computed."""
    from publisher.model import Base

    columns = [column.name for column in Base.metadata.tables[name].columns]
    chosen = ", ".join(changed.get(column, f'{name}."{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    sample = f"(SELECT * FROM {name} WHERE {where or 'id = :post'} LIMIT 1) AS {name}"
    sql = f"INSERT INTO {name} ({named}) {numbers} SELECT {chosen} FROM n CROSS JOIN {sample}"
    used = {key: value for key, value in values.items() if f":{key}" in sql}
    session.execute(text(sql), used)
