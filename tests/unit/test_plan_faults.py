"""Whatever is wrong with a plan file is said in Vietnamese, at its exact line, and refused by both checkers."""

import json
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from schedules.plan_file import Fault, PlanFileError, check, load, load_text, plans
from schedules.plan_file.schema import SCHEMA_PATH, schema_text
from schedules.plan_file.yaml import MOST_BYTES, read_tree

PLAN = """\
format: 1
code: AB26
title: Kế hoạch tuyên truyền cải cách hành chính phường An Bình năm 2026
family: state
theme_edition: NQ76
issuer:
  name: Ủy ban nhân dân phường An Bình
  short_name: UBND phường An Bình
  kind: phuong
  place: An Bình
document: {kind: Kế hoạch, number: 12/KH-UBND, date: 2026-01-15}
years: {from: 2026, to: 2026}
slogan: Chính quyền gần dân
forms:
  - id: AB26-F1
    text: Truyền thanh phường
    forms: [truyen_thanh]
    channels: [radio]
tasks:
  - id: AB26-T1
    row: "1"
    text: Phát chuyên mục cải cách hành chính
    lead: Đài truyền thanh phường
    with: [Văn phòng]
    cadence: {monthly: {day: 5}, times: ["05:15"]}
    channels: [radio]
    themes: [T2, T6]
  - id: AB26-T2
    row: "2"
    text: Tổ chức đối thoại
    lead: Văn phòng
    cadence:
      once: 2026-06-15
targets:
  - id: AB26-K1
    text: Người dân biết dịch vụ công trực tuyến
    kind: ratio
    at_least: 80
    unit: "%"
    numerator: Số người biết
    denominator: Số người được hỏi
  - id: AB26-K2
    text: Lượt tiếp cận
    kind: range
    at_least: 300
    at_most: 400
    unit: nghìn lượt
reports:
  - id: AB26-R1
    from: Văn phòng
    to: Phòng Văn hóa – Xã hội
    calendar: ND09
    periods: quý
    due:
      - {period: Năm, date: 2026-12-20}
    content: Kết quả tuyên truyền
"""

VALIDATOR = Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")), format_checker=FormatChecker())


def changed(old: str, new: str) -> str:
    assert PLAN.count(old) == 1, old
    return PLAN.replace(old, new)


def refused_by_schema(text: str) -> bool:
    return not VALIDATOR.is_valid(read_tree(text.encode()).data)


def test_the_published_schema_is_the_one_the_checker_is_made_of():
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text()
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("code", sorted(plans()))
def test_the_shipped_plans_satisfy_the_checker_and_the_schema(code):
    path = plans()[code]
    assert check(path) == []
    assert list(VALIDATOR.iter_errors(read_tree(path.read_bytes()).data)) == []


def test_the_sample_plan_has_no_faults():
    assert check(PLAN) == []
    assert not refused_by_schema(PLAN)


# (what is written, what stands there instead, line, column, words of the message)
SHAPE = {
    "unknown key": ("slogan: Chính", "slogn: Chính", 13, 1, "Không có khóa “slogn” ở đây. Có phải “slogan”?"),
    "unknown key in an item": ("    themes: [T2", "    theme: [T2", 27, 5, "Có phải “themes”?"),
    "unknown key far from any": ("slogan: Chính", "xyzxyz: Chính", 13, 1, "Các khóa dùng được: format, code"),
    "attribute name for a key": ("    with: [V", "    partners: [V", 24, 5, "Không có khóa “partners”"),
    "missing key": ("    lead: Đài truyền thanh phường\n", "", 20, 5, "Thiếu khóa “lead” (đơn vị chủ trì)"),
    "missing section": ("family: state\n", "", 1, 1, "Thiếu khóa “family”"),
    "number for text": ('row: "1"', "row: 2.7", 21, 10, 'phải là chữ. Hãy đặt trong dấu nháy kép: "2.7"'),
    "text for number": ("at_least: 80", "at_least: tám mươi", 38, 15, "“at_least” (tối thiểu) phải là số"),
    "text for list": ("channels: [radio]\n    themes", "channels: radio\n    themes", 26, 15, "phải là một danh sách"),
    "list for mapping": ("years: {from: 2026, to: 2026}", "years: [2026]", 12, 8, "cặp khóa và giá trị"),
    "text for year": ("{from: 2026, to", "{from: năm nay, to", 12, 15, "phải là số nguyên"),
    "year out of range": ("{from: 2026, to", "{from: 1026, to", 12, 15, "không được nhỏ hơn 2000"),
    "instant for a date": ("date: 2026-01-15", "date: 2026-01-15T08:00:00Z", 11, 54, "dạng năm-tháng-ngày"),
    "packed date": ("date: 2026-01-15", 'date: "20260115"', 11, 54, "dạng năm-tháng-ngày"),
    "impossible date": ("date: 2026-01-15", "date: 2026-02-30", 11, 54, "phải là ngày có thật"),
    "Vietnamese date": ("date: 2026-01-15", "date: 15/01/2026", 11, 54, "dạng năm-tháng-ngày"),
    "format of the future": ("format: 1", "format: 2", 1, 9, "chỉ nhận giá trị 1"),
    "bad plan code": ("code: AB26", "code: Kế hoạch", 2, 7, "“code” (mã kế hoạch"),
    "blank text": ("text: Tổ chức đối thoại", 'text: "  "', 30, 11, "đang để trống"),
    "unknown theme": ("themes: [T2, T6]", "themes: [T2, T9]", 27, 18, "Không có chủ đề “T9”"),
    "unknown theme edition": ("NQ76", "NQ30", 5, 16, "Không có bộ chủ đề “NQ30”. Có phải “NQ30c”?"),
    "unknown form": ("[truyen_thanh]", "[truyen_than]", 17, 13, "“truyen_than”. Có phải “truyen_thanh”?"),
    "unknown channel": ("[radio]\n    themes", "[telex]\n    themes", 26, 16, "Hãy dùng một trong: portal, facebook"),
    "unknown calendar": ("calendar: ND09", "calendar: ND90", 52, 15, "Không có lịch báo cáo “ND90”. Có phải “ND09”?"),
    "unknown kind of unit": ("kind: phuong", "kind: phường", 9, 9, "Không có loại đơn vị “phường”. Có phải “phuong”?"),
    "unknown family": ("family: state", "family: party", 4, 9, "Không có họ văn bản"),
    "unknown kind of target": ("kind: ratio", "kind: percent", 37, 11, "Không có loại chỉ tiêu"),
    "code twice": ("themes: [T2, T6]", "themes: [T2, T2]", 27, 13, "“T2” ghi hai lần"),
    "two kinds of cadence": ("{monthly: {day: 5}", "{monthly: {day: 5}, on_demand: true", 25, 14, "đúng một khóa loại"),
    "no kind of cadence": ("{monthly: {day: 5}, times", "{times", 25, 14, "đúng một khóa loại"),
    "unknown kind of cadence": ("{monthly: {day: 5}, times", "{montly: {day: 5}, times", 25, 14, "montly"),
    "day 32": ("{monthly: {day: 5}, times", "{monthly: {day: 32}, times", 25, 14, "monthly"),
    "time as a number": ('["05:15"]', "[515]", 25, 14, "ghi giờ dạng"),
    "impossible time": ('["05:15"]', '["25:15"]', 25, 14, "times"),
    "percent over 100": ("at_least: 80", "at_least: 180", 38, 15, "Tỷ lệ 180% lớn hơn 100%"),
    "percent of nothing": ("    denominator: Số người được hỏi\n", "", 35, 5, "“denominator” (mẫu số)"),
    "ratio without percent": ('    unit: "%"\n', "", 35, 5, 'Hãy ghi unit: "%"'),
    "range with one end": ("    at_most: 400\n", "", 42, 5, "phải có cả “at_least” và “at_most”"),
    "number without a number": ("    at_least: 80\n", "", 35, 5, "Chỉ tiêu thiếu con số"),
    "quality with a number": ("kind: range\n    at_least: 300\n", "kind: quality\n", 45, 14, "Hãy bỏ “at_most”"),
    "negative number": ("at_least: 80", "at_least: -1", 38, 15, "không được nhỏ hơn 0"),
}  # fmt: skip


@pytest.mark.parametrize("old, new, line, column, words", SHAPE.values(), ids=list(SHAPE))
def test_a_fault_of_shape_is_placed_explained_and_refused_by_the_schema_too(old, new, line, column, words):
    text = changed(old, new)
    faults = check(text, "an-binh.yaml")
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)], faults
    assert words in faults[0].what
    assert refused_by_schema(text)


# What a schema cannot say: rules that span entries.
SPANNING = {
    "id twice": ("id: AB26-T2", "id: AB26-T1", 28, 9, "Mã “AB26-T1” đã dùng"),
    "id twice across groups": ("id: AB26-R1", "id: AB26-K1", 49, 9, "Mã “AB26-K1” đã dùng"),
    "id of another plan": ("id: AB26-T2", "id: CL22-T2", 28, 9, "phải bắt đầu bằng mã kế hoạch “AB26-”"),
    "row twice": ('row: "2"', 'row: "1"', 29, 10, "Số dòng “1” đã dùng"),
    "date outside the years": ("once: 2026-06-15", "once: 2027-06-15", 33, 13, "Ngày 15/06/2027 nằm ngoài"),
    "due date outside the years": ("date: 2026-12-20", "date: 2027-12-20", 55, 29, "Ngày 20/12/2027 nằm ngoài"),
    "years turned round": ("to: 2026}", "to: 2025}", 12, 25, "Năm cuối 2025 trước năm đầu 2026"),
    "range turned round": ("at_most: 400", "at_most: 200", 46, 14, "“at_most” nhỏ hơn “at_least”"),
}  # fmt: skip


@pytest.mark.parametrize("old, new, line, column, words", SPANNING.values(), ids=list(SPANNING))
def test_a_fault_that_spans_entries_is_placed_and_explained(old, new, line, column, words):
    faults = check(changed(old, new))
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)], faults
    assert words in faults[0].what


# What is not YAML as plans use it: (text, line, column, words of the message)
UNREADABLE = {
    "empty": ("", 1, 1, "Tệp trống"),
    "only a comment": ("# kế hoạch\n\n", 1, 1, "Tệp trống"),
    "a single word": ("xin chào", 1, 1, "Tệp phải gồm các dòng “khóa: giá trị”"),
    "a list": ("- a\n- b\n", 1, 1, "Tệp phải gồm các dòng “khóa: giá trị”"),
    "tab": (changed("  kind: phuong", "\tkind: phuong"), 9, 1, "phím Tab"),
    "colon in text": (changed("text: Tổ chức", "text: Nội dung: tổ chức"), 30, 19, "Dấu hai chấm"),
    "no colon": (changed("slogan: Chính quyền gần dân", "slogan Chính quyền gần dân"), 13, 1, "Thiếu dấu hai chấm"),
    "quote left open": (changed('row: "2"', 'row: "2'), 29, 10, "Dấu nháy mở ở đây mà không đóng"),
    "bracket left open": (changed("[Văn phòng]", "[Văn phòng"), 24, 11, "Danh sách trong ngoặc chưa đóng"),
    "indentation": (changed("    row: \"2\"", "   row: \"2\""), 29, 4, "thẳng hàng"),
    "anchor": (changed("slogan: Chính", "slogan: &a Chính"), 13, 9, "dấu neo"),
    "alias": (changed("slogan: Chính quyền gần dân", "slogan: *a"), 13, 9, "dấu neo"),
    "alias as key": (changed("slogan: Chính", "*a : Chính"), 13, 1, "dấu neo"),
    "tag": (changed("slogan: Chính", "slogan: !!python/name:os.system Chính"), 13, 9, "nhãn kiểu dữ liệu"),
    "key twice": (changed("family: state", "code: AB27\nfamily: state"), 4, 1, "“code” ghi hai lần (lần đầu ở dòng 2)"),
    "empty value": (changed("slogan: Chính quyền gần dân", "slogan:"), 13, 8, "Giá trị để trống"),
    "empty required value": (changed("    lead: Văn phòng", "    lead:"), 31, 10, "Giá trị để trống"),
    "empty entry": (changed("themes: [T2, T6]", "themes: [T2, ~]"), 27, 18, "Giá trị để trống"),
    "two documents": (PLAN + "---\n" + PLAN, 57, 1, "chỉ chứa một kế hoạch"),
    "list as key": (changed("slogan: Chính", "? [a]\n: Chính"), 13, 3, "Tên khóa phải là một từ"),
    "deep nesting": ("format: " + "[" * 200_000, 1, 21, "lồng quá 12 cấp"),
    "NUL byte": (changed("Chính quyền gần dân", "Chính\0quyền"), 13, 14, "U+0000"),
    "NUL by escape": (changed("Chính quyền gần dân", r'"Chính\0quyền"'), 13, 9, "mã ký tự không dùng được"),
    "lone surrogate by escape": (changed("Chính quyền gần dân", r'"\ud800"'), 13, 9, "mã ký tự không dùng được"),
    "line separator": (changed("Chính quyền gần dân", "Chính\u2028quyền"), 13, 14, "U+2028"),
}  # fmt: skip


@pytest.mark.parametrize("text, line, column, words", UNREADABLE.values(), ids=list(UNREADABLE))
def test_a_file_that_is_not_plain_yaml_is_refused_at_its_place(text, line, column, words):
    faults = check(text)
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)], faults
    assert words in faults[0].what


def test_bytes_that_are_not_utf8_are_refused_at_their_line():
    old_code_page = PLAN.encode().replace("Chính quyền gần dân".encode(), b"Ch\xcdnh quy\xd2n")
    assert [(fault.line, fault.column) for fault in check(old_code_page)] == [(13, 11)]
    assert "UTF-8" in check(old_code_page)[0].what
    assert "UTF-16" in check(PLAN.encode("utf-16"))[0].what
    assert "UTF-8" in check(b"\x89PNG\r\n\x1a\n\x00\x00")[0].what


def test_a_file_larger_than_a_megabyte_is_refused_unread(tmp_path):
    large = tmp_path / "lon.yaml"
    large.write_bytes(PLAN.encode() + b"#" * MOST_BYTES)
    assert [fault.what.split(".")[0] for fault in check(large)] == ["Tệp lớn hơn 1 MB"]


def test_a_file_that_is_not_there_is_a_fault_and_not_a_crash(tmp_path):
    missing = check(tmp_path / "khong-co.yaml")
    assert [(fault.file, fault.line) for fault in missing] == [("khong-co.yaml", 1)]
    assert "Không đọc được tệp: không có tệp này" in missing[0].what
    assert "Tệp phải gồm" in check("khong-co.yaml")[0].what  # text is content, never a path
    with pytest.raises(PlanFileError):
        load(tmp_path / "khong-co.yaml")


def test_all_faults_are_listed_at_once_in_the_order_of_lines():
    text = changed("family: state", "family: party").replace("[truyen_thanh]", "[loa]").replace("AB26-T2", "AB26-T1")
    lines = [fault.line for fault in check(text)]
    assert lines == [4, 17, 28]


def test_a_file_full_of_faults_lists_the_first_two_hundred():
    faults = check(PLAN + "".join(f"khoa{number}: 1\n" for number in range(500)))
    assert [fault.line for fault in faults] == list(range(57, 257))


def test_a_fault_reads_as_file_line_column_and_sentence():
    fault = check(changed("family: state", "family: party"), "an-binh.yaml")[0]
    assert fault == Fault("an-binh.yaml", 4, 9, fault.what)
    assert str(fault).startswith("an-binh.yaml:4:9: Không có họ văn bản “party”.")


def test_decomposed_text_is_composed_on_loading_and_is_no_fault():
    decomposed = unicodedata.normalize("NFD", PLAN)
    assert decomposed != PLAN
    assert check(decomposed) == []
    assert load_text(decomposed, "an-binh.yaml") == load_text(PLAN, "an-binh.yaml")


def test_files_saved_on_windows_are_read_with_the_same_lines():
    windows = b"\xef\xbb\xbf" + PLAN.replace("\n", "\r\n").encode()
    assert check(windows) == []
    assert [fault.line for fault in check(windows.replace(b"family: state", b"family: party"))] == [4]


def test_words_that_older_yaml_reads_as_numbers_and_truth_stay_words():
    plan = load_text(changed("slogan: Chính quyền gần dân", "slogan: on").replace('["05:15"]', "[15:30]"), "a.yaml")
    assert plan.slogan == "on"
    assert plan.tasks[0].cadence["times"] == ["15:30"]


def test_every_message_is_a_vietnamese_sentence_that_says_what_to_do():
    texts = [changed(case[0], case[1]) for case in (SHAPE | SPANNING).values()] + [
        case[0] for case in UNREADABLE.values()
    ]
    for text in texts:
        for fault in check(text):
            assert fault.what == unicodedata.normalize("NFC", fault.what)
            assert fault.what[-1] in ".?", fault.what
            assert "Input" not in fault.what and "should" not in fault.what


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_make_the_checker_fail(raw):
    assert check(raw)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_change_of_a_line_makes_the_checker_fail_or_point_outside_the_file(data):
    lines = PLAN.split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(st.text(st.sampled_from("a:-[]{}\"'#&*!|>%@`,? \t\\0Tế"), max_size=20))
    faults = check("\n".join(lines))
    assert all(first <= second for first, second in pairwise(faults))
    assert all(1 <= fault.line <= len(lines) + 1 for fault in faults)
