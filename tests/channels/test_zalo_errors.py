"""Every error of Zalo becomes the right one of ours, and no token shows in any of them."""

import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown
from channels.zalo.errors import CODES, OAUTH
from tests.simulators import kit
from tests.simulators.zalo_stage import CANARY, Stage, one_copy, staged
from tests.simulators.zalo_world import TEXTS

SPOILT = sorted(kit.SPOILT)
QUICK = [what for what in SPOILT if what not in {"silence", "drip"}]  # those that cost no waiting

# What each of Zalo's errors must lead to when an article is created.
CLASSES: dict[type[Refusal], list[str]] = {
    Unknown: ["-200 message", "-9999"],
    TryLater: ["-32", "-200", "-200 throttled", "-211", "-214", "-218", "-223 quota", "-234"],
    Unauthorised: [
        "-204", "-205", "-209", "-212", "-216", "-219", "-220", "-221", "-223", "-224", "-235", "-242", "-320", "-321",
        "216", "401", "-401",
    ],
    Rejected: [
        "-100", "-201", "-201 title", "-201 photo_url", "-201 id", "-201 token", "-210", "-213", "-217", "-227", "-230",
        "-232", "-233", "-237", "-238", "-240", "-241", "-244", "-248",
    ],
}  # fmt: skip
EXPECTED = {name: kind for kind, names in CLASSES.items() for name in names}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def refusal(name: str) -> kit.Fault:
    return kit.Fault("refusal", refusal=name)


def test_the_table_of_this_test_knows_every_error_of_the_simulator_and_of_ours() -> None:
    assert set(TEXTS) <= set(EXPECTED)
    assert {str(code) for code in CODES} <= {name.split()[0] for name in EXPECTED}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_error_of_zalo_becomes_the_right_one_of_ours(stage: Stage, name: str) -> None:
    item = stage.item()
    stage.simulator.faults.always("POST article/create", refusal(name))
    with pytest.raises(EXPECTED[name]) as caught:
        stage.deliver(item)
    sentence, _said, words = caught.value.message.partition(" (Zalo: ")
    assert sentence.endswith(".") and words.startswith(name.split()[0]), "cause, next step, Zalo's own words"
    assert not stage.simulator.shown() and not stage.entries("article.create")
    assert stage.notes.get("creating") is (EXPECTED[name] is Unknown), "only an unclear answer is looked for"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_error_while_showing_leaves_the_article_hidden(stage: Stage, name: str) -> None:
    item = stage.item()
    stage.simulator.faults.always("POST article/update", refusal(name))
    expected = TryLater if name in {"-201 id", "-201 token"} else EXPECTED[name]
    with pytest.raises(expected):
        stage.deliver(item)
    assert not stage.simulator.shown()
    assert len(stage.entries("article.create")) == 1


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"-201 id", "-201 token"}))
def test_each_error_to_a_verify_is_followed_by_one_copy_once_it_is_over(stage: Stage, name: str) -> None:
    """Asking for the id changes nothing, so whatever was answered, the article is not made a second time."""
    item = stage.item()
    stage.simulator.faults.next("POST article/verify", refusal(name))
    if EXPECTED[name] in {Rejected, Unauthorised} and name not in {"-216", "-220", "216", "401", "-401"}:
        with pytest.raises(EXPECTED[name]):
            stage.deliver(item)
    came = stage.publish(item)
    assert came.end == "sent"
    failed = name in {"-200", "-200 throttled"}  # the job had failed: there was no article
    one_copy(stage, creations=2 if failed else 1)


@pytest.mark.parametrize(
    ("name", "after"), [("-32", 60), ("-211", 21600), ("-223 quota", 21600), ("-234", 3600), ("-200", 900)]
)
def test_a_busy_zalo_is_asked_again_after_the_time_its_error_needs(stage: Stage, name: str, after: float) -> None:
    stage.simulator.faults.next("POST article/create", refusal(name))
    with pytest.raises(TryLater) as caught:
        stage.deliver(stage.item())
    assert caught.value.after == after


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("title allow 1 to 150 characters", "tiêu đề"),
        ("description allow 1 to 300 characters", "tóm tắt"),
        ("author is invalid!", "tên tác giả"),
        ("cover value is invalid", "ảnh bìa"),
        ("photo_url is invalid!", "địa chỉ ảnh"),
        ("param is invalid!", "một giá trị"),
    ],
)
def test_a_refused_field_is_named_in_the_sentence(stage: Stage, text: str, field: str) -> None:
    body = json.dumps({"error": -201, "message": text})
    stage.simulator.faults.next("POST article/create", kit.Fault("answer", status=200, body=body))
    with pytest.raises(Rejected, match=f"Zalo không nhận {field} của bài"):
        stage.deliver(stage.item())


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "-32", "message": "limit"}',
        '{"error": -32}',
        '{"error": -32, "message": null, "data": {"token": "khong-tin"}, "more": [1]}',
    ],
)
def test_an_error_is_read_however_it_is_written(stage: Stage, body: str) -> None:
    stage.simulator.faults.next("POST article/create", kit.Fault("answer", status=200, body=body))
    with pytest.raises(TryLater):
        stage.deliver(stage.item())


@pytest.mark.parametrize(
    "body",
    [
        '{"error": null}', '{"error": true}', '{"error": "x"}', '{"error": [0]}', '{"error": 0}', '{"error": 0.0}',
        '{"error": 0, "data": []}', '{"error": 0, "data": {"token": 5}}', '{"error": 0, "data": {"token": ""}}',
    ],
)  # fmt: skip
def test_an_answer_without_a_job_token_is_never_believed(stage: Stage, body: str) -> None:
    stage.simulator.faults.next("POST article/create", kit.Fault("answer", status=200, body=body))
    with pytest.raises(Unknown):
        stage.deliver(stage.item())


@pytest.mark.parametrize(
    ("wish", "after"), [("120", 120), ("315360000", 315360000), ("-5", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
@pytest.mark.parametrize("body", ["", "{}", "<html>429</html>"])
def test_too_many_requests_at_the_gateway_is_proof_that_nothing_was_taken(
    stage: Stage, wish: str, after: float | None, body: str
) -> None:
    stage.simulator.faults.next(
        "POST article/create", kit.Fault("answer", status=429, headers={"Retry-After": wish}, body=body)
    )
    with pytest.raises(TryLater) as caught:
        stage.deliver(stage.item())
    assert caught.value.after == after and not stage.notes["creating"]


@pytest.mark.parametrize("name", ["-201", "-216", "-9999", "-32"])
def test_no_token_and_no_secret_shows_in_an_error_a_log_or_a_note(
    stage: Stage, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.option(echoes=True)
    item = stage.item()
    stage.simulator.faults.always("POST article/create", refusal(name))
    with pytest.raises(Refusal) as caught:
        stage.deliver(item)
    seen = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.message
    seen += caplog.text + repr(stage.notes) + json.dumps(stage.notes)
    assert CANARY not in seen
    assert "•••" in caught.value.message, "the simulator did echo it"


@pytest.mark.parametrize("what", QUICK)
def test_no_token_shows_when_a_connection_breaks(stage: Stage, what: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stage.simulator.faults.next("POST article/create", kit.spoilt(what))
    with pytest.raises(Unknown) as caught:
        stage.deliver(stage.item())
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text


def test_every_sentence_is_whole_and_says_what_to_do() -> None:
    for meaning in [*CODES.values(), *OAUTH.values()]:
        assert meaning.sentence.endswith(".") and meaning.sentence[0].isupper()
        assert (meaning.after is not None) <= issubclass(meaning.error, TryLater)
