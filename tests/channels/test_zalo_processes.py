"""Real processes that renew one account's tokens: at the same time, and killed at every step."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from publisher import clock, faults
from publisher.installation import Installation
from publisher.model import OutletToken
from tests.faults.processes import environment
from tests.simulators.zalo_office import TOKEN, ZaloOffice, zalo_office

ROUNDS = 100


@pytest.fixture
def either_zalo(either_installation: Installation) -> Iterator[ZaloOffice]:
    # The processes read the machine's clock, so the simulator starts there too.
    with zalo_office(either_installation.config, clock.now()) as ready:
        ready.connected()
        yield ready


@dataclass
class Renewer:
    """A process that renews when told."""

    process: subprocess.Popen[str]

    def tell(self, at: float) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{at}\n")
        self.process.stdin.flush()

    def answer(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()


@contextmanager
def renewer(zalo: ZaloOffice, fault: str = "") -> Iterator[Renewer]:
    config = zalo.office.installation.config
    told = {
        **environment(zalo.office, fault),
        "PUBLISHER_ZALO_URL": config.zalo_url,
        "PUBLISHER_ZALO_OAUTH_URL": config.zalo_oauth_url,
    }
    command = [sys.executable, "-m", "tests.simulators.zalo_renewer", str(zalo.account_id)]
    with subprocess.Popen(
        command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        one = Renewer(process)
        assert one.answer() == ["ready"]
        yield one
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def due(zalo: ZaloOffice) -> None:
    """Let the tokens want a renewal just now."""
    with zalo.office.writing() as session:
        session.get_one(OutletToken, zalo.account_id).declined = True


@pytest.mark.postgres
def test_two_processes_that_renew_at_the_same_time_stay_connected_100_of_100_times(either_zalo: ZaloOffice) -> None:
    words: list[str] = []
    with renewer(either_zalo) as one, renewer(either_zalo) as other:
        for round_ in range(ROUNDS):
            due(either_zalo)
            at = time.monotonic() + 0.01
            for process in (one, other):
                process.tell(at)
            first, second = one.answer(), other.answer()
            words += [first[0], second[0]]
            token = either_zalo.hub.current()
            assert token in either_zalo.simulator.world.access, f"round {round_}: the account is connected"
            assert first[1] == second[1] == hashlib.sha256(token.encode()).hexdigest(), "both would publish with it"
    assert words.count("renewed") == ROUNDS and words.count("kept") == ROUNDS
    grants = [entry["grant"] for entry in either_zalo.entries("oauth.issued")]
    assert grants.count("refresh_token") == ROUNDS, "each renewal spent one token"
    assert not either_zalo.row().refused and either_zalo.account().state == "active"


@pytest.mark.postgres
@pytest.mark.parametrize("point", faults.TOKEN_POINTS)
def test_a_process_that_dies_at_any_step_leaves_a_connection_or_a_clear_word(
    either_zalo: ZaloOffice, point: str
) -> None:
    due(either_zalo)
    with renewer(either_zalo, f"{point}:exit") as dying:
        dying.tell(0.0)
        assert dying.answer() == [] and dying.process.wait(20) == 70
    if point != "token_saved":
        assert either_zalo.row().begun_at is not None and either_zalo.renew() == "", "its process may still be at it"
        either_zalo.simulator.clock.advance(300)
    either_zalo.renew()
    spent = either_zalo.simulator.faults.calls[TOKEN] - 1  # the consent's own
    if point == "token_answered":
        assert "cấp quyền lại" in either_zalo.row().refused and either_zalo.account().state == "paused" and spent == 2
        either_zalo.consent()
        assert either_zalo.account().state == "active"
    else:
        assert spent == 1
    assert either_zalo.living() and either_zalo.row().begun_at is None
