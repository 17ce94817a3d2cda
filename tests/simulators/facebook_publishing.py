"""Writes of the simulated Graph API: posts, photos, edits, deletions, comments, and publishing what was scheduled."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import filetype
from PIL import Image

from tests.simulators.facebook_calls import Call
from tests.simulators.facebook_errors import invalid, missing, named
from tests.simulators.facebook_reading import post_fields
from tests.simulators.facebook_world import Comment, Page, Photo, Post, Video, World
from tests.simulators.kit import Journal

LONGEST = 63_206
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=30)
PICTURES = {"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"}


def settle(world: World, journal: Journal, now: datetime) -> None:
    """Publish what was scheduled for a time that has come."""
    for post in world.posts.values():
        if not post.published and post.scheduled is not None and post.scheduled <= now:
            post.published, post.created = True, post.scheduled
            post.shows_at = post.scheduled + timedelta(seconds=world.options.visible_after)
            journal.add("publish", id=post.id)


def feed(call: Call, page: Page, journal: Journal) -> dict[str, Any]:
    """POST /{page}/feed: text, link, attached photos, now or scheduled."""
    own(call, page)
    message, link = call.text("message"), call.text("link")
    photos = _attached(call, page)
    if not message and not link and not photos:
        raise named("1349125")
    if len(message) > LONGEST:
        raise invalid(f"The message exceeds {LONGEST} characters")
    _check_link(call, link)
    _children(call)
    published, scheduled = _when(call)
    if published and message and not photos:
        _not_repeated(call.world, page, message, link)
    post = call.world.add_post(
        page, call.now, message=message, link=link, photos=photos, app=call.app, published=published,
        scheduled=scheduled,
    )  # fmt: skip
    journal.add("feed", id=post.id, message=message, link=link, photos=photos, published=published)
    fields = call.text("fields")
    return {"id": post.id, **(post_fields(call, post, fields) if fields else {})}


def photo(call: Call, page: Page, journal: Journal) -> dict[str, Any]:
    """POST /{page}/photos: by `url` or the multipart field `source`, published at once or staged."""
    own(call, page)
    size = _picture(call)
    caption = call.text("caption") or call.text("message") or call.text("name")
    published, _scheduled = _when(call)
    made = Photo(
        call.world.number(), page, size, call.text("alt_text_custom"), caption, published,
        call.flag("temporary", False),
    )  # fmt: skip
    call.world.photos[made.id] = made
    answer = {"id": made.id}
    if published:
        post = call.world.add_post(page, call.now, message=caption, photos=[made.id], app=call.app)
        answer["post_id"] = post.id
    elif call.world.options.staged_post_id:
        answer["post_id"] = f"{page.id}_{made.id}"
    journal.add("photo", id=made.id, published=published, size=size, alt=made.alt)
    return answer


def edit(call: Call, post: Post, journal: Journal) -> dict[str, Any]:
    """POST /{post}: only by the application that made it; link and photos of a post cannot be swapped."""
    own(call, post.page)
    if post.app is not call.app:
        error = named("200")
        error.message = "(#200) This post wasn't created by the application"
        raise error
    fixed = {"link", "attached_media", "source", "url"} & set(call.args)
    if fixed:
        raise invalid(f"{', '.join(sorted(fixed))} of a post cannot be changed")
    if "message" in call.args:
        post.message = call.text("message")
    if "scheduled_publish_time" in call.args:
        post.scheduled = _scheduled(call)
    if call.flag("is_published", False) and not post.published:
        post.published, post.scheduled, post.created = True, None, call.now
    if "backdated_time" in call.args:
        post.created = _time(call.text("backdated_time"), call.now)
    post.hidden, post.pinned = call.flag("is_hidden", post.hidden), call.flag("is_pinned", post.pinned)
    post.updated = call.now
    journal.add("edit", id=post.id, message=post.message)
    return {"success": True}


def delete(call: Call, number: str, journal: Journal) -> dict[str, Any]:
    """DELETE /{id}: a second time is code 100, subcode 33."""
    call.need_page()
    world = call.world
    for shelf in (world.posts, world.photos, world.videos, world.comments):
        if number in shelf:
            found: Any = shelf.pop(number)  # type: ignore[attr-defined]
            for post in world.posts.values():
                if isinstance(found, Photo) and number in post.photos:
                    post.photos.remove(number)
            if isinstance(found, Video):
                world.posts.pop(found.post, None)
            journal.add("delete", id=number)
            return {"success": True}
    raise missing(number, "delete")


def comment(call: Call, parent: str, journal: Journal) -> dict[str, Any]:
    """POST /{post or comment}/comments: a comment, or a reply to one."""
    page = call.need_page("MODERATE", "pages_manage_engagement")
    if parent not in call.world.posts and parent not in call.world.comments:
        raise missing(parent, "post")
    if not call.text("message"):
        raise invalid("message is required")
    made = Comment(f"{parent.partition('_')[2] or parent}_{call.world.number()}", parent, page,
                   call.text("message"), call.now)  # fmt: skip
    call.world.comments[made.id] = made
    journal.add("comment", id=made.id, parent=parent, message=made.message)
    return {"id": made.id}


def edit_comment(call: Call, found: Comment, journal: Journal) -> dict[str, Any]:
    """POST /{comment} with a message edits that comment; it is no reply, whatever Meta's sample says."""
    call.need_page("MODERATE", "pages_manage_engagement")
    found.message = call.text("message")
    journal.add("edit", id=found.id, message=found.message)
    return {"success": True}


def own(call: Call, page: Page) -> None:
    """Refuse a write with another Page's token, or while the Page is blocked for policy."""
    if call.need_page() is not page:
        raise named("200")
    if page.blocked_until is not None and call.now < page.blocked_until:
        page.blocked_until += timedelta(hours=1)  # knocking makes it worse
        raise named("368")


def _attached(call: Call, page: Page) -> list[str]:
    if "attached_media" not in call.args:
        return []
    given = call.nested("attached_media")
    if not isinstance(given, list) or not all(isinstance(one, dict) and set(one) == {"media_fbid"} for one in given):
        raise invalid("Param attached_media must be an array of objects with media_fbid")
    found = []
    for one in given:
        staged = call.world.photos.get(str(one["media_fbid"]))
        if staged is None or staged.page is not page:
            raise invalid("attached_media names a photo that does not exist")
        if staged.post or staged.published or staged.id in found:
            raise named("1366051")
        found.append(staged.id)
    return found


def _picture(call: Call) -> int:
    """Return the size of the picture that was sent or named, after the checks Facebook makes."""
    address = call.text("url")
    if address:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise named("2061006")
        if address.startswith(call.world.options.unreachable):
            raise named("2069019")
        return 0
    if "source" not in call.files:
        raise invalid("Either url or source is required")
    data = call.files["source"].read()
    kind = filetype.guess_mime(data)
    if kind not in PICTURES:
        raise named("2069019")
    try:
        moving = getattr(Image.open(io.BytesIO(data)), "is_animated", False)
    except OSError:
        raise named("2069019") from None
    if moving or len(data) >= call.world.options.largest_photo:
        raise named("1366046")
    return len(data)


def _check_link(call: Call, link: str) -> None:
    if not link:
        return
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise named("2061006")
    if re.search(r"(^|\.)facebook\.com$", parts.hostname):
        raise named("1609008")
    if link.startswith(call.world.options.unreachable):
        raise named("1609005")


def _children(call: Call) -> None:
    if "child_attachments" in call.args:
        given = call.nested("child_attachments")
        if not isinstance(given, list) or not 2 <= len(given) <= 5 or not all(one.get("link") for one in given):
            raise invalid("child_attachments must be 2 to 5 objects with a link")


def _not_repeated(world: World, page: Page, message: str, link: str) -> None:
    """Refuse the text of the newest post a second time in a row; what was deleted in between does not count."""
    last = [post for post in world.posts.values() if post.page is page and post.published]
    if last and (last[-1].message, last[-1].link, last[-1].photos) == (message, link, []):
        raise named("506")


def _when(call: Call) -> tuple[bool, datetime | None]:
    published = call.flag("published", True)
    if "scheduled_publish_time" not in call.args:
        return published, None
    if published:
        raise invalid("scheduled_publish_time needs published=false")
    return False, _scheduled(call)


def _scheduled(call: Call) -> datetime:
    at = _time(call.text("scheduled_publish_time"), call.now)
    if not call.now + SOONEST <= at <= call.now + LATEST:
        raise invalid("The specified scheduled publish time is invalid")
    return at


def _time(text: str, now: datetime) -> datetime:
    """Read a time as Graph does: unix seconds, ISO 8601, or `+2 hours`."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    ahead = re.fullmatch(r"\+(\d+) (minutes?|hours?|days?)", text)
    if ahead:
        return now + int(ahead[1]) * timedelta(**{ahead[2].rstrip("s") + "s": 1})
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{text[:40]} is not a time") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
