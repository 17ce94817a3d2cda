"""Connecting a Page: the sign-in dialog, its code, a long-lived token, the person's Pages, and what a token is worth.

A Page token obtained with a long-lived user token names no expiry date (facebook-page-api.md §2).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from channels.base import Rejected, Unknown
from channels.facebook.errors import meaning
from channels.facebook.graph import GRAPH_URL, VERSION, Access, Graph
from channels.http import redact

LOGIN_URL = "https://www.facebook.com"
# What posting, editing, removing, finding again and counting need; a Page of a business needs `business_management`.
PERMISSIONS = {
    "pages_show_list": "xem danh sách Trang",
    "pages_manage_posts": "đăng, sửa và gỡ bài",
    "pages_read_engagement": "đọc lại bài đã đăng",
    "pages_read_user_content": "đếm bình luận và cảm xúc",
    "read_insights": "đọc lượt xem và lượt tiếp cận",
}
MOST_PAGES = 20  # pages of 100 entries


@dataclass(frozen=True)
class App:
    """The office's application at Facebook, and the base addresses it is reached at."""

    app_id: str
    app_secret: str = field(repr=False)
    version: str = VERSION
    base: str = GRAPH_URL
    login: str = LOGIN_URL

    def graph(self, token: str = "", *hidden: str) -> Graph:
        """Return a Graph that calls with a token, or as nobody; `hidden` are secrets that go into its calls."""
        return Graph(Access(token, self.app_id, self.app_secret, self.version, self.base, hidden))


@dataclass(frozen=True)
class UserToken:
    """A person's token and how many seconds it lives, if Facebook said it."""

    token: str = field(repr=False)
    seconds: int | None = None


@dataclass(frozen=True)
class Page:
    """A Page that a person may hand to us: its token, and what the person may do on it."""

    page_id: str
    name: str
    token: str = field(repr=False)
    tasks: tuple[str, ...] = ()

    @property
    def can_post(self) -> bool:
        """Whether the person may create posts there (tasks CREATE_CONTENT, MANAGE or MODERATE)."""
        return not {"CREATE_CONTENT", "MANAGE", "MODERATE"}.isdisjoint(self.tasks)

    def settings(self, app: App) -> dict[str, str]:
        """Return the settings of a channel account for this Page."""
        given = {"page_id": self.page_id, "token": self.token, "app_id": app.app_id, "app_secret": app.app_secret}
        return given if app.version == VERSION else {**given, "version": app.version}


@dataclass(frozen=True)
class TokenFacts:
    """What Facebook says of a token; a date of None means that it named none."""

    valid: bool
    kind: str  # PAGE or USER
    app_id: str
    page_id: str
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    permissions: tuple[str, ...]
    reason: str = ""  # why it is not valid, in Facebook's words
    sentence: str = ""  # the same in ours: cause and next step

    @property
    def missing(self) -> tuple[str, ...]:
        """The permissions we need that it does not have."""
        return tuple(name for name in PERMISSIONS if name not in self.permissions)


def dialog(app: App, redirect_uri: str, state: str) -> str:
    """Return the address of Facebook's sign-in dialog; it sends the person back with `code` and our `state`."""
    asked = {
        "client_id": app.app_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "scope": ",".join(PERMISSIONS),
    }
    return f"{app.login.rstrip('/')}/{app.version}/dialog/oauth?{urlencode(asked)}"


def token_of_code(app: App, code: str, redirect_uri: str) -> UserToken:
    """Exchange the dialog's code for a short-lived user token; `redirect_uri` must be the dialog's own."""
    asked = {"client_id": app.app_id, "client_secret": app.app_secret, "redirect_uri": redirect_uri, "code": code}
    return _user_token(app.graph("", code).post("oauth/access_token", **asked))


def long_lived(app: App, short: UserToken) -> UserToken:
    """Exchange a short-lived user token for one of about 60 days."""
    asked = {
        "grant_type": "fb_exchange_token",
        "client_id": app.app_id,
        "client_secret": app.app_secret,
        "fb_exchange_token": short.token,
    }
    return _user_token(app.graph("", short.token).get("oauth/access_token", **asked))


def pages(app: App, person: UserToken) -> list[Page]:
    """Return the Pages a person may hand to us, in Facebook's order."""
    graph = app.graph(person.token)
    found: list[Page] = []
    after: str | None = None
    for _turn in range(MOST_PAGES):
        answer = graph.get("me/accounts", fields="id,name,access_token,tasks", limit="100", after=after)
        found += [_page(row) for row in answer.get("data", []) if row.get("access_token")]
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not after:
            break
    return found


def choose(offered: list[Page], page_id: str) -> Page:
    """Return the chosen Page; `Rejected` when the person cannot hand it over or may not post there."""
    for page in offered:
        if page.page_id == page_id:
            if not page.can_post:
                raise Rejected(
                    f"Người kết nối không có quyền tạo nội dung trên Trang «{page.name}». Hãy cấp quyền trước."
                )
            return page
    raise Rejected(
        "Trang này không có trong danh sách Trang mà người kết nối đã cho phép. Hãy kết nối lại và chọn Trang."
    )


def examine(app: App, token: str) -> TokenFacts:
    """Ask Facebook what a token is worth (debug_token, called with the application's own token)."""
    graph = app.graph(f"{app.app_id}|{app.app_secret}", token)
    data: dict[str, Any] = graph.get("debug_token", input_token=token).get("data") or {}
    if "is_valid" not in data:
        raise Unknown("Facebook không cho biết khóa truy cập còn dùng được hay không.")
    error = data.get("error") or {}
    dead = {"code": error.get("code") or 190, "error_subcode": error.get("subcode"), "message": error.get("message")}
    return TokenFacts(
        valid=data["is_valid"] is True,
        kind=str(data.get("type", "")),
        app_id=str(data.get("app_id", "")),
        page_id=str(data.get("profile_id", "")),
        expires_at=_date(data.get("expires_at")),
        data_access_expires_at=_date(data.get("data_access_expires_at")),
        permissions=tuple(str(scope) for scope in data.get("scopes", [])),
        reason=redact(str(error.get("message", "")), (token, app.app_secret)),
        sentence="" if data["is_valid"] is True else meaning(dead, 400).sentence,
    )


def _user_token(answer: dict[str, Any]) -> UserToken:
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token:
        raise Unknown("Facebook không trả khóa truy cập. Hãy kết nối lại.")
    return UserToken(token, seconds if isinstance(seconds, int) else None)


def _page(row: dict[str, Any]) -> Page:
    return Page(str(row.get("id", "")), str(row.get("name", "")), row["access_token"], tuple(row.get("tasks") or ()))


def _date(value: Any) -> datetime | None:
    """Return a time told in seconds; Facebook writes 0 for "never"."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value > 0 else None
