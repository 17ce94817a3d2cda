"""Proofs sent with a form: files read and checked before any session is open, and an address."""

from flask import request

from publisher.intake import proofs
from publisher.reach.evidence import File, Link
from publisher.refusal import Refused
from publisher.words import _

MOST_FILES = 10


def sent_proofs(field: str, url: str = "") -> list[File | Link]:
    """Return the files sent under a form field and the address beside it; `Refused` for a bad one.

    Call it with no session open: a picture takes up to a second to decode.
    """
    strange = sorted(set(request.files) - {field})
    if strange:
        raise Refused(
            _("Biểu mẫu có trường tệp lạ: «{name}». Hãy tải lại trang rồi gửi lại.").format(name=strange[0][:60])
        )
    files = [file for file in request.files.getlist(field) if file.filename]
    if len(files) > MOST_FILES:
        raise Refused(_("Mỗi lần gửi tối đa {most} tệp.").format(most=MOST_FILES), "proof")
    found: list[File | Link] = [
        proofs.read(file.filename or "", file.stream.read(proofs.LARGEST + 1)) for file in files
    ]
    return [*found, Link(url)] if url.strip() else found
