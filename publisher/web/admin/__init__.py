"""Administration: channel accounts, people, units, the audit trail, the state of the system."""

from publisher.web.admin import accounts, home, people, state, trail, units
from publisher.web.admin.blueprint import admin

__all__ = ["accounts", "admin", "home", "people", "state", "trail", "units"]
