"""Text at the door, search folding, slugs, and Markdown that cannot hurt."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.refusal import Refused
from publisher.text import clean, excerpt, fold, html, line, number, plain, slug


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Đẩy mạnh", "day manh"),
        ("ĐƯỜNG DÂY NÓNG", "duong day nong"),
        ("hòa", "hoa"),
        ("hoà", "hoa"),
        (unicodedata.normalize("NFD", "Thủ tục"), "thu tuc"),
    ],
)
def test_folding_finds_vietnamese_typed_without_marks(typed: str, found: str) -> None:
    assert fold(typed) == found


def test_a_slug_is_made_of_plain_letters_and_ends_at_a_word() -> None:
    assert slug("Đẩy mạnh CCHC: một cửa, một cửa liên thông!") == "day-manh-cchc-mot-cua-mot-cua-lien-thong"
    assert len(slug("từ " * 60)) <= 80 and not slug("từ " * 60).endswith("-")
    assert slug("!!!") == "bai"


@settings(max_examples=300, derandomize=True)
@given(st.text(max_size=200))
def test_what_passes_the_door_is_composed_and_printable_or_it_is_refused(text: str) -> None:
    try:
        kept = clean(text, "Ô thử")
    except Refused as error:
        assert error.message.startswith("Ô thử")
        return
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(0xD800 <= ord(c) <= 0xDFFF or (c < " " and c not in "\n\t") for c in kept)
    assert clean(kept, "Ô thử") == kept


def test_look_alikes_and_invisible_characters_pasted_from_word_are_mended() -> None:
    assert clean("ð\u200bường\u00ad Ð", "x") == "đường Đ"


def test_a_line_is_one_line_within_its_bound() -> None:
    assert line("  hai \n dòng ", "Tiêu đề", most=20) == "hai dòng"
    with pytest.raises(Refused, match="dài 21 ký tự, tối đa 20"):
        line("x" * 21, "Tiêu đề", most=20)
    with pytest.raises(Refused, match="chưa nhập"):
        line(" ", "Tiêu đề", most=20, needed=True)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "![x](https://evil.example/x.png)",
        '[x](https://ok.example" onmouseover="alert(1))',
        "<iframe src=//evil.example></iframe>",
        "<style>*{display:none}</style>",
        "`<script>`",
    ],
)
def test_markdown_never_becomes_active(attack: str) -> None:
    import re

    shown = html(attack)
    tags = set(re.findall(r"<\s*([a-zA-Z0-9]+)", shown))
    assert tags <= {"p", "a", "code", "em", "strong"}, shown
    for attributes in re.findall(r"<\w+([^>]*)>", shown):
        names = set(re.findall(r"(\w+)\s*=", re.sub(r'"[^"]*"', '""', attributes)))
        assert names <= {"href", "rel", "title"}, shown
    assert not re.search(r'href="\s*(javascript|data|vbscript)', shown, re.IGNORECASE)


def test_markdown_headings_start_below_the_page_title() -> None:
    assert html("# Một\n\n###### Sáu") == "<h2>Một</h2>\n<h4>Sáu</h4>\n"


def test_plain_text_and_excerpt_keep_the_words() -> None:
    assert plain("**Đậm** và [liên kết](https://x.vn)\n\n- một\n- hai") == "Đậm và liên kết\n\nmột\n\nhai"
    assert excerpt("từ " * 100, 20) == "từ từ từ từ từ từ…"
    assert number(1234567) == "1.234.567"
