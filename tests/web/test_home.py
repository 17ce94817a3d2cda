"""The desk's first page: what waits for this person, today, the days ahead, and the numbers around every page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from publisher import clock
from publisher.clock import local_day
from publisher.editorial import review
from publisher.model import Post
from tests.factories import Office, in_minutes
from tests.web.desk import other_unit, words
from tests.web.ops import counted, put
from tests.web.test_calendar import proposal

SignIn = Callable[[str], FlaskClient]


def sent_back(office: Office, title: str) -> None:
    post_id = office.draft(title)
    office.submit(post_id)
    with office.writing() as session:
        post = session.get_one(Post, post_id)
        review.return_(session, office.person(session, "approver"), post, post.revision, "Thiếu căn cứ.")


def test_an_empty_desk_says_what_to_do(sign_in: SignIn) -> None:
    page = words(sign_in("editor").get("/desk/"))
    assert "Hôm nay không có bài nào phát hành" in page and "Viết bài" in page


def test_the_approver_sees_what_waits_for_approval_and_the_editor_what_was_sent_back(
    office: Office, sign_in: SignIn
) -> None:
    office.submit(office.draft("Bài chờ duyệt", due_at=in_minutes(90)))
    sent_back(office, "Bài bị trả lại")
    approver = words(sign_in("approver").get("/desk/"))
    assert "1 bài chờ duyệt" in approver and "Bài chờ duyệt" in approver and "Bài bị trả lại" in approver
    editor = sign_in("editor").get("/desk/").text
    assert "Bài bị trả lại" in editor and "/desk/duyet" not in editor


def test_today_and_the_days_ahead_are_listed_apart(office: Office, sign_in: SignIn) -> None:
    office.published("Hôm nay đã đăng")
    office.scheduled("Ba ngày nữa", due_at=clock.now() + timedelta(days=3))
    office.scheduled("Mười ngày nữa", due_at=clock.now() + timedelta(days=10))
    page = words(sign_in("editor").get("/desk/"))
    assert page.index("Hôm nay đã đăng") < page.index("Sáu ngày tới") < page.index("Ba ngày nữa")
    assert "Mười ngày nữa" not in page


def test_a_crowded_day_folds_into_a_link_to_its_list(office: Office, sign_in: SignIn) -> None:
    there = clock.now() + timedelta(days=2)
    for number in range(10):
        office.scheduled(f"Bài {number}", due_at=there)
    page = sign_in("editor").get("/desk/").text
    day = local_day(there, office.installation.config.zone)
    assert "+2 mục nữa" in page and f"/desk/lich?view=list&amp;day={day}" in page


def test_what_plans_propose_stands_below_the_posts(office: Office, sign_in: SignIn) -> None:
    slot = proposal(office, local_day(clock.now(), office.installation.config.zone) + timedelta(days=2))
    page = sign_in("editor").get("/desk/").text
    assert page.index("Sáu ngày tới") < page.index("Kế hoạch đề xuất") < page.index(f"slot={slot}")
    assert f"slot={slot}" not in sign_in("reporter").get("/desk/").text


def test_what_needs_a_person_is_counted_on_every_page(office: Office, sign_in: SignIn) -> None:
    post_id = office.scheduled("Không gửi được", due_at=in_minutes(5))
    put(office, office.deliveries(post_id)[0].id, state="failed", wake_at=None)
    office.submit(office.draft("Chờ duyệt"))
    approver = sign_in("approver")
    for path in ("/desk/", "/desk/lich", "/desk/bai", "/desk/ke-hoach", "/mat-khau"):
        assert approver.get(path).text.count('class="nav-count">1<') == 2, path


def test_the_navigation_offers_only_what_one_may_open(sign_in: SignIn) -> None:
    editor, administrator = sign_in("editor").get("/desk/").text, sign_in("administrator").get("/desk/").text
    assert 'href="/admin/"' in administrator and 'href="/admin/"' not in editor
    assert 'href="/desk/bai/moi"' in editor and 'href="/desk/bai/moi"' not in administrator


@pytest.mark.parametrize(
    ("path", "place"),
    [("/desk/", "/desk/"), ("/desk/lich", "/desk/lich"), ("/desk/bai/moi", "/desk/bai"), ("/desk/bai", "/desk/bai")],
)
def test_the_navigation_says_where_one_is(sign_in: SignIn, path: str, place: str) -> None:
    current = f'class="nav-link here" href="{place}" aria-current="{"page" if path == place else "true"}"'
    page = sign_in("editor").get(path).text
    assert page.count(current) == page.count('class="nav-link here"') == 1


def test_a_stranger_sees_nothing_of_another_unit(office: Office, sign_in: SignIn) -> None:
    other_unit(office)
    office.submit(office.draft("Của phường Mẫu"))
    sent_back(office, "Cũng của phường Mẫu")
    stranger = sign_in("editor").application.test_client()
    stranger.post("/login", data={"email": "editor@khac.example", "password": "mat-khau-thu-nghiem"})
    page = stranger.get("/desk/").text
    assert "phường Mẫu" not in page and "nav-count" not in page


def test_the_page_costs_the_same_queries_however_much_waits(office: Office, sign_in: SignIn) -> None:
    approver, costs = sign_in("approver"), []
    for posts in (1, 8):
        for number in range(posts):
            office.submit(office.draft(f"Chờ duyệt {number}"))
            office.scheduled(f"Hôm nay {number}", due_at=in_minutes(1))
            sent_back(office, f"Trả lại {number}")
        with counted(office) as asked:
            assert approver.get("/desk/").status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 12, costs


def test_the_numbers_around_a_page_cost_at_most_four_queries(sign_in: SignIn, office: Office) -> None:
    approver = sign_in("approver")
    with counted(office) as asked:
        approver.get("/mat-khau")
    assert len(asked) <= 5, "who is asking, and the four around the page"
