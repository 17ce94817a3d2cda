"""The public portal's index of pages, written in the transaction that records a landing."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from publisher import clock
from publisher.files import FileStore
from publisher.model import Page, PageTheme, Post
from publisher.pages import search

PART = "page.json"  # a rendering that carries this part has a public page


def put(session: Session, files: FileStore, delivery_id: int, post_id: int, parts: Sequence[dict[str, str]]) -> None:
    """Write or replace the page of a landed rendering that carries `page.json`; others have no page."""
    digests = {part["name"]: part["sha256"] for part in parts}
    if PART not in digests:
        return
    content: dict[str, Any] = json.loads(files.get(digests[PART]))
    now = clock.now()
    page = session.get(Page, post_id) or _new(session, delivery_id, session.get_one(Post, post_id), now)
    page.delivery_id = delivery_id
    page.title, page.summary = content["title"], content["summary"]
    page.content = {key: value for key, value in content.items() if key != "text"}
    page.sha256 = digests["article.html"]
    page.words, page.folded = search.index(content["title"], content["summary"], content["text"])
    page.changed_at = now
    page.withdrawn_at, page.withdraw_reason = None, ""
    if content["correction"]:
        page.corrections = [*page.corrections, {"at": now.isoformat(), "note": content["correction"]}]
    session.flush()
    session.execute(delete(PageTheme).where(PageTheme.post_id == post_id))
    session.add_all(PageTheme(post_id=post_id, code=code) for code, _title in content["themes"])


def _new(session: Session, delivery_id: int, post: Post, now: datetime) -> Page:
    page = Page(
        post_id=post.id, slug=post.slug, unit_id=post.unit_id, delivery_id=delivery_id, title="", summary="",
        content={}, sha256="", words="", folded="", published_at=now, changed_at=now, corrections=[],
    )  # fmt: skip
    session.add(page)
    return page


def withdraw(session: Session, post_id: int, parts: Sequence[dict[str, str]]) -> None:
    """Leave a notice at the page's address and take its text out of search."""
    page = session.get(Page, post_id)
    if page is None or not any(part["name"] == PART for part in parts):
        return
    page.withdrawn_at = clock.now()
    page.withdraw_reason = session.get_one(Post, post_id).withdraw_reason
    page.words = page.folded = ""
