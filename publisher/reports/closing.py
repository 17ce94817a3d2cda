"""Closing a report freezes what it says; then it is submitted, and returned or accepted by the unit above."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from publisher import audit, clock, security
from publisher.audit import acting
from publisher.model import DueReport, Person, ReportAct, ReportEdition
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.reports import content
from publisher.reports.compose import compose
from publisher.reports.content import Edition, Report
from publisher.text import passage
from publisher.words import _, mark

STATE_TITLES = {
    "open": mark("Đang lập"),
    "closed": mark("Đã chốt số liệu"),
    "submitted": mark("Đã nộp"),
    "returned": mark("Bị trả lại"),
    "accepted": mark("Đã tiếp nhận"),
    "late": mark("Quá hạn"),
    "soon": mark("Sắp đến hạn"),
    "submitted_late": mark("Đã nộp, muộn"),
}
IN_WORK = ("open", "returned")  # figures follow the records, words may be written
ACT_TITLES = {
    "close": mark("Chốt số liệu"),
    "reopen": mark("Mở lại"),
    "submit": mark("Nộp báo cáo"),
    "return": mark("Trả lại"),
    "accept": mark("Tiếp nhận"),
    "remind": mark("Nhắc trước hạn"),
    "escalate": mark("Báo quá hạn lên cấp trên"),
}


def get(session: Session, person: Person, report_id: int, right: str = "read") -> DueReport:
    """Return a report of a unit in which the person has a right, or that is owed to one; `Missing` for any other."""
    row = session.get(DueReport, report_id)
    units = security.units_with(session, person, right)
    if row is None or not (row.unit_id in units or (row.recipient_unit_id in units and right == "read")):
        raise Missing(_("Không có báo cáo số {number}.").format(number=report_id))
    return row


def _mine(session: Session, person: Person, row: DueReport, revision: int) -> None:
    security.demand(session, person, "report", row.unit_id)
    _fresh(row, revision)


def _fresh(row: DueReport, revision: int) -> None:
    if row.revision != revision:
        raise Stale(_("Báo cáo đã được người khác thay đổi. Hãy tải lại trang rồi làm lại."))


def _move(session: Session, person: Person, row: DueReport, act: str, state: str, reason: str = "") -> None:
    edition = newest(session, row.id)
    row.state = state
    row.revision += 1
    row.changed_at = clock.now()
    session.add(
        ReportAct(
            report_id=row.id, act=act, edition_id=edition.id if edition else None, reason=reason,
            person_id=person.id, at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        session, acting(person), f"report.{act}", "report", row.id,
        unit_id=row.unit_id, period=row.period, edition=edition.number if edition else 0, reason=reason,
    )  # fmt: skip


def close(session: Session, zone: ZoneInfo, person: Person, row: DueReport, revision: int) -> ReportEdition:
    """Freeze what the report says by the records of this moment, as a new edition with its sha256.

    `Refused` before the last day that counts is over, or when it is closed already.
    """
    _mine(session, person, row, revision)
    if row.state not in IN_WORK:
        raise Refused(_("Báo cáo này đã chốt. Muốn sửa, hãy mở lại và ghi lý do."))
    if clock.local_day(clock.now(), zone) <= row.counted_to:
        day = row.counted_to.strftime("%d/%m/%Y")
        raise Refused(_("Kỳ này tính số liệu đến hết ngày {day}: chốt từ ngày hôm sau.").format(day=day))
    text = content.canonical(compose(session, zone, row))
    number = (session.scalar(select(func.max(ReportEdition.number)).where(ReportEdition.report_id == row.id)) or 0) + 1
    edition = ReportEdition(
        report_id=row.id, number=number, content=text, sha256=content.digest(text),
        closed_by=person.id, closed_at=clock.now(),
    )  # fmt: skip
    session.add(edition)
    session.flush()
    _move(session, person, row, "close", "closed")
    return edition


def reopen(session: Session, person: Person, row: DueReport, revision: int, reason: str) -> None:
    """Open a closed report again with a reason; its editions stay. What was submitted must come back first."""
    _mine(session, person, row, revision)
    if row.state == "open":
        raise Refused(_("Báo cáo này đang mở."))
    if row.state == "accepted" or (row.state == "submitted" and row.recipient_unit_id is not None):
        raise Refused(_("Báo cáo đã nộp lên cấp trên: hãy đề nghị cấp trên trả lại rồi mới mở lại."))
    why = passage(reason, _("Lý do mở lại"), most=1000, needed=True)
    _move(session, person, row, "reopen", "open", why)


def submit(session: Session, zone: ZoneInfo, person: Person, row: DueReport, revision: int) -> None:
    """Hand a closed report in; the first time counts for whether it was late."""
    _mine(session, person, row, revision)
    if row.state != "closed":
        raise Refused(_("Chỉ nộp báo cáo đã chốt số liệu."))
    row.submitted_on = row.submitted_on or clock.local_day(clock.now(), zone)
    _move(session, person, row, "submit", "submitted")


def _upper(session: Session, person: Person, row: DueReport, revision: int) -> None:
    if row.recipient_unit_id is None or row.recipient_unit_id not in security.units_with(session, person, "report"):
        raise NotAllowed(_("Chỉ đơn vị nhận báo cáo mới được tiếp nhận hoặc trả lại."))
    _fresh(row, revision)


def accept(session: Session, person: Person, row: DueReport, revision: int) -> None:
    """Take a submitted report over: from now on the upper unit's sum holds it."""
    _upper(session, person, row, revision)
    if row.state != "submitted":
        raise Refused(_("Báo cáo này không ở trạng thái chờ tiếp nhận."))
    _move(session, person, row, "accept", "accepted")


def give_back(session: Session, person: Person, row: DueReport, revision: int, reason: str) -> None:
    """Return a submitted or accepted report to its unit with a reason; the unit closes it anew."""
    _upper(session, person, row, revision)
    if row.state not in {"submitted", "accepted"}:
        raise Refused(_("Chỉ trả lại báo cáo đã nộp."))
    why = passage(reason, _("Lý do trả lại"), most=1000, needed=True)
    _move(session, person, row, "return", "returned", why)


def newest(session: Session, report_id: int) -> ReportEdition | None:
    """Return the newest closed edition of a report, or None when it never was closed: 1 query."""
    return session.scalars(
        select(ReportEdition).where(ReportEdition.report_id == report_id).order_by(ReportEdition.number.desc()).limit(1)
    ).first()


def edition(session: Session, row: DueReport, number: int) -> ReportEdition:
    """Return one closed edition of a report; `Missing` if there is none with this number."""
    found = session.scalar(
        select(ReportEdition).where(ReportEdition.report_id == row.id, ReportEdition.number == number)
    )
    if found is None:
        raise Missing(_("Báo cáo này không có bản chốt số {number}.").format(number=number))
    return found


def said(session: Session, zone: ZoneInfo, row: DueReport, number: int | None = None) -> tuple[Report, Edition | None]:
    """Return what a report says: the asked or newest closed edition, or the records of this moment while it is in work.

    `Missing` when a stored edition no longer has its sha256: then somebody went past the database's guard.
    """
    held = edition(session, row, number) if number is not None else None
    if held is None and row.state not in IN_WORK:
        held = newest(session, row.id)
    if held is None:
        return compose(session, zone, row), None
    if content.digest(held.content) != held.sha256:
        raise Missing(
            _("Bản chốt số {number} không còn khớp mã sha256: hãy khôi phục từ bản sao lưu.").format(number=held.number)
        )
    return content.read(held.content), Edition(held.number, held.closed_at, held.sha256)


def history(session: Session, row: DueReport) -> list[tuple[ReportAct, str]]:
    """Return what was done with a report, newest first, with the names of the people: 1 query."""
    rows = session.execute(
        select(ReportAct, Person.name)
        .outerjoin(Person, Person.id == ReportAct.person_id)
        .where(ReportAct.report_id == row.id)
        .order_by(ReportAct.id.desc())
        .limit(200)
    )
    return [(act, name or "") for act, name in rows]


def days_late(row: DueReport, today: date) -> int:
    """Return by how many days a report is late; 0 when it is not."""
    return max(0, ((row.submitted_on or today) - row.due_on).days)
