"""The simulator's events: signed, sent again at Zalo's own intervals until they are answered with 200."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from tests.simulators.zalo_world import APP_ID, OA_ID, OA_SECRET

LADDER = tuple(timedelta(seconds=s) for s in (30, 300, 900, 1800, 3600))
ANSWER_WITHIN = 2.0  # seconds


@dataclass
class Sending:
    """One event on its way: the same bytes and signature in each repeat."""

    body: bytes
    headers: dict[str, str]
    due: datetime
    repeats: int = 0


@dataclass
class Webhooks:
    """Where events go and which still have to."""

    url: str = ""
    switched_off: bool = False  # after the last repeat failed, as Zalo does
    waiting: list[Sending] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # HTTP statuses so far; 0 is none within 2 seconds

    def add(self, name: str, facts: dict[str, Any], now: datetime, copies: int = 1, forged: bool = False) -> None:
        """Queue an event; `copies` sends the same twice or more, `forged` signs it with another secret."""
        timestamp = str(int(now.timestamp() * 1000))
        event = {"event_name": name, "app_id": APP_ID, "oa_id": OA_ID, "timestamp": timestamp, **facts}
        body = json.dumps(event, ensure_ascii=False).encode()
        mac = signed(body, timestamp, "another secret" if forged else OA_SECRET)
        headers = {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}
        self.waiting += [Sending(body, headers, now) for _copy in range(copies)]

    def send_due(self, now: datetime) -> None:
        """Send what is due; what is not answered with 200 waits for its next turn."""
        if not self.url or self.switched_off:
            return
        for sending in [one for one in self.waiting if one.due <= now]:
            self.waiting.remove(sending)
            try:
                headers = {**sending.headers, **({"num_retry": str(sending.repeats)} if sending.repeats else {})}
                status = requests.post(self.url, data=sending.body, headers=headers, timeout=ANSWER_WITHIN).status_code
            except requests.RequestException:
                status = 0
            self.answers.append(status)
            if status == 200:
                continue
            if sending.repeats == len(LADDER):
                self.switched_off = True
                return
            sending.due = now + LADDER[sending.repeats]
            sending.repeats += 1
            self.waiting.append(sending)


def signed(body: bytes, timestamp: str, secret: str) -> str:
    return hashlib.sha256(APP_ID.encode() + body + timestamp.encode() + secret.encode()).hexdigest()
