"""Reading a form strictly: known fields only, each once; what else comes is refused, not ignored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import request

from publisher.refusal import Refused
from publisher.words import _


@dataclass(frozen=True)
class Form:
    """The fields of a submitted form: `one` holds single values, `many` lists of values."""

    one: dict[str, str]
    many: dict[str, list[str]]

    def __getitem__(self, name: str) -> str:
        return self.one.get(name, "")

    def number(self, name: str, title: str) -> int:
        """Return a field as a whole number; `Refused` when it is none."""
        try:
            return int(self[name])
        except ValueError as error:
            raise Refused(_("{title}: phải là số.").format(title=title), name) from error


def form(one: Collection[str] = (), many: Collection[str] = ()) -> Form:
    """Read the request's form; `Refused` for a field that is unknown or, among `one`, sent twice."""
    single: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in many}
    for name, values in request.form.lists():
        if name == "csrf_token":
            continue
        if name in lists:
            lists[name] = list(values)
        elif name not in one:
            raise Refused(_("Biểu mẫu có trường lạ: «{name}». Hãy tải lại trang rồi gửi lại.").format(name=name[:60]))
        elif len(values) > 1:
            raise Refused(
                _("Trường «{name}» được gửi {count} lần. Hãy tải lại trang rồi gửi lại.").format(
                    name=name, count=len(values)
                ),
                name,
            )
        else:
            single[name] = values[0]
    return Form(single, lists)


def instant(day: str, clock_time: str, zone: ZoneInfo) -> datetime:
    """Return the aware instant of a day and a time as typed in the office's zone; `Refused` when they are none.

    Days come as dd/mm/yyyy or, from a date field, yyyy-mm-dd; times as HH:MM.
    """
    from publisher.editorial.content import day as read_day

    found: date | None = read_day(day, _("Ngày"))
    if found is None:
        raise Refused(_("Ngày: chưa chọn."), "day")
    try:
        at = time.fromisoformat(clock_time.strip())
    except ValueError as error:
        raise Refused(
            _("Giờ «{value}» không đúng. Hãy viết dạng 05:15.").format(value=clock_time[:20]), "time"
        ) from error
    if at.tzinfo is not None or at.second or at.microsecond:
        raise Refused(_("Giờ chỉ gồm giờ và phút, ví dụ 05:15."), "time")
    return datetime.combine(found, at, tzinfo=zone)
