"""Channel accounts: adding, checking, pausing, resuming, closing."""

import re
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Setting
from publisher import audit, clock
from publisher.audit import Actor
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.recover import release
from publisher.delivery.states import OPEN, move
from publisher.model import Account, Delivery, Unit
from publisher.refusal import Missing, Refused
from publisher.text import line
from publisher.words import _

MODES = ("live", "rehearsal")
MOST_LATE_HOURS = 720  # a month: later than that nobody wants a notice to appear by itself


def add(
    session: Session,
    world: World,
    actor: Actor,
    unit: Unit,
    channel: str,
    title: str,
    values: Mapping[str, str],
    *,
    mode: str = "live",
    late_hours: int = 6,
) -> Account:
    """Create an account of a channel for a unit; secrets among `values` are encrypted before they are stored."""
    kind = channel_type(channel)
    if mode not in MODES:
        raise Refused(_("Chế độ phải là live hoặc rehearsal."), "mode")
    plain, secret = _checked(channel, values, mode)
    account = Account(
        unit_id=unit.id,
        channel=channel,
        title=line(title or f"{kind.title} {unit.short_name}", _("Tên tài khoản"), most=120, needed=True),
        mode=mode,
        settings=plain,
        secrets=world.vault.close(secret) if secret else "",
        late_hours=_hours(late_hours),
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    audit.record(
        session, actor, "account.add", "account", account.id,
        unit_id=unit.id, channel=channel, mode=mode, settings=sorted(plain), secrets=sorted(secret),
    )  # fmt: skip
    return account


def _checked(channel: str, values: Mapping[str, str], mode: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return plain and secret values; a rehearsal, which calls nobody, needs no secrets."""
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    fields = {field.name: field for field in channel_type(channel).settings}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        known = ", ".join(fields) or _("kênh này không có")
        raise Refused(
            _("Kênh {channel} không có thiết lập {names}. Các thiết lập: {known}.").format(
                channel=channel, names=", ".join(unknown), known=known
            )
        )
    for name, field in fields.items():
        needed = field.needed and not (field.secret and mode == "rehearsal")
        value = line(values.get(name, ""), field.label, most=2000, needed=needed)
        if value and field.pattern and not re.fullmatch(field.pattern, value):
            raise Refused(_("{label} không đúng dạng. {help}").format(label=field.label, help=field.help), name)
        if value:
            (secret if field.secret else plain)[name] = value
    return plain, secret


def configure(
    session: Session,
    world: World,
    actor: Actor,
    account: Account,
    title: str,
    values: Mapping[str, str],
    late_hours: int,
) -> None:
    """Change an account's name, settings and lateness; a secret left empty stays what it was."""
    if account.state == "closed":
        raise Refused(_("Tài khoản này đã đóng: hãy thêm tài khoản mới."))
    kept = _kept(world, account, values)
    plain, secret = _checked(account.channel, {**values, **kept}, account.mode)
    changed = sorted(name for name in secret if name not in kept)
    account.title = line(title, _("Tên tài khoản"), most=120, needed=True)
    account.settings, account.late_hours = plain, _hours(late_hours)
    account.secrets = world.vault.close(secret) if secret else ""
    audit.record(
        session, actor, "account.configure", "account", account.id,
        unit_id=account.unit_id, settings=sorted(plain), secrets=changed,
    )  # fmt: skip


def _kept(world: World, account: Account, values: Mapping[str, str]) -> dict[str, str]:
    """Return the stored secrets that no new value replaces."""
    try:
        stored = world.vault.open(account.secrets)
    except Refused:
        # The key is lost: whoever enters every needed secret anew is the way out.
        if any(field.needed and not values.get(field.name) for field in secret_fields(account.channel)):
            raise
        return {}
    return {name: value for name, value in stored.items() if not values.get(name)}


def secret_fields(channel: str) -> tuple[Setting, ...]:
    """Return a channel's settings that are secrets."""
    return tuple(field for field in channel_type(channel).settings if field.secret)


def _hours(late_hours: int) -> int:
    if not 0 <= late_hours <= MOST_LATE_HOURS:
        raise Refused(_("Số giờ cho phép trễ phải từ 0 đến {most}.").format(most=MOST_LATE_HOURS), "late_hours")
    return late_hours


def get(session: Session, account_id: int) -> Account:
    """Return an account, or raise `Missing`."""
    account = session.get(Account, account_id)
    if account is None:
        raise Missing(_("Không có tài khoản kênh số {number}.").format(number=account_id))
    return account


def pause(session: Session, actor: Actor, account: Account, reason: str) -> None:
    """Stop sending on an account; its queue stays and waits."""
    if account.state != "active":
        raise Refused(_("Tài khoản này không ở trạng thái hoạt động."))
    account.state = "paused"
    account.pause_reason = line(reason, _("Lý do"), most=300, needed=True)
    audit.record(session, actor, "account.pause", "account", account.id, unit_id=account.unit_id, reason=reason)


def resume(session: Session, actor: Actor, account: Account) -> int:
    """Send again: what the pause held goes out oldest first, what is too late by policy is held for a person."""
    if account.state != "paused":
        raise Refused(_("Tài khoản này không tạm dừng."))
    account.state, account.pause_reason = "active", ""
    released = release(session, account, actor)
    audit.record(session, actor, "account.resume", "account", account.id, unit_id=account.unit_id, released=released)
    return released


def close(session: Session, actor: Actor, account: Account, reason: str = "") -> int:
    """End an account for good: its open deliveries are cancelled, its history stays; return how many."""
    if account.state == "closed":
        raise Refused(_("Tài khoản này đã đóng."))
    account.state, account.pause_reason = "closed", line(reason, _("Lý do"), most=300)
    rows = session.scalars(select(Delivery).where(Delivery.account_id == account.id, Delivery.state.in_(OPEN))).all()
    for delivery in rows:
        move(session, delivery, "cancelled", actor, reason=_("Tài khoản kênh đã đóng."))
    audit.record(session, actor, "account.close", "account", account.id, unit_id=account.unit_id, reason=reason)
    return len(rows)
