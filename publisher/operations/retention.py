"""What is thrown away in time, and what never is: a daily job in small batches that says what it removed.

Never: the trail, receipts, versions, decisions, readings, attempts that landed something, and any file that some row
names: of a rendering, a picture, an evidence, a page.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from publisher import clock
from publisher.delivery.jobs import Job, first_today
from publisher.delivery.outlets import World
from publisher.model import Alert, Attempt, Firing, Heartbeat, Mail, PageViews, SignInFailure, Ticker, Watermark
from publisher.operations.orphans import sweep
from publisher.pages import views
from publisher.text import number
from publisher.words import _, mark

BATCH = 500  # rows of one transaction: writers wait for no longer than that takes
PASSES = 200  # batches a day of one kind; what is left waits for tomorrow
LANDED = ("accepted", "found")  # attempts that landed something are proof (a trigger refuses, too)


def retention_job() -> Job:
    """Return the daily job that removes what is too old."""
    return Job("retention", mark("Dọn dữ liệu cũ"), 3600, 3 * 3600, _run)


def _run(world: World) -> str:
    now = clock.now()
    if not first_today(world, "retention", now):
        with world.db.reading() as session:
            beat = session.get(Heartbeat, "retention")
            return beat.message if beat else ""
    said = said_of(clean(world))
    with world.db.writing() as session:
        row = session.scalars(
            select(Firing).where(Firing.job == "retention").order_by(Firing.due_at.desc()).limit(1)
        ).first()
        if row is not None:
            row.ended_at, row.message = clock.now(), said
    return said


TITLES = {
    "attempts": mark("{count} lần gửi cũ"),
    "views": mark("{count} dòng lượt đọc gộp theo tháng"),
    "failures": mark("{count} lần đăng nhập sai"),
    "firings": mark("{count} dòng chạy việc định kỳ"),
    "beats": mark("{count} tiến trình đã dừng"),
    "mails": mark("{count} thư cũ"),
    "alerts": mark("{count} cảnh báo đã xong"),
    "files": mark("{count} tệp không còn dùng"),
}


def said_of(removed: dict[str, int]) -> str:
    """Return one sentence for people about what was removed."""
    parts = [_(TITLES[name]).format(count=number(count)) for name, count in removed.items() if count]
    return _("Đã dọn: {what}.").format(what=", ".join(parts)) if parts else _("Không có gì cũ cần dọn.")


def clean(world: World) -> dict[str, int]:
    """Remove what is too old by the settings; return how many of each kind."""
    now = clock.now()
    config = world.config

    def old(days: int) -> Any:
        return now - timedelta(days=days)

    return {
        "attempts": _attempts(world, config.keep_attempts_days),
        "views": _views(world, clock.local_day(old(config.keep_views_days), config.zone)),
        "failures": _in_batches(world, SignInFailure.key, SignInFailure.last_at < old(30)),
        "firings": _in_batches(world, Firing.id, Firing.due_at < old(400)),
        "beats": _in_batches(world, Ticker.process, Ticker.at < old(1))
        + _in_batches(world, Heartbeat.job, Heartbeat.at < old(90)),
        "mails": _in_batches(world, Mail.id, Mail.next_at.is_(None), Mail.made_at < old(90)),
        "alerts": _in_batches(world, Alert.id, Alert.settled_at < old(400)),
        "files": sweep(world, timedelta(days=config.keep_orphans_days)),
    }


def _in_batches(world: World, key: Any, *conditions: Any) -> int:
    """Delete the rows of `key`'s table that satisfy the conditions, `BATCH` a transaction."""
    return _repeat(world, lambda session: _delete_once(session, key, conditions))


def _delete_once(session: Session, key: Any, conditions: tuple[Any, ...]) -> int:
    keys = session.scalars(select(key).where(*conditions).limit(BATCH)).all()
    if keys:
        session.execute(delete(key.class_).where(key.in_(keys)), execution_options={"synchronize_session": False})
    return len(keys)


def _repeat(world: World, once: Callable[[Session], int]) -> int:
    total = 0
    for _pass in range(PASSES):
        with world.db.writing() as session:
            done = once(session)
        total += done
        if done < BATCH:
            break
    return total


def _attempts(world: World, days: int) -> int:
    """Delete old attempts that landed nothing, walking up the primary key from where the last run stopped."""
    before = clock.now() - timedelta(days=days)
    removed = 0
    for _pass in range(PASSES):
        with world.db.writing() as session:
            mark = session.get(Watermark, "retention", with_for_update=True) or Watermark(name="retention", upto=0)
            rows = session.execute(
                select(Attempt.id, Attempt.started_at, Attempt.outcome)
                .where(Attempt.id > mark.upto)
                .order_by(Attempt.id)
                .limit(BATCH)
            ).all()
            passed = [row for row in rows if row.started_at < before]
            gone = [row.id for row in passed if row.outcome is not None and row.outcome not in LANDED]
            if passed:
                mark.upto = passed[-1].id
                session.add(mark)
                session.execute(
                    delete(Attempt).where(Attempt.id.in_(gone)), execution_options={"synchronize_session": False}
                )
        removed += len(gone)
        if len(rows) < BATCH or rows[-1].started_at >= before:
            break
    return removed


def _views(world: World, before: date) -> int:
    """Fold the daily views of long ago into the first day of their month: sums stay, rows become few."""
    return _repeat(world, lambda session: _fold_once(session, before.replace(day=1)))


def _fold_once(session: Session, before: date) -> int:
    daily = func.strftime("%d", PageViews.day) if session.get_bind().dialect.name == "sqlite" else func.to_char(
        PageViews.day, "DD"
    )  # fmt: skip
    rows = session.scalars(
        select(PageViews).where(PageViews.day < before, daily != "01").order_by(PageViews.id).limit(BATCH)
    ).all()
    sums: dict[tuple[int, date], int] = {}
    for row in rows:
        month = (row.post_id, row.day.replace(day=1))
        sums[month] = sums.get(month, 0) + row.count
    if rows:
        session.execute(
            delete(PageViews).where(PageViews.id.in_([row.id for row in rows])),
            execution_options={"synchronize_session": False},
        )
        views.add(session, sums)
    return len(rows)
