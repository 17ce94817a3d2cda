"""Moving what stands on the calendar: the form, the script's answers, and everything that is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import clock
from publisher.delivery.states import TITLES
from publisher.model import Audit, Delivery, Placement, Post
from tests.factories import PASSWORD, Office
from tests.web.desk import other_unit
from tests.web.ops import put

SignIn = Callable[[str], FlaskClient]
JSON = {"Accept": "application/json"}
MOVE = "/desk/lich/doi"


def tomorrow(office: Office, hour: int, minute: int = 0) -> datetime:
    wall = clock.now().astimezone(office.installation.config.zone) + timedelta(days=1)
    return wall.replace(hour=hour, minute=minute, second=0, microsecond=0)


def due(office: Office, post_id: int) -> datetime:
    return office.deliveries(post_id)[0].due_at.astimezone(office.installation.config.zone)


def wish(office: Office, post_id: int) -> Placement:
    with office.reading() as session:
        return session.scalars(select(Placement).where(Placement.post_id == post_id)).one()


def entry(office: Office, post_id: int, **fields: object) -> dict[str, object]:
    """What the script sends to move a post's delivery."""
    delivery = office.deliveries(post_id)[0]
    return {"kind": "delivery", "id": delivery.id, "was": delivery.due_at.isoformat(), **fields}


def test_another_day_keeps_the_time_of_day_and_can_be_undone(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 5, 15))
    before, editor = due(office, post_id), sign_in("editor")
    target = before.date() + timedelta(days=3)
    told = editor.post(MOVE, data=entry(office, post_id, day=target), headers=JSON)
    assert told.status_code == 200 and told.json["day"] == target.isoformat() and told.json["time"] == "05:15"
    assert due(office, post_id) == before + timedelta(days=3)
    assert wish(office, post_id).due_at == due(office, post_id), "the wish follows, or the next version would go back"
    undone = editor.post(MOVE, data=entry(office, post_id, **told.json["undo"]), headers=JSON)
    assert undone.status_code == 200 and due(office, post_id) == before


def test_moving_leaves_the_approval_and_the_text_alone(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 5))
    before = office.deliveries(post_id)[0]
    day = due(office, post_id).date() + timedelta(days=1)
    assert sign_in("editor").post(MOVE, data=entry(office, post_id, day=day), headers=JSON).status_code == 200
    after = office.deliveries(post_id)[0]
    assert (after.state, after.version_id, after.rendering_id) == (before.state, before.version_id, before.rendering_id)
    with office.reading() as session:
        post = session.get_one(Post, post_id)
        trail = session.scalars(select(Audit).where(Audit.act == "delivery.reschedule")).one()
    assert post.state == "approved" and trail.subject_id == after.id


def test_the_form_moves_a_wish_and_a_fault_keeps_what_was_typed(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Nháp", due_at=tomorrow(office, 8))
    found, editor = wish(office, post_id), sign_in("editor")
    page = editor.get(f"{MOVE}/placement/{found.id}?back=/desk/lich?view=week").text
    assert "Nháp" in page and 'value="08:00"' in page and 'value="/desk/lich?view=week"' in page
    sent = {"kind": "placement", "id": found.id, "day": "01/01/2001", "time": "09:30", "back": "/desk/lich?view=week"}
    refused = editor.post(MOVE, data=sent)
    assert refused.status_code == 422 and "Giờ phát hành đã qua" in refused.text
    assert 'value="01/01/2001"' in refused.text and 'value="09:30"' in refused.text
    day = (clock.now() + timedelta(days=9)).date()
    moved = editor.post(MOVE, data={**sent, "day": day.strftime("%d/%m/%Y")})
    assert moved.headers["Location"] == "/desk/lich?view=week"
    local = wish(office, post_id).due_at.astimezone(office.installation.config.zone)
    assert (local.date(), local.strftime("%H:%M")) == (day, "09:30")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "31/02/2027"),
        ("day", "1/1/99999999999999999999"),
        ("day", "0001-01-01"),
        ("day", "9999-12-31"),
        ("day", ""),
        ("time", "25:00"),
        ("time", "05:15:07"),
        ("time", "5 giờ"),
    ],
)
def test_a_day_or_time_that_cannot_be_is_said_at_its_field(
    office: Office, sign_in: SignIn, field: str, value: str
) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    sent = entry(office, post_id, **{"day": "15/06/2027", "time": "08:00", field: value})
    answer = sign_in("editor").post(MOVE, data=sent)
    assert answer.status_code == 422 and f'id="fault-{field}"' in answer.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/desk/", "/login", "/desk/\\evil"])
def test_the_way_back_stays_on_the_desk(office: Office, sign_in: SignIn, target: str) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    sent = entry(office, post_id, day="15/06/2027", back=target)
    there = sign_in("editor").post(MOVE, data=sent).headers["Location"]
    assert there.startswith("/desk/") and "evil.example" not in there


def test_a_move_made_from_an_old_page_is_refused(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    here, there = sign_in("editor"), sign_in("approver")
    old = entry(office, post_id, day=tomorrow(office, 8).date() + timedelta(days=5))
    moved = due(office, post_id).date() + timedelta(days=2)
    assert there.post(MOVE, data=entry(office, post_id, day=moved), headers=JSON).status_code == 200
    answer = here.post(MOVE, data=old, headers=JSON)
    assert answer.status_code == 409 and "Người khác vừa dời" in answer.json["error"]
    assert due(office, post_id).date() == moved
    assert here.post(MOVE, data=old).status_code == 409


def test_a_wish_whose_post_was_approved_meanwhile_is_refused(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Vừa được duyệt", due_at=tomorrow(office, 8))
    found = wish(office, post_id)
    office.submit(post_id)
    office.approve(post_id)
    sent = {"kind": "placement", "id": found.id, "day": tomorrow(office, 8).date() + timedelta(days=2)}
    answer = sign_in("editor").post(MOVE, data=sent, headers=JSON)
    assert answer.status_code == 409 and wish(office, post_id).due_at == found.due_at == office.deliveries()[0].due_at


@pytest.mark.parametrize("state", [state for state in TITLES if state not in {"planned", "waiting", "held"}])
def test_what_has_begun_or_ended_is_not_moved(office: Office, sign_in: SignIn, state: str) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    lease = clock.now() if state == "sending" else None
    put(office, office.deliveries(post_id)[0].id, state=state, wake_at=None, lease_until=lease)
    sent = entry(office, post_id, day=tomorrow(office, 8).date() + timedelta(days=2))
    answer = sign_in("editor").post(MOVE, data=sent, headers=JSON)
    assert answer.status_code == 422 and "không dời được" in answer.json["error"]


def test_the_past_is_refused(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    sent = entry(office, post_id, day=clock.now().date() - timedelta(days=3))
    answer = sign_in("editor").post(MOVE, data=sent, headers=JSON)
    assert answer.status_code == 422 and "Giờ phát hành đã qua" in answer.json["error"]


def test_a_move_onto_a_holiday_says_which(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    year = clock.now().year + 1
    told = sign_in("editor").post(MOVE, data=entry(office, post_id, day=f"{year}-09-02"), headers=JSON)
    assert "Quốc khánh" in told.json["said"]


@pytest.mark.parametrize("number", ["999999", "99999999999999999999", "-1", "x"])
@pytest.mark.parametrize("kind", ["delivery", "placement", "slot", "post", ""])
def test_an_entry_that_does_not_exist_is_missing(office: Office, sign_in: SignIn, kind: str, number: str) -> None:
    editor = sign_in("editor")
    answer = editor.post(MOVE, data={"kind": kind, "id": number, "day": "15/06/2027"}, headers=JSON)
    assert answer.status_code in {404, 422}
    assert editor.get(f"{MOVE}/{kind}/{number}").status_code in {404, 405}


def test_an_entry_of_another_unit_is_not_there(office: Office, sign_in: SignIn) -> None:
    other_unit(office)
    post_id = office.scheduled("Của phường Mẫu", due_at=tomorrow(office, 8))
    before = office.deliveries(post_id)[0]
    stranger = sign_in("editor").application.test_client()
    stranger.post("/login", data={"email": "editor@khac.example", "password": PASSWORD})
    assert stranger.get(f"{MOVE}/delivery/{before.id}").status_code == 404
    assert stranger.post(MOVE, data=entry(office, post_id, day="15/06/2027"), headers=JSON).status_code == 404
    with office.reading() as session:
        assert session.get_one(Delivery, before.id).due_at == before.due_at


def test_who_only_reads_may_look_but_not_move(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    reader = sign_in("reporter")
    page = reader.get(f"/desk/lich?day={tomorrow(office, 8).date()}").text
    assert "Đẩy mạnh" in page and "draggable" not in page and "calendar.js" not in page
    assert reader.post(MOVE, data=entry(office, post_id, day="15/06/2027"), headers=JSON).status_code == 403


def test_an_unknown_field_is_refused(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled(due_at=tomorrow(office, 8))
    sent = entry(office, post_id, day="15/06/2027", state="sent")
    assert sign_in("editor").post(MOVE, data=sent, headers=JSON).status_code == 422
