"""An article of a film at Zalo: converted first, made hidden, shown; safe after a crash at every step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.base import Rejected, Rendered, TryLater
from tests import films
from tests.simulators import kit
from tests.simulators.zalo_articles import CONVERTING
from tests.simulators.zalo_stage import Stage, one_copy, staged

SPOILT = sorted(kit.SPOILT)
QUICK = [what for what in SPOILT if what not in {"silence", "drip"}]
STEPS = ("POST article/upload_video/preparevideo", "GET article/upload_video/verify", "POST article/create",
         "POST article/verify", "POST article/update", "GET article/getdetail")  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def item(stage: Stage, title: str = "Nộp hồ sơ trực tuyến", pictures: int = 1, **changes: Any) -> Rendered:
    return stage.item(title, pictures, **{"video": films.video(stage.files), **changes})


def only(stage: Stage) -> Any:
    [article] = stage.simulator.world.articles.values()
    return article


def test_a_film_is_converted_then_named_in_an_article_that_is_made_hidden_and_shown(stage: Stage) -> None:
    came = stage.publish(item(stage))
    assert (came.end, came.steps) == ("sent", ["later", "accepted"])
    article = only(stage)
    assert article.sent["type"] == "video" and article.shown_at is not None
    assert article.sent["video_id"] in stage.simulator.world.films
    assert article.sent["avatar"].startswith(f"{stage.portal.url}/anh/")
    assert article.sent["description"] == "Hướng dẫn ngắn.", "the mark of the hidden article is gone"
    assert [entry["status"] for entry in stage.entries("article.create")] == ["hide"]
    assert stage.entries("video") == [{"token": stage.notes["film"], "bytes": len(films.film_bytes())}]
    one_copy(stage)
    assert came.receipt is not None
    assert came.receipt.detail == {
        "type": "video", "film": item(stage).part("video.mp4").sha256, "video": article.sent["video_id"]
    }  # fmt: skip


def test_nothing_is_made_while_the_film_is_converted(stage: Stage) -> None:
    with pytest.raises(TryLater, match="đang xử lý phim; bài chưa đăng") as caught:
        stage.deliver(item(stage))
    assert caught.value.after == 30 and not stage.entries("article.create")
    assert stage.find(item(stage)) is None, "surely not there: it may be gone on with"


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_creation_of_an_article_with_a_film_is_found_by_its_mark(
    stage: Stage, what: str, accepted: bool
) -> None:
    stage.simulator.faults.next("POST article/create", kit.spoilt(what, accepted))
    came = stage.publish(item(stage))
    assert came.end == "sent" and "unknown" in came.steps
    assert came.steps.count("looked") == (0 if accepted else 2)
    one_copy(stage)
    assert len(stage.entries("video")) == 1, "the film itself is not sent a second time"


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", QUICK)
@pytest.mark.parametrize("step", STEPS)
def test_an_answer_lost_at_any_step_ends_in_one_article(stage: Stage, step: str, what: str, accepted: bool) -> None:
    stage.simulator.faults.next(step, kit.spoilt(what, accepted))
    assert stage.publish(item(stage)).end == "sent"
    one_copy(stage)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_after_any_step_is_gone_on_with(stage: Stage, step: str) -> None:
    """The process dies with the answer in its hands: only what was put into the notes before is left."""
    sent = item(stage)
    with pytest.raises(TryLater):
        stage.deliver(sent)
    stage.notes = {} if step == STEPS[0] else stage.notes
    stage.simulator.clock.advance(CONVERTING.total_seconds())
    before = dict(stage.notes)
    if step != STEPS[0]:
        stage.simulator.faults.next(step, kit.spoilt("drop", accepted=True))
        with pytest.raises(Exception, match=r"kết nối đứt|chưa hiện|kiểm tra"):
            stage.deliver(sent)
        assert set(stage.notes) >= set(before)
    came = stage.publish(sent) if step != "POST article/create" else looked_for(stage, sent)
    assert came.end == "sent"
    one_copy(stage)


def looked_for(stage: Stage, sent: Rendered) -> Any:
    """As the engine does after an unclear answer: look, then go on."""
    assert stage.find(sent) is None and "id" in stage.notes
    return stage.publish(sent)


@pytest.mark.parametrize(("status", "said"), [(2, "đã khóa"), (4, "không xử lý được"), (5, "đã bị xóa")])
def test_a_film_that_zalo_cannot_use_is_refused_and_may_be_sent_anew(stage: Stage, status: int, said: str) -> None:
    stage.option(film_status=status)
    came = stage.publish(item(stage))
    assert came.end == "failed" and came.error is not None and said in came.error.message
    assert not stage.entries("article.create")
    stage.option(film_status=1)
    assert stage.publish(item(stage)).end == "sent"


def test_a_film_that_never_arrives_is_refused_after_three_times(stage: Stage) -> None:
    stage.simulator.faults.always("POST article/upload_video/preparevideo", kit.spoilt("drop"))
    came = stage.publish(item(stage))
    assert (came.end, came.steps) == ("failed", ["later"] * 3 + ["rejected"])


def test_a_declined_token_is_renewed_and_the_whole_film_sent_again(stage: Stage) -> None:
    stage.simulator.faults.next(STEPS[0], kit.Fault("refusal", refusal="-220"))
    assert stage.publish(item(stage)).end == "sent"
    assert [entry["bytes"] for entry in stage.entries("video")] == [len(films.film_bytes())]


def test_a_forgotten_conversion_is_begun_again(stage: Stage) -> None:
    with pytest.raises(TryLater):
        stage.deliver(item(stage))
    stage.simulator.world.videos.clear()
    assert stage.publish(item(stage)).end == "sent"
    assert len(stage.entries("video")) == 2


def test_text_is_corrected_without_sending_the_film_again(stage: Stage) -> None:
    receipt = stage.publish(item(stage)).receipt
    assert receipt is not None
    corrected = item(stage, "Đã sửa")
    again = stage.channel.amend(receipt, corrected, "khoa-2")
    assert stage.simulator.shown() == ["Đã sửa"] and again.detail == receipt.detail
    assert len(stage.entries("video")) == 1
    stage.channel.amend(again, corrected, "khoa-2")
    assert len(stage.entries("article.update")) == 2, "what stands so already is not sent again"


def test_another_film_takes_the_place_of_the_old_one_once_it_is_converted(stage: Stage) -> None:
    receipt = stage.publish(item(stage)).receipt
    assert receipt is not None
    corrected = item(stage, video=films.video(stage.files, films.film_bytes(weight=404)))
    with pytest.raises(TryLater, match="đang xử lý phim"):
        stage.channel.amend(receipt, corrected, "khoa-2")
    stage.simulator.clock.advance(30)
    again = stage.channel.amend(receipt, corrected, "khoa-2")
    assert len(stage.entries("video")) == 2, "the conversion was gone on with"
    assert only(stage).sent["video_id"] == again.detail["video"] != receipt.detail["video"]


def test_a_film_never_takes_the_place_of_a_plain_article(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    with pytest.raises(Rejected, match="Hãy gỡ bài"):
        stage.channel.amend(receipt, item(stage), "khoa-2")
    assert not stage.entries("video")


def test_a_film_is_measured_and_removed(stage: Stage) -> None:
    receipt = stage.publish(item(stage)).receipt
    assert receipt is not None
    stage.simulator.clock.advance(10 * 3600)
    assert {reading.metric for reading in stage.channel.measure(receipt)} == {"views", "shares", "followers"}
    stage.channel.retract(receipt)
    assert not stage.simulator.world.articles
    stage.channel.retract(receipt)


def test_a_cover_that_zalo_cannot_fetch_shows_nothing(stage: Stage) -> None:
    stage.portal.simulator.faults.always("GET anh", kit.spoilt("html_502"))
    came = stage.publish(item(stage))
    assert came.end == "failed" and not stage.simulator.shown()


def test_the_editor_is_told_what_a_film_on_zalo_leaves_out(stage: Stage) -> None:
    told = " ".join(item(stage, pictures=3).warnings)
    assert "chữ trong bài không đi theo" in told and "các ảnh còn lại không đi theo" in told
    assert [part.name for part in item(stage, pictures=3).parts][-2:] == ["cover.jpg", "video.mp4"]
