"""Looking for a post whose answer was lost (facebook-page-api.md §4).

Facebook lists published posts late, ranked rather than in order, in pages of which some are empty; what it lists
is matched by the photos we staged, else by text, time and application.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.base import Notes, TryLater
from channels.facebook.errors import TooMuch
from channels.facebook.graph import Graph

FIELDS = (
    "id,message,created_time,permalink_url,is_published,application{id},"
    "attachments{target{id},subattachments{target{id}}}"
)
FIRST_PAGE, NEXT_PAGES = 25, 100  # Facebook's largest page
PAGES = {"published_posts": 5, "feed": 2}
EARLIER = timedelta(minutes=2)  # two clocks that do not quite agree
WAITS = (60, 120, 240, 300)  # seconds between looks; with the settling before the first, about 13 minutes


def moment(text: Any) -> datetime | None:
    """Return a time as Facebook writes it (`2019-01-02T18:31:28+0000`); None for anything else."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def normal(message: str) -> str:
    """Return a message the way two copies are compared: NFC, plain line ends, no space at the ends of lines."""
    text = unicodedata.normalize("NFC", message).replace("\r\n", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def looks_left(notes: Notes, told_at: datetime | None) -> int | None:
    """Count a look that found nothing; return the seconds until the next, None when it was the last.

    It is the last when the looks so far span all of `WAITS`, by Facebook's own clock where it told the time:
    after an outage the engine looks rarely, and two looks an hour apart say as much as five within that time.
    """
    looks, first = int(notes.get("looks", 0)), notes.get("first_look")
    spanned = 0.0
    if told_at is not None and first:
        spanned = (told_at - datetime.fromisoformat(first)).total_seconds()
    if looks >= len(WAITS) or spanned >= sum(WAITS):
        notes["looks"], notes["first_look"] = 0, ""  # a later loss is looked for from the start
        return None
    if not looks and told_at is not None:
        notes["first_look"] = told_at.isoformat()
    notes["looks"] = looks + 1
    return WAITS[looks]


def matching(
    graph: Graph, page: str, message: str, photos: frozenset[str], since: datetime, app: str
) -> list[Mapping[str, Any]]:
    """Return the posts of a Page that may be the lost one: several only when nothing tells them apart.

    `since` is when the first attempt may have begun. First the Page's published posts are walked; only when that
    finds nothing, its feed, which can be asked by time but mixes in visitors' and unpublished posts.
    """
    for edge in PAGES:
        ours: dict[str, Mapping[str, Any]] = {}
        for post in _walk(graph, page, edge, since):
            if photos & _media(post):
                return [post]
            if _is_ours(post, message, since, app):
                ours[str(post.get("id"))] = post
        if ours:
            signed = [post for post in ours.values() if _application(post)]
            return signed or list(ours.values())
    return []


def _is_ours(post: Mapping[str, Any], message: str, since: datetime, app: str) -> bool:
    if post.get("is_published") is False or not message or normal(str(post.get("message", ""))) != normal(message):
        return False
    created = moment(post.get("created_time"))
    if created is not None and created < since - EARLIER:
        return False
    publisher = _application(post)
    return not (app and publisher) or publisher == app


def _application(post: Mapping[str, Any]) -> str:
    application = post.get("application")
    return str(application.get("id", "")) if isinstance(application, Mapping) else ""


def _media(post: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of everything attached to a post."""
    found = set()
    waiting = [post.get("attachments")]
    while waiting:
        holder = waiting.pop()
        for attachment in holder.get("data", []) if isinstance(holder, Mapping) else []:
            target = attachment.get("target")
            if isinstance(target, Mapping):
                found.add(str(target.get("id", "")))
            waiting.append(attachment.get("subattachments"))
    return frozenset(found - {""})


def _walk(graph: Graph, page: str, edge: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """Yield the posts of an edge over its first pages; a page may be empty and still not the last."""
    limit, after = FIRST_PAGE, None
    asked: dict[str, Any] = {"fields": FIELDS}
    if edge == "feed":
        asked["since"] = str(int((since - EARLIER).timestamp()))
    for _page in range(PAGES[edge]):
        answer, limit = _page_of(graph, f"{page}/{edge}", {**asked, "after": after}, limit)
        listed = answer.get("data")
        if not isinstance(listed, list):
            raise TryLater("Facebook không trả danh sách bài: sẽ xem lại.")  # no list is not an empty list
        yield from (post for post in listed if isinstance(post, Mapping))
        paging = answer.get("paging")
        paging = paging if isinstance(paging, Mapping) else {}
        # `next` is an address with the token in it: only whether it is there counts, the cursor leads on.
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not after:
            return
        limit = NEXT_PAGES if limit == FIRST_PAGE else limit


def _page_of(graph: Graph, path: str, asked: Mapping[str, Any], limit: int) -> tuple[dict[str, Any], int]:
    """Read one page, with smaller and smaller limits while Facebook finds it too much."""
    while True:
        try:
            return graph.get(path, limit=str(limit), **asked), limit
        except TooMuch:
            if limit <= 5:
                raise
            limit = max(5, limit // 4)
