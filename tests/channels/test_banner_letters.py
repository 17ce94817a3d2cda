"""No mark is ever cut: all 134 accented letters in capitals, their ink compared with the room their lines have."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from channels.banner import plates
from channels.banner.drawing import Box, Drawing
from channels.banner.faces import MARKED, Face, faces
from channels.banner.layout import Copy, compose
from channels.banner.palette import BLACK, PALETTES, WHITE
from channels.banner.sheets import sheet
from tests.channels.banner import MM, seen

CAPITALS = [letter for letter in MARKED if letter.isupper()]


def test_there_are_134_letters_with_marks() -> None:
    assert len(MARKED) == len(set(MARKED)) == 134
    assert len(CAPITALS) == 67 and {letter.upper() for letter in MARKED} == set(CAPITALS)


def ink(picture: Image.Image, dark: int = 140) -> tuple[int, int, int, int]:
    found = picture.convert("L").point(lambda value: 255 if value < dark else 0).getbbox()
    assert found is not None, "nothing was drawn"
    return found


@pytest.mark.parametrize("name", ["sans", "narrow", "serif", "text"])
def test_the_ink_of_every_capital_is_where_it_was_measured(name: str) -> None:
    """Each letter stands alone on a white sheet; what PDFium paints is what lines are spaced by, to a hundredth em."""
    face = faces()[name]
    size, scale, step = 60.0, 4.0, 100.0  # mm an em, pixels a mm, mm a letter
    plain = sheet("bang-tin-a4")
    for start in range(0, len(CAPITALS), 4):
        some = CAPITALS[start : start + 4]
        drawing = Drawing()
        drawing.rectangle(Box(0, 0, 210, 297), WHITE)
        for number, letter in enumerate(some):
            drawing.text(50 + step * (number % 2), 95 + 135 * (number // 2), letter, size, face, BLACK, "center")
        pdf = plates.print_file(plain, plates.data(plain, [drawing], "Thử", "Thử"))
        page = pypdfium2.PdfDocument(pdf)[0].render(scale=scale / MM).to_pil().convert("L")
        for number, letter in enumerate(some):
            x, base = 50 + step * (number % 2), 95 + 135 * (number // 2)
            cell = page.crop([round(v * scale) for v in (x - 49, base - 84, x + 49, base + 22)])
            _left, top, _right, bottom = ink(cell)
            rise, drop = face.ink(letter)
            assert abs((84 - top / scale) / size - rise) < 0.012, letter
            assert abs((bottom / scale - 84) / size - drop) < 0.012, letter


def words() -> str:
    """Every capital once, in words of three: as bad a slogan as there can be."""
    return " ".join("".join(CAPITALS[at : at + 3]).lower() for at in range(0, len(CAPITALS), 3))


@pytest.mark.parametrize("code", ["bang-ron-8x1", "bang-ron-3x1", "phuon-0.8x2.5", "ap-phich-a3", "pano-3x2"])
@pytest.mark.parametrize("name", ["sans", "narrow", "serif"])
def test_stacked_marks_touch_neither_the_line_above_nor_the_edge_of_the_sheet(code: str, name: str) -> None:
    made, face = sheet(code), faces()[name]
    copy = Copy(words(), "Ủy ban nhân dân phường Ẩm Ẵn", "", "", "", PALETTES["xanh-trang"], (face,), faces()["text"])
    drawing = compose(made, copy)
    assert drawing.slogan is not None
    box, block, _face = drawing.slogan
    assert block.height <= box.height + 1e-6 and block.width <= box.width + 1e-6
    picture, place = painted(made, drawing)
    rows = [item for item in drawing.items if item["do"] == "text" and item["text"] in block.lines]
    assert [row["text"] for row in rows] == list(block.lines)
    for above, below in pairwise(rows):
        low = above["y"] + face.ink(above["text"])[1] * block.size
        high = below["y"] - face.ink(below["text"])[0] * block.size
        assert high > low, "ink of two lines overlaps"
        row = place((low + high) / 2)
        band = picture.crop((round(picture.width * 0.2), row, round(picture.width * 0.6), row + 1))
        assert len(band.getcolors() or []) == 1, "something is painted between two lines"
    top, bottom = rows[0]["y"] - block.rise, rows[-1]["y"] + block.drop
    assert top >= made.kind.margin - 0.01 and bottom <= made.height - made.kind.margin + 0.01


def painted(made: Any, drawing: Drawing) -> tuple[Image.Image, Any]:
    pdf = plates.print_file(made, plates.data(made, [drawing], "Thử", "Thử"))
    page = pypdfium2.PdfDocument(pdf)[0]
    media, trim = page.get_mediabox(), page.get_trimbox()
    picture = seen(pdf, width=2400)
    per_mm = 2400 / ((media[2] - media[0]) / MM) / made.scale
    above = (media[3] - trim[3]) / MM * made.scale
    return picture, lambda y: round((above + y) * per_mm)


def test_a_line_is_never_lower_than_its_letters(tmp_path: Path) -> None:
    """The room measured for a line holds every letter that may stand in it, whatever the face."""
    for face in faces().values():
        rise, drop = face.ink("".join(CAPITALS))
        for letter in CAPITALS:
            one = face.ink(letter)
            assert one[0] <= rise and one[1] <= drop
        assert rise > 1.0, f"{face.name}: the font's own ascent would have been enough, check the measuring"


def test_the_face_knows_which_letters_it_lacks() -> None:
    sans: Face = faces()["sans"]
    assert sans.missing(MARKED + "0123456789.,;:!?–—-“”‘’«»()/%&@+") == ""
    assert sans.missing("a→b✓") == "→✓"
