"""What tests of the portal share: making pages with pictures, withdrawing, correcting, counting queries."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from PIL import Image
from sqlalchemy import event, select

from publisher import clock
from publisher.editorial import withdrawing
from publisher.model import Media, Page, PageViews, Post
from tests.factories import Office

READER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def published(office: Office, title: str, at: datetime | None = None, **text: Any) -> str:
    """A page that stands on the portal since `at` (now); returns its slug."""
    with clock.reading(at) if at else nullcontext():
        post_id = office.published(title, **text)
    return slug_of(office, post_id)


def slug_of(office: Office, post_id: int) -> str:
    with office.reading() as session:
        return session.get_one(Post, post_id).slug


def page_of(office: Office, slug: str) -> Page:
    with office.reading() as session:
        return session.scalars(select(Page).where(Page.slug == slug)).one()


def withdraw(office: Office, slug: str, reason: str = "Nội dung chưa đúng.") -> None:
    with office.writing() as session:
        post = session.scalars(select(Post).where(Post.slug == slug)).one()
        withdrawing.withdraw(session, office.person(session, "approver"), post, post.revision, reason)
    office.tick()


def correct(office: Office, slug: str, note: str, **text: Any) -> None:
    post_id = page_of(office, slug).post_id
    office.save(post_id, correction=note, **text)
    office.submit(post_id)
    office.approve(post_id)
    office.tick()


def picture(office: Office, colour: str = "#884422", media_type: str = "image/jpeg") -> dict[str, Any]:
    """A picture in the store, as a post carries it."""
    data = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(data, media_type.removeprefix("image/").upper())
    sha256 = office.world.files.put(data.getvalue())
    with office.writing() as session:
        session.add(
            Media(
                sha256=sha256, media_type=media_type, width=320, height=240, size=len(data.getvalue()),
                name="anh.jpg", created_at=clock.now(),
            )
        )  # fmt: skip
    return {"sha256": sha256, "media_type": media_type, "width": 320, "height": 240, "alt": "Quầy Một cửa"}


def views(office: Office) -> dict[tuple[int, str], int]:
    with office.reading() as session:
        return {(row.post_id, row.day.isoformat()): row.count for row in session.scalars(select(PageViews))}


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """Collect the statements the database is asked, the beginnings of transactions apart."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(office.world.db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(office.world.db.engine, "before_cursor_execute", note)
