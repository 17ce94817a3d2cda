"""Structured log lines on stderr, one JSON object each, with no secret in them whoever wrote the text."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, TextIO, cast
from urllib.parse import quote

import structlog

HIDDEN = "•••"
MOST_KNOWN = 256  # secrets opened last: a line that could hold one is written soon after it was opened
SHORTEST = 6  # a shorter value stands in too many innocent words to be replaced everywhere

_WORDS = r"[\w-]*(?:pass(?:word|wd|phrase)|secret|token|authori[sz]ation|cookie|api[_-]?key|appsecret_proof)[\w-]*"
_NAME = re.compile(rf"(?i){_WORDS}")
_PATTERNS = (
    (re.compile(rf"(?i)\b({_WORDS})=[^&\s\"'<>]+"), rf"\1={HIDDEN}"),
    (re.compile(rf"(?i)([\"']{_WORDS}[\"']\s*:\s*[\"'])[^\"']*"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(authorization:?\s+|bearer\s+|basic\s+)(?!bearer|basic)[\w.~+/=-]{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"://[^/\s:@]*:[^/\s@]+@"), f"://{HIDDEN}@"),
    (re.compile(r"gAAAAA[\w-]{20,}=*"), HIDDEN),  # what the vault wrote
    (re.compile(r"\[parameters: .*"), f"[parameters: {HIDDEN}]"),  # SQLAlchemy tells every value of a failed statement
)
_SUSPECT = re.compile(r"[=:[ ]|gAAAAA")  # without one of these no pattern above fits
_known: dict[str, None] = {}
_shortest = sys.maxsize  # of those known: most texts of a line are shorter and need no search


def know(values: Iterable[str]) -> None:
    """Remember secrets that were just opened or closed: from now on `hide` takes them out of any text."""
    global _shortest
    for value in values:
        if len(value) < SHORTEST or value in _known:
            continue
        _known[value] = None
        _shortest = min(_shortest, len(value))
        while len(_known) > MOST_KNOWN:
            _known.pop(next(iter(_known)), None)


def hide(text: str) -> str:
    """Return `text` with every known secret, and whatever looks like one, replaced by dots."""
    if len(text) >= _shortest:
        for value in tuple(_known):
            if value in text:
                text = text.replace(value, HIDDEN)
            elif "%" in text and (quoted := quote(value, safe="")) in text:
                text = text.replace(quoted, HIDDEN)
    if _SUSPECT.search(text):
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
    return text


@lru_cache(maxsize=1)
def _secret_settings() -> frozenset[str]:
    from channels import registry

    return frozenset(field.name for channel in registry().values() for field in channel.settings if field.secret)


@lru_cache(maxsize=512)
def _is_secret(name: str) -> bool:
    return _NAME.fullmatch(name) is not None or name in _secret_settings()


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_secret(str(key)) and item else _hidden(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return hide(str(value))


def redact(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets out of a whole line, by the names of its fields and by what their texts hold."""
    for name, value in line.items():
        line[name] = HIDDEN if value and _is_secret(name) else _hidden(value)
    return line


class _Steady:
    """A stream for log lines: one that is closed or full costs the line, never the work that wrote it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def set_up_logs(level: int = logging.INFO) -> None:
    """Write structured lines of `level` and above to stderr; those of libraries from WARNING on, in the same form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    form, stream = structlog.processors.JSONRenderer(ensure_ascii=False), cast(TextIO, _Steady(sys.stderr))
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[*shared, form],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, form],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
