"""What Zalo's error codes mean to a publisher: which of the four errors, and what to tell people.

Source: Zalo's own error table as several dated transcriptions agree on it, and codes seen by clients in use
(zalo-oa-api.md §2 and §6). Errors arrive with HTTP 200, so the status never decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown
from channels.http import redact


class Processing(TryLater):
    """The job behind a token still runs; asking again is safe."""


class MediaFailed(TryLater):
    """Zalo could not fetch a picture: the job ended without an article."""


class Declined(Unauthorised):
    """The access token is not accepted (any more); another one may be."""


class ConsentNeeded(Unauthorised):
    """The refresh token is dead: an administrator of the Official Account must consent again in a browser."""


class Absent(Rejected):
    """Zalo does not know the id or token that was named."""


@dataclass(frozen=True)
class Meaning:
    """How to act on a code, what to say (cause, next step), and how long to wait in seconds."""

    error: type[Refusal]
    sentence: str
    after: float | None = None


_CONSENT = "Hãy nhờ quản trị viên Zalo OA cấp quyền lại trong mục Kênh."
_APP = "Hãy báo quản trị hệ thống kiểm tra ứng dụng tại developers.zalo.me rồi mở lại kênh."
_OA = "Hãy nhờ quản trị viên Zalo OA kiểm tra tại oa.zalo.me rồi mở lại kênh."
_WAIT = "Hệ thống sẽ tự gửi lại."
_REPORT = "Đây là lỗi của hệ thống: hãy báo quản trị."
QUARTER_DAY = 6 * 3600.0

CODES: dict[int, Meaning] = {
    -32: Meaning(TryLater, f"Ứng dụng hoặc Zalo OA đã gọi Zalo quá nhiều lần trong một phút. {_WAIT}", 60),
    -100: Meaning(Rejected, "Tệp đã tải lên Zalo quá 7 ngày nên không còn dùng được. Hãy tải lại tệp rồi gửi lại."),
    -200: Meaning(Unknown, "Zalo báo không gửi được mà không nói lý do. Hệ thống sẽ kiểm tra rồi gửi lại."),
    -201: Meaning(Rejected, "Zalo không nhận {field}. Hãy sửa bài rồi gửi lại."),
    -204: Meaning(Unauthorised, f"Zalo OA đang bị khóa. {_OA}"),
    -205: Meaning(Unauthorised, f"Zalo OA không tồn tại. {_OA}"),
    -209: Meaning(Unauthorised, f"Ứng dụng Zalo chưa được kích hoạt hoặc không có chức năng này. {_APP}"),
    -210: Meaning(Rejected, "Một giá trị trong bài vượt giới hạn của Zalo. Hãy rút gọn bài hoặc giảm ảnh rồi gửi lại."),
    -211: Meaning(TryLater, f"Zalo OA đã dùng hết số tin được gửi trong kỳ. {_WAIT}", QUARTER_DAY),
    -212: Meaning(Unauthorised, f"Ứng dụng chưa đăng ký dùng chức năng này của Zalo. {_APP}"),
    -213: Meaning(Rejected, "Người nhận chưa quan tâm Zalo OA nên không gửi được."),
    -214: Meaning(Processing, "Zalo đang xử lý bài. Hệ thống sẽ tự hỏi lại."),
    -216: Meaning(Declined, f"Zalo không nhận khóa truy cập. {_CONSENT}"),
    -217: Meaning(Rejected, "Người nhận đã chặn lời mời quan tâm Zalo OA."),
    -218: Meaning(TryLater, f"Người nhận đã nhận đủ số tin cho phép trong kỳ. {_WAIT}", QUARTER_DAY),
    -219: Meaning(Unauthorised, f"Ứng dụng Zalo đã bị gỡ hoặc bị khóa. {_APP}"),
    -220: Meaning(Declined, f"Khóa truy cập Zalo đã hết hạn hoặc bị thu hồi. {_CONSENT}"),
    -221: Meaning(Unauthorised, f"Zalo OA chưa được xác thực nên không đăng bài qua hệ thống được. {_OA}"),
    -223: Meaning(Unauthorised, f"Zalo OA chưa cấp quyền «Quản lý bài viết» cho ứng dụng. {_CONSENT}"),
    -224: Meaning(Unauthorised, f"Gói dịch vụ hiện tại của Zalo OA không cho đăng bài qua hệ thống. {_OA}"),
    -227: Meaning(Rejected, "Người nhận bị khóa hoặc không dùng Zalo hơn 45 ngày."),
    -230: Meaning(Rejected, "Người nhận không tương tác với Zalo OA trong 7 ngày qua nên không gửi được."),
    -232: Meaning(Rejected, "Người nhận không tương tác với Zalo OA trong 7 ngày qua nên không gửi được."),
    -233: Meaning(Rejected, f"Loại tin không hợp lệ. {_REPORT}"),
    # An hour ten times over outlasts the night of eight hours.
    -234: Meaning(TryLater, "Zalo không cho gửi tin từ 22 giờ đến 6 giờ. Hệ thống sẽ gửi vào buổi sáng.", 3600),
    -235: Meaning(Unauthorised, f"Loại Zalo OA này không được dùng chức năng đăng bài. {_OA}"),
    -237: Meaning(Rejected, "Nhóm Zalo đã hết hạn hoặc không còn dùng được."),
    -238: Meaning(Rejected, "Tài nguyên của nhóm Zalo không còn dùng được."),
    -240: Meaning(Rejected, f"Zalo đã ngừng chức năng gửi tin này. {_REPORT}"),
    -241: Meaning(Rejected, "Tài nguyên này của Zalo OA không còn dùng được."),
    -242: Meaning(Unauthorised, f"Zalo đòi chữ ký appsecret_proof hoặc chữ ký sai. {_APP}"),
    -244: Meaning(Rejected, "Người nhận không muốn nhận loại tin này."),
    -248: Meaning(Rejected, "Zalo cho là nội dung vi phạm tiêu chuẩn của nền tảng. Hãy sửa nội dung hoặc khiếu nại."),
    -320: Meaning(Unauthorised, f"Zalo OA chưa liên kết Zalo Cloud Account. {_OA}"),
    -321: Meaning(Unauthorised, f"Zalo Cloud Account đã hết tiền. {_OA}"),
}  # fmt: skip
CODES |= dict.fromkeys((216, 401, -401), CODES[-216])  # other spellings of the same, seen in production

# Where one code has several meanings that only the text tells apart.
PHRASES: tuple[tuple[int, str, Meaning], ...] = (
    (-200, "upload media", Meaning(MediaFailed, f"Zalo không tải được ảnh của bài. {_WAIT}", 900)),
    (-200, "too many failed", Meaning(MediaFailed, f"Zalo tạm ngừng tải ảnh của bài. {_WAIT}", 900)),
    (
        -223,
        "quota",
        Meaning(TryLater, f"Zalo OA đã đăng hết số bài của gói dịch vụ trong kỳ. {_WAIT}", QUARTER_DAY),
    ),
    (-201, "create media fail", Meaning(Rejected, "Zalo không tạo được bài vì ảnh bìa thiếu thông tin. " + _REPORT)),
)

UNFORESEEN = Meaning(Unknown, "Zalo trả một mã lỗi lạ. Hệ thống sẽ kiểm tra xem bài đã lên chưa trước khi gửi lại.")

# In -201 the text names the field; the longer names first.
FIELDS: tuple[tuple[str, str], ...] = (
    ("photo_url", "địa chỉ ảnh"),
    ("description", "tóm tắt"),
    ("title", "tiêu đề"),
    ("author", "tên tác giả"),
    ("cover", "ảnh bìa"),
    ("body", "nội dung"),
    ("content", "nội dung"),
    ("attachment_id", "mã bài kèm theo"),
)
_NAMED = re.compile(r"^\W*(id|article_id|token)\b", re.IGNORECASE)

_SECRET = f"Hãy nhập lại mã ứng dụng và khóa bí mật trong mục Kênh. {_APP}"
OAUTH: dict[int, Meaning] = {
    -118: Meaning(ConsentNeeded, f"Zalo không nhận khóa gia hạn nữa. {_CONSENT}"),
    -14002: Meaning(Unauthorised, f"Mã ứng dụng Zalo sai hoặc ứng dụng chưa hoạt động. {_SECRET}"),
    -14003: Meaning(Unauthorised, f"Địa chỉ quay về chưa khai báo với Zalo. {_APP}"),
    -14004: Meaning(Unauthorised, f"Khóa bí mật của ứng dụng Zalo sai. {_SECRET}"),
    -14005: Meaning(Rejected, "Mã cấp quyền của Zalo đã hết hạn (10 phút) hoặc đã dùng. Hãy bấm kết nối lại từ đầu."),
    -14014: Meaning(ConsentNeeded, f"Khóa gia hạn của Zalo đã dùng hoặc hết hạn. {_CONSENT}"),
    -14018: Meaning(Rejected, f"Zalo không hiểu yêu cầu cấp khóa. {_REPORT}"),
}


def meaning(code: int, message: str) -> Meaning:
    """Return what a code of the OA API means; the text decides where a code has two meanings."""
    lowered = message.lower()
    for known, phrase, found in PHRASES:
        if known == code and phrase in lowered:
            return found
    if code == -201 and _NAMED.match(message):
        return Meaning(Absent, "Zalo không còn biết bài này (đã bị gỡ hoặc mã đã hết hạn).")
    return CODES.get(code, UNFORESEEN)


def refusal(code: int, message: str, secrets: Iterable[str] = (), *, oauth: bool = False) -> Refusal:
    """Return the error for a code: its sentence, then Zalo's own words with every secret hidden."""
    found = OAUTH.get(code, UNFORESEEN) if oauth else meaning(code, message)
    said = redact(" ".join(message.split()), secrets)[:200]
    sentence = found.sentence.format(field=_field(message)) if "{field}" in found.sentence else found.sentence
    text = f"{sentence} (Zalo: {code}{f' «{said}»' if said else ''})"
    if issubclass(found.error, TryLater):
        return found.error(text, found.after)
    return found.error(text)


def _field(message: str) -> str:
    lowered = message.lower()
    named = [title for name, title in FIELDS if name in lowered]
    return f"{named[0]} của bài" if named else "một giá trị của bài"
