"""How values look on a page: days, times, numbers, names of states; strings through gettext."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request

from channels import registry
from publisher import clock, words
from publisher.delivery import states
from publisher.files import sha256
from publisher.security import ROLE_TITLES
from publisher.text import number
from publisher.web.context import installation, public_url

WEEKDAYS = tuple(
    words.mark(name) for name in ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
)
POST_TITLES = {
    "draft": words.mark("Bản nháp"),
    "submitted": words.mark("Chờ duyệt"),
    "returned": words.mark("Trả lại"),
    "approved": words.mark("Đã duyệt"),
    "withdrawn": words.mark("Đã thu hồi"),
    "discarded": words.mark("Đã bỏ"),
    "proposed": words.mark("Kế hoạch đề xuất"),
}


def day(value: date | datetime | str | None) -> str:
    """Write a day as dd/mm/yyyy in the office's zone; nothing for nothing."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = clock.local_day(value, installation().config.zone)
    return value.strftime("%d/%m/%Y") if value else ""


def moment(value: datetime | str | None) -> str:
    """Write an instant as HH:MM dd/mm/yyyy in the office's zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(installation().config.zone).strftime("%H:%M %d/%m/%Y") if value else ""


def hour(value: datetime | None) -> str:
    """Write the time of day of an instant as HH:MM in the office's zone."""
    return value.astimezone(installation().config.zone).strftime("%H:%M") if value else ""


def iso(value: datetime) -> str:
    """Write an instant for machines, with the office's offset."""
    return value.astimezone(installation().config.zone).isoformat(timespec="seconds")


def weekday(value: date) -> str:
    """Return the Vietnamese name of a day of the week."""
    return words._(WEEKDAYS[value.weekday()])


def state_title(state: str) -> str:
    """Return the name of a delivery's or a post's state as people read it."""
    return words._(states.TITLES.get(state) or POST_TITLES[state])


def channel_title(name: str) -> str:
    """Return a channel's Vietnamese name; one that is no longer installed has the name its rows have."""
    return registry()[name].title if name in registry() else name


def role_title(name: str) -> str:
    """Return a role's name as people read it."""
    return words._(ROLE_TITLES[name])


@lru_cache(maxsize=256)
def _mark(path: str, changed: int, size: int) -> str:
    return sha256(Path(path).read_bytes())[:10]


def stamp(endpoint: str, values: dict[str, Any]) -> None:
    """Put a mark of the bytes into the address of a style sheet, script or picture.

    Browsers keep these files for a week; after an update the new pages must not meet the old ones.
    """
    if endpoint == "static" and "filename" in values:
        path = Path(current_app.static_folder or "") / values["filename"]
        if path.is_file():
            found = path.stat()
            values.setdefault("v", _mark(str(path), found.st_mtime_ns, found.st_size))


def prepare(app: Flask) -> None:
    """Give templates their filters, gettext and the common values."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.install_gettext_callables(words._, words.plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        hour=hour,
        iso=iso,
        weekday=weekday,
        number=number,
        state_title=state_title,
        channel_title=channel_title,
        role_title=role_title,
    )

    app.url_defaults(stamp)

    @app.context_processor
    def _common() -> dict[str, Any]:
        return {"now": clock.now(), "public_url": public_url(), "here": request.path}
