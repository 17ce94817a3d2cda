"""Pictures of posts at the desk: uploading one, and looking at one that is not public."""

import re

from flask import Response, jsonify, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from publisher.media import LARGEST_FILE, Picture, keep, read_image
from publisher.model import Media
from publisher.refusal import Missing, Refused
from publisher.web.context import me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _


def uploaded(field: str) -> list[Picture]:
    """Return the pictures sent under a form field, decoded; `Refused` for another file field or a bad file.

    Call it with no session open: decoding takes up to a second a picture.
    """
    strange = sorted(set(request.files) - {field})
    if strange:
        raise Refused(
            _("Biểu mẫu có trường tệp lạ: «{name}». Hãy tải lại trang rồi gửi lại.").format(name=strange[0][:60])
        )
    return [_picture(file) for file in request.files.getlist(field) if file.filename]


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


@desk.get("/anh/<sha256>")
@permission("read")
def media(sha256: str) -> Response:
    """Answer a stored picture; its address is its content, so the browser may keep it."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Missing(_("Không có ảnh này."))
    with reading() as session:
        row = session.get(Media, sha256)
    path = world().files.path(sha256)
    if row is None or not path.is_file():
        raise Missing(_("Không có ảnh này."))
    response = send_file(path, mimetype=row.media_type, etag=sha256, conditional=True, max_age=86400)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
