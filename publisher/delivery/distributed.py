"""The clock on several machines: procrastinate over PostgreSQL carries the wake-ups, the rows stay the schedule.

One job an account, never one a delivery: its lock keeps two workers from draining the same account, its queueing
lock keeps one wake-up waiting at most. A lost job loses nothing: the pulse finds what is due and has none.
"""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from publisher import clock
from publisher.delivery.claim import wakes
from publisher.delivery.drain import drain
from publisher.delivery.jobs import Job, beat
from publisher.delivery.outlets import World
from publisher.model import Heartbeat

if TYPE_CHECKING:
    import procrastinate

log = structlog.get_logger("publisher.clock")

POLLING = 0.25  # seconds: a wake-up set for a moment in the future announces itself to nobody
PULSE = "* * * * * */5"  # cron as procrastinate reads it: the seconds stand last
HEARTBEAT = 5.0  # seconds between a worker's signs of life
STALLED = 20.0  # seconds without one: the worker is dead, its accounts are free again
AHEAD = timedelta(seconds=10)  # the pulse looks at what comes due until the next one, and a little further
FAR = datetime.max.replace(tzinfo=UTC)
KEPT_HOURS = 7 * 24  # of failed jobs, for whoever looks for the reason
DRAIN, RUN, CLEAN = "drain", "run", "clean"

_MOVE = text(
    "UPDATE procrastinate_jobs SET scheduled_at = LEAST(scheduled_at, :at) "
    "WHERE queueing_lock = :lock AND status = 'todo'"
)


def enqueue(session: Session, planned: dict[int, datetime]) -> None:
    """Queue the wake-up of each account in the caller's transaction; one that waits already is moved forward.

    The update also locks the waiting row until the commit: no worker can take it, find nothing, and be done before
    what it is meant for can be seen.
    """
    from procrastinate.exceptions import AlreadyEnqueued

    app = _app()
    for account_id, at in sorted(planned.items()):
        moved = {"at": at, "lock": _lock(account_id)}
        if session.connection().execute(_MOVE, moved).rowcount:
            continue
        try:
            with session.begin_nested():
                app.configure_task(
                    DRAIN, queue=DRAIN, lock=_lock(account_id), queueing_lock=_lock(account_id), schedule_at=at,
                    connection=session.connection().connection.driver_connection,
                ).defer(account_id=account_id)  # fmt: skip
        except AlreadyEnqueued:
            session.connection().execute(_MOVE, moved)


def _lock(account_id: int) -> str:
    return f"account:{account_id}"


@lru_cache(maxsize=1)
def _app() -> "procrastinate.App":
    """Return an application that only enqueues, over connections that callers hand in."""
    import procrastinate

    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def work(world: World, jobs: Sequence[Job], threads: int) -> None:
    """Drain accounts and run clock jobs until SIGTERM or Ctrl+C; attempts under way are let end."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it writes two lines a job
    # Not the platform's own choice: psycopg needs a selector, which Windows does not take by itself.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_work(world, jobs, threads))


async def _work(world: World, jobs: Sequence[Job], threads: int) -> None:
    from procrastinate.exceptions import ConnectorException

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(threads, thread_name_prefix="delivery"))
    app = _worker_app(world, jobs)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))
    while not stopping.is_set():
        try:
            async with app.open_async():
                await _until(
                    stopping,
                    app.run_worker_async(
                        concurrency=threads,
                        fetch_job_polling_interval=POLLING,
                        update_heartbeat_interval=HEARTBEAT,
                        stalled_worker_timeout=STALLED,
                        shutdown_graceful_timeout=25.0,
                        delete_jobs="successful",
                        install_signal_handlers=False,
                    ),
                )
        except ConnectorException:
            log.exception("worker.database")  # it is away; what is under way keeps its lease
            await asyncio.sleep(2.0)


async def _until(stopping: asyncio.Event, running: Coroutine[Any, Any, None]) -> None:
    """Await the worker; when asked to stop, tell it and wait for what it has under way."""
    worker = asyncio.ensure_future(running)
    asked = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({worker, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not worker.done():
        worker.cancel()  # graceful: procrastinate takes no more and waits for its jobs
    try:
        await worker
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise


def _worker_app(world: World, jobs: Sequence[Job]) -> "procrastinate.App":
    import procrastinate

    address = make_url(world.db.url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=6))
    named = {job.name: job for job in jobs if job.name != "deliver"}

    @app.task(name=DRAIN, queue=DRAIN)
    def drain_account(account_id: int) -> None:
        drain(world, account_id)
        with world.db.writing() as session:
            ahead = {account: at for at, account in wakes(session, account_id)}
            enqueue(session, ahead)

    @app.task(name=RUN, queue=RUN)
    def run_job(name: str) -> None:
        beat(world, name, named[name].run(world))

    @app.periodic(cron=PULSE)
    @app.task(name="pulse", queue="pulse", lock="pulse", queueing_lock="pulse", priority=10)
    async def pulse(timestamp: int) -> None:
        await _free_stalled(app)
        await asyncio.get_running_loop().run_in_executor(None, _look, world, named)

    @app.periodic(cron="17 3 * * *")
    @app.task(name=CLEAN, queue=RUN, queueing_lock=CLEAN)
    async def clean(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True)

    return app


async def _free_stalled(app: "procrastinate.App") -> None:
    """End the jobs of workers that died: their locks go, their leases run out, the pulse wakes their accounts."""
    from procrastinate.jobs import Status

    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        if job.id is not None:
            log.warning("worker.stalled", job=job.task_name, arguments=job.task_kwargs)
            await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


def _look(world: World, jobs: dict[str, Job]) -> None:
    """Queue what is due and has no wake-up waiting, or one too late, and the clock jobs whose turn it is."""
    now = clock.now()
    with world.db.writing() as session:
        rows = session.execute(text("SELECT queueing_lock, scheduled_at FROM procrastinate_jobs WHERE status = 'todo'"))
        waiting = {row.queueing_lock: row.scheduled_at or now for row in rows}
        ahead = {account_id: at for at, account_id in wakes(session) if at <= now + AHEAD}
        enqueue(session, {one: at for one, at in ahead.items() if waiting.get(_lock(one), FAR) > max(at, now)})
        beats = {row.job: row.at for row in session.scalars(select(Heartbeat))}
        for job in jobs.values():
            lock = f"job:{job.name}"
            last = beats.get(job.name)
            if lock not in waiting and (last is None or now - last >= timedelta(seconds=job.every)):
                connection = session.connection().connection.driver_connection
                task = _app().configure_task(RUN, queue=RUN, lock=lock, queueing_lock=lock, connection=connection)
                task.defer(name=job.name)
    beat(world, "deliver", "")
