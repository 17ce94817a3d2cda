"""Reports: reach and what stands behind it, activities, evidence, targets; report duties and their documents."""

from publisher.web.reports.blueprint import reports

# Below the blueprint, since each of them puts its views on it.
from publisher.web.reports import (  # isort: skip
    activities,
    activity,
    activity_import,
    charts,
    documents,
    duties,
    figures,
    home,
    product,
    proofs,
    targets,
    workspace,
)

__all__ = [
    "activities",
    "activity",
    "activity_import",
    "charts",
    "documents",
    "duties",
    "figures",
    "home",
    "product",
    "proofs",
    "reports",
    "targets",
    "workspace",
]
