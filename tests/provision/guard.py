"""Stop a PostgreSQL server and remove its folders as soon as the process that started it is gone.

Run by path as a process of its own: `guard.py PG_CTL HOME DATA [UID GID]`. It waits on standard input,
which the operating system closes however the test run ends: normally, by Ctrl-C, or killed outright,
where no handler inside the test run could still act.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Any


def main(pg_ctl: str, home: str, data: str, *account: str) -> None:
    """Wait for the end of input, then stop the server of the folder `data` at once and delete both folders."""
    sys.stdin.read()
    run_as: dict[str, Any] = {}
    if account:
        run_as = {"user": int(account[0]), "group": int(account[1]), "extra_groups": []}
    subprocess.run(
        [pg_ctl, "stop", "-D", data, "-m", "immediate", "-w"],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **run_as,
    )
    for folder in (data, home):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
