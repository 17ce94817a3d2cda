"""`publisher doctor`: is this installation in order?"""

from dataclasses import asdict

import click

from publisher.cli.common import as_json, emit, read_config
from publisher.cli.keys import change_key
from publisher.config import Config
from publisher.operations.checks import Check, home_checks, setup_checks
from publisher.operations.checks_clock import clock_checks, mail_checks, web_clock
from publisher.operations.checks_database import database_checks, open_quietly, sizes
from publisher.timetable import JOBS
from publisher.words import _


@click.command()
@click.option("--mail-test", metavar="ADDRESS", default="", help="Gửi một thư thử đến ADDRESS.")
@click.option("--clock-url", metavar="URL", default="", help="So đồng hồ với máy chủ web này, ngoài địa chỉ công khai.")
@click.option("--rotate-key", is_flag=True, help="Không kiểm tra gì: đổi khóa mã hóa bí mật của các kênh.")
@as_json
def doctor(mail_test: str, clock_url: str, rotate_key: bool, as_json: bool) -> None:
    """Kiểm tra cài đặt mà không thay đổi gì; mã thoát 1 khi có điểm phải sửa."""
    if rotate_key:
        change_key(as_json)
        return
    checks = examine(read_config(), mail_test, clock_url)
    emit(as_json, [asdict(check) for check in checks], lambda: [_line(check) for check in checks])
    if not all(check.good or check.should for check in checks):
        raise click.exceptions.Exit(1)


def _line(check: Check) -> str:
    verdict = _("tốt ") if check.good else _("NÊN ") if check.should else _("HỎNG")
    return f"{verdict}  {check.name}{': ' + check.note if check.note else ''}"


def examine(config: Config, mail_test: str = "", clock_url: str = "") -> list[Check]:
    """Return what was looked at, in order; a database that is down ends none of it."""
    checks = [*home_checks(config), *setup_checks(config)]
    db, reached = open_quietly(config)
    checks.append(reached)
    if db is not None:
        try:
            found = database_checks(db, config)
            checks += found
            if db.revision()[0] == db.revision()[1]:
                checks += [*clock_checks(db, JOBS), sizes(db, config)]
        finally:
            db.close()
    checks += [web_clock(url) for url in (config.public_url, clock_url) if url]
    return [*checks, *mail_checks(config, mail_test)]
