"""`python -m tests bench channels [COUNT]`: deliveries through Facebook and Zalo, and the calls each one takes.

The whole way, from the claim to the recorded receipt, against the simulators without delay and in this process (so
the seconds hold the simulator's work too). What counts is the column of calls: a text post is one call; an article is
two writes, and a poll for each of the two jobs, and one look at what readers then see.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "outlets"))  # where the Zalo of the tests is installed


@dataclass(frozen=True)
class Run:
    """A prepared office, the account to send on, and the simulator that counts the calls."""

    office: Any
    account_id: int
    simulator: Any
    accepted: Callable[[], int]


@contextmanager
def facebook(home: Path) -> Iterator[Run]:
    """An office connected to a simulated Page by the address settings."""
    from publisher import clock
    from publisher.config import Config
    from publisher.installation import open_installation
    from tests.factories import make_office
    from tests.simulators import kit
    from tests.simulators.facebook import Facebook
    from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID

    with kit.serve(Facebook()) as running:
        office = make_office(open_installation(Config(home=home, facebook_url=running.url)))
        sim: Any = running.simulator
        token = sim.world.token("PAGE", clock.now()).value
        values = {"page_id": PAGE_ID, "token": token, "app_id": APP_ID, "app_secret": APP_SECRET}
        account_id = office.add_account("facebook", "Trang", values=values)
        yield Run(office, account_id, sim, lambda: len(sim.journal.entries("feed")))
        office.installation.close()


@contextmanager
def zalo(home: Path) -> Iterator[Run]:
    """An office with a Zalo account that has just consented."""
    from zalo_outlet import STAGES

    from channels.base import Outfit
    from publisher.config import Config
    from publisher.installation import open_installation
    from tests.factories import make_office
    from tests.simulators import kit
    from tests.simulators.zalo_stage import SETTINGS, staged

    office = make_office(open_installation(Config(home=home)))
    with staged(office.world.files.folder, kit.Clock(), per_minute=10**9) as stage:

        def fitted(outfit: Outfit) -> Outfit:
            return replace(outfit, addresses=stage.outfit.addresses, tokens=stage.desk)

        STAGES["bench"] = fitted
        account_id = office.add_account("zalo_staged", "OA", values={**SETTINGS, "stage": "bench"})
        yield Run(office, account_id, stage.simulator, lambda: len(stage.simulator.shown()))
    office.installation.close()


def scheduled(run: Run, count: int) -> None:
    """Write, submit and approve as many posts, all different: the outlets refuse the same text twice."""
    from publisher import clock

    due_at = clock.now() + timedelta(minutes=30)
    for number in range(count):
        title = f"Bài đo số {number}"
        run.office.scheduled(title, due_at=due_at, account_id=run.account_id, body=f"Nội dung của bài số {number}.")


def measured(name: str, run: Run, count: int) -> str:
    """Send everything at its due time; return a row of the table."""
    from publisher import clock
    from publisher.delivery.drain import tick

    scheduled(run, count)
    run.simulator.faults.clear()
    began, cpu = time.perf_counter(), time.process_time()
    with clock.reading(clock.now() + timedelta(minutes=31)):
        came = tick(run.office.world)["attempts"]
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    calls = dict(run.simulator.faults.calls)
    each = calls.pop("*") / count
    kinds = ", ".join(f"{verb} {number / count:g}" for verb, number in sorted(calls.items()))
    assert came == {"sent": count} and run.accepted() == count, (came, run.accepted())
    return f"| {name} | {count} | {each:.2f} | {kinds} | {count / seconds:,.0f} | {cpu / count * 1000:.1f} |"


def main(count: int = 1_000) -> None:
    """Print the table; fails only when a delivery did not land exactly once."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print("| Outlet | deliveries | calls each | which | deliveries/s | CPU ms each |\n|---|---|---|---|---|---|")
    for name, outlet in (("Facebook, text", facebook), ("Zalo, article", zalo)):
        with tempfile.TemporaryDirectory() as folder, outlet(Path(folder) / "home") as run:
            print(measured(name, run, count), flush=True)
