"""What an editor does with an item of a programme: its part and place, urgent or not, again later, or no more."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.model import Account, Person
from publisher.radio import choosing, items, stations
from publisher.radio.items import Airing
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.web.context import installation, me, writing
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.web.radio import radio_desk
from publisher.web.radio.desk import programme_page
from publisher.words import _

Act = Callable[[Session, Person, Account, Airing], str]
Answer = Response | tuple[str, int]


def _acted(station: int, key: str, sent: Form, act: Act) -> Answer:
    try:
        with writing() as session:
            person = me(session)
            account = stations.seen(session, person, station, "read")
            airing = items.airing(session, account.id, sent.number("item", _("Bài")))
            if airing is None:
                raise Missing(_("Bài này không còn trong lịch của đài."))
            told = act(session, person, account, airing)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return programme_page(station, key, {f"{error.field}-{sent['item']}": error.message, "": error.message}), 422
    flash(told, "success")
    return redirect(url_for("radio_desk.home", dai=station))


@radio_desk.post("/<int:station>/<key>/chon")
@permission("write")
def choose(station: int, key: str) -> Answer:
    """Set an item's part of the programme, its priority and its place."""
    sent = form(one=("item", "kind", "priority", "position"))

    def act(session: Session, person: Person, account: Account, airing: Airing) -> str:
        position = sent.number("position", _("Thứ tự"))
        choosing.choose(session, person, account, airing, sent["kind"], sent["priority"], position)
        return _("Đã xếp bài «{title}».").format(title=airing.title)

    return _acted(station, key, sent, act)


@radio_desk.post("/<int:station>/<key>/phat-lai")
@permission("write")
def again(station: int, key: str) -> Answer:
    """Put an item that was not read into a later slot."""
    sent = form(one=("item", "day", "time"))

    def act(session: Session, person: Person, account: Account, airing: Airing) -> str:
        at = instant(sent["day"], sent["time"], installation().config.zone)
        choosing.read_again(session, person, account, airing, at)
        return _("Đã xếp «{title}» phát lại vào khung giờ gần nhất từ lúc đó.").format(title=airing.title)

    return _acted(station, key, sent, act)


@radio_desk.post("/<int:station>/<key>/khong-phat")
@permission("write")
def give_up(station: int, key: str) -> Answer:
    """Take an item off the station's list that will not be read."""
    sent = form(one=("item", "reason"))

    def act(session: Session, person: Person, account: Account, airing: Airing) -> str:
        choosing.give_up(session, person, account, airing, sent["reason"])
        return _("Đã ghi nhận: «{title}» không phát.").format(title=airing.title)

    return _acted(station, key, sent, act)
