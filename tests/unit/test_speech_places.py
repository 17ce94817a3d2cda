"""What the names of an office tell: which committee «TU» is, and place names inside addresses."""

import pytest

from channels.speech import Lexicon, speak, told_by


@pytest.mark.parametrize(
    ("names", "committee"),
    [
        (("Sở Nội vụ tỉnh Khánh Hòa",), "Tỉnh ủy"),
        (("Ủy ban nhân dân thành phố Chí Linh", "Ủy ban nhân dân tỉnh Hải Dương"), "Tỉnh ủy"),
        (("Liên đoàn Lao động huyện Gia Lâm", "Liên đoàn Lao động thành phố Hà Nội"), "Thành ủy"),
        (("Ủy ban nhân dân phường Thành Đông", "Ủy ban nhân dân thành phố Hải Phòng"), "Thành ủy"),
    ],
)
def test_the_level_above_says_which_committee_it_is(names: tuple[str, ...], committee: str) -> None:
    assert speak("12-CTr/TU", Lexicon(told_by(names))).text.endswith(f"của {committee}")


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("Ủy ban nhân dân phường Mẫu",),
        ("Ủy ban nhân dân thành phố Chí Linh",),
        ("Ủy ban nhân dân tỉnh Hải Dương", "Ủy ban nhân dân thành phố Hải Phòng"),
    ],
)
def test_where_the_names_do_not_settle_it_the_question_stays(names: tuple[str, ...]) -> None:
    said = speak("12-CTr/TU", Lexicon(told_by(names)))
    assert [said.written(question) for question in said.questions] == ["TU"]


def test_places_of_the_office_and_provinces_are_read_in_addresses() -> None:
    own = Lexicon(told_by(("Liên đoàn Lao động huyện Gia Lâm",)))
    said = speak("gialam@congdoanhanoi.org.vn", own)
    assert said.text == "gia lâm a còng công đoàn hà nội, chấm o-rờ-gờ, chấm vi en"
    assert speak("thainguyen.gov.vn").text == "thái nguyên, chấm gốp, chấm vi en"
    assert not speak("thainguyen.gov.vn").questions


def test_a_label_nobody_agreed_on_is_still_asked() -> None:
    assert speak("gialam.gov.vn").questions
    assert speak("hanoimoi.com.vn").questions, "only whole labels that are known stand together"


@pytest.mark.parametrize("name", ["Ban ABC 123", "Tổ 5 phường 12", "xã", "UBND XÃ ĐÔNG HƯNG", "huyện đảo Bạch Long Vĩ"])
def test_odd_names_tell_nothing_wrong(name: str) -> None:
    Lexicon(told_by((name,), (name,)))
