"""The radio channel's contract, and every file of a programme read back by somebody else's tools."""

import csv
import io
import json
import re
import sys
import unicodedata
import zipfile
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from channels.base import Outfit, Post, Rendered
from channels.radio import Radio
from channels.radio.book import book, packed, reading_text
from channels.radio.packet import FILES, Packet, zipped
from channels.radio.programme import Frame, Item, TooShort, compose, seconds, urgent_alone
from channels.radio.script import lines_of, lines_text
from channels.radio.station import Station
from channels.radio.voice import LONGEST, NoVoice, preview
from channels.speech import syllables
from publisher.files import FileStore

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SETTINGS = {"station": "Đài truyền thanh phường Mẫu", "credits": "Biên tập: Nguyễn Văn Mẫu."}
SINCE = datetime(2026, 11, 21, tzinfo=UTC)
BODY = "Theo Nghị quyết 76/NQ-CP, hồ sơ nộp từ 7h30 (tầng 1).\n\nXin gọi 1900 6769. Họp TU ngày 03/4."


def post(**values: Any) -> Post:
    raw = {
        "number": 1, "slug": "bai", "title": "Nộp hồ sơ trực tuyến", "body_html": "", "body_text": BODY, "summary": "",
        "slogan": "Hồ sơ trực tuyến, thuận tiện mọi lúc!", "unit": "UBND phường Mẫu", "hotline": "0900 000 000",
    }  # fmt: skip
    return Post(**{**raw, **values})


@pytest.fixture
def files(tmp_path: Any) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def radio(files: FileStore) -> Radio:
    return Radio(Outfit(7, SETTINGS, files))


def script(item: Rendered) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(item.part("script.json").data)
    return read


def test_a_rendering_holds_the_script_and_its_reading_text(radio: Radio) -> None:
    item = radio.render(post())
    read = script(item)
    assert [row["spoken"] for row in read["rows"]] == [
        "Theo Nghị quyết số bảy mươi sáu của Chính phủ, hồ sơ nộp từ bảy giờ ba mươi phút, tầng một.",
        "Xin gọi một chín không không, sáu bảy sáu chín.",
        "Họp TU ngày mùng ba tháng tư.",
        "Hồ sơ trực tuyến, thuận tiện mọi lúc!",
    ]
    assert [row["paragraph"] for row in read["rows"]] == [0, 1, 1, 2]
    assert read["unresolved"] == 1
    text = item.part("script.txt").data.decode()
    assert unicodedata.is_normalized("NFC", text)
    assert text.startswith("Nộp hồ sơ trực tuyến.\n\nTheo Nghị quyết")
    assert text.split("\n\n")[2] == "Xin gọi một chín không không, sáu bảy sáu chín.\nHọp TU ngày mùng ba tháng tư."


def test_what_editors_see_is_escaped_and_names_what_to_settle(radio: Radio) -> None:
    page = radio.render(post(body_text="<b>Họp TU</b> & dân.")).part("script.html").data.decode()
    assert "&lt;b&gt;Họp TU" in page and "<b>" not in page
    assert "«TU» có nhiều cách đọc" in page and "Còn 2 chỗ cần chọn cách đọc" in page


def test_the_same_post_gives_the_same_bytes(radio: Radio) -> None:
    assert radio.render(post()).sha256 == radio.render(post()).sha256
    assert radio.render(post()).sha256 != radio.render(post(title="Khác")).sha256


def test_warnings_name_the_place_and_what_to_do(radio: Radio) -> None:
    warnings = radio.render(post()).warnings
    assert any(one.startswith("Câu 3: «TU» có nhiều cách đọc") for one in warnings)
    assert any(one.startswith("Câu 1: Người nghe không thấy dấu ngoặc") for one in warnings)
    assert any(one.startswith("Câu 2: Số điện thoại «1900 6769» chỉ đọc một lần") for one in warnings)
    assert all("Hãy" in one or "Phải" in one for one in warnings)


def test_the_units_words_and_the_editors_lines_stand_on_top(radio: Radio) -> None:
    item = radio.render(post(lexicon={"TU": "Thành ủy"}, lines={"Xin gọi 1900 6769.": "Xin gọi tổng đài."}))
    rows = script(item)["rows"]
    assert rows[2]["spoken"] == "Họp Thành ủy ngày mùng ba tháng tư."
    assert (rows[1]["spoken"], rows[1]["overridden"], rows[1]["advice"]) == ("Xin gọi tổng đài.", True, [])
    assert script(item)["unresolved"] == 0


def test_a_dictionary_that_cannot_be_used_is_a_warning_and_not_a_silence(radio: Radio) -> None:
    item = radio.render(post(lexicon={"TU": "T.U 5"}))
    assert item.warnings[0].startswith("Chưa dùng được từ điển của đơn vị.")
    assert len(script(item)["rows"]) == 4


def test_a_station_of_the_south_says_le_and_ngan(files: FileStore) -> None:
    south = Radio(Outfit(7, {**SETTINGS, "region": "nam"}, files))
    assert script(south.render(post(body_text="Phí 105.000 đồng.")))["rows"][0]["spoken"] == (
        "Phí một trăm lẻ năm ngàn đồng."
    )


def test_handing_over_twice_is_once_and_can_be_found(radio: Radio, files: FileStore) -> None:
    item = radio.render(post())
    assert radio.find(item, "k1", {}, SINCE) is None
    first = radio.deliver(item, "k1", {})
    assert (first.kind, first.remote_id) == ("handed_over", "k1")
    assert radio.deliver(item, "k1", {}) == first == radio.find(item, "k1", {}, SINCE)
    assert radio.find(item, "k2", {}, SINCE) is None
    told = json.loads(files.read("radio/7/k1.json") or b"")
    assert told["sha256"] == item.sha256 and set(told["parts"]) == {"script.json", "script.txt", "script.html"}


def test_a_correction_takes_the_place_and_a_withdrawal_leaves_none(radio: Radio, files: FileStore) -> None:
    first = radio.deliver(radio.render(post()), "k1", {})
    changed = radio.render(post(body_text="Chữ mới."))
    radio.amend(first, changed, "k2")
    radio.amend(first, changed, "k2")
    assert json.loads(files.read("radio/7/k1.json") or b"")["sha256"] == changed.sha256
    radio.retract(first)
    radio.retract(first)
    assert files.read("radio/7/k1.json") is None
    assert radio.measure(first) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_renders(body: str, title: str) -> None:
    item = Radio(Outfit(7, SETTINGS, FileStore.__new__(FileStore))).render(post(body_text=body, title=title, slogan=""))
    assert isinstance(script(item)["seconds"], float)
    assert item.part("script.txt").data.decode()


def test_editors_lines_are_stored_as_one_text_and_read_back() -> None:
    own = {"Họp TU  sáng nay.": "Họp Thành ủy sáng nay.", "Hết.": "Xin hết."}
    assert lines_of(lines_text(own)) == {"Họp TU sáng nay.": "Họp Thành ủy sáng nay.", "Hết.": "Xin hết."}
    assert lines_of("chỉ một cột\n\tkhông gốc\n") == {"": "không gốc"} and lines_of("") == {}


def test_a_station_reads_its_settings_and_has_the_usual_values_for_the_rest() -> None:
    full = Station.read({**SETTINGS, "rate": "200", "tune": "0", "quiet": "22:00-05:00, 11:30–13:30", "workdays": "có"})
    assert (full.rate, full.notice_rate, full.tune, full.only_workdays) == (200, 160, 0, True)
    assert [f"{a:%H:%M} {b:%H:%M}" for a, b in full.quiet] == ["22:00 05:00", "11:30 13:30"]
    assert Station.read(SETTINGS).tune == 20


# Programmes and their files


def items(radio: Radio, kinds: tuple[str, ...] = ("news", "news", "feature", "notice")) -> list[Item]:
    found = []
    for number, kind in enumerate(kinds, start=1):
        rendered = radio.render(post(title=f"Tin số {number}"))
        part = rendered.part("script.json")
        found.append(Item(number, number, 1, kind, "normal", json.loads(part.data), part.sha256, "Trần Thị Mẫu"))
    return found


@pytest.fixture
def packet(radio: Radio) -> Packet:
    station = Station.read(SETTINGS)
    frame = Frame("phát thanh buổi sáng", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 15)
    listed = items(radio)
    values = book(station, frame, listed, compose(station, frame, listed))
    return Packet(values, 12, 2, "radio-7-x@publisher", SINCE, "BẢN NÀY ĐÃ CŨ: hãy lấy bản mới.")


def said(packet: Packet) -> list[str]:
    return [line for segment in packet.book["segments"] for line in segment["lines"]]


def test_every_sentence_of_the_programme_stands_in_every_file_that_is_read(packet: Packet) -> None:
    made = {name: make(packet) for name, (_kind, make) in FILES.items()}
    text = made["van-ban-doc.txt"].decode()
    assert [line for line in text.split("\n") if line] == said(packet)
    pages = pypdf.PdfReader(io.BytesIO(made["kich-ban.pdf"]))
    paper = Document(io.BytesIO(made["kich-ban.docx"]))
    cells = [row.cells[3].text for row in paper.tables[0].rows]
    flat = _flat("\n".join(page.extract_text() for page in pages.pages))
    for line in said(packet):
        assert any(cell.startswith(line) for cell in cells), line
        assert _flat(line) in flat, line
    assert _flat("DUYỆT PHÁT") in flat and any("DUYỆT PHÁT" in one.text for one in paper.paragraphs)
    assert pages.metadata is not None and "phát thanh buổi sáng" in str(pages.metadata.title)


def _flat(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def test_no_sentence_is_split_across_pages(packet: Packet) -> None:
    pages = [_flat(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(FILES["kich-ban.pdf"][1](packet))).pages]
    assert len(pages) > 1
    for line in said(packet):
        assert any(_flat(line) in page for page in pages), line
    paper = Document(io.BytesIO(FILES["kich-ban.docx"][1](packet)))
    assert all("w:cantSplit" in row._tr.xml for row in paper.tables[0].rows)


def test_the_pdf_carries_its_fonts_and_large_type(packet: Packet) -> None:
    reader = pypdf.PdfReader(io.BytesIO(FILES["kich-ban.pdf"][1](packet)))
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in below or "/FontFile3" in below
    sizes = {run.font.size.pt for row in Document(io.BytesIO(FILES["kich-ban.docx"][1](packet))).tables[0].rows[3:4]
             for run in row.cells[3].paragraphs[0].runs}  # fmt: skip
    assert sizes == {15.0}


def test_the_rundown_is_the_same_in_csv_json_and_calendar(packet: Packet) -> None:
    data = FILES["lich-phat.csv"][1](packet)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0][:4] == ["STT", "Ngày", "Bắt đầu", "Giây"] and rows[1][1:3] == ["21/11/2026", "05:15:00"]
    assert len(rows) == len(packet.book["segments"]) + 1
    told = json.loads(FILES["lich-phat.json"][1](packet))
    assert (told["number"], told["edition"], len(told["items"])) == (12, 2, 4)
    event = Calendar.from_ical(FILES["lich-phat.ics"][1](packet)).walk("VEVENT")[0]
    assert event.decoded("dtstart") == datetime(2026, 11, 21, 5, 15, tzinfo=ZONE)
    assert event["sequence"] == 2 and event["uid"] == "radio-7-x@publisher"


def test_a_title_that_looks_like_a_formula_is_disarmed_in_the_csv(radio: Radio) -> None:
    station = Station.read(SETTINGS)
    frame = Frame("x", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 15)
    rendered = radio.render(post(title="=1+2"))
    item = Item(1, 1, 1, "news", "normal", json.loads(rendered.part("script.json").data), "x")
    values = book(station, frame, [item], compose(station, frame, [item]))
    assert b"'=1+2" in FILES["lich-phat.csv"][1](Packet(values, 1, 1, "u", SINCE))


def test_the_packet_is_one_zip_that_is_the_same_for_the_same_edition(packet: Packet) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(packet))) as archive:
        assert archive.namelist() == list(FILES) and archive.testzip() is None
        assert archive.read("van-ban-doc.txt").decode() == reading_text(packet.book)
    assert packed(packet.book) == packed(json.loads(packed(packet.book)))


def test_text_that_looks_like_markup_stays_text_in_the_pdf(radio: Radio) -> None:
    station = Station.read(SETTINGS)
    frame = Frame("#panic() <b>&", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 15)
    rendered = radio.render(post(title='#read("/etc/passwd") $x$ // không phải chú thích'))
    item = Item(1, 1, 1, "news", "normal", json.loads(rendered.part("script.json").data), "x")
    values = book(station, frame, [item], compose(station, frame, [item]))
    pdf = pypdf.PdfReader(io.BytesIO(FILES["kich-ban.pdf"][1](Packet(values, 1, 1, "u", SINCE))))
    assert "#panic()<b>&" in _flat(pdf.pages[0].extract_text())


def test_a_slot_shorter_than_the_greeting_is_refused_with_what_to_do() -> None:
    station = Station.read({**SETTINGS, "opening": "Tiếng nói của Đảng bộ, chính quyền và nhân dân phường Mẫu."})
    with pytest.raises(TooShort, match=r"Khung giờ 1 phút không đủ .* \(1:\d\d\)\. Hãy tăng số phút"):
        compose(station, Frame("tin nhanh", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 1), [])


def test_a_programme_takes_as_long_as_its_segments_and_an_urgent_one_has_no_slot(radio: Radio) -> None:
    station = Station.read(SETTINGS)
    frame = Frame("x", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 15)
    segments = compose(station, frame, items(radio))
    assert seconds(segments) == pytest.approx(book(station, frame, items(radio), segments)["seconds"], abs=0.1)
    urgent = urgent_alone(station, items(radio, ("notice",))[0])
    assert [segment.part for segment in urgent] == ["Lời dẫn", "Khẩn cấp", "Khẩn cấp"]
    # Notices are read slower than news.
    words = sum(syllables(line) for line in urgent[1].lines)
    assert urgent[1].seconds > words / station.rate * 60


def test_questions_and_answers_are_read_by_two_voices(radio: Radio) -> None:
    station = Station.read(SETTINGS)
    frame = Frame("x", datetime(2026, 11, 21, 5, 15, tzinfo=ZONE), 15)
    segments = compose(station, frame, items(radio, ("dialogue",)))
    voices = [segment.who for segment in segments if segment.item]
    assert voices == ["nu", "nam", "nu"]  # one a paragraph


# The draft to listen to


def test_the_preview_is_an_mp3_that_says_it_is_a_machine() -> None:
    data = preview("Kính chào quý vị và các bạn!", 190)
    assert data.startswith(b"ID3\x03")
    assert "Bản nghe thử bằng giọng máy".encode("utf-16-le") in data[:200]
    assert len(data) > 10_000


def test_without_the_extra_the_preview_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lameenc", None)  # as where nobody installed it
    with pytest.raises(NoVoice, match=r"pip install 'publisher\[speech\]'"):
        preview("Kính chào!", 190)


def test_a_preview_too_long_is_refused() -> None:
    with pytest.raises(NoVoice, match="dài quá một giờ"):
        preview("a" * (LONGEST + 1), 190)
