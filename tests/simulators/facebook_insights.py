"""Insights of the simulated Graph API: the metrics valid today; one dead name fails the whole call."""

import re
from datetime import timedelta
from typing import Any

from tests.simulators.facebook_calls import Call, moment
from tests.simulators.facebook_errors import GraphError, named
from tests.simulators.facebook_reading import grown
from tests.simulators.facebook_world import Page, Post

KINDS = ("like", "love", "wow", "haha", "sorry", "anger")
POST_METRICS = {
    "post_media_view",
    "post_total_media_view_unique",
    "post_clicks",
    "post_clicks_by_type",
    "post_reactions_by_type_total",
    *(f"post_reactions_{kind}_total" for kind in KINDS),
    "post_activity_by_action_type",
    "post_video_views",
}
PAGE_METRICS = {
    "page_media_view",
    "page_total_media_view_unique",
    "page_post_engagements",
    "page_total_actions",
    "page_follows",
    "page_daily_follows",
    "page_daily_follows_unique",
    "page_daily_unfollows_unique",
    "page_views_total",
    "page_fan_adds_by_paid_non_paid_unique",
    "page_video_views",
}
DEAD = re.compile(
    r"(page|post|page_posts)_impressions.*|page_fans.*|page_fan_adds|page_fan_removes|post_engaged_users"
    r"|page_engaged_users|post_activity|page_consumptions"
)


def insights(call: Call, of: Post | Page) -> dict[str, Any]:
    """GET /{post or page}/insights: lifetime values of a post, daily values of a Page."""
    asked = [name for name in call.text("metric").split(",") if name]
    if not asked:
        raise named("3001")
    valid = POST_METRICS if isinstance(of, Post) else PAGE_METRICS
    if any(DEAD.fullmatch(name) or name not in valid for name in asked):
        raise named("metric")  # which one, it does not say
    page = of.page if isinstance(of, Post) else of
    if call.token is None or "read_insights" not in call.token.scopes or page.likes < 100:
        return {"data": []}
    rows = [_post_row(call, of, name) if isinstance(of, Post) else _page_row(call, of, name) for name in asked]
    return {"data": rows, "paging": {"previous": f"{call.base}x", "next": f"{call.base}y"}}


def _post_row(call: Call, post: Post, name: str) -> dict[str, Any]:
    daily = call.world.options.insights_daily
    value: Any = grown(post, name, call.now, daily)
    if name == "post_reactions_by_type_total":
        whole = grown(post, "reactions", call.now, daily)
        value = {kind: part for kind, part in (("like", whole - whole // 4), ("love", whole // 4)) if part}
    elif name in {"post_clicks_by_type", "post_activity_by_action_type"}:
        value = {"other clicks" if "clicks" in name else "like": value} if value else {}
    return _row(of=post.id, name=name, period="lifetime", values=[{"value": value}])


def _page_row(call: Call, page: Page, name: str) -> dict[str, Any]:
    period = call.text("period") or "day"
    if period not in {"day", "days_28", "week"}:
        raise GraphError(100, "(#100) period is not valid for this metric")
    day = call.now.replace(hour=8, minute=0, second=0, microsecond=0)
    ends = [day - timedelta(days=back) for back in (1, 0)]
    own = [post for post in call.world.posts.values() if post.page is page]
    values = [{"value": sum(grown(post, name, end) for post in own), "end_time": moment(end)} for end in ends]
    return _row(of=page.id, name=name, period=period, values=values)


def _row(of: str, name: str, period: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    row = {"name": name, "period": period, "values": values, "title": title, "description": title}
    return {**row, "id": f"{of}/insights/{name}/{period}"}
