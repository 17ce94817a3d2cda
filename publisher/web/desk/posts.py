"""The list of posts: filters, search without diacritics, pages of fifty."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from publisher.model import POST_STATES, Account, Placement, Post, PostTheme, Theme, Unit
from publisher.security import units_with
from publisher.text import fold
from publisher.web.context import me, reading
from publisher.web.desk import desk
from publisher.web.desk.bench import whole
from publisher.web.guard import permission

PAGE = 50
MOST_SEARCHED = 5000  # newest posts whose titles a search looks through


@dataclass(frozen=True)
class Row:
    """One line of the list; `due` is the earliest wish, `outlets` the titles of the accounts wished for."""

    id: int
    title: str
    state: str
    live: bool
    unit: str
    changed_at: datetime
    due: datetime | None
    outlets: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The filters of the list as read from the address; what is no filter counts as none."""

    state: str
    theme: str
    unit: int | None
    q: str
    page: int

    @property
    def any(self) -> bool:
        """Whether the list is narrowed."""
        return bool(self.state or self.theme or self.unit or self.q)

    def with_page(self, page: int) -> dict[str, str | int]:
        """Return the arguments of the same list's other page."""
        kept = {"state": self.state, "theme": self.theme, "unit": self.unit, "q": self.q, "page": page}
        return {name: value for name, value in kept.items() if value}


def _asked() -> Asked:
    state = request.args.get("state", "")
    return Asked(
        state=state if state in {*POST_STATES, "live"} else "",
        theme=request.args.get("theme", "")[:20],
        unit=whole(request.args.get("unit", "")),
        q=" ".join(request.args.get("q", "").split())[:200],
        page=min(max(whole(request.args.get("page", "")) or 1, 1), 10_000),
    )


@desk.get("/bai")
@permission("read")
def posts() -> str:
    """List the posts of the person's units, newest change first."""
    asked = _asked()
    with reading() as session:
        person = me(session)
        units = units_with(session, person, "read")
        names = {
            row.id: row.short_name
            for row in session.execute(
                select(Unit.id, Unit.short_name).where(Unit.id.in_(units)).order_by(Unit.short_name)
            )
        }
        themes = {row.code: row.title for row in session.scalars(select(Theme).order_by(Theme.valid_from, Theme.code))}
        query = _narrowed(asked, units)
        ids, total = _page(session, query, asked)
        rows = _rows(session, ids, names)
    return render_template(
        "desk/posts.html",
        rows=rows, total=total, asked=asked, last_page=max(-(-total // PAGE), 1), units=names,
        themes=dict(sorted(themes.items())), states=POST_STATES,
    )  # fmt: skip


def _narrowed(asked: Asked, units: set[int]) -> Select[int]:
    query = select(Post.id).where(Post.unit_id.in_({asked.unit} & units if asked.unit else units))
    if asked.state == "live":
        query = query.where(Post.live.is_not(None), Post.state != "withdrawn")
    elif asked.state:
        query = query.where(Post.state == asked.state)
    else:  # what was put out of sight stays there until it is asked for
        query = query.where(Post.state != "discarded")
    if asked.theme:
        query = query.where(Post.id.in_(select(PostTheme.post_id).where(PostTheme.code == asked.theme)))
    return query


def _page(session: Session, query: Select[int], asked: Asked) -> tuple[list[int], int]:
    """Return the ids of one page and how many posts there are in all."""
    newest = (Post.changed_at.desc(), Post.id.desc())
    start = (asked.page - 1) * PAGE
    if not asked.q:
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        return list(session.scalars(query.order_by(*newest).limit(PAGE).offset(start))), total
    # Folded titles are compared here: neither database folds đ, and a column for it would serve this box alone.
    wanted = fold(asked.q)
    titles = session.execute(query.add_columns(Post.title).order_by(*newest).limit(MOST_SEARCHED))
    found = [post_id for post_id, title in titles if wanted in fold(title)]
    return found[start : start + PAGE], len(found)


def _rows(session: Session, ids: list[int], units: Mapping[int, str]) -> list[Row]:
    wishes: dict[int, list[tuple[datetime, str]]] = {}
    for post_id, due_at, title in session.execute(
        select(Placement.post_id, Placement.due_at, Account.title)
        .join(Account, Account.id == Placement.account_id)
        .where(Placement.post_id.in_(ids))
        .order_by(Placement.due_at, Account.title)
    ):
        wishes.setdefault(post_id, []).append((due_at, title))
    codes: dict[int, list[str]] = {}
    for post_id, code in session.execute(
        select(PostTheme.post_id, PostTheme.code).where(PostTheme.post_id.in_(ids)).order_by(PostTheme.code)
    ):
        codes.setdefault(post_id, []).append(code)
    found = {post.id: post for post in session.scalars(select(Post).where(Post.id.in_(ids)))}
    return [
        Row(
            post.id, post.title, post.state, post.live is not None and post.state != "withdrawn",
            units.get(post.unit_id, ""), post.changed_at,
            wishes[post.id][0][0] if post.id in wishes else None,
            tuple(title for _due, title in wishes.get(post.id, ())),
            tuple(codes.get(post.id, ())),
        )
        for post in (found[post_id] for post_id in ids)
    ]  # fmt: skip
