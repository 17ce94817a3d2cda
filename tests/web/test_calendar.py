"""The calendar's pages: what stands where, colours and filters, what they cost, one's own units only."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import clock, planning
from publisher.audit import COMMAND
from publisher.clock import local_day
from publisher.editorial import scheduling
from publisher.model import Post, Slot, Unit
from schedules.plan_file import load, plans
from tests.conftest import web_app
from tests.factories import PASSWORD, Office, in_minutes, make_person, make_unit
from tests.web.desk import words
from tests.web.ops import counted

SignIn = Callable[[str], FlaskClient]


def proposal(office: Office, day: date, at: str = "") -> int:
    """A day that a plan of the office proposes; returns the slot's id."""
    with office.writing() as session:
        plan = load(plans()["CL22"])
        planning.import_plan(session, COMMAND, session.get_one(Unit, office.unit_id), plan, clock.now().year)
        slot = session.scalars(select(Slot).order_by(Slot.day)).first()
        assert slot is not None
        slot.day, slot.at = day, at
        return slot.id


def quiet_day(office: Office) -> date:
    """The 15th of the month after the next: nothing of the office's own making stands around it."""
    local = clock.now().astimezone(office.installation.config.zone)
    return (local.replace(day=1) + timedelta(days=64)).date().replace(day=15)


def at(office: Office, day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=office.installation.config.zone)


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_each_view_shows_deliveries_wishes_and_proposals(office: Office, sign_in: SignIn, view: str) -> None:
    planned = office.scheduled("Đã duyệt, chờ giờ", due_at=in_minutes(1))
    office.draft("Bản nháp có giờ", due_at=in_minutes(1))
    today = local_day(office.deliveries(planned)[0].due_at, office.installation.config.zone)
    slot = proposal(office, today)
    page = sign_in("editor").get(f"/desk/lich?view={view}&day={today}").text
    assert "Đã duyệt, chờ giờ" in page and "Bản nháp có giờ" in page and f"slot={slot}" in page


def test_a_proposal_leads_to_the_editor_only_for_those_who_write(office: Office, sign_in: SignIn) -> None:
    day = quiet_day(office)
    slot = proposal(office, day, "05:15")
    assert f"/desk/bai/moi?slot={slot}" in sign_in("editor").get(f"/desk/lich?day={day}").text
    page = sign_in("reporter").get(f"/desk/lich?day={day}").text
    assert f"slot={slot}" not in page and 'class="chip-main"' in page and "05:15" in page


def test_filters_keep_to_what_was_asked_and_stay_in_every_link(office: Office, sign_in: SignIn) -> None:
    office.scheduled("Bài T1", due_at=in_minutes(1), themes=["T1"])
    office.scheduled("Bài T5", due_at=in_minutes(1), themes=["T5"])
    editor = sign_in("editor")
    page = editor.get("/desk/lich?theme=T5&colour=theme").text
    assert "Bài T5" in page and "Bài T1" not in page
    week = "/desk/lich?view=week&amp;day="
    assert week in page and page.split(week)[1].split('"')[0].endswith("&amp;colour=theme&amp;theme=T5")
    assert "Bài T1" not in editor.get("/desk/lich?channel=khong-co").text
    assert "Bài T1" in editor.get("/desk/lich?state=planned").text
    assert "Bài T1" not in editor.get("/desk/lich?state=sent").text
    assert "Bài T1" not in editor.get("/desk/lich?unit=999999").text
    assert "Bài T1" in editor.get(f"/desk/lich?unit={office.unit_id}").text


def test_when_nothing_matches_the_page_says_so_and_offers_the_way_back(office: Office, sign_in: SignIn) -> None:
    page = sign_in("editor").get("/desk/lich?state=sent&view=list").text
    assert "Không có mục nào khớp bộ lọc" in page and "Bỏ lọc" in page
    assert "Kỳ này chưa có gì trên lịch" in sign_in("editor").get("/desk/lich").text


@pytest.mark.parametrize(
    ("colour", "tone"),
    [("channel", "tone-portal"), ("state", "tone-planned"), ("theme", "tone-3"), ("unit", "tone-1")],
)
def test_colours_stand_for_what_was_chosen_and_the_legend_says_what(
    office: Office, sign_in: SignIn, colour: str, tone: str
) -> None:
    office.scheduled("Bài có màu", due_at=in_minutes(1), themes=["T3"])
    page = sign_in("editor").get(f"/desk/lich?colour={colour}").text
    assert f"chip-planned {tone}" in page and f'<li class="{tone}">' in page


@pytest.mark.parametrize(
    "query", ["view=year", "colour=size", "day=hom-nay", "day=1066-10-14", "day=2026-02-31", "day=9999-12-31"]
)
def test_an_address_that_makes_no_sense_is_refused_politely(sign_in: SignIn, query: str) -> None:
    assert sign_in("editor").get(f"/desk/lich?{query}").status_code == 422


@pytest.mark.parametrize("view", ["month", "week", "list"])
@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
def test_the_first_and_the_last_day_of_all_have_a_page(sign_in: SignIn, view: str, day: str) -> None:
    assert sign_in("editor").get(f"/desk/lich?view={view}&day={day}").status_code == 200


def test_more_than_four_entries_a_day_fold_into_a_link_to_that_day(office: Office, sign_in: SignIn) -> None:
    day = quiet_day(office)
    for hour in range(6, 12):
        office.scheduled(f"Bài lúc {hour} giờ", due_at=at(office, day, hour))
    editor = sign_in("editor")
    page = editor.get(f"/desk/lich?day={day}").text
    assert "+3 nữa" in page and "Bài lúc 8 giờ" in page and "Bài lúc 9 giờ" not in page
    assert f'href="/desk/lich?view=list&amp;day={day}"' in page
    assert "Bài lúc 11 giờ" in editor.get(f"/desk/lich?view=list&day={day}").text
    assert "Bài lúc 11 giờ" in editor.get(f"/desk/lich?view=week&day={day}").text


@pytest.mark.parametrize("path", ["/desk/lich", "/desk/lich?view=week", "/desk/lich?view=list", "/desk/lich?theme=T2"])
def test_the_page_costs_at_most_twelve_queries_however_full_it_is(office: Office, sign_in: SignIn, path: str) -> None:
    approver, costs = sign_in("approver"), []
    for posts in (1, 12):
        for number in range(posts):
            office.scheduled(f"Bài {number}", due_at=in_minutes(1))
            office.draft(f"Nháp {number}", due_at=in_minutes(1))
        with counted(office) as asked:
            assert approver.get(path).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 12, costs


def test_both_databases_answer_alike(either_office: Office) -> None:
    either_office.scheduled("Trên cả hai", due_at=in_minutes(1), themes=["T2", "T5"])
    either_office.submit(either_office.draft("Chờ duyệt", due_at=in_minutes(2), themes=["T5"]))
    proposal(either_office, local_day(clock.now(), either_office.installation.config.zone), "05:15")
    client = web_app(either_office.installation).test_client()
    client.post("/login", data={"email": either_office.email("approver"), "password": PASSWORD})
    assert "Trên cả hai" in client.get("/desk/").text
    page = client.get("/desk/lich?theme=T5&colour=unit&view=week").text
    assert "Trên cả hai" in page and "Chờ duyệt" in page and "Cổng phường Mẫu. Đã lên lịch. T2, T5" in page


def test_the_days_of_a_post_near_midnight_are_the_offices_own(office: Office, sign_in: SignIn) -> None:
    day = quiet_day(office)
    office.scheduled("Sau nửa đêm", due_at=at(office, day, 0) + timedelta(minutes=1))
    page = sign_in("editor").get(f"/desk/lich?view=week&day={day}").text
    cell = page.split(f'data-day="{day}"')[1].split('<li class="day')[0]
    assert "Sau nửa đêm" in cell and "00:01" in cell


def test_a_post_of_another_unit_is_not_on_the_calendar(office: Office, sign_in: SignIn) -> None:
    with office.writing() as session:
        other = make_unit(session, "khac", "Đơn vị khác")
        make_person(session, "la@khac.example", "Người lạ", {"editor": other})
    office.scheduled("Của phường Mẫu", due_at=in_minutes(60))
    stranger = sign_in("editor").application.test_client()
    stranger.post("/login", data={"email": "la@khac.example", "password": PASSWORD})
    for path in ("/desk/lich", "/desk/lich?view=list", f"/desk/lich?unit={office.unit_id}", "/desk/", "/desk/lich.ics"):
        assert "Của phường Mẫu" not in stranger.get(path).text


def test_a_post_on_two_accounts_stands_on_the_calendar_twice(office: Office, sign_in: SignIn) -> None:
    second = office.add_account("portal", "Trang thứ hai")
    post_id = office.draft("Đăng hai nơi", due_at=in_minutes(60))
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        wishes = [(office.account_id, in_minutes(60)), (second, in_minutes(60))]
        scheduling.place(session, office.person(session, "editor"), post, post.revision, wishes)
    office.submit(post_id)
    office.approve(post_id)
    page = sign_in("editor").get("/desk/lich?view=list").text
    assert page.count("line-title") == 2 and "Trang thứ hai" in page


def test_other_programs_read_the_calendar(office: Office, sign_in: SignIn) -> None:
    office.scheduled("Bài trên lịch", due_at=in_minutes(60))
    office.draft("Bản nháp trên lịch", due_at=in_minutes(90))
    answer = sign_in("editor").get("/desk/lich.ics")
    assert answer.mimetype == "text/calendar"
    approved, draft = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert approved["SUMMARY"] == "Bài trên lịch" and approved["STATUS"] == "CONFIRMED"
    assert draft["STATUS"] == "TENTATIVE" and draft["URL"].startswith("http://localhost/desk/bai/")
    assert abs((approved["DTSTART"].dt - in_minutes(60)).total_seconds()) < 60
    assert approved["DTSTART"].to_ical().endswith(b"Z"), "in UTC, whatever zone the reading program assumes"


def test_a_visitor_gets_no_calendar(visitor: FlaskClient) -> None:
    assert visitor.get("/desk/lich.ics").headers["Location"].startswith("/login")


def test_a_day_of_tet_is_named_and_counts_as_a_day_off(sign_in: SignIn) -> None:
    page = sign_in("editor").get("/desk/lich?day=2026-02-17").text
    cell = page.split('data-day="2026-02-17"')[0].rsplit("<li", 1)[1]
    assert "Tết" in page and "day-off" in cell


def test_weeks_begin_on_monday(sign_in: SignIn) -> None:
    page = words(sign_in("editor").get("/desk/lich?view=week&day=2026-11-22"))
    assert "16/11 – 22/11/2026" in page and page.index("Thứ Hai") < page.index("Chủ nhật")
