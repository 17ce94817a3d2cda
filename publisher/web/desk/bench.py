"""What lies ready beside the editor: the unit's outlets, the lists to choose from, the state of the post."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from publisher.delivery.states import LANDED
from publisher.editorial.moving import wishes_of
from publisher.model import Account, Decision, Delivery, Label, Media, Person, Placement, Post, Theme, Unit, Version
from publisher.refusal import Missing
from publisher.security import units_with
from publisher.words import _


@dataclass(frozen=True)
class Outlet:
    """An account the post can go to; `wish` is its planned time, `landed` when the post already stands there."""

    account_id: int
    title: str
    channel: str
    mode: str
    state: str
    pause_reason: str
    wish: datetime | None
    landed: datetime | None


@dataclass(frozen=True)
class Kind:
    """A channel of the unit: its limits in characters, None where it names none."""

    name: str
    title: str
    title_limit: int | None
    limit: int | None
    utf16: bool = False


@dataclass(frozen=True)
class Bench:
    """The lists of one unit and, for a post that exists, where it stands."""

    unit_id: int
    unit: str
    themes: tuple[tuple[str, str], ...]
    audiences: tuple[tuple[str, str], ...]
    tags: tuple[tuple[str, str], ...]
    outlets: tuple[Outlet, ...]
    post_id: int | None
    slug: str
    title: str
    state: str  # empty for a new post
    head: int
    live: bool
    returned: str  # the approver's comment on the newest version, when it was sent back

    @property
    def channels(self) -> tuple[Kind, ...]:
        """The channels of the outlets, in the registry's order."""
        held = {outlet.channel for outlet in self.outlets}
        return tuple(
            Kind(name, kind.title, kind.limits.title, kind.limits.characters, kind.limits.utf16)
            for name, kind in registry().items()
            if name in held
        )


LARGEST = 2**31 - 1  # of a row's number: PostgreSQL refuses to compare with more


def whole(value: str) -> int | None:
    """Return a row's number from an address or a form; None when it is none."""
    return int(value) if value.isdecimal() and len(value) < 11 and int(value) <= LARGEST else None


def seen_post(session: Session, person: Person, post_id: int) -> Post:
    """Return a post of a unit whose desk the person may read; any other is `Missing`, as if there were none."""
    post = session.get(Post, post_id) if post_id <= LARGEST else None
    if post is None or post.unit_id not in units_with(session, person, "read"):
        raise Missing(_("Không có bài số {number}.").format(number=post_id))
    return post


def bench(session: Session, unit: Unit, post: Post | None = None) -> Bench:
    """Gather the lists for a unit's editor: 3 queries, for a post that exists up to 6."""
    themes: dict[str, str] = {}
    for theme in session.scalars(select(Theme).order_by(Theme.valid_from, Theme.code)):
        themes[theme.code] = theme.title  # the newest edition's words
    labels = session.execute(select(Label.kind, Label.code, Label.title).order_by(Label.id)).all()
    return Bench(
        unit_id=unit.id,
        unit=unit.name,
        themes=tuple(sorted(themes.items())),
        audiences=tuple((code, title) for kind, code, title in labels if kind == "audience"),
        tags=tuple((code, title) for kind, code, title in labels if kind == "tag"),
        outlets=_outlets(session, unit, post),
        post_id=post.id if post else None,
        slug=post.slug if post else "",
        title=post.title if post else "",
        state=post.state if post else "",
        head=post.head if post else 0,
        live=post is not None and post.live is not None,
        returned=_returned(session, post) if post is not None and post.state == "returned" else "",
    )


def _returned(session: Session, post: Post) -> str:
    comment = session.scalar(
        select(Decision.comment)
        .join(Version, Version.id == Decision.version_id)
        .where(Version.post_id == post.id, Version.number == post.head, Decision.verdict == "returned")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return comment or ""


def _outlets(session: Session, unit: Unit, post: Post | None) -> tuple[Outlet, ...]:
    planned: dict[int, datetime] = {}
    landed: dict[int, datetime] = {}
    if post is not None:
        wishes = session.scalars(wishes_of(post).where(Placement.name == "main"))
        planned = {wish.account_id: wish.due_at for wish in wishes}
        if post.live is not None:
            landed = _landed(session, post)
    rows = session.scalars(
        select(Account)
        .where((Account.unit_id == unit.id) | Account.id.in_(planned))
        .where((Account.state != "closed") | Account.id.in_(planned))
    )
    order = [*registry()]
    accounts = sorted(rows, key=lambda a: (order.index(a.channel) if a.channel in order else len(order), a.id))
    return tuple(
        Outlet(
            account.id, account.title, account.channel, account.mode, account.state, account.pause_reason,
            planned.get(account.id), landed.get(account.id),
        )
        for account in accounts
    )  # fmt: skip


def _landed(session: Session, post: Post) -> dict[int, datetime]:
    """Return, per account, when the post came to stand there or may have."""
    rows = session.execute(
        select(Delivery.account_id, Delivery.sent_at, Delivery.due_at)
        .where(Delivery.post_id == post.id, Delivery.placement == "main", Delivery.action != "retract")
        .where(Delivery.state.in_((*LANDED, "sending", "unsure")))
        .order_by(Delivery.id)
    )
    return {row.account_id: row.sent_at or row.due_at for row in rows}


def media_of(session: Session, digests: Collection[str]) -> dict[str, Media]:
    """Return the stored pictures and films among the given sha256 values."""
    rows = session.scalars(select(Media).where(Media.sha256.in_(sorted(set(digests))[:200])))
    return {row.sha256: row for row in rows}
