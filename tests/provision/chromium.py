"""Find a Chromium browser for the browser tests, or install Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.provision import Part

SEARCH = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

# Without a sandbox because CI runs as root; the rest keeps the browser from calling its maker's hosts,
# which on a closed network fills the log with refused connections and slows the start.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_APT = ("apt-get", "-q", "-y", "--no-install-recommends")
_MINUTES = 60


def find(environ: Mapping[str, str], search: Sequence[str] = SEARCH) -> Part:
    """Look for a browser: `PUBLISHER_TEST_CHROMIUM` alone when it is set, else the paths in `search`."""
    named = environ.get("PUBLISHER_TEST_CHROMIUM", "")
    for path in [named] if named else search:
        if Path(path).is_file():
            return _part(path, f"found at {path}")
    if named:
        return _part("", f"PUBLISHER_TEST_CHROMIUM names {named}, and there is no such file.")
    return _part(
        "",
        "No Chromium at the usual places: install one (Debian: apt-get install chromium) or set "
        "PUBLISHER_TEST_CHROMIUM to its path.",
    )


def find_or_install(environ: Mapping[str, str], search: Sequence[str] = SEARCH) -> Part:
    """Like `find`, and on Debian as root install the browser first when there is none."""
    part = find(environ, search)
    if part.present or environ.get("PUBLISHER_TEST_CHROMIUM"):
        return part
    refusal = _install(environ)
    part = find(environ, search)
    return part if part.present else _part("", f"{part.reason} {refusal}".strip())


def _install(environ: Mapping[str, str]) -> str:
    """Install Debian's chromium package; returns why it could not be done, empty when it was."""
    if shutil.which("apt-get", path=environ.get("PATH")) is None:
        return "It is installed by itself on Debian only: there is no apt-get here."
    if os.geteuid() != 0:
        return "It is installed by itself only for root."
    print("Installing Debian's chromium for the browser tests …", flush=True)
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*_APT, "update"], [*_APT, "install", "chromium"]):
        try:
            done = subprocess.run(
                command, env=quiet, capture_output=True, text=True, timeout=10 * _MINUTES, check=False
            )
        except subprocess.TimeoutExpired:
            return f"`{' '.join(command)}` did not finish in 10 minutes."
        if done.returncode != 0:
            return f"`{' '.join(command)}` failed:\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return ""


def _part(place: str, reason: str) -> Part:
    return Part(marker="browser", title="A Chromium browser", place=place, reason=reason)
