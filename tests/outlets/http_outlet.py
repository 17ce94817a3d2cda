"""An outlet behind HTTP, installed the way a third party installs one, in two kinds: one that can be asked by key and
one that cannot. It speaks to `tests/faults/outlet_server.py` through the guarded client of the channels.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import requests

from channels.base import (
    CannotTell,
    Limits,
    Metric,
    Notes,
    Outfit,
    Part,
    Post,
    Reading,
    Receipt,
    Rejected,
    Rendered,
    Setting,
    TryLater,
    Unauthorised,
    Unknown,
)
from channels.http import Client, Times, json_object

PATIENCE = Times(connect=1.0, read=1.0, total=1.5)


class HttpOutlet:
    """Posts each item; `GET` by key tells afterwards whether it stands there."""

    name: ClassVar[str] = "http_outlet"
    title: ClassVar[str] = "Kênh HTTP thử nghiệm"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("address", "Địa chỉ"),
        Setting("token", "Khóa truy cập", secret=True),
        Setting("steps", "Gửi làm hai bước", needed=False),
    )
    limits: ClassVar[Limits] = Limits(title=120, characters=5_000, images=4, attempt=3.0)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric("copies", "Số bản", "bản", "measured"),)

    def __init__(self, outfit: Outfit) -> None:
        self._address = outfit.settings["address"]
        self._steps = outfit.settings.get("steps", "") == "yes"
        self._client = Client(allow=[self._address], times=PATIENCE)
        self._client.headers["Authorization"] = f"Bearer {outfit.settings['token']}"

    def render(self, post: Post) -> Rendered:
        return Rendered((Part("text.txt", "text/plain", f"{post.title}\n\n{post.body_text}\n".encode()),))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        content: dict[str, Any] = {"key": key, "sha256": item.sha256}
        if self._steps:
            if "upload" not in notes:
                notes["upload"] = self._identified(self._call("POST", "/uploads", {"key": key}))
            content["upload"] = notes["upload"]
        return Receipt("live", self._identified(self._call("POST", "/posts", content)))

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        standing = self._call("GET", f"/posts?key={key}").get("posts")
        if not isinstance(standing, list):
            raise Unknown("Kênh trả lời không đúng dạng.")
        return Receipt("live", str(standing[-1])) if standing else None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        self._call("PUT", f"/posts/{receipt.remote_id}", {"key": key, "sha256": item.sha256})
        return Receipt("live", receipt.remote_id)

    def retract(self, receipt: Receipt) -> None:
        self._call("DELETE", f"/posts/{receipt.remote_id}")

    def measure(self, receipt: Receipt) -> list[Reading]:
        return [Reading("copies", 1)]

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.request(method, f"{self._address}{path}", json=content)
        if answer.status_code in {401, 403}:
            raise Unauthorised("Khóa truy cập không còn hiệu lực. Hãy nhập khóa mới.")
        if answer.status_code == 429:
            raise TryLater("Kênh báo gọi quá nhanh.", retry_after(answer))
        if 400 <= answer.status_code < 500:
            raise Rejected("Kênh từ chối nội dung này.")
        if answer.status_code >= 500:
            raise Unknown(f"Kênh báo lỗi {answer.status_code}.")
        return json_object(answer)

    def _identified(self, answer: dict[str, Any]) -> str:
        if not isinstance(answer.get("id"), str):
            raise Unknown("Kênh không trả mã của bài.")
        return str(answer["id"])


class BlindHttpOutlet(HttpOutlet):
    """The same outlet where nobody can ask for a lost attempt."""

    name: ClassVar[str] = "http_outlet_blind"
    title: ClassVar[str] = "Kênh HTTP không tra cứu được"
    limits: ClassVar[Limits] = Limits(title=120, characters=5_000, images=4, attempt=3.0, askable=False)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        return CannotTell()


def retry_after(answer: requests.Response) -> float | None:
    """Return the wait that a 429 names, in seconds; a date counts from the answer's own Date, nonsense names none."""
    wish = answer.headers.get("Retry-After", "")
    try:
        return float(wish)
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(wish) - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    except (ValueError, KeyError, TypeError):
        return None
