"""`python -m tests bench [TABLE…] [COUNT]`: the tables of README, each beside its peers in the same run."""

import argparse
import importlib
import sys
from inspect import signature

ENGINE = ("throughput", "workers", "crash", "punctual", "calendar")
TABLES = (*ENGINE, "banner", "channels", "radio", "reach", "reports", "speech", "year")


def main(arguments: list[str]) -> int:
    """Print the tables named (those of the engine without a name); a number changes how much a table takes."""
    parser = argparse.ArgumentParser(
        prog="python -m tests bench",
        description="Print tables of speed, each beside its peers in the same run.",
        epilog=f"Tables: {', '.join(TABLES)}. Without a name: {', '.join(ENGINE)}.",
    )
    parser.add_argument("words", nargs="*", metavar="TABLE|COUNT", help="tables, and how much they are to take")
    words: list[str] = parser.parse_args(arguments).words
    counts = [int(word) for word in words if word.isdecimal()]
    names = [word for word in words if not word.isdecimal()]
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        parser.error(f"no table {', '.join(unknown)}; there are {', '.join(TABLES)}")
    for name in names or ENGINE:
        table = importlib.import_module(f"tests.bench.{name}").main
        table(*counts[: len(signature(table).parameters)])  # some have nothing to count
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
