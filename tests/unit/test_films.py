"""Uploaded films: told by their content, bounded, freed of the place they were taken in."""

import struct
from io import BytesIO

import pytest

from publisher.files import sha256
from publisher.media.films import LARGEST_FILM, keep_film, store_film
from publisher.media.mp4 import MOST_BOXES
from publisher.model import Media
from publisher.refusal import Missing, Refused
from tests.factories import Office
from tests.films import PLACE, box, film_bytes, ftyp, large, mdat, moov, mvhd, placed, tkhd, trak

WEBM = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(300)


def store(office: Office, data: bytes, name: str = "phim.mp4"):
    return store_film(office.world.files, name, BytesIO(data))


def refused(office: Office, data: bytes, name: str = "phim.mp4") -> str:
    with pytest.raises(Refused) as caught:
        store(office, data, name)
    assert caught.value.field == "video" and name.rpartition("/")[2] in caught.value.message
    assert not [path for path in office.world.files.folder.rglob("*") if path.is_file()], "nothing of it is stored"
    return caught.value.message


def test_a_film_is_stored_with_its_frame_and_length(office: Office) -> None:
    data = film_bytes()
    film = store(office, data)
    assert (film.width, film.height, film.seconds, film.size) == (640, 360, 66, len(data))
    assert office.world.files.get(film.sha256) == data and film.sha256 == sha256(data)


def test_the_same_film_twice_is_one_row(office: Office) -> None:
    with office.writing() as session:
        first = keep_film(session, None, store(office, film_bytes()))
        again = keep_film(session, None, store(office, film_bytes(), "tên khác.mp4"))
        assert first is again and first.seconds == 66 and first.name == "phim.mp4"


def test_a_film_held_upright_and_sizes_in_64_bits_are_read(office: Office) -> None:
    track = trak(head=tkhd(1280, 720, upright=True))
    film = store(office, ftyp() + large(b"moov", mvhd(7.2) + trak(b"mp4a", b"soun", head=tkhd(0, 0)) + track) + mdat())
    assert (film.width, film.height, film.seconds) == (720, 1280, 8)


def test_where_a_film_was_taken_is_blanked_and_no_other_byte_moves(office: Office) -> None:
    data = placed()
    film = store(office, data)
    kept = office.world.files.get(film.sha256)
    assert data.count(PLACE) == 6 and PLACE not in kept
    assert len(kept) == len(data) and kept.index(b"mdat") == data.index(b"mdat")
    assert kept[kept.index(b"mdat") :] == data[data.index(b"mdat") :]
    assert not any(name in kept for name in (b"udta", b"meta", b"uuid", b"\xa9xyz", b"loci"))
    assert store(office, kept).sha256 == film.sha256, "a film without notes is left as it is"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "trống"),
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(200), "phim AVI"),
        (WEBM, "phim WebM"),
        (b"GIF89a" + bytes(100), "không phải phim MP4"),
        (b"phim", "không phải phim MP4"),
        (ftyp(b"qt  ") + moov() + mdat(), "MOV (QuickTime)"),
        (moov() + mdat(), "MOV (QuickTime)"),
        (ftyp(b"heic", b"mif1") + moov() + mdat(), "không phải phim MP4"),
        (ftyp() + moov(track=trak(b"hvc1")) + mdat(), "HEVC (H.265)"),
        (ftyp() + moov(track=trak(b"vp09")) + mdat(), "VP9"),
        (ftyp() + moov(trak(b"gpmd", b"meta")) + mdat(), "dữ liệu định vị"),
        (ftyp() + mdat(), "thiếu phần mục lục"),
        (ftyp() + moov(), "bị cụt"),
        (film_bytes()[:-1], "bị cụt"),
        (film_bytes(b"\x00\x00\x00"), "bị cụt"),
        (film_bytes(b"\x00\x00\x00\x01free"), "bị hỏng"),
        (ftyp() + box(b"moov", mvhd(), box(b"trak", bytes(8), size=2**31)) + mdat(), "bị hỏng"),
        (ftyp() + box(b"moov", mvhd(), box(b"trak", size=7)) + mdat(), "bị hỏng"),
        (ftyp() + box(b"moov", mvhd(), struct.pack(">I4sQ", 1, b"trak", 2**63)) + mdat(), "bị hỏng"),
        (ftyp() + box(b"moov", mvhd(), struct.pack(">I4s", 0, b"trak")) + mdat(), "bị hỏng"),
        (ftyp() + box(b"moov", box(b"mvhd", bytes(8)), trak()) + mdat(), "bị hỏng"),
        (ftyp() + moov(track=trak(head=box(b"tkhd", bytes(50)))) + mdat(), "bị hỏng"),
        (struct.pack(">I4s4s", 2**32 - 1, b"ftyp", b"isom") + moov() + mdat(), "bị hỏng"),
        (ftyp() + moov(track=trak(b"mp4a", b"soun", head=tkhd(0, 0))) + mdat(), "không có hình"),
        (ftyp() + moov(track=trak(head=tkhd(30_000, 10))) + mdat(), "không có hình"),
        (ftyp() + moov(head=mvhd(0)) + mdat(), "thời lượng"),
        (ftyp() + moov(head=mvhd(65, scale=0)) + mdat(), "thời lượng"),
    ],
)  # fmt: skip
def test_what_is_no_whole_mp4_film_is_refused_by_its_content(office: Office, data: bytes, said: str) -> None:
    message = refused(office, data)
    assert said in message and message.endswith("."), message


def test_a_file_name_that_lies_changes_nothing(office: Office) -> None:
    assert "phim AVI" in refused(office, b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(200), "C:/may-quay/phim đẹp.mp4")
    assert store(office, film_bytes(), "ten-la.bin").width == 640


def test_boxes_in_boxes_end_after_a_few_reads(office: Office) -> None:
    deep = b""
    for _level in range(3_000):
        deep = box(b"trak", deep)
    assert "bị hỏng" in refused(office, ftyp() + moov(deep) + mdat())


def test_a_million_boxes_end_after_a_few_reads(office: Office) -> None:
    assert "bị hỏng" in refused(office, film_bytes(box(b"free") * (MOST_BOXES + 1)))


def test_a_film_heavier_than_zalo_takes_is_refused_before_it_is_read(office: Office) -> None:
    heavy = film_bytes(weight=LARGEST_FILM)
    assert "nặng 51 MB, mỗi phim tối đa 50 MB" in refused(office, heavy)


def test_a_stored_film_is_opened_checked_and_a_changed_one_is_missing(office: Office) -> None:
    film = store(office, film_bytes())
    with office.world.files.open(film.sha256) as stream:
        assert stream.read() == film_bytes()
    office.world.files.path(film.sha256).write_bytes(film_bytes(weight=500))
    with pytest.raises(Missing, match="đã bị thay đổi"):
        office.world.files.open(film.sha256)
    office.world.files.path(film.sha256).unlink()
    with pytest.raises(Missing, match="thiếu tệp"):
        office.world.files.open(film.sha256)


def test_only_films_have_a_length(office: Office) -> None:
    with office.writing() as session:
        row = keep_film(session, None, store(office, film_bytes()))
        assert isinstance(row, Media) and row.media_type == "video/mp4"
