"""Tables people send: .xlsx and .csv read row by row, bounded before anything is unpacked."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.refusal import Refused
from publisher.text import number
from publisher.words import _

LARGEST = 10_000_000  # bytes of a file
LARGEST_UNPACKED = 40_000_000  # bytes of what an .xlsx unpacks to: some 100,000 rows
MOST_PARTS = 500  # files inside an .xlsx
MOST_LINES = 200_000  # lines looked at, empty ones among them


def rows(data: bytes, name: str, most: int) -> Iterator[tuple[int, list[Any]]]:
    """Yield (row number as the spreadsheet shows it, cells) of the first sheet, empty rows left out, headings too.

    `Refused` for what is no such file, for one that unpacks to too much, and for more than `most` rows of content.
    """
    if len(data) > LARGEST:
        raise Refused(_("Tệp {name} lớn quá 10 MB: hãy chia nhỏ.").format(name=name), "file")
    readers = {".xlsx": _xlsx, ".csv": _csv}
    reader = readers.get(Path(name).suffix.lower())
    if reader is None:
        raise Refused(_("Tệp {name}: chỉ nhận .xlsx hoặc .csv.").format(name=name), "file")
    found = 0
    for line, cells in reader(data, name):
        if line > MOST_LINES:
            raise Refused(_("Tệp {name} có quá nhiều dòng trống: hãy xóa rồi lưu lại.").format(name=name), "file")
        if all(cell is None or not str(cell).strip() for cell in cells):
            continue
        found += 1
        if found > most + 1:  # the headings are a row too
            raise Refused(
                _("Tệp {name} có hơn {most} dòng: hãy chia thành nhiều tệp.").format(name=name, most=number(most)),
                "file",
            )
        yield line, cells


def _xlsx(data: bytes, name: str) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook

    _check_packed(data, name)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, list(values)
        book.close()
    except Refused:
        raise
    except Exception as error:  # a forged file leads the XML readers to raise whatever they stumble over
        raise Refused(
            _("Tệp {name} không phải là bảng tính .xlsx thật. Hãy lưu lại từ Excel.").format(name=name), "file"
        ) from error


def _check_packed(data: bytes, name: str) -> None:
    """Refuse a file that unpacks to far more than any table: sizes stand in its directory, readers keep to them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise Refused(
            _("Tệp {name} không phải là bảng tính .xlsx thật. Hãy lưu lại từ Excel.").format(name=name), "file"
        ) from error
    size = sum(part.file_size for part in parts)
    if size > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Refused(
            _("Tệp {name} bung ra quá lớn ({size} MB): có thể là tệp phá hoại. Hãy tạo tệp mới từ mẫu.").format(
                name=name, size=number(size // 1_000_000)
            ),
            "file",
        )


def _csv(data: bytes, name: str) -> Iterator[tuple[int, list[Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            _("Tệp {name} không phải UTF-8. Trong Excel hãy chọn «CSV UTF-8 (phân tách bằng dấu phẩy)».").format(
                name=name
            ),
            "file",
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","  # Vietnamese Windows lists with semicolons
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, list(cells)
    except csv.Error as error:
        raise Refused(_("Tệp {name} hỏng: {why}.").format(name=name, why=error), "file") from error
