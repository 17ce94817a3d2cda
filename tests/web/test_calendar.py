"""The calendar's pages: what stands where, filters, moving by form and by script, one's own units only."""

from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from publisher import clock, planning
from publisher.audit import COMMAND
from publisher.clock import local_day
from publisher.model import Delivery, Placement, Slot, Unit
from schedules.plan_file import load, plans
from tests.factories import Office, in_minutes, make_person, make_unit

SignIn = Callable[[str], FlaskClient]
JSON = {"Accept": "application/json"}


def tomorrow_at(office: Office, hour: int, minute: int) -> object:
    zone = office.installation.config.zone
    wall = clock.now().astimezone(zone) + timedelta(days=1)
    return wall.replace(hour=hour, minute=minute, second=0, microsecond=0)


def due(office: Office, post_id: int) -> object:
    return office.deliveries(post_id)[0].due_at.astimezone(office.installation.config.zone)


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_each_view_shows_deliveries_wishes_and_slots(office: Office, sign_in: SignIn, view: str) -> None:
    planned = office.scheduled("Đã duyệt, chờ giờ", due_at=in_minutes(1))
    office.draft("Bản nháp có giờ", due_at=in_minutes(2))
    zone = office.installation.config.zone
    with office.writing() as session:
        plan = load(plans()["CL22"])
        planning.import_plan(session, COMMAND, session.get_one(Unit, office.unit_id), plan, clock.now().year)
        slot = session.scalars(select(Slot).order_by(Slot.day)).first()
        assert slot is not None
        slot.day = local_day(clock.now(), zone)
    today = local_day(office.deliveries(planned)[0].due_at, zone)
    page = sign_in("editor").get(f"/desk/lich?view={view}&day={today}").text
    assert "Đã duyệt, chờ giờ" in page and "Bản nháp có giờ" in page and f"slot={slot.id}" in page


def test_filters_keep_to_what_was_asked(office: Office, sign_in: SignIn) -> None:
    office.scheduled("Bài T1", due_at=in_minutes(1), themes=["T1"])
    office.scheduled("Bài T5", due_at=in_minutes(1), themes=["T5"])
    editor = sign_in("editor")
    page = editor.get("/desk/lich?theme=T5").text
    assert "Bài T5" in page and "Bài T1" not in page
    assert "Bài T1" not in editor.get("/desk/lich?channel=khong-co").text
    assert "Bài T1" in editor.get("/desk/lich?state=planned").text
    assert "Bài T1" not in editor.get("/desk/lich?state=sent").text


@pytest.mark.parametrize("query", ["view=year", "day=hom-nay", "day=1066-10-14", "day=2026-02-31"])
def test_an_address_that_makes_no_sense_is_refused_politely(sign_in: SignIn, query: str) -> None:
    assert sign_in("editor").get(f"/desk/lich?{query}").status_code == 422


def test_the_page_costs_the_same_queries_however_full_it_is(office: Office, sign_in: SignIn) -> None:
    editor = sign_in("editor")
    counted: list[int] = []
    for posts in (1, 25):
        for number in range(posts):
            office.scheduled(f"Bài {number}", due_at=in_minutes(1))
        statements: list[str] = []

        def note(_c: object, _cu: object, statement: str, *_rest: object, seen: list[str] = statements) -> None:
            seen.append(statement)

        engine = office.world.db.engine
        event.listen(engine, "before_cursor_execute", note)
        assert editor.get("/desk/lich").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        counted.append(len([s for s in statements if s.startswith("SELECT")]))
    assert counted[0] == counted[1] <= 21, counted


def test_dropping_on_another_day_keeps_the_time_of_day_and_can_be_undone(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow_at(office, 5, 15))
    before = due(office, post_id)
    delivery = office.deliveries(post_id)[0]
    editor = sign_in("editor")
    target = before.date() + timedelta(days=3)
    told = editor.post("/desk/lich/doi", data={"kind": "delivery", "id": delivery.id, "day": target}, headers=JSON)
    assert told.status_code == 200 and told.json["day"] == target.isoformat() and told.json["time"] == "05:15"
    assert due(office, post_id) == before + timedelta(days=3)
    undo = {"kind": "delivery", "id": delivery.id, **told.json["undo"]}
    assert editor.post("/desk/lich/doi", data=undo, headers=JSON).status_code == 200
    assert due(office, post_id) == before


def test_the_form_moves_a_wish_and_a_fault_keeps_the_form(office: Office, sign_in: SignIn) -> None:
    office.draft("Nháp", due_at=tomorrow_at(office, 8, 0))
    with office.reading() as session:
        wish = session.scalars(select(Placement)).one()
    editor = sign_in("editor")
    assert "Nháp" in editor.get(f"/desk/lich/doi/placement/{wish.id}").text
    sent = {"kind": "placement", "id": wish.id, "day": "2001-01-01", "time": "09:30", "back": "/desk/lich?view=week"}
    refused = editor.post("/desk/lich/doi", data=sent)
    assert refused.status_code == 422 and "Giờ phát hành đã qua" in refused.text
    day = (clock.now() + timedelta(days=9)).date()
    moved = editor.post("/desk/lich/doi", data={**sent, "day": day})
    assert moved.headers["Location"] == "/desk/lich?view=week"
    with office.reading() as session:
        local = session.scalars(select(Placement)).one().due_at.astimezone(office.installation.config.zone)
    assert (local.date(), local.strftime("%H:%M")) == (day, "09:30")


def test_the_past_and_what_already_went_out_are_refused_in_words(office: Office, sign_in: SignIn) -> None:
    post_id = office.published("Đã đăng")
    delivery = office.deliveries(post_id)[0]
    sent = {"kind": "delivery", "id": delivery.id, "day": clock.now().date() + timedelta(days=2)}
    answer = sign_in("editor").post("/desk/lich/doi", data=sent, headers=JSON)
    assert answer.status_code == 422 and "không dời được" in answer.json["error"]


def test_an_entry_of_another_unit_is_not_there(office: Office, sign_in: SignIn) -> None:
    with office.writing() as session:
        other = make_unit(session, "khac", "Đơn vị khác")
        make_person(session, "la@khac.example", "Người lạ", {"editor": other})
    post_id = office.scheduled("Của phường Mẫu", due_at=in_minutes(60))
    delivery = office.deliveries(post_id)[0]
    from tests.factories import PASSWORD

    stranger = sign_in("editor").application.test_client()
    stranger.post("/login", data={"email": "la@khac.example", "password": PASSWORD})
    assert "Của phường Mẫu" not in stranger.get("/desk/lich").text
    assert stranger.get(f"/desk/lich/doi/delivery/{delivery.id}").status_code == 404
    day = clock.now().date() + timedelta(days=5)
    sent = {"kind": "delivery", "id": delivery.id, "day": day}
    assert stranger.post("/desk/lich/doi", data=sent, headers=JSON).status_code == 404
    with office.reading() as session:
        assert session.get_one(Delivery, delivery.id).due_at == delivery.due_at


def test_other_programs_read_the_calendar(office: Office, sign_in: SignIn) -> None:
    office.scheduled("Bài trên lịch", due_at=in_minutes(60))
    feed = icalendar.Calendar.from_ical(sign_in("editor").get("/desk/lich.ics").data)
    (entry,) = feed.walk("VEVENT")
    assert entry["SUMMARY"] == "Bài trên lịch"
    assert abs((entry["DTSTART"].dt - in_minutes(60)).total_seconds()) < 60


def test_a_day_of_tet_is_named(office: Office, sign_in: SignIn) -> None:
    assert "Tết" in sign_in("editor").get("/desk/lich?day=2026-02-17").text
