"""Publicity plans read from files: the shipped ones, those an office writes, and what they propose.

plan = load(plans()["CL22"])
for faults in check(Path("ke-hoach.yaml")): ...
proposals(redate(plan, 2027), 2027)
"""

from pathlib import Path

from schedules.plan_file.check import check, examine
from schedules.plan_file.dates import Proposal, proposals, redate
from schedules.plan_file.model import PlanFile, Report, Target, Task
from schedules.plan_file.yaml import Fault

__all__ = [
    "Fault",
    "PlanFile",
    "PlanFileError",
    "Proposal",
    "Report",
    "Target",
    "Task",
    "check",
    "load",
    "load_text",
    "plans",
    "proposals",
    "redate",
]

_SHIPPED = Path(__file__).parent.parent / "plans"


class PlanFileError(ValueError):
    """A plan file that cannot be used; `faults` say where and why, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def load(path: Path | str) -> PlanFile:
    """Read a plan from a file; raises PlanFileError with every fault found."""
    return _loaded(Path(path), "")


def load_text(content: str | bytes, name: str) -> PlanFile:
    """Read a plan from the content of a file, e.g. an upload called `name`; raises PlanFileError."""
    return _loaded(content, name)


def _loaded(source: Path | str | bytes, name: str) -> PlanFile:
    plan, faults = examine(source, name)
    if plan is None:
        raise PlanFileError(faults)
    return plan


def plans() -> dict[str, Path]:
    """The plans that come with the system, by code: {"CL22": …/cl22.yaml, …}."""
    return {path.stem.upper(): path for path in sorted(_SHIPPED.glob("*.yaml"))}
