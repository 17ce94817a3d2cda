"""What an editor and an announcer work with: lines side by side, seconds, advice, and the sample posts."""

import json
import unicodedata
from pathlib import Path

import pytest

import publisher.demo
from channels.speech import (
    RATES,
    advise,
    duration,
    fits,
    length,
    lines,
    speak,
    syllables,
    together,
)
from channels.speech.timing import clock

POSTS = json.loads((Path(publisher.demo.__file__).parent / "posts.json").read_text("utf-8"))
NOTICE = "Mất điện từ 7h30 tại thôn 3. Mọi thắc mắc xin gọi 1900 6769.\n\nXin hỏi TU. Xin cảm ơn!"


def findings(text: str) -> list[tuple[str, str]]:
    said = speak(text)
    return [(advice.finding, said.original[advice.start : advice.end]) for advice in advise(said)]


def test_lines_stand_side_by_side_one_sentence_each() -> None:
    found = lines(NOTICE)
    assert [(line.original, line.spoken, line.paragraph) for line in found] == [
        ("Mất điện từ 7h30 tại thôn 3.", "Mất điện từ bảy giờ ba mươi phút tại thôn ba.", 0),
        ("Mọi thắc mắc xin gọi 1900 6769.", "Mọi thắc mắc xin gọi một chín không không, sáu bảy sáu chín.", 0),
        ("Xin hỏi TU.", "Xin hỏi TU.", 1),
        ("Xin cảm ơn!", "Xin cảm ơn!", 1),
    ]
    assert [[NOTICE[q.start : q.end] for q in line.questions] for line in found] == [[], [], ["TU"], []]
    assert all(NOTICE[line.start :].startswith(line.original) for line in found)


def test_an_editors_line_follows_its_sentence_and_falls_away_when_the_sentence_changes() -> None:
    own = {unicodedata.normalize("NFD", "Xin hỏi  TU."): "Xin hỏi Thành ủy."}
    found = lines("Thêm một câu. " + NOTICE, overrides=own)
    assert [line.spoken for line in found if line.overridden] == ["Xin hỏi Thành ủy."]
    assert not any(line.questions for line in found)
    assert not any(line.overridden for line in lines(NOTICE.replace("TU.", "TU nhé."), overrides=own))


def test_lines_put_together_keep_paragraphs() -> None:
    assert together(lines(NOTICE)).split("\n") == [
        "Mất điện từ bảy giờ ba mươi phút tại thôn ba.",
        "Mọi thắc mắc xin gọi một chín không không, sáu bảy sáu chín.",
        "",
        "Xin hỏi TU.",
        "Xin cảm ơn!",
    ]
    assert lines("") == [] and together([]) == ""


def test_a_full_stop_of_an_abbreviation_ends_no_sentence() -> None:
    found = lines("KT. CHỦ TỊCH UBND TP. Hải Phòng v.v. và 1.250.000 đồng. Hết.")
    assert [line.original for line in found] == ["KT. CHỦ TỊCH UBND TP. Hải Phòng v.v. và 1.250.000 đồng.", "Hết."]


def test_syllables_are_counted_as_they_are_spoken() -> None:
    assert syllables("Nghị quyết số bảy mươi sáu của Chính phủ") == 9
    assert syllables(speak("Nghị quyết số 76/NQ-CP").text) == 9
    assert syllables("ki-lô-mét vuông, I-sô") == 6
    assert syllables("họp BTV") == 4  # an unread abbreviation is spelled in the end
    assert syllables(unicodedata.normalize("NFD", "Ủy ban nhân dân")) == 4
    assert syllables("") == 0


def test_seconds_are_syllables_by_the_rate_plus_the_pauses() -> None:
    text = "một hai ba bốn, năm sáu.\n\nbảy tám // chín mười /// một hai."
    found = length(text, 120)
    assert (found.syllables, found.pauses) == (12, 0.25 + 2 * 0.6 + 2 * 1.0 + 0.5 + 1.0)
    assert found.seconds == pytest.approx(12 / 120 * 60 + found.pauses)
    assert duration(text, "notice") > duration(text, "news") > duration(text, "indoor")
    assert duration(text) == duration(text, RATES["news"]) == duration(text, 190)


def test_a_quarter_of_an_hour_holds_what_stations_say_it_holds() -> None:
    sentence = "người dân nộp hồ sơ trực tuyến trên cổng dịch vụ công quốc gia, " + "nhanh và thuận tiện. "
    text = sentence * (2_200 // syllables(sentence))
    assert fits(text, 15 * 60, 200)
    assert not fits(text * 2, 15 * 60, 200)


def test_an_empty_text_takes_no_time() -> None:
    assert duration("") == duration("\n\n \n\n") == 0
    assert fits(speak(""), 0)
    assert clock(75.2) == "1:16" and clock(59.5) == "1:00"


@pytest.mark.parametrize(("rate", "says"), [("fast", "«news»"), (0, "lớn hơn 0"), (float("nan"), "lớn hơn 0")])
def test_a_rate_nobody_reads_at_is_refused(rate: float | str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        duration("một", rate)


def test_long_sentences_are_named_with_their_length() -> None:
    words = "người dân nộp hồ sơ " * 10
    said = speak(f"Xin chào. {words.strip()[:-3]} sơ. {'hồ sơ ' * 14}.")
    assert [(advice.finding, advice.message.split(",")[0]) for advice in advise(said)] == [
        ("too_long", "Câu dài 50 tiếng"),
        ("long", "Câu dài 28 tiếng"),
    ]


def test_a_sentence_is_measured_as_it_is_spoken() -> None:
    assert findings("Ngày 16/8/2023, UBND TP ban hành 02/NQ-HĐND về CCHC.")[0][0] == "too_long"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bộ phận Một cửa (tầng một) tiếp nhận.", [("parentheses", "(tầng một)")]),
        ("Như trên đã nói, thực hiện như sau: nộp hồ sơ.", [("looks_back", "Như trên"), ("looks_back", "như sau")]),
        ("Theo quy định nêu trên.", [("looks_back", "nêu trên")]),
        ("Xin gọi (0225) 3842 588.", [("said_once", "(0225) 3842 588")]),
        ("Xin gọi 1900 6769. Nhắc lại: 1900.6769.", []),
        ("năm 2025 120 hồ sơ", [("numbers_meet", "2025 120")]),
        ("năm 2025, 120 hồ sơ", []),
        ("tiếp nhận 1.234.567 hồ sơ", [("exact", "1.234.567")]),
        ("tiếp nhận 1.250.000 hồ sơ", []),
        ("Người dân nộp hồ sơ.", []),
    ],
)
def test_what_a_listener_would_not_follow_is_pointed_at(text: str, expected: list[tuple[str, str]]) -> None:
    assert findings(text) == expected


def test_every_advice_says_what_to_do() -> None:
    text = "Như trên (mục 1): năm 2025 120 hồ sơ, gọi 1022; " + "hồ sơ " * 40 + ". 1.234.567 người."
    found = advise(speak(text))
    assert {advice.finding for advice in found} == {
        "too_long", "parentheses", "looks_back", "said_once", "numbers_meet", "exact",
    }  # fmt: skip
    assert all("Hãy" in advice.message or "Phải" in advice.message for advice in found)


def test_the_sample_posts_leave_only_what_a_person_must_decide() -> None:
    asked = [
        (post["id"], said.written(question))
        for post in POSTS
        for said in (speak(post["title"]), speak(post["slogan"]), speak(post["body"]))
        for question in said.questions
    ]
    # P04 waits for the hotline of the office that uses it: rendering puts it in.
    assert asked == [("P04", "{{duong_day_nong}}")]


def test_the_sample_posts_are_read_within_a_minute_or_so() -> None:
    assert len(POSTS) == 12
    for post in POSTS:
        said = speak(post["body"])
        assert 25 < duration(said) < 75, post["id"]
        assert syllables(said.text) >= post["so_tieng"] - 1
