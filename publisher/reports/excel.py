"""A report as .xlsx: the statistical table, the list of products, data ready for a pivot table, charts, evidence."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from publisher.clock import local_day
from publisher.reports.content import NOT_YET, SOURCES, Figure, Report, Share, Value, share, source_words
from publisher.words import _, mark

FONT = "Times New Roman"
A4, FIRST_ROWS = 9, 5
MOST_LINKS = 60_000  # Excel itself stops at 65,530 links a sheet
LONGEST_LINK = 2079
SHEETS = (
    mark("Biểu số liệu"), mark("Sản phẩm"), mark("Dữ liệu"), mark("Biểu đồ"), mark("Minh chứng"), mark("Đơn vị"),
)  # fmt: skip


def as_xlsx(report: Report, zone: ZoneInfo, mark_of_edition: str = "") -> bytes:
    """Return the workbook; `mark_of_edition` names the closed edition and its sha256 at the foot of each page.

    Rows are written in order and leave memory at once (`constant_memory`); nothing a person typed becomes a formula.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": report.window.label, "author": report.unit[:255]})
        sheets = _Sheets(book, report, zone, mark_of_edition)
        sheets.figures()
        sheets.products()
        sheets.data()
        sheets.charts()
        sheets.proofs()
        if len(report.parts) > 1:
            sheets.units()
    return out.getvalue()


class _Sheets:
    """One workbook in the making: its formats and what goes on each sheet."""

    def __init__(self, book: Any, report: Report, zone: ZoneInfo, mark_of_edition: str) -> None:
        self.book, self.report, self.zone, self.mark = book, report, zone, mark_of_edition
        base = {"font_name": FONT, "font_size": 11, "valign": "top"}

        def form(**more: Any) -> Any:
            return book.add_format({**base, **more})

        self.title = form(bold=True, font_size=14, align="center")
        self.centre = form(align="center")
        self.italic = form(italic=True, align="center")
        self.head = form(bold=True, border=1, align="center", valign="vcenter", text_wrap=True, bg_color="#E8EEED")
        self.text = form(border=1, text_wrap=True)
        self.middle = form(border=1, align="center")
        self.number = form(border=1, num_format="#,##0", align="right")
        self.money = form(border=1, num_format="#,##0.######", align="right")
        self.percent = form(border=1, num_format="0.0", align="right")
        self.nothing = form(border=1, align="right", italic=True, font_color="#666666")
        self.day = form(border=1, num_format="dd/mm/yyyy", align="center")
        self.moment = form(border=1, num_format="dd/mm/yyyy", align="center")
        self.link = form(border=1, font_color="#0B5394", underline=1, text_wrap=True)

    def _sheet(self, place: int, widths: Sequence[float], head_row: int, titles: Sequence[str], *, wide: bool) -> Any:
        """Add a sheet with its column widths, page set-up and frozen head."""
        sheet = self.book.add_worksheet(_(SHEETS[place]))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(A4)
        if wide:
            sheet.set_landscape()
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(head_row)
        sheet.freeze_panes(head_row + 1, 2)
        # An ampersand is a command in a footer: what people typed doubles it.
        named = f"{self.report.unit}{f' · {self.mark}' if self.mark else ''}".replace("&", "&&")
        sheet.set_footer(f"&L&8{named[:180]}&R&8&P/&N")
        self._titles = [_(title) for title in titles]
        return sheet

    def _heads(self, sheet: Any, row: int) -> None:
        for column, title in enumerate(self._titles):
            sheet.write_string(row, column, title, self.head)

    def _value(self, sheet: Any, row: int, column: int, figure: Figure, value: Value) -> None:
        if figure.rule == "ratio":
            percent = share(value)
            if percent is not None:
                sheet.write_number(row, column, float(percent), self.percent)
                return
        elif value.amount is not None:
            scaled = value.amount if figure.scale == 1 else value.amount / figure.scale
            sheet.write_number(row, column, scaled, self.number if figure.scale == 1 else self.money)
            return
        sheet.write_string(row, column, _(NOT_YET), self.nothing)

    def _when(self, sheet: Any, row: int, column: int, moment: datetime | None) -> None:
        if moment is None:
            sheet.write_string(row, column, "", self.text)
        else:
            sheet.write_datetime(row, column, _midnight(moment, self.zone), self.moment)

    def figures(self) -> None:
        """The statistical table: this period, the year so far, the same period of the year before."""
        report, window = self.report, self.report.window
        titles = (
            "STT",
            "Chỉ tiêu",
            "Đơn vị tính",
            "Kỳ này",
            "Lũy kế",
            "Cùng kỳ",
            "Nguồn",
            "Số liệu đến ngày",
            "Ghi chú",
        )
        sheet = self._sheet(0, (6, 52, 15, 13, 13, 13, 22, 14, 28), FIRST_ROWS, titles, wide=True)
        last = len(titles) - 1
        sheet.merge_range(0, 0, 0, last, report.unit, self.centre)
        about = _("KẾT QUẢ THÔNG TIN, TUYÊN TRUYỀN CẢI CÁCH HÀNH CHÍNH")
        sheet.merge_range(1, 0, 1, last, about, self.title)
        sheet.merge_range(2, 0, 2, last, window.label, self.title)
        told = _("Số liệu từ {first} đến {last}; hạn nộp {due}{assumed}. «chưa có» là chưa có số liệu, không phải 0.")
        span = told.format(
            first=window.data_from.strftime("%d/%m/%Y"), last=window.counted_to.strftime("%d/%m/%Y"),
            due=window.due.strftime("%d/%m/%Y"), assumed=_(" (giả định)") if window.assumed else "",
        )  # fmt: skip
        sheet.merge_range(3, 0, 3, last, span, self.italic)
        absent = _("Chưa gồm số liệu của: {units}.").format(units="; ".join(report.absent)) if report.absent else ""
        sheet.write_string(4, 0, absent, self.centre)
        self._heads(sheet, FIRST_ROWS)
        row = FIRST_ROWS
        for row, figure in enumerate(report.figures, start=FIRST_ROWS + 1):
            sheet.write_string(row, 0, figure.key, self.middle)
            sheet.write_string(row, 1, figure.title, self.text)
            sheet.write_string(row, 2, figure.measure, self.middle)
            for column, value in enumerate((figure.now, figure.running, figure.before), start=3):
                self._value(sheet, row, column, figure, value)
            sheet.write_string(row, 6, source_words(figure.now), self.text)
            self._when(sheet, row, 7, figure.now.as_of)
            sheet.write_string(row, 8, figure.note, self.text)
        sheet.print_area(0, 0, row, last)

    def products(self) -> None:
        """The list of products with links that open."""
        titles = ("STT", "Ngày", "Tên tin, bài, sản phẩm, hoạt động", "Hình thức", "Chủ đề", "Đơn vị", "Nơi thực hiện",
                  "Đường dẫn", "Minh chứng")  # fmt: skip
        sheet = self._sheet(1, (6, 12, 52, 22, 10, 22, 22, 46, 11), 0, titles, wide=True)
        self._heads(sheet, 0)
        row = 0
        for row, one in enumerate(self.report.products, start=1):
            sheet.write_number(row, 0, row, self.middle)
            sheet.write_datetime(row, 1, datetime(one.day.year, one.day.month, one.day.day), self.day)  # noqa: DTZ001
            for column, text in enumerate((one.title, one.form, ", ".join(one.themes), one.unit, one.place), start=2):
                sheet.write_string(row, column, text, self.text)
            self._link(sheet, row, 7, one.link)
            sheet.write_number(row, 8, one.proofs, self.number)
        self._filtered(sheet, row, len(titles))

    def data(self) -> None:
        """One number a row with every axis beside it: the source of a pivot table."""
        titles = ("Kỳ", "Mã", "Ngày", "Tháng", "Đơn vị", "Loại", "Hình thức", "Chủ đề", "Tên", "Đại lượng",
                  "Đơn vị tính", "Giá trị", "Nguồn", "Số liệu đến ngày")  # fmt: skip
        sheet = self._sheet(2, (18, 9, 12, 10, 22, 12, 22, 10, 44, 20, 12, 12, 16, 14), 0, titles, wide=True)
        self._heads(sheet, 0)
        row = 0
        for row, (texts, day, value, as_of) in enumerate(self._numbers(), start=1):
            for column, text in texts.items():
                sheet.write_string(row, column, text, self.text)
            sheet.write_datetime(row, 2, day, self.day)
            sheet.write_number(row, 11, value, self.number)
            self._when(sheet, row, 13, as_of)
        self._filtered(sheet, row, len(titles))

    def _numbers(self) -> Iterable[tuple[dict[int, str], datetime, int, datetime | None]]:
        label = self.report.window.label
        for one in self.report.products:
            day = datetime(one.day.year, one.day.month, one.day.day)  # noqa: DTZ001 - a cell of Excel has no zone
            kind = _("Sản phẩm") if one.kind == "published" else _("Hoạt động")
            head = {
                0: label, 1: str(one.id), 3: one.day.strftime("%Y-%m"), 4: one.unit, 5: kind, 6: one.form,
                7: ", ".join(one.themes), 8: one.title,
            }  # fmt: skip
            # Each item counts as one, so that a pivot table counts items as well as what they reached.
            yield {**head, 9: kind, 10: _("mục"), 12: ""}, day, 1, None
            for number in one.numbers:
                source = _(SOURCES[number.source])
                yield {**head, 9: number.title, 10: number.measure, 12: source}, day, number.value, number.as_of

    def charts(self) -> None:
        """Two native charts over their own small tables: items by theme and by form."""
        titles = ("Nội dung", "Sản phẩm, hoạt động")
        sheet = self._sheet(3, (52, 14), 0, titles, wide=True)
        self._heads(sheet, 0)
        name, row = _(SHEETS[3]), 1
        spans: list[tuple[str, int, int]] = []
        parts: tuple[tuple[str, tuple[Share, ...]], ...] = (
            (_("Sản phẩm, hoạt động theo nội dung cải cách"), self.report.themes),
            (_("Sản phẩm, hoạt động theo hình thức"), self.report.forms),
        )
        for title, shares in parts:
            for one in shares:
                sheet.write_string(
                    row, 0, f"{one.code} {one.title}" if one.code.startswith("T") else one.title, self.text
                )
                sheet.write_number(row, 1, one.items, self.number)
                row += 1
            spans.append((title, row - len(shares), row - 1))
        for place, (title, first, last) in enumerate(spans):
            if last < first:
                continue
            chart = self.book.add_chart({"type": "bar"})
            chart.add_series(
                {
                    "name": title, "categories": [name, first, 0, last, 0], "values": [name, first, 1, last, 1],
                    "fill": {"color": "#0C5B56"}, "data_labels": {"value": True}, "gap": 60,
                }
            )  # fmt: skip
            chart.set_title({"name": title, "name_font": {"name": FONT, "size": 13}})
            chart.set_legend({"none": True})
            chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}})
            chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": False}, "visible": False})
            chart.set_size({"width": 760, "height": 380})
            sheet.insert_chart(1 + place * 20, 3, chart, {"description": title})
        sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, max(row, 42), 14)

    def proofs(self) -> None:
        """The list of evidence: what proves which item, by address or by the sha256 of the file."""
        titles = ("STT", "Tên minh chứng", "Chứng minh cho", "Đường dẫn", "Mã tệp (sha256)")
        sheet = self._sheet(4, (6, 40, 52, 46, 68), 0, titles, wide=True)
        self._heads(sheet, 0)
        row = 0
        for row, one in enumerate(self.report.proofs, start=1):
            sheet.write_number(row, 0, row, self.middle)
            sheet.write_string(row, 1, one.name, self.text)
            sheet.write_string(row, 2, one.proves, self.text)
            self._link(sheet, row, 3, one.url)
            sheet.write_string(row, 4, one.sha256, self.text)
        self._filtered(sheet, row, len(titles))

    def units(self) -> None:
        """What each unit put into the sum: one column a unit, this period."""
        parts = self.report.parts
        titles = ("STT", "Chỉ tiêu", "Đơn vị tính", *(part.unit for part in parts), "Cộng")
        sheet = self._sheet(5, (6, 52, 15, *(16 for _part in parts), 14), 0, titles, wide=True)
        self._heads(sheet, 0)
        by_part = [{figure.key: figure for figure in part.figures} for part in parts]
        row = 0
        for row, figure in enumerate(self.report.figures, start=1):
            sheet.write_string(row, 0, figure.key, self.middle)
            sheet.write_string(row, 1, figure.title, self.text)
            sheet.write_string(row, 2, figure.measure, self.middle)
            for column, held in enumerate(by_part, start=3):
                mine = held.get(figure.key)
                self._value(sheet, row, column, figure, mine.now if mine else Value())
            self._value(sheet, row, 3 + len(parts), figure, figure.now)
        self._filtered(sheet, row, len(titles))

    def _link(self, sheet: Any, row: int, column: int, address: str) -> None:
        if address.startswith(("http://", "https://")) and len(address) <= LONGEST_LINK and row <= MOST_LINKS:
            sheet.write_url(row, column, address, self.link, string=address[:255])
        else:
            sheet.write_string(row, column, address, self.text)

    def _filtered(self, sheet: Any, last_row: int, columns: int) -> None:
        if last_row:
            sheet.autofilter(0, 0, last_row, columns - 1)
        sheet.print_area(0, 0, last_row, columns - 1)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    day = local_day(moment, zone)
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a cell of Excel has no zone
