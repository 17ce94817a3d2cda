"""The dictionary a text is read with: the built-in table and, on top of it, the office's own entries."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from channels.speech.abbreviations import ADDRESSES, AMBIGUOUS, LABELS, READINGS
from channels.speech.places import PLACES
from channels.speech.vocabulary import RESERVED

_FIRST = re.compile(r"[^\W\d_]+|[0-9]+|.", re.DOTALL)
_WORDS = re.compile(r"[^\W_]+")
_SPEAKABLE = re.compile(r"[^\W\d_]+(?:(?:, | – |[ \-'’])[^\W\d_]+)*")
_SHORT = 5  # letters: shorter labels side by side are too easily something else
_DASH = re.compile(r"\s+[-–—]\s+")


class LexiconError(ValueError):
    """An entry of the office's dictionary cannot be used; the message says which, why, and what to write."""


@dataclass(frozen=True)
class Entry:
    """One entry: how it is written and its readings; more than one reading means: ask."""

    written: str
    readings: tuple[str, ...]
    own: bool = False

    @property
    def any_case(self) -> bool:
        """Keys without capitals (website, zalo) are read in any case; abbreviations only as written."""
        return self.written == self.written.lower()


@dataclass(frozen=True)
class Lexicon:
    """The built-in table under the office's own entries (`own`: written form → reading in words; NFC not needed).

    An own entry wins over a built-in one and settles an ambiguous one. LexiconError for an entry that is empty, whose
    reading still holds digits, signs or abbreviations, or that would change words the reading itself is made of.
    """

    own: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = {_nfc(written): _reading(written, spoken) for written, spoken in self.own.items()}
        object.__setattr__(self, "own", MappingProxyType(entries))
        _refuse_circles(entries)

    @cached_property
    def _index(self) -> dict[str, tuple[Entry, ...]]:
        """Entries by their first word in lower case, longest first."""
        entries = dict(_built_in())
        entries |= {written: Entry(written, (spoken,), own=True) for written, spoken in self.own.items()}
        phrases = {
            variant: spoken
            for entry in entries.values()
            for spoken in entry.readings
            if " – " in spoken
            for variant in (spoken, spoken.replace(" – ", " - "), spoken.replace(" – ", "-"))
        }
        for variant, spoken in phrases.items():
            entries.setdefault(variant, Entry(variant, (spoken,)))
        index: dict[str, list[Entry]] = {}
        for entry in entries.values():
            index.setdefault(_first(entry.written), []).append(entry)
        return {
            first: tuple(sorted(found, key=lambda e: (-len(e.written), not e.own))) for first, found in index.items()
        }

    def starts(self, word: str) -> bool:
        """Tell whether some entry begins with this word (lower case)."""
        return word in self._index

    def find(self, text: str, at: int, *, phrases: bool = False) -> tuple[Entry, int] | None:
        """Return the longest entry at `at` and where it ends; `phrases`: only own entries with a sign or digit."""
        first = _FIRST.match(text, at)
        if first is None:
            return None
        for entry in self._index.get(first.group().lower(), ()):
            end = at + len(entry.written)
            if phrases and not (entry.own and not entry.written.isalpha()):
                continue
            if _same(text[at:end], entry) and not _goes_on(text, end):
                return entry, end
        return None

    def of(self, written: str) -> Entry | None:
        """Return the entry for exactly this written form, or none."""
        found = self.find(written, 0)
        return found[0] if found and found[1] == len(written) else None

    def address(self, host: str) -> str:
        """Return the reading of a whole web address, "" if none was agreed."""
        return self.own.get(host) or ADDRESSES.get(host, "")

    def label(self, label: str) -> str:
        """Return the reading of one label of a web address, "" if none was agreed; two agreed ones may stand together.

        «congdoanhanoi» is «công đoàn» and «Hà Nội».
        """
        return self._label(label) or next(
            (
                f"{first} {second}"
                for at in range(_SHORT, len(label) - _SHORT + 1)
                if (first := self._label(label[:at])) and (second := self._label(label[at:]))
            ),
            "",
        )

    def _label(self, label: str) -> str:
        return self.own.get(label) or LABELS.get(label) or PLACES.get(label) or READINGS.get(label, "")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _first(written: str) -> str:
    found = _FIRST.match(written)
    return found.group().lower() if found else ""


def _same(written: str, entry: Entry) -> bool:
    return written == entry.written or (entry.any_case and written.lower() == entry.written)


def _goes_on(text: str, end: int) -> bool:
    """Tell whether the word goes on behind `end`: «TP» is no entry in «TPM»; a number goes on with .5 too."""
    last, after = text[end - 1 : end], text[end : end + 1]
    if not last.isalnum() or not after:
        return False
    return after.isalnum() or (last.isdigit() and after in ".," and text[end + 1 : end + 2].isdigit())


def _reading(written: str, spoken: str) -> str:
    """Return a reading in NFC with single spaces; LexiconError if it could not be read out."""
    key, reading = _nfc(written), _DASH.sub(" – ", " ".join(_nfc(spoken).split()))
    if not key or not reading:
        raise LexiconError(f"Từ điển: mục «{key}» còn trống. Hãy điền cả chữ viết và cách đọc.")
    if reading == key:
        return reading
    if any(sum(char.isupper() for char in word) > 1 or word in {"I", "V", "X"} for word in _WORDS.findall(reading)):
        raise LexiconError(f"Từ điển: cách đọc «{reading}» của «{key}» còn chữ viết tắt. Hãy viết bằng chữ đầy đủ.")
    if _SPEAKABLE.fullmatch(reading) is None:
        raise LexiconError(
            f"Từ điển: cách đọc «{reading}» của «{key}» còn chữ số hoặc ký hiệu. "
            "Hãy viết bằng chữ, chỉ dùng dấu phẩy và gạch nối."
        )
    return reading


def _refuse_circles(own: Mapping[str, str]) -> None:
    """Refuse an entry that would be read again inside a reading: speaking twice must change nothing."""
    changed = {written: reading for written, reading in own.items() if reading != written}
    heard = {reading: f" {_plain(reading)} " for reading in changed.values()}
    everything = " ".join(heard.values())
    for written in [*own, *(key for key in READINGS if key == key.lower())]:
        key = f" {_plain(written)} "
        if written in changed and (written == written.lower() or written.istitle()) and key in RESERVED:
            raise LexiconError(
                f"Từ điển: «{written}» là từ thông thường mà cách đọc số và chữ viết tắt cũng dùng. "
                "Hãy sửa ngay trong bài thay vì đưa vào từ điển."
            )
        if key.strip() and key in everything:
            reading = next((reading for reading in heard if key in heard[reading]), "")
            raise LexiconError(f"Từ điển: cách đọc «{reading}» chứa mục «{written}». Hãy viết cách đọc khác.")


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))


def _built_in() -> Mapping[str, Entry]:
    entries = {written: Entry(written, (spoken,)) for written, spoken in READINGS.items()}
    return entries | {written: Entry(written, readings) for written, readings in AMBIGUOUS.items()}


BUILT_IN = Lexicon()
