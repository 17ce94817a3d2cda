"""Calling Zalo's OA API: the `access_token` header, the answer's envelope, one renewal of a declined token.

There is no Python package for articles (zalo-oa-api.md §9). The API's version is per family: articles, broadcast
and the account's data are v2.0.
"""

import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from channels.base import Outfit, Part, TryLater, Unauthorised, Unknown
from channels.http import Client, Times, json_object
from channels.multipart import Multipart
from channels.zalo.errors import Declined, Processing, refusal

API_URL = "https://openapi.zalo.me"
CALL = Times(connect=5.0, read=20.0, total=25.0)
FILM = Times(connect=15.0, read=60.0, total=240.0)  # 50 MB at 2 Mbit/s take 200 seconds
SHORTEST = 2.0  # seconds that must be left for a call to be begun
SLICE = 10  # Zalo's largest page of articles


class Api:
    """The calls of one verb: they share a connection and a stretch of time, and end together."""

    def __init__(self, outfit: Outfit, client: Client, seconds: float, times: Times, film_times: Times) -> None:
        if outfit.tokens is None:
            raise Unauthorised("Zalo OA chưa kết nối. Hãy nhờ quản trị viên Zalo OA cấp quyền trong mục Kênh.")
        self._base = (outfit.addresses.get("zalo") or API_URL).rstrip("/")
        self._secrets = [outfit.settings.get(name, "") for name in ("app_secret", "oa_secret", "code_verifier")]
        self._tokens = outfit.tokens
        self._client = client
        self._ends = time.monotonic() + seconds
        self._times, self._film_times = times, film_times
        self._token = ""

    def get(self, path: str, more: Mapping[str, str] | None = None, /, **values: str) -> dict[str, Any]:
        """Return the `data` of a GET; articles take plain query parameters (never one `data=`). `more`: headers."""
        return self._call("GET", path, params=values, more=more)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the `data` of a POST of JSON."""
        return self._call("POST", path, json=body)

    def upload(self, path: str, name: str, part: Part) -> dict[str, Any]:
        """Return the `data` of a POST of one file in a form field, read from the file store piece by piece."""
        with part.open() as stream:
            form = Multipart({}, name, part, stream)
            headers = {"Content-Type": form.content_type}
            return self._call("POST", path, data=form, more=headers, times=self._film_times)

    def left(self) -> float:
        """Return how many seconds the verb may still take."""
        return self._ends - time.monotonic()

    def rest(self, seconds: float) -> bool:
        """Wait if there is time for it and for a call afterwards; return whether there was."""
        if self.left() < seconds + SHORTEST:
            return False
        time.sleep(seconds)
        return True

    def _call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        self._token = self._token or self._tokens.current()
        try:
            return self._once(method, path, **what)
        except Declined:
            # Declined is not carried out, so even a create may be sent again: with a newer token, once.
            spent = self._token
        self._token = self._tokens.renewed(spent)
        return self._once(method, path, **what)

    def _once(
        self, method: str, path: str, *, more: Mapping[str, str] | None = None, times: Times | None = None, **what: Any
    ) -> dict[str, Any]:
        times = times or self._times
        times = times._replace(total=min(times.total, self.left()))
        if self.left() < SHORTEST:
            raise TryLater("Hết thời gian của lần gửi này trước khi gọi Zalo. Hệ thống sẽ tự làm tiếp.")
        headers = {**(more or {}), "access_token": self._token}
        response = self._client.request(method, f"{self._base}{path}", headers=headers, timeout=times, **what)
        return data_of(response, [*self._secrets, self._token])


@contextmanager
def calling(outfit: Outfit, seconds: float, times: Times = CALL, film_times: Times = FILM) -> Iterator[Api]:
    """Open the calls of one verb, which may take `seconds` altogether; the connection is closed at the end."""
    with Client(allow=outfit.addresses.values(), times=times) as client:
        yield Api(outfit, client, seconds, times, film_times)


def data_of(response: requests.Response, secrets: list[str], *, oauth: bool = False) -> dict[str, Any]:
    """Return what an answer holds: `data` of the envelope (a list as `items`), for `oauth` the whole object.

    Zalo's own error becomes one of the four errors. `Unknown` for whatever is not Zalo's envelope, except that a
    gateway's 429 proves that the request was turned away.
    """
    try:
        found = json_object(response)
    except Unknown:
        _turned_away(response)
        raise
    if oauth and found.get("access_token"):
        return found
    code = _code(found.get("error"))
    if code is None:
        _turned_away(response)
        raise Unknown(f"Zalo trả lời không đúng dạng (HTTP {response.status_code}).")
    if code:
        said = next((found[name] for name in ("message", "error_reason", "error_name") if found.get(name)), "")
        raise refusal(code, str(said), secrets, oauth=oauth)
    data = found.get("data")
    if isinstance(data, list):
        return {"items": data}
    return data if isinstance(data, dict) else {}


def _turned_away(response: requests.Response) -> None:
    if response.status_code != 429:
        return
    wish = response.headers.get("Retry-After", "")
    after = float(wish) if wish.isascii() and wish.isdigit() and len(wish) < 10 else None
    raise TryLater("Zalo đang từ chối vì quá nhiều lượt gọi. Hệ thống sẽ tự gửi lại.", after)


def _code(value: Any) -> int | None:
    """Return an error code as an integer: Zalo has sent it as a string too; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def articles(api: Api, kind: str, pages: int) -> Iterator[dict[str, Any]]:
    """Yield the account's articles of a kind over at most `pages` pages of 10, newest first as far as anybody knows."""
    for page in range(pages):
        listed = api.get("/v2.0/article/getslice", offset=str(page * SLICE), limit=str(SLICE), type=kind)
        medias = listed.get("medias")
        found = [item for item in medias if isinstance(item, dict)] if isinstance(medias, list) else []
        yield from (item for item in found if item.get("id"))
        if len(found) < SLICE:
            return


def wait_for(api: Api, token: str, pauses: tuple[float, ...]) -> str | None:
    """Return the article's id when the job behind `token` has ended, None while it still runs after all pauses.

    Asking again with the same token is safe and gives the same id.
    """
    for pause in (0.0, *pauses):
        if pause and not api.rest(pause):
            break
        try:
            data = api.post("/v2.0/article/verify", {"token": token})
        except Processing:
            continue
        number = str(data.get("id") or data.get("article_id") or "")
        if not number:
            raise Unknown("Zalo báo đã xử lý bài nhưng không trả mã bài.")
        return number
    return None


def same(one: Any, other: Any) -> bool:
    """Whether two texts are equal for a reader: NFC, white space folded."""
    return _folded(one) == _folded(other)


def _folded(text: Any) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text)).split())
