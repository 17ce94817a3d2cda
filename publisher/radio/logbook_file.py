"""The broadcast log as the book that stations keep (sổ nhật ký phát thanh): .xlsx and .docx."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from publisher.radio.items import priority_title
from publisher.radio.logbook import AIRED_TITLES, SOURCE_TITLES, Entry
from publisher.words import _, mark

# The columns of the paper book (reference/vietnam.md §5.5): name, width in characters, width in mm.
COLUMNS = (
    (mark("Ngày"), 11, 21), (mark("Giờ"), 13, 24), (mark("Chương trình, chuyên mục"), 28, 40),
    (mark("Nội dung"), 46, 58), (mark("Nguồn"), 14, 22), (mark("Phút"), 7, 13), (mark("Lần"), 6, 11),
    (mark("Kết quả"), 13, 21), (mark("Sự cố, lý do"), 30, 32), (mark("Người trực"), 20, 25),
)  # fmt: skip


def rows(entries: Sequence[Entry], zone: ZoneInfo) -> list[tuple[object, ...]]:
    """Return the lines of the book as they are written; times by the office's clock."""
    return [_row(entry, zone) for entry in entries]


def _row(entry: Entry, zone: ZoneInfo) -> tuple[object, ...]:
    starts, ends = entry.started_at.astimezone(zone), entry.ended_at.astimezone(zone)
    silent = entry.status == "not_aired"
    title = entry.title if entry.priority == "normal" else f"{entry.title} ({priority_title(entry.priority).lower()})"
    return (
        f"{entry.day:%d/%m/%Y}",
        "–" if silent else f"{starts:%H:%M}–{ends:%H:%M}",
        title,
        entry.item,
        _(SOURCE_TITLES[entry.source]),
        0 if silent else round((entry.ended_at - entry.started_at).total_seconds() / 60),
        entry.repeat_number,
        _(AIRED_TITLES[entry.status]) + (f" ({_('đã sửa')})" if entry.corrects else ""),
        entry.reason,
        entry.operator,
    )


def _heading(first: date, last: date) -> str:
    return _("Từ ngày {first} đến ngày {last}").format(first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")


def totals(entries: Sequence[Entry]) -> str:
    """Return the last line of the book: items on air count where they were read to their end."""
    full = sum(entry.status == "full" for entry in entries)
    return _("Cộng: {full} lượt phát đủ, {partial} phát thiếu, {silent} không phát.").format(
        full=full,
        partial=sum(entry.status == "partial" for entry in entries),
        silent=sum(entry.status == "not_aired" for entry in entries),
    )


def as_xlsx(station: str, entries: Sequence[Entry], first: date, last: date, zone: ZoneInfo) -> bytes:
    """Return the book as .xlsx; texts stay texts, whatever they begin with."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet(_("Nhật ký phát thanh"))
        strong = workbook.add_format({"bold": True, "font_size": 14})
        head = workbook.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E4F0EE"})
        cell = workbook.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        sheet.write(0, 0, _("SỔ NHẬT KÝ PHÁT THANH"), strong)
        sheet.write(1, 0, station)
        sheet.write(2, 0, _heading(first, last))
        for column, (name, width, _millimetres) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write(4, column, _(name), head)
        for number, row in enumerate(rows(entries, zone), start=5):
            for column, value in enumerate(row):
                sheet.write(number, column, value, cell)
        sheet.write(6 + len(entries), 0, totals(entries))
        sheet.freeze_panes(5, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(4)
    return out.getvalue()


def as_docx(station: str, entries: Sequence[Entry], first: date, last: date, zone: ZoneInfo) -> bytes:
    """Return the book as .docx for printing and signing: A4 landscape, the head row on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin, section.top_margin = Mm(16), Mm(12), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(11)
    document.core_properties.title = _("Sổ nhật ký phát thanh")
    for text, size in ((_("SỔ NHẬT KÝ PHÁT THANH"), 15), (station, 13), (_heading(first, last), 12)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        run.bold, run.font.size = size > 12, Pt(size)
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    _fill(table.rows[0].cells, [_(name) for name, *_widths in COLUMNS], bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in rows(entries, zone):
        added = table.add_row()
        _fill(added.cells, [str(value) for value in row])
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for column, (_name, _width, millimetres) in zip(table.columns, COLUMNS, strict=True):
        column.width = Mm(millimetres)  # LibreOffice reads the columns, Word the cells
    for added in table.rows:
        for cell, (_name, _width, millimetres) in zip(added.cells, COLUMNS, strict=True):
            cell.width = Mm(millimetres)
    document.add_paragraph(totals(entries))
    sign = document.add_paragraph(_("NGƯỜI PHỤ TRÁCH ĐÀI\n(ký, ghi rõ họ tên)"))
    sign.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fill(cells: Sequence[Any], texts: Sequence[str], *, bold: bool = False) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.paragraphs[0].add_run(text).bold = bold
