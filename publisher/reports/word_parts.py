"""The parts of a Word document: head, text, tables, foot, annexes, as WordprocessingML."""

import math
from collections.abc import Callable, Iterable, Sequence

from publisher.reports import word_xml as xml
from publisher.reports.letterhead import (
    COUNTRY,
    LEFT_MM,
    MOTTO,
    POINTS,
    RIGHT_MM,
    SHORT_RULE,
    Letterhead,
    addressee_lines,
    recipient_lines,
    width_mm,
)
from publisher.reports.outline import Annex, Block, Cell, Document, Grid, Line

Relate = Callable[[str], str]
TEXT_MM = LEFT_MM + RIGHT_MM
LINE = 276  # 1.15 lines, in 240ths
INDENT_MM = 12.7
SIGNATURE = 1500  # twips of room for the signature and the seal, which the signing software puts there
LINK_POINTS = 10
LISTED_MM = 45  # several addressees stand one under the other from here


def head(document: Document) -> Iterable[str]:
    """Return the head: names, country and motto, number, place and date, kind and subject, addressees."""
    paper, p = document.head, xml.paragraph
    left = [p(xml.run(line, POINTS["parent"]), align="center") for line in paper.parent]
    left += [p(xml.run(line, POINTS["issuer"], bold=True), align="center") for line in paper.issuer]
    longest = max((width_mm(line, POINTS["issuer"], "bold") for line in paper.issuer), default=LEFT_MM)
    left.append(xml.rule_line(longest * SHORT_RULE, LEFT_MM))
    right = [
        p(xml.run(COUNTRY, POINTS["country"], bold=True), align="center"),
        p(xml.run(MOTTO, POINTS["motto"], bold=True), align="center"),
        xml.rule_line(width_mm(MOTTO, POINTS["motto"], "bold"), RIGHT_MM),
    ]
    place = paper.place_line(document.year)
    below = (
        p(xml.run(paper.number_line, POINTS["number"]), align="center", before=6),
        p(xml.run(place, paper.place_points(document.year), italic=True), align="center", before=6),
    )
    widths = (LEFT_MM, RIGHT_MM)
    rows = (xml.row(widths, ("".join(left), "".join(right))), xml.row(widths, below))
    yield xml.table(widths, rows, border=False, padding_mm=0)
    yield p(xml.run(document.kind, POINTS["kind"], bold=True), align="center", before=14)
    yield p(xml.run(document.subject, POINTS["subject"], bold=True), align="center", whole=True)
    whole = width_mm(document.subject, POINTS["subject"], "bold")
    yield xml.rule_line(whole / math.ceil(whole / TEXT_MM) * SHORT_RULE, TEXT_MM)
    lines = addressee_lines(paper.addressees)
    for line in lines[:1]:
        yield p(xml.run(line, POINTS["addressee"]), align="center", before=12, after=6)
    for line in lines[1:]:
        yield p(xml.run(line, POINTS["addressee"]), left=xml.twips(LISTED_MM), after=2)
    yield p(line=120, rule="exact")


def blocks(listed: Sequence[Block], relate: Relate) -> Iterable[str]:
    """Return headings, paragraphs and tables; a heading or the words before a table stay with its first row."""
    for place, block in enumerate(listed):
        follows = listed[place + 1] if place + 1 < len(listed) else None
        if isinstance(block, Grid):
            yield _grid(block, relate)
            yield xml.paragraph(line=160, rule="exact", keep=follows is None)
        elif block.style == "body":
            # The last paragraph goes with the signature, which never stands on a page by itself.
            keep = follows is None or isinstance(follows, Grid)
            run = xml.run(block.text, POINTS["body"])
            yield xml.paragraph(run, align="justify", after=6, line=LINE, first_mm=INDENT_MM, keep=keep, whole=keep)
        else:
            yield _heading(block)


def _heading(block: Line) -> str:
    run = xml.run(block.text, POINTS["body"], bold=True)
    level = 0 if block.style == "muc" else 1
    return xml.paragraph(run, before=6, after=6, line=LINE, first_mm=INDENT_MM, keep=True, whole=True, heading=level)


def _grid(grid: Grid, relate: Relate) -> str:
    widths = [column.mm for column in grid.columns]
    titles = [
        xml.paragraph(xml.run(column.title, grid.points, bold=True), align="center", before=1, after=1, keep=True)
        for column in grid.columns
    ]
    aligns = [column.align for column in grid.columns]
    rows = (xml.row(widths, _cells(cells, aligns, grid.points, relate)) for cells in grid.rows)
    return xml.table(widths, (xml.row(widths, titles, head=True, middle=True), *rows), border=True)


def _cells(cells: Iterable[Cell], aligns: Iterable[str], points: float, relate: Relate) -> Iterable[str]:
    for cell, align in zip(cells, aligns, strict=True):
        made = xml.paragraph(xml.run(cell.text, points, bold=cell.bold), align=align, before=1, after=1)
        if cell.link:
            made += xml.paragraph(xml.link(relate(cell.link), cell.link, LINK_POINTS), after=1)
        yield made


def foot(paper: Letterhead) -> Iterable[str]:
    """Return recipients at the left and the signature at the right, level with each other and on one page."""
    p = xml.paragraph
    left = [p(xml.run("Nơi nhận:", POINTS["recipients_head"], bold=True, italic=True))]
    left += [p(xml.run(line, POINTS["recipients"])) for line in recipient_lines(paper.recipients)]
    right = [p(xml.run(line, POINTS["signing"], bold=True), align="center") for line in paper.signing]
    right.append(p(align="center", line=SIGNATURE, rule="exact"))
    right.append(p(xml.run(paper.signer, POINTS["signing"], bold=True), align="center"))
    widths = (80.0, 85.0)
    yield p(line=160, rule="exact", keep=True)
    yield xml.table(widths, [xml.row(widths, ("".join(left), "".join(right)))], border=False, padding_mm=0)


def annex(one: Annex, relate: Relate) -> Iterable[str]:
    """Return an annex: number, title in capitals, the line that ties it to the document, its blocks."""
    p = xml.paragraph
    yield p(xml.run(one.label, POINTS["annex"], bold=True), align="center", keep=True)
    for line in one.title.split("\n"):
        yield p(xml.run(line, POINTS["annex"], bold=True), align="center", keep=True, heading=0)
    yield p(xml.run(one.tie, POINTS["annex_note"], italic=True), align="center", after=8, keep=True)
    yield from blocks(one.blocks, relate)
