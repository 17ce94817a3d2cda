"""Broadcasts: an editor asks to send a landed Zalo article to followers, a second person approves, the engine sends.

Publishing an article notifies nobody; a broadcast does, is scarce, and cannot be taken back. So it has an approval of
its own and is a delivery of its own, behind the article and with the same engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels import registry
from channels.base import Rejected
from channels.zalo import Zalo, broadcast
from channels.zalo.broadcast import ZONE, Allowance, Audience
from publisher import audit, clock
from publisher.delivery.claim import standing_copy
from publisher.delivery.outlets import World
from publisher.delivery.states import LANDED, OPEN, move
from publisher.delivery.wake import wake
from publisher.editorial.drafting import version_of
from publisher.editorial.moving import not_past, within_window
from publisher.editorial.rendering import store_rendering
from publisher.editorial.scheduling import key_of
from publisher.model import (
    BROADCAST,
    Account,
    BroadcastRequest,
    Decision,
    Delivery,
    Person,
    Post,
    Unit,
    Version,
)
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import demand
from publisher.text import passage
from publisher.words import _

A_MONTH = 4  # broadcasts, where the account's settings say nothing: the figure most often told of Zalo's packages
UNDER_WAY = (*OPEN, "sending", "unsure")
MOST = 200


@dataclass(frozen=True)
class Article:
    """An article of the approved version that stands at an Official Account and can be sent to its followers."""

    delivery_id: int
    account: Account
    remote_id: str


@dataclass(frozen=True)
class Forecast:
    """What a broadcast costs of its month: `used` and `planned` are ours, `allowance` is the package's."""

    month: str  # 11/2026
    used: int
    planned: int
    allowance: int
    warnings: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many remain after this one."""
        return max(self.allowance - self.used - self.planned - 1, 0)


def articles(session: Session, post: Post) -> list[Article]:
    """Return where the approved version stands at active Official Accounts: 1 query, and 2 an article."""
    kinds = [name for name, kind in registry().items() if issubclass(kind, Zalo)]
    if post.approved is None or post.state != "approved":
        return []
    rows = session.execute(
        select(Delivery, Account)
        .join(Account, Account.id == Delivery.account_id)
        .join(Version, Version.id == Delivery.version_id)
        .where(Delivery.post_id == post.id, Delivery.state.in_(LANDED), Delivery.action != "retract")
        .where(~Delivery.placement.startswith(BROADCAST), Version.number == post.approved)
        .where(Account.channel.in_(kinds), Account.state == "active")
        .order_by(Delivery.id)
    ).all()
    found = {}
    for delivery, account in rows:
        copy = standing_copy(session, delivery.id)
        if copy is not None and not copy.remote_id.startswith("by-hand:"):  # else nobody knows Zalo's own id
            found[account.id] = Article(delivery.id, account, copy.remote_id)
    return list(found.values())


def forecast(session: Session, account: Account, due_at: datetime, told: Sequence[Sequence[Any]] = ()) -> Forecast:
    """Say what a broadcast at `due_at` costs of its month; `told` is what Zalo said is left ([kind, total, remain]).

    Zalo publishes contradicting figures, so it warns and refuses nothing: Zalo itself has the last word. 1 query.
    """
    here = due_at.astimezone(ZONE)
    first = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=32)).replace(day=1)
    rows = session.execute(
        select(Delivery.due_at, Delivery.state)
        .where(Delivery.account_id == account.id, Delivery.due_at >= first, Delivery.due_at < after)
        .where(Delivery.placement.startswith(BROADCAST), Delivery.state.in_((*LANDED, *UNDER_WAY)))
    ).all()
    sent = [at for at, state in rows if state in LANDED]
    planned = [at for at, state in rows if state not in LANDED]
    allowance = Allowance(int(account.settings.get("broadcasts") or A_MONTH))
    warnings = []
    if len(sent) + len(planned) >= allowance.a_month:
        warnings.append(_("Vượt số lượt của tháng theo gói dịch vụ: Zalo có thể từ chối."))
    if any(at.astimezone(ZONE).date() == here.date() for at in (*sent, *planned)):
        warnings.append(_("Ngày này đã có một lượt gửi: mỗi người chỉ nhận một tin mỗi ngày."))
    if any(remain == 0 for _kind, _total, remain in told):
        warnings.append(_("Zalo báo tài khoản đã hết lượt gửi của kỳ này."))
    return Forecast(first.strftime("%m/%Y"), len(sent), len(planned), allowance.a_month, tuple(warnings))


def propose(now: datetime) -> datetime:
    """Return the next moment at which a broadcast may be sent, in whole minutes, an hour for its approval granted."""
    soon = (now + timedelta(hours=1)).replace(second=0, microsecond=0)
    return broadcast.opens(soon)


def audience_of(values: Mapping[str, Sequence[int]]) -> Audience:
    """Return an audience from the numbers chosen; `Refused` for ones that Zalo does not know."""
    try:
        return broadcast.audience_of(values)
    except Rejected as error:
        raise Refused(error.message, "audience") from error


def audience_stored(request: BroadcastRequest) -> Audience:
    """Return the audience of a request."""
    return broadcast.audience_of(request.audience)


def ask(
    session: Session,
    person: Person,
    post: Post,
    article_id: int,
    audience: Audience,
    due_at: datetime,
    note: str,
    told: Sequence[Sequence[Any]],
) -> BroadcastRequest:
    """Ask for a broadcast of an article; `Refused` outside Zalo's hours, or where somebody would get it twice."""
    demand(session, person, "write", post.unit_id)
    article = _article(session, post, article_id)
    not_past(due_at)
    within_window(due_at)
    _once(session, post, article.account, audience)
    version = version_of(session, post, post.approved or 0)
    _drop_outdated(session, post, article.account, version)
    request = BroadcastRequest(
        post_id=post.id, unit_id=post.unit_id, version_id=version.id, account_id=article.account.id,
        article_id=article.delivery_id, audience={name: list(chosen) for name, chosen in asdict(audience).items()},
        due_at=due_at, note=passage(note, _("Lời nhắn"), most=1000), quota=[list(one) for one in told],
        asked_by=person.id, asked_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError as error:  # UNIQUE of what is asked for: the button was pressed twice
        raise Refused(_("Bài này đang có một yêu cầu gửi chờ duyệt trên Zalo OA này.")) from error
    _note(session, person, request, "broadcast.ask", due_at=due_at, account=request.account_id)
    return request


def _article(session: Session, post: Post, article_id: int) -> Article:
    for found in articles(session, post):
        if found.delivery_id == article_id:
            return found
    raise Refused(
        _("Bài chưa đứng trên Zalo OA này theo bản được duyệt, hoặc tài khoản đang tạm dừng. Hãy tải lại trang."),
        "article",
    )


def _once(session: Session, post: Post, account: Account, audience: Audience) -> None:
    """Refuse a broadcast of the same version to people who got it or are about to."""
    rows = session.execute(
        select(BroadcastRequest, Delivery.state, Delivery.due_at)
        .join(Delivery, Delivery.id == BroadcastRequest.delivery_id)
        .join(Version, Version.id == BroadcastRequest.version_id)
        .where(BroadcastRequest.post_id == post.id, BroadcastRequest.account_id == account.id)
        .where(Version.number == post.approved, Delivery.state.in_((*LANDED, *UNDER_WAY)))
        .limit(MOST)
    )
    for request, _state, due_at in rows:
        if broadcast.overlaps(audience_stored(request), audience):
            at = due_at.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
            raise Refused(
                _("Bản này đã có lượt gửi lúc {at} cho nhóm người có thể trùng: họ sẽ nhận hai lần.").format(at=at),
                "audience",
            )


def _drop_outdated(session: Session, post: Post, account: Account, version: Version) -> None:
    """Let go of a wish for an older version that nobody decided about: its text is not the approved one any more."""
    session.execute(
        update(BroadcastRequest)
        .where(BroadcastRequest.post_id == post.id, BroadcastRequest.account_id == account.id)
        .where(BroadcastRequest.state == "asked", BroadcastRequest.version_id != version.id)
        .values(state="dropped", decided_at=clock.now(), comment=_("Bài đã có bản mới."))
    )


def approve(session: Session, world: World, person: Person, request_id: int, comment: str = "") -> Delivery:
    """Approve a broadcast: what is sent is stored as approved, and scheduled behind its article.

    Nobody approves what they asked for themselves, unless the unit allows it. A time that has gone by meanwhile becomes
    the next one at which Zalo sends.
    """
    request, post = _open(session, person, request_id, "approve")
    unit = session.get_one(Unit, post.unit_id)
    if person.id == request.asked_by and not unit.self_approval:
        raise NotAllowed(_("Người xin gửi không tự duyệt yêu cầu của mình. Hãy nhờ người duyệt khác."))
    article = _article(session, post, request.article_id)
    audience, version = audience_stored(request), session.get_one(Version, request.version_id)
    _once(session, post, article.account, audience)
    decision = session.scalar(
        select(Decision)
        .where(Decision.version_id == version.id, Decision.verdict == "approved")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    if decision is None:
        raise Refused(_("Bản này không còn được duyệt: hãy trình duyệt lại bài."))
    placement, now = f"{BROADCAST}-{request.id}", clock.now()
    item = broadcast.rendered([(article.remote_id, version.title)], audience)
    rendering = store_rendering(session, world, decision, version, article.account, placement, item)
    due_at = broadcast.opens(max(request.due_at, now))
    delivery = Delivery(
        version_id=version.id, account_id=article.account.id, post_id=post.id, unit_id=post.unit_id,
        placement=placement, action="publish", follows_id=article.delivery_id, rendering_id=rendering.id,
        key=key_of(version, article.account.id, placement, "publish"),
        due_at=due_at, wake_at=due_at, notes={}, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    wake(session, delivery.account_id, due_at)
    _decide(session, person, request, "approved", comment, delivery_id=delivery.id)
    audit.record(
        session, audit.acting(person), "delivery.plan", "delivery", delivery.id,
        unit_id=post.unit_id, due_at=due_at, account=delivery.account_id, sha256=rendering.sha256,
    )  # fmt: skip
    return delivery


def refuse(session: Session, person: Person, request_id: int, comment: str) -> None:
    """Refuse a broadcast with a reason."""
    request, _post = _open(session, person, request_id, "approve")
    if not comment.strip():
        raise Refused(_("Hãy ghi lý do không duyệt."), "comment")
    _decide(session, person, request, "refused", comment)


def drop(session: Session, person: Person, request_id: int) -> None:
    """Take a wish back before anybody decided about it."""
    request, _post = _open(session, person, request_id, "write")
    _decide(session, person, request, "dropped", "")


def confirm(session: Session, person: Person, request_id: int, sent: bool, note: str) -> None:
    """Write down what a person saw at oa.zalo.me: Zalo sent it, or its review refused it. Zalo itself tells nothing."""
    request = _request(session, request_id)
    demand(session, person, "write", request.unit_id)
    delivery = session.get(Delivery, request.delivery_id) if request.delivery_id else None
    if delivery is None or delivery.state != "sent":
        raise Refused(_("Lượt gửi này không chờ xác nhận."))
    note = passage(note, _("Ghi chú"), most=500)
    if not sent and not note:
        raise Refused(_("Hãy ghi lý do Zalo không duyệt."), "note")
    reason = note if sent else _("Zalo không duyệt: {why}").format(why=note)
    if not move(session, delivery, "confirmed" if sent else "retracted", audit.acting(person), reason=reason):
        raise Stale(_("Lượt phát hành này vừa thay đổi. Hãy tải lại trang rồi làm lại."))


def _request(session: Session, request_id: int) -> BroadcastRequest:
    request = session.get(BroadcastRequest, request_id, with_for_update=True)
    if request is None:
        raise Missing(_("Không có yêu cầu gửi số {number}.").format(number=request_id))
    return request


def _open(session: Session, person: Person, request_id: int, right: str) -> tuple[BroadcastRequest, Post]:
    """Return a wish that waits for a decision, its row locked: of two who decide at once the second is told so."""
    request = _request(session, request_id)
    demand(session, person, right, request.unit_id)
    if request.state != "asked":
        raise Stale(_("Yêu cầu gửi này vừa được người khác quyết định. Hãy tải lại trang."))
    return request, session.get_one(Post, request.post_id)


def _decide(
    session: Session,
    person: Person,
    request: BroadcastRequest,
    state: str,
    comment: str,
    delivery_id: int | None = None,
) -> None:
    request.comment = passage(comment, _("Ý kiến"), most=1000)
    request.state, request.delivery_id = state, delivery_id
    request.decided_by, request.decided_at = person.id, clock.now()
    session.flush()
    acts = {"approved": "broadcast.approve", "refused": "broadcast.refuse", "dropped": "broadcast.drop"}
    _note(session, person, request, acts[state], delivery=delivery_id, comment=request.comment)


def _note(session: Session, person: Person, request: BroadcastRequest, act: str, **detail: Any) -> None:
    audit.record(
        session, audit.acting(person), act, "post", request.post_id, unit_id=request.unit_id, **detail
    )  # fmt: skip
