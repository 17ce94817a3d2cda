"""Real processes that stand still, run side by side, are asked to stop in a burst, or live under a wrong clock."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import update

from publisher import clock
from publisher.model import Delivery
from tests.faults.offices import Scene
from tests.faults.processes import Program, tail, wait_for
from tests.simulators.kit import Fault

BURST = 60
SLOW = Fault("slow", seconds=0.01)  # an outlet that takes its time, so that a burst can be hit in the middle


def two_clocks(scene: Scene) -> None:
    """Two programs on one home, which nobody should start and somebody will."""
    scene.due(BURST)
    scene.due(6, blind=True)
    scene.outlet.faults.always("POST posts", SLOW)
    with Program(scene.office) as one, Program(scene.office, beside=True) as other:
        wait_for(scene.at_rest, 60, lambda: tail(one.log))
        assert one.stop() == 0 and other.stop() == 0
    assert scene.landed() == BURST + 6 and set(scene.states()) == {"sent"}
    assert scene.verdict().faults == []


def killed_thrice(scene: Scene) -> None:
    """`kill -9` when a quarter, half and three quarters of a burst have landed."""
    scene.due(BURST)
    scene.due(6, blind=True)
    scene.outlet.faults.always("POST posts", SLOW)
    for share in (0.25, 0.5, 0.75):
        with Program(scene.office) as program:
            wait_for(lambda share=share: scene.landed() >= share * BURST, 60, lambda log=program.log: tail(log))  # type: ignore[misc]
            program.kill()
    with Program(scene.office) as program:
        wait_for(scene.at_rest, 60, lambda: tail(program.log))
        assert program.stop() == 0
    found = scene.verdict()
    assert found.faults == []
    assert found.unsure <= 3, "of an outlet that cannot be asked, at most one for each kill"
    assert set(scene.states()) <= {"sent", "unsure"}


def asked_to_stop(scene: Scene) -> None:
    """SIGTERM in a burst: what was begun is ended, the next start does the rest."""
    scene.due(BURST)
    scene.outlet.faults.always("POST posts", SLOW)
    with Program(scene.office) as program:
        wait_for(lambda: scene.landed() >= 10, 60, lambda: tail(program.log))
        began = time.monotonic()
        assert program.stop() == 0
        assert time.monotonic() - began < 30
    assert "sending" not in scene.states(), "nothing was left in the middle"
    assert scene.landed() == scene.states().count("sent")
    with Program(scene.office) as program:
        wait_for(scene.at_rest, 60, lambda: tail(program.log))
        program.stop()
    assert scene.landed() == BURST and scene.verdict().faults == []


def asleep_before_sending(scene: Scene) -> None:
    """A machine that stands still past its lease, before its first byte; another one takes over."""
    _asleep(scene, "after_claim")


def asleep_after_landing(scene: Scene) -> None:
    """The same before it wrote down what had landed."""
    _asleep(scene, "after_accept")


def _asleep(scene: Scene, point: str) -> None:
    scene.due(1)
    with Program(scene.office, fault=point) as asleep:
        asleep.wait_at_fault()
        _pause(asleep, scene)
        with Program(scene.office, beside=True) as awake:
            wait_for(lambda: scene.states() == ["sent"], 60, lambda: tail(awake.log))
            asleep.go_on()
            scene.due(1)
            wait_for(lambda: scene.states() == ["sent", "sent"], 20, lambda: tail(awake.log))
            assert asleep.stop() == 0 and awake.stop() == 0
    assert scene.landed() == 2 and scene.verdict().faults == []


def _pause(program: Program, scene: Scene) -> None:
    """Stop a program where it does not hold SQLite's one write lock: the other would only wait for that."""
    program.pause()
    if not scene.office.world.db.sqlite:
        return
    path = scene.office.installation.config.home / "publisher.db"
    while True:
        with suppress(sqlite3.OperationalError), sqlite3.connect(path, timeout=0.2) as connection:
            connection.execute("BEGIN IMMEDIATE").connection.rollback()
            return
        program.go_on(still_at_fault=True)
        time.sleep(0.05)
        program.pause()


def failing_all_the_time(scene: Scene) -> None:
    """Every answer lost: threads and open files stay as many as they were."""
    scene.due(40)
    scene.outlet.faults.always("POST posts", Fault("reset", accepted=True))
    scene.outlet.faults.always("GET posts", SLOW)
    with Program(scene.office) as program:
        wait_for(lambda: scene.landed() >= 5, 60, lambda: tail(program.log))
        process = psutil.Process(program.pid)
        threads, files = process.num_threads(), process.num_fds()
        wait_for(scene.at_rest, 60, lambda: tail(program.log))
        assert process.num_threads() <= threads + 20 and process.num_fds() <= files + 20
        program.stop()
    assert scene.landed() == 40 and scene.verdict().faults == []


def clock_a_day_ahead(scene: Scene) -> None:
    """The wall clock jumps a day ahead in a burst, and is put right."""
    _stepped(scene, 86_400)


def clock_a_day_back(scene: Scene) -> None:
    """The wall clock jumps a day back in a burst, and is put right."""
    _stepped(scene, -86_400)


def clock_an_hour_back(scene: Scene) -> None:
    """The wall clock jumps an hour back in a burst, and is put right."""
    _stepped(scene, -3_600)


def _stepped(scene: Scene, seconds: int) -> None:
    watch = scene.outlet.ledger.with_suffix(".watch")
    watch.write_text("0", "ascii")
    burst = scene.due(BURST)
    scene.outlet.faults.always("POST posts", SLOW)
    with Program(scene.office, watch=watch) as program:
        wait_for(lambda: scene.landed() >= 10, 60, lambda: tail(program.log))
        watch.write_text(str(seconds), "ascii")
        (while_wrong,) = scene.due(1, minutes=3 * 24 * 60)  # by no clock yet
        _retime(scene, while_wrong, seconds)
        wait_for(lambda: scene.delivery(while_wrong).state == "sent", 20, lambda: tail(program.log))
        watch.write_text("0", "ascii")
        (put_right,) = scene.due(1)
        wait_for(lambda: scene.delivery(put_right).state == "sent", 20, lambda: tail(program.log))
        wait_for(lambda: "sending" not in scene.states(), 30, lambda: tail(program.log))
        program.stop()
    found = scene.verdict()
    assert found.duplicates == [] and found.losses == [] and found.untrue == []
    assert {scene.delivery(delivery).state for delivery in burst} <= {"sent", "held"}, "a day late is for a person"


def _retime(scene: Scene, delivery_id: int, seconds: int) -> None:
    """Let a delivery be due now by the wrong clock."""
    due = clock.now() + timedelta(seconds=seconds)
    with scene.office.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(due_at=due, wake_at=due))


ON_BOTH = (two_clocks, killed_thrice, asked_to_stop, asleep_before_sending, asleep_after_landing)
ON_SQLITE = (failing_all_the_time, clock_a_day_ahead, clock_an_hour_back)
ON_POSTGRES = (clock_a_day_back,)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("play", "database"),
    [
        pytest.param(play, database, id=f"{play.__name__}-{database}")
        for plays, databases in (
            (ON_BOTH, ("sqlite", "postgres")), (ON_SQLITE, ("sqlite",)), (ON_POSTGRES, ("postgres",)),
        )
        for play in plays
        for database in databases
    ],
)  # fmt: skip
def test_each_target_has_one_copy_or_an_open_question(
    request: pytest.FixtureRequest, played: dict[str, Future[None]], play: Callable[[Scene], None], database: str
) -> None:
    played[request.node.callspec.id].result()
