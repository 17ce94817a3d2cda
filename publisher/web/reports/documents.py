"""The document of a report: how it reads on screen, and as a file in four formats."""

import tempfile
from collections.abc import Iterable, Iterator

from flask import Response, render_template

from publisher.model import Unit
from publisher.refusal import Missing
from publisher.reports import closing, compose, files, writing
from publisher.reports.content import Edition, Report
from publisher.reports.letterhead import COUNTRY, MOTTO, addressee_lines, recipient_lines
from publisher.reports.outline import Grid, document
from publisher.web.context import installation, me, reading
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.window import number
from publisher.words import _

CHUNK = 64 * 1024
IN_MEMORY = 4 * 1024 * 1024  # bytes of a file before it goes to disk


@reports.get("/bao-cao/<int:report_id>/xem", endpoint="duties_report_preview")
@permission("read")
def preview(report_id: int) -> str:
    """Show the document as it will read, page measures aside."""
    zone = installation().config.zone
    with reading() as session:
        row = closing.get(session, me(session), report_id)
        said, edition = closing.said(session, zone, row, number("ban"))
        paper = writing.paper_of(session, row)
        unit = session.get_one(Unit, row.unit_id).short_name
    made = document(said, paper, zone)
    return render_template(
        "reports/preview.html",
        row=row, unit=unit, made=made, edition=edition, country=COUNTRY, motto=MOTTO, asked=number("ban"),
        is_grid=lambda block: isinstance(block, Grid), dateline=paper.place_line(made.year),
        addressees=addressee_lines(paper.addressees), recipients=recipient_lines(paper.recipients), most_rows=200,
    )  # fmt: skip


@reports.get("/bao-cao/<int:report_id>/tep/<kind>", endpoint="duties_report_file")
@permission("read")
def file(report_id: int, kind: str) -> Response:
    """Answer the report as a file; `ban` asks for one closed edition. It is made whole before anything is sent."""
    if kind not in files.TYPES:
        raise Missing(_("Không có định dạng «{kind}».").format(kind=kind[:10]))
    zone = installation().config.zone
    asked = number("ban")
    with reading() as session:
        row = closing.get(session, me(session), report_id)
        paper = writing.paper_of(session, row)
        if kind == "csv" and row.state in closing.IN_WORK and asked is None:
            said = compose.compose(session, zone, row, with_products=False)
            items = compose.items(session, zone, row)
            return _answer(said, kind, None, _spooled(files.pieces(kind, said, paper, zone, None, items)))
        said, edition = closing.said(session, zone, row, asked)
    return _answer(said, kind, edition, files.pieces(kind, said, paper, zone, edition))


def _spooled(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Take all pieces in now, the long ones onto the disk, and return them anew: a slow reader holds no session."""
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it was read out
    for piece in pieces:
        spool.write(piece)
    spool.seek(0)

    def again() -> Iterator[bytes]:
        with spool:
            while piece := spool.read(CHUNK):
                yield piece

    return again()


def _answer(said: Report, kind: str, edition: Edition | None, body: Iterable[bytes]) -> Response:
    way = "inline" if kind == "pdf" else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{files.name(said, kind)}"'}
    if edition is not None:
        headers["X-Report-Sha256"] = edition.sha256
    return Response(body, mimetype=files.TYPES[kind], headers=headers)
