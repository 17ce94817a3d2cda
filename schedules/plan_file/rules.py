"""Rules of a plan file that go beyond the shape of one entry: ids, rows, dates and targets."""

import re
from collections.abc import Iterator
from datetime import date

from schedules.plan_file.model import PlanFile, Target
from schedules.plan_file.types import PLAN_CODE
from schedules.plan_file.yaml import Path as Where
from schedules.plan_file.yaml import Tree

_LISTS = ("purposes", "themes", "forms", "audiences", "tasks", "duties", "targets", "reports")
# The yearly report of one year is due early in the next.
_GRACE_MONTHS = 3

Complaint = tuple[Where, str]


def id_complaints(data: object) -> Iterator[Complaint]:
    """Ids said twice or not beginning with the code of the plan; rows of the task table said twice."""
    if not isinstance(data, dict):
        return
    code = data.get("code")
    # A wrong code is one fault, not one for every id that begins with the right one.
    prefix = f"{code}-" if isinstance(code, str) and re.search(PLAN_CODE, code) else ""
    seen: dict[str, set[str]] = {"id": set(), "row": set()}
    for where, key, value in _marked(data):
        if value in seen[key]:
            noun = "Mã" if key == "id" else "Số dòng"
            yield where, f"{noun} “{value}” đã dùng ở mục trước. Hãy đặt lại cho khỏi trùng."
        seen[key].add(value)
        if key == "id" and not value.startswith(prefix):
            yield where, f"Mã “{value}” phải bắt đầu bằng mã kế hoạch “{prefix}”. Hãy sửa lại mã."


def _marked(data: dict[str, object]) -> Iterator[tuple[Where, str, str]]:
    for group in _LISTS:
        entries = data.get(group)
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            for key in ("id", "row") if group == "tasks" else ("id",):
                value = entry.get(key) if isinstance(entry, dict) else None
                if isinstance(value, str):
                    yield (group, number, key), key, value


def date_complaints(tree: Tree, plan: PlanFile) -> Iterator[Complaint]:
    """Dates of cadences and due dates that fall outside the years of the plan."""
    first, last = plan.years.first, plan.years.last
    if first > last:
        yield ("years", "to"), f"Năm cuối {last} trước năm đầu {first}. Hãy sửa lại."
        return
    for where, value in tree.scalars.items():
        due = len(where) > 2 and where[0] == "reports" and where[2] == "due"
        if not due and "cadence" not in where:
            continue
        day = _day(value)
        late = date(last + 1, _GRACE_MONTHS, 31) if due else date(last, 12, 31)
        if day and not date(first, 1, 1) <= day <= late:
            span = f"{first}" if first == last else f"{first}–{last}"
            yield (
                where,
                f"Ngày {day:%d/%m/%Y} nằm ngoài thời gian của kế hoạch ({span}). Hãy sửa ngày hoặc mục “years”.",
            )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def target_complaints(plan: PlanFile) -> Iterator[Complaint]:
    """Numbers that do not fit the kind of target, and percentages nobody could compute."""
    for number, target in enumerate(plan.targets):
        where: Where = ("targets", number)
        yield from _percent(where, target)
        yield from _range(where, target)
        yield from _numbers(where, target)


def _given(target: Target) -> dict[str, float]:
    numbers = {"at_least": target.at_least, "at_most": target.at_most, "value": target.value}
    return {key: number for key, number in numbers.items() if number is not None}


def _percent(where: Where, target: Target) -> Iterator[Complaint]:
    if target.unit == "%":
        for key, number in _given(target).items():
            if number > 100:
                yield (*where, key), f"Tỷ lệ {number:g}% lớn hơn 100%. Hãy sửa lại số."
        if not (target.numerator and target.denominator):
            yield where, "Chỉ tiêu phần trăm phải có “numerator” (tử số) và “denominator” (mẫu số). Hãy thêm vào."
    elif target.kind == "ratio":
        yield where, 'Chỉ tiêu loại “ratio” tính bằng phần trăm. Hãy ghi unit: "%".'


def _numbers(where: Where, target: Target) -> Iterator[Complaint]:
    given = _given(target)
    if target.kind in ("ratio", "count", "rank") and not given:
        yield where, "Chỉ tiêu thiếu con số. Hãy ghi “at_least”, “at_most” hoặc “value”."
    if target.kind in ("quality", "none"):
        for key in given:
            yield (*where, key), f"Chỉ tiêu loại “{target.kind}” không có con số. Hãy bỏ “{key}” hoặc đổi “kind”."


def _range(where: Where, target: Target) -> Iterator[Complaint]:
    if target.kind != "range":
        return
    if target.at_least is None or target.at_most is None:
        yield where, "Chỉ tiêu loại “range” phải có cả “at_least” và “at_most”. Hãy ghi đủ hai đầu."
    elif target.at_least > target.at_most:
        yield (*where, "at_most"), "“at_most” nhỏ hơn “at_least”. Hãy đổi lại hai số."
