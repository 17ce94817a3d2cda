"""The station's own screen through the test client: what it shows, hands out and takes, and to whom."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from publisher.model import BroadcastLog, Edition, Evidence
from tests.factories import PASSWORD, Office, make_person, make_unit
from tests.stations import SATURDAY, Waves, local, on
from tests.web.desk import picture, words

SignIn = Callable[[str], FlaskClient]
FULL = {"status": "full", "started": "05:15", "ended": "05:28"}


@pytest.fixture
def waves(office: Office) -> Waves:
    made = Waves(office)
    made.slot("05:15", 15)
    made.slot("16:45", 15, "phát thanh buổi chiều")
    with on(SATURDAY, "01:00"):
        made.approved("Nộp hồ sơ trực tuyến", local(SATURDAY, "05:15"), "Nộp tại dichvucong.gov.vn từ 7h30.")
    return made


def key(waves: Waves) -> str:
    with on(SATURDAY, "01:00"):
        return waves.day(SATURDAY)[0].key


def at(waves: Waves, rest: str = "") -> str:
    return f"/radio/{waves.account_id}/{key(waves)}{rest}"


def test_a_stations_people_land_on_their_own_screen_and_have_no_desk(waves: Waves, app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/login", data={"email": waves.office.email("station"), "password": PASSWORD})
    assert answer.headers["Location"] == "/radio/"
    with on(SATURDAY, "04:50"):
        page = words(client.get("/radio/"))
    assert "Hôm nay, thứ bảy 21/11/2026" in page.replace("Hôm nay, thứ Bảy", "Hôm nay, thứ bảy")
    assert "Nộp hồ sơ trực tuyến" in page and "phát thanh buổi chiều" in page
    for address in ("/desk/", "/desk/bai", "/desk/hop-viec", "/desk/phat-thanh/", "/admin/", "/desk/lich"):
        assert client.get(address, follow_redirects=True).status_code == 403, address


def test_a_station_account_sees_nothing_of_another_station(waves: Waves, app: Flask) -> None:
    office = waves.office
    with office.writing() as session:
        unit = make_unit(session, "phuong-khac", "UBND phường Khác")
        make_person(session, "dai@khac.example", "Đài khác", {"station": unit})
    client = app.test_client()
    client.post("/login", data={"email": "dai@khac.example", "password": PASSWORD})
    waves.pull(key(waves))
    with on(SATURDAY, "05:40"):
        assert "Chưa có đài nào được giao cho bạn" in words(client.get("/radio/"))
        for address in (
            at(waves),
            at(waves, "/doc"),
            at(waves, "/tep/goi.zip"),
            f"/radio/?dai={waves.account_id}",
            f"/radio/nhat-ky?dai={waves.account_id}",
            f"/radio/nhat-ky.xlsx?dai={waves.account_id}",
        ):
            answer = client.get(address)
            assert answer.status_code == 404 and "Nộp hồ sơ" not in answer.text, address
        for rest, data in (("/lay", {}), ("/nhat-ky", FULL)):
            assert client.post(at(waves, rest), data=data).status_code == 404
    with office.reading() as session:
        assert session.scalars(select(BroadcastLog)).all() == []


def test_pulling_locks_an_edition_and_a_change_shows_until_it_is_pulled_again(waves: Waves, sign_in: SignIn) -> None:
    client = sign_in("station")
    with on(SATURDAY, "04:30"):
        assert client.get(at(waves, "/tep/kich-ban.pdf")).status_code == 422  # nothing pulled yet
        assert client.post(at(waves, "/lay")).status_code == 302
        page = words(client.get(at(waves)))
        assert "Đã lấy, bản 1" in page and "Lấy bản mới" not in page
        text = client.get(at(waves, "/tep/van-ban-doc.txt")).text
        post_id = waves.office.deliveries()[0].post_id
        waves.office.save(post_id, body="Nộp tại dichvucong.gov.vn từ 8h.")
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        page = words(client.get(at(waves)))
        assert "Biên tập đã sửa sau khi đài lấy bản 1" in page and "Bài «Nộp hồ sơ trực tuyến» đã sửa." in page
        assert client.get(at(waves, "/tep/van-ban-doc.txt")).text == text  # the locked edition
        assert "Biên tập đã sửa" in client.get(at(waves, "/doc")).text
        client.post(at(waves, "/lay"))
        assert "từ tám giờ" in client.get(at(waves, "/tep/van-ban-doc.txt")).text
        assert "Đã lấy, bản 2" in words(client.get(at(waves)))


def test_the_packet_holds_every_file_of_the_programme(waves: Waves, sign_in: SignIn) -> None:
    client = sign_in("station")
    with on(SATURDAY, "04:30"):
        client.post(at(waves, "/lay"))
        answer = client.get(at(waves, "/tep/goi.zip"))
        assert client.get(at(waves, "/tep/khong-co.exe")).status_code == 404
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packet:
        assert packet.namelist() == [
            "kich-ban.docx", "kich-ban.pdf", "van-ban-doc.txt", "lich-phat.csv", "lich-phat.json", "lich-phat.ics",
        ]  # fmt: skip
        assert packet.read("kich-ban.pdf").startswith(b"%PDF")
        assert "bảy giờ ba mươi phút" in packet.read("van-ban-doc.txt").decode()


def test_reading_mode_shows_every_sentence_and_the_numbers_its_timer_needs(waves: Waves, sign_in: SignIn) -> None:
    with on(SATURDAY, "05:10"):
        page = sign_in("station").get(at(waves, "/doc")).text
    assert "Nộp tại dịch vụ công, chấm gốp, chấm vi en từ bảy giờ ba mươi phút." in page
    assert re.search(r'data-total="[\d.]+"', page) and page.count("data-row") > 5
    assert "js/reading.js" in page and "<script>" not in page


def test_two_taps_write_the_log_and_the_third_page_shows_it(waves: Waves, sign_in: SignIn) -> None:
    client = sign_in("station")
    with on(SATURDAY, "05:16"):
        waves.office.tick()
    with on(SATURDAY, "05:40"):
        assert "Chưa ghi nhật ký" in words(client.get("/radio/"))
        assert client.post(at(waves, "/nhat-ky"), data=FULL).status_code == 302
        page = words(client.get(at(waves)))
        assert "Đã ghi nhật ký: phát đủ." in page and "05:15–05:28" in page
        assert "Chưa ghi nhật ký" not in words(client.get("/radio/"))
        assert "Nộp hồ sơ trực tuyến" in words(client.get("/radio/nhat-ky"))
        assert client.get("/radio/nhat-ky.docx").data.startswith(b"PK")
    assert waves.office.deliveries()[0].state == "confirmed"


def test_evidence_is_kept_and_shown_to_its_station_and_desk_alone(waves: Waves, sign_in: SignIn, app: Flask) -> None:
    client = sign_in("station")
    with on(SATURDAY, "05:40"):
        form = {**FULL, "status": "not_aired", "reason": "mất điện", "evidence": (picture(), "may.jpg")}
        assert client.post(at(waves, "/nhat-ky"), data=form, content_type="multipart/form-data").status_code == 302
        recording = {**FULL, "evidence": (io.BytesIO(b"ID3\x03" + bytes(200)), "thu.mp3")}
        assert client.post(at(waves, "/nhat-ky"), data=recording, content_type="multipart/form-data").status_code == 302
    with waves.office.reading() as session:
        photo, sound = session.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert (photo.media_type, sound.media_type) == ("image/jpeg", "audio/mpeg")
    answer = client.get(f"/radio/minh-chung/{sound.id}")
    assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
    answer = sign_in("editor").get(f"/desk/phat-thanh/minh-chung/{photo.id}")
    assert answer.mimetype == "image/jpeg"
    answer.close()
    assert app.test_client().get(f"/radio/minh-chung/{photo.id}").status_code == 302
    assert client.get("/radio/minh-chung/999").status_code == 404


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"status": "partial"}, "Hãy ghi lý do"),
        ({"status": "full", "started": "5 giờ"}, "Hãy viết dạng 05:15"),
        ({"status": "full", "ended": ""}, "Hãy viết dạng 05:15"),
        ({"status": ""}, "Hãy chọn «Phát đủ»"),
    ],
)
def test_a_refused_log_comes_back_with_the_typed_words(
    waves: Waves, sign_in: SignIn, fields: dict[str, str], says: str
) -> None:
    with on(SATURDAY, "05:40"):
        answer = sign_in("station").post(at(waves, "/nhat-ky"), data={**FULL, "operator": "Lê Văn Mẫu", **fields})
    assert answer.status_code == 422
    assert says in words(answer) and "Lê Văn Mẫu" in answer.text
    with waves.office.reading() as session:
        assert session.scalars(select(BroadcastLog)).all() == session.scalars(select(Edition)).all() == []


def test_a_program_as_evidence_is_refused(waves: Waves, sign_in: SignIn) -> None:
    form = {**FULL, "evidence": (io.BytesIO(b"MZ" + bytes(400)), "anh.jpg")}
    with on(SATURDAY, "05:40"):
        answer = sign_in("station").post(at(waves, "/nhat-ky"), data=form, content_type="multipart/form-data")
    assert answer.status_code == 422 and "không phải ảnh hoặc bản ghi âm" in words(answer)


def test_what_cannot_be_spoken_here_says_what_to_install(waves: Waves, sign_in: SignIn) -> None:
    client = sign_in("station")
    with on(SATURDAY, "04:30"):
        client.post(at(waves, "/lay"))
        answer = client.get(at(waves, "/tep/nghe-thu-giong-may.mp3"))
    assert answer.status_code == 200 and answer.data.startswith(b"ID3")
    assert "giong-may" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("address", ["/radio/nhat-ky?tu=abc", "/radio/nhat-ky?tu=01/01/2020&den=01/01/2026"])
def test_a_span_of_days_that_cannot_be_is_refused(waves: Waves, sign_in: SignIn, address: str) -> None:
    assert sign_in("station").get(address).status_code == 422


@pytest.mark.parametrize("rest", ["/2026-11-21-999", "/khan-1", "/x", "/2026-11-21-1/tep/../../etc", "999/x"])
def test_a_programme_that_is_not_there_is_not_found(waves: Waves, sign_in: SignIn, rest: str) -> None:
    with on(SATURDAY, "05:00"):
        assert sign_in("station").get(f"/radio/{waves.account_id}{rest}").status_code == 404
