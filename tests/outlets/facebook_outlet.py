"""The Facebook channel as the engine uses it, but with a simulator's address among its settings and short patience."""

from dataclasses import replace
from typing import ClassVar

from channels.base import Outfit, Setting
from channels.facebook import Facebook
from channels.http import Times


class SimulatedFacebook(Facebook):
    """The very channel: only where it calls, and how long it waits for an answer, is a test's."""

    name: ClassVar[str] = "facebook_simulated"
    title: ClassVar[str] = "Facebook giả lập"
    settings: ClassVar[tuple[Setting, ...]] = (*Facebook.settings, Setting("base", "Địa chỉ giả lập"))

    pauses: ClassVar[tuple[float, ...]] = ()

    def __init__(self, outfit: Outfit) -> None:
        addresses = {"facebook": outfit.settings["base"]}
        quick = Times(connect=1.0, read=0.4, total=0.8)
        super().__init__(replace(outfit, addresses=addresses), quick, quick)
