"""The clock's jobs of reach: what landed, what outlets count, what our own tables count."""

from publisher import clock
from publisher.audit import CLOCK
from publisher.delivery.jobs import Job, first_today
from publisher.delivery.outlets import World
from publisher.reach import airings, collect, landings, own_counts, sums
from publisher.words import _, mark


def _landings(world: World) -> str:
    """Take in what landed; once a day also what landed long after its due time."""
    daily = first_today(world, "landings_all", clock.now())
    return f"landed={landings.enrol(world, all_of_them=daily)}"


def _collect(world: World) -> str:
    return " ".join(f"{word}={count}" for word, count in sorted(collect.collect(world).items()))


def _own_counts(world: World) -> str:
    """Take in yesterday, and once a day what a clock that stood still has missed."""
    days = own_counts.BACK if first_today(world, "own_counts_all", clock.now()) else 2
    views, aired = own_counts.take_portal_views(world, days=days), airings.take(world, days=days)
    return f"views={views} aired={aired}"


def _check(world: World) -> str:
    """Once a day: compare the sums with the ledger, and make them anew where they differ."""
    if not first_today(world, "reach_check", clock.now()):
        return ""
    with world.db.reading() as session:
        found = sums.differences(session)
    if not found:
        return ""
    with world.db.writing() as session:
        sums.rebuild(session, CLOCK)
    return _("Bảng tổng số liệu lệch ở {count} ô, đã tính lại.").format(count=len(found))


def jobs() -> tuple[Job, ...]:
    """Return the rows for the clock's table."""
    return (
        Job("landings", mark("Ghi bài đã phát hành vào sổ báo cáo"), 30, 600, _landings),
        Job("reach", mark("Hỏi kênh số liệu tiếp cận"), 60, 1800, _collect),
        Job("own_counts", mark("Ghi lượt xem cổng và nhật ký phát sóng"), 600, 3 * 3600, _own_counts),
        Job("reach_check", mark("Đối chiếu tổng số liệu với sổ gốc"), 6 * 3600, 24 * 3600, _check),
    )
