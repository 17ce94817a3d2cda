"""The list of activities, and entering one: choose the form, then only the numbers that this form has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from publisher import clock
from publisher.audit import acting
from publisher.editorial.content import day as read_day
from publisher.intake.numbers import count
from publisher.model import Person, Plan, Slot, Task, Unit
from publisher.reach import activities as verbs
from publisher.reach import coverage, evidence
from publisher.reach.activities import Told, number_titles
from publisher.reach.forms import FORMS, GROUPS, FormFacts
from publisher.refusal import Missing, Refused
from publisher.security import demand, units_with
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.forms import Form, form
from publisher.web.guard import permission
from publisher.web.reports.blueprint import reports
from publisher.web.reports.uploads import sent_proofs
from publisher.web.reports.window import asked, number, presets
from publisher.words import _

PAGE = 50
SLOTS_AROUND = timedelta(days=45)
TEXTS = ("unit", "day", "until", "title", "place", "partner", "source", "note", "slot", "url")


@reports.get("/hoat-dong", endpoint="activities")
@permission("read")
def activities_list() -> str:
    """List the activities of a window, the newest first: 6 queries beside who is asking."""
    wanted = request.args.get("form", "")
    code = wanted if wanted in FORMS else ""
    page = max(number("page") or 1, 1)
    today = clock.local_day(clock.now(), installation().config.zone)
    with reading() as session:
        window = asked(session, me(session))
        total = verbs.count_activities(session, window.units, window.since, window.until, form=code)
        rows = list(
            verbs.activities(
                session, window.units, window.since, window.until, form=code, chunk=PAGE, most=PAGE,
                offset=(page - 1) * PAGE, newest=True,
            )
        )  # fmt: skip
    return render_template(
        "reports/activities.html",
        window=window, rows=rows, total=total, page=page, last_page=max(-(-total // PAGE), 1), form=code,
        forms=FORMS, presets=presets(today), title_of=_metric_title,
    )  # fmt: skip


def _metric_title(name: str) -> str:
    from publisher.reach.metrics import title

    return title(name)


@reports.get("/hoat-dong/moi", endpoint="activities_choose")
@permission("report")
def choose() -> str:
    """Show the 38 forms by group, to tap one."""
    groups = {
        title: [form for form in FORMS.values() if form.group == group] for group, title in GROUPS.items()
    }  # fmt: skip
    return render_template("reports/activity_choose.html", groups=groups)


@dataclass(frozen=True)
class Choices:
    """What an activity's form offers."""

    units: Sequence[tuple[int, str]]
    themes: Sequence[tuple[str, str]]
    slots: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Typed:
    """The form as typed."""

    texts: Mapping[str, str]
    themes: Sequence[str] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


@reports.get("/hoat-dong/moi/<code>", endpoint="activities_new")
@permission("report")
def new(code: str) -> str:
    """Show the form for an activity of one kind."""
    today = clock.local_day(clock.now(), installation().config.zone)
    return _form_page(_facts(code), Typed({"day": f"{today:%d/%m/%Y}", "source": "reported", "events": "1"}))


def _facts(code: str) -> FormFacts:
    if code not in FORMS:
        raise Missing(_("Không có hình thức «{code}».").format(code=code[:60]))
    return FORMS[code]


def _form_page(facts: FormFacts, typed: Typed) -> str:
    with reading() as session:
        choices = _choices(session, me(session))
    numbers = number_titles(facts.code)
    return render_template(
        "reports/activity_form.html",
        facts=facts, typed=typed, choices=choices, its_numbers=numbers,
        message=next(iter(typed.faults.values()), ""),
    )  # fmt: skip


def _choices(session: Session, person: Person) -> Choices:
    today = clock.local_day(clock.now(), installation().config.zone)
    mine = units_with(session, person, "report")
    units = session.execute(
        select(Unit.id, Unit.short_name).where(Unit.id.in_(mine), Unit.valid_to.is_(None)).order_by(Unit.short_name)
    ).all()
    slots = session.execute(
        select(Slot.id, Slot.day, Task.text, Unit.short_name)
        .join(Task, Task.id == Slot.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .join(Unit, Unit.id == Plan.unit_id)
        .where(Plan.unit_id.in_(mine), Slot.state == "proposed", Task.dropped.is_(False))
        .where(Slot.day.between(today - SLOTS_AROUND, today + SLOTS_AROUND))
        .order_by(Slot.day, Slot.id)
        .limit(200)
    ).all()
    several = len(units) > 1
    return Choices(
        [(row.id, row.short_name) for row in units],
        coverage.themes_of(session, today),
        [
            (row.id, f"{row.day:%d/%m/%Y} · {f'{row.short_name} · ' if several else ''}{row.text[:80]}")
            for row in slots
        ],
    )  # fmt: skip


@reports.post("/hoat-dong/moi/<code>", endpoint="activities_add")
@permission("report")
def add(code: str) -> Response | tuple[str, int]:
    """Store an activity with its numbers, photographs and address; what was typed stays when something is wrong."""
    facts = _facts(code)
    sent = form(one=(*TEXTS, *facts.metrics), many=("themes",))
    try:
        proofs = sent_proofs("proof", sent["url"])
        unit_id = sent.number("unit", _("Đơn vị"))
        told = _told(facts, sent)
        with writing() as session:
            person = me(session)
            demand(session, person, "report", unit_id)
            actor = acting(person)
            row = verbs.enter(session, actor, installation().config.zone, unit_id, told)
            for proof in proofs:
                evidence.attach(session, world().files, actor, unit_id, proof, [("activity", row.id)])
    except Refused as error:
        faults = {_field(error.field, facts): error.message}
        return _form_page(facts, Typed(sent.one, sent.many["themes"], faults)), 422
    flash(_("Đã ghi hoạt động."), "success")
    return redirect(url_for("reports.activities_one", activity_id=row.id))


def _field(name: str | None, facts: FormFacts) -> str:
    """Return the form's field for a fault, which may carry the field's title instead of its name."""
    titles = {title: metric for metric, title, _measure in number_titles(facts.code)}
    titles |= {_("Ngày"): "day", _("Đến ngày"): "until", _("Tên hoạt động"): "title", _("Địa điểm"): "place"}
    return titles.get(name or "", name or "title")


def _told(facts: FormFacts, sent: Form) -> Told:
    day = read_day(sent["day"], _("Ngày"))
    if day is None:
        raise Refused(_("Ngày: chưa nhập."), "day")
    numbers = {}
    for metric, title, _measure in number_titles(facts.code):
        value = count(sent[metric], title)
        if value is not None:
            numbers[metric] = value
    texts: dict[str, Any] = {name: sent[name] for name in ("title", "place", "partner", "note")}
    until: date | None = read_day(sent["until"], _("Đến ngày"))
    return Told(
        facts.code, day, until=until, themes=tuple(sent.many["themes"]), source=sent["source"] or "reported",
        numbers=numbers, slot_id=sent.number("slot", _("Ngày kế hoạch")) if sent["slot"] else None, **texts,
    )  # fmt: skip
