"""How a post did: counts from its fields, views and reach from its insights (facebook-page-api.md §5).

Facebook renames and removes metrics on all versions at once, and one dead name fails a whole request without
saying which: after such a refusal every name is asked alone, and what is refused is remembered.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from channels.base import Metric, Reading, TryLater, Unknown
from channels.facebook.errors import NotPermitted, UnknownMetric
from channels.facebook.find import moment
from channels.facebook.graph import Graph

METRICS = (
    Metric("views", "Lượt xem", "lượt", "measured"),
    Metric("reach", "Người xem", "người", "measured"),
    Metric("clicks", "Lượt bấm", "lượt", "measured"),
    Metric("reactions", "Bày tỏ cảm xúc", "lượt", "measured"),
    Metric("comments", "Bình luận", "lượt", "measured"),
    Metric("shares", "Chia sẻ", "lượt", "measured"),
)
# Valid since 2025-11-15, when all `post_impressions*` went; ours by theirs.
INSIGHTS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks": "clicks",
    "post_reactions_by_type_total": "reactions",
}
COUNTS = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"


def readings(graph: Graph, post: str, refused: frozenset[str]) -> tuple[list[Reading], frozenset[str]]:
    """Return what Facebook tells of a post, and the metric names that it refused so far.

    What it does not tell is left out: a Page with fewer than 100 followers has no insights, a token without the
    permission gets no comments. Reactions come from the post's field, from insights where the field is closed.
    """
    found = {reading.metric: reading for reading in _counts(graph, post)}
    try:
        told, refused = _insights(graph, post, refused)
    except (NotPermitted, TryLater, Unknown):
        if not found:
            raise
        told = []
    for reading in told:
        found.setdefault(reading.metric, reading)
    return [found[metric.name] for metric in METRICS if metric.name in found], refused


def _counts(graph: Graph, post: str) -> list[Reading]:
    try:
        answer = graph.get(post, fields=COUNTS)
    except NotPermitted:  # the two summaries need pages_read_user_content
        answer = graph.get(post, fields="shares")
    found = []
    for name in ("reactions", "comments"):
        total = _of(_of(answer, name), "summary").get("total_count")
        if _is_count(total):
            found.append(Reading(name, total))
    shares = _of(answer, "shares").get("count")
    if _is_count(shares):
        found.append(Reading("shares", shares))
    elif found and "shares" not in answer:
        found.append(Reading("shares", 0))  # Facebook leaves the field out when it is zero
    return found


def _insights(graph: Graph, post: str, refused: frozenset[str]) -> tuple[list[Reading], frozenset[str]]:
    names = [name for name in INSIGHTS if name not in refused]
    if not names:
        return [], refused
    try:
        return _read(graph.get(f"{post}/insights", metric=",".join(names))), refused
    except UnknownMetric:
        pass
    told: list[Reading] = []
    dead = set()
    for name in names:
        try:
            told += _read(graph.get(f"{post}/insights", metric=name))
        except UnknownMetric:
            dead.add(name)
    # If every name is dead, something else is wrong: all are asked again next time.
    return told, refused if dead == set(INSIGHTS) else refused | dead


def _read(answer: Mapping[str, Any]) -> list[Reading]:
    rows: Iterable[Any] = answer.get("data") or []
    found = []
    for row in rows:
        metric = INSIGHTS.get(str(row.get("name")))
        values = row.get("values") or []
        if metric is None or not values:
            continue
        value = values[-1].get("value")
        if isinstance(value, Mapping):  # reactions by kind: like → n
            value = sum(value.values()) if value and all(map(_is_count, value.values())) else None
        if _is_count(value):
            found.append(Reading(metric, value, moment(values[-1].get("end_time"))))
    return found


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
