"""Interface strings through gettext: Vietnamese is the source, another language is only a catalogue.

Catalogues lie in `publisher/locale/<language>/LC_MESSAGES/publisher.mo`.
"""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="vi")


@lru_cache(maxsize=8)
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("publisher", LOCALE, [language], fallback=True)


def _(message: str) -> str:
    """Return `message` (Vietnamese) in the language in force."""
    return _catalogue(_language.get()).gettext(message)


def plural(one: str, many: str, count: int) -> str:
    """Return the form of a counted phrase that fits `count` in the language in force."""
    return _catalogue(_language.get()).ngettext(one, many, count)


def mark(message: str) -> str:
    """Mark a constant for extraction; it is translated with `_` where it is shown."""
    return message


def languages() -> list[str]:
    """Return the languages that can be shown: Vietnamese and every catalogue on disk."""
    return ["vi", *sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/publisher.mo"))]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Show strings in `language` until the block ends."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)
