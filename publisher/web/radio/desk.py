"""The desk's view of radio: the week of every station, a programme in the making."""

from collections.abc import Mapping
from datetime import timedelta

from flask import render_template, request

from publisher import clock
from publisher.clock import local_day
from publisher.model import Account
from publisher.radio import logbook, pulling, stations
from publisher.radio.items import kind_title, priority_title
from publisher.radio.logbook import AIRED_TITLES
from publisher.refusal import Missing
from publisher.security import rights_in
from publisher.web.context import installation, me, reading, world
from publisher.web.desk.bench import whole
from publisher.web.guard import permission
from publisher.web.radio import radio_desk
from publisher.web.radio.cards import board, one
from publisher.web.wording import actor_name
from publisher.words import _

KINDS = ("news", "feature", "dialogue", "notice")
PRIORITIES = ("normal", "priority", "urgent")


@radio_desk.get("/")
@permission("read")
def home() -> str:
    """Show a station's week: what it reads when, whether it fits, what the station has and said."""
    now = clock.now()
    today = local_day(now, installation().config.zone)
    with reading() as session:
        person = me(session)
        mine = stations.visible(session, person, "read")
        account = _chosen(mine)
        shown = None
        rights: frozenset[str] = frozenset()
        if account is not None:
            rights = rights_in(session, person, account.unit_id)
            shown = board(session, world(), account, today - timedelta(days=1), today + timedelta(days=7), now)
    days = [today + timedelta(days=ahead) for ahead in range(-1, 8)]
    return render_template(
        "radio/desk_home.html", stations=mine, account=account, board=shown, days=days, today=today, rights=rights,
        aired=AIRED_TITLES,
    )  # fmt: skip


def _chosen(mine: list[Account]) -> Account | None:
    number = whole(request.args.get("dai", ""))
    if not number:
        return mine[0] if mine else None
    for account in mine:
        if account.id == number:
            return account
    raise Missing(_("Không có đài này trong đơn vị của bạn."))


@radio_desk.get("/<int:station>/<key>")
@permission("read")
def programme(station: int, key: str) -> str:
    """Show a programme in the making."""
    return programme_page(station, key)


def programme_page(station: int, key: str, faults: Mapping[str, str] | None = None) -> str:
    """Return a programme's page for editors; `faults` brings a refused choice back."""
    now = clock.now()
    with reading() as session:
        person = me(session)
        account = stations.seen(session, person, station, "read")
        rights = rights_in(session, person, account.unit_id)
        card = one(session, world(), account, key, now)
        lines = []
        if card.standing is not None:
            day = card.planned.day
            found = logbook.entries(session, world(), [account.id], day, day, whole=True)
            lines = [entry for entry in found if entry.programme_id == card.standing.programme_id]
    told = []
    if card.state == "changed" and card.standing is not None:
        told = pulling.differences(pulling.read(world(), card.standing), card.planned.book)
    return render_template(
        "radio/desk_programme.html",
        account=account, card=card, rights=rights, told=told, lines=lines, aired=AIRED_TITLES, faults=faults or {},
        actor_name=actor_name,
        kinds=[(name, kind_title(name)) for name in KINDS],
        priorities=[(name, priority_title(name)) for name in PRIORITIES],
    )  # fmt: skip
