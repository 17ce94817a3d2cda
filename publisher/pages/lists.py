"""Pages as readers see them: one by its address, lists by date and theme, and whose site it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, func, select
from sqlalchemy.orm import Session

from publisher.model import Account, Media, Page, PageTheme, Theme, Unit
from publisher.refusal import Missing
from publisher.words import _

MOST_ADDRESSES = 50_000  # in one sitemap (sitemaps.org)
PUBLIC = Page.withdrawn_at.is_(None)


@dataclass(frozen=True)
class Site:
    """Whose portal this is."""

    name: str
    hotline: str
    since: datetime


@dataclass(frozen=True)
class Card:
    """A page in a list."""

    post_id: int
    slug: str
    title: str
    summary: str
    sha256: str  # of the approved HTML
    content: Mapping[str, Any]
    published_at: datetime
    changed_at: datetime
    corrected: bool

    @property
    def themes(self) -> list[tuple[str, str]]:
        """Codes and titles, as they stood when the page was approved."""
        return [(code, title) for code, title in self.content["themes"]]

    @property
    def slogan(self) -> str:
        """The post's slogan; pages of other channels' making may have none."""
        return str(self.content.get("slogan", ""))

    @property
    def valid_until(self) -> date | None:
        """The last day on which what the page says holds."""
        day = self.content.get("valid_until")
        return date.fromisoformat(day) if day else None


@dataclass(frozen=True)
class Listing:
    """A stretch of a list and how long the whole list is."""

    cards: Sequence[Card]
    total: int


@dataclass(frozen=True)
class ThemeCount:
    """A theme with the number of public pages under it."""

    code: str
    title: str
    count: int


def site(session: Session) -> Site | None:
    """Return whose portal this is: the unit of the oldest portal account still open, else the first unit; one query."""
    opened = and_(Account.unit_id == Unit.id, Account.channel == "portal", Account.state != "closed")
    row = session.execute(
        select(Unit.name, Unit.hotline, Unit.created_at)
        .outerjoin(Account, opened)
        .order_by(Account.id.is_(None), Account.id, Unit.id)
        .limit(1)
    ).one_or_none()
    return Site(row.name, row.hotline, row.created_at) if row else None


COLUMNS = (
    Page.post_id,
    Page.slug,
    Page.title,
    Page.summary,
    Page.sha256,
    Page.content,
    Page.published_at,
    Page.changed_at,
    Page.corrections,
)
NEWEST = (Page.published_at.desc(), Page.post_id.desc())


def card(row: Row[Any]) -> Card:
    """Return the card of a row of `COLUMNS`."""
    return Card(
        row.post_id, row.slug, row.title, row.summary, row.sha256, row.content,
        row.published_at, row.changed_at, bool(row.corrections),
    )  # fmt: skip


def newest(session: Session, first: int, most: int, theme: str | None = None) -> Listing:
    """Return `most` public pages from the one numbered `first` (0 is the newest), of a theme or of all; one query."""
    wanted = PUBLIC if theme is None else and_(PUBLIC, _of_themes([theme]))
    return listing(session, wanted, NEWEST, first, most)


def listing(
    session: Session, wanted: ColumnElement[bool], order: Sequence[ColumnElement[Any]], first: int, most: int
) -> Listing:
    """Return `most` of the wanted pages from the one numbered `first`, in an order; one query.

    The count is a query inside the query: a window function would carry every page's record through the sorting.
    """
    total = select(func.count()).select_from(Page).where(wanted).correlate(None).scalar_subquery().label("total")
    rows = session.execute(select(*COLUMNS, total).where(wanted).order_by(*order).offset(first).limit(most)).all()
    return Listing([card(row) for row in rows], rows[0].total if rows else 0)


def _of_themes(codes: Sequence[str]) -> ColumnElement[bool]:
    return Page.post_id.in_(select(PageTheme.post_id).where(PageTheme.code.in_(codes)))


def by_slug(session: Session, slug: str) -> Page:
    """Return the page at an address, withdrawn or not, or raise `Missing`; one query."""
    page = session.scalar(select(Page).where(Page.slug == slug))
    if page is None:
        raise Missing(_("Không có trang này. Có thể địa chỉ bị gõ sai hoặc bài đã được chuyển đi."))
    return page


def related(session: Session, page: Page, most: int) -> list[Card]:
    """Return the newest other public pages that share a theme with `page`; one query."""
    codes = [code for code, _title in page.content["themes"]]
    if not codes:
        return []
    query = select(*COLUMNS).where(PUBLIC, Page.post_id != page.post_id, _of_themes(codes))
    return [card(row) for row in session.execute(query.order_by(*NEWEST).limit(most))]


def themes(session: Session) -> list[ThemeCount]:
    """Return every theme under its newest title, with its count of public pages; two queries."""
    counted = (
        select(PageTheme.code, func.count())
        .join(Page, Page.post_id == PageTheme.post_id)
        .where(PUBLIC)
        .group_by(PageTheme.code)
    )
    counts = dict(session.execute(counted).all())
    titles = select(Theme.code, Theme.title).order_by(Theme.valid_from, Theme.id)
    newest_titles = dict(session.execute(titles).all())
    return [ThemeCount(code, title, counts.get(code, 0)) for code, title in sorted(newest_titles.items())]


def last_change(session: Session) -> datetime | None:
    """Return when the set of public pages last changed, withdrawals included; one query."""
    found = session.execute(select(func.max(Page.changed_at), func.max(Page.withdrawn_at))).one()
    return max((moment.astimezone(UTC) for moment in found if moment is not None), default=None)


def addresses(session: Session) -> list[tuple[str, datetime]]:
    """Return the slug and last change of every public page, newest first, at most `MOST_ADDRESSES`."""
    query = select(Page.slug, Page.changed_at).where(PUBLIC).order_by(*NEWEST).limit(MOST_ADDRESSES)
    return [(slug, changed_at) for slug, changed_at in session.execute(query)]


def picture(session: Session, sha256: str, draft: bool) -> str:
    """Return the media type of a picture or film that a public page shows, or raise `Missing`; at most two queries.

    A withdrawn page takes its pictures and films with it: a photograph may be the very reason of a withdrawal (Luật
    91/2025/QH15). `draft` is for staff: any of the store, for previews.
    """
    media = session.get(Media, sha256)
    found = media is not None and (draft or _shown(session, sha256))
    if media is None or not found:
        raise Missing(_("Không có ảnh hoặc phim này, hoặc bài dùng nó đã được thu hồi."))
    return media.media_type


def _shown(session: Session, sha256: str) -> bool:
    # 64 hexadecimal digits are found nowhere else in the record; asked once per reader, then kept for a year.
    query = select(Page.post_id).where(PUBLIC, cast(Page.content, String).contains(sha256, autoescape=True)).limit(1)
    return session.scalar(query) is not None
