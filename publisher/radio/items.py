"""Approved posts for a station: the newest approved script of each, when it goes on air, what a person chose for it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio.outlet import SCRIPT
from channels.radio.programme import Item
from publisher.delivery.states import LANDED
from publisher.files import FileStore
from publisher.model import BroadcastItem, Decision, Delivery, Person, Post, Rendering, Version
from publisher.words import _

GONE = ("cancelled", "failed", "retracted", "held")
LATEST = timedelta(days=35)  # how long after its due time an item may still go on air for the first time
NOT_LATE = timedelta(hours=1)  # sent so much after its due time, an item belongs to the next slot from then on
FEATURE = 150  # seconds: what is longer is no item of the news
MOST = 2_000


@dataclass(frozen=True)
class Airing:
    """A post that a station reads: `delivery_id` carries its newest approved text, `root_id` its first publication."""

    delivery_id: int
    root_id: int
    post_id: int
    placement: str
    version: int
    title: str
    state: str
    reason: str
    air_at: datetime
    kind: str  # empty where nobody chose one: the length decides
    priority: str
    position: int
    parts: Sequence[dict[str, str]]
    approved_by: str
    changed_at: datetime

    def item(self, files: FileStore) -> Item:
        """Return it for a programme, its script read from the store."""
        part = next(part for part in self.parts if part["name"] == SCRIPT)
        script: dict[str, Any] = json.loads(files.get(part["sha256"]))
        kind = self.kind or ("feature" if script["seconds"] > FEATURE else "news")
        return Item(
            self.delivery_id, self.post_id, self.version, kind, self.priority, script, part["sha256"], self.approved_by
        )


def airings(session: Session, account_id: int, since: datetime, until: datetime) -> list[Airing]:
    """Return what may be on the air of a station between two instants: 5 queries, the editor's order.

    Approved posts alone: one under correction shows its standing text until the correction is approved; one withdrawn,
    cancelled or held is left out.
    """
    moved = session.scalars(
        select(BroadcastItem.post_id).where(
            BroadcastItem.account_id == account_id, BroadcastItem.air_at.between(since, until)
        )
    ).all()
    first = Delivery.due_at.between(since - LATEST, until)
    roots = session.scalars(
        select(Delivery)
        .where(Delivery.account_id == account_id, Delivery.action == "publish", Delivery.state.not_in(GONE))
        .where(first | Delivery.post_id.in_(moved))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(MOST)
    ).all()
    return _read(session, account_id, roots)


def airing(session: Session, account_id: int, root_id: int) -> Airing | None:
    """Return what became of one first publication on a station; None when nothing of it is to be read."""
    root = session.get(Delivery, root_id)
    if root is None or root.account_id != account_id or root.action != "publish" or root.state in GONE:
        return None
    return next(iter(_read(session, account_id, [root])), None)


def _read(session: Session, account_id: int, roots: Sequence[Delivery]) -> list[Airing]:
    posts = {root.post_id for root in roots}
    newest = _newest(session, account_id, roots)
    choices = {
        (row.post_id, row.placement): row
        for row in session.scalars(
            select(BroadcastItem).where(BroadcastItem.account_id == account_id, BroadcastItem.post_id.in_(posts))
        )
    }
    texts = _texts(session, {delivery.id for delivery in newest.values()})
    found = []
    for root in roots:
        delivery = newest.get(root.id)
        row = texts.get(delivery.id) if delivery is not None else None
        if delivery is None or row is None or row.post_state == "withdrawn":
            continue
        if delivery.state not in LANDED and row.approved != row.number:
            continue
        found.append(_airing(root, delivery, row, choices.get((root.post_id, root.placement))))
    return sorted(found, key=lambda airing: (airing.position, airing.air_at, airing.root_id))


def _newest(session: Session, account_id: int, roots: Sequence[Delivery]) -> dict[int, Delivery]:
    """Return the delivery that carries the newest approved text of each root; a root under removal is left out."""
    chain = session.scalars(
        select(Delivery)
        .where(Delivery.account_id == account_id, Delivery.post_id.in_({root.post_id for root in roots}))
        .where(Delivery.action != "publish", Delivery.state.not_in(GONE))
        .order_by(Delivery.id)
    ).all()
    newest = {root.id: root for root in roots}
    root_of = {root.id: root.id for root in roots}
    for delivery in chain:
        root_id = root_of.get(delivery.follows_id or 0)
        if root_id is None:
            continue
        root_of[delivery.id] = root_id
        if delivery.action == "retract":
            newest.pop(root_id, None)
        elif root_id in newest:
            newest[root_id] = delivery
    return newest


def _texts(session: Session, delivery_ids: Collection[int]) -> dict[int, Any]:
    rows = session.execute(
        select(
            Delivery.id, Version.title, Version.number, Post.approved, Post.state.label("post_state"), Rendering.parts,
            Person.name.label("approver"),
        )
        .join(Version, Version.id == Delivery.version_id)
        .join(Post, Post.id == Delivery.post_id)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .join(Decision, Decision.id == Rendering.decision_id)
        .outerjoin(Person, Person.id == Decision.person_id)
        .where(Delivery.id.in_(delivery_ids))
    )  # fmt: skip
    return {row.id: row for row in rows}


def _airing(root: Delivery, delivery: Delivery, row: Any, choice: BroadcastItem | None) -> Airing:
    return Airing(
        delivery.id, root.id, root.post_id, root.placement, row.number, row.title, delivery.state, delivery.reason,
        (choice.air_at if choice else None) or _air_at(root),
        choice.kind if choice else "", choice.priority if choice else "normal", choice.position if choice else 0,
        row.parts, row.approver or "", max(delivery.created_at, choice.set_at if choice else delivery.created_at),
    )  # fmt: skip


def _air_at(root: Delivery) -> datetime:
    """Return when a post goes on air: its due time, or when it was let go although it was late."""
    let_go = root.sent_at or (root.wake_at if root.late_allowed else None)
    return let_go if let_go is not None and let_go - root.due_at > NOT_LATE else root.due_at


def kind_title(kind: str) -> str:
    """Return the name of a kind of item as people read it."""
    return {"news": _("Tin"), "feature": _("Chuyên mục"), "dialogue": _("Hỏi – đáp"), "notice": _("Thông báo")}[kind]


def priority_title(priority: str) -> str:
    """Return the name of a priority as people read it."""
    return {"normal": _("Thông thường"), "priority": _("Ưu tiên"), "urgent": _("Khẩn cấp")}[priority]
