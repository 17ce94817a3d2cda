"""What the files say: every number with its source, missing is "chưa có", nothing a person typed is executed."""

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import openpyxl
import psutil
import pytest

from publisher.reports import content, files, flat, narrative
from publisher.reports.content import Edition, Figure, Product, Value
from publisher.reports.letterhead import addressee_lines, broken, day_words, letter, recipient_lines, width_mm
from publisher.reports.outline import in_text
from publisher.reports.rows import ROWS
from tests.reports import reading
from tests.reports.samples import AT, STATE, ZONE, product, sample

EVIL = (
    '=HYPERLINK("http://x","a")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "＝1+1",
    "|calc",
    "<b>đậm</b> & #let x",
)


def made(kind: str, **changes: object) -> bytes:
    edition = Edition(2, AT, "ab" * 32)
    return b"".join(files.pieces(kind, sample(**changes), STATE, ZONE, edition))


def test_the_statistical_table_has_the_thirty_lines_in_their_order() -> None:
    numbers = [int("".join(char for char in row.key if char.isdecimal())) for row in ROWS]
    assert sorted(set(numbers)) == list(range(1, 31))
    assert numbers == sorted(numbers)
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_missing_is_said_and_never_zero_in_every_format() -> None:
    figures = tuple(replace(figure, now=Value(), running=Value(0, None, ("log",), AT)) for figure in sample().figures)
    sums = {figure.key for figure in figures if figure.rule != "ratio"}
    tables = {
        "docx": reading.docx_table,
        "xlsx": reading.xlsx_table,
        "csv": reading.csv_table,
        "pdf": reading.pdf_table,
    }
    for kind, table in tables.items():
        found = table(made(kind, figures=figures))
        assert {cells[0] for cells in found.values()} == {"chưa có"}, kind
        assert {found[key][1] for key in sums} == {"0"}, kind


def test_each_figure_carries_its_source_and_its_day() -> None:
    rows = [row for row in csv.DictReader(io.StringIO(made("csv").decode("utf-8-sig"))) if row["Loại"] == "Chỉ tiêu"]
    for row in rows:
        if row["Kỳ này"] == "chưa có":
            assert (row["Nguồn"], row["Số liệu đến ngày"]) == ("", "")
        else:
            assert row["Nguồn"] == "đo trên kênh, đơn vị báo"
            assert row["Số liệu đến ngày"] == "2026-03-15"


def test_the_annex_names_units_whose_report_is_missing() -> None:
    text = reading.pdf_text(made("pdf", absent=("Phường Hai", "Phường Ba")))
    assert "Chưa gồm số liệu của: Phường Hai; Phường Ba." in text


def test_the_body_in_word_and_pdf_is_the_same() -> None:
    words = "\n".join("\n".join(map("\n".join, table)) for table in reading.docx_tables(made("docx")))
    text = reading.pdf_text(made("pdf"))
    for line in narrative.texts(sample()).values():
        for sentence in (one.strip() for one in line.split("\n") if one.strip()):
            assert sentence.rstrip(".") in text
    assert "Nguyễn Văn Mẫu" in words
    assert "Nguyễn Văn Mẫu" in text
    assert text.count("./.") == 1


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_typed_becomes_a_formula_a_link_or_mark_up(evil: str) -> None:
    products = (product(1, evil), replace(product(2, evil), link="javascript:alert(1)"))
    report = replace(sample(), products=products, unit=evil)
    data = {kind: b"".join(files.pieces(kind, report, replace(STATE, signer=evil), ZONE)) for kind in files.TYPES}
    for row in csv.reader(io.StringIO(data["csv"].decode("utf-8-sig"))):
        for cell in row:
            assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "＝")), cell
    book = openpyxl.load_workbook(io.BytesIO(data["xlsx"]))
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert not [
            cell
            for row in sheet.iter_rows()
            for cell in row
            if cell.hyperlink and "javascript" in str(cell.hyperlink.target)
        ]
    assert b"javascript" not in data["pdf"]
    listed = reading.docx_products(data["docx"])
    assert evil.strip() in listed[0][2] or evil in listed[0][2]


def test_a_workbook_has_frozen_heads_print_areas_charts_and_data_for_a_pivot() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    assert book.sheetnames == ["Biểu số liệu", "Sản phẩm", "Dữ liệu", "Biểu đồ", "Minh chứng"]
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert sheet.print_area
        assert sheet.print_title_rows
        assert sheet.page_setup.paperSize == 9
        assert "ab" * 32 in sheet.oddFooter.left.text, "the edition stands at the foot of each page"
    assert len(book["Biểu đồ"]._charts) == 2
    data = list(book["Dữ liệu"].iter_rows(values_only=True))
    assert data[0][:3] == ("Kỳ", "Mã", "Ngày")
    assert all(len([cell for cell in row[:2] if cell]) == 2 for row in data[1:]), "no merged and no empty key cells"
    assert sum(row[11] for row in data[1:] if row[9] == "Lượt xem") == sum(number * 3 for number in range(1, 13))
    assert book["Sản phẩm"].auto_filter.ref
    links = [cell.hyperlink.target for row in book["Sản phẩm"].iter_rows() for cell in row if cell.hyperlink]
    assert len(links) == 9
    assert all(link.startswith("https://") for link in links)


def test_csv_opens_in_excel_with_vietnamese_letters() -> None:
    data = made("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert "Loại,Mã,Ngày".encode() in data[:60]
    assert b"\r\n" in data


def test_a_million_lines_of_csv_stream_in_flat_memory() -> None:
    def many() -> Iterator[Product]:
        for number in range(500_000):
            yield product(number + 1)

    process = psutil.Process()
    lines = size = peak = 0
    before = process.memory_info().rss
    for piece in flat.as_csv(sample(), many(), ZONE):
        lines += piece.count(b"\r\n")
        size += len(piece)
        peak = max(peak, process.memory_info().rss)
    assert lines > 1_000_000
    assert size > 100_000_000
    assert peak - before < 20 * 1024 * 1024, f"{(peak - before) / 1024 / 1024:.1f} MiB more"


def test_a_years_two_thousand_items_come_out_in_all_formats_in_ten_seconds() -> None:
    report = sample(2000)
    begun = time.process_time()
    for kind in files.TYPES:
        assert sum(len(piece) for piece in files.pieces(kind, report, STATE, ZONE)) > 50_000
    assert time.process_time() - begun < 10


def test_a_report_comes_back_from_its_canonical_text_unchanged() -> None:
    report = sample()
    text = content.canonical(report)
    assert content.read(text) == report
    assert content.canonical(content.read(text)) == text
    assert json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")) == text


@pytest.mark.parametrize(
    ("amount", "of", "words"),
    [(1, 3, "33,3"), (2, 3, "66,7"), (1, 8, "12,5"), (1, 1, "100"), (0, 5, "0"), (1, 2000, "0,1"), (None, 3, "chưa có"),
     (3, None, "chưa có"), (3, 0, "chưa có")],
)  # fmt: skip
def test_a_ratio_is_written_with_one_decimal_half_up(amount: int | None, of: int | None, words: str) -> None:
    figure = Figure("30", "Tỷ lệ", "%", "ratio", Value(amount, of), Value(), Value())
    assert content.shown(figure, figure.now) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_days_get_a_leading_zero_below_ten_and_months_only_below_three(day: date, words: str) -> None:
    assert day_words(day) == words


def test_numbers_below_ten_get_a_leading_zero() -> None:
    assert replace(STATE, number=5).number_line == "Số: 05/BC-UBND"
    assert replace(STATE, number=128).number_line == "Số: 128/BC-UBND"


def test_points_follow_the_vietnamese_alphabet() -> None:
    assert "".join(letter(place) for place in range(8)) == "abcdđegh"


def test_recipients_and_addressees_end_as_the_decree_says() -> None:
    assert recipient_lines(("Như trên", "Sở Nội vụ;", "Lưu: VT.")) == ["- Như trên;", "- Sở Nội vụ;", "- Lưu: VT."]
    assert addressee_lines(("Sở Nội vụ",)) == ["Kính gửi: Sở Nội vụ."]
    assert addressee_lines(("Sở Nội vụ", "UBND tỉnh")) == ["Kính gửi:", "- Sở Nội vụ;", "- UBND tỉnh."]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Ủy ban nhân dân phường An Mẫu", ("ỦY BAN NHÂN DÂN", "PHƯỜNG AN MẪU")),
        ("Ban Quản lý Khu kinh tế Hải Phòng", ("BAN QUẢN LÝ", "KHU KINH TẾ HẢI PHÒNG")),
        ("Liên đoàn Lao động thành phố Hải Phòng", ("LIÊN ĐOÀN LAO ĐỘNG", "THÀNH PHỐ HẢI PHÒNG")),
        ("Sở Nội vụ", ("SỞ NỘI VỤ",)),
    ],
)
def test_a_name_breaks_where_a_clerk_would_break_it(name: str, lines: tuple[str, ...]) -> None:
    assert broken(name) == lines
    assert all(width_mm(line, 13, "bold") <= 64 for line in lines)


def test_measured_widths_are_those_of_times() -> None:
    assert width_mm("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, "bold") == pytest.approx(95.7, abs=0.3)
    assert width_mm("Độc lập - Tự do - Hạnh phúc", 14, "bold") == pytest.approx(60.5, abs=0.3)
    assert width_mm("BAN QUẢN LÝ KHU KINH TẾ HẢI PHÒNG", 13, "bold") == pytest.approx(91.9, abs=0.5)


def test_a_period_reads_on_inside_a_sentence() -> None:
    assert in_text("Quý I năm 2026") == "quý I năm 2026"
    assert in_text("6 tháng đầu năm 2026") == "6 tháng đầu năm 2026"


def test_what_somebody_wrote_replaces_what_the_figures_say() -> None:
    report = sample(narrative={"proposals": "Đề nghị hỗ trợ kinh phí."})
    assert narrative.texts(report)["proposals"] == "Đề nghị hỗ trợ kinh phí."
    assert narrative.texts(report)["direction"] == narrative.prefilled(report)["direction"]
    assert "Đề nghị hỗ trợ kinh phí./." in reading.pdf_text(made("pdf", narrative=report.narrative))
