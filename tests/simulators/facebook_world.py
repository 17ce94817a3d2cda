"""What the simulated Facebook knows: applications, people, Pages, tokens, posts, photos, videos, comments."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

APP_ID = "1234567890123456"
APP_SECRET = "0123456789abcdef0123456789abcdef"
PERSON_ID = "10150000000000001"
PAGE_ID = "100064500000001"
SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "read_insights",
    "publish_video",
)
TASKS = ("ANALYZE", "CREATE_CONTENT", "MANAGE", "MODERATE")


@dataclass
class Options:
    """How this Facebook behaves; every one may be changed while it runs."""

    strict_booleans: bool = True
    visible_after: float = 0.0  # seconds until a post shows in the lists
    ranked: bool = False  # lists in another order than by time
    empty_page: bool = False  # the first page of a list is empty and has a `next`
    largest_photo: int = 10_000_000
    photo_limit_text: int = 4  # MB named in error 1366046
    staged_post_id: bool = False  # whether an unpublished photo's answer names a post
    shows_application: bool = True
    version_header: bool = True
    budget: int = 0  # calls a rolling 24 hours; 0: no limit
    headers_from: float = 0.5  # share of the budget from which usage headers appear
    too_many_requests: bool = False  # throttle with HTTP 429 and Retry-After instead of 400
    largest_read: int = 100  # more than this many posts with attachments: code 1, "reduce the amount of data"
    insights_daily: bool = False  # metrics move once every 24 hours
    video_seconds: float = 60.0
    video_fails: bool = False  # a film cannot be converted: its status is `error` and it gets no post
    bare_post_id: bool = False  # a video's `post_id` without the Page's number before it
    unreachable: tuple[str, ...] = ()  # beginnings of addresses that Facebook cannot fetch
    exchange_expires: bool = True  # whether long-lived user tokens name `expires_in`


@dataclass
class App:
    id: str
    secret: str
    name: str
    require_proof: bool = False


@dataclass
class Person:
    id: str
    name: str
    scopes: tuple[str, ...] = SCOPES
    data_access_until: datetime | None = None


@dataclass
class Page:
    id: str
    name: str
    likes: int = 2500
    tasks: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by person
    blocked_until: datetime | None = None  # by code 368


@dataclass
class Token:
    value: str
    kind: str  # USER or PAGE
    app: App
    person: Person
    page: Page | None
    issued_at: datetime
    expires_at: datetime | None
    scopes: tuple[str, ...]
    dead: int = 0  # subcode of 190 it was revoked with


@dataclass
class Photo:
    id: str
    page: Page
    size: int
    alt: str
    caption: str
    published: bool
    temporary: bool
    post: str = ""


@dataclass
class Post:
    id: str
    page: Page
    message: str
    link: str
    photos: list[str]
    app: App | None  # None: written by hand on facebook.com
    created: datetime
    updated: datetime
    published: bool
    shows_at: datetime
    scheduled: datetime | None = None
    video: str = ""
    hidden: bool = False
    pinned: bool = False


@dataclass
class Video:
    id: str
    page: Page
    title: str
    description: str
    app: App
    published: bool
    ready_at: datetime
    made: datetime
    shows_at: datetime
    failed: bool = False
    post: str = ""


@dataclass
class Comment:
    id: str
    parent: str
    page: Page
    message: str
    created: datetime


@dataclass
class Code:
    person: Person
    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    until: datetime
    used: bool = False


class World:
    """The state of the simulated Facebook; starts with one application, one person, one Page."""

    def __init__(self) -> None:
        self.options = Options()
        self.apps = {APP_ID: App(APP_ID, APP_SECRET, "Phát hành nội dung")}
        self.people = {PERSON_ID: Person(PERSON_ID, "Nguyễn Văn Mẫu")}
        self.pages = {PAGE_ID: Page(PAGE_ID, "UBND phường Mẫu", tasks={PERSON_ID: TASKS})}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.posts: dict[str, Post] = {}
        self.photos: dict[str, Photo] = {}
        self.videos: dict[str, Video] = {}
        self.comments: dict[str, Comment] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(122_000_000_000_001)

    def number(self) -> str:
        """The next object id: posts, photos and videos share one sequence and never an id."""
        return str(next(self._numbers))

    def token(
        self, kind: str, now: datetime, *, value: str = "", expires_at: datetime | None = None,
        app: str = APP_ID, person: str = PERSON_ID, page: str = PAGE_ID, scopes: tuple[str, ...] | None = None,
    ) -> Token:  # fmt: skip
        """Issue a token; `value` only where a test must know it beforehand."""
        holder = self.people[person]
        made = Token(
            value or f"EAAS{secrets.token_hex(24)}",
            kind,
            self.apps[app],
            holder,
            self.pages[page] if kind == "PAGE" else None,
            now,
            expires_at,
            holder.scopes if scopes is None else scopes,
        )
        self.tokens[made.value] = made
        return made

    def revoke(self, why: str, person: str = PERSON_ID) -> None:
        """Make a person's tokens die the way `why` names; `data_access` and `permission` leave them alive."""
        holder = self.people[person]
        subcodes = {
            "deauthorised": 458, "checkpoint": 459, "password": 460, "expired": 463, "unconfirmed": 464,
            "invalid": 467, "role": 492,
        }  # fmt: skip
        if why == "permission":
            holder.scopes = ()
        for token in self.tokens.values():
            if token.person is not holder:
                continue
            if why == "permission":
                token.scopes = ()
            elif why == "data_access":
                holder.data_access_until = token.issued_at
            elif why != "role" or token.kind == "PAGE":
                token.dead = subcodes[why]
        if why == "role":
            for page in self.pages.values():
                page.tasks.pop(person, None)

    def foreign_post(self, message: str, now: datetime, *, by_hand: bool = True, page: str = PAGE_ID) -> Post:
        """A post that somebody else made on the Page: by hand, or with another application."""
        app = None if by_hand else self.apps.setdefault("999", App("999", "other", "Ứng dụng khác"))
        return self.add_post(self.pages[page], now, message=message, app=app)

    def add_post(self, page: Page, now: datetime, **facts: Any) -> Post:
        number = f"{page.id}_{self.number()}"
        shows_at = now + timedelta(seconds=self.options.visible_after)
        given = {"message": "", "link": "", "photos": [], "app": None, "published": True, **facts}
        made = Post(id=number, page=page, created=now, updated=now, shows_at=shows_at, **given)
        self.posts[number] = made
        for photo in made.photos:
            self.photos[photo].post = number
        return made

    def staged(self) -> list[str]:
        """The ids of unpublished photos that belong to no post: orphans, if nobody uses them any more."""
        return [photo.id for photo in self.photos.values() if not photo.published and not photo.post]
