"""What no honest form sends, and what honest people send by mistake: refused or normalised, never half stored."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher.model import Media, Version
from tests.factories import Office
from tests.unit.test_media import bomb
from tests.web.desk import edit_form, other_unit, picture, revision, rows, the_post, typed, words, write

SignIn = Callable[[str], FlaskClient]
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def refused(office: Office, browser: FlaskClient, form: dict[str, Any], *sentences: str, code: int = 422) -> str:
    """Send a new post that must be refused: the sentences are on the page and no row was stored."""
    before = rows(office)
    answer = write(browser, form)
    text = words(answer)
    assert answer.status_code == code, text[:500]
    for sentence in sentences:
        assert sentence in text, f"{sentence!r} is missing in: {text[:1500]}"
    assert rows(office) == before
    return answer.text


def test_a_body_of_three_megabytes_is_refused_and_comes_back_whole(office: Office, sign_in: SignIn) -> None:
    long = "Câu dài. " * 340_000
    page = refused(office, sign_in("editor"), typed(office, body=long), "Nội dung: dài", "tối đa 200.000")
    assert long.strip()[-1000:] in page


def test_a_request_beyond_all_bounds_is_refused_before_it_is_read(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    before = rows(office)
    assert write(browser, typed(office, body="x" * 7_000_000)).status_code == 413
    form = "application/x-www-form-urlencoded"
    assert browser.post("/desk/bai/moi", data=b"body=" + b"x" * 7_000_000, content_type=form).status_code == 413
    assert browser.post("/desk/bai/moi", data=b"&".join([b"a=1"] * 700), content_type=form).status_code == 413
    huge = {"CONTENT_LENGTH": "2000000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = browser.post("/desk/bai/moi", environ_overrides=huge)
    assert answer.status_code == 413 and rows(office) == before


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("Tiêu\0đề", "Tiêu đề: có ký tự điều khiển (mã U+0000) ở vị trí 5"),
        ("Tiêu\x1bđề", "mã U+001B"),
        ("Tiêu\x7fđề", "mã U+007F"),
    ],
)
def test_control_characters_are_refused_by_place(office: Office, sign_in: SignIn, value: str, sentence: str) -> None:
    refused(office, sign_in("editor"), typed(office, title=value), sentence, "dán lại")


@pytest.mark.parametrize("broken", [b"%ED%A0%80", b"%FF", b"%C3%28"])
def test_broken_bytes_and_unpaired_surrogates_are_refused_by_place(
    office: Office, sign_in: SignIn, broken: bytes
) -> None:
    browser, before = sign_in("editor"), rows(office)
    sent = b"unit=%d&act=save&body=x&title=Ti%%C3%%AAu" % office.unit_id + broken
    answer = browser.post("/desk/bai/moi", data=sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422 and "ký tự thứ 5 bị hỏng" in words(answer) and rows(office) == before


def test_decomposed_vietnamese_is_stored_composed_and_found(office: Office, sign_in: SignIn) -> None:
    title = "Tiếp nhận hồ sơ ở phường"
    browser = sign_in("editor")
    assert write(browser, typed(office, title=unicodedata.normalize("NFD", title))).status_code == 302
    post = the_post(office)
    assert post.title == title and post.slug == "tiep-nhan-ho-so-o-phuong"
    for asked in (title, unicodedata.normalize("NFD", title), "tiep nhan ho so"):
        assert title in browser.get("/desk/bai", query_string={"q": asked}).text


def test_a_field_sent_twice_is_refused(office: Office, sign_in: SignIn) -> None:
    refused(office, sign_in("editor"), typed(office, title=["Một", "Hai"]), "«title» được gửi 2 lần")


@pytest.mark.parametrize("field", ["state", "approved", "created_by", "live", "slug", "id", "published_at"])
def test_fields_that_are_no_text_cannot_be_smuggled_in(office: Office, sign_in: SignIn, field: str) -> None:
    refused(office, sign_in("editor"), typed(office, **{field: "approved"}), f"trường lạ: «{field}»")
    post_id = office.draft()
    before = rows(office)
    for address, form in (
        (f"/desk/bai/{post_id}/sua", edit_form(office, post_id)),
        (f"/desk/bai/{post_id}/trinh", {**revision(office, post_id), "comment": ""}),
    ):
        answer = sign_in("editor").post(address, data={**form, field: "1"})
        assert answer.status_code == 422 and "trường lạ" in answer.text
    assert {**rows(office), "audit": 0} == {**before, "audit": 0} and the_post(office, post_id).state == "draft"


def test_a_file_field_of_another_name_is_refused(office: Office, sign_in: SignIn) -> None:
    refused(office, sign_in("editor"), typed(office, avatar=(picture(), "a.jpg")), "trường tệp lạ: «avatar»")


def test_a_file_with_a_false_extension_is_refused_by_name(office: Office, sign_in: SignIn) -> None:
    form = typed(office, new_image=(picture("PNG"), "so-do.jpg"), title="Còn nguyên chữ")
    page = refused(office, sign_in("editor"), form, "«so-do.jpg» có đuôi .jpg nhưng thực ra là ảnh PNG")
    assert "Còn nguyên chữ" in page


def test_a_picture_bomb_is_refused(office: Office, sign_in: SignIn) -> None:
    import io

    form = typed(office, new_image=(io.BytesIO(bomb(10_000, 10_000)), "bom.png"))
    refused(office, sign_in("editor"), form, "Ảnh «bom.png» có quá nhiều điểm ảnh")


def test_a_drawing_with_a_script_is_refused(office: Office, sign_in: SignIn) -> None:
    import io

    drawing = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    refused(office, sign_in("editor"), typed(office, new_image=(drawing, "ve.svg")), "thực ra là ảnh vẽ SVG")


def test_a_picture_that_is_not_in_the_store_is_left_out(office: Office, sign_in: SignIn) -> None:
    form = typed(office, image=["0" * 64, "../../keys", "x"], alt=["a", "b", "c"], position=["1", "2", "3"])
    assert write(sign_in("editor"), form).status_code == 302
    with office.reading() as session:
        assert session.scalars(select(Version.images)).one() == []
        assert session.scalars(select(Media)).all() == []


def test_scripts_in_every_field_are_shown_as_text_everywhere(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    with office.writing() as session:
        from publisher.media import store_image

        digest = store_image(session, office.world.files, None, f"{SCRIPT}.jpg", picture().getvalue()).sha256
    texts = dict.fromkeys(("title", "body", "summary", "slogan", "source_number", "other_tags", "checks"), SCRIPT)
    variant = {"title-portal": SCRIPT, "body-portal": SCRIPT}
    form = typed(office, **texts, **variant, image=[digest], alt=[SCRIPT], position=["1"])
    del form["other_tags"]
    assert write(browser, form).status_code == 302
    post_id = the_post(office).id
    browser.post(f"/desk/bai/{post_id}/trinh", data={**revision(office, post_id), "comment": SCRIPT})
    approver = sign_in("approver")
    pages = [
        approver.get("/desk/duyet"),
        browser.get("/desk/bai"),
        browser.get("/desk/bai", query_string={"q": SCRIPT, "theme": SCRIPT}),
        browser.get(f"/desk/bai/{post_id}"),
        browser.get(f"/desk/bai/{post_id}/sua"),
        browser.get(f"/desk/bai/{post_id}/ban/1"),
        browser.post("/desk/xem-truoc", data=edit_form(office, post_id, post=str(post_id), **texts)),
        browser.post(f"/desk/bai/{post_id}/sua", data=edit_form(office, post_id, **{**texts, "source_date": SCRIPT})),
    ]
    approver.post(f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": SCRIPT})
    assert the_post(office, post_id).state == "approved"
    office.tick(at=None)
    pages += [browser.get(f"/desk/bai/{post_id}"), browser.get(f"/desk/bai/{post_id}/da-duyet/1")]
    for number, page in enumerate(pages):
        assert page.status_code in {200, 422}, number
        assert "<script>alert" not in page.text and "<img src=x" not in page.text, number
        framed = page.text.split('srcdoc="')[1:]
        for frame in framed:  # unescaped once, as the browser does for the frame's document
            inner = frame.split('"')[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert "<script>alert" not in inner and "<img src=x" not in inner, number


def test_a_link_that_would_run_a_script_is_no_link(office: Office, sign_in: SignIn) -> None:
    office.submit(
        office.draft("Liên kết", body="[bấm](javascript:alert(1)) [b](data:text/html,x) <a href=x onclick=y>z</a>")
    )
    page = sign_in("approver").get("/desk/duyet").text
    assert 'href="javascript' not in page and "href=&#34;javascript" not in page and "href=&#34;data:" not in page


def test_an_over_long_title_is_refused_with_the_count(office: Office, sign_in: SignIn) -> None:
    refused(office, sign_in("editor"), typed(office, title="ă" * 201), "Tiêu đề: dài 201 ký tự, tối đa 200")


@pytest.mark.parametrize(
    "value", ["31/02/2026", "2026-13-01", "00/00/0000", "99/99/99999", "1/1", "ngày mai", "-1/1/1"]
)
def test_impossible_dates_are_refused_and_kept_as_typed(office: Office, sign_in: SignIn, value: str) -> None:
    page = refused(office, sign_in("editor"), typed(office, source_date=value), "không phải là ngày")
    assert f'value="{value}"' in page


@pytest.mark.parametrize("at", ["24:00", "5", "05:15:30", "05:15+07:00", "", "abc"])
def test_impossible_times_are_refused(office: Office, sign_in: SignIn, at: str) -> None:
    refused(office, sign_in("editor"), typed(office, **{f"time-{office.account_id}": at}), "Giờ")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_times_at_the_end_of_the_calendar_do_no_harm(office: Office, sign_in: SignIn, day: str) -> None:
    assert write(sign_in("editor"), typed(office, **{f"day-{office.account_id}": day})).status_code in {302, 422}


def test_an_account_of_another_unit_is_refused(office: Office, sign_in: SignIn) -> None:
    from publisher import accounts
    from publisher.audit import COMMAND
    from publisher.model import Unit

    unit_id = other_unit(office)
    with office.writing() as session:
        unit = session.get_one(Unit, unit_id)
        foreign = accounts.add(session, office.world, COMMAND, unit, "portal", "Cổng lạ", {}).id
    browser = sign_in("editor")
    page = refused(office, browser, typed(office, account=[str(foreign)]), "không thuộc đơn vị này")
    assert "Cổng lạ" not in page
    refused(office, browser, typed(office, **{f"day-{foreign}": "2030-01-01"}), "trường lạ")
    twice = typed(office, account=[str(office.account_id)] * 2)
    refused(office, browser, twice, "không thuộc đơn vị này")


@pytest.mark.parametrize("field", ["themes", "audiences"])
def test_codes_that_are_in_no_list_are_refused(office: Office, sign_in: SignIn, field: str) -> None:
    refused(office, sign_in("editor"), typed(office, **{field: ["T99"]}), "không có mã «T99»")


@pytest.mark.parametrize("value", ["", "abc", "-1", "99999999999999999999", "1.5"])
def test_a_revision_that_is_none_is_refused(office: Office, sign_in: SignIn, value: str) -> None:
    post_id = office.draft()
    before = rows(office)
    browser = sign_in("editor")
    for address, form in (
        (f"/desk/bai/{post_id}/sua", edit_form(office, post_id, title="Khác")),
        (f"/desk/bai/{post_id}/bo", {}),
    ):
        answer = browser.post(address, data={**form, "revision": value})
        assert answer.status_code in {409, 422}
    assert {**rows(office), "audit": 0} == {**before, "audit": 0}


def test_numbers_in_addresses_beyond_all_bounds_are_not_found(sign_in: SignIn) -> None:
    browser = sign_in("approver")
    huge = "9" * 30
    assert browser.get(f"/desk/bai/{huge}").status_code == 404
    assert browser.get(f"/desk/bai/moi?slot={huge}&unit={huge}").status_code in {200, 404}
    assert browser.get(f"/desk/duyet?bai={huge}").status_code == 200
    assert browser.get(f"/desk/bai?page={huge}&unit={huge}").status_code == 200
