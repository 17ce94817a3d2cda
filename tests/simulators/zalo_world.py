"""What Zalo knows in the simulator: the app, the account, its tokens, articles, followers; and how it answers no."""

import random
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

APP_ID = "3920811246534312345"
APP_SECRET = "ZALOCANARY-app-secret-5Q7w"  # found in no message, log or repr of ours
OA_SECRET = "ZALOCANARY-oa-secret-9Xk2"
OA_ID = "2718281828459045235"

# Zalo's own words (zalo-oa-api.md §6), spelling included; a name with a word behind it is a second meaning.
TEXTS = {
    "-32": "Your application reached limit call api",
    "-100": "attachment_id was expired",
    "-200": "Upload media failed, please check your photo_url",
    "-200 throttled": "Upload media failed. Too many failed attempts, please try again later",
    "-200 message": "Send message failed",
    "-201": "param is invalid!",
    "-201 title": "title allow 1 to 150 characters",
    "-201 photo_url": "photo_url is invalid!",
    "-201 id": "id is invalid!",
    "-201 token": "token is invalid!",
    "-204": "Offical Account is disable",
    "-205": "Offical Account is not exist",
    "-209": "Not supported this api",
    "-210": "Parameter exceeds allowable limit",
    "-211": "Out of quota",
    "-212": "App has not registed this api",
    "-213": "User has not followed OA",
    "-214": "Article is being processed",
    "-216": "Access token is invalid",
    "-217": "User blocked invitation",
    "-218": "Out of quota receive",
    "-219": "App is removed or disabled",
    "-220": "access_token is expired or removed",
    "-221": "The OA needs to be verified",
    "-223": "OA has not authorized this API for the application",
    "-223 quota": "Your OA has reach the limit quota create article",
    "-224": "The OA needs to upgrade OA Tier Package",
    "-227": "User is banned or has been inactive for more than 45 days",
    "-230": "User has not interacted with the OA in the past 7 days",
    "-232": "User has not interacted with the OA in the past 7 days",
    "-233": "Message type is not support",
    "-234": "This type of message can not be sent at night from 10PM to 6AM",
    "-235": "API does not support this type of OA",
    "-237": "The group is expired",
    "-238": "The asset is not available",
    "-240": "MessageV2 API has been shut down, please use MessageV3 API",
    "-241": "The asset is not available",
    "-242": "Invalid appsecret_proof provided in the API argument",
    "-244": "User has restricted this type of message",
    "-248": "Message violates platform standards",
    "-320": "Your app needs to connect with Zalo Cloud Account",
    "-321": "Zalo Cloud Account is out of money",
}
OAUTH_TEXTS = {
    "-118": ("Invalid grant", "The grant is invalid"),
    "-14002": ("Invalid app id", "App id is invalid or app is inactive"),
    "-14003": ("Invalid redirect uri", "Redirect uri is not registered"),
    "-14004": ("Invalid secret key", "Secret key is not correct"),
    "-14005": ("Invalid code", "Authorization code is invalid, expired or used"),
    "-14014": ("Invalid refresh token.", "Refresh token is invalid"),
    "-14018": ("Invalid grant type", "Grant type is not supported"),
}


class No(Exception):
    """Zalo's answer when it does not do what was asked; `text` defaults to Zalo's own for the name."""

    def __init__(self, name: str, text: str = "", status: int = 200, oauth: bool = False) -> None:
        super().__init__(name)
        self.code = int(name.split(" ", maxsplit=1)[0])
        self.oauth = oauth
        self.text = text or (OAUTH_TEXTS if oauth else TEXTS).get(name, ("unforeseen", "unforeseen") if oauth else "")
        self.status = status

    def body(self) -> dict[str, Any]:
        if not self.oauth:
            return {"error": self.code, "message": self.text}
        name, reason = self.text
        return {"error": self.code, "error_name": name, "error_reason": reason, "error_description": reason}


@dataclass
class Options:
    """How this Zalo behaves; each may be changed from outside by its name."""

    job_seconds: tuple[float, float] = (0.0, 0.0)  # how long a job runs: at least, at most
    list_delay: float = 0.0  # seconds from the end of a job until the list shows the article
    list_hidden: bool = True
    strict_lengths: bool = True  # refuses exactly 150 and 300 too
    tells_addresses: bool = True  # getdetail tells the pictures' addresses as it got them, else its own
    film_status: int = 1  # what a film's conversion ends with: 2 locked, 4 failed, 5 deleted
    shows_on_update: bool = True  # whether an update to `show` makes a hidden article visible
    jobs_known: bool = True  # whether verify still knows the tokens
    access_dies_on_rotation: bool = True
    expires_in_number: bool = False
    refresh_days: int = 90
    error_as_string: bool = False
    extra_fields: bool = False
    echoes: bool = False  # repeats in its refusals what it was sent as token, secret or code
    unknown_status: int = 404
    per_minute: int = 4000
    article_quota: int = 10**6
    broadcast_quota: int = 4
    upload_quota: int = 5000
    views_per_hour: int = 6
    followers: int = 1280
    fixed_challenge: str = ""  # saved in the console: then the challenge of an address counts no more
    callback: str = ""  # saved in the console: then another redirect_uri is refused
    revoked: bool = False
    active: bool = True
    registered: bool = True
    disabled: bool = False
    verified: bool = True
    paid: bool = True
    authorised: bool = True  # the permission group «Quản lý bài viết»

    def change(self, facts: dict[str, Any]) -> None:
        known = {known.name for known in fields(self)}
        for name, value in facts.items():
            if name not in known:
                raise LookupError(f"no option {name}: {', '.join(sorted(known))}")
            setattr(self, name, tuple(value) if name == "job_seconds" else value)


@dataclass
class Code:
    """A code of a consent: 10 minutes, one use."""

    challenge: str
    until: datetime
    used: bool = False


@dataclass
class Article:
    """An article with everything that was sent for it."""

    id: str
    sent: dict[str, Any]
    made_at: datetime
    changed_at: datetime
    listed_at: datetime
    shown_at: datetime | None = None

    @property
    def status(self) -> str:
        return "show" if self.shown_at else "hide"


@dataclass
class Job:
    """What a token of create or update stands for."""

    sent: dict[str, Any]
    ready_at: datetime
    article: str = ""  # its id: of an update from the start, of a creation when it has ended
    state: str = "running"  # running · done · failed
    failure: str = ""


@dataclass
class World:
    """Everything that a reset forgets."""

    options: Options = field(default_factory=Options)
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, datetime] = field(default_factory=dict)  # token → dies at
    refresh: dict[str, datetime] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)  # of fetching an address
    videos: dict[str, datetime] = field(default_factory=dict)
    films: set[str] = field(default_factory=set)  # converted ones that an article may name
    uploads: dict[str, datetime] = field(default_factory=dict)
    followers: dict[str, datetime] = field(default_factory=dict)  # user id → last interaction
    broadcasts: list[tuple[datetime, str]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)  # of a minute
    dice: random.Random = field(default_factory=lambda: random.Random(76))
    serial: int = 0

    def next_id(self, kind: str) -> str:
        """Return a new id, the same ones in each run."""
        self.serial += 1
        return f"{self.dice.getrandbits(48):012x}{kind}{self.serial:05d}"
