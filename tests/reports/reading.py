"""Reading reports back out of their files: the statistical table from .docx, .xlsx, .pdf and .csv as plain text."""

import csv
import io
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
from docx import Document as open_docx
from PIL import Image

from publisher.reports.rows import BY_KEY

MM = 72 / 25.4
COLUMNS = (11, 50, 19, 17, 17, 17, 34)  # mm of the columns of Phụ lục I
Table = dict[str, tuple[str, str, str]]  # line → this period, the year so far, the year before


def docx_tables(data: bytes) -> list[list[list[str]]]:
    """The text of all cells, straight from the XML: through python-docx's objects a long table takes seconds."""
    found = []
    for table in open_docx(io.BytesIO(data)).tables:
        rows = table._tbl.tr_lst
        found.append([["\n".join(_text(p) for p in cell.p_lst) for cell in row.tc_lst] for row in rows])
    return found


def _text(paragraph: Any) -> str:
    return "".join(node.text or "" for node in paragraph.iter() if node.tag.endswith("}t"))


def docx_table(data: bytes) -> Table:
    """The table whose head has the column «Kỳ này»."""
    rows = next(table for table in docx_tables(data) if "Kỳ này" in table[0])
    return {row[0]: (row[3], row[4], row[5]) for row in rows[1:]}


def docx_products(data: bytes) -> list[list[str]]:
    """The rows of Phụ lục II."""
    return next((table[1:] for table in docx_tables(data) if table[0][1] == "Ngày"), [])


def xlsx_table(data: bytes) -> Table:
    """Numbers are written the Vietnamese way, so that all formats can be compared."""
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True)["Biểu số liệu"]
    rows = [row for row in sheet.iter_rows(min_row=7, values_only=True) if row[0]]
    return {str(row[0]): tuple(_number(value) for value in row[3:6]) for row in rows}  # type: ignore[misc]


def csv_table(data: bytes) -> Table:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    found = [row for row in rows if row["Loại"] == "Chỉ tiêu"]
    return {row["Mã"]: tuple(_number(_plain(row[name])) for name in ("Kỳ này", "Lũy kế", "Cùng kỳ")) for row in found}  # type: ignore[misc]


def _plain(text: str) -> Any:
    return float(text) if re.fullmatch(r"[0-9]+\.[0-9]+", text) else int(text) if text.isdecimal() else text


def _number(value: Any) -> str:
    if isinstance(value, str):
        return value
    whole = f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return whole.replace(",", "~").replace(".", ",").replace("~", ".")


def pdf_table(data: bytes) -> Table:
    """Read Phụ lục I by where its columns stand on the page."""
    edges = [30.0]
    for width in COLUMNS:
        edges.append(edges[-1] + width)
    document, found = pypdfium2.PdfDocument(data), {}
    for page in document:
        text, height = page.get_textpage(), page.get_height()
        if "Cùng kỳ" not in text.get_text_bounded(edges[3] * MM, 0, edges[6] * MM, height):
            continue
        for key, bottom, top in _keys(text, edges[1] * MM):
            cells = [
                " ".join(text.get_text_bounded(left * MM, bottom - 1, right * MM, top + 1).split())
                for left, right in pairwise(edges[3:7])
            ]
            found[key] = (cells[0], cells[1], cells[2])
    document.close()
    return found


def _keys(text: Any, right: float) -> list[tuple[str, float, float]]:
    """The line numbers in the first column, with the height they stand at."""
    boxes: dict[int, list[tuple[float, float, float, str]]] = {}
    for place in range(text.count_chars()):
        char = text.get_text_range(place, 1)
        left, bottom, _right, top = text.get_charbox(place)
        if left < right and char.strip():
            line = next((y for y in boxes if abs(y - bottom) < 6), int(bottom))
            boxes.setdefault(line, []).append((left, bottom, top, char))
    found = []
    for chars in boxes.values():
        key = "".join(char for _x, _b, _t, char in sorted(chars))
        if key in BY_KEY:
            found.append((key, min(one[1] for one in chars), max(one[2] for one in chars)))
    return found


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


def as_pdf_by_libreoffice(soffice: str, folder: Path, name: str, data: bytes, *more: Path) -> bytes:
    """Open a document in LibreOffice and print it to PDF in `printed/`, and `more` beside it; returns the first.

    Its profile is one of its own in the folder, so that tests do not meet in one.
    """
    (folder / name).write_bytes(data)
    subprocess.run(
        [
            soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
            "--outdir", str(folder / "printed"), str(folder / name), *map(str, more),
        ],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    return (folder / "printed" / name).with_suffix(".pdf").read_bytes()


def pictures(data: bytes, name: str, folder: Path, pages: int = 4) -> list[Path]:
    """Keep the first pages as pictures; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    document, kept = pypdfium2.PdfDocument(data), []
    for number in range(min(pages, len(document))):
        picture: Image.Image = document[number].render(scale=1.25).to_pil()
        kept.append(folder / f"{name}-{number + 1}.png")
        picture.save(kept[-1])
    document.close()
    return kept
