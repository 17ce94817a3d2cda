"""`publisher report`: a period report as a file."""

from collections.abc import Iterable
from pathlib import Path

import click

from publisher import clock
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.reach import landings
from publisher.refusal import Refused
from publisher.reports import closing, compose, duties, files, writing
from publisher.reports.regime import read_regime
from publisher.words import _


@click.command()
@click.option("--unit", "unit_code", help="Mã đơn vị báo cáo.")
@click.option("--calendar", required=True, help="Mã lịch báo cáo: ND09, BNV-581, HEZA-2023, LDLD-6T-Nam, CL22 …")
@click.option("--period", required=True, help="Kỳ: năm và mã kỳ, ví dụ 2026-Q1, 2026-H1, 2026-Y.")
@click.option("--format", "kind", required=True, type=click.Choice(list(files.TYPES)), help="Định dạng tệp.")
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Tệp ghi ra.")
@click.option("--edition", type=click.IntRange(1), help="Bản chốt số mấy; không ghi là bản chốt mới nhất.")
@as_json
def report(
    unit_code: str | None, calendar: str, period: str, kind: str, out: Path, edition: int | None, as_json: bool
) -> None:
    """Xuất báo cáo một kỳ ra tệp. Kỳ đã chốt luôn ra đúng số liệu đã chốt; kỳ chưa chốt lấy số liệu lúc này."""
    with opened() as installation:
        zone = installation.config.zone
        landings.enrol(installation.world)
        with installation.world.db.reading() as session:
            unit = find_unit(session, unit_code)
            row = duties.find(session, unit.id, calendar, period)
            if row is None:
                row = duties.unowed(session, unit, duties.window_of(read_regime(session), calendar, period))
            streamed = kind == "csv" and row.state in closing.IN_WORK and edition is None
            if streamed:
                said, held = compose.compose(session, zone, row, with_products=False), None
            else:
                said, held = closing.said(session, zone, row, edition)
            paper = writing.paper_of(session, row)
            products = compose.items(session, zone, row) if streamed else None
            written = _write(out, files.pieces(kind, said, paper, zone, held, products))
    data = {
        "file": str(out), "bytes": written, "unit": unit.code, "calendar": calendar, "period": period,
        "counted_to": said.window.counted_to.isoformat(), "due": said.window.due.isoformat(),
        "due_assumed": said.window.assumed, "edition": held.number if held else None,
        "sha256": held.sha256 if held else None, "drawn_at": said.drawn_at or clock.now(),
    }  # fmt: skip
    told = (
        _("Đã ghi {file}: bản chốt số {edition}, sha256 {sha256}.")
        if held
        else _("Đã ghi {file}: số liệu lúc này, chưa chốt.")
    )
    emit(as_json, data, lambda: [told.format(**data)])


def _write(out: Path, pieces: Iterable[bytes]) -> int:
    written = 0
    try:
        with out.open("wb") as file:
            for piece in pieces:
                written += file.write(piece)
    except OSError as error:
        raise Refused(_("Không ghi được tệp {file}: {why}").format(file=out, why=error.strerror)) from error
    return written
