"""The reading position: what stands before it, as it was said, and what stands behind it, as it is written.

Rules look back at words already *said*. A second reading of the spoken text therefore sees the same words before
each piece, and what was left as written is left again.
"""

import re
from collections.abc import Callable, Iterable

from channels.speech.lexicon import Lexicon
from channels.speech.style import Style
from channels.speech.symbols import UNHEARD
from channels.speech.tokens import Kind, Piece, Token

_HEARD = re.compile(r"[^\W_]+|[.?!\n]")
_NEXT = re.compile(rf"(?:[-–]|{UNHEARD})([^\W\d_]+)")
_BACK = 24  # words a rule may look back


class Here:
    """The state of one reading: the text, the position, the tokens so far."""

    def __init__(self, text: str, lexicon: Lexicon, style: Style) -> None:
        self.text = text
        self.lexicon = lexicon
        self.style = style
        self.pos = 0
        self.tokens: list[Token] = []
        self.line_start = True
        self.shouting = 0  # the end of a run of words in capitals, once one was met
        self._said = ""
        self._said_at = -1

    def take(self, pieces: Iterable[Piece]) -> None:
        """Append what a rule found and move on behind it."""
        for piece in pieces:
            written = self.text[self.pos : piece.end]
            self.tokens.append(Token(self.pos, piece.end, piece.spoken, piece.kind, piece.reason, piece.candidates))
            self.pos = piece.end
            if "\n" in written:
                self.line_start = True
            elif piece.kind not in {"mark", "list"}:
                self.line_start = False

    @property
    def said(self) -> str:
        """The last words said, in lower case, single spaces, ends of sentences as «.»; begins with a space."""
        if self._said_at != len(self.tokens):
            words: list[str] = []
            for token in reversed(self.tokens):
                words[:0] = _HEARD.findall(token.spoken.lower())
                if len(words) >= _BACK:
                    break
            self._said = " " + " ".join(words[-_BACK:])
            self._said_at = len(self.tokens)
        return self._said

    @property
    def sentence(self) -> str:
        """What was said of the present sentence; begins with a space."""
        return " " + re.split(r"[.?!\n]", self.said)[-1].strip()

    def after(self, *words: str) -> bool:
        """Tell whether the words just said are one of these."""
        return self.said.endswith(tuple(f" {word}" for word in words))

    def before(self, at: int) -> str:
        """Return the word that follows `at` on the same line, as it will be said, in lower case; "" if none does."""
        found = _NEXT.match(self.text, at)
        if found is None:
            return ""
        entry = self.lexicon.find(self.text, found.start(1))
        if entry and len(entry[0].readings) == 1:
            return entry[0].readings[0].split()[0].strip(",").lower()
        return found.group(1).lower()

    def written(self, end: int) -> str:
        """Return how the text goes from the position to `end`."""
        return self.text[self.pos : end]

    def asked(self, end: int, kind: Kind, reason: str, candidates: Iterable[str] = ()) -> list[Piece]:
        """Leave the text up to `end` as it is written and ask an editor."""
        return [Piece(end, self.written(end), kind, reason, tuple(candidates))]


Rule = Callable[[Here], "list[Piece] | None"]
