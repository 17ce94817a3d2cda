"""One trial: an office, three outlets that misbehave, two processes, people who interfere, and a clock that jumps.

Everything happens in this process, one step after the other, so that a trial can be repeated exactly: a process dies
at a named point of the engine, is overtaken there by the other one, or sleeps there past its lease.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import staged_outlet
from sqlalchemy import and_, func, select

from publisher import accounts, faults
from publisher.audit import COMMAND
from publisher.delivery.attempt import perform
from publisher.delivery.claim import LEASE_MARGIN, Claim, claim, unclaim
from publisher.delivery.drain import drain, tick
from publisher.delivery.outlets import World
from publisher.delivery.record import Done, record
from publisher.delivery.recover import expire_leases, hold_paused
from publisher.model import Account, Attempt, Delivery
from tests.faults.houses import START, House
from tests.faults.judge import Verdict, judge

PAST_LEASE = 120.0  # seconds: longer than the lease of the staged outlets
TOGETHER = timedelta(seconds=30)  # at the end: what wakes within it is looked at in one pass
_SENDS = (
    select(Delivery.id, func.count(Attempt.id))
    .outerjoin(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.kind == "send"))
    .where(Delivery.action != "retract")
    .group_by(Delivery.id)
)
ROUNDS = 150  # wake-ups within which everything must have come to rest


class Killed(BaseException):
    """The process is gone, here and now."""


@dataclass
class Held:
    """Deliveries that one of the processes took by hand and has not recorded yet."""

    process: int
    claims: list[Claim]
    taken_at: float  # on the watch that nobody sets back
    done: list[Done] = field(default_factory=list)


class Trial:
    """The verbs of a trial; each says what it did in `steps`. Time stands still until `advance`."""

    def __init__(self, house: House) -> None:
        random.seed(1)  # the engine's own dice: how long it backs off
        self.house = house
        self.now = START
        self.elapsed = 0.0
        self.stages = {name: staged_outlet.Stage(watch=lambda: self.elapsed) for name in house.accounts}
        staged_outlet.STAGES.update(self.stages)
        self.held: list[Held] = []
        self.voided: dict[int, int] = {}  # by delivery: how often it had been sent when its approval was taken back
        self.steps: list[str] = []
        self.injected: Counter[str] = Counter()

    def reading(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.steps.append(f"{seconds:.0f} s go by")
        self.now += timedelta(seconds=seconds)
        self.elapsed += seconds

    def step_clock(self, seconds: float) -> None:
        """The wall clock is put back: all of what was waited for seems to lie further ahead."""
        self.injected["clock back"] += 1
        self.steps.append(f"the clock is put {seconds:+.0f} s")
        self.now += timedelta(seconds=seconds)

    def arm(self, stage: str, word: str) -> None:
        """The next call of an outlet comes to `word` (see staged_outlet.py)."""
        self.steps.append(f"outlet {stage} will {word}")
        queue = self.stages[stage].looks if word in staged_outlet.LOOKING else self.stages[stage].writes
        queue.append(word)

    def drain(self, process: int, stage: str) -> None:
        self.steps.append(f"{'AB'[process]} drains {stage}")
        self._mortal(lambda: drain(self.house.worlds[process], self.house.accounts[stage]))

    def tick(self, process: int) -> None:
        self.steps.append(f"{'AB'[process]} ticks")
        self._mortal(lambda: tick(self.house.worlds[process]))

    def recover(self, process: int) -> None:
        self.steps.append(f"{'AB'[process]} recovers")
        self._mortal(lambda: (expire_leases(self.house.worlds[process]), hold_paused(self.house.worlds[process])))

    def at(self, point: str, what: str, act: Callable[[], None], then: Callable[[], None]) -> None:
        """Do `then`; when it comes to `point` of the engine, do `act` first."""

        def happen() -> None:
            self.injected[f"{what} {point}"] += 1
            self.steps.append(f"  … {what} at {point}")
            act()

        with faults.reaching(self.house.home, point, happen):
            then()

    def die(self) -> None:
        raise Killed

    def oversleep(self, other: int) -> None:
        """Whoever is at work sleeps past its lease, and the other process takes over meanwhile."""
        self.advance(PAST_LEASE)
        self.tick(other)
        self.advance(staged_outlet.SETTLE + 1)
        self.tick(other)

    def dawdle(self, other: int) -> None:
        """The outlet takes nearly as long as the lease allows; the other process looks around meanwhile."""
        self.advance(staged_outlet.SETTLE - 5)
        self.tick(other)
        self.advance(staged_outlet.SETTLE + 1)
        self.tick(other)

    def void(self, post_id: int) -> None:
        """Remember that nothing of this post may begin to go out from now on that is not approved anew."""
        with self.house.worlds[1].db.reading() as session:
            self.voided.update((row[0], row[1]) for row in session.execute(_SENDS.where(Delivery.post_id == post_id)))

    def take(self, process: int, stage: str, most: int) -> None:
        """Claim by hand, to attempt and record at any later step."""
        self.steps.append(f"{'AB'[process]} takes {most} of {stage}")
        taken: list[Claim] = []
        self._mortal(lambda: taken.extend(claim(self.house.worlds[process], self.house.accounts[stage], most) or []))
        if taken:
            self.held.append(Held(process, taken, self.elapsed))

    def attempt(self, number: int) -> None:
        """Attempt what was taken, as `drain` does: what its lease no longer covers is given back."""
        mine = self.held[number % len(self.held)]
        world = self.house.worlds[mine.process]
        self.steps.append(f"{'AB'[mine.process]} attempts {[one.delivery_id for one in mine.claims]}")
        while mine.claims:
            if not mine.claims[0].in_time() or self.elapsed - mine.taken_at > LEASE_MARGIN.total_seconds():
                late, mine.claims = mine.claims, []
                unclaim(world, late)
                return
            one = mine.claims.pop(0)
            mine.done.append((one, perform(world, one)))

    def write_down(self, number: int) -> None:
        """Record what was attempted by hand, however late."""
        mine = self.held.pop(number % len(self.held))
        self.steps.append(f"{'AB'[mine.process]} records {[one.delivery_id for one, _outcome in mine.done]}")
        if mine.claims:
            unclaim(self.house.worlds[mine.process], mine.claims)
        if mine.done:
            record(self.house.worlds[mine.process], mine.done)

    def crash(self) -> None:
        """Both processes die: what they held is nobody's."""
        self.steps.append("both processes die")
        self.held.clear()

    def settle(self) -> Verdict:
        """Let all faults end, give every account its rights back, and wait until nothing wakes any more."""
        self.crash()
        for stage in self.stages.values():
            stage.writes.clear()
            stage.looks.clear()
        world = self.house.worlds[0]
        for _round in range(ROUNDS):
            self._resume_all(world)
            tick(world)
            following = self._next_moment(world)
            if following is None:
                break
            self.elapsed += (following + TOGETHER - self.now).total_seconds()
            self.now = following + TOGETHER
        verdict = self._judged(world)
        with world.db.reading() as session:
            sent = {row[0]: row[1] for row in session.execute(_SENDS)}
        late = [number for number, before in self.voided.items() if sent[number] > before]
        verdict.untrue += [f"delivery {number} was sent after its approval was taken back" for number in late]
        return verdict

    def _judged(self, world: World) -> Verdict:
        ledgers = {self.house.accounts[name]: stage.lines for name, stage in self.stages.items()}
        return judge(world, ledgers, self.now)

    def deliveries(self) -> Sequence[Delivery]:
        with self.house.worlds[1].db.reading() as session:
            return session.scalars(select(Delivery).order_by(Delivery.id)).all()

    def _mortal(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Killed:
            self.steps.append("  … and was killed")

    def _resume_all(self, world: World) -> None:
        paused = select(Account).where(Account.state == "paused")
        with world.db.reading() as session:
            if session.scalar(paused) is None:
                return
        with world.db.writing() as session:
            for account in session.scalars(paused).all():
                accounts.resume(session, COMMAND, account)

    def _next_moment(self, world: World) -> datetime | None:
        """Return the next moment after now at which the engine has something to look at."""
        with world.db.reading() as session:
            moments = [
                session.scalar(select(func.min(column)).where(column > self.now))
                for column in (Delivery.wake_at, Delivery.lease_until)
            ]
        return min((moment for moment in moments if moment is not None), default=None)
