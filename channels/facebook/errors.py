"""What Facebook's error codes mean to a publisher: which of the four errors, and what to tell people.

Source: Meta's error handling and rate limiting guides and production logs of other publishers, gathered in
facebook-page-api.md §6. HTTP statuses do not decide: throttling and outages arrive as 400 like everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown


class Gone(Rejected):
    """The object does not exist (any more), or we may not see it."""


class UnknownMetric(Rejected):
    """One of the metrics asked for does not exist; Facebook does not say which."""


class TooMuch(TryLater):
    """A read asked for more than Facebook can gather in time: ask for less."""


class Duplicate(Unknown):
    """Facebook says that this was posted already: most likely by the attempt whose answer was lost."""


class Repeated(Rejected):
    """Called a duplicate again after we looked and found nothing: it resembles an older post."""


class NotPermitted(Unauthorised):
    """The token lives but this call needs a permission it does not have."""


@dataclass(frozen=True)
class Meaning:
    """How to act on a code, what to say (cause, next step), and how long to wait when Facebook names no time."""

    error: type[Refusal]
    sentence: str
    after: float | None = None


_RECONNECT = "Hãy kết nối lại Trang trong mục Kênh."
_ROLE = "Hãy cấp lại quyền tạo nội dung trên Trang cho người đã kết nối rồi kết nối lại trong mục Kênh."
_FILM = "Hãy xuất phim sang MP4 (hình H.264, tiếng AAC), tải lên lại rồi gửi."
_SLOW = "Hệ thống sẽ tự giãn nhịp và gửi lại."
_LOOK = "Hệ thống sẽ kiểm tra xem bài đã lên chưa trước khi gửi lại."
_OPERATOR = "Đây là lỗi cấu hình: hãy báo quản trị hệ thống kiểm tra thiết lập kênh."

CODES: dict[int, Meaning] = {
    1: Meaning(Unknown, f"Máy chủ Facebook gặp lỗi nên chưa rõ bài đã được nhận hay chưa. {_LOOK}"),
    2: Meaning(Unknown, f"Dịch vụ của Facebook tạm thời gián đoạn. {_LOOK}"),
    4: Meaning(TryLater, f"Ứng dụng đã dùng hết lượt gọi Facebook trong giờ này. {_SLOW}", 900),
    10: Meaning(NotPermitted, f"Ứng dụng không còn quyền cần cho Trang này (bị thu hồi hoặc hết hạn). {_RECONNECT}"),
    17: Meaning(TryLater, f"Người kết nối đã dùng hết lượt gọi Facebook trong giờ này. {_SLOW}", 900),
    32: Meaning(TryLater, f"Trang đã dùng hết lượt gọi Facebook. {_SLOW}", 900),
    100: Meaning(Rejected, "Facebook không nhận một giá trị trong bài. Hãy xem lời báo kèm theo, sửa bài rồi gửi lại."),
    101: Meaning(Unauthorised, f"Facebook không nhận ra ứng dụng. {_OPERATOR}"),
    102: Meaning(Unauthorised, f"Phiên kết nối với Facebook đã hết. {_RECONNECT}"),
    104: Meaning(Unauthorised, f"Facebook không thấy khóa truy cập. {_RECONNECT}"),
    190: Meaning(Unauthorised, f"Khóa truy cập Facebook không còn dùng được. {_RECONNECT}"),
    341: Meaning(TryLater, f"Facebook tạm giới hạn ứng dụng. {_SLOW}", 900),
    352: Meaning(Rejected, f"Facebook không nhận dạng phim này. {_FILM}"),
    368: Meaning(
        Unauthorised,
        "Facebook tạm chặn Trang vì cho là vi phạm chính sách. Đừng gửi lại: hãy mở mục Chất lượng Trang trên Facebook"
        " để xem lý do, khiếu nại nếu cần, rồi mở lại kênh.",
    ),
    506: Meaning(Duplicate, f"Facebook báo trùng với bài vừa đăng. {_LOOK}"),
    613: Meaning(TryLater, f"Facebook tạm giới hạn nhịp gọi của ứng dụng. {_SLOW}", 900),
    1705: Meaning(Unauthorised, f"Khóa đang dùng là của người dùng, không phải của Trang. {_RECONNECT}"),
    2500: Meaning(Unauthorised, f"Facebook không hiểu lời gọi hoặc không có phiên bản Graph API này. {_OPERATOR}"),
    3001: Meaning(Rejected, f"Lời gọi số liệu thiếu tên chỉ số. {_OPERATOR}"),
    6000: Meaning(Rejected, f"Facebook không nhận được tệp phim này. {_FILM}"),
    6001: Meaning(Unknown, f"Việc tải phim lên Facebook bị ngắt. {_LOOK}"),
    80001: Meaning(TryLater, f"Trang đã dùng hết lượt gọi Facebook trong 24 giờ. {_SLOW}", 900),
    1609005: Meaning(
        Rejected,
        "Facebook không mở được liên kết trong bài. Hãy kiểm tra liên kết mở được từ Internet rồi gửi lại.",
    ),
}

SUBCODES: dict[int, Meaning] = {
    # The token (Meta sends these under 190, under 102, or with no code).
    458: Meaning(Unauthorised, f"Người kết nối đã gỡ ứng dụng khỏi Facebook của họ. {_RECONNECT}"),
    459: Meaning(
        Unauthorised,
        f"Facebook yêu cầu người kết nối xác minh: hãy đăng nhập facebook.com và làm theo hướng dẫn. {_RECONNECT}",
    ),
    460: Meaning(Unauthorised, f"Người kết nối đã đổi mật khẩu hoặc phiên đăng nhập bị hủy. {_RECONNECT}"),
    463: Meaning(Unauthorised, f"Khóa truy cập Facebook đã hết hạn. {_RECONNECT}"),
    464: Meaning(
        Unauthorised, f"Tài khoản Facebook của người kết nối chưa xác nhận. Hãy xác nhận tài khoản. {_RECONNECT}"
    ),
    467: Meaning(Unauthorised, f"Khóa truy cập Facebook không hợp lệ. {_RECONNECT}"),
    492: Meaning(Unauthorised, f"Người kết nối không còn vai trò trên Trang. {_ROLE}"),
    # The code of the sign-in dialog.
    36007: Meaning(Rejected, "Mã đăng nhập của Facebook đã hết hạn. Hãy bấm kết nối Trang lại từ đầu."),
    36008: Meaning(Rejected, "Facebook không nhận mã đăng nhập này. Hãy bấm kết nối Trang lại từ đầu."),
    36009: Meaning(Rejected, "Mã đăng nhập của Facebook đã được dùng. Hãy bấm kết nối Trang lại từ đầu."),
    # Missing or invisible objects, content.
    33: Meaning(Gone, "Bài không còn trên Facebook, hoặc ứng dụng không còn quyền xem. Hãy mở Trang để kiểm tra."),
    1349125: Meaning(Rejected, "Facebook cho là bài không có nội dung hợp lệ. Hãy sửa lời văn rồi gửi lại."),
    1363047: Meaning(Unknown, f"Dịch vụ của Facebook tạm thời gián đoạn. {_LOOK}"),
    1366046: Meaning(Rejected, "Ảnh quá nặng hoặc sai định dạng. Hãy dùng ảnh JPEG hoặc PNG dưới 4 MB rồi gửi lại."),
    1366051: Meaning(Duplicate, f"Facebook báo các ảnh này đã được đăng. {_LOOK}"),
    1504028: Meaning(Rejected, f"Lời gọi số liệu thiếu tên chỉ số. {_OPERATOR}"),
    1609005: CODES[1609005],
    1609008: Meaning(Rejected, "Facebook không cho gắn liên kết facebook.com. Hãy bỏ hoặc thay liên kết rồi gửi lại."),
    1609010: Meaning(Unknown, f"Dịch vụ của Facebook tạm thời gián đoạn. {_LOOK}"),
    1996: Meaning(TryLater, f"Facebook thấy nhịp gọi bất thường và tạm giới hạn. {_SLOW}", 3600),
    2061006: Meaning(Rejected, "Liên kết trong bài không đúng dạng. Hãy sửa liên kết rồi gửi lại."),
    2069019: Meaning(Rejected, "Tệp ảnh bị hỏng hoặc Facebook không đọc được. Hãy tải ảnh khác lên rồi gửi lại."),
    1363024: Meaning(Rejected, f"Facebook không nhận dạng phim này. {_FILM}"),
    1363030: Meaning(Unknown, f"Facebook báo tải phim lên quá lâu. {_LOOK}"),
    # The account's standing.
    1346003: Meaning(
        Unauthorised, "Facebook cho là nội dung gây phiền nhiễu. Đừng gửi lại: hãy xem mục Chất lượng Trang."
    ),
    1390008: Meaning(TryLater, f"Facebook thấy Trang đăng quá nhanh. {_SLOW}", 1800),
    1404006: Meaning(
        Unauthorised, f"Facebook đòi kiểm tra an toàn tài khoản: hãy đăng nhập facebook.com và làm theo. {_RECONNECT}"
    ),
    1404078: Meaning(
        Unauthorised,
        f"Trang cần qua bước «Ủy quyền đăng trên Trang» của Facebook: hãy mở Trang và làm theo. {_RECONNECT}",
    ),
    1404102: Meaning(Rejected, "Facebook cho là bài vi phạm Tiêu chuẩn cộng đồng. Hãy sửa nội dung hoặc khiếu nại."),
    1404112: Meaning(
        Unauthorised, f"Tài khoản Facebook bị khóa tạm để bảo vệ: hãy đăng nhập facebook.com và mở khóa. {_RECONNECT}"
    ),
    4854002: Meaning(
        Unauthorised, f"Facebook đòi xác minh danh tính: hãy đăng nhập facebook.com và làm theo. {_RECONNECT}"
    ),
}

PERMISSION = Meaning(NotPermitted, f"Khóa truy cập thiếu quyền trên Trang này. {_ROLE}")
BUSINESS_LIMIT = Meaning(TryLater, f"Một hạn mức gọi Facebook đã hết. {_SLOW}", 900)
UNFORESEEN = Meaning(Rejected, "Facebook từ chối với một mã lỗi lạ. Hãy xem lời báo kèm theo rồi gửi lại hoặc sửa bài.")
UNCLEAR = Meaning(Unknown, f"Facebook trả lời không rõ ràng. {_LOOK}")

# Where one code has several meanings that only the text tells apart.
PHRASES: tuple[tuple[str, Meaning], ...] = (
    (
        "appsecret_proof",
        Meaning(Unauthorised, f"Facebook đòi chữ ký bằng khóa bí mật của ứng dụng, hoặc chữ ký sai. {_OPERATOR}"),
    ),
    (
        "validating client secret",
        Meaning(Unauthorised, f"Khóa bí mật của ứng dụng không đúng. {_OPERATOR}"),
    ),
    ("valid insights metric", Meaning(UnknownMetric, "Facebook không có chỉ số này.")),
    ("reduce the amount of data", Meaning(TooMuch, "Facebook không trả được nhiều dữ liệu như vậy trong một lần.")),
    (
        "wasn't created by the application",
        Meaning(Rejected, "Bài này do ứng dụng khác đăng nên không sửa được từ đây. Hãy sửa trực tiếp trên Trang."),
    ),
)


def meaning(error: Mapping[str, Any], status: int) -> Meaning:
    """Return what the `error` of an answer means; the more exact naming wins: text, subcode, code, then status."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    text = str(error.get("message", "")).lower()
    for phrase, found in PHRASES:
        if phrase in text:
            return found
    if subcode in SUBCODES:
        return SUBCODES[subcode]
    if code in CODES:
        return CODES[code]
    if 200 <= code <= 299:
        return PERMISSION
    if 80000 <= code <= 80999:
        return BUSINESS_LIMIT
    if error.get("is_transient") is True or status >= 500:
        return UNCLEAR
    if status == 401 or (not code and error.get("type") == "OAuthException"):
        return CODES[190]
    return UNFORESEEN if code else UNCLEAR


def _number(value: Any) -> int:
    """Return a code as an integer; 0 where there is none that can be read."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
