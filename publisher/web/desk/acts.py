"""What a person does to a post from its page: submit, discard, restore, withdraw, repeat."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.editorial import drafting, repeating, review, slots, withdrawing
from publisher.editorial.content import day
from publisher.editorial.moving import wishes_of
from publisher.model import Person, Placement, Post
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import demand
from publisher.text import number
from publisher.web.context import installation, me, writing
from publisher.web.desk import desk
from publisher.web.desk.bench import seen_post
from publisher.web.desk.page import post_page
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _

Act = Callable[[Session, Person, Post, int], str]
Answer = Response | tuple[str, int]


def acted(post_id: int, sent: Form, act: Act, where: str = "") -> Answer:
    """Do `act` in one transaction and go back to the post with the sentence it returns.

    What it refuses comes back on the post's page with the typed words kept: 409 for an older form, else 422.
    """
    try:
        with writing() as session:
            person = me(session)
            found = seen_post(session, person, post_id)
            told = act(session, person, found, sent.number("revision", _("Số lần sửa")))
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        faults = {error.field or where: error.message}
        return post_page(post_id, faults, sent.one), 409 if isinstance(error, Stale) else 422
    flash(told, "success")
    return redirect(url_for("desk.post", post_id=post_id))


def demand_outlet(session: Session, post: Post) -> None:
    """Raise `Refused` for a post that names no outlet: approved, it would go nowhere and nobody would notice."""
    if session.scalar(wishes_of(post).with_only_columns(Placement.id).limit(1)) is None:
        raise Refused(
            _("Chưa chọn nơi phát hành: hãy bấm Sửa bài, chọn ít nhất một kênh rồi trình duyệt."), "placements"
        )


@desk.post("/bai/<int:post_id>/trinh")
@permission("write")
def post_submit(post_id: int) -> Answer:
    """Ask for approval of the newest version."""
    sent = form(one=("revision", "comment"))

    def act(session: Session, person: Person, post: Post, revision: int) -> str:
        demand_outlet(session, post)
        review.submit(session, person, post, revision, sent["comment"])
        return _("Đã trình duyệt.")

    return acted(post_id, sent, act, "submit")


@desk.post("/bai/<int:post_id>/bo")
@permission("write")
def post_discard(post_id: int) -> Answer:
    """Put a post that was never published out of sight; its day in the plan is free again."""
    sent = form(one=("revision",))

    def act(session: Session, person: Person, post: Post, revision: int) -> str:
        drafting.discard(session, person, post, revision)
        slots.give_back(session, person, post)
        return _("Đã bỏ bài. Bài vẫn còn trong danh sách «Đã bỏ» và khôi phục được.")

    return acted(post_id, sent, act)


@desk.post("/bai/<int:post_id>/khoi-phuc")
@permission("write")
def post_restore(post_id: int) -> Answer:
    """Bring a discarded or withdrawn post back as a draft."""
    sent = form(one=("revision",))

    def act(session: Session, person: Person, post: Post, revision: int) -> str:
        drafting.restore(session, person, post, revision)
        return _("Đã khôi phục thành bản nháp. Bài cần được duyệt lại trước khi phát hành.")

    return acted(post_id, sent, act)


@desk.post("/bai/<int:post_id>/thu-hoi")
@permission("approve")
def post_withdraw(post_id: int) -> Answer:
    """Take a published post back, with a reason that readers see."""
    sent = form(one=("revision", "reason"))

    def act(session: Session, person: Person, post: Post, revision: int) -> str:
        withdrawing.withdraw(session, person, post, revision, sent["reason"])
        return _("Đã thu hồi. Hệ thống đang gỡ bài khỏi các kênh; kết quả hiện ở mục Phát hành bên dưới.")

    return acted(post_id, sent, act, "reason")


@desk.post("/bai/<int:post_id>/lap-lai")
@permission("write")
def post_repeat(post_id: int) -> Answer:
    """Copy a post as drafts, weekly, monthly or quarterly, until a day."""
    sent = form(one=("revision", "every", "until"))

    def act(session: Session, person: Person, post: Post, revision: int) -> str:
        drafting.expect(post, revision)
        demand(session, person, "write", post.unit_id)
        until = day(sent["until"], _("Đến ngày"))
        if until is None:
            raise Refused(_("Đến ngày: chưa chọn."), "until")
        zone = installation().config.zone
        first = session.scalar(select(Placement.due_at).where(Placement.post_id == post.id).order_by(Placement.due_at))
        start = first.astimezone(zone).date() if first is not None else until
        made = repeating.repeat(session, person, post, cadence_of(sent["every"], start), until, zone)
        return _("Đã tạo {count} bản nháp. Mỗi bản cần được duyệt riêng; xem trên Lịch.").format(
            count=number(len(made))
        )

    return acted(post_id, sent, act, "until")


def cadence_of(every: str, start: date) -> dict[str, object]:
    """Return the cadence (`schedules.cadence`) of a choice on the form, on the day on which the post stands."""
    if every == "week":
        return {"weekly": {"days": [("mon", "tue", "wed", "thu", "fri", "sat", "sun")[start.weekday()]]}}
    if every == "month":
        return {"monthly": {"day": start.day}}
    if every == "quarter":
        return {"quarterly": {"month": (start.month - 1) % 3 + 1, "day": start.day}}
    raise Refused(_("Hãy chọn lặp hằng tuần, hằng tháng hay theo quý."), "until")
