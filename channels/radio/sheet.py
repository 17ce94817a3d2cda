"""The announcer's script as PDF, set by typst; all text goes in as data."""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import templates
from channels.radio.book import Book, head, script_rows

if TYPE_CHECKING:
    import typst

SOURCE = Path(templates.__file__).parent / "radio" / "script.typ"
_LOCK = threading.Lock()  # one compiler for the process: a new one for each document makes memory grow


@lru_cache(maxsize=1)
def _compiler() -> "typst.Compiler":
    import fontpkg_be_vietnam_pro
    import typst

    fonts = typst.Fonts(font_paths=[str(fontpkg_be_vietnam_pro.ROOT / "files")], include_system_fonts=False)
    return typst.Compiler(str(SOURCE), font_paths=fonts)


def as_pdf(values: Book, number: int | None, edition: int | None, notice: str = "") -> bytes:
    """Return the script as PDF: A4, 15 pt, one sentence a line, no sentence across two pages."""
    data: dict[str, Any] = {
        "station": values["station"],
        "title": values["title"],
        "head": head(values, number, edition),
        "rows": list(script_rows(values)),
        "notice": notice,
    }
    with _LOCK:
        pdf = _compiler().compile(
            input=str(SOURCE), format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
        )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf)} for one PDF")
    return pdf
