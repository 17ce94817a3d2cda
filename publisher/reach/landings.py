"""What went out, as reports list it: one row for each first publication that landed, and what proves it by itself.

A row keeps unit, channel, themes, title, address and the outlet's own id as they were, so that a report of last year
does not change when a post is written anew or an account is closed. The clock makes the rows.
"""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from sqlalchemy import Row, insert, select, text
from sqlalchemy.orm import Session

from channels import registry
from publisher import clock
from publisher.delivery.outlets import World
from publisher.delivery.states import LANDED
from publisher.model import BROADCAST, Account, Delivery, Landing, Post, Receipt, Rendering, Unit, Version
from publisher.reach import evidence
from publisher.reach.evidence import Automatic
from publisher.reach.places import joined
from publisher.refusal import Refused
from publisher.words import _

FIRST_LOOK = timedelta(hours=1)  # after landing the outlet is asked for numbers
WINDOW = timedelta(days=2)  # what lands, lands near its due time; the daily pass looks further back
LONGEST = timedelta(days=400)
BATCH = 100
_LOCK = 7_603  # PostgreSQL advisory lock


def enrol(world: World, *, all_of_them: bool = False) -> int:
    """Take in first publications that landed since the last time, with their automatic proofs; return how many.

    A rehearsal leaves nothing behind. What was retracted before it was taken in is not listed.
    """
    since = clock.now() - (LONGEST if all_of_them else WINDOW)
    count = 0
    while True:
        with world.db.reading() as session:
            found = _new(session, since)
        if not found:
            return count
        proofs = [proof for row in found for proof in _proofs(world, row)]  # writes files: no session is open
        with world.db.writing() as session:
            fresh = _fresh(session, [row.id for row in found])
            if fresh:
                session.execute(insert(Landing), [_landing(world, row) for row in found if row.id in fresh])
            evidence.keep_automatic(session, [proof for proof in proofs if proof.delivery_id in fresh])
        count += len(fresh)


_COLUMNS = (
    Delivery.id, Delivery.post_id, Post.unit_id, Delivery.account_id, Account.channel, Version.themes, Version.title,
    Receipt.url, Receipt.remote_id, Receipt.kind, Receipt.accepted_at, Delivery.sent_at, Rendering.parts,
    Unit.name.label("unit"),
)  # fmt: skip


def _new(session: Session, since: datetime) -> Sequence[Row[Any]]:
    query = (
        select(*_COLUMNS)
        .select_from(Delivery)
        .join(Receipt, Receipt.delivery_id == Delivery.id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .join(Version, Version.id == Delivery.version_id)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .where(Delivery.state.in_(LANDED), Delivery.due_at >= since, Delivery.action == "publish")
        .where(~Delivery.placement.startswith(BROADCAST))  # it sends an article that is listed already
        .where(
            Receipt.kind != "rehearsed", ~select(Landing.delivery_id).where(Landing.delivery_id == Delivery.id).exists()
        )
        .order_by(Delivery.due_at)
        .limit(BATCH)
    )
    return session.execute(query).all()


def _fresh(session: Session, ids: Sequence[int]) -> set[int]:
    """Return those that no other process took in meanwhile; on PostgreSQL one process at a time gets here."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    return set(ids) - set(session.scalars(select(Landing.delivery_id).where(Landing.delivery_id.in_(ids))))


def _landing(world: World, row: Row[Any]) -> dict[str, Any]:
    landed_at = row.accepted_at if row.kind == "live" else row.sent_at or row.accepted_at
    return {
        "delivery_id": row.id, "post_id": row.post_id, "unit_id": row.unit_id, "account_id": row.account_id,
        "channel": row.channel, "themes": joined(row.themes), "title": row.title, "url": address(world, row.url),
        "remote_id": row.remote_id or "", "kind": row.kind, "landed_at": landed_at,
        "next_at": landed_at + FIRST_LOOK if row.kind == "live" and askable(row.channel) else None,
        "lease_until": None, "tries": 0, "measured_at": None, "problem": "",
    }  # fmt: skip


def askable(channel: str) -> bool:
    """Say whether a channel can be asked for numbers; our own portal counts its readers itself (own_counts.py)."""
    return channel != "portal" and channel in registry() and bool(registry()[channel].metrics)


def address(world: World, url: str) -> str:
    """Return an outlet's address in full; our own pages stand under the portal's public address, if it is set."""
    base = world.config.public_url
    return urljoin(f"{base}/", url) if url.startswith("/") and base else url


def _proofs(world: World, row: Row[Any]) -> list[Automatic]:
    """Return what proves a landing by itself: the address the outlet gave with its own id, the page as it stood."""
    found = []
    url = address(world, row.url)
    if url:
        note = _("Mã trên kênh: {code}").format(code=row.remote_id) if row.remote_id else ""
        name = _("Đường dẫn bài «{title}»").format(title=row.title[:120])
        found.append(Automatic(row.id, row.unit_id, "permalink", name, url=url, note=note))
    parts = {part["name"]: part["sha256"] for part in row.parts}
    if row.kind == "live" and "page.json" in parts and "article.html" in parts:
        try:
            page = _snapshot(world, row, world.files.get(parts["article.html"]).decode(), parts["article.html"])
        except Refused:
            return found  # the store lost the bytes: the delivery's own page says so
        name = _("Bản chụp trang {title}").format(title=f"{row.title[:120]}.html")
        kept = world.files.put(page)
        found.append(
            Automatic(
                row.id, row.unit_id, "snapshot", name, sha256=kept, media_type="text/html", size=len(page)
            )
        )  # fmt: skip
    return found


def _snapshot(world: World, row: Row[Any], article: str, digest: str) -> bytes:
    at = row.accepted_at.astimezone(world.config.zone).strftime("%H:%M %d/%m/%Y")
    facts = {
        _("Đơn vị"): row.unit, _("Địa chỉ"): address(world, row.url), _("Lên trang lúc"): at, "SHA-256": digest,
    }  # fmt: skip
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in facts.items()
    )
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>{html.escape(row.title)}</title></head>\n'
        f"<body><table>{rows}</table>\n{article}</body></html>\n"
    ).encode()
