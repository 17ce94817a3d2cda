"""Evidence at the door: what a file really is, pictures without the camera's notes, no documents that run code."""

import io
import re
import zipfile
from pathlib import PurePath

import filetype
from PIL import Image

from publisher.media import KINDS, LARGEST_FILE, read_image
from publisher.reach.evidence import File
from publisher.refusal import Refused
from publisher.text import line
from publisher.words import _

LARGEST = 20_000_000  # bytes of a document, an audio or a film
LARGEST_UNPACKED = 100_000_000  # bytes of what a .docx or .xlsx unpacks to
THUMB = 320  # pixels of the longer side

_OFFICE = {
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/document.xml"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/workbook.xml"),
}
_OTHERS = {
    "application/pdf": (".pdf",), "audio/mpeg": (".mp3",), "audio/x-wav": (".wav",), "audio/ogg": (".ogg", ".oga"),
    "audio/mp4": (".m4a", ".mp4"), "audio/m4a": (".m4a",), "video/mp4": (".mp4", ".m4v"),
}  # fmt: skip
# A PDF that starts programs or scripts by itself; such a thing is no proof of anything.
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
TAKEN = "JPEG, PNG, WebP, GIF, PDF, Word (.docx), Excel (.xlsx), MP3, WAV, OGG, M4A, MP4"


def read(filename: str, data: bytes) -> File:
    """Return an upload as evidence to keep; `Refused` (field `proof`) says what the file really is and what to do.

    A picture is decoded and written anew: its place, time and owner stay behind. Call it with no session open.
    """
    name = line(PurePath(filename.replace("\\", "/")).name, _("Tên tệp"), most=200) or _("tệp không tên")
    if not data:
        raise Refused(_("Tệp «{name}» trống. Hãy chọn lại tệp.").format(name=name), "proof")
    guessed = filetype.guess(data[:8192])
    mime = guessed.mime if guessed is not None else ""
    if mime in KINDS or mime.startswith("image/"):
        return _picture(name, data)
    if len(data) > LARGEST:
        raise Refused(_("Tệp «{name}» lớn quá 20 MB. Hãy nén nhỏ hoặc gửi đường dẫn.").format(name=name), "proof")
    ending = PurePath(name).suffix.lower()
    if ending in _OFFICE and data[:4] == b"PK\x03\x04":
        return _office(name, data, ending)
    if mime not in _OTHERS:
        raise Refused(
            _("Không nhận được tệp «{name}». Minh chứng là: {taken}.").format(name=name, taken=TAKEN), "proof"
        )
    if ending and ending not in _OTHERS[mime]:
        raise Refused(
            _("Tệp «{name}» thực ra là {mime}, không đúng với đuôi {ending}. Hãy kiểm tra lại nguồn tệp.").format(
                name=name, mime=mime, ending=ending
            ),
            "proof",
        )
    if mime == "application/pdf" and _ACTIVE_PDF.search(data):
        raise Refused(
            _("Tệp PDF «{name}» có mã chạy được hoặc tệp đính kèm. Hãy in lại ra PDF rồi tải lên.").format(name=name),
            "proof",
        )
    return File(name, data, mime)


def _picture(name: str, data: bytes) -> File:
    try:
        picture = read_image(name, data[: LARGEST_FILE + 1])
    except Refused as error:
        raise Refused(error.message, "proof") from error
    with Image.open(io.BytesIO(picture.data)) as opened:
        small = opened.convert("RGB")
        small.thumbnail((THUMB, THUMB))
        taken = io.BytesIO()
        small.save(taken, "JPEG", quality=80)
    right = KINDS[picture.media_type].endings[0]
    stem = PurePath(picture.name).stem or _("ảnh")
    return File(f"{stem}{right}", picture.data, picture.media_type, taken.getvalue())


def _office(name: str, data: bytes, ending: str) -> File:
    media_type, inside = _OFFICE[ending]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Refused(_("Tệp «{name}» bị hỏng, không mở được.").format(name=name), "proof") from error
    if size > LARGEST_UNPACKED:
        raise Refused(
            _("Tệp «{name}» bung ra quá lớn ({size} MB): có thể là tệp phá hoại.").format(
                name=name, size=size // 1_000_000
            ),
            "proof",
        )
    if inside not in names or any(part.endswith("vbaProject.bin") for part in names):
        raise Refused(
            _("Tệp «{name}» không phải tài liệu thường hoặc có chứa mã macro. Hãy lưu lại không kèm macro.").format(
                name=name
            ),
            "proof",
        )
    return File(name, data, media_type)
