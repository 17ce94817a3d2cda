"""Broadcasts through the desk and the engine: asked for, approved by another, sent behind the article, never twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publisher import clock
from publisher.config import Config
from publisher.delivery.outlets import stored
from publisher.editorial import broadcasting, moving, withdrawing
from publisher.model import Account, Audit, BroadcastRequest, Delivery, Landing, Post, Rendering, Unit
from publisher.reach import landings
from publisher.refusal import Refused
from tests.simulators import kit
from tests.simulators.zalo_messages import delivered
from tests.simulators.zalo_office import ZaloOffice, zalo_office
from tests.web.desk import words
from tests.web.ops import second_unit


@pytest.fixture
def zalo(config: Config) -> Iterator[ZaloOffice]:
    with zalo_office(config) as ready:  # 09:00 on a Saturday in Vietnam
        ready.connected()
        yield ready


def landed(zalo: ZaloOffice, title: str = "Nộp hồ sơ trực tuyến") -> int:
    post_id = zalo.scheduled(title)
    assert zalo.until_sent(post_id).state == "sent"
    return post_id


def page(post_id: int) -> str:
    return f"/desk/bai/{post_id}/nguoi-quan-tam"


def asked(zalo: ZaloOffice, post_id: int, browser: FlaskClient | None = None, **fields: Any) -> TestResponse:
    """Ask as the editor does, for 10:30 of the same day unless told otherwise."""
    article = [one for one in zalo.office.deliveries(post_id) if one.placement == "main"][-1].id
    form = {"article": str(article), "day": "2026-11-21", "time": "10:30", "note": "", "cities": "", **fields}
    return (browser or zalo.client("editor")).post(page(post_id), data=form)


def request(zalo: ZaloOffice) -> BroadcastRequest:
    with zalo.office.reading() as session:
        return session.scalars(select(BroadcastRequest).order_by(BroadcastRequest.id.desc()).limit(1)).one()


def approved(zalo: ZaloOffice) -> TestResponse:
    number = request(zalo).id
    return zalo.client("approver").post(f"/desk/nguoi-quan-tam/{number}/duyet", data={"understood": "1"})


def sent(zalo: ZaloOffice) -> list[dict[str, Any]]:
    return zalo.entries("broadcast")


def broadcasts(zalo: ZaloOffice, post_id: int) -> list[Delivery]:
    return [one for one in zalo.office.deliveries(post_id) if one.placement != "main"]


def test_from_the_wish_to_the_followers(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    editor, approver = zalo.client("editor"), zalo.client("approver")
    assert f'href="{page(post_id)}"' in editor.get(f"/desk/bai/{post_id}").text
    first = words(editor.get(page(post_id)))
    assert "gói dịch vụ cho 4 lượt. Sau lượt này còn 3." in first and "không thu hồi được" in first
    answer = asked(zalo, post_id, editor, ages=["2", "3"], gender=["2"], note="Cho chị em phụ nữ")
    assert answer.status_code == 302 and sent(zalo) == [] and broadcasts(zalo, post_id) == []
    told = words(approver.get("/desk/hop-viec"))
    assert "Duyệt gửi người quan tâm" in told and "Chờ duyệt gửi người quan tâm Zalo OA." in told
    case = words(approver.get(page(post_id)))
    for expected in ("Nhóm tuổi: 18–24, 25–34", "Giới tính: nữ", "10:30 21/11/2026", "từ khoảng 11:00",
                     "Zalo báo còn 4/4 lượt", "Cho chị em phụ nữ", "Người mẫu editor"):  # fmt: skip
        assert expected in case, expected
    approve = f"/desk/nguoi-quan-tam/{request(zalo).id}/duyet"
    told = words(approver.post(approve, data={"understood": "1"}, follow_redirects=True))
    assert "Đã duyệt: gửi lúc 10:30 21/11/2026" in told
    [planned] = broadcasts(zalo, post_id)
    assert planned.state == "planned" and planned.follows_id == zalo.office.deliveries(post_id)[0].id
    zalo.pass_time(60)
    assert sent(zalo) == [], "not before its time"
    zalo.pass_time(31)
    [done] = broadcasts(zalo, post_id)
    receipt = zalo.receipt(done.id)
    article = zalo.receipt(planned.follows_id)
    assert done.state == "sent" and receipt.kind == "handed_over"
    assert sent(zalo) == [
        {"id": receipt.remote_id, "articles": [article.remote_id], "target": {"ages": "2,3", "gender": "2"}}
    ]
    assert delivered(zalo.simulator.world, clock.now()) == [], "Zalo reviews it for half an hour"
    zalo.pass_time(31)
    assert delivered(zalo.simulator.world, clock.now()) == [receipt.remote_id] and len(sent(zalo)) == 1


def test_what_is_approved_is_what_is_sent_and_both_acts_stand_in_the_trail(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id, cities="9, 4")
    approved(zalo)
    [planned] = broadcasts(zalo, post_id)
    with zalo.office.reading() as session:
        rendering = session.get_one(Rendering, planned.rendering_id)
        acts = session.execute(select(Audit.act, Audit.actor).where(Audit.act.startswith("broadcast."))).all()
    item = stored(zalo.office.world.files, rendering)
    assert b'"cities": "4,9"' in item.part("broadcast.json").data
    shown = zalo.client("editor").get(f"/desk/phat-hanh/{planned.id}/phan/broadcast.html")
    assert "Mã tỉnh: 4, 9" in shown.text
    assert [(row.act, row.actor) for row in acts] == [
        ("broadcast.ask", "Người mẫu editor"), ("broadcast.approve", "Người mẫu approver"),
    ]  # fmt: skip


def test_nobody_approves_their_own_wish_unless_the_unit_allows_it(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    approver = zalo.client("approver")
    asked(zalo, post_id, approver)
    assert "chờ người khác duyệt" in words(approver.get(page(post_id)))
    refused = approved(zalo)
    assert refused.status_code == 403 and broadcasts(zalo, post_id) == []
    with zalo.office.writing() as session:
        session.get_one(Unit, zalo.office.unit_id).self_approval = True
    assert approved(zalo).status_code == 302 and len(broadcasts(zalo, post_id)) == 1


def test_without_a_tick_that_it_is_final_nothing_is_approved(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    answer = zalo.client("approver").post(f"/desk/nguoi-quan-tam/{request(zalo).id}/duyet", data={})
    assert answer.status_code == 422 and "không thu hồi được" in words(answer) and broadcasts(zalo, post_id) == []


def test_a_wish_can_be_refused_with_a_reason_or_taken_back_and_asked_anew(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    twice = asked(zalo, post_id)
    assert twice.status_code == 422 and "đang có một yêu cầu" in words(twice)
    approver, editor = zalo.client("approver"), zalo.client("editor")
    number = request(zalo).id
    assert approver.post(f"/desk/nguoi-quan-tam/{number}/tra", data={"comment": " "}).status_code == 422
    approver.post(f"/desk/nguoi-quan-tam/{number}/tra", data={"comment": "Chưa đến dịp"})
    assert "Không duyệt" in words(editor.get(page(post_id))) and "Chưa đến dịp" in words(editor.get(page(post_id)))
    assert approved(zalo).status_code == 409, "decided already"
    asked(zalo, post_id)
    editor.post(f"/desk/nguoi-quan-tam/{request(zalo).id}/bo", data={})
    assert request(zalo).state == "dropped" and asked(zalo, post_id).status_code == 302
    assert sent(zalo) == [] and broadcasts(zalo, post_id) == []


@pytest.mark.parametrize(("day", "time", "sooner"), [
    ("2026-11-21", "22:30", "06:00 22/11/2026"), ("2026-11-21", "21:45", "06:00 22/11/2026"),
    ("2026-11-22", "05:30", "06:00 22/11/2026"), ("2026-11-20", "10:00", "đã qua"),
])  # fmt: skip
def test_zalos_hours_and_its_review_are_kept(zalo: ZaloOffice, day: str, time: str, sooner: str) -> None:
    post_id = landed(zalo)
    answer = asked(zalo, post_id, day=day, time=time)
    assert answer.status_code == 422 and sooner in words(answer)


def test_the_proposed_time_is_one_at_which_zalo_sends(zalo: ZaloOffice) -> None:
    for minutes in range(0, 24 * 60, 17):
        proposed = broadcasting.propose(clock.now() + timedelta(minutes=minutes))
        moving.within_window(proposed)
        assert proposed >= clock.now() + timedelta(minutes=minutes)


def test_an_approval_that_comes_late_takes_the_next_time_at_which_zalo_sends(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    zalo.simulator.clock.advance(14 * 3600)  # 23:00
    approved(zalo)
    [planned] = broadcasts(zalo, post_id)
    assert planned.due_at.astimezone(zalo.office.installation.config.zone).strftime("%H:%M %d/%m") == "06:00 22/11"
    with zalo.office.writing() as session, pytest.raises(Refused, match="06:00 đến 21:59"):
        delivery = session.get_one(Delivery, planned.id)
        moving.reschedule(
            session, zalo.office.person(session, "editor"), delivery, planned.due_at + timedelta(hours=17)
        )


def test_a_clock_that_wakes_at_night_sends_in_the_morning(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id, time="21:00")
    approved(zalo)
    zalo.pass_time(13.5 * 60)  # 22:30
    [waiting] = broadcasts(zalo, post_id)
    assert waiting.state == "waiting" and "từ 22 giờ đến 6 giờ" in waiting.reason and sent(zalo) == []
    for _hour in range(10):
        zalo.pass_time(61)
    assert broadcasts(zalo, post_id)[0].state == "sent" and len(sent(zalo)) == 1


def test_the_months_allowance_and_the_day_are_forecast(zalo: ZaloOffice) -> None:
    with zalo.office.writing() as session:
        account = session.get_one(Account, zalo.account_id)
        account.settings = {**account.settings, "broadcasts": "1"}
    zalo.simulator.options.change({"broadcast_quota": 1})
    first, second = landed(zalo, "Tin một"), landed(zalo, "Tin hai")
    asked(zalo, first)
    approved(zalo)
    zalo.pass_time(120)
    asked(zalo, second, time="20:00")
    told = words(zalo.client("approver").get(page(second)))
    for expected in ("đã gửi 1, đã duyệt chờ gửi 0, gói dịch vụ cho 1 lượt", "Vượt số lượt của tháng",
                     "Ngày này đã có một lượt gửi", "Zalo báo còn 0/1 lượt", "đã hết lượt gửi"):  # fmt: skip
        assert expected in told, expected
    approved(zalo)
    zalo.pass_time(10 * 60)
    [waiting] = broadcasts(zalo, second)
    assert waiting.state == "waiting" and "hết số tin" in waiting.reason and len(sent(zalo)) == 1


def test_the_same_people_get_a_version_once_and_others_may_get_it_too(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id, ages=["1", "2"])
    approved(zalo)
    again = asked(zalo, post_id, gender=["1"], time="15:00")
    assert again.status_code == 422 and "sẽ nhận hai lần" in words(again)
    assert asked(zalo, post_id, ages=["6"], day="2026-11-22").status_code == 302
    approved(zalo)
    assert len({one.placement for one in broadcasts(zalo, post_id)}) == 2


@pytest.mark.parametrize("accepted", [True, False])
def test_after_a_lost_answer_a_person_decides_and_nothing_is_sent_twice(zalo: ZaloOffice, accepted: bool) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    approved(zalo)
    zalo.simulator.faults.next("POST oa/message", kit.spoilt("drop", accepted))
    zalo.pass_time(91)
    for _pass in range(5):
        zalo.pass_time(10)
    [unsure] = broadcasts(zalo, post_id)
    assert unsure.state == "unsure" and unsure.wake_at is None and len(sent(zalo)) == accepted
    with zalo.office.writing() as session:
        delivery = session.get_one(Delivery, unsure.id)
        moving.decide_unsure(session, zalo.office.person(session, "approver"), delivery, landed=accepted)
    zalo.pass_time(1)
    assert broadcasts(zalo, post_id)[0].state == "sent" and len(sent(zalo)) == 1


def test_a_correction_cancels_what_was_not_sent_and_needs_a_new_wish(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    approved(zalo)
    zalo.office.save(post_id, title="Bài đã sửa", correction="Sửa giờ.")
    assert broadcasts(zalo, post_id)[0].state == "cancelled"
    refused = asked(zalo, post_id)
    assert refused.status_code == 422 and "chưa đứng trên Zalo OA" in words(refused)
    zalo.office.submit(post_id)
    zalo.office.approve(post_id)
    amended = zalo.until_sent(post_id)
    assert (amended.action, amended.state) == ("amend", "sent")
    assert asked(zalo, post_id, time="15:00").status_code == 302
    approved(zalo)
    zalo.pass_time(7 * 60)
    [article] = zalo.entries("article.made")
    assert [one["articles"] for one in sent(zalo)] == [[article["id"]]], "the article keeps its id"


def test_a_broadcast_nobody_can_tell_about_holds_up_no_withdrawal_and_is_not_taken_back(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    asked(zalo, post_id)
    approved(zalo)
    zalo.simulator.faults.next("POST oa/message", kit.spoilt("drop", accepted=True))
    zalo.pass_time(91)
    with zalo.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, zalo.office.person(session, "approver"), post, post.revision, "Sai nội dung")
    zalo.pass_time(1)
    assert zalo.simulator.shown() == [] and len(sent(zalo)) == 1
    removals = [one for one in zalo.office.deliveries(post_id) if one.action == "retract"]
    assert [one.placement for one in removals] == ["main"]


def test_what_zalo_says_nothing_about_is_confirmed_by_a_person_or_noted_as_refused(zalo: ZaloOffice) -> None:
    first, second = landed(zalo, "Tin một"), landed(zalo, "Tin hai")
    for post_id, day in ((first, "2026-11-21"), (second, "2026-11-22")):
        asked(zalo, post_id, day=day)
        approved(zalo)
    zalo.pass_time(92)
    zalo.pass_time(24 * 60)
    zalo.pass_time(25 * 60)
    editor = zalo.client("editor")
    told = words(editor.get("/desk/hop-viec"))
    assert told.count("không báo đã gửi") == 2
    with zalo.office.reading() as session:
        numbers = list(session.scalars(select(BroadcastRequest.id).order_by(BroadcastRequest.id)))
    editor.post(f"/desk/nguoi-quan-tam/{numbers[0]}/xac-nhan", data={"sent": "yes", "note": "1.204 người nhận"})
    assert (
        editor.post(f"/desk/nguoi-quan-tam/{numbers[1]}/xac-nhan", data={"sent": "no", "note": ""}).status_code == 422
    )
    editor.post(f"/desk/nguoi-quan-tam/{numbers[1]}/xac-nhan", data={"sent": "no", "note": "Ảnh mờ"})
    assert broadcasts(zalo, first)[0].state == "confirmed" and broadcasts(zalo, second)[0].state == "retracted"
    assert "Zalo không duyệt: Ảnh mờ" in broadcasts(zalo, second)[0].reason
    assert "không báo đã gửi" not in words(editor.get("/desk/hop-viec"))
    landings.enrol(zalo.office.world, all_of_them=True)
    with zalo.office.reading() as session:
        assert len(session.scalars(select(Landing)).all()) == 2, "an article is one product, sent to followers or not"


def test_only_who_may_and_only_in_their_own_unit(zalo: ZaloOffice) -> None:
    post_id = landed(zalo)
    assert asked(zalo, post_id, zalo.client("reporter")).status_code == 403
    asked(zalo, post_id)
    number = request(zalo).id
    assert (
        zalo.client("editor").post(f"/desk/nguoi-quan-tam/{number}/duyet", data={"understood": "1"}).status_code == 403
    )
    second_unit(zalo.office)
    stranger = zalo.app.test_client()
    stranger.post("/login", data={"email": "approver@khac.example", "password": "mat-khau-thu-nghiem"})
    assert stranger.get(page(post_id)).status_code == 404
    for verb, data in (
        ("duyet", {"understood": "1"}),
        ("tra", {"comment": "x"}),
        ("bo", {}),
        ("xac-nhan", {"sent": "yes"}),
    ):
        assert stranger.post(f"/desk/nguoi-quan-tam/{number}/{verb}", data=data).status_code == 404
    assert request(zalo).state == "asked"


def test_a_rehearsal_asks_zalo_nothing_and_sends_nothing(zalo: ZaloOffice) -> None:
    zalo.add("rehearsal")
    post_id = zalo.scheduled("Diễn tập")
    zalo.pass_time()
    calls = zalo.simulator.faults.calls["*"]
    assert asked(zalo, post_id).status_code == 302 and request(zalo).quota == []
    approved(zalo)
    zalo.pass_time(92)
    assert broadcasts(zalo, post_id)[0].state == "sent" and sent(zalo) == []
    assert zalo.simulator.faults.calls["*"] == calls


@pytest.mark.parametrize("fields", [
    {"ages": ["8"]}, {"ages": ["x"]}, {"cities": "64"}, {"cities": "Hà Nội"}, {"article": "999"}, {"day": ""},
    {"time": "25:00"}, {"unknown": "1"},
])  # fmt: skip
def test_wrong_input_is_refused_in_words(zalo: ZaloOffice, fields: dict[str, Any]) -> None:
    answer = asked(zalo, landed(zalo), **fields)
    assert answer.status_code == 422
    with zalo.office.reading() as session:
        assert session.scalars(select(BroadcastRequest)).all() == []
