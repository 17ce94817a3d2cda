"""`publisher backup` and `publisher restore`: one file with everything, and back."""

import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from publisher.cli.common import as_json, emit, opened, read_config
from publisher.refusal import Refused
from publisher.text import number
from publisher.words import _

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_passphrase = click.option(
    "--passphrase-file", metavar="FILE", help="Đọc mật khẩu của bản sao lưu từ tệp; «-» là stdin."
)


@click.command()
@_file
@click.option("--with-keys", is_flag=True, help="Kèm khóa mở thông tin bí mật của các tài khoản kênh.")
@_passphrase
@as_json
def backup(file: Path, with_keys: bool, passphrase_file: str | None, as_json: bool) -> None:
    """Sao lưu cơ sở dữ liệu và kho tệp vào FILE trong khi hệ thống đang chạy."""
    from publisher.operations.backup import back_up

    passphrase = _read(passphrase_file)
    with opened() as installation:
        manifest = back_up(installation.world, file, with_keys=with_keys, passphrase=passphrase)
    if with_keys and not passphrase:
        click.echo(
            _(
                "CẢNH BÁO: bản sao lưu chứa khóa và không có mật khẩu. Ai đọc được tệp này đăng bài được lên mọi kênh. "
                "Hãy dùng --passphrase-file."
            ),
            err=True,
        )
    elif not with_keys:
        click.echo(
            _("Khóa không nằm trong bản sao lưu: hãy cất riêng tệp {path}.").format(
                path=installation.config.keys / "secrets.key"
            ),
            err=True,
        )
    data = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "rows": sum(manifest.tables.values()),
        "files": manifest.files,
        "keys": manifest.keys,
        "sealed": bool(passphrase),
    }
    said = _("Đã sao lưu {rows} dòng và {files} tệp vào {file} ({bytes} byte).")
    emit(as_json, data, lambda: [said.format(**{k: number(v) if type(v) is int else v for k, v in data.items()})])


@click.command()
@_file
@click.option("--replace", is_flag=True, help="Thay dữ liệu đang có; dữ liệu cũ được cất trong thư mục dữ liệu.")
@click.option("--check", is_flag=True, help="Chỉ kiểm tra bản sao lưu, không khôi phục.")
@_passphrase
@as_json
def restore(file: Path, replace: bool, check: bool, passphrase_file: str | None, as_json: bool) -> None:
    """Khôi phục từ bản sao lưu FILE; không lượt phát hành nào được gửi lại khi chưa kiểm tra trên kênh."""
    from publisher.operations.restore import opened_backup, restore

    passphrase = _read(passphrase_file)
    if check:
        with tempfile.TemporaryDirectory() as work, opened_backup(file, passphrase, Path(work)) as (_zip, manifest):
            rows = sum(manifest.tables.values())
        data = {"made_at": manifest.made_at, "revision": manifest.revision, "rows": rows, "files": manifest.files}
        emit(as_json, data, lambda: [_("Bản sao lưu nguyên vẹn: {rows} dòng, {files} tệp.").format(**data)])
        return
    config = read_config()
    done = restore(config, file, passphrase=passphrase, replace=replace)
    result = {
        "made_at": done.manifest.made_at,
        "rows": sum(done.manifest.tables.values()),
        "files": done.manifest.files,
        **done.deliveries,
        "before": str(done.before) if done.before else None,
        "keys": done.keys,
    }
    local = datetime.fromisoformat(done.manifest.made_at).astimezone(config.zone)
    emit(as_json, result, lambda: _told({**result, "made_at": local.strftime("%H:%M %d/%m/%Y")}))


def _told(result: Mapping[str, object]) -> list[str]:
    lines = [
        _("Đã khôi phục {rows} dòng và {files} tệp của bản sao lưu lúc {made_at}."),
        _("{asked} lượt đã đến giờ được kiểm tra trên kênh trước khi gửi; {held} bản đính chính chờ người quyết định."),
        _("{later} lượt khác được kiểm tra trên kênh khi đến lượt gửi."),
        _("Bài soạn sau thời điểm sao lưu không còn trong hệ thống dù có thể đã lên kênh; mọi người đăng nhập lại."),
    ]
    if result["before"]:
        lines.append(_("Dữ liệu cũ nằm trong {before}: xóa khi không cần nữa."))
    if not result["keys"]:
        lines.append(_("Không có khóa: hãy chép secrets.key vào thư mục keys, hoặc nối lại từng tài khoản kênh."))
    return [line.format(**result) for line in lines]


def _read(source: str | None) -> str:
    """Return the passphrase from a file or stdin, without its line end; empty when none is wanted."""
    if source is None:
        return ""
    try:
        text = sys.stdin.readline() if source == "-" else Path(source).read_text("utf-8")
    except OSError as error:
        raise Refused(_("Không đọc được tệp {file}: {why}").format(file=source, why=error.strerror)) from error
    passphrase = text.rstrip("\r\n")
    if len(passphrase) < 12:
        raise Refused(_("Mật khẩu bản sao lưu phải có ít nhất 12 ký tự."))
    return passphrase
