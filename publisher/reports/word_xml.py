"""Pieces of WordprocessingML in twips (1/20 pt; 1 mm = 56.69) for what python-docx has no words for.

Tables of thousands of rows are written as text: through python-docx's objects a row costs a hundred times as much.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML file may hold these


def parsed(piece: str) -> Any:
    """Return a piece of XML as an element of python-docx."""
    from docx.oxml import parse_xml

    at = re.search(r"[\s/>]", piece)
    assert at is not None
    return parse_xml(f"{piece[: at.start()]} {NAMESPACES}{piece[at.start() :]}")


def twips(mm: float) -> int:
    """Return millimetres in twips, cut as Word's own page sizes are: 210 × 297 mm is 11906 × 16838."""
    return int(mm * 1440 / 25.4 + 0.5)


def run(text: str, points: float, *, bold: bool = False, italic: bool = False, style: str = "") -> str:
    """Return a run; the font and the language come from the document's defaults."""
    marks = f'<w:rStyle w:val="{style}"/>' if style else ""
    marks += "<w:b/><w:bCs/>" if bold else ""
    marks += "<w:i/><w:iCs/>" if italic else ""
    size = int(points * 2)
    return (
        f'<w:r><w:rPr>{marks}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(_ILLEGAL.sub("", text))}</w:t></w:r>'
    )


def paragraph(
    *runs: str,
    align: str = "left",
    before: float = 0,
    after: float = 0,
    line: int = 240,
    rule: str = "auto",
    first_mm: float = 0,
    keep: bool = False,
    whole: bool = False,
    left: int = 0,
    right: int = 0,
    top_border: bool = False,
    heading: int | None = None,
) -> str:
    """Return a paragraph; `before`, `after` in points, `line` in 240ths (rule auto) or twips (exact).

    `keep` keeps it with the next paragraph, `whole` keeps its lines on one page; `heading` is an outline level.
    """
    spacing = f'w:before="{int(before * 20)}" w:after="{int(after * 20)}" w:line="{line}" w:lineRule="{rule}"'
    props = "".join(
        (
            "<w:keepNext/>" if keep else "",
            "<w:keepLines/>" if whole else "",
            '<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>' if top_border else "",
            f"<w:spacing {spacing}/>",
            f'<w:ind w:left="{left}" w:right="{right}" w:firstLine="{twips(first_mm)}"/>',
            f'<w:jc w:val="{"both" if align == "justify" else align}"/>',
            f'<w:outlineLvl w:val="{heading}"/>' if heading is not None else "",
        )
    )
    return f"<w:p><w:pPr>{props}</w:pPr>{''.join(runs)}</w:p>"


def rule_line(width_mm: float, cell_mm: float) -> str:
    """Return the line under a text: an empty paragraph with an upper border, indented to the wanted length."""
    side = twips((cell_mm - width_mm) / 2)
    return paragraph(align="center", before=2.5, line=40, rule="exact", left=side, right=side, top_border=True)


def link(relation: str, text: str, points: float) -> str:
    """Return a hyperlink to a relation of the document."""
    return f'<w:hyperlink r:id="{relation}" w:history="1">{run(text, points, style="Hyperlink")}</w:hyperlink>'


def _borders(kind: str) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{side} w:val="{kind}" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)


def table(widths_mm: Sequence[float], rows: Iterable[str], *, border: bool, padding_mm: float = 1.0) -> str:
    """Return a table of fixed widths; rows are made by `row`."""
    pad = twips(padding_mm)
    widths = [twips(mm) for mm in widths_mm]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{_borders('single' if border else 'nil')}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{pad}" w:type="dxa"/><w:right w:w="{pad}" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def row(widths_mm: Sequence[float], cells: Iterable[str], *, head: bool = False, middle: bool = False) -> str:
    """Return a row that no page end splits; a head row is repeated on each page."""
    centre = '<w:vAlign w:val="center"/>' if middle else ""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{twips(mm)}" w:type="dxa"/>{centre}</w:tcPr>{cell}</w:tc>'
        for mm, cell in zip(widths_mm, cells, strict=True)
    )
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{made}</w:tr>"
