"""`kill -9` at five named points around a delivery: after a plain restart one copy stands at the outlet, each time."""

import shutil
from pathlib import Path

import pytest
from ledger_outlet import Ledger

from publisher import faults
from publisher.config import Config
from publisher.editorial import scheduling
from publisher.installation import open_installation
from publisher.model import Post
from tests.factories import Office, in_minutes, make_office
from tests.faults.processes import Program, tail, wait_for


def an_office_with_a_due_post(home: Path, ledger: Path) -> Office:
    office = make_office(open_installation(Config(home=home)))
    outlet = office.add_account("ledger", values={"path": str(ledger)})
    post_id = office.draft("Bài quanh lúc mất điện")
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(outlet, in_minutes(0))]
        scheduling.place(session, office.person(session, "editor"), post, post.revision, wishes)
    office.submit(post_id)
    office.approve(post_id)
    return office


@pytest.fixture(scope="module")
def killed_and_restarted(
    prepared_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Office, Path]]:
    """One office per point, all side by side: each killed at its point, then started again and left alone."""
    places = tmp_path_factory.mktemp("killed")
    offices: dict[str, tuple[Office, Path]] = {}
    for point in faults.POINTS:
        shutil.copytree(prepared_home, places / point)
        ledger = places / f"{point}.jsonl"
        offices[point] = (an_office_with_a_due_post(places / point, ledger), ledger)
    for point, (office, _ledger) in offices.items():
        program = Program(office, fault=point)
        wait_for(program.reached.exists, 30, lambda log=program.log: tail(log))  # type: ignore[misc]
        program.kill()
    running = [Program(office) for office, _ledger in offices.values()]
    for program, (office, _ledger) in zip(running, offices.values(), strict=True):
        wait_for(
            lambda office=office: office.deliveries()[0].state == "sent",  # type: ignore[misc]
            60,
            lambda log=program.log: tail(log),  # type: ignore[misc]
        )
    for program in running:
        assert program.stop() == 0
    return offices


@pytest.mark.parametrize("point", faults.POINTS)
def test_a_kill_leaves_one_copy_after_a_restart(
    killed_and_restarted: dict[str, tuple[Office, Path]], point: str
) -> None:
    office, ledger = killed_and_restarted[point]
    (delivery,) = office.deliveries()
    assert [(line["do"], line["key"]) for line in Ledger.lines(ledger)] == [("deliver", delivery.key)]
    assert delivery.state == "sent"


def test_a_fault_is_refused_in_a_home_that_is_not_for_tests(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_FAULT", "after_claim")
    with pytest.raises(RuntimeError, match="only a test's home"):
        open_installation(Config(home=office.installation.config.home))
