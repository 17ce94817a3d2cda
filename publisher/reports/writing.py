"""Working on an open report: its blocks of text, figures typed by hand, and what stands around the text."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from publisher import audit, clock, security
from publisher.audit import Actor, acting
from publisher.model import DueReport, Person, ReportEntry, Unit, UnitPaper
from publisher.refusal import Refused, Stale
from publisher.reports.compose import entries
from publisher.reports.duties import above
from publisher.reports.letterhead import FIELDS, Letterhead, usual, with_values
from publisher.reports.narrative import KEYS
from publisher.reports.rows import BY_KEY, ENTERABLE
from publisher.text import line, passage
from publisher.words import _

MOST_TEXT = 20_000  # characters of one block
LINES = {"parent": 4, "issuer": 4, "addressees": 12, "recipients": 20, "signing": 4}  # most lines of each
PROFILES = ("state", "union")
MOST_VALUE = 10**15


def _open(session: Session, person: Person, row: DueReport, revision: int | None) -> None:
    security.demand(session, person, "report", row.unit_id)
    if revision is not None and row.revision != revision:
        raise Stale(_("Báo cáo đã được người khác thay đổi. Hãy tải lại trang rồi làm lại."))
    if row.state not in {"open", "returned"}:
        raise Refused(_("Báo cáo đã chốt. Muốn sửa, hãy mở lại và ghi lý do."))


def write(session: Session, person: Person, row: DueReport, revision: int, blocks: Mapping[str, str]) -> None:
    """Keep the texts somebody wrote; an empty block follows the figures again."""
    _open(session, person, row, revision)
    held = dict(row.narrative)
    for key, text in blocks.items():
        if key not in KEYS:
            raise Refused(_("Báo cáo không có mục «{key}».").format(key=key[:40]))
        cleaned = passage(text, _("Lời văn"), most=MOST_TEXT)
        if cleaned:
            held[key] = cleaned
        else:
            held.pop(key, None)
    row.narrative = held
    _touched(session, person, row, "report.write", blocks=sorted(blocks))


def enter(
    session: Session,
    person: Person,
    row: DueReport,
    revision: int,
    key: str,
    column: str,
    value: int | None,
    reason: str,
) -> ReportEntry:
    """Type a figure into an open report with its source or reason; None takes an earlier one back."""
    _open(session, person, row, revision)
    if key not in ENTERABLE or column not in {"now", "running", "before"}:
        raise Refused(_("Dòng này tính từ số liệu khác, không nhập tay được."), "key")
    if value is not None and not 0 <= value <= MOST_VALUE:
        raise Refused(_("Số liệu phải từ 0 trở lên."), "value")
    entry = ReportEntry(
        report_id=row.id, key=key, line=column, value=value,
        reason=line(reason, _("Nguồn, lý do"), most=300, needed=True), person_id=person.id, at=clock.now(),
    )  # fmt: skip
    session.add(entry)
    _touched(session, person, row, "report.enter", key=key, column=column, value=value, reason=entry.reason)
    return entry


def typed_values(session: Session, row: DueReport) -> dict[tuple[str, str], int]:
    """Return the typed figures of a report that count, by line and column."""
    return {(key, column): one.value for (key, column), one in entries(session, row.id).items()}


def stored(amount: Decimal | None, key: str) -> int | None:
    """Return a typed number as it is stored: 12,5 million đồng as 12500000; `Refused` where a line takes none such."""
    if amount is None:
        return None
    scaled = amount * BY_KEY[key].scale
    if scaled != scaled.to_integral_value():
        raise Refused(_("Dòng này chỉ nhận số nguyên, ví dụ 1.234."), "value")
    return int(scaled)


def set_paper(
    session: Session, person: Person, row: DueReport, number: int | None, day: date | None, signer: str
) -> None:
    """Put number, day and signer on a report's document; also on a closed one, since they come with the signature."""
    security.demand(session, person, "report", row.unit_id)
    if number is not None and not 0 < number < 100_000:
        raise Refused(_("Số văn bản phải từ 1 đến 99999."), "number")
    row.paper = {
        "number": number,
        "day": day.isoformat() if day else None,
        "signer": line(signer, _("Người ký"), most=100),
    }
    row.changed_at = clock.now()
    audit.record(
        session,
        acting(person),
        "report.paper",
        "report",
        row.id,
        unit_id=row.unit_id,
        number=number,
        day=row.paper["day"],
    )


def letterhead(session: Session, unit: Unit) -> Letterhead:
    """Return the letterhead of a unit, as set or as usual for its kind: up to 2 queries."""
    held = session.get(UnitPaper, unit.id)
    return with_values(usual(unit, above(session, unit.id)), held.settings if held else {})


def paper_of(session: Session, row: DueReport) -> Letterhead:
    """Return the letterhead of one report: the unit's, with this document's number, day and signer."""
    base = letterhead(session, session.get_one(Unit, row.unit_id))
    return with_values(base, {name: value for name, value in row.paper.items() if value})


def set_letterhead(session: Session, actor: Actor, unit: Unit, raw: Mapping[str, str]) -> Letterhead:
    """Store a unit's letterhead from a form: texts, and lists with one entry a line."""
    if raw.get("profile") not in PROFILES:
        raise Refused(_("Thể thức phải là cơ quan nhà nước hoặc tổ chức công đoàn."), "profile")
    values: dict[str, Any] = {"profile": raw["profile"]}
    titles = {"code": _("Ký hiệu"), "place": _("Địa danh"), "signer": _("Người ký")}
    for name, title in titles.items():
        values[name] = line(raw.get(name, ""), title, most=100, needed=name != "signer")
    for name in FIELDS:
        listed = [line(one, name, most=200) for one in raw.get(name, "").splitlines()]
        values[name] = [one for one in listed if one]
        if len(values[name]) > LINES[name]:
            raise Refused(_("Nhiều nhất {most} dòng.").format(most=LINES[name]), name)
    if not values["issuer"]:
        raise Refused(_("Chưa nhập tên cơ quan ban hành."), "issuer")
    session.merge(UnitPaper(unit_id=unit.id, settings=values, changed_at=clock.now()))
    audit.record(session, actor, "report.letterhead", "unit", unit.id, unit_id=unit.id)
    return letterhead(session, unit)


def form_values(paper: Letterhead) -> dict[str, str]:
    """Return a letterhead as a form shows it."""
    return {
        name: "\n".join(value) if isinstance(value, tuple) else str(value or "")
        for name, value in asdict(paper).items()
    }


def _touched(session: Session, person: Person, row: DueReport, act: str, **detail: Any) -> None:
    row.revision += 1
    row.changed_at = clock.now()
    audit.record(session, acting(person), act, "report", row.id, unit_id=row.unit_id, **detail)
