"""Charts as SVG pictures: the numbers stand in a table beside each, so a picture may fail without loss."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort
from sqlalchemy.orm import Session

from publisher.reach import coverage, metrics
from publisher.reach.activities import held
from publisher.reach.figures import totals
from publisher.reach.products import landed
from publisher.web.context import installation, me, reading
from publisher.web.guard import permission
from publisher.web.look import channel_title
from publisher.web.reports.blueprint import reports
from publisher.web.reports.window import Window, asked
from publisher.words import _

COLOURS = ("#0a5a55", "#d18b00", "#8f1d22", "#3045b0", "#5d6b70")
VALUES = ("#ffffff", "#1d2a2a", "#ffffff", "#ffffff", "#ffffff")  # readable on each of them
LONGEST_LABEL = 26  # characters; the table beside the chart has the whole
_EXTRAS = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)  # pygal writes its settings for a script of its own
FACE = "'Be Vietnam Pro', 'Noto Sans', 'DejaVu Sans', 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Chart:
    """What a chart shows: columns by name, series of values (None: not counted), what they count in."""

    name: str
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]
    measure: str
    lying: bool = False  # bars from left to right, for long names

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(value for _title, values in self.series for value in values)


def over_time(session: Session, window: Window) -> Chart:
    """Views by month, one series a source: measured and reported are never one bar."""
    found = totals(session, window.units, window.since, window.until, ("month",), {"views"})
    months = sorted({one.month for one in found if one.month})
    return Chart(
        "thoi-gian", _("Lượt xem theo tháng"), tuple(_month(month) for month in months),
        tuple(
            (metrics.source_title(source), tuple(
                next((one.value for one in found if one.month == month and one.source == source), None)
                for month in months
            ))
            for source in metrics.SOURCES if any(one.source == source for one in found)
        ),
        _("lượt"),
    )  # fmt: skip


def by_theme(session: Session, window: Window) -> Chart:
    """Products and activities by theme."""
    zone = installation().config.zone
    out = {one.theme: one.number for one in landed(session, zone, window.units, window.since, window.until, ("theme",))}
    did = {one.theme: one.number for one in held(session, window.units, window.since, window.until, ("theme",))}
    themes = coverage.themes_of(session, window.until)
    rest = [("", _("Không gắn chủ đề"))] if "" in out or "" in did else []
    codes = [*themes, *rest]
    return Chart(
        "chu-de", _("Sản phẩm và hoạt động theo chủ đề"),
        tuple(f"{code} {title}".strip() for code, title in codes),
        (
            (_("Sản phẩm phát hành"), tuple(out.get(code, 0) for code, _title in codes)),
            (_("Hoạt động"), tuple(did.get(code, 0) for code, _title in codes)),
        ),
        _("tin, bài, hoạt động"), lying=True,
    )  # fmt: skip


def by_channel(session: Session, window: Window) -> Chart:
    """Products by channel."""
    zone = installation().config.zone
    found = landed(session, zone, window.units, window.since, window.until, ("channel",))
    found = sorted(found, key=lambda one: -one.number)
    return Chart(
        "kenh", _("Sản phẩm theo kênh"), tuple(channel_title(one.channel or "") for one in found),
        ((_("Sản phẩm phát hành"), tuple(one.number for one in found)),), _("tin, bài"), lying=True,
    )  # fmt: skip


def planned(session: Session, window: Window) -> Chart:
    """Days of the plans and how many of them were done, by month."""
    zone = installation().config.zone
    months = coverage.completion_by_month(session, zone, window.units, window.since, window.until)
    return Chart(
        "ke-hoach", _("Kế hoạch và thực hiện"), tuple(_month(month) for month, _ratio in months),
        (
            (_("Theo kế hoạch"), tuple(ratio.of for _month, ratio in months)),
            (_("Đã thực hiện"), tuple(ratio.done for _month, ratio in months)),
        ),
        _("ngày kế hoạch"),
    )  # fmt: skip


def _month(month: date) -> str:
    return f"{month.month}/{month.year}"


CHARTS: Mapping[str, Callable[[Session, Window], Chart]] = {
    "thoi-gian": over_time, "chu-de": by_theme, "kenh": by_channel, "ke-hoach": planned,
}  # fmt: skip


@reports.get("/bieu-do/<name>.svg", endpoint="home_chart")
@permission("read")
def chart(name: str) -> Response:
    """Draw one chart of the dashboard as SVG."""
    if name not in CHARTS:
        abort(404)
    with reading() as session:
        found = CHARTS[name](session, asked(session, me(session)))
    response = Response(draw(found), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def draw(found: Chart) -> str:
    """Return a chart as SVG without scripts or anything from outside."""
    import pygal
    from pygal.style import Style

    style = Style(
        background="#ffffff", plot_background="#ffffff", foreground="#1d2a2a", foreground_strong="#1d2a2a",
        foreground_subtle="#59636b", colors=COLOURS, value_colors=VALUES, font_family=FACE, label_font_size=15,
        major_label_font_size=15, legend_font_size=15, value_font_size=15, no_data_font_size=16, opacity="1",
    )  # fmt: skip
    kind: Any = pygal.HorizontalBar if found.lying else pygal.Bar
    rows = len(found.labels) * len(found.series)
    drawing = kind(
        style=style, js=[], disable_xml_declaration=True, show_legend=len(found.series) > 1, legend_at_bottom=True,
        legend_at_bottom_columns=1, width=620, height=max(150, 90 + 26 * rows) if found.lying else 330,
        print_values=True, print_values_position="center", print_zeroes=False, value_formatter=_number, spacing=14,
        margin=10, no_data_text=_("Chưa có số liệu"), truncate_label=-1, truncate_legend=-1, max_scale=5,
        legend_box_size=14, min_scale=1, range=_span(found), show_y_guides=not found.lying,
    )  # fmt: skip
    drawing.x_labels = [_short(label) for label in _order(found.labels, found)]
    for title, values in found.series:
        drawing.add(title, list(_order(values, found)))
    svg: str = drawing.render(is_unicode=True)
    return _EXTRAS.sub("", svg)


def _order(values: Sequence[Any], found: Chart) -> Sequence[Any]:
    """Return columns in the order of drawing: lying bars are drawn from the bottom."""
    return values[::-1] if found.lying else values


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rsplit(" ", 1)[0] + "…"


def _span(found: Chart) -> tuple[int, int]:
    values = [value for _title, values in found.series for value in values if value is not None]
    return min(0, *values, 0), max(1, *values, 1)  # a running total may have fallen


def _number(value: Any) -> str:
    return f"{value:,.0f}".replace(",", ".") if value is not None else ""


def rows_of(found: Chart) -> Sequence[tuple[str, tuple[int | None, ...]]]:
    """Return a chart's table: a row a column of the picture."""
    return [(label, tuple(values[at] for _title, values in found.series)) for at, label in enumerate(found.labels)]
