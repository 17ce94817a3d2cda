"""Zalo Official Account: articles of text and pictures or of a film (`film.py`), made hidden and then shown.

Zalo answers a creation with a job token, lists the article only when the job has ended, and has no idempotency key.
So an article is created hidden, known by its job token (kept in `notes`) or by the delivery's key inside it, and only
then shown by its id, which may be repeated: whatever gets lost, readers never see a second copy, at worst a hidden
one is left over (zalo-oa-api.md §3.5). Publishing an article notifies nobody: that is a broadcast, a
delivery of its own (`broadcast.py`).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from channels.base import (
    CannotTell,
    Limits,
    Metric,
    Notes,
    Outfit,
    Post,
    Reading,
    Receipt,
    Refusal,
    Rejected,
    Rendered,
    Setting,
    Standing,
    Stored,
    TryLater,
    Unknown,
)
from channels.http import Times
from channels.zalo import broadcast
from channels.zalo import film as films
from channels.zalo.api import CALL, FILM, SLICE, Api, articles, calling, same, wait_for
from channels.zalo.article import TITLE, UNREACHABLE, is_marked, marked, payload, rendered, stands
from channels.zalo.errors import Absent, MediaFailed
from channels.zalo.images import MOST_BYTES
from channels.zalo.standing import standing

ATTEMPT = 90.0
SPENT_BY = 80.0  # seconds after which an attempt calls nothing more: the lease must outlast it
FILM_ATTEMPT, FILM_SPENT_BY = 330.0, 320.0  # the same where a film is handed over first
FIND_PAGES = 5
MEASURE_PAGES = 40
LOOKS = 3  # with `settle` and the waits between, 15 minutes: a job may end and be listed late
BETWEEN_LOOKS = 300.0
MEDIA_TRIES = 3
_VERBS = "/v2.0/article"


class Zalo:
    """Articles of one Official Account. `Outfit.tokens` gives its access token, which changes every day."""

    name: ClassVar[str] = "zalo"
    title: ClassVar[str] = "Zalo OA"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("app_id", "Mã ứng dụng", "Dãy số của ứng dụng tại developers.zalo.me.", pattern=r"\d{6,25}"),
        Setting("app_secret", "Khóa bí mật của ứng dụng", "Để xin và gia hạn quyền đăng bài.", secret=True),
        Setting("oa_id", "Mã Zalo OA", "Tự điền khi cấp quyền.", needed=False, pattern=r"\d{6,25}"),
        Setting("oa_secret", "Khóa bí mật của webhook", "Ở màn hình Webhook của ứng dụng.", secret=True, needed=False),
        Setting(
            "code_verifier", "Mã xác minh PKCE cố định", "Chỉ khi đã lưu code challenge trong trang ứng dụng.",
            secret=True, needed=False, pattern=r"[A-Za-z0-9_-]{43,128}",
        ),
        Setting("author", "Tên tác giả", "Để trống là tên đơn vị; tối đa 49 ký tự.", needed=False, pattern=r".{1,49}"),
        Setting("comment", "Bình luận", "show: cho bình luận; hide: không.", needed=False, pattern="show|hide"),
        Setting(
            "broadcasts", "Số lượt gửi người quan tâm mỗi tháng", "Theo gói dịch vụ của Zalo OA; để trống là 4.",
            needed=False, pattern=r"[1-9]\d{0,2}",
        ),
    )  # fmt: skip
    limits: ClassVar[Limits] = Limits(
        title=TITLE,
        image_bytes=MOST_BYTES,
        video=True,
        video_bytes=films.MOST_BYTES,
        video_cover=True,
        settle=300.0,
        attempt=ATTEMPT,
        film_attempt=FILM_ATTEMPT,
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric("views", "Lượt xem bài trên Zalo", "lượt", "measured"),
        Metric("shares", "Lượt chia sẻ trên Zalo", "lượt", "measured"),
        Metric("followers", "Người quan tâm Zalo OA", "người", "measured"),
    )
    # Between questions whether a job has ended, in seconds; clients in use wait 8 × 3 s, sometimes longer.
    pauses: ClassVar[tuple[float, ...]] = (1.0, 2.0, 3.0, 3.0, 3.0, 3.0)
    film_pauses: ClassVar[tuple[float, ...]] = (5.0,) * 8  # the same for a film, which takes up to minutes
    times: ClassVar[Times] = CALL
    film_times: ClassVar[Times] = FILM

    def __init__(self, outfit: Outfit) -> None:
        self._outfit = outfit
        self._public = outfit.addresses.get("public", "").rstrip("/")

    def render(self, post: Post) -> Rendered:
        """Return the article, a preview of it and its pictures within Zalo's bounds of type and bytes.

        `Rejected` where nothing could be sent: Zalo fetches the pictures from our public address.
        """
        if not self._public and not self._outfit.rehearsal:
            raise Rejected(UNREACHABLE)
        pictures = {image.sha256: self._outfit.files.get(image.sha256) for image in post.images}
        settings = self._outfit.settings
        comment = settings.get("comment") or "show"
        film = None
        if post.video is not None:
            film = Stored("video.mp4", post.video.media_type, post.video.sha256, self._outfit.files)
        return rendered(post, pictures, settings.get("author", ""), comment, film)

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Create the article hidden, wait for its id, show it; each step once, however often this is called.

        `notes`: `creating` (a creation was begun), `job` (its token), `id` (of the article), `showing` (the visible
        call was begun), `show_job` (its token), `looks`, `media` (how often pictures could not be fetched), `film`,
        `film_tries` and `video` (of a film, which comes first).
        """
        if broadcast.is_one(item):
            return broadcast.deliver(self._outfit, item, notes)
        payload(item, self._public, "hide")  # refuses what Zalo would, before a film travels
        with self._calling(item) as api:
            video = films.ready(api, item.film, notes, self.film_pauses) if item.film is not None else ""
            hidden, shown = (payload(item, self._public, status, video) for status in ("hide", "show"))
            if "id" not in notes:
                notes["id"] = self._made(api, marked(hidden, key), notes)
            if "show_job" not in notes:
                self._show(api, shown, notes)
            return self._seen(api, item, notes)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Say whether the article is visible; None also when it exists hidden, so that `deliver` goes on with it.

        `since` is not needed: an article is known by its id, or by the key it carries while it is hidden.
        """
        if broadcast.is_one(item):
            return broadcast.find(notes)
        if not notes.get("creating"):
            return None
        with self._calling() as api:
            if "id" in notes:
                return self._standing(api, item, notes)
            if "job" in notes:
                return None
            number = self._lost(api, item, key)
        if number is not None:
            notes["id"] = number
            return None
        looks = int(notes.get("looks", 0)) + 1
        notes["looks"] = looks % LOOKS
        if looks < LOOKS:
            raise TryLater("Chưa thấy bài trong danh sách của Zalo OA; sẽ xem lại.", BETWEEN_LOOKS)
        return None

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Replace the article by its id; where Zalo tells that it stands so already, nothing is sent."""
        broadcast.refuse(receipt)
        stood = receipt.detail
        if stood.get("type", "normal") != films.kind_of(item):
            raise Rejected("Zalo không đổi được bài thường thành bài phim và ngược lại. Hãy gỡ bài rồi đăng bài mới.")
        payload(item, self._public, "show")
        with self._calling(item) as api:
            video = self._film_of(api, item, stood)
            article = payload(item, self._public, "show", video)
            detail = self._detail(api, receipt.remote_id)
            if not stands(detail, article):
                job = _token(api.post(f"{_VERBS}/update", {"id": receipt.remote_id, **article}))
                try:
                    done = wait_for(api, job, (*self.pauses, *self.pauses))
                except MediaFailed as error:
                    raise self._unfetched(error) from None
                if done is None:
                    raise Unknown("Zalo đã nhận bản sửa nhưng chưa xử lý xong.")
        return Receipt("live", receipt.remote_id, receipt.url, detail={**stood, **films.facts(item, {"video": video})})

    def _film_of(self, api: Api, item: Rendered, stood: Mapping[str, Any]) -> str:
        """Return the number of a correction's film: the standing one's, or of a new film that is handed over now."""
        if item.film is None:
            return ""
        if stood.get("film") == item.film.sha256 and stood.get("video"):
            return str(stood["video"])
        name = f"zalo/{self._outfit.account}/film-{item.film.sha256}.json"
        return films.ready(api, item.film, films.Kept(self._outfit.files, name), self.film_pauses)

    def retract(self, receipt: Receipt) -> None:
        """Remove the article; one that Zalo does not know any more is removed."""
        broadcast.refuse(receipt)
        with self._calling() as api:
            try:
                api.post(f"{_VERBS}/remove", {"id": receipt.remote_id})
            except Absent:
                return
            except Rejected:
                with suppress(Absent):
                    self._detail(api, receipt.remote_id)
                    raise

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return views and shares of the article and followers of the account, as Zalo has them now.

        Counters stand in the list of articles only, newest first, 10 a page; what is not found there is left out.
        """
        found: list[Reading] = []
        older = 0
        with self._calling() as api:
            account = api.get("/v2.0/oa/getoa")
            for item in articles(api, str(receipt.detail.get("type", "normal")), MEASURE_PAGES):
                if str(item.get("id")) == receipt.remote_id:
                    found += [*_reading("views", item.get("total_view")), *_reading("shares", item.get("total_share"))]
                    break
                older = older + 1 if _older(item, receipt.accepted_at) else 0
                if older > SLICE:  # more than a page of older ones: not one that is merely pinned on top
                    break
        return [*found, *_reading("followers", account.get("num_follower"))]

    def standing(self) -> Standing:
        """Return how the account stands at Zalo and until when without a new consent: 2 calls."""
        return standing(self._outfit)

    def _calling(self, item: Rendered | None = None) -> AbstractContextManager[Api]:
        film = item is not None and item.film is not None
        return calling(self._outfit, FILM_SPENT_BY if film else SPENT_BY, self.times, self.film_times)

    def _made(self, api: Api, hidden: dict[str, Any], notes: Notes) -> str:
        """Return the hidden article's id, creating it unless an earlier attempt has."""
        if "job" not in notes:
            notes["looks"] = 0
            notes["creating"] = True
            try:
                notes["job"] = _token(api.post(f"{_VERBS}/create", hidden))
            except Unknown:
                raise
            except Refusal:
                notes["creating"] = False  # surely not taken: there is nothing to look for
                raise
        try:
            number = wait_for(api, notes["job"], self.pauses)
        except Unknown as error:
            raise TryLater(f"Bài đã gửi, chưa hiện. {error.message}") from None  # asking again is safe
        except MediaFailed as error:
            self._forget(notes, "job", "creating")
            raise self._too_often(error, notes) from None
        except Absent:
            del notes["job"]  # too old to be asked for; the list of articles knows
            number = ""
        if number is None:
            raise TryLater("Zalo đang xử lý bài (đang ẩn). Hệ thống sẽ tự làm tiếp.", 30)
        if not number:
            raise Unknown("Zalo không còn biết mã xử lý của bài. Hệ thống sẽ tìm bài trong danh sách.")
        return number

    def _show(self, api: Api, shown: dict[str, Any], notes: Notes) -> None:
        """Ask Zalo to replace the hidden article by the approved one, visible; the same call may be repeated."""
        begun = bool(notes.get("showing"))
        notes["showing"] = True
        try:
            notes["show_job"] = _token(api.post(f"{_VERBS}/update", {"id": notes["id"], **shown}))
        except Unknown:
            raise
        except Refusal as error:
            notes["showing"] = begun
            if not isinstance(error, Absent) or begun:
                raise
            self._forget(notes, "id", "job", "creating")
        else:
            return
        raise TryLater("Bản ẩn của bài không còn trên Zalo OA: hệ thống sẽ tạo lại.", 0)

    def _seen(self, api: Api, item: Rendered, notes: Notes) -> Receipt:
        """Return the receipt once Zalo shows the article; from here on every doubt is `Unknown`."""
        try:
            done = wait_for(api, notes["show_job"], self.pauses)
            detail = self._detail(api, notes["id"]) if done else {}
        except MediaFailed as error:
            self._forget(notes, "show_job", "showing")
            raise self._too_often(error, notes) from None
        except Absent:
            self._forget(notes, "show_job")
            raise Unknown("Zalo không còn biết mã xử lý của bài. Hệ thống sẽ xem bài đã hiện chưa.") from None
        except TryLater as error:
            raise Unknown(f"Zalo đã nhận yêu cầu hiện bài. {error.message}") from None
        if not done:
            raise Unknown("Zalo đã nhận yêu cầu hiện bài nhưng chưa xử lý xong.")
        if detail.get("status") != "show":
            self._forget(notes, "show_job")
            raise Unknown("Zalo báo đã xử lý nhưng bài vẫn ẩn. Hệ thống sẽ kiểm tra rồi yêu cầu lại.")
        return _receipt(notes["id"], detail, films.facts(item, notes))

    def _standing(self, api: Api, item: Rendered, notes: Notes) -> Receipt | CannotTell | None:
        """Look at the article by its id: visible, still hidden, or gone."""
        try:
            detail = self._detail(api, notes["id"])
        except Absent:
            if notes.get("showing"):
                return CannotTell()  # shown and then removed by somebody, perhaps: a person decides
            self._forget(notes, "id", "job", "creating")
            return None
        shown = detail.get("status") == "show"
        return _receipt(notes["id"], detail, films.facts(item, notes)) if shown else None

    def _lost(self, api: Api, item: Rendered, key: str) -> str | None:
        """Return the id of the hidden article that carries the key; others of the same title are let be."""
        title = payload(item, self._public, "hide")["title"]
        for listed in articles(api, films.kind_of(item), FIND_PAGES):
            if not same(listed.get("title", ""), title) or listed.get("status") == "show":
                continue
            with suppress(Absent):
                if is_marked(self._detail(api, str(listed["id"])), key):
                    return str(listed["id"])
        return None

    @staticmethod
    def _detail(api: Api, number: str) -> dict[str, Any]:
        """Return an article's details; `Absent` when Zalo has none (it names no code for that)."""
        try:
            detail = api.get(f"{_VERBS}/getdetail", id=number)
        except Rejected as error:
            raise Absent(error.message) from None
        if not detail:
            raise Absent("Zalo không trả nội dung bài.")
        return detail

    def _unfetched(self, error: Refusal) -> TryLater:
        told = f"{error.message} Hãy kiểm tra địa chỉ {self._public} mở được từ Internet."
        return TryLater(told, getattr(error, "after", None))

    def _too_often(self, error: Refusal, notes: Notes) -> Refusal:
        """Return what to raise after pictures could not be fetched: each failure makes Zalo try less."""
        notes["media"] = int(notes.get("media", 0)) + 1
        later = self._unfetched(error)
        return Rejected(later.message) if notes["media"] >= MEDIA_TRIES else later

    @staticmethod
    def _forget(notes: Notes, *names: str) -> None:
        for name in names:
            if name in notes:
                del notes[name]


def _token(data: dict[str, Any]) -> str:
    token = data.get("token")
    if not isinstance(token, str) or not token:
        raise Unknown("Zalo nhận bài nhưng không trả mã xử lý.")
    return token


def _receipt(number: str, detail: dict[str, Any], kept: dict[str, Any]) -> Receipt:
    link = str(detail.get("link_view") or "")
    return Receipt("live", number, link if link.startswith(("https://", "http://")) else "", detail=kept)


def _reading(metric: str, value: Any) -> list[Reading]:
    """Return a count as Zalo wrote it, a number or a string of one; nothing where it told none."""
    text = str(value)
    return [Reading(metric, int(text))] if text.isascii() and text.isdigit() and not isinstance(value, bool) else []


def _older(item: dict[str, Any], than: datetime | None) -> bool:
    """Whether an article was surely made before another was accepted: the two clocks may differ by a day."""
    made = str(item.get("create_date", ""))
    known = than is not None and made.isascii() and made.isdigit()
    return known and than is not None and int(made) / 1000 < (than - timedelta(days=1)).timestamp()
