"""`publisher run`: web and clock in one process; `web` and `worker`: the same apart; `tick`: one pass by hand."""

import json
import logging
import signal
from datetime import datetime
from types import FrameType

import click

from publisher import clock
from publisher.accounts.renewing import renew
from publisher.cli.common import opened
from publisher.delivery.drain import tick as one_pass
from publisher.delivery.embedded import Clock
from publisher.installation import ADMINISTRATOR, Installation, first_administrator
from publisher.logs import set_up_logs
from publisher.refusal import Refused
from publisher.timetable import JOBS
from publisher.words import _

THREADS = 8  # of the web server

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Địa chỉ lắng nghe.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Cổng lắng nghe.")


@click.command()
@click.option("--demo", is_flag=True, help="Nạp năm kế hoạch và các bài mẫu khi cơ sở dữ liệu còn trống.")
@_host
@_port
def run(demo: bool, host: str, port: int) -> None:
    """Chạy cổng, bàn biên tập và đồng hồ phát hành trong một tiến trình."""
    set_up_logs(logging.WARNING)  # a year of sample deliveries would fill the first screen
    with opened() as installation:
        if demo:
            from publisher.demo import load

            click.echo(_("Đang nạp kế hoạch và bài mẫu, mất vài giây…"))
            for line in load(installation):
                click.echo(line)
        _introduce(installation)
        _serve(installation, host, port, Clock(installation.world, JOBS))


@click.command()
@_host
@_port
def web(host: str, port: int) -> None:
    """Chỉ chạy cổng và bàn biên tập; đồng hồ do «publisher worker» chạy (nhiều máy, PostgreSQL)."""
    set_up_logs()
    with opened() as installation:
        _introduce(installation)
        _serve(installation, host, port, None)


@click.command()
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 200), help="Số lượt gửi cùng lúc.")
def worker(threads: int) -> None:
    """Chỉ chạy đồng hồ phát hành; chạy bao nhiêu tiến trình cũng được, trên bao nhiêu máy cũng được."""
    set_up_logs()
    with opened() as installation:
        if installation.config.on_sqlite:
            raise Refused(
                _(
                    "«publisher worker» cần PostgreSQL: hãy đặt PUBLISHER_DATABASE_URL=postgresql+psycopg://… "
                    "Trên một máy với SQLite hãy dùng «publisher run»."
                )
            )
        from publisher.delivery.distributed import work

        click.echo(_("Đang chờ việc. Ctrl+C để dừng."), err=True)
        work(installation.world, JOBS, threads)


def _introduce(installation: Installation) -> None:
    """On the first start there is nobody yet: make an administrator and say the password once."""
    password = first_administrator(installation)
    if password is not None:
        click.echo(_("Tài khoản quản trị (đổi mật khẩu khi đăng nhập lần đầu):"))
        click.echo(f"  {ADMINISTRATOR}  {password}")


def _serve(installation: Installation, host: str, port: int, ticking: Clock | None) -> None:
    from waitress.server import create_server

    from publisher.web import create_app

    app = create_app(installation)
    try:
        server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
    except OSError as error:
        raise Refused(
            _("Không mở được cổng {port}: {why}. Hãy chọn cổng khác bằng --port.").format(port=port, why=error.strerror)
        ) from error
    signal.signal(signal.SIGTERM, _stop)
    if ticking is not None:
        ticking.start()
    where = f"http://{host if host not in {'0.0.0.0', '::'} else 'localhost'}:{_port_of(server, port)}"  # noqa: S104
    click.echo(_("Đang chạy tại {where}  (bàn biên tập: {where}/desk/). Ctrl+C để dừng.").format(where=where))
    set_up_logs()
    try:
        server.run()  # returns on Ctrl+C and on SIGTERM
    finally:
        if ticking is not None:
            click.echo(_("Đang dừng: chờ các lượt gửi dở dang…"), err=True)
            ticking.stop()
        server.close()


def _port_of(server: object, wanted: int) -> int:
    """Return the port listened on: the one asked for, or the one the system chose for 0."""
    several = getattr(server, "effective_listen", [])  # a host name may stand for several addresses
    found: int = several[0][1] if several else getattr(server, "effective_port", wanted)
    return found


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def read_moment(value: str) -> datetime:
    """Read a moment given on the command line: ISO 8601; without an offset it is of the office's zone."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            _("«{value}» không phải thời điểm, ví dụ 2026-11-21T05:15").format(value=value)
        ) from error
    return found


@click.command()
@click.option("--at", metavar="TIME", help="Coi như bây giờ là TIME, ví dụ 2026-11-21T05:15 (giờ cơ quan).")
def tick(at: str | None) -> None:
    """Chạy một lượt đồng hồ bằng tay và in kết quả dạng JSON."""
    with opened() as installation:
        moment = read_moment(at) if at else None
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=installation.config.zone)
        with clock.reading(moment):
            renew(installation.world)  # with no clock running, nobody else would: an attempt never renews
            click.echo(json.dumps(one_pass(installation.world), ensure_ascii=False))
