"""Offices that report to each other, and numbers in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock, planning
from publisher.audit import CLOCK, COMMAND
from publisher.model import DueReport, Person, Plan, Unit, UnitLink
from publisher.reach import activities, ledger
from publisher.reach.activities import Told
from publisher.reach.ledger import Entry
from publisher.reports import closing, duties
from publisher.reports.content import Report
from schedules.plan_file import load, plans
from tests.factories import Office, make_person, make_unit

AFTER_Q1 = datetime(2026, 3, 16, 2, tzinfo=UTC)  # a Monday morning: the first quarter is over, its report due today


@dataclass(frozen=True)
class Reporting:
    """The office is a ward; a second ward stands beside it, a city above both, and a hamlet's office below it."""

    office: Office
    city_id: int
    ward_id: int
    other_id: int
    hamlet_id: int
    people: dict[str, int]  # `city`, `ward`, `other`, `hamlet`: a reporter of each

    @property
    def zone(self) -> ZoneInfo:
        return self.office.installation.config.zone

    def person(self, session: Session, name: str) -> Person:
        return session.get_one(Person, self.people[name])

    def plan(self, code: str = "CL22", unit_id: int | None = None, year: int = 2026) -> int:
        """Take in one of the five plans for the city, or for another unit; returns its id."""
        with self.office.writing() as session:
            unit = session.get_one(Unit, unit_id or self.city_id)
            return planning.import_plan(session, COMMAND, unit, load(plans()[code]), year).plan_id

    def make_year(self, year: int = 2026) -> duties.Made:
        with self.office.writing() as session:
            return duties.make_year(session, COMMAND, year)

    def due(self, unit_id: int | None = None) -> list[DueReport]:
        with self.office.reading() as session:
            query = select(DueReport).order_by(DueReport.due_on, DueReport.id)
            return list(session.scalars(query.where(DueReport.unit_id == unit_id) if unit_id else query))

    def report(self, unit_id: int, period: str = "2026-Q1", calendar: str = "CL22") -> DueReport:
        with self.office.reading() as session:
            found = duties.find(session, unit_id, calendar, period)
        assert found is not None, (unit_id, calendar, period)
        return found

    def rule(self, plan_id: int, ref: str, *, calendar: str, shift: str = "", earlier_days: int = 0) -> None:
        """Give a duty of a plan a calendar; its own unit reports."""
        with clock.reading(AFTER_Q1), self.office.writing() as session:
            plan = session.get_one(Plan, plan_id)
            duties.set_rule(
                session, COMMAND, plan, ref, calendar=calendar, senders="own", shift=shift, earlier_days=earlier_days
            )

    def held(self, unit_id: int, events: int, day: date = date(2026, 2, 3), **numbers: int) -> int:
        """A conference of a unit with its numbers; returns the activity's id."""
        with clock.reading(AFTER_Q1), self.office.writing() as session:
            told = Told(
                "hoi_nghi", day, f"Hội nghị của đơn vị {unit_id}", themes=("T2",), numbers={"events": events, **numbers}
            )
            return activities.enter(session, COMMAND, self.zone, unit_id, told).id

    def logged(self, unit_id: int, metric: str, value: int, day: date = date(2026, 2, 3), form: str = "") -> None:
        """A number of a unit as a whole."""
        with clock.reading(AFTER_Q1), self.office.writing() as session:
            as_of = ledger.end_of(day, self.zone)
            ledger.log(session, CLOCK, self.zone, [Entry(metric, value, "reported", as_of, unit_id=unit_id, form=form)])

    def act(self, name: str, act: str, report_id: int, reason: str = "", at: datetime = AFTER_Q1) -> DueReport:
        """Close, submit, accept, return or reopen a report as the reporter of a unit."""
        with clock.reading(at), self.office.writing() as session:
            person, row = self.person(session, name), session.get_one(DueReport, report_id)
            if act == "close":
                closing.close(session, self.zone, person, row, row.revision)
            elif act == "submit":
                closing.submit(session, self.zone, person, row, row.revision)
            elif act == "accept":
                closing.accept(session, person, row, row.revision)
            elif act == "return":
                closing.give_back(session, person, row, row.revision, reason)
            else:
                closing.reopen(session, person, row, row.revision, reason)
            return row

    def hand_in(self, name: str, report_id: int, at: datetime = AFTER_Q1) -> None:
        """Close, submit and have accepted."""
        self.act(name, "close", report_id, at=at)
        self.act(name, "submit", report_id, at=at)

    def says(self, report_id: int, number: int | None = None, at: datetime = AFTER_Q1) -> tuple[Report, str]:
        """What a report says and the sha256 of the edition it says it in."""
        with clock.reading(at), self.office.reading() as session:
            report, edition = closing.said(session, self.zone, session.get_one(DueReport, report_id), number)
        return report, edition.sha256 if edition else ""


def make_reporting(office: Office) -> Reporting:
    """Set a city over the office's ward, a second ward beside it and a hamlet's office below it."""
    with office.writing() as session:
        city = make_unit(session, "thanh-pho-mau", "Ủy ban nhân dân thành phố Mẫu", place="Thành phố Mẫu")
        other = make_unit(session, "phuong-hai", "Ủy ban nhân dân phường Hai", place="Phường Hai")
        hamlet = make_unit(session, "khu-pho", "Tổ công tác khu phố Một")
        ward = session.get_one(Unit, office.unit_id)
        for upper, lower in ((city, ward), (city, other), (ward, hamlet)):
            session.add(UnitLink(hierarchy="hanh_chinh", parent_id=upper.id, child_id=lower.id))
        session.flush()
        people = {
            name: make_person(session, f"{name}@mau.example", f"Người báo cáo {name}", {"reporter": unit}).id
            for name, unit in {"city": city, "ward": ward, "other": other, "hamlet": hamlet}.items()
        }
        return Reporting(office, city.id, ward.id, other.id, hamlet.id, people)
