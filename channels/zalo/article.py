"""An article as Zalo takes it: rendered from a post, and put together with the addresses of its pictures.

Zalo counts strictly: it has refused a title of exactly 150 and a description of exactly 300 characters, so the
bounds here stay below (zalo-oa-api.md §3.1).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from channels.base import Image, Part, Post, Rejected, Rendered, Unauthorised, look
from channels.zalo import film as films
from channels.zalo.api import same
from channels.zalo.images import TAKEN, fitted, lacks, plain_cover
from channels.zalo.text import nfc, one_line, simple

TITLE = 140
DESCRIPTION = 250
AUTHOR = 49
UNREACHABLE = (
    "Chưa khai địa chỉ công khai của cổng (PUBLISHER_PUBLIC_URL) nên Zalo không tải được ảnh của bài."
    " Hãy báo quản trị hệ thống khai địa chỉ rồi gửi lại."
)
PICTURES = "/anh/"  # of our portal: `<public address>/anh/<sha256 of the part>`


def rendered(
    post: Post, pictures: Mapping[str, bytes], author: str, comment: str, film: Part | None = None
) -> Rendered:
    """Return `article.json`, `preview.html` for the screen, every picture as Zalo will fetch it, and the film.

    `pictures`: the bytes of the post's pictures by sha256. The first one is the cover and is not repeated.
    """
    if film is not None:
        return _film_rendered(post, pictures, comment, film)
    parts, warnings = _pictures(post, pictures)
    author, more = _author(author or post.unit, bool(author))
    html = nfc(look().get_template("zalo.html").render(post=post, body=simple(post.body_html)))
    body: list[dict[str, str]] = [{"type": "text", "content": html}]
    captions = [image.alt for image in post.images[1:]]
    body += [
        {"type": "image", "url": part.name, "caption": alt} if alt else {"type": "image", "url": part.name}
        for part, alt in zip(parts[1:], captions, strict=True)
    ]
    article = {
        "type": "normal",
        "title": nfc(" ".join(post.title.split())),
        "author": author,
        "description": _description(post),
        "cover": {"cover_type": "photo", "photo_url": parts[0].name, "status": "show" if post.images else "hide"},
        "body": body,
        "comment": comment,
    }
    more += _shortened(post)
    data = json.dumps(article, ensure_ascii=False, sort_keys=True).encode()
    preview = look().get_template("zalo_preview.html").render(article=article, html=html, images=post.images)
    texts = (Part("article.json", "application/json", data), Part("preview.html", "text/html", preview.encode()))
    return Rendered((*texts, *parts), (*more, *warnings), fetched=tuple(part.name for part in parts))


def _film_rendered(post: Post, pictures: Mapping[str, bytes], comment: str, film: Part) -> Rendered:
    parts, warnings = _pictures(replace(post, images=post.images[:1]), pictures)
    article = films.article_of(post, _description(post), parts[0], film, comment)
    data = json.dumps(article, ensure_ascii=False, sort_keys=True).encode()
    texts = (
        Part("article.json", "application/json", data),
        Part("preview.html", "text/html", films.preview(post, article)),
    )
    warnings = warnings if post.images else []  # a film needs a cover of the post's own: the limits say so
    told = (*films.told(post), *_shortened(post), *warnings)
    return Rendered((*texts, *parts, film), told, fetched=(parts[0].name,))


def _description(post: Post) -> str:
    return one_line(nfc(post.summary or post.body_text or post.title), DESCRIPTION)


def _shortened(post: Post) -> list[str]:
    long = len(" ".join(post.summary.split())) > DESCRIPTION
    return [f"Tóm tắt dài hơn {DESCRIPTION} ký tự: Zalo sẽ hiện phần đầu."] if long else []


def _pictures(post: Post, pictures: Mapping[str, bytes]) -> tuple[list[Part], list[str]]:
    """Return cover and body pictures in order, and what an editor should know about them."""
    if not post.images:
        told = "Bài không có ảnh: Zalo đòi ảnh bìa nên hệ thống tạo một ảnh bìa có tiêu đề và tên đơn vị."
        return [Part("cover.png", "image/png", plain_cover(nfc(post.title), nfc(post.unit)))], [told]
    parts, warnings = [], []
    for number, image in enumerate(post.images):
        kind = "image" if number else "cover"
        name = f"{kind}-{number}" if number else kind
        data, media_type = fitted(pictures[image.sha256], image.media_type, f"số {number + 1}")
        parts.append(Part(f"{name}.{TAKEN[media_type]}", media_type, data))
        warnings += _told(number, image, len(pictures[image.sha256]))
    return parts, warnings


def _told(number: int, image: Image, size: int) -> list[str]:
    wrong = lacks(image.media_type, size)
    told = []
    if "bytes" in wrong:
        told.append(f"Ảnh {number + 1} nặng hơn 1 MB: bản gửi Zalo được nén lại.")
    if "type" in wrong:
        told.append(
            f"Ảnh {number + 1} không phải JPEG hoặc PNG: bản gửi Zalo được đổi sang JPEG, ảnh động chỉ còn một hình."
        )
    if not image.alt:
        told.append(f"Ảnh {number + 1} chưa có mô tả cho người khiếm thị.")
    return told


def _author(name: str, chosen: bool) -> tuple[str, list[str]]:
    name = nfc(" ".join(name.split()))
    if len(name) <= AUTHOR:
        return name, []
    where = "thiết lập kênh" if chosen else "tên đơn vị"
    told = f"Tên tác giả ({where}) dài hơn {AUTHOR} ký tự nên bị cắt: hãy đặt tên ngắn trong thiết lập kênh."
    return one_line(name, AUTHOR), [told]


def payload(item: Rendered, public: str, status: str, video: str = "") -> dict[str, Any]:
    """Return the body of create and update: the approved article with the addresses of its pictures, the number of
    its film at Zalo.

    `public` is how the world reaches our portal; without it Zalo cannot fetch a picture (`Unauthorised`: the
    account has to wait until somebody sets it).
    """
    if not public:
        raise Unauthorised(UNREACHABLE)
    article: dict[str, Any] = json.loads(item.part("article.json").data)
    article["status"] = status
    if article["type"] == "video":
        article |= {"avatar": address(public, item.part(article["avatar"])), "video_id": video}
        return _bounded(article)
    article["cover"]["photo_url"] = address(public, item.part(article["cover"]["photo_url"]))
    for block in article["body"]:
        if block["type"] == "image":
            block["url"] = address(public, item.part(block["url"]))
    return _bounded(article)


def _bounded(article: dict[str, Any]) -> dict[str, Any]:
    wrong = too_long(article)
    if wrong:
        raise Rejected(" ".join(wrong))
    return article


def address(public: str, part: Part) -> str:
    """Return where Zalo fetches a picture; spaces and letters beyond ASCII are encoded, else Zalo refuses it."""
    parts = urlsplit(public)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path = f"{quote(parts.path.rstrip('/'), safe='/%')}{PICTURES}{part.sha256}"
    return urlunsplit((parts.scheme, host, path, "", ""))


def too_long(article: Mapping[str, Any]) -> list[str]:
    """Return as sentences which texts of an article Zalo would refuse for their length."""
    bounds = (("title", "Tiêu đề", TITLE), ("description", "Tóm tắt", DESCRIPTION), ("author", "Tên tác giả", AUTHOR))
    return [
        f"{title} có {len(article[name])} ký tự, Zalo nhận từ 1 đến {most}."
        for name, title, most in bounds
        if name in article and not 1 <= len(article[name]) <= most
    ]


def marked(article: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the article with the delivery's key at its end, for the time it is hidden.

    Zalo has no idempotency key and looks nothing up: by this line `find` knows a lost creation among others of
    the same title, also another publisher's. The call that shows the article sends the approved text without it.
    """
    if article["type"] == "video":
        return films.marked(article, key, DESCRIPTION)
    return {**article, "body": [*article["body"], {"type": "text", "content": f"<p>{key}</p>"}]}


def is_marked(detail: Mapping[str, Any], key: str) -> bool:
    """Whether an article's details carry the delivery's key."""
    texts = [detail.get("description"), *(block.get("content") for block in _blocks(detail))]
    return any(key in str(text or "") for text in texts)


def stands(detail: Mapping[str, Any], article: Mapping[str, Any]) -> bool:
    """Whether an article's details are surely what we would send: only where Zalo tells everything as it got it."""
    if article["type"] == "video":
        names = ("status", "title", "description", "avatar", "video_id")
        return all(same(detail.get(name, ""), article[name]) for name in names)
    told, sent = _blocks(detail), _blocks(article)
    cover = detail.get("cover")
    return (
        detail.get("status") == article["status"]
        and all(same(detail.get(name, ""), article[name]) for name in ("title", "author", "description"))
        and isinstance(cover, dict)
        and cover.get("photo_url") == article["cover"]["photo_url"]
        and [_shape(block) for block in told] == [_shape(block) for block in sent]
    )


def _shape(block: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(block.get(name, "")) for name in ("type", "content", "url", "caption"))


def _blocks(article: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    body = article.get("body")
    return [block for block in body if isinstance(block, dict)] if isinstance(body, list) else []
