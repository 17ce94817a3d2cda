"""The order and words of a report, free of any file format: Word and PDF are written from the same blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from publisher.clock import local_day
from publisher.reports.content import (
    NOT_YET,
    SHORT_SOURCES,
    SOURCES,
    Figure,
    Product,
    Report,
    Share,
    TargetLine,
    shown,
    source_words,
)
from publisher.reports.letterhead import Letterhead, day_words, letter
from publisher.reports.narrative import SECTIONS, texts
from publisher.text import number
from publisher.words import _

Style = Literal["muc", "khoan", "body"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Line:
    """A heading (`muc` I., `khoan` 1.) or a paragraph."""

    style: Style
    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table; widths of a table sum up to the 165 mm of the text."""

    title: str
    mm: float
    align: Align = "left"


@dataclass(frozen=True)
class Cell:
    """Text, with an address on a line of its own below it when there is one."""

    text: str
    link: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Grid:
    """A table whose head is repeated on each page and stays with its first row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    points: float = 12


Block = Line | Grid


@dataclass(frozen=True)
class Annex:
    """An annex: number, title in capitals with its line breaks, the line that ties it to the document, blocks."""

    label: str
    title: str
    tie: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """One document: head and foot from the letterhead, text and annexes from the report."""

    head: Letterhead
    year: int
    kind: str
    subject: str
    text: tuple[Block, ...]
    annexes: tuple[Annex, ...]


def document(report: Report, head: Letterhead, zone: ZoneInfo) -> Document:
    """Return the whole document of a report; days of figures are those of the office's `zone`."""
    label = in_text(report.window.label)
    subject = _("Kết quả thông tin, tuyên truyền cải cách hành chính {period}").format(period=label)
    return Document(
        head,
        report.window.due.year,
        _("BÁO CÁO"),
        subject,
        tuple(_text(report, head)),
        (_figures_annex(report, head, zone), _products_annex(report, head)),
    )


def in_text(label: str) -> str:
    """Return a period's label as it reads inside a sentence: "Quý I năm 2026" → "quý I năm 2026"."""
    return label[:1].lower() + label[1:]


def _text(report: Report, head: Letterhead) -> Iterable[Block]:
    words = texts(report)
    yield from _paragraphs(words["opening"])
    last = SECTIONS[-1].key
    for part in SECTIONS:
        if part.key == "opening" or (part.level == 2 and not words[part.key]):
            continue
        if part.heading:
            yield Line("muc" if part.level == 1 else "khoan", _(part.heading))
        closing = "./." if part.key == last else ""
        yield from _paragraphs(words[part.key], closing)
        if part.key == "themes":
            yield _shares(report.themes, _("Nội dung"), _("Mã"))
        elif part.key == "forms":
            yield _shares(report.forms, _("Hình thức"), "")
        elif part.key == "targets" and report.targets:
            yield _targets(report.targets)


def _paragraphs(text: str, closing: str = "") -> Iterable[Line]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for place, line in enumerate(lines):
        end = closing if place == len(lines) - 1 else ""
        yield Line("body", line.rstrip(".") + end if end else line)


def _shares(shares: tuple[Share, ...], title: str, code: str) -> Grid:
    columns = (
        Column(code or "STT", 14, "center"), Column(title, 79), Column(_("Sản phẩm, hoạt động"), 28, "right"),
        Column(_("Tiếp cận"), 44, "right"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(one.code if code else str(place)),
            Cell(one.title),
            Cell(number(one.items)),
            Cell("; ".join(f"{number(value)} {measure}" for measure, value in one.measures) or _(NOT_YET)),
        )
        for place, one in enumerate(shares, start=1)
    )
    return Grid(columns, rows)


VERDICTS = {"met": "Đạt", "below": "Chưa đạt", "above": "Vượt khoảng", "open": NOT_YET, "words": "Định tính"}


def _targets(lines: tuple[TargetLine, ...]) -> Grid:
    columns = (
        Column("STT", 12, "center"), Column(_("Chỉ tiêu"), 75), Column(_("Mức phải đạt"), 26, "right"),
        Column(_("Đã đạt"), 26, "right"), Column(_("Đánh giá"), 26, "center"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(str(place)),
            Cell(one.text),
            Cell(one.wanted),
            Cell(one.reached or _(NOT_YET)),
            Cell(_(VERDICTS[one.verdict])),
        )
        for place, one in enumerate(lines, start=1)
    )
    return Grid(columns, rows)


def _tie(report: Report, head: Letterhead) -> str:
    issuer = " ".join(head.issuer).capitalize() if not report.unit else report.unit
    when = day_words(head.day) if head.day else f"ngày       tháng       năm {report.window.due.year}"
    code = head.number_line.removeprefix("Số: ")
    return _("(Kèm theo Báo cáo số {code} {day} của {issuer})").format(code=code, day=when, issuer=issuer)


def figure_note(figure: Figure, zone: ZoneInfo) -> str:
    """Return the note of a line: where its number comes from, of which day it is, and what was said of it."""
    words = [source_words(figure.now, short=True)]
    if figure.now.as_of is not None:
        words.append(local_day(figure.now.as_of, zone).strftime("%d/%m/%Y"))
    return ". ".join(word for word in ("; ".join(word for word in words if word), figure.note) if word)


def _figures_annex(report: Report, head: Letterhead, zone: ZoneInfo) -> Annex:
    window = report.window
    columns = (
        Column("STT", 11, "center"), Column(_("Chỉ tiêu"), 50), Column(_("Đơn vị tính"), 19, "center"),
        Column(_("Kỳ này"), 17, "right"), Column(_("Lũy kế"), 17, "right"), Column(_("Cùng kỳ"), 17, "right"),
        Column(_("Nguồn, ngày số liệu, ghi chú"), 34),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(one.key), Cell(one.title), Cell(one.measure), Cell(shown(one, one.now)), Cell(shown(one, one.running)),
            Cell(shown(one, one.before)), Cell(figure_note(one, zone)),
        )
        for one in report.figures
    )  # fmt: skip
    span = _("Số liệu từ ngày {first} đến ngày {last}.").format(
        first=window.data_from.strftime("%d/%m/%Y"), last=window.counted_to.strftime("%d/%m/%Y")
    )
    told = [span, _("Ô ghi «chưa có» là chưa có số liệu, không phải bằng 0.")]
    used = {name for one in report.figures for name in one.now.sources}
    if used:
        named = "; ".join(f"{_(SHORT_SOURCES[name])}: {_(SOURCES[name])}" for name in SOURCES if name in used)
        told.append(_("Nguồn số liệu: {named}.").format(named=named))
    if report.absent:
        told.append(_("Chưa gồm số liệu của: {units}.").format(units="; ".join(report.absent)))
    note = Line("body", " ".join(told))
    return Annex(
        _("Phụ lục I"), _("Số liệu kết quả thông tin, tuyên truyền\ncải cách hành chính").upper(), _tie(report, head),
        (note, Grid(columns, rows, 11)),
    )  # fmt: skip


def _products_annex(report: Report, head: Letterhead) -> Annex:
    columns = (
        Column("STT", 12, "center"), Column(_("Ngày"), 21, "center"),
        Column(_("Tên tin, bài, sản phẩm, hoạt động; đường dẫn, minh chứng"), 88), Column(_("Hình thức"), 28),
        Column(_("Nội dung"), 16, "center"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(str(place)), Cell(one.day.strftime("%d/%m/%Y")), _product(one), Cell(one.form),
            Cell(", ".join(one.themes)),
        )
        for place, one in enumerate(report.products, start=1)
    )  # fmt: skip
    blocks: tuple[Block, ...] = (Grid(columns, rows, 11),)
    if not rows:
        blocks = (Line("body", _("Trong kỳ chưa có sản phẩm nào.")),)
    title = _("Danh mục tin, bài, sản phẩm tuyên truyền").upper()
    return Annex(_("Phụ lục II"), title, _tie(report, head), blocks)


def _product(product: Product) -> Cell:
    """Return the title, where it was, and its proof: a link only where a reader may safely open it."""
    text = product.title + (f" ({product.place})" if product.place else "")
    if product.link.startswith(("http://", "https://")):
        return Cell(text, product.link)
    if product.proofs:
        kept = _("có {count} minh chứng trong kho").format(count=number(product.proofs))
        return Cell(f"{text}; {kept}")
    return Cell(f"{text}; {_('chưa có minh chứng')}")


def points(items: Iterable[str]) -> list[str]:
    """Return lines as points a), b), c), d), đ) … of a document."""
    return [f"{letter(place)}) {item}" for place, item in enumerate(items)]
