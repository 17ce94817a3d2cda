"""The words of an alert letter: what is new, what still lasts, what is settled, and where to act."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from publisher.config import Config
from publisher.logs import hide
from publisher.text import number
from publisher.words import _, mark

MOST = 30  # of a kind that one letter tells in full

KINDS = {
    "unsure": mark("Chưa rõ đã lên hay chưa"),
    "held": mark("Đang giữ lại"),
    "failed": mark("Không gửi được"),
    "overdue": mark("Quá giờ chưa gửi"),
    "paused": mark("Tài khoản kênh tạm dừng"),
    "connection": mark("Kết nối của kênh"),
    "quiet": mark("Kênh im lặng"),
    "report": mark("Báo cáo đến hạn"),
    "report_late": mark("Cấp dưới chậm báo cáo"),
    "silent": mark("Việc định kỳ không chạy"),
    "trail": mark("Nhật ký bị sửa"),
    "disk": mark("Ổ đĩa sắp đầy"),
}
PLACES = {
    "paused": "/admin/tai-khoan/",
    "connection": "/admin/tai-khoan/",
    "report": "/reports/bao-cao/",
    "report_late": "/reports/bao-cao/",
    "silent": "/admin/he-thong",
    "disk": "/admin/he-thong",
    "trail": "/admin/nhat-ky",
}


class Told(Protocol):
    """What a letter says of a problem, new or remembered."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def delivery_id(self) -> int | None: ...
    @property
    def unit_id(self) -> int | None: ...


@dataclass
class Share:
    """What one person is told in one letter."""

    new: list[Told] = field(default_factory=list)
    lasting: list[Told] = field(default_factory=list)
    settled: list[Told] = field(default_factory=list)


def write(config: Config, share: Share) -> tuple[str, str]:
    """Return subject and text of a letter."""
    parts = [
        *_part(config, _("VIỆC MỚI CẦN XỬ LÝ"), share.new),
        *_part(config, _("VẪN CHƯA XONG SAU 24 GIỜ"), share.lasting),
        *_part(config, _("ĐÃ XONG"), share.settled, briefly=True),
        _("Danh sách đầy đủ: {where}").format(where=_address(config, "/desk/hop-viec")),
        "",
        _(
            "Thư do hệ thống tự gửi. Mỗi việc được báo một lần, nhắc lại sau 24 giờ nếu còn "
            "(báo cáo: theo ngày nhắc đã đặt), và báo khi đã xong."
        ),
    ]
    return hide(_subject(share)), hide("\n".join(parts) + "\n")


def _subject(share: Share) -> str:
    for ones, several in (
        (share.new, _("{count} việc mới cần xử lý")),
        (share.lasting, _("Nhắc lại: {count} việc chưa xong")),
        (share.settled, _("Đã xong {count} việc")),
    ):
        if len(ones) == 1:
            done = _("Đã xong – ") if ones is share.settled else ""
            return f"{done}{_(KINDS[ones[0].kind])}: {ones[0].title}"[:150]
        if ones:
            return several.format(count=number(len(ones)))
    return ""


def _part(config: Config, heading: str, ones: Sequence[Told], briefly: bool = False) -> list[str]:
    if not ones:
        return []
    lines = [f"{heading} ({number(len(ones))})", ""]
    for position, one in enumerate(sorted(ones, key=lambda one: one.since)[:MOST], start=1):
        lines.append(f"{position}. {_(KINDS[one.kind])}: {one.title}")
        if not briefly:
            since = one.since.astimezone(config.zone).strftime("%H:%M %d/%m/%Y")
            if one.place and one.place != one.title:
                lines.append("   " + _("Kênh: {place}").format(place=one.place))
            lines.append("   " + _("Lý do: {reason}").format(reason=one.reason))
            lines.append("   " + _("Từ: {since}").format(since=since))
            lines.append("   " + _("Xử lý: {where}").format(where=_address(config, _path(one))))
        lines.append("")
    if len(ones) > MOST:
        lines += [_("… và {count} việc khác.").format(count=number(len(ones) - MOST)), ""]
    return lines


def _path(one: Told) -> str:
    if one.delivery_id is not None:
        return f"/desk/phat-hanh/{one.delivery_id}"
    place = PLACES.get(one.kind, "/desk/hop-viec")
    return place + one.key.partition(":")[2] if place.endswith("/") else place


def _address(config: Config, path: str) -> str:
    return f"{config.public_url}{path}" if config.public_url else path
