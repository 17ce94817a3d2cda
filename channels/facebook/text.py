"""What a post looks like on a Facebook Page: one message, a link or pictures, and what of it is too big."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from channels.base import Files, Part, Post, Rendered, Stored, look

LONGEST = 63_206  # characters of a message, used by two publishers in production; no page of Meta names it
HEAVIEST = 4_000_000  # bytes of a picture: Meta's reference says 10 MB, its error text 4 MB
LONGEST_TITLE = 255  # characters of a film's title
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def rendered(post: Post, files: Files) -> Rendered:
    """Return `message.txt`, `post.json` (link, alternative texts, the film's title) and the pictures in order, or the
    film: a post holds one or the other.

    With neither the link goes as a link, which Facebook shows as a card of its own; else it ends the message.
    """
    images = () if post.video else post.images
    seen = bool(images or post.video)
    link = post.link if seen else ""
    text = look().get_template("facebook.txt").render(post=post, link=link, hashtags=_hashtags(post.tags))
    message = re.sub(r"\n{3,}", "\n\n", unicodedata.normalize("NFC", text)).strip()
    pictures = [
        Part(f"image-{n}.{_ENDINGS.get(image.media_type, 'bin')}", image.media_type, files.get(image.sha256))
        for n, image in enumerate(images, start=1)
    ]
    alts = {part.name: image.alt for part, image in zip(pictures, images, strict=True)}
    values: dict[str, Any] = {"alt": alts, "link": "" if seen else post.link}
    films = []
    if post.video is not None:
        values["title"] = unicodedata.normalize("NFC", post.title)[:LONGEST_TITLE]
        films.append(Stored("video.mp4", post.video.media_type, post.video.sha256, files))
    sheet = json.dumps(values, ensure_ascii=False, sort_keys=True)
    warnings = too_big(message, pictures)
    if post.video is not None and post.images:
        without = "Facebook nhận phim hoặc ảnh trong một bài: bài đăng kèm phim, ảnh của bài không đi theo."
        warnings.append(without)
    if not seen and not post.link:
        warnings.append("Bài không có ảnh và liên kết: trên Facebook bài chỉ có chữ thường ít người xem.")
    parts = (
        Part("message.txt", "text/plain", message.encode()),
        Part("post.json", "application/json", sheet.encode()),
        *pictures,
        *films,
    )
    return Rendered(parts, tuple(warnings))


def read(item: Rendered) -> tuple[str, dict[str, Any], list[Part]]:
    """Return the message, the sheet and the pictures of a rendering."""
    pictures = [part for part in item.parts if part.name.startswith("image-")]
    return item.part("message.txt").data.decode(), json.loads(item.part("post.json").data), pictures


def too_big(message: str, pictures: Sequence[Part]) -> list[str]:
    """Return as sentences what is larger than Facebook takes; it counts UTF-16 units, an emoji as two."""
    wrong = []
    units = len(message.encode("utf-16-le")) // 2
    if units > LONGEST:
        wrong.append(f"Toàn bài dài {units} ký tự, Facebook nhận tối đa {LONGEST}. Hãy rút gọn.")
    heavy = [part.name for part in pictures if len(part.data) > HEAVIEST]
    if heavy:
        wrong.append(f"Ảnh {', '.join(heavy)} nặng hơn {HEAVIEST // 1_000_000} MB. Hãy tải ảnh nhẹ hơn.")
    return wrong


def hashes(pictures: Iterable[Part]) -> list[str]:
    """Return what tells whether two posts have the same pictures."""
    return [part.sha256 for part in pictures]


def _hashtags(tags: Iterable[str]) -> list[str]:
    """Return hashtags of a post's labels: «Dịch vụ công» → `#DịchVụCông`; Facebook keeps diacritics."""
    joined = ("".join(word[:1].upper() + word[1:] for word in re.findall(r"[^\W_]+", tag)) for tag in tags)
    return [f"#{tag}" for tag in dict.fromkeys(joined) if tag and not tag.isdigit()]
