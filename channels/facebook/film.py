"""A film on a Page: one call sends the bytes and publishes; Facebook converts it and only then gives it a post.

What the call answers is the film's number, not the post's (facebook-page-api.md §3), and correcting, removing and
measuring go by the post: so the film's number is kept in the notes, and the delivery is sent only when Facebook has
named the post. Until then nobody can say whether readers see it: every doubt is `Unknown`, and `find` asks again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from channels.base import CannotTell, Notes, Part, Rejected, Rendered, TryLater, Unknown
from channels.facebook.errors import Gone
from channels.facebook.find import EARLIER, moment, normal
from channels.facebook.graph import Graph
from channels.facebook.text import read

FIELDS = "status,post_id,permalink_url,published,created_time"
LISTED = f"id,description,{FIELDS}"
PAGES, LIMIT = 4, 25  # of the Page's films, newest first
CONVERTING = 60.0  # seconds between looks while Facebook converts

FAILED = (
    "Facebook đã nhận phim nhưng không xử lý được, bài chưa lên. Hãy xuất phim sang MP4 (hình H.264, tiếng AAC),"
    " tải lên lại rồi gửi."
)
CONVERTS = "Facebook đã nhận phim và đang xử lý: bài hiện khi xử lý xong. Hệ thống sẽ tự xem lại."


class Failed(Rejected):
    """Facebook could not convert the film: there is no post and there will be none."""


def sent(graph: Graph, page: str, item: Rendered, film: Part) -> dict[str, Any]:
    """Send the film with its title and description: the one call that publishes."""
    message, sheet, _pictures = read(item)
    answer = graph.film(f"{page}/videos", film, title=sheet.get("title") or None, description=message)
    if not str(answer.get("id", "")).isdigit():
        raise Unknown("Facebook nhận phim nhưng không trả mã phim: sẽ tìm phim trên Trang.")
    return answer


def post_of(graph: Graph, page: str, video: str, pauses: tuple[float, ...] = ()) -> dict[str, Any] | None:
    """Return the film's post as `id`, `permalink_url` and `created_time`; None while there is none.

    `Failed` when Facebook could not convert the film, `Gone` when it knows the film no more.
    """
    for pause in (0.0, *pauses):
        if pause and not graph.rest(pause):
            break
        told = graph.get(video, fields=FIELDS)
        found = _post(told, page)
        if found is not None:
            return found
    return None


def _post(told: Mapping[str, Any], page: str) -> dict[str, Any] | None:
    status = told.get("status")
    if isinstance(status, Mapping) and status.get("video_status") == "error":
        raise Failed(FAILED)
    number = str(told.get("post_id") or "")
    if not number or told.get("published") is False:
        return None
    link = str(told.get("permalink_url") or "")
    return {
        "id": number if "_" in number else f"{page}_{number}",
        "permalink_url": f"https://www.facebook.com{link}" if link.startswith("/") else link,
        "created_time": told.get("created_time"),
    }


def lost(graph: Graph, page: str, item: Rendered, since: datetime) -> list[str]:
    """Return the numbers of the Page's films that may be the one whose answer was lost: by description and time."""
    message = normal(read(item)[0])
    found = []
    for told in _walk(graph, page):
        created = moment(told.get("created_time"))
        early = created is not None and created < since - EARLIER
        if not early and normal(str(told.get("description", ""))) == message:
            found.append(str(told.get("id", "")))
    return found


def _walk(graph: Graph, page: str) -> Iterator[Mapping[str, Any]]:
    after = None
    for _page in range(PAGES):
        answer = graph.get(f"{page}/videos", fields=LISTED, limit=str(LIMIT), after=after)
        listed = answer.get("data")
        if not isinstance(listed, list):
            raise TryLater("Facebook không trả danh sách phim: sẽ xem lại.")
        yield from (told for told in listed if isinstance(told, Mapping))
        paging = answer.get("paging")
        paging = paging if isinstance(paging, Mapping) else {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not after:
            return


def looked_at(graph: Graph, page: str, notes: Notes) -> dict[str, Any] | CannotTell | None:
    """Return the post of the film in the notes; None when Facebook could not convert it (`film_failed` says so to the
    next attempt), CannotTell when the film is gone: somebody may have removed what readers saw."""
    try:
        found = post_of(graph, page, str(notes["video"]))
    except Failed:
        notes["film_failed"] = True
        return None
    except Gone:
        return CannotTell()
    if found is None:
        raise TryLater(CONVERTS, CONVERTING)
    return found
