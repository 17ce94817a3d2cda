"""`publisher post import`: posts from a spreadsheet or JSON, as drafts."""

from pathlib import Path

import click

from publisher.audit import COMMAND
from publisher.cli.common import as_json, emit, find_unit, opened
from publisher.intake.posts import import_rows, read_file
from publisher.words import _


@click.group()
def post() -> None:
    """Bài viết."""


@post.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", "unit_code", help="Mã đơn vị của bài.")
@as_json
def post_import(file: Path, unit_code: str | None, as_json: bool) -> None:
    """Nhập bài từ FILE (.xlsx, .csv, .json) thành bản nháp; có lỗi thì không nhập bài nào."""
    with opened() as installation:
        rows = read_file(file, installation.config.zone)
        with installation.world.db.writing() as session:
            posts = import_rows(session, None, COMMAND, find_unit(session, unit_code), rows)
            data = [{"id": post.id, "slug": post.slug, "title": post.title, "state": post.state} for post in posts]
    emit(as_json, data, lambda: [_("Đã nhập {count} bài nháp.").format(count=len(data))])
