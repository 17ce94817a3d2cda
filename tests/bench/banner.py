"""`python -m tests bench banner`: 100 banner sheets of 3 × 0.8 m, beside a plain typst Compiler kept for all of them.

Each row runs in a process of its own. The peer draws one auto-fitted line on the same ground and nothing else: no unit
line, no code, no marks, no page boxes, no layer.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

COUNT = 100
PLAIN = b"""
#let d = json(bytes(sys.inputs.data))
#set page(width: 3000mm, height: 800mm, margin: 0pt, bleed: 30mm, fill: none,
  background: rect(width: 3060mm, height: 860mm, fill: cmyk(100%, 70%, 0%, 10%)))
#set text(font: "Be Vietnam Pro", weight: 800, fill: cmyk(0%, 0%, 0%, 0%), lang: "vi", hyphenate: false,
  top-edge: "bounds", bottom-edge: "bounds")
#context {
  let line(size) = text(size: size, d.slogan)
  let size = 100mm * (2760mm / measure(line(100mm)).width)
  place(center + horizon, line(size))
}
"""


def slogans() -> Iterator[str]:
    """A hundred slogans, no two alike."""
    file = Path(__file__).parents[2] / "publisher" / "demo" / "posts.json"
    known = [row["slogan"].rstrip("!") for row in json.loads(file.read_text("utf-8"))]
    for number in range(COUNT):
        yield f"{known[number % len(known)]} {number}"


def kept_compiler() -> Callable[[str], bytes]:
    """The peer: typst alone."""
    import typst

    from channels.banner.faces import folders

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders())
    compiler = typst.Compiler(PLAIN, font_paths=fonts)

    def draw(slogan: str) -> bytes:
        made = compiler.compile(input=PLAIN, sys_inputs={"data": json.dumps({"slogan": slogan.upper()})})
        assert isinstance(made, bytes)
        return made

    return draw


def print_files(preview: bool) -> Callable[[str], bytes]:
    """Ours: broken into lines, fitted, drawn with unit line, code and hotline, finished for the press."""
    from channels.banner import plates
    from channels.banner.faces import faces
    from channels.banner.layout import Copy, compose
    from channels.banner.palette import PALETTES
    from channels.banner.sheets import sheet

    made, known = sheet("bang-ron-3x0.8"), faces()
    chosen = (known["narrow"], known["sans"])

    def draw(slogan: str) -> bytes:
        copy = Copy(
            slogan, "Ủy ban nhân dân phường An Mẫu", "0200.000.101", "https://tuyentruyen.example.gov.vn/tin/bai",
            "", PALETTES["xanh-trang"], chosen, known["text"],
        )  # fmt: skip
        page = plates.data(made, [compose(made, copy)], "Bài", "Phường An Mẫu")
        pdf = plates.print_file(made, page)
        if preview:
            plates.preview(page)
        return pdf

    return draw


ENGINES: dict[str, tuple[str, Callable[[], Callable[[str], bytes]]]] = {
    "plain": ("typst, one Compiler kept, a bare line", kept_compiler),
    "ours": ("print file: lines, unit, code, marks, boxes, layer", lambda: print_files(False)),
    "preview": ("print file and preview of 1,400 px", lambda: print_files(True)),
}


def run(name: str) -> None:
    """Draw all sheets and print what it took."""
    begun = time.perf_counter()
    draw = ENGINES[name][1]()
    todo = list(slogans())
    draw(todo[0])
    first = time.perf_counter() - begun
    times, size = [], 0
    for slogan in todo:
        start = time.process_time()  # of this process alone: neighbours on the machine do not count
        size += len(draw(slogan))
        times.append(time.process_time() - start)
    times.sort()
    memory = psutil.Process().memory_info().rss / 1024**2
    result = {"first": first, "middle": times[len(times) // 2], "all": sum(times), "mib": memory, "bytes": size}
    print(json.dumps(result))


def main() -> None:
    """Print the table."""
    print("| | first sheet, ms | a sheet, CPU ms (median) | 100 sheets, CPU s | MiB | kB a sheet |")
    print("|---|---|---|---|---|---|")
    for name, (title, _make) in ENGINES.items():
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.banner", name], capture_output=True, text=True, check=True
        )
        row = json.loads(done.stdout.strip().splitlines()[-1])
        print(
            f"| {title} | {row['first'] * 1000:.0f} | {row['middle'] * 1000:.1f} | {row['all']:.2f} | "
            f"{row['mib']:.0f} | {row['bytes'] / COUNT / 1000:.0f} |"
        )


if __name__ == "__main__":
    run(sys.argv[1])
