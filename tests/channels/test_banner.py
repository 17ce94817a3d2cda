"""The contract of the banner channel: the same bytes, what handing over and taking back do, and what it refuses."""

import csv
import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from channels.banner import FACTS, MANIFEST, Banner
from channels.banner.faces import Face, checked, faces
from channels.banner.settings import SETTINGS
from channels.base import Rejected
from publisher.files import FileStore, sha256
from tests.channels.banner import LINK, channel, post

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
EVERYTHING = (
    "bang-ron-8x1, bang-ron-doc-1x3, phuon-0.8x2.5, pano-3x2, ap-phich-a2, standee-0.8x2, bang-tin-a4, to-roi-a5, "
    "to-gap-a4, led-96x32, led-1920x1080"
)


def standing(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "files").rglob("*") if path.is_file())


def test_the_same_post_renders_to_the_same_bytes_in_another_process_too(tmp_path: Path) -> None:
    item = channel(tmp_path, sheets=EVERYTHING).render(post())
    again = channel(tmp_path, account=8, sheets=EVERYTHING).render(post())
    assert item == again
    script = (
        "from pathlib import Path; from tests.channels.banner import channel, post; "
        f"print(channel(Path({str(tmp_path)!r}), sheets={EVERYTHING!r}).render(post()).sha256)"
    )
    command = [sys.executable, "-c", script]
    other = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        env={**os.environ, "TZ": "America/Lima", "PYTHONHASHSEED": "77"},
    )  # fmt: skip
    assert other.stdout.strip() == item.sha256


def test_every_sheet_has_its_file_and_preview_and_every_screen_its_pictures_and_playlist(tmp_path: Path) -> None:
    item = channel(tmp_path, sheets=EVERYTHING).render(post())
    names = [part.name for part in item.parts]
    facts = json.loads(item.part(FACTS).data)["made"]
    assert len(facts) == 11 and facts[0]["title"] == "Băng rôn ngang 8 × 1 m"
    for fact in facts:
        assert fact["file"] in names and fact["preview"] in names
    assert len(names) == len(set(names))
    text = item.part("text.txt").data.decode()
    assert text.startswith("MỘT TÀI KHOẢN VNeID, AN TOÀN MỌI DỊCH VỤ CÔNG\n")
    assert "Đường dây nóng: 0200.000.101" in text and f"{LINK}?nguon=banner" in text


def test_rendering_touches_nothing(tmp_path: Path) -> None:
    channel(tmp_path).render(post())
    assert standing(tmp_path) == []


def test_files_are_handed_over_and_found_by_their_key_alone(tmp_path: Path) -> None:
    banner = channel(tmp_path)
    item = banner.render(post())
    assert banner.find(item, "khoa-1", {}, SINCE) is None
    receipt = banner.deliver(item, "khoa-1", {})
    assert (receipt.kind, receipt.remote_id) == ("handed_over", "khoa-1")
    assert banner.deliver(item, "khoa-1", {}) == receipt == banner.find(item, "khoa-1", {}, SINCE)
    assert banner.find(item, "khoa-2", {}, SINCE) is None
    folder = tmp_path / "files" / "outlets" / "banner" / "7" / "nop-ho-so-truc-tuyen"
    assert {path.name for path in folder.iterdir()} == {*(part.name for part in item.parts), MANIFEST}
    assert (folder / "sheet-ap-phich-a3.pdf").read_bytes() == item.part("sheet-ap-phich-a3.pdf").data


def test_two_accounts_do_not_see_each_other(tmp_path: Path) -> None:
    banner = channel(tmp_path)
    item = banner.render(post())
    banner.deliver(item, "khoa-1", {})
    assert channel(tmp_path, account=8).find(item, "khoa-1", {}, SINCE) is None


def test_a_correction_takes_the_place_of_the_old_files_also_of_sheets_that_are_no_more(tmp_path: Path) -> None:
    banner = channel(tmp_path, sheets="ap-phich-a3, led-96x32")
    receipt = banner.deliver(banner.render(post()), "khoa-1", {})
    fewer = channel(tmp_path, sheets="ap-phich-a3")
    corrected = fewer.render(post(number=2, slogan="Một phút đánh giá, nhiều việc được cải thiện"))
    amended = fewer.amend(receipt, corrected, "khoa-2")
    assert fewer.amend(receipt, corrected, "khoa-2") == amended
    left = {path.name for path in standing(tmp_path)}
    assert left == {*(part.name for part in corrected.parts), MANIFEST}
    assert fewer.find(corrected, "khoa-2", {}, SINCE) == amended


def test_taking_back_twice_is_taking_back_once(tmp_path: Path) -> None:
    banner = channel(tmp_path)
    item = banner.render(post())
    receipt = banner.deliver(item, "khoa-1", {})
    banner.retract(receipt)
    banner.retract(receipt)
    assert standing(tmp_path) == []
    assert banner.find(item, "khoa-1", {}, SINCE) is None


def test_nobody_is_asked_for_figures(tmp_path: Path) -> None:
    banner = channel(tmp_path)
    assert banner.measure(banner.deliver(banner.render(post()), "khoa-1", {})) == []


def test_a_playlist_holds_its_pictures_in_order_with_seconds_and_the_last_day(tmp_path: Path) -> None:
    item = channel(tmp_path, sheets="led-96x32").render(post(valid_until=date(2026, 12, 31)))
    archive = zipfile.ZipFile(io.BytesIO(item.part("led-96x32.zip").data))
    text = archive.read("lich-phat.csv")
    assert text.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read it as UTF-8"
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert [row["tep"] for row in rows] == [name for name in archive.namelist() if name.endswith(".png")]
    assert " ".join(row["noi_dung"] for row in rows) == "MỘT TÀI KHOẢN VNeID, AN TOÀN MỌI DỊCH VỤ CÔNG"
    assert {row["den_het_ngay"] for row in rows} == {"31/12/2026"}
    assert all(6 <= int(row["giay"]) <= 10 for row in rows)
    assert archive.read(rows[0]["tep"]) == item.part("led-96x32.png").data


@pytest.mark.parametrize("size", ["96x16", "96x32", "192x32", "320x160", "640x320", "1080x1920", "1920x1080"])
def test_a_screen_gets_exactly_its_pixels(tmp_path: Path, size: str) -> None:
    item = channel(tmp_path, sheets=f"led-{size}").render(post())
    pictures = [part for part in item.parts if part.media_type == "image/png"]
    assert pictures
    for part in pictures:
        with Image.open(io.BytesIO(part.data)) as picture:
            assert f"{picture.width}x{picture.height}" == size


def refused(banner: Banner, **changes: object) -> str:
    with pytest.raises(Rejected) as found:
        banner.render(post(**changes))
    return found.value.message


def test_an_empty_slogan_is_refused_but_leaflets_do_without(tmp_path: Path) -> None:
    assert "chưa có khẩu hiệu" in refused(channel(tmp_path), slogan="")
    assert "chưa có khẩu hiệu" in refused(channel(tmp_path, sheets="led-96x32"), slogan=" . ")
    leaflets = channel(tmp_path, sheets="bang-tin-a4, to-roi-a5, to-gap-a4").render(post(slogan=""))
    assert leaflets.part("sheet-to-gap-a4.pdf").data.startswith(b"%PDF")


def test_a_slogan_of_sixty_words_is_refused_with_a_length_that_would_do(tmp_path: Path) -> None:
    said = refused(channel(tmp_path), slogan=" ".join(["cải cách"] * 30))
    assert "dài 60 tiếng" in said and "14 tiếng" in said


def huge_png(width: int, height: int) -> bytes:
    """A picture that claims to be of this size; its points are not there."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def with_logo(folder: Path, data: bytes) -> Banner:
    return channel(folder, logo=FileStore(folder / "files").put(data))


def test_a_logo_of_300_megapixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    said = refused(with_logo(tmp_path, huge_png(20_000, 15_000)))
    assert "300 triệu điểm ảnh" in said and "thu nhỏ" in said


def test_a_logo_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    assert "không phải ảnh" in refused(with_logo(tmp_path, b"<svg onload=alert(1)>"))


def test_a_logo_is_printed_in_the_inks_of_the_press(tmp_path: Path) -> None:
    mark = io.BytesIO()
    Image.new("RGBA", (300, 200), (200, 20, 30, 128)).save(mark, "PNG")
    plain, marked = channel(tmp_path).render(post()), with_logo(tmp_path, mark.getvalue()).render(post())
    pdf = marked.part("sheet-ap-phich-a3.pdf").data
    assert sha256(pdf) != plain.part("sheet-ap-phich-a3.pdf").sha256
    assert b"/DeviceCMYK" in pdf and b"/DeviceRGB" not in pdf


def test_letters_that_no_font_has_are_refused_by_name(tmp_path: Path) -> None:
    assert "«→» (U+2192)" in refused(channel(tmp_path), slogan="Nộp hồ sơ → nhận kết quả")
    assert "U+1F600" in refused(channel(tmp_path, sheets="to-roi-a5"), body_html="<p>Vui \U0001f600</p>")


def test_a_font_without_vietnamese_marks_is_refused() -> None:
    import mplhep_data

    path = Path(mplhep_data.__path__[0]) / "fonts" / "firamath" / "FiraMath-Bold.otf"
    with pytest.raises(Rejected, match=r"thiếu \d+ chữ tiếng Việt"):
        checked(Face("thu", "Fira Math", 700, path))
    for face in faces().values():
        assert checked(face) is face


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sheets": "bang-ron-40x1"}, "từ 0,5 đến 15 m"),
        ({"sheets": "led-4096x9999"}, "4096×2160"),
        ({"sheets": "ap-phich-a9"}, "Không có khổ in"),
        ({"sheets": ""}, "chưa chọn khổ in"),
        ({"sheets": ", ".join(f"bang-ron-{n}x1" for n in range(2, 15))}, "tối đa 12 khổ"),
        ({"sheets": "led-32x16"}, "quá nhỏ cho khẩu hiệu"),
        ({"palette": "#ffff00/#ffffff"}, "tương phản 1,1:1"),
        ({"palette": "cau-vong"}, "Không có bộ màu"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_printed_say_what_would_do(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    assert said in refused(channel(tmp_path, **settings))


def test_the_form_takes_what_the_channel_can_read() -> None:
    import re

    pattern = next(field for field in SETTINGS if field.name == "sheets").pattern
    for good in (EVERYTHING, "ap-phich-a2", "BANG-RON-8x1 ,", "phuon-0.8x2.5,led-192x32"):
        assert re.fullmatch(pattern, good), good
    for bad in ("", "bang-ron", "a4", "led-1920", "bang-ron-8x1 ap-phich-a2", "bang-ron-8x1;ap-phich-a2"):
        assert not re.fullmatch(pattern, bad), bad


def test_what_an_editor_should_know_is_said_before_approval(tmp_path: Path) -> None:
    long = "Công đoàn đồng hành cùng người lao động làm thủ tục hành chính trực tuyến thật dễ dàng"
    warned = " ".join(channel(tmp_path, sheets="phuon-0.8x2.5, to-roi-a5").render(post(slogan=long, link="")).warnings)
    assert "nên từ 10 tiếng trở xuống vì có phướn" in warned and "giấy phép xuất bản" in warned
    assert "Không có mã QR" in warned
    exempt = channel(tmp_path, sheets="to-roi-a5", licence="miễn").render(post())
    assert exempt.warnings == ()
    assert "không phải cấp phép" in exempt.part("text.txt").data.decode()


def test_a_leaflet_carries_the_licence_that_its_text_names(tmp_path: Path) -> None:
    line = "Giấy phép xuất bản: 12/GP-SVHTT ngày 05/01/2026"
    item = channel(tmp_path, sheets="to-roi-a5", licence="miễn").render(
        post(body_html=f"<p>Nội dung.</p><p>{line}</p>", body_text=f"Nội dung.\n\n{line}")
    )
    assert "Giấy phép xuất bản số 12/GP-SVHTT ngày 05/01/2026. Không bán." in item.part("text.txt").data.decode()


def test_a_long_text_is_set_small_then_shortened_with_a_word_about_it(tmp_path: Path) -> None:
    body = "".join(f"<p>Đoạn {number}: {'nội dung hướng dẫn thủ tục ' * 12}</p>" for number in range(30))
    item = channel(tmp_path, sheets="to-roi-a5, to-gap-a4", licence="miễn").render(post(body_html=body))
    assert any("Tờ rơi A5: " in warning and "đoạn cuối không đủ chỗ" in warning for warning in item.warnings)
    text = words_of(item.part("sheet-to-roi-a5.pdf").data)
    assert "Đoạn 0:" in text and "Đoạn 29:" not in text and "…" in text


def test_one_endless_paragraph_is_cut_at_a_sentence(tmp_path: Path) -> None:
    body = "".join(f"Câu số {number} nói về thủ tục hành chính. " for number in range(2000))
    begun = time.perf_counter()
    item = channel(tmp_path, sheets="to-roi-a5", licence="miễn").render(post(body_html=f"<p>{body}</p>"))
    assert time.perf_counter() - begun < 20, "bounded in time, whatever the length"
    text = words_of(item.part("sheet-to-roi-a5.pdf").data)
    assert "Câu số 0 nói" in text and "hành chính. …" in text


def words_of(pdf: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())
