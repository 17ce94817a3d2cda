"""What a person does to a delivery from its page: send now, move, cancel, settle what nobody can tell."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.editorial import moving
from publisher.model import Delivery, Person
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.text import line
from publisher.web.context import installation, me, writing
from publisher.web.desk import desk
from publisher.web.desk.delivery import delivery_page, seen_delivery
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.web.look import moment
from publisher.words import _

Act = Callable[[Session, Person, Delivery], str]
Answer = Response | tuple[str, int]


def _acted(delivery_id: int, sent: Form, act: Act, where: str) -> Answer:
    """Do `act` in one transaction and go back to the delivery with the sentence it returns.

    The revision in the form says which state was looked at; what is refused comes back with the typed words kept.
    """
    try:
        with writing() as session:
            person = me(session)
            delivery, _post, _rights = seen_delivery(session, person, delivery_id)
            if delivery.revision != sent.number("revision", _("Số lần thay đổi")):
                raise Stale(_("Lượt phát hành này vừa thay đổi. Hãy xem lại trạng thái mới rồi làm lại."))
            told = act(session, person, delivery)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        code = 409 if isinstance(error, Stale) else 422
        return delivery_page(delivery_id, {where: error.message}, sent.one), code
    flash(told, "success")
    return redirect(url_for("desk.delivery", delivery_id=delivery_id))


@desk.post("/phat-hanh/<int:delivery_id>/gui-ngay")
@permission("approve")
def delivery_now(delivery_id: int) -> Answer:
    """Send a held, failed or cancelled delivery now."""
    sent = form(one=("revision",))

    def act(session: Session, person: Person, delivery: Delivery) -> str:
        moving.send_now(session, person, delivery)
        return _("Đã đưa vào hàng gửi. Kết quả hiện ở bảng «Các lần gửi» sau ít giây.")

    return _acted(delivery_id, sent, act, "now")


@desk.post("/phat-hanh/<int:delivery_id>/doi-lich")
@permission("write")
def delivery_move(delivery_id: int) -> Answer:
    """Move a delivery that has not begun to another time."""
    sent = form(one=("revision", "day", "time"))

    def act(session: Session, person: Person, delivery: Delivery) -> str:
        due_at = instant(sent["day"], sent["time"], installation().config.zone)
        moving.reschedule(session, person, delivery, due_at)
        return _("Đã dời sang {at}.").format(at=moment(due_at))

    return _acted(delivery_id, sent, act, "move")


@desk.post("/phat-hanh/<int:delivery_id>/huy")
@permission("write")
def delivery_cancel(delivery_id: int) -> Answer:
    """Cancel a delivery that has not begun, or take note of one that failed."""
    sent = form(one=("revision", "reason"))

    def act(session: Session, person: Person, delivery: Delivery) -> str:
        reason = line(sent["reason"], _("Lý do"), most=300, needed=True)
        moving.cancel(session, person, delivery, reason)
        return _("Đã hủy lượt phát hành này.")

    return _acted(delivery_id, sent, act, "cancel")


@desk.post("/phat-hanh/<int:delivery_id>/da-ro")
@permission("approve")
def delivery_settle(delivery_id: int) -> Answer:
    """Settle by a person's word whether an unanswered attempt landed."""
    sent = form(one=("revision", "landed", "url"))

    def act(session: Session, person: Person, delivery: Delivery) -> str:
        if sent["landed"] not in {"yes", "no"}:
            raise Refused(_("Hãy chọn «Đã lên» hoặc «Chưa lên»."), "landed")
        landed = sent["landed"] == "yes"
        url = line(sent["url"], _("Đường dẫn"), most=500)
        moving.decide_unsure(session, person, delivery, landed, url if landed else "")
        return _("Đã ghi nhận: bài đã lên kênh.") if landed else _("Đã ghi nhận: bài chưa lên, hệ thống gửi lại ngay.")

    return _acted(delivery_id, sent, act, "settle")
