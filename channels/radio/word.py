"""The announcer's script as .docx, so that a station can still change a line before it signs."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from channels.radio.book import Book, head, script_rows

COLUMNS = (("STT", 13), ("Thời gian", 21), ("Người đọc", 22), ("Nội dung", 96), ("Ghi chú", 26))  # mm
FONT = "Times New Roman"


def as_docx(values: Book, number: int | None, edition: int | None, notice: str = "") -> bytes:
    """Return the script as .docx: A4, 15 pt, one sentence a row that never breaks across pages."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(20), Mm(12)
    section.top_margin = section.bottom_margin = Mm(16)
    _style(document)
    document.core_properties.title = f"{values['station']}: {values['title']}"
    _line(document, values["station"].upper(), 13, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "KỊCH BẢN PHÁT THANH", 18, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    if notice:
        _line(document, notice, 13, bold=True)
    for label, value in head(values, number, edition):
        paragraph = _line(document, f"{label}: ", 13, bold=True)
        paragraph.add_run(value).font.size = Pt(13)
    _line(document, "", 6)
    _table(document, values)
    _line(document, "Dấu // nghỉ ngắn, /// nghỉ dài. Số, ngày, chữ viết tắt đã chuyển thành chữ đọc.", 11)
    _signature(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _style(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(15)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): "vi-VN"})
    normal.element.get_or_add_rPr().append(language)
    normal.paragraph_format.space_after = Pt(2)


def _line(document: Any, text: str, size: int, *, bold: bool = False, align: Any = None) -> Any:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def _table(document: Any, values: Book) -> None:
    """Append the script table, written as XML in one piece: cell by cell python-docx takes half a second a script."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    rows = [_row([(name, 11, "b") for name, _width in COLUMNS], top=True, bottom=True, head=True)]
    for row in script_rows(values):
        rows += _segment(row)
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for _name, width in COLUMNS)
    xml = f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    table = parse_xml(f"{xml}{''.join(rows)}</w:tbl>")
    document.element.body.insert(len(document.element.body) - 1, table)  # before the section's own properties


def _segment(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield a segment's rows, one a sentence: so no sentence can break across two pages."""
    lines = row["lines"] or [[row["part"], ""]]
    note = row["note"] if row["note"] != row["part"] else ""
    said = (15, "") if row["lines"] else (12, "i")
    for place, (line, pause) in enumerate(lines):
        first = place == 0
        cells = [
            (str(row["number"]) if first else "", 11, ""),
            (f"{row['at']}\n{row['lasts']}" if first else "", 11, ""),
            (row["who"] if first else "", 11, "b"),
            (f"{line} {pause}".rstrip(), *said),
            ("\n".join(filter(None, (row["part"], note))) if first else "", 10, ""),
        ]
        yield _row(cells, top=first, bottom=place == len(lines) - 1)


def _row(cells: Sequence[tuple[str, int, str]], *, top: bool, bottom: bool, head: bool = False) -> str:
    """Return a row that never breaks across pages; sides are drawn always, above and below only where asked."""
    drawn = (("top", top), ("left", True), ("bottom", bottom), ("right", True))
    edges = "".join(
        f'<w:{name} w:val="{"single" if shown else "nil"}" w:sz="4" w:color="000000"/>' for name, shown in drawn
    )
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/><w:tcBorders>{edges}</w:tcBorders></w:tcPr>'
        f"{_paragraph(text, size, face)}</w:tc>"
        for (text, size, face), (_name, width) in zip(cells, COLUMNS, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{written}</w:tr>"


def _paragraph(text: str, size: int, face: str) -> str:
    spacing = f'<w:spacing w:after="40" w:line="{360 if size == 15 else 264}" w:lineRule="auto"/>'
    style = f'{f"<w:{face}/>" if face else ""}<w:sz w:val="{2 * size}"/><w:szCs w:val="{2 * size}"/>'
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\n"))
    return f"<w:p><w:pPr><w:keepLines/>{spacing}</w:pPr><w:r><w:rPr>{style}</w:rPr>{runs}</w:r></w:p>"


def _twips(millimetres: int) -> int:
    return round(millimetres * 1440 / 25.4)


def _signature(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    for text, size, bold in (
        ("DUYỆT PHÁT", 14, True),
        ("ngày ...... tháng ...... năm ............", 12, False),
        ("\n\n", 12, False),
        ("(ký, ghi rõ họ tên)", 12, False),
    ):
        paragraph = _line(document, text, size, bold=bold, align=WD_ALIGN_PARAGRAPH.CENTER)
        paragraph.paragraph_format.left_indent = Mm(90)
        paragraph.paragraph_format.keep_with_next = text != "(ký, ghi rõ họ tên)"
