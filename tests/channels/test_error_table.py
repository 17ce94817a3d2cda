"""Forty refusals of outlets, as people read them: a cause, a next step, and nowhere "an unknown error"."""

import importlib
import re
import unicodedata
from types import ModuleType

import pytest

from channels import zalo
from channels.base import Refusal, Rejected, TryLater, Unauthorised, Unknown
from channels.facebook import errors as facebook

zalo_errors: ModuleType = importlib.import_module(
    "channels.zalo.errors" if hasattr(zalo, "__path__") else "channels.zalo_errors"
)

# Code, subcode, Facebook's own words → which error, a word of the cause, a word of the next step.
FACEBOOK = [
    (1, 0, "An unknown error occurred", Unknown, "Máy chủ Facebook gặp lỗi", "kiểm tra xem bài đã lên"),
    (2, 0, "Service temporarily unavailable", Unknown, "gián đoạn", "kiểm tra xem bài đã lên"),
    (4, 0, "Application request limit reached", TryLater, "hết lượt gọi", "giãn nhịp"),
    (10, 0, "Application does not have permission", Unauthorised, "không còn quyền", "kết nối lại Trang"),
    (17, 0, "User request limit reached", TryLater, "hết lượt gọi", "giãn nhịp"),
    (32, 0, "Page request limit reached", TryLater, "Trang đã dùng hết", "giãn nhịp"),
    (100, 0, "Invalid parameter", Rejected, "không nhận một giá trị", "sửa bài"),
    (100, 33, "Object does not exist", Rejected, "không còn trên Facebook", "mở Trang để kiểm tra"),
    (100, 1366046, "Photos should be less than 4 MB", Rejected, "Ảnh quá nặng", "JPEG hoặc PNG"),
    (100, 1609008, "Links to facebook.com are not allowed", Rejected, "liên kết facebook.com", "bỏ hoặc thay"),
    (100, 2061006, "The URL is not properly formatted", Rejected, "không đúng dạng", "sửa liên kết"),
    (102, 0, "Session key invalid", Unauthorised, "Phiên kết nối", "kết nối lại Trang"),
    (190, 0, "Cannot parse access token", Unauthorised, "không còn dùng được", "kết nối lại Trang"),
    (190, 458, "The user has not authorized application", Unauthorised, "gỡ ứng dụng", "kết nối lại Trang"),
    (190, 459, "You cannot access the app", Unauthorised, "xác minh", "đăng nhập facebook.com"),
    (190, 460, "The password changed", Unauthorised, "đổi mật khẩu", "kết nối lại Trang"),
    (190, 463, "Session has expired", Unauthorised, "hết hạn", "kết nối lại Trang"),
    (190, 492, "The user must be an administrator", Unauthorised, "không còn vai trò", "cấp lại quyền"),
    (200, 0, "Requires pages_manage_posts", Unauthorised, "thiếu quyền", "cấp lại quyền"),
    (283, 0, "Requires pages_read_engagement", Unauthorised, "thiếu quyền", "cấp lại quyền"),
    (341, 0, "Feed action request limit reached", TryLater, "tạm giới hạn", "giãn nhịp"),
    (368, 0, "Deemed abusive", Unauthorised, "tạm chặn Trang", "Chất lượng Trang"),
    (506, 0, "Duplicate status message", Unknown, "trùng với bài", "kiểm tra xem bài đã lên"),
    (613, 1996, "Inconsistent volume of requests", TryLater, "nhịp gọi bất thường", "giãn nhịp"),
    (1705, 0, "A page access token is required", Unauthorised, "của người dùng", "kết nối lại Trang"),
    (2500, 0, "Unknown path components: /v99.0/me", Unauthorised, "Graph API", "báo quản trị hệ thống"),
    (80001, 0, "Too many calls to this Page account", TryLater, "24 giờ", "giãn nhịp"),
    (1609005, 0, "The link could not be scraped", Rejected, "không mở được liên kết", "mở được từ Internet"),
]

# Code and Zalo's own words → the same.
ZALO = [
    (-32, "Rate limit exceeded", TryLater, "gọi Zalo quá nhiều", "tự gửi lại"),
    (-201, "title is invalid", Rejected, "tiêu đề của bài", "sửa bài"),
    (-204, "OA is locked", Unauthorised, "bị khóa", "kiểm tra tại oa.zalo.me"),
    (-209, "Not supported", Unauthorised, "chưa được kích hoạt", "developers.zalo.me"),
    (-211, "Out of quota", TryLater, "hết số tin", "tự gửi lại"),
    (-216, "Access token is invalid", Unauthorised, "không nhận khóa truy cập", "cấp quyền lại"),
    (-220, "Access token expired", Unauthorised, "hết hạn hoặc bị thu hồi", "cấp quyền lại"),
    (-221, "OA is not verified", Unauthorised, "chưa được xác thực", "kiểm tra tại oa.zalo.me"),
    (-223, "OA has not granted permission", Unauthorised, "chưa cấp quyền", "cấp quyền lại"),
    (-223, "Out of article quota", TryLater, "hết số bài", "tự gửi lại"),
    (-224, "OA package", Unauthorised, "Gói dịch vụ", "kiểm tra tại oa.zalo.me"),
    (-234, "Night time", TryLater, "22 giờ", "buổi sáng"),
    (-248, "Violates platform standard", Rejected, "vi phạm tiêu chuẩn", "sửa nội dung"),
    (-200, "Upload media failed", TryLater, "không tải được ảnh", "tự gửi lại"),
]
STEP = re.compile(r"Hãy |hãy |Đừng |Hệ thống sẽ ")
VAGUE = ("không rõ nguyên nhân", "lỗi lạ", "lỗi không xác định", "unknown error")


def test_the_table_has_forty_cases() -> None:
    assert len(FACEBOOK) + len(ZALO) >= 40


def readable(sentence: str, cause: str, step: str) -> None:
    assert cause in sentence and step in sentence, sentence
    assert STEP.search(sentence) and sentence.endswith("."), sentence
    assert not any(vague in sentence for vague in VAGUE), sentence
    assert sentence == unicodedata.normalize("NFC", sentence) and re.search("[ăâđêôơưạảấầẩậ]", sentence)


@pytest.mark.parametrize(("code", "subcode", "text", "error", "cause", "step"), FACEBOOK)
def test_a_refusal_of_facebook_tells_cause_and_next_step(
    code: int, subcode: int, text: str, error: type[Refusal], cause: str, step: str
) -> None:
    found = facebook.meaning({"code": code, "error_subcode": subcode, "message": f"(#{code}) {text}"}, 400)
    assert issubclass(found.error, error)
    readable(found.sentence, cause, step)


@pytest.mark.parametrize(("code", "text", "error", "cause", "step"), ZALO)
def test_a_refusal_of_zalo_tells_cause_and_next_step(
    code: int, text: str, error: type[Refusal], cause: str, step: str
) -> None:
    found: Refusal = zalo_errors.refusal(code, text)
    assert isinstance(found, error)
    sentence, _bracket, quoted = found.message.partition(" (Zalo: ")
    readable(sentence, cause, step)
    assert str(code) in quoted, "the outlet's own code stays readable for whoever asks its support"


def test_every_code_the_channels_know_tells_a_next_step() -> None:
    for found in (*facebook.CODES.values(), *facebook.SUBCODES.values(), facebook.PERMISSION, facebook.BUSINESS_LIMIT):
        assert STEP.search(found.sentence), found.sentence
        assert not any(vague in found.sentence for vague in VAGUE), found.sentence
