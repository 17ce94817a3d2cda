"""Deny by default: every view says who may see it; headers that bound what a page may do."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from publisher.refusal import NotAllowed
from publisher.security import RIGHTS
from publisher.words import _

View = TypeVar("View", bound=Callable[..., Any])

PERMISSIONS = {"public", "key", "signed_in", *(right for rights in RIGHTS.values() for right in rights)}
OPEN_ENDPOINTS = {"static", "bootstrap.static"}  # Flask's and Bootstrap-Flask's own file routes
WITH_OLD_PASSWORD = {"auth.password", "auth.password_post", "auth.logout"}  # all that a one-time password opens

# Scripts, styles, fonts, pictures and films come from here alone; `data:` serves Bootstrap's own form icons.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; "
    "base-uri 'none'"
)


def permission(right: str) -> Callable[[View], View]:
    """Mark a view with what it takes to see it: `public`, `signed_in`, `key` (a machine's, which `api.bearer` asks
    for itself), or a right held in some unit.

    A right in *some* unit opens the door; the verbs check the right in *the* unit.
    """
    if right not in PERMISSIONS:
        raise ValueError(f"{right}: no such permission")

    def marked(view: View) -> View:
        view.permission = right  # type: ignore[attr-defined]
        return view

    return marked


def longest_request(most: int) -> Callable[[View], View]:
    """Mark a view that takes larger requests, in bytes, than the rest of the application; from staff alone."""

    def marked(view: View) -> View:
        view.longest_request = most  # type: ignore[attr-defined]
        return view

    return marked


def make_room(app: Flask) -> None:
    """Let marked views take their larger requests; before anything reads the form, as the check of its token does."""
    app.before_request(_room)


def _room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "longest_request", None)
    if most is not None and current_user.is_authenticated:
        request.max_content_length = most


def prepare(app: Flask) -> None:
    """Put the guard in front of every request and the headers on every answer."""
    app.before_request(_admit)
    app.after_request(_headers)


def _admit() -> AnyResponse | None:
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        _same_origin()
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    right = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if right in {"public", "key"}:
        return None
    if right is None:
        abort(403)
    if not current_user.is_authenticated:
        if "database_away" in g:
            abort(503)
        if request.method == "GET":
            # An outlet's sign-in comes back with a code that has no business in another address.
            wanted = request.path if "code" in request.args else request.full_path.rstrip("?")
            return redirect(url_for("auth.login", next=wanted))
        abort(401)
    if current_user.must_change_password and request.endpoint not in WITH_OLD_PASSWORD:
        return redirect(url_for("auth.password"))
    # The session's loader has read the roles for this very request: asking again would only cost two queries.
    if right != "signed_in" and right not in current_user.rights:
        raise NotAllowed(_("Trang này không thuộc phần việc của bạn. Hãy liên hệ quản trị của cơ quan."))
    return None


def _same_origin() -> None:
    """Refuse a form that another site sends; a request with an Authorization header is no exception."""
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        abort(403)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if current_user.is_authenticated and request.endpoint not in OPEN_ENDPOINTS:
        headers.setdefault("Cache-Control", "no-store")
    return response
