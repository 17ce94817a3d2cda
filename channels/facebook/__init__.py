"""A Facebook Page: posts of text, a link, pictures or a film, sent through the Graph API.

Pictures are staged unpublished first and attached to the post when all of them are up, also when there is only one:
the one call that makes something visible is then small, and a lost answer while uploading has published nothing.
Facebook has no idempotency key, so after a lost answer `find` looks for the post before anything is sent again.
A film goes out in one call of its own (`film.py`); the post that Facebook makes of it is known when it is converted.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from channels.base import (
    CannotTell,
    Limits,
    Metric,
    Notes,
    Outfit,
    Part,
    Post,
    Reading,
    Receipt,
    Refusal,
    Rejected,
    Rendered,
    Setting,
    Standing,
    TryLater,
    Unknown,
)
from channels.facebook.errors import Duplicate, Gone, NotPermitted, Repeated
from channels.facebook.film import CONVERTS, FAILED, Failed, looked_at, lost, post_of, sent
from channels.facebook.find import looks_left, matching, moment
from channels.facebook.graph import FILM, GRAPH_URL, TIMES, VERSION, Access, Graph, Usage
from channels.facebook.measure import METRICS, readings
from channels.facebook.standing import standing
from channels.facebook.text import HEAVIEST, hashes, read, rendered, too_big
from channels.http import Times

ATTEMPT = 120.0  # seconds of one attempt, all calls together
FILM_ATTEMPT = 320.0  # the same where a film is sent


class Facebook:
    """Posts on one Page. The account's token is a Page token, which names no expiry date but can still die."""

    name: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Trang Facebook"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("page_id", "Mã Trang", "Dãy số của Trang, ví dụ 100064512345678.", pattern=r"\d{3,25}"),
        Setting("token", "Khóa truy cập của Trang", "Có được khi người quản trị Trang kết nối Trang.", secret=True),
        Setting("app_id", "Mã ứng dụng", "Để nhận ra bài do ứng dụng này đăng.", needed=False, pattern=r"\d{3,25}"),
        Setting("app_secret", "Khóa bí mật của ứng dụng", "Để ký từng lời gọi.", secret=True, needed=False),
        Setting("version", "Phiên bản Graph API", f"Để trống là {VERSION}.", needed=False, pattern=r"v\d{2}\.\d"),
    )  # fmt: skip
    limits: ClassVar[Limits] = Limits(
        characters=60_000,  # of 63,206: the rest is for title, slogan, source, hotline and link
        utf16=True,
        images=10,
        image_bytes=HEAVIEST,
        video=True,
        settle=60.0,
        attempt=ATTEMPT,
        film_attempt=FILM_ATTEMPT,
    )
    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    pauses: ClassVar[tuple[float, ...]] = (3.0, 5.0, 8.0)  # between looks whether a short film is converted already

    def __init__(self, outfit: Outfit, times: Times = TIMES, film_times: Times = FILM) -> None:
        self._account = outfit.account
        self._files = outfit.files
        given = outfit.settings
        self._page = given.get("page_id", "")
        self._access = Access(
            token=given.get("token", ""),
            app_id=given.get("app_id", ""),
            app_secret=given.get("app_secret", ""),
            version=given.get("version") or VERSION,
            base=outfit.addresses.get("facebook") or GRAPH_URL,
            times=times,
            film_times=film_times,
        )

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._access)

    @property
    def usage(self) -> Usage:
        """How much of the allowed calls was used, as the last answer told."""
        return self._graph.usage

    def render(self, post: Post) -> Rendered:
        """Return `message.txt`, `post.json` (link, alternative texts) and the pictures in order."""
        return rendered(post, self._files)

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Stage the pictures that are not up yet, then make the post; nothing is visible before the last call.

        `notes`: `photos` (part name → staged photo id), `posting` (the visible call was begun and may have landed),
        `duplicate` (Facebook called it a duplicate once), `orphans` (staged photos that were not removed), `looks`
        and `first_look` (of `find`); of a film `video` (its number) and `film_failed` (it could not be converted).
        """
        if item.film is not None:
            return self._film(item, item.film, notes)
        self._graph.begin(ATTEMPT)
        message, sheet, pictures = read(item)
        wrong = too_big(message, pictures)
        if wrong:
            raise Rejected(" ".join(wrong))
        kept = set(dict(notes.get("photos", {})).values())
        photos = self._staged(pictures, sheet["alt"], notes)
        try:
            told = self._published(
                lambda: self._graph.post(
                    f"{self._page}/feed",
                    message=message or None,
                    link=sheet["link"] or None,
                    attached_media=[{"media_fbid": photo} for photo in photos] or None,
                    fields="permalink_url,created_time,is_published",
                ),
                notes,
            )
            return self._receipt(told, item)
        except Rejected as error:
            self._discard(notes)
            if kept.isdisjoint(photos) or isinstance(error, Repeated):
                raise
        raise TryLater("Ảnh tải lên từ lần trước không còn dùng được: lần gửi sau sẽ tải lại.", 0)

    def _film(self, item: Rendered, film: Part, notes: Notes) -> Receipt:
        """Send the film unless an earlier attempt has, then wait a little for its post."""
        self._graph.begin(FILM_ATTEMPT)
        wrong = too_big(read(item)[0], ())
        if wrong:
            raise Rejected(" ".join(wrong))
        if notes.get("film_failed"):
            self._film_over(notes)
            raise Failed(FAILED)
        if "video" not in notes:
            notes["video"] = str(self._published(lambda: sent(self._graph, self._page, item, film), notes)["id"])
        try:
            told = post_of(self._graph, self._page, notes["video"], self.pauses)
        except Failed:
            self._film_over(notes)
            raise
        except (Gone, TryLater) as error:
            raise Unknown(f"{CONVERTS} {error.message}") from None
        if told is None:
            raise Unknown(CONVERTS)
        return self._receipt(told, item, notes["video"])

    def _film_over(self, notes: Notes) -> None:
        """Forget a film that could not be converted and remove it, best effort, so that a person may send another."""
        with suppress(Refusal):
            self._graph.delete(str(notes["video"]))
        for name in ("video", "film_failed"):
            if name in notes:
                del notes[name]
        notes["posting"] = False

    def _published(self, call: Callable[[], dict[str, Any]], notes: Notes) -> dict[str, Any]:
        """Make the one call that shows something, marked in the notes while nobody knows how it went."""
        begun = bool(notes.get("posting"))
        notes["posting"] = True
        try:
            return call()
        except Duplicate as error:
            if not notes.get("duplicate"):
                notes["duplicate"] = True
                raise
            raise Repeated(f"{error.message} Đã kiểm tra: bài chưa lên. Hãy sửa lời văn hoặc ảnh.") from None
        except Unknown:
            raise
        except Refusal:
            notes["posting"] = begun  # this call surely showed nothing; an earlier one still may have
            raise

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Look for the post by staged photos, else by text, time and application.

        Facebook names no delay between accepting and showing, so "not there" is believed only after looks over about
        13 minutes; until then `TryLater` says when to look again. Two matches are for a person to tell apart.
        """
        if not notes.get("posting"):
            return None  # the visible call was never begun
        self._graph.begin(ATTEMPT)
        if item.film is not None and ("video" in notes or self._film_found(item, notes, since)):
            came = looked_at(self._graph, self._page, notes) if "video" in notes else CannotTell()
            return self._receipt(came, item, notes["video"]) if isinstance(came, dict) else came
        message, _sheet, _pictures = read(item)
        photos = frozenset(str(photo) for photo in dict(notes.get("photos", {})).values())
        found = matching(self._graph, self._page, message, photos, since, self._access.app_id)
        if len(found) > 1:
            return CannotTell()
        if found:
            return self._receipt(found[0], item)
        wait = looks_left(notes, self._graph.told_at)
        if wait is not None:
            raise TryLater("Chưa thấy bài trên Trang; Facebook có thể hiện chậm nên sẽ xem lại.", wait)
        return None

    def _film_found(self, item: Rendered, notes: Notes, since: datetime) -> bool:
        """Look for a film whose answer was lost; note the one that was found, none of several."""
        found = lost(self._graph, self._page, item, since)
        if len(found) == 1:
            notes["video"] = found[0]
        return bool(found)

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Replace the text; Facebook lets nobody replace pictures or the link of a post."""
        self._graph.begin(ATTEMPT)
        message, sheet, pictures = read(item)
        wrong = too_big(message, pictures)
        if wrong:
            raise Rejected(" ".join(wrong))
        stood = receipt.detail
        if "images" in stood and (stood["images"], stood.get("link")) != (hashes(pictures), sheet["link"]):
            raise Rejected("Facebook không cho thay ảnh hoặc liên kết của bài đã đăng. Hãy gỡ bài rồi đăng bài mới.")
        if stood.get("film", "") != (item.film.sha256 if item.film else ""):
            raise Rejected("Facebook không cho thay phim của bài đã đăng. Hãy gỡ bài rồi đăng bài mới.")
        answer = self._graph.post(receipt.remote_id, message=message)
        if answer.get("success") is not True:
            raise Unknown("Facebook không xác nhận đã sửa bài.")
        detail = {**stood, "version": self._graph.version, "usage": self.usage.percent}
        return Receipt("live", receipt.remote_id, receipt.url, detail=detail, pace=self.usage.pace)

    def retract(self, receipt: Receipt) -> None:
        """Delete the post; what cannot be deleted because nobody sees it any more is deleted.

        A film goes first: it would stay among the Page's films when only its post is deleted.
        """
        self._graph.begin(ATTEMPT)
        if receipt.detail.get("video"):
            with suppress(Gone):
                self._graph.delete(str(receipt.detail["video"]))
        try:
            answer = self._graph.delete(receipt.remote_id)
        except Gone:
            # The same code says "no permission": only then the post can still be read.
            with suppress(Gone):
                self._graph.get(receipt.remote_id, fields="id")
                raise NotPermitted("Facebook không cho ứng dụng gỡ bài này. Hãy gỡ trực tiếp trên Trang.") from None
            return
        if answer.get("success") is not True:
            raise Unknown("Facebook không xác nhận đã gỡ bài.")

    def standing(self) -> Standing:
        """Ask Facebook for the Page and, where the application is known, what the token is worth."""
        self._graph.begin(ATTEMPT)
        return standing(self._graph, self._access, self._page)

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return the counts Facebook tells today; metrics it once refused are not asked again in this version."""
        self._graph.begin(ATTEMPT)
        name = f"facebook/{self._account}/metrics-{self._access.version}.json"
        known = frozenset(json.loads(self._files.read(name) or b"[]"))
        found, refused = readings(self._graph, receipt.remote_id, known)
        if refused != known:
            self._files.write(name, json.dumps(sorted(refused)).encode())
        return found

    def _staged(self, pictures: Iterable[Part], alts: Mapping[str, str], notes: Notes) -> list[str]:
        """Return the ids of all pictures, uploading those that no earlier attempt has uploaded."""
        done: dict[str, str] = dict(notes.get("photos", {}))
        order = []
        for part in pictures:
            if part.name not in done:
                done[part.name] = self._upload(part, alts.get(part.name, ""), notes)
                notes["photos"] = dict(done)
            order.append(done[part.name])
        return order

    def _upload(self, part: Part, alt: str, notes: Notes) -> str:
        edge = f"{self._page}/photos"
        try:
            answer = self._graph.upload(
                edge, part.name, part.data, part.media_type, published=False, alt_text_custom=alt or None
            )
        except Unknown as error:
            # Whatever became of it, it is a hidden photo: no post can have come of it.
            raise TryLater(f"Chưa tải được ảnh «{part.name}»; bài chưa đăng. {error.message}") from None
        except Rejected:
            self._discard(notes)
            raise
        photo = str(answer.get("id", ""))
        if not photo.isdigit():
            raise TryLater(f"Facebook không trả mã của ảnh «{part.name}»; bài chưa đăng.")
        return photo

    def _discard(self, notes: Notes) -> None:
        """Remove staged photos, best effort: they are hidden, but nobody would ever find them again.

        Once an answer to the visible call was lost they may stand in a post that Facebook shows late: then they stay.
        """
        left = []
        for photo in dict(notes.get("photos", {})).values():
            if notes.get("posting"):
                left.append(photo)
                continue
            try:
                self._graph.delete(photo)
            except Gone:
                continue
            except Refusal:
                left.append(photo)
        notes["photos"] = {}
        if left:
            notes["orphans"] = [*notes.get("orphans", []), *left]

    def _receipt(self, told: Mapping[str, Any], item: Rendered, video: str = "") -> Receipt:
        """Return the receipt of a post that Facebook named, just made or found again."""
        number = str(told.get("id", ""))
        if not re.fullmatch(r"\d+_\d+", number):
            raise Unknown("Facebook nhận bài nhưng không trả mã bài: sẽ tìm bài trên Trang.")
        _message, sheet, pictures = read(item)
        url = str(told.get("permalink_url") or f"https://www.facebook.com/{number}")
        detail = {
            "images": hashes(pictures),
            "link": sheet["link"],
            "version": self._graph.version,
            "usage": self.usage.percent,
            **({"video": video, "film": item.film.sha256} if item.film else {}),
        }
        return Receipt("live", number, url, moment(told.get("created_time")), detail, self.usage.pace)
