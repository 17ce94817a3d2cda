"""One attempt: call the outlet with no session open, then record what came of it."""

import random
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from channels.base import (
    CannotTell,
    Channel,
    Refusal,
    Rejected,
    Rendered,
    TryLater,
    Unauthorised,
    Unknown,
)
from channels.base import Receipt as Given
from publisher import faults
from publisher.delivery.claim import Claim, note_progress
from publisher.delivery.outlets import World, open_channel, stored
from publisher.logs import hide
from publisher.refusal import Refused
from publisher.words import _

log = structlog.get_logger("publisher.delivery")

TRIES = 10
LONGEST_WAIT = 6 * 3600.0  # a Retry-After of ten years is honoured as this many seconds


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to: one word for the row, a sentence for people, the receipt if there is one."""

    word: str  # accepted · rejected · unauthorised · later · unknown · found · absent · cannot_tell
    message: str = ""
    receipt: Given | None = None
    after: float | None = None
    pace: float = 0.0  # seconds the whole account is to be left alone after a refusal

    @property
    def rest(self) -> float:
        """Seconds for which the outlet wants nothing more from the account, by its receipt or by its refusal."""
        return max(self.pace, self.receipt.pace if self.receipt is not None else 0.0)

    def __post_init__(self) -> None:
        # An outlet may repeat our token in its answer; the sentence goes to the screen, the trail and the mail.
        object.__setattr__(self, "message", hide(self.message))


class _Notes(MutableMapping[str, Any]):
    """A delivery's notes; every change is committed before the next call to the outlet."""

    def __init__(self, values: dict[str, Any], commit: Callable[[dict[str, Any]], None]) -> None:
        self._values = dict(values)
        self._commit = commit

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._commit(dict(self._values))

    def __delitem__(self, name: str) -> None:
        del self._values[name]
        self._commit(dict(self._values))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def perform(world: World, claim: Claim, channel: Channel | None = None) -> Outcome:
    """Call the outlet for a claim and say what came of it; never raises for anything the outlet does.

    `channel` is the account's channel where the caller has made it already.
    """
    try:
        item = stored(world.files, claim)
        channel = channel or open_channel(world, claim.account)
    except Refused as error:
        # Nothing left the house: stored bytes are gone or altered, or the key no longer opens the secrets.
        return Outcome("rejected", error.message)
    except Exception as error:  # a disk, an adapter that fails when it is made: nothing left the house either
        return Outcome("later", _unforeseen(claim, error))
    faults.point("before_call")
    try:
        if claim.kind == "find":
            return _find(world, channel, claim, item)
        receipt = _send(world, channel, claim, item)
    except Rejected as error:
        return Outcome("rejected", error.message)
    except Unauthorised as error:
        return Outcome("unauthorised", error.message)
    except TryLater as error:
        pace = error.after if error.everything and error.after else 0.0
        return Outcome("later", error.message, after=error.after, pace=pace)
    except Unknown as error:
        return Outcome("unknown", error.message)
    except Exception as error:
        # Nobody foresaw it, so nobody can say whether it landed (DESIGN §3).
        return Outcome("unknown", _unforeseen(claim, error))
    faults.point("after_accept")
    return Outcome("accepted", "", receipt)


def _unforeseen(claim: Claim, error: Exception) -> str:
    log.exception("attempt.unforeseen", delivery=claim.delivery_id, attempt=claim.number)
    return _("Lỗi ngoài dự kiến: {kind}.").format(kind=type(error).__name__)


def _send(world: World, channel: Channel, claim: Claim, item: Rendered) -> Given | None:
    if claim.account.mode == "rehearsal":
        return Given("rehearsed", claim.key)
    if claim.action == "retract":
        if claim.standing is None:
            raise Rejected(_("Không còn gì trên kênh để gỡ."))
        channel.retract(claim.standing)
        return None
    if claim.action == "amend" and claim.standing is not None:
        return channel.amend(claim.standing, item, claim.key)
    notes = _Notes(claim.notes, lambda values: note_progress(world, claim, values))
    return channel.deliver(item, claim.key, notes)


def _find(world: World, channel: Channel, claim: Claim, item: Rendered) -> Outcome:
    if claim.account.mode == "rehearsal":
        return Outcome("absent")
    notes = _Notes(claim.notes, lambda values: note_progress(world, claim, values))
    try:
        answer = channel.find(item, claim.key, notes, claim.due_at)
    except Unauthorised:
        raise
    except Refusal as error:
        return Outcome("later", error.message, after=getattr(error, "after", None))
    if answer is None:
        return Outcome("absent")
    if isinstance(answer, CannotTell):
        return Outcome("cannot_tell", _("Kênh không cho biết bài đã lên hay chưa: cần người kiểm tra."))
    return Outcome("found", "", answer)


def back_off(tries: int, wish: float | None, now: datetime) -> datetime:
    """Return when to try again after `tries` attempts: 30 s doubling up to an hour, ±20 % so that a healed
    outlet is not stormed; the outlet's own wish counts when it is longer, up to `LONGEST_WAIT`."""
    step = min(30.0 * 2 ** max(tries - 1, 0), 3600.0) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
    wished = min(wish, LONGEST_WAIT) if wish is not None and wish > 0 else 0.0
    return now + timedelta(seconds=max(step, wished))
