"""Every fault of the simulated Facebook: the right error, and never a second copy."""

import json
import logging
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_errors import NAMED
from tests.simulators.facebook_stage import CANARY, Stage
from tests.simulators.facebook_world import APP_SECRET, PAGE_ID

SPOILT = sorted(kit.SPOILT)
QUICK = [what for what in SPOILT if what not in {"silence", "drip"}]  # those that cost no waiting

# What each of Facebook's errors must lead to when a post is sent.
CLASSES: dict[type[Refusal], list[str]] = {
    Unknown: ["1", "1/data", "2", "506", "1363047", "1366051", "6001/1363030", "1609010", "unheard_transient"],
    TryLater: ["4", "17", "32", "341", "613", "613/1996", "80001", "80002", "1390008"],
    Unauthorised: [
        "10", "100/proof", "102", "102/463", "104", "190", "190/458", "190/459", "190/460", "190/463", "190/464",
        "190/467", "190/492", "none/460", "200", "283", "368", "368/1346003", "1404006", "1404078", "1404112", "1705",
        "2500", "4854002",
    ],
    Rejected: ["352/1363024", "6000",
               "100", "100/33", "1349125", "1366046", "1404102", "1609005", "1609008", "2061006", "2069019", "3001",
               "metric", "unheard"],
}  # fmt: skip
EXPECTED = {name: kind for kind, names in CLASSES.items() for name in names}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with kit.serve(Simulated()) as running:
        yield Stage(running, tmp_path / "files")


def refusal(name: str) -> kit.Fault:
    return kit.Fault("refusal", refusal=name)


def test_the_table_of_this_test_knows_every_error_of_the_simulator() -> None:
    assert sorted([*EXPECTED]) == sorted(NAMED)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_each_error_of_facebook_becomes_the_right_one_of_ours(stage: Stage, name: str) -> None:
    item = stage.item(2)
    stage.simulator.faults.next("POST feed", refusal(name))
    if name == "1/data":
        with pytest.raises((TryLater, Unknown)):
            stage.deliver(item)
        return
    with pytest.raises(EXPECTED[name]) as caught:
        stage.deliver(item)
    message = caught.value.message
    assert message.split(" (Facebook mã")[0].endswith(".") and "Facebook mã" in message, "cause, next step, code"
    assert not stage.accepted()


@pytest.mark.parametrize("name", sorted(set(NAMED) - {"1/data"}))
def test_each_error_while_staging_posts_nothing(stage: Stage, name: str) -> None:
    stage.simulator.faults.at("POST photos", 2, refusal(name))
    expected = TryLater if EXPECTED[name] is Unknown else EXPECTED[name]
    with pytest.raises(expected):
        stage.deliver(stage.item(3))
    assert not stage.accepted() and not stage.notes.get("posting")
    if expected is Rejected:
        assert stage.simulator.world.staged() == []


@pytest.mark.parametrize(("name", "after"), [("80001", 420), ("32", 420), ("4", 420), ("613", 900), ("613/1996", 3600)])
def test_a_throttled_call_waits_as_long_as_facebook_says(stage: Stage, name: str, after: float) -> None:
    stage.simulator.faults.next("POST feed", refusal(name))
    with pytest.raises(TryLater) as caught:
        stage.deliver(stage.item())
    assert caught.value.after == after


@pytest.mark.parametrize(
    ("wish", "after"), [("120", 120), ("315360000", 315360000), ("-5", 900), ("Wed, 21 Oct 2026 07:28:00 GMT", 900)]
)
@pytest.mark.parametrize("body", ["", "<html>429</html>"])
def test_too_many_requests_is_proof_that_nothing_was_taken(stage: Stage, wish: str, after: float, body: str) -> None:
    fault = kit.Fault("answer", status=429, headers={"Retry-After": wish, "Content-Type": "text/html"}, body=body)
    stage.simulator.faults.next("POST feed", fault)
    with pytest.raises(TryLater) as caught:
        stage.deliver(stage.item())
    assert caught.value.after == after


def test_throttling_may_also_come_as_429_with_a_json_error(stage: Stage) -> None:
    stage.option(too_many_requests=True)
    stage.simulator.faults.next("POST feed", refusal("32"))
    with pytest.raises(TryLater) as caught:
        stage.deliver(stage.item())
    assert caught.value.after == 120


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_answer_to_the_post_is_unknown_and_ends_in_one_copy(stage: Stage, what: str, accepted: bool) -> None:
    stage.simulator.faults.next("POST feed", kit.spoilt(what, accepted))
    came = stage.publish(stage.item(2))
    assert came.end == "sent" and came.receipt is not None
    assert came.steps[0] == "unknown"
    assert came.steps[-2] == ("found" if accepted else "absent")
    [post] = stage.accepted()
    assert came.receipt.remote_id == post["id"]
    assert stage.simulator.world.staged() == []


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_answer_to_a_picture_ends_in_one_copy_with_all_pictures(
    stage: Stage, what: str, accepted: bool
) -> None:
    stage.simulator.faults.at("POST photos", 2, kit.spoilt(what, accepted))
    came = stage.publish(stage.item(3))
    assert (came.end, came.steps) == ("sent", ["later", "sent"])
    [post] = stage.accepted()
    assert len(post["photos"]) == 3
    assert len(stage.simulator.world.staged()) == accepted, "a hidden photo whose id nobody ever told us"


@pytest.mark.parametrize("what", QUICK)
@pytest.mark.parametrize("edge", ["GET published_posts", "GET feed"])
def test_a_spoilt_look_is_looked_again_and_changes_nothing(stage: Stage, what: str, edge: str) -> None:
    stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    stage.simulator.faults.next(edge, kit.spoilt(what), kit.spoilt(what))
    assert stage.publish(stage.item()).end == "sent"
    assert len(stage.accepted()) == 1


@pytest.mark.parametrize("name", ["1", "2", "4", "32", "80001", "unheard_transient"])
def test_a_refused_look_is_looked_again(stage: Stage, name: str) -> None:
    stage.simulator.faults.next("POST feed", kit.spoilt("reset", accepted=True))
    stage.simulator.faults.next("GET published_posts", refusal(name))
    came = stage.publish(stage.item())
    assert came.steps == ["unknown", "look again", "found", "sent"] and len(stage.accepted()) == 1


@pytest.mark.parametrize("seed", range(12))
def test_with_a_third_of_all_answers_lost_there_is_one_copy_or_none(stage: Stage, seed: int) -> None:
    for number, what in enumerate(("drop", "reset", "html_502", "empty_200")):
        accepted = bool((number + seed) % 2)
        stage.simulator.faults.always("*", kit.spoilt(what, accepted), chance=0.1, seed=seed * 10 + number)
    stage.option(visible_after=float(seed * 10), ranked=bool(seed % 2), empty_page=bool(seed % 3))
    came = stage.publish(stage.item(seed % 4), tries=30)
    assert came.end == "sent", came.steps
    assert [post["id"] for post in stage.accepted()] == [came.receipt and came.receipt.remote_id]


@pytest.mark.parametrize("what", QUICK)
@pytest.mark.parametrize("accepted", [True, False])
def test_a_spoilt_removal_or_correction_may_be_repeated(stage: Stage, what: str, accepted: bool) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.faults.next("POST object", kit.spoilt(what, accepted))
    corrected = stage.item(correction="Sửa giờ họp.")
    with pytest.raises(Unknown):
        stage.channel().amend(receipt, corrected, "k")
    stage.channel().amend(receipt, corrected, "k")
    stage.simulator.faults.next("DELETE object", kit.spoilt(what, accepted))
    with pytest.raises(Unknown):
        stage.channel().retract(receipt)
    stage.channel().retract(receipt)
    assert not stage.simulator.world.posts and len(stage.accepted("delete")) == 1


@pytest.mark.parametrize("pictures", [0, 2])
def test_where_nobody_listens_nothing_was_sent(stage: Stage, pictures: int) -> None:
    item = stage.item(pictures)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        stage.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(TryLater, match="từ chối kết nối"):
        stage.deliver(item)
    assert not stage.notes.get("posting"), "so that a crash before the next try is not taken for a lost answer"


# Duplicates, blocks, dead tokens


def test_a_duplicate_by_a_lost_attempt_is_found(stage: Stage) -> None:
    """Facebook showed the post too late for the looks; the second sending is refused as the same text twice."""
    stage.option(visible_after=1200.0)
    stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps.count("unknown") == 2
    assert len(stage.accepted()) == 1


def test_a_text_like_the_last_post_is_looked_for_once_and_then_refused(stage: Stage) -> None:
    stage.deliver(stage.item())
    stage.simulator.clock.advance(3 * 86400)
    stage.notes.clear()
    came = stage.publish(stage.item())
    assert came.end == "rejected" and "Hãy sửa lời văn" in came.message
    assert len(stage.accepted()) == 1


@pytest.mark.parametrize("name", ["506", "1366051"])
def test_a_duplicate_with_pictures_is_refused_the_second_time_and_stages_nothing_anew(stage: Stage, name: str) -> None:
    stage.simulator.faults.always("POST feed", refusal(name))
    came = stage.publish(stage.item(2))
    assert (came.end, came.steps.count("unknown"), len(stage.accepted("photo"))) == ("rejected", 1, 2)
    assert sorted(stage.notes["orphans"]) == sorted(stage.simulator.world.staged()), "left alone, and listed"


def test_photos_that_were_used_already_are_never_deleted(stage: Stage) -> None:
    stage.option(visible_after=3600.0)
    stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    came = stage.publish(stage.item(2))
    assert came.end in {"sent", "rejected"} and len(stage.accepted()) == 1 and not stage.accepted("delete")


def test_a_block_for_policy_stops_the_account_at_the_first_answer(stage: Stage) -> None:
    stage.simulator.tell({"block": 7200})
    came = stage.publish(stage.item())
    assert (came.end, came.steps) == ("unauthorised", ["unauthorised"])
    assert "Chất lượng Trang" in came.message


@pytest.mark.parametrize(
    ("why", "word"),
    [
        ("password", "đổi mật khẩu"), ("deauthorised", "gỡ ứng dụng"), ("expired", "hết hạn"), ("role", "vai trò"),
        ("checkpoint", "xác minh"), ("unconfirmed", "chưa xác nhận"), ("invalid", "không hợp lệ"),
        ("data_access", "không còn quyền"), ("permission", "thiếu quyền"),
    ],
)  # fmt: skip
def test_each_way_a_token_dies_pauses_the_account_and_says_what_to_do(stage: Stage, why: str, word: str) -> None:
    stage.simulator.world.revoke(why)
    came = stage.publish(stage.item(2))
    assert (came.end, came.steps) == ("unauthorised", ["unauthorised"])
    assert word in came.message and "kết nối" in came.message
    assert not stage.simulator.journal.entries()


def test_after_reconnecting_staged_pictures_are_used_and_one_copy_stands(stage: Stage) -> None:
    stage.simulator.faults.next("POST feed", refusal("190/460"))
    item = stage.item(2)
    assert stage.publish(item).end == "unauthorised"
    assert stage.publish(item).end == "sent"
    assert len(stage.accepted("photo")) == 2 and len(stage.accepted()) == 1


def test_an_unreachable_link_is_final_and_named(stage: Stage) -> None:
    stage.option(unreachable=("https://noi-bo.example",))
    came = stage.publish(stage.item(link="https://noi-bo.example/tin/a"))
    assert came.end == "rejected" and "mở được từ Internet" in came.message


# Secrets


@pytest.mark.parametrize("what", [*SPOILT, "190/malformed", "100", "190", "368", "1", "80001"])
def test_the_token_shows_in_no_error_log_journal_or_repr(
    stage: Stage, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = refusal(what) if what not in kit.SPOILT else kit.spoilt(what, accepted=True)
    channel, item = stage.channel(), stage.item(2)
    receipt = stage.deliver(item)
    stage.simulator.world.foreign_post("Bài khác", stage.now)
    calls = {
        "POST photos": lambda: channel.deliver(item, "k", {}),
        "POST feed": lambda: channel.deliver(item, "k", {}),
        "GET published_posts": lambda: channel.find(stage.item(0), "k", {"posting": True}, stage.now),
        "POST object": lambda: channel.amend(receipt, item, "k"),
        "DELETE object": lambda: channel.retract(receipt),
        "GET object": lambda: channel.measure(receipt),
    }
    seen = ""
    for endpoint, call in calls.items():
        stage.simulator.faults.next(endpoint, fault)
        try:
            seen += repr(call())
        except Refusal as error:
            seen += "".join(traceback.format_exception(error)) + repr(error) + error.message
            assert all(isinstance(one, Refusal) for one in _chain(error)), "a foreign one may carry the address"
    seen += repr([channel, channel._access, channel._graph, receipt, stage.notes])
    seen += caplog.text + json.dumps([dict(entry.facts) for entry in stage.simulator.journal.entries()])
    assert CANARY not in seen and APP_SECRET not in seen and PAGE_ID in seen


def _chain(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
