"""Sheets that are read close by: the notice-board sheet, the leaflet, the leaflet folded in three."""

from dataclasses import dataclass

from channels.banner.drawing import Box, Drawing
from channels.banner.layout import Copy
from channels.banner.lines import Block, fit
from channels.banner.palette import BLACK, WHITE, Colour
from channels.banner.running import LEADING, Fitted, Passage, fit_text
from channels.banner.sheets import Sheet
from channels.banner.wording import atoms

_SMALL = 2.3  # mm: 6.5 points, the smallest a printed line may be
_CALL, _SCAN = "Đường dây nóng", "Quét mã để xem toàn văn"


@dataclass(frozen=True)
class Reading:
    """What a leaflet says beside its slogan."""

    title: str
    passages: list[Passage]
    imprint: str  # licence to publish, or that none is needed


def pages(sheet: Sheet, copy: Copy, reading: Reading) -> tuple[list[Drawing], int]:
    """Return the drawings of a sheet's pages, in mm, and how many passages of the text found no room."""
    if sheet.kind.form == "folded":
        return _folded(sheet, copy, reading)
    drawing = Drawing()
    bleed = sheet.kind.bleed
    drawing.rectangle(Box(-bleed, -bleed, sheet.width + 2 * bleed, sheet.height + 2 * bleed), WHITE)
    return [drawing], _single(drawing, sheet, copy, reading)


def _single(drawing: Drawing, sheet: Sheet, copy: Copy, reading: Reading) -> int:
    """One page: a coloured head on leaflets, a plain one for office printers, the text, and the code below."""
    width, height, margin = sheet.width, sheet.height, max(sheet.kind.margin, sheet.width * 0.062)
    inner = width - 2 * margin
    coloured = sheet.kind.bleed > 0
    title = fit(atoms(reading.title, shout=False), copy.faces[0], inner, height * 0.15, 3, width * 0.066)
    unit = fit(atoms(copy.unit), copy.plain, inner, height * 0.03, 1, width * 0.022)
    top = margin + unit.height + margin * 0.55
    end = top + title.height + margin * 0.7
    if coloured:
        bleed = sheet.kind.bleed
        drawing.rectangle(Box(-bleed, -bleed, width + 2 * bleed, end + bleed), copy.palette.ground)
    ink = copy.palette.ink if coloured else copy.palette.accent
    drawing.block(Box(margin, margin, inner, unit.height), unit, copy.plain, ink, "left")
    if not coloured:
        drawing.rectangle(Box(margin, margin + unit.height + margin * 0.2, inner, width * 0.004), ink)
    drawing.block(Box(margin, top, inner, title.height), title, copy.faces[0], ink, "left", top=top)
    foot = _foot(drawing, sheet, copy, reading, margin)
    start = end + margin * (0.7 if coloured else 0.1)
    least, most = (3.0, 6.0) if width < 180 else (3.5, width * 0.034)
    text = fit_text(reading.passages, inner, foot - margin * 0.6 - start, (least, most))
    _set_columns(drawing, text, [margin], start, copy.palette.accent)
    return text.left_out


def _foot(drawing: Drawing, sheet: Sheet, copy: Copy, reading: Reading, margin: float) -> float:
    """Set slogan, code and hotline at the foot of a page; return where the foot begins."""
    width, bottom = sheet.width, sheet.height - margin
    inner, accent = width - 2 * margin, copy.palette.accent
    if reading.imprint:
        drawing.text(margin, bottom, reading.imprint, _imprint_size(copy, reading, inner), copy.plain, BLACK, "left")
        bottom -= _SMALL * 2.2
    tall = width * 0.17
    top = bottom - tall
    drawing.rectangle(Box(margin, top - width * 0.022, inner, width * 0.003), accent)
    x = margin
    if copy.address:
        drawing.qr(x - tall * 0.07, top, tall, copy.address)
        x += tall * 1.04
    rows: list[tuple[str, float, float, Colour]] = []
    if copy.slogan:
        rows.append((copy.slogan, 0.36, 0.19, accent))
    if copy.hotline:
        rows.append((f"{_CALL}: {copy.hotline}", 0.22, 0.17, BLACK))
    if copy.address:
        rows.append((_SCAN, 0.15, 0.11, BLACK))
    _rows(drawing, copy, Box(x, top, margin + inner - x, tall), rows)
    return top - width * 0.022


def _rows(drawing: Drawing, copy: Copy, box: Box, rows: list[tuple[str, float, float, Colour]]) -> None:
    """Set lines below each other at the left of a box, centred in its height; sizes as parts of the height."""
    blocks: list[tuple[Block, Colour]] = [
        (fit(atoms(text, shout=False), copy.plain, box.width, box.height * tall, 2, box.height * size), colour)
        for text, tall, size, colour in rows
    ]
    used = sum(block.height for block, _colour in blocks)
    gap = min(box.height * 0.12, (box.height - used) / max(len(blocks) - 1, 1))
    y = box.y + (box.height - used - gap * (len(blocks) - 1)) / 2
    for block, colour in blocks:
        drawing.block(box, block, copy.plain, colour, "left", top=y)
        y += block.height + gap


def _imprint_size(copy: Copy, reading: Reading, width: float) -> float:
    return min(_SMALL, width / copy.plain.width(reading.imprint))


def _set_columns(drawing: Drawing, text: Fitted, lefts: list[float], top: float, bullet: Colour) -> None:
    """Set fitted lines, each column at its left edge."""
    size = text.size
    for left, column in zip(lefts, text.columns, strict=False):
        y = top
        for number, line in enumerate(column):
            y += size * (LEADING + (line.above if number else 0.0))
            base = y - size * (LEADING - 1.05)
            head = line.face.weight >= 600
            drawing.text(left + line.indent * size, base, line.text, size, line.face, bullet if head else BLACK, "left")
            if line.bullet:
                dot = size * 0.26
                drawing.rectangle(Box(left + size * 0.3, base - size * 0.42, dot, dot), bullet, radius=dot / 2)


def _folded(sheet: Sheet, copy: Copy, reading: Reading) -> tuple[list[Drawing], int]:
    """Outside: flap, back, cover; inside: the text in three columns."""
    outside, inside = Drawing(), Drawing()
    width, height, bleed = sheet.width, sheet.height, sheet.kind.bleed
    panel, margin = width / 3, sheet.kind.margin
    for drawing in (outside, inside):
        drawing.rectangle(Box(-bleed, -bleed, width + 2 * bleed, height + 2 * bleed), WHITE)
    _cover(outside, Box(2 * panel, 0, panel, height), bleed, margin, copy, reading)
    _back(outside, Box(panel, 0, panel, height), margin, copy, reading)
    flap = Box(margin, height * 0.16, panel - 2 * margin, height * 0.6)
    outside.rectangle(Box(-bleed, -bleed, panel + bleed, height * 0.03 + bleed), copy.palette.accent)
    slogan = fit(atoms(copy.slogan or reading.title), copy.faces[0], flap.width, flap.height, 8, panel * 0.14)
    outside.block(flap, slogan, copy.faces[0], copy.palette.accent)
    inside.rectangle(Box(-bleed, -bleed, width + 2 * bleed, height * 0.03 + bleed), copy.palette.accent)
    head = fit(atoms(reading.title, shout=False), copy.faces[0], width - 2 * margin, height * 0.09, 1, height * 0.052)
    inside.block(
        Box(margin, height * 0.075, 0, 0), head, copy.faces[0], copy.palette.accent, "left", top=height * 0.075
    )
    top = height * 0.075 + head.height + height * 0.045
    text = fit_text(reading.passages, panel - 2 * margin, height - margin - top, (3.2, 6.8), 3)
    _set_columns(inside, text, [margin + number * panel for number in range(3)], top, copy.palette.accent)
    return [outside, inside], text.left_out


def _cover(drawing: Drawing, box: Box, bleed: float, margin: float, copy: Copy, reading: Reading) -> None:
    drawing.rectangle(Box(box.x, -bleed, box.width + bleed, box.height + 2 * bleed), copy.palette.ground)
    inner = box.width - 2 * margin
    if copy.kicker:
        kicker = fit(atoms(copy.kicker), copy.plain, inner, box.height * 0.1, 3, box.width * 0.05)
        drawing.block(Box(box.x + margin, 0, inner, 0), kicker, copy.plain, copy.palette.ink, top=margin * 2)
    title = fit(atoms(reading.title), copy.faces[0], inner, box.height * 0.5, 7, box.width * 0.125)
    drawing.block(
        Box(box.x + margin, box.height * 0.2, inner, box.height * 0.5), title, copy.faces[0], copy.palette.ink
    )
    unit = fit(atoms(copy.unit), copy.plain, inner, box.height * 0.1, 3, box.width * 0.055)
    drawing.block(
        Box(box.x + margin, box.height - margin * 1.6 - unit.height, inner, unit.height), unit, copy.plain,
        copy.palette.ink,
    )  # fmt: skip


def _back(drawing: Drawing, box: Box, margin: float, copy: Copy, reading: Reading) -> None:
    inner, centre = box.width - 2 * margin, box.x + box.width / 2
    y = box.height * 0.2
    if copy.address:
        side = box.width * 0.5
        drawing.qr(centre - side / 2, y, side, copy.address)
        drawing.text(centre, y + side + 7, _SCAN, box.width * 0.042, copy.plain, BLACK, "center")
        y += side + 24
    unit = fit(atoms(copy.unit), copy.plain, inner, box.height * 0.12, 3, box.width * 0.055)
    drawing.block(Box(box.x + margin, y, inner, unit.height), unit, copy.plain, copy.palette.accent, top=y)
    y += unit.height + 12
    if copy.hotline:
        drawing.text(centre, y, _CALL, box.width * 0.048, copy.plain, BLACK, "center")
        drawing.text(centre, y + box.width * 0.12, copy.hotline, box.width * 0.1, copy.plain, BLACK, "center")
    if reading.imprint:
        small = _imprint_size(copy, reading, inner)
        drawing.text(centre, box.height - margin, reading.imprint, small, copy.plain, BLACK, "center")
