"""What holds for every text, however it is written."""

import re
import time
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.speech import NAM, Lexicon, lines, speak
from channels.speech.numbers import read_integer

property_test = settings(derandomize=True, max_examples=300, deadline=None)

# What Vietnamese office texts are made of, thrown together in any order.
PARTS = """
UBND TP CCHC TTHC KT-XH TT&TT TP.HCM BTV TU đ/c CĐ VNeID QR AI TƯ ĐA YouTube ThS NN&PTNT COVID-19 Covid H'Mông Ê-đê
CẢI CÁCH HÀNH CHÍNH XI MĂNG THÔNG ĐẦU AN TOÀN VÌ DÂN II IV XIII I V quý khóa thế kỷ lần thứ chương mục phần
số Số: Nghị quyết nghị định kế hoạch QĐ NQ 76/NQ-CP 30/2020/NĐ-CP 12-CTr/TU 39-NQ/TW 1273/BTTTT-TTCS 15/TTr-SNV
123/ABC-XYZ 63/2025/QH15 NQ/TW ISO 9001:2015 TCVN ngày tháng năm từ đến sáng dịp lễ thứ tỷ lệ giai đoạn
15/7/2021 05/01/2026 30/2/2025 15/7/21 16.8.2023 2025-07-01 15-20/7/2025 1/5 3/4 1/3 2/9 13/15 24/7 24/24h 8/2025
7h30 05:15 16 giờ 30 phút 7g30 7g 8h–11h30 07:30-11:30 1:500 2-1 10-5 5-10% 30–40% 2.000 - 2.500 triệu tỷ đồng USD VNĐ
1.250.000 50.000đ 2,5 0,05 90,5% 2.5% 2.0 1.2.3 1,2,3 1,250,000 01 007 00 2025 2021-2025 104 1022 113 120 1234567
6 m² 45 km2 5kg 5 tấn/ha 37°C -5°C 60km/h 20 m x 30 m 2 lần/ngày triệu đồng/người/năm xã/phường và/hoặc
0225.3842.588 0220.3822.xxx (0225) 3842 588 +84 912 345 678 0912345678 1800 1096 19001234 gọi hotline điện thoại ĐT:
tài khoản mã số thuế 123456789012 dichvucong.gov.vn heza.gov.vn https://haiphong.gov.vn/a/b?c=1 cchc@tp.gov.vn
A4 5G QL1A H49.12-250101 CO2 covid19 lớp 5A ≥ 30% < 5 $500 & + = / // /// … ... ..... v.v. v/v {{duong_day_nong}}
( ) [ ] " “ ” « » , . ; : ? ! - – — • * _ # ' \u200b \u00a0 \u00ad ½ ² ٣ Ⅳ 三 😀 của Chính phủ xã hồ sơ người của để
gọi tắt là cải cách hành chính (CCHC) ông bà vân vân a) 1. 2) I. b. Một là, email Zalo website online
"""
part = st.sampled_from(PARTS.split())
glue = st.sampled_from([" ", " ", " ", " ", "", "\n", "\n\n", ", ", ". ", "-", " - ", "/", "\t"])
official = st.lists(st.tuples(part, glue), max_size=25).map(lambda pairs: "".join(word + mark for word, mark in pairs))
anything = st.one_of(official, st.text(max_size=80), st.text("0123456789.,:/-– hgđ%xX+()", max_size=40))

DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
UNITS = {word: value for value, word in enumerate(DIGITS)}
UNITS |= {"mốt": 1, "tư": 4, "lăm": 5}
SCALES = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6}


def heard(words: str) -> int:
    """Understand a spoken integer as a listener does: from the largest word down. Knows nothing of the code."""
    before, billions, after = words.rpartition("tỷ")
    if billions:
        return heard(before.strip()) * 10**9 + (heard(after.strip()) if after.strip() else 0)
    total, group, held = 0, 0, 0
    for word in words.split():
        if word in UNITS:
            held = UNITS[word]
        elif word in {"mười", "mươi"}:
            group, held = group + (10 if word == "mười" else held * 10), 0
        elif word == "trăm":
            group, held = group + held * 100, 0
        elif word in SCALES:
            total, group, held = total + (group + held) * SCALES[word], 0, 0
        else:
            assert word in {"linh", "lẻ"}, word
    return total + group + held


@settings(derandomize=True, max_examples=2_000, deadline=None)
@given(st.one_of(st.integers(0, 10**12), st.integers(0, 9_999), st.integers(0, 12).map(lambda power: 10**power)))
@example(10**12)
@example(10**12 - 1)
def test_a_listener_understands_the_number_that_was_written(number):
    assert heard(read_integer(number)) == number
    assert heard(read_integer(number, NAM)) == number
    assert heard(speak(f"{number:,}".replace(",", ".")).text) == number


def test_every_small_number_is_understood():
    assert [heard(read_integer(number)) for number in range(3_000)] == list(range(3_000))


@property_test
@given(anything)
@example("AI 3/4")
def test_speaking_what_was_spoken_changes_nothing(text):
    once = speak(text)
    assert speak(once.text).text == once.text


@property_test
@given(anything)
def test_tokens_cover_the_original_without_gap_or_overlap(text):
    said = speak(text)
    assert said.original == unicodedata.normalize("NFC", text)
    assert "".join(said.written(token) for token in said.tokens) == said.original
    assert [token.start for token in said.tokens] == [0, *(token.end for token in said.tokens)][: len(said.tokens)]
    assert all(token.start < token.end for token in said.tokens)
    assert "".join(token.spoken for token in said.tokens) == said.text


@property_test
@given(anything)
def test_composed_and_decomposed_writing_sound_the_same(text):
    composed, decomposed = (speak(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert composed == decomposed
    assert unicodedata.is_normalized("NFC", composed.text)


@property_test
@given(anything)
def test_no_digit_and_no_abbreviation_is_left_unless_it_is_asked_about(text):
    said = speak(text)
    for token in said.tokens:
        if not token.reason:
            assert not any(char.isdigit() for char in token.spoken), token
            assert not any(word.isupper() and len(word) > 1 for word in re.findall(r"[^\W\d_]+", token.spoken)), token


@property_test
@given(anything)
def test_a_question_says_what_to_do_and_offers_readings_that_can_be_read_out(text):
    for token in speak(text).questions:
        assert re.search(r"Hãy|Phải", token.reason), token
        assert not any(char.isdigit() for candidate in token.candidates for char in candidate), token
        assert len(set(token.candidates)) == len(token.candidates), token


@property_test
@given(anything)
def test_marks_and_spaces_are_clean(text):
    said = speak(text).text
    assert said == said.strip()
    assert "  " not in said and " ," not in said and ",," not in said and "\n\n\n" not in said


@property_test
@given(official)
def test_lines_hold_every_word_and_every_question_once(text):
    said, found = speak(text), lines(text)
    assert "".join("".join(line.spoken for line in found).split()) == "".join(said.text.split())
    assert [question for line in found for question in line.questions] == list(said.questions)


@property_test
@given(official)
def test_an_offices_dictionary_keeps_speech_stable(text):
    own = Lexicon({"TU": "Thành ủy", "SNV": "Sở Nội vụ", "1022": "một không hai hai", "A4": "a bốn", "CĐ": "công đoàn"})
    once = speak(text, own)
    assert speak(once.text, own).text == once.text
    assert "TU" not in [once.written(question) for question in once.questions if question.kind == "abbreviation"]


def seconds(text):
    begun = time.perf_counter()
    speak(text)
    return time.perf_counter() - begun


def test_a_long_text_takes_time_in_proportion_to_its_length():
    sentence = "Ngày 16/8/2023, UBND TP ban hành 02/NQ-HĐND; 95,5% hồ sơ đúng hạn, tăng 5-10% so với năm 2022. "
    prose = "Người dân và doanh nghiệp có thể nộp hồ sơ thủ tục hành chính trực tuyến trên cổng dịch vụ công. "
    for name, unit in {"dense": sentence, "prose": prose}.items():
        whole = seconds(unit * (200_000 // len(unit)))
        print(f"{name}: 200 000 characters in {whole:.2f} s")
        assert whole < 20


def test_hostile_repetition_does_not_slow_the_reader_down():
    units = (
        "a",
        "1",
        "A",
        "À ",
        ".",
        "(",
        "/",
        "a.",
        "1.",
        "1,",
        "1-",
        "I",
        "@a.",
        "0 ",
        "{{",
        "số ",
        "AB&",
        "-",
        "\u0301",
    )
    for unit in units:
        assert seconds(unit * (8_000 // len(unit))) < 8, unit
