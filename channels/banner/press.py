"""The press: one typst compiler for the whole process, behind a lock; the same data gives the same bytes."""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import templates
from channels.banner.faces import folders

if TYPE_CHECKING:
    import typst

FOLDER = Path(templates.__file__).parent / "banner"
_LOCK = threading.Lock()  # typst has no limit of its own in time or memory: one sheet at a time, texts are capped


@lru_cache(maxsize=1)
def _compiler() -> "typst.Compiler":
    """Return the kept compiler; one that is made anew for each sheet never gives its memory back."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders()))
    return typst.Compiler(str(FOLDER / "sheet.typ"), root=str(FOLDER), font_paths=fonts)


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return a document as PDF, colours as ink, text as data."""
    return _compiled(template, {**data, "screen": False})


def png(template: str, data: dict[str, Any], ppi: float) -> bytes:
    """Return the first page, cut to its trim, as PNG of `ppi` points an inch, colours as screens show them."""
    return _compiled(template, {**data, "screen": True}, ppi)


def _compiled(template: str, data: dict[str, Any], ppi: float | None = None) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    with _LOCK:
        made, warnings = _compiler().compile_with_warnings(
            input=str(FOLDER / template), format="pdf" if ppi is None else "png", ppi=ppi, sys_inputs=inputs
        )
    if warnings:  # an unknown font only warns, and the sheet would be set in another one
        raise RuntimeError(f"{template}: {warnings[0].message}")
    found = made[0] if isinstance(made, list) else made
    if found is None:
        raise RuntimeError(f"{template}: no page")
    return found
