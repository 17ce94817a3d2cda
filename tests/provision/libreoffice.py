"""Find LibreOffice for the tests that open documents the way an office does, or install Debian's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.provision import Part, apt

SEARCH = (
    "/usr/bin/soffice",
    "/usr/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
# Version 2 of the fonts: version 1 lacks 92 Vietnamese letters, and a page would show another typeface's widths.
PACKAGES = ("libreoffice-writer-nogui", "libreoffice-calc-nogui", "fonts-liberation2")


def find(environ: Mapping[str, str], search: Sequence[str] = SEARCH) -> Part:
    """Look for LibreOffice: `PUBLISHER_TEST_SOFFICE` alone when it is set, else the paths in `search`."""
    named = environ.get("PUBLISHER_TEST_SOFFICE", "")
    for path in [named] if named else search:
        if Path(path).is_file():
            return _part(path, f"found at {path}")
    if named:
        return _part("", f"PUBLISHER_TEST_SOFFICE names {named}, and there is no such file.")
    return _part(
        "",
        f"No LibreOffice at the usual places: install one (Debian: apt-get install {' '.join(PACKAGES)}) or set "
        "PUBLISHER_TEST_SOFFICE to its path.",
    )


def find_or_install(environ: Mapping[str, str], search: Sequence[str] = SEARCH) -> Part:
    """Like `find`, and on Debian as root install it first when there is none."""
    part = find(environ, search)
    if part.present or environ.get("PUBLISHER_TEST_SOFFICE"):
        return part
    refusal = apt.install(environ, PACKAGES, "the tests of documents")
    part = find(environ, search)
    return part if part.present else _part("", f"{part.reason} {refusal}".strip())


def _part(place: str, reason: str) -> Part:
    return Part(marker="libreoffice", title="LibreOffice", place=place, reason=reason)
