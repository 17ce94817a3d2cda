"""An account's pace: never more in an hour than its limit, in order, shared by all who send for it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from publisher import clock
from publisher.delivery.claim import claim
from publisher.delivery.pacing import slow_down
from publisher.model import Account, Attempt, Delivery
from tests.factories import Office, in_minutes

LIMIT = 20


@pytest.fixture
def paced(either_office: Office, tmp_path) -> tuple[Office, int]:
    """An office with an account that may send twenty an hour."""
    account_id = either_office.add_account("ledger", values={"path": str(tmp_path / "ledger.jsonl")}, late_hours=48)
    with either_office.writing() as session:
        session.get_one(Account, account_id).per_hour = LIMIT
    return either_office, account_id


def backlog(office: Office, account_id: int, count: int, until: datetime) -> list[int]:
    """Let `count` deliveries be due over the six hours before `until`; returns their ids in the order of due times."""
    post_id = office.scheduled("Bài tồn đọng", in_minutes(1), account_id)
    with office.writing() as session:
        first = session.scalars(select(Delivery).where(Delivery.post_id == post_id)).one()
        first.due_at = first.wake_at = until - timedelta(hours=6)
        for number in range(1, count):
            due = until - timedelta(hours=6) + number * timedelta(hours=6) / count
            session.add(
                Delivery(
                    version_id=first.version_id, account_id=account_id,
                    post_id=first.post_id, unit_id=first.unit_id, notes={},
                    placement=f"p{number}", rendering_id=first.rendering_id, key=f"tồn đọng {number}",
                    due_at=due, wake_at=due, created_at=clock.now(), changed_at=clock.now(),
                )
            )  # fmt: skip
    with office.reading() as session:
        query = select(Delivery.id).where(Delivery.account_id == account_id).order_by(Delivery.due_at)
        return list(session.scalars(query))


def test_a_six_hour_backlog_drains_in_order_and_no_hour_sees_more_than_the_limit(paced: tuple[Office, int]) -> None:
    office, account_id = paced
    start = in_minutes(10)
    wanted = backlog(office, account_id, 50, start)
    for minute in range(0, 4 * 60, 2):
        office.tick(at=start + timedelta(minutes=minute))
    with office.reading() as session:
        sent = session.execute(select(Attempt.delivery_id, Attempt.started_at).order_by(Attempt.id)).all()
    assert [row.delivery_id for row in sent] == wanted
    times = [row.started_at for row in sent]
    for begin in times:
        assert sum(begin <= at < begin + timedelta(hours=1) for at in times) <= LIMIT
    assert sum(at == times[0] for at in times) == LIMIT / 4  # the part that may go out at once did


def test_two_processes_share_one_allowance(paced: tuple[Office, int]) -> None:
    office, account_id = paced
    start = in_minutes(10)
    backlog(office, account_id, 30, start)
    with clock.reading(start):
        first, second = claim(office.world, account_id, 4), claim(office.world, account_id, 4)
        assert (len(first or []), len(second or [])) == (4, 1)
        assert claim(office.world, account_id, 4) is None


def test_an_account_that_was_asked_to_slow_down_waits(paced: tuple[Office, int]) -> None:
    office, account_id = paced
    (delivery,) = office.deliveries(office.scheduled("Bài chờ", in_minutes(1), account_id))
    with office.writing() as session:
        slow_down(session, account_id, in_minutes(30))
        slow_down(session, account_id, in_minutes(20))  # an earlier wish does not shorten a longer one
    office.tick(at=in_minutes(29))
    assert office.attempts(delivery.id) == []
    office.tick(at=in_minutes(31))
    assert len(office.attempts(delivery.id)) == 1
