"""What a plan proposes for a year, and a plan moved to another year."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from schedules import cadence
from schedules.plan_file.model import Document, Due, PlanFile, Report, Task, Years
from schedules.plan_file.types import FIRST_YEAR, LAST_YEAR

_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A day on which a task asks for something, on one channel or, with None, on no channel of ours.

    `times` are wall-clock times of the cadence, empty where the plan leaves the hour open.
    """

    task_id: str
    day: date
    times: tuple[time, ...]
    channel: str | None


def proposals(plan: PlanFile, year: int) -> list[Proposal]:
    """Days that the tasks of a plan propose in a calendar year, by day, then in the order of the tasks.

    One entry per occurrence and channel; none in a year the plan does not cover.
    """
    if not plan.years.first <= year <= plan.years.last:
        return []
    found: list[Proposal] = []
    for task in plan.tasks:
        when = cadence.parse(task.cadence)
        for day in cadence.occurrences(when, date(year, 1, 1), date(year, 12, 31)):
            found += [Proposal(task.id, day, when.times, channel) for channel in task.channels or (None,)]
    return sorted(found, key=lambda proposal: proposal.day)


def redate(plan: PlanFile, year: int) -> PlanFile:
    """The same plan, with the same ids, for the years that begin with `year`.

    Cadences, due dates, deadlines and the title move by whole years. Number and date of the document and the
    theme of the year are left empty: the new plan has not been issued, and each year has a theme of its own.
    Texts and legal bases stay as they are. Raises ValueError for years outside 2000–2100.
    """
    before = plan.years
    shift = year - before.first
    if shift == 0:
        return plan
    if not FIRST_YEAR <= year <= LAST_YEAR - (before.last - before.first):
        raise ValueError(f"Không dời được kế hoạch sang năm {year}; năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
    return replace(
        plan,
        title=_shifted(plan.title, shift),
        document=Document(kind=plan.document.kind, based_on=plan.document.based_on),
        years=Years(first=year, last=before.last + shift),
        slogan="",
        tasks=tuple(_task(task, before, shift) for task in plan.tasks),
        duties=tuple(_task(duty, before, shift) for duty in plan.duties),
        reports=tuple(_report(report, before, shift) for report in plan.reports),
        redated_from=before.first,
    )


def _task(task: Task, before: Years, shift: int) -> Task:
    return replace(
        task,
        cadence=_cadence(task.cadence, before, shift),
        deadline=_shifted(task.deadline, shift),
    )


def _report(report: Report, before: Years, shift: int) -> Report:
    return replace(
        report,
        cadence=_cadence(report.cadence, before, shift),
        deadline=_shifted(report.deadline, shift),
        due=tuple(Due(period=due.period, day=_moved(due.day, shift)) for due in report.due),
    )


def _cadence(spec: Mapping[str, object], before: Years, shift: int) -> Mapping[str, object]:
    return cadence.redate(spec, before.first, before.first + shift)


def _moved(day: date, shift: int) -> date:
    """The same day of another year; 29/02 becomes 28/02 in a common year."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + shift)


def _shifted(text: str, shift: int) -> str:
    """The text with every year in it moved; deadlines and titles name no other years."""
    return _YEAR.sub(lambda year: str(int(year[0]) + shift), text)
