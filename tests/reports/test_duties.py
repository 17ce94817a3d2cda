"""The reports of a year: which are due when by the five plans, and how a due date moves off a day not worked."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from publisher import clock
from publisher.audit import COMMAND
from publisher.inbox import items
from publisher.model import Audit, DueReport, ReportAct, Setting
from publisher.refusal import Refused
from publisher.reports import duties, regime, reminders
from tests.factories import Office
from tests.reports.offices import AFTER_Q1, Reporting

D = date


def dates(reporting: Reporting, unit_id: int) -> list[tuple[str, str, date]]:
    return [(row.calendar, row.period, row.due_on) for row in reporting.due(unit_id)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "HP20",
            [("LDLD-6T-Nam", "2026-H1", D(2026, 6, 17)), ("LDLD-6T-Nam", "2026-Y", D(2026, 12, 17))],
        ),
        (
            # 14/3, 14/6 are a Saturday and a Sunday, 14/9 and 14/12 Mondays: one working day later.
            "CL22",
            [
                ("CL22", "2026-Q1", D(2026, 3, 16)), ("CL22", "2026-Q2", D(2026, 6, 15)),
                ("CL22", "2026-H1", D(2026, 6, 15)), ("CL22", "2026-Q3", D(2026, 9, 15)),
                ("CL22", "2026-Q4", D(2026, 12, 15)), ("CL22", "2026-H2", D(2026, 12, 15)),
                ("CL22", "2026-Y", D(2026, 12, 15)),
            ],
        ),
        (
            "HZ23",
            [
                ("HEZA-2023", "2026-Q1", D(2026, 3, 3)), ("HEZA-2023", "2026-Q2", D(2026, 6, 3)),
                ("HEZA-2023", "2026-Q3", D(2026, 9, 3)), ("HEZA-2023", "2026-Y", D(2026, 11, 3)),
            ],
        ),
        (
            # 20/6 is a Saturday, 20/9 and 20/12 Sundays.
            "KH20",
            [
                ("KH20-quarterly", "2026-Q1", D(2026, 3, 20)), ("KH20-quarterly", "2026-Q2", D(2026, 6, 22)),
                ("KH20-quarterly", "2026-Q3", D(2026, 9, 21)), ("KH20-quarterly", "2026-Q4", D(2026, 12, 21)),
            ],
        ),
        ("GL21", []),
    ],
)  # fmt: skip
def test_the_five_plans_make_the_reports_of_a_year(
    reporting: Reporting, code: str, expected: list[tuple[str, str, date]]
) -> None:
    reporting.plan(code, reporting.other_id)
    made = reporting.make_year()
    assert sorted(dates(reporting, reporting.other_id)) == sorted(expected)
    assert made.made == len(expected)
    assert reporting.make_year() == duties.Made(without_calendar=made.without_calendar)


def test_a_duty_without_dates_in_the_document_is_named_until_the_office_gives_it_a_calendar(
    reporting: Reporting,
) -> None:
    plan_id = reporting.plan("GL21", reporting.other_id)
    assert reporting.make_year().without_calendar == ("GL21-R1", "GL21-R2")
    reporting.rule(plan_id, "GL21-R1", calendar="LDLD-6T-Nam", shift="previous", earlier_days=2)
    assert dates(reporting, reporting.other_id)[:2] == [
        ("LDLD-6T-Nam", "2026-H1", D(2026, 6, 15)),
        ("LDLD-6T-Nam", "2026-Y", D(2026, 12, 15)),
    ]


def test_heza_is_due_before_its_periods_end_and_counts_to_the_eve(reporting: Reporting) -> None:
    reporting.plan("HZ23", reporting.other_id)
    reporting.make_year()
    for row in reporting.due(reporting.other_id):
        assert row.due_on < row.data_to
        assert row.counted_to == date.fromordinal(row.due_on.toordinal() - 1)
        assert row.assumed
        assert row.duty == ("HZ23-R2" if row.period == "2026-Y" else "HZ23-R1")
        assert row.recipient == "Văn phòng Ban Quản lý"


def test_a_plan_of_an_issuer_gives_its_duties_to_every_unit_below(reporting: Reporting) -> None:
    reporting.plan("CL22")
    reporting.make_year()
    assert {row.unit_id for row in reporting.due()} == {reporting.ward_id, reporting.other_id}
    row = reporting.report(reporting.ward_id)
    assert row.recipient_unit_id == reporting.city_id
    assert (row.recipient, row.template) == ("UBND thành phố, qua Phòng Nội vụ", "state")
    assert (row.data_from, row.counted_to) == (D(2025, 12, 15), D(2026, 3, 14))


OWN = """
calendars:
  TET:
    title: Báo cáo tháng của cơ quan
    source: Quy chế làm việc
    periods:
      - {key: M01, kind: month, label: "Tháng 01 năm {year}", from: 01/01, to: 31/01, due: 17/02}
"""


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ("next", D(2026, 2, 23)),  # Tết 2026: off from Saturday 14/02 to Sunday 22/02
        ("previous", D(2026, 2, 13)),
        ("none", D(2026, 2, 17)),
        ("", D(2026, 2, 23)),
    ],
)
def test_a_due_date_that_falls_on_tet_moves_as_the_setting_says(
    reporting: Reporting, shift: str, expected: date
) -> None:
    plan_id = reporting.plan("GL21", reporting.other_id)
    with reporting.office.writing() as session:
        regime.set_regime(session, COMMAND, shift=shift, remind_days=[7], calendars=OWN)
    reporting.rule(plan_id, "GL21-R1", calendar="TET")
    row = reporting.report(reporting.other_id, "2026-M01", "TET")
    assert (row.due_nominal, row.due_on) == (D(2026, 2, 17), expected)


def test_a_days_own_word_on_a_holiday_of_the_office_counts(reporting: Reporting) -> None:
    reporting.plan("CL22", reporting.other_id)
    with reporting.office.writing() as session:
        value = {"off": {"2026-03-16": "Nghỉ bù của cơ quan"}, "on": []}
        session.add(Setting(name="workdays", value=value, changed_at=clock.now()))
    reporting.make_year()
    assert reporting.report(reporting.other_id).due_on == D(2026, 3, 17)


def test_a_calendar_that_names_its_days_keeps_them_whatever_the_office_prefers(reporting: Reporting) -> None:
    reporting.plan("HZ23", reporting.other_id, 2023)
    with reporting.office.writing() as session:
        regime.set_regime(session, COMMAND, shift="previous", remind_days=[7], calendars="")
        duties.make_year(session, COMMAND, 2023)
    # 3 June 2023 was a Saturday, 3 September a holiday: the document names the days all the same.
    assert [row.due_on for row in reporting.due(reporting.other_id)] == [
        D(2023, 3, 3), D(2023, 6, 3), D(2023, 9, 3), D(2023, 11, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shift": "sideways"}, "Cách dời hạn"),
        ({"remind_days": [0]}, "từ 1 đến 60"),
        ({"calendars": "calendars: 7"}, "calendars"),
        ({"calendars": OWN.replace("TET:", "CL22:")}, "đã có sẵn"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(
    reporting: Reporting, changes: dict[str, object], words: str
) -> None:
    given = {"shift": "", "remind_days": [7], "calendars": "", **changes}
    with pytest.raises(Refused, match=words), reporting.office.writing() as session:
        regime.set_regime(session, COMMAND, **given)  # type: ignore[arg-type]


def test_a_rule_that_pulls_a_due_date_before_the_cut_off_is_refused_and_changes_nothing(reporting: Reporting) -> None:
    plan_id = reporting.plan("CL22", reporting.other_id)
    reporting.make_year()
    before = dates(reporting, reporting.other_id)
    with pytest.raises(Refused, match="chốt số liệu"):
        reporting.rule(plan_id, "CL22-R3", calendar="CL22", earlier_days=3)
    assert dates(reporting, reporting.other_id) == before


def test_a_report_in_work_stays_when_a_rule_takes_its_duty_away(either_reporting: Reporting) -> None:
    plan_id = either_reporting.plan("CL22", either_reporting.other_id)
    either_reporting.make_year()
    row = either_reporting.report(either_reporting.other_id)
    either_reporting.act("other", "close", row.id)
    either_reporting.rule(plan_id, "CL22-R3", calendar="")
    assert [(row.period, row.state) for row in either_reporting.due()] == [("2026-Q1", "closed")]


def test_reminders_come_before_due_and_the_unit_above_is_told_after(either_reporting: Reporting) -> None:
    either_reporting.plan("CL22")
    either_reporting.make_year()
    office = either_reporting.office
    for day, expected in ((9, (2, 0)), (10, (0, 0)), (13, (2, 0)), (16, (0, 0)), (17, (0, 2)), (18, (0, 0))):
        with clock.reading(datetime(2026, 3, day, 1, tzinfo=UTC)), office.writing() as session:
            assert reminders.remind(session, date(2026, 3, day)) == expected, day
    with office.reading() as session:
        assert [act.act for act in session.scalars(select(ReportAct).order_by(ReportAct.id))] == [
            "remind", "remind", "remind", "remind", "escalate", "escalate",
        ]  # fmt: skip
        assert session.scalar(select(Audit.actor).where(Audit.act == "report.escalate").limit(1)) == "clock"


def test_the_inbox_shows_what_is_due_soon_and_what_lower_units_owe(reporting: Reporting) -> None:
    reporting.plan("CL22")
    reporting.make_year()

    def shown(day: int, unit_id: int) -> list[tuple[str, str]]:
        with reporting.office.reading() as session:
            found = reminders.waiting(session, {unit_id}, date(2026, 3, day))
        return [(one.kind, one.unit) for one in found]

    assert shown(8, reporting.ward_id) == []
    assert shown(9, reporting.ward_id) == [("soon", "UBND phường Mẫu")]
    assert shown(17, reporting.ward_id) == [("late", "UBND phường Mẫu")]
    assert shown(16, reporting.city_id) == []
    assert {kind for kind, _unit in shown(17, reporting.city_id)} == {"owed"}
    row = reporting.report(reporting.ward_id)
    reporting.hand_in("ward", row.id)
    assert ("to_accept", "UBND phường Mẫu") in shown(16, reporting.city_id)
    with reporting.office.reading() as session:
        now = AFTER_Q1
        found = [one for one in items(session, {reporting.city_id}, {"report"}, now, now) if one.kind == "report"]
        assert [(one.target, one.target_id, one.right) for one in found] == [("report", row.id, "report")]


def test_the_daily_job_makes_two_years_and_runs_once_a_day(office: Office, reporting: Reporting) -> None:
    reporting.plan("GL21", reporting.other_id, 2022)
    reporting.plan("CL22", reporting.other_id, 2026)
    with clock.reading(AFTER_Q1):
        assert reminders.JOB.run(office.world) == "made=7 reminded=0 escalated=0"
        assert reminders.JOB.run(office.world) == ""
    with office.reading() as session:
        assert session.scalars(select(DueReport.period)).all()
