"""Summing up: who has not handed in, what was accepted, and each unit once, whatever way its numbers came."""

from datetime import date

from publisher import clock
from publisher.audit import COMMAND
from publisher.model import DueReport, UnitLink
from publisher.reach import activities
from publisher.reports import lower
from publisher.reports.content import Report
from tests.reports.offices import AFTER_Q1, Reporting


def summed(reporting: Reporting) -> int:
    """The city with a report of its own and two wards that owe it theirs; returns the city's report's id."""
    plan_id = reporting.plan("CL22")
    reporting.make_year()
    reporting.rule(plan_id, "CL22-R1", calendar="BNV-581")
    reporting.held(reporting.city_id, 1, attendees=10)
    reporting.held(reporting.ward_id, 20, attendees=200)
    reporting.held(reporting.other_id, 300, attendees=3000)
    reporting.held(reporting.hamlet_id, 4000, attendees=40_000)
    return reporting.report(reporting.city_id, calendar="BNV-581").id


def conferences(report: Report) -> int | None:
    return next(figure.now.amount for figure in report.figures if figure.key == "14")


def test_the_city_sees_its_own_until_the_wards_are_accepted(either_reporting: Reporting) -> None:
    city = summed(either_reporting)
    report, _sha256 = either_reporting.says(city)
    assert conferences(report) == 1
    assert set(report.absent) == {"UBND phường Mẫu", "Ủy ban nhân dân phường Hai"}
    ward = either_reporting.report(either_reporting.ward_id).id
    either_reporting.hand_in("ward", ward)
    assert conferences(either_reporting.says(city)[0]) == 1, "handed in, not accepted"
    either_reporting.act("city", "accept", ward)
    report, _sha256 = either_reporting.says(city)
    assert conferences(report) == 1 + 20 + 4000, "the hamlet owes no report: the ward counts it"
    assert report.absent == ("Ủy ban nhân dân phường Hai",)
    other = either_reporting.report(either_reporting.other_id).id
    either_reporting.hand_in("other", other)
    either_reporting.act("city", "accept", other)
    report, _sha256 = either_reporting.says(city)
    assert conferences(report) == 4321
    assert report.absent == ()
    assert {part.unit_id: part.through for part in report.parts} == {
        either_reporting.city_id: "",
        either_reporting.ward_id: "UBND phường Mẫu",
        either_reporting.hamlet_id: "UBND phường Mẫu",
        either_reporting.other_id: "Ủy ban nhân dân phường Hai",
    }
    shares = {share.code: share for share in report.themes}
    assert shares["T2"].items == 4
    assert dict(shares["T2"].measures) == {"lượt người tham dự": 43_210}
    assert len(report.products) == 4


def test_a_unit_that_comes_by_itself_and_in_its_parents_sum_is_counted_once(reporting: Reporting) -> None:
    city = summed(reporting)
    with clock.reading(AFTER_Q1), reporting.office.writing() as session:
        session.add(UnitLink(hierarchy="nganh", parent_id=reporting.city_id, child_id=reporting.hamlet_id))
    # The hamlet owes the city a report of its own, and the ward counts it too.
    reporting.plan("CL22", reporting.hamlet_id)
    reporting.make_year()
    with reporting.office.writing() as session:
        mine = session.get_one(DueReport, reporting.report(reporting.hamlet_id).id)
        mine.recipient_unit_id = reporting.city_id
    # It hands in after more came in: its own word counts, not the older one inside the ward's sum.
    for name, unit_id in (("ward", reporting.ward_id), ("other", reporting.other_id)):
        reporting.hand_in(name, reporting.report(unit_id).id)
    reporting.held(reporting.hamlet_id, 50_000)
    reporting.hand_in("hamlet", reporting.report(reporting.hamlet_id).id)
    for unit_id in (reporting.ward_id, reporting.other_id, reporting.hamlet_id):
        reporting.act("city", "accept", reporting.report(unit_id).id)
    report, _sha256 = reporting.says(city)
    assert conferences(report) == 1 + 20 + 300 + 4000 + 50_000
    assert [part.unit_id for part in report.parts].count(reporting.hamlet_id) == 1
    assert len(report.products) == 5
    with reporting.office.reading() as session:
        row = session.get_one(DueReport, city)
        below = lower.standing(session, row)
    own = [part for part in report.parts if not part.through]
    assert lower.doubled(own, below) == ["Tổ công tác khu phố Một"]


def test_ratios_are_recomputed_from_sums_and_never_averaged(reporting: Reporting) -> None:
    city = summed(reporting)
    for unit_id, surveys, satisfied in ((reporting.city_id, 10, 10), (reporting.ward_id, 990, 495)):
        reporting.logged(unit_id, "surveys", surveys, form="khao_sat")
        reporting.logged(unit_id, "satisfied", satisfied, form="khao_sat")
    ward = reporting.report(reporting.ward_id).id
    reporting.hand_in("ward", ward)
    reporting.act("city", "accept", ward)
    report, _sha256 = reporting.says(city)
    satisfaction = next(figure.now for figure in report.figures if figure.key == "26b")
    assert (satisfaction.amount, satisfaction.of) == (505, 1000)  # 50.5 %, not the mean 75 %


def test_who_reported_in_time_is_a_line_of_the_sum(reporting: Reporting) -> None:
    city = summed(reporting)
    ward, other = reporting.report(reporting.ward_id), reporting.report(reporting.other_id)
    reporting.hand_in("ward", ward.id)
    reporting.hand_in("other", other.id, at=AFTER_Q1.replace(day=18))
    report, _sha256 = reporting.says(city, at=AFTER_Q1.replace(day=19))
    punctual = next(figure.now for figure in report.figures if figure.key == "28b")
    assert (punctual.amount, punctual.of) == (1, 2)


def test_a_returned_report_leaves_the_sum_until_it_is_accepted_again(reporting: Reporting) -> None:
    city = summed(reporting)
    ward = reporting.report(reporting.ward_id).id
    reporting.hand_in("ward", ward)
    reporting.act("city", "accept", ward)
    assert conferences(reporting.says(city)[0]) == 4021
    reporting.act("city", "return", ward, "Số hội nghị cần rà lại")
    assert conferences(reporting.says(city)[0]) == 1
    reporting.held(reporting.ward_id, 5)
    reporting.hand_in("ward", ward)
    reporting.act("city", "accept", ward)
    assert conferences(reporting.says(city)[0]) == 4026


def test_a_closed_sum_keeps_what_it_was_made_of(reporting: Reporting) -> None:
    city = summed(reporting)
    ward = reporting.report(reporting.ward_id).id
    reporting.hand_in("ward", ward)
    reporting.act("city", "accept", ward)
    ward_hash = reporting.says(ward)[1]
    reporting.act("city", "close", city)
    before, sha256 = reporting.says(city)
    reporting.act("city", "return", ward, "Rà lại")
    assert reporting.says(city) == (before, sha256)
    assert {part.sha256 for part in before.parts if part.through} == {ward_hash}


def test_the_year_before_comes_from_the_closed_report_of_the_year_before(reporting: Reporting) -> None:
    reporting.plan("CL22", reporting.other_id, 2025)
    reporting.plan("CL22", reporting.other_id, 2026)
    reporting.make_year(2025)
    reporting.make_year(2026)
    activity = reporting.held(reporting.other_id, 7, day=date(2025, 2, 3))
    past = reporting.report(reporting.other_id, "2025-Q1").id
    reporting.act("other", "close", past)
    with clock.reading(AFTER_Q1), reporting.office.writing() as session:
        activities.strike(session, COMMAND, activities.get(session, activity), "Nhập nhầm")
    report, _sha256 = reporting.says(reporting.report(reporting.other_id).id)
    assert next(figure.before.amount for figure in report.figures if figure.key == "14") == 7
