"""A closed report says the same for ever; reopening needs a reason and leaves both; the trail knows who did what."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from publisher import clock
from publisher.audit import COMMAND
from publisher.model import Account, Audit, Delivery, DueReport, Post, ReportAct, ReportEdition, ReportEntry
from publisher.reach import activities, landings
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.reports import closing, content, files, writing
from publisher.reports.letterhead import Letterhead
from tests.reports import reading
from tests.reports.offices import AFTER_Q1, Reporting

PAPER = Letterhead("state", (), ("ỦY BAN NHÂN DÂN",), "BC-UBND", "Mẫu", (), ("Lưu: VT",), ("CHỦ TỊCH",))


def filled(reporting: Reporting) -> int:
    """The ward's first quarter with a post, a conference and a number; returns the report's id."""
    reporting.plan("CL22")
    reporting.make_year()
    office = reporting.office
    with clock.reading(datetime(2026, 2, 2, 1, tzinfo=UTC)):
        office.published("Bài của quý I")
        landings.enrol(office.world, all_of_them=True)
    reporting.held(reporting.ward_id, 3, attendees=120)
    reporting.logged(reporting.ward_id, "documents", 4)
    return reporting.report(reporting.ward_id).id


def tables(reporting: Reporting, report_id: int, number: int | None = None) -> dict[str, reading.Table]:
    with clock.reading(AFTER_Q1), reporting.office.reading() as session:
        report, edition = closing.said(session, reporting.zone, session.get_one(DueReport, report_id), number)
    made = {
        k: b"".join(files.pieces(k, report, PAPER, reporting.zone, edition)) for k in ("docx", "xlsx", "csv", "pdf")
    }
    return {
        "docx": reading.docx_table(made["docx"]),
        "xlsx": reading.xlsx_table(made["xlsx"]),
        "csv": reading.csv_table(made["csv"]),
        "pdf": reading.pdf_table(made["pdf"]),
    }


def test_a_closed_report_says_the_same_after_posts_accounts_and_numbers_changed(either_reporting: Reporting) -> None:
    report_id = filled(either_reporting)
    either_reporting.act("ward", "close", report_id)
    before, sha256 = either_reporting.says(report_id)
    files_before = tables(either_reporting, report_id)
    office = either_reporting.office
    with office.writing() as session:
        for table in ("receipt", "rendering", "version", "decision", "evidence", "attempt"):
            _without_guard(session, table)
        for table in ("evidence_link", "evidence", "landing", "page_views", "page_theme", "page", "receipt", "attempt"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(delete(Delivery))
        for table in ("rendering", "decision", "placement", "post_theme", "version"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(delete(Post))
        session.execute(delete(Account))
    either_reporting.held(either_reporting.ward_id, 50)
    either_reporting.logged(either_reporting.ward_id, "documents", 70)
    after, again = either_reporting.says(report_id)
    assert (after, again) == (before, sha256)
    assert tables(either_reporting, report_id) == files_before
    assert {figure.key: figure.now.amount for figure in after.figures}["2"] == 1
    assert {figure.key: figure.now.amount for figure in after.figures}["14"] == 3
    assert content.digest(content.canonical(after)) == sha256


def _without_guard(session, table: str) -> None:
    """Take a table's guard away, as somebody with the database's password could."""
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS keep_{table}_{verb}"))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def test_reopening_needs_a_reason_and_leaves_both_editions(reporting: Reporting) -> None:
    report_id = filled(reporting)
    reporting.act("ward", "close", report_id)
    first, first_hash = reporting.says(report_id)
    with pytest.raises(Refused, match="Lý do mở lại"):
        reporting.act("ward", "reopen", report_id, "  ")
    reporting.act("ward", "reopen", report_id, "Bổ sung hội nghị ngày 10/3")
    reporting.held(reporting.ward_id, 2)
    reporting.act("ward", "close", report_id)
    second, second_hash = reporting.says(report_id)
    assert second_hash != first_hash
    assert reporting.says(report_id, 1) == (first, first_hash)
    assert reporting.says(report_id, 2) == (second, second_hash)
    with pytest.raises(Missing, match="bản chốt số 3"):
        reporting.says(report_id, 3)
    with reporting.office.reading() as session:
        acts = [act for act, _name in closing.history(session, session.get_one(DueReport, report_id))]
        assert [(act.act, act.reason) for act in acts] == [
            ("close", ""), ("reopen", "Bổ sung hội nghị ngày 10/3"), ("close", ""),
        ]  # fmt: skip
        assert session.scalar(select(Audit.detail).where(Audit.act == "report.reopen"))["reason"]


@pytest.mark.parametrize("table", [ReportEdition, ReportAct, ReportEntry])
def test_editions_acts_and_typed_figures_cannot_be_rewritten(either_reporting: Reporting, table: type) -> None:
    report_id = filled(either_reporting)
    with clock.reading(AFTER_Q1), either_reporting.office.writing() as session:
        row = session.get_one(DueReport, report_id)
        writing.enter(session, either_reporting.person(session, "ward"), row, row.revision, "25", "now", 5, "Sổ trực")
    either_reporting.act("ward", "close", report_id)
    for statement in (update(table).values(id=10_000), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), either_reporting.office.writing() as session:
            session.execute(statement)


def test_an_edition_changed_behind_the_guard_is_not_exported(reporting: Reporting) -> None:
    report_id = filled(reporting)
    reporting.act("ward", "close", report_id)
    with reporting.office.writing() as session:
        _without_guard(session, "report_edition")
        session.execute(text("UPDATE report_edition SET content = replace(content, '120', '999')"))
    with pytest.raises(Missing, match="sha256"):
        reporting.says(report_id)


def test_a_period_cannot_be_closed_before_it_is_over(reporting: Reporting) -> None:
    report_id = filled(reporting)
    on_the_last_day = datetime(2026, 3, 14, 10, tzinfo=UTC)
    with pytest.raises(Refused, match="14/03/2026"):
        reporting.act("ward", "close", report_id, at=on_the_last_day)


def test_only_the_unit_closes_and_only_the_unit_above_accepts(reporting: Reporting) -> None:
    report_id = filled(reporting)
    with pytest.raises(NotAllowed):
        reporting.act("other", "close", report_id)
    reporting.act("ward", "close", report_id)
    with pytest.raises(Refused, match="trạng thái"):
        reporting.act("city", "accept", report_id)
    reporting.act("ward", "submit", report_id)
    with pytest.raises(NotAllowed):
        reporting.act("ward", "accept", report_id)
    with pytest.raises(Refused, match="cấp trên"):
        reporting.act("ward", "reopen", report_id, "Sửa")
    reporting.act("city", "return", report_id, "Thiếu số người dự")
    reporting.held(reporting.ward_id, 2)
    conferences = next(figure.now.amount for figure in reporting.says(report_id)[0].figures if figure.key == "14")
    assert conferences == 5, "what came back follows the records again"
    reporting.act("ward", "close", report_id)
    reporting.act("ward", "submit", report_id)
    assert reporting.act("city", "accept", report_id).state == "accepted"


def test_a_stale_page_cannot_close_a_report_that_changed(reporting: Reporting) -> None:
    report_id = filled(reporting)
    with pytest.raises(Stale), clock.reading(AFTER_Q1), reporting.office.writing() as session:
        row = session.get_one(DueReport, report_id)
        closing.close(session, reporting.zone, reporting.person(session, "ward"), row, row.revision + 1)


def test_what_was_written_is_kept_and_an_empty_block_follows_the_figures_again(reporting: Reporting) -> None:
    report_id = filled(reporting)

    def write(**blocks: str) -> None:
        with clock.reading(AFTER_Q1), reporting.office.writing() as session:
            row = session.get_one(DueReport, report_id)
            writing.write(session, reporting.person(session, "ward"), row, row.revision, blocks)

    write(proposals="Đề nghị hỗ trợ kinh phí in ấn.", causes="Thiếu người.")
    report, _sha256 = reporting.says(report_id)
    assert report.narrative == {"proposals": "Đề nghị hỗ trợ kinh phí in ấn.", "causes": "Thiếu người."}
    write(causes="")
    assert set(reporting.says(report_id)[0].narrative) == {"proposals"}
    reporting.act("ward", "close", report_id)
    with pytest.raises(Refused, match="đã chốt"):
        write(causes="Sửa sau khi chốt")


def test_a_typed_figure_stands_with_its_reason_and_can_be_taken_back(reporting: Reporting) -> None:
    report_id = filled(reporting)

    def enter(value: int | None, reason: str = "Sổ trực đường dây nóng") -> None:
        with clock.reading(AFTER_Q1), reporting.office.writing() as session:
            row = session.get_one(DueReport, report_id)
            writing.enter(session, reporting.person(session, "ward"), row, row.revision, "25", "now", value, reason)

    def line() -> content.Figure:
        return next(figure for figure in reporting.says(report_id)[0].figures if figure.key == "25")

    assert line().now.amount is None
    enter(17)
    assert (line().now.amount, line().now.sources, line().note) == (17, ("entered",), "Sổ trực đường dây nóng")
    enter(None, "Nhập nhầm kỳ")
    assert line().now.amount is None
    with pytest.raises(Refused, match="Nguồn"):
        enter(3, "")


def test_a_typed_number_is_stored_in_the_unit_of_its_line() -> None:
    assert writing.stored(Decimal("12.5"), "29") == 12_500_000
    assert writing.stored(Decimal(1234), "25") == 1234
    assert writing.stored(None, "25") is None
    with pytest.raises(Refused, match="số nguyên"):
        writing.stored(Decimal("12.5"), "25")
    with pytest.raises(Refused, match="số nguyên"):
        writing.stored(Decimal("0.0000001"), "29")


def test_a_struck_activity_leaves_an_open_report_and_stays_in_a_closed_one(reporting: Reporting) -> None:
    reporting.plan("CL22")
    reporting.make_year()
    activity_id = reporting.held(reporting.ward_id, 3)
    report_id = reporting.report(reporting.ward_id).id
    reporting.act("ward", "close", report_id)
    with clock.reading(AFTER_Q1), reporting.office.writing() as session:
        activities.strike(session, COMMAND, activities.get(session, activity_id), "Nhập nhầm")
    closed, _sha256 = reporting.says(report_id)
    assert [one.kind for one in closed.products] == ["activity"]
    reporting.act("ward", "reopen", report_id, "Bỏ hoạt động nhập nhầm")
    assert reporting.says(report_id)[0].products == ()
