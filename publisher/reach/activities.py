"""Activities without an outlet of ours: entering them with their numbers, changing, striking, listing, counting."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Activity, Plan, Reading, Slot, Task, Unit
from publisher.reach import evidence, ledger
from publisher.reach.figures import Dim
from publisher.reach.forms import FORMS, facts, measure
from publisher.reach.ledger import STANDING, Entry
from publisher.reach.metrics import METRICS
from publisher.reach.metrics import title as metric_title
from publisher.reach.products import Count, Last, counts, last_numbers, spread
from publisher.refusal import Missing, Refused
from publisher.text import line, passage
from publisher.words import _
from schedules.plan_file.words import AUDIENCES, THEME_CODES

EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(days=366)  # of one activity


@dataclass(frozen=True)
class Told:
    """An activity as a person enters it; `numbers` are by metric, `source` is how they are known."""

    form: str
    day: date
    title: str
    until: date | None = None
    place: str = ""
    partner: str = ""
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    note: str = ""
    slot_id: int | None = None
    task_id: int | None = None
    source: str = "reported"
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """An activity as lists and reports show it."""

    id: int
    unit_id: int
    unit: str
    form: str
    form_title: str
    day: date
    until: date
    title: str
    place: str
    partner: str
    themes: tuple[str, ...]
    note: str
    numbers: dict[str, Last]
    proofs: int
    struck: str = ""


def enter(
    session: Session, actor: Actor, zone: ZoneInfo, unit_id: int, told: Told, *, batch_id: int | None = None
) -> Activity:
    """Store an activity of a unit and log its numbers; `Refused` names the field that is wrong.

    Where no number of times is given it took place once. It counts in the period of its last day.
    """
    form = facts(told.form)
    until = told.until or told.day
    _check_days(told.day, until, zone)
    task_id = _planned(session, unit_id, told)
    now = clock.now()
    row = Activity(
        unit_id=unit_id, form=form.code, day=told.day, until=until,
        title=line(told.title, _("Tên hoạt động"), most=300, needed=True),
        place=line(told.place, _("Địa điểm"), most=200), partner=line(told.partner, _("Đơn vị phối hợp"), most=200),
        themes=_codes(told.themes, THEME_CODES, _("Chủ đề"), "themes"),
        audiences=_codes(told.audiences, tuple(AUDIENCES), _("Đối tượng"), "audiences"),
        note=passage(told.note, _("Ghi chú"), most=2000), task_id=task_id, slot_id=told.slot_id, batch_id=batch_id,
        created_by=actor.person_id, created_at=now, changed_at=now, struck_reason="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, actor, "activity.add", "activity", row.id, unit_id=unit_id, form=form.code, title=row.title)
    _log_numbers(session, actor, zone, row, {"events": 1, **told.numbers}, told.source)
    return row


def _check_days(day: date, until: date, zone: ZoneInfo) -> None:
    if day < EARLIEST:
        raise Refused(_("Ngày phải từ 01/01/2000 trở đi."), "day")
    if until < day:
        raise Refused(_("Ngày kết thúc phải từ ngày bắt đầu trở đi."), "until")
    if until - day > LONGEST:
        raise Refused(_("Một hoạt động kéo dài nhiều nhất một năm: hãy tách thành nhiều hoạt động."), "until")
    if until > clock.local_day(clock.now(), zone):
        raise Refused(_("Chỉ ghi hoạt động đã diễn ra: ngày này chưa tới."), "day" if until == day else "until")


def _codes(given: Sequence[str], known: Sequence[str], title: str, field_name: str) -> list[str]:
    strange = [code for code in given if code not in known]
    if strange:
        what = _("{title}: không có mã «{code}». Các mã: {known}.")
        raise Refused(what.format(title=title, code=strange[0][:30], known=", ".join(known)), field_name)
    return sorted(set(given), key=list(known).index)


def _planned(session: Session, unit_id: int, told: Told) -> int | None:
    """Return the task that the activity belongs to; a day of the plan that it fulfils is used up by it."""
    if told.slot_id is None and told.task_id is None:
        return None
    query = select(Task.id).join(Plan, Plan.id == Task.plan_id).where(Plan.unit_id == unit_id)
    if told.slot_id is not None:
        task_id = session.scalar(query.join(Slot, Slot.task_id == Task.id).where(Slot.id == told.slot_id))
        slot = session.get(Slot, told.slot_id)
        if task_id is None or slot is None or slot.state == "dismissed":
            raise Refused(_("Ngày kế hoạch đã chọn không còn. Hãy tải lại trang rồi chọn lại."), "slot")
        if slot.state == "used":
            raise Refused(_("Ngày kế hoạch này đã có bài hoặc hoạt động khác."), "slot")
        slot.state = "used"
        return task_id
    task_id = session.scalar(query.where(Task.id == told.task_id))
    if task_id is None:
        raise Refused(_("Nhiệm vụ đã chọn không thuộc kế hoạch của đơn vị."), "task")
    return task_id


def check_numbers(form: str, numbers: Mapping[str, int]) -> None:
    """Raise `Refused` for a number that the form does not have or that contradicts another."""
    known = facts(form)
    for name, value in numbers.items():
        if name not in known.metrics:
            title = metric_title(name)
            raise Refused(_("Hình thức «{form}» không có số liệu «{name}».").format(form=known.title, name=title), name)
        try:
            ledger.check_value(value, metric_title(name))
        except Refused as error:
            raise Refused(error.message, name) from error
    for part, whole in (("on_time", "answered"), ("satisfied", "surveys")):
        if part in numbers and whole in numbers and numbers[part] > numbers[whole]:
            raise Refused(
                _("«{part}» ({few}) không thể nhiều hơn «{whole}» ({many}).").format(
                    part=metric_title(part), few=numbers[part], whole=metric_title(whole), many=numbers[whole]
                ),
                part,
            )


def _log_numbers(
    session: Session, actor: Actor, zone: ZoneInfo, row: Activity, numbers: Mapping[str, int], source: str
) -> None:
    check_numbers(row.form, numbers)
    form, as_of = facts(row.form), ledger.end_of(row.until, zone)
    order = [name for name in form.metrics if name in numbers]
    entries = [
        Entry(name, numbers[name], source, as_of, activity_id=row.id, measure=measure(form, name)) for name in order
    ]
    ledger.log(session, actor, zone, entries)


def change(session: Session, actor: Actor, row: Activity, title: str, place: str, partner: str, note: str) -> None:
    """Change an activity's words. Form, days and themes decide where its numbers count: for those it is struck and
    entered anew."""
    _still_there(row)
    row.title = line(title, _("Tên hoạt động"), most=300, needed=True)
    row.place, row.partner = line(place, _("Địa điểm"), most=200), line(partner, _("Đơn vị phối hợp"), most=200)
    row.note = passage(note, _("Ghi chú"), most=2000)
    row.changed_at = clock.now()
    audit.record(session, actor, "activity.change", "activity", row.id, unit_id=row.unit_id, title=row.title)


def set_number(
    session: Session, actor: Actor, zone: ZoneInfo, row: Activity, metric: str, value: int, reason: str
) -> None:
    """Correct one number of an activity with a reason, or add one that was missing."""
    _still_there(row)
    check_numbers(row.form, {metric: value})
    standing = session.scalars(
        select(Reading).where(Reading.activity_id == row.id, Reading.metric == metric, *STANDING).limit(1)
    ).first()
    if standing is None:
        _log_numbers(session, actor, zone, row, {metric: value}, "reported")
    else:
        ledger.correct(session, actor, standing.id, value, reason)


def strike(session: Session, actor: Actor, row: Activity, reason: str) -> None:
    """Take an activity back with all its numbers; the rows stay, the plan's day is free again."""
    _still_there(row)
    reason = line(reason, _("Lý do"), most=300, needed=True)
    for reading_id in session.scalars(select(Reading.id).where(Reading.activity_id == row.id, *STANDING)).all():
        ledger.strike(session, actor, reading_id, reason)
    row.struck_at, row.struck_by, row.struck_reason = clock.now(), actor.person_id, reason
    if row.slot_id is not None:
        session.get_one(Slot, row.slot_id).state = "proposed"
    audit.record(session, actor, "activity.strike", "activity", row.id, unit_id=row.unit_id, reason=reason)


def _still_there(row: Activity) -> None:
    if row.struck_at is not None:
        raise Refused(_("Hoạt động này đã bỏ: {why}").format(why=row.struck_reason))


def get(session: Session, activity_id: int) -> Activity:
    """Return an activity, or raise `Missing`."""
    row = session.get(Activity, activity_id)
    if row is None:
        raise Missing(_("Không có hoạt động số {number}.").format(number=activity_id))
    return row


def _within(units: Collection[int], since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    return (Activity.unit_id.in_(units), Activity.until.between(since, until), Activity.struck_at.is_(None))


def activities(
    session: Session,
    units: Collection[int],
    since: date,
    until: date,
    *,
    form: str = "",
    chunk: int = 500,
    most: int | None = None,
    offset: int = 0,
    newest: bool = False,
) -> Iterator[Held]:
    """Yield the activities whose last day lies in a window, oldest first (or newest), in chunks of 3 queries."""
    query = select(Activity, Unit.short_name).join(Unit, Unit.id == Activity.unit_id)
    query = query.where(*_within(units, since, until))
    if form:
        query = query.where(Activity.form == form)
    order: tuple[Any, ...] = (Activity.until, Activity.id)
    query = query.order_by(*(column.desc() for column in order) if newest else order)
    left = most
    while left is None or left > 0:
        size = chunk if left is None else min(chunk, left)
        rows = session.execute(query.limit(size).offset(offset)).all()
        yield from held_of(session, [(row.Activity, row.short_name) for row in rows])
        for row, _unit in rows:
            session.expunge(row)
        if len(rows) < size:
            return
        offset += size
        left = None if left is None else left - size


def held_of(session: Session, rows: Sequence[tuple[Activity, str]]) -> list[Held]:
    """Return activities with their numbers and how many proofs they have: 2 queries."""
    ids = [row.id for row, _unit in rows]
    numbers = last_numbers(session, Reading.activity_id, ids, clock.now() + timedelta(days=1))
    proofs = evidence.count(session, "activity", ids)
    return [
        Held(
            row.id, row.unit_id, unit, row.form, FORMS[row.form].title, row.day, row.until, row.title, row.place,
            row.partner, tuple(row.themes), row.note, numbers.get(row.id, {}), proofs.get(row.id, 0), row.struck_reason,
        )
        for row, unit in rows
    ]  # fmt: skip


def held(session: Session, units: Collection[int], since: date, until: date, by: Sequence[Dim] = ()) -> list[Count]:
    """Count the activities of a window by unit, form, channel (of the form, "" for none), theme, month: 1 query."""
    query = select(Activity.unit_id, Activity.form, Activity.themes, Activity.until).where(
        *_within(units, since, until)
    )
    plain: list[Dim] = [dim for dim in by if dim != "month"]
    tally: Counter[tuple[Any, ...]] = Counter()
    for unit_id, form, themes, last in session.execute(query):
        values = {
            "unit": unit_id, "form": form, "channel": FORMS[form].channel, "theme": ",".join(themes),
        }  # fmt: skip
        key = [values[dim] for dim in plain] + ([last.replace(day=1)] if "month" in by else [])
        for one in spread(key, plain):
            tally[one] += 1
    return counts(tally, by, plain)


def count_activities(session: Session, units: Collection[int], since: date, until: date, *, form: str = "") -> int:
    """Return how many activities a window has: 1 query."""
    query = select(func.count()).select_from(Activity).where(*_within(units, since, until))
    return session.scalar(query.where(Activity.form == form) if form else query) or 0


def number_titles(form: str) -> list[tuple[str, str, str]]:
    """Return (metric, title, unit of count) of the numbers that a form has, in the order of the form."""
    known = facts(form)
    return [(name, metric_title(name), measure(known, name)) for name in known.metrics if name in METRICS]
