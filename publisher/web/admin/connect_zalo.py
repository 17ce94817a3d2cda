"""Connecting a Zalo Official Account: consent at Zalo, a token pasted by hand, what is connected, who follows."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.base import Refusal, Rejected
from channels.zalo import Zalo
from channels.zalo.api import calling
from channels.zalo.tokens import OAUTH_URL, challenge, read_callback
from publisher import clock
from publisher.accounts import renewing
from publisher.audit import acting
from publisher.connections import tokens, zalo
from publisher.connections.health import warning
from publisher.delivery.outlets import channel_type, outfit_of
from publisher.model import Account, OutletToken, Person
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.web.admin.blueprint import admin
from publisher.web.admin.connect import BROWSER
from publisher.web.admin.looks import look, seen
from publisher.web.context import me, public_url, reading, world, writing
from publisher.web.forms import form
from publisher.web.guard import POLICY, permission
from publisher.words import _

COUNTED = timedelta(days=30)
SECONDS = 30.0


@admin.get("/tai-khoan/<int:account_id>/zalo")
@permission("administer")
def zalo_start(account_id: int) -> Response:
    """Show what is connected and begin a consent."""
    return _page(account_id, {})


def _page(account_id: int, faults: Mapping[str, str]) -> Response:
    """Return the page: 3 queries beside who is asking. Its form may lead to Zalo, which the policy must name."""
    now = clock.now()
    with reading() as db:
        account = _seen(db, me(db), account_id)
        row = db.get(OutletToken, account.id)
        followers = zalo.followers(db, account.id, now - COUNTED)
    known = _known(account)
    fixed = known.get("code_verifier", "")
    page = render_template(
        "admin/connect_zalo.html",
        account=account, row=row, followers=followers, days=COUNTED.days, faults=faults, back=_back(),
        warning=warning(account, now), ready=bool(account.settings.get("app_id") and known.get("app_secret")),
        challenge=challenge(fixed) if fixed else "", signed=bool(known.get("oa_secret")),
        hook=f"{public_url()}{url_for('hooks.zalo_event', account_id=account.id)}" if public_url() else "",
        lost=row is not None and not row.refused and row.lost >= 2,
    )  # fmt: skip
    answer = make_response(page, 422 if faults else 200)
    base = world().config.addresses.get("zalo_oauth")
    parts = urlsplit(base or OAUTH_URL)
    # Zalo's own page may lead on to its sign-in, and a browser holds the policy against every hop.
    places = f"{parts.scheme}://{parts.netloc}" if base else "https://*.zaloapp.com https://*.zalo.me"
    answer.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", f"form-action 'self' {places}")
    return answer


def _seen(db: Session, person: Person, account_id: int) -> Account:
    account = seen(db, person, account_id)
    if not issubclass(channel_type(account.channel), Zalo):
        raise Missing(_("Tài khoản số {number} không phải của Zalo.").format(number=account_id))
    return account


def _known(account: Account) -> dict[str, str]:
    try:
        return world().vault.open(account.secrets)
    except Refused:
        return {}  # the account's page tells of the lost key


def _back() -> str:
    """Return the address that Zalo sends people back to: on the host this browser uses, where its session is."""
    return url_for("admin.zalo_back", _external=True)


@admin.post("/tai-khoan/<int:account_id>/zalo/cap-quyen")
@permission("administer")
def zalo_begin(account_id: int) -> AnyResponse:
    """Begin a consent and lead to Zalo."""
    form()
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(24))
    try:
        with writing() as db:
            person = me(db)
            account = _seen(db, person, account_id)
            if account.state == "closed":
                raise Refused(_("Tài khoản này đã đóng: hãy thêm tài khoản mới."))
            where = zalo.begin(db, world().vault, world().config.addresses, person, account, _back(), browser)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        return _page(account_id, {"": error.message})
    return redirect(where, 303)


@admin.get("/tai-khoan/zalo/tro-ve")
@permission("administer")
def zalo_back() -> AnyResponse:
    """End a consent; whatever comes of it, the address with the code in it is left at once."""
    try:
        target = _ended()
    except (Missing, NotAllowed):
        raise
    except (Refused, Refusal) as error:
        flash(error.message, "danger")
        target = url_for("admin.accounts")
    answer = redirect(target, 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _ended() -> str:
    state, addresses = request.args.get("state", ""), world().config.addresses
    with writing() as db:
        begun = zalo.returned(db, world().vault, addresses, me(db), state, session.get(BROWSER, ""))
    again = url_for("admin.zalo_start", account_id=begun.account_id)
    try:
        code, oa_id = read_callback(request.args, state)
        with reading() as db:
            # Before the code is spent: a grant for another Official Account must not replace this one's tokens.
            zalo.free(db, _seen(db, me(db), begun.account_id), oa_id)
        pair = zalo.exchange(begun, code)
        with writing() as db:
            person = me(db)
            zalo.connected(db, world().vault, acting(person), _seen(db, person, begun.account_id), pair, _number(oa_id))
    except (Missing, NotAllowed):
        raise
    except (Refused, Refusal) as error:
        flash(error.message, "danger")
        return again
    return _looked(begun.account_id)


def _number(oa_id: str) -> str:
    if oa_id and not (oa_id.isascii() and oa_id.isdigit() and len(oa_id) <= 25):
        raise Rejected(_("Zalo gửi về mã Zalo OA không đúng dạng. Hãy bấm cấp quyền lại."))
    return oa_id


def _looked(account_id: int) -> str:
    """Ask Zalo how the account stands, note whose tokens these are, and return the page to go to."""
    try:
        _name(account_id)
    except Refusal as error:
        flash(error.message, "warning")  # not answered just now; the daily look asks again
    look(account_id, fresh=True)
    return url_for("admin.zalo_start", account_id=account_id)


def _name(account_id: int) -> None:
    """Ask whose tokens the account holds; those of another Official Account are dropped (`Refused`)."""
    with reading() as db:
        account = db.get_one(Account, account_id)
    with calling(outfit_of(world(), account), SECONDS) as api:
        oa_id = _number(str(api.get("/v2.0/oa/getoa").get("oaid") or ""))
    if oa_id == account.settings.get("oa_id"):
        return
    try:
        with writing() as db:
            zalo.name_account(db, db.get_one(Account, account_id), oa_id)
    except Refused:
        with writing() as db:
            zalo.forget(db, db.get_one(Account, account_id))
        raise


@admin.post("/tai-khoan/<int:account_id>/zalo/dan-khoa")
@permission("administer")
def zalo_paste(account_id: int) -> AnyResponse:
    """Connect with a refresh token from Zalo's API Explorer; it is spent at once for a pair of our own."""
    sent = form(one=("refresh_token",))
    try:
        with reading() as db:
            account = _seen(db, me(db), account_id)
        pair = zalo.pasted(zalo.app_of(world().vault, world().config.addresses, account), sent["refresh_token"])
        with writing() as db:
            person = me(db)
            zalo.connected(db, world().vault, acting(person), _seen(db, person, account_id), pair, "")
        target = _looked(account_id)
    except (Missing, NotAllowed):
        raise
    except (Refused, Refusal) as error:
        return _page(account_id, {"refresh_token": error.message})
    return redirect(target)


@admin.post("/tai-khoan/<int:account_id>/zalo/thu-lai")
@permission("administer")
def zalo_retry(account_id: int) -> AnyResponse:
    """Try a renewal once more by a person's wish, after lost answers had stopped the account."""
    form()
    with writing() as db:
        _seen(db, me(db), account_id)
        tokens.again(db, account_id)
    word = renewing.renew_one(world(), account_id)
    if word in {"renewed", "recovered"}:
        flash(_("Zalo đã trả khóa mới: tài khoản kết nối lại, không cần cấp quyền."), "success")
    else:
        flash(_("Zalo vẫn chưa trả khóa mới. Hãy nhờ quản trị viên Zalo OA cấp quyền lại."), "warning")
    return redirect(url_for("admin.zalo_start", account_id=account_id))
