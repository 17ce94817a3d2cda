"""What speaking yields: pieces of the original, each with its words, and a question where a person must decide."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal[
    "text", "mark", "integer", "decimal", "range", "date", "time", "quantity", "ratio", "score", "ordinal", "roman",
    "code", "phone", "web", "abbreviation", "capitals", "symbol", "list", "blank", "unknown",
]  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A piece of the original, `start` to `end` in code points of its NFC form, and what is said for it.

    `reason` is a Vietnamese sentence when an editor must look at it: either the piece stands in the spoken text as
    it was written, or the reading is ours and may be another one. `candidates` are the readings to choose from.
    """

    start: int
    end: int
    spoken: str
    kind: Kind
    reason: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """A text and how it is read: tokens cover the original without gap or overlap, in order."""

    original: str
    tokens: tuple[Token, ...]

    @cached_property
    def text(self) -> str:
        """The spoken text: the tokens' words, put together."""
        return "".join(token.spoken for token in self.tokens)

    @cached_property
    def questions(self) -> tuple[Token, ...]:
        """The tokens an editor must look at, in order."""
        return tuple(token for token in self.tokens if token.reason)

    def written(self, token: Token) -> str:
        """Return how a token stands in the original."""
        return self.original[token.start : token.end]


@dataclass(frozen=True)
class Piece:
    """What a rule found at the reading position: everything up to `end` is said as `spoken`."""

    end: int
    spoken: str
    kind: Kind
    reason: str = ""
    candidates: tuple[str, ...] = ()
