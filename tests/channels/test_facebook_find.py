"""Finding a post whose answer was lost, however late and in whatever order Facebook lists it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.base import CannotTell, TryLater
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with kit.serve(Simulated()) as running:
        yield Stage(running, tmp_path / "files")


def test_before_the_visible_call_was_begun_nothing_can_have_landed(stage: Stage) -> None:
    stage.simulator.faults.at("POST photos", 2, kit.spoilt("drop"))
    item = stage.item(2)
    with pytest.raises(TryLater):
        stage.deliver(item)
    calls = stage.simulator.faults.calls["*"]
    assert stage.find(item) is None and stage.simulator.faults.calls["*"] == calls


def test_not_there_is_believed_only_after_thirteen_minutes(stage: Stage) -> None:
    stage.simulator.faults.next("POST feed", kit.spoilt("drop"))
    began = stage.now
    came = stage.publish(stage.item())
    assert came.steps == ["unknown", *["look again"] * 4, "absent", "sent"]
    assert 12 * 60 <= (stage.now - began).total_seconds() <= 15 * 60


@pytest.mark.parametrize(("status", "body"), [(503, "{}"), (200, "{}"), (200, '{"data": null}'), (503, '{"data": []}')])
def test_no_list_is_not_an_empty_list(stage: Stage, status: int, body: str) -> None:
    answer = kit.Fault("answer", status=status, headers={"Content-Type": "application/json"}, body=body)
    stage.simulator.faults.always("*", answer)
    stage.notes["posting"] = True
    for _look in range(8):
        with pytest.raises(TryLater):
            stage.find(stage.item())
        stage.simulator.clock.advance(600)
    assert not stage.notes.get("looks"), "none of these looks told anything"


def test_two_looks_an_hour_apart_say_as_much_as_five(stage: Stage) -> None:
    item = stage.item()
    stage.notes["posting"] = True
    with pytest.raises(TryLater):
        stage.find(item)
    stage.simulator.clock.advance(3600)
    assert stage.find(item) is None
    with pytest.raises(TryLater):
        stage.find(item)


@pytest.mark.parametrize("options", [{"ranked": True}, {"empty_page": True}, {"shows_application": False}])
def test_the_post_is_found_among_many_however_facebook_lists_them(stage: Stage, options: dict[str, bool]) -> None:
    for number in range(180):
        stage.simulator.world.foreign_post(f"Bài số {number}", stage.long_ago(number))
    stage.option(**options)
    stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    assert stage.publish(stage.item()).end == "sent" and len(stage.accepted()) == 1


def test_a_look_that_is_too_much_for_facebook_asks_for_less(stage: Stage) -> None:
    for number in range(40):
        stage.simulator.world.foreign_post(f"Bài số {number}", stage.long_ago(number))
    stage.option(largest_read=6, ranked=True)
    stage.simulator.faults.next("POST feed", kit.spoilt("drop", accepted=True))
    assert stage.publish(stage.item()).steps == ["unknown", "found", "sent"]


def test_the_same_words_by_another_application_or_long_ago_are_not_ours(stage: Stage) -> None:
    item = stage.item()
    message = item.part("message.txt").data.decode()
    stage.simulator.world.foreign_post(message, stage.long_ago(60), by_hand=True)
    stage.simulator.world.foreign_post(message, stage.now, by_hand=False)
    stage.simulator.world.foreign_post("Bài khác", stage.now)
    stage.notes["posting"] = True
    with pytest.raises(TryLater):
        stage.find(item, stage.now)


def test_ours_is_preferred_to_the_same_words_written_by_hand(stage: Stage) -> None:
    item = stage.item()
    receipt = stage.deliver(item)
    stage.simulator.world.foreign_post(item.part("message.txt").data.decode(), stage.now)
    found = stage.find(item, stage.long_ago(1))
    assert found == receipt


def test_two_that_nothing_tells_apart_are_for_a_person(stage: Stage) -> None:
    item = stage.item()
    stage.notes["posting"] = True
    for _copy in range(2):
        stage.simulator.world.foreign_post(item.part("message.txt").data.decode(), stage.now)
    assert isinstance(stage.find(item), CannotTell)


def test_staged_photos_tell_two_posts_with_the_same_words_apart(stage: Stage) -> None:
    item = stage.item(2)
    receipt = stage.deliver(item)
    other = dict(stage.notes)
    stage.notes.clear()
    stage.simulator.world.posts[receipt.remote_id].message = "Đã sửa trên Trang"
    stage.deliver(item)
    stage.notes.clear()
    stage.notes.update(other)
    found = stage.find(item, stage.long_ago(1))
    assert found is not None and not isinstance(found, CannotTell) and found.remote_id == receipt.remote_id
