"""Time limits for calls to outlets: one thread for all of them, since a timer each would cost a thread a call."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_changed = threading.Condition()
_ends: dict[object, tuple[float, Callable[[], None]]] = {}
_next_look = math.inf
_watcher: threading.Thread | None = None


@contextmanager
def at_most(seconds: float, expire: Callable[[], None]) -> Iterator[None]:
    """Call `expire` if the block takes longer than `seconds`, never after its end.

    `expire` runs in another thread, must not block and must not raise.
    """
    global _watcher
    block, end = object(), time.monotonic() + seconds
    with _changed:
        _ends[block] = end, expire
        if _watcher is None or not _watcher.is_alive():  # not yet started, or this process was forked
            _watcher = threading.Thread(target=_watch, name="deadlines", daemon=True)
            _watcher.start()
        elif end < _next_look:
            _changed.notify()
    try:
        yield
    finally:
        with _changed:
            _ends.pop(block, None)


def _watch() -> None:
    global _next_look
    with _changed:
        while True:
            now = time.monotonic()
            for block, (end, expire) in list(_ends.items()):
                if end <= now:
                    del _ends[block]
                    expire()
            _next_look = min((end for end, _expire in _ends.values()), default=math.inf)
            _changed.wait(None if _next_look == math.inf else max(_next_look - now, 0.0))
