"""What plans' targets stand at: values that people enter, and verdicts on ratios, ranges, counts and ranks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Plan, Target, TargetValue
from publisher.reach.metrics import SOURCES
from publisher.refusal import Missing, Refused
from publisher.text import line
from publisher.words import _

Verdict = Literal["met", "below", "above", "open", "words"]
MOST = Decimal(10) ** 15


@dataclass(frozen=True)
class Standing:
    """A target with the value that counts on a day; numbers that nobody entered are None.

    A percentage is worked out from numerator and denominator where both are known. `verdict`: met, below or above what
    is wanted, open (no value yet), words (a target of quality that has no number).
    """

    target_id: int
    plan_id: int
    unit_id: int
    ref: str
    text: str
    kind: str
    unit: str  # of the number: %, hạng, triệu USD
    at_least: Decimal | None
    at_most: Decimal | None
    wanted: Decimal | None
    numerator_title: str
    denominator_title: str
    source_title: str
    value_id: int | None
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    as_of: date | None
    source: str
    note: str
    verdict: Verdict


def standings(session: Session, units: Collection[int], until: date) -> list[Standing]:
    """Return the targets of the units' plans that run on a day, with their last values until then: 2 queries."""
    rows = session.execute(
        select(Target, Plan.unit_id)
        .join(Plan, Plan.id == Target.plan_id)
        .where(Plan.unit_id.in_(units), Plan.year_from <= until.year, Plan.year_to >= until.year)
        .where(Target.kind != "none")
        .order_by(Plan.code, Plan.id, Target.id)
    ).all()
    values = _values(session, {target.plan_id for target, _unit in rows}, until)
    return [_standing(target, unit_id, values.get((target.plan_id, target.ref))) for target, unit_id in rows]


def _values(session: Session, plans: Collection[int], until: date) -> dict[tuple[int, str], TargetValue]:
    """Return the last standing value of each target, corrections in the place of what they correct."""
    later = aliased(TargetValue)
    replaced = select(later.id).where(later.corrects_id == TargetValue.id).exists()
    query = (
        select(TargetValue)
        .where(TargetValue.plan_id.in_(plans), TargetValue.day <= until, TargetValue.struck.is_(False), ~replaced)
        .order_by(TargetValue.day, TargetValue.id)
    )
    return {(row.plan_id, row.ref): row for row in session.scalars(query)}


def _standing(target: Target, unit_id: int, row: TargetValue | None) -> Standing:
    detail: dict[str, Any] = target.detail
    at_least, at_most, wanted = (_decimal(detail.get(name)) for name in ("at_least", "at_most", "value"))
    numerator = _decimal(row.numerator) if row else None
    denominator = _decimal(row.denominator) if row else None
    value = _decimal(row.value) if row else None
    unit = detail.get("unit") or ""
    if value is None and numerator is not None and denominator:
        value = 100 * numerator / denominator if unit == "%" else numerator / denominator
    return Standing(
        target.id, target.plan_id, unit_id, target.ref, target.text, target.kind, unit, at_least, at_most, wanted,
        detail.get("numerator") or "", detail.get("denominator") or "", detail.get("source") or "",
        row.id if row else None, numerator, denominator, value, row.day if row else None, row.source if row else "",
        row.note if row else "", verdict(target.kind, value, at_least, at_most, wanted),
    )  # fmt: skip


def verdict(
    kind: str, value: Decimal | None, at_least: Decimal | None, at_most: Decimal | None, wanted: Decimal | None
) -> Verdict:
    """Return how a value stands to what is wanted; of ranks a lower number is better."""
    if kind in {"quality", "none"}:
        return "words"
    if value is None:
        return "open"
    if kind == "rank":
        best = wanted if wanted is not None else at_most
        return "met" if best is None or value <= best else "below"
    least = at_least if at_least is not None else wanted
    if least is not None and value < least:
        return "below"
    if at_most is not None and value > at_most:
        return "above"
    return "met"


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def log_value(
    session: Session,
    actor: Actor,
    target: Target,
    day: date,
    *,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
    value: Decimal | None = None,
    source: str = "reported",
    note: str = "",
    evidence_id: int | None = None,
    corrects_id: int | None = None,
) -> TargetValue:
    """Log what a target stands at on a day: a value, or numerator and denominator; a correction needs a note."""
    if target.kind in {"quality", "none"}:
        raise Refused(_("Chỉ tiêu này là yêu cầu định tính, không có số để ghi."))
    if source not in SOURCES:
        raise Refused(_("Nguồn số liệu phải là một trong: {known}.").format(known=", ".join(SOURCES)), "source")
    _check(target, numerator, denominator, value)
    if corrects_id is not None:
        before = session.get(TargetValue, corrects_id)
        if before is None or (before.plan_id, before.ref) != (target.plan_id, target.ref):
            raise Missing(_("Không có giá trị số {number} của chỉ tiêu này.").format(number=corrects_id))
        day = before.day
    row = TargetValue(
        plan_id=target.plan_id, ref=target.ref, day=day, numerator=_text(numerator), denominator=_text(denominator),
        value=_text(value), source=source,
        note=line(note, _("Lý do") if corrects_id else _("Ghi chú"), most=500, needed=corrects_id is not None),
        evidence_id=evidence_id, corrects_id=corrects_id, recorded_by=actor.person_id, recorded_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    unit_id = session.scalar(select(Plan.unit_id).where(Plan.id == target.plan_id))
    audit.record(
        session, actor, "target.value", "target_value", row.id, unit_id=unit_id, code=target.ref, value=row.value
    )
    return row


def _check(target: Target, numerator: Decimal | None, denominator: Decimal | None, value: Decimal | None) -> None:
    given = {"numerator": numerator, "denominator": denominator, "value": value}
    for name, number in given.items():
        if number is not None and not 0 <= number < MOST:
            raise Refused(_("Số liệu phải từ 0 trở lên và không quá lớn."), name)
    if (numerator is None) != (denominator is None):
        raise Refused(_("Hãy nhập cả tử số và mẫu số."), "denominator" if denominator is None else "numerator")
    if denominator == 0:
        raise Refused(_("Mẫu số phải lớn hơn 0."), "denominator")
    if value is None and numerator is None:
        raise Refused(_("Chưa nhập số nào."), "value")
    if value is not None and numerator is not None:
        raise Refused(_("Chỉ nhập tử số và mẫu số, hoặc chỉ nhập giá trị."), "value")
    percent = target.detail.get("unit") == "%"
    if percent and value is not None and value > 100:
        raise Refused(_("Tỷ lệ phần trăm không thể quá 100."), "value")
    if percent and numerator is not None and denominator is not None and numerator > denominator:
        raise Refused(_("Tử số không thể lớn hơn mẫu số."), "numerator")


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")


def get(session: Session, target_id: int) -> Target:
    """Return a target, or raise `Missing`."""
    target = session.get(Target, target_id)
    if target is None:
        raise Missing(_("Không có chỉ tiêu số {number}.").format(number=target_id))
    return target
