"""Sending a Zalo article to followers: the wish, its audience and what it costs, the approval, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from werkzeug.wrappers import Response

from channels.base import Refusal
from channels.zalo.broadcast import REVIEW, WORDS, described, quotas
from publisher import clock
from publisher.delivery.outlets import outfit_of
from publisher.editorial import broadcasting
from publisher.editorial.broadcasting import Article, Forecast
from publisher.model import Account, BroadcastRequest, Delivery, Person, Post, Unit
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import rights_in
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk import desk
from publisher.web.desk.bench import LARGEST, seen_post
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.web.look import moment
from publisher.words import _

MOST_ROWS = 50
ASKING = 10.0  # seconds that Zalo is given to say what is left
CHOICES = ("ages", "gender", "locations", "platform")
Answer = Response | tuple[str, int]


@dataclass(frozen=True)
class Wish:
    """One request as the page shows it."""

    request: BroadcastRequest
    account: str
    asker: str
    decider: str
    audience: list[str]
    delivery_state: str
    delivery_reason: str
    forecast: Forecast | None  # while it waits for a decision
    mine: bool

    @property
    def arrives(self) -> datetime:
        """When followers see it at the earliest."""
        return self.request.due_at + REVIEW


@desk.get("/bai/<int:post_id>/nguoi-quan-tam")
@permission("read")
def broadcasts(post_id: int) -> str:
    """Show where a post can be sent to followers, what was asked for, and what became of it."""
    return _page(post_id)


def _page(post_id: int, faults: Mapping[str, str] | None = None, sent: Form | None = None) -> str:
    """Return the page: at most 9 queries beside who is asking, and 2 an account and open request."""
    with reading() as session:
        person = me(session)
        post = seen_post(session, person, post_id)
        rights = rights_in(session, person, post.unit_id)
        ready = broadcasting.articles(session, post)
        due_at = broadcasting.propose(clock.now())
        costs = {one.account.id: broadcasting.forecast(session, one.account, due_at) for one in ready}
        wishes = _wishes(session, person, post)
        alone = session.get_one(Unit, post.unit_id).self_approval
    local = due_at.astimezone(installation().config.zone)
    typed = {"day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M"), **(sent.one if sent else {})}
    return render_template(
        "desk/broadcast.html",
        post=post, ready=ready, costs=costs, wishes=wishes, rights=rights, alone=alone, typed=typed,
        chosen=sent.many if sent else {}, faults=faults or {}, choices={name: WORDS[name] for name in CHOICES},
        due_at=due_at,
    )  # fmt: skip


def _wishes(session: Session, person: Person, post: Post) -> list[Wish]:
    asker, decider = aliased(Person), aliased(Person)
    rows = session.execute(
        select(BroadcastRequest, Account, asker.name, decider.name, Delivery.state, Delivery.reason)
        .join(Account, Account.id == BroadcastRequest.account_id)
        .join(asker, asker.id == BroadcastRequest.asked_by)
        .outerjoin(decider, decider.id == BroadcastRequest.decided_by)
        .outerjoin(Delivery, Delivery.id == BroadcastRequest.delivery_id)
        .where(BroadcastRequest.post_id == post.id)
        .order_by(BroadcastRequest.id.desc())
        .limit(MOST_ROWS)
    )
    return [
        Wish(
            request, account.title, asked, decided or "", described(broadcasting.audience_stored(request)),
            state or "", reason or "", _cost(session, account, request), request.asked_by == person.id,
        )
        for request, account, asked, decided, state, reason in rows
    ]  # fmt: skip


def _cost(session: Session, account: Account, request: BroadcastRequest) -> Forecast | None:
    waits = request.state == "asked"
    return broadcasting.forecast(session, account, request.due_at, request.quota) if waits else None


@desk.post("/bai/<int:post_id>/nguoi-quan-tam")
@permission("write")
def broadcast_ask(post_id: int) -> Answer:
    """Ask for a broadcast; Zalo is asked what is left first, and its answer is kept for whoever approves."""
    sent = form(one=("article", "day", "time", "note", "cities"), many=CHOICES)
    try:
        due_at = instant(sent["day"], sent["time"], installation().config.zone)
        audience = broadcasting.audience_of({**_numbers(sent), "cities": _cities(sent["cities"])})
        told = _told(post_id, sent.number("article", _("Zalo OA")))
        with writing() as session:
            person = me(session)
            post = seen_post(session, person, post_id)
            broadcasting.ask(
                session, person, post, sent.number("article", _("Zalo OA")), audience, due_at, sent["note"], told
            )
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _page(post_id, {error.field or "": error.message}, sent), 422
    flash(_("Đã gửi yêu cầu. Người duyệt thấy ở Hộp việc; chưa có gì gửi đi."), "success")
    return redirect(url_for("desk.broadcasts", post_id=post_id))


def _numbers(sent: Form) -> dict[str, list[int]]:
    try:
        return {name: [int(value) for value in sent.many[name]] for name in CHOICES}
    except ValueError as error:
        raise Refused(_("Nhóm người nhận: phải chọn trong danh sách."), "audience") from error


def _cities(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise Refused(_("Mã tỉnh của Zalo là các số từ 0 đến 63, cách nhau bằng dấu phẩy."), "cities")
    return [int(part) for part in parts]


def _told(post_id: int, article_id: int) -> list[tuple[str, int, int]]:
    """Ask Zalo what is left of the month; what it does not answer hinders nothing. No session is open meanwhile."""
    with reading() as session:
        post = seen_post(session, me(session), post_id)
        found: Article | None = next(
            (one for one in broadcasting.articles(session, post) if one.delivery_id == article_id), None
        )
    if found is None or found.account.mode == "rehearsal":
        return []
    try:
        left = quotas(outfit_of(world(), found.account), ASKING)
    except (Refusal, Refused):
        return []
    return [(quota.kind, quota.total, quota.remain) for quota in left]


def _seen(session: Session, person: Person, request_id: int) -> BroadcastRequest:
    """Return a request of a post that the person may read; any other is `Missing`."""
    request = session.get(BroadcastRequest, request_id) if request_id <= LARGEST else None
    if request is None:
        raise Missing(_("Không có yêu cầu gửi số {number}.").format(number=request_id))
    seen_post(session, person, request.post_id)
    return request


def _decided(request_id: int, act: Any) -> Answer:
    """Do `act(session, person)` about a request in one transaction and go back to its post's page."""
    with reading() as session:
        post_id = _seen(session, me(session), request_id).post_id
    try:
        with writing() as session:
            told = act(session, me(session))
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _page(post_id, {f"{error.field or ''}-{request_id}": error.message}), (
            409 if isinstance(error, Stale) else 422
        )
    flash(told, "success")
    return redirect(url_for("desk.broadcasts", post_id=post_id))


@desk.post("/nguoi-quan-tam/<int:request_id>/duyet")
@permission("approve")
def broadcast_approve(request_id: int) -> Answer:
    """Approve a broadcast."""
    sent = form(one=("comment", "understood"))

    def act(session: Session, person: Person) -> str:
        if not sent["understood"]:
            raise Refused(_("Hãy đánh dấu đã hiểu rằng tin đã gửi không thu hồi được."), "understood")
        delivery = broadcasting.approve(session, world(), person, request_id, sent["comment"])
        return _("Đã duyệt: gửi lúc {at}, người quan tâm nhận sau khoảng 30 phút.").format(at=moment(delivery.due_at))

    return _decided(request_id, act)


@desk.post("/nguoi-quan-tam/<int:request_id>/tra")
@permission("approve")
def broadcast_refuse(request_id: int) -> Answer:
    """Refuse a broadcast with a reason."""
    sent = form(one=("comment",))

    def act(session: Session, person: Person) -> str:
        broadcasting.refuse(session, person, request_id, sent["comment"])
        return _("Đã trả lại yêu cầu; không có gì gửi đi.")

    return _decided(request_id, act)


@desk.post("/nguoi-quan-tam/<int:request_id>/bo")
@permission("write")
def broadcast_drop(request_id: int) -> Answer:
    """Take a wish back."""
    form()

    def act(session: Session, person: Person) -> str:
        broadcasting.drop(session, person, request_id)
        return _("Đã rút yêu cầu; không có gì gửi đi.")

    return _decided(request_id, act)


@desk.post("/nguoi-quan-tam/<int:request_id>/xac-nhan")
@permission("write")
def broadcast_confirm(request_id: int) -> Answer:
    """Write down what a person saw at oa.zalo.me."""
    sent = form(one=("sent", "note"))

    def act(session: Session, person: Person) -> str:
        if sent["sent"] not in {"yes", "no"}:
            raise Refused(_("Hãy chọn «Đã gửi» hoặc «Zalo không duyệt»."), "note")
        broadcasting.confirm(session, person, request_id, sent["sent"] == "yes", sent["note"])
        return _("Đã ghi nhận.")

    return _decided(request_id, act)
