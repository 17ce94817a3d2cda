"""Uploaded films: told apart by their content, freed of the place they were taken in, stored once."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

import filetype
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import clock
from publisher.files import FileStore
from publisher.media import mp4
from publisher.model import Media
from publisher.refusal import Refused
from publisher.text import line, number
from publisher.words import _, mark

LARGEST_FILM = 50_000_000  # bytes: Zalo takes no more (zalo-oa-api.md §3.4), and one file serves every outlet
MEDIA_TYPE = "video/mp4"

_EXPORT = mark("Hãy xuất phim sang MP4 (hình H.264, tiếng AAC) rồi tải lên lại.")
_WHY: dict[mp4.Fault, str] = {
    "not_mp4": mark("Tệp «{name}» không phải phim MP4."),
    "quicktime": mark(
        "Tệp «{name}» là phim MOV (QuickTime): đổi đuôi tệp không đủ. Trên iPhone, chọn Cài đặt → Camera → Định dạng →"
        " Tương thích nhất."
    ),
    "cut": mark("Tệp phim «{name}» bị cụt hoặc chưa tải hết. Hãy chép lại tệp từ máy quay rồi tải lên."),
    "boxes": mark("Tệp phim «{name}» bị hỏng: các phần bên trong không khớp nhau."),
    "no_moov": mark("Tệp phim «{name}» thiếu phần mục lục nên không phát được, thường do máy quay tắt giữa chừng."),
    "no_picture": mark("Tệp «{name}» không có hình."),
    "no_length": mark("Tệp phim «{name}» không cho biết thời lượng."),
    "codec": mark("Phim «{name}» nén kiểu {codec}: nhiều trình duyệt và kênh không phát được."),
    "track": mark("Phim «{name}» kèm dữ liệu định vị của máy quay (đường đi GPS), không gỡ được mà giữ nguyên phim."),
    "large": mark("Tệp phim «{name}» nặng {now} MB, mỗi phim tối đa {most} MB. Hãy cắt ngắn hoặc giảm độ phân giải."),
}
_OTHERS = {
    "video/quicktime": mark("phim MOV (QuickTime)"),
    "video/x-msvideo": mark("phim AVI"),
    "video/webm": mark("phim WebM"),
    "video/x-matroska": mark("phim MKV"),
    "video/x-ms-wmv": mark("phim WMV"),
    "video/x-flv": mark("phim FLV"),
    "video/mpeg": mark("phim MPEG"),
    "video/3gpp": mark("phim 3GP"),
}


@dataclass(frozen=True)
class Film:
    """A film in the file store: its sha256 and size in bytes, pixels, whole seconds, and the file's name."""

    name: str
    sha256: str
    size: int
    width: int
    height: int
    seconds: int


def store_film(files: FileStore, filename: str, stream: BinaryIO) -> Film:
    """Check an uploaded film, take its notes (place, owner) out of it and store its bytes; `Refused` (field `video`).

    The stream is changed in place and never read whole into memory. Call it with no session open.
    """
    base = PurePath(filename.replace("\\", "/")).name
    name = line(base, _("Tên tệp phim"), most=200) or _("phim không tên")
    size = stream.seek(0, 2)
    if not size:
        raise Refused(_("Tệp «{name}» trống. Hãy chọn lại phim.").format(name=name), "video")
    try:
        if size > LARGEST_FILM:
            raise mp4.Broken("large")
        facts, notes = mp4.examine(stream)
    except mp4.Broken as error:
        raise Refused(_told(error, name, size, stream), "video") from error
    mp4.blank(stream, notes)
    return Film(name, files.put_stream(stream), size, facts.width, facts.height, facts.seconds)


def keep_film(session: Session, person_id: int | None, film: Film) -> Media:
    """Store a film's row; a film that is there already is returned as it is."""
    found = session.get(Media, film.sha256)
    if found is not None:
        return found
    row = Media(
        sha256=film.sha256, media_type=MEDIA_TYPE, width=film.width, height=film.height, seconds=film.seconds,
        size=film.size, name=film.name, created_by=person_id, created_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody stored the same film in the same moment
        return session.get_one(Media, film.sha256)
    return row


def _told(error: mp4.Broken, name: str, size: int, stream: BinaryIO) -> str:
    said = _(_WHY[error.fault])
    if error.fault == "not_mp4":
        stream.seek(0)
        guessed = filetype.guess(stream.read(8192))
        really = _OTHERS.get(guessed.mime) if guessed is not None else None
        if really is not None:
            said = _("Tệp «{name}» thực ra là {really}.").replace("{really}", _(really))
    told = said.format(name=name, codec=error.detail, now=number(-(-size // 1_000_000)), most=LARGEST_FILM // 1_000_000)
    return told if error.fault in {"large", "cut"} else f"{told} {_(_EXPORT)}"
