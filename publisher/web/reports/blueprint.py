"""The blueprint of `/reports/…` and the tabs that its pages share."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request

from publisher.words import _, mark

reports = Blueprint("reports", __name__, url_prefix="/reports")

TABS = {
    "reports.home": mark("Tổng quan"),
    "reports.figures": mark("Số liệu"),
    "reports.activities": mark("Hoạt động"),
    "reports.proofs": mark("Minh chứng"),
    "reports.targets": mark("Chỉ tiêu"),
    "reports.duties": mark("Báo cáo"),
}


@dataclass(frozen=True)
class Tab:
    """One tab of the reports' pages."""

    endpoint: str
    title: str
    here: bool


@reports.context_processor
def _tabs() -> dict[str, Any]:
    here = request.endpoint or ""
    return {
        "tabs": [
            Tab(endpoint, _(title), here == endpoint or here.startswith(f"{endpoint}_"))
            for endpoint, title in TABS.items()
            if endpoint in current_app.view_functions
        ]
    }
