"""The public portal's index of pages, written in the transaction that records a landing."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.files import FileStore
from publisher.model import Delivery, Page, PageTheme, Post, Rendering
from publisher.pages import search


def put(session: Session, files: FileStore, delivery: Delivery, post: Post) -> None:
    """Write or replace the page of a landed rendering that carries `page.json`; others have no page."""
    rendering = session.get_one(Rendering, delivery.rendering_id)
    parts = {part["name"]: part["sha256"] for part in rendering.parts}
    if "page.json" not in parts:
        return
    content: dict[str, Any] = json.loads(files.get(parts["page.json"]))
    now = clock.now()
    page = session.get(Page, post.id) or _new(session, delivery, post, now)
    page.delivery_id = delivery.id
    page.title, page.summary = content["title"], content["summary"]
    page.content = {key: value for key, value in content.items() if key != "text"}
    page.sha256 = parts["article.html"]
    page.words, page.folded = search.index(content["title"], content["summary"], content["text"])
    page.changed_at = now
    page.withdrawn_at, page.withdraw_reason = None, ""
    if content["correction"]:
        page.corrections = [*page.corrections, {"at": now.isoformat(), "note": content["correction"]}]
    session.flush()
    session.execute(delete(PageTheme).where(PageTheme.post_id == post.id))
    session.add_all(PageTheme(post_id=post.id, code=code) for code, _title in content["themes"])


def _new(session: Session, delivery: Delivery, post: Post, now: datetime) -> Page:
    page = Page(
        post_id=post.id, slug=post.slug, unit_id=post.unit_id, delivery_id=delivery.id, title="", summary="",
        content={}, sha256="", words="", folded="", published_at=now, changed_at=now, corrections=[],
    )  # fmt: skip
    session.add(page)
    return page


def withdraw(session: Session, delivery: Delivery, post: Post) -> None:
    """Leave a notice at the page's address and take its text out of search."""
    page = session.scalar(select(Page).where(Page.post_id == post.id))
    if page is None:
        return
    rendering = session.get_one(Rendering, delivery.rendering_id)
    if not any(part["name"] == "page.json" for part in rendering.parts):
        return
    page.withdrawn_at, page.withdraw_reason = clock.now(), post.withdraw_reason
    page.words = page.folded = ""
