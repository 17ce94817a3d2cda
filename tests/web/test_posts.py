"""The list of posts, a post's page and what is done from it, through the browser's requests."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from publisher import clock
from publisher.editorial import withdrawing
from publisher.model import Placement, Post, Version
from tests.factories import Office, in_minutes
from tests.web.desk import edit_form, revision, rows, the_post, words

SignIn = Callable[[str], FlaskClient]


def versions(office: Office, post_id: int) -> list[Version]:
    with office.reading() as session:
        return list(session.scalars(select(Version).where(Version.post_id == post_id).order_by(Version.number)))


def wishes(office: Office, post_id: int) -> list[Placement]:
    with office.reading() as session:
        return list(session.scalars(select(Placement).where(Placement.post_id == post_id)))


# The list


def test_an_empty_list_says_what_to_do_next(office: Office, sign_in: SignIn) -> None:
    page = sign_in("editor").get("/desk/bai")
    assert page.status_code == 200 and "Viết bài đầu tiên" in page.text


def test_search_finds_without_diacritics_and_whatever_the_composition(office: Office, sign_in: SignIn) -> None:
    office.draft("Đẩy mạnh chuyển đổi số")
    office.draft("Lịch tiếp công dân")
    browser = sign_in("editor")
    for asked in ("day manh", "ĐẨY MẠNH", "Đâ\u0309y ma\u0323nh"):
        page = browser.get("/desk/bai", query_string={"q": asked})
        assert "Đẩy mạnh chuyển đổi số" in page.text and "Lịch tiếp công dân" not in page.text
    assert "Không có bài nào khớp" in browser.get("/desk/bai?q=khong+co+gi").text


def test_filters_by_state_theme_and_unit(office: Office, sign_in: SignIn) -> None:
    office.draft("Bài nháp", themes=["T1"])
    office.submit(office.draft("Bài chờ", themes=["T5"]))
    office.published("Bài công khai", themes=["T5"])
    browser = sign_in("editor")

    def titles(query: str) -> set[str]:
        page = browser.get(f"/desk/bai?{query}").text
        return {title for title in ("Bài nháp", "Bài chờ", "Bài công khai") if title in page}

    assert titles("state=draft") == {"Bài nháp"}
    assert titles("state=submitted") == {"Bài chờ"}
    assert titles("state=live") == {"Bài công khai"}
    assert titles("theme=T5") == {"Bài chờ", "Bài công khai"}
    assert titles(f"unit={office.unit_id}") == {"Bài nháp", "Bài chờ", "Bài công khai"}
    assert titles("unit=9999") == set()
    assert titles("state=nonsense&page=abc") == {"Bài nháp", "Bài chờ", "Bài công khai"}


def test_the_list_turns_pages_of_fifty_with_the_same_number_of_queries(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    for number in range(3):
        office.draft(f"Bài số {number}")
    few = queries(office, browser, "/desk/bai")
    for number in range(3, 53):
        office.draft(f"Bài số {number}")
    assert queries(office, browser, "/desk/bai") == few
    first, second = browser.get("/desk/bai").text, browser.get("/desk/bai?page=2").text
    assert "Bài số 52" in first and "Bài số 0<" not in first and "Bài số 0" in second
    assert browser.get("/desk/bai?page=999").status_code == 200


def queries(office: Office, browser: FlaskClient, address: str) -> int:
    """How many statements a page sends to the database."""
    seen = []
    engine = office.world.db.engine

    def count(*arguments: object) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert browser.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_a_discarded_post_shows_only_when_asked_for(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Bài bỏ đi")
    browser = sign_in("editor")
    browser.post(f"/desk/bai/{post_id}/bo", data=revision(office, post_id))
    assert "Bài bỏ đi" not in browser.get("/desk/bai").text.replace("Đã bỏ", "")
    assert "Bài bỏ đi" in browser.get("/desk/bai?state=discarded").text


# The page of a post


def test_the_page_tells_versions_decisions_and_deliveries(office: Office, sign_in: SignIn) -> None:
    post_id = office.published("Bài đã lên cổng")
    page = words(sign_in("editor").get(f"/desk/bai/{post_id}"))
    for word in (
        "Bài đã lên cổng",
        "Duyệt phiên bản 1",
        "Người mẫu approver",
        "Cổng phường Mẫu",
        "Đã phát hành",
        "Phiên bản 1",
    ):
        assert word in page, word


def test_the_page_costs_the_same_queries_whatever_its_history(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    fresh = office.draft("Bài mới")
    old = office.published("Bài cũ")
    for number in range(5):
        office.save(old, title=f"Bài cũ sửa {number}", correction="Sửa số liệu")
        office.submit(old)
        office.approve(old)
        office.tick()
    assert queries(office, browser, f"/desk/bai/{old}") <= queries(office, browser, f"/desk/bai/{fresh}") + 1


def test_an_old_version_shows_the_words_that_changed(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft("Giờ làm việc", body="Bộ phận Một cửa làm việc từ 7 giờ.\n\nXin cảm ơn.")
    office.save(post_id, body="Bộ phận Một cửa làm việc từ 8 giờ.\n\nXin cảm ơn.")
    page = sign_in("editor").get(f"/desk/bai/{post_id}/ban/2").text
    assert "<del>7</del>" in page and "<ins>8</ins>" in page
    assert sign_in("editor").get(f"/desk/bai/{post_id}/ban/1").status_code == 200
    assert sign_in("editor").get(f"/desk/bai/{post_id}/ban/3").status_code == 404


def test_what_was_sent_is_shown_from_the_stored_bytes(office: Office, sign_in: SignIn) -> None:
    post_id = office.published("Bản đã gửi")
    delivery = office.deliveries(post_id)[0]
    page = sign_in("editor").get(f"/desk/bai/{post_id}/da-duyet/{delivery.id}")
    assert page.status_code == 200 and "srcdoc=" in page.text and "Bản đã gửi" in page.text
    assert sign_in("editor").get(f"/desk/bai/{post_id}/da-duyet/999").status_code == 404


def test_a_live_post_is_corrected_in_place_with_a_note(office: Office, sign_in: SignIn) -> None:
    post_id = office.published("Giờ làm việc: 7 giờ")
    browser = sign_in("editor")
    assert "Nội dung đính chính" in browser.get(f"/desk/bai/{post_id}/sua").text
    form = edit_form(office, post_id, title="Giờ làm việc: 8 giờ", act="submit")
    refused = browser.post(f"/desk/bai/{post_id}/sua", data=form)
    assert refused.status_code == 422 and "người đọc sẽ thấy" in refused.text
    assert len(versions(office, post_id)) == 1
    answer = browser.post(f"/desk/bai/{post_id}/sua", data={**form, "correction": "Sửa giờ mở cửa."})
    assert answer.status_code == 302 and the_post(office, post_id).state == "submitted"
    office.approve(post_id)
    office.tick()
    assert [d.action for d in office.deliveries(post_id)] == ["publish", "amend"]
    assert "Sửa giờ mở cửa." in sign_in("editor").get(f"/tin/{the_post(office, post_id).slug}").text
    assert 'name="correction"' in browser.get(f"/desk/bai/{post_id}/sua").text
    assert "Sửa giờ mở cửa." not in browser.get(f"/desk/bai/{post_id}/sua").text  # a new correction needs its own note


def test_withdrawing_needs_the_right_and_a_reason(office: Office, sign_in: SignIn) -> None:
    post_id = office.published()
    with_reason = {**revision(office, post_id), "reason": "Văn bản đã bị thay thế"}
    assert sign_in("editor").post(f"/desk/bai/{post_id}/thu-hoi", data=with_reason).status_code == 403
    browser = sign_in("approver")
    refused = browser.post(f"/desk/bai/{post_id}/thu-hoi", data={**with_reason, "reason": " "})
    assert refused.status_code == 422 and "lý do thu hồi" in refused.text
    assert browser.post(f"/desk/bai/{post_id}/thu-hoi", data=with_reason).status_code == 302
    office.tick()
    assert the_post(office, post_id).state == "withdrawn"
    assert "Khôi phục" in browser.get(f"/desk/bai/{post_id}").text
    assert browser.get(f"/desk/bai/{post_id}/sua").status_code == 302
    assert browser.post(f"/desk/bai/{post_id}/khoi-phuc", data=revision(office, post_id)).status_code == 302
    assert the_post(office, post_id).state == "draft"


def test_an_act_on_an_older_page_is_refused_and_keeps_what_was_typed(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft()
    old = revision(office, post_id)
    office.save(post_id, title="Đã sửa")
    answer = sign_in("editor").post(f"/desk/bai/{post_id}/trinh", data={**old, "comment": "Nhờ anh duyệt sớm"})
    assert answer.status_code == 409 and "Nhờ anh duyệt sớm" in answer.text
    assert the_post(office, post_id).state == "draft"


def test_a_reporter_reads_but_does_not_write(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft()
    browser = sign_in("reporter")
    page = browser.get(f"/desk/bai/{post_id}")
    assert page.status_code == 200 and f"/desk/bai/{post_id}/sua" not in page.text
    for path in ("moi", f"{post_id}/sua"):
        assert browser.get(f"/desk/bai/{path}").status_code == 403


# Repeating


@pytest.mark.parametrize(("every", "days", "count"), [("week", 30, 4), ("month", 100, 3), ("quarter", 200, 2)])
def test_a_post_repeats_as_drafts_at_the_same_hour(
    office: Office, sign_in: SignIn, every: str, days: int, count: int
) -> None:
    zone = office.installation.config.zone
    start = clock.now().astimezone(zone).replace(day=15, hour=5, minute=15, second=0, microsecond=0)
    start += timedelta(days=31)
    start = start.replace(day=15)
    post_id = office.scheduled("Nhắc lịch", due_at=start)
    form = {**revision(office, post_id), "every": every, "until": (start + timedelta(days=days)).strftime("%d/%m/%Y")}
    answer = sign_in("editor").post(f"/desk/bai/{post_id}/lap-lai", data=form)
    assert answer.status_code == 302
    with office.reading() as session:
        copies = session.scalars(select(Post).where(Post.id != post_id).order_by(Post.id)).all()
        due = [session.scalars(select(Placement).where(Placement.post_id == copy.id)).one().due_at for copy in copies]
    assert len(copies) == count and {copy.state for copy in copies} == {"draft"}
    local = [at.astimezone(zone) for at in due]
    assert {at.strftime("%H:%M") for at in local} == {"05:15"}
    if every == "week":
        assert [(at.date() - start.date()).days for at in local] == [7, 14, 21, 28]
    else:
        assert {at.day for at in local} == {15}
    assert len(office.deliveries()) == 1, "only the approved one has a delivery"
    again = sign_in("editor").post(f"/desk/bai/{post_id}/lap-lai", data=form)
    assert again.status_code == 409, "a second click repeats nothing"


def test_repeating_is_bounded_and_says_why_not(office: Office, sign_in: SignIn) -> None:
    post_id = office.draft(due_at=in_minutes(60))
    browser = sign_in("editor")

    def refused(until: str, every: str = "week") -> str:
        before = rows(office)
        form = {**revision(office, post_id), "every": every, "until": until}
        answer = browser.post(f"/desk/bai/{post_id}/lap-lai", data=form)
        assert answer.status_code == 422 and rows(office) == before
        return words(answer)

    assert "tối đa 60" in refused((clock.now() + timedelta(days=3000)).strftime("%d/%m/%Y"))
    assert "không có ngày nào đến lượt" in refused(clock.now().strftime("%d/%m/%Y"))
    assert "không phải là ngày" in refused("30/02/2030")
    assert "chưa chọn" in refused("")
    assert "hằng tuần, hằng tháng hay theo quý" in refused("01/01/2100", "nonsense")


def test_a_withdrawn_post_s_page_tells_what_becomes_of_each_outlet(office: Office, sign_in: SignIn) -> None:
    post_id = office.published()
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, office.person(session, "approver"), post, post.revision, "Sai số liệu")
    office.tick()
    page = words(sign_in("editor").get(f"/desk/bai/{post_id}"))
    assert "Đã thu hồi" in page and "Sai số liệu" in page and "Gỡ bài" in page
