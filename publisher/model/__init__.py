"""Tables and constraints, one file a subject; no verbs."""

from publisher.model.base import Base
from publisher.model.deliveries import ACTIONS, STATES, Account, Attempt, Delivery, Receipt
from publisher.model.people import ROLES, Person, Role, SignInFailure
from publisher.model.plans import Plan, PlanItem, ReportDuty, Slot, Target, Task
from publisher.model.posts import (
    POST_STATES,
    Decision,
    Media,
    Placement,
    Post,
    PostTheme,
    Rendering,
    Version,
)
from publisher.model.reach import Evidence, Page, PageTheme, PageViews, Reading
from publisher.model.trail import Audit, Firing, Heartbeat
from publisher.model.units import HIERARCHIES, Label, Setting, Theme, Unit, UnitLink, UnitSuccessor

__all__ = [
    "ACTIONS",
    "HIERARCHIES",
    "POST_STATES",
    "ROLES",
    "STATES",
    "Account",
    "Attempt",
    "Audit",
    "Base",
    "Decision",
    "Delivery",
    "Evidence",
    "Firing",
    "Heartbeat",
    "Label",
    "Media",
    "Page",
    "PageTheme",
    "PageViews",
    "Person",
    "Placement",
    "Plan",
    "PlanItem",
    "Post",
    "PostTheme",
    "Reading",
    "Receipt",
    "Rendering",
    "ReportDuty",
    "Role",
    "Setting",
    "SignInFailure",
    "Slot",
    "Target",
    "Task",
    "Theme",
    "Unit",
    "UnitLink",
    "UnitSuccessor",
    "Version",
]
