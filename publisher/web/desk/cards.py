"""A rendering drawn as its outlet shows it: a post on a Facebook Page, an article of a Zalo Official Account.

Made from the rendered parts alone, so that what is drawn is what is approved and sent.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels import registry
from channels.base import Part, Rendered
from channels.facebook.text import LONGEST, read

LARGEST_PICTURE = 3_000_000  # bytes shown inside a page; a larger picture is named only
# Where a timeline on a wide screen folds a message, as those who count it say; Facebook names no figure.
FOLDED_AFTER = 477
GRID = 5  # pictures of a post that a timeline shows; the last one tells how many more there are


@dataclass(frozen=True)
class Picture:
    """A picture's data address and its alternative text."""

    address: str
    alt: str


@dataclass(frozen=True)
class Card:
    """What an outlet shows of a post: `kind` names the drawing, `characters` of `most` are counted as it counts."""

    kind: str
    characters: int
    most: int | None
    text: str = ""  # before the fold, or the description
    rest: str = ""  # behind «Xem thêm»
    title: str = ""
    author: str = ""
    link: str = ""
    host: str = ""
    pictures: tuple[Picture, ...] = ()
    film: str = ""  # its sha256
    more: int = 0  # pictures beyond those drawn


def card_of(rendered: Rendered) -> Card | None:
    """Return the drawing of a rendering, known by its parts; None for one that is shown part by part."""
    names = {part.name for part in rendered.parts}
    if {"message.txt", "post.json"} <= names:
        return _facebook(rendered)
    if "article.json" in names:
        return _zalo(rendered)
    return None


def picture(part: Part) -> str:
    """Return a picture as a data address; empty for what is none, or too large to stand inside a page."""
    kind = part.media_type.partition(";")[0]
    if kind not in {"image/png", "image/jpeg", "image/gif"} or len(part.data) > LARGEST_PICTURE:
        return ""
    return f"data:{kind};base64,{base64.b64encode(part.data).decode()}"


def _facebook(rendered: Rendered) -> Card:
    message, sheet, parts = read(rendered)
    text, rest = _folded(message)
    link = str(sheet.get("link") or "")
    alts = sheet.get("alt", {})
    return Card(
        kind="facebook",
        characters=len(message.encode("utf-16-le")) // 2,
        most=LONGEST,
        text=text,
        rest=rest,
        title=message.partition("\n")[0],
        link=link,
        host=(urlsplit(link).hostname or "").upper(),
        pictures=tuple(Picture(picture(part), alts.get(part.name, "")) for part in parts[:GRID]),
        more=max(len(parts) - GRID, 0),
        film=_film(rendered),
    )


def _folded(message: str) -> tuple[str, str]:
    """Return a message before and behind the fold, which falls between two words."""
    if len(message) <= FOLDED_AFTER:
        return message, ""
    head = message[:FOLDED_AFTER]
    at = max(head.rfind(" "), head.rfind("\n"))
    at = at if at > 0 else FOLDED_AFTER
    return message[:at].rstrip(), message[at:]


def _zalo(rendered: Rendered) -> Card:
    article: dict[str, Any] = json.loads(rendered.part("article.json").data)
    title = str(article.get("title", ""))
    named = str(article.get("avatar") or article.get("cover", {}).get("photo_url", ""))
    cover = [part for part in rendered.parts if part.name == named]
    limits = registry()["zalo"].limits if "zalo" in registry() else None
    return Card(
        kind="zalo",
        characters=limits.count(title) if limits else len(title),
        most=limits.title if limits else None,
        title=title,
        text=str(article.get("description", "")),
        author=str(article.get("author", "")),
        pictures=tuple(Picture(picture(part), "") for part in cover),
        film=_film(rendered),
    )


def _film(rendered: Rendered) -> str:
    return rendered.film.sha256 if rendered.film is not None else ""
