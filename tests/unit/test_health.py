"""Watching accounts: when an outlet is asked, what is told before something fails, and never twice for one moment."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from publisher import accounts, clock, inbox
from publisher.accounts import watch
from publisher.audit import COMMAND
from publisher.config import Config
from publisher.connections import health
from publisher.model import Account, Audit
from tests.factories import Office, in_minutes
from tests.simulators import kit
from tests.web.facebook import Connecting, connecting

HOUR = 60


@pytest.fixture
def page(config: Config) -> Iterator[Connecting]:
    """An office with a live Facebook account that was looked at just now."""
    with connecting(config) as ready:
        ready.connected()
        yield ready


def looks(page: Connecting) -> int:
    return page.sim.faults.calls["GET debug_token"]


def passes(page: Connecting, until: float, step: float = 15) -> list[float]:
    """Run the clock's job every `step` minutes; returns the hours at which Facebook was asked."""
    asked = []
    start, minute = clock.now(), 0.0
    while minute <= until:
        before = looks(page)
        with clock.reading(start + timedelta(minutes=minute)):
            watch.watch(page.office.world)
        if looks(page) > before:
            asked.append(minute / HOUR)
        minute += step
    return asked


def waiting(page: Connecting) -> list[inbox.Item]:
    with page.office.reading() as session:
        found = inbox.items(session, {page.office.unit_id}, {"administer"}, clock.now(), clock.now())
        counted = inbox.counts(session, {page.office.unit_id})
    mine = [item for item in found if item.target == "account"]
    assert counted == len(found)
    return mine


def test_an_account_is_looked_at_daily(page: Connecting) -> None:
    assert passes(page, 49 * HOUR) == [24.0, 48.0]


def test_before_a_due_post_it_is_looked_at_13_hours_and_one_hour_early(page: Connecting) -> None:
    page.office.scheduled("Bài", due_at=in_minutes(20 * HOUR), account_id=page.account().id)
    assert passes(page, 20 * HOUR, step=5) == pytest.approx([7.0, 19.0], abs=0.1)


def test_posts_close_together_share_one_look(page: Connecting) -> None:
    for minute in range(0, 60, 5):
        page.office.scheduled(f"Bài {minute}", due_at=in_minutes(15 * HOUR + minute), account_id=page.account().id)
    asked = passes(page, 16 * HOUR, step=5)
    assert len(asked) <= 2 * (HOUR // 15 + 1)
    for minute in range(0, 60, 5):  # each has a look within the hour (and a quarter) before it
        due = 15 + minute / HOUR
        assert any(due - 1.25 <= hour < due for hour in asked) and any(
            due - 13.25 <= hour <= due - 12 for hour in asked
        )


def test_a_lost_access_is_told_at_least_twelve_hours_before_anything_fails(page: Connecting) -> None:
    page.office.scheduled("Bài", due_at=in_minutes(20 * HOUR), account_id=page.account().id)
    assert waiting(page) == []
    page.world.revoke("password")
    with clock.reading(in_minutes(7 * HOUR + 5)):
        watch.watch(page.office.world)
        [item] = waiting(page)
    assert item.kind == "connection" and "đổi mật khẩu" in item.reason and item.right == "administer"
    assert page.account().state == "active", "nothing was refused yet"


def test_an_access_that_ends_within_a_week_is_told(page: Connecting) -> None:
    with clock.reading(in_minutes(84 * 24 * HOUR)):
        [item] = waiting(page)
        assert "hết hạn sau 5 ngày" in item.reason
    with clock.reading(in_minutes(91 * 24 * HOUR)):
        assert "Kết nối đã hết hạn" in waiting(page)[0].reason
    assert waiting(page) == []


def test_missing_permissions_are_told_and_heal_with_the_next_look(page: Connecting) -> None:
    token = page.office.world.vault.open(page.account().secrets)["token"]
    held = page.world.tokens[token].scopes
    page.world.tokens[token].scopes = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")
    watch.check(page.office.world, COMMAND, page.account().id)
    assert "read_insights" in waiting(page)[0].reason
    page.world.tokens[token].scopes = held
    watch.check(page.office.world, COMMAND, page.account().id)
    assert waiting(page) == []
    with page.office.reading() as session:
        changes = session.scalars(select(Audit).where(Audit.act == "account.health").order_by(Audit.id)).all()
    assert [bool(row.detail["after"]) for row in changes] == [True, False]


def test_a_paused_account_is_looked_at_again_and_says_when_it_would_work(page: Connecting) -> None:
    page.world.revoke("password")
    page.office.scheduled("Bài", account_id=page.account().id)
    page.office.tick()
    assert [item.kind for item in waiting(page)] == ["paused"] and "cho chạy lại" not in waiting(page)[0].reason
    token = page.office.world.vault.open(page.account().secrets)["token"]
    page.world.tokens[token].dead = 0
    assert passes(page, 24 * HOUR, step=HOUR)[-1:] == [24.0]
    assert "kết nối tốt, hãy cho chạy lại" in waiting(page)[0].reason and page.account().state == "paused"


def test_an_outlet_that_gives_no_answer_is_asked_again_ten_minutes_later_and_nothing_is_told(page: Connecting) -> None:
    page.sim.faults.always("*", kit.spoilt("html_502"))
    with clock.reading(in_minutes(25 * HOUR)):
        assert watch.watch(page.office.world) == ""
        asked = page.sim.faults.calls["*"]
        watch.watch(page.office.world)
        assert page.sim.faults.calls["*"] == asked, "not at once again"
    page.sim.faults.clear()
    with clock.reading(in_minutes(25 * HOUR + 11)):
        assert watch.watch(page.office.world) == "checked=1"
        assert waiting(page) == []


def test_one_process_looks_where_two_would(either_office: Office) -> None:
    account_id = either_office.add_account("facebook", "Trang", values={"page_id": "1234", "token": "x" * 20})
    now = clock.now()
    with either_office.reading() as session:
        assert health.to_check(session, now, ["facebook"]) == [account_id]
    taken = []
    for _process in range(2):
        with either_office.writing() as session:
            taken.append(health.begin(session, account_id, now))
    assert taken == [True, False]
    with either_office.reading() as session:
        assert health.to_check(session, now, ["facebook"]) == []
        assert health.to_check(session, now + health.AGAIN, ["facebook"]) == [account_id], "its process died"


def test_rehearsing_closed_and_other_channels_accounts_are_left_alone(either_office: Office) -> None:
    rehearsing = either_office.add_account("facebook", "Diễn tập", values={"page_id": "1234"}, mode="rehearsal")
    closed = either_office.add_account("facebook", "Đã đóng", values={"page_id": "1235", "token": "x" * 20})
    with either_office.writing() as session:
        accounts.close(session, COMMAND, session.get_one(Account, closed))
    with either_office.reading() as session:
        assert health.to_check(session, clock.now(), ["facebook"]) == []
    standing = watch.check(either_office.world, COMMAND, rehearsing)
    assert standing.usable and "không gửi gì ra ngoài" in standing.facts[0][1]
    assert watch.check(either_office.world, COMMAND, either_office.account_id).usable
