"""Searching the public pages: with or without diacritics, whole syllables, exact spelling first."""

import unicodedata

from sqlalchemy import ColumnElement, and_, case
from sqlalchemy.orm import InstrumentedAttribute, Session

from publisher.model import Page
from publisher.pages.lists import NEWEST, PUBLIC, Listing, listing
from publisher.text import fold

LONGEST_QUERY = 100  # characters
MOST_WORDS = 16
# What stands between words, in a query and in a text alike: «76/NQ-CP» is three words. % and _ belong to words.
BREAKS = ".,;:!?()[]{}/\\-–—\"'«»“”‘’…|*•#"
TO_SPACES = str.maketrans(dict.fromkeys(BREAKS, " "))


def index(title: str, summary: str, text: str) -> tuple[str, str]:
    """Return what search compares, with and without diacritics: ` title | summary and text `, one space between words.

    The bar stands nowhere else, so that one pattern can ask for a word of the title; the spaces at both ends let a
    whole word be asked for.
    """
    words = f" {_words(title)} | {_words(f'{summary} {text}')} "
    return words, f" {fold(words)} "


def tidy(query: str) -> str:
    """Return a query as it is searched and shown: NFC, printable, one line, at most `LONGEST_QUERY` characters."""
    printable = "".join(char if char.isprintable() else " " for char in query[: 4 * LONGEST_QUERY])
    return " ".join(unicodedata.normalize("NFC", printable).split())[:LONGEST_QUERY].strip()


def wanted(query: str) -> list[str]:
    """Return the folded words of a query, each once: «Thủ tục, 76/NQ-CP» → thu tuc 76 nq cp."""
    return list(dict.fromkeys(fold(_words(query)).split()))[:MOST_WORDS]


def find(session: Session, query: str, first: int, most: int) -> Listing:
    """Return the public pages that hold every word of `query` as a whole syllable; one query.

    A Vietnamese word is a string of syllables, so «an» must not find «dân» and «toàn». Pages that hold the query
    with exactly its diacritics come first, then those with all words in the title, then the newest.
    """
    words = wanted(query)
    if not words:
        return Listing([], 0)
    exact = _holds(Page.words, _words(query))
    in_title = and_(*[Page.folded.like(f"% {_escape(word)} %|%", escape="/") for word in words])
    wanted_pages = and_(PUBLIC, *[_holds(Page.folded, word) for word in words])
    return listing(session, wanted_pages, (case((exact, 0), (in_title, 1), else_=2), *NEWEST), first, most)


def _words(text: str) -> str:
    return " ".join(text.lower().translate(TO_SPACES).split())


def _holds(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    return column.like(f"% {_escape(words)} %", escape="/")


def _escape(words: str) -> str:
    return words.replace("%", "/%").replace("_", "/_")  # the slash itself is a break and never part of a word
