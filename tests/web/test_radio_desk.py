"""What editors do for radio: spoken lines beside the written ones, the dictionary, slots, parts of a programme."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publisher.model import BroadcastItem, BroadcastSlot, Delivery, Post, Rendering, SpokenWord, Version
from tests.factories import Office
from tests.stations import SATURDAY, Waves, local, on
from tests.web.desk import edit_form, words
from tests.web.ops import counted, hidden

SignIn = Callable[[str], FlaskClient]
TEXT = "Họp TU sáng nay. Mời bà con đến lúc 7h30."


@pytest.fixture
def waves(office: Office) -> Waves:
    made = Waves(office)
    made.slot("05:15", 15)
    return made


def lines(client: FlaskClient, post_id: int, **own: str) -> TestResponse:
    """Send the page of spoken lines back as a browser does, with some lines typed over (by their original)."""
    page = client.get(f"/desk/phat-thanh/bai/{post_id}").text
    original = re.findall(r'class="spoken-original">.*?<p>([^<]*)</p>', page, re.DOTALL)
    spoken = re.findall(r'name="spoken"[^>]*>([^<]*)</textarea>', page)
    typed = [own.get(written.split()[0], said) for written, said in zip(original, spoken, strict=True)]
    form = {"revision": hidden(page, "revision"), "spoken": typed}
    return client.post(f"/desk/phat-thanh/bai/{post_id}", data=form)


def post_of(waves: Waves) -> int:
    with on(SATURDAY, "01:00"):
        return waves.approved("Tin", local(SATURDAY, "05:15"), TEXT)


def test_every_sentence_stands_beside_its_reading_with_what_must_be_settled(waves: Waves, sign_in: SignIn) -> None:
    post_id = post_of(waves)
    with on(SATURDAY, "02:00"):
        page = words(sign_in("editor").get(f"/desk/phat-thanh/bai/{post_id}"))
    assert "Mời bà con đến lúc 7h30." in page and "Mời bà con đến lúc bảy giờ ba mươi phút." in page
    assert "«TU» có nhiều cách đọc" in page and "Tỉnh ủy · Thành ủy" in page
    assert "1 chỗ cần chọn cách đọc" in page
    assert "phát thanh buổi sáng, Đài phường Mẫu : Còn trống" in page


def test_an_editors_line_makes_a_version_that_needs_approval_and_is_read_word_by_word(
    waves: Waves, sign_in: SignIn
) -> None:
    post_id = post_of(waves)
    with on(SATURDAY, "02:00"):
        assert lines(sign_in("editor"), post_id, Họp="Họp Thành ủy sáng nay.").status_code == 302
        assert not waves.day(SATURDAY)[0].airings  # the approval is void
        with waves.office.reading() as session:
            version = session.scalars(select(Version).where(Version.post_id == post_id, Version.number == 2)).one()
        assert version.variants["radio"]["lines"] == "Họp TU sáng nay.\tHọp Thành ủy sáng nay."
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        [planned] = waves.day(SATURDAY)
    assert planned.book is not None
    read = [line for row in planned.book["segments"] if row["item"] for line in row["lines"]]
    assert read == ["Họp Thành ủy sáng nay.", "Mời bà con đến lúc bảy giờ ba mươi phút."]
    with waves.office.reading() as session:
        rendering = session.scalars(select(Rendering).order_by(Rendering.id.desc()).limit(1)).one()
    script = json.loads(waves.world.files.get(rendering.parts[0]["sha256"]))
    assert script["unresolved"] == 0 and [row["overridden"] for row in script["rows"]] == [True, False]


def test_an_emptied_line_goes_back_to_ours_and_an_unchanged_page_makes_no_version(
    waves: Waves, sign_in: SignIn
) -> None:
    post_id = post_of(waves)
    client = sign_in("editor")
    with on(SATURDAY, "02:00"):
        lines(client, post_id)
        with waves.office.reading() as session:
            assert session.get_one(Post, post_id).head == 1
        lines(client, post_id, Họp="Họp Thành ủy sáng nay.")
        assert "Lời của biên tập" in client.get(f"/desk/phat-thanh/bai/{post_id}").text
        lines(client, post_id, Họp=" ")
        assert "Lời của biên tập" not in client.get(f"/desk/phat-thanh/bai/{post_id}").text
    with waves.office.reading() as session:
        assert session.get_one(Post, post_id).head == 3


def test_the_editor_of_the_text_keeps_the_spoken_lines(waves: Waves, sign_in: SignIn) -> None:
    post_id = post_of(waves)
    client = sign_in("editor")
    with on(SATURDAY, "02:00"):
        lines(client, post_id, Họp="Họp Thành ủy sáng nay.")
        page = client.get(f"/desk/bai/{post_id}/sua").text
        held = re.search(r'name="lines-radio" value="([^"]*)"', page)
        assert held is not None and held[1] == "Họp TU sáng nay.\tHọp Thành ủy sáng nay."
        form = edit_form(waves.office, post_id, title="Tin sửa", **{"lines-radio": held[1]})
        form |= {f"{k}-{waves.account_id}": form.pop(f"{k}-{waves.office.account_id}") for k in ("day", "time")}
        form["account"] = [str(waves.account_id)]
        assert client.post(f"/desk/bai/{post_id}/sua", data=form).status_code == 302
    with waves.office.reading() as session:
        version = session.scalars(select(Version).where(Version.post_id == post_id).order_by(Version.id.desc())).first()
    assert version is not None and version.title == "Tin sửa"
    assert version.variants["radio"]["lines"] == held[1]


def test_a_stale_page_of_lines_does_not_overwrite_a_colleague(waves: Waves, sign_in: SignIn) -> None:
    post_id = post_of(waves)
    with on(SATURDAY, "02:00"):
        form = {"revision": "1", "spoken": ["x", "y", "z"]}
        assert sign_in("editor").post(f"/desk/phat-thanh/bai/{post_id}", data=form).status_code == 409


@pytest.mark.parametrize("spoken", [[], ["một"], ["một"] * 500])
def test_a_broken_form_of_lines_is_refused(waves: Waves, sign_in: SignIn, spoken: list[str]) -> None:
    post_id = post_of(waves)
    client = sign_in("editor")
    with on(SATURDAY, "02:00"):
        revision = hidden(client.get(f"/desk/phat-thanh/bai/{post_id}").text, "revision")
        answer = client.post(f"/desk/phat-thanh/bai/{post_id}", data={"revision": revision, "spoken": spoken})
    assert answer.status_code == 422 and "không đầy đủ" in words(answer)


def test_a_word_settles_the_question_in_every_new_version(waves: Waves, sign_in: SignIn) -> None:
    post_id = post_of(waves)
    client = sign_in("editor")
    data = {"unit": str(waves.office.unit_id), "written": "TU", "spoken": "Thành ủy"}
    with on(SATURDAY, "02:00"):
        assert client.post("/desk/phat-thanh/tu-dien", data=data).status_code == 302
        page = words(client.get(f"/desk/phat-thanh/bai/{post_id}"))
        assert "Họp Thành ủy sáng nay." in page and "0 chỗ cần chọn cách đọc" in page
        wrong = client.post("/desk/phat-thanh/tu-dien", data={**data, "spoken": "T.U"})
        assert wrong.status_code == 422 and "Từ điển" in words(wrong)
        with waves.office.reading() as session:
            entry = session.scalars(select(SpokenWord)).one()
        answer = client.post(f"/desk/phat-thanh/tu-dien/{entry.id}/bo", data={"unit": data["unit"]})
        assert answer.status_code == 302
    with waves.office.reading() as session:
        assert session.scalars(select(SpokenWord)).all() == []


def test_slots_are_added_and_ended_by_an_administrator_with_faults_at_their_fields(
    office: Office, sign_in: SignIn
) -> None:
    waves = Waves(office, opening="Tiếng nói của Đảng bộ, chính quyền và nhân dân phường Mẫu.")
    client = sign_in("administrator")
    address = f"/desk/phat-thanh/dai/{waves.account_id}"
    good = {"title": "phát thanh trưa", "starts": "11:00", "minutes": "15", "days": ["0", "2", "4"]}
    for fields, says in (
        ({"minutes": "1"}, "không đủ cho nhạc hiệu"),
        ({"minutes": "mười"}, "phải là số"),
        ({"starts": "11 giờ"}, "Hãy viết dạng 05:15"),
        ({"days": []}, "ít nhất một ngày"),
        ({"title": ""}, "chưa nhập"),
    ):
        answer = client.post(f"{address}/khung", data={**good, **fields})
        assert answer.status_code == 422 and says in words(answer), says
    assert client.post(f"{address}/khung", data=good).status_code == 302
    with office.reading() as session:
        row = session.scalars(select(BroadcastSlot)).one()
    assert (row.days, row.starts, row.minutes) == ([0, 2, 4], "11:00", 15)
    assert "Thứ Hai, Thứ Tư, Thứ Sáu" in words(client.get(address))
    assert client.post(f"{address}/khung/{row.id}/dung").status_code == 302
    assert "Chưa có khung giờ nào" in words(client.get(address))
    assert sign_in("editor").post(f"{address}/khung", data=good).status_code == 403


def test_an_editor_chooses_part_and_place_and_only_an_approver_makes_it_urgent(waves: Waves, sign_in: SignIn) -> None:
    post_of(waves)
    with on(SATURDAY, "02:00"):
        [planned] = waves.day(SATURDAY)
        spot = f"/desk/phat-thanh/{waves.account_id}/{planned.key}"
        form = {"item": str(planned.airings[0].root_id), "kind": "notice", "priority": "priority", "position": "3"}
        assert 'value="urgent"' not in sign_in("editor").get(spot).text
        assert sign_in("editor").post(f"{spot}/chon", data=form).status_code == 302
        assert sign_in("editor").post(f"{spot}/chon", data={**form, "priority": "urgent"}).status_code == 403
        assert sign_in("editor").post(f"{spot}/chon", data={**form, "position": "x"}).status_code == 422
        assert sign_in("editor").post(f"{spot}/chon", data={**form, "item": "99"}).status_code == 404
        assert sign_in("approver").post(f"{spot}/chon", data={**form, "priority": "urgent"}).status_code == 302
        assert "Khẩn cấp: phát ngay" in words(sign_in("station").get("/radio/"))
    with waves.office.reading() as session:
        row = session.scalars(select(BroadcastItem)).one()
    assert (row.kind, row.priority, row.position) == ("notice", "urgent", 3) and row.set_by is not None


def test_what_the_station_could_not_read_is_put_into_another_slot_from_the_desk(waves: Waves, sign_in: SignIn) -> None:
    post_of(waves)
    with on(SATURDAY, "05:16"):
        waves.office.tick()
    with on(SATURDAY, "06:00"):
        [planned] = waves.day(SATURDAY)
        station, editor = sign_in("station"), sign_in("editor")
        log = {"status": "not_aired", "reason": "mất điện", "started": "", "ended": ""}
        assert station.post(f"/radio/{waves.account_id}/{planned.key}/nhat-ky", data=log).status_code == 302
        assert "Đài ghi không phát: mất điện" in words(editor.get("/desk/hop-viec"))
        spot = f"/desk/phat-thanh/{waves.account_id}/{planned.key}"
        assert "Đài không đọc được bài này?" in words(editor.get(spot))
        again = {"item": str(planned.airings[0].root_id), "day": "22/11/2026", "time": "05:15"}
        assert editor.post(f"{spot}/phat-lai", data={**again, "day": "20/11/2026"}).status_code == 422
        assert editor.post(f"{spot}/phat-lai", data=again).status_code == 302
        assert "Đài ghi không phát" not in words(editor.get("/desk/hop-viec"))
        [tomorrow] = waves.day(SATURDAY + timedelta(days=1))
        assert [one.title for one in tomorrow.airings] == ["Tin"]
        give_up = {"item": again["item"], "reason": "đã quá hạn"}
        spot = f"/desk/phat-thanh/{waves.account_id}/{tomorrow.key}"
        assert editor.post(f"{spot}/khong-phat", data=give_up).status_code == 302
    with waves.office.reading() as session:
        assert session.scalars(select(Delivery.state).where(Delivery.account_id == waves.account_id)).all() == [
            "retracted"
        ]


def test_the_week_of_a_station_is_read_in_few_questions(waves: Waves, sign_in: SignIn) -> None:
    client = sign_in("editor")
    with on(SATURDAY, "01:00"):
        for number in range(5):
            waves.approved(f"Tin {number}", local(SATURDAY, "05:15"))
        waves.pull(waves.day(SATURDAY)[0].key)
        with counted(waves.office) as asked:
            assert client.get("/desk/phat-thanh/").status_code == 200
    assert len(asked) <= 20, "\n".join(asked)


def test_a_post_without_a_slot_is_named_on_the_week(office: Office, sign_in: SignIn) -> None:
    waves = Waves(office)
    with on(SATURDAY, "01:00"):
        waves.approved("Tin không có khung", local(SATURDAY, "05:15"))
        page = words(sign_in("editor").get("/desk/phat-thanh/"))
    assert "Bài đã duyệt nhưng không có khung giờ nào để đọc" in page and "Tin không có khung" in page


def test_a_preview_is_marked_as_one_until_the_station_has_it(waves: Waves, sign_in: SignIn) -> None:
    post_of(waves)
    with on(SATURDAY, "02:00"):
        key = waves.day(SATURDAY)[0].key
        answer = sign_in("editor").get(f"/desk/phat-thanh/{waves.account_id}/{key}/tep/lich-phat.json")
    assert answer.status_code == 200 and answer.get_json()["edition"] is None
    with waves.office.reading() as session:
        assert session.scalars(select(Delivery.state)).all() == ["planned"]
