"""Kinds of outlets, one file each; a third party adds one through the entry-point group `publisher.channels`."""

from functools import lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType

from channels.banner import Banner
from channels.base import Channel
from channels.facebook import Facebook
from channels.portal import Portal
from channels.radio import Radio
from channels.zalo import Zalo

CHANNELS: tuple[type[Channel], ...] = (Portal, Facebook, Zalo, Radio, Banner)


@lru_cache(maxsize=1)
def registry() -> MappingProxyType[str, type[Channel]]:
    """Return every channel by name: ours in order, then installed ones.

    An entry point that cannot be loaded raises here, at start: a channel must never vanish silently.
    """
    found = {channel.name: channel for channel in CHANNELS}
    for point in entry_points(group="publisher.channels"):
        channel = point.load()
        if channel.name in found:
            raise ValueError(f"hai kênh cùng tên «{channel.name}»: {found[channel.name]} và {channel}")
        found[channel.name] = channel
    return MappingProxyType(found)
