"""`python -m tests.simulators facebook --port 8801`: run one simulator in the foreground until interrupted.

The name is a module of this package with a function `simulator() -> kit.Simulator`.
"""

import argparse
import time
from importlib import import_module
from importlib.util import find_spec

from tests.simulators import kit

NAMES = [name for name in ("facebook", "zalo") if find_spec(f"tests.simulators.{name}")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    wanted = parser.parse_args()
    made: kit.Simulator = import_module(f"tests.simulators.{wanted.name}").simulator()
    with kit.serve(made, wanted.port) as running:
        print(f"{wanted.name}: {running.url}  (journal: {running.url}{kit.CONTROL}journal)", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
