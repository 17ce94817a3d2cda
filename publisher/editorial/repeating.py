"""Repeating: copies of a post as drafts on the days of a cadence; each copy needs its own approval."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.editorial import content, slots
from publisher.editorial.drafting import draft, head_version, touch
from publisher.editorial.moving import wishes_of
from publisher.editorial.scheduling import place
from publisher.model import Account, Person, Placement, Post, Unit
from publisher.refusal import Refused
from publisher.security import demand
from publisher.text import number
from publisher.words import _
from schedules import cadence

MOST = 60  # copies in one go: weekly for a year and a bit


def repeat(
    session: Session, person: Person, post: Post, spec: Mapping[str, object], until: date, zone: ZoneInfo
) -> list[Post]:
    """Copy a post as a draft for each day of a cadence after its first planned time, up to `until` (inclusive).

    `spec` is a cadence of `schedules.cadence`. Every copy goes to the same outlets at the same wall-clock
    distances and belongs to the same task of a plan; a proposed day of that task is taken. Approvals are never
    copied. `Refused` without outlets, without days, or for more than 60 copies.
    """
    demand(session, person, "write", post.unit_id)
    wishes = session.scalars(
        wishes_of(post).join(Account, Account.id == Placement.account_id).where(Account.state != "closed")
        .order_by(Placement.due_at, Placement.id)
    ).all()  # fmt: skip
    if not wishes:
        raise Refused(_("Hãy chọn kênh và giờ phát hành của bài này trước khi lặp lại."), "until")
    text = content.of(head_version(session, post))
    if text.valid_until is not None and until > text.valid_until:
        raise Refused(
            _("Bài chỉ có hiệu lực đến {day}: hãy chọn ngày kết thúc không muộn hơn.").format(
                day=text.valid_until.strftime("%d/%m/%Y")
            ),
            "until",
        )
    first = wishes[0].due_at.astimezone(zone).replace(tzinfo=None)
    moments = _moments(spec, first, until, zone)
    unit = session.get_one(Unit, post.unit_id)
    fresh = replace(text, correction="")
    copies = [_copy(session, person, unit, post, fresh, wishes, moment - first, zone) for moment in moments]
    slots.take_days(session, [(copy, moment.date()) for copy, moment in zip(copies, moments, strict=True)])
    touch(post)
    audit.record(
        session, audit.acting(person), "post.repeat", "post", post.id, unit_id=post.unit_id,
        cadence=dict(spec), until=until.isoformat(), copies=[copy.id for copy in copies],
    )  # fmt: skip
    return copies


def _moments(spec: Mapping[str, object], first: datetime, until: date, zone: ZoneInfo) -> list[datetime]:
    """Return the wall-clock times of the copies: after the first one and after now, at most `MOST`."""
    today = clock.local_day(clock.now(), zone)
    start = max(first.date(), today) + timedelta(days=1)
    try:
        instants = cadence.instants(cadence.parse(spec), start, until, zone, first.time())
    except cadence.CadenceError as error:
        raise Refused(str(error), "cadence") from error
    if not instants:
        raise Refused(
            _("Từ {start} đến {until} không có ngày nào đến lượt: hãy chọn ngày kết thúc muộn hơn.").format(
                start=start.strftime("%d/%m/%Y"), until=until.strftime("%d/%m/%Y")
            ),
            "until",
        )
    if len(instants) > MOST:
        raise Refused(
            _("Lặp như vậy thành {count} bài, mỗi lần tối đa {most}: hãy chọn ngày kết thúc sớm hơn.").format(
                count=number(len(instants)), most=MOST
            ),
            "until",
        )
    return [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]


def _copy(
    session: Session,
    person: Person,
    unit: Unit,
    post: Post,
    text: content.Content,
    wishes: Sequence[Placement],
    shift: timedelta,
    zone: ZoneInfo,
) -> Post:
    made = draft(session, person, audit.acting(person), unit, text, task_id=post.task_id)
    names = dict.fromkeys(wish.name for wish in wishes)
    for name in names:
        due = [
            # Wall-clock arithmetic: 05:15 stays 05:15 in a zone that moves its clocks.
            (wish.account_id, (wish.due_at.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone))
            for wish in wishes
            if wish.name == name
        ]
        place(session, person, made, made.revision, due, name)
    return made
