"""The newest pages with their full text for feed readers: Atom (RFC 4287) and JSON Feed 1.1."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

import structlog
from flask import Response, request

from publisher.pages import lists
from publisher.pages.lists import Card, Site
from publisher.refusal import Missing
from publisher.web.context import installation, reading, world
from publisher.web.guard import permission
from publisher.web.portal import fragment
from publisher.web.portal.blueprint import address, portal, site
from publisher.words import _

log = structlog.get_logger("publisher.web")

NEWEST = 30
ATOM = "http://www.w3.org/2005/Atom"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # when an empty portal last changed: RFC 4287 demands a time


@dataclass(frozen=True)
class Source:
    """What both feeds are made of."""

    owner: Site | None
    cards: Sequence[Card]
    changed: datetime

    @property
    def unit(self) -> str:
        return self.owner.name if self.owner else _("Cổng thông tin")

    @property
    def title(self) -> str:
        return _("Tin của {unit}").format(unit=self.unit)


def _source() -> Source:
    with reading() as session:
        owner = site(session)
        cards = lists.newest(session, 0, NEWEST).cards
        changed = lists.last_change(session)
    return Source(owner, cards, changed or (owner.since if owner else _LONG_AGO))


def _content(card: Card) -> str:
    """Return a page's full text; its summary when its bytes are gone, so that one page never empties the feed."""
    try:
        html = world().files.get(card.sha256).decode()
    except Missing as error:
        log.error("portal.bytes_missing", sha256=card.sha256, reason=error.message)
        return ""
    return fragment.absolute(fragment.without_header(html), address(""))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(installation().config.zone).isoformat(timespec="seconds")


def _answer(data: bytes, media_type: str, changed: datetime) -> Response:
    response = Response(data, content_type=media_type)
    response.last_modified = changed.replace(microsecond=0)
    response.add_etag()
    response.make_conditional(request)
    return response


@portal.get("/feed.atom")
@permission("public")
def atom() -> Response:
    """Answer the Atom feed."""
    source = _source()
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "vi"})
    _add(feed, "id", address("/"))
    _add(feed, "title", source.title)
    _add(feed, "updated", _stamp(source.changed))
    _add(feed, "icon", address("/favicon.ico"))
    _add(feed, "link", rel="self", type="application/atom+xml", href=address("/feed.atom"))
    _add(feed, "link", rel="alternate", type="text/html", href=address("/"))
    _add(_add(feed, "author"), "name", source.unit)
    for card in source.cards:
        _entry(_add(feed, "entry"), card)
    data: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return _answer(data, "application/atom+xml; charset=utf-8", source.changed)


def _entry(entry: ElementTree.Element, card: Card) -> None:
    where = address(f"/tin/{card.slug}")
    _add(entry, "id", where)
    _add(entry, "title", card.title)
    _add(entry, "link", rel="alternate", type="text/html", href=where)
    _add(entry, "published", _stamp(card.published_at))
    _add(entry, "updated", _stamp(card.changed_at))
    _add(_add(entry, "author"), "name", str(card.content["unit"]))
    for code, title in card.themes:
        _add(entry, "category", term=code, label=title)
    _add(entry, "summary", card.summary)
    content = _content(card)
    if content:
        _add(entry, "content", content, type="html")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text or None
    return element


@portal.get("/feed.json")
@permission("public")
def json_feed() -> Response:
    """Answer the JSON feed."""
    source = _source()
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": source.title,
        "home_page_url": address("/"),
        "feed_url": address("/feed.json"),
        "favicon": address("/favicon.ico"),
        "language": "vi",
        "authors": [{"name": source.unit}],
        "items": [_item(card) for card in source.cards],
    }
    data = json.dumps(feed, ensure_ascii=False, indent=1).encode()
    return _answer(data, "application/feed+json; charset=utf-8", source.changed)


def _item(card: Card) -> dict[str, object]:
    where = address(f"/tin/{card.slug}")
    item: dict[str, object] = {
        "id": where,
        "url": where,
        "title": card.title,
        "summary": card.summary,
        "content_html": _content(card) or card.summary,
        "date_published": _stamp(card.published_at),
        "date_modified": _stamp(card.changed_at),
        "authors": [{"name": card.content["unit"]}],
        "tags": [title for _code, title in card.themes],
    }
    if card.content.get("image"):
        item["image"] = address(f"/anh/{card.content['image']}")
    return item
