"""A bell inside one process: whoever plans something rings, the clock in the same process looks at once.

Losing a ring loses nothing: the rows are the schedule, and the sweep finds them.
"""

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def listen(listener: Callable[[], None]) -> None:
    """Call `listener` at every ring from now on."""
    _listeners.append(listener)


def forget(listener: Callable[[], None]) -> None:
    """Stop calling `listener`."""
    if listener in _listeners:
        _listeners.remove(listener)


def ring() -> None:
    """Tell the clock that there may be something to do; call it after the commit."""
    for listener in list(_listeners):
        listener()
