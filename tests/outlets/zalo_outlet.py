"""The Zalo channel for tests of the engine, installed the way a third party installs one.

It is the channel as it is; a test says under a name where its simulated Zalo is, and the account's setting `stage`
says the name. It neither rests between questions nor waits long for an answer.
"""

from collections.abc import Callable
from typing import ClassVar

from channels.base import Outfit, Setting
from channels.http import Times
from channels.zalo import Zalo

STAGES: dict[str, Callable[[Outfit], Outfit]] = {}


class StagedZalo(Zalo):
    """Zalo at a simulator."""

    name: ClassVar[str] = "zalo_staged"
    title: ClassVar[str] = "Zalo OA thử nghiệm"
    settings: ClassVar[tuple[Setting, ...]] = (*Zalo.settings, Setting("stage", "Nơi thử nghiệm"))
    pauses: ClassVar[tuple[float, ...]] = ()
    film_pauses: ClassVar[tuple[float, ...]] = ()
    times: ClassVar[Times] = Times(connect=2.0, read=0.5, total=1.0)
    film_times: ClassVar[Times] = times

    def __init__(self, outfit: Outfit) -> None:
        fitted = STAGES.get(outfit.settings.get("stage", ""))
        super().__init__(fitted(outfit) if fitted else outfit)
