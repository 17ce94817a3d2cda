"""What a channel is: its data, its verbs, and the four errors by which the engine decides what to do next.

A channel knows no database, no web framework and no clock. It gets its settings, a file store and the HTTP
client when it is made and reads nothing global.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal, Protocol, runtime_checkable

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import templates


class Refusal(Exception):
    """The parent of the four errors; `message` is a Vietnamese sentence: cause and next step."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Rejected(Refusal):
    """The outlet refused the content: final, show why."""


class Unauthorised(Refusal):
    """The outlet does not accept us any more: pause the account, keep its queue, tell the administrator."""


class TryLater(Refusal):
    """Proof that nothing was accepted; `after` is the outlet's own wish in seconds, if it gave one.

    `everything`: the outlet wishes it for the whole account, as when its limit is used up, not for this item alone.
    """

    def __init__(self, message: str, after: float | None = None, *, everything: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.everything = everything


class Unknown(Refusal):
    """Bytes left us and no clear answer came: it may have landed, so look before sending again."""


@dataclass(frozen=True)
class Image:
    """A picture of a post: its bytes by sha256, its alternative text, its size in pixels."""

    sha256: str
    media_type: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Video:
    """The film of a post: its bytes by sha256 and how many, its size in pixels, its length in whole seconds."""

    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    seconds: int
    alt: str = ""  # what is to be seen, for those who do not see it

    @property
    def told(self) -> str:
        """Length and weight as people read them: `1:05, 12 MB`."""
        weight = f"{max(1, round(self.size / 1_000_000))} MB" if self.size >= 500_000 else f"{-(-self.size // 1000)} KB"
        return f"{self.seconds // 60}:{self.seconds % 60:02}, {weight}"


@dataclass(frozen=True)
class Theme:
    """A theme's code and title, as they stood when the post was rendered."""

    code: str
    title: str


@dataclass(frozen=True)
class Post:
    """A version of a post as channels see it: everything they may show, nothing they must look up."""

    number: int  # of the version
    slug: str
    title: str
    body_html: str  # sanitised
    body_text: str
    summary: str
    slogan: str
    unit: str
    hotline: str
    themes: tuple[Theme, ...] = ()
    audiences: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source_number: str = ""
    source_date: date | None = None
    valid_until: date | None = None
    images: tuple[Image, ...] = ()
    video: Video | None = None
    correction: str = ""
    link: str = ""  # the public address of the post, when the portal has one
    lines: Mapping[str, str] = field(default_factory=dict)  # sentence → how an editor wants it read aloud
    lexicon: Mapping[str, str] = field(default_factory=dict)  # the unit's own readings: written → spoken


@dataclass(frozen=True)
class Part:
    """One piece of what is sent: a name, a media type and its bytes."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def open(self) -> BinaryIO:
        """Return the bytes as a stream, to be closed by the caller."""
        return BytesIO(self.data)


class Stored(Part):
    """A part whose bytes stay in the file store, named by their sha256: a film is opened when it is sent, and a
    preview, which the editor asks for at every pause of typing, never reads it."""

    _digest: str
    _files: "Files"

    def __init__(self, name: str, media_type: str, sha256: str, files: "Files") -> None:
        for field_name, value in {"name": name, "media_type": media_type, "_digest": sha256, "_files": files}.items():
            object.__setattr__(self, field_name, value)

    @property
    def data(self) -> bytes:
        """The bytes, read and checked against their name."""
        return self._files.get(self._digest)

    @property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 of the bytes, known without reading them."""
        return self._digest

    def open(self) -> BinaryIO:
        """Return the bytes as a stream that was checked against their name."""
        return self._files.open(self._digest)


@dataclass(frozen=True)
class Rendered:
    """What a channel will send for a post: parts in order, and warnings an editor should read.

    `fetched` names the parts that the outlet fetches from our public address `/anh/<sha256>` while it takes the post.
    """

    parts: tuple[Part, ...]
    warnings: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """One hash over names, types and bytes of all parts."""
        return digest([(part.name, part.media_type, part.sha256) for part in self.parts])

    def part(self, name: str) -> Part:
        """Return the part called `name` (KeyError if the rendering has none)."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    @property
    def film(self) -> Part | None:
        """The film among the parts, if there is one."""
        return next((part for part in self.parts if is_film(part.media_type)), None)


def is_film(media_type: str) -> bool:
    """Whether a part of this type is a film."""
    return media_type.startswith("video/")


def digest(parts: list[tuple[str, str, str]]) -> str:
    """Return the hash of a rendering from its parts' (name, media type, sha256)."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """What the outlet gave back; `remote_id` is unique in the account, `accepted_at` only if the outlet said it.
    `pace` is how many seconds the outlet wants to be left alone now, before its limit bites."""

    kind: Literal["live", "handed_over", "rehearsed"]
    remote_id: str
    url: str = ""
    accepted_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    pace: float = 0.0


@dataclass(frozen=True)
class Standing:
    """How an account stands at its outlet, asked just now, in words for people.

    `health` is a Vietnamese sentence, cause and next step; empty when all is well. `usable` is False when nothing can
    be sent. `expires_at` is when the access ends by itself; `facts` are (name, value) pairs to be shown as they are.
    """

    health: str = ""
    usable: bool = True
    expires_at: datetime | None = None
    facts: tuple[tuple[str, str], ...] = ()


class CannotTell:
    """The outlet cannot be asked whether a lost attempt landed: a person decides."""


@dataclass(frozen=True)
class Metric:
    """Something a channel counts: `name` in rows, `title` on screen, `unit` counted in, and how it is known."""

    name: str
    title: str
    unit: str
    source: Literal["measured", "reported"]


@dataclass(frozen=True)
class Reading:
    """One number the outlet gave; `as_of` is None when it named no time."""

    metric: str
    value: int
    as_of: datetime | None = None


@dataclass(frozen=True)
class Limits:
    """What an outlet accepts; None means that it names no limit. `settle` is how long, in seconds, a lost request
    may still land: `find` is not asked sooner. `askable` is False where `find` can never tell."""

    title: int | None = None
    characters: int | None = None
    utf16: bool = False  # characters are counted in UTF-16 units (an emoji is two), else in code points
    images: int | None = None
    image_bytes: int | None = None
    video: bool = False  # whether a film goes along; where not, the post goes without it
    video_bytes: int | None = None
    video_cover: bool = False  # whether a film needs the post's first picture as its cover
    per_hour: int | None = None
    settle: float = 0.0
    askable: bool = True
    attempt: float = 40.0  # seconds one attempt may take at most
    film_attempt: float = 0.0  # the same where a film is sent: 50 MB take their time on an office's line

    def longest(self, media_types: Iterable[str]) -> float:
        """Return how many seconds an attempt with parts of these types may take."""
        film = any(is_film(one) for one in media_types)
        return max(self.attempt, self.film_attempt) if film else self.attempt

    def count(self, text: str) -> int:
        """Return how long a text is as the outlet counts it."""
        return len(text.encode("utf-16-le")) // 2 if self.utf16 else len(text)


@dataclass(frozen=True)
class Setting:
    """One field of an account's settings form."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    needed: bool = True
    pattern: str = ""  # a regular expression the whole value must match


Notes = MutableMapping[str, Any]


class Files(Protocol):
    """The file store as a channel sees it: bytes by sha256, and named files of its own."""

    def get(self, digest: str) -> bytes: ...
    def open(self, digest: str) -> BinaryIO: ...
    def write(self, name: str, data: bytes) -> None: ...
    def read(self, name: str) -> bytes | None: ...
    def remove(self, name: str) -> None: ...


class Tokens(Protocol):
    """Access tokens that change by themselves: kept, locked and renewed by the hub; a channel only asks for one."""

    def current(self) -> str:
        """Return the token to use now; `Unauthorised` without consent, `TryLater` while a new one is fetched."""

    def renewed(self, refused: str) -> str:
        """Return another token than `refused`, which the outlet has just declined; the same errors."""

    def standing(self) -> Standing:
        """Say how the tokens themselves stand, without a call: what is wrong, until when no person need consent."""


@dataclass(frozen=True)
class Outfit:
    """What a channel is made with: its account's settings (secrets opened), the file store, base addresses that
    take the place of the outlets' real ones (by name: `facebook`, `facebook_login`, `zalo`, `zalo_oauth`; `public`
    is our own portal's), tokens where the outlet's change by themselves, and whether the account only rehearses."""

    account: int
    settings: Mapping[str, str] = field(repr=False)
    files: Files
    addresses: Mapping[str, str] = field(default_factory=dict)
    tokens: Tokens | None = field(default=None, repr=False)
    rehearsal: bool = False


class Channel(Protocol):
    """A kind of outlet. One file in `channels/`, one template, one line in the registry."""

    name: ClassVar[str]
    title: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    limits: ClassVar[Limits]
    metrics: ClassVar[tuple[Metric, ...]]

    def __init__(self, outfit: Outfit) -> None: ...

    def render(self, post: Post) -> Rendered:
        """Return what would be sent: pure, the same bytes for the same post."""

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Make one attempt, bounded in time."""

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Say whether a lost attempt landed: its receipt, None for surely not, CannotTell."""

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Replace what stands at the outlet by `item`; repeating it changes nothing."""

    def retract(self, receipt: Receipt) -> None:
        """Remove it from the outlet; already removed is removed."""

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return the numbers the outlet has now; what it does not tell is left out."""


@runtime_checkable
class Watched(Protocol):
    """A channel whose outlet can be asked whether an account is still connected; what needs no token has none."""

    def standing(self) -> Standing:
        """Ask the outlet, bounded in time; `TryLater` or `Unknown` when it gave no answer: a lost access is one."""


@lru_cache(maxsize=1)
def look() -> Environment:
    """Return the templates of channels: escaped, strict about unknown names, the same bytes for the same data."""
    return Environment(
        loader=FileSystemLoader(Path(templates.__file__).parent / "channels"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
