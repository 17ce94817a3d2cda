"""The parts a full test run needs beside Python: a PostgreSQL server and a Chromium browser.

A part that cannot be had is never passed over in silence: on a desk its tests are left out with a
framed notice, in CI (`CI=true`) the run fails, because a green build must mean that everything ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Unavailable(RuntimeError):
    """A part of the test run cannot be had; the text says what was tried and what to do."""


@dataclass(frozen=True)
class Part:
    """One part as found on this machine: `place` is a path or address, empty when there is none."""

    marker: str  # the pytest marker of the tests that need it
    title: str
    place: str
    reason: str  # where it was found, or why it is absent and what to do

    @property
    def present(self) -> bool:
        """Whether the tests that need this part can run."""
        return bool(self.place)


def in_ci(environ: Mapping[str, str]) -> bool:
    """Whether the run is one where nothing may be left out."""
    return environ.get("CI", "").strip().lower() in {"true", "1", "yes"}


def left_out(parts: Iterable[Part]) -> list[Part]:
    """The parts that are absent, in the order given."""
    return [part for part in parts if not part.present]


def verdict(parts: Iterable[Part], *, ci: bool) -> int:
    """The exit code that the parts alone call for: 1 when one is absent in CI, else 0."""
    return 1 if ci and left_out(parts) else 0


def notice(parts: Iterable[Part], *, ci: bool) -> str:
    """A framed text naming each absent part and why; empty when all are present."""
    absent = left_out(parts)
    if not absent:
        return ""
    outcome = "these tests FAIL (CI leaves nothing out)" if ci else "these tests are LEFT OUT"
    lines = [f"{part.title} is missing, {outcome}: -m {part.marker}. {part.reason}" for part in absent]
    rule = "!" * 100
    return "\n".join([rule, *lines, rule])
