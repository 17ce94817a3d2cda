"""The errors of the simulated Graph API, by the name under which faults are scripted (`190/460`, `80001`)."""

from dataclasses import dataclass, field
from typing import Any

VALIDATING = "Error validating access token: "


@dataclass
class GraphError(Exception):
    """An error answer; most have HTTP status 400, also throttling and outages."""

    code: int
    message: str
    subcode: int = 0
    type: str = "OAuthException"
    status: int = 400
    transient: bool = False
    user_title: str = ""
    user_msg: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, trace: str) -> dict[str, Any]:
        """Return the `error` object with the optional parts that this error has."""
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user_msg:
            error["error_user_title"], error["error_user_msg"] = self.user_title, self.user_msg
        if self.transient:
            error["is_transient"] = True
        return {"error": {**error, "fbtrace_id": trace}}


def _token(subcode: int, text: str) -> GraphError:
    return GraphError(190, f"{VALIDATING}{text}", subcode)


def _policy(subcode: int, text: str, code: int = 368) -> GraphError:
    return GraphError(code, "The action attempted has been deemed abusive or is otherwise disallowed", subcode,
                      user_title="Đã chặn", user_msg=text)  # fmt: skip


def _content(subcode: int, text: str) -> GraphError:
    return GraphError(100, f"(#100) {text}", subcode, user_msg=text)


NAMED: dict[str, GraphError] = {
    "1": GraphError(1, "An unknown error occurred", status=500),
    "1/data": GraphError(1, "Please reduce the amount of data you're asking for, then retry your request", status=500),
    "2": GraphError(2, "Service temporarily unavailable", transient=True, status=503),
    "4": GraphError(4, "(#4) Application request limit reached", transient=True),
    "10": GraphError(10, "(#10) This endpoint requires the 'pages_read_engagement' permission"),
    "17": GraphError(17, "(#17) User request limit reached", transient=True),
    "32": GraphError(32, "(#32) Page request limit reached", transient=True),
    "100": GraphError(100, "(#100) Invalid parameter"),
    "100/33": GraphError(
        100, "Unsupported request. Object does not exist, cannot be loaded due to missing permissions", 33,
        "GraphMethodException",
    ),
    "100/proof": GraphError(
        100, "API calls from the server require an appsecret_proof argument", type="GraphMethodException"
    ),
    "102": GraphError(102, "Session key invalid or no longer valid", status=401),
    "104": GraphError(104, "An access token is required to request this resource."),
    "190": GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401),
    "190/458": _token(458, "The user has not authorized application."),
    "190/459": _token(459, "You cannot access the app till you log in to www.facebook.com."),
    "190/460": _token(460, "The session has been invalidated because the user changed their password."),
    "190/463": _token(463, "Session has expired."),
    "190/464": _token(464, "Sessions for the user are not allowed because the user is not a confirmed user."),
    "190/467": _token(467, "The session is invalid because the user logged out."),
    "190/492": _token(492, "The user must be an administrator, editor, or moderator of the page."),
    "102/463": GraphError(102, f"{VALIDATING}Session has expired.", 463),
    "none/460": GraphError(0, f"{VALIDATING}The session has been invalidated.", 460),
    "200": GraphError(200, "(#200) If posting to a page, requires pages_manage_posts as an admin", status=403),
    "283": GraphError(283, "(#283) Requires pages_read_engagement permission to manage the object", status=403),
    "341": GraphError(341, "(#341) Feed action request limit reached", transient=True),
    "352/1363024": GraphError(352, "Sorry, the video file you selected is in a format that we don't support.", 1363024),
    "368": _policy(0, "Trang tạm thời không được đăng."),
    "368/1346003": _policy(1346003, "Nội dung bị cho là lạm dụng."),
    "506": GraphError(506, "(#506) Duplicate status message"),
    "613": GraphError(613, "(#613) Calls to this api have exceeded the rate limit."),
    "613/1996": GraphError(613, "(#613) We detected an inconsistent volume of API requests from your app", 1996),
    "1705": GraphError(1705, "(#1705) A page access token is required for this call"),
    "2500": GraphError(2500, "Unknown path components: /v99.0/me"),
    "3001": GraphError(3001, "No metric was specified to be fetched.", 1504028),
    "6000": GraphError(
        6000, "There was a problem uploading your video file. Please try again with another file.", 1363045
    ),
    "6001/1363030": GraphError(6001, "Your video upload timed out before it could be completed.", 1363030),
    "80001": GraphError(80001, "(#80001) There have been too many calls to this Page account.", transient=True),
    "80002": GraphError(80002, "(#80002) There have been too many calls to this account.", transient=True),
    "1609005": GraphError(1609005, "The link could not be scraped", user_msg="Không mở được liên kết."),
    "1349125": _content(1349125, "Missing message or attachment"),
    "1363047": GraphError(1, "The service is temporarily unavailable", 1363047, transient=True),
    "1366046": _content(1366046, "Your photos couldn't be uploaded. Photos should be less than 4 MB"),
    "1366051": _content(1366051, "These photos were already posted."),
    "1390008": _policy(1390008, "Bạn đang đăng quá nhanh.", 368),
    "1404006": _policy(1404006, "Cần kiểm tra an toàn tài khoản."),
    "1404078": _policy(1404078, "Trang cần ủy quyền đăng.", 200),
    "1404102": _policy(1404102, "Nội dung trái Tiêu chuẩn cộng đồng."),
    "1404112": _policy(1404112, "Tài khoản bị khóa tạm."),
    "4854002": _policy(4854002, "Cần xác minh danh tính.", 200),
    "1609008": _content(1609008, "Links to facebook.com are not allowed here"),
    "1609010": GraphError(1, "The service is temporarily unavailable", 1609010, transient=True),
    "2061006": _content(2061006, "The URL is not properly formatted"),
    "2069019": _content(2069019, "Invalid image file"),
    "metric": GraphError(100, "(#100) The value must be a valid insights metric"),
    "unheard": GraphError(7777, "(#7777) Something nobody has documented"),
    "unheard_transient": GraphError(7778, "(#7778) Something that passes", transient=True),
}  # fmt: skip

# Errors that arrive with usage headers at or over the line.
THROTTLING = {"4", "17", "32", "80001", "613", "613/1996", "341"}


def named(name: str) -> GraphError:
    """Return a fresh copy of a named error."""
    known = NAMED[name]
    return GraphError(
        known.code, known.message, known.subcode, known.type, known.status, known.transient,
        known.user_title, known.user_msg, dict(known.headers),
    )  # fmt: skip


def invalid(text: str, subcode: int = 0) -> GraphError:
    """Return an error about a parameter."""
    return GraphError(100, f"(#100) {text}", subcode)


def missing(number: str, verb: str) -> GraphError:
    """Return the error about an object that is not there; `verb` is get, post or delete."""
    return GraphError(
        100,
        f"Unsupported {verb} request. Object with ID '{number}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        33,
        "GraphMethodException",
    )
