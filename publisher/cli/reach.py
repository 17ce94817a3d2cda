"""`publisher reach …`: asking outlets for numbers, logging one by hand, comparing the sums with the ledger."""

from dataclasses import asdict
from datetime import date

import click
from sqlalchemy import select

from publisher import clock
from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.editorial import content
from publisher.intake.numbers import count
from publisher.model import Unit
from publisher.reach import airings, landings, ledger, own_counts, sums
from publisher.reach import collect as collecting
from publisher.reach.ledger import Entry
from publisher.reach.metrics import METRICS, SOURCES, title
from publisher.refusal import Missing, Refused
from publisher.words import _


@click.group()
def reach() -> None:
    """Số liệu tiếp cận: hỏi kênh, ghi tay, đối chiếu."""


@reach.command("collect")
@click.option("--unit", "unit_code", help="Chỉ hỏi về bài của đơn vị này, kể cả khi chưa đến lượt hỏi.")
@click.option("--delivery", "delivery_id", type=int, help="Chỉ hỏi về lượt phát hành số này, kể cả khi chưa đến lượt.")
@as_json
def collect(unit_code: str | None, delivery_id: int | None, as_json: bool) -> None:
    """Hỏi các kênh về số liệu đã đến lượt (sau 1 giờ, 1, 3, 7, 30 và 90 ngày) và ghi lượt xem cổng."""
    with opened() as installation:
        world = installation.world
        landed = landings.enrol(world, all_of_them=True)
        if unit_code is not None or delivery_id is not None:
            with world.db.writing() as session:
                units = {find_unit(session, unit_code).id} if unit_code else set(session.scalars(select(Unit.id)))
                asked = collecting.ask_for(session, COMMAND, units, delivery_id)
            if not asked:
                raise Missing(_("Không có lượt phát hành nào hỏi được số liệu."))
        done = collecting.collect(world, patient=False)
        views, aired = own_counts.take_portal_views(world), airings.take(world, days=own_counts.BACK)
    data = {"landed": landed, **done, "portal_views": views, "broadcasts": aired}
    told = _("Đã hỏi {measured} bài, ghi {readings} số liệu; chưa hỏi được {not_now}; lượt xem cổng: {views} trang.")
    not_now = done["later"] + done["refused"] + done["failed"]
    emit(
        as_json,
        data,
        lambda: [told.format(measured=done["measured"], readings=done["readings"], not_now=not_now, views=views)],
    )


@reach.command("log")
@click.argument("metric", type=click.Choice(list(METRICS)), metavar="METRIC")
@click.argument("value")
@click.option("--delivery", "delivery_id", type=int, help="Của lượt phát hành số này.")
@click.option("--activity", "activity_id", type=int, help="Của hoạt động số này.")
@click.option("--account", "account_id", type=int, help="Của tài khoản kênh số này (người theo dõi).")
@click.option("--unit", "unit_code", help="Của cả đơn vị này.")
@click.option("--form", default="", help="Mã hình thức, khi số liệu là của cả đơn vị.")
@click.option("--day", default="", help="Ngày của số liệu, dạng 15/09/2026; để trống là lúc này.")
@click.option("--source", type=click.Choice(list(SOURCES)), default="reported", show_default=True)
@click.option("--note", default="", help="Ghi chú: số này lấy ở đâu.")
@as_json
def log(
    metric: str, value: str, delivery_id: int | None, activity_id: int | None, account_id: int | None,
    unit_code: str | None, form: str, day: str, source: str, note: str, as_json: bool,
) -> None:  # fmt: skip
    """Ghi tay một số liệu METRIC (views, attendees, calls …) bằng VALUE; viết 1234 hoặc 1.234."""
    subjects = [delivery_id, activity_id, account_id, unit_code]
    if sum(subject is not None for subject in subjects) > 1:
        raise click.UsageError(_("Chỉ chọn một trong --delivery, --activity, --account, --unit."))
    number = count(value, title(metric))
    if number is None:
        raise Refused(_("Chưa nhập số liệu."))
    taken: date | None = content.day(day, _("Ngày"))
    with opened() as installation, installation.world.db.writing() as session:
        zone = installation.config.zone
        whole = not any((delivery_id, activity_id, account_id))
        unit_id = find_unit(session, unit_code).id if whole else None
        entry = Entry(
            metric, number, source, ledger.end_of(taken, zone) if taken else clock.now(), unit_id=unit_id,
            delivery_id=delivery_id, activity_id=activity_id, account_id=account_id, form=form, note=note,
        )  # fmt: skip
        logged = ledger.log(session, COMMAND, zone, [entry])[0]
    emit(as_json, asdict(logged), lambda: [_("Đã ghi số liệu số {id}: {value} {measure}.").format(**asdict(logged))])


@reach.command("check")
@click.option("--rebuild", is_flag=True, help="Tính lại các bảng tổng từ sổ gốc.")
@as_json
def check(rebuild: bool, as_json: bool) -> None:
    """Đối chiếu các bảng tổng với sổ gốc; mã thoát 1 khi lệch."""
    with opened() as installation:
        with installation.world.db.reading() as session:
            found = sums.differences(session)
        if rebuild:
            with installation.world.db.writing() as session:
                days, halves = sums.rebuild(session, COMMAND)
    data = {"differences": [asdict(one) for one in found], "rebuilt": rebuild}
    emit(as_json, data, lambda: _lines(found, (days, halves) if rebuild else None))
    if found and not rebuild:
        raise click.exceptions.Exit(1)


def _lines(found: list[sums.Difference], sizes: tuple[int, int] | None) -> list[str]:
    lines = [
        _("{table} {day}, đơn vị {unit}, {metric}: bảng tổng {kept}, sổ gốc {counted}").format(
            table=one.table, day=one.day, unit=one.unit_id, metric=one.metric, kept=one.kept, counted=one.counted
        )
        for one in found
    ]
    if sizes is not None:
        return [
            *lines,
            _("Đã tính lại: {days} ô theo ngày, {halves} ô theo nửa tháng.").format(days=sizes[0], halves=sizes[1]),
        ]
    return lines or [_("Các bảng tổng khớp với sổ gốc.")]
