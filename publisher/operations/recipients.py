"""Who is told of a problem: those who can act on it, in the unit itself or else in the nearest unit above."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.config import Config
from publisher.model import Person, Role, UnitLink

WHO = {  # kind of problem → roles that can act
    "unsure": ("approver", "administrator"),
    "held": ("approver", "administrator"),
    "failed": ("approver", "administrator"),
    "overdue": ("approver", "administrator"),
    "quiet": ("approver", "administrator"),
    "report": ("reporter", "approver"),
    "report_late": ("reporter", "approver"),
    "paused": ("administrator",),
    "connection": ("administrator",),
    "silent": ("administrator",),
    "trail": ("administrator",),
    "disk": ("administrator",),
}


class AddressBook:
    """The addresses of those who can act, by unit and kind of problem; read once for a pass: 2 queries."""

    def __init__(self, session: Session, config: Config) -> None:
        self._extra = {part.strip() for part in config.alert_to.split(",") if part.strip()}
        self._above: dict[int, set[int]] = defaultdict(set)
        today = clock.now().date()
        links = select(UnitLink.child_id, UnitLink.parent_id).where(
            UnitLink.hierarchy.in_(("hanh_chinh", "cong_doan")),
            UnitLink.valid_from <= today, (UnitLink.valid_to.is_(None)) | (UnitLink.valid_to >= today),
        )  # fmt: skip
        for child, parent in session.execute(links):
            self._above[child].add(parent)
        self._people: dict[tuple[int, str], set[str]] = defaultdict(set)
        roles = select(Role.unit_id, Role.name, Person.email).join(Person).where(
            Person.active.is_(True), Role.name.in_(("approver", "administrator", "reporter"))
        )  # fmt: skip
        for unit_id, role, email in session.execute(roles):
            if "." in email.rpartition("@")[2]:  # quantri@localhost is a name to sign in with, no mailbox
                self._people[unit_id, role].add(email)

    def of(self, kind: str, unit_id: int | None) -> set[str]:
        """Return who is told of a problem of this kind in a unit; None stands for the whole installation."""
        return self._extra | (self._top(kind) if unit_id is None else self._nearest(kind, unit_id))

    def _nearest(self, kind: str, unit_id: int) -> set[str]:
        level, seen = {unit_id}, {unit_id}
        while level:
            found = self._in(kind, level)
            if found:
                return found
            level = {above for one in level for above in self._above[one]} - seen
            seen |= level
        return set()

    def _top(self, kind: str) -> set[str]:
        """The administrators of units that have nothing above them: what stops everything is theirs."""
        roots = {unit_id for unit_id, _role in self._people if not self._above[unit_id]}
        return self._in(kind, roots)

    def _in(self, kind: str, units: Collection[int]) -> set[str]:
        return {email for unit_id in units for role in WHO[kind] for email in self._people.get((unit_id, role), ())}
