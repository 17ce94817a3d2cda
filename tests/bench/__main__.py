"""`python -m tests bench [TABLE…]`: the tables of README, each beside its peers in the same run."""

import importlib
import sys

TABLES = ("throughput", "workers", "crash", "punctual", "calendar")


def main(arguments: list[str]) -> int:
    """Print the tables named (all of them without a name); a number changes how many deliveries a table takes."""
    counts = [int(word) for word in arguments if word.isdecimal()]
    names = [word for word in arguments if not word.isdecimal()]
    for name in names or TABLES:
        importlib.import_module(f"tests.bench.{name}").main(*counts)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
