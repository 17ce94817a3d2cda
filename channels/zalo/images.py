"""Pictures the way Zalo fetches them: JPEG or PNG of at most 1 MB, and a plain cover where a post has no picture.

Zalo refuses an article without a cover, and finds fault with a picture only after it took the article
(zalo-oa-api.md §3.1, §3.2), so everything is put right when the article is rendered.
"""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from channels.base import Rejected

if TYPE_CHECKING:  # the drawing library is loaded only where something is drawn: it costs memory and start time
    from PIL import Image, ImageFont

TAKEN = {"image/jpeg": "jpg", "image/png": "png"}
MOST_BYTES = 1_000_000
QUALITIES = (85, 75, 65, 50)
SMALLEST_SIDE = 320  # pixels; a picture that is heavy below that is no picture
COVER = (1280, 720)
_MARGIN = 96
_PAPER, _INK, _BAND, _GOLD = "#8f1d22", "#ffffff", "#6a1317", "#f4c95d"  # lacquer red, white, gold: the portal's

Lack = Literal["type", "bytes"]


def lacks(media_type: str, size: int) -> tuple[Lack, ...]:
    """Return what keeps Zalo from taking a picture of `size` bytes: its type, its bytes, or nothing."""
    wrong: list[Lack] = []
    if media_type not in TAKEN:
        wrong.append("type")
    if size > MOST_BYTES:
        wrong.append("bytes")
    return tuple(wrong)


def fitted(data: bytes, media_type: str, name: str) -> tuple[bytes, str]:
    """Return a picture's bytes and type as Zalo takes them, unchanged where nothing is lacking.

    Transparency becomes white, of a moving picture the first frame stays. `Rejected` for what cannot be decoded.
    """
    if not lacks(media_type, len(data)):
        return data, media_type
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            image = _flat(opened)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Rejected(f"Ảnh {name} không mở được nên không gửi được lên Zalo. Hãy tải ảnh khác lên.") from error
    while True:
        for quality in QUALITIES:
            packed = io.BytesIO()
            image.save(packed, "JPEG", quality=quality, optimize=True, progressive=True)
            if packed.tell() <= MOST_BYTES:
                return packed.getvalue(), "image/jpeg"
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.LANCZOS)
        if min(image.size) < SMALLEST_SIDE:
            raise Rejected(f"Ảnh {name} không thu được xuống 1 MB. Hãy tải ảnh khác lên.")


def _flat(opened: "Image.Image") -> "Image.Image":
    from PIL import Image

    if not opened.has_transparency_data:
        return opened.convert("RGB")
    seen = opened.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white


@lru_cache(maxsize=32)
def plain_cover(title: str, unit: str) -> bytes:
    """Return a PNG cover of 1280 × 720 that shows the title and the unit's name."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", COVER, _PAPER)
    draw = ImageDraw.Draw(image)
    width, height = COVER
    draw.rectangle((0, height - 120, width, height), fill=_BAND)
    draw.rectangle((_MARGIN, _MARGIN, _MARGIN + 120, _MARGIN + 10), fill=_GOLD)
    for size in (72, 64, 56, 48, 40):
        font = _font("Bold", size)
        lines = _wrapped(title, font, width - 2 * _MARGIN)
        if len(lines) * size * 1.3 <= height - 120 - 2 * _MARGIN - 40:
            break
    for number, line in enumerate(lines):
        draw.text((_MARGIN, _MARGIN + 50 + number * size * 1.3), line, font=font, fill=_INK)
    label = _wrapped(unit, _font("Medium", 36), width - 2 * _MARGIN)[:1]
    draw.text((_MARGIN, height - 60), "".join(label), font=_font("Medium", 36), fill=_GOLD, anchor="lm")
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


@lru_cache(maxsize=16)
def _font(style: str, size: int) -> "ImageFont.FreeTypeFont":
    import fontpkg_be_vietnam_pro
    from PIL import ImageFont

    place = fontpkg_be_vietnam_pro.ROOT / "files" / f"BeVietnamPro-{style}.ttf"
    # The basic layout: a machine with the other engine would draw other bytes of the same post.
    return ImageFont.truetype(io.BytesIO(place.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


def _wrapped(text: str, font: "ImageFont.FreeTypeFont", width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
