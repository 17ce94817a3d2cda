"""The list of deliveries: what went out, what will, and what did not, by state, account and period."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, request
from sqlalchemy import Select, func, select

from publisher import clock
from publisher.clock import day_span
from publisher.editorial.content import day
from publisher.model import STATES, Account, Delivery, Post, Unit, Version
from publisher.refusal import Refused
from publisher.security import units_with
from publisher.web.context import installation, me, reading
from publisher.web.desk import desk
from publisher.web.guard import permission
from publisher.words import _, mark

PAGE = 50
VIEWS = {"past": mark("Đã đến giờ"), "next": mark("Sắp tới"), "all": mark("Tất cả")}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    id: int
    title: str
    version: int
    account: str
    channel: str
    mode: str
    unit: str
    due_at: datetime
    state: str
    action: str
    reason: str
    wake_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """The filters of the list as read from the address; what is no filter counts as none."""

    state: str
    account: int | None
    since: date | None
    until: date | None
    page: int
    view: str  # past: due already, latest first · next: still to come, soonest first · all

    @property
    def any(self) -> bool:
        """Whether the list is narrowed."""
        return bool(self.state or self.account or self.since or self.until)

    def other(self, page: int = 1, view: str = "") -> dict[str, str | int]:
        """Return the arguments of the same list's other page, or of its other view."""
        kept = {
            "view": view or self.view,
            "state": self.state,
            "account": self.account,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "page": page,
        }
        return {name: value for name, value in kept.items() if value}


def _asked() -> Asked:
    def number(name: str) -> int | None:
        value = request.args.get(name, "")
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None

    def bound(name: str) -> date | None:
        try:
            found = day(request.args.get(name, "")[:10], _("Ngày"))
        except Refused:
            return None
        return found if found is not None and FIRST_DAY <= found <= LAST_DAY else None

    state, view = request.args.get("state", ""), request.args.get("view", "")
    narrowed = any(request.args.get(name) for name in ("state", "account", "since", "until"))
    return Asked(
        state=state if state in STATES else "",
        account=number("account"),
        since=bound("since"),
        until=bound("until"),
        page=max(number("page") or 1, 1),
        # A list of a year ahead begins with what nobody asks for: unasked, it shows what has come due.
        view=view if view in VIEWS else "all" if narrowed else "past",
    )


@desk.get("/phat-hanh")
@permission("read")
def deliveries() -> str:
    """List the deliveries of the person's units, latest due time first: 4 queries beside who is asking."""
    asked = _asked()
    with reading() as session:
        units = units_with(session, me(session), "read")
        accounts = session.execute(
            select(Account.id, Account.title, Account.channel)
            .where(Account.unit_id.in_(units))
            .order_by(Account.channel, Account.title, Account.id)
        ).all()
        query = _narrowed(asked, units)
        total = session.scalar(query.with_only_columns(func.count())) or 0
        start = (asked.page - 1) * PAGE
        soonest, latest = (Delivery.due_at, Delivery.id), (Delivery.due_at.desc(), Delivery.id.desc())
        ordered = query.order_by(*soonest) if asked.view == "next" else query.order_by(*latest)
        rows = [Row(*row) for row in session.execute(ordered.limit(PAGE).offset(start))]
    return render_template(
        "desk/deliveries.html",
        rows=rows, total=total, asked=asked, last_page=max(-(-total // PAGE), 1), accounts=accounts, states=STATES,
        views=VIEWS,
    )  # fmt: skip


def _narrowed(asked: Asked, units: set[int]) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            Delivery.id, Version.title, Version.number, Account.title, Account.channel, Account.mode, Unit.short_name,
            Delivery.due_at, Delivery.state, Delivery.action, Delivery.reason, Delivery.wake_at,
        )
        .select_from(Delivery)
        .join(Post, Post.id == Delivery.post_id)
        .join(Version, Version.id == Delivery.version_id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.unit_id.in_(units))
    )  # fmt: skip
    if asked.view != "all":
        now = clock.now()
        query = query.where(Delivery.due_at <= now if asked.view == "past" else Delivery.due_at > now)
    if asked.state:
        query = query.where(Delivery.state == asked.state)
    if asked.account:
        query = query.where(Delivery.account_id == asked.account)
    if asked.since or asked.until:
        first, end = day_span(asked.since or FIRST_DAY, asked.until or LAST_DAY, installation().config.zone)
        query = query.where(Delivery.due_at >= first, Delivery.due_at < end)
    return query
