"""What pages of accounts share: finding one that the person looks after, and asking its outlet how it stands."""

from flask import flash, url_for
from sqlalchemy.orm import Session

from publisher.accounts import watch
from publisher.audit import acting
from publisher.model import Account, Person
from publisher.refusal import Missing, Refused
from publisher.security import rights_in
from publisher.web.context import me, reading, world
from publisher.words import _


def seen(session: Session, person: Person, account_id: int) -> Account:
    """Return an account of a unit the person administers; `Missing` for any other."""
    account = session.get(Account, account_id)
    if account is None or "administer" not in rights_in(session, person, account.unit_id):
        raise Missing(_("Không có tài khoản kênh số {number}.").format(number=account_id))
    return account


def look(account_id: int, *, fresh: bool = False) -> str:
    """Look at an account, say what came of it, and return its address; `fresh`: it has just got a new access."""
    with reading() as session:
        person = me(session)
        account = seen(session, person, account_id)
    try:
        released = 0
        if fresh:
            standing, released = watch.renewed(world(), acting(person), account_id)
        else:
            standing = watch.check(world(), acting(person), account_id)
    except Refused as error:
        flash(error.message, "danger")
    else:
        if not standing.usable:
            flash(standing.health, "danger")
        elif standing.health:
            flash(standing.health, "warning")
        elif watch.is_watched(account):
            flash(_("Kết nối tốt."), "success")
        else:
            flash(_("Thiết lập đọc được, tài khoản sẵn sàng gửi."), "success")
        if released:
            flash(_("Tài khoản chạy lại; {count} lượt đang giữ trở lại hàng gửi.").format(count=released), "success")
    return url_for("admin.account", account_id=account_id)
