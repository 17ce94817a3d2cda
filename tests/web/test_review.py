"""The approval queue, and that nothing unapproved goes out by any of the desk's doors (P10)."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher.model import Decision, Rendering, Unit
from tests.factories import Office, in_minutes
from tests.web.desk import edit_form, revision, rows, the_post, typed, words, write

SignIn = Callable[[str], FlaskClient]


def verdicts(office: Office) -> list[str]:
    with office.reading() as session:
        return list(session.scalars(select(Decision.verdict).order_by(Decision.id)))


def test_an_empty_queue_says_so(office: Office, sign_in: SignIn) -> None:
    assert "Không có bài nào chờ duyệt" in sign_in("approver").get("/desk/duyet").text


def test_the_oldest_request_is_read_first_as_it_will_be_sent(office: Office, sign_in: SignIn) -> None:
    first = office.draft("Trình trước", due_at=in_minutes(60))
    second = office.draft("Trình sau", due_at=in_minutes(30))
    for post_id in (first, second):
        office.submit(post_id)
    browser = sign_in("approver")
    page = browser.get("/desk/duyet")
    assert page.text.index("Trình trước") < page.text.index("Trình sau")
    assert f"/desk/bai/{first}/duyet" in page.text and f"/desk/bai/{second}/duyet" not in page.text
    assert "Cổng phường Mẫu" in page.text and "srcdoc=" in page.text
    assert f"/desk/bai/{second}/duyet" in browser.get(f"/desk/duyet?bai={second}").text


def test_what_was_previewed_is_what_is_stored_at_approval(office: Office, sign_in: SignIn) -> None:
    from html import unescape

    post_id = office.draft("Đúng từng chữ", body="Một **đoạn** văn.")
    office.submit(post_id)
    page = sign_in("approver").get("/desk/duyet").text
    sign_in("approver").post(f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": ""})
    with office.reading() as session:
        rendering = session.scalars(select(Rendering)).one()
    stored = office.world.files.get(rendering.parts[0]["sha256"]).decode()
    assert stored in unescape(page)


def test_approving_plans_the_deliveries_and_goes_on_to_the_next(office: Office, sign_in: SignIn) -> None:
    write(sign_in("editor"), typed(office, act="submit"))
    post_id = the_post(office).id
    answer = sign_in("approver").post(
        f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": "Tốt"}
    )
    assert answer.status_code == 302 and answer.location == "/desk/duyet"
    assert the_post(office).state == "approved" and [d.state for d in office.deliveries()] == ["planned"]
    assert "Tốt" in sign_in("editor").get(f"/desk/bai/{post_id}").text


def test_returning_needs_a_comment_and_the_writer_reads_it(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Cần sửa")
    office.submit(post_id)
    browser = sign_in("approver")
    refused = browser.post(f"/desk/bai/{post_id}/tra-lai", data={**revision(office, post_id), "comment": "  "})
    assert refused.status_code == 422 and "ghi rõ cần sửa gì" in refused.text and "Cần sửa" in refused.text
    form = {**revision(office, post_id), "comment": "Thiếu số văn bản."}
    assert browser.post(f"/desk/bai/{post_id}/tra-lai", data=form).status_code == 302
    assert the_post(office, post_id).state == "returned"
    for address in (f"/desk/bai/{post_id}", f"/desk/bai/{post_id}/sua"):
        assert "Thiếu số văn bản." in sign_in("editor").get(address).text


def test_a_correction_shows_what_changed_since_the_last_approval(office: Office, sign_in: SignIn) -> None:
    post_id = office.published("Lịch tiếp dân", body="Tiếp dân ngày 10 hằng tháng.")
    office.save(post_id, body="Tiếp dân ngày 12 hằng tháng.", correction="Đổi ngày")
    office.save(post_id, body="Tiếp dân ngày 15 hằng tháng.", correction="Đổi ngày tiếp dân")
    office.submit(post_id)
    page = sign_in("approver").get("/desk/duyet").text
    assert "<del>10</del>" in page and "<ins>15</ins>" in page and "Đổi ngày tiếp dân" in page
    assert "Đính chính" in page


def test_a_time_that_has_passed_is_told_before_approval(office: Office, sign_in: SignIn) -> None:
    from publisher import clock

    post_id = office.draft("Trễ giờ", due_at=in_minutes(5))
    office.submit(post_id)
    with clock.reading(in_minutes(60)):
        assert "phát hành ngay khi duyệt" in sign_in("approver").get(f"/desk/duyet?bai={post_id}").text


def test_an_approval_of_an_older_text_is_refused(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Bản đang đọc")
    office.submit(post_id)
    read = revision(office, post_id)
    office.save(post_id, title="Bản sửa lén")
    office.submit(post_id)
    answer = sign_in("approver").post(f"/desk/bai/{post_id}/duyet", data={**read, "comment": "Đồng ý"})
    assert answer.status_code == 409 and "Đồng ý" in answer.text and "Bản sửa lén" in answer.text
    assert the_post(office, post_id).state == "submitted" and not office.deliveries()


# P10: nothing unapproved


def test_the_author_does_not_approve_their_own(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("approver")
    write(browser, typed(office, act="submit"))
    post_id = the_post(office).id
    page = browser.get("/desk/duyet").text
    assert "Bạn viết hoặc trình bài này" in page and f'action="/desk/bai/{post_id}/duyet"' not in page
    answer = browser.post(f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": ""})
    assert answer.status_code == 403 and "không tự duyệt" in answer.text
    assert the_post(office).state == "submitted" and not office.deliveries()


def test_a_unit_that_allows_it_lets_the_author_approve(office: Office, sign_in: SignIn) -> None:
    with office.writing() as session:
        session.get_one(Unit, office.unit_id).self_approval = True
    browser = sign_in("approver")
    write(browser, typed(office, act="submit"))
    post_id = the_post(office).id
    answer = browser.post(f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": ""})
    assert answer.status_code == 302 and the_post(office).state == "approved"


@pytest.mark.parametrize("role", ["editor", "station", "reporter", "administrator"])
def test_only_approvers_approve(office: Office, sign_in: SignIn, role: str) -> None:
    post_id = office.draft()
    office.submit(post_id)
    browser = sign_in(role)
    for act in ("duyet", "tra-lai"):
        answer = browser.post(f"/desk/bai/{post_id}/{act}", data={**revision(office, post_id), "comment": "x"})
        assert answer.status_code == 403
    assert browser.get("/desk/duyet").status_code == 403
    assert the_post(office, post_id).state == "submitted" and not office.deliveries()


def test_an_edit_after_approval_voids_it_and_cancels_what_was_planned(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled("Đã duyệt", due_at=in_minutes(60))
    browser = sign_in("editor")
    assert "hủy" in words(browser.get(f"/desk/bai/{post_id}/sua"))
    answer = browser.post(f"/desk/bai/{post_id}/sua", data=edit_form(office, post_id, title="Sửa sau duyệt"))
    assert answer.status_code == 302
    assert verdicts(office) == ["submitted", "approved", "voided"]
    assert the_post(office, post_id).state == "draft" and [d.state for d in office.deliveries()] == ["cancelled"]
    office.tick(at=in_minutes(61))
    assert sign_in("editor").get(f"/tin/{the_post(office, post_id).slug}").status_code == 404


def test_moving_only_the_time_keeps_the_approval(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled("Dời giờ", due_at=in_minutes(60))
    later = in_minutes(180).astimezone(office.installation.config.zone)
    day, at = later.strftime("%d/%m/%Y"), later.strftime("%H:%M")
    form = edit_form(office, post_id, **{f"day-{office.account_id}": day, f"time-{office.account_id}": at})
    assert sign_in("editor").post(f"/desk/bai/{post_id}/sua", data=form).status_code == 302
    assert the_post(office, post_id).state == "approved"
    delivery = office.deliveries(post_id)[0]
    assert delivery.state == "planned" and abs((delivery.due_at - later).total_seconds()) < 60


@pytest.mark.parametrize("act", ["trinh", "duyet", "tra-lai", "thu-hoi", "khoi-phuc"])
def test_no_act_makes_a_delivery_of_a_draft(office: Office, sign_in: SignIn, act: str) -> None:
    post_id = office.draft()
    extra = {"thu-hoi": {"reason": "x"}, "khoi-phuc": {}}.get(act, {"comment": "x"})
    sign_in("approver").post(f"/desk/bai/{post_id}/{act}", data={**revision(office, post_id), **extra})
    assert not office.deliveries() and the_post(office, post_id).state in {"draft", "submitted"}


def test_a_visitor_s_approval_is_turned_away(office: Office, visitor: FlaskClient) -> None:
    post_id = office.draft()
    office.submit(post_id)
    before = rows(office)
    answer = visitor.post(f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": ""})
    assert answer.status_code == 401 and rows(office) == before


def test_a_form_from_another_site_is_turned_away(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft()
    office.submit(post_id)
    answer = sign_in("approver").post(
        f"/desk/bai/{post_id}/duyet", data={**revision(office, post_id), "comment": ""},
        headers={"Origin": "https://noi-khac.example"},
    )  # fmt: skip
    assert answer.status_code == 403 and the_post(office, post_id).state == "submitted"
