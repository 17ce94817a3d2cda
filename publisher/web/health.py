"""For machines that watch: is the clock ticking?"""

from flask import Blueprint, current_app, jsonify
from werkzeug.wrappers import Response

from publisher.delivery.jobs import silent
from publisher.timetable import JOBS
from publisher.web.context import reading
from publisher.web.guard import permission

health = Blueprint("health", __name__)


@health.get("/healthz")
@permission("public")
def healthz() -> tuple[Response, int]:
    """Answer 200 while every clock job keeps its time, 503 with the silent ones otherwise."""
    with reading() as session:
        quiet = silent(session, JOBS, current_app.extensions["started_at"])
    return jsonify(ok=not quiet, silent=quiet), 503 if quiet else 200
