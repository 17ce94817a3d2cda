"""Search: the form, the hits with the words found in them marked."""

import re
from dataclasses import dataclass
from urllib.parse import quote_plus

from flask import render_template, request
from markupsafe import Markup, escape

from publisher.pages import search
from publisher.pages.lists import Card
from publisher.refusal import Missing
from publisher.text import fold
from publisher.web.context import reading, world
from publisher.web.guard import permission
from publisher.web.portal import fragment
from publisher.web.portal.blueprint import page_number, portal, site
from publisher.web.portal.reading import PER_PAGE, pager

AROUND = 110  # characters shown before and after the first hit in a text


@dataclass(frozen=True)
class Hit:
    """A page found, its title and the passage that fits the query, with the words marked."""

    card: Card
    title: Markup
    passage: Markup


@portal.get("/tim")
@permission("public")
def find() -> str:
    """Show the search form and, when something is asked for, the pages found."""
    typed = request.args.get("q", "")
    query = search.tidy(typed)
    number = page_number()
    with reading() as session:
        owner = site(session)
        listing = search.find(session, query, (number - 1) * PER_PAGE, PER_PAGE)
    words = search.wanted(query)
    return render_template(
        "portal/search.html",
        site=owner,
        query=query,
        cut=len(typed.strip()) > search.LONGEST_QUERY,
        total=listing.total,
        hits=[_hit(card, words) for card in listing.cards],
        pager=pager(f"/tim?q={quote_plus(query)}", number, listing),
    )


def _hit(card: Card, words: list[str]) -> Hit:
    return Hit(card, marked(card.title, words), marked(_passage(card, words), words))


def _passage(card: Card, words: list[str]) -> str:
    """Return the summary, or a stretch of the text where the first word stands that title and summary lack."""
    seen = set(fold(f"{card.title} {card.summary}".translate(search.TO_SPACES)).split())
    missing = [word for word in words if word not in seen]
    if not missing:
        return card.summary
    try:
        text = fragment.text(world().files.get(card.sha256).decode())
    except Missing:
        return card.summary
    spans = found(text, missing)
    if not spans:
        return card.summary
    first, last = max(0, spans[0][0] - AROUND), spans[0][1] + AROUND
    begin = text.find(" ", first) + 1 if first else 0
    end = text.rfind(" ", 0, last) if last < len(text) else len(text)
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


def found(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return where in `text` the folded `words` stand as whole syllables, with or without diacritics."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for letter in " " if char.isspace() or char in search.BREAKS else fold(char):
            letters.append(letter)
            places.append(place)
    if not words:
        return []
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    hits = re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", "".join(letters))
    return [(places[hit.start()], places[hit.end() - 1] + 1) for hit in hits]


def marked(text: str, words: list[str]) -> Markup:
    """Return `text` escaped, with the words found in it marked."""
    pieces, done = Markup(""), 0
    for start, end in found(text, words):
        pieces += escape(text[done:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        done = end
    return pieces + escape(text[done:])
