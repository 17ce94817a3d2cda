"""Uploaded pictures: told apart by their content, decoded within bounds, stored re-encoded and once."""

import io
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from PIL import Image, ImageCms, ImageOps
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import clock
from publisher.files import FileStore, sha256
from publisher.model import Media
from publisher.refusal import Refused
from publisher.text import line, number
from publisher.words import _, mark

LARGEST_FILE = 15_000_000  # bytes of one uploaded file
MOST_PIXELS = 40_000_000  # a telephone's best camera; decoding takes 4 bytes a pixel
LONGEST_SIDE = 2000  # pixels: what a portal page and a timeline show at most
# Zalo fetches article pictures of at most 1 MB, as JPEG or PNG only (zalo-oa-api.md): one file serves every outlet.
LIGHT = 1_000_000
QUALITIES = (85, 75, 65)

# Pillow's own alarm for files that unpack to far more than they weigh, at our bound instead of its 89 million.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True)
class _Kind:
    """A kind of picture that is taken: Pillow's name, what people call it, the endings its files have."""

    decoder: str
    title: str
    endings: tuple[str, ...]


KINDS = {
    "image/jpeg": _Kind("JPEG", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif")),
    "image/png": _Kind("PNG", "PNG", (".png",)),
    "image/webp": _Kind("WEBP", "WebP", (".webp",)),
    "image/gif": _Kind("GIF", "GIF", (".gif",)),
}
TAKEN = "JPEG, PNG, WebP, GIF"

_OTHERS = {
    "image/heic": mark("ảnh HEIC của điện thoại"),
    "image/avif": mark("ảnh AVIF"),
    "image/bmp": mark("ảnh BMP"),
    "image/tiff": mark("ảnh TIFF"),
    "image/vnd.adobe.photoshop": mark("tệp Photoshop"),
    "image/x-icon": mark("tệp biểu tượng ICO"),
    "application/pdf": mark("tài liệu PDF"),
    "application/zip": mark("tệp nén ZIP"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": mark("tài liệu Word"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": mark("bảng tính Excel"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": mark("bản trình chiếu PowerPoint"),
    "application/x-msdownload": mark("chương trình Windows"),
    "application/x-executable": mark("chương trình"),
}


@dataclass(frozen=True)
class Picture:
    """A picture ready to be stored: its new bytes, their type and size in pixels, and the file's name."""

    name: str
    data: bytes
    media_type: str
    width: int
    height: int


def store_image(session: Session, files: FileStore, person_id: int | None, filename: str, data: bytes) -> Media:
    """Check, re-encode and store an uploaded picture; the same picture twice is one row.

    `Refused` (field `images`) names the file, what it really is and what to do. Decoding takes up to a second:
    a view calls `read_image` before it opens its session, then `keep`.
    """
    return keep(session, files, person_id, read_image(filename, data))


def read_image(filename: str, data: bytes) -> Picture:
    """Return an upload as a picture without the camera's notes (place, owner), upright, at most 2000 px a side."""
    name = _name(filename)
    if not data:
        raise _refused(_("Tệp «{name}» trống. Hãy chọn lại ảnh."), name)
    if len(data) > LARGEST_FILE:
        raise _refused(
            _("Tệp «{name}» nặng {now} MB, mỗi ảnh tối đa {most} MB. Hãy thu nhỏ ảnh rồi tải lên lại."),
            name, now=number(-(-len(data) // 1_000_000)), most=LARGEST_FILE // 1_000_000,
        )  # fmt: skip
    kind = _kind(name, data)
    try:
        with Image.open(io.BytesIO(data), formats=(kind.decoder,)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            image = _upright(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(
            _("Ảnh «{name}» có quá nhiều điểm ảnh (tối đa {most} triệu). Hãy thu nhỏ ảnh rồi tải lên lại."),
            name, most=MOST_PIXELS // 1_000_000,
        ) from error  # fmt: skip
    except Exception as error:  # a broken file leads Pillow's decoders to raise whatever they stumble over
        raise _refused(
            _("Ảnh «{name}» bị hỏng, không mở được. Hãy mở ảnh trên máy, lưu lại rồi tải lên."), name
        ) from error
    media_type, encoded = _encode(image, photo=kind.decoder == "JPEG")
    return Picture(name, encoded, media_type, image.width, image.height)


def keep(session: Session, files: FileStore, person_id: int | None, picture: Picture) -> Media:
    """Store a picture's bytes and its row; a picture that is there already is returned as it is."""
    digest = sha256(picture.data)
    found = session.get(Media, digest)
    if found is not None:
        return found
    files.put(picture.data)
    row = Media(
        sha256=digest, media_type=picture.media_type, width=picture.width, height=picture.height,
        size=len(picture.data), name=picture.name, created_by=person_id, created_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody stored the same picture in the same moment
        return session.get_one(Media, digest)
    return row


def _name(filename: str) -> str:
    base = PurePath(filename.replace("\\", "/")).name
    return line(base, _("Tên tệp ảnh"), most=200) or _("ảnh không tên")


def _refused(message: str, name: str, **values: object) -> Refused:
    return Refused(message.format(name=name, **values), "images")


def _kind(name: str, data: bytes) -> _Kind:
    """Return what the bytes are; refuse what is no picture we take and a file name that says something else."""
    guessed = filetype.guess(data)
    mime = guessed.mime if guessed is not None else ""
    ending = PurePath(name).suffix.lower()
    if mime not in KINDS:
        raise _refused(
            _("Tệp «{name}» thực ra là {really}. Chỉ nhận ảnh {taken}: hãy xuất sang JPEG hoặc PNG rồi tải lên."),
            name, really=_what(mime, data), taken=TAKEN,
        )  # fmt: skip
    kind = KINDS[mime]
    if ending and ending not in kind.endings:
        raise _refused(
            _(
                "Tệp «{name}» có đuôi {ending} nhưng thực ra là ảnh {really}. "
                "Hãy kiểm tra lại nguồn tệp, đổi đuôi thành {right} rồi tải lên."
            ),
            name, ending=ending, really=kind.title, right=kind.endings[0],
        )  # fmt: skip
    return kind


def _what(mime: str, data: bytes) -> str:
    if mime in _OTHERS:
        return _(_OTHERS[mime])
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return _("ảnh vẽ SVG (có thể chứa mã chạy được)")
    if head.startswith((b"<!doctype html", b"<html", b"<script", b"<?php")):
        return _("trang HTML hoặc mã chương trình")
    family = mime.partition("/")[0]
    names = {"video": _("phim"), "audio": _("tệp âm thanh"), "image": _("ảnh dạng khác")}
    return names.get(family, _("tệp không phải ảnh"))


def _upright(opened: Image.Image) -> Image.Image:
    """Return the first frame in sRGB, turned as the camera was held, within the longest side."""
    opened.draft(
        "RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE)
    )  # JPEG only: decodes at half size, a quarter of the memory
    image = ImageOps.exif_transpose(_flat(opened))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # A fresh image: nothing of the file's notes (EXIF, XMP, comments) travels with the points.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    return clean


_ORIENTATION = 0x0112  # EXIF: how the camera was held


def _flat(opened: Image.Image) -> Image.Image:
    profile = opened.info.get("icc_profile")
    held = Image.Exif()
    held[_ORIENTATION] = opened.getexif().get(_ORIENTATION, 1)
    if opened.mode.startswith("I"):  # 16 bits a point: keep the upper eight
        image = opened.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    elif opened.has_transparency_data:
        image = opened.convert("RGBA")
    elif opened.mode == "CMYK" and profile:
        image = opened.copy()
    else:
        image = opened.convert("RGB")
    if profile:
        image = _in_srgb(image, profile)
    image = image if image.mode == "RGBA" else image.convert("RGB")
    image.info["exif"] = held.tobytes()  # for exif_transpose alone; `_upright` drops it
    return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert the colours of a wide-gamut camera or a print file to what screens show."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):  # a broken profile is common and harms only the shades
        return image
    return converted or image


def _encode(image: Image.Image, *, photo: bool) -> tuple[str, bytes]:
    """Return media type and bytes: PNG for drawings and transparency, JPEG for photographs and what gets heavy."""
    if not photo:
        drawing = io.BytesIO()
        image.save(drawing, "PNG", optimize=True)
        if drawing.tell() <= LIGHT:
            return "image/png", drawing.getvalue()
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    for quality in QUALITIES:
        taken = io.BytesIO()
        image.save(taken, "JPEG", quality=quality, optimize=True, progressive=True)
        if taken.tell() <= LIGHT:
            break
    return "image/jpeg", taken.getvalue()
