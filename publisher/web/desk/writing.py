"""The editor: writing a new post, changing one, seeing it as the outlets would send it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.editorial import content, difference, drafting, review, scheduling, slots
from publisher.editorial.content import Content
from publisher.media import Picture, keep
from publisher.media.films import keep_film
from publisher.model import Audit, Person, Post, Unit, Version
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import demand, units_with
from publisher.web.context import installation, me, public_url, reading, world, writing
from publisher.web.desk import desk, sheet
from publisher.web.desk.bench import Bench, bench, media_of, seen_post, whole
from publisher.web.desk.media import uploaded, uploaded_film
from publisher.web.desk.previews import over_limits, previews, subjects
from publisher.web.desk.sheet import Sheet
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _

TWICE = timedelta(seconds=60)  # the same new text by the same person within it is a second click, not a second post
MOST_UNITS = 500


@dataclass(frozen=True)
class Newer:
    """What somebody else saved while this form was open."""

    number: int
    author: str
    at: datetime
    changes: list[difference.Change]
    text: Content


@desk.route("/bai/moi", methods=["GET", "POST"])
@permission("write")
def post_new() -> Response | str | tuple[str, int]:
    """Write a new post, from nothing or for a day that a plan proposes (`?slot=ID`)."""
    zone = installation().config.zone
    proposal = None
    with reading() as session:
        person = me(session)
        units = units_with(session, person, "write")
        slot_id = whole(request.values.get("slot", ""))
        if slot_id is not None:
            proposal = slots.proposal(session, slot_id, units)
            if proposal.post_id is not None and request.method == "GET":
                flash(_("Ngày này của kế hoạch đã có bài."), "info")
                return redirect(url_for("desk.post", post_id=proposal.post_id))
        unit = _chosen_unit(session, units, proposal.unit_id if proposal else None)
        ready = bench(session, unit) if unit is not None else None
        rows = session.execute(
            select(Unit.id, Unit.name).where(Unit.id.in_(units)).order_by(Unit.name).limit(MOST_UNITS)
        ).all()
    if ready is None:
        return render_template("desk/post_unit.html", units=[(row.id, row.name) for row in rows])
    if request.method == "POST":
        return _save(ready, proposal)
    return _editor(ready, sheet.blank(ready, zone, proposal), proposal=proposal)


def _chosen_unit(session: Session, units: set[int], wanted: int | None) -> Unit | None:
    """Return the unit to write for; None when the person writes for several and has not chosen."""
    if wanted is None:
        wanted = whole(request.values.get("unit", ""))
    if wanted is None and len(units) == 1:
        wanted = next(iter(units))
    if wanted is None:
        return None
    if wanted not in units:
        raise Missing(_("Không có đơn vị này trong phần việc của bạn."))
    return session.get_one(Unit, wanted)


@desk.route("/bai/<int:post_id>/sua", methods=["GET", "POST"])
@permission("write")
def post_edit(post_id: int) -> Response | str | tuple[str, int]:
    """Change a post; on a published one, write its correction."""
    zone = installation().config.zone
    with reading() as session:
        person = me(session)
        post = seen_post(session, person, post_id)
        demand(session, person, "write", post.unit_id)
        if post.state in {"withdrawn", "discarded"}:
            flash(_("Bài đã thu hồi hoặc đã bỏ: hãy khôi phục trước khi sửa."), "warning")
            return redirect(url_for("desk.post", post_id=post_id))
        ready = bench(session, session.get_one(Unit, post.unit_id), post)
        head = drafting.head_version(session, post)
        pending = post.live is None or post.head > post.live
    if request.method == "POST":
        return _save(ready, None)
    typed = sheet.of(content.of(head), ready, zone, post.revision, keep_correction=pending)
    return _editor(ready, typed)


def _save(ready: Bench, proposal: slots.Proposal | None) -> Response | tuple[str, int]:
    """Store what was typed; whatever is wrong, the form comes back with all of it."""
    typed, faults = _typed(ready)
    text, wrong = sheet.check(typed)
    wanted, late = sheet.wishes(typed, ready, installation().config.zone)
    faults = {**wrong, **faults, **late}
    submitting = form(sheet.names(ready), sheet.LISTS)["act"] == "submit"
    if submitting and not wanted:
        faults["placements"] = _("Chưa chọn nơi phát hành: hãy chọn ít nhất một kênh rồi trình duyệt.")
    if submitting and not faults:
        with reading() as session:
            slug, version = ready.slug or "xem-truoc", ready.head + 1
            found = subjects(session, wanted, text, ready.unit_id, slug, version, public_url())
        faults = over_limits(found)
    if faults:
        return _editor(ready, typed, proposal=proposal, faults=faults), 422
    try:
        with writing() as session:
            post = _store(session, me(session), ready, proposal, typed, text, wanted)
            if submitting and post.state in {"draft", "returned"}:
                review.submit(session, me(session), post, post.revision)
    except (Missing, NotAllowed):
        raise
    except Stale as error:
        return _stale(ready, typed, text, wanted, error)
    except Refused as error:
        return _editor(ready, typed, proposal=proposal, faults={error.field or "": error.message}), 422
    if submitting:
        told = {
            "submitted": _("Đã lưu và trình duyệt. Người duyệt sẽ thấy bài trong mục Chờ duyệt."),
            "approved": _("Đã lưu giờ phát hành. Chữ không đổi nên bản đã duyệt vẫn có hiệu lực."),
        }
        flash(told[post.state], "success")
        return redirect(url_for("desk.post", post_id=post.id))
    flash(_("Đã lưu bản nháp.") if post.state == "draft" else _("Đã lưu."), "success")
    return redirect(url_for("desk.post_edit", post_id=post.id))


def _typed(ready: Bench) -> tuple[Sheet, dict[str, str]]:
    """Return the form as typed; new pictures are decoded and stored at once, so that none has to be sent again."""
    sent = form(sheet.names(ready), sheet.LISTS)
    faults: dict[str, str] = {}
    pictures: list[Picture] = []
    film = None
    try:
        pictures = uploaded("new_image", "new_video")
        film = uploaded_film("new_video")
    except Refused as error:
        if error.field is None:
            raise
        faults[error.field] = error.message
    if pictures:
        with writing() as session:
            person_id = me(session).id
            rows = [keep(session, world().files, person_id, picture) for picture in pictures]
            added = [sheet.Image(row.sha256, row.media_type, row.width, row.height) for row in rows]
    else:
        added = []
    with reading() as session:
        typed = sheet.read(sent, ready, media_of(session, sheet.named(sent)))
    if film is not None:
        with writing() as session:
            row = keep_film(session, me(session).id, film)
            typed = replace(typed, video=replace(sheet.film_of(row), alt=sent["video_alt"]))
    held = {image.sha256 for image in typed.images}
    fresh = [image for image in dict.fromkeys(added) if image.sha256 not in held]
    if len(fresh) == 1:
        fresh = [replace(fresh[0], alt=typed.new_alt)]
    return replace(typed, images=(*typed.images, *fresh), new_alt="" if fresh else typed.new_alt), faults


def _store(
    session: Session,
    person: Person,
    ready: Bench,
    proposal: slots.Proposal | None,
    typed: Sheet,
    text: Content,
    wanted: dict[int, datetime],
) -> Post:
    if ready.post_id is None:
        before = _just_drafted(session, person, ready.unit_id, text)
        if before is not None:
            return before
        unit = session.get_one(Unit, ready.unit_id)
        post = drafting.draft(session, person, acting(person), unit, text)
        if proposal is not None:
            slots.take(session, person, proposal.slot_id, post)
    else:
        post = seen_post(session, person, ready.post_id)
        drafting.save(session, person, post, typed.revision, text)
    if wanted != {outlet.account_id: outlet.wish for outlet in ready.outlets if outlet.wish is not None}:
        scheduling.place(session, person, post, post.revision, list(wanted.items()))
    return post


def _just_drafted(session: Session, person: Person, unit_id: int, text: Content) -> Post | None:
    """Return the post this person made of this very text a moment ago: a double click makes one post."""
    return session.scalar(
        select(Post)
        .join(Version, (Version.post_id == Post.id) & (Version.number == 1))
        .where(Post.unit_id == unit_id, Post.created_by == person.id, Version.sha256 == text.sha256)
        .where(Post.created_at > clock.now() - TWICE)
        .limit(1)
    )


def _stale(
    ready: Bench, typed: Sheet, text: Content, wanted: dict[int, datetime], error: Stale
) -> Response | tuple[str, int]:
    """Answer a form that is older than the post: the typed text stays, what is new stands beside it."""
    with reading() as session:
        person = me(session)
        post = seen_post(session, person, ready.post_id or 0)
        head = drafting.head_version(session, post)
        fresh = bench(session, session.get_one(Unit, post.unit_id), post)
        # The trail knows who acted last: it may have been an approval or a new time, not a text.
        who = session.scalar(
            select(Audit.actor)
            .where(Audit.subject == "post", Audit.subject_id == post.id)
            .order_by(Audit.id.desc())
            .limit(1)
        )
    newest = content.of(head)
    planned = {outlet.account_id: outlet.wish for outlet in fresh.outlets if outlet.wish is not None}
    if newest.sha256 == text.sha256 and planned == wanted:  # the second of two clicks: all of it is stored already
        return redirect(url_for("desk.post", post_id=post.id))
    newer = Newer(
        number=head.number,
        author=who or _("Hệ thống"),
        at=post.changed_at,
        changes=difference.changes(text, newest),
        text=newest,
    )
    page = _editor(fresh, replace(typed, revision=post.revision), faults={"": error.message}, newer=newer)
    return page, 409


def _editor(
    ready: Bench,
    typed: Sheet,
    *,
    proposal: slots.Proposal | None = None,
    faults: dict[str, str] | None = None,
    newer: Newer | None = None,
) -> str:
    return render_template(
        "desk/post_edit.html", bench=ready, sheet=typed, proposal=proposal, faults=faults or {}, newer=newer
    )


@desk.post("/xem-truoc")
@permission("write")
def preview() -> str:
    """Show what each chosen outlet would send for the text in the editor; nothing is stored.

    The editor's script asks for the fragment alone (`Accept: text/html; fragment=1`); the button of a browser
    without scripts gets a page.
    """
    with reading() as session:
        person = me(session)
        post_id = whole(request.form.get("post", ""))
        post = seen_post(session, person, post_id) if post_id is not None else None
        units = units_with(session, person, "write")
        unit = session.get(Unit, post.unit_id) if post else _chosen_unit(session, units, None)
        if unit is None or unit.id not in units:
            raise Missing(_("Không có đơn vị này trong phần việc của bạn."))
        ready = bench(session, unit, post)
        sent = form(sheet.names(ready), sheet.LISTS)
        typed = sheet.read(sent, ready, media_of(session, sheet.named(sent)))
        text, faults = sheet.check(typed)
        chosen = set(typed.chosen) | {o.account_id for o in ready.outlets if o.landed is not None}
        slug = ready.slug or "xem-truoc"
        found = subjects(session, chosen, text, unit.id, slug, ready.head + 1, public_url())
    empty = not typed.texts["title"].strip() and not typed.texts["body"].strip()
    template = "desk/post_preview.html" if request.headers.get("X-Fragment") == "1" else "desk/post_preview_page.html"
    return render_template(
        template, previews=[] if empty else previews(world(), found), empty=empty, faults=faults, title=text.title
    )
