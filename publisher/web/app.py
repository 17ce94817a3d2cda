"""Building the Flask application: templates, safety, blueprints."""

from pathlib import Path

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import templates
from publisher import clock
from publisher.installation import Installation
from publisher.secrets import session_key
from publisher.web import admin, api, auth, desk, errors, guard, health, hooks, look, portal, radio, reports
from publisher.web.parsing import Request

LONGEST_REQUEST = 40 * 1024 * 1024  # bytes: twenty pictures from a telephone
LONGEST_TEXT = 6 * 1024 * 1024  # bytes of text fields; the editor's own limit (characters) then gives the better error


def create_app(installation: Installation) -> Flask:
    """Return the web application of an installation; it starts nothing and opens nothing by itself."""
    root = Path(templates.__file__).parent
    app = Flask("publisher", template_folder=str(root), static_folder=str(root / "static"), static_url_path="/static")
    app.request_class = Request
    config = installation.config
    secure = config.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=session_key(config.keys),
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LONGEST_TEXT,
        MAX_FORM_PARTS=600,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=8 * 3600,
        SEND_FILE_MAX_AGE_DEFAULT=7 * 24 * 3600,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch must not lose its text
        WTF_CSRF_SSL_STRICT=False,  # the Origin check in guard.py covers plain HTTP inside an office too
    )
    app.extensions["installation"] = installation
    app.extensions["started_at"] = clock.now()
    if config.public_url:  # behind the office's proxy: trust one hop for the scheme and the reader's address
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    Bootstrap5(app)
    guard.make_room(app)
    protection = CSRFProtect(app)
    for machines in (api.api, hooks.hooks):  # they show a key or a signature instead of a session
        protection.exempt(machines)
    look.prepare(app)
    auth.prepare(app)
    guard.prepare(app)
    errors.prepare(app)
    for blueprint in (portal.portal, auth.auth, desk.desk, admin.admin, health.health):
        app.register_blueprint(blueprint)
    for blueprint in (radio.radio, radio.radio_desk, hooks.hooks, api.api, reports.reports):
        app.register_blueprint(blueprint)
    return app
