"""A report as CSV: UTF-8 with a byte order mark (Excel), one record a line, streamed, no cell that executes."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.clock import local_day
from publisher.reports.content import NOT_YET, Figure, Product, Proof, Report, Value, share, source_words
from publisher.words import _, mark

HEAD = (
    mark("Loại"), mark("Mã"), mark("Ngày"), mark("Nội dung"), mark("Hình thức"), mark("Chủ đề"), mark("Đơn vị"),
    mark("Đơn vị tính"), mark("Kỳ này"), mark("Lũy kế"), mark("Cùng kỳ"), mark("Nguồn"), mark("Số liệu đến ngày"),
    mark("Đường dẫn, mã tệp"), mark("Ghi chú"),
)  # fmt: skip
BOM = "\ufeff".encode()
CHUNK = 1000  # lines sent at once: memory stays flat however long the list is
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; it gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS) else text


def as_csv(report: Report, products: Iterable[Product], zone: ZoneInfo) -> Iterator[bytes]:
    """Yield the report as CSV in pieces: figures, products with their numbers, evidence.

    Numbers are plain digits (1234567, 87.5), so that every program reads them; "chưa có" stands where there is none.
    """
    yield BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_(title) for title in HEAD])
    for place, line in enumerate(lines(report, products, zone), start=1):
        writer.writerow([safe(cell) for cell in line])
        if place % CHUNK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def lines(report: Report, products: Iterable[Product], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Yield the records as tuples of the columns of `HEAD`."""
    for figure in report.figures:
        yield _figure(figure, report.unit, zone)
    for product in products:
        yield from _product(product, zone)
    for proof in report.proofs:
        yield _proof(proof)


def plain(figure: Figure, value: Value) -> str:
    """Return a value for machines: digits, a point before decimals; "chưa có" where there is none."""
    if figure.rule == "ratio":
        percent = share(value)
        return _(NOT_YET) if percent is None else str(percent)
    if value.amount is None:
        return _(NOT_YET)
    if figure.scale == 1:
        return str(value.amount)
    return f"{value.amount / figure.scale:.6f}".rstrip("0").rstrip(".")


def _as_of(moment: datetime | None, zone: ZoneInfo) -> str:
    return local_day(moment, zone).isoformat() if moment else ""


def _figure(figure: Figure, unit: str, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        _("Chỉ tiêu"), figure.key, "", figure.title, "", "", unit, figure.measure, plain(figure, figure.now),
        plain(figure, figure.running), plain(figure, figure.before), source_words(figure.now),
        _as_of(figure.now.as_of, zone), "", figure.note,
    )  # fmt: skip


def _product(one: Product, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    kind = _("Sản phẩm") if one.kind == "published" else _("Hoạt động")
    head = (str(one.id), one.day.isoformat(), one.title, one.form, " ".join(one.themes), one.unit)
    yield (kind, *head, "", "", "", "", "", "", one.link, one.place)
    for number in one.numbers:
        yield (
            _("Số liệu"), *head, number.measure, str(number.value), "", "",
            source_words(Value(sources=(number.source,))), _as_of(number.as_of, zone), one.link, number.title,
        )  # fmt: skip


def _proof(one: Proof) -> tuple[str, ...]:
    address = one.url or one.sha256
    return (_("Minh chứng"), str(one.id), "", one.name, "", "", "", "", "", "", "", "", "", address, one.proves)
