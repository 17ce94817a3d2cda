"""Error pages: what is wrong, in words, and the way back; JSON for scripts of our own pages."""

import secrets

import structlog
from flask import Flask, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.words import _, mark

log = structlog.get_logger("publisher.web")

SENTENCES = {
    400: mark("Yêu cầu không hợp lệ. Hãy tải lại trang rồi thử lại."),
    401: mark("Phiên làm việc đã hết. Hãy đăng nhập lại."),
    403: mark("Bạn không được phép làm việc này."),
    404: mark("Không có trang này. Có thể địa chỉ bị gõ sai hoặc bài đã được chuyển đi."),
    405: mark("Trang này không nhận cách gửi như vậy."),
    413: mark("Dữ liệu gửi lên quá lớn: một bài tối đa 200.000 ký tự, mỗi ảnh tối đa 15 MB, phim tối đa 50 MB."),
    429: mark("Quá nhiều yêu cầu. Hãy chờ ít phút rồi thử lại."),
    500: mark("Hệ thống gặp lỗi. Việc vừa làm chưa được lưu; lỗi đã được ghi lại cho quản trị."),
    503: mark("Cơ sở dữ liệu đang bận hoặc đang bảo trì. Hãy thử lại sau ít phút; chưa có gì bị thay đổi."),
}


def prepare(app: Flask) -> None:
    """Register the handlers."""
    app.before_request_funcs.setdefault(None, []).insert(0, _number)  # before the guard, which may fail too
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unforeseen)


def _number() -> None:
    """Give the request a number of its own; the log and the error page both name it."""
    g.request_number = secrets.token_hex(6)
    structlog.contextvars.clear_contextvars()  # threads serve one request after the other
    structlog.contextvars.bind_contextvars(request=g.request_number)


def answer(code: int, message: str) -> tuple[Response | str, int]:
    """Return an error as JSON to scripts and as a page to people; a fault of ours with the request's number."""
    number = g.get("request_number", "") if code >= 500 else ""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error=message, **({"request": number} if number else {})), code
    return render_template("error.html", code=code, message=message, number=number), code


def _refused(error: Refused) -> tuple[Response | str, int]:
    codes: dict[type[Refused], int] = {NotAllowed: 403, Missing: 404, Stale: 409}
    return answer(codes.get(type(error), 422), error.message)


def _stale_form(error: CSRFError) -> tuple[Response | str, int]:
    return answer(400, _("Biểu mẫu đã hết hạn hoặc không gửi từ trang này. Hãy quay lại, tải lại trang rồi gửi lại."))


def _http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    code = error.code or 500
    return answer(code, _(SENTENCES[code])) if code in SENTENCES else error


def _database(error: OperationalError) -> tuple[Response | str, int]:
    log.exception("web.database", path=request.path)
    return answer(503, _(SENTENCES[503]))


def _unforeseen(error: Exception) -> tuple[Response | str, int]:
    log.exception("web.unforeseen", method=request.method, path=request.path, endpoint=request.endpoint)
    return answer(500, _(SENTENCES[500]))
