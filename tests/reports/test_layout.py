"""The documents as an official sees them: measures of Nghị định 30/2020/NĐ-CP read back from rendered pages."""

import ctypes
import io
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from docx import Document as open_docx
from PIL import Image

from publisher.reports.letterhead import Letterhead
from publisher.reports.outline import document
from publisher.reports.pdf import as_pdf
from publisher.reports.word import as_docx
from tests.reports.reading import MM, as_pdf_by_libreoffice, pictures
from tests.reports.samples import STATE, UNION, ZONE, sample

KEPT = Path(__file__).parents[2] / "artefacts" / "screenshots"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_of(head: Letterhead, **changes: object) -> bytes:
    return as_docx(document(sample(**changes), head, ZONE), "Ủy ban nhân dân thành phố Chí Linh Mẫu")


def pdf_of(head: Letterhead, **changes: object) -> bytes:
    return as_pdf(document(sample(**changes), head, ZONE), "Ủy ban nhân dân thành phố Chí Linh Mẫu")


@pytest.fixture(scope="module", params=["libreoffice", "typst"])
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of a People's Committee on paper: the .docx through LibreOffice, and our own PDF."""
    if request.param == "typst":
        data = pdf_of(STATE)
    else:
        soffice = request.getfixturevalue("soffice")
        data = as_pdf_by_libreoffice(soffice, tmp_path_factory.mktemp("word"), "bao-cao.docx", docx_of(STATE))
    pictures(data, f"report-{request.param}", KEPT)
    return data


def page_of(data: bytes, number: int = 0) -> "Page":
    return Page(pypdfium2.PdfDocument(data)[number])


class Page:
    """Where text stands on a page, in mm from the upper left corner of the paper."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.page, self.text = page, page.get_textpage()
        self.width, self.height = page.get_width() / MM, page.get_height() / MM

    def find(self, words: str) -> tuple[float, float, float, float, float]:
        """left, top, right, bottom in mm and the size in points of the first place where words stand."""
        found = self.text.search(words, match_case=True).get_next()
        assert found is not None, f"«{words}» is not on the page"
        boxes = [self.text.get_charbox(found[0] + place) for place in range(found[1])]
        left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
        top, bottom = max(box[3] for box in boxes), min(box[1] for box in boxes)
        size = self._size(found[0])
        return left / MM, self.height - top / MM, right / MM, self.height - bottom / MM, size

    def _size(self, place: int) -> float:
        matrix = pdfium.FS_MATRIX()
        assert pdfium.FPDFText_GetMatrix(self.text.raw, place, ctypes.byref(matrix))
        return round(pdfium.FPDFText_GetFontSize(self.text.raw, place) * abs(matrix.d), 1)

    def font(self, words: str) -> str:
        found = self.text.search(words, match_case=True).get_next()
        assert found is not None
        buffer, flags = ctypes.create_string_buffer(200), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self.text.raw, found[0], buffer, 200, ctypes.byref(flags))
        return buffer.value.decode().replace(" ", "")

    def has(self, words: str) -> bool:
        return self.text.search(words, match_case=True).get_next() is not None

    def rules(self) -> list[tuple[float, float, float]]:
        """Horizontal lines as (left, width, y) in mm: dark rows of pixels, whatever way they were drawn."""
        scale = 4.0
        picture: Image.Image = self.page.render(scale=scale).to_pil().convert("L")
        wide, found = picture.width, []
        pixels = picture.load()
        for y in range(picture.height):
            x = 0
            while x < wide:
                start = x
                while x < wide and pixels[x, y] < 140:
                    x += 1
                if x - start > 15 * MM * scale:
                    found.append((start / scale / MM, (x - start) / scale / MM, y / scale / MM))
                x += 1
        return found


def test_the_page_has_the_margins_of_the_decree(printed: bytes) -> None:
    document_ = pypdfium2.PdfDocument(printed)
    for number, page in enumerate(document_):
        assert (page.get_width() / MM, page.get_height() / MM) == pytest.approx((210, 297), abs=0.3)
        text = page.get_textpage()
        boxes = [text.get_charbox(i) for i in range(text.count_chars()) if text.get_text_range(i, 1).strip()]
        # A letter may reach a tenth of a millimetre over its own place (Ô, W, quotes).
        assert min(box[0] for box in boxes) / MM >= 29.8
        assert max(box[2] for box in boxes) / MM <= 195.6
        body = [box for box in boxes if 297 - box[3] / MM > 19]
        assert min(box[1] for box in body) / MM >= 19.5, f"page {number + 1} runs into the lower margin"
    document_.close()


@pytest.mark.parametrize(
    ("words", "size", "face"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, "Bold"),
        ("Độc lập - Tự do - Hạnh phúc", 14, "Bold"),
        ("THÀNH PHỐ CHÍ LINH MẪU", 13, "Bold"),
        ("Số: 05/BC-UBND", 13, "Regular"),
        ("Chí Linh, ngày 05 tháng 3 năm 2026", 14, "Italic"),
        ("BÁO CÁO", 14, "Bold"),
        ("Kết quả thông tin, tuyên truyền cải cách hành chính quý I năm 2026", 14, "Bold"),
        ("Kính gửi:", 14, "Regular"),
        ("CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", 14, "Bold"),
        ("như sau:", 14, "Regular"),
    ],
)
def test_every_line_of_the_head_has_its_size_and_face(printed: bytes, words: str, size: float, face: str) -> None:
    page = page_of(printed)
    assert page.find(words)[4] == pytest.approx(size, abs=0.2)
    font = page.font(words)
    assert ("Bold" in font) == (face == "Bold"), font
    assert ("Italic" in font) == (face == "Italic"), font
    assert "LiberationSerif" in font or "TeXGyreTermes" in font or "TimesNewRoman" in font, font


def test_the_head_stands_in_two_columns_with_lines_of_the_right_length(printed: bytes) -> None:
    page = page_of(printed)
    country, motto = page.find("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), page.find("Độc lập - Tự do - Hạnh phúc")
    issuer, number, place = (
        page.find("THÀNH PHỐ CHÍ LINH MẪU"),
        page.find("Số: 05/BC-UBND"),
        page.find("Chí Linh, ngày"),
    )
    assert country[3] - country[1] < 7, "the country stands on one line"
    assert country[2] - country[0] == pytest.approx(95.5, abs=1.5)
    assert issuer[2] < country[0] + 1
    assert (country[0] + country[2]) / 2 == pytest.approx(195 - 97 / 2, abs=1)
    assert abs(number[3] - place[3]) < 1.5, "number and place are level"
    assert 20 <= country[1] < 25
    under_motto = [rule for rule in page.rules() if 0 < rule[2] - motto[3] < 3 and rule[0] > 98]
    assert under_motto[0][1] == pytest.approx(motto[2] - motto[0], abs=1.5)
    under_issuer = [rule for rule in page.rules() if 0 < rule[2] - issuer[3] < 3 and rule[0] < 98]
    assert 1 / 3 <= under_issuer[0][1] / (issuer[2] - issuer[0]) <= 1 / 2
    subject = page.find("Kết quả thông tin, tuyên truyền cải cách hành chính quý I năm 2026")
    under_subject = [rule for rule in page.rules() if 0 < rule[2] - subject[3] < 3]
    assert 1 / 3 <= under_subject[0][1] / (subject[2] - subject[0]) <= 1 / 2


def test_paragraphs_are_indented_and_justified(printed: bytes) -> None:
    page = page_of(printed)
    assert page.find("Thực hiện Kế hoạch số 21")[0] == pytest.approx(30 + 12.7, abs=0.7)
    assert page.find("phát hành và 3 hoạt động")[0] == pytest.approx(30, abs=0.7)


def test_pages_are_counted_in_the_upper_margin_and_each_annex_anew(printed: bytes) -> None:
    pages = [Page(page) for page in pypdfium2.PdfDocument(printed)]
    shown = []
    for page in pages:
        text = page.text.get_text_bounded(100 * MM, (297 - 19.5) * MM, 125 * MM, 297 * MM).strip()
        shown.append(text)
    starts = [number for number, page in enumerate(pages) if page.has("Phụ lục I\r") or page.has("(Kèm theo Báo cáo")]
    assert shown[0] == ""
    assert shown[1] == "2"
    assert len(starts) == 2
    for number, text in enumerate(shown):
        first = max(start for start in (0, *starts) if start <= number)
        assert text == ("" if number == first else str(number - first + 1)), shown


def test_the_foot_holds_recipients_and_signature_level_with_each_other(printed: bytes) -> None:
    page = next(p for p in (Page(one) for one in pypdfium2.PdfDocument(printed)) if p.has("Nơi nhận:"))
    recipients, first = page.find("Nơi nhận:"), page.find("Như trên;")
    signing, name = page.find("TM. ỦY BAN NHÂN DÂN"), page.find("Nguyễn Văn Mẫu")
    assert (recipients[4], first[4], signing[4], name[4]) == pytest.approx((12, 11, 14, 14), abs=0.2)
    assert "BoldItalic" in page.font("Nơi nhận:").replace(",", "")
    assert abs(recipients[3] - signing[3]) < 2.5
    assert name[1] - page.find("PHÓ CHỦ TỊCH")[3] > 20, "room to sign"
    assert page.has("Không có./."), "the signature goes with the last paragraph"


def variants(tmp_path: Path, soffice: str) -> list[bytes]:
    """The report with more and more lines before its tables, so that page ends fall everywhere; printed both ways."""
    found = []
    for lines in range(0, 40, 3):
        text = "\n".join(f"Nội dung chỉ đạo thứ {line}." for line in range(lines))
        changes = {"narrative": {"direction": text}} if lines else {}
        found.append(pdf_of(STATE, products=3, **changes))
        (tmp_path / f"v{lines:02}.docx").write_bytes(docx_of(STATE, products=3, **changes))
    names = sorted(tmp_path.glob("v*.docx"))
    first = as_pdf_by_libreoffice(soffice, tmp_path, "v00.docx", names[0].read_bytes(), *names[1:])
    return [*found, first, *((tmp_path / "printed" / path.name).with_suffix(".pdf").read_bytes() for path in names[1:])]


def test_no_page_end_parts_a_heading_from_its_table_or_the_signature_from_the_text(
    tmp_path: Path, soffice: str
) -> None:
    together = (
        ("1. Nội dung tuyên truyền", "Tuyên truyền trên 6/7"),
        ("Chưa có sản phẩm về", "Cải cách thể chế"),  # the words before a table, and its first row
        ("2. Hình thức tuyên truyền", "Cổng thông tin điện tử"),
        ("3. Kết quả theo chỉ tiêu", "Đạt 0/1 chỉ tiêu"),
        ("Đạt 0/1 chỉ tiêu", "Mức phải"),
        ("Mức phải", "Tỷ lệ thủ tục hành chính được công khai"),
        ("V. KIẾN NGHỊ, ĐỀ XUẤT", "Không có./."),
        ("Không có./.", "Nơi nhận:"),
        ("Nơi nhận:", "Nguyễn Văn Mẫu"),
    )
    for data in variants(tmp_path, soffice):
        pages = [Page(page) for page in pypdfium2.PdfDocument(data)]
        for first, second in together:
            here = [number for number, page in enumerate(pages) if page.has(first)]
            assert any(pages[number].has(second) for number in here), (first, second)


def test_the_union_profile_differs_where_unions_do(soffice: str, tmp_path: Path) -> None:
    data = as_pdf_by_libreoffice(soffice, tmp_path, "cong-doan.docx", docx_of(UNION))
    pictures(data, "report-union", KEPT, pages=2)
    pages = [Page(page) for page in pypdfium2.PdfDocument(data)]
    first = pages[0]
    assert first.find("TỔNG LIÊN ĐOÀN LAO ĐỘNG")[1] < first.find("LIÊN ĐOÀN LAO ĐỘNG\r")[1] + 20
    assert "Bold" not in first.font("TỔNG LIÊN ĐOÀN LAO ĐỘNG")
    assert first.has("/BC-LĐLĐ")
    assert first.has("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), "not the heading of the Party"
    foot = next(page for page in pages if page.has("Nơi nhận:"))
    for words in ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "- Như trên (để b/c);", "- Lưu: VP, Ban TG-NC."):
        assert foot.has(words), words
    assert not any(page.has("Lưu: VT") for page in pages)


def test_the_word_file_says_font_language_page_and_repeated_heads() -> None:
    opened = open_docx(io.BytesIO(docx_of(STATE)))
    fonts = opened.styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    assert {fonts.get(f"{W}{script}") for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    language = opened.styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert language.get(f"{W}val") == "vi-VN"
    modes = [one.get(f"{W}val") for one in opened.settings.element.iter(f"{W}compatSetting")]
    assert modes[0] == "15"
    assert len(list(opened.settings.element.iter(f"{W}compat"))) == 1
    styles = [style.get(f"{W}styleId") for style in opened.styles.element.iter(f"{W}style")]
    assert len(styles) == len(set(styles))
    assert len(opened.sections) == 3
    for section in opened.sections:
        page, margins = section._sectPr.find(f"{W}pgSz"), section._sectPr.find(f"{W}pgMar")
        assert (page.get(f"{W}w"), page.get(f"{W}h")) == ("11906", "16838")
        sides = {side: margins.get(f"{W}{side}") for side in ("top", "bottom", "left", "right")}
        assert sides == {"top": "1134", "bottom": "1134", "left": "1701", "right": "850"}
        assert section._sectPr.find(f"{W}titlePg") is not None
        assert section._sectPr.find(f"{W}pgNumType").get(f"{W}start") == "1"
        assert " PAGE " in [node.text for node in section.header._element.iter(f"{W}instrText")]
    bordered = [table for table in opened.tables if len(table.columns) > 2]
    assert len(bordered) == 5
    for table in bordered:
        rows = table._tbl.tr_lst
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_a_document_without_number_and_day_leaves_room_for_the_hand() -> None:
    blank = replace(STATE, number=None, day=None, signer="")
    text = "\n".join(cell.text for row in open_docx(io.BytesIO(docx_of(blank))).tables[0].rows for cell in row.cells)
    assert "Số:        /BC-UBND" in text
    assert "Chí Linh, ngày       tháng       năm 2026" in text
