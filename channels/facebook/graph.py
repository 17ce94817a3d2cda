"""The one place that speaks to the Graph API: facebook-sdk over the guarded client.

facebook-sdk 3.1.0 is frozen since 2018; this adapter, not the library, guarantees correctness, and swapping the
library for plain requests would change nothing on the wire. What the library does wrong is put right in `_Session`
(facebook-page-api.md §9): it would accept HTTP 503 with `{}` as success, put the token into addresses, know no
version after 3.1, lose status and headers, and fail without a name on an answer that is not JSON.
"""

import hashlib
import hmac
import json
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import requests

from channels.base import Part, Refusal, TryLater, Unknown
from channels.facebook.errors import UNCLEAR, Meaning, meaning
from channels.http import Client, Times, json_object, redact
from channels.multipart import Multipart

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an invalid escape in its source: a SyntaxWarning on Python 3.12 and later
    import facebook

log = logging.getLogger("channels.facebook")

VERSION = "v26.0"  # of 2026-07-29; an expired version does not fail, it silently behaves as the oldest one left
GRAPH_URL = "https://graph.facebook.com"
VIDEO_URL = "https://graph-video.facebook.com"  # for the bytes of films alone
FILM = Times(connect=15, read=60, total=280)  # 50 MB at 2 Mbit/s take 200 seconds
TIMES = Times(connect=5, read=30, total=40)
LEAST = 8.0  # seconds: with less left than this, no call is begun
REMEMBERED = 300.0  # seconds a full budget is believed when Facebook names no minutes
CAREFUL = 80  # percent of a budget from which calls are spaced out


@dataclass(frozen=True)
class Access:
    """Whom we are to Facebook; secrets show in no repr."""

    token: str = field(repr=False)
    app_id: str = ""
    app_secret: str = field(default="", repr=False)
    version: str = VERSION
    base: str = GRAPH_URL
    hidden: tuple[str, ...] = field(default=(), repr=False)  # further secrets that go into calls
    times: Times = TIMES
    film_times: Times = FILM  # of sending a film's bytes

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(part for part in (self.token, self.app_secret, _proof(self), *self.hidden) if part)


@dataclass(frozen=True)
class Usage:
    """How much of the allowed calls is used: percent (Facebook throttles at 100), minutes until it lets us again."""

    percent: int = 0
    minutes: int = 0

    @property
    def spent(self) -> bool:
        """Whether another call would only lengthen the block."""
        return self.percent >= 100 or self.minutes > 0

    @property
    def pace(self) -> float:
        """Seconds to leave Facebook alone after a call: none below 80 %, a minute there, five when the budget is full.

        The fuller, the slower: what is left then outlasts the rolling window in which calls become free again.
        """
        if self.minutes:
            return self.minutes * 60.0
        over = min(self.percent, 100) - CAREFUL
        return 60.0 + over * (REMEMBERED - 60.0) / (100 - CAREFUL) if over >= 0 else 0.0


class Graph:
    """Calls of the Graph API; every error is one of the four, every answer a JSON object."""

    def __init__(self, access: Access) -> None:
        self.usage = Usage()
        self.version = ""  # that really served the last call
        self.told_at: datetime | None = None  # Facebook's own time of the last answer
        self._access = access
        self._session = _Session(access)
        self._sdk = facebook.GraphAPI(access.token, timeout=access.times, session=self._session)
        self._sdk.version = access.version  # its own check knows nothing after 3.1
        self._until = float("inf")
        self._full_until = 0.0

    def begin(self, seconds: float) -> None:
        """Allow the calls to come `seconds` altogether; what does not fit is `TryLater`."""
        self._until = time.monotonic() + seconds

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Read an object or an edge (`me`, `<page>/published_posts`)."""
        return self._call(lambda: self._sdk.get_object(path, **_encoded(params)), writing=False)

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """Write to an object or an edge; booleans and nested values are encoded as Facebook reads them."""
        edge = f"{self._sdk.version}/{path}"
        return self._call(lambda: self._sdk.request(edge, post_args=_encoded(fields), method="POST"), writing=True)

    def upload(self, path: str, name: str, data: bytes, media_type: str, **fields: Any) -> dict[str, Any]:
        """Send a picture's bytes in the multipart field `source`."""
        file = (name, data, media_type)
        return self._call(lambda: self._sdk.put_photo(file, path, **_encoded(fields)), writing=True)

    def film(self, path: str, part: Part, **fields: Any) -> dict[str, Any]:
        """Send a film's bytes in the multipart field `source`, from the file store piece by piece."""
        edge = f"{self._sdk.version}/{path}"
        with part.open() as stream:
            return self._call(
                lambda: self._session.film(edge, _encoded(fields), part, stream, self._sdk.timeout),
                writing=True,
                times=self._access.film_times,
            )

    def rest(self, seconds: float) -> bool:
        """Wait if there is time for it and for a call afterwards; return whether there was."""
        if self._until - time.monotonic() < seconds + LEAST:
            return False
        time.sleep(seconds)
        return True

    def delete(self, path: str) -> dict[str, Any]:
        """Delete an object."""
        return self._call(lambda: self._sdk.delete_object(path), writing=True)

    def _call(self, action: Callable[[], Any], *, writing: bool, times: Times | None = None) -> dict[str, Any]:
        now = time.monotonic()
        if now > self._until - LEAST:
            raise TryLater("Chưa làm xong trong thời gian cho phép của một lần gửi: sẽ làm tiếp ở lần sau.", 0)
        if writing and now < self._full_until:
            full = "Hạn mức gọi Facebook đã đầy: đang chờ để không bị chặn lâu hơn."
            raise TryLater(full, self._full_until - now, everything=True)
        times = times or self._access.times
        self._sdk.timeout = times._replace(total=min(times.total, self._until - now))
        lost, said = "", None
        try:
            result: dict[str, Any] = action()
        except facebook.GraphAPIError as error:
            said = error.result
        except Unknown as error:
            if writing:
                raise
            lost = error.message
        else:
            self._note()
            return result
        self._note()
        # Outside the handlers: the library's exception carries the whole answer, which may echo the token.
        raise TryLater(lost) if lost else self._refusal(said, writing)  # a lost read changed nothing

    def _note(self) -> None:
        """Keep what the headers of the last answer tell: usage, and the version that served it."""
        answer = self._session.last
        if answer is None:
            return
        self.told_at = _date(answer.headers.get("Date", ""))
        self.usage = _usage(answer.headers) or self.usage
        if self.usage.spent:
            self._full_until = time.monotonic() + (self.usage.minutes * 60 or REMEMBERED)
        served = answer.headers.get("facebook-api-version", "")
        if served and served != self._access.version and served != self.version:
            log.warning("facebook: version %s served instead of %s", served, self._access.version)
        self.version = served or self.version

    def _refusal(self, said: Any, writing: bool) -> Refusal:
        answer = self._session.last
        status = answer.status_code if answer is not None else 0
        error = said.get("error") if isinstance(said, dict) else None
        known = isinstance(error, Mapping)
        found = meaning(error, status) if isinstance(error, Mapping) else UNCLEAR
        facts: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
        code, subcode = facts.get("code"), facts.get("error_subcode")
        log.warning("facebook: refused, code %s/%s, HTTP %s, trace %s", code, subcode, status, facts.get("fbtrace_id"))
        number = f"{code}/{subcode}" if subcode else f"{code}"
        quoted = _clipped(redact(str(facts.get("error_user_msg") or facts.get("message") or ""), self._access.secrets))
        sentence = f"{found.sentence} (Facebook mã {number}: «{quoted}»)" if known else found.sentence
        return _raised(found, sentence, writing, self._wait(found, answer))

    def _wait(self, found: Meaning, answer: requests.Response | None) -> float | None:
        """Return how long to wait: Facebook's minutes, its Retry-After, else what the code suggests."""
        minutes = self.usage.minutes * 60.0
        named = _retry_after(answer.headers.get("Retry-After", "")) if answer is not None else None
        wishes = [wish for wish in (minutes, named, found.after) if wish]
        return (minutes or named or max(wishes)) if wishes else None


class _Session(Client):
    """The session that the library calls; its `request` puts right what the library gets wrong."""

    def __init__(self, access: Access) -> None:
        super().__init__(allow=() if access.base == GRAPH_URL else (access.base,), times=access.times)
        self._access = access
        self._host = access.base.rstrip("/") + "/"
        self.last: requests.Response | None = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send what the library asks, the token in the header; `Unknown` unless the answer is a clear one."""
        self.last = None
        address = self._host + str(url).removeprefix(facebook.FACEBOOK_GRAPH_URL)
        params, data = dict(kwargs.pop("params", None) or {}), dict(kwargs.pop("data", None) or {})
        token = params.pop("access_token", None) or data.pop("access_token", None)
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
            proof = _proof(self._access)
            if proof:
                (data if method == "POST" else params)["appsecret_proof"] = proof
        answer = super().request(method, address, params=params, data=data or None, headers=headers, **kwargs)
        self.last = answer
        _clear(answer)
        return answer

    def film(self, edge: str, fields: Mapping[str, str], part: Part, stream: BinaryIO, times: Times) -> dict[str, Any]:
        """Send a film; the library would join file and form in memory. Raises its error for Facebook's."""
        self.last = None
        host = VIDEO_URL if self._access.base == GRAPH_URL else self._access.base.rstrip("/")
        proof = _proof(self._access)
        form = Multipart({**fields, **({"appsecret_proof": proof} if proof else {})}, "source", part, stream)
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._access.token}",
            "Content-Type": form.content_type,
        }
        answer = super().request("POST", f"{host}/{edge}", data=form, headers=headers, timeout=times)
        self.last = answer
        _clear(answer)
        said = json_object(answer)
        if said.get("error"):
            raise facebook.GraphAPIError(said)
        return said


def _clear(answer: requests.Response) -> None:
    """Pass an answer that says yes or no; raise for one that leaves it open."""
    said: dict[str, Any] | None = None
    if "json" in answer.headers.get("Content-Type", ""):
        with suppress(Unknown):
            said = json_object(answer)
    if said is not None and (said.get("error") or answer.ok):
        return
    if answer.status_code == 429:
        wait = _retry_after(answer.headers.get("Retry-After", "")) or 900
        raise TryLater("Facebook báo gọi quá nhanh.", wait, everything=True)
    raise Unknown(f"Facebook trả lời không đúng dạng (HTTP {answer.status_code}): chưa biết bài đã lên hay chưa.")


def _raised(found: Meaning, sentence: str, writing: bool, after: float | None) -> Refusal:
    if issubclass(found.error, TryLater):
        return found.error(sentence, after, everything=found.error is TryLater)  # the codes of used-up limits
    if issubclass(found.error, Unknown) and not writing:
        return TryLater(sentence, after)  # a read changes nothing: it is only to be asked again
    return found.error(sentence)


def _encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return form fields: `true`/`false`, nested values as JSON; the library would garble both."""
    return {name: _field(value) for name, value in values.items() if value is not None}


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _proof(access: Access) -> str:
    """Return the appsecret_proof; an application's own token (`id|secret`) carries its secret already."""
    if not access.app_secret or not access.token or "|" in access.token:
        return ""
    return hmac.new(access.app_secret.encode(), access.token.encode(), hashlib.sha256).hexdigest()


def _usage(headers: Mapping[str, str]) -> Usage | None:
    """Return the fullest of the budgets that an answer's headers tell; None when they tell nothing."""
    percents, minutes = [], []
    for name in ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage"):
        for budget in _budgets(headers.get(name, "")):
            percents += [_whole(budget.get(part)) for part in ("call_count", "total_cputime", "total_time")]
            minutes.append(_whole(budget.get("estimated_time_to_regain_access")))
    return Usage(max(percents), max(minutes)) if percents else None


def _budgets(text: str) -> list[Mapping[str, Any]]:
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    if not isinstance(found, dict):
        return []
    lists = [value for value in found.values() if isinstance(value, list)]
    flat = [budget for budgets in lists for budget in budgets] if lists else [found]
    return [budget for budget in flat if isinstance(budget, dict)]


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 1e6 else 0


def _retry_after(text: str) -> float | None:
    """Return the seconds a Retry-After names; a date or nonsense names none: the engine's own pace then holds."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _date(text: str) -> datetime | None:
    with suppress(ValueError):
        at = parsedate_to_datetime(text)
        return at if at.tzinfo else None
    return None


def _clipped(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
