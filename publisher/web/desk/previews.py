"""What each outlet would send, shown before it is sent: the same rendering code as the approval uses."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Part, Post, Refusal, Rendered
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.editorial.content import Content
from publisher.editorial.rendering import breaches, channel_post
from publisher.model import Account, Unit
from publisher.refusal import Refused
from publisher.text import number
from publisher.words import _, mark

LARGEST_PICTURE = 3_000_000  # bytes shown inside the page; a larger picture is named only
LONGEST_TEXT = 20_000  # characters of a plain part shown


@dataclass(frozen=True)
class Shown:
    """One part as people see it: `page` (HTML document), `text`, `picture` (data address), `values` or `file`."""

    kind: str
    name: str
    value: str = ""
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Preview:
    """What one account would send: its parts, counted characters, broken limits and warnings."""

    account_id: int
    title: str
    channel: str
    mode: str
    characters: int
    limit: int | None
    shown: tuple[Shown, ...]
    breaches: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """An account and the post as its channel sees it, read from the database and ready to be rendered."""

    account: Account
    post: Post


def subjects(
    session: Session, accounts: Iterable[int], content: Content, unit_id: int, slug: str, version: int, public_url: str
) -> list[Subject]:
    """Read what is needed to render a text for accounts of a unit: 2 queries, and 2 an account."""
    unit = session.get_one(Unit, unit_id)
    rows = session.scalars(select(Account).where(Account.id.in_(list(accounts))).order_by(Account.channel, Account.id))
    return [
        Subject(account, channel_post(session, content, unit, slug, version, account.channel, public_url))
        for account in rows
    ]


def previews(world: World, found: list[Subject]) -> list[Preview]:
    """Render every subject; what one outlet refuses shows in its own card and hinders no other."""
    return [_preview(world, subject) for subject in found]


def _preview(world: World, subject: Subject) -> Preview:
    account, post = subject.account, subject.post
    limits = channel_type(account.channel).limits
    wrong = breaches(post, limits)
    rendered = Rendered(())
    try:
        rendered = open_channel(world, account).render(post)
    except (Refused, Refusal) as error:
        wrong.append(error.message)
    return Preview(
        account_id=account.id,
        title=account.title,
        channel=account.channel,
        mode=account.mode,
        characters=len(post.body_text),
        limit=limits.characters,
        shown=shown(rendered),
        breaches=tuple(wrong),
        warnings=rendered.warnings,
    )


def shown(rendered: Rendered) -> tuple[Shown, ...]:
    """Return a rendering's parts for the screen; the machine's summary of a page is left out beside the page."""
    pages = any(part.media_type == "text/html" for part in rendered.parts)
    return tuple(_shown(part) for part in rendered.parts if not (pages and part.media_type == "application/json"))


def _shown(part: Part) -> Shown:
    kind = part.media_type.partition(";")[0]
    if kind == "text/html":
        return Shown("page", part.name, framed(part.data.decode()))
    if kind == "application/json":
        return Shown("values", part.name, rows=_rows(json.loads(part.data)))
    if kind.startswith("text/"):
        text = part.data.decode()
        return Shown("text", part.name, text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…")
    if kind in {"image/png", "image/jpeg"} and len(part.data) <= LARGEST_PICTURE:
        return Shown("picture", part.name, f"data:{kind};base64,{base64.b64encode(part.data).decode()}")
    size = _("{kind}, {size} KB").format(kind=kind, size=number(-(-len(part.data) // 1000)))
    return Shown("file", part.name, size)


def framed(html: str) -> str:
    """Return the document of a preview frame: the portal's own style, pictures from the desk's address.

    A picture of a post that is not public yet is not served by the portal's own address.
    """
    return render_template("desk/post_frame.html", html=html.replace('src="/anh/', 'src="/desk/anh/'))


# Names that channels give to the plain values of their messages; others are shown as they are.
LABELS = {
    "link": mark("Liên kết"),
    "alt": mark("Văn bản thay thế"),
    "title": mark("Tiêu đề"),
    "description": mark("Mô tả"),
    "author": mark("Tác giả"),
}


def _rows(value: object) -> tuple[tuple[str, str], ...]:
    """Return the filled values of a channel's message, one row each; nested ones as lines."""
    if not isinstance(value, dict):
        return (("", json.dumps(value, ensure_ascii=False)),)
    return tuple(
        (_(LABELS[name]) if name in LABELS else str(name), _words(held))
        for name, held in value.items()
        if held not in (None, "", [], {})
    )


def _words(held: object) -> str:
    if isinstance(held, dict):
        return "\n".join(f"{name}: {_words(one)}" for name, one in held.items())
    if isinstance(held, list):
        return "\n".join(_words(one) for one in held)
    return held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)
