"""Original and spoken side by side, one sentence a line, so that an editor can put another line in place of ours."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from channels.speech.layout import ends_sentence
from channels.speech.lexicon import BUILT_IN, Lexicon
from channels.speech.scan import speak
from channels.speech.style import Style
from channels.speech.tokens import Spoken, Token

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """A sentence: as written, as spoken, and what must be asked; `start` counts code points of the NFC original,
    `paragraph` counts from 0. `overridden` tells that an editor's words stand in place of ours."""

    original: str
    spoken: str
    questions: tuple[Token, ...]
    start: int
    paragraph: int
    overridden: bool = False


def lines(
    text: str,
    lexicon: Lexicon = BUILT_IN,
    region: str | Style = "bac",
    overrides: Mapping[str, str] | None = None,
) -> list[Line]:
    """Return a text sentence by sentence; what `speak` says of the whole text, cut at its sentence ends.

    `overrides` maps an original line to the editor's own spoken line. It follows the sentence wherever it moves in the
    text and falls away as soon as the sentence changes, so that nobody reads out yesterday's wording.
    """
    return cut(speak(text, lexicon, region), overrides)


def cut(spoken: Spoken, overrides: Mapping[str, str] | None = None) -> list[Line]:
    """Cut a spoken text into its lines; see `lines`."""
    own = {_key(original): " ".join(_nfc(line).split()) for original, line in (overrides or {}).items()}
    found: list[Line] = []
    held: list[Token] = []
    paragraph = 0
    for token in spoken.tokens:
        held.append(token)
        if ends_sentence(token):
            found += _line(spoken, held, paragraph, own)
            held = []
        paragraph += token.spoken.count("\n\n")
    return found + _line(spoken, held, paragraph, own)


def _line(spoken: Spoken, tokens: list[Token], paragraph: int, own: Mapping[str, str]) -> list[Line]:
    if not tokens:
        return []
    start, end = tokens[0].start, tokens[-1].end
    original = spoken.original[start:end]
    start += len(original) - len(original.lstrip())
    said = "".join(token.spoken for token in tokens).strip()
    if not said:
        return []
    line = own.get(_key(original))
    if line is not None:
        return [Line(original.strip(), line, (), start, paragraph, overridden=True)]
    asked = tuple(token for token in tokens if token.reason)
    return [Line(original.strip(), said, asked, start, paragraph)]


def together(found: list[Line]) -> str:
    """Return the whole spoken text of lines: one a line, an empty line between paragraphs."""
    parts: list[str] = []
    paragraph = 0
    for line in found:
        if parts:
            parts.append("\n\n" if line.paragraph > paragraph else "\n")
        parts.append(line.spoken)
        paragraph = line.paragraph
    return "".join(parts)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _key(original: str) -> str:
    return _SPACES.sub(" ", _nfc(original)).strip()
