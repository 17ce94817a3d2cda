"""A post as it is read aloud: original and spoken side by side, each line with the editor's own words if wished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.radio.outlet import Radio
from channels.radio.script import Row, Script, lines_of, lines_text, script
from channels.radio.station import Station
from channels.speech import Lexicon, LexiconError
from channels.speech.timing import clock as minutes
from publisher.clock import local_day
from publisher.editorial import content, drafting
from publisher.editorial.moving import wishes_of
from publisher.editorial.rendering import channel_post
from publisher.model import Account, Person, Placement, Post, Unit
from publisher.radio import programmes, stations
from publisher.refusal import Refused
from publisher.security import rights_in
from publisher.web.context import installation, me, public_url, reading, world, writing
from publisher.web.desk.bench import seen_post
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.web.radio import radio_desk
from publisher.words import _


@dataclass(frozen=True)
class Room:
    """The slot a post falls into: its title, minutes, and seconds that other items and the frame already take."""

    station: str
    account_id: int
    key: str
    title: str
    minutes: int
    taken: float
    here: float

    @property
    def left(self) -> float:
        """Seconds that stay free once this post is read; negative when it does not fit."""
        return self.minutes * 60 - self.taken - self.here

    @property
    def told(self) -> str:
        """The room as a sentence."""
        if self.left < 0:
            return _("Vượt khung {by}.").format(by=minutes(-self.left))
        return _("Còn trống {left}.").format(left=minutes(self.left))


@radio_desk.get("/bai/<int:post_id>")
@permission("read")
def spoken(post_id: int) -> str:
    """Show a post as it is read aloud."""
    with reading() as session:
        person = me(session)
        post = seen_post(session, person, post_id)
        rights = rights_in(session, person, post.unit_id)
        unit = session.get_one(Unit, post.unit_id)
        account = _station_of(session, post)
        read = _script(session, post, unit, account)
        room = _room(session, post, account, read) if account is not None else None
    return render_template(
        "radio/desk_spoken.html",
        post=post, unit=unit, read=read, room=room, rights=rights, account=account,
        rows=(read.title, *read.rows), findings=sum(len(row.advice) for row in (read.title, *read.rows)),
        length=minutes(read.seconds),
    )  # fmt: skip


def _station_of(session: Session, post: Post) -> Account | None:
    """Return the station a post is planned for, else one of its unit's."""
    wished = session.scalar(
        select(Account)
        .join(Placement, Placement.account_id == Account.id)
        .where(Placement.post_id == post.id, Account.channel == Radio.name)
        .order_by(Placement.due_at)
        .limit(1)
    )
    if wished is not None:
        return wished
    own = select(Account).where(Account.unit_id == post.unit_id, Account.channel == Radio.name)
    return session.scalar(own.where(Account.state != "closed").order_by(Account.id).limit(1))


def _script(
    session: Session, post: Post, unit: Unit, account: Account | None, own: Mapping[str, str] | None = None
) -> Script:
    text = content.of(drafting.head_version(session, post))
    seen = channel_post(session, text, unit, post.slug, post.head, Radio.name, public_url())
    if own is not None:
        seen = replace(seen, lines=own)
    try:
        words = Lexicon(seen.lexicon)
    except LexiconError:
        words = Lexicon()
    return script(seen, words, stations.described(account) if account is not None else Station(""))


def _room(session: Session, post: Post, account: Account, read: Script) -> Room | None:
    """Return the slot the post is planned for and what is left of it."""
    wish = session.scalar(wishes_of(post).where(Placement.account_id == account.id).order_by(Placement.due_at).limit(1))
    if wish is None:
        return None
    day = local_day(wish.due_at, installation().config.zone)
    for planned in programmes.span(session, world(), account, day, day + programmes.REACH).programmes:
        if planned.ends_at > wish.due_at and planned.minutes is not None:
            own = sum(
                segment["seconds"]
                for segment in (planned.book or {"segments": []})["segments"]
                if segment["item"] in {one.delivery_id for one in planned.airings if one.post_id == post.id}
            )
            return Room(
                account.title, account.id, planned.key, planned.title, planned.minutes, planned.seconds - own,
                read.seconds,
            )  # fmt: skip
    return None


@radio_desk.post("/bai/<int:post_id>")
@permission("write")
def spoken_post(post_id: int) -> Response:
    """Keep the editor's own lines with a new version of the post; an approved post then needs approval again.

    One field a sentence, in the order of the text: the revision says that it is still the text of the page.
    """
    sent = form(one=("revision",), many=("spoken",))
    with writing() as session:
        person = me(session)
        post = seen_post(session, person, post_id)
        drafting.expect(post, sent.number("revision", _("Số lần sửa")))
        ours = _script(session, post, session.get_one(Unit, post.unit_id), _station_of(session, post), {})
        own = _own((ours.title, *ours.rows), sent.many["spoken"])
        _save(session, person, post, own)
    flash(_("Đã lưu lời đọc thành phiên bản mới.") if own else _("Đã lưu: dùng lời đọc của hệ thống."), "success")
    return redirect(url_for("radio_desk.spoken", post_id=post_id))


def _own(ours: Sequence[Row], spoken: Sequence[str]) -> dict[str, str]:
    """Return the lines that differ from ours; an emptied line goes back to ours."""
    if len(ours) != len(spoken):
        raise Refused(_("Biểu mẫu không đầy đủ: hãy tải lại trang rồi làm lại."))
    typed = {" ".join(row.original.split()): " ".join(said.split()) for row, said in zip(ours, spoken, strict=True)}
    plain = {" ".join(row.original.split()): row.spoken for row in ours}
    return {written: said for written, said in typed.items() if said and said != plain[written]}


def _save(session: Session, person: Person, post: Post, own: Mapping[str, str]) -> None:
    text = content.of(drafting.head_version(session, post))
    variants = {name: dict(texts) for name, texts in text.variants.items()}
    mine = variants.setdefault(Radio.name, {"title": "", "body": ""})
    if lines_of(mine.get("lines", "")) == own:
        return
    mine["lines"] = lines_text(own)
    drafting.save(session, person, post, post.revision, content.read({**text.__dict__, "variants": variants}))
