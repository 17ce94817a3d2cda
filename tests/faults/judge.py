"""The judge: what the outlets' ledgers say, compared with what the database says, once everything is quiet.

For each delivery exactly one landed copy, or a row that stands open with a reason where a person finds it. Nothing
extra, nothing missing, nothing stuck, no row that says something else than the outlet.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import aliased

from publisher import audit, inbox
from publisher.delivery.outlets import World
from publisher.delivery.states import FINAL, LANDED
from publisher.model import Account, Attempt, Decision, Delivery, Receipt, Rendering, Unit, Version

Line = Mapping[str, str]  # of a ledger: do, key, sha256, remote, of
RIGHTS = {"write", "approve", "administer", "air"}
LATER = timedelta(hours=1)  # when the inbox is read: what the machine settles by itself has been settled by then

_NEWER = aliased(Delivery)
_ROWS = (
    select(
        Delivery.id, Delivery.key, Delivery.state, Delivery.action, Delivery.reason, Delivery.wake_at,
        Delivery.post_id, Delivery.account_id, Delivery.placement, Delivery.follows_id, Rendering.sha256,
        Version.number, Receipt.remote_id, Receipt.kind, Account.state.label("account"),
        exists().where(Decision.version_id == Delivery.version_id, Decision.verdict == "approved").label("approved"),
        exists()
        .where(Attempt.delivery_id == Delivery.id, Attempt.kind == "send", Attempt.outcome == "unknown")
        .label("unclear"),
        exists()
        .where(_NEWER.post_id == Delivery.post_id, _NEWER.account_id == Delivery.account_id)
        .where(_NEWER.id > Delivery.id, _NEWER.state.in_(LANDED))
        .label("overtaken"),
    )
    .join(Rendering, Rendering.id == Delivery.rendering_id)
    .join(Version, Version.id == Delivery.version_id)
    .join(Account, Account.id == Delivery.account_id)
    .outerjoin(Receipt, Receipt.delivery_id == Delivery.id)
    .order_by(Delivery.id)
)  # fmt: skip


@dataclass
class Verdict:
    """What the judge found; the four lists are empty when all promises held."""

    deliveries: int = 0
    landed: int = 0
    unsure: int = 0  # open, with owner and reason: allowed
    duplicates: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)  # bytes, approval, order, or a row that contradicts the outlet

    @property
    def faults(self) -> list[str]:
        """Every finding, with its kind in front."""
        kinds = ("duplicates", "losses", "stuck", "untrue")
        return [f"{kind}: {text}" for kind in kinds for text in getattr(self, kind)]


def judge(world: World, ledgers: Mapping[int, Sequence[Line]], now: datetime) -> Verdict:
    """Compare the ledgers (by account id) with the database of an installation that has come to rest at `now`."""
    with world.db.reading() as session:
        rows = session.execute(_ROWS).all()
        units = set(session.scalars(select(Unit.id)))
        waiting = {
            item.target_id
            for item in inbox.items(session, units, RIGHTS, now + LATER, now)
            if item.target == "delivery"
        }
        open_attempts = session.scalars(
            select(Attempt.delivery_id)
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .where(Attempt.outcome.is_(None), Delivery.state != "sending")
        ).all()
        broken = audit.first_break(session)
    verdict = Verdict(deliveries=len(rows), unsure=sum(row.state == "unsure" for row in rows))
    verdict.untrue += [f"delivery {number}: an attempt that never ended" for number in open_attempts]
    if broken is not None:
        verdict.untrue.append(f"the trail breaks at row {broken}")
    for account_id, lines in ledgers.items():
        of_account = [row for row in rows if row.account_id == account_id]
        _Account(of_account, verdict).compare(lines)
    verdict.stuck += [text for row in rows for text in _stuck(row, rows, waiting, now)]
    return verdict


class _Account:
    """One account's ledger played again, line by line, beside its deliveries."""

    def __init__(self, rows: Sequence[Row[Any]], verdict: Verdict) -> None:
        self._rows = {row.key: row for row in rows}
        self._verdict = verdict
        self._standing: dict[str, str] = {}  # remote id -> key of what it shows
        self._remotes: dict[str, set[str]] = {}  # key -> remote ids it ever had
        self._newest: Counter[tuple[int, str]] = Counter()

    def compare(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line["do"] in {"deliver", "amend"}:
                self._landed(line)
            elif line["do"] in {"retract", "moderate"}:
                self._standing.pop(line["of"], None)
        for row in self._rows.values():
            self._row(row)

    def _landed(self, line: Line) -> None:
        row = self._rows.get(line["key"])
        if row is None:
            self._verdict.untrue.append(f"key {line['key']} landed and no row knows it")
            return
        self._verdict.landed += 1
        place = (row.post_id, row.placement)
        remote = line.get("of") or line.get("remote") or line["key"]
        beside = [r for r, key in self._standing.items() if self._place(key) == place and r != remote]
        if line["do"] == "deliver" and (beside or remote in self._standing):
            self._verdict.duplicates.append(f"{_name(row)} beside {[self._standing[r] for r in beside]}")
        if row.number < self._newest[place]:
            self._verdict.untrue.append(f"{_name(row)} overtaken by version {self._newest[place]}")
        if line["sha256"] != row.sha256:
            self._verdict.untrue.append(f"{_name(row)}: other bytes than approved")
        if not row.approved:
            self._verdict.untrue.append(f"{_name(row)} was never approved")
        self._newest[place] = max(row.number, self._newest[place])
        self._standing[remote] = row.key
        self._remotes.setdefault(row.key, set()).add(remote)

    def _place(self, key: str) -> tuple[int, str]:
        return self._rows[key].post_id, self._rows[key].placement

    def _row(self, row: Row[Any]) -> None:
        stands = row.key in self._standing.values()
        if row.state in LANDED and row.kind != "rehearsed":
            if row.action == "retract":
                if self._older_stands(row):
                    self._verdict.losses.append(f"{_name(row)}: what it removed still stands")
            elif row.key not in self._remotes:
                self._verdict.losses.append(f"{_name(row)}: never landed")
            elif row.remote_id not in {None, f"by-hand:{row.key}", *self._remotes[row.key]}:
                self._verdict.untrue.append(f"{_name(row)}: the receipt names {row.remote_id}")
        elif stands and row.state != "unsure" and not (row.action == "amend" and row.unclear):
            # An unclear replacement is simply repeated; if an edit forbids that, either text may stand (README.md).
            self._verdict.untrue.append(f"{_name(row)} stands in public")

    def _older_stands(self, row: Row[Any]) -> bool:
        place = (row.post_id, row.placement)
        return any(
            self._place(key) == place and self._rows[key].number <= row.number for key in self._standing.values()
        )


def _stuck(row: Row[Any], rows: Sequence[Row[Any]], waiting: set[int | None], now: datetime) -> Iterator[str]:
    if row.state == "sending":
        yield f"{_name(row)} long after its lease"
    if row.state in {"unsure", "held", "failed", "cancelled"} and not row.reason:
        yield f"{_name(row)} without a reason"
    if row.account != "active":
        return  # a paused account stands in the inbox itself
    overdue = row.wake_at is not None and row.wake_at <= now
    before = next((one for one in rows if one.id == row.follows_id), None)
    blocked = before is not None and before.state not in FINAL
    if overdue and not blocked:
        yield f"{_name(row)} due since {row.wake_at}"
    mine = overdue or row.state in {"unsure", "held"} or (row.state == "failed" and not row.overtaken)
    if mine and row.id not in waiting:
        yield f"{_name(row)} stands in no list"


def _name(row: Row[Any]) -> str:
    return f"delivery {row.id} ({row.action} of post {row.post_id} version {row.number}, {row.state})"
