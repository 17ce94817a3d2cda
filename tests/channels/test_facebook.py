"""The contract of the Facebook channel against the simulator: what it renders, sends, edits, removes and counts."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.wrappers import Request

from channels.base import Receipt, Rejected, TryLater, Unauthorised
from channels.facebook import Facebook
from channels.facebook.text import LONGEST
from tests.simulators import kit
from tests.simulators.facebook import Facebook as Simulated
from tests.simulators.facebook_stage import CANARY, Stage
from tests.simulators.facebook_world import PAGE_ID

LINK = "https://tuyentruyen.example.gov.vn/tin/nop-ho-so-truc-tuyen"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with kit.serve(Simulated()) as running:
        yield Stage(running, tmp_path / "files")


def reached(stage: Stage, receipt: Receipt) -> dict[str, int]:
    return {reading.metric: reading.value for reading in stage.channel().measure(receipt)}


# Rendering


def test_the_same_post_renders_to_the_same_bytes_also_in_another_account(stage: Stage) -> None:
    assert stage.channel().render(stage.post(2)) == stage.channel(page_id="123456").render(stage.post(2))
    assert not stage.simulator.faults.calls, "rendering asks nobody"


def test_the_message_has_title_body_slogan_source_hotline_and_hashtags(stage: Stage) -> None:
    message = stage.item(1, link=LINK).part("message.txt").data.decode()
    assert message.splitlines() == [
        "Nộp hồ sơ trực tuyến", "", "Đăng nhập bằng VNeID & chọn «Nộp hồ sơ».", "", "Thuận tiện mọi lúc", "",
        "Căn cứ: 20/KH-UBND ngày 05/01/2026", "UBND phường Mẫu", "Đường dây nóng: 0900 000 000",
        f"Xem chi tiết: {LINK}", "", "#DịchVụCông",
    ]  # fmt: skip
    assert unicodedata.is_normalized("NFC", message)


def test_a_correction_is_named_as_one(stage: Stage) -> None:
    assert "(Đính chính: Sửa giờ họp.)" in stage.item(correction="Sửa giờ họp.").part("message.txt").data.decode()


def test_a_hotline_in_the_body_is_not_repeated(stage: Stage) -> None:
    message = stage.item(body_text="Gọi 0900 000 000 để được hướng dẫn.").part("message.txt").data.decode()
    assert message.count("0900 000 000") == 1


def test_too_long_counts_in_units_of_the_outlet_where_an_emoji_is_two(stage: Stage) -> None:
    fits = stage.item(body_text="😀" * (LONGEST // 2 - 100))
    assert not any("rút gọn" in warning for warning in fits.warnings)
    long = stage.item(body_text="😀" * (LONGEST // 2))
    assert any("rút gọn" in warning for warning in long.warnings)
    with pytest.raises(Rejected, match="rút gọn"):
        stage.deliver(long)
    assert not stage.simulator.faults.calls


# Sending


def test_a_text_is_posted_once_and_its_receipt_names_it(stage: Stage) -> None:
    item = stage.item()
    receipt = stage.deliver(item)
    [post] = stage.accepted()
    assert (receipt.kind, receipt.remote_id) == ("live", post["id"])
    assert post["message"] == item.part("message.txt").data.decode()
    assert receipt.url.startswith("https://www.facebook.com/") and receipt.accepted_at is not None
    assert receipt.detail["version"] == "v26.0"


def test_a_link_goes_as_a_link_and_not_twice(stage: Stage) -> None:
    stage.deliver(stage.item(link=LINK))
    [post] = stage.accepted()
    assert post["link"] == LINK and LINK not in post["message"]


@pytest.mark.parametrize("count", [1, 2, 10])
def test_pictures_are_staged_in_order_and_attached_to_one_post(stage: Stage, count: int) -> None:
    stage.deliver(stage.item(count))
    photos = stage.accepted("photo")
    [post] = stage.accepted()
    assert post["photos"] == [photo["id"] for photo in photos] and len(photos) == count
    assert not any(photo["published"] for photo in photos)
    assert photos[0]["alt"] == "Ảnh màu red"
    assert stage.simulator.world.staged() == []


def test_pictures_already_up_are_not_sent_again(stage: Stage) -> None:
    item = stage.item(3)
    stage.simulator.faults.at("POST photos", 3, kit.spoilt("drop"))
    with pytest.raises(TryLater, match="bài chưa đăng"):
        stage.deliver(item)
    assert len(stage.notes["photos"]) == 2 and not stage.accepted()
    stage.deliver(item)
    assert len(stage.accepted("photo")) == 3 and len(stage.accepted()[0]["photos"]) == 3


def test_a_refused_picture_posts_nothing_and_leaves_no_orphan(stage: Stage) -> None:
    stage.simulator.faults.at("POST photos", 3, kit.Fault("refusal", refusal="1366046"))
    with pytest.raises(Rejected, match="4 MB"):
        stage.deliver(stage.item(5))
    assert not stage.accepted() and stage.simulator.world.staged() == [] and stage.notes["photos"] == {}


def test_a_refused_post_removes_its_staged_pictures(stage: Stage) -> None:
    stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="1404102"))
    with pytest.raises(Rejected, match="Tiêu chuẩn cộng đồng"):
        stage.deliver(stage.item(2))
    assert not stage.accepted() and stage.simulator.world.staged() == []


def test_orphans_that_cannot_be_removed_are_listed(stage: Stage) -> None:
    stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="1404102"))
    stage.simulator.faults.next("DELETE object", kit.Fault("refusal", refusal="2"))
    with pytest.raises(Rejected):
        stage.deliver(stage.item(2))
    assert stage.notes["orphans"] == stage.simulator.world.staged() and len(stage.notes["orphans"]) == 1


def test_staged_pictures_that_facebook_forgot_are_staged_again(stage: Stage) -> None:
    item = stage.item(2)
    stage.simulator.faults.next("POST feed", kit.Fault("refusal", refusal="80001"))
    with pytest.raises(TryLater):
        stage.deliver(item)
    stage.simulator.world.photos.clear()
    with pytest.raises(TryLater, match="tải lại"):
        stage.deliver(item)
    stage.deliver(item)
    assert len(stage.accepted()) == 1 and len(stage.accepted("photo")) == 4


def test_without_an_app_secret_nothing_is_signed_and_with_one_everything_is(stage: Stage) -> None:
    stage.simulator.world.apps[stage.channel()._access.app_id].require_proof = True
    with pytest.raises(Unauthorised, match="khóa bí mật"):
        stage.channel(app_secret="").deliver(stage.item(), "k", {})
    with pytest.raises(Unauthorised, match="chữ ký sai"):
        stage.channel(app_secret="wrong").deliver(stage.item(), "k", {})
    assert stage.deliver(stage.item(3)).kind == "live"


class Listening(Simulated):
    """Remembers where each call carried what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str, bytes]] = []

    def endpoint(self, request: Request) -> str:
        carried = request.get_data(cache=True, parse_form_data=False)
        self.heard.append((request.full_path, request.headers.get("Authorization", ""), carried))
        return super().endpoint(request)


def test_the_token_travels_in_the_header_alone(tmp_path: Path) -> None:
    with kit.serve(Listening()) as running:
        stage = Stage(running, tmp_path)
        receipt = stage.deliver(stage.item(2))
        stage.find(stage.item(2))
        stage.channel().measure(receipt)
        stage.channel().amend(receipt, stage.item(2), "k")
        stage.channel().retract(receipt)
        heard = running.simulator.heard  # type: ignore[attr-defined]
    assert len(heard) == 8 and {header for _path, header, _body in heard} == {f"Bearer {CANARY}"}
    assert not any(CANARY in path or CANARY.encode() in body for path, _header, body in heard)


# Versions


def test_an_expired_version_is_served_by_another_one_which_the_receipt_tells(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = stage.channel(version="v19.0").deliver(stage.item(), "k", stage.notes)
    assert receipt.detail["version"] == "v21.0"
    assert "version v21.0 served instead of v19.0" in caplog.text


def test_a_version_that_does_not_exist_yet_is_a_matter_of_settings(stage: Stage) -> None:
    with pytest.raises(Unauthorised, match="phiên bản"):
        stage.channel(version="v99.0").deliver(stage.item(), "k", stage.notes)


# Editing and removing


def test_a_correction_replaces_the_text_and_repeating_it_changes_nothing(stage: Stage) -> None:
    receipt = stage.deliver(stage.item(2))
    corrected = stage.item(2, body_text="Giờ họp là 14 giờ.", correction="Sửa giờ họp.")
    for _time in range(2):
        again = stage.channel().amend(receipt, corrected, "khoa-2")
    assert again.remote_id == receipt.remote_id and len(stage.accepted()) == 1
    assert "Giờ họp là 14 giờ." in stage.simulator.world.posts[receipt.remote_id].message


def test_pictures_of_a_post_cannot_be_replaced(stage: Stage) -> None:
    receipt = stage.deliver(stage.item(2))
    with pytest.raises(Rejected, match="không cho thay ảnh"):
        stage.channel().amend(receipt, stage.item(3), "khoa-2")
    assert not stage.accepted("edit")


def test_a_post_of_another_application_cannot_be_edited(stage: Stage) -> None:
    post = stage.simulator.world.foreign_post("Bài của người khác", stage.now, by_hand=False)
    with pytest.raises(Rejected, match="ứng dụng khác"):
        stage.channel().amend(Receipt("live", post.id), stage.item(), "k")


def test_correcting_what_was_removed_by_hand_says_so(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.world.posts.clear()
    with pytest.raises(Rejected, match="không còn trên Facebook"):
        stage.channel().amend(receipt, stage.item(correction="Sửa."), "k")


def test_removing_twice_is_removing_once(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    for _time in range(2):
        stage.channel().retract(receipt)
    assert len(stage.accepted("delete")) == 1


def test_removing_that_is_not_allowed_is_not_taken_for_removed(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.faults.next("DELETE object", kit.Fault("refusal", refusal="100/33"))
    with pytest.raises(Unauthorised, match="gỡ trực tiếp"):
        stage.channel().retract(receipt)


# Counting


def test_counts_grow_with_time_and_are_taken_as_they_come(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.clock.advance(3 * 86400)
    first = reached(stage, receipt)
    assert set(first) == {"views", "reach", "clicks", "reactions", "comments", "shares"}
    assert first["views"] > first["reach"] > 0 and first["comments"] == 0
    stage.simulator.clock.advance(86400)
    later = reached(stage, receipt)
    assert all(later[name] >= count for name, count in first.items())


def test_no_share_yet_is_zero_only_where_facebook_counted(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    assert reached(stage, receipt)["shares"] == 0
    stage.simulator.world.tokens[CANARY].scopes = ("pages_read_engagement", "read_insights")
    assert "shares" not in reached(stage, receipt), "the summaries were refused: nobody said zero"


def test_a_small_page_has_no_insights_and_none_are_made_up(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.world.pages[PAGE_ID].likes = 99
    stage.simulator.clock.advance(86400)
    assert set(reached(stage, receipt)) == {"reactions", "comments", "shares"}


def test_metrics_that_move_once_a_day_stay_until_then(stage: Stage) -> None:
    stage.option(insights_daily=True)
    receipt = stage.deliver(stage.item())
    stage.simulator.clock.advance(25 * 3600)
    first = reached(stage, receipt)["views"]
    stage.simulator.clock.advance(22 * 3600)
    assert reached(stage, receipt)["views"] == first
    stage.simulator.clock.advance(3600 + 60)
    assert reached(stage, receipt)["views"] > first


def test_a_metric_that_died_is_found_out_by_asking_one_by_one_and_remembered(stage: Stage) -> None:
    from tests.simulators import facebook_insights

    receipt = stage.deliver(stage.item())
    stage.simulator.clock.advance(86400)
    facebook_insights.POST_METRICS.discard("post_clicks")
    try:
        calls = stage.simulator.faults.calls
        assert set(reached(stage, receipt)) == {"views", "reach", "reactions", "comments", "shares"}
        assert calls["GET insights"] == 5, "once together, then each of the four"
        reached(stage, receipt)
        assert calls["GET insights"] == 6, "the dead one is not asked again"
    finally:
        facebook_insights.POST_METRICS.add("post_clicks")
    [kept] = stage.store.folder.rglob("metrics-v26.0.json")
    assert json.loads(kept.read_text("utf-8")) == ["post_clicks"]


def test_counts_are_kept_when_the_insights_fail(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.faults.always("GET insights", kit.spoilt("html_502"))
    assert set(reached(stage, receipt)) == {"reactions", "comments", "shares"}


def test_a_dead_token_while_counting_is_told(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.simulator.world.revoke("expired")
    with pytest.raises(Unauthorised, match="hết hạn"):
        stage.channel().measure(receipt)


# Budgets


def test_usage_is_known_after_each_call_and_kept_with_the_receipt(stage: Stage) -> None:
    stage.option(budget=10, headers_from=0.2)
    channel = stage.channel()
    receipt = channel.deliver(stage.item(2), "k", stage.notes)
    assert (channel.usage.percent, receipt.detail["usage"]) == (30, 30)


def test_at_the_line_nothing_more_is_written(stage: Stage) -> None:
    stage.option(budget=2, headers_from=0.0)
    with pytest.raises(TryLater, match="đã đầy"):
        stage.deliver(stage.item(3))
    assert stage.simulator.faults.calls["*"] == 2, "the third call would have been refused"


def test_over_the_line_nothing_is_called_before_the_time_facebook_named(stage: Stage) -> None:
    stage.option(budget=2, headers_from=9.0)
    channel = stage.channel()
    with pytest.raises(TryLater, match="24 giờ") as caught:
        channel.deliver(stage.item(3), "k", stage.notes)
    assert caught.value.after == 300
    calls = stage.simulator.faults.calls["*"]
    with pytest.raises(TryLater, match="đã đầy") as caught:
        channel.deliver(stage.item(3), "k", stage.notes)
    assert caught.value.after is not None and 290 < caught.value.after <= 300
    assert stage.simulator.faults.calls["*"] == calls, "knocking lengthens the block"
    stage.simulator.clock.advance(timedelta(hours=25).total_seconds())
    stage.option(budget=100)
    stage.deliver(stage.item(3))
    assert len(stage.accepted()) == 1 and len(stage.accepted("photo")) == 3


def test_the_settings_say_which_of_them_are_secret() -> None:
    assert [setting.name for setting in Facebook.settings if setting.secret] == ["token", "app_secret"]
    assert [setting.name for setting in Facebook.settings if setting.needed] == ["page_id", "token"]
