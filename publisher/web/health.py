"""For machines that watch: is everything alive, and the figures."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Blueprint, current_app, jsonify, request
from werkzeug.wrappers import Response

from publisher import clock
from publisher.operations import health as operations
from publisher.operations.metrics import CONTENT_TYPE, metrics_text
from publisher.timetable import JOBS
from publisher.web.context import installation, world
from publisher.web.guard import permission
from publisher.words import _

health = Blueprint("health", __name__)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")


@health.get("/healthz")
@permission("public")
def healthz() -> tuple[Response, int]:
    """Answer 200 while all is well; 503 with what is silent since when, with an absent database, with a full disk."""
    found = operations.health(world(), JOBS, current_app.extensions["started_at"])
    now = clock.now()
    answer = jsonify(
        ok=found.ok,
        database="ok" if found.database else "unreachable",
        disk="ok" if found.room else "full",
        silent=[
            {
                "job": one.job,
                "title": _(one.title),
                "since": one.since.isoformat(timespec="seconds"),
                "seconds": int((now - one.since).total_seconds()),
            }
            for one in found.silences
        ],
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if found.ok else 503


@health.get("/metrics")
@permission("public")
def metrics() -> Response | tuple[Response, int]:
    """Answer the figures in Prometheus's text format to whoever may read them."""
    token = installation().config.metrics_token
    if not (_has(token) if token else _is_local()):
        answer = jsonify(error=_("Chỉ đọc được số liệu với PUBLISHER_METRICS_TOKEN (Authorization: Bearer …)."))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer, 401
    return Response(metrics_text(world()), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _has(token: str) -> bool:
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _is_local() -> bool:
    """Whether the request comes from this machine itself.

    Behind a proxy everybody seems to: one that names itself in a header is recognised, and where a public address is
    set there is one, so nobody counts as local any more.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    public = urlsplit(installation().config.public_url).hostname
    return (public is None or _loops(public)) and _loops(request.remote_addr or "")


def _loops(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
