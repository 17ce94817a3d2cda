"""Administration: channel accounts, people, units, the audit trail, the state of the system."""

from publisher.web.admin import accounts, connect, connect_zalo, home, people, standing, state, trail, units
from publisher.web.admin.blueprint import admin

__all__ = ["accounts", "admin", "connect", "connect_zalo", "home", "people", "standing", "state", "trail", "units"]
