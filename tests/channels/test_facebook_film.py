"""A film on a Page: one visible call, the post's own number in the end, and never a second copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.base import Rejected, Rendered, TryLater, Unknown
from channels.facebook import Facebook
from channels.facebook.graph import VIDEO_URL, Access, _Session
from tests import films
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_stage import Stage
from tests.simulators.facebook_world import PAGE_ID

SPOILT = sorted(kit.SPOILT)
QUICK = [what for what in SPOILT if what not in {"silence", "drip"}]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with kit.serve(Simulated()) as running:
        yield Stage(running, tmp_path / "files")


def item(stage: Stage, images: int = 0, **changes: Any) -> Rendered:
    return stage.item(images, video=films.video(stage.store), **changes)


def one_copy(stage: Stage) -> None:
    """One film was taken, and readers see one post, which is its."""
    posts = list(stage.simulator.world.posts.values())
    assert len(stage.accepted("video")) == 1 and len(posts) == 1 and posts[0].video


def test_a_film_goes_out_with_title_and_text_and_its_receipt_names_the_post(stage: Stage) -> None:
    stage.option(video_seconds=0)
    sent = item(stage, link="https://phuong.example/tin/nop-ho-so")
    receipt = stage.deliver(sent)
    [film] = stage.simulator.world.videos.values()
    assert film.title == "Nộp hồ sơ trực tuyến" and "Đăng nhập bằng VNeID" in film.description
    assert "Xem chi tiết: https://phuong.example/tin/nop-ho-so" in film.description
    assert receipt.remote_id == film.post and receipt.remote_id.startswith(f"{PAGE_ID}_")
    assert receipt.url == f"https://www.facebook.com/{PAGE_ID}/videos/{film.id}/" and receipt.accepted_at is not None
    assert receipt.detail["video"] == film.id and receipt.detail["film"] == sent.part("video.mp4").sha256
    one_copy(stage)


def test_the_approved_parts_name_the_very_bytes_of_the_film(stage: Stage) -> None:
    one, other = item(stage), stage.item(video=films.video(stage.store, films.film_bytes(weight=404)))
    assert one.part("video.mp4").data == films.film_bytes() and one.sha256 != other.sha256


def test_pictures_of_a_post_with_a_film_stay_away_and_the_editor_is_told(stage: Stage) -> None:
    sent = item(stage, images=2)
    assert [part.name for part in sent.parts] == ["message.txt", "post.json", "video.mp4"]
    assert any("phim hoặc ảnh" in warning for warning in sent.warnings)
    assert not item(stage).warnings


def test_a_film_that_is_still_converted_is_looked_for_until_it_has_its_post(stage: Stage) -> None:
    stage.option(video_seconds=400)
    came = stage.publish(item(stage))
    assert came.end == "sent" and came.steps[0] == "unknown" and set(came.steps[1:-2]) == {"look again"}
    one_copy(stage)


def test_a_bare_post_number_becomes_the_pages_own(stage: Stage) -> None:
    stage.option(video_seconds=0, bare_post_id=True)
    receipt = stage.deliver(item(stage))
    assert receipt.remote_id in stage.simulator.world.posts


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_answer_to_the_film_ends_in_one_copy(stage: Stage, what: str, accepted: bool) -> None:
    stage.simulator.faults.next("POST videos", kit.spoilt(what, accepted))
    came = stage.publish(item(stage))
    assert came.end == "sent" and came.steps[0] == "unknown"
    assert ("absent" in came.steps) is not accepted, "what is not there is believed after 13 minutes only"
    assert came.receipt is not None and came.receipt.detail["video"] == stage.accepted("video")[0]["id"]
    one_copy(stage)


@pytest.mark.parametrize("what", QUICK)
def test_a_lost_look_at_the_film_is_repeated(stage: Stage, what: str) -> None:
    stage.simulator.faults.next("GET object", kit.spoilt(what), kit.spoilt(what))
    came = stage.publish(item(stage))
    assert came.end == "sent" and came.steps[:2] == ["unknown", "look again"]
    one_copy(stage)


def test_a_lost_film_that_is_listed_late_is_found_all_the_same(stage: Stage) -> None:
    stage.option(visible_after=300)
    stage.simulator.faults.next("POST videos", kit.spoilt("drop", accepted=True))
    assert stage.publish(item(stage)).end == "sent"
    one_copy(stage)


def test_a_film_of_another_text_or_of_yesterday_is_not_taken_for_ours(stage: Stage) -> None:
    old = item(stage)
    assert stage.publish(old).end == "sent"
    stage.simulator.clock.advance(24 * 3600)
    stage.notes = {}
    stage.simulator.faults.next("POST videos", kit.spoilt("drop"))
    came = stage.publish(item(stage))
    assert came.end == "sent" and "absent" in came.steps and len(stage.accepted("video")) == 2


def test_two_films_that_nothing_tells_apart_are_for_a_person(stage: Stage) -> None:
    sent = item(stage)
    stage.deliver_quietly(sent)
    stage.notes = {"posting": True}
    stage.deliver_quietly(sent)
    stage.notes = {"posting": True}
    came = stage.find(sent)
    assert type(came).__name__ == "CannotTell"


def test_a_film_that_facebook_cannot_convert_is_refused_and_removed(stage: Stage) -> None:
    stage.option(video_fails=True)
    came = stage.publish(item(stage))
    assert came.end == "rejected" and "không xử lý được" in came.message and "MP4" in came.message
    assert not stage.simulator.world.videos and not stage.simulator.world.posts
    stage.option(video_fails=False)
    assert stage.publish(item(stage)).end == "sent", "a person may send it again"


@pytest.mark.parametrize("name", ["352/1363024", "6000", "190/460", "368", "80001"])
def test_a_refused_film_has_published_nothing_and_says_why(stage: Stage, name: str) -> None:
    stage.simulator.faults.next("POST videos", kit.Fault("refusal", refusal=name))
    with pytest.raises(Exception, match=r"\.") as caught:
        stage.deliver(item(stage))
    assert not isinstance(caught.value, Unknown) and not stage.notes["posting"]
    assert not stage.simulator.world.videos


def test_a_crash_between_the_film_and_its_post_is_gone_on_with(stage: Stage) -> None:
    """The number of the film is in the notes, and nobody is left to ask for the post."""
    sent = item(stage)
    with pytest.raises(Unknown):
        stage.deliver(sent)
    assert stage.notes["video"]
    with pytest.raises(TryLater):
        stage.find(sent)
    stage.simulator.clock.advance(61)
    receipt = stage.find(sent)
    assert receipt is not None and receipt == stage.deliver(sent)
    one_copy(stage)


def test_text_is_corrected_by_the_post_and_another_film_is_refused(stage: Stage) -> None:
    stage.option(video_seconds=0)
    receipt = stage.deliver(item(stage))
    amended = stage.channel().amend(receipt, item(stage, title="Đã sửa"), "khoa-2")
    assert amended.detail["video"] == receipt.detail["video"]
    assert stage.simulator.world.posts[receipt.remote_id].message.startswith("Đã sửa")
    other = stage.item(video=films.video(stage.store, films.film_bytes(weight=404)))
    for wrong in (other, stage.item()):
        with pytest.raises(Rejected, match=r"thay phim|thay ảnh hoặc liên kết"):
            stage.channel().amend(receipt, wrong, "khoa-3")


def test_removing_takes_film_and_post_and_may_be_repeated(stage: Stage) -> None:
    stage.option(video_seconds=0)
    receipt = stage.deliver(item(stage))
    stage.channel().retract(receipt)
    assert not stage.simulator.world.videos and not stage.simulator.world.posts
    stage.channel().retract(receipt)


def test_a_film_is_measured_by_its_post(stage: Stage) -> None:
    stage.option(video_seconds=0)
    receipt = stage.deliver(item(stage))
    stage.simulator.clock.advance(48 * 3600)
    found = {reading.metric: reading.value for reading in stage.channel().measure(receipt)}
    assert found["views"] > 0 and "reactions" in found


def test_bytes_of_films_go_to_the_host_for_films_and_to_a_given_address_where_one_is_set() -> None:
    asked = []

    class Door(_Session):
        def _once(self, request: Any, times: Any, kwargs: Any) -> Any:
            asked.append(request.url)
            raise TryLater("nothing is sent from a test")

    for access in (Access("khoa"), Access("khoa", base="http://127.0.0.1:9/")):
        part = item_part()
        with part.open() as stream, pytest.raises(TryLater):
            Door(access).film("v26.0/1/videos", {"title": "Phim"}, part, stream, access.film_times)
    assert asked == [f"{VIDEO_URL}/v26.0/1/videos", "http://127.0.0.1:9/v26.0/1/videos"]


def item_part() -> Any:
    from channels.base import Part

    return Part("video.mp4", "video/mp4", films.film_bytes())


def test_an_attempt_with_a_film_may_take_as_long_as_fifty_megabytes_need() -> None:
    limits = Facebook.limits
    assert limits.longest(["text/plain", "image/jpeg"]) == limits.attempt < 200 < limits.longest(["video/mp4"])
