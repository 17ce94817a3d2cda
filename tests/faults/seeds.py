"""Trials by number: the same seed makes the same accidents, so that what failed once can be looked at again."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import staged_outlet

from publisher import clock
from tests.faults.houses import House, Houses
from tests.faults.judge import Verdict
from tests.faults.people import People
from tests.faults.trial import Trial

STEPS = 22
# Where a process may die: anywhere. Where another may step in or time may pass: where no transaction is open.
DEADLY = (
    "before_claim", "during_claim", "after_claim", "before_call", "after_notes", "after_accept",
    "during_record", "after_record", "during_recovery",
)  # fmt: skip
BETWEEN = ("before_claim", "after_claim", "before_call", "after_notes", "after_accept", "after_record")
# A process that sleeps between its look at the lease and its first byte wakes up and sends: no lock of ours reaches
# into the outlet. So it oversleeps everywhere but there (README.md, row 16).
SLOW = ("before_call", "after_notes", "after_accept")
SLEEPY = ("before_claim", "after_claim", "after_accept", "after_record")


@dataclass
class Totals:
    """What many trials came to."""

    runs: int = 0
    deliveries: int = 0
    landed: int = 0
    unsure: int = 0
    duplicates: int = 0
    losses: int = 0
    stuck: int = 0
    untrue: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, trial: Trial, verdict: Verdict) -> None:
        self.runs += 1
        self.deliveries += verdict.deliveries
        self.landed += verdict.landed
        self.unsure += verdict.unsure
        self.duplicates += len(verdict.duplicates)
        self.losses += len(verdict.losses)
        self.stuck += len(verdict.stuck)
        self.untrue += len(verdict.untrue)
        self.injected += trial.injected
        for stage in trial.stages.values():
            self.injected.update({f"outlet {word}": times for word, times in stage.spoilt.items()})
        if verdict.faults:
            self.failed[seed] = verdict.faults


def run(house: House, seed: int) -> tuple[Trial, Verdict]:
    """Play the trial of a seed to its end and judge it."""
    trial = Trial(house)
    with clock.reading(trial.reading):
        play = _Play(trial, random.Random(seed))
        play.begin()
        for _step in range(STEPS):
            play.step()
        return trial, trial.settle()


def run_many(houses: Houses, seeds: range, tell: Callable[[Totals], None] = lambda totals: None) -> Totals:
    """Play the trials of many seeds, each from the beginning; `tell` hears of the totals after each."""
    totals = Totals()
    for seed in seeds:
        totals.add(seed, *run(houses.fresh(), seed))
        tell(totals)
    return totals


class _Play:
    """Throws the dice of a trial."""

    def __init__(self, trial: Trial, dice: random.Random) -> None:
        self._trial, self._dice, self._people = trial, dice, People(trial)

    def begin(self) -> None:
        """Let some of the posts come due, and spoil the calls to come."""
        self._trial.advance(self._dice.choice((60, 300, 600, 1000)))
        for _word in range(self._dice.randrange(6)):
            self._arm()

    def step(self) -> None:
        acts: dict[Callable[[], None], int] = {
            self._drain: 6, self._pass: 3, self._wait: 6, self._arm: 7, self._person: 6, self._by_hand: 4,
            self._accident: 6, self._return: 1, self._step_clock: 1, self._trial.crash: 1,
        }  # fmt: skip
        self._dice.choices(list(acts), list(acts.values()))[0]()

    def _process(self) -> int:
        return self._dice.randrange(2)

    def _stage(self) -> str:
        return self._dice.choice(list(self._trial.stages))

    def _drain(self) -> None:
        self._trial.drain(self._process(), self._stage())

    def _pass(self) -> None:
        self._dice.choice((self._trial.tick, self._trial.recover))(self._process())

    def _wait(self) -> None:
        self._trial.advance(self._dice.choice((1, 25, 25, 45, 60, 240, 900, 3600)))

    def _arm(self) -> None:
        words = staged_outlet.ACCEPTING + staged_outlet.REFUSING + staged_outlet.LOOKING
        self._trial.arm(self._stage(), self._dice.choice(words))

    def _post(self) -> int:
        """One of the posts, preferably one that is under way just now: there it hurts."""
        under_way = [row.post_id for row in self._trial.deliveries() if row.state in {"sending", "unsure", "waiting"}]
        return self._dice.choice(under_way if under_way and self._dice.random() < 0.6 else self._trial.house.posts)

    def _person(self) -> None:
        people, number = self._people, self._dice.randrange(100)
        post_id = self._post()
        acts: list[Callable[[], None]] = [
            lambda: people.edit(post_id),
            lambda: people.approve(post_id),
            lambda: (people.edit(post_id), people.approve(post_id)),  # type: ignore[func-returns-value]
            lambda: (people.edit(post_id), people.approve(post_id)),  # type: ignore[func-returns-value]
            lambda: people.withdraw(post_id),
            lambda: people.restore(post_id),
            lambda: people.cancel(number),
            lambda: people.reschedule(number, self._dice.choice((0, 2, 30))),
            lambda: people.send_now(number),
            lambda: people.decide(number),
            lambda: people.pause(self._stage()),
            lambda: people.resume(self._stage()),
        ]
        self._dice.choice(acts)()

    def _return(self) -> None:
        """Somebody takes a post back, thinks better of it, and has it approved again."""
        people, post_id = self._people, self._post()
        for act in (people.withdraw, people.restore, people.approve):
            act(post_id)
            if self._dice.random() < 0.4:
                self._drain()

    def _step_clock(self) -> None:
        self._trial.step_clock(self._dice.choice((-86400, -3600, -600)))

    def _by_hand(self) -> None:
        trial = self._trial
        if not trial.held or self._dice.random() < 0.4:
            trial.take(self._process(), self._stage(), self._dice.choice((1, 3)))
        elif self._dice.random() < 0.5:
            trial.attempt(self._dice.randrange(9))
        else:
            trial.write_down(self._dice.randrange(9))

    def _accident(self) -> None:
        """At a point of the engine one process dies, sleeps, is overtaken, or somebody interferes."""
        trial, process = self._trial, self._process()
        what, points, act = self._dice.choice(
            (
                ("killed", DEADLY, trial.die),
                ("killed", DEADLY, trial.die),
                ("asleep", SLEEPY, lambda: trial.oversleep(1 - process)),
                ("slow", SLOW, lambda: trial.dawdle(1 - process)),
                ("overtaken", BETWEEN, lambda: trial.tick(1 - process)),
                ("interrupted", BETWEEN, self._person),
            )
        )
        work = self._dice.choice((self._drain, self._pass, lambda: trial.tick(process)))
        trial.at(self._dice.choice(points), what, act, work)
