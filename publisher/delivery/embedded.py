"""The clock inside one process: APScheduler wakes at the next due time, a bounded pool sends, accounts apart."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor as Threads
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError

from publisher import bell, clock
from publisher.delivery.claim import wakes
from publisher.delivery.drain import drain
from publisher.delivery.jobs import Job, beat
from publisher.delivery.outlets import World

log = structlog.get_logger("publisher.clock")

SWEEP = 2.0  # seconds: finds what another process planned (the command line, a second web process)


class Clock:
    """Wakes the engine; start it once in a process. Two clocks on one database are harmless, only useless."""

    def __init__(self, world: World, jobs: Sequence[Job], workers: int = 16) -> None:
        self._world = world
        self._jobs = jobs
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="delivery")
        # Apart: a job that hangs on an outlet or a mail server must not keep the engine from looking (P5).
        self._scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": Threads(2), "others": Threads(4)},
            job_defaults={"coalesce": True, "max_instances": 3, "misfire_grace_time": None},
        )  # fmt: skip
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self._stopped = threading.Event()
        self._rung = False

    def start(self) -> None:
        """Begin to deliver; returns at once."""
        for job in self._jobs:
            if job.name == "deliver":
                self._scheduler.add_job(self.wake, "interval", seconds=SWEEP, id="deliver")
            else:
                self._scheduler.add_job(
                    self._run, "interval", [job], seconds=job.every, id=job.name, next_run_time=clock.now(),
                    executor="default" if job.name == "recover" else "others",
                )  # fmt: skip
        self._scheduler.start()
        threading.Thread(target=self._watch_wall_clock, name="wall-clock", daemon=True).start()
        bell.listen(self._ring)
        self._ring()

    def stop(self, patience: float = 25.0) -> None:
        """Take no more work, let running attempts end for up to `patience` seconds; what does not end keeps
        its lease and is recovered by the next start."""
        self._stopping = True
        self._stopped.set()
        bell.forget(self._ring)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + patience
        while self._busy and time.monotonic() < until:
            time.sleep(0.02)

    def _watch_wall_clock(self) -> None:
        """Plan every job anew when the wall clock was put back: APScheduler would sleep until it has caught up."""
        ahead = clock.now().timestamp() - time.monotonic()
        while not self._stopped.wait(SWEEP):
            before, ahead = ahead, clock.now().timestamp() - time.monotonic()
            if before - ahead > SWEEP:
                log.warning("clock.put_back", seconds=before - ahead)
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=clock.now())

    def _ring(self) -> None:
        """Something changed: look now, in the scheduler's own thread; many rings at once are one look."""
        if not self._stopping and not self._rung:
            self._rung = True
            self._scheduler.add_job(self.wake, id="ring", replace_existing=True, next_run_time=clock.now())

    def wake(self) -> None:
        """Hand every account that has something due to the pool, then set the alarm for the next due time."""
        self._rung = False
        try:
            with self._world.db.reading() as session:
                now = clock.now()
                ahead = wakes(session)
            for at, account_id in ahead:
                if at <= now:
                    self._hand_over(account_id)
            later = next((at for at, _account_id in ahead if at > now), None)
            if later is not None and later < now + timedelta(seconds=SWEEP):
                self._scheduler.add_job(self.wake, "date", run_date=later, id="alarm", replace_existing=True)
            self._beat_sometimes()
        except DBAPIError:
            log.exception("clock.database")  # the next sweep tries again; /healthz turns red if it lasts

    def _hand_over(self, account_id: int) -> None:
        with self._lock:
            if self._stopping or account_id in self._busy:
                return
            self._busy.add(account_id)
        try:
            future = self._pool.submit(drain, self._world, account_id)
        except RuntimeError:  # the pool closed in between: this process is stopping
            with self._lock:
                self._busy.discard(account_id)
            return
        future.add_done_callback(lambda ended: self._finished(account_id, ended))

    def _finished(self, account_id: int, ended: "Future[Counter[str]]") -> None:
        with self._lock:
            self._busy.discard(account_id)
        if ended.cancelled():
            return
        error = ended.exception()
        if error is not None:
            log.error("clock.drain", account=account_id, exc_info=error)
        elif ended.result():
            self._hand_over(account_id)  # its turn ended, perhaps with more to do: to the end of the line

    _last_beat = None

    def _beat_sometimes(self) -> None:
        now = clock.now()
        if self._last_beat is None or abs(now - self._last_beat) > timedelta(seconds=20):
            self._last_beat = now
            beat(self._world, "deliver", "")

    def _run(self, job: Job) -> None:
        try:
            beat(self._world, job.name, job.run(self._world))
        except DBAPIError:
            log.exception("clock.job", job=job.name)
