"""The commune's points for publicity of reform (criterion 4 of CV 244/PNV ngày 08/8/2022, Xuân Lộc, Đồng Nai).

4.1: how much of the plan was done, 1 point; below the threshold 0 (the document's own example gives 4/5 a 0.8 against
its «below 90 % = 0», so the threshold is a setting). 4.2: variety, 0.25 each for electronic boards and for web and
social networks, 0.5 for traditional forms.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import Setting
from publisher.reach.coverage import completion, diversity
from publisher.refusal import Refused
from publisher.words import _

_SETTING = "reach.scoring"


@dataclass(frozen=True)
class Rules:
    """Points and thresholds; percentages 0–100."""

    completion: Decimal = Decimal(1)  # points for the whole plan
    full: Decimal = Decimal(100)  # percent from which all points are given
    least: Decimal = Decimal(90)  # percent below which none are given
    screen: Decimal = Decimal("0.25")
    online: Decimal = Decimal("0.25")
    traditional: Decimal = Decimal("0.5")
    traditional_forms: Decimal = Decimal(1)  # how many groups of traditional forms it takes


@dataclass(frozen=True)
class Line:
    """One criterion: its points of so many, and why."""

    code: str
    title: str
    points: Decimal
    most: Decimal
    reason: str


@dataclass(frozen=True)
class Score:
    """The points of a unit in a window."""

    total: Decimal
    most: Decimal
    lines: tuple[Line, ...]


def rules(session: Session) -> Rules:
    """Return the installation's rules, those of the document where none were set: 1 query."""
    row = session.get(Setting, _SETTING)
    known = {field.name for field in fields(Rules)}
    return Rules(**{name: Decimal(value) for name, value in row.value.items() if name in known}) if row else Rules()


def set_rules(session: Session, actor: Actor, values: dict[str, str]) -> Rules:
    """Change the rules; `Refused` for what is no number or makes no sense."""
    try:
        found = Rules(**{name: Decimal(value.strip().replace(",", ".")) for name, value in values.items()})
    except (InvalidOperation, TypeError) as error:
        raise Refused(_("Thang điểm chỉ gồm các số, ví dụ 0,25."), "completion") from error
    numbers = asdict(found)
    if any(not number.is_finite() or not 0 <= number <= 100 for number in numbers.values()):
        raise Refused(_("Các số của thang điểm phải từ 0 đến 100."), "completion")
    if found.least > found.full:
        raise Refused(_("Ngưỡng thấp nhất không thể cao hơn ngưỡng trọn điểm."), "least")
    value = {name: str(number) for name, number in numbers.items()}
    session.merge(Setting(name=_SETTING, value=value, changed_at=clock.now()))
    audit.record(session, actor, "reach.rules", "setting", 0, unit_id=None, rules=value)
    return found


def score(session: Session, zone: ZoneInfo, unit_id: int, since: date, until: date) -> Score:
    """Return the points of a unit for a window: 4 queries."""
    by = rules(session)
    lines = (_plan(session, zone, unit_id, since, until, by), *_variety(session, zone, unit_id, since, until, by))
    return Score(sum((one.points for one in lines), Decimal(0)), sum((one.most for one in lines), Decimal(0)), lines)


def _plan(session: Session, zone: ZoneInfo, unit_id: int, since: date, until: date, by: Rules) -> Line:
    found = completion(session, zone, {unit_id}, since, until)
    share = found.share
    title = _("Mức độ thực hiện kế hoạch tuyên truyền")
    if share is None:
        return Line("4.1", title, Decimal(0), by.completion, _("Kỳ này kế hoạch không có việc nào."))
    part = Decimal(1) if share >= by.full else share / 100 if share >= by.least else Decimal(0)
    reason = _("Hoàn thành {done}/{of} việc ({share} %).").format(done=found.done, of=found.of, share=percent(share))
    if share < by.least:
        reason += " " + _("Dưới {least} % không có điểm.").format(least=percent(by.least))
    return Line("4.1", title, _rounded(part * by.completion), by.completion, reason)


def _variety(session: Session, zone: ZoneInfo, unit_id: int, since: date, until: date, by: Rules) -> tuple[Line, ...]:
    used = [group for group in diversity(session, zone, {unit_id}, since, until) if group.items]
    titles = {
        "screen": (_("Đa dạng: bảng điện tử, màn hình điện tử"), by.screen, Decimal(1)),
        "online": (_("Đa dạng: trang thông tin điện tử, mạng xã hội"), by.online, Decimal(1)),
        "traditional": (_("Đa dạng: hình thức truyền thống"), by.traditional, by.traditional_forms),
    }
    lines = []
    for name, (title, points, needed) in titles.items():
        names = [group.title for group in used if group.medium == name]
        given = points if len(names) >= needed else Decimal(0)
        reason = _("Đã có: {names}.").format(names=", ".join(names)) if names else _("Chưa có.")
        lines.append(Line("4.2", title, given, points, reason))
    return tuple(lines)


def percent(value: Decimal) -> str:
    """Write a percentage the Vietnamese way, at most one decimal: 93.33 → 93,3."""
    return format(value.quantize(Decimal("0.1"), ROUND_HALF_UP).normalize(), "f").replace(".", ",")


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.01"), ROUND_HALF_UP)
