"""A form with one large file: read piece by piece, twice if need be, and never whole in memory."""

import tracemalloc
from io import BytesIO
from pathlib import Path

from werkzeug.formparser import parse_form_data

from channels.base import Part, Stored
from channels.multipart import PIECE, Multipart
from publisher.files import FileStore

FIELDS = {"title": "Nộp hồ sơ «trực tuyến»", "description": "Dòng một\r\nDòng hai & ba"}


def parsed(form: Multipart) -> tuple[dict[str, str], str | None, bytes]:
    body = b"".join(form)
    assert len(body) == len(form)
    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": form.content_type, "CONTENT_LENGTH": str(len(form)),
        "wsgi.input": BytesIO(body),
    }  # fmt: skip
    _stream, fields, files = parse_form_data(environ)
    with files["source"].stream as sent:
        return fields.to_dict(), files["source"].filename, sent.read()


def test_a_server_reads_the_fields_and_the_very_bytes_also_a_second_time() -> None:
    part = Part("video.mp4", "video/mp4", b"--\r\n\x00phim" * 40_000)
    with part.open() as stream:
        form = Multipart(FIELDS, "source", part, stream)
        for _turn in range(2):
            assert parsed(form) == (FIELDS, "video.mp4", part.data)
        assert max(len(piece) for piece in form) == PIECE


def test_a_film_of_fifty_megabytes_is_sent_from_the_store_within_a_few(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    digest = files.put(bytes(50_000_000))
    part = Stored("video.mp4", "video/mp4", digest, files)
    tracemalloc.start()
    with part.open() as stream:
        size = sum(len(piece) for piece in Multipart(FIELDS, "source", part, stream))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 50_000_000 and peak < 8_000_000
