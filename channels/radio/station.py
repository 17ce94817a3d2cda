"""A station as scripts and programmes see it: its name on air, how it says numbers, how fast it reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from channels.speech import RATES


@dataclass(frozen=True)
class Station:
    """`rate` and `notice_rate` in syllables a minute, `tune` in seconds; `quiet` are (from, to) wall-clock times."""

    name: str
    region: str = "bac"
    rate: int = RATES["news"]
    notice_rate: int = RATES["notice"]
    tune: int = 20
    opening: str = ""
    credits: str = ""
    quiet: tuple[tuple[time, time], ...] = ()
    only_workdays: bool = False

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> "Station":
        """Return the station that an account's settings describe; what is left empty has the usual value."""
        return cls(
            name=settings["station"],
            region=settings.get("region") or "bac",
            rate=int(settings.get("rate") or RATES["news"]),
            notice_rate=int(settings.get("notice_rate") or RATES["notice"]),
            tune=int(settings.get("tune") or 20),
            opening=settings.get("opening", ""),
            credits=settings.get("credits", ""),
            quiet=tuple(_window(found) for found in re.findall(r"[\d:]+ ?[-–] ?[\d:]+", settings.get("quiet", ""))),
            only_workdays=settings.get("workdays") == "có",
        )


def _window(written: str) -> tuple[time, time]:
    begins, ends = re.split(r" ?[-–] ?", written)
    return _clock(begins), _clock(ends)


def _clock(written: str) -> time:
    hour, minute = written.split(":")
    return time(int(hour) % 24, int(minute))  # 24:00 is the midnight at the end of the day
