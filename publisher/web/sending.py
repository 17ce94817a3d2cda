"""Sending a file of the store from where it lies: whole, in pieces (HTTP Range), or not again."""

from typing import Any

from flask import Response, request, send_file

from publisher.refusal import Missing
from publisher.web.context import world
from publisher.words import _


def stored_file(sha256: str, media_type: str, **options: Any) -> Response:
    """Answer the file of that sha256 without reading it whole; `options` go to Flask's `send_file`.

    `Missing` when the store has no such file.
    """
    path = world().files.path(sha256)
    if not path.is_file():
        raise Missing(_("Không có tệp này trong kho."))
    response = send_file(path, mimetype=media_type, etag=sha256, conditional=True, **options)
    if response.status_code == 304 or request.method == "HEAD":
        response.close()  # nothing of the opened file will be read, and no server closes what it is not handed
    return response
