"""Retention: what is too old goes in small batches, what proves something never does."""

import os
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DatabaseError

from publisher import clock
from publisher.model import (
    Alert,
    Attempt,
    Audit,
    Base,
    Evidence,
    Firing,
    Heartbeat,
    Mail,
    Media,
    PageViews,
    Receipt,
    SignInFailure,
    Ticker,
)
from publisher.operations.orphans import SLICES, columns, sweep
from publisher.operations.retention import clean, said_of
from publisher.pages import views
from publisher.timetable import JOBS
from tests.factories import Office, in_minutes

YEAR = 366 * 24 * 60


def attempts(office: Office, delivery_id: int, outcomes: list[str | None], age: int, first: int = 100) -> None:
    """Attempts of `age` days ago."""
    with office.writing() as session:
        session.execute(
            insert(Attempt),
            [
                {
                    "delivery_id": delivery_id, "number": first + number, "kind": "send", "message": "chi tiết",
                    "started_at": clock.now() - timedelta(days=age), "outcome": outcome,
                }
                for number, outcome in enumerate(outcomes)
            ],
        )  # fmt: skip


def test_old_attempts_that_landed_nothing_go_and_the_others_stay(either_office: Office) -> None:
    post_id = either_office.published()
    (delivery,) = either_office.deliveries(post_id)
    attempts(either_office, delivery.id, ["later", "rejected", "unknown", "accepted", "found", None], age=800)
    attempts(either_office, delivery.id, ["later", "rejected"], age=700, first=200)
    assert clean(either_office.world)["attempts"] == 3
    left = sorted((one.number, one.outcome) for one in either_office.attempts(delivery.id))
    assert left == [(1, "accepted"), (103, "accepted"), (104, "found"), (105, None), (200, "later"), (201, "rejected")]
    assert clean(either_office.world)["attempts"] == 0


def test_many_old_attempts_go_in_batches(either_office: Office) -> None:
    (delivery,) = either_office.deliveries(either_office.published())
    for first in range(1000, 3000, 500):
        attempts(either_office, delivery.id, ["later"] * 499 + ["accepted"], age=900, first=first)
    assert clean(either_office.world)["attempts"] == 4 * 499


@pytest.mark.parametrize("outcome", ["accepted", "found", None, "later"])
def test_the_database_itself_keeps_young_attempts_and_those_that_landed(either_office: Office, outcome: str) -> None:
    (delivery,) = either_office.deliveries(either_office.published())
    attempts(either_office, delivery.id, [outcome], age=360 if outcome == "later" else 2000)
    with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
        session.execute(delete(Attempt).where(Attempt.number == 100))


def test_daily_views_of_long_ago_become_monthly_and_their_sum_stays(either_office: Office) -> None:
    post_id = either_office.published()
    today = clock.now().date()
    with either_office.writing() as session:
        views.add(session, {(post_id, today - timedelta(days=age)): 3 for age in range(0, 1200)})
    folded = clean(either_office.world)["views"]
    assert folded > 300
    with either_office.reading() as session:
        assert session.scalar(select(func.sum(PageViews.count))) == 3600
        old = session.scalars(select(PageViews.day).where(PageViews.day < today - timedelta(days=840))).all()
        young = session.scalar(select(func.count()).where(PageViews.day > today - timedelta(days=800)))
    assert old and {day.day for day in old} == {1} and young == 800
    assert clean(either_office.world)["views"] == 0


def test_what_is_only_of_use_for_a_while_goes(either_office: Office) -> None:
    old, young = in_minutes(-2 * YEAR), in_minutes(-60)
    with either_office.writing() as session:
        for at in (old, young):
            session.add(SignInFailure(key=f"email:{at}", count=9, last_at=at))
            session.add(Firing(job="x", due_at=at, started_at=at))
            session.add(Ticker(process=str(at), started_at=at, at=at))
            session.add(Heartbeat(job=str(at), at=at))
            session.add(Mail(recipient="a@b.c", subject="s", body="b", made_at=at, sent_at=at))
            told = {"kind": "failed", "title": "t", "reason": "r", "since": at, "told_at": at}
            session.add(Alert(key=f"a{at}", settled_at=at, **told))
        session.add(Mail(recipient="a@b.c", subject="s", body="b", made_at=old, next_at=old))
        session.add(Alert(key="open", settled_at=None, **told))
        before = session.scalar(select(func.count()).select_from(Audit))
    removed = clean(either_office.world)
    assert {name: removed[name] for name in ("failures", "firings", "beats", "mails", "alerts")} == {
        "failures": 1, "firings": 1, "beats": 2, "mails": 1, "alerts": 1,
    }  # fmt: skip
    with either_office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == before
        assert session.scalar(select(func.count()).select_from(Mail)) == 2, "what waits is not thrown away"
        assert session.scalar(select(func.count()).select_from(Alert)) == 2


def aged(office: Office, digest: str, days: int) -> None:
    """Let a stored file be as old as that."""
    at = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(office.world.files.path(digest), (at, at))


def swept(office: Office) -> int:
    return sum(sweep(office.world, timedelta(days=30), part) for part in range(SLICES))


def test_a_file_that_nothing_names_goes_after_a_month(either_office: Office) -> None:
    files = either_office.world.files
    old, young = files.put(b"mot ban nhap bo di"), files.put(b"vua tai len")
    aged(either_office, old, 31)
    aged(either_office, young, 29)
    assert swept(either_office) == 1
    assert not files.path(old).exists() and files.get(young) == b"vua tai len"


def test_a_file_that_anything_names_stays_whatever_its_age(either_office: Office) -> None:
    files = either_office.world.files
    either_office.published()
    picture, proof, source = files.put(b"anh"), files.put(b"minh chung"), files.put(b"anh cua ban nhap")
    either_office.draft("Bài có ảnh")
    with either_office.writing() as session:
        row = {"media_type": "image/png", "width": 1, "height": 1, "size": 3, "name": "a", "created_at": clock.now()}
        session.add(Media(sha256=picture, **row))
        session.add(Evidence(unit_id=either_office.unit_id, sha256=proof, name="p", created_at=clock.now()))
        receipt = session.scalars(select(Receipt)).one()
        assert receipt.delivery_id
    with either_office.writing() as session:
        delivery = either_office.deliveries()[0]
        session.execute(
            Base.metadata.tables["delivery"].update().where(Base.metadata.tables["delivery"].c.id == delivery.id)
            .values(notes={"staged": [{"file": source}]})
        )  # fmt: skip
    blobs = list((files.folder / "blobs").rglob("*"))
    digests = [path.parent.name + path.name for path in blobs if path.is_file()]
    for digest in digests:
        aged(either_office, digest, 4000)
    assert len(digests) >= 5 and swept(either_office) == 0
    assert all(files.path(digest).exists() for digest in digests)


def test_bytes_that_are_stored_again_are_young_again(office: Office) -> None:
    digest = office.world.files.put(b"cung noi dung")
    aged(office, digest, 90)
    assert office.world.files.put(b"cung noi dung") == digest
    assert swept(office) == 0 and office.world.files.path(digest).exists()


def test_every_column_that_could_name_a_file_is_looked_through() -> None:
    looked = {f"{table.name}.{column.name}" for table, naming in columns() for column in naming}
    assert {"rendering.parts", "media.sha256", "evidence.sha256", "page.sha256", "version.images"} <= looked
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.name.endswith("sha256") and str(column) != "version.sha256":
                assert str(column) in looked


def test_a_day_looks_through_its_own_slice(office: Office) -> None:
    digests = [office.world.files.put(str(number).encode()) for number in range(200)]
    for digest in digests:
        aged(office, digest, 60)
    removed = [clean_on(office, day) for day in range(SLICES)]
    assert sum(removed) == 200 and max(removed) < 60


def clean_on(office: Office, day: int) -> int:
    with clock.reading(clock.now() + timedelta(days=day)):
        return sweep(office.world, timedelta(days=30))


def test_the_job_says_once_a_day_what_it_removed(office: Office) -> None:
    job = next(job for job in JOBS if job.name == "retention")
    with office.writing() as session:
        for number in range(1200):
            session.add(SignInFailure(key=f"email:{number}", count=9, last_at=in_minutes(-YEAR)))
    said = job.run(office.world)
    assert said == "Đã dọn: 1.200 lần đăng nhập sai."
    with office.reading() as session:
        firing = session.scalars(select(Firing).where(Firing.job == "retention")).one()
        assert firing.message == said and firing.ended_at is not None
    with office.writing() as session:
        session.add(Heartbeat(job="retention", at=clock.now(), message=said))
    assert job.run(office.world) == said, "the page of the system keeps showing it"
    assert said_of({"attempts": 0}) == "Không có gì cũ cần dọn."


def test_a_day_of_january_counts_to_january(office: Office) -> None:
    post_id = office.published()
    with office.writing() as session:
        views.add(
            session, {(post_id, date(2020, 1, 1)): 1, (post_id, date(2020, 1, 31)): 2, (post_id, date(2020, 2, 1)): 4}
        )
    clean(office.world)
    with office.reading() as session:
        found = {row.day: row.count for row in session.scalars(select(PageViews))}
    assert found == {date(2020, 1, 1): 3, date(2020, 2, 1): 4}
