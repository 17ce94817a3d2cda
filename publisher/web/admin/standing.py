"""How an account stands at its outlet: looking now, and switching between rehearsal and real sending."""

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher.accounts import modes
from publisher.audit import acting
from publisher.model import Person
from publisher.refusal import Refused
from publisher.web.admin import accounts
from publisher.web.admin.blueprint import Answer, acted, admin
from publisher.web.admin.looks import look, seen
from publisher.web.context import world
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _


@admin.post("/tai-khoan/<int:account_id>/kiem-tra")
@permission("administer")
def account_check(account_id: int) -> Response:
    """Ask the outlet how the account stands."""
    form()
    look(account_id)
    return redirect(url_for("admin.account", account_id=account_id))


@admin.post("/tai-khoan/<int:account_id>/che-do")
@permission("administer")
def account_mode(account_id: int) -> Answer:
    """Switch between rehearsal and real sending."""
    sent = form(one=("mode", "understood"))

    def act(session: Session, person: Person) -> str:
        if not sent["understood"]:
            raise Refused(_("Hãy đánh dấu đã hiểu hệ quả trước khi đổi chế độ."), "mode")
        found = seen(session, person, account_id)
        planned = modes.switch(session, world(), acting(person), found, sent["mode"])
        if sent["mode"] == "live":
            return _("Từ bây giờ tài khoản gửi thật; {count} lượt đang chờ sẽ lên kênh khi đến giờ.").format(
                count=planned
            )
        return _("Từ bây giờ tài khoản chỉ diễn tập; {count} lượt đang chờ sẽ không lên kênh.").format(count=planned)

    back = url_for("admin.account", account_id=account_id)
    return acted(act, back, lambda error: accounts.page(account_id, faults={"mode": error.message}))
