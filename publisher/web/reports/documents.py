"""The document of a report: how it reads on screen, and as a file in four formats."""

import tempfile

from flask import render_template, request, send_file
from werkzeug.wrappers import Response

from publisher.model import Unit
from publisher.refusal import Missing
from publisher.reports import closing, compose, files, writing
from publisher.reports.letterhead import COUNTRY, MOTTO, addressee_lines, recipient_lines
from publisher.reports.outline import Grid, document
from publisher.web.context import installation, me, reading
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.window import number
from publisher.words import _

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
        is_grid=lambda block: isinstance(block, Grid), place=paper.place_line(made.year), addressees=addressee_lines(paper.addressees),
        recipients=recipient_lines(paper.recipients), most_rows=200,
    )  # fmt: skip


@reports.get("/bao-cao/<int:report_id>/tep/<kind>", endpoint="duties_report_file")
@permission("read")
def file(report_id: int, kind: str) -> Response:
    """Answer the report as a file; `ban` asks for one closed edition. It is made whole before anything is sent."""
    if kind not in files.TYPES:
        raise Missing(_("Không có định dạng «{kind}».").format(kind=kind[:10]))
    zone = installation().config.zone
    asked = number("ban") if "ban" in request.args else None
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - send_file closes it after the answer
    with reading() as session:
        row = closing.get(session, me(session), report_id)
        streamed = kind == "csv" and row.state == "open" and asked is None
        if streamed:
            said, edition = compose.compose(session, zone, row, with_products=False), None
            for piece in files.pieces(
                kind, said, writing.paper_of(session, row), zone, None, compose.items(session, zone, row)
            ):
                spool.write(piece)
        else:
            said, edition = closing.said(session, zone, row, asked)
            paper = writing.paper_of(session, row)
    if not streamed:
        for piece in files.pieces(kind, said, paper, zone, edition):
            spool.write(piece)
    spool.seek(0)
    answer = send_file(
        spool, mimetype=files.TYPES[kind], as_attachment=kind != "pdf", download_name=files.name(said, kind), max_age=0
    )
    if edition is not None:
        answer.headers["X-Report-Sha256"] = edition.sha256
    return answer
