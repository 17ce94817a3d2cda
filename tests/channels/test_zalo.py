"""The contract of the Zalo channel: what its verbs do at a Zalo where nothing goes wrong."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from channels.base import CannotTell, Reading, Receipt, Rejected, Rendered, TryLater, Unauthorised, Unknown
from channels.zalo import Zalo
from channels.zalo.api import calling, wait_for
from channels.zalo.article import marked, payload
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo_stage import CANARY, Quick, Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def article(item: Rendered) -> dict[str, object]:
    return json.loads(item.part("article.json").data)


def test_an_article_is_created_hidden_then_shown_once(stage: Stage) -> None:
    receipt = stage.deliver(stage.item(pictures=2))
    assert [entry.verb for entry in stage.simulator.journal.entries()] == [
        "article.create", "article.made", "article.update", "article.shown",
    ]  # fmt: skip
    assert stage.entries("article.create")[0]["status"] == "hide"
    assert receipt.kind == "live" and receipt.remote_id == stage.entries("article.made")[0]["id"]
    assert receipt.url.startswith("https://post.oa.zalo.me/d/") and receipt.accepted_at is None


def test_what_readers_see_is_what_was_approved_without_our_mark(stage: Stage) -> None:
    item = stage.item(pictures=2)
    stage.deliver(item, "khoa-bi-mat-cua-luot-gui")
    [shown] = stage.simulator.world.articles.values()
    assert "khoa-bi-mat" not in json.dumps(shown.sent)
    assert shown.sent["body"][0] == article(item)["body"][0]  # type: ignore[index]
    assert shown.sent["cover"]["photo_url"] == f"{stage.portal.url}/anh/{item.part('cover.jpg').sha256}"


def test_delivering_again_with_the_same_notes_changes_nothing(stage: Stage) -> None:
    item = stage.item()
    first = stage.deliver(item)
    assert stage.deliver(item) == first
    assert len(stage.entries("article.create")) == len(stage.entries("article.update")) == 1


def test_without_a_public_address_the_account_waits_for_the_administrator(stage: Stage) -> None:
    item = stage.item()
    outfit = replace(stage.outfit, addresses={"zalo": stage.url})
    with pytest.raises(Unauthorised, match="PUBLISHER_PUBLIC_URL"):
        Zalo(outfit).deliver(item, "k", {})


def test_without_consent_the_account_waits_for_the_administrator(stage: Stage) -> None:
    with pytest.raises(Unauthorised, match="chưa kết nối"):
        Zalo(replace(stage.outfit, tokens=None)).deliver(stage.item(), "k", {})


def test_find_asks_nobody_when_nothing_was_begun(stage: Stage) -> None:
    assert stage.find(stage.item()) is None
    assert not stage.simulator.faults.calls


def test_find_knows_a_shown_article_by_its_id(stage: Stage) -> None:
    item = stage.item()
    receipt = stage.deliver(item)
    assert stage.find(item) == receipt


def test_find_leaves_to_a_person_what_was_shown_and_then_removed(stage: Stage) -> None:
    item = stage.item()
    stage.channel.retract(stage.deliver(item))
    assert isinstance(stage.find(item), CannotTell)


def test_a_correction_replaces_the_article_under_its_id(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    corrected = stage.item("Nộp hồ sơ tại nhà", pictures=2, correction="Sửa giờ.")
    amended = stage.channel.amend(receipt, corrected, "khoa-2")
    assert (amended.remote_id, amended.url) == (receipt.remote_id, receipt.url)
    assert stage.simulator.shown() == ["Nộp hồ sơ tại nhà"]
    assert stage.channel.amend(receipt, corrected, "khoa-2") == amended
    assert len(stage.entries("article.update")) == 2, "showing and one correction: it stood so already"


def test_a_correction_of_a_picture_alone_is_sent(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    other = stage.picture(5)
    stage.channel.amend(receipt, stage.channel.render(replace(stage.post(), images=(other,))), "khoa-2")
    [shown] = stage.simulator.world.articles.values()
    assert other.sha256 in shown.sent["cover"]["photo_url"]


@pytest.mark.parametrize("changes", [{"body_html": "<p>Giờ mới: 8 giờ.</p>"}, {"slogan": "Khác"}])
def test_a_correction_of_the_body_alone_is_sent(stage: Stage, changes: dict[str, str]) -> None:
    receipt = stage.deliver(stage.item())
    stage.channel.amend(receipt, stage.item(**changes), "khoa-2")
    assert len(stage.entries("article.update")) == 2
    [shown] = stage.simulator.world.articles.values()
    assert next(iter(changes.values())) in shown.sent["body"][0]["content"]


def test_where_zalo_tells_other_addresses_a_correction_is_sent_again(stage: Stage) -> None:
    stage.option(tells_addresses=False)
    receipt = stage.deliver(stage.item())
    corrected = stage.item("Đã sửa")
    for _time in range(2):
        stage.channel.amend(receipt, corrected, "khoa-2")
    assert stage.simulator.shown() == ["Đã sửa"]


def test_a_correction_that_is_not_processed_in_time_is_tried_again(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.option(job_seconds=(40, 40))
    corrected = stage.item("Đã sửa")
    with pytest.raises(Exception, match="chưa xử lý xong"):
        stage.channel.amend(receipt, corrected, "khoa-2")
    stage.simulator.clock.advance(60)
    stage.channel.amend(receipt, corrected, "khoa-2")
    assert stage.simulator.shown() == ["Đã sửa"] and len(stage.entries("article.update")) == 2


def test_a_correction_of_what_is_gone_is_refused(stage: Stage) -> None:
    gone = Receipt("live", "khong-co")
    with pytest.raises(Rejected, match="không còn biết bài"):
        stage.channel.amend(gone, stage.item(), "khoa-2")


def test_removing_twice_is_removing_once(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.channel.retract(receipt)
    stage.channel.retract(receipt)
    assert stage.simulator.shown() == [] and len(stage.entries("article.remove")) == 1


def test_only_our_article_is_removed(stage: Stage) -> None:
    stage.simulator.tell({"foreign": {"title": "Nộp hồ sơ trực tuyến", "count": 2}})
    stage.channel.retract(stage.deliver(stage.item()))
    assert len(stage.simulator.world.articles) == 2


class Patient(Quick):
    """The channel that does rest between questions, in hundredths of seconds."""

    pauses: ClassVar[tuple[float, ...]] = (0.05, 0.2, 0.3, 0.4)


def test_a_short_job_is_waited_for_within_the_attempt(tmp_path: Path) -> None:
    with staged(tmp_path / "files", kit.Clock(), job_seconds=(0.2, 0.3)) as stage:
        receipt = Patient(stage.outfit).deliver(stage.item(), "khoa-1", stage.notes)
        assert receipt.remote_id and stage.simulator.faults.calls["POST article/verify"] > 2


def test_no_pause_is_begun_that_would_outlast_the_attempt(stage: Stage) -> None:
    stage.option(job_seconds=(60, 60))
    job = stage.simulator.clock
    with calling(stage.outfit, 2.1) as api:
        token = api.post("/v2.0/article/create", marked(payload(stage.item(), stage.portal.url, "hide"), "k"))["token"]
        assert wait_for(api, token, (5.0, 5.0)) is None
    assert job.now() == START


@pytest.mark.parametrize("name", ["id", "article_id"])
def test_both_names_of_the_articles_id_are_read_and_none_is_not_believed(stage: Stage, name: str) -> None:
    bodies = (f'{{"error": 0, "data": {{"{name}": "77"}}}}', '{"error": 0, "data": {}}')
    stage.simulator.faults.next("POST article/verify", *[kit.Fault("answer", status=200, body=body) for body in bodies])
    with calling(stage.outfit, 10) as api:
        assert wait_for(api, "job", ()) == "77"
        with pytest.raises(Unknown, match="không trả mã bài"):
            wait_for(api, "job", ())


def test_what_cannot_be_removed_is_told_unless_it_is_gone(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.faults.always("POST article/remove", kit.Fault("refusal", refusal="-210"))
    with pytest.raises(Rejected, match="-210"):
        stage.channel.retract(receipt)
    stage.simulator.world.articles.clear()
    stage.channel.retract(receipt)


def test_find_forgets_a_hidden_article_that_somebody_removed(stage: Stage) -> None:
    item = stage.item()
    stage.simulator.faults.next("POST article/update", kit.Fault("refusal", refusal="-32"))
    with pytest.raises(TryLater):
        stage.deliver(item)
    stage.simulator.world.articles.clear()
    assert stage.find(item) is None and "id" not in stage.notes


def test_an_article_without_details_is_none(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    body = '{"error": 0, "data": null}'
    stage.simulator.faults.next("GET article/getdetail", kit.Fault("answer", status=200, body=body))
    with pytest.raises(Rejected, match="không trả nội dung"):
        stage.channel.amend(receipt, stage.item("Mới"), "khoa-2")


# Measuring


def test_counters_come_as_zalo_has_them_now(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    assert stage.channel.measure(receipt)[0] == Reading("views", 0), "a zero that Zalo told is a zero"
    stage.simulator.clock.advance(timedelta(hours=10).total_seconds())
    assert stage.channel.measure(receipt) == [
        Reading("views", 60), Reading("shares", 6), Reading("followers", 1280),
    ]  # fmt: skip
    assert {reading.metric for reading in stage.channel.measure(receipt)} == {m.name for m in Zalo.metrics}


def test_an_article_on_a_later_page_is_found(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.clock.advance(3600)
    stage.simulator.tell({"foreign": {"title": "Bài khác", "count": 37}})
    assert [reading.metric for reading in stage.channel.measure(receipt)] == ["views", "shares", "followers"]


def test_an_article_that_is_not_listed_has_no_counters_instead_of_zeros(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.channel.retract(receipt)
    assert [reading.metric for reading in stage.channel.measure(receipt)] == ["followers"]


def test_looking_for_counters_ends_where_articles_get_older(stage: Stage) -> None:
    item = stage.item()
    stage.simulator.tell({"foreign": {"title": "Cũ", "count": 60}})
    stage.simulator.clock.advance(10 * 24 * 3600)
    receipt = replace(stage.deliver(item), accepted_at=START + timedelta(days=10))
    stage.channel.retract(receipt)
    stage.simulator.faults.clear()
    stage.channel.measure(receipt)
    assert stage.simulator.faults.calls["GET article/getslice"] == 2


def test_counters_written_as_strings_count_and_missing_ones_are_left_out(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    for told, expected in (({"total_view": "12"}, [Reading("views", 12)]), ({"total_view": None}, [])):
        body = json.dumps({"error": 0, "data": {"medias": [{"id": receipt.remote_id, **told}], "total": 1}})
        stage.simulator.faults.next("GET article/getslice", kit.Fault("answer", status=200, body=body))
        assert [r for r in stage.channel.measure(receipt) if r.metric != "followers"] == expected


def test_no_secret_shows_in_what_a_channel_is_made_of(stage: Stage) -> None:
    seen = f"{stage.outfit!r} {stage.channel!r} {vars(stage.channel)!r} {stage.desk.stored!r} {stage.desk.app!r}"
    assert CANARY not in seen


def test_times_up_before_a_call_sends_nothing(stage: Stage) -> None:
    with calling(stage.outfit, 1.0) as api, pytest.raises(TryLater, match="Hết thời gian"):
        api.get("/v2.0/oa/getoa")
    assert not stage.simulator.faults.calls
