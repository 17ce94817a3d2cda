"""Films at the desk and on the portal: uploaded, shown, sent in pieces, and public only with their page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from channels.base import Post as Seen
from channels.base import Video
from channels.facebook import Facebook
from channels.radio import Radio
from channels.zalo import Zalo
from publisher.delivery.outlets import stored
from publisher.editorial.rendering import breached, cautions
from publisher.model import Delivery, Media, Post, Rendering, Version
from tests import films
from tests.factories import Office
from tests.web.desk import edit_form, picture, rows, the_post, typed, words, write
from tests.web.portal import correct, published, withdraw
from tests.web.portal import picture as stored_picture

SignIn = Callable[[str], FlaskClient]
FILM = films.film_bytes(weight=5_000)


def send(browser: FlaskClient, data: bytes, name: str = "phim.mp4", address: str = "/desk/phim") -> Any:
    # In memory: the test client puts long forms into a file left open.
    boundary, body = encode_multipart({"file": FileStorage(BytesIO(data), name)})
    return browser.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def get(browser: FlaskClient, address: str, **more: Any) -> Any:
    """Ask for a film; the file behind the answer is read and closed, as a server does."""
    answer = browser.get(address, **more)
    answer.get_data()
    answer.close()
    return answer


# The desk


def test_the_script_s_upload_answers_what_was_stored(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    told = send(browser, FILM, "Hướng dẫn.mp4").get_json()
    assert (told["width"], told["height"], told["name"], told["told"]) == (640, 360, "Hướng dẫn.mp4", "1:06, 6 KB")
    assert get(browser, told["url"]).data == FILM
    piece = get(browser, told["url"], headers={"Range": "bytes=10-19"})
    assert piece.status_code == 206 and piece.data == FILM[10:20]
    with office.reading() as session:
        assert session.get_one(Media, told["sha256"]).seconds == 66


def test_a_bad_film_is_refused_in_words_and_nothing_is_stored(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    before = rows(office)
    for data, said in ((b"", "trống"), (FILM[:-5], "bị cụt"), (b"khong phai phim", "không phải phim MP4")):
        answer = send(browser, data)
        assert answer.status_code == 422 and said in answer.get_json()["error"]
    assert browser.post("/desk/phim", data={}).get_json()["error"] == "Hãy chọn một phim."
    assert rows(office) == before


def test_films_are_sent_by_writers_alone(office: Office, sign_in: SignIn, visitor: FlaskClient) -> None:
    assert send(visitor, FILM).status_code == 401
    assert send(sign_in("station"), FILM).status_code == 403
    assert rows(office)["media"] == 0


def test_this_address_alone_takes_fifty_megabytes_and_from_staff_alone(
    office: Office, sign_in: SignIn, visitor: FlaskClient
) -> None:
    browser = sign_in("editor")
    heavy = films.film_bytes(weight=49_900_000)
    assert send(browser, heavy).status_code == 200
    assert send(visitor, heavy).status_code == 401
    assert send(browser, heavy, address="/desk/anh").status_code == 413
    assert send(browser, films.film_bytes(weight=52_000_000)).status_code == 413


def test_a_post_keeps_its_film_and_loses_it_again(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("editor")
    sha256 = send(browser, FILM).get_json()["sha256"]
    write(browser, typed(office, video=sha256, video_alt="Quầy Một cửa"))
    post = the_post(office)
    [version] = versions(office, post.id)
    assert version.video == {
        "sha256": sha256, "media_type": "video/mp4", "size": len(FILM), "width": 640, "height": 360, "seconds": 66,
        "alt": "Quầy Một cửa",
    }  # fmt: skip
    page = browser.get(f"/desk/bai/{post.id}/sua").text
    assert f'name="video" value="{sha256}"' in page and f'src="/desk/anh/{sha256}"' in page and "1:06, 6 KB" in page
    assert "<video" in browser.get(f"/desk/bai/{post.id}").text
    kept = edit_form(office, post.id, video=sha256, video_alt="Quầy Một cửa")
    browser.post(f"/desk/bai/{post.id}/sua", data={**kept, "act": "save"})
    assert len(versions(office, post.id)) == 1, "nothing changed"
    browser.post(f"/desk/bai/{post.id}/sua", data={**kept, "remove_video": "1"})
    assert [one.video and one.video["sha256"] for one in versions(office, post.id)] == [sha256, None]


def test_without_scripts_the_form_itself_brings_the_film(office: Office, sign_in: SignIn) -> None:
    write(sign_in("editor"), typed(office, new_video=(BytesIO(FILM), "phim.mp4"), video_alt="Một phút"))
    [version] = versions(office, the_post(office).id)
    assert version.video is not None and version.video["alt"] == "Một phút"


def test_a_bad_film_in_the_form_leaves_the_text_where_it_is(office: Office, sign_in: SignIn) -> None:
    form = typed(office, new_video=(BytesIO(b"MOV"), "phim.mov"), new_image=(picture(), "anh.jpg"), new_alt="Ảnh")
    answer = write(sign_in("editor"), form)
    assert answer.status_code == 422 and "không phải phim MP4" in words(answer)
    assert "Nộp hồ sơ trực tuyến chỉ với vài bước" in answer.text
    assert 'name="image"' in answer.text.partition("<template")[0], "the picture sent along is not lost"


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "../../keys"])
def test_a_film_that_is_not_in_the_store_is_no_film_of_a_post(office: Office, sign_in: SignIn, sha256: str) -> None:
    write(sign_in("editor"), typed(office, video=sha256))
    assert versions(office, the_post(office).id)[0].video is None


def test_a_picture_is_no_film_and_a_film_no_picture(office: Office, sign_in: SignIn) -> None:
    photo, film = stored_picture(office), films.stored(office)
    write(sign_in("editor"), typed(office, video=photo["sha256"], image=[film["sha256"]], alt=["Phim"]))
    [version] = versions(office, the_post(office).id)
    assert version.video is None and version.images == []


def versions(office: Office, post_id: int) -> list[Version]:
    with office.reading() as session:
        return list(session.scalars(select(Version).where(Version.post_id == post_id).order_by(Version.number)))


def test_the_preview_shows_that_a_film_goes_along(office: Office, sign_in: SignIn) -> None:
    film = films.stored(office)
    page = sign_in("editor").post("/desk/xem-truoc", data=typed(office, video=film["sha256"])).text
    assert f"/desk/anh/{film['sha256']}" in page and 'src="/phim/' not in page and "src=&#34;/phim/" not in page


# Limits


def seen(size: int = 5_000, images: tuple[Any, ...] = ()) -> Seen:
    film = Video("a" * 64, "video/mp4", size, 640, 360, 66)
    return Seen(1, "bai", "Bài", "<p>Chữ</p>", "Chữ", "", "", "UBND phường Mẫu", "", images=images, video=film)


def test_an_outlet_that_takes_no_film_says_so_and_takes_the_post() -> None:
    assert breached(seen(), Radio.limits) == []
    [told] = cautions(seen(), Radio.limits)
    assert "không kèm phim" in told
    assert cautions(seen(), Facebook.limits) == cautions(seen(), Zalo.limits) == ()


def test_what_zalo_needs_of_a_film_is_named_before_it_is_submitted() -> None:
    assert [field for field, _said in breached(seen(), Zalo.limits)] == ["images"]
    [(field, said)] = breached(seen(51_000_000, ("ảnh",)), Zalo.limits)
    assert field == "video" and "nặng 51 MB, kênh nhận tối đa 50 MB" in said
    assert breached(seen(51_000_000), Facebook.limits) == []


# Approval


def test_what_is_approved_names_the_very_bytes_of_the_film(office: Office) -> None:
    film = films.stored(office)
    hashes = set()
    for video in (film, {**film, **{k: films.stored(office, FILM)[k] for k in ("sha256", "size")}}, None):
        post_id = office.scheduled("Bài mẫu", video=video)
        with office.reading() as session:
            rendering = session.scalars(
                select(Rendering).join(Delivery, Delivery.rendering_id == Rendering.id)
                .where(Delivery.post_id == post_id)
            ).one()  # fmt: skip
            page = stored(office.world.files, rendering).part("article.html").data.decode()
        assert ("<video" in page) is bool(video) and (not video or f"/phim/{video['sha256']}" in page)
        hashes.add(rendering.sha256)
    assert len(hashes) == 3


# The portal


def test_a_film_of_a_public_page_is_sent_whole_and_in_pieces(office: Office, visitor: FlaskClient) -> None:
    film, photo = films.stored(office, FILM), stored_picture(office)
    slug = published(office, "Bài có phim", images=[photo], video=film)
    page = visitor.get(f"/tin/{slug}")
    assert 'controls preload="none"' in page.text and f'poster="/anh/{photo["sha256"]}"' in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.text.count(f'/anh/{photo["sha256"]}"') >= 1
    address = f"/phim/{film['sha256']}"
    whole = get(visitor, address)
    assert whole.data == FILM and whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.cache_control.public
    piece = get(visitor, address, headers={"Range": "bytes=100-199"})
    assert (piece.status_code, piece.data) == (206, FILM[100:200])
    assert piece.headers["Content-Range"] == f"bytes 100-199/{len(FILM)}"
    assert get(visitor, address, headers={"Range": "bytes=-10"}).data == FILM[-10:]
    assert get(visitor, address, headers={"Range": f"bytes={len(FILM)}-"}).status_code == 416
    assert get(visitor, address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    head = visitor.head(address)
    head.close()
    assert head.status_code == 200 and head.content_length == len(FILM) and not head.data


def test_a_film_of_a_draft_is_for_staff_alone(office: Office, visitor: FlaskClient, sign_in: SignIn) -> None:
    film = films.stored(office, FILM)
    office.scheduled("Bài chưa đến giờ", office_time(office), video=film)
    address = f"/phim/{film['sha256']}"
    assert get(visitor, address).status_code == 404
    shown = get(sign_in("editor"), address, headers={"Range": "bytes=0-9"})
    assert shown.status_code == 206 and shown.cache_control.private and not shown.cache_control.public


def office_time(office: Office) -> Any:
    from tests.factories import in_minutes

    return in_minutes(60)


def test_a_film_goes_with_the_page_that_was_withdrawn_or_corrected(office: Office, visitor: FlaskClient) -> None:
    gone, wrong = films.stored(office, FILM), films.stored(office, films.film_bytes(weight=404))
    withdraw(office, published(office, "Bài thu hồi", video=gone))
    slug = published(office, "Bài đính chính", video=wrong)
    correct(office, slug, "Bỏ phim.", video=None)
    for film in (gone, wrong):
        assert visitor.get(f"/phim/{film['sha256']}").status_code == 404


def test_no_other_file_comes_out_at_the_address_of_films(office: Office, visitor: FlaskClient) -> None:
    photo = stored_picture(office)
    film = films.stored(office, FILM)
    published(office, "Bài có ảnh", images=[photo], video=film)
    for name in ("", "x", "f" * 64, "../../keys/session", photo["sha256"]):
        assert visitor.get(f"/phim/{name}").status_code == 404
    assert visitor.get(f"/anh/{film['sha256']}").status_code == 404


def test_feeds_lead_to_the_film_with_its_whole_address(office: Office, visitor: FlaskClient) -> None:
    film, photo = films.stored(office, FILM), stored_picture(office)
    published(office, "Bài có phim", images=[photo], video=film)
    told = visitor.get("/feed.json").get_json()["items"][0]["content_html"]
    assert f'src="http://localhost/phim/{film["sha256"]}"' in told
    assert f'poster="http://localhost/anh/{photo["sha256"]}"' in told


def test_the_approved_film_can_be_taken_from_its_delivery(office: Office, app: Flask, sign_in: SignIn) -> None:
    values = {"page_id": "100064500000001", "token": "khoa"}
    account = office.add_account("facebook", "Trang", values=values, mode="rehearsal")
    film = films.stored(office, FILM)
    post_id = office.scheduled("Bài có phim", account_id=account, video=film)
    [delivery] = office.deliveries(post_id)
    answer = get(sign_in("editor"), f"/desk/phat-hanh/{delivery.id}/phan/video.mp4?tai=1")
    assert answer.data == FILM and answer.headers["Content-Disposition"].startswith("attachment")
    with office.reading() as session:
        assert session.get_one(Post, post_id).state == "approved"
