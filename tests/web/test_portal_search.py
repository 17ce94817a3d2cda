"""Searching the portal: with and without diacritics, what comes first, and what a query may not break."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from publisher import clock
from publisher.pages import search
from publisher.web.portal.finding import marked
from tests.conftest import web_app
from tests.factories import Office
from tests.web.portal import published, withdraw


def titles(office: Office, query: str) -> list[str]:
    with office.reading() as session:
        return [card.title for card in search.find(session, search.tidy(query), 0, 50).cards]


def test_a_query_without_diacritics_finds_words_with_them(either_office: Office) -> None:
    published(either_office, "Đẩy mạnh cải cách")
    for query in ("day manh", "đẩy mạnh", "ĐẨY MẠNH", "Day Mạnh", "cach   cai", "đẩy mạnh", "«Đẩy mạnh», cải!"):
        assert titles(either_office, query) == ["Đẩy mạnh cải cách"], query


def test_exact_spelling_comes_first_then_titles_then_the_newest(either_office: Office) -> None:
    past = clock.now() - timedelta(days=9)
    published(either_office, "Bài một", past, body="Trong bài có chữ má.")
    published(either_office, "Chuyện má", past + timedelta(days=1), body="Chuyện nhà.")
    published(either_office, "Chuyện mà", past + timedelta(days=2), body="Chuyện khác.")
    published(either_office, "Bài hai", past + timedelta(days=3), body="Trong bài có chữ mạ.")
    published(either_office, "Bài ba", past + timedelta(days=4), body="Trong bài có chữ mả.")
    assert titles(either_office, "má") == ["Chuyện má", "Bài một", "Chuyện mà", "Bài ba", "Bài hai"]


def test_every_word_must_occur_as_a_whole_syllable(either_office: Office) -> None:
    published(either_office, "Người dân An Bình", body="Toàn dân tham gia.")
    published(either_office, "Tin của phường", body="Dân cư toàn khu phố.")
    assert titles(either_office, "an") == ["Người dân An Bình"]
    assert titles(either_office, "dan toan") == ["Tin của phường", "Người dân An Bình"]
    assert titles(either_office, "dan vang") == []


def test_signs_of_patterns_are_letters_like_others(either_office: Office) -> None:
    published(either_office, "Giảm 50% thời gian")
    published(either_office, "Mã ho_so mới")
    published(either_office, "Mã hoaso và 500 việc")
    assert titles(either_office, "50%") == ["Giảm 50% thời gian"]
    assert titles(either_office, "ho_so") == ["Mã ho_so mới"]
    for query in ("%", "_", "'", '"', "\\", "|", "/", "%%%", "'; DROP TABLE page; --"):
        assert titles(either_office, query) == [], query


def test_numbers_of_documents_are_found_in_any_spelling(either_office: Office) -> None:
    published(either_office, "Nghị quyết", body="Theo Nghị quyết số 76/NQ-CP, các bộ thực hiện.")
    for query in ("76/NQ-CP", "76/nq", "nq cp 76"):
        assert titles(either_office, query) == ["Nghị quyết"], query


def test_withdrawn_pages_are_not_found(office: Office) -> None:
    withdraw(office, published(office, "Bài thu hồi"))
    assert titles(office, "thu hoi") == []


def test_the_page_shows_hits_with_the_words_marked_and_everything_escaped(office: Office, visitor: FlaskClient) -> None:
    body = f"Đất đai & nhà ở.\n\nMột đoạn {'dài ' * 60} sổ đỏ."
    published(office, "Thủ tục <script>alert(1)</script>", body=body)
    page = visitor.get("/tim?q=thu+tuc+so").text
    assert "<mark>Thủ</mark> <mark>tục</mark> &lt;script&gt;" in page
    assert "<mark>sổ</mark> đỏ" in page
    assert "<script>alert" not in page
    assert "Tìm thấy 1 bài" in page


def test_what_is_typed_comes_back_escaped_and_cut(visitor: FlaskClient) -> None:
    page = visitor.get("/tim", query_string={"q": '"><img src=x onerror=1>'}).text
    assert "<img src=x" not in page
    assert "Không tìm thấy bài nào" in page
    long = visitor.get("/tim", query_string={"q": "chữ " * 60}).text
    assert "Chỉ tìm theo 100 ký tự đầu" in long


@pytest.mark.parametrize("query", ["", "   ", "\x00", "​", "?!"])
def test_a_query_of_nothing_shows_the_form(visitor: FlaskClient, query: str) -> None:
    page = visitor.get("/tim", query_string={"q": query})
    assert page.status_code == 200
    assert "Tìm thấy" not in page.text


def test_results_are_paged_under_the_same_query(office: Office, visitor: FlaskClient) -> None:
    for number in range(13):
        published(office, f"Đất đai số {number}")
    first = visitor.get("/tim?q=đất đai")
    assert "Tìm thấy 13 bài" in first.text
    assert 'href="/tim?q=%C4%91%E1%BA%A5t+%C4%91ai&amp;trang=2"' in first.text
    assert visitor.get("/tim?q=đất đai&trang=2").text.count('class="card-title"') == 1


@given(st.text(max_size=120))
def test_marking_loses_and_adds_no_letter(text: str) -> None:
    whole = marked(text, ["a", "da", "thu", "b%"])
    assert Markup(whole.replace("<mark>", "").replace("</mark>", "")).unescape() == escape(text).unescape()


@given(st.text(max_size=300))
def test_any_query_is_tidied_to_something_searchable(query: str) -> None:
    tidy = search.tidy(query)
    assert len(tidy) <= search.LONGEST_QUERY
    assert tidy.isprintable()
    assert len(search.wanted(tidy)) <= search.MOST_WORDS


def test_the_page_answers_on_postgresql_too(either_office: Office) -> None:
    published(either_office, "Đẩy mạnh cải cách")
    page = web_app(either_office.installation).test_client().get("/tim?q=day+manh")
    assert "<mark>Đẩy</mark> <mark>mạnh</mark>" in page.text
