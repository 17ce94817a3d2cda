"""A report as PDF, set by typst from the same blocks as the Word document; all text goes in as data."""

import json
import math
import threading
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import templates
from publisher.reports.letterhead import (
    COUNTRY,
    LEFT_MM,
    MOTTO,
    POINTS,
    RIGHT_MM,
    SHORT_RULE,
    addressee_lines,
    recipient_lines,
    width_mm,
)
from publisher.reports.outline import Block, Document, Line

if TYPE_CHECKING:
    import typst

SOURCE = Path(templates.__file__).parent / "documents" / "report.typ"
_LOCK = threading.Lock()  # one compiler for the process: a new one for each document makes memory grow


@lru_cache(maxsize=1)
def _compiler() -> "typst.Compiler":
    import typst

    termes = files("mplhep_data") / "fonts" / "texgyretermes"
    return typst.Compiler(str(SOURCE), font_paths=typst.Fonts(font_paths=[str(termes)], include_system_fonts=False))


def as_pdf(document: Document, author: str) -> bytes:
    """Return the document as PDF: A4, the metrics of Times New Roman, text that can be searched and copied."""
    data = json.dumps(_data(document, author), ensure_ascii=False)
    with _LOCK:
        pdf = _compiler().compile(input=str(SOURCE), format="pdf", sys_inputs={"data": data})
    assert isinstance(pdf, bytes)
    return pdf


def _data(document: Document, author: str) -> dict[str, Any]:
    head = document.head
    place = head.place_line(document.year)
    subject = width_mm(document.subject, POINTS["subject"], "bold")
    text_mm = LEFT_MM + RIGHT_MM
    return {
        "title": f"{document.kind} {document.subject}",
        "author": author,
        "points": POINTS,
        "left_mm": LEFT_MM,
        "right_mm": RIGHT_MM,
        "country": COUNTRY,
        "motto": MOTTO,
        "motto_rule_mm": width_mm(MOTTO, POINTS["motto"], "bold"),
        "parent": head.parent,
        "issuer": head.issuer,
        "issuer_rule_mm": max((width_mm(line, POINTS["issuer"], "bold") for line in head.issuer), default=40)
        * SHORT_RULE,
        "number": head.number_line,
        "place": place,
        "place_points": head.place_points(document.year),
        "kind": document.kind,
        "subject": document.subject,
        "subject_rule_mm": subject / math.ceil(subject / text_mm) * SHORT_RULE,
        "addressees": addressee_lines(head.addressees),
        "recipients": recipient_lines(head.recipients),
        "signing": head.signing,
        "signer": head.signer,
        "text": [_block(one) for one in document.text],
        "annexes": [
            {
                "label": annex.label,
                "title": annex.title.split("\n"),
                "tie": annex.tie,
                "blocks": [_block(one) for one in annex.blocks],
            }
            for annex in document.annexes
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Line):
        return {"kind": block.style, "text": block.text}
    return {"kind": "grid", **asdict(block)}
