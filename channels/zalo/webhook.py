"""Events that Zalo sends us: signed, repeated until answered, and to be taken once (zalo-oa-api.md §8).

The only events that say something of reach are `follow` and `unfollow`; Zalo documents none for articles or
broadcasts. An event has to be answered with HTTP 200 within 2 seconds, a repeated one too.
"""

import hashlib
import hmac
import json
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SIGNATURE = "X-ZEvent-Signature"
LATEST = timedelta(hours=3)  # Zalo's last repeat comes 1 h 51 min after the first
EARLIEST = timedelta(minutes=5)  # clocks that do not quite agree


class Forged(ValueError):
    """The event is not signed by Zalo for this application: answer 403 and take nothing of it."""


class Stale(ValueError):
    """The event is signed, but older than any repeat of Zalo's or from the future: a replay."""


@dataclass(frozen=True)
class Event:
    """One event: `identity` is the same in every repeat of it, `repeated` says that it was taken before."""

    name: str
    identity: str
    at: datetime
    oa_id: str
    follower: str
    repeated: bool = False


def signature(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Return Zalo's signature of a body: SHA-256 (no HMAC) of app id, raw body, timestamp and OA secret key."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def verify(
    body: bytes, headers: Mapping[str, str], app_id: str, secret: str, now: datetime, seen: Container[str]
) -> Event:
    """Return the event of a request, or raise `Forged` or `Stale`.

    `body` is the raw bytes, `seen` the identities taken during the last `LATEST` at least. Two processes may take
    the same event at once: the hub stores the identity under a UNIQUE constraint, which has the last word.
    """
    event = _object(body)
    timestamp = event.get("timestamp")
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE.lower()), "")
    given = given.strip().removeprefix("mac=").lower()
    if not (secret and app_id and isinstance(timestamp, str | int) and not isinstance(timestamp, bool)):
        raise Forged("no timestamp, or no secret to verify with")
    if not hmac.compare_digest(given.encode(), signature(app_id, body, str(timestamp), secret).encode()):
        raise Forged("the signature does not fit")
    if str(event.get("app_id", app_id)) != app_id:
        raise Forged("the event is for another application")
    at = _moment(str(timestamp))
    if at is None or not now - LATEST <= at <= now + EARLIEST:
        raise Stale("the event is older than any repeat, or from the future")
    identity = _identity(event, str(timestamp))
    follower = event.get("follower")
    return Event(
        name=str(event.get("event_name", "")),
        identity=identity,
        at=at,
        oa_id=str(event.get("oa_id", "")),
        follower=str(follower.get("id", "")) if isinstance(follower, dict) else "",
        repeated=identity in seen,
    )


def _object(body: bytes) -> dict[str, Any]:
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(body)
    if not isinstance(found, dict):
        raise Forged("not a JSON object")
    return found


def _moment(timestamp: str) -> datetime | None:
    """Return a time of epoch milliseconds; None for what is no such number."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 14):
        return None
    return datetime.fromtimestamp(int(timestamp) / 1000, UTC)


def _identity(event: Mapping[str, Any], timestamp: str) -> str:
    """Return what names an event: the message's id, else name, time and subject."""
    message = event.get("message")
    if isinstance(message, dict) and message.get("msg_id"):
        return f"msg:{message['msg_id']}:{event.get('event_name', '')}"
    subject: Any = next((event[name] for name in ("follower", "sender", "user_id_by_app") if name in event), "")
    subject = subject.get("id", "") if isinstance(subject, dict) else subject
    return f"{event.get('event_name', '')}:{timestamp}:{event.get('oa_id', '')}:{subject}"
