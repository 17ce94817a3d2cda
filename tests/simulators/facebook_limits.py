"""Rate limits of the simulated Graph API: budgets that climb, headers near the line, blocks that grow."""

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.facebook_calls import Call
from tests.simulators.facebook_errors import THROTTLING, GraphError, named

WINDOW = {"PAGE": timedelta(hours=24), "USER": timedelta(hours=1), "APP": timedelta(hours=1)}
PENALTY = timedelta(minutes=5)


@dataclass
class Budget:
    """Calls within a rolling window, and until when further ones are refused."""

    calls: deque[datetime] = field(default_factory=deque)
    blocked_until: datetime | None = None


class Throttle:
    """Counts calls by Page (business use case) or by application (platform)."""

    def __init__(self) -> None:
        self._budgets: dict[str, Budget] = {}

    def spend(self, call: Call) -> None:
        """Count a call; `GraphError` when the budget is spent, and every further call lengthens the block."""
        allowed = call.world.options.budget
        if not allowed or call.app is None:
            return
        kind = call.token.kind if call.token else "APP"
        budget = self._budgets.setdefault(self._key(call), Budget())
        while budget.calls and budget.calls[0] <= call.now - WINDOW[kind]:
            budget.calls.popleft()
        budget.calls.append(call.now)
        if budget.blocked_until is not None and call.now >= budget.blocked_until:
            budget.blocked_until = None
            budget.calls.clear()
        elif budget.blocked_until is not None:
            budget.blocked_until += PENALTY
        elif len(budget.calls) > allowed:
            budget.blocked_until = call.now + PENALTY
        if budget.blocked_until is not None:
            raise self._refused(call, "80001" if kind == "PAGE" else "4")

    def headers(self, call: Call | None) -> dict[str, str]:
        """Return the usage headers of an answer: none before enough calls were made."""
        if call is None or call.app is None or not call.world.options.budget:
            return {}
        budget = self._budgets.get(self._key(call), Budget())
        percent = round(100 * len(budget.calls) / call.world.options.budget)
        if budget.blocked_until is None and percent < 100 * call.world.options.headers_from:
            return {}
        minutes = 0
        if budget.blocked_until is not None:
            minutes = max(1, round((budget.blocked_until - call.now).total_seconds() / 60))
        return usage_headers(call, max(percent, 100) if minutes else percent, minutes)

    def refused(self, call: Call | None, name: str) -> GraphError:
        """Return a scripted error; a throttling one comes with the headers that belong to it."""
        error = named(name)
        if name in THROTTLING and call is not None:
            error.headers = usage_headers(call, 100, 0 if name.startswith("613") else 7)
            if call.world.options.too_many_requests:
                error.status, error.headers = 429, {"Retry-After": "120"}
        return error

    def _refused(self, call: Call, name: str) -> GraphError:
        error = named(name)
        error.headers = self.headers(call)
        if call.world.options.too_many_requests:
            error.status = 429
            error.headers["Retry-After"] = "300"
        return error

    @staticmethod
    def _key(call: Call) -> str:
        page = call.token.page if call.token else None
        return f"page {page.id}" if page else f"app {call.app.id if call.app else ''}"


def usage_headers(call: Call, percent: int, minutes: int) -> dict[str, str]:
    """Return X-App-Usage, and for Page tokens X-Business-Use-Case-Usage with its minutes."""
    use = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 3}
    page = call.token.page if call.token else None
    if page is None:
        return {"X-App-Usage": json.dumps(use)}
    business = {page.id: [{"type": "pages", **use, "estimated_time_to_regain_access": minutes}]}
    return {"X-Business-Use-Case-Usage": json.dumps(business)}
