"""What an editor writes in a post, checked and normalised before anything is stored."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from channels import registry
from publisher.model import Version
from publisher.refusal import Refused
from publisher.text import line, passage
from publisher.words import _

LONGEST_BODY = 200_000  # characters: about 60 printed pages; a larger text is a document, not a post
MOST_IMAGES = 20


@dataclass(frozen=True)
class Content:
    """The text of one version; every field normalised (NFC) and within its bounds."""

    title: str
    body: str  # Markdown
    summary: str = ""
    slogan: str = ""
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source_number: str = ""
    source_date: date | None = None
    valid_until: date | None = None
    images: tuple[Mapping[str, Any], ...] = ()
    video: Mapping[str, Any] | None = None
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()  # what has to be verified before approval
    correction: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the whole text: equal texts make no new version."""
        values = asdict(self)
        if self.video is None:
            del values["video"]  # a text that was stored before there were films keeps its hash
        data = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()


def read(raw: Mapping[str, Any]) -> Content:
    """Check and normalise what a form, a file or another program handed in; `Refused` names the field.

    `raw` has the names of `Content`; dates are `date` objects, dd/mm/yyyy or ISO texts; unknown names are refused,
    so that no form can set what is not text (state, owner, approval).
    """
    known = set(Content.__dataclass_fields__)
    unknown = sorted(set(raw) - known)
    if unknown:
        raise Refused(_("Trường không có trong biểu mẫu: {names}.").format(names=", ".join(unknown)))
    return Content(
        title=line(_text(raw, "title"), _("Tiêu đề"), most=200, needed=True),
        body=passage(_text(raw, "body"), _("Nội dung"), most=LONGEST_BODY, needed=True),
        summary=line(_text(raw, "summary"), _("Tóm tắt"), most=500),
        slogan=line(_text(raw, "slogan"), _("Khẩu hiệu"), most=200),
        themes=_codes(raw, "themes", _("Chủ đề")),
        audiences=_codes(raw, "audiences", _("Đối tượng")),
        tags=_codes(raw, "tags", _("Nhãn")),
        source_number=line(_text(raw, "source_number"), _("Số văn bản"), most=100),
        source_date=day(raw.get("source_date"), _("Ngày văn bản")),
        valid_until=day(raw.get("valid_until"), _("Có hiệu lực đến")),
        images=_images(raw.get("images") or ()),
        video=_video(raw.get("video")),
        variants=_variants(raw.get("variants") or {}),
        checks=_codes(raw, "checks", _("Cần kiểm tra"), most=200),
        correction=passage(_text(raw, "correction"), _("Nội dung đính chính"), most=1000),
    )


def of(version: Version) -> Content:
    """Return the content of a stored version."""
    return Content(
        title=version.title,
        body=version.body,
        summary=version.summary,
        slogan=version.slogan,
        themes=tuple(version.themes),
        audiences=tuple(version.audiences),
        tags=tuple(version.tags),
        source_number=version.source_number,
        source_date=version.source_date,
        valid_until=version.valid_until,
        images=tuple(version.images),
        video=version.video,
        variants=version.variants,
        checks=tuple(version.checks),
        correction=version.correction,
    )


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name) or ""
    if not isinstance(value, str):
        raise Refused(_("Trường {name} phải là văn bản.").format(name=name), name)
    return value


def _codes(raw: Mapping[str, Any], name: str, title: str, most: int = 60) -> tuple[str, ...]:
    values = raw.get(name) or ()
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise Refused(_("{title}: phải là một danh sách.").format(title=title), name)
    cleaned = [line(value, title, most=most) for value in values]
    if len(cleaned) > 30:
        raise Refused(_("{title}: tối đa 30 mục.").format(title=title), name)
    return tuple(dict.fromkeys(value for value in cleaned if value))


def day(value: object, title: str) -> date | None:
    """Read a day written dd/mm/yyyy or yyyy-mm-dd; `Refused` for anything else that is not empty."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    text = str(value).strip()
    parts = text.split("/")
    try:
        if len(parts) == 3:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Refused(
            _("{title}: «{value}» không phải là ngày. Hãy viết dạng 05/01/2026.").format(title=title, value=text[:40]),
            title,
        ) from error


def _images(raw: Any) -> tuple[Mapping[str, Any], ...]:
    if len(raw) > MOST_IMAGES:
        raise Refused(_("Tối đa {most} ảnh trong một bài.").format(most=MOST_IMAGES), "images")
    images = []
    for number, image in enumerate(raw, start=1):
        where = _("Văn bản thay thế của ảnh {number}").format(number=number)
        alt = line(str(image.get("alt", "")), where, most=300, needed=True)
        images.append(
            {
                "sha256": str(image["sha256"]),
                "media_type": str(image["media_type"]),
                "width": int(image["width"]),
                "height": int(image["height"]),
                "alt": alt,
            }
        )
    return tuple(images)


def _video(raw: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not raw:
        return None
    return {
        "sha256": str(raw["sha256"]),
        "media_type": str(raw["media_type"]),
        "size": int(raw["size"]),
        "width": int(raw["width"]),
        "height": int(raw["height"]),
        "seconds": int(raw["seconds"]),
        "alt": line(str(raw.get("alt", "")), _("Phim"), most=300),
    }


def _variants(raw: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    variants: dict[str, dict[str, str]] = {}
    for channel, texts in raw.items():
        if channel not in registry():
            raise Refused(_("Bản riêng cho kênh không có: «{name}».").format(name=channel), "variants")
        title = line(texts.get("title") or "", _("Tiêu đề riêng"), most=200)
        body = passage(texts.get("body") or "", _("Nội dung riêng"), most=LONGEST_BODY)
        lines = passage(texts.get("lines") or "", _("Lời đọc riêng"), most=LONGEST_BODY)
        if title or body or lines:
            variants[channel] = {"title": title, "body": body} | ({"lines": lines} if lines else {})
    return variants
