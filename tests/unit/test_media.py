"""Pictures: what is taken, what is refused and why, and that nothing of the camera's notes stays."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms
from sqlalchemy import func, select

from publisher import media
from publisher.model import Media
from publisher.refusal import Refused
from tests.factories import Office


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    data = io.BytesIO()
    Image.new(mode, size, options.pop("colour", "red")).save(data, kind, **options)
    return data.getvalue()


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 90).convert("RGB")


def opened(taken: media.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(taken.data))
    image.load()
    return image


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes that unpacks to width × height grey points."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(width + 1)) for _row in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "name", "stored"),
    [
        ("JPEG", "le-khai-mac.JPG", "image/jpeg"),
        ("PNG", "so-do.png", "image/png"),
        ("WEBP", "anh.webp", "image/png"),
        ("GIF", "dong.gif", "image/png"),
    ],
)
def test_the_four_kinds_are_taken_and_become_what_every_outlet_accepts(kind: str, name: str, stored: str) -> None:
    taken = media.read_image(name, picture(kind))
    assert (taken.media_type, taken.width, taken.height) == (stored, 60, 40)
    assert opened(taken).size == (60, 40)


def test_a_photograph_loses_its_place_data_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Máy ảnh mẫu"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    taken = media.read_image("hien-truong.jpg", picture(exif=exif.tobytes()))
    assert (taken.width, taken.height) == (40, 60)
    assert not opened(taken).getexif() and b"Exif" not in taken.data


def test_a_large_picture_is_scaled_to_two_thousand_points_and_stays_light() -> None:
    data = io.BytesIO()
    noise((3000, 1500)).save(data, "JPEG", quality=95)
    taken = media.read_image("toan-canh.jpg", data.getvalue())
    assert (taken.width, taken.height) == (2000, 1000)
    assert len(taken.data) <= media.LIGHT


def test_a_heavy_drawing_becomes_a_photograph_on_white() -> None:
    data = io.BytesIO()
    image = noise((1500, 1500))
    image.putalpha(0)
    image.save(data, "PNG")
    taken = media.read_image("nen.png", data.getvalue())
    assert taken.media_type == "image/jpeg"
    assert opened(taken).getpixel((5, 5)) == (255, 255, 255)


def test_transparency_of_a_drawing_is_kept() -> None:
    taken = media.read_image("logo.png", picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(taken).getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "I;16"])
def test_every_colour_mode_of_png_is_understood(mode: str) -> None:
    data = io.BytesIO()
    Image.new(mode, (20, 20)).save(data, "PNG")
    assert opened(media.read_image("a.png", data.getvalue())).mode in {"RGB", "RGBA"}


def test_a_sixteen_bit_grey_keeps_its_shade() -> None:
    data = io.BytesIO()
    Image.new("I;16", (20, 20), 32768).save(data, "PNG")
    assert opened(media.read_image("a.png", data.getvalue())).getpixel((3, 3)) == (128, 128, 128)


def test_print_colours_and_profiles_are_converted() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile = media.read_image("a.jpg", picture(icc_profile=srgb))
    broken_profile = media.read_image("a.jpg", picture(icc_profile=b"no profile"))
    for taken in (with_profile, broken_profile, media.read_image("b.jpg", picture(mode="CMYK", colour=(0, 0, 0, 0)))):
        assert opened(taken).mode == "RGB" and "icc_profile" not in opened(taken).info


def test_only_the_first_frame_of_a_moving_picture_is_kept() -> None:
    data = io.BytesIO()
    first, second = Image.new("RGB", (10, 10), "red"), Image.new("RGB", (10, 10), "blue")
    first.save(data, "GIF", save_all=True, append_images=[second])
    still = opened(media.read_image("dong.gif", data.getvalue()))
    assert still.convert("RGB").getpixel((1, 1)) == (255, 0, 0) and getattr(still, "n_frames", 1) == 1


def test_a_false_extension_is_refused_with_what_the_file_really_is() -> None:
    with pytest.raises(Refused, match=r"«anh\.jpg» có đuôi \.jpg nhưng thực ra là ảnh PNG.*đổi đuôi thành \.png"):
        media.read_image("C:\\Ảnh\\anh.jpg", picture("PNG"))


@pytest.mark.parametrize(
    ("data", "really"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "SVG"),
        (b"<html><script>alert(1)</script>", "HTML"),
        (b"%PDF-1.7 ...", "tài liệu PDF"),
        (b"PK\x03\x04" + b"\0" * 60, "tệp nén ZIP"),
        (b"MZ" + b"\0" * 60, "chương trình Windows"),
        (picture("BMP"), "ảnh BMP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "HEIC"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 40, "phim"),
        (b"xin chao", "không phải ảnh"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(data: bytes, really: str) -> None:
    with pytest.raises(Refused, match=really) as refused:
        media.read_image("anh.jpg", data)
    assert "«anh.jpg»" in refused.value.message and refused.value.field == "images"


def test_a_picture_with_a_program_behind_it_is_stored_without_the_program() -> None:
    taken = media.read_image("anh.png", picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in taken.data


@pytest.mark.parametrize("size", [(10_000, 10_000), (30_000, 30_000)])
def test_a_small_file_that_unpacks_to_a_hundred_million_points_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Refused, match=r"quá nhiều điểm ảnh \(tối đa 40 triệu\)"):
        media.read_image("bom.png", bomb(*size))


def test_bounds_and_broken_files_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"«to\.jpg» nặng 16 MB, mỗi ảnh tối đa 15 MB"):
        media.read_image("to.jpg", bytes(15_000_001))
    with pytest.raises(Refused, match=r"«rong\.jpg» trống"):
        media.read_image("rong.jpg", b"")
    with pytest.raises(Refused, match=r"«cut\.jpg» bị hỏng"):
        media.read_image("cut.jpg", picture(size=(400, 400))[:700])


def test_the_same_picture_twice_is_one_row_and_one_file(office: Office) -> None:
    for _turn in range(2):
        with office.writing() as session:
            row = media.store_image(session, office.world.files, office.people["editor"], "ảnh.jpg", picture())
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1
    assert len(office.world.files.get(row.sha256)) == row.size
