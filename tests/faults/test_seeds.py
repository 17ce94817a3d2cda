"""A few hundred seeded accidents on every push; `python -m tests faults --seeds 5000` plays thousands."""

import logging
from collections.abc import Iterator

import pytest

from tests.faults.houses import prepared
from tests.faults.seeds import Totals, run_many
from tests.provision.server import Server

SQLITE, POSTGRES = range(150), range(30)
KINDS = (
    "killed during_record", "killed after_accept", "asleep after_claim", "overtaken before_call", "outlet hang",
    "outlet lose", "person withdraws", "person decides", "clock back",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The outlets' unforeseen errors are foreseen here: thousands of tracebacks would say nothing."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def found(totals: Totals) -> str:
    return "\n".join(
        f"python -m tests faults --seeds 1 --start {seed} -v: {faults}" for seed, faults in totals.failed.items()
    )


def test_no_seed_doubles_loses_or_sticks_on_sqlite() -> None:
    with prepared() as houses:
        totals = run_many(houses, SQLITE)
    assert not totals.failed, found(totals)
    assert set(KINDS) <= set(totals.injected), "the trials must hurt"


def test_no_seed_doubles_loses_or_sticks_on_postgres(postgres_server: Server) -> None:
    with prepared(postgres_server) as houses:
        totals = run_many(houses, POSTGRES)
    assert not totals.failed, found(totals)
