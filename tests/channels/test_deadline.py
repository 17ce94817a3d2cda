"""Time limits of calls: each ends its own block alone, however many run at once, and none ends late or twice."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from channels.deadline import at_most


def test_a_block_that_takes_too_long_is_ended_once() -> None:
    ended = threading.Semaphore(0)
    with at_most(0.05, ended.release):
        assert ended.acquire(timeout=2)
        assert not ended.acquire(timeout=0.2)


def test_a_block_in_time_is_left_alone_also_afterwards() -> None:
    ended = threading.Event()
    with at_most(0.1, ended.set):
        pass
    assert not ended.wait(0.3)


def test_a_short_limit_does_not_wait_for_a_long_one_that_began_before() -> None:
    long, short = threading.Event(), threading.Event()
    with at_most(60, long.set):
        began = time.monotonic()
        with at_most(0.1, short.set):
            assert short.wait(2) and time.monotonic() - began < 1
    assert not long.is_set()


def test_limits_of_many_threads_end_their_own_blocks_alone() -> None:
    def block(number: int) -> bool:
        ended = threading.Event()
        slow = number % 2 == 0
        with at_most(0.1 if slow else 30, ended.set):
            return ended.wait(5 if slow else 0.3) is slow

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(block, range(64)))


def test_one_thread_watches_them_all() -> None:
    before = {thread.name for thread in threading.enumerate()} | {"deadlines"}
    for _ in range(50):
        with at_most(5, lambda: None):
            assert {thread.name for thread in threading.enumerate()} <= before
