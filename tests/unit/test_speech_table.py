"""The table of our own vectors, the peer beside it, the texts of the house without a question, seconds as measured."""

import json
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import publisher.demo
from channels.base import Outfit, Post
from channels.radio import Radio
from channels.radio.voice_engine import synthesise
from channels.speech import Lexicon, length, speak, told_by
from publisher.files import FileStore
from schedules.plan_file import plans
from tests.bench.speech import scores, sea, vectors
from tests.unit.test_speech_vectors import ABBREVIATIONS, CLASSES, CODES, INTEGERS, table

POSTS = json.loads((Path(publisher.demo.__file__).parent / "posts.json").read_text("utf-8"))
HOTLINE = "{{duong_day_nong}}"


@pytest.mark.parametrize(("kind", "written", "spoken"), vectors(), ids=lambda value: value[:40])
def test_a_vector_of_the_table_is_read_as_it_says(kind: str, written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


def test_the_table_adds_three_hundred_vectors_to_those_of_the_norms() -> None:
    norms = {*dict(table(INTEGERS)), *CLASSES, *CODES, *dict(table(ABBREVIATIONS))}
    own = {written for _kind, written, _spoken in vectors()} - norms
    assert len(own) >= 300
    assert len({kind for kind, _written, _spoken in vectors()}) >= 15


def test_every_class_is_read_better_than_by_the_peer() -> None:
    for kind, score in scores(sea()).items():
        assert score.ours == score.count, kind
        assert score.ours > score.theirs, f"{kind}: {score}"
        assert score.ours >= score.forgiven, f"{kind}: {score}"  # even where the south's words count as the north's


# Texts of the house


def rendered(post: dict[str, str]) -> dict[str, object]:
    """A sample post as the radio channel renders it for an office with a hotline."""
    radio = Radio(Outfit(1, {"station": "Đài truyền thanh phường Mẫu"}, FileStore(Path("unused"))))
    body = post["body"].replace(HOTLINE, "0200.000.101")
    item = radio.render(Post(1, "bai", post["title"], "", body, "", post["slogan"], "UBND phường Mẫu", "0200.000.101"))
    found: dict[str, object] = json.loads(item.part("script.json").data)
    return found


def test_the_twelve_sample_posts_leave_no_question() -> None:
    assert len(POSTS) == 12
    assert [(post["id"], rendered(post)["unresolved"]) for post in POSTS if rendered(post)["unresolved"]] == []


def dictionary(code: str) -> Lexicon:
    """What an office that issued a plan is read with before anybody there wrote a dictionary."""
    issuer = yaml.safe_load(plans()[code].read_text("utf-8"))["issuer"]
    return Lexicon(told_by((issuer["name"], issuer["parent"]), (issuer["place"],)))


READ = {"text", "title", "deadline", "means", "source", "name"}
_OWN_NUMBERS = re.compile(r" ?\(?[A-Z]{2}\d\d-\w+(?:(?:, | đến )[A-Z]{2}\d\d-\w+)*\)?")  # ours, never read out


def told(held: object) -> Iterator[str]:
    """The sentences of a plan file that stand in the plan itself; our notes and codes are left out."""
    if isinstance(held, dict):
        for name, value in held.items():
            if name in READ and isinstance(value, str):
                yield _OWN_NUMBERS.sub("", value)
            else:
                yield from told(value)
    elif isinstance(held, list):
        for value in held:
            yield from told(value)


@pytest.mark.parametrize("code", sorted(plans()))
def test_a_plans_text_leaves_no_question(code: str) -> None:
    texts = list(told(yaml.safe_load(plans()[code].read_text("utf-8"))))
    assert len(texts) > 20
    words = dictionary(code)
    asked = [(text, said.written(q)) for text in texts for said in (speak(text, words),) for q in said.questions]
    assert asked == []


# Seconds


def scripts() -> list[str]:
    """Twenty texts as they are read: the sample posts and, of the plans, paragraphs of about that length."""
    found = [speak(post["body"].replace(HOTLINE, "0200.000.101")).text for post in POSTS]
    for code in sorted(plans()):
        texts = [text for text in told(yaml.safe_load(plans()[code].read_text("utf-8"))) if len(text) > 60]
        words = dictionary(code)
        found += [speak("\n".join(f"{text.rstrip('.')}." for text in texts[at : at + 5]), words).text for at in (0, 5)]
    return found[:20]


def measured(text: str, rate: float) -> float:
    """The seconds the speech engine takes, by its own samples."""
    samples, hertz = synthesise(text, rate)
    return len(samples) / 2 / hertz


def matched(text: str, wanted: float) -> float:
    """The engine's rate at which one text takes the seconds we estimate: readers differ, so it is fitted once."""
    low, high = 130.0, 400.0
    for _turn in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if measured(text, middle) > wanted else (low, middle)
    return (low + high) / 2


def test_the_estimate_is_within_a_tenth_of_the_measured_seconds_on_twenty_scripts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts = scripts()
    assert len(texts) == 20
    first = "Kính chào quý vị và các bạn! " + texts[0]
    rate = matched(first, length(first, 190).seconds)
    pairs = [(length(text, 190).seconds, measured(text, rate)) for text in texts]
    off = [estimate / seconds - 1 for estimate, seconds in pairs]
    correlation = statistics.correlation([one for one, _ in pairs], [other for _, other in pairs])
    with capsys.disabled():
        print(
            f"\nseconds estimated / measured on {len(pairs)} scripts: correlation {correlation:.4f}, "
            f"off by {min(off):+.1%} to {max(off):+.1%}, mean {statistics.mean(off):+.1%}"
        )
    assert all(abs(one) <= 0.10 for one in off), [f"{one:+.1%}" for one in off]
    assert correlation > 0.99
