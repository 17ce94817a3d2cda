"""The approval queue: one submitted post at a time, as it will be sent, with what changed since the last approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.editorial import content, difference, drafting, review
from publisher.editorial.content import Content
from publisher.editorial.moving import wishes_of
from publisher.model import Account, Decision, Person, Placement, Post, Unit, Version
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import units_with
from publisher.web.context import me, public_url, reading, world, writing
from publisher.web.desk import desk
from publisher.web.desk.bench import seen_post, whole
from publisher.web.desk.previews import Preview, Subject, previews, subjects
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _

MOST_WAITING = 200  # posts listed beside the one being read


@dataclass(frozen=True)
class Waiting:
    """One post in the queue."""

    post_id: int
    title: str
    unit: str
    since: datetime
    due: datetime | None
    correction: bool


@dataclass(frozen=True)
class Case:
    """The post being read: its text, who asked when and why, where it will go, what changed."""

    post: Post
    unit: str
    text: Content
    version: int
    writer: str
    asked_by: str
    asked_at: datetime
    asked_why: str
    wishes: list[tuple[Account, datetime]]
    approved_before: int | None
    changes: list[difference.Change]
    own: bool  # written or submitted by the person who looks
    previews: list[Preview]

    @property
    def late(self) -> bool:
        """Whether a planned time has gone by: approval would then send at once."""
        return self.post.live is None and any(due < clock.now() for _account, due in self.wishes)


@desk.get("/duyet")
@permission("approve")
def reviews() -> str:
    """Show what waits for approval, oldest first, and the chosen post (`?bai=ID`) or the oldest in full."""
    return _desk(whole(request.args.get("bai", "")))


def _desk(post_id: int | None, faults: Mapping[str, str] | None = None, comment: str = "") -> str:
    with reading() as session:
        person = me(session)
        units = units_with(session, person, "approve")
        queue = _queue(session, units)
        chosen = post_id if post_id is not None else (queue[0].post_id if queue else None)
        found = _case(session, person, units, chosen) if chosen is not None else None
    case = None
    if found is not None:
        case, ready = found
        case = Case(**{**case.__dict__, "previews": previews(world(), ready)})
    return render_template("desk/reviews.html", queue=queue, case=case, faults=faults or {}, comment=comment)


def _queue(session: Session, units: set[int]) -> list[Waiting]:
    since = func.max(Decision.at)
    due = select(func.min(Placement.due_at)).where(Placement.post_id == Post.id).scalar_subquery()
    rows = session.execute(
        select(Post.id, Post.title, Unit.short_name, since.label("since"), due.label("due"), Post.live)
        .join(Unit, Unit.id == Post.unit_id)
        .join(Version, (Version.post_id == Post.id) & (Version.number == Post.head))
        .join(Decision, (Decision.version_id == Version.id) & (Decision.verdict == "submitted"))
        .where(Post.state == "submitted", Post.unit_id.in_(units))
        .group_by(Post.id, Post.title, Unit.short_name, Post.live)
        .order_by(since, Post.id)
        .limit(MOST_WAITING)
    )
    return [Waiting(row.id, row.title, row.short_name, row.since, row.due, row.live is not None) for row in rows]


def _case(session: Session, person: Person, units: set[int], post_id: int) -> tuple[Case, list[Subject]] | None:
    """Return the post being read and what its previews need; None when it no longer waits."""
    post = seen_post(session, person, post_id)
    if post.unit_id not in units:
        raise Missing(_("Không có bài số {number} trong phần duyệt của bạn.").format(number=post_id))
    if post.state != "submitted":
        return None
    version = drafting.head_version(session, post)
    text = content.of(version)
    asked = session.execute(
        select(Decision, Person.name)
        .outerjoin(Person, Person.id == Decision.person_id)
        .where(Decision.version_id == version.id, Decision.verdict == "submitted")
        .order_by(Decision.id.desc())
        .limit(1)
    ).one()
    writer = session.get(Person, version.created_by) if version.created_by is not None else None
    unit = session.get_one(Unit, post.unit_id)
    wishes = session.execute(
        wishes_of(post)
        .join(Account, Account.id == Placement.account_id)
        .with_only_columns(Account, Placement.due_at)
        .order_by(Placement.due_at, Account.id)
    ).all()
    before = _approved_before(session, post, version)
    case = Case(
        post=post,
        unit=unit.name,
        text=text,
        version=version.number,
        writer=writer.name if writer else "",
        asked_by=asked[1] or "",
        asked_at=asked[0].at,
        asked_why=asked[0].comment,
        wishes=[(account, due) for account, due in wishes],
        approved_before=before.number if before else None,
        changes=difference.changes(content.of(before), text) if before else [],
        own=person.id in review.authors(session, post, version) and not unit.self_approval,
        previews=[],
    )
    chosen = dict.fromkeys(account.id for account, _due in wishes)
    return case, subjects(session, chosen, text, unit.id, post.slug, version.number, public_url())


def _approved_before(session: Session, post: Post, version: Version) -> Version | None:
    return session.scalar(
        select(Version)
        .join(Decision, Decision.version_id == Version.id)
        .where(Version.post_id == post.id, Decision.verdict == "approved", Version.number < version.number)
        .order_by(Version.number.desc())
        .limit(1)
    )


@desk.post("/bai/<int:post_id>/duyet")
@permission("approve")
def post_approve(post_id: int) -> Response | tuple[str, int]:
    """Approve the version that was read: the revision in the form says which."""
    return _decide(post_id, "approve")


@desk.post("/bai/<int:post_id>/tra-lai")
@permission("approve")
def post_return(post_id: int) -> Response | tuple[str, int]:
    """Send a post back to its writer with what to change."""
    return _decide(post_id, "return")


def _decide(post_id: int, verdict: str) -> Response | tuple[str, int]:
    sent = form(one=("revision", "comment"))
    try:
        with writing() as session:
            person = me(session)
            post = seen_post(session, person, post_id)
            revision = sent.number("revision", _("Số lần sửa"))
            if verdict == "approve":
                review.approve(session, world(), person, post, revision, public_url(), sent["comment"])
                told = _("Đã duyệt «{title}». Các lượt phát hành đã vào lịch.")
            else:
                review.return_(session, person, post, revision, sent["comment"])
                told = _("Đã trả lại «{title}» kèm ý kiến.")
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        code = 409 if isinstance(error, Stale) else 422
        return _desk(post_id, {error.field or "": error.message}, sent["comment"]), code
    flash(told.format(title=post.title), "success")
    return redirect(url_for("desk.reviews"))
