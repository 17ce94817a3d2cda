"""Whether the hotline that goes on paper still answers: checked by a person, and again after 90 days."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.model import HotlineCheck, Person, Unit
from publisher.refusal import Refused
from publisher.security import demand
from publisher.words import _

FRESH = timedelta(days=90)  # vietnam.md §6.4: what is printed cannot be corrected any more


def last_check(session: Session, unit: Unit) -> datetime | None:
    """Return when the unit's present number was last rung; None for never: 1 query."""
    return session.scalar(
        select(HotlineCheck.at)
        .where(HotlineCheck.unit_id == unit.id, HotlineCheck.hotline == unit.hotline)
        .order_by(HotlineCheck.at.desc())
        .limit(1)
    )


def warning(unit: Unit, checked_at: datetime | None) -> str:
    """Return what to do about a unit's hotline before anything is printed; empty when nothing."""
    if not unit.hotline:
        return _("Đơn vị chưa khai đường dây nóng: ấn phẩm in ra không có số liên hệ.")
    if checked_at is None:
        return _("Số {hotline} chưa được ai gọi kiểm tra. Hãy gọi thử trước khi in.").format(hotline=unit.hotline)
    days = (clock.now() - checked_at).days
    if clock.now() - checked_at > FRESH:
        return _("Số {hotline} kiểm tra lần cuối {days} ngày trước. Hãy gọi thử lại trước khi in.").format(
            hotline=unit.hotline, days=days
        )
    return ""


def confirm(session: Session, person: Person, unit: Unit, hotline: str) -> None:
    """Record that a person rang the number and it is right; `Refused` when the unit has another number by now."""
    demand(session, person, "write", unit.id)
    if not unit.hotline or hotline != unit.hotline:
        raise Refused(_("Đường dây nóng của đơn vị vừa đổi. Hãy gọi thử số mới rồi xác nhận lại."))
    check = HotlineCheck(unit_id=unit.id, hotline=unit.hotline, person_id=person.id, at=clock.now())
    session.add(check)
    session.flush()
    audit.record(
        session, audit.acting(person), "hotline.confirm", "unit", unit.id, unit_id=unit.id, hotline=unit.hotline
    )
