"""Where a reading counts: unit, channel, form and themes of what it is about, as they were when it happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from publisher.model import Account, Activity, Delivery, Landing, Post, Version
from publisher.reach.forms import facts
from publisher.refusal import Missing
from publisher.words import _


@dataclass(frozen=True)
class Place:
    """The dimensions of a reading."""

    unit_id: int
    channel: str
    form: str
    themes: str  # "T2,T6"


# Built once: putting a statement together costs more than running it.
_LANDED = select(Landing.unit_id, Landing.channel, Landing.themes).where(Landing.delivery_id == bindparam("id"))
_SENT = (
    select(Post.unit_id, Account.channel, Version.themes)
    .select_from(Delivery)
    .join(Account, Account.id == Delivery.account_id)
    .join(Post, Post.id == Delivery.post_id)
    .join(Version, Version.id == Delivery.version_id)
    .where(Delivery.id == bindparam("id"))
)


def of_delivery(session: Session, delivery_id: int) -> Place:
    """Return where a delivery's readings count: as it landed, else as its version says. `Missing` if there is none."""
    found = session.connection().execute(_LANDED, {"id": delivery_id}).one_or_none()
    if found is not None:
        return Place(found.unit_id, found.channel, "", found.themes)
    found = session.connection().execute(_SENT, {"id": delivery_id}).one_or_none()
    if found is None:
        raise Missing(_("Không có lượt phát hành số {number}.").format(number=delivery_id))
    return Place(found.unit_id, found.channel, "", joined(found.themes))


def of_activity(session: Session, activity_id: int, *, level: bool) -> Place:
    """Return where an activity's numbers count; a level is the office's, whatever the activity was about."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise Missing(_("Không có hoạt động số {number}.").format(number=activity_id))
    form = facts(activity.form)
    return Place(activity.unit_id, form.channel, form.code, "" if level else joined(activity.themes))


def of_account(session: Session, account_id: int) -> Place:
    """Return where an account's own numbers (followers) count."""
    account = session.get(Account, account_id)
    if account is None:
        raise Missing(_("Không có tài khoản kênh số {number}.").format(number=account_id))
    return Place(account.unit_id, account.channel, "", "")


def of_unit(unit_id: int, form_code: str) -> Place:
    """Return where a number of a whole unit counts, under a form if it is of one."""
    form = facts(form_code) if form_code else None
    return Place(unit_id, form.channel if form else "", form.code if form else "", "")


def joined(themes: Sequence[str]) -> str:
    """Return theme codes as rows keep them: sorted, once each, parted by commas."""
    return ",".join(sorted(set(themes)))
