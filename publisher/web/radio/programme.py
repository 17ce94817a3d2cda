"""A programme at the station: pulling it, seeing what changed since, reading it aloud."""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.radio.book import script_rows
from channels.radio.packet import FILES
from publisher import audit, clock
from publisher.model import Account
from publisher.radio import logbook, programmes, pulling, stations
from publisher.radio.logbook import AIRED_TITLES, SOURCE_TITLES, Entry
from publisher.refusal import Missing
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.radio import radio
from publisher.web.radio.cards import Card, one, shown_book
from publisher.web.wording import actor_name
from publisher.words import _


@radio.get("/<int:station>/<key>")
@permission("air")
def programme(station: int, key: str) -> str:
    """Show a programme: what the station has, what an editor changed since, what was said of it."""
    return programme_page(station, key)


def programme_page(
    station: int,
    key: str,
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    read: list[str] | None = None,
) -> str:
    """Return a programme's page; `faults` and `typed` bring a refused log back."""
    now = clock.now()
    with reading() as session:
        account = stations.seen(session, me(session), station, "air")
        card = one(session, world(), account, key, now)
        lines = _log_of(session, account, card)
        old = pulling.read(world(), card.standing) if card.standing else None
    told = pulling.differences(old, card.planned.book) if old is not None and card.state == "changed" else []
    return render_template(
        "radio/programme.html",
        account=account, card=card, book=old or card.planned.book, told=told, lines=lines, now=now,
        files=FILES, aired=AIRED_TITLES, sources=SOURCE_TITLES, actor_name=actor_name,
        faults=faults or {}, typed=typed or _proposed(card), read=read,
    )  # fmt: skip


def _log_of(session: Session, account: Account, card: Card) -> list[Entry]:
    if card.standing is None:
        return []
    day = card.planned.day
    found = logbook.entries(session, world(), [account.id], day, day, whole=True)
    return [entry for entry in found if entry.programme_id == card.standing.programme_id]


def _proposed(card: Card) -> dict[str, str]:
    """Return the log form as it is first shown: the programme's own times."""
    zone = installation().config.zone
    starts = card.planned.starts_at.astimezone(zone)
    ends = datetime.fromtimestamp(starts.timestamp() + card.planned.seconds, zone)
    return {"started": f"{starts:%H:%M}", "ended": f"{ends:%H:%M}", "source": "own"}


@radio.post("/<int:station>/<key>/lay")
@permission("air")
def pull(station: int, key: str) -> Response:
    """Take the programme as it stands now; the station keeps this edition until it takes another."""
    form()
    with writing() as session:
        person = me(session)
        account = stations.seen(session, person, station, "air")
        planned = programmes.programme(session, world(), account, key)
        _packet, standing = pulling.pull(session, world(), audit.acting(person), account, planned, "browser")
    flash(_("Đã lấy kịch bản, bản {edition}.").format(edition=standing.edition), "success")
    return redirect(url_for("radio.programme", station=station, key=key))


@radio.get("/<int:station>/<key>/doc")
@permission("air")
def read(station: int, key: str) -> str:
    """Show the script in large type with a timer, for reading it aloud from a telephone."""
    now = clock.now()
    with reading() as session:
        account = stations.seen(session, me(session), station, "air")
        card = one(session, world(), account, key, now)
    book = shown_book(world(), card)
    if book is None or not book["items"]:
        raise Missing(_("Chương trình này chưa có gì để đọc."))
    return render_template("radio/read.html", account=account, card=card, book=book, rows=list(script_rows(book)))
