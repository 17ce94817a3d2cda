"""The blueprint of the public portal and what its pages share: whose site it is, addresses, paging, caching."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from publisher.pages import lists
from publisher.pages.lists import Site
from publisher.web.context import public_url, reading

portal = Blueprint("portal", __name__)

FRESH = 60  # seconds a page may be kept: a correction or withdrawal is seen within a minute
_OWNER = "portal.owner"


def site(session: Session) -> Site | None:
    """Return whose portal this is and remember it for error pages; one query."""
    found = lists.site(session)
    current_app.extensions[_OWNER] = found
    return found


def address(path: str = "/") -> str:
    """Return a whole address: under the public address when the office has set it, else under the one asked for."""
    return (public_url() or request.host_url.rstrip("/")) + path


def page_number() -> int:
    """Return which page of a list is asked for (`?trang=2`); 404 for what no link of ours says."""
    asked = request.args.get("trang", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 6 and int(asked) > 0):
        abort(404)
    return int(asked)


@portal.app_context_processor
def _for_error_pages() -> dict[str, Any]:
    return {"site_for_error": _site_for_error}


def _site_for_error(code: int) -> Site | None:
    """Return whose site it is without asking a database that may be the very trouble."""
    known: Site | None = current_app.extensions.get(_OWNER)
    if known is None and code < 500:
        try:
            with reading() as session:
                return site(session)
        except SQLAlchemyError:
            return None
    return known


@portal.after_request
def _cacheable(response: Response) -> Response:
    """Let readers and proxies keep a page for a minute and ask again by its mark; proxies never the copies of staff."""
    if response.status_code != 200:
        return response
    if current_user.is_authenticated:
        if response.cache_control.public:
            response.cache_control.public, response.cache_control.private = False, True
        return response
    if "Cache-Control" not in response.headers:
        response.cache_control.public = True
        response.cache_control.max_age = FRESH
    if "ETag" not in response.headers:
        response.add_etag()
        response.make_conditional(request)
    return response
