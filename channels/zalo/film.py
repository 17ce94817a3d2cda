"""A film of an article: handed to Zalo, converted there, then named in an article of the type `video`.

What is handed over is seen by nobody until an article names it (zalo-oa-api.md §3.4), so every step may be repeated:
a lost answer costs another upload, never a second article.
"""

import json
from collections.abc import Mapping
from typing import Any

from channels.base import Files, Notes, Part, Post, Rejected, Rendered, TryLater, Unknown, look
from channels.zalo.api import Api
from channels.zalo.errors import Absent
from channels.zalo.text import nfc, one_line

MOST_BYTES = 50_000_000
TRIES = 3  # of handing the same film over
_VERBS = "/v2.0/article/upload_video"
_READY, _LOCKED, _FAILED, _DELETED = 1, 2, 4, 5
CONVERTING = 30.0  # seconds between attempts while Zalo converts

WRONG = {
    _LOCKED: "Zalo đã khóa phim này. Hãy nhờ quản trị viên Zalo OA xem lý do tại oa.zalo.me, hoặc gửi phim khác.",
    _FAILED: "Zalo không xử lý được phim này. Hãy xuất phim sang MP4 (hình H.264, tiếng AAC), tải lên lại rồi gửi.",
    _DELETED: "Phim đã bị xóa trên Zalo trước khi bài được tạo. Hãy gửi lại bài.",
}


def ready(api: Api, film: Part, notes: Notes, pauses: tuple[float, ...]) -> str:
    """Return the number of the film at Zalo, handing it over unless an earlier attempt has; `TryLater` meanwhile.

    `notes`: `film` (the token of the conversion), `film_tries` (how often it was handed over), `video` (the number).
    """
    if "video" in notes:
        return str(notes["video"])
    if "film" not in notes:
        if int(notes.get("film_tries", 0)) >= TRIES:
            notes["film_tries"] = 0  # a person may try it again
            raise Rejected(f"Đã tải phim lên Zalo {TRIES} lần không được. {WRONG[_FAILED]}")
        notes["film_tries"] = int(notes.get("film_tries", 0)) + 1
        notes["film"] = _handed_over(api, film)
    for pause in (0.0, *pauses):
        if pause and not api.rest(pause):
            break
        number = _converted(api, notes)
        if number:
            notes["video"] = number
            return number
    raise TryLater("Zalo đang xử lý phim; bài chưa đăng. Hệ thống sẽ tự làm tiếp.", CONVERTING)


def _handed_over(api: Api, film: Part) -> str:
    try:
        token = api.upload(f"{_VERBS}/preparevideo", "file", film).get("token")
    except Unknown as error:
        raise TryLater(f"Chưa tải được phim lên Zalo; bài chưa đăng. {error.message}") from None
    if not isinstance(token, str) or not token:
        raise TryLater("Zalo nhận phim nhưng không trả mã xử lý; bài chưa đăng.")
    return token


def _converted(api: Api, notes: Notes) -> str:
    """Return the film's number when Zalo has converted it, else nothing."""
    token = str(notes["film"])
    try:
        # Zalo's own sample names the token in a header, others in the query (§3.4): both.
        told = api.get(f"{_VERBS}/verify", {"token": token}, token=token)
    except Absent:
        del notes["film"]
        raise TryLater("Zalo không còn biết phim đã tải lên: hệ thống sẽ tải lại.", 0) from None
    except Unknown as error:
        raise TryLater(f"Zalo đang xử lý phim; bài chưa đăng. {error.message}") from None
    status = _whole(told.get("status"))
    if status in WRONG:
        del notes["film"]
        notes["film_tries"] = 0
        raise Rejected(WRONG[status])
    return str(told.get("video_id") or "") if status == _READY else ""


def _whole(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def article_of(post: Post, description: str, cover: Part, film: Part, comment: str) -> dict[str, Any]:
    """Return an article of the type `video`: title, description, cover and film; it holds no text of its own."""
    return {
        "type": "video",
        "title": nfc(" ".join(post.title.split())),
        "description": description,
        "avatar": cover.name,
        "video_id": film.name,
        "comment": comment,
    }


def told(post: Post) -> list[str]:
    """Return what an editor should know about a post that goes out as a film."""
    without = [
        "Bài có phim lên Zalo chỉ gồm tiêu đề, tóm tắt và phim: chữ trong bài không đi theo. Hãy viết tóm tắt đủ ý."
    ]
    if len(post.images) > 1:
        without.append("Ảnh đầu tiên làm ảnh bìa của phim; các ảnh còn lại không đi theo lên Zalo.")
    return without


def preview(post: Post, article: Mapping[str, Any]) -> bytes:
    """Return the page that shows an editor what readers of the account will see."""
    return look().get_template("zalo_film.html").render(article=article, post=post).encode()


def marked(article: Mapping[str, Any], key: str, most: int) -> dict[str, Any]:
    """Return the article with the delivery's key in its description, the only long text it has, while it is hidden."""
    return {**article, "description": f"{one_line(str(article['description']), most - len(key) - 1)} {key}"}


def kind_of(item: Rendered) -> str:
    """Return the type of an approved article: `normal` or `video`."""
    return "video" if item.film is not None else "normal"


def facts(item: Rendered, notes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the receipt of an article keeps of its film, for corrections and figures."""
    if item.film is None:
        return {}
    return {"type": "video", "film": item.film.sha256, "video": str(notes.get("video", ""))}


class Kept(dict[str, Any]):
    """Notes of a correction, which has none of its own: kept in a named file until the film is converted."""

    def __init__(self, files: Files, name: str) -> None:
        super().__init__(json.loads(files.read(name) or b"{}"))
        self._files, self._name = files, name

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._files.write(self._name, json.dumps(dict(self)).encode())

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._files.write(self._name, json.dumps(dict(self)).encode())
