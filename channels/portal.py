"""The office's own public portal: an approved page is put in force by one small file that names its bytes."""

import json
from datetime import datetime
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
    Rendered,
    Setting,
    look,
)


class Portal:
    """Pages at `/tin/<slug>`. The outlet is a folder: `portal/<account>/<slug>.json` says what stands there."""

    name: ClassVar[str] = "portal"
    title: ClassVar[str] = "Cổng thông tin"
    settings: ClassVar[tuple[Setting, ...]] = ()
    limits: ClassVar[Limits] = Limits(title=200, images=20, image_bytes=8_000_000, video=True, attempt=20.0)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric("views", "Lượt xem", "lượt", "measured"),)

    def __init__(self, outfit: Outfit) -> None:
        self._account = outfit.account
        self._files = outfit.files

    def render(self, post: Post) -> Rendered:
        """Return the page's HTML fragment and `page.json`, what lists, feeds and search show of it."""
        html = look().get_template("portal.html").render(post=post)
        page: dict[str, Any] = {
            "slug": post.slug,
            "title": post.title,
            "summary": post.summary,
            "slogan": post.slogan,
            "text": post.body_text,
            "unit": post.unit,
            "themes": [[theme.code, theme.title] for theme in post.themes],
            "tags": list(post.tags),
            "source_number": post.source_number,
            "source_date": post.source_date.isoformat() if post.source_date else None,
            "valid_until": post.valid_until.isoformat() if post.valid_until else None,
            "image": post.images[0].sha256 if post.images else None,
            "image_alt": post.images[0].alt if post.images else "",
            "images": [[image.sha256, image.media_type] for image in post.images],
            "correction": post.correction,
        }
        if post.video is not None:
            page["video"] = post.video.sha256
        warnings = []
        if not post.summary:
            warnings.append("Chưa có tóm tắt: danh sách bài và mạng xã hội sẽ dùng mấy câu đầu của bài.")
        return Rendered(
            (
                Part("article.html", "text/html", html.encode()),
                Part("page.json", "application/json", json.dumps(page, ensure_ascii=False, sort_keys=True).encode()),
            ),
            tuple(warnings),
        )

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Put the page in force; doing it again with the same key changes nothing."""
        slug = self._slug(item)
        self._files.write(self._name(slug), json.dumps({"key": key, "sha256": item.sha256}).encode())
        return self._receipt(slug, key)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Look whether the page in force is the one this key put there: the folder always knows."""
        slug = self._slug(item)
        standing = self._files.read(self._name(slug))
        if standing is None or json.loads(standing)["key"] != key:
            return None
        return self._receipt(slug, key)

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Put the corrected page in the place of the old one, at the same address."""
        return self.deliver(item, key, {})

    def retract(self, receipt: Receipt) -> None:
        """Take the page out of force; the address then tells that it was withdrawn and why."""
        self._files.remove(self._name(receipt.detail["slug"]))

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return nothing: the portal counts its own views as they happen."""
        return []

    def _name(self, slug: str) -> str:
        return f"portal/{self._account}/{slug}.json"

    @staticmethod
    def _slug(item: Rendered) -> str:
        slug: str = json.loads(item.part("page.json").data)["slug"]
        return slug

    @staticmethod
    def _receipt(slug: str, key: str) -> Receipt:
        return Receipt("live", key, f"/tin/{slug}", detail={"slug": slug})
