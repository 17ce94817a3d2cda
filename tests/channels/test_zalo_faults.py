"""Every fault of the simulated Zalo: the right error, the right end, and never a second copy that readers see."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.base import Receipt, Rejected, TryLater, Unauthorised, Unknown
from channels.zalo.errors import MediaFailed
from tests.simulators import kit
from tests.simulators.zalo_stage import Stage, one_copy, staged

SPOILT = sorted(kit.SPOILT)
QUICK = [what for what in SPOILT if what not in {"silence", "drip"}]  # those that cost no waiting


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def refusal(name: str) -> kit.Fault:
    return kit.Fault("refusal", refusal=name)


# Answers that get lost


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_creation_is_found_by_its_mark_or_made_again(stage: Stage, what: str, accepted: bool) -> None:
    stage.simulator.faults.next("POST article/create", kit.spoilt(what, accepted))
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps[0] == "unknown"
    assert came.steps.count("looked") == (0 if accepted else 2), "what is not there is believed after 15 minutes"
    one_copy(stage)


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_verify_is_asked_again(stage: Stage, what: str, call: int) -> None:
    stage.simulator.faults.at("POST article/verify", call, kit.spoilt(what))
    came = stage.publish(stage.item())
    assert came.end == "sent"
    assert came.steps[0] == ("later" if call == 1 else "unknown")
    one_copy(stage)


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_showing_is_looked_up_by_the_articles_id(stage: Stage, what: str, accepted: bool) -> None:
    stage.simulator.faults.next("POST article/update", kit.spoilt(what, accepted))
    came = stage.publish(stage.item())
    assert came.end == "sent"
    assert came.steps == (["unknown", "found"] if accepted else ["unknown", "absent", "accepted"])
    one_copy(stage)
    assert len(stage.entries("article.update")) == 1


@pytest.mark.parametrize("endpoint", ["POST article/verify", "GET article/getdetail"])
@pytest.mark.parametrize("name", ["-32", "-214"])
def test_once_zalo_took_the_showing_a_busy_answer_is_no_proof_that_nothing_is_shown(
    stage: Stage, endpoint: str, name: str
) -> None:
    """`TryLater` would let a person cancel a delivery whose article readers see already."""
    stage.simulator.faults.at(endpoint, 2 if endpoint.startswith("POST") else 1, refusal(name))
    came = stage.publish(stage.item())
    assert (came.end, came.steps) == ("sent", ["unknown", "found"])
    one_copy(stage)


@pytest.mark.parametrize("what", SPOILT)
def test_a_lost_last_look_is_looked_up_again(stage: Stage, what: str) -> None:
    stage.simulator.faults.next("GET article/getdetail", kit.spoilt(what))
    came = stage.publish(stage.item())
    assert (came.end, came.steps) == ("sent", ["unknown", "found"])
    one_copy(stage)


@pytest.mark.parametrize("what", QUICK)
def test_a_look_that_fails_is_repeated_before_anything_is_sent(stage: Stage, what: str) -> None:
    stage.simulator.faults.next("POST article/create", kit.spoilt("drop", accepted=True))
    stage.simulator.faults.next("GET article/getslice", kit.spoilt(what), kit.spoilt(what))
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps[:3] == ["unknown", "looked", "looked"]
    one_copy(stage)


@pytest.mark.parametrize("verb", ["amend", "retract", "measure"])
@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", QUICK)
def test_the_other_verbs_may_be_repeated_after_a_lost_answer(
    stage: Stage, what: str, accepted: bool, verb: str
) -> None:
    receipt = stage.deliver(stage.item())
    corrected = stage.item("Đã sửa")
    endpoints = {"amend": "POST article/update", "retract": "POST article/remove", "measure": "GET article/getslice"}
    stage.simulator.faults.next(endpoints[verb], kit.spoilt(what, accepted))

    def act() -> Any:
        if verb == "amend":
            return stage.channel.amend(receipt, corrected, "khoa-2")
        return stage.channel.retract(receipt) if verb == "retract" else stage.channel.measure(receipt)

    with pytest.raises(Unknown):
        act()
    act()
    assert stage.simulator.shown() == {"amend": ["Đã sửa"], "retract": [], "measure": ["Nộp hồ sơ trực tuyến"]}[verb]
    assert len(stage.entries("article.create")) == 1


# Crashes


class Crash(BaseException):
    """The process is gone."""


class Notes(dict[str, Any]):
    """Notes that are committed one by one; the process dies before or after one of them is."""

    def __init__(self, name: str, kept: bool) -> None:
        super().__init__()
        self.name, self.kept = name, kept

    def __setitem__(self, name: str, value: Any) -> None:
        due = name == self.name and bool(value)
        if not due or self.kept:
            super().__setitem__(name, value)
        if due:
            self.name = ""
            raise Crash


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("name", ["creating", "job", "id", "showing", "show_job"])
def test_after_a_crash_at_any_step_one_copy_comes_out(stage: Stage, name: str, kept: bool) -> None:
    item = stage.item()
    stage.notes = Notes(name, kept)
    with pytest.raises(Crash):
        stage.deliver(item)
    stage.notes = dict(stage.notes)
    stage.simulator.clock.advance(300)
    found = None
    while found is None:  # the engine looks first
        try:
            found = stage.find(item) or "absent"
        except TryLater:
            stage.simulator.clock.advance(300)
    if not isinstance(found, Receipt):
        assert stage.publish(item).end == "sent"
    one_copy(stage)


# A Zalo that behaves in another of the documented ways


def test_a_job_that_runs_long_is_waited_for_and_not_begun_again(stage: Stage) -> None:
    stage.option(job_seconds=(50, 60))
    came = stage.publish(stage.item())
    assert came.end == "sent" and {"later", "unknown"} <= set(came.steps)
    one_copy(stage)


def test_an_article_that_is_listed_late_is_waited_for(stage: Stage) -> None:
    stage.option(list_delay=500)
    stage.simulator.faults.next("POST article/create", kit.spoilt("drop", accepted=True))
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps.count("looked") == 1
    one_copy(stage)


def test_where_hidden_articles_are_not_listed_a_hidden_one_is_left_over_and_readers_see_one(stage: Stage) -> None:
    stage.option(list_hidden=False)
    stage.simulator.faults.next("POST article/create", kit.spoilt("drop", accepted=True))
    assert stage.publish(stage.item()).end == "sent"
    one_copy(stage, creations=2)
    assert len(stage.simulator.world.articles) == 2


@pytest.mark.parametrize("status", ["show", "hide"])
def test_another_publishers_article_of_the_same_title_is_never_taken_for_ours(stage: Stage, status: str) -> None:
    item = stage.item()
    body = [{"type": "text", "content": "<p>Bài của nơi khác</p>"}]
    stage.simulator.tell(
        {"foreign": {"title": "Nộp hồ sơ trực tuyến", "author": "UBND phường Mẫu", "status": status, "body": body}}
    )
    stage.simulator.faults.next("POST article/create", kit.spoilt("drop", accepted=False))
    assert stage.publish(item).end == "sent"
    theirs = [article for article in stage.simulator.world.articles.values() if article.sent["body"] == body]
    assert len(theirs) == 1 and theirs[0].status == status
    if status == "show":
        assert stage.simulator.faults.calls["GET article/getdetail"] == 1, "what is visible is not ours: not asked for"
    assert len(stage.entries("article.create")) == 1


def test_two_lost_deliveries_of_the_same_text_find_each_their_own(stage: Stage) -> None:
    item = stage.item()
    ids = []
    stage.simulator.faults.next("POST article/create", *[kit.spoilt("drop", accepted=True)] * 2)
    notes: list[dict[str, Any]] = [{}, {}]
    for number, kept in enumerate(notes):
        stage.notes = kept
        with pytest.raises(Unknown):
            stage.deliver(item, f"khoa-{number}")
    for number, kept in enumerate(notes):
        stage.notes = kept
        assert stage.find(item, f"khoa-{number}") is None
        ids.append(stage.deliver(item, f"khoa-{number}").remote_id)
    assert len(set(ids)) == 2 == len(stage.entries("article.create"))


def test_an_article_that_zalo_does_not_show_is_never_called_sent(stage: Stage) -> None:
    stage.option(shows_on_update=False)
    came = stage.publish(stage.item())
    assert came.end == "waiting" and "accepted" not in came.steps and not stage.simulator.shown()
    assert len(stage.entries("article.create")) == 1
    stage.option(shows_on_update=True)
    assert stage.publish(stage.item()).end == "sent"


def test_job_tokens_that_zalo_forgets_do_not_stop_a_delivery(stage: Stage) -> None:
    stage.option(jobs_known=False)
    came = stage.publish(stage.item())
    assert (came.end, came.steps[0]) == ("sent", "unknown")
    one_copy(stage)


def test_a_hidden_article_that_somebody_removed_is_made_again(stage: Stage) -> None:
    item = stage.item()
    stage.simulator.faults.next("POST article/update", refusal("-32"))
    with pytest.raises(TryLater):
        stage.deliver(item)
    stage.simulator.world.articles.clear()
    assert stage.publish(item).end == "sent"
    one_copy(stage, creations=2)


def test_an_article_that_may_have_been_shown_and_was_removed_is_not_made_again(stage: Stage) -> None:
    item = stage.item()
    stage.simulator.faults.next("POST article/update", kit.spoilt("drop", accepted=False))
    with pytest.raises(Unknown):
        stage.deliver(item)
    assert stage.find(item) is None, "still hidden"
    stage.simulator.world.articles.clear()
    with pytest.raises(Rejected, match="không còn biết bài"):
        stage.deliver(item)
    assert len(stage.entries("article.create")) == 1


@pytest.mark.parametrize("options", [{"error_as_string": True}, {"extra_fields": True}, {"expires_in_number": True}])
def test_answers_written_in_another_way_are_understood(stage: Stage, options: dict[str, Any]) -> None:
    stage.option(**options)
    stage.simulator.clock.advance(21 * 3600)  # so that a renewal is part of it
    assert stage.publish(stage.item()).end == "sent"
    one_copy(stage)


@pytest.mark.parametrize(
    ("options", "end", "why"),
    [
        ({"verified": False}, "paused", "xác thực"),
        ({"paid": False}, "paused", "Gói dịch vụ"),
        ({"authorised": False}, "paused", "Quản lý bài viết"),
        ({"registered": False}, "paused", "chưa đăng ký"),
        ({"disabled": True}, "paused", "bị khóa"),
        ({"active": False}, "paused", "chưa được kích hoạt"),
        ({"revoked": True}, "paused", "cấp quyền lại"),
    ],
)
def test_an_account_that_may_not_publish_is_paused_and_loses_nothing(
    stage: Stage, options: dict[str, bool], end: str, why: str
) -> None:
    stage.option(**options)
    came = stage.publish(stage.item())
    assert came.end == end and came.error is not None and why in came.error.message
    assert not stage.entries("article.create")


@pytest.mark.parametrize("status", [404, 200])
def test_a_call_that_zalo_has_removed_pauses_the_account(stage: Stage, status: int) -> None:
    stage.option(unknown_status=status)
    from channels.zalo.api import calling

    with calling(stage.outfit, 30) as api, pytest.raises(Unauthorised, match="-209"):
        api.post("/v3.0/article/create", {})


def test_articles_beyond_the_packages_number_wait(stage: Stage) -> None:
    stage.option(article_quota=0)
    with pytest.raises(TryLater, match="hết số bài"):
        stage.deliver(stage.item())


def test_a_minute_that_is_used_up_is_waited_for(stage: Stage) -> None:
    stage.option(per_minute=2)
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps[0] == "later"
    one_copy(stage)


# Pictures


def test_pictures_that_zalo_cannot_fetch_are_tried_again_and_then_told(stage: Stage) -> None:
    stage.portal.simulator.faults.always("GET anh", kit.Fault("answer", status=200, body="<html>Đăng nhập</html>"))
    came = stage.publish(stage.item())
    assert came.end == "failed" and came.steps == ["later", "later", "rejected"]
    assert came.error is not None and stage.portal.url in came.error.message
    assert not stage.simulator.world.articles


def test_a_portal_that_was_down_for_a_moment_costs_one_try(stage: Stage) -> None:
    stage.portal.simulator.faults.next("GET anh", kit.spoilt("html_502"))
    came = stage.publish(stage.item(pictures=3))
    assert came.end == "sent" and came.steps == ["later", "accepted"]
    assert len(stage.simulator.shown()) == 1


def test_a_portal_that_is_down_while_the_article_is_shown_leaves_it_hidden_until_it_is_back(stage: Stage) -> None:
    stage.portal.simulator.faults.next("GET anh", None, kit.spoilt("drop"))
    came = stage.publish(stage.item())
    assert came.end == "sent" and came.steps == ["later", "accepted"]
    one_copy(stage)


def test_a_correction_with_pictures_that_cannot_be_fetched_is_tried_again(stage: Stage) -> None:
    receipt = stage.deliver(stage.item())
    stage.portal.simulator.faults.next("GET anh", kit.spoilt("drop"))
    corrected = stage.item("Đã sửa")
    with pytest.raises(TryLater, match=stage.portal.url) as caught:
        stage.channel.amend(receipt, corrected, "khoa-2")
    assert not isinstance(caught.value, MediaFailed) and stage.simulator.shown() == ["Nộp hồ sơ trực tuyến"]
    stage.channel.amend(receipt, corrected, "khoa-2")
    assert stage.simulator.shown() == ["Đã sửa"]


# Many at once


@pytest.mark.parametrize("seed", range(40))
def test_under_a_storm_of_faults_readers_never_see_two(stage: Stage, seed: int) -> None:
    dice = random.Random(seed)
    stage.option(job_seconds=(0, dice.choice([0, 20, 90])), list_delay=dice.choice([0, 0, 200]))
    storm = [kit.spoilt(what, accepted) for what in QUICK for accepted in (True, False)]
    storm += [refusal(name) for name in ("-32", "-214", "-216", "-200 message", "-9999")]
    for number, fault in enumerate(dice.sample(storm, 6)):
        stage.simulator.faults.always("*", fault, chance=0.07, seed=seed * 100 + number)
    item = stage.item()
    came = stage.publish(item, most=60)
    assert len(stage.simulator.shown()) <= 1
    if came.end != "sent":
        stage.simulator.faults.clear()
        if stage.desk.stored.refused:  # the answer of a renewal got lost
            stage.consent()
        came = stage.publish(item, most=60)
    assert came.end == "sent", came
    assert len(stage.simulator.shown()) == 1
    assert len(stage.entries("article.shown")) == 1
