"""`publisher doctor --rotate-key`: a new key for the secrets at rest, while everything else goes on."""

from dataclasses import asdict

from publisher.cli.common import emit, opened
from publisher.connections.keys import Rotation, rotate
from publisher.words import _


def change_key(as_json: bool) -> None:
    """Change the key and say what came of it."""
    with opened() as installation:
        done = rotate(installation.world.db, installation.world.vault)
    emit(as_json, asdict(done), lambda: _told(done))


def _told(done: Rotation) -> list[str]:
    lines = [_("Đã đổi khóa: {count} mục bí mật được mã hóa lại.").format(count=done.renewed)]
    if done.dropped:
        lines.append(_("Khóa cũ đã bỏ. Bản sao lưu làm trước lúc này cần tệp khóa đi cùng bản sao lưu đó."))
    else:
        lines.append(_("Còn mục vừa lưu bằng khóa cũ nên khóa cũ được giữ lại: hãy chạy lại lệnh này sau ít phút."))
    if done.lost:
        lost = _("{count} mục không khóa nào mở được (hỏng từ trước): hãy nhập lại khóa truy cập của các kênh đó.")
        lines.append(lost.format(count=done.lost))
    return lines
