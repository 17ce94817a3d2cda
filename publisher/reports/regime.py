"""How this office reports: its working days, its own calendars, how due dates move, when to remind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.model import SHIFTS, Setting
from publisher.refusal import Refused
from publisher.words import _
from schedules.periods import PRESETS, Calendar, Period, PeriodError, Shift, periods, read_calendars
from schedules.workdays import VIETNAM, WorkdayError, Workdays, read_workdays

NAME = "reports"
REMIND_DAYS = (7, 3, 1)  # days before due on which a reminder is written down


@dataclass(frozen=True)
class Regime:
    """The office's settings of reporting; `shift` empty leaves each calendar its own way."""

    workdays: Workdays = VIETNAM
    calendars: Mapping[str, Calendar] = field(default_factory=lambda: PRESETS)
    shift: Shift | None = None
    remind_days: tuple[int, ...] = REMIND_DAYS
    own_calendars: str = ""

    def year(self, code: str, year: int, shift: str = "", earlier_days: int = 0) -> list[Period]:
        """Return the periods of a calendar's year with due dates moved as a duty, the office, the calendar says.

        A calendar whose document names the day itself (`shift: none`) keeps it, unless the duty says otherwise.
        """
        if code not in self.calendars:
            raise Refused(_("Không có lịch báo cáo «{code}».").format(code=code), "calendar")
        own: Shift | None = self.shift if self.calendars[code].shift != "none" else None
        wanted: Any = shift or own
        try:
            return periods(code, year, self.workdays, wanted, earlier_days, self.calendars)
        except (PeriodError, WorkdayError) as error:
            raise Refused(str(error), "calendar") from error


def read_regime(session: Session) -> Regime:
    """Return the office's settings; what was never set is as the calendars come with the system: 2 queries."""
    held = session.get(Setting, NAME)
    days = session.get(Setting, "workdays")
    value: dict[str, Any] = held.value if held else {}
    own = str(value.get("calendars", ""))
    return Regime(
        workdays=read_workdays(days.value) if days else VIETNAM,
        calendars={**PRESETS, **_own(own)},
        shift=value.get("shift") or None,
        remind_days=tuple(value.get("remind_days", REMIND_DAYS)),
        own_calendars=own,
    )


def set_regime(session: Session, actor: Actor, *, shift: str, remind_days: list[int], calendars: str) -> None:
    """Store how due dates move, when to remind, the office's own calendars (YAML); `Refused` names what is wrong."""
    if shift not in SHIFTS:
        raise Refused(_("Cách dời hạn chỉ nhận: sau, trước, giữ nguyên hoặc theo lịch."), "shift")
    if any(not 0 < days <= 60 for days in remind_days) or len(remind_days) > 10:
        raise Refused(_("Số ngày nhắc trước hạn phải từ 1 đến 60."), "remind_days")
    taken = sorted(_own(calendars).keys() & PRESETS.keys())
    if taken:
        raise Refused(_("Mã lịch {code} đã có sẵn: hãy đặt mã khác.").format(code=taken[0]), "calendars")
    value = {"shift": shift, "remind_days": sorted(set(remind_days), reverse=True), "calendars": calendars}
    session.merge(Setting(name=NAME, value=value, changed_at=clock.now()))
    audit.record(session, actor, "reports.settings", "setting", 0, shift=shift, remind_days=value["remind_days"])


def _own(text: str) -> dict[str, Calendar]:
    if not text.strip():
        return {}
    try:
        return read_calendars(text)
    except PeriodError as error:
        raise Refused(str(error), "calendars") from error
