"""What the Zalo channel renders: an article within Zalo's bounds, and pictures that Zalo takes."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from channels.base import Outfit, Rejected, Rendered
from channels.zalo import Zalo
from channels.zalo.article import AUTHOR, DESCRIPTION, TITLE, address, too_long
from channels.zalo.images import MOST_BYTES, fitted, lacks, plain_cover
from channels.zalo.text import one_line, simple
from tests.simulators.zalo_stage import SETTINGS, Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "files") as made:
        yield made


def article(item: Rendered) -> dict[str, object]:
    return json.loads(item.part("article.json").data)


def test_the_same_post_renders_to_the_same_bytes_also_without_tokens_and_addresses(stage: Stage) -> None:
    post = stage.post(pictures=2)
    alone = Zalo(Outfit(9, SETTINGS, stage.files, rehearsal=True)).render(post)
    assert alone == stage.channel.render(post) == stage.channel.render(post)
    assert not stage.simulator.faults.calls, "rendering calls nobody"


def test_without_a_public_address_nothing_is_rendered_for_sending(stage: Stage) -> None:
    with pytest.raises(Rejected, match="PUBLISHER_PUBLIC_URL"):
        Zalo(Outfit(9, SETTINGS, stage.files)).render(stage.post())


def test_the_parts_that_zalo_fetches_are_named(stage: Stage) -> None:
    assert stage.item(pictures=2).fetched == ("cover.jpg", "image-1.jpg")
    assert stage.item(pictures=0).fetched == ("cover.png",)


def test_the_article_has_title_author_description_cover_and_body(stage: Stage) -> None:
    item = stage.item("Nộp hồ sơ", pictures=3)
    told = article(item)
    assert (told["type"], told["title"], told["author"]) == ("normal", "Nộp hồ sơ", "UBND phường Mẫu")
    assert told["description"] == "Hướng dẫn ngắn." and told["comment"] == "show"
    assert told["cover"] == {"cover_type": "photo", "photo_url": "cover.jpg", "status": "show"}
    assert [block["type"] for block in told["body"]] == ["text", "image", "image"]  # type: ignore[attr-defined]
    assert [part.name for part in item.parts[2:]] == ["cover.jpg", "image-1.jpg", "image-2.jpg"]
    assert item.warnings == ()


def test_the_body_names_correction_slogan_source_validity_hotline_and_link(stage: Stage) -> None:
    item = stage.item(
        correction="Sửa giờ làm việc.",
        source_number="20/KH-UBND",
        source_date=date(2026, 1, 5),
        valid_until=date(2026, 12, 31),
    )
    html = article(item)["body"][0]["content"]  # type: ignore[index]
    for expected in (
        "<p><strong>Đính chính:</strong> Sửa giờ làm việc.</p>",
        "<p><strong>Thuận tiện mọi lúc</strong></p>",
        "<p>Căn cứ: 20/KH-UBND ngày 05/01/2026</p>",
        "<p>Có hiệu lực đến: 31/12/2026</p>",
        "<p>Đường dây nóng: 0900 000 000</p>",
        '<a href="https://phuong.example/tin/nop-ho-so">',
    ):
        assert expected in html


def test_a_body_is_put_into_the_few_tags_an_article_surely_shows() -> None:
    head = "<thead><tr><th>Ngày</th><th>Giờ</th></tr></thead>"
    table = f"<table>{head}<tbody><tr><td>Thứ <b>Hai</b></td><td>8–11</td></tr></tbody></table>"
    assert simple("<h2>Mục &amp; một</h2><p>Chữ<br>dòng <del>cũ</del></p><hr>") == (
        "<p><strong>Mục &amp; một</strong></p><p>Chữ<br>dòng (bỏ: cũ)</p>"
    )
    assert simple(table) == "<p>Ngày – Giờ</p><p>Thứ Hai – 8–11</p>"
    assert simple("<pre><code>a &lt; b\nc</code></pre>") == "<p>a &lt; b<br>c</p>"
    assert simple('<ul><li><a href="https://a.example/?x=1&amp;y=2" rel="nofollow">nơi nộp</a></li></ul>') == (
        '<ul><li><a href="https://a.example/?x=1&amp;y=2">nơi nộp</a></li></ul>'
    )
    assert simple("<script>alert(1)</script><p>&lt;script&gt;</p>") == "alert(1)<p>&lt;script&gt;</p>"


def test_texts_are_nfc_and_escaped(stage: Stage) -> None:
    item = stage.item(unicodedata.normalize("NFD", "Thủ tục <mới>"), slogan='"><script>')
    told = article(item)
    assert told["title"] == "Thủ tục <mới>"
    assert "<script" not in told["body"][0]["content"]  # type: ignore[index]


def test_texts_stay_below_the_lengths_that_zalo_has_refused(stage: Stage) -> None:
    long = "chữ " * 100
    item = stage.item(summary=long, unit="Ủy ban nhân dân " + "phường Mẫu rất dài " * 3)
    told = article(item)
    assert len(str(told["description"])) <= DESCRIPTION and str(told["description"]).endswith("…")
    assert len(str(told["author"])) <= AUTHOR
    assert any("Tóm tắt" in w for w in item.warnings) and any("tác giả" in w for w in item.warnings)
    assert Zalo.limits.title == TITLE < 150
    with pytest.raises(Rejected, match="Tiêu đề có 141 ký tự"):
        stage.deliver(stage.item("a" * 141))
    assert not stage.entries("article.create")


def test_an_author_and_comments_can_be_set(stage: Stage) -> None:
    outfit = replace(stage.outfit, settings={**SETTINGS, "author": "Phường Mẫu", "comment": "hide"})
    told = article(Zalo(outfit).render(stage.post()))
    assert (told["author"], told["comment"]) == ("Phường Mẫu", "hide")


@given(st.text(max_size=400), st.integers(min_value=2, max_value=300))
def test_a_cut_line_never_exceeds_its_bound(text: str, most: int) -> None:
    assert len(one_line(text, most)) <= most


def test_too_long_texts_are_named_with_their_lengths() -> None:
    fine = {"title": "a", "description": "b", "author": "c"}
    assert too_long(fine) == []
    assert too_long({**fine, "description": ""}) == ["Tóm tắt có 0 ký tự, Zalo nhận từ 1 đến 250."]


# Pictures


@pytest.mark.parametrize(
    ("kind", "size", "wrong"),
    [
        ("image/jpeg", MOST_BYTES, ()),
        ("image/png", 10, ()),
        ("image/webp", 10, ("type",)),
        ("image/gif", MOST_BYTES + 1, ("type", "bytes")),
        ("image/jpeg", MOST_BYTES + 1, ("bytes",)),
    ],
)
def test_what_a_picture_lacks_is_told_from_its_type_and_bytes(kind: str, size: int, wrong: tuple[str, ...]) -> None:
    assert lacks(kind, size) == wrong


def test_a_picture_that_zalo_takes_is_sent_as_it_is(stage: Stage) -> None:
    image = stage.picture()
    assert stage.channel.render(stage.post()).part("cover.jpg").sha256 == image.sha256


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_other_types_become_jpeg_and_the_editor_is_told(stage: Stage, kind: str) -> None:
    image = stage.picture(kind=kind)
    item = stage.channel.render(replace(stage.post(), images=(image,)))
    assert item.part("cover.jpg").data.startswith(b"\xff\xd8\xff")
    assert any("không phải JPEG hoặc PNG" in warning for warning in item.warnings)


def test_a_heavy_picture_is_packed_until_it_fits() -> None:
    noise = Picture.effect_noise((2400, 1800), 90).convert("RGB")
    packed = BytesIO()
    noise.save(packed, "PNG")
    assert packed.tell() > MOST_BYTES
    data, media_type = fitted(packed.getvalue(), "image/png", "số 1")
    assert len(data) <= MOST_BYTES and media_type == "image/jpeg"


def test_transparency_becomes_white() -> None:
    packed = BytesIO()
    Picture.new("RGBA", (40, 40), (255, 0, 0, 0)).save(packed, "WEBP", lossless=True)
    data, _kind = fitted(packed.getvalue(), "image/webp", "số 1")
    with Picture.open(BytesIO(data)) as opened:
        assert opened.getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_that_cannot_be_read_is_refused_by_its_number() -> None:
    with pytest.raises(Rejected, match="Ảnh số 2 không mở được"):
        fitted(b"RIFF....WEBP", "image/webp", "số 2")


def test_a_post_without_a_picture_gets_a_plain_cover(stage: Stage) -> None:
    item = stage.channel.render(stage.post(pictures=0))
    data = item.part("cover.png").data
    with Picture.open(BytesIO(data)) as opened:
        assert opened.size == (1280, 720)
    assert len(data) <= MOST_BYTES and "tạo một ảnh bìa" in item.warnings[0]
    assert plain_cover("Chữ " * 40, "Ủy ban nhân dân " * 10) != data, "also the longest title fits"


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("https://phuong.example", "https://phuong.example/anh/"),
        ("https://phuong.example/tin tức/", "https://phuong.example/tin%20t%E1%BB%A9c/anh/"),
        ("https://phường.example", "https://xn--phng-rib8295b.example/anh/"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/anh/"),
    ],
)
def test_addresses_of_pictures_hold_neither_spaces_nor_letters_beyond_ascii(
    stage: Stage, public: str, expected: str
) -> None:
    part = stage.item().part("cover.jpg")
    assert address(public, part) == f"{expected}{part.sha256}"


def test_the_editor_is_told_of_heavy_pictures_and_of_pictures_without_a_description(stage: Stage) -> None:
    packed = BytesIO()
    Picture.effect_noise((1500, 1500), 90).save(packed, "PNG")
    heavy = replace(stage.picture(), sha256=stage.files.put(packed.getvalue()), media_type="image/png", alt="")
    item = stage.channel.render(replace(stage.post(), images=(stage.picture(), heavy)))
    assert item.warnings == (
        "Ảnh 2 nặng hơn 1 MB: bản gửi Zalo được nén lại.",
        "Ảnh 2 chưa có mô tả cho người khiếm thị.",
    )
    assert len(item.part("image-1.jpg").data) <= MOST_BYTES
    assert "caption" not in article(item)["body"][1]  # type: ignore[index]


def test_a_picture_that_never_fits_is_refused() -> None:
    packed = BytesIO()
    Picture.effect_noise((330, 30_000), 90).convert("RGB").save(packed, "PNG", compress_level=1)
    with pytest.raises(Rejected, match="không thu được xuống 1 MB"):
        fitted(packed.getvalue(), "image/png", "số 3")


def test_the_preview_shows_the_desk_what_readers_will_see(stage: Stage) -> None:
    html = stage.item("Tiêu đề <xem>", pictures=2).part("preview.html").data.decode()
    assert "<h1>Tiêu đề &lt;xem&gt;</h1>" in html and "<strong>VNeID</strong>" in html
    assert html.count('src="/anh/') == 2
