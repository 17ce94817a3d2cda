"""What was covered: plan days done, units that did something, form groups in use, themes on channels and their gaps."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from channels import registry
from publisher import clock
from publisher.model import Account, Activity, Plan, Post, Slot, Task, Theme, Unit
from publisher.reach.activities import held
from publisher.reach.forms import CHANNEL_GROUPS, FORMS, GROUPS, Medium, medium
from publisher.reach.products import landed
from publisher.words import _, mark
from schedules.plan_file.words import CHANNELS

OTHER = "other"  # the column of forms that no channel carries


@dataclass(frozen=True)
class Ratio:
    """So many of so many."""

    done: int
    of: int

    @property
    def share(self) -> Decimal | None:
        """The share in percent, unrounded; None where there is nothing to divide by."""
        return Decimal(100 * self.done) / self.of if self.of else None


@dataclass(frozen=True)
class UnitCoverage:
    """Units with at least one product or activity, of those that existed; `silent` are the others (id, name)."""

    ratio: Ratio
    silent: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class GroupCount:
    """A group of forms: how many of its forms were in use, and how many products and activities it had."""

    group: str
    title: str
    medium: Medium
    forms: int
    items: int


@dataclass(frozen=True)
class Matrix:
    """Products and activities by theme and channel; the column `other` holds forms without a channel."""

    themes: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], int]

    def at(self, theme: str, column: str) -> int:
        """Return how many of a theme there were on a channel."""
        return self.cells.get((theme, column), 0)


def completion(session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date) -> Ratio:
    """Return how many of the days that plans propose in a window were done: 1 query.

    Done is a day whose post went public, or for which an activity was entered, on or before `until`; dismissed days
    and dropped tasks are not asked for.
    """
    months = completion_by_month(session, zone, units, since, until)
    return Ratio(sum(ratio.done for _month, ratio in months), sum(ratio.of for _month, ratio in months))


def completion_by_month(
    session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date
) -> list[tuple[date, Ratio]]:
    """Return what `completion` counts, month by month (its first day); months without a planned day are left out."""
    end = clock.day_span(until, until, zone)[1]
    published = select(Post.id).where(Post.slot_id == Slot.id, Post.live.is_not(None), Post.published_at < end).exists()
    entered = (
        select(Activity.id)
        .where(Activity.slot_id == Slot.id, Activity.struck_at.is_(None), Activity.until <= until)
        .exists()
    )
    days = session.execute(
        select(Slot.day, func.count(), func.sum(case((or_(published, entered), 1), else_=0)))
        .join(Task, Task.id == Slot.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(Plan.unit_id.in_(units), Task.dropped.is_(False), Slot.state != "dismissed")
        .where(Slot.day.between(since, until))
        .group_by(Slot.day)
        .order_by(Slot.day)
    )
    months: dict[date, Ratio] = {}
    for day, planned, done in days:
        month = day.replace(day=1)
        so_far = months.get(month, Ratio(0, 0))
        months[month] = Ratio(so_far.done + int(done), so_far.of + planned)
    return list(months.items())


def unit_coverage(session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date) -> UnitCoverage:
    """Return which units published or did anything in a window, of those that existed in it: 3 queries."""
    existing = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.id.in_(units))
        .where(or_(Unit.valid_from.is_(None), Unit.valid_from <= until))
        .where(or_(Unit.valid_to.is_(None), Unit.valid_to >= since))
        .order_by(Unit.name)
    ).all()
    busy = {row.unit_id for row in landed(session, zone, units, since, until, ("unit",))}
    busy |= {row.unit_id for row in held(session, units, since, until, ("unit",))}
    silent = tuple((row.id, row.name) for row in existing if row.id not in busy)
    return UnitCoverage(Ratio(len(existing) - len(silent), len(existing)), silent)


def diversity(session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date) -> list[GroupCount]:
    """Return every group of forms with how much of it was in use: 2 queries. A channel counts as one form."""
    items: Counter[str] = Counter()
    used: dict[str, set[str]] = {group: set() for group in GROUPS}
    for product in landed(session, zone, units, since, until, ("channel",)):
        group = CHANNEL_GROUPS.get(product.channel or "", "online")
        items[group] += product.number
        used[group].add(product.channel or "")
    for activity in held(session, units, since, until, ("form",)):
        form = FORMS[activity.form or ""]
        items[form.group] += activity.number
        used[form.group].add(form.channel or form.code)
    return [
        GroupCount(group, _(title), medium(group), len(used[group]), items[group]) for group, title in GROUPS.items()
    ]


def matrix(session: Session, zone: ZoneInfo, units: Collection[int], since: date, until: date) -> Matrix:
    """Return products and activities by theme and channel: 4 queries. Columns are the channels that the units could
    use (an account in earnest that is not closed, or anything out in the window), then forms without a channel."""
    cells: Counter[tuple[str, str]] = Counter()
    for product in landed(session, zone, units, since, until, ("theme", "channel")):
        cells[product.theme or "", product.channel or ""] += product.number
    for activity in held(session, units, since, until, ("theme", "channel")):
        cells[activity.theme or "", activity.channel or OTHER] += activity.number
    accounts = set(
        session.scalars(
            select(Account.channel)
            .where(Account.unit_id.in_(units), Account.state != "closed", Account.mode == "live")
            .distinct()
        )
    )
    names = accounts | {column for (_theme, column), number in cells.items() if number and column != OTHER}
    order = [*CHANNELS, *sorted(names - set(CHANNELS))]
    columns = [(name, _title(name)) for name in order if name in names]
    return Matrix(themes_of(session, until), (*columns, (OTHER, _("Hình thức khác"))), cells)


def _title(channel: str) -> str:
    return CHANNELS.get(channel) or (registry()[channel].title if channel in registry() else channel)


def themes_of(session: Session, day: date) -> tuple[tuple[str, str], ...]:
    """Return codes and titles of the edition of the theme list in force on a day: 1 query."""
    rows = session.execute(
        select(Theme.code, Theme.title, Theme.valid_from)
        .where(Theme.valid_from <= day, or_(Theme.valid_to.is_(None), Theme.valid_to >= day))
        .order_by(Theme.valid_from, Theme.code)
    ).all()
    newest = max((row.valid_from for row in rows), default=None)
    return tuple((row.code, row.title) for row in rows if row.valid_from == newest)


_WHAT = {
    "portal": mark("bài trên cổng thông tin"),
    "facebook": mark("bài trên Facebook"),
    "zalo": mark("bài trên Zalo"),
    "radio": mark("nội dung phát thanh"),
    "banner": mark("băng rôn, áp phích, bảng tin"),
    OTHER: mark("hoạt động trực tiếp"),
}


def gaps(found: Matrix, period: str) -> list[str]:
    """Return what is missing, one sentence a theme: «T5: quý này chưa có nội dung phát thanh».

    `period` is the window in words («quý này», «tháng 9/2026»). A theme without anything is named first, then the
    channels on which a theme has nothing.
    """
    nothing, missing = [], []
    for code, title in found.themes:
        absent = [name for name, _title in found.columns if not found.at(code, name)]
        if len(absent) == len(found.columns):
            nothing.append(
                _("{code} ({title}): {period} chưa có nội dung nào.").format(code=code, title=title, period=period)
            )
        elif absent:
            what = ", ".join(_wording(name) for name in absent)
            missing.append(_("{code}: {period} chưa có {what}.").format(code=code, period=period, what=what))
    return nothing + missing


def _wording(column: str) -> str:
    return _(_WHAT[column]) if column in _WHAT else _title(column)


def span_title(since: date, until: date) -> str:
    """Return a window in words: a whole month, quarter or year by its name, else its days."""
    after = until + timedelta(days=1)
    if since.day == 1 and after.day == 1:
        months = (after.year - since.year) * 12 + after.month - since.month
        if months == 1:
            return _("tháng {month}/{year}").format(month=since.month, year=since.year)
        if months == 3 and since.month % 3 == 1:
            return _("quý {quarter}/{year}").format(quarter=_ROMAN[since.month // 3], year=since.year)
        if months == 12 and since.month == 1:
            return _("năm {year}").format(year=since.year)
    return _("từ {since} đến {until}").format(since=since.strftime("%d/%m/%Y"), until=until.strftime("%d/%m/%Y"))


_ROMAN = ("I", "II", "III", "IV")
