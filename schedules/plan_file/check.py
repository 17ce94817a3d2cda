"""Find everything wrong with a plan file, each with its line, in words an office can act on."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schedules.plan_file.messages import UNKNOWN_KEY, message
from schedules.plan_file.model import PlanFile
from schedules.plan_file.rules import date_complaints, id_complaints, target_complaints
from schedules.plan_file.yaml import MOST_BYTES, Fault, Placed, Tree, read_tree

# More than anyone mends before checking again.
MOST_FAULTS = 200

_UNREAD = {
    FileNotFoundError: "không có tệp này",
    PermissionError: "không có quyền đọc",
    IsADirectoryError: "đây là thư mục",
}
_ADAPTER: TypeAdapter[PlanFile] = TypeAdapter(PlanFile)


def check(source: Path | str | bytes, name: str = "") -> list[Fault]:
    """List the faults of a plan file, in the order of its lines; an empty list means it can be loaded.

    `source` is a Path to a file, or the content itself as text or bytes; `name` is the file name to show
    (by default that of the path). At most MOST_FAULTS are listed. Never raises for what a file may hold, nor
    for one that cannot be read.
    """
    return examine(source, name)[1]


def examine(source: Path | str | bytes, name: str = "") -> tuple[PlanFile | None, list[Fault]]:
    """The plan, or None, and the faults of `source`; there is a plan exactly when there are no faults."""
    name = name or (source.name if isinstance(source, Path) else "kế hoạch")
    try:
        raw = _bytes(source)
    except OSError as error:
        why = next((why for kind, why in _UNREAD.items() if isinstance(error, kind)), "hệ thống báo lỗi khi đọc")
        return None, [Fault(name, 1, 1, f"Không đọc được tệp: {why}. Hãy kiểm tra đường dẫn và quyền đọc.")]
    tree = read_tree(raw)
    found = set(tree.faults)
    plan: PlanFile | None = None
    if tree.complete:
        plan, more = _validate(tree)
        found |= more
    faults = [Fault(name, *placed) for placed in sorted(found)[:MOST_FAULTS]]
    return (None, faults) if faults else (plan, [])


def _bytes(source: Path | str | bytes) -> bytes:
    if isinstance(source, Path):
        # One byte more than allowed is enough to refuse a file of any size.
        with source.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    return source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source


def _validate(tree: Tree) -> tuple[PlanFile | None, set[Placed]]:
    found = {(*_place(tree, where), what) for where, what in id_complaints(tree.data)}
    try:
        plan = _ADAPTER.validate_json(json.dumps(tree.data), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if detail["loc"] not in tree.empty]
        placed = sorted(((_point(tree, detail), number) for number, detail in enumerate(details)))
        found |= {(*place, message(details[number])) for place, number in placed[:MOST_FAULTS]}
        return None, found
    for complaints in (date_complaints(tree, plan), target_complaints(plan)):
        found |= {(*_place(tree, where), what) for where, what in complaints}
    return plan, found


def _point(tree: Tree, detail: ErrorDetails) -> tuple[int, int]:
    where = detail["loc"]
    return tree.keys[where] if detail["type"] == UNKNOWN_KEY else _place(tree, where)


def _place(tree: Tree, where: tuple[int | str, ...]) -> tuple[int, int]:
    """Where to point: the value, or for a key that is missing the mapping that should hold it."""
    while where and where not in tree.values:
        where = where[:-1]
    return tree.values.get(where, (1, 1))
