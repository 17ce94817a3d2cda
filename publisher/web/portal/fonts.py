"""The typeface of all pages, served by ourselves: no page of an office may call a third party's font host."""

import gzip
from functools import lru_cache

import fontpkg_be_vietnam_pro
from flask import Response, abort, request

from publisher.files import sha256
from publisher.web.guard import permission
from publisher.web.portal.blueprint import portal

STYLES = ("Regular", "Italic", "Medium", "SemiBold", "Bold")
NAMES = frozenset(f"BeVietnamPro-{style}.ttf" for style in STYLES)
YEAR = 365 * 24 * 3600  # seconds


@lru_cache(maxsize=2 * len(STYLES))
def _font(name: str, packed: bool) -> tuple[bytes, str]:
    data = (fontpkg_be_vietnam_pro.ROOT / "files" / name).read_bytes()
    mark = sha256(data)[:20]
    # Packed, a style is 52 kB instead of 135 kB: it counts on a telephone in the hills.
    return (gzip.compress(data, mtime=0), f"{mark}-gz") if packed else (data, mark)


@portal.get("/font/<name>")
@permission("public")
def font(name: str) -> Response:
    """Answer one style of Be Vietnam Pro; the addresses in type.css carry the package's version."""
    if name not in NAMES:
        abort(404)
    packed = request.accept_encodings["gzip"] > 0
    data, mark = _font(name, packed)
    response = Response(data, mimetype="font/ttf")
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    response.set_etag(mark)
    response.make_conditional(request)
    return response
