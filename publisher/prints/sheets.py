"""What was made of a post for print: read back from the rendering that was approved."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.banner import FACTS, Banner
from publisher.files import FileStore
from publisher.model import Account, Delivery, Page, Post, Rendering, Version

CHANNEL = Banner.name
MOST = 20  # accounts of a post; posts in the list of what can be ordered


@dataclass(frozen=True)
class Made:
    """One sheet or screen of an approved rendering: `file` and `preview` are names of its parts."""

    code: str
    title: str
    kind: str
    file: str
    preview: str
    sha256: str  # of the file
    material: str
    facts: Mapping[str, Any]

    @property
    def printed(self) -> bool:
        """Whether a print shop makes it; screens show theirs themselves."""
        return self.kind != "led"


@dataclass(frozen=True)
class Work:
    """What one account made of one version of a post."""

    delivery_id: int
    state: str
    action: str
    version: int
    account: str
    warnings: Sequence[str]
    made: Sequence[Made]


@dataclass(frozen=True)
class Ready:
    """A post with approved sheets, for a list."""

    post_id: int
    title: str
    unit_id: int


def of_post(session: Session, files: FileStore, post: Post) -> list[Work]:
    """Return what the newest approved version of a post was made into, one entry an account: 1 query."""
    rows = session.execute(
        select(Delivery.id, Delivery.state, Delivery.action, Version.number, Account.id, Account.title, Rendering)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.post_id == post.id, Account.channel == CHANNEL, Delivery.action != "retract")
        .where(Delivery.state.not_in(("cancelled", "retracted")))
        .order_by(Delivery.id.desc())
        .limit(5 * MOST)
    ).all()
    newest: dict[int, Work] = {}
    for delivery_id, state, action, version, account_id, title, rendering in rows:
        if account_id not in newest:
            newest[account_id] = Work(
                delivery_id, state, action, version, title, rendering.warnings, _made(files, rendering.parts)
            )
    return sorted(newest.values(), key=lambda work: work.account)


def _made(files: FileStore, parts: Sequence[Mapping[str, str]]) -> list[Made]:
    hashes = {part["name"]: part["sha256"] for part in parts}
    if FACTS not in hashes:
        return []
    record = json.loads(files.get(hashes[FACTS]))
    return [
        Made(
            fact["code"], fact["title"], fact["kind"], fact["file"], fact["preview"], hashes[fact["file"]],
            fact.get("material", ""), fact,
        )
        for fact in record["made"]
    ]  # fmt: skip


def ready(session: Session, units: Collection[int]) -> list[Ready]:
    """Return the posts whose sheets were approved last, newest first: 1 query."""
    newest = (
        select(Delivery.post_id, Delivery.id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Account.channel == CHANNEL, Account.unit_id.in_(units), Delivery.action != "retract")
        .where(Delivery.state.not_in(("cancelled", "retracted", "failed")))
        .order_by(Delivery.id.desc())
        .limit(5 * MOST)
        .subquery()
    )
    rows = session.execute(
        select(Post.id, Post.title, Post.unit_id)
        .join(newest, newest.c.post_id == Post.id)
        .where(Post.unit_id.in_(units))
        .order_by(newest.c.id.desc())
    )
    return list(dict.fromkeys(Ready(post_id, title, unit_id) for post_id, title, unit_id in rows))[:MOST]


def on_portal(session: Session, post: Post) -> bool:
    """Whether the page that the code leads to stands, or has a delivery that will put it there: 2 queries."""
    page = session.get(Page, post.id)
    if page is not None and page.withdrawn_at is None:
        return True
    waiting = (
        select(Delivery.id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.post_id == post.id, Account.channel == "portal", Delivery.state.in_(("planned", "waiting")))
        .limit(1)
    )
    return session.scalar(waiting) is not None
