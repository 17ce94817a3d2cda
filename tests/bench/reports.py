"""`python -m tests bench reports`: how long a year's report takes in all formats, and a stream of a million lines."""

import tempfile
import time
import tracemalloc
from pathlib import Path

from publisher import clock
from publisher.config import Config
from publisher.installation import open_installation
from publisher.model import Unit
from publisher.reports import compose, content, duties, files, flat, writing
from publisher.reports.letterhead import Letterhead
from publisher.reports.regime import read_regime
from tests.reports.samples import STATE, ZONE, product, sample
from tests.reports.year import AFTER, YEAR, make_year


def formats(report: content.Report, paper: Letterhead) -> float:
    """Print a row a format; returns the seconds of all four."""
    total = 0.0
    for kind in files.TYPES:
        begun = time.perf_counter()
        size = sum(len(piece) for piece in files.pieces(kind, report, paper, ZONE))
        took = time.perf_counter() - begun
        total += took
        print(f"| .{kind} | {took:.2f} | {size / 1024:,.0f} |")
    return total


def year_of_three_units() -> None:
    """A whole year of 2,000 deliveries and 200 activities of three units in one report."""
    with tempfile.TemporaryDirectory() as folder:
        installation = open_installation(Config(home=Path(folder) / "home"))
        year = make_year(installation)
        with clock.reading(AFTER), installation.world.db.reading() as session:
            window = duties.window_of(read_regime(session), "CL22", f"{YEAR}-Y")
            row = duties.unowed(session, session.get_one(Unit, year.units[0]), window)
            begun = time.perf_counter()
            report = compose.compose(session, ZONE, row)
            composed = time.perf_counter() - begun
            paper = writing.paper_of(session, row)
        installation.close()
    print(f"\nOne unit's year, {len(report.products)} items\n\n| | s | kB |\n|---|---|---|")
    print(f"| figures from the database | {composed:.2f} | |")
    formats(report, paper)


def two_thousand() -> None:
    """Twelve months with 2,000 items: all four formats, and the canonical text with its hash."""
    report = sample(2000)
    print("\n12 months, 2,000 items\n\n| | s | kB |\n|---|---|---|")
    total = formats(report, STATE)
    begun = time.perf_counter()
    text = content.canonical(report)
    content.digest(text)
    took = time.perf_counter() - begun
    print(f"| canonical text and sha256 | {took:.2f} | {len(text) / 1024:,.0f} |")
    print(f"| all | {total + took:.2f} | |")


def stream(lines: int) -> None:
    """Lines of CSV from a generator, with the peak of memory while they go."""
    tracemalloc.start()
    begun = time.perf_counter()
    size = sum(len(piece) for piece in flat.as_csv(sample(), (product(n + 1) for n in range(lines // 2)), ZONE))
    took = time.perf_counter() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\n{lines:,} lines of CSV: {took:.1f} s (traced), {size / 1024**2:,.0f} MB, peak {peak / 1024**2:.1f} MiB")


def main(count: int = 1_000_000) -> None:
    """Print the tables; `count` is the number of lines streamed."""
    year_of_three_units()
    two_thousand()
    stream(count)
