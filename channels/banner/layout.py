"""Where things stand on a banner, a flag, a poster: slogan, unit line, and the block with code and hotline."""

from dataclasses import dataclass

from channels.banner.drawing import Box, Drawing
from channels.banner.faces import Face
from channels.banner.lines import Block, fit
from channels.banner.logo import Picture
from channels.banner.palette import WHITE, Palette
from channels.banner.sheets import Sheet
from channels.banner.wording import Atom, atoms

_SCAN = "QUÉT MÃ ĐỂ XEM HƯỚNG DẪN"
_CALL = "ĐƯỜNG DÂY NÓNG"
WELL_FILLED = 0.75  # of the slogan's box
_UNIT = 0.42  # of the slogan's letters (vietnam.md §7.2: 35–45 %)


@dataclass(frozen=True)
class Copy:
    """What a sheet says, and in which letters and colours."""

    slogan: str
    unit: str
    hotline: str
    address: str  # of the code; empty for none
    kicker: str
    palette: Palette
    faces: tuple[Face, ...]  # of the slogan, the wished one first
    plain: Face  # of everything else
    logo: Picture | None = None


def compose(sheet: Sheet, copy: Copy, *, edge: float | None = None) -> Drawing:
    """Return the drawing of a sheet that consists of a slogan; lengths in mm of full size.

    `edge` takes the place of the distance that text keeps from the trim.
    """
    drawing = Drawing()
    bleed = sheet.kind.bleed
    whole = Box(-bleed, -bleed, sheet.width + 2 * bleed, sheet.height + 2 * bleed)
    drawing.rectangle(whole, copy.palette.ground)
    draw = _wide if is_wide(sheet) else _upright
    draw(drawing, sheet, copy, sheet.kind.margin if edge is None else edge)
    return drawing


def is_wide(sheet: Sheet) -> bool:
    """Whether the slogan runs beside the code instead of above it."""
    return sheet.width >= sheet.height * (1.5 if sheet.kind.form == "wide" else 2.2)


def _wide(drawing: Drawing, sheet: Sheet, copy: Copy, edge: float) -> None:
    """Slogan and unit line on the ground, the block with code and hotline at the right end."""
    width, height, margin = sheet.width, sheet.height, _margin(sheet, edge)
    right = width
    if copy.address or copy.hotline:
        panel = height * 0.8
        right = width - panel
        bleed = sheet.kind.bleed
        drawing.rectangle(Box(right, -bleed, panel + bleed, height + 2 * bleed), copy.palette.panel)
        _column(drawing, copy, Box(right + margin * 0.75, margin, panel - margin * 1.75, height - 2 * margin))
    left = margin
    if copy.logo is not None:
        left += _mark(drawing, copy.logo, Box(margin, height / 2, height * 0.5, height * 0.4)) + margin * 0.6
    inner = Box(left, margin, right - left - margin * (1.2 if right < width else 1), height - 2 * margin)
    _slogan_over_unit(drawing, copy, inner, 2 if width > 3.4 * height else 3, height)


def _upright(drawing: Drawing, sheet: Sheet, copy: Copy, edge: float) -> None:
    """Slogan above, the block with code, unit and hotline as a band below."""
    width, height, margin, bleed = sheet.width, sheet.height, _margin(sheet, edge), sheet.kind.bleed
    slim = height > 2 * width
    top = margin + (100.0 if sheet.kind.pocket else 0.0)  # what the pole takes
    if copy.logo is not None:
        side = min(width * 0.24, height * 0.11)
        _mark(drawing, copy.logo, Box(width / 2, top + side / 2, width * 0.5, side), centred=True)
        top += side + margin * 0.6
    if copy.kicker and sheet.kind.form == "poster":
        top = _kicker(drawing, copy, Box(margin, top, width - 2 * margin, height * 0.06)) + margin * 0.7
    band = min(width * 1.02, height * 0.42) if slim else min(height * 0.23, width * 0.42)
    most = height * (0.5 if slim else 0.3)
    for _turn in range(2):
        box = Box(margin, top, width - 2 * margin, height - band - margin * 0.9 - top)
        face, block = _largest(copy, atoms(copy.slogan), box, 12, height)
        # What a slogan of long words leaves of the height goes to the band, where it makes the code larger.
        band = min(most, band + max(0.0, box.height - block.height / 0.86))
    box = Box(margin, top, width - 2 * margin, height - band - margin * 0.9 - top)
    bottom = height - band
    drawing.rectangle(Box(-bleed, bottom, width + 2 * bleed, band + bleed), copy.palette.panel)
    above, below = band * 0.14, max(edge, band * 0.16)
    inside = Box(margin, bottom + above, width - 2 * margin, band - above - below)
    if slim:
        _column(drawing, copy, inside, unit=True)
    else:
        _row(drawing, copy, inside)
    drawing.block(box, block, face, copy.palette.ink)
    drawing.slogan = (box, block, face)


def _mark(drawing: Drawing, logo: Picture, box: Box, *, centred: bool = False) -> float:
    """Put the office's mark on a white tile within a box's size, its middle (else its left edge) at (x, y).

    Returns the tile's width.
    """
    tall = min(box.height, box.width / logo.ratio)
    wide, edge = tall * logo.ratio, tall * 0.1
    x, y = box.x - (wide / 2 if centred else 0.0), box.y - tall / 2
    drawing.rectangle(Box(x, y, wide, tall), WHITE, radius=tall * 0.08)
    drawing.picture(Box(x + edge * logo.ratio, y + edge, wide - 2 * edge * logo.ratio, tall - 2 * edge), logo.data)
    return wide


def _largest(copy: Copy, pieces: list[Atom], box: Box, most_lines: int, largest: float) -> tuple[Face, Block]:
    """Return the first of the faces in which the slogan fills its box well, else the one that fills it best."""
    found: list[tuple[float, Face, Block]] = []
    for face in copy.faces:
        block = fit(pieces, face, box.width, box.height, most_lines, largest)
        found.append((block.fill(box.width, box.height), face, block))
        if found[-1][0] >= WELL_FILLED:
            return face, block
    _fill, face, block = max(found, key=lambda one: one[0])
    return face, block


def _margin(sheet: Sheet, edge: float) -> float:
    """Text keeps the kind's distance from the trim, and on a large sheet one that suits its size."""
    return max(edge, min(sheet.width, sheet.height) * 0.07)


def _slogan_over_unit(drawing: Drawing, copy: Copy, box: Box, most_lines: int, largest: float) -> None:
    """Set the slogan with the unit line below it, both together centred in the height of the box."""
    pieces, unit = atoms(copy.slogan), atoms(copy.unit)
    strip = box.height * 0.2
    for _turn in range(3):  # the unit line follows the slogan's size, the slogan what the unit line leaves
        gap = strip * 0.62
        left = Box(box.x, box.y, box.width, box.height - strip - gap)
        face, block = _largest(copy, pieces, left, most_lines, largest)
        line = fit(unit, copy.plain, box.width, box.height * 0.26, 1, block.size * face.cap * _UNIT / copy.plain.cap)
        strip = line.height
    top = box.y + max(0.0, (box.height - block.height - gap - strip) / 2)
    drawing.block(Box(box.x, top, box.width, block.height), block, face, copy.palette.ink)
    drawing.block(Box(box.x, top + block.height + gap, box.width, strip), line, copy.plain, copy.palette.ink)
    drawing.slogan = (left, block, face)


def _kicker(drawing: Drawing, copy: Copy, box: Box) -> float:
    """Set the theme above the slogan with a short rule below; return where it ends."""
    block = fit(atoms(copy.kicker), copy.plain, box.width * 0.86, box.height, 1, box.height * 0.42)
    place = Box(box.x, box.y, box.width, block.height)
    drawing.block(place, block, copy.plain, copy.palette.ink)
    rule = Box(box.x + box.width * 0.42, box.y + block.height * 1.55, box.width * 0.16, block.size * 0.12)
    drawing.rectangle(rule, copy.palette.ink)
    return rule.y + rule.height


def _column(drawing: Drawing, copy: Copy, box: Box, *, unit: bool = False) -> None:
    """Stack code, unit and hotline in a column, as large as they fit together, centred."""
    texts: list[Block] = []
    if copy.address:
        texts.append(_one_line(_SCAN, copy.plain, box.width, box.height * 0.07))
    if unit:
        texts.append(fit(atoms(copy.unit), copy.plain, box.width, box.height * 0.2, 3, box.width * 0.1))
    if copy.hotline:
        texts.append(_one_line(_CALL, copy.plain, box.width, box.height * 0.09))
        texts.append(_one_line(copy.hotline, copy.plain, box.width, box.height * 0.15))
    gap = box.height * 0.045
    used = sum(block.height + gap for block in texts)
    side = min(box.width, box.height - used) if copy.address else 0.0
    y = box.y + max(0.0, (box.height - used - side + (gap if not side else 0.0)) / 2)
    if side:
        drawing.qr(box.x + (box.width - side) / 2, y, side, copy.address)
        y += side + gap
    for block in texts:
        drawing.block(Box(box.x, y, box.width, block.height), block, copy.plain, copy.palette.panel_ink)
        y += block.height + gap


def _row(drawing: Drawing, copy: Copy, box: Box) -> None:
    """Put the code at the left, unit and hotline beside it."""
    x = box.x
    if copy.address:
        drawing.qr(x, box.y, box.height, copy.address)
        x += box.height + box.height * 0.16
    wide = box.x + box.width - x
    texts = [fit(atoms(copy.unit), copy.plain, wide, box.height * 0.46, 2, box.height * 0.24)]
    if copy.hotline:
        texts.append(_one_line(f"{_CALL}: {copy.hotline}", copy.plain, wide, box.height * 0.27))
    if copy.address:
        texts.append(_one_line(_SCAN, copy.plain, wide, box.height * 0.15))
    used = sum(block.height for block in texts)
    gap = min((box.height - used) / max(len(texts) - 1, 1), box.height * 0.16) if len(texts) > 1 else 0.0
    y = box.y + (box.height - used - gap * (len(texts) - 1)) / 2
    for block in texts:
        place = Box(x, y, wide, block.height)
        drawing.block(place, block, copy.plain, copy.palette.panel_ink, "left" if copy.address else "center")
        y += block.height + gap


def _one_line(text: str, face: Face, width: float, height: float) -> Block:
    """Fit a short text on one line as it stands."""
    rise, drop = face.ink(text)
    size = min(width / face.width(text), height / (rise + drop))
    return Block((text,), size, 0.0, rise * size, drop * size, face.width(text) * size)
