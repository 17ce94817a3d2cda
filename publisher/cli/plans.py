"""`publisher plan …`: checking, importing and following plan files."""

from dataclasses import asdict
from pathlib import Path

import click

from publisher import clock, planning
from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.clock import local_day
from publisher.refusal import Missing, Refused
from publisher.words import _
from schedules.plan_file import Fault, PlanFile, PlanFileError, check, load, plans


@click.group()
def plan() -> None:
    """Kế hoạch tuyên truyền: kiểm tra tệp, nhập, theo dõi tiến độ."""


def _path(name: str) -> Path:
    """Return a file's path; the bare code of a shipped plan (CL22) stands for its file."""
    shipped = plans()
    if name.upper() in shipped:
        return shipped[name.upper()]
    path = Path(name)
    if not path.is_file():
        raise Missing(_("Không có tệp {name}. Kế hoạch có sẵn: {known}.").format(name=name, known=", ".join(shipped)))
    return path


@plan.command("check")
@click.argument("file")
@as_json
def plan_check(file: str, as_json: bool) -> None:
    """Kiểm tra tệp kế hoạch FILE (hoặc mã kế hoạch có sẵn: HP20, GL21, CL22, HZ23, KH20)."""
    path = _path(file)
    faults = check(path)
    if faults and not as_json:
        raise Refused("\n".join(str(fault) for fault in faults))
    counted = [] if faults else _counts(load(path))
    emit(as_json, {"file": str(path), "faults": [asdict(fault) for fault in faults]}, lambda: counted)
    if faults:
        raise click.exceptions.Exit(1)


def _counts(found: PlanFile) -> list[str]:
    return [
        _("{code}: hợp lệ. {tasks} nhiệm vụ, {targets} chỉ tiêu, {reports} chế độ báo cáo, {all} mục.").format(
            code=found.code,
            tasks=len(found.tasks),
            targets=len(found.targets),
            reports=len(found.reports),
            all=len(found.ids()),
        )
    ]


def _load(file: str) -> PlanFile:
    try:
        return load(_path(file))
    except PlanFileError as error:
        faults: tuple[Fault, ...] = error.faults
        raise Refused("\n".join(str(fault) for fault in faults)) from error


@plan.command("import")
@click.argument("file")
@click.option("--unit", "unit_code", help="Mã đơn vị nhận kế hoạch.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Dời kế hoạch cũ sang năm này.")
@as_json
def plan_import(file: str, unit_code: str | None, year: int | None, as_json: bool) -> None:
    """Nhập kế hoạch FILE; nhập lần hai không thay đổi gì."""
    found = _load(file)
    with opened() as installation, installation.world.db.writing() as session:
        done = planning.import_plan(session, COMMAND, find_unit(session, unit_code), found, year)
    emit(
        as_json,
        asdict(done),
        lambda: [
            _(
                "Kế hoạch số {plan_id}: thêm {created}, sửa {changed}, giữ nguyên {unchanged} mục; "
                "đề xuất thêm {slots_added} ngày, bỏ {slots_removed} ngày."
            ).format(**asdict(done))
        ],
    )


@plan.command("progress")
@click.argument("plan_id", metavar="ID", type=int)
@as_json
def plan_progress(plan_id: int, as_json: bool) -> None:
    """In tiến độ từng nhiệm vụ của kế hoạch số ID."""
    with opened() as installation, installation.world.db.reading() as session:
        planning.get_plan(session, plan_id)
        rows = planning.progress(session, plan_id, local_day(clock.now(), installation.config.zone))
    head = _("{row:<8}{planned:>9}{done:>9}{late:>9}  {text}").format(
        row=_("Mục"), planned=_("Dự kiến"), done=_("Đã làm"), late=_("Trễ"), text=_("Nhiệm vụ")
    )
    emit(
        as_json,
        [asdict(row) for row in rows],
        lambda: [head, *(f"{r.row:<8}{r.planned:>9}{r.done:>9}{r.late:>9}  {r.text[:70]}" for r in rows)],
    )
