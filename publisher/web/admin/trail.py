"""The audit trail: who did what, when, filtered and paged; and the check that nobody rewrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import audit, staff
from publisher.model import Audit, Delivery, Post, Role
from publisher.staff import Scope
from publisher.web import wording
from publisher.web.admin.blueprint import admin, unit_names
from publisher.web.context import me, reading, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _

PAGE = 50
_PAGES = {
    "account": ("admin.account", "account_id"),
    "delivery": ("desk.delivery", "delivery_id"),
    "person": ("admin.person", "person_id"),
    "plan": ("desk.plan", "plan_id"),
    "post": ("desk.post", "post_id"),
    "unit": ("admin.unit", "unit_id"),
}


@dataclass(frozen=True)
class Line:
    """One act as the page shows it."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    subject_id: int
    url: str
    details: list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """The filters as read from the address; `before` is the row above which the page begins (0: the newest)."""

    subject: str
    number: int | None
    who: str
    before: int

    @property
    def any(self) -> bool:
        """Whether the trail is narrowed."""
        return bool(self.subject or self.number or self.who)

    def from_row(self, before: int) -> dict[str, str | int]:
        """Return the arguments of the same view further down."""
        kept: dict[str, str | int] = {
            "subject": self.subject,
            "number": self.number or 0,
            "who": self.who,
            "before": before,
        }
        return {name: value for name, value in kept.items() if value}


def _asked() -> Asked:
    def number(name: str) -> int:
        value = request.args.get(name, "")
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else 0

    subject, who = request.args.get("subject", ""), request.args.get("who", "")
    return Asked(
        subject if subject in wording.SUBJECTS else "",
        number("number") or None,
        who if who in wording.MACHINES or (who.isdecimal() and len(who) < 10) else "",
        number("before"),
    )


@admin.get("/nhat-ky")
@permission("administer")
def trail() -> str:
    """Show the trail, newest act first: 6 queries beside who is asking."""
    asked = _asked()
    with reading() as session:
        within = staff.scope(session, me(session))
        rows = _rows(session, within, asked)
        people = [(one.id, one.name) for one in staff.people(session, within)]
    return render_template(
        "admin/trail.html",
        rows=rows[:PAGE], more=len(rows) > PAGE, asked=asked, people=people, subjects=wording.SUBJECTS,
        machines=wording.MACHINES,
    )  # fmt: skip


def _rows(session: Session, within: Scope, asked: Asked) -> list[Line]:
    query = select(Audit).order_by(Audit.id.desc()).limit(PAGE + 1)
    if not within.everything:
        query = query.where(_visible(within))
    if asked.before:
        query = query.where(Audit.id < asked.before)
    if asked.subject:
        query = query.where(Audit.subject == asked.subject)
    if asked.number:
        query = query.where(Audit.subject_id == asked.number)
    if asked.who in wording.MACHINES:
        query = query.where(Audit.person_id.is_(None), Audit.actor == asked.who)
    elif asked.who:
        query = query.where(Audit.person_id == int(asked.who))
    names = unit_names(session)
    return [_line(row, names) for row in session.scalars(query)]


def _visible(within: Scope) -> ColumnElement[bool]:
    """Acts about the units looked after; moves of deliveries and acts about people name no unit of their own."""
    posts = select(Delivery.id).join(Post, Post.id == Delivery.post_id).where(Post.unit_id.in_(within.units))
    people = select(Role.person_id).where(Role.unit_id.in_(within.units))
    return or_(
        Audit.unit_id.in_(within.units),
        Audit.unit_id.is_(None) & (Audit.subject == "delivery") & Audit.subject_id.in_(posts),
        Audit.unit_id.is_(None) & (Audit.subject == "person") & Audit.subject_id.in_(people),
    )


def _line(row: Audit, units: Mapping[int, str]) -> Line:
    url = ""
    if row.subject in _PAGES and row.subject_id:
        endpoint, name = _PAGES[row.subject]
        values: dict[str, Any] = {name: row.subject_id}
        url = url_for(endpoint, **values)
    return Line(
        row.id, row.at, wording.actor_name(row.actor), wording.act_title(row.act), wording.subject_title(row.subject),
        row.subject_id, url, wording.details(row, units),
    )  # fmt: skip


@admin.post("/nhat-ky/kiem-tra")
@permission("administer")
def trail_check() -> Response:
    """Read the whole chain and say whether it is unbroken; the check itself goes into the trail."""
    form()
    with reading() as session:
        broken = audit.first_break(session)
    with writing() as session:
        audit.record(session, audit.acting(me(session)), "trail.check", "trail", broken or 0, broken=broken)
    if broken is None:
        flash(_("Chuỗi nhật ký nguyên vẹn."), "success")
        return redirect(url_for("admin.trail"))
    flash(_("Nhật ký không còn nguyên vẹn từ dòng {row}: hãy đối chiếu với bản sao lưu.").format(row=broken), "danger")
    return redirect(url_for("admin.trail", before=broken + 1))
