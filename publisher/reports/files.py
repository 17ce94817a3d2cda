"""A report as a file in one of four formats, made from what it says and its letterhead."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from publisher.refusal import Refused
from publisher.reports.content import Edition, Product, Report
from publisher.reports.flat import as_csv
from publisher.reports.letterhead import Letterhead
from publisher.reports.outline import document
from publisher.text import slug
from publisher.words import _

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}


def name(report: Report, kind: str) -> str:
    """Return a file name that says what is in it: bao-cao-2026-q1-ubnd-phuong-mau.docx."""
    return f"bao-cao-{slug(report.window.key)}-{slug(report.unit)}.{kind}"


def pieces(
    kind: str,
    report: Report,
    paper: Letterhead,
    zone: ZoneInfo,
    edition: Edition | None = None,
    products: Iterable[Product] | None = None,
) -> Iterator[bytes]:
    """Yield the file in pieces; `products` may stream the list for .csv instead of the report's own.

    `Refused` for an unknown format. Safe to call with no session open, unless `products` reads from one.
    """
    if kind not in TYPES:
        raise Refused(_("Không có định dạng «{kind}»: chọn docx, xlsx, pdf hoặc csv.").format(kind=kind[:10]))
    if kind == "csv":
        return as_csv(report, report.products if products is None else products, zone)
    if products is not None:
        report = replace(report, products=tuple(products))
    return iter((_whole(kind, report, paper, zone, edition),))


def _whole(kind: str, report: Report, paper: Letterhead, zone: ZoneInfo, edition: Edition | None) -> bytes:
    # Imported here: each of the three writers costs a tenth of a second and memory that most processes never need.
    if kind == "docx":
        from publisher.reports.word import as_docx

        return as_docx(document(report, paper, zone), report.unit)
    if kind == "pdf":
        from publisher.reports.pdf import as_pdf

        return as_pdf(document(report, paper, zone), report.unit)
    from publisher.reports.excel import as_xlsx

    mark = (
        ""
        if edition is None
        else _("bản chốt {number}, sha256 {sha256}").format(number=edition.number, sha256=edition.sha256)
    )
    return as_xlsx(report, zone, mark)
