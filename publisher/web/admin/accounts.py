"""Channel accounts: the list, adding one (its form follows from the channel), settings, pausing, closing."""

from collections.abc import Mapping

from flask import render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import registry
from channels.base import Setting, Watched
from publisher import accounts as book
from publisher import clock
from publisher.audit import acting
from publisher.connections.health import warning
from publisher.delivery.outlets import channel_type
from publisher.delivery.states import OPEN
from publisher.model import Account, Audit, Delivery, Person, Unit
from publisher.refusal import Refused
from publisher.security import demand, units_with
from publisher.web import wording
from publisher.web.admin.blueprint import Answer, acted, admin, choices
from publisher.web.admin.looks import look, seen
from publisher.web.context import me, reading, world
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.words import _

MOST_ROWS = 500
STATES = ("active", "paused", "closed")


@admin.get("/tai-khoan")
@permission("administer")
def accounts() -> str:
    """List the accounts of the units looked after, those in trouble first: 2 queries beside who is asking."""
    with reading() as session:
        units = units_with(session, me(session), "administer")
        waiting = (
            select(func.count())
            .select_from(Delivery)
            .where(Delivery.account_id == Account.id, Delivery.state.in_(OPEN))
            .correlate(Account)
            .scalar_subquery()
        )
        rows = session.execute(
            select(Account, Unit.short_name, waiting.label("waiting"))
            .join(Unit, Unit.id == Account.unit_id)
            .where(Account.unit_id.in_(units))
            .order_by(
                Account.state == "closed", Account.state == "active", Unit.short_name, Account.channel, Account.id
            )
            .limit(MOST_ROWS)
        ).all()
    return render_template("admin/accounts.html", rows=rows)


@admin.get("/tai-khoan/them")
@permission("administer")
def account_new() -> str:
    """Choose a channel (`?channel=`), then fill in what it needs."""
    return _new_page(request.args.get("channel", ""), {}, None)


def _new_page(channel: str, typed: Mapping[str, str], error: Refused | None) -> str:
    kind = registry().get(channel)
    with reading() as session:
        units = choices(session, units_with(session, me(session), "administer"))
    return render_template(
        "admin/account_new.html",
        kinds=registry(), channel=channel if kind else "", kind=kind, units=units, typed=typed,
        faults=_faults(kind.settings if kind else (), error),
    )  # fmt: skip


def _faults(fields: tuple[Setting, ...], error: Refused | None) -> dict[str, str]:
    """Return the message at the form field it belongs to; settings are named by the channel, not by the form."""
    if error is None:
        return {}
    for field in fields:
        if error.field in {field.name, field.label}:
            return {f"setting_{field.name}": error.message}
    names = {_("Tên tài khoản"): "title", "late_hours": "late_hours", "mode": "mode", "unit": "unit"}
    return {names.get(error.field or "", ""): error.message}


def _values(sent: Form, fields: tuple[Setting, ...]) -> dict[str, str]:
    return {field.name: sent[f"setting_{field.name}"] for field in fields}


def _typed(sent: Form, fields: tuple[Setting, ...]) -> dict[str, str]:
    """Return what was typed for showing it again, without the secrets: they never go back to a page."""
    secret = {f"setting_{field.name}" for field in fields if field.secret}
    return {name: value for name, value in sent.one.items() if name not in secret}


@admin.post("/tai-khoan/them")
@permission("administer")
def account_add() -> Answer:
    """Add an account."""
    channel = request.form.get("channel", "")
    fields = channel_type(channel).settings
    sent = form(one=("channel", "unit", "title", "mode", "late_hours", *(f"setting_{f.name}" for f in fields)))
    made: list[int] = []

    def act(session: Session, person: Person) -> str:
        unit_id = sent.number("unit", _("Đơn vị"))
        demand(session, person, "administer", unit_id)
        account = book.add(
            session, world(), acting(person), session.get_one(Unit, unit_id), channel, sent["title"],
            _values(sent, fields), mode=sent["mode"], late_hours=sent.number("late_hours", _("Số giờ cho phép trễ")),
        )  # fmt: skip
        made.append(account.id)
        return _("Đã thêm tài khoản «{title}».").format(title=account.title)

    def again(error: Refused) -> str:
        return _new_page(channel, _typed(sent, fields), error)

    return acted(act, lambda: _connected(made[0], channel), again)


def _connected(account_id: int, channel: str) -> str:
    """Return the account's address; where its outlet can be asked, what was just entered is tried at once."""
    return look(account_id, fresh=True) if issubclass(channel_type(channel), Watched) else _here(account_id)


@admin.get("/tai-khoan/<int:account_id>")
@permission("administer")
def account(account_id: int) -> str:
    """Show an account."""
    return page(account_id)


def page(account_id: int, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> str:
    """Return an account's page; stored secrets are told by name only: 4 queries beside who is asking."""
    with reading() as session:
        found = seen(session, me(session), account_id)
        unit = session.get_one(Unit, found.unit_id)
        waiting = session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.account_id == found.id, Delivery.state.in_(OPEN))
        )
        history = session.scalars(
            select(Audit)
            .where(Audit.subject == "account", Audit.subject_id == found.id)
            .order_by(Audit.id.desc())
            .limit(20)
        ).all()
    kind = registry().get(found.channel)
    fields = kind.settings if kind else ()
    stored = {f"setting_{name}": str(value) for name, value in found.settings.items()}
    values = {"title": found.title, "late_hours": str(found.late_hours), **stored}
    return render_template(
        "admin/account.html",
        account=found, unit=unit, fields=fields, values=values if typed is None else typed, faults=faults or {},
        known=_known(found), waiting=waiting, history=history, names={}, words=wording,
        watched=kind is not None and issubclass(kind, Watched), warning=warning(found, clock.now()),
    )  # fmt: skip


def _known(account: Account) -> set[str]:
    """Return the names of the secrets that are stored and can be opened."""
    try:
        return set(world().vault.open(account.secrets))
    except Refused:
        return set()  # «Kiểm tra» tells why; here the fields ask for new values


@admin.post("/tai-khoan/<int:account_id>")
@permission("administer")
def account_save(account_id: int) -> Answer:
    """Change an account's name, settings and lateness; secrets left empty stay."""
    with reading() as session:
        channel = seen(session, me(session), account_id).channel
    fields = channel_type(channel).settings
    sent = form(one=("title", "late_hours", *(f"setting_{f.name}" for f in fields)))

    def act(session: Session, person: Person) -> str:
        found = seen(session, person, account_id)
        hours = sent.number("late_hours", _("Số giờ cho phép trễ"))
        book.configure(session, world(), acting(person), found, sent["title"], _values(sent, fields), hours)
        return _("Đã lưu thiết lập.")

    typed_secret = any(sent[f"setting_{field.name}"] for field in fields if field.secret)
    back = (lambda: _connected(account_id, channel)) if typed_secret else _here(account_id)
    return acted(act, back, lambda error: page(account_id, _typed(sent, fields), _faults(fields, error)))


def _here(account_id: int) -> str:
    return url_for("admin.account", account_id=account_id)


@admin.post("/tai-khoan/<int:account_id>/tam-dung")
@permission("administer")
def account_pause(account_id: int) -> Answer:
    """Stop sending; what is planned waits."""
    sent = form(one=("reason",))

    def act(session: Session, person: Person) -> str:
        book.pause(session, acting(person), seen(session, person, account_id), sent["reason"])
        return _("Đã tạm dừng. Các lượt đến giờ được giữ lại cho tới khi chạy lại.")

    return acted(act, _here(account_id), lambda error: page(account_id, faults={"pause": error.message}))


@admin.post("/tai-khoan/<int:account_id>/chay-lai")
@permission("administer")
def account_resume(account_id: int) -> Answer:
    """Send again."""
    form()

    def act(session: Session, person: Person) -> str:
        released = book.resume(session, acting(person), seen(session, person, account_id))
        return _("Đã cho chạy lại; {count} lượt đang giữ trở lại hàng gửi.").format(count=released)

    return acted(act, _here(account_id), lambda error: page(account_id, faults={"pause": error.message}))


@admin.post("/tai-khoan/<int:account_id>/dong")
@permission("administer")
def account_close(account_id: int) -> Answer:
    """End an account for good."""
    sent = form(one=("reason",))

    def act(session: Session, person: Person) -> str:
        if not sent["reason"].strip():
            raise Refused(_("Hãy ghi lý do đóng tài khoản."), "reason")
        cancelled = book.close(session, acting(person), seen(session, person, account_id), sent["reason"])
        return _("Đã đóng tài khoản; {count} lượt chưa gửi được hủy.").format(count=cancelled)

    return acted(act, _here(account_id), lambda error: page(account_id, faults={"close": error.message}))
