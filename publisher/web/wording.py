"""Words for what the tables hold in code: acts of the trail, attempts and their outcomes."""

import re
from collections.abc import Mapping
from typing import Any

from publisher.model import Audit
from publisher.prints.orders import TITLES as ORDER_TITLES
from publisher.web.look import channel_title, moment, role_title, state_title
from publisher.words import _, mark

ACTS = {
    "account.add": mark("Thêm tài khoản kênh"),
    "account.close": mark("Đóng tài khoản kênh"),
    "account.configure": mark("Sửa thiết lập tài khoản kênh"),
    "account.consent": mark("Cấp quyền cho tài khoản kênh"),
    "account.health": mark("Kết nối của tài khoản kênh thay đổi"),
    "account.mode": mark("Đổi chế độ tài khoản kênh"),
    "account.pause": mark("Tạm dừng tài khoản kênh"),
    "account.resume": mark("Cho tài khoản kênh chạy lại"),
    "broadcast.again": mark("Xếp phát thanh lại"),
    "broadcast.choose": mark("Xếp bài trong chương trình phát thanh"),
    "broadcast.log": mark("Ghi nhật ký phát thanh"),
    "activity.add": mark("Ghi hoạt động"),
    "activity.change": mark("Sửa thông tin hoạt động"),
    "activity.import": mark("Nhập hoạt động từ bảng tính"),
    "activity.strike": mark("Bỏ hoạt động"),
    "broadcast.approve": mark("Duyệt gửi người quan tâm"),
    "broadcast.ask": mark("Xin gửi người quan tâm"),
    "broadcast.drop": mark("Rút yêu cầu gửi người quan tâm"),
    "broadcast.refuse": mark("Không duyệt gửi người quan tâm"),
    "delivery.move": mark("Chuyển trạng thái lượt phát hành"),
    "delivery.plan": mark("Lên lịch phát hành"),
    "delivery.reschedule": mark("Dời lịch phát hành"),
    "report.enter": mark("Nhập số liệu cho báo cáo"),
    "report.write": mark("Viết phần lời của báo cáo"),
    "report.letterhead": mark("Sửa phần đầu văn bản của đơn vị"),
    "report.paper": mark("Sửa thể thức văn bản báo cáo"),
    "report.rule": mark("Đặt lịch của chế độ báo cáo"),
    "report.year": mark("Lập danh sách báo cáo của năm"),
    "reports.settings": mark("Sửa quy định hạn báo cáo"),
    "evidence.add": mark("Lưu minh chứng"),
    "evidence.restore": mark("Dùng lại minh chứng đã bỏ"),
    "evidence.strike": mark("Bỏ minh chứng"),
    "hanging.drop": mark("Bỏ nơi treo"),
    "hanging.hung": mark("Ghi đã treo"),
    "hanging.plan": mark("Ghi nơi treo"),
    "hanging.shown": mark("Xác nhận đã treo hoặc đã chiếu"),
    "hanging.taken": mark("Ghi đã tháo"),
    "hotline.confirm": mark("Xác nhận đường dây nóng"),
    "installation.backup": mark("Sao lưu"),
    "installation.restore": mark("Khôi phục từ bản sao lưu"),
    "key.rotate": mark("Đổi khóa mã hóa bí mật"),
    "outlet_app.set": mark("Khai ứng dụng của kênh"),
    "person.add": mark("Thêm người dùng"),
    "person.close": mark("Đóng tài khoản người dùng"),
    "person.password": mark("Đặt mật khẩu mới"),
    "person.rename": mark("Đổi họ tên người dùng"),
    "person.reopen": mark("Mở lại tài khoản người dùng"),
    "place.add": mark("Thêm địa điểm treo"),
    "place.change": mark("Sửa địa điểm treo"),
    "placement.reschedule": mark("Dời giờ dự kiến"),
    "plan.import": mark("Nhập kế hoạch"),
    "post.approved": mark("Duyệt bài"),
    "post.discard": mark("Bỏ bài"),
    "post.draft": mark("Soạn bài"),
    "post.place": mark("Chọn kênh và giờ phát hành"),
    "post.repeat": mark("Lặp lại bài"),
    "post.restore": mark("Khôi phục bài"),
    "post.returned": mark("Trả lại bài"),
    "post.save": mark("Lưu phiên bản mới"),
    "post.submitted": mark("Trình duyệt bài"),
    "post.withdraw": mark("Thu hồi bài"),
    "print_order.add": mark("Thêm khổ in vào đơn"),
    "print_order.change": mark("Sửa đơn in"),
    "print_order.move": mark("Chuyển trạng thái đơn in"),
    "print_order.remove": mark("Bỏ khổ in khỏi đơn"),
    "print_order.start": mark("Lập đơn in"),
    "programme.pull": mark("Lấy kịch bản phát thanh"),
    "reach.ask": mark("Yêu cầu hỏi kênh số liệu"),
    "reach.rebuild": mark("Tính lại bảng tổng số liệu"),
    "reach.rules": mark("Sửa thang điểm tuyên truyền"),
    "reading.correct": mark("Sửa số liệu"),
    "reading.log": mark("Ghi số liệu"),
    "reading.strike": mark("Bỏ số liệu"),
    "role.grant": mark("Cấp vai trò"),
    "role.revoke": mark("Bỏ vai trò"),
    "sign_in": mark("Đăng nhập"),
    "sign_in.fail": mark("Đăng nhập không thành công"),
    "slot.add": mark("Thêm khung giờ phát thanh"),
    "slot.dismissed": mark("Bỏ ngày kế hoạch đề xuất"),
    "slot.end": mark("Dừng khung giờ phát thanh"),
    "slot.proposed": mark("Đề xuất lại ngày của kế hoạch"),
    "slot.used": mark("Viết bài cho ngày của kế hoạch"),
    "token.add": mark("Tạo khóa cho máy"),
    "token.close": mark("Đóng khóa cho máy"),
    "target.value": mark("Ghi giá trị chỉ tiêu"),
    "token.fail": mark("Gia hạn khóa truy cập không thành"),
    "token.renew": mark("Gia hạn khóa truy cập"),
    "trail.check": mark("Kiểm tra chuỗi nhật ký"),
    "unit.add": mark("Thêm đơn vị"),
    "unit.change": mark("Sửa thông tin đơn vị"),
    "unit.end": mark("Ghi đơn vị kết thúc"),
    "unit.move": mark("Chuyển đơn vị cấp trên"),
    "unit.revive": mark("Bỏ ghi đơn vị kết thúc"),
    "word.put": mark("Sửa từ điển đọc"),
    "word.remove": mark("Bỏ mục từ điển đọc"),
}
SUBJECTS = {
    "account": mark("Tài khoản kênh"),
    "api_token": mark("Khóa cho máy"),
    "broadcast_slot": mark("Khung giờ phát thanh"),
    "activity": mark("Hoạt động"),
    "delivery": mark("Lượt phát hành"),
    "evidence": mark("Minh chứng"),
    "installation": mark("Hệ thống"),
    "person": mark("Người dùng"),
    "place": mark("Địa điểm treo"),
    "plan": mark("Kế hoạch"),
    "post": mark("Bài"),
    "print_order": mark("Đơn in"),
    "programme": mark("Chương trình phát thanh"),
    "reading": mark("Số liệu"),
    "setting": mark("Thiết lập"),
    "slot": mark("Ngày đề xuất"),
    "spoken_word": mark("Mục từ điển đọc"),
    "target_value": mark("Giá trị chỉ tiêu"),
    "trail": mark("Nhật ký"),
    "unit": mark("Đơn vị"),
}
MACHINES = {"clock": mark("Hệ thống"), "command": mark("Dòng lệnh"), "web": mark("Trang đăng nhập")}
OUTCOMES = {
    "accepted": mark("Kênh đã nhận"),
    "rejected": mark("Kênh từ chối nội dung"),
    "unauthorised": mark("Khóa truy cập bị từ chối"),
    "later": mark("Chưa nhận, hẹn gửi lại"),
    "unknown": mark("Không rõ kết quả"),
    "found": mark("Đã thấy trên kênh"),
    "absent": mark("Không có trên kênh"),
    "cannot_tell": mark("Kênh không cho tra cứu"),
}
KINDS = {"send": mark("Gửi"), "find": mark("Kiểm tra đã lên chưa")}
ACTIONS = {"publish": mark("Phát hành"), "amend": mark("Đính chính"), "retract": mark("Gỡ bài")}
RECEIPTS = {
    "live": mark("Đã lên kênh"),
    "handed_over": mark("Đã bàn giao, chờ xác nhận"),
    "rehearsed": mark("Diễn tập, không gửi ra ngoài"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:.*")


def act_title(act: str) -> str:
    """Return an act's name as people read it; an unknown one stays as it is."""
    return _(ACTS[act]) if act in ACTS else act


def actor_name(actor: str) -> str:
    """Return who acted; the machine goes by a Vietnamese name."""
    return _(MACHINES[actor]) if actor in MACHINES else actor


def subject_title(subject: str) -> str:
    """Return a table's name as people read it."""
    return _(SUBJECTS[subject]) if subject in SUBJECTS else subject


def outcome_title(outcome: str | None) -> str:
    """Return what an attempt came to; None is an attempt that runs."""
    return _(OUTCOMES[outcome]) if outcome is not None else _("Đang chạy")


def told(row: Audit) -> str:
    """Return one act of a delivery as a sentence without its reason."""
    detail: Mapping[str, Any] = row.detail
    if row.act == "delivery.move":
        return _("{before} → {after}").format(before=state_title(detail["before"]), after=state_title(detail["after"]))
    if row.act == "delivery.reschedule":
        return _("Dời lịch từ {before} sang {after}").format(
            before=moment(detail["before"]), after=moment(detail["after"])
        )
    if row.act == "delivery.plan":
        return _("Lên lịch phát hành lúc {due}").format(due=moment(detail["due_at"]))
    return act_title(row.act)


DETAILS = {
    "account": mark("Tài khoản số"),
    "address": mark("Địa chỉ mạng"),
    "after": mark("Sau"),
    "at": mark("Lúc"),
    "basis": mark("Căn cứ"),
    "before": mark("Trước"),
    "broken": mark("Dòng bị sửa"),
    "changed": mark("Sửa"),
    "channel": mark("Kênh"),
    "code": mark("Mã"),
    "comment": mark("Ý kiến"),
    "created": mark("Thêm"),
    "days": mark("Ô theo ngày"),
    "delivery": mark("Lượt phát hành số"),
    "dropped": mark("Khóa cũ đã bỏ"),
    "due_at": mark("Giờ phát hành"),
    "evidence": mark("Minh chứng số"),
    "email": mark("Thư điện tử"),
    "form": mark("Hình thức"),
    "halves": mark("Ô theo nửa tháng"),
    "hanging": mark("Nơi treo số"),
    "hierarchy": mark("Hệ thống tổ chức"),
    "hotline": mark("Đường dây nóng"),
    "kind": mark("Loại"),
    "landings": mark("Số bài"),
    "lost": mark("Không mở được"),
    "metric": mark("Số liệu"),
    "mode": mark("Chế độ"),
    "name": mark("Tên"),
    "on": mark("Từ ngày"),
    "parent": mark("Đơn vị cấp trên số"),
    "place": mark("Địa điểm"),
    "placements": mark("Kênh và giờ"),
    "post": mark("Bài số"),
    "quantity": mark("Số bản"),
    "reason": mark("Lý do"),
    "released": mark("Lượt đưa lại hàng gửi"),
    "renewed": mark("Mã hóa lại"),
    "role": mark("Vai trò"),
    "rules": mark("Thang điểm"),
    "secrets": mark("Bí mật đã đặt"),
    "settings": mark("Thiết lập"),
    "sha256": mark("Mã băm"),
    "sheets": mark("Khổ in"),
    "slots": mark("Ngày đề xuất"),
    "successors": mark("Đơn vị kế thừa số"),
    "title": mark("Tiêu đề"),
    "value": mark("Giá trị"),
    "version": mark("Phiên bản"),
}
MODES = {"live": mark("Gửi thật"), "rehearsal": mark("Diễn tập")}


def details(row: Audit, units: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return what an act left in the trail as (name, value) pairs, its unit by name; empty values are left out."""
    found = [
        (_(DETAILS[name]) if name in DETAILS else name, _value(row.act, name, value))
        for name, value in row.detail.items()
        if value not in (None, "", [], {})
    ]
    unit = units.get(row.unit_id or 0)
    return [*found, (_("Đơn vị"), unit)] if unit else found


def _value(act: str, name: str, value: Any) -> str:
    if act == "delivery.move" and name in {"before", "after"}:
        return state_title(value)
    if act == "print_order.move" and name in {"before", "after"}:
        return _(ORDER_TITLES[value])
    if name == "sha256":
        return f"{value[:12]}…"
    if name == "role":
        return role_title(value)
    if name == "mode":
        return mode_title(value)
    if name == "channel":
        return channel_title(value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return moment(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(act, '', held)}" for key, held in value.items())
    if isinstance(value, list):
        return ", ".join(str(held) for held in value)
    return str(value)


def mode_title(mode: str) -> str:
    """Return the name of an account's mode as people read it."""
    return _(MODES[mode])
