"""Asking outlets for numbers: when, how often, with publishing first; what our own tables count; automatic proofs."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from publisher import clock
from publisher.audit import COMMAND
from publisher.editorial import withdrawing
from publisher.model import Account, Delivery, Evidence, Heartbeat, Landing, PageViews, Post, Reading
from publisher.pages import views as page_views
from publisher.reach import collect, evidence, landings, own_counts, sums
from publisher.reach.collect import STEPS
from publisher.reach.jobs import jobs
from tests.factories import Office

HOURS, DAYS = (lambda n: timedelta(hours=n)), (lambda n: timedelta(days=n))


class Outlet:
    """An office with an account on a channel that tells numbers as the test says."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.tells(views=10)
        self.account_id = office.add_account("gauge", values={"path": str(folder)})
        self.here = replace(office, account_id=self.account_id)
        self.start = clock.now()

    def tells(self, **numbers: int) -> None:
        (self.folder / "numbers.json").write_text(json.dumps(numbers), encoding="utf-8")

    def comes_to(self, *words: str) -> None:
        (self.folder / "script").write_text("\n".join(words), encoding="utf-8")

    def asked(self) -> list[str]:
        path = self.folder / "asked"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def publish(self, count: int = 1) -> list[int]:
        with clock.reading(self.start):
            ids = [self.here.published(f"Bài đo {number}", due_at=self.start) for number in range(count)]
            landings.enrol(self.office.world)
        return ids

    def collect(self, after: timedelta) -> dict[str, int]:
        with clock.reading(self.start + after):
            return dict(collect.collect(self.office.world))

    def landing(self) -> Landing:
        with self.office.reading() as session:
            return session.scalars(select(Landing).where(Landing.account_id == self.account_id)).first()  # type: ignore[return-value]


@pytest.fixture
def outlet(either_office: Office, tmp_path: Path) -> Outlet:
    return Outlet(either_office, tmp_path)


def values(office: Office, metric: str = "views") -> list[int]:
    with office.reading() as session:
        return list(session.scalars(select(Reading.value).where(Reading.metric == metric).order_by(Reading.id)))


def test_outlets_are_asked_after_an_hour_a_day_3_7_30_and_90_days(outlet: Outlet) -> None:
    outlet.publish()
    assert outlet.collect(timedelta(minutes=59)) == {}
    for number, step in enumerate(STEPS, start=1):
        outlet.tells(views=100 * number)
        assert outlet.collect(step)["readings"] == 1
        assert outlet.collect(step) == {}, "asked once a step"
    assert outlet.collect(DAYS(400)) == {}
    assert values(outlet.office) == [100, 200, 300, 400, 500, 600]
    with outlet.office.reading() as session:
        reading = session.scalars(select(Reading)).first()
        assert reading is not None
        assert (reading.source, reading.measure, reading.channel, reading.themes) == ("measured", "lượt", "gauge", "T2")
        assert sums.differences(session) == []


def test_a_clock_that_stood_still_asks_at_once_and_goes_on_with_the_next_step(outlet: Outlet) -> None:
    outlet.publish()
    assert outlet.collect(DAYS(2))["measured"] == 1
    assert outlet.landing().next_at == outlet.landing().landed_at + DAYS(3)


def test_publishing_goes_first(outlet: Outlet) -> None:
    outlet.publish()
    with outlet.office.writing() as session:
        row = session.scalars(select(Delivery).where(Delivery.account_id == outlet.account_id)).one()
        copy = {column.key: getattr(row, column.key) for column in Delivery.__table__.columns}
        soon = outlet.start + HOURS(1) + timedelta(seconds=40)
        session.add(Delivery(**{**copy, "id": None, "key": "next", "placement": "x", "state": "planned",
                                "wake_at": soon, "due_at": soon, "sent_at": None}))  # fmt: skip
    assert outlet.collect(HOURS(1)) == {}
    assert outlet.asked() == []


def test_an_outlet_that_wants_to_be_left_alone_is(outlet: Outlet) -> None:
    outlet.publish(3)
    outlet.comes_to("later")
    assert outlet.collect(HOURS(1)) == {"later": 1}
    assert len(outlet.asked()) == 1
    assert outlet.collect(HOURS(1) + timedelta(minutes=29)) == {}
    assert outlet.collect(HOURS(1) + timedelta(minutes=31))["measured"] == 3


def test_a_missing_permission_is_shown_and_does_not_stop_publishing(outlet: Outlet) -> None:
    outlet.publish(2)
    outlet.comes_to("unauthorised")
    assert outlet.collect(HOURS(1)) == {"refused": 1}
    assert outlet.landing().problem == "Thiếu quyền đọc số liệu."
    with outlet.office.reading() as session:
        told = collect.problems(session, {outlet.office.unit_id})
        assert [(why, posts) for _account, why, posts in told] == [("Thiếu quyền đọc số liệu.", 2)]
    with outlet.office.reading() as session:
        assert session.get_one(Account, outlet.account_id).state == "active"
    assert outlet.collect(HOURS(6)) == {}
    assert outlet.collect(HOURS(8))["measured"] == 2
    assert outlet.landing().problem == ""


@pytest.mark.parametrize("word", ["rejected", "break"])
def test_one_post_that_cannot_be_counted_delays_no_other(outlet: Outlet, word: str) -> None:
    outlet.publish(2)
    outlet.comes_to(word)
    done = outlet.collect(HOURS(1))
    assert (done["failed"], done["measured"]) == (1, 1)
    outlet.comes_to(word, word)
    for hours in (2, 3):
        assert outlet.collect(HOURS(hours) + timedelta(minutes=1)) == {"failed": 1}
    assert outlet.collect(HOURS(5)) == {}, "after three tries it waits for the next step"
    assert outlet.collect(HOURS(24))["measured"] == 2


def test_what_was_retracted_is_not_asked_about_any_more(outlet: Outlet) -> None:
    (post_id,) = outlet.publish()
    with outlet.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, outlet.office.person(session, "approver"), post, post.revision, "Sai số liệu")
    outlet.office.tick()
    assert outlet.collect(HOURS(2)) == {}
    assert outlet.asked() == []
    assert outlet.landing().next_at is None


def test_two_processes_never_ask_for_the_same_numbers(outlet: Outlet) -> None:
    outlet.publish(12)
    with clock.reading(outlet.start + HOURS(1)):
        threads = [threading.Thread(target=collect.collect, args=(outlet.office.world,)) for _number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    assert len(outlet.asked()) == len(set(outlet.asked())) == 12
    assert len(values(outlet.office)) == 12


def test_followers_are_the_account_s_and_kept_once_a_day_or_when_they_change(outlet: Outlet) -> None:
    outlet.publish(3)
    outlet.tells(views=1, followers=800)
    outlet.collect(HOURS(1))
    assert values(outlet.office, "followers") == [800]
    outlet.tells(views=2, followers=810)
    outlet.collect(HOURS(24))
    assert values(outlet.office, "followers") == [800, 810]
    with outlet.office.reading() as session:
        rows = session.scalars(select(Reading).where(Reading.metric == "followers")).all()
    assert {(row.delivery_id, row.account_id) for row in rows} == {(None, outlet.account_id)}


def test_asking_by_hand_makes_numbers_due_at_once(outlet: Outlet) -> None:
    outlet.publish(2)
    with outlet.office.writing() as session:
        assert collect.ask_for(session, COMMAND, {outlet.office.unit_id}, outlet.landing().delivery_id) == 1
        assert collect.ask_for(session, COMMAND, {outlet.office.unit_id + 1}) == 0
    assert outlet.collect(timedelta(seconds=1))["measured"] == 1


def test_the_portal_s_own_readers_become_a_reading_a_day_once(either_office: Office) -> None:
    office = either_office
    post = office.published()
    landings.enrol(office.world)
    yesterday = clock.local_day(clock.now(), office.installation.config.zone) - DAYS(1)
    with office.writing() as session:
        page_views.add(
            session, {(post, yesterday - DAYS(1)): 30, (post, yesterday): 12, (post, yesterday + DAYS(1)): 5}
        )
    assert own_counts.take_portal_views(office.world) == 2
    assert own_counts.take_portal_views(office.world) == 0
    assert values(office) == [30, 42], "running totals; today is not over"
    with clock.reading(clock.now() + DAYS(1)):
        assert own_counts.take_portal_views(office.world) == 1
    assert values(office) == [30, 42, 47]


def test_a_corrected_page_goes_on_with_its_running_total(office: Office) -> None:
    post = office.published()
    office.save(post, body="Nội dung đã sửa.", correction="Sửa lại giờ làm việc")
    office.submit(post)
    office.approve(post)
    office.tick()
    landings.enrol(office.world)
    yesterday = clock.local_day(clock.now(), office.installation.config.zone) - DAYS(1)
    with office.writing() as session:
        page_views.add(session, {(post, yesterday): 7})
    own_counts.take_portal_views(office.world)
    with office.reading() as session:
        first = session.scalars(select(Delivery).where(Delivery.action == "publish")).one()
        assert session.scalars(select(Reading.delivery_id)).all() == [first.id]
        assert session.scalar(select(PageViews.count)) == 7


def test_a_landing_keeps_its_address_and_a_copy_of_its_page_as_proofs(either_office: Office) -> None:
    office = either_office
    office.published("Bài có minh chứng")
    assert landings.enrol(office.world) == 1
    assert landings.enrol(office.world, all_of_them=True) == 0
    with office.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        link, page = evidence.of(session, "delivery", [delivery.id])[delivery.id]
    assert (link.origin, link.url, link.note.startswith("Mã trên kênh")) == (
        "permalink",
        "/tin/bai-co-minh-chung",
        True,
    )
    assert (page.origin, page.media_type) == ("snapshot", "text/html")
    text = office.world.files.get(page.sha256).decode()
    assert "Nội dung bài «Bài có minh chứng»" in text
    assert "UBND phường Mẫu" in text


def test_a_rehearsal_leaves_nothing_in_the_reports(office: Office, tmp_path: Path) -> None:
    with office.writing() as session:
        session.execute(update(Account).values(mode="rehearsal"))
    office.published()
    assert landings.enrol(office.world) == 0
    with office.reading() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_the_clock_s_jobs_run_and_say_what_they_did(office: Office) -> None:
    office.published()
    said = {job.name: job.run(office.world) for job in jobs()}
    assert said == {"landings": "landed=1", "reach": "", "own_counts": "views=0 aired=0", "reach_check": ""}
    with office.reading() as session:
        assert session.scalars(select(Heartbeat)).all() == []


def test_a_collection_that_broke_off_is_taken_up_when_its_lease_ends(outlet: Outlet) -> None:
    outlet.publish()
    at = outlet.start + HOURS(1)
    with clock.reading(at):
        collect._claim(outlet.office.world, outlet.account_id)  # a process that dies right after
        assert dict(collect.collect(outlet.office.world)) == {}
    with clock.reading(at + collect.LEASE + timedelta(seconds=1)):
        assert collect.collect(outlet.office.world)["measured"] == 1
