"""What each outlet would send, shown before it is sent: the same rendering code as the approval uses."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Part, Post, Refusal, Rendered
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.editorial.content import Content
from publisher.editorial.rendering import breached, channel_post, warned
from publisher.model import Account, Unit
from publisher.refusal import Refused
from publisher.text import number
from publisher.web.desk.cards import Card, card_of, picture
from publisher.words import _, mark

LONGEST_TEXT = 20_000  # characters of a plain part shown


@dataclass(frozen=True)
class Shown:
    """One part as people see it: `page` (HTML document), `text`, `picture` (data address), `values`, `file`, or
    `card` (several parts together, drawn as the outlet shows them)."""

    kind: str
    name: str
    value: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    card: Card | None = None


@dataclass(frozen=True)
class Preview:
    """What one account would send: its parts, characters as the outlet counts them, broken limits and warnings.

    `breaches` are (field of the editor, sentence): the field is a variant's own where the channel has one.
    """

    account_id: int
    title: str
    channel: str
    mode: str
    characters: int
    limit: int | None
    shown: tuple[Shown, ...]
    breaches: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """An account and the post as its channel sees it, read from the database and ready to be rendered."""

    account: Account
    post: Post
    own: frozenset[str]  # which of title and body are the channel's own


def subjects(
    session: Session, accounts: Iterable[int], content: Content, unit_id: int, slug: str, version: int, public_url: str
) -> list[Subject]:
    """Read what is needed to render a text for accounts of a unit: 2 queries, and 2 an account."""
    unit = session.get_one(Unit, unit_id)
    rows = session.scalars(select(Account).where(Account.id.in_(list(accounts))).order_by(Account.channel, Account.id))
    return [
        Subject(
            account,
            channel_post(session, content, unit, slug, version, account.channel, public_url),
            frozenset(name for name, text in content.variants.get(account.channel, {}).items() if text),
        )
        for account in rows
    ]


def previews(world: World, found: list[Subject]) -> list[Preview]:
    """Render every subject; what one outlet refuses shows in its own card and hinders no other."""
    return [_preview(world, subject) for subject in found]


def over_limits(found: list[Subject]) -> dict[str, str]:
    """Return what no outlet would take, by the editor's field; the first outlet that refuses speaks for a field."""
    faults: dict[str, str] = {}
    for subject in found:
        for field, sentence in _breaches(subject):
            name = "variants" if "-" in field else field
            faults.setdefault(name, f"{subject.account.title}: {sentence}")
    return faults


def _breaches(subject: Subject) -> list[tuple[str, str]]:
    limits = channel_type(subject.account.channel).limits
    return [
        (f"{field}-{subject.account.channel}" if field in subject.own else field, sentence)
        for field, sentence in breached(subject.post, limits)
    ]


def _preview(world: World, subject: Subject) -> Preview:
    account, post = subject.account, subject.post
    limits = channel_type(account.channel).limits
    wrong = _breaches(subject)
    rendered = Rendered(())
    try:
        rendered = warned(open_channel(world, account).render(post), post, limits)
    except (Refused, Refusal) as error:
        wrong.append(("", error.message))
    drawn = card_of(rendered)
    return Preview(
        account_id=account.id,
        title=account.title,
        channel=account.channel,
        mode=account.mode,
        characters=drawn.characters if drawn else limits.count(post.body_text),
        limit=drawn.most if drawn else limits.characters,
        shown=shown(rendered),
        breaches=tuple(wrong),
        warnings=rendered.warnings,
    )


def shown(rendered: Rendered) -> tuple[Shown, ...]:
    """Return a rendering's parts for the screen; the machine's summary of a page is left out beside the page."""
    drawn = card_of(rendered)
    if drawn is not None:
        rest = [_shown(part) for part in rendered.parts if part.media_type == "text/html"]
        return (Shown("card", drawn.kind, card=drawn), *rest)
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
    address = picture(part)
    if address:
        return Shown("picture", part.name, address)
    size = _("{kind}, {size} KB").format(kind=kind, size=number(-(-len(part.data) // 1000)))
    return Shown("file", part.name, size)


def framed(html: str) -> str:
    """Return the document of a preview frame: the portal's own style, pictures and films from the desk's address.

    A picture of a post that is not public yet is not served by the portal's own address.
    """
    return render_template("desk/post_frame.html", html=_PUBLIC_MEDIA.sub(r'\1="/desk/anh/', html))


_PUBLIC_MEDIA = re.compile(r'\b(src|poster)="/(?:anh|phim)/')


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
