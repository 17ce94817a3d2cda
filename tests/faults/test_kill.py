"""`kill -9` and a sudden exit at every named point around a delivery: after a plain restart one copy stands."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from publisher import faults
from publisher.config import Config
from publisher.installation import open_installation
from tests.factories import Office, in_minutes
from tests.faults.offices import Scene
from tests.faults.processes import Program, run_tick, tail, wait_for

KILLED = [
    *(("sqlite", point) for point in faults.POINTS if point != "during_recovery"),
    *(("postgres", point) for point in ("after_accept", "during_record")),
]
# By the program itself, which waits for the lease to end; the others by passes of the clock some minutes later.
RESTARTED = {("sqlite", "after_accept"), ("sqlite", "before_call"), ("postgres", "during_record")}
# The rest of PostgreSQL's, and what takes a kill before it: a sudden exit there, which costs half of a kill's time.
EXITED = {
    "sqlite": ("after_accept", "during_recovery"),
    "postgres": ("before_claim", "during_claim", "after_claim", "before_call", "after_record", "during_recovery"),
}


@pytest.fixture(scope="module")
def killed_and_restarted(build: Callable[..., Scene]) -> dict[tuple[str, str], Scene]:
    """One office per point, all side by side: each killed at its point, then started again and left alone."""
    scenes = {(database, point): build(database, point, steps="yes") for database, point in KILLED}
    with ExitStack() as stack:
        for scene in scenes.values():
            scene.due()
        programs = [
            stack.enter_context(Program(scene.office, fault=point)) for (_database, point), scene in scenes.items()
        ]
        for program in programs:
            program.wait_at_fault()
            program.kill()
        restarted = [scenes[key] for key in KILLED if key in RESTARTED]
        running = [stack.enter_context(Program(scene.office)) for scene in restarted]
        for program, scene in zip(running, restarted, strict=True):
            wait_for(lambda scene=scene: scene.states() == ["sent"], 60, lambda log=program.log: tail(log))  # type: ignore[misc]
            assert program.stop() == 0
    for scene in scenes.values():
        scene.office.tick(at=in_minutes(2))
        scene.office.tick(at=in_minutes(4))
    return scenes


@pytest.mark.postgres
@pytest.mark.parametrize(("database", "point"), KILLED)
def test_a_kill_leaves_one_copy_after_a_restart(
    killed_and_restarted: dict[tuple[str, str], Scene], database: str, point: str
) -> None:
    scene = killed_and_restarted[database, point]
    assert scene.states() == ["sent"]
    assert scene.landed() == 1 and scene.verdict().faults == []
    assert len(scene.outlet.lines("upload")) == 1, "what was staged is used again"


def test_an_exit_at_a_point_leaves_one_copy_or_an_open_question(scene: Scene) -> None:
    """The same with a process that just ends, point after point on one home; a blind account beside it."""
    for point in EXITED["sqlite" if scene.office.world.db.sqlite else "postgres"]:
        scene.due(2)
        scene.due(1, blind=True)
        if point == "during_recovery":
            assert run_tick(scene.office, "after_claim:exit") == 70
        assert run_tick(scene.office, f"{point}:exit", minutes=2 if point == "during_recovery" else 0) == 70, point
    for minutes in (3, 6):
        scene.office.tick(at=in_minutes(minutes))
    found = scene.verdict()
    assert found.faults == [] and found.unsure <= 6
    assert set(scene.states()) <= {"sent", "unsure"}


def test_a_fault_is_refused_in_a_home_that_is_not_for_tests(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_FAULT", "after_claim")
    with pytest.raises(RuntimeError, match="only a test's home"):
        open_installation(Config(home=office.installation.config.home))
    with pytest.raises(RuntimeError, match="only a test's home"):
        faults.reaching(office.installation.config.home, "after_claim", lambda: None).__enter__()
