"""What commands share: opening the installation, printing for people or as JSON, finding a unit."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher.config import Config
from publisher.installation import Installation, open_installation
from publisher.model import Unit
from publisher.refusal import Missing, Refused
from publisher.words import _

as_json = click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")


def read_config() -> Config:
    """Return the settings from the environment; `Refused` names a wrong one."""
    try:
        return Config()
    except ValidationError as error:
        raise Refused("\n".join(str(fault["msg"]) for fault in error.errors())) from error


@contextmanager
def opened() -> Iterator[Installation]:
    """Open the installation that the environment names, and close it at the end of the block."""
    installation = open_installation(read_config())
    try:
        yield installation
    finally:
        installation.close()


def emit(json_wanted: bool, data: Any, lines: Callable[[], list[str]]) -> None:
    """Print `data` as JSON, or the lines for people."""
    if json_wanted:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines():
        click.echo(line)


def find_unit(session: Session, code: str | None) -> Unit:
    """Return the unit with a code; without one, the only unit there is."""
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    if code is None and len(units) == 1:
        return units[0]
    for unit in units:
        if unit.code == code:
            return unit
    known = ", ".join(f"{unit.code} ({unit.short_name})" for unit in units) or _("chưa có đơn vị nào")
    if code is None:
        raise Refused(_("Có nhiều đơn vị: hãy chọn bằng --unit. Các đơn vị: {known}.").format(known=known))
    raise Missing(_("Không có đơn vị «{code}». Các đơn vị: {known}.").format(code=code, known=known))
