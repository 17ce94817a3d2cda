"""Pictures and films of public pages, the site's mark, and what search engines ask for first."""

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from flask import Response, abort, current_app, request
from flask_login import current_user

from publisher.pages import fetched as fetching
from publisher.pages import lists
from publisher.refusal import Missing
from publisher.web.context import reading, world
from publisher.web.guard import permission
from publisher.web.portal.blueprint import address, portal
from publisher.web.portal.fonts import YEAR
from publisher.web.sending import stored_file

PICTURES = {"image/jpeg", "image/png", "image/webp", "image/gif"}  # none of them can hold a script
FILMS = {"video/mp4"}
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
DAY = 24 * 3600  # seconds
FETCHED = 300  # seconds
_CLOSED = ("/desk/", "/admin/", "/radio/", "/reports/", "/api/", "/login", "/tim")


@portal.get("/anh/<sha256>")
@permission("public")
def picture(sha256: str) -> Response:
    """Answer a picture that a public page shows, or that an outlet fetches for a post on its way; to staff also one of
    a draft, for previews: at most 3 queries."""
    draft = bool(current_user.is_authenticated)
    with reading() as session:
        fetched = None
        try:
            media_type = lists.picture(session, sha256, draft)
        except Missing:
            fetched = fetching.picture(session, sha256)
            if fetched is None:
                raise
            media_type = fetched
    if media_type not in PICTURES:
        abort(404)
    response = Response(world().files.get(sha256), mimetype=media_type)
    response.cache_control.public = True
    # What only an outlet fetches may be taken back any moment, and no cache on the way should outlive that.
    response.cache_control.max_age = FETCHED if fetched else YEAR
    if fetched is None:
        response.cache_control.immutable = True
    response.set_etag(sha256)
    response.make_conditional(request)
    return response


@portal.get("/phim/<sha256>")
@permission("public")
def film(sha256: str) -> Response:
    """Answer a film that a public page shows, whole or in pieces (HTTP Range); to staff also one of a draft: at most 2
    queries."""
    draft = bool(current_user.is_authenticated)
    with reading() as session:
        media_type = lists.picture(session, sha256, draft)
    if media_type not in FILMS:
        abort(404)
    response = stored_file(sha256, media_type, max_age=YEAR)
    # A piece (206) passes by what the blueprint says of whole answers.
    response.cache_control.immutable = True
    if draft:
        response.cache_control.public, response.cache_control.private = False, True
    return response


@portal.get("/favicon.ico")
@permission("public")
def favicon() -> Response:
    """Answer the site's mark at the address browsers try by themselves."""
    mark = Path(current_app.static_folder or "") / "img" / "bieu-trung.svg"
    response = Response(mark.read_bytes(), mimetype="image/svg+xml")
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    return response


@portal.get("/robots.txt")
@permission("public")
def robots() -> Response:
    """Tell search engines what is not for them and where the list of pages is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "", f"Sitemap: {address('/sitemap.xml')}", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@portal.get("/sitemap.xml")
@permission("public")
def sitemap() -> Response:
    """List every public page with its last change."""
    with reading() as session:
        pages = lists.addresses(session)
        themes = lists.themes(session)
    root = ElementTree.Element("urlset", {"xmlns": SITEMAP})
    _add(root, address("/"), max((changed for _slug, changed in pages), default=None))
    for theme in themes:
        if theme.count:
            _add(root, address(f"/chu-de/{theme.code}"), None)
    for slug, changed in pages:
        _add(root, address(f"/tin/{slug}"), changed)
    data: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return Response(data, content_type="application/xml; charset=utf-8")


def _add(root: ElementTree.Element, place: str, changed: datetime | None) -> None:
    url = ElementTree.SubElement(root, "url")
    ElementTree.SubElement(url, "loc").text = place
    if changed:
        ElementTree.SubElement(url, "lastmod").text = changed.isoformat(timespec="seconds")
