"""The inbox: everything that waits for a person, with its reason and who settles it."""

from datetime import datetime

from flask import current_app, render_template
from flask_login import current_user

from publisher import clock, inbox
from publisher.inbox import Item
from publisher.security import units_with
from publisher.web.context import me, reading
from publisher.web.desk import desk
from publisher.web.guard import permission
from publisher.words import _, mark

TITLES = {
    "unsure": mark("Chưa rõ đã lên hay chưa"),
    "held": mark("Đang giữ lại"),
    "failed": mark("Không gửi được"),
    "overdue": mark("Quá giờ chưa gửi"),
    "paused": mark("Tài khoản tạm dừng"),
    "connection": mark("Kết nối cần xem lại"),
    "broadcast": mark("Duyệt gửi người quan tâm"),
    "unconfirmed": mark("Chờ xác nhận"),
    "hang": mark("Treo, tháo ấn phẩm"),
    "quiet": mark("Kênh im lặng"),
    "report": mark("Báo cáo"),
    "silent": mark("Việc định kỳ không chạy"),
    "mail": mark("Thư cảnh báo"),
    "trail": mark("Nhật ký"),
}
OWNERS = {
    "write": mark("Biên tập"),
    "approve": mark("Người duyệt"),
    "administer": mark("Quản trị"),
    "air": mark("Đài truyền thanh"),
    "report": mark("Báo cáo"),
}


@desk.get("/hop-viec", endpoint="inbox")
@permission("read")
def inbox_page() -> str:
    """Show what waits for a person, what the reader can settle first: 12 queries beside who is asking."""
    now = clock.now()
    with reading() as session:
        units = units_with(session, me(session), "read")
        found = inbox.items(session, units, current_user.rights, now, current_app.extensions["started_at"])
    mine = [item for item in found if item.right in current_user.rights]
    others = [item for item in found if item.right not in current_user.rights]
    return render_template(
        "desk/inbox.html", mine=mine, others=others, kinds=TITLES, owners=OWNERS, age=lambda item: age(item, now)
    )


def age(item: Item, now: datetime) -> str:
    """Return for how long something has been waiting, in the largest whole unit."""
    minutes = max(int((now - item.since).total_seconds() // 60), 0)
    if minutes < 1:
        return _("vừa xong")
    if minutes < 60:
        return _("{count} phút").format(count=minutes)
    if minutes < 48 * 60:
        return _("{count} giờ").format(count=minutes // 60)
    return _("{count} ngày").format(count=minutes // (24 * 60))
