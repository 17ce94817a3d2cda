"""Scenes for real processes: an office, its outlet behind HTTP, posts that are due, and the judge at hand."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from publisher import clock
from publisher.model import Delivery
from tests.factories import Office, in_minutes
from tests.faults.judge import Verdict, judge
from tests.faults.outlet_server import OutletServer

SETTLED = timedelta(minutes=5)  # when the judge looks, what was to be done at once must have been done


@dataclass(frozen=True)
class Scene:
    """An office, its outlet, and its accounts there: the first can be asked, the second cannot."""

    office: Office
    outlet: OutletServer
    account_id: int
    blind_id: int

    @classmethod
    def build(cls, office: Office, outlet: OutletServer, values: dict[str, str]) -> "Scene":
        account_id = office.add_account("http_outlet", values=values)
        return cls(office, outlet, account_id, office.add_account("http_outlet_blind", values=values))

    def due(self, count: int = 1, minutes: float = 0, *, blind: bool = False) -> list[int]:
        """Approved posts for the outlet, due so many minutes from now; returns the ids of their deliveries."""
        account_id = self.blind_id if blind else self.account_id
        posts = [self.office.scheduled(f"Bài số {n}", in_minutes(minutes), account_id) for n in range(count)]
        return [self.office.deliveries(post_id)[0].id for post_id in posts]

    def delivery(self, delivery_id: int) -> Delivery:
        with self.office.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def states(self) -> list[str]:
        """Return the state of every delivery, in the order they were made."""
        with self.office.reading() as session:
            return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))

    def outcomes(self, delivery_id: int) -> list[str | None]:
        """Return what the attempts of a delivery came to, in order."""
        return [attempt.outcome for attempt in self.office.attempts(delivery_id)]

    def landed(self) -> int:
        """Return how many posts the outlet has accepted so far."""
        return len(self.outlet.lines("deliver"))

    def at_rest(self) -> bool:
        """Say whether the engine has nothing under way and nothing more to look at."""
        with self.office.reading() as session:
            rows = session.execute(select(Delivery.state, Delivery.wake_at)).all()
        return all(row.state != "sending" and row.wake_at is None for row in rows)

    def verdict(self) -> Verdict:
        """Ask the judge; both accounts speak to one outlet, so its ledger is told apart by the keys."""
        with self.office.reading() as session:
            owners = dict(session.execute(select(Delivery.key, Delivery.account_id)).all())
        remotes = {line["remote"]: line["key"] for line in self.outlet.lines("deliver")}
        ledgers: dict[int, list[dict[str, str]]] = {self.account_id: [], self.blind_id: []}
        for line in self.outlet.lines("deliver", "amend", "retract", "moderate"):
            key = line.get("key") or remotes[line["of"]]
            ledgers[owners.get(key, self.account_id)].append(line)
        return judge(self.office.world, ledgers, clock.now() + SETTLED)
