"""From a version to what each channel would send: for the preview, and stored at approval."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import base
from channels.radio import Radio
from channels.radio.script import lines_of
from publisher import clock
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.editorial.content import Content
from publisher.model import Account, Decision, FetchedPart, Label, Post, Rendering, Theme, Unit, Version
from publisher.radio.lexicon import words
from publisher.refusal import Refused
from publisher.text import excerpt, html, number, plain
from publisher.words import _


def channel_post(
    session: Session, content: Content, unit: Unit, slug: str, version: int, channel: str, public_url: str
) -> base.Post:
    """Return a version as one channel sees it, its own variant of title and body applied."""
    texts = content.variants.get(channel, {})
    title = texts.get("title") or content.title
    body = (texts.get("body") or content.body).replace(HOTLINE, unit.hotline or HOTLINE)
    themes = {theme.code: theme.title for theme in session.scalars(select(Theme).order_by(Theme.valid_from))}
    labels = {label.code: label.title for label in session.scalars(select(Label))}
    return base.Post(
        number=version,
        slug=slug,
        title=title,
        body_html=html(body),
        body_text=plain(body),
        summary=content.summary.replace(HOTLINE, unit.hotline or HOTLINE) or excerpt(body),
        slogan=content.slogan,
        unit=unit.name,
        hotline=unit.hotline,
        themes=tuple(base.Theme(code, themes.get(code, code)) for code in content.themes),
        audiences=tuple(labels.get(code, code) for code in content.audiences),
        tags=tuple(labels.get(code, code) for code in content.tags),
        source_number=content.source_number,
        source_date=content.source_date,
        valid_until=content.valid_until,
        images=tuple(base.Image(**image) for image in content.images),
        video=base.Video(**{**content.video, "alt": content.video["alt"] or title}) if content.video else None,
        correction=content.correction,
        link=f"{public_url}/tin/{slug}" if public_url else "",
        lines=lines_of(texts.get("lines", "")),
        lexicon=words(session, unit.id) if channel == Radio.name else {},
    )


HOTLINE = "{{duong_day_nong}}"  # in a text: the unit's hotline as it stands when the post is approved


def breaches(post: base.Post, limits: base.Limits) -> list[str]:
    """Return, as sentences, which of an outlet's limits a post breaks."""
    return [sentence for _field, sentence in breached(post, limits)]


def breached(post: base.Post, limits: base.Limits) -> list[tuple[str, str]]:
    """Return which of an outlet's limits a post breaks: (`title`, `body`, `images` or `video`, sentence)."""
    found = []
    if HOTLINE in post.body_text or HOTLINE in post.summary:
        lacking = _("Bài nhắc đến đường dây nóng nhưng đơn vị chưa khai số: hãy bổ sung trong mục Đơn vị.")
        found.append(("body", lacking))
    title, body = limits.count(post.title), limits.count(post.body_text)
    if limits.title is not None and title > limits.title:
        long = _("Tiêu đề dài {now} ký tự, kênh nhận tối đa {most}.")
        found.append(("title", long.format(now=number(title), most=number(limits.title))))
    if limits.characters is not None and body > limits.characters:
        long = _("Nội dung dài {now} ký tự, kênh nhận tối đa {most}.")
        found.append(("body", long.format(now=number(body), most=number(limits.characters))))
    if limits.images is not None and len(post.images) > limits.images:
        many = _("Có {now} ảnh, kênh nhận tối đa {most}.").format(now=len(post.images), most=limits.images)
        found.append(("images", many))
    return [*found, *_breached_by_film(post, limits)]


def _breached_by_film(post: base.Post, limits: base.Limits) -> list[tuple[str, str]]:
    if post.video is None or not limits.video:
        return []
    found = []
    if limits.video_bytes is not None and post.video.size > limits.video_bytes:
        heavy = _("Phim nặng {now} MB, kênh nhận tối đa {most} MB. Hãy cắt ngắn hoặc giảm độ phân giải.")
        now, most = -(-post.video.size // 1_000_000), limits.video_bytes // 1_000_000
        found.append(("video", heavy.format(now=number(now), most=number(most))))
    if limits.video_cover and not post.images:
        bare = _("Phim lên kênh này phải có ảnh bìa: hãy thêm ít nhất một ảnh, ảnh đầu tiên làm ảnh bìa.")
        found.append(("images", bare))
    return found


def cautions(post: base.Post, limits: base.Limits) -> tuple[str, ...]:
    """Return, as sentences, what of a post an outlet does without; the post goes out all the same."""
    if post.video is None or limits.video:
        return ()
    return (_("Kênh này không nhận phim: bài vẫn phát hành, không kèm phim."),)


def preview(
    session: Session, world: World, account: Account, content: Content, unit: Unit, slug: str, public_url: str
) -> tuple[base.Rendered, list[str]]:
    """Return what an account would send for a content as it stands in the editor, and which limits it breaks."""
    seen = channel_post(session, content, unit, slug, 0, account.channel, public_url)
    limits = channel_type(account.channel).limits
    return warned(open_channel(world, account).render(seen), seen, limits), breaches(seen, limits)


def warned(rendered: base.Rendered, post: base.Post, limits: base.Limits) -> base.Rendered:
    """Return a rendering with what the outlet does without among its warnings."""
    return replace(rendered, warnings=(*rendered.warnings, *cautions(post, limits)))


def approve_rendering(
    session: Session,
    world: World,
    decision: Decision,
    post: Post,
    version: Version,
    content: Content,
    account: Account,
    placement: str,
    public_url: str,
) -> Rendering:
    """Render a version for an account and store exactly these bytes as approved; `Refused` over a limit."""
    existing = session.scalar(
        select(Rendering).where(
            Rendering.version_id == version.id,
            Rendering.account_id == account.id,
            Rendering.placement == placement,
        )
    )
    if existing is not None:
        return existing
    unit = session.get_one(Unit, post.unit_id)
    seen = channel_post(session, content, unit, post.slug, version.number, account.channel, public_url)
    limits = channel_type(account.channel).limits
    broken = breaches(seen, limits)
    if broken:
        raise Refused(f"{account.title}: {' '.join(broken)}")
    try:
        rendered = warned(open_channel(world, account).render(seen), seen, limits)
    except base.Refusal as error:
        raise Refused(f"{account.title}: {error.message}") from error
    return store_rendering(session, world, decision, version, account, placement, rendered)


def _put(world: World, part: base.Part) -> str:
    """Store a part's bytes; a film lies in the store already, and the version's row keeps it there."""
    return part.sha256 if isinstance(part, base.Stored) else world.files.put(part.data)


def store_rendering(
    session: Session,
    world: World,
    decision: Decision,
    version: Version,
    account: Account,
    placement: str,
    rendered: base.Rendered,
) -> Rendering:
    """Store the bytes of a rendering as approved, and which of its pictures the outlet may fetch from us."""
    parts = [{"name": part.name, "media_type": part.media_type, "sha256": _put(world, part)} for part in rendered.parts]
    rendering = Rendering(
        version_id=version.id,
        account_id=account.id,
        placement=placement,
        decision_id=decision.id,
        sha256=rendered.sha256,
        parts=parts,
        warnings=list(rendered.warnings),
        created_at=clock.now(),
    )
    session.add(rendering)
    session.flush()
    fetched = {part["sha256"]: part["media_type"] for part in parts if part["name"] in rendered.fetched}
    session.add_all(
        FetchedPart(sha256=digest, rendering_id=rendering.id, media_type=kind) for digest, kind in fetched.items()
    )
    session.flush()
    return rendering
