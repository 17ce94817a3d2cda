"""Find a Chromium browser for the browser tests, or install Debian's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.provision import Part, apt

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
    refusal = apt.install(environ, ("chromium",), "the browser tests")
    part = find(environ, search)
    return part if part.present else _part("", f"{part.reason} {refusal}".strip())


def _part(place: str, reason: str) -> Part:
    return Part(marker="browser", title="A Chromium browser", place=place, reason=reason)
