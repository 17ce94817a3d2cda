"""`publisher doctor`: is this installation in order?"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from channels import registry
from publisher import audit
from publisher.cli.common import as_json, emit, opened
from publisher.installation import Installation
from publisher.words import _


@dataclass(frozen=True)
class Check:
    """One thing looked at: its name, whether it is in order, and what to do when it is not."""

    name: str
    good: bool
    note: str = ""


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Kiểm tra cài đặt; mã thoát 1 khi có điểm chưa ổn."""
    with opened() as installation:
        checks = examine(installation)
    emit(
        as_json,
        [asdict(check) for check in checks],
        lambda: [f"{'tốt ' if c.good else 'HỎNG'}  {c.name}{': ' + c.note if c.note else ''}" for c in checks],
    )
    if not all(check.good for check in checks):
        raise click.exceptions.Exit(1)


def examine(installation: Installation) -> list[Check]:
    """Return what was looked at, in order."""
    config, world = installation.config, installation.world
    found, newest = world.db.revision()
    with world.db.reading() as session:
        broken = audit.first_break(session)
    return [
        Check(_("Cơ sở dữ liệu đúng phiên bản"), found == newest, f"{found} / {newest}"),
        Check(
            _("Chuỗi nhật ký nguyên vẹn"),
            broken is None,
            "" if broken is None else _("bị sửa ở dòng {row}").format(row=broken),
        ),
        _private(config.home),
        Check(
            _("Đã đặt PUBLISHER_PUBLIC_URL"),
            bool(config.public_url),
            config.public_url or _("liên kết trong bài và mã QR cần địa chỉ công khai của cổng"),
        ),
        Check(_("Kênh nạp được"), True, ", ".join(registry())),
    ]


def _private(home: Path) -> Check:
    name = _("Thư mục dữ liệu chỉ chủ sở hữu đọc được")
    if os.name == "nt":
        return Check(name, True, _("Windows: quyền theo thư mục {home}").format(home=home))
    mode = home.stat().st_mode & 0o077
    return Check(name, mode == 0, "" if mode == 0 else _("hãy chạy: chmod 700 {home}").format(home=home))
