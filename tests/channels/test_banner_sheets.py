"""What a print shop gets, checked by tools that had no part in making it: PDFium for boxes, fonts, layers, pictures."""

import ctypes
import io
import json
import re
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PdfReader

from channels.banner import FACTS
from channels.banner.palette import LEAST_CONTRAST, PALETTES
from channels.banner.sheets import LONGEST_PAGE, sheet
from channels.base import Part
from tests.channels.banner import LINK, MM, channel, post, seen

# code → finished size in mm, scale, bleed in mm at full size
SIZES = {
    "bang-ron-8x1": (8000, 1000, 10, 30),
    "bang-ron-3x0.8": (3000, 800, 1, 30),
    "bang-ron-doc-1x3": (1000, 3000, 1, 30),
    "phuon-0.8x2.5": (800, 2500, 1, 30),
    "pano-12x6": (12_000, 6000, 10, 50),
    "ap-phich-a0": (841, 1189, 1, 3),
    "ap-phich-a3": (297, 420, 1, 3),
    "ap-phich-0.54x0.79": (540, 790, 1, 3),
    "standee-0.8x2": (800, 2000, 1, 5),
    "bang-tin-a4": (210, 297, 1, 0),
    "bang-tin-a3": (297, 420, 1, 0),
    "to-roi-a5": (148, 210, 1, 3),
    "to-gap-a4": (297, 210, 1, 3),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The print file of every size."""
    folder = tmp_path_factory.mktemp("sheets")
    codes = list(SIZES)
    made: dict[str, bytes] = {}
    for some in (codes[:7], codes[7:]):
        item = channel(folder, sheets=",".join(some), licence="miễn").render(post())
        made |= {code: item.part(f"sheet-{code}.pdf").data for code in some}
    return made


@pytest.mark.parametrize("code", SIZES)
def test_the_page_boxes_are_right_to_half_a_millimetre(files: dict[str, bytes], code: str) -> None:
    width, height, scale, bleed = SIZES[code]
    for page in pypdfium2.PdfDocument(files[code]):
        trim, beyond, media = page.get_trimbox(), page.get_bleedbox(), page.get_mediabox()
        for box, extra in ((trim, 0), (beyond, 2 * bleed)):
            assert abs((box[2] - box[0]) / MM - (width + extra) / scale) < 0.5, box
            assert abs((box[3] - box[1]) / MM - (height + extra) / scale) < 0.5, box
        assert media[0] <= beyond[0] <= trim[0] < trim[2] <= beyond[2] <= media[2]
        assert media[1] <= beyond[1] <= trim[1] < trim[3] <= beyond[3] <= media[3]
        assert max(media[2] - media[0], media[3] - media[1]) / MM <= LONGEST_PAGE


def test_full_size_ends_where_a_pdf_page_ends() -> None:
    assert [sheet(f"bang-ron-{width}x1").scale for width in (3, 4, 4.9, 5, 6, 10)] == [1, 1, 1, 10, 10, 10]


@pytest.mark.parametrize("code", SIZES)
def test_every_font_is_embedded(files: dict[str, bytes], code: str) -> None:
    names = set()
    for page in pypdfium2.PdfDocument(files[code]):
        for one in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,)):
            font = pdfium.FPDFTextObj_GetFont(one)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
            name = ctypes.create_string_buffer(100)
            pdfium.FPDFFont_GetBaseFontName(font, name, 100)
            names.add(name.value.decode())
    assert names and all("BeVietnamPro" in name or "Anton" in name for name in names), names


@pytest.mark.parametrize("code", SIZES)
def test_every_colour_is_given_in_the_four_inks(files: dict[str, bytes], code: str) -> None:
    reader = PdfReader(io.BytesIO(files[code]))
    for page in reader.pages:
        operators = {operator.decode() for _operands, operator in page.get_contents().operations}  # type: ignore[union-attr]
        assert operators & {"k", "K"}, "something is painted"
        assert not operators & {"rg", "RG", "g", "G", "cs", "CS", "sc", "SC", "scn", "SCN", "sh"}, operators
    assert b"/DeviceRGB" not in files[code] and b"/DeviceGray" not in files[code]


def test_the_title_stands_in_the_file(files: dict[str, bytes]) -> None:
    document = pypdfium2.PdfDocument(files["ap-phich-a3"])
    assert document.get_metadata_value("Title") == post().title
    assert document.get_metadata_value("Author") == post().unit
    assert document.get_metadata_value("CreationDate") == "", "a date would change the bytes"


def words_of(pdf: bytes, page: int = 0) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range().split())


def test_a_banner_of_eight_metres_is_exported_one_to_ten_with_its_scale_line(files: dict[str, bytes]) -> None:
    text = words_of(files["bang-ron-8x1"])
    assert "TỶ LỆ 1:10 – KHỔ THÀNH PHẨM 8000 × 1000 mm – CHỪA BIÊN 30 mm MỖI CẠNH" in text
    assert "MỘT TÀI KHOẢN VNeID, AN TOÀN MỌI DỊCH VỤ CÔNG" in text
    assert "TỶ LỆ 1:1 – KHỔ THÀNH PHẨM 297 × 420 mm" in words_of(files["ap-phich-a3"])


def test_the_scale_line_and_the_marks_stand_outside_what_is_cut(files: dict[str, bytes]) -> None:
    for code, pdf in files.items():
        page = pypdfium2.PdfDocument(pdf)[0]
        beyond, text = page.get_bleedbox(), page.get_textpage()
        found = text.search("TỶ LỆ 1:")
        match = found.get_next()
        assert (match is None) == code.startswith("bang-tin"), "an office's own printer prints no marks"
        if match is not None:
            _left, _bottom, _right, top = text.get_charbox(match[0])
            assert top < beyond[1], code


def test_the_ground_runs_to_the_edge_of_the_bleed(files: dict[str, bytes]) -> None:
    for code in ("bang-ron-3x0.8", "ap-phich-a3", "standee-0.8x2"):
        page = pypdfium2.PdfDocument(files[code])[0]
        media, beyond = page.get_mediabox(), page.get_bleedbox()
        picture = seen(files[code])
        scale = picture.width / (media[2] - media[0])
        inside = (round((beyond[0] - media[0]) * scale) + 2, round((media[3] - beyond[3]) * scale) + 2)
        assert picture.getpixel(inside) != (255, 255, 255), code
        assert picture.getpixel((1, 1)) == (255, 255, 255), code


def test_a_folded_leaflet_has_two_sides(files: dict[str, bytes]) -> None:
    assert len(pypdfium2.PdfDocument(files["to-gap-a4"])) == 2
    assert "Đăng nhập bằng VNeID" in words_of(files["to-gap-a4"], 1)
    assert "thuộc diện không phải cấp phép" in words_of(files["to-gap-a4"])


def test_eyelets_lie_on_a_layer_that_does_not_print(files: dict[str, bytes]) -> None:
    pdf = files["bang-ron-3x0.8"]
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    layers = root["/OCProperties"]
    (group,) = layers["/OCGs"]
    assert group.get_object()["/Name"] == "Khoen (không in)"
    assert layers["/D"]["/OFF"][0].get_object() == group.get_object(), "off where printing programs look"
    assert group.get_object()["/Usage"]["/Print"]["/PrintState"] == "/OFF"
    # The same file with the layer switched on in a viewer shows them, so they are really there.
    shown = pdf.replace(b"/OFF [", b"/ON  [").replace(b"/OFF[", b"/ON [")
    assert shown != pdf
    hidden, visible = seen(pdf, width=2400), seen(shown, width=2400)
    difference = ImageChops.difference(hidden, visible)
    assert difference.getbbox() is not None
    page = pypdfium2.PdfDocument(pdf)[0]
    trim, media = page.get_trimbox(), page.get_mediabox()
    scale = 2400 / (media[2] - media[0])
    left, top, right, bottom = difference.getbbox()
    edge = (trim[0] - media[0]) * scale
    ring = 8 * MM * scale  # the ring's radius, at its place 25 mm inside
    assert abs(left - (edge + 25 * MM * scale - ring)) < 4 and abs(2400 - right - left) < 4
    assert bottom - top > (800 - 60) * MM * scale


def test_paper_sheets_have_no_layer(files: dict[str, bytes]) -> None:
    for code in ("ap-phich-a3", "to-roi-a5", "bang-tin-a4", "pano-12x6"):
        assert "/OCProperties" not in PdfReader(io.BytesIO(files[code])).trailer["/Root"]


@pytest.mark.parametrize("code", [code for code in SIZES if code != "pano-12x6"])
def test_the_code_can_be_read_and_says_that_it_was_read_on_a_banner(files: dict[str, bytes], code: str) -> None:
    found = zxingcpp.read_barcodes(seen(files[code], width=3000))
    assert [one.text for one in found] == [f"{LINK}?nguon=banner"]


def test_the_code_can_be_left_out_and_then_the_hotline_stands_alone(tmp_path: Path) -> None:
    for settings, link in (({"code": "không"}, LINK), ({}, "")):
        item = channel(tmp_path, sheets="ap-phich-a3", **settings).render(post(link=link))
        pdf = item.part("sheet-ap-phich-a3.pdf").data
        assert not zxingcpp.read_barcodes(seen(pdf, width=2000))
        assert "0200.000.101" in words_of(pdf)


def test_without_code_and_hotline_the_unit_still_signs(tmp_path: Path) -> None:
    for code in ("bang-ron-8x1", "phuon-0.8x2.5", "ap-phich-a3", "to-roi-a5", "to-gap-a4"):
        item = channel(tmp_path, sheets=code, code="không").render(post(hotline="", link="", themes=()))
        assert "PHƯỜNG AN MẪU" in words_of(item.part(f"sheet-{code}.pdf").data), code


def test_every_palette_can_be_read_and_prints_what_it_shows() -> None:
    for palette in PALETTES.values():
        assert palette.contrast >= LEAST_CONTRAST, palette.name
    assert round(PALETTES["do-vang"].contrast, 2) == 5.87  # as measured in vietnam.md §7.2
    assert round(PALETTES["xanh-trang"].contrast, 2) == 7.45


@pytest.mark.parametrize("palette", [*PALETTES, "#003f87/#ffffff"])
def test_previews_are_in_the_palettes_screen_colours(tmp_path: Path, palette: str) -> None:
    item = channel(tmp_path, sheets="ap-phich-a3", palette=palette).render(post())
    with Image.open(io.BytesIO(item.part("preview-ap-phich-a3.png").data)) as picture:
        corner = "#{:02x}{:02x}{:02x}".format(*picture.convert("RGB").getpixel((4, 4)))
        assert max(picture.size) == 1400
    assert corner == (PALETTES[palette].ground.rgb if palette in PALETTES else palette[:7])


def test_a_sheet_says_from_how_far_it_is_read_and_how_it_is_made(tmp_path: Path) -> None:
    item = channel(tmp_path, sheets="bang-ron-8x1").render(post())
    (fact,) = json.loads(part(item.parts, FACTS))["made"]
    assert fact["scale"] == 10 and fact["eyelets"] == 36 and "hiflex" in fact["material"]
    assert fact["readable"] == round(fact["capital"] * 0.3) and fact["readable"] > 60  # metres


def part(parts: tuple[Part, ...], name: str) -> bytes:
    return next(one.data for one in parts if one.name == name)


def test_names_of_parts_are_safe_in_any_file_system(tmp_path: Path) -> None:
    item = channel(tmp_path, sheets="phuon-0.8x2.5, led-96x32, to-gap-a4").render(post())
    assert all(re.fullmatch(r"[a-z0-9.-]+", one.name) for one in item.parts)
