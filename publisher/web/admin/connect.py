"""Connecting a Facebook Page: the office's application, the sign-in dialog, choosing among the Pages it offers."""

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.base import Refusal
from channels.facebook.connect import LOGIN_URL, Page, dialog
from publisher import accounts as book
from publisher.audit import acting
from publisher.connections import facebook
from publisher.model import Account, Consent, Person, Unit
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.security import demand, units_with
from publisher.web.admin.blueprint import Answer, acted, admin, choices
from publisher.web.admin.looks import look, seen
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk.bench import whole
from publisher.web.forms import form
from publisher.web.guard import POLICY, permission
from publisher.words import _

BROWSER = "sign_in_browser"  # in the session: the number that ties a sign-in to this browser


@admin.get("/tai-khoan/facebook")
@permission("administer")
def facebook_start() -> Response:
    """Explain and begin: `?unit=` whose account it becomes, `?account=` which one is connected again."""
    return _start({}, None)


def _start(typed: Mapping[str, str], error: Refused | None) -> Response:
    """Return the page: 4 queries beside who is asking. Its form may lead to Facebook, which the policy must name."""
    with reading() as db:
        person = me(db)
        again = _again(db, person)
        units = choices(db, units_with(db, person, "administer"))
        unit_id = again.unit_id if again else whole(request.values.get("unit", ""))
        if unit_id is None and len(units) == 1:
            unit_id = units[0][0]
        unit = db.get(Unit, unit_id) if unit_id in dict(units) else None
        app = facebook.app_of(db, unit.id) if unit else None
        owner = db.get_one(Unit, app.unit_id) if app else None
    page = render_template(
        "admin/connect_facebook.html", again=again, units=units, unit=unit, app=app, owner=owner,
        back=_back(), typed=typed, faults={error.field or "": error.message} if error else {},
    )  # fmt: skip
    answer = make_response(page)
    parts = urlsplit(world().config.addresses.get("facebook_login") or LOGIN_URL)
    allowed = f"form-action 'self' {parts.scheme}://{parts.netloc}"
    answer.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", allowed)
    return answer


def _again(db: Session, person: Person) -> Account | None:
    account_id = whole(request.values.get("account", ""))
    found = seen(db, person, account_id) if account_id is not None else None
    if found is not None and found.channel != facebook.CHANNEL:
        raise Missing(_("Tài khoản số {number} không phải của Facebook.").format(number=account_id))
    return found


def _back() -> str:
    """Return the address that Facebook sends people back to: on the host this browser uses, where its session is."""
    return url_for("admin.facebook_back", _external=True)


@admin.post("/tai-khoan/facebook/ung-dung")
@permission("administer")
def facebook_app() -> AnyResponse:
    """Store the application of a unit."""
    sent = form(one=("unit", "account", "app_id", "app_secret"))
    try:
        with writing() as db:
            person, unit_id = me(db), sent.number("unit", _("Đơn vị"))
            demand(db, person, "administer", unit_id)
            unit = db.get_one(Unit, unit_id)
            facebook.set_app(db, world().vault, acting(person), unit, sent["app_id"], sent["app_secret"])
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        page = _start({"app_id": sent["app_id"]}, error)
        page.status_code = 422
        return page
    flash(_("Đã lưu ứng dụng Facebook của {unit}.").format(unit=unit.short_name), "success")
    return redirect(url_for("admin.facebook_start", unit=sent["unit"], account=sent["account"] or None))


@admin.post("/tai-khoan/facebook/dang-nhap")
@permission("administer")
def facebook_begin() -> AnyResponse:
    """Begin a sign-in and lead to Facebook's dialog."""
    sent = form(one=("unit", "account"))
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(24))
    with writing() as db:
        person = me(db)
        again = _again(db, person)
        unit_id = again.unit_id if again else sent.number("unit", _("Đơn vị"))
        demand(db, person, "administer", unit_id)
        row = facebook.app_of(db, unit_id)
        if row is None:
            raise Refused(_("Chưa có ứng dụng Facebook: hãy nhập mã ứng dụng và khóa bí mật trước."))
        app = facebook.opened(world().vault, row, world().config.addresses)
        state = facebook.begin(db, person, unit_id, again.id if again else None, _back(), browser)
    return redirect(dialog(app, _back(), state), 303)


@admin.get("/tai-khoan/facebook/tro-ve")
@permission("administer")
def facebook_back() -> AnyResponse:
    """End a sign-in; whatever comes of it, the address with the code in it is left at once."""
    try:
        target = _ended()
    except (Missing, NotAllowed):
        raise
    except (Refused, Refusal) as error:
        flash(error.message, "danger")
        target = url_for("admin.facebook_start")
    answer = redirect(target, 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _ended() -> str:
    with writing() as db:
        begun = facebook.returned(
            db, world().vault, world().config.addresses, me(db), request.args.get("state", ""), session.get(BROWSER, "")
        )
    again = url_for("admin.facebook_start", unit=begun.unit_id, account=begun.account_id)
    if "error" in request.args or not request.args.get("code"):
        flash(
            _("Bạn chưa cho phép trong hộp thoại của Facebook nên chưa kết nối gì. Có thể bấm đăng nhập lại."), "info"
        )
        return again
    try:
        pages = facebook.ask(begun, request.args["code"])
    except Refusal as error:
        flash(error.message, "danger")
        return again
    if not pages:
        flash(
            _(
                "Tài khoản Facebook này chưa đưa Trang nào cho ứng dụng. Hãy đăng nhập lại và chọn Trang trong hộp "
                "thoại, hoặc nhờ người có quyền quản lý Trang đăng nhập."
            ),
            "warning",
        )
        return again
    with writing() as db:
        facebook.offer(db, world().vault, begun.consent_id, pages)
    return url_for("admin.facebook_choose", consent_id=begun.consent_id)


@admin.get("/tai-khoan/facebook/chon/<int:consent_id>")
@permission("administer")
def facebook_choose(consent_id: int) -> str | AnyResponse:
    """Choose one of the Pages that were offered."""
    try:
        return _choose(consent_id, {}, None)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        flash(error.message, "danger")
        return redirect(url_for("admin.facebook_start"))


def _choose(consent_id: int, typed: Mapping[str, str], error: Refused | None) -> str:
    with reading() as db:
        person = me(db)
        consent, pages = facebook.offered(db, world().vault, person, consent_id, session.get(BROWSER, ""))
        unit = db.get_one(Unit, consent.unit_id)
        again = seen(db, person, consent.account_id) if consent.account_id else None
        taken = _accounts_of(db, consent.unit_id, pages)
    return render_template(
        "admin/connect_choose.html", consent=consent, pages=pages, unit=unit, again=again, taken=taken, typed=typed,
        faults={error.field or "": error.message} if error else {},
    )  # fmt: skip


def _accounts_of(db: Session, unit_id: int, pages: Sequence[Page]) -> dict[str, Account]:
    """Return the unit's accounts of these Pages, by the Page's number."""
    rows = db.scalars(
        select(Account).where(
            Account.unit_id == unit_id, Account.channel == facebook.CHANNEL, Account.state != "closed"
        )
    )
    wanted = {page.page_id for page in pages}
    return {str(row.settings.get("page_id")): row for row in rows if row.settings.get("page_id") in wanted}


@admin.post("/tai-khoan/facebook/chon/<int:consent_id>")
@permission("administer")
def facebook_connect(consent_id: int) -> Answer:
    """Make an account of the chosen Page, or give the account that stands there its new token."""
    sent = form(one=("page", "mode"))
    done: list[int] = []

    def act(db: Session, person: Person) -> str:
        consent, pages = facebook.offered(db, world().vault, person, consent_id, session.get(BROWSER, ""))
        demand(db, person, "administer", consent.unit_id)
        page = _chosen(pages, sent["page"])
        account = _stored(db, person, consent, page, sent["mode"])
        facebook.taken(db, consent)
        done.append(account.id)
        return _("Đã kết nối Trang «{name}».").format(name=page.name)

    return acted(act, lambda: look(done[0], fresh=True), lambda error: _choose(consent_id, sent.one, error))


def _chosen(pages: Sequence[Page], number: str) -> Page:
    page = next((one for one in pages if one.page_id == number), None)
    if page is None:
        raise Refused(_("Hãy chọn một Trang trong danh sách."), "page")
    if not page.can_post:
        raise Refused(
            _("Bạn không có quyền tạo nội dung trên Trang «{name}». Hãy nhờ quản trị Trang cấp quyền.").format(
                name=page.name
            ),
            "page",
        )
    return page


def _stored(db: Session, person: Person, consent: Consent, page: Page, mode: str) -> Account:
    row = facebook.app_of(db, consent.unit_id)
    if row is None:
        raise Refused(_("Ứng dụng Facebook của đơn vị đã bị bỏ: hãy nhập lại rồi kết nối lại."))
    actor, values = acting(person), page.settings(facebook.opened(world().vault, row, installation().config.addresses))
    account = seen(db, person, consent.account_id) if consent.account_id else None
    if account is not None and account.settings.get("page_id", page.page_id) != page.page_id:
        raise Refused(
            _("Tài khoản «{title}» là của một Trang khác. Hãy chọn đúng Trang đó, hoặc thêm tài khoản mới.").format(
                title=account.title
            ),
            "page",
        )
    standing = _accounts_of(db, consent.unit_id, [page]).get(page.page_id)
    account = account or standing  # one account a Page: two would mistake each other's posts for their own
    if account is None:
        unit = db.get_one(Unit, consent.unit_id)
        return book.add(db, world(), actor, unit, facebook.CHANNEL, page.name, values, mode=mode or "live")
    kept = {**account.settings, **values}
    book.configure(db, world(), actor, account, account.title, kept, account.late_hours)
    return account
