"""A state machine that looks for the shortest chain of accidents that breaks a promise; it prints how to repeat it."""

import logging
from contextlib import ExitStack
from typing import ClassVar

import staged_outlet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from publisher import clock
from tests.faults.houses import Houses, prepared
from tests.faults.people import People
from tests.faults.seeds import BETWEEN, DEADLY, SLEEPY, SLOW
from tests.faults.trial import Trial
from tests.provision.server import Server

PROCESS = st.integers(0, 1)
STAGE = st.sampled_from(["one", "two", "blind"])
POST = st.integers(0, 3)
NUMBER = st.integers(0, 30)
WORD = st.sampled_from(staged_outlet.ACCEPTING + staged_outlet.REFUSING + staged_outlet.LOOKING)


class Accidents(RuleBasedStateMachine):
    """Posts, accounts, outlets, two processes and time, in any order that Hypothesis can think of."""

    houses: ClassVar[Houses]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()

    @initialize(seconds=st.sampled_from([0, 300, 900]))
    def begin(self, seconds: int) -> None:
        self.trial = Trial(self.houses.fresh())
        self.people = People(self.trial)
        self.stack.enter_context(clock.reading(self.trial.reading))
        self.trial.advance(seconds)

    @rule(process=PROCESS, stage=STAGE)
    def drain(self, process: int, stage: str) -> None:
        self.trial.drain(process, stage)

    @rule(process=PROCESS)
    def tick(self, process: int) -> None:
        self.trial.tick(process)

    @rule(process=PROCESS)
    def recover(self, process: int) -> None:
        self.trial.recover(process)

    @rule(seconds=st.sampled_from([1, 25, 60, 600, 3600]))
    def time_goes_by(self, seconds: int) -> None:
        self.trial.advance(seconds)

    @rule(seconds=st.sampled_from([-86400, -3600]))
    def the_clock_is_put_back(self, seconds: int) -> None:
        self.trial.step_clock(seconds)

    @rule(stage=STAGE, word=WORD)
    def an_outlet_misbehaves(self, stage: str, word: str) -> None:
        self.trial.arm(stage, word)

    @rule(process=PROCESS, point=st.sampled_from(DEADLY))
    def a_process_dies(self, process: int, point: str) -> None:
        self.trial.at(point, "killed", self.trial.die, lambda: self.trial.tick(process))

    @rule(process=PROCESS, point=st.sampled_from(SLEEPY))
    def a_process_oversleeps(self, process: int, point: str) -> None:
        self.trial.at(point, "asleep", lambda: self.trial.oversleep(1 - process), lambda: self.trial.tick(process))

    @rule(process=PROCESS, point=st.sampled_from(SLOW))
    def an_outlet_dawdles(self, process: int, point: str) -> None:
        self.trial.at(point, "slow", lambda: self.trial.dawdle(1 - process), lambda: self.trial.tick(process))

    @rule(process=PROCESS, point=st.sampled_from(BETWEEN))
    def a_process_is_overtaken(self, process: int, point: str) -> None:
        self.trial.at(point, "overtaken", lambda: self.trial.tick(1 - process), lambda: self.trial.tick(process))

    @rule(process=PROCESS, point=st.sampled_from(BETWEEN), post=POST)
    def an_editor_is_quicker(self, process: int, point: str, post: int) -> None:
        self.trial.at(point, "interrupted", lambda: self.correct(post), lambda: self.trial.tick(process))

    @rule(process=PROCESS, stage=STAGE, most=st.sampled_from([1, 3]))
    def take(self, process: int, stage: str, most: int) -> None:
        self.trial.take(process, stage, most)

    @rule(number=NUMBER)
    def attempt(self, number: int) -> None:
        if self.trial.held:
            self.trial.attempt(number)

    @rule(number=NUMBER)
    def record_late(self, number: int) -> None:
        if self.trial.held:
            self.trial.write_down(number)

    @rule(post=POST)
    def correct(self, post: int) -> None:
        self.people.edit(self.trial.house.posts[post])
        self.people.approve(self.trial.house.posts[post])

    @rule(post=POST)
    def edit(self, post: int) -> None:
        self.people.edit(self.trial.house.posts[post])

    @rule(post=POST)
    def withdraw(self, post: int) -> None:
        self.people.withdraw(self.trial.house.posts[post])

    @rule(post=POST)
    def restore(self, post: int) -> None:
        self.people.restore(self.trial.house.posts[post])
        self.people.approve(self.trial.house.posts[post])

    @rule(number=NUMBER)
    def cancel(self, number: int) -> None:
        self.people.cancel(number)

    @rule(number=NUMBER, minutes=st.sampled_from([0, 30]))
    def reschedule(self, number: int, minutes: int) -> None:
        self.people.reschedule(number, minutes)

    @rule(number=NUMBER)
    def send_now(self, number: int) -> None:
        self.people.send_now(number)

    @rule(number=NUMBER)
    def decide(self, number: int) -> None:
        self.people.decide(number)

    @rule(stage=STAGE)
    def pause(self, stage: str) -> None:
        self.people.pause(stage)

    @rule(stage=STAGE)
    def resume(self, stage: str) -> None:
        self.people.resume(stage)

    def teardown(self) -> None:
        with self.stack:
            found = self.trial.settle().faults
            assert not found, "\n".join([*self.trial.steps, *found])


def test_no_chain_of_accidents_breaks_a_promise_on_sqlite() -> None:
    with prepared() as houses:
        play(houses, 20)


def test_no_chain_of_accidents_breaks_a_promise_on_postgres(postgres_server: Server) -> None:
    with prepared(postgres_server) as houses:
        play(houses, 6)


def play(houses: Houses, examples: int) -> None:
    Accidents.houses = houses
    logging.disable(logging.ERROR)
    try:
        run_state_machine_as_test(
            Accidents,
            settings=settings(
                max_examples=examples, stateful_step_count=25, deadline=None, database=None, print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    finally:
        logging.disable(logging.NOTSET)
