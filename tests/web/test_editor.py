"""The editor: writing, changing, pictures, days of a plan, the preview, through the browser's requests."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from publisher import clock, planning
from publisher.audit import COMMAND
from publisher.media import store_image
from publisher.model import Media, Placement, Slot, Task, Unit, Version
from tests.factories import Office, in_minutes, make_unit
from tests.web.desk import edit_form, other_unit, picture, revision, rows, the_post, typed, words, write

SignIn = Callable[[str], FlaskClient]


def versions(office: Office, post_id: int) -> list[Version]:
    with office.reading() as session:
        return list(session.scalars(select(Version).where(Version.post_id == post_id).order_by(Version.number)))


def wishes(office: Office, post_id: int) -> list[Placement]:
    with office.reading() as session:
        return list(session.scalars(select(Placement).where(Placement.post_id == post_id)))


# Writing


def test_a_new_post_is_a_draft_with_its_wish_in_the_office_zone(office: Office, sign_in: SignIn) -> None:
    answer = write(sign_in("editor"), typed(office))
    post = the_post(office)
    assert answer.status_code == 302 and answer.location == f"/desk/bai/{post.id}/sua"
    assert (post.state, post.created_by, post.live) == ("draft", office.people["editor"], None)
    wish = wishes(office, post.id)[0]
    assert abs((wish.due_at - in_minutes(60)).total_seconds()) < 120 and wish.account_id == office.account_id
    assert not office.deliveries()


def test_save_and_submit_in_one_go(office: Office, sign_in: SignIn) -> None:
    answer = write(sign_in("editor"), typed(office, act="submit"))
    assert answer.status_code == 302
    assert the_post(office).state == "submitted" and not office.deliveries()


def test_submitting_without_an_outlet_is_refused_and_keeps_the_text(office: Office, sign_in: SignIn) -> None:
    answer = write(sign_in("editor"), typed(office, minutes=None, act="submit", title="Không kênh"))
    assert answer.status_code == 422
    assert "Chưa chọn nơi phát hành" in answer.text and 'value="Không kênh"' in answer.text
    assert rows(office)["post"] == 0


def test_every_field_comes_back_with_all_faults_at_once(office: Office, sign_in: SignIn) -> None:
    form = typed(
        office, title=" ", body="Thân bài còn nguyên", summary="t" * 501, slogan="Khẩu hiệu giữ lại",
        source_number="15/KH-UBND", source_date="31/02/2026", valid_until="hôm nào", tags=["sipas"], other_tags="riêng",
        audiences=["nguoi_dan"], checks="kiểm tra tên",
        **{"title-portal": "Tiêu đề riêng cổng", f"time-{office.account_id}": "25:99"},
    )  # fmt: skip
    answer = write(sign_in("editor"), form)
    assert answer.status_code == 422
    for kept in ("Thân bài còn nguyên", "t" * 501, "Khẩu hiệu giữ lại", "15/KH-UBND", "31/02/2026", "hôm nào", "riêng",
                 "kiểm tra tên", "Tiêu đề riêng cổng", "25:99"):  # fmt: skip
        assert kept in answer.text, kept
    text = words(answer)
    for fault in ("Tiêu đề: chưa nhập", "Tóm tắt: dài 501 ký tự", "«31/02/2026» không phải là ngày",
                  "«hôm nào» không phải là ngày", "Giờ «25:99» không đúng"):  # fmt: skip
        assert fault in text, fault
    assert rows(office)["post"] == 0


def test_a_second_click_makes_no_second_post(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    first, second = write(browser, typed(office)), write(browser, typed(office))
    assert first.location == second.location
    assert rows(office)["post"] == 1


def test_a_second_click_on_save_is_no_conflict(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft()
    browser = sign_in("editor")
    form = edit_form(office, post_id, title="Bấm hai lần")
    assert browser.post(f"/desk/bai/{post_id}/sua", data=form).status_code == 302
    assert browser.post(f"/desk/bai/{post_id}/sua", data=form).status_code == 302
    assert len(versions(office, post_id)) == 2


def test_a_form_older_than_the_post_shows_my_text_beside_what_is_new(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Tiêu đề đầu")
    mine = edit_form(office, post_id, title="Tiêu đề của tôi", body="Thân bài của tôi")
    office.save(post_id, title="Tiêu đề người khác")
    answer = sign_in("approver").post(f"/desk/bai/{post_id}/sua", data=mine)
    assert answer.status_code == 409
    assert 'value="Tiêu đề của tôi"' in answer.text and "Thân bài của tôi" in answer.text
    assert "Người mẫu editor" in answer.text and "người khác" in answer.text
    assert len(versions(office, post_id)) == 2 and the_post(office, post_id).title == "Tiêu đề người khác"
    again = {**mine, "revision": str(the_post(office, post_id).revision)}
    assert sign_in("approver").post(f"/desk/bai/{post_id}/sua", data=again).status_code == 302
    assert [v.title for v in versions(office, post_id)] == ["Tiêu đề đầu", "Tiêu đề người khác", "Tiêu đề của tôi"]


def test_an_unchanged_save_makes_no_version_and_keeps_the_seconds_of_a_wish(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft()  # due at this very second
    before = wishes(office, post_id)[0].due_at
    assert sign_in("editor").post(f"/desk/bai/{post_id}/sua", data=edit_form(office, post_id)).status_code == 302
    assert len(versions(office, post_id)) == 1 and wishes(office, post_id)[0].due_at == before


def test_a_time_that_has_gone_by_is_refused_when_new_but_not_when_left_as_it_was(
    office: Office, sign_in: SignIn
) -> None:
    post_id = office.draft(due_at=in_minutes(5))
    browser = sign_in("editor")
    with clock.reading(in_minutes(120)):
        browser = sign_in("editor")
        form = edit_form(office, post_id, title="Sửa sau giờ")
        assert browser.post(f"/desk/bai/{post_id}/sua", data=form).status_code == 302
        answer = browser.post(
            f"/desk/bai/{post_id}/sua", data=edit_form(office, post_id, **{f"time-{office.account_id}": "00:00"})
        )
        assert answer.status_code == 422 and "đã qua" in answer.text


def test_only_the_unit_the_person_writes_for_and_a_choice_between_several(office: Office, sign_in: SignIn) -> None:
    unit_id = other_unit(office)
    browser = sign_in("editor")
    assert browser.get(f"/desk/bai/moi?unit={unit_id}").status_code == 404
    assert write(browser, typed(office, unit=str(unit_id))).status_code == 404
    assert f"account-{office.account_id}" in browser.get("/desk/bai/moi").text
    with office.writing() as session:
        from publisher import security

        person = office.person(session, "editor")
        security.grant(session, COMMAND, person, session.get_one(Unit, unit_id), "editor")
    choice = browser.get("/desk/bai/moi")
    assert "UBND phường Khác" in choice.text and "UBND phường Mẫu" in choice.text
    assert "UBND phường Khác" in browser.get(f"/desk/bai/moi?unit={unit_id}").text


def test_a_post_of_another_unit_answers_as_if_it_were_not_there(office: Office, app: object, sign_in: SignIn) -> None:
    other_unit(office)
    post_id = office.draft()
    sign_in("editor")
    from flask import Flask

    from tests.factories import PASSWORD

    assert isinstance(app, Flask)
    stranger = app.test_client()
    stranger.post("/login", data={"email": "editor@khac.example", "password": PASSWORD})
    for path in ("", "/sua", "/ban/1", "/da-duyet/1"):
        assert stranger.get(f"/desk/bai/{post_id}{path}").status_code == 404
    assert stranger.get(f"/desk/duyet?bai={post_id}").status_code == 404
    for act in ("trinh", "duyet", "tra-lai", "thu-hoi", "bo", "khoi-phuc"):
        form = {"revision": "1"} | {"tra-lai": {"comment": "x"}, "thu-hoi": {"reason": "x"}}.get(act, {})
        assert stranger.post(f"/desk/bai/{post_id}/{act}", data=form).status_code == 404, act
    assert stranger.post(f"/desk/bai/{post_id}/sua", data=edit_form(office, post_id)).status_code == 404
    assert stranger.post("/desk/xem-truoc", data={"post": str(post_id)}).status_code == 404
    repeat = {"revision": "1", "every": "week", "until": "2030-01-01"}
    assert stranger.post(f"/desk/bai/{post_id}/lap-lai", data=repeat).status_code == 404


# From a plan


def test_a_proposed_day_prefills_the_editor_and_is_used_up(office: Office, sign_in: SignIn) -> None:
    with office.writing() as session:
        plan = planning.shipped(next(iter(planning.plans())))
        planning.import_plan(session, COMMAND, session.get_one(Unit, office.unit_id), plan, year=clock.now().year + 1)
        slot = session.scalars(select(Slot).where(Slot.state == "proposed").order_by(Slot.day.desc())).first()
        assert slot is not None
        task = session.get_one(Task, slot.task_id)
    browser = sign_in("editor")
    page = browser.get(f"/desk/bai/moi?slot={slot.id}")
    assert page.status_code == 200 and slot.day.strftime("%d/%m/%Y") in page.text and f'value="{slot.id}"' in page.text
    assert words(page).count(task.text[:40]) >= 1
    answer = write(browser, typed(office, slot=str(slot.id)))
    assert answer.status_code == 302
    post = the_post(office)
    assert (post.slot_id, post.task_id) == (slot.id, task.id)
    with office.reading() as session:
        assert session.get_one(Slot, slot.id).state == "used"
    assert browser.get(f"/desk/bai/moi?slot={slot.id}").location == f"/desk/bai/{post.id}"
    refused = write(browser, typed(office, slot=str(slot.id), title="Bài thứ hai cho cùng ngày"))
    assert refused.status_code == 422 and rows(office)["post"] == 1
    browser.post(f"/desk/bai/{post.id}/bo", data=revision(office, post.id))
    with office.reading() as session:
        assert session.get_one(Slot, slot.id).state == "proposed"
    assert browser.get("/desk/bai/moi?slot=99999999").status_code == 404


# Pictures


def test_a_picture_needs_its_words_and_is_not_lost_meanwhile(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    answer = write(browser, typed(office, new_image=(picture(), "le.jpg")))
    assert answer.status_code == 422 and "Văn bản thay thế của ảnh 1: chưa nhập" in answer.text
    with office.reading() as session:
        digest = session.scalars(select(Media.sha256)).one()
    assert digest in answer.text
    shown = browser.get(f"/desk/anh/{digest}", buffered=True)
    assert shown.status_code == 200 and shown.mimetype == "image/jpeg"
    answer = write(browser, typed(office, image=[digest], alt=["Lễ khai mạc"], position=["1"]))
    assert answer.status_code == 302
    assert versions(office, the_post(office).id)[0].images[0]["alt"] == "Lễ khai mạc"


def test_pictures_are_ordered_and_removed_by_the_form_alone(office: Office, sign_in: SignIn) -> None:
    with office.writing() as session:
        digests = [
            store_image(session, office.world.files, None, "a.jpg", picture(colour=colour).getvalue()).sha256
            for colour in ("red", "green", "blue")
        ]
    form = typed(office, image=digests, alt=["đỏ", "lục", "lam"], position=["3", "2", "1"], remove=[digests[1]])
    assert write(sign_in("editor"), form).status_code == 302
    assert [image["alt"] for image in versions(office, the_post(office).id)[0].images] == ["lam", "đỏ"]


def test_the_script_s_upload_answers_what_was_stored(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    answer = browser.post("/desk/anh", data={"file": (picture("PNG"), "so-do.png")})
    assert answer.status_code == 200 and answer.json["width"] == 60 and answer.json["url"].startswith("/desk/anh/")
    refused = browser.post("/desk/anh", data={"file": (picture("PNG"), "so-do.jpg")})
    assert refused.status_code == 422 and "thực ra là ảnh PNG" in refused.json["error"]
    assert sign_in("reporter").post("/desk/anh", data={"file": (picture(), "a.jpg")}).status_code == 403


def test_pictures_are_for_signed_in_people_only(office: Office, sign_in: SignIn, visitor: FlaskClient) -> None:
    assert visitor.get(f"/desk/anh/{'0' * 64}").status_code == 302
    browser = sign_in("editor")
    assert browser.get(f"/desk/anh/{'0' * 64}").status_code == 404
    assert browser.get("/desk/anh/..%2f..%2fkeys").status_code == 404


# Preview


def test_the_preview_shows_each_chosen_outlet_with_counts_and_faults(
    office: Office, sign_in: SignIn, tmp_path: object
) -> None:
    ledger = office.add_account("ledger", "Sổ diễn tập", values={"path": f"{tmp_path}/so.jsonl"}, mode="rehearsal")
    form = typed(
        office, title="Một tiêu đề dài " * 10, body="Thân **bài**", source_date="31/02/2026",
        account=[str(office.account_id), str(ledger)], **{f"day-{ledger}": "", f"time-{ledger}": ""},
    )  # fmt: skip
    browser = sign_in("editor")
    before = rows(office)
    page = browser.post("/desk/xem-truoc", data=form)
    text = words(page)
    assert page.status_code == 200 and rows(office) == before
    assert "Cổng phường Mẫu" in text and "Sổ diễn tập" in text and "Diễn tập" in text
    assert "kênh nhận tối đa 120" in text and "không phải là ngày" in text
    assert "&lt;strong&gt;bài&lt;/strong&gt;" in page.text  # the portal's page, inside its frame
    fragment = browser.post("/desk/xem-truoc", data=form, headers={"X-Fragment": "1"}).text
    assert "<html" not in fragment.replace("&lt;html", "")
    empty = browser.post("/desk/xem-truoc", data=typed(office, title="", body=""))
    assert "Nhập tiêu đề và nội dung" in empty.text


def test_a_paused_or_rehearsal_outlet_is_told_in_the_editor(office: Office, sign_in: SignIn) -> None:
    from publisher import accounts

    office.add_account("portal", "Cổng tập", mode="rehearsal")
    with office.writing() as session:
        accounts.pause(session, COMMAND, accounts.get(session, office.account_id), "Đang bảo trì")
        make_unit(session, "phuong-ba", "UBND phường Ba")
    page = words(sign_in("editor").get("/desk/bai/moi"))
    assert "Diễn tập" in page and "Đang bảo trì" in page
