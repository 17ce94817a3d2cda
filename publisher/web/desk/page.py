"""A post's own page: its text, versions, decisions, deliveries, and what may be done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher.delivery.outlets import stored
from publisher.editorial import content, difference, drafting
from publisher.editorial.content import Content
from publisher.model import (
    Account,
    Decision,
    Delivery,
    Label,
    Person,
    Placement,
    Plan,
    Post,
    Receipt,
    Rendering,
    Task,
    Theme,
    Unit,
    Version,
)
from publisher.model import Page as PortalPage
from publisher.refusal import Missing
from publisher.security import units_with
from publisher.text import html
from publisher.web.context import me, reading, world
from publisher.web.desk import desk
from publisher.web.desk.bench import seen_post
from publisher.web.desk.previews import shown
from publisher.web.guard import permission
from publisher.words import _

MOST_ROWS = 200  # versions, decisions or deliveries shown of one post


@dataclass(frozen=True)
class Sending:
    """One delivery, or before approval one wish, as the post's page shows it."""

    delivery_id: int | None
    account: str
    channel: str
    mode: str
    due_at: datetime
    state: str
    action: str
    reason: str
    version: int | None
    sent_at: datetime | None
    url: str
    placement: str = "main"


@dataclass(frozen=True)
class Page:
    """A post's page: plain data, read in one session."""

    post: Post
    unit: str
    text: Content
    html: str
    themes: tuple[str, ...]
    audiences: tuple[str, ...]
    tags: tuple[str, ...]
    plan: str
    versions: list[tuple[Version, str]]
    decisions: list[tuple[Decision, int, str]]  # decision, version number, who
    sendings: list[Sending]
    on_portal: bool  # a page stands at its address: a post that is only read on the radio has none
    rights: frozenset[str]

    @property
    def repeatable(self) -> bool:
        """Whether copies make sense: it has outlets, and nobody threw it away."""
        return bool(self.sendings) and self.post.state not in {"withdrawn", "discarded"}


@desk.get("/bai/<int:post_id>")
@permission("read")
def post(post_id: int) -> str:
    """Show a post."""
    return post_page(post_id)


def post_page(post_id: int, faults: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    """Return a post's page; `faults` and `typed` bring a refused form back: at most 14 queries."""
    with reading() as session:
        page = _read_page(session, me(session), post_id)
    return render_template("desk/post_page.html", page=page, faults=faults or {}, typed=typed or {})


def _read_page(session: Session, person: Person, post_id: int) -> Page:
    post = seen_post(session, person, post_id)
    names = {theme.code: theme.title for theme in session.scalars(select(Theme).order_by(Theme.valid_from))}
    labels = {label.code: label.title for label in session.scalars(select(Label))}
    versions = session.execute(
        select(Version, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == Version.created_by)
        .where(Version.post_id == post.id)
        .order_by(Version.number.desc())
        .limit(MOST_ROWS)
    ).all()
    decisions = session.execute(
        select(Decision, Version.number, func.coalesce(Person.name, ""))
        .join(Version, Version.id == Decision.version_id)
        .outerjoin(Person, Person.id == Decision.person_id)
        .where(Version.post_id == post.id)
        .order_by(Decision.id.desc())
        .limit(MOST_ROWS)
    ).all()
    text = content.of(versions[0][0])
    return Page(
        post=post,
        unit=session.get_one(Unit, post.unit_id).name,
        text=text,
        html=html(text.body),
        themes=tuple(names.get(code, code) for code in text.themes),
        audiences=tuple(labels.get(code, code) for code in text.audiences),
        tags=tuple(labels.get(code, code) for code in text.tags),
        plan=_plan(session, post),
        versions=[(version, name) for version, name in versions],
        decisions=[(decision, number, name) for decision, number, name in decisions],
        sendings=_sendings(session, post),
        on_portal=session.get(PortalPage, post.id) is not None,
        rights=frozenset(right for right in ("write", "approve") if post.unit_id in units_with(session, person, right)),
    )


def _plan(session: Session, post: Post) -> str:
    """Return the plan's code and the task's words, when the post was written for one."""
    if post.task_id is None:
        return ""
    row = session.execute(
        select(Plan.code, Task.text).join(Plan, Plan.id == Task.plan_id).where(Task.id == post.task_id)
    ).one()
    return f"{row.code}: {row.text}"


def _sendings(session: Session, post: Post) -> list[Sending]:
    rows = session.execute(
        select(Delivery, Account.title, Account.channel, Account.mode, Version.number, Receipt.url)
        .join(Account, Account.id == Delivery.account_id)
        .join(Version, Version.id == Delivery.version_id)
        .outerjoin(Receipt, Receipt.delivery_id == Delivery.id)
        .where(Delivery.post_id == post.id)
        .order_by(Delivery.id.desc())
        .limit(MOST_ROWS)
    ).all()
    found = [
        Sending(
            row.id,
            title,
            channel,
            mode,
            row.due_at,
            row.state,
            row.action,
            row.reason,
            number,
            row.sent_at,
            url or "",
            row.placement,
        )
        for row, title, channel, mode, number, url in rows
    ]
    wishes = session.execute(
        select(Placement, Account.title, Account.channel, Account.mode)
        .join(Account, Account.id == Placement.account_id)
        .where(Placement.post_id == post.id)
        .order_by(Placement.due_at)
    ).all()
    if post.state in {"approved", "withdrawn"}:
        return found
    return [
        *(
            Sending(None, title, channel, mode, wish.due_at, "wished", "", "", None, None, "")
            for wish, title, channel, mode in wishes
        ),
        *found,
    ]


@desk.get("/bai/<int:post_id>/ban/<int(max=100000):number>")
@permission("read")
def post_version(post_id: int, number: int) -> str:
    """Show an old version as it was saved, and what it changed against the one before."""
    with reading() as session:
        post = seen_post(session, me(session), post_id)
        version = drafting.version_of(session, post, number)
        before = drafting.version_of(session, post, number - 1) if number > 1 else None
        writer = session.get(Person, version.created_by) if version.created_by is not None else None
    text = content.of(version)
    return render_template(
        "desk/post_version.html",
        post=post, version=version, text=text, html=html(text.body), writer=writer.name if writer else "",
        changes=difference.changes(content.of(before), text) if before is not None else None,
    )  # fmt: skip


@desk.get("/bai/<int:post_id>/da-duyet/<int(max=2147483647):delivery_id>")
@permission("read")
def post_sent(post_id: int, delivery_id: int) -> str:
    """Show the stored bytes of a delivery: what was approved and is sent, not what would be rendered today."""
    with reading() as session:
        post = seen_post(session, me(session), post_id)
        row = session.execute(
            select(Delivery, Rendering, Account)
            .join(Rendering, Rendering.id == Delivery.rendering_id)
            .join(Account, Account.id == Delivery.account_id)
            .where(Delivery.id == delivery_id, Delivery.post_id == post.id)
        ).first()
    if row is None:
        raise Missing(_("Không có lượt phát hành số {number}.").format(number=delivery_id))
    delivery, rendering, account = row
    return render_template(
        "desk/post_sent.html",
        post=post, delivery=delivery, rendering=rendering, account=account,
        shown=shown(stored(world().files, rendering)),
    )  # fmt: skip
