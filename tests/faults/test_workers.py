"""Workers on PostgreSQL, as real processes: woken in time, one drain an account, a dead one replaced in a minute."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from croniter import croniter
from ledger_outlet import Ledger
from sqlalchemy import select, text, update

from publisher import accounts, clock
from publisher.audit import COMMAND
from publisher.config import Config
from publisher.delivery.distributed import PULSE
from publisher.installation import Installation, open_installation
from publisher.model import Account, Attempt, Delivery
from tests.conftest import OUTLETS
from tests.factories import Office, in_minutes, make_office
from tests.faults.processes import tail, wait_for
from tests.provision.server import Server

pytestmark = pytest.mark.postgres


@pytest.fixture
def office(postgres_server: Server, prepared_postgres: str, tmp_path: Path) -> Iterator[Office]:
    url = postgres_server.create_database(template=prepared_postgres)
    opened = open_installation(Config(home=tmp_path / "home", database_url=url))
    yield make_office(opened)
    opened.close()
    postgres_server.drop_database(url)


class Worker:
    """`publisher worker` on an installation."""

    def __init__(self, installation: Installation, number: int = 1) -> None:
        config = installation.config
        self.log = config.home / f"worker{number}.log"
        environment = {
            **os.environ,
            "PUBLISHER_HOME": str(config.home),
            "PUBLISHER_DATABASE_URL": config.database_url,
            "PYTHONPATH": str(OUTLETS),
        }
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "publisher", "worker", "--threads", "8"]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=40)


@pytest.fixture
def start(office: Office) -> Iterator[Callable[[int], Worker]]:
    """A function that starts a worker and waits until it is at work."""
    running: list[Worker] = []

    def started(number: int = 1) -> Worker:
        running.append(Worker(office.installation, number))
        wait_for(lambda: waiting_workers(office) >= len(running), 30, lambda: tail(running[-1].log))
        return running[-1]

    yield started
    for worker in running:
        worker.stop()


def waiting_workers(office: Office) -> int:
    with office.reading() as session:
        return session.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0


def jobs(office: Office) -> list[tuple[str, Any]]:
    with office.reading() as session:
        query = "SELECT queueing_lock, scheduled_at FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        return [tuple(row) for row in session.execute(text(query))]


def ledger(office: Office, tmp_path: Path, name: str = "ledger", **options: Any) -> tuple[int, Path]:
    path = tmp_path / f"{name}.jsonl"
    return office.add_account("ledger", name, values={"path": str(path)}, **options), path


def test_the_act_that_plans_also_queues_the_wake_up_and_both_or_neither_are_kept(
    office: Office, tmp_path: Path
) -> None:
    account_id, _path = ledger(office, tmp_path)
    late, early = in_minutes(90), in_minutes(30)
    office.scheduled("Bài sau", late, account_id)
    assert jobs(office) == [(f"account:{account_id}", late)]
    office.scheduled("Bài trước", early, account_id)
    assert jobs(office) == [(f"account:{account_id}", early)], "one wake-up an account, the earliest"
    with pytest.raises(RuntimeError), office.writing() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.account_id = office.account_id
        from publisher.delivery.wake import wake

        wake(session, office.account_id, early)
        office.world.db.on_wakes(session, {office.account_id: early})  # type: ignore[misc]
        raise RuntimeError("the act fails after all")
    assert jobs(office) == [(f"account:{account_id}", early)]


def test_a_delivery_begins_within_a_second_of_its_due_time(
    office: Office, tmp_path: Path, start: Callable[[int], Worker]
) -> None:
    account_id, path = ledger(office, tmp_path)
    worker = start(1)
    due = [clock.now() + timedelta(seconds=wait) for wait in (3, 4.3, 5.6)]
    posts = [office.scheduled(f"Bài {n}", at, account_id) for n, at in enumerate(due)]
    wait_for(lambda: len(Ledger.lines(path)) == 3, 20, lambda: tail(worker.log))
    for post_id, at in zip(posts, due, strict=True):
        (delivery,) = office.deliveries(post_id)
        (attempt,) = office.attempts(delivery.id)
        assert timedelta(0) <= attempt.started_at - at < timedelta(seconds=1)
    assert worker.stop() == 0


def test_what_came_in_beside_the_acts_is_found_though_a_later_wake_up_waits(
    office: Office, tmp_path: Path, start: Callable[[int], Worker]
) -> None:
    account_id, path = ledger(office, tmp_path)
    office.scheduled("Bài", in_minutes(600), account_id)
    with office.writing() as session:  # as a repair by hand would: no wake-up is queued for it
        session.execute(update(Delivery).values(due_at=clock.now(), wake_at=clock.now()))
    assert [at > in_minutes(500) for _lock, at in jobs(office)] == [True]
    worker = start(1)
    wait_for(lambda: len(Ledger.lines(path)) == 1, 20, lambda: tail(worker.log))


def test_two_workers_never_drain_one_account_at_the_same_time(
    office: Office, tmp_path: Path, start: Callable[[int], Worker]
) -> None:
    places = [ledger(office, tmp_path, f"so-{n}") for n in range(3)]
    for account_id, path in places:
        path.with_suffix(".script").write_text("sleep0.05\n" * 12, encoding="utf-8")
        for number in range(12):
            office.scheduled(f"Bài {number}", clock.now() + timedelta(seconds=4), account_id)
    start(1), start(2)
    wait_for(lambda: sum(len(Ledger.lines(path)) for _a, path in places) == 36, 40)
    wait_for(lambda: {d.state for d in office.deliveries()} == {"sent"}, 10)
    with office.reading() as session:
        for account_id, _path in places:
            rows = session.execute(
                select(Attempt.started_at, Attempt.ended_at)
                .join(Delivery, Delivery.id == Attempt.delivery_id)
                .where(Delivery.account_id == account_id)
            ).all()
            assert len(rows) == 12, "each was tried once"
    for _account, path in places:
        keys = [line["key"] for line in Ledger.lines(path)]
        assert len(keys) == len(set(keys)) == 12


def test_a_killed_workers_delivery_is_noticed_and_recovered_within_a_minute(
    office: Office, tmp_path: Path, start: Callable[[int], Worker]
) -> None:
    account_id, path = ledger(office, tmp_path)
    path.with_suffix(".script").write_text("sleep600\n", encoding="utf-8")
    first = start(1)
    (delivery,) = office.deliveries(office.scheduled("Bài đang gửi", clock.now(), account_id))
    wait_for(lambda: office.deliveries()[0].state == "sending", 60, lambda: tail(first.log))
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(timeout=10)
    killed = time.monotonic()
    second = start(1)
    wait_for(lambda: office.deliveries()[0].state == "sent", 60, lambda: tail(second.log))
    assert time.monotonic() - killed < 60
    assert [line["key"] for line in Ledger.lines(path)] == [delivery.key]
    other = office.scheduled("Bài kế tiếp", clock.now(), account_id)
    wait_for(lambda: office.deliveries(other)[0].state == "sent", 60, lambda: tail(second.log))


def test_clock_jobs_run_and_beat_whatever_the_number_of_workers(office: Office, start: Callable[[int], Worker]) -> None:
    from publisher.delivery.jobs import silent
    from publisher.timetable import JOBS

    start(1), start(2)

    def all_beat() -> bool:
        with office.reading() as session:
            return not silent(session, JOBS, clock.now() - timedelta(days=3))

    wait_for(all_beat, 40)


def test_a_worker_on_sqlite_says_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "PUBLISHER_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "worker"], env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr and "publisher run" in done.stderr


def test_an_account_resumed_on_another_machine_is_served_again(
    office: Office, tmp_path: Path, start: Callable[[int], Worker]
) -> None:
    account_id, path = ledger(office, tmp_path)
    with office.writing() as session:
        session.get_one(Account, account_id).state = "paused"
    office.scheduled("Bài chờ", clock.now(), account_id)
    worker = start(1)
    with office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, account_id))
    wait_for(lambda: len(Ledger.lines(path)) == 1, 60, lambda: tail(worker.log))


def test_the_pulse_beats_every_five_seconds_in_every_minute() -> None:
    start = datetime(2026, 11, 21, 5, 0, 58, tzinfo=UTC)
    beats = croniter(PULSE, start)
    times = [beats.get_next(datetime) for _ in range(60)]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(seconds=5)}
