"""A delivery's own page: what is sent where and when, how it went, and what a person may do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template, request
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Part, is_film
from publisher.delivery.states import FINAL, OPEN
from publisher.model import Account, Attempt, Audit, Delivery, Person, Post, Receipt, Rendering, Unit, Version
from publisher.refusal import Missing
from publisher.security import rights_in
from publisher.web import wording
from publisher.web.context import me, reading, world
from publisher.web.desk import desk
from publisher.web.desk.previews import framed
from publisher.web.guard import permission
from publisher.web.look import moment, state_title
from publisher.web.sending import stored_file
from publisher.words import _

MOST_ROWS = 200  # attempts, links of the chain, acts of the history
# The bytes come from editors and channels: nothing in them may run or leave this page. Pictures need our cookie,
# hence the same origin, which without scripts gives nothing away.
SANDBOX = (
    "sandbox allow-same-origin; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; "
    "font-src 'self'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
SHOWN_AS_TEXT = {"application/json", "text/plain", "text/csv", "text/markdown"}


@dataclass(frozen=True)
class Try:
    """One attempt as the table shows it."""

    number: int
    kind: str
    started_at: datetime
    seconds: float | None
    outcome: str
    outcome_title: str
    message: str


@dataclass(frozen=True)
class Link:
    """One delivery of the same post to the same outlet: what it corrected, what corrects it."""

    id: int
    action: str
    version: int
    state: str
    due_at: datetime


@dataclass(frozen=True)
class Event:
    """One act of the history."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class Choice:
    """Something one might want to do: open, or closed with the sentence that says why."""

    name: str  # now · move · cancel · settle
    open: bool
    why: str = ""


@dataclass(frozen=True)
class Page:
    """A delivery's page: plain data, read in one session."""

    delivery: Delivery
    post: Post
    version: Version
    account: Account
    unit: str
    rendering: Rendering
    receipt: Receipt | None
    tries: list[Try]
    chain: list[Link]
    history: list[Event]
    rights: frozenset[str]

    @property
    def approved(self) -> bool:
        """Whether what this delivery carries may still go out."""
        same = self.post.approved == self.version.number and self.post.state == "approved"
        return self.delivery.action == "retract" or same

    @property
    def waits_for(self) -> Link | None:
        """The unfinished delivery that has to end before this one may begin (P7)."""
        return next((one for one in self.chain if one.id == self.delivery.follows_id and one.state not in FINAL), None)

    @property
    def choices(self) -> dict[str, Choice]:
        """What may be done now, by name, and why the rest may not."""
        found = (_send_now(self), _move(self), _cancel(self), _settle(self))
        return {choice.name: choice for choice in found}


def _send_now(page: Page) -> Choice:
    state = page.delivery.state
    if state in {"planned", "waiting"}:
        at = moment(page.delivery.wake_at)
        return Choice("now", False, _("Lượt này tự gửi lúc {at}. Muốn sớm hơn, hãy dời lịch.").format(at=at))
    if state not in {"held", "failed", "cancelled"}:
        title = state_title(state).lower()
        return Choice("now", False, _("Không gửi lại được khi lượt ở trạng thái «{state}».").format(state=title))
    if page.account.state == "closed":
        return Choice("now", False, _("Không gửi được nữa: tài khoản kênh đã đóng."))
    if not page.approved:
        return Choice("now", False, _("Không gửi được: bản này không còn được duyệt. Hãy trình duyệt lại bài."))
    if "approve" not in page.rights:
        return Choice("now", False, _("Gửi ngay cần quyền duyệt bài: hãy nhờ người duyệt."))
    return Choice("now", True)


def _move(page: Page) -> Choice:
    if page.delivery.state not in OPEN:
        return Choice("move", False, _("Không dời được: lượt này đã bắt đầu hoặc đã kết thúc."))
    if "write" not in page.rights:
        return Choice("move", False, _("Dời lịch cần quyền biên tập ở đơn vị này."))
    return Choice("move", True)


def _cancel(page: Page) -> Choice:
    if page.delivery.state not in {*OPEN, "failed"}:
        return Choice("cancel", False, _("Không hủy được: lượt này đã bắt đầu hoặc đã kết thúc."))
    if "write" not in page.rights:
        return Choice("cancel", False, _("Hủy cần quyền biên tập ở đơn vị này."))
    return Choice("cancel", True)


def _settle(page: Page) -> Choice:
    if page.delivery.state != "unsure":
        return Choice("settle", False)
    if "approve" not in page.rights:
        return Choice("settle", False, _("Xác nhận đã lên hay chưa cần quyền duyệt bài: hãy nhờ người duyệt."))
    return Choice("settle", True)


@desk.get("/phat-hanh/<int:delivery_id>")
@permission("read")
def delivery(delivery_id: int) -> str:
    """Show a delivery."""
    return delivery_page(delivery_id)


def delivery_page(
    delivery_id: int, faults: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """Return a delivery's page; `faults` and `typed` bring a refused form back: 7 queries whatever the history."""
    with reading() as session:
        page = _read_page(session, me(session), delivery_id)
    return render_template(
        "desk/delivery.html", page=page, choices=page.choices, words=wording, faults=faults or {}, typed=typed or {}
    )


def seen_delivery(session: Session, person: Person, delivery_id: int) -> tuple[Delivery, Post, frozenset[str]]:
    """Return a delivery, its post and what the person may do there; `Missing` for another unit's."""
    row = session.execute(
        select(Delivery, Post).join(Post, Post.id == Delivery.post_id).where(Delivery.id == delivery_id)
    ).first()
    rights = rights_in(session, person, row.Post.unit_id) if row is not None else frozenset()
    if row is None or "read" not in rights:
        raise Missing(_("Không có lượt phát hành số {number}.").format(number=delivery_id))
    return row.Delivery, row.Post, rights


def _read_page(session: Session, person: Person, delivery_id: int) -> Page:
    delivery, post, rights = seen_delivery(session, person, delivery_id)
    row = session.execute(
        select(Version, Account, Unit.name.label("unit"), Rendering, Receipt)
        .select_from(Delivery)
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .join(Unit, Unit.id == Account.unit_id)
        .outerjoin(Receipt, Receipt.delivery_id == Delivery.id)
        .where(Delivery.id == delivery_id)
    ).one()
    return Page(
        delivery, post, row.Version, row.Account, row.unit, row.Rendering, row.Receipt,
        _tries(session, delivery), _chain(session, delivery), _history(session, delivery), rights,
    )  # fmt: skip


def _tries(session: Session, delivery: Delivery) -> list[Try]:
    rows = session.scalars(
        select(Attempt).where(Attempt.delivery_id == delivery.id).order_by(Attempt.number.desc()).limit(MOST_ROWS)
    )
    return [
        Try(
            row.number, _(wording.KINDS[row.kind]), row.started_at,
            (row.ended_at - row.started_at).total_seconds() if row.ended_at else None,
            row.outcome or "", wording.outcome_title(row.outcome), row.message,
        )
        for row in rows
    ]  # fmt: skip


def _chain(session: Session, delivery: Delivery) -> list[Link]:
    rows = session.execute(
        select(Delivery.id, Delivery.action, Version.number, Delivery.state, Delivery.due_at)
        .join(Version, Version.id == Delivery.version_id)
        .where(Delivery.post_id == delivery.post_id, Delivery.account_id == delivery.account_id)
        .where(Delivery.placement == delivery.placement)
        .order_by(Delivery.id)
        .limit(MOST_ROWS)
    )
    return [Link(*row) for row in rows]


def _history(session: Session, delivery: Delivery) -> list[Event]:
    rows = session.scalars(
        select(Audit)
        .where(Audit.subject == "delivery", Audit.subject_id == delivery.id)
        .order_by(Audit.id.desc())
        .limit(MOST_ROWS)
    )
    return [
        Event(row.at, wording.actor_name(row.actor), wording.told(row), str(row.detail.get("reason", "")))
        for row in rows
    ]


@desk.get("/phat-hanh/<int:delivery_id>/phan/<name>")
@permission("read")
def delivery_part(delivery_id: int, name: str) -> Response:
    """Show one part of the approved bytes where nothing in it can act; `?tai=1` hands out the bytes themselves."""
    with reading() as session:
        delivery, _post, _rights = seen_delivery(session, me(session), delivery_id)
        rendering = session.get_one(Rendering, delivery.rendering_id)
    found = next((part for part in rendering.parts if part["name"] == name), None)
    if found is None:
        raise Missing(_("Lượt phát hành này không có phần «{name}».").format(name=name[:60]))
    if is_film(found["media_type"]):
        return stored_file(found["sha256"], found["media_type"], as_attachment=True, download_name=found["name"])
    part = Part(found["name"], found["media_type"], world().files.get(found["sha256"]))
    answer = _as_file(part) if request.args.get("tai") == "1" else _as_page(part)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _as_page(part: Part) -> Response:
    kind = part.media_type.partition(";")[0]
    if kind == "text/html":
        return make_response(framed(part.data.decode()))
    if kind in SHOWN_AS_TEXT:
        return make_response(framed(f'<pre class="preview-text">{escape(part.data.decode(errors="replace"))}</pre>'))
    if kind in {"image/png", "image/jpeg"}:
        return Response(part.data, content_type=kind)
    return _as_file(part)


def _as_file(part: Part) -> Response:
    answer = Response(part.data, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=part.name)
    answer.set_etag(part.sha256)
    return answer
