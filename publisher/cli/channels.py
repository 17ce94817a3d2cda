"""`publisher channel …`: channel accounts."""

import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from publisher import accounts, clock
from publisher.accounts import watch
from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.connections.health import warning
from publisher.delivery.outlets import channel_type
from publisher.installation import Installation
from publisher.model import Account
from publisher.refusal import Refused
from publisher.words import _


@click.group()
def channel() -> None:
    """Tài khoản kênh."""


@channel.command("add")
@click.argument("name")
@click.option("--unit", "unit_code", help="Mã đơn vị.")
@click.option("--title", default="", help="Tên tài khoản hiện trên màn hình.")
@click.option("--setting", "settings", multiple=True, metavar="K=V", help="Một thiết lập không bí mật.")
@click.option("--secret-file", "secret_files", multiple=True, metavar="K=FILE", help="Đọc bí mật K từ tệp.")
@click.option("--rehearsal", is_flag=True, help="Diễn tập: làm mọi bước nhưng không gửi ra ngoài.")
@as_json
def channel_add(
    name: str,
    unit_code: str | None,
    title: str,
    settings: tuple[str, ...],
    secret_files: tuple[str, ...],
    rehearsal: bool,
    as_json: bool,
) -> None:
    """Thêm tài khoản của kênh NAME; bí mật còn thiếu được đọc từ bàn phím hoặc stdin, mỗi dòng một giá trị."""
    fields = {field.name: field for field in channel_type(name).settings}
    values = dict(_pair(setting) for setting in settings)
    secret_given = [key for key in values if key in fields and fields[key].secret]
    if secret_given:
        raise Refused(
            _("Không ghi bí mật ({names}) trên dòng lệnh: dùng --secret-file hoặc nhập khi được hỏi.").format(
                names=", ".join(secret_given)
            )
        )
    for key, file in map(_pair, secret_files):
        try:
            values[key] = Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise Refused(_("Không đọc được tệp {file}: {why}").format(file=file, why=error.strerror)) from error
    for key, field in fields.items():
        if field.secret and field.needed and key not in values and not rehearsal:
            values[key] = _ask(field.label)
    mode = "rehearsal" if rehearsal else "live"
    with opened() as installation, installation.world.db.writing() as session:
        unit = find_unit(session, unit_code)
        account = accounts.add(session, installation.world, COMMAND, unit, name, title, values, mode=mode)
        data = {"id": account.id, "channel": name, "title": account.title, "mode": mode}
    emit(as_json, data, lambda: [_("Đã thêm tài khoản số {id}: {title}.").format(**data)])


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(_("«{text}» phải có dạng K=V.").format(text=text))
    return key, value


def _ask(label: str) -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt(label, hide_input=True)
        return answer
    return sys.stdin.readline().strip()


@channel.command("list")
@as_json
def channel_list(as_json: bool) -> None:
    """Liệt kê tài khoản kênh."""
    with opened() as installation, installation.world.db.reading() as session:
        rows = session.scalars(select(Account).order_by(Account.id)).all()
    data = [
        {"id": a.id, "channel": a.channel, "title": a.title, "mode": a.mode, "state": a.state, "reason": a.pause_reason}
        for a in rows
    ]
    nothing = [_("Chưa có tài khoản kênh. Thêm bằng: publisher channel add portal")]
    emit(
        as_json,
        data,
        lambda: [f"{a.id:>4}  {a.channel:<10}{a.state:<8}{a.mode:<10}{a.title}" for a in rows] or nothing,
    )


@channel.command("check")
@click.argument("account_id", metavar="[ID]", type=int, required=False)
@as_json
def channel_check(account_id: int | None, as_json: bool) -> None:
    """Hỏi kênh xem tài khoản số ID (không ghi: mọi tài khoản) còn dùng được không; mã thoát 1 khi có cái hỏng."""
    with opened() as installation:
        with installation.world.db.reading() as session:
            rows = (
                [accounts.get(session, account_id)]
                if account_id is not None
                else list(session.scalars(select(Account).where(Account.state != "closed").order_by(Account.id)))
            )
        data = [_looked_at(installation, account) for account in rows]
    emit(as_json, data, lambda: [line for row in data for line in _told(row, installation.config.zone)])
    if any(row["problem"] for row in data):
        raise click.exceptions.Exit(1)


def _looked_at(installation: Installation, account: Account) -> dict[str, Any]:
    """Return how an account stands: `problem` when nothing can be sent, `warning` when something lacks or ends soon."""
    row: dict[str, Any] = {"id": account.id, "title": account.title, "problem": "", "warning": "", "facts": {}}
    paused = account.pause_reason if account.state == "paused" else ""
    try:
        standing = watch.check(installation.world, COMMAND, account.id)
    except Refused as error:
        return {**row, "problem": " ".join(filter(None, (paused, error.message)))}
    with installation.world.db.reading() as session:
        told = warning(accounts.get(session, account.id), clock.now())
    lacking = "" if standing.usable else standing.health
    return {
        **row,
        "problem": " ".join(filter(None, (paused, lacking))),
        "warning": told if standing.usable else "",
        "facts": dict(standing.facts),
        "expires_at": standing.expires_at,
    }


def _told(row: dict[str, Any], zone: ZoneInfo) -> list[str]:
    lines = [f"{row['id']:>4}  {row['problem'] or row['warning'] or _('tốt')}  {row['title']}"]
    lines += [f"      {name}: {value}" for name, value in row["facts"].items()]
    if row.get("expires_at"):
        lines.append(_("      Dùng được đến {at}").format(at=row["expires_at"].astimezone(zone).strftime("%d/%m/%Y")))
    return lines
