"""Evidence of a broadcast: a picture of the desk or a recording, sent from a telephone."""

from pathlib import PurePath

import filetype
from flask import request
from sqlalchemy.orm import Session

from publisher import clock
from publisher.files import FileStore
from publisher.media import KINDS, LARGEST_FILE, Picture, keep, read_image
from publisher.model import Evidence
from publisher.refusal import Refused
from publisher.text import line
from publisher.words import _

AUDIO = {
    "audio/mpeg": "MP3", "audio/mp4": "M4A", "audio/ogg": "OGG", "audio/x-wav": "WAV", "audio/aac": "AAC",
    "audio/amr": "AMR", "video/mp4": "MP4", "video/webm": "WebM", "audio/x-flac": "FLAC",
}  # fmt: skip


def uploaded(field: str) -> Picture | None:
    """Return the file sent under a form field, pictures re-encoded; None when none was chosen.

    Call it with no session open. `Refused` for what is neither picture nor recording, or too large.
    """
    file = request.files.get(field)
    if file is None or not file.filename:
        return None
    data = file.stream.read(LARGEST_FILE + 1)
    guessed = filetype.guess(data)
    mime = guessed.mime if guessed is not None else ""
    if mime in KINDS:
        return read_image(file.filename, data)
    name = line(PurePath(file.filename.replace("\\", "/")).name, _("Tên tệp"), most=200) or _("tệp không tên")
    if len(data) > LARGEST_FILE:
        raise Refused(
            _("Tệp «{name}» nặng quá {most} MB. Hãy gửi đoạn ngắn hơn.").format(
                name=name, most=LARGEST_FILE // 1_000_000
            ),
            "evidence",
        )
    if mime not in AUDIO:
        raise Refused(
            _("Tệp «{name}» không phải ảnh hoặc bản ghi âm. Nhận ảnh JPEG, PNG và ghi âm MP3, M4A, OGG, WAV.").format(
                name=name
            ),
            "evidence",
        )
    return Picture(name, data, mime, 0, 0)


def store(session: Session, files: FileStore, unit_id: int, person_id: int | None, sent: Picture) -> Evidence:
    """Keep an uploaded file as evidence of a unit."""
    if sent.media_type in KINDS:
        keep(session, files, person_id, sent)
    row = Evidence(
        unit_id=unit_id, sha256=files.put(sent.data), name=sent.name, media_type=sent.media_type,
        created_by=person_id, created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
