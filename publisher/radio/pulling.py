"""Pulling: what a station takes is kept as an edition; what an editor changes afterwards shows, and is pulled again."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.radio.book import packed
from channels.radio.packet import Packet
from publisher import audit, clock
from publisher.audit import Actor
from publisher.delivery.outlets import World
from publisher.files import sha256
from publisher.model import Account, Edition, Programme, Pull
from publisher.radio.programmes import Planned
from publisher.refusal import Refused
from publisher.words import _


@dataclass(frozen=True)
class Standing:
    """What a station has of a programme: its newest edition, who took it when, and whether it still holds."""

    programme_id: int
    edition_id: int
    number: int
    edition: int
    sha256: str
    made_at: datetime
    pulled_at: datetime | None
    pulled_by: str

    def outdated(self, planned: Planned, now: datetime) -> bool:
        """Whether an editor changed the programme after it was pulled; what is over is never called outdated."""
        if planned.ends_at <= now and not planned.urgent:
            return False
        return planned.book is None or sha256(packed(planned.book)) != self.sha256


def standings(session: Session, planned: Collection[Planned]) -> dict[str, Standing]:
    """Return, by key, what a station has of its programmes: 2 queries."""
    if not planned:
        return {}
    account_id = next(iter(planned)).account_id
    days = {one.day for one in planned}
    rows = session.scalars(select(Programme).where(Programme.account_id == account_id, Programme.day.in_(days))).all()
    keys = {row.id: _key(row) for row in rows}
    last = select(func.max(Edition.id)).where(Edition.programme_id.in_(keys)).group_by(Edition.programme_id)
    pulled = select(func.max(Pull.id)).where(Pull.edition_id == Edition.id).correlate(Edition).scalar_subquery()
    found = session.execute(
        select(Programme.number, Edition, Pull.at, Pull.by)
        .join(Edition, Edition.programme_id == Programme.id)
        .outerjoin(Pull, Pull.id == pulled)
        .where(Edition.id.in_(last))
    )
    return {keys[row.Edition.programme_id]: _standing(row) for row in found}


def _key(row: Programme) -> str:
    return f"{row.day}-{row.slot_id}" if row.slot_id is not None else f"khan-{row.delivery_id}"


def _standing(row: Any) -> Standing:
    edition: Edition = row.Edition
    return Standing(
        edition.programme_id, edition.id, row.number, edition.number, edition.sha256, edition.made_at, row.at,
        row.by or "",
    )  # fmt: skip


def pull(
    session: Session, world: World, actor: Actor, account: Account, planned: Planned, way: str
) -> tuple[Packet, Standing]:
    """Take a programme as it stands now: a new edition when something changed, the same one otherwise.

    `way` is browser, api or command. `Refused` when there is nothing to read.
    """
    standing = keep(session, world, account, planned)
    session.add(Pull(edition_id=standing.edition_id, way=way, by=actor.name, person_id=actor.person_id, at=clock.now()))
    session.flush()
    audit.record(
        session, actor, "programme.pull", "programme", standing.programme_id,
        unit_id=account.unit_id, key=planned.key, edition=standing.edition, way=way,
    )  # fmt: skip
    return packet(world, planned, standing), standing


def keep(session: Session, world: World, account: Account, planned: Planned) -> Standing:
    """Store a programme as it stands as its newest edition unless that is what the newest one holds."""
    if planned.book is None:
        raise Refused(planned.problem)
    if not planned.airings:
        raise Refused(_("Chương trình này chưa có bài nào được duyệt: chưa có gì để đọc."))
    session.refresh(account, with_for_update=True)  # numbers are given one after the other
    row = _programme(session, account, planned)
    data = packed(planned.book)
    last = session.scalar(
        select(Edition).where(Edition.programme_id == row.id).order_by(Edition.number.desc()).limit(1)
    )
    open_still = planned.urgent or clock.now() < planned.ends_at  # what was read stays what was read
    if last is None or (open_still and last.sha256 != sha256(data)):
        last = Edition(
            programme_id=row.id, number=last.number + 1 if last else 1, sha256=world.files.put(data),
            made_at=clock.now(),
        )  # fmt: skip
        session.add(last)
        session.flush()
    return Standing(row.id, last.id, row.number, last.number, last.sha256, last.made_at, None, "")


def _programme(session: Session, account: Account, planned: Planned) -> Programme:
    if planned.urgent:
        same = Programme.delivery_id == planned.airings[0].root_id
    else:
        same = (Programme.slot_id == planned.slot_id) & (Programme.day == planned.day)
    row = session.scalar(select(Programme).where(same))
    if row is not None:
        return row
    last = session.scalar(select(func.max(Programme.number)).where(Programme.account_id == account.id)) or 0
    row = Programme(
        account_id=account.id, slot_id=planned.slot_id, day=planned.day, number=last + 1, starts_at=planned.starts_at,
        delivery_id=planned.airings[0].root_id if planned.urgent else None, created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def packet(world: World, planned: Planned, standing: Standing | None) -> Packet:
    """Return a programme for handing out: the edition a station has, or, without one, what stands now as a preview."""
    uid = f"radio-{planned.account_id}-{planned.key}@publisher"
    if standing is None:
        if planned.book is None:
            raise Refused(planned.problem)
        return Packet(planned.book, None, None, uid, clock.now(), _("BẢN XEM TRƯỚC: đài chưa lấy kịch bản này."))
    notice = ""
    if standing.outdated(planned, clock.now()):
        notice = _("BẢN NÀY ĐÃ CŨ: biên tập đã sửa sau khi đài lấy. Hãy lấy bản mới trước khi đọc.")
    book = read(world, standing)
    return Packet(book, standing.number, standing.edition, uid, standing.made_at, notice)


def read(world: World, standing: Standing) -> dict[str, Any]:
    """Return the programme of an edition, exactly as it was pulled."""
    book: dict[str, Any] = json.loads(world.files.get(standing.sha256))
    return book


def differences(old: Mapping[str, Any], new: Mapping[str, Any] | None) -> list[str]:
    """Return, as sentences, what changed between what a station has and what stands now."""
    if new is None or not new["items"]:
        return [_("Chương trình không còn bài nào được duyệt.")]
    before = {item["post"]: item for item in old["items"]}
    after = {item["post"]: item for item in new["items"]}
    found = [_("Bỏ bài «{title}».").format(title=before[key]["title"]) for key in before if key not in after]
    found += [_("Thêm bài «{title}».").format(title=after[key]["title"]) for key in after if key not in before]
    for key in after:
        if key in before:
            found += _item_changes(before[key], after[key])
    if [key for key in before if key in after] != [key for key in after if key in before]:
        found.append(_("Thứ tự các bài đã đổi."))
    if (old["title"], old["starts_at"], old["minutes"]) != (new["title"], new["starts_at"], new["minutes"]):
        found.append(_("Tên, giờ hoặc thời lượng chương trình đã đổi."))
    return found or [_("Phần dẫn, lời kết hoặc tốc độ đọc đã đổi.")]


def _item_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    if old["sha256"] != new["sha256"]:
        told = _("Bài «{title}» đã sửa.").format(title=new["title"])
        why = str(new["correction"])
        return [f"{told} {_('Nội dung đính chính: {why}').format(why=why)}" if why else told]
    if (old["kind"], old["priority"]) != (new["kind"], new["priority"]):
        return [_("Bài «{title}» chuyển phần hoặc đổi mức ưu tiên.").format(title=new["title"])]
    return []
