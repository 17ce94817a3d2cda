"""The web: one blueprint an audience. `create_app` builds it from an opened installation."""

from publisher.web.app import create_app

__all__ = ["create_app"]
