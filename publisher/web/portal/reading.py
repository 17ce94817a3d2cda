"""The pages one reads: home, an article, a theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from flask import abort, render_template, request

from publisher import clock
from publisher.model import Page
from publisher.pages import lists
from publisher.pages.lists import Card, Listing, Site
from publisher.refusal import Missing
from publisher.web.context import installation, reading, world
from publisher.web.guard import permission
from publisher.web.portal import counting
from publisher.web.portal.blueprint import address, page_number, portal, site
from publisher.words import _

log = structlog.get_logger("publisher.web")

PER_PAGE = 12
RELATED = 4


@dataclass(frozen=True)
class Pager:
    """Where in a list one is; `path` is the list's address without the page."""

    path: str
    here: int
    last: int

    def at(self, number: int) -> str:
        """Return the address of one page of the list."""
        if number == 1:
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}trang={number}"


def pager(path: str, number: int, listing: Listing) -> Pager:
    """Return the pager of a list; a page past its end is not found."""
    if number > 1 and not listing.cards:
        abort(404)
    return Pager(path, number, max(1, -(-listing.total // PER_PAGE)))


def today() -> date:
    """Return the day on the office's calendar."""
    return clock.local_day(clock.now(), installation().config.zone)


@portal.get("/")
@permission("public")
def home() -> str:
    """Show the newest pages, the first as the lead, and the themes."""
    number = page_number()
    with reading() as session:
        owner = site(session)
        listing = lists.newest(session, (number - 1) * PER_PAGE, PER_PAGE)
        themes = lists.themes(session)
    listed = pager("/", number, listing)
    return render_template(
        "portal/home.html",
        site=owner,
        listing=listing,
        themes=themes,
        slogan=slogan_of_the_day(listing.cards),
        pager=listed,
        canonical=address(listed.at(number)),
    )


def slogan_of_the_day(cards: Sequence[Card]) -> str:
    """Return one slogan of the pages listed, another one each day; empty when none has a slogan."""
    slogans = list(dict.fromkeys(card.slogan for card in cards if card.slogan))
    return slogans[today().toordinal() % len(slogans)] if slogans else ""


@portal.get("/chu-de/<code>")
@permission("public")
def theme(code: str) -> str:
    """Show the pages of a theme, newest first."""
    number = page_number()
    with reading() as session:
        owner = site(session)
        themes = lists.themes(session)
        listing = lists.newest(session, (number - 1) * PER_PAGE, PER_PAGE, code)
    found = next((theme for theme in themes if theme.code == code), None)
    if found is None:
        raise Missing(_("Không có chủ đề «{code}».").format(code=code[:40]))
    listed = pager(f"/chu-de/{code}", number, listing)
    return render_template(
        "portal/theme.html",
        site=owner,
        theme=found,
        themes=themes,
        listing=listing,
        pager=listed,
        canonical=address(listed.at(number)),
    )


@portal.get("/tin/<slug>")
@permission("public")
def article(slug: str) -> str | tuple[str, int]:
    """Show the approved bytes of a page; of a withdrawn one, that and why it was withdrawn (410)."""
    with reading() as session:
        owner = site(session)
        page = lists.by_slug(session, slug)
        related = lists.related(session, page, RELATED)
    if page.withdrawn_at is not None:
        return render_template("portal/withdrawn.html", site=owner, page=page, related=related), 410
    on_paper = "ban-in" in request.args
    if not on_paper:
        counting.count(page.post_id)
    return render_template(
        "portal/print.html" if on_paper else "portal/article.html",
        site=owner,
        page=page,
        html=approved_html(page.sha256),
        notes=notes_of(page),
        local_day=clock.local_day(page.published_at, installation().config.zone),
        over=_over(page),
        related=related,
        canonical=address(f"/tin/{page.slug}"),
        picture=address(f"/anh/{page.content['image']}") if page.content.get("image") else "",
        described=described(page, owner),
    )


def approved_html(sha256: str) -> str:
    """Return a page's HTML as approved: escaped and sanitised when it was rendered, unchanged as its hash proves."""
    try:
        return world().files.get(sha256).decode()
    except Missing as error:
        log.error("portal.bytes_missing", sha256=sha256, reason=error.message)
        abort(500)


def notes_of(page: Page) -> list[dict[str, Any]]:
    """Return the corrections readers are told of, newest first, each sentence once."""
    return list({note["note"]: note for note in page.corrections}.values())[::-1]


def _over(page: Page) -> date | None:
    until = page.content.get("valid_until")
    return date.fromisoformat(until) if until and date.fromisoformat(until) < today() else None


def described(page: Page, owner: Site | None) -> dict[str, Any]:
    """Return the page as schema.org describes a news article."""
    zone = installation().config.zone
    unit = {"@type": "GovernmentOrganization", "name": page.content["unit"]}
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "description": page.summary,
        "inLanguage": "vi",
        "datePublished": page.published_at.astimezone(zone).isoformat(timespec="seconds"),
        "dateModified": page.changed_at.astimezone(zone).isoformat(timespec="seconds"),
        "mainEntityOfPage": address(f"/tin/{page.slug}"),
        "author": unit,
        "publisher": {**unit, "name": owner.name if owner else page.content["unit"]},
        "articleSection": [title for _code, title in page.content["themes"]],
    }
    if page.content.get("image"):
        about["image"] = [address(f"/anh/{page.content['image']}")]
    if page.content.get("valid_until"):
        about["expires"] = page.content["valid_until"]
    if page.corrections:
        about["correction"] = [note["note"] for note in notes_of(page)]
    return about
