"""The station's first page: what is urgent, what waits for the log, today and this week."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import render_template, request

from publisher import clock
from publisher.clock import local_day
from publisher.model import Account
from publisher.radio import stations
from publisher.radio.logbook import AIRED_TITLES
from publisher.refusal import Missing
from publisher.web.context import installation, me, reading, world
from publisher.web.desk.bench import whole
from publisher.web.guard import permission
from publisher.web.radio import radio
from publisher.web.radio.cards import Card, board
from publisher.words import _

DAYS_BACK, DAYS_AHEAD = 3, 6


@radio.get("/")
@permission("air")
def home() -> str:
    """Show a station's today and week, what is new or changed first; with several stations, the chosen one."""
    now = clock.now()
    today = local_day(now, installation().config.zone)
    with reading() as session:
        mine = stations.visible(session, me(session), "air")
        account = _chosen(mine)
        shown = None
        if account is not None:
            first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
            shown = board(session, world(), account, first, last, now)
    cards = shown.cards if shown else ()
    return render_template(
        "radio/home.html",
        stations=mine, account=account, today=today, now=now, aired=AIRED_TITLES,
        urgent=[card for card in cards if card.planned.urgent and card.aired != "full"],
        overdue=[card for card in cards if card.waits_for_log and not card.planned.urgent],
        days=[(day, _of_day(cards, day)) for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))],
    )  # fmt: skip


def _of_day(cards: Sequence[Card], day: date) -> list[Card]:
    return [card for card in cards if card.planned.day == day and not card.planned.urgent]


def _chosen(mine: list[Account]) -> Account | None:
    """Return the station of the address (`?dai=ID`), else the first; `Missing` for one that is not theirs."""
    wanted = request.args.get("dai", "")
    if not wanted:
        return mine[0] if mine else None
    for account in mine:
        if account.id == whole(wanted):
            return account
    raise Missing(_("Không có đài này trong phần việc của bạn."))
