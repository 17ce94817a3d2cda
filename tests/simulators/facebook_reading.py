"""Reads of the simulated Graph API: field expansion, the nodes, the lists of posts and their paging."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tests.simulators.facebook_calls import Call, moment
from tests.simulators.facebook_errors import GraphError, invalid, named
from tests.simulators.facebook_world import Comment, Page, Photo, Post

REMOVED = {"link", "name", "caption", "description", "source", "type", "object_id"}  # from posts, in v3.3
LARGEST_LIMIT = 100


@dataclass(frozen=True)
class Field:
    """One requested field: `comments.limit(0).summary(true){id}`."""

    name: str
    args: dict[str, str]
    inner: str = ""


def parse_fields(text: str) -> list[Field]:
    """Split a `fields` parameter at its outer commas."""
    found, depth, start = [], 0, 0
    for position, char in enumerate(f"{text},"):
        depth += (char in "{(") - (char in "})")
        if char == "," and depth == 0:
            found.append(_field(text[start:position].strip()))
            start = position + 1
    if depth:
        raise GraphError(2500, "Syntax error in the fields parameter")
    return [field for field in found if field.name]


def _field(text: str) -> Field:
    head, _brace, inner = text.partition("{")
    name, *calls = head.split(".")
    args = {}
    for call in calls:
        match = re.fullmatch(r"(\w+)\((.*)\)", call)
        if match is None:
            raise GraphError(2500, f"Syntax error in the fields parameter near {call[:30]}")
        args[match[1]] = match[2]
    return Field(name.strip(), args, inner.removesuffix("}"))


def select(node: str, makers: dict[str, Callable[[Field], Any]], fields: str, default: str) -> dict[str, Any]:
    """Return the asked fields of a node; a field that does not exist fails the call, an empty one is left out."""
    answer = {}
    for field in parse_fields(fields or default):
        if field.name not in makers:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({field.name}) on node type ({node})")
        value = makers[field.name](field)
        if value not in (None, ""):
            answer[field.name] = value
    return answer


def post_fields(call: Call, post: Post, fields: str) -> dict[str, Any]:
    """Return the fields of a post."""
    for field in parse_fields(fields):
        if field.name in REMOVED:
            raise GraphError(12, f"(#12) {field.name} field is deprecated for versions v3.3 and higher")
    kind = "added_photos" if post.photos else "shared_story" if post.link else "mobile_status_update"
    makers: dict[str, Callable[[Field], Any]] = {
        "id": lambda _f: post.id,
        "message": lambda _f: post.message,
        "created_time": lambda _f: moment(post.created),
        "updated_time": lambda _f: moment(post.updated),
        "permalink_url": lambda _f: f"https://www.facebook.com/{post.page.id}/posts/{post.id.partition('_')[2]}",
        "status_type": lambda _f: kind,
        "is_published": lambda _f: post.published,
        "is_hidden": lambda _f: post.hidden,
        "scheduled_publish_time": lambda _f: post.scheduled and int(post.scheduled.timestamp()),
        "full_picture": lambda _f: f"https://scontent.example/{post.photos[0]}.jpg" if post.photos else None,
        "from": lambda _f: {"id": post.page.id, "name": post.page.name},
        "application": lambda f: _application(call, post, f),
        "attachments": lambda f: _attachments(post, f),
        "shares": lambda _f: _shares(post, call.now),
        "comments": lambda f: _comments(call, post, f),
        "reactions": lambda f: _summary(call, grown(post, "reactions", call.now), f),
    }
    return {"id": post.id, **select("Post", makers, fields, "id,message,created_time")}


def _application(call: Call, post: Post, field: Field) -> Any:
    if post.app is None or not call.world.options.shows_application:
        return None
    makers = {"id": lambda _f: post.app.id, "name": lambda _f: post.app.name, "link": lambda _f: "https://x.example/"}
    return select("Application", makers, field.inner, "id,name")


def _attachments(post: Post, field: Field) -> Any:
    if not post.photos and not post.link and not post.video:
        return None
    if post.photos:
        rows = [_attachment("photo", number) for number in post.photos]
        whole = {**_attachment("album", post.page.id), "subattachments": {"data": rows}} if len(rows) > 1 else rows[0]
    else:
        whole = _attachment("video", post.video) if post.video else _attachment("link", "", post.link)
    return {"data": [_inner(whole, field.inner)]}


def _attachment(kind: str, target: str, url: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"media_type": kind, "type": kind, "url": url or f"https://www.facebook.com/photo/{target}"}
    return {**row, "target": {"id": target}} if target else row


def _inner(attachment: dict[str, Any], fields: str) -> dict[str, Any]:
    asked = parse_fields(fields) or [Field(name, {}) for name in ("media_type", "type", "url", "target")]
    known = {"media_type", "type", "url", "target", "subattachments", "title", "description", "media"}
    answer = {}
    for field in asked:
        if field.name not in known:
            raise invalid(f"Tried accessing nonexisting field ({field.name}) on node type (StoryAttachment)")
        value = attachment.get(field.name)
        if field.name == "subattachments" and value:
            value = {"data": [_inner(row, field.inner) for row in value["data"]]}
        if value is not None:
            answer[field.name] = value
    return answer


def grown(post: Post, what: str, now: datetime, daily: bool = False) -> int:
    """Return a counter of a post: it only ever grows with the simulated time, at its own pace."""
    hours = max((now - post.created).total_seconds() / 3600, 0.0)
    hours = hours // 24 * 24 if daily else hours
    pace = 1 + hashlib.sha256(f"{post.id}{what}".encode()).digest()[0] / 32
    share = {"post_media_view": 20.0, "post_total_media_view_unique": 12.0, "post_clicks": 2.0, "reactions": 0.9}
    return int(hours * pace * share.get(what, 0.3))


def _shares(post: Post, now: datetime) -> Any:
    count = grown(post, "shares", now)
    return {"count": count} if count else None  # absent when zero


def _summary(call: Call, total: int, field: Field, rows: list[Any] | None = None) -> dict[str, Any]:
    call.need_scope("pages_read_user_content")
    limit = int(field.args.get("limit", "25"))
    answer: dict[str, Any] = {"data": (rows or [])[:limit]}
    return {**answer, "summary": {"total_count": total}} if field.args.get("summary") in {"true", "1"} else answer


def _comments(call: Call, post: Post, field: Field) -> dict[str, Any]:
    found = [comment for comment in call.world.comments.values() if comment.parent == post.id]
    return _summary(call, len(found), field, [comment_fields(one, field.inner) for one in found])


def comment_fields(comment: Comment, fields: str) -> dict[str, Any]:
    """Return the fields of a comment."""
    makers: dict[str, Callable[[Field], Any]] = {
        "id": lambda _f: comment.id,
        "message": lambda _f: comment.message,
        "created_time": lambda _f: moment(comment.created),
        "from": lambda _f: {"id": comment.page.id, "name": comment.page.name},
    }
    return select("Comment", makers, fields, "id,message,created_time")


def page_fields(call: Call, page: Page, fields: str) -> dict[str, Any]:
    """Return the fields of a Page."""
    makers: dict[str, Callable[[Field], Any]] = {
        "id": lambda _f: page.id,
        "name": lambda _f: page.name,
        "fan_count": lambda _f: page.likes,
        "followers_count": lambda _f: page.likes,
        "link": lambda _f: f"https://www.facebook.com/{page.id}",
    }
    return select("Page", makers, fields, "id,name")


def photo_fields(photo: Photo, fields: str) -> dict[str, Any]:
    """Return the fields of a photo."""
    makers: dict[str, Callable[[Field], Any]] = {
        "id": lambda _f: photo.id,
        "name": lambda _f: photo.caption,
        "alt_text_custom": lambda _f: photo.alt,
        "page_story_id": lambda _f: photo.post,
    }
    return select("Photo", makers, fields, "id")


def posts(call: Call, page: Page, edge: str) -> dict[str, Any]:
    """GET /{page}/published_posts, /feed, /scheduled_posts: late, perhaps ranked, in pages with cursors."""
    call.need_scope("pages_read_engagement")
    rows = [post for post in call.world.posts.values() if post.page is page and post.shows_at <= call.now]
    if edge == "published_posts":
        rows = [post for post in rows if post.published and (not post.hidden or call.flag("include_hidden", False))]
    elif edge == "scheduled_posts":
        rows = [post for post in rows if not post.published and post.scheduled]
    since = call.text("since")
    if edge == "feed" and since.isdigit():  # published_posts documents no since and ignores it
        rows = [post for post in rows if post.created.timestamp() >= int(since)]
    rows.sort(key=lambda post: post.created, reverse=True)
    if call.world.options.ranked:
        rows.sort(key=lambda post: hashlib.sha256(post.id.encode()).digest())
    return paged(call, rows, lambda post: post_fields(call, post, call.text("fields")))


def paged(call: Call, rows: list[Any], make: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Return one page of a list; `next` is a whole address with the token in it, also when the token came by header."""
    limit = int(call.text("limit")) if call.text("limit").isdigit() else 25
    if limit > LARGEST_LIMIT:
        raise invalid(f"limit must be at most {LARGEST_LIMIT}")
    if limit > call.world.options.largest_read:
        raise named("1/data")
    after = call.text("after")
    start = _position(rows, after)
    page = [] if call.world.options.empty_page and not after else rows[start : start + limit]
    end = start + len(page)
    answer: dict[str, Any] = {"data": [make(row) for row in page]}
    if not page and end >= len(rows):
        return answer
    cursors = {"before": _cursor(page[0].id) if page else "start", "after": _cursor(page[-1].id) if page else "start"}
    answer["paging"] = {"cursors": cursors}
    if end < len(rows):
        token = call.token.value if call.token else ""
        query = {**{k: v for k, v in call.args.items() if k != "appsecret_proof"}, "after": cursors["after"]}
        address = f"{call.base}{call.version}/{'/'.join(call.path)}?"
        answer["paging"]["next"] = address + urlencode({**query, "access_token": token})
    return answer


def _cursor(number: str) -> str:
    return f"c{number}"


def _position(rows: list[Any], after: str) -> int:
    if after in {"", "start"}:
        return 0
    numbers = [_cursor(row.id) for row in rows]
    if after not in numbers:
        raise invalid("Invalid cursor")
    return numbers.index(after) + 1
