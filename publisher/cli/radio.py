"""`publisher radio`: what stations read, pulled into a folder; `publisher token`: keys for machines."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy import select

from channels.radio.packet import FILES, Packet
from publisher import clock, tokens
from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, opened
from publisher.clock import local_day
from publisher.files import write_atomically
from publisher.installation import Installation
from publisher.model import Account, ApiToken, Person
from publisher.radio import programmes, pulling, stations
from publisher.refusal import Missing
from publisher.text import slug
from publisher.words import _


@click.group()
def radio() -> None:
    """Đài truyền thanh: lấy kịch bản, xem khung giờ."""


@radio.command("pull")
@click.option("--date", "day", metavar="D", help="Ngày phát, ví dụ 2026-11-21 hoặc 21/11/2026; mặc định hôm nay.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Thư mục nhận kịch bản.")
@click.option("--station", type=int, help="Chỉ lấy của đài có số này (số tài khoản kênh).")
@as_json
def radio_pull(day: str | None, out: Path, station: int | None, as_json: bool) -> None:
    """Lấy kịch bản, văn bản đọc và lịch phát của một ngày; bản lấy được giữ lại để đối chiếu."""
    with opened() as installation:
        when = _day(day, installation)
        pulled = _pulled(installation, when, station)
    written = [_write(out, *one) for one in pulled]
    emit(as_json, {"date": when.isoformat(), "programmes": written}, lambda: _told(written, when))


def _day(value: str | None, installation: Installation) -> date:
    from publisher.editorial.content import day as read_day

    found = read_day(value, _("Ngày"))
    return found or local_day(clock.now(), installation.config.zone)


def _pulled(installation: Installation, day: date, station: int | None) -> list[tuple[str, str, Packet]]:
    """Return (station, folder name, packet) of every programme of the day that has something to read."""
    found = []
    with installation.world.db.writing() as session:
        query = select(Account).where(Account.channel == stations.CHANNEL, Account.state != "closed")
        accounts = session.scalars(query.order_by(Account.id)).all()
        if station is not None:
            accounts = [account for account in accounts if account.id == station]
            if not accounts:
                raise Missing(_("Không có đài số {number}.").format(number=station))
        for account in accounts:
            for planned in programmes.span(session, installation.world, account, day, day).programmes:
                if planned.airings:
                    packet, _standing = pulling.pull(session, installation.world, COMMAND, account, planned, "command")
                    name = f"{planned.starts_at:%H%M}-{slug(planned.title)}"
                    found.append((f"{account.id}-{slug(account.title)}", name, packet))
    return found


def _write(out: Path, station: str, name: str, packet: Packet) -> dict[str, object]:
    folder = out / packet.book["starts_at"][:10] / station / name
    for file, (_kind, make) in FILES.items():
        write_atomically(folder / file, make(packet))
    return {
        "station": packet.book["station"], "title": packet.book["title"], "starts_at": packet.book["starts_at"],
        "number": packet.number, "edition": packet.edition, "items": len(packet.book["items"]),
        "seconds": packet.book["seconds"], "folder": str(folder),
    }  # fmt: skip


def _told(written: list[dict[str, object]], day: date) -> list[str]:
    if not written:
        return [_("Ngày {day} chưa có chương trình nào có bài được duyệt.").format(day=f"{day:%d/%m/%Y}")]
    return [
        _("{time}  {title}, bản {edition}, {items} bài: {folder}").format(time=str(one["starts_at"])[11:16], **one)
        for one in written
    ]


@radio.command("slots")
@as_json
def radio_slots(as_json: bool) -> None:
    """Liệt kê các đài và khung giờ phát hằng tuần."""
    with opened() as installation, installation.world.db.reading() as session:
        now = clock.now()
        accounts = session.scalars(
            select(Account).where(Account.channel == stations.CHANNEL).order_by(Account.id)
        ).all()
        data = [
            {
                "station": account.id, "name": account.title, "slot": slot.id, "title": slot.title,
                "days": [day + 2 if day < 6 else "CN" for day in slot.days], "starts": f"{slot.starts:%H:%M}",
                "minutes": slot.minutes,
            }
            for account in accounts
            for slot in stations.slots_of(session, account.id)
            if slot.until is None or slot.until > now
        ]  # fmt: skip
    emit(as_json, data, lambda: [_slot_line(row) for row in data] or [_("Chưa có khung giờ nào.")])


def _slot_line(row: dict[str, object]) -> str:
    days = row["days"] if isinstance(row["days"], list) else []
    told = ", ".join(str(day) for day in days)
    return _("{station} {name}: {title}, {starts}, {minutes} phút, thứ {told}").format(**row, told=told)


@click.group()
def token() -> None:
    """Khóa cho máy gọi /api/v1."""


@token.command("add")
@click.argument("name")
@click.option("--person", "email", required=True, help="Thư điện tử của người dùng mà khóa mang quyền.")
@click.option("--station", type=int, help="Chỉ cho một đài (số tài khoản kênh).")
@as_json
def token_add(name: str, email: str, station: int | None, as_json: bool) -> None:
    """Tạo khóa tên NAME và in ra một lần; hệ thống chỉ giữ mã băm của khóa."""
    with opened() as installation, installation.world.db.writing() as session:
        person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
        if person is None:
            raise Missing(_("Không có người dùng {email}.").format(email=email))
        account = session.get(Account, station) if station is not None else None
        if station is not None and (account is None or account.channel != stations.CHANNEL):
            raise Missing(_("Không có đài số {number}.").format(number=station))
        row, key = tokens.add(session, COMMAND, person, name, account)
        data = {"id": row.id, "name": row.name, "person": person.email, "station": station, "token": key}
    emit(as_json, data, lambda: [_("Khóa số {id} (chỉ hiện một lần): {token}").format(**data)])


@token.command("list")
@as_json
def token_list(as_json: bool) -> None:
    """Liệt kê các khóa đang dùng; bản thân khóa không xem lại được."""
    with opened() as installation, installation.world.db.reading() as session:
        rows = session.execute(
            select(ApiToken, Person.email)
            .join(Person, Person.id == ApiToken.person_id)
            .where(ApiToken.closed_at.is_(None))
            .order_by(ApiToken.id)
            .limit(1000)
        ).all()
        data = [
            {"id": row.ApiToken.id, "name": row.ApiToken.name, "person": row.email, "used_at": row.ApiToken.used_at}
            for row in rows
        ]
    emit(as_json, data, lambda: [f"{one['id']}  {one['name']}  {one['person']}" for one in data])


@token.command("close")
@click.argument("number", type=int)
def token_close(number: int) -> None:
    """Đóng khóa số NUMBER ngay lập tức."""
    with opened() as installation, installation.world.db.writing() as session:
        row = tokens.close(session, COMMAND, number)
    click.echo(_("Đã đóng khóa «{name}».").format(name=row.name))
