"""Pictures and films of posts at the desk: uploading one, and looking at one that is not public."""

import re
from typing import BinaryIO, cast

from flask import Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from publisher.media import LARGEST_FILE, Picture, keep, read_image
from publisher.media.films import LARGEST_FILM, Film, keep_film, store_film
from publisher.model import Media
from publisher.refusal import Missing, Refused
from publisher.web.context import me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.desk.sheet import film_of
from publisher.web.forms import form
from publisher.web.guard import longest_request, permission
from publisher.web.sending import stored_file
from publisher.words import _

LONGEST_FILM_REQUEST = LARGEST_FILM + 1_000_000  # bytes: the film and the form around it


def uploaded(field: str, *others: str) -> list[Picture]:
    """Return the pictures sent under a form field, decoded; `Refused` for a bad file, or a file field beside `others`.

    Call it with no session open: decoding takes up to a second a picture.
    """
    strange = sorted(set(request.files) - {field, *others})
    if strange:
        raise Refused(
            _("Biểu mẫu có trường tệp lạ: «{name}». Hãy tải lại trang rồi gửi lại.").format(name=strange[0][:60])
        )
    return [_picture(file) for file in request.files.getlist(field) if file.filename]


def uploaded_film(field: str) -> Film | None:
    """Return the film sent under a form field, checked and stored; None without one, `Refused` for a bad one.

    Call it with no session open: the file lies on disk, and checking and storing it takes up to seconds.
    """
    files = [file for file in request.files.getlist(field) if file.filename]
    if len(files) > 1:
        raise Refused(_("Mỗi bài chỉ có một phim: hãy chọn một tệp."), "video")
    for file in files:
        return store_film(world().files, file.filename or "", cast("BinaryIO", file.stream))
    return None


def _picture(file: FileStorage) -> Picture:
    return read_image(file.filename or "", file.stream.read(LARGEST_FILE + 1))


@desk.post("/anh")
@permission("write")
def media_upload() -> Response | tuple[Response, int]:
    """Store one picture sent by the editor's script; answers JSON: its sha256, size and address, or the error."""
    form()
    try:
        pictures = uploaded("file")
        if len(pictures) != 1:
            raise Refused(_("Hãy chọn một ảnh."), "images")
    except Refused as error:
        return jsonify(error=error.message), 422
    with writing() as session:
        row = keep(session, world().files, me(session).id, pictures[0])
    return jsonify(
        sha256=row.sha256, media_type=row.media_type, width=row.width, height=row.height, name=pictures[0].name,
        url=url_for("desk.media", sha256=row.sha256),
    )  # fmt: skip


@desk.post("/phim")
@permission("write")
@longest_request(LONGEST_FILM_REQUEST)
def film_upload() -> Response | tuple[Response, int]:
    """Store one film sent by the editor's script; answers JSON: what the form holds of it and its address, or the
    error."""
    form()
    try:
        film = uploaded_film("file")
        if film is None:
            raise Refused(_("Hãy chọn một phim."), "video")
    except Refused as error:
        return jsonify(error=error.message), 422
    with writing() as session:
        row = keep_film(session, me(session).id, film)
    return jsonify(
        sha256=row.sha256, width=row.width, height=row.height, name=film.name, told=film_of(row).told,
        url=url_for("desk.media", sha256=row.sha256),
    )  # fmt: skip


@desk.get("/anh/<sha256>")
@permission("read")
def media(sha256: str) -> Response:
    """Answer a stored picture or film, whole or in pieces; its address is its content, so the browser may keep it."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Missing(_("Không có ảnh này."))
    with reading() as session:
        row = session.get(Media, sha256)
    if row is None:
        raise Missing(_("Không có ảnh này."))
    response = stored_file(sha256, row.media_type, max_age=86400)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
