"""Broadcast: who, when, how many, and the one call that nobody repeats by machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import CannotTell, Rejected, TryLater, Unauthorised, Unknown
from channels.zalo.broadcast import (
    CLOSES,
    OPENS,
    REVIEW,
    ZONE,
    Allowance,
    Audience,
    Quota,
    arrives,
    audience_of,
    beyond,
    described,
    message,
    opens,
    overlaps,
    quotas,
    refuse,
    rendered,
    send,
    target,
)
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo_messages import delivered
from tests.simulators.zalo_stage import Stage, staged

ALL = Audience()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def here(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_nothing_chosen_is_all_followers_and_choices_are_numbers_parted_by_commas() -> None:
    assert target(ALL) == {}
    chosen = Audience(ages=(3, 1, 3), gender=(2,), locations=(0,), cities=(63,), platform=(1, 2))
    assert target(chosen) == {"ages": "1,3", "gender": "2", "locations": "0", "cities": "63", "platform": "1,2"}


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        (Audience(ages=(8,)), "nhóm tuổi"),
        (Audience(gender=(3,)), "giới tính"),
        (Audience(locations=(-1,)), "vùng"),
        (Audience(cities=(64,)), "tỉnh"),
        (Audience(platform=(0,)), "thiết bị"),
    ],
)
def test_a_filter_that_zalo_does_not_have_is_refused(audience: Audience, told: str) -> None:
    with pytest.raises(Rejected, match=told):
        target(audience)


@pytest.mark.parametrize("ids", [[], ["1", "2", "3", "4", "5", "6"], ["1", "1"]])
def test_a_broadcast_holds_one_to_five_different_articles(ids: list[str]) -> None:
    with pytest.raises(Rejected, match="từ 1 đến 5 bài"):
        message(ids, ALL)


@pytest.mark.parametrize(
    ("wished", "expected"),
    [
        (here(21, 6), here(21, 6)),
        (here(21, 21, 29), here(21, 21, 29)),
        (here(21, 21, 30), here(22, 6)),  # its review would end at 22:00
        (here(21, 23, 45), here(22, 6)),
        (here(22, 0, 0), here(22, 6)),
        (here(21, 5, 59), here(21, 6)),
        (here(30, 22), here(1, 6, month=12)),
    ],
)
def test_a_broadcast_waits_for_the_morning(wished: datetime, expected: datetime) -> None:
    assert opens(wished) == expected


@given(st.timedeltas(timedelta(), timedelta(days=1500)))
def test_what_opens_is_never_earlier_and_always_within_the_window(since: timedelta) -> None:
    wished = datetime(2026, 1, 1, tzinfo=UTC) + since
    opened = opens(wished)
    assert opened >= wished and opened.tzinfo is UTC and opens(opened) == opened
    for moment in (opened, opened + REVIEW - timedelta(seconds=1)):
        assert OPENS <= moment.astimezone(ZONE).time() < CLOSES
    assert arrives(opened) == opened + timedelta(minutes=30)


def test_the_forecast_names_what_exceeds_the_day_and_the_month() -> None:
    allowance = Allowance(a_month=3)
    sent = [here(2, 8)]
    planned = [here(28, 8), here(9, 8), here(9, 15), here(16, 8), here(1, 8, month=12)]
    assert beyond(allowance, sent, planned) == [here(9, 15), here(28, 8)]
    assert beyond(Allowance(a_month=0), [], [here(1, 8)]) == [here(1, 8)]


def test_the_last_evening_of_a_month_in_vietnam_counts_to_that_month() -> None:
    last = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    first = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # 06:30 on 1 December
    assert beyond(Allowance(a_month=1), [last], [first]) == []


def test_a_broadcast_names_its_articles_and_is_handed_over_to_zalos_review(stage: Stage) -> None:
    article = stage.deliver(stage.item()).remote_id
    receipt = send(stage.outfit, message([article], Audience(ages=(1, 2))))
    assert receipt.kind == "handed_over" and receipt.detail["articles"] == [article]
    [entry] = stage.entries("broadcast")
    assert entry == {"id": receipt.remote_id, "articles": [article], "target": {"ages": "1,2"}}
    world, clock = stage.simulator.world, stage.simulator.clock
    assert delivered(world, clock.now()) == []
    assert delivered(world, clock.advance(1800)) == [receipt.remote_id]


def test_publishing_an_article_broadcasts_nothing(stage: Stage) -> None:
    stage.deliver(stage.item())
    assert not stage.entries("broadcast")


def test_what_is_no_finished_article_is_refused(stage: Stage) -> None:
    with pytest.raises(Rejected, match="mã bài kèm theo"):
        send(stage.outfit, message(["khong-co"], ALL))


def test_at_night_and_beyond_the_quota_zalo_wants_it_later(stage: Stage) -> None:
    article = stage.deliver(stage.item()).remote_id
    stage.option(broadcast_quota=1)
    send(stage.outfit, message([article], ALL))
    with pytest.raises(TryLater, match="hết số tin") as caught:
        send(stage.outfit, message([article], ALL))
    assert caught.value.after == 6 * 3600
    stage.simulator.clock.advance(13 * 3600)  # 22:00
    with pytest.raises(TryLater, match="22 giờ"):
        send(stage.outfit, message([article], ALL))
    stage.simulator.clock.advance(15 * 24 * 3600 - 13 * 3600)  # the next month
    assert send(stage.outfit, message([article], ALL))


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", sorted(set(kit.SPOILT) - {"silence", "drip"}))
def test_after_a_lost_answer_a_person_decides(stage: Stage, what: str, accepted: bool) -> None:
    article = stage.deliver(stage.item()).remote_id
    stage.simulator.faults.next("POST oa/message", kit.spoilt(what, accepted))
    with pytest.raises(Unknown):
        send(stage.outfit, message([article], ALL))
    assert len(stage.entries("broadcast")) == accepted


def test_an_answer_without_a_message_id_is_not_believed(stage: Stage) -> None:
    stage.simulator.faults.next("POST oa/message", kit.Fault("answer", status=200, body='{"error": 0, "data": {}}'))
    with pytest.raises(Unknown, match=r"oa\.zalo\.me"):
        send(stage.outfit, message(["1"], ALL))


@pytest.mark.parametrize(("name", "kind"), [("-224", Unauthorised), ("-233", Rejected), ("-240", Rejected)])
def test_other_refusals_keep_their_meaning(stage: Stage, name: str, kind: type[Exception]) -> None:
    stage.simulator.faults.next("POST oa/message", kit.Fault("refusal", refusal=name))
    with pytest.raises(kind):
        send(stage.outfit, message(["1"], ALL))


def test_a_broadcast_is_a_rendering_of_its_own_that_the_channel_sends(stage: Stage) -> None:
    article = stage.deliver(stage.item()).remote_id
    item = rendered([(article, "Nộp hồ sơ <trực tuyến>")], Audience(ages=(2, 3), gender=(2,), cities=(9,)))
    told = item.part("broadcast.html").data.decode()
    assert "Nộp hồ sơ &lt;trực tuyến&gt;" in told and "không thu hồi được" in told
    for line in ("Nhóm tuổi: 18–24, 25–34", "Giới tính: nữ", "Mã tỉnh: 9"):
        assert line in told
    notes: dict[str, Any] = {}
    receipt = stage.channel.deliver(item, "khoa-2", notes)
    assert receipt.kind == "handed_over" and notes == {"sending": True}
    [sent] = stage.entries("broadcast")
    assert sent["articles"] == [article] and sent["target"] == {"ages": "2,3", "gender": "2", "cities": "9"}
    assert len(stage.simulator.shown()) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_a_broadcast_is_looked_for_only_where_its_call_was_begun(stage: Stage, accepted: bool) -> None:
    article = stage.deliver(stage.item()).remote_id
    item, notes = rendered([(article, "Tin")], ALL), {}
    assert stage.channel.find(item, "khoa-2", notes, START) is None, "nothing has left the house"
    stage.simulator.faults.next("POST oa/message", kit.spoilt("drop", accepted))
    with pytest.raises(Unknown):
        stage.channel.deliver(item, "khoa-2", notes)
    assert isinstance(stage.channel.find(item, "khoa-2", notes, START), CannotTell)
    stage.option(broadcast_quota=0)
    with pytest.raises(TryLater):
        stage.channel.deliver(item, "khoa-2", notes)
    assert stage.channel.find(item, "khoa-2", notes, START) is None, "Zalo said no: surely not sent"


def test_a_broadcast_cannot_be_changed_or_taken_back(stage: Stage) -> None:
    article = stage.deliver(stage.item()).remote_id
    item = rendered([(article, "Tin")], ALL)
    receipt = stage.channel.deliver(item, "khoa-2", {})
    with pytest.raises(Rejected, match="đính chính"):
        stage.channel.retract(receipt)
    with pytest.raises(Rejected, match="đính chính"):
        stage.channel.amend(receipt, item, "khoa-3")
    refuse(stage.deliver(stage.item()))
    assert stage.entries("article.remove") == []


def test_audiences_are_told_in_words_and_compared() -> None:
    assert described(ALL) == ["Mọi người quan tâm Zalo OA"]
    assert audience_of({"ages": [3, 1, 3], "gender": ()}) == Audience(ages=(1, 3))
    with pytest.raises(Rejected, match="nhóm tuổi"):
        audience_of({"ages": [9]})
    young, old, women = Audience(ages=(1, 2)), Audience(ages=(6, 7)), Audience(gender=(2,))
    assert not overlaps(young, old)
    assert overlaps(young, women) and overlaps(ALL, young) and overlaps(young, young)


def test_what_zalo_says_is_left_can_be_asked(stage: Stage) -> None:
    article = stage.deliver(stage.item()).remote_id
    assert quotas(stage.outfit) == [Quota("broadcast", 4, 4)]
    send(stage.outfit, message([article], ALL))
    assert quotas(stage.outfit) == [Quota("broadcast", 4, 3)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"type": "promotion", "remain": "2", "total": 5}', [Quota("promotion", 5, 2)]),
        ('[{"remain": 1}, 5, {"product_type": "cs", "total": "x", "remain": 1}]', []),
        ("null", []),
    ],
)
def test_a_quota_written_otherwise_is_read_or_left_out(stage: Stage, data: str, expected: list[Any]) -> None:
    body = f'{{"error": 0, "data": {data}}}'
    stage.simulator.faults.next("POST oa/quota/message", kit.Fault("answer", status=200, body=body))
    assert quotas(stage.outfit) == expected
