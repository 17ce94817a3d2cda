"""A post as its outlet shows it: folded where a timeline folds, counted as the outlet counts, limits at the field."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from channels import registry
from channels.base import Part, Rendered
from channels.facebook.text import LONGEST
from publisher.media import store_image
from publisher.web.desk.cards import FOLDED_AFTER, card_of
from tests.factories import Office
from tests.simulators.facebook_world import PAGE_ID
from tests.web.desk import picture, typed, words, write

SignIn = Callable[[str], FlaskClient]
LONG = "Người dân nộp hồ sơ trực tuyến trên Cổng Dịch vụ công quốc gia. " * 12


@pytest.fixture
def page_id(office: Office) -> int:
    return office.add_account("facebook", "Trang phường Mẫu", values={"page_id": PAGE_ID}, mode="rehearsal")


def form(office: Office, page_id: int, **fields: object) -> dict[str, object]:
    given = typed(office, **{"title": "Nộp hồ sơ", **fields})
    sample = {name: value for name, value in given.items() if name.endswith(f"-{office.account_id}")}
    more = {name.replace(str(office.account_id), str(page_id)): value for name, value in sample.items()}
    return {**given, **more, "account": [str(page_id)]}


def shown(office: Office, browser: FlaskClient, page_id: int, **fields: object) -> str:
    answer = browser.post("/desk/xem-truoc", data=form(office, page_id, **fields), headers={"X-Fragment": "1"})
    assert answer.status_code == 200
    return answer.text


def images(office: Office, count: int) -> dict[str, list[str]]:
    with office.writing() as session:
        rows = [
            store_image(session, office.world.files, None, f"{n}.jpg", picture(size=(60 + n, 40)).read())
            for n in range(count)
        ]
        return {"image": [row.sha256 for row in rows], "alt": [f"Ảnh {n}" for n in range(count)]}


def test_a_long_message_is_folded_between_two_words(office: Office, sign_in: SignIn, page_id: int) -> None:
    page = shown(office, sign_in("editor"), page_id, body=LONG)
    assert 'class="fb-post"' in page and "Trang phường Mẫu" in page and "Xem thêm" in page
    before, rest = re.findall(r'<span class="fb-lines">(.*?)</span>', page, re.DOTALL)
    assert len(before) <= FOLDED_AFTER and rest.startswith(" ") and not before.endswith(" ")
    assert (before + rest).startswith("Nộp hồ sơ\n\nNgười dân")


def test_a_short_message_is_shown_whole(office: Office, sign_in: SignIn, page_id: int) -> None:
    page = shown(office, sign_in("editor"), page_id, body="Ngắn gọn.")
    assert "Ngắn gọn." in page and "Xem thêm" not in page


def test_characters_are_counted_as_facebook_counts_them(office: Office, sign_in: SignIn, page_id: int) -> None:
    def count(body: str) -> int:
        found = re.search(r"([\d.]+)/63\.206 ký tự", shown(office, sign_in("editor"), page_id, body=body))
        assert found
        return int(found[1].replace(".", ""))

    assert count("a😀") == count("abc"), "an emoji is two UTF-16 units"
    assert registry()["facebook"].limits.count("a😀") == 3 and registry()["portal"].limits.count("a😀") == 2
    assert LONGEST == 63_206


@pytest.mark.parametrize(("count", "drawn", "more"), [(1, 1, ""), (3, 3, ""), (5, 5, ""), (8, 5, "+3")])
def test_pictures_stand_in_a_grid_of_at_most_five(
    office: Office, sign_in: SignIn, page_id: int, count: int, drawn: int, more: str
) -> None:
    page = shown(office, sign_in("editor"), page_id, body="Có ảnh.", **images(office, count))
    assert f"fb-photos-{drawn}" in page and page.count('class="fb-photo"') == drawn
    assert 'alt="Ảnh 0"' in page and (more in page if more else "fb-count" not in page)


def test_what_is_broken_is_named_at_its_field_before_and_at_submission(
    office: Office, sign_in: SignIn, page_id: int
) -> None:
    browser = sign_in("editor")
    page = shown(office, browser, page_id, body="x" * 60_001)
    assert 'data-breach="body"' in page and "60.001 ký tự, kênh nhận tối đa 60.000" in page
    page = shown(office, browser, page_id, body="Ngắn", **{"body-facebook": "😀" * 30_001})
    assert 'data-breach="body-facebook"' in page and "60.002 ký tự" in page
    answer = write(browser, form(office, page_id, body="x" * 60_001, act="submit"))
    told = words(answer)
    assert answer.status_code == 422 and "Trang phường Mẫu: Nội dung dài 60.001 ký tự" in told
    assert 'id="fault-body"' in answer.text
    assert write(browser, form(office, page_id, body="x" * 60_001, act="save")).status_code == 302, "a draft may"
    answer = write(browser, form(office, page_id, body="Ngắn", act="submit", **images(office, 11)))
    assert answer.status_code == 422 and "Có 11 ảnh, kênh nhận tối đa 10" in words(answer)


def test_the_drawing_is_made_of_what_is_approved(office: Office, sign_in: SignIn, page_id: int) -> None:
    post_id = office.scheduled("Bản đã duyệt", account_id=page_id, body=LONG)
    [delivery] = office.deliveries(post_id)
    page = sign_in("editor").get(f"/desk/bai/{post_id}/da-duyet/{delivery.id}")
    assert page.status_code == 200 and 'class="fb-post"' in page.text and "Bản đã duyệt" in page.text


def test_a_zalo_article_is_drawn_as_its_list_shows_it() -> None:
    article = (
        '{"title": "Nộp hồ sơ", "description": "Mấy câu đầu", "author": "UBND phường Mẫu", '
        '"cover": {"photo_url": "cover.png"}, "body": []}'
    )
    parts = (
        Part("article.json", "application/json", article.encode()),
        Part("preview.html", "text/html", b"<p>x</p>"),
        Part("cover.png", "image/png", b"\x89PNG"),
    )
    card = card_of(Rendered(parts))
    assert card is not None and (card.kind, card.title, card.author) == ("zalo", "Nộp hồ sơ", "UBND phường Mẫu")
    assert card.characters == 9 and card.pictures[0].address.startswith("data:image/png;base64,")
    assert card_of(Rendered((Part("page.json", "application/json", b"{}"),))) is None
