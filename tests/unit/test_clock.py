"""The clock in one process: punctual, accounts apart, a clean stop, a watched beat."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_outlet import Ledger

from publisher import bell, clock
from publisher.delivery.embedded import Clock
from publisher.delivery.jobs import Job, silent
from publisher.delivery.outlets import World
from publisher.model import Heartbeat
from publisher.timetable import JOBS
from tests.factories import Office, in_minutes
from tests.faults.processes import wait_for
from tests.unit.test_delivery import Outlet


@pytest.fixture
def ticking(office: Office) -> Iterator[Clock]:
    running = Clock(office.world, JOBS)
    running.start()
    yield running
    running.stop()


def test_a_delivery_goes_out_on_time_without_anybody_ringing(office: Office, ticking: Clock) -> None:
    post_id = office.scheduled(due_at=in_minutes(0.04))
    wait_for(lambda: office.deliveries(post_id)[0].state == "sent", 15)
    (delivery,) = office.deliveries(post_id)
    (attempt,) = office.attempts(delivery.id)
    lag = (attempt.started_at - delivery.due_at).total_seconds()
    assert 0 <= lag < 5, f"P4: begun {lag:.2f} s after due"


def test_a_bell_wakes_the_clock_at_once(office: Office, ticking: Clock) -> None:
    time.sleep(0.3)
    post_id = office.scheduled()
    bell.ring()
    wait_for(lambda: office.deliveries(post_id)[0].state == "sent", 1.5)


def test_a_slow_account_delays_no_other(office: Office, tmp_path: Path, ticking: Clock) -> None:
    slow, quick = Outlet(office, tmp_path / "slow.jsonl"), Outlet(office, tmp_path / "quick.jsonl")
    slow.will("sleep3")
    first, second = slow.scheduled("Chậm"), quick.scheduled("Nhanh")
    bell.ring()
    wait_for(lambda: quick.delivery(second).state == "sent", 2.5)
    assert slow.delivery(first).state == "sending"
    wait_for(lambda: slow.delivery(first).state == "sent", 10)


def test_jobs_that_hang_delay_no_delivery(office: Office) -> None:
    over = threading.Event()

    def hang(world: World) -> str:
        over.wait(30)
        return ""

    hanging = [Job(f"hang{number}", "Treo", 1, 60, hang) for number in range(12)]
    running = Clock(office.world, [*JOBS, *hanging])
    running.start()
    try:
        time.sleep(0.5)
        post_id = office.scheduled()
        bell.ring()
        wait_for(lambda: office.deliveries(post_id)[0].state == "sent", 3)
    finally:
        over.set()
        running.stop()


def test_two_clocks_on_one_database_send_each_delivery_once(office: Office, tmp_path: Path, ticking: Clock) -> None:
    outlet = Outlet(office, tmp_path / "ledger.jsonl")
    second = Clock(office.world, JOBS)
    second.start()
    sent = [outlet.scheduled(f"Bài {number}", minutes=0.03) for number in range(15)]
    wait_for(lambda: all(outlet.delivery(d).state == "sent" for d in sent), 30)
    second.stop()
    assert sorted(outlet.accepted().values()) == [1] * 15


def test_a_stop_lets_the_running_attempt_end(office: Office, tmp_path: Path) -> None:
    outlet = Outlet(office, tmp_path / "ledger.jsonl")
    outlet.will("sleep1")
    running = Clock(office.world, JOBS)
    sent = outlet.scheduled()
    running.start()
    wait_for(lambda: outlet.delivery(sent).state == "sending", 5)
    running.stop()
    assert outlet.delivery(sent).state == "sent" and len(Ledger.lines(outlet.path)) == 1


def test_every_job_beats_and_a_silent_one_is_named(office: Office, ticking: Clock) -> None:
    def beating() -> bool:
        with office.reading() as session:
            return session.query(Heartbeat).count() == len(JOBS)

    wait_for(beating, 10)
    with office.reading() as session:
        assert silent(session, JOBS, clock.now()) == []
        started = clock.now()
        with clock.reading(in_minutes(3)):
            assert set(silent(session, JOBS, started)) == {"Phát hành bài đến giờ", "Dọn các lần gửi dở dang"}
