"""Installing a program that tests need from Debian, where that is possible; else a sentence that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

_APT = ("apt-get", "-q", "-y", "--no-install-recommends")
_MINUTES = 60


def install(environ: Mapping[str, str], packages: Sequence[str], purpose: str) -> str:
    """Install packages as root on Debian; returns why it could not be done, empty when it was."""
    if shutil.which("apt-get", path=environ.get("PATH")) is None:
        return "It is installed by itself on Debian only: there is no apt-get here."
    if os.geteuid() != 0:
        return "It is installed by itself only for root."
    print(f"Installing Debian's {', '.join(packages)} for {purpose} …", flush=True)
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*_APT, "update"], [*_APT, "install", *packages]):
        try:
            done = subprocess.run(
                command, env=quiet, capture_output=True, text=True, timeout=10 * _MINUTES, check=False
            )
        except subprocess.TimeoutExpired:
            return f"`{' '.join(command)}` did not finish in 10 minutes."
        if done.returncode != 0:
            return f"`{' '.join(command)}` failed:\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return ""
