"""`python -m tests`: format, lint and types are checked, then the tests run; see README.md in this folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.provision import Part, chromium, in_ci, libreoffice, notice, postgres, verdict

ROOT = Path(__file__).resolve().parent.parent

# Most tests wait for a browser, a database or a clock: two files at once, each whole, as its tests share things. In
# the order of their names: xdist's own puts the files with few tests last, and those are the slow ones.
TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
}


def run_module(module: str, *arguments: str) -> int:
    """Run a Python module with this interpreter in the root of the repository; returns its exit code."""
    with subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The step got the same Ctrl-C from the terminal and winds up by itself: wait for that.
            process.wait()
            sys.exit("interrupted")


def check(_arguments: list[str]) -> int:
    """Check format, lint and types, each to its end, then say which failed; returns 1 when one did."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}: {' '.join(command)}", flush=True)
        if run_module(*command) != 0:
            failed.append(name)
    print(f"== FAILED: {', '.join(failed)} (see above)" if failed else "== checks passed", flush=True)
    return 1 if failed else 0


def provision(_arguments: list[str]) -> int:
    """Look for PostgreSQL, Chromium and LibreOffice, install the latter two where possible, and say what there is."""
    ci = in_ci(os.environ)
    parts: list[Part] = [
        postgres.find(os.environ),
        chromium.find_or_install(os.environ),
        libreoffice.find_or_install(os.environ),
    ]
    for part in parts:
        if part.present:
            print(f"== {part.title}: {part.reason}", flush=True)
    if text := notice(parts, ci=ci):
        print(text, flush=True)
    return verdict(parts, ci=ci)


def run_tests(arguments: list[str]) -> int:
    """Provision, then hand the arguments to pytest, which has the last word on the screen."""
    provisioned = provision([])
    tested = run_module("pytest", *arguments)
    return tested or provisioned


def run_everything() -> int:
    """What a change must pass: the checks, then all tests, even when a check failed."""
    checked = check([])
    return run_tests(["tests/", *TWO_AT_ONCE]) or checked


def bench(arguments: list[str]) -> int:
    """Print the tables of speed; an argument is the number of deliveries."""
    return run_module("tests.bench", *arguments)


def faults(arguments: list[str]) -> int:
    """Play seeded accidents: `--seeds 5000 [--start N] [--database sqlite|postgres] [-v]`."""
    return run_module("tests.faults", *arguments)


def mutants(arguments: list[str]) -> int:
    """Take the engine's safeguards away one by one and show which test notices."""
    return run_module("tests.faults.mutants", *arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "check": check,
    "provision": provision,
    "bench": bench,
    "faults": faults,
    "mutants": mutants,
}


def main(arguments: list[str]) -> int:
    """Run a command of `COMMANDS` by name, pytest with any other arguments, or everything with none."""
    if not arguments:
        return run_everything()
    if arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    return run_tests(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
