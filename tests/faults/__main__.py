"""`python -m tests faults --seeds 5000`: seeded accidents by the thousand; `--seeds 1 --start K -v` replays one."""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests import conftest  # noqa: F401 - puts the test outlets on the path, as pytest does
from tests.faults.houses import Houses, prepared
from tests.faults.seeds import Totals, run, run_many
from tests.provision import postgres


@contextmanager
def houses(database: str) -> Iterator[Houses]:
    """Prepare the office on the database named."""
    if database == "sqlite":
        with prepared() as built:
            yield built
    else:
        with postgres.open_server(os.environ) as server, prepared(server) as built:
            yield built


def replay(built: Houses, seed: int) -> int:
    """Play one seed and print its steps and what the judge found; returns 1 when it found something."""
    trial, verdict = run(built.fresh(), seed)
    print(*trial.steps, sep="\n")
    print(*(verdict.faults or ["nothing doubled, lost, stuck or untrue"]), sep="\n")
    return 1 if verdict.faults else 0


def report(totals: Totals, seconds: float) -> str:
    """Return the totals as lines."""
    each = seconds / max(totals.runs, 1) * 1000
    kinds = "\n".join(f"  {count:8,d}  {kind}" for kind, count in sorted(totals.injected.items()))
    return (
        f"faults and interferences, {sum(totals.injected.values()):,} in all:\n{kinds}\n"
        f"{totals.runs:,} runs in {seconds:.0f} s ({each:.0f} ms each), {totals.deliveries:,} deliveries, "
        f"{totals.landed:,} landings: {totals.duplicates} duplicates, {totals.losses} losses, {totals.stuck} stuck, "
        f"{totals.untrue} untrue; {totals.unsure:,} open as unsure"
    )


def main(arguments: list[str]) -> int:
    """Run the seeds asked for; returns 1 when the judge found anything."""
    parser = argparse.ArgumentParser(prog="python -m tests faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000, help="how many (default 5000)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("-v", action="store_true", help="print every step; best with --seeds 1")
    given = parser.parse_args(arguments)
    logging.disable(logging.ERROR)  # the unforeseen errors of the outlets are foreseen here
    seeds = range(given.start, given.start + given.seeds)
    began = time.monotonic()

    def tell(totals: Totals) -> None:
        if totals.runs % 250 == 0:
            print(f"{totals.runs} runs, {len(totals.failed)} with findings", flush=True)

    with houses(given.database) as built:
        if given.v:
            return max(replay(built, seed) for seed in seeds)
        totals = run_many(built, seeds, tell)
    print(report(totals, time.monotonic() - began))
    for seed, found in totals.failed.items():
        print(f"seed {seed}: {found}\n  again: python -m tests faults --seeds 1 --start {seed} -v")
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
