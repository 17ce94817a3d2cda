"""The sample units' accounts: the portal for real, Facebook and Zalo in rehearsal, so that nothing leaves the house."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from publisher import accounts, clock
from publisher.audit import COMMAND
from publisher.delivery.outlets import World
from publisher.intake.posts import Row
from publisher.model import Account, Unit

# Settings of the outlets outside, obviously invented; a rehearsal needs no secrets.
OUTSIDE = {
    "facebook": {"page_id": "100000000000000"},
    "zalo": {"app_id": "1000000000000000"},
}
# So far around today the sample posts stand there: further away they would only make the first start slower.
NEAR = timedelta(weeks=6)
# How the sample posts name the outlets outside.
NAMES = {"fanpage": "facebook", "zalo": "zalo"}


def add_accounts(session: Session, world: World, unit: Unit) -> None:
    """Give a unit its portal account and one in rehearsal for each outlet outside that this installation knows."""
    accounts.add(session, world, COMMAND, unit, "portal", "", {})
    for channel, values in OUTSIDE.items():
        if channel in registry():
            accounts.add(session, world, COMMAND, unit, channel, "", values, mode="rehearsal")


def wishes(session: Session, unit: Unit, row: Row, due_at: datetime) -> list[tuple[int, datetime]]:
    """Return where a sample post goes out: the portal always, beside it near today the outlets that it names."""
    named = {"portal"}
    if abs(due_at - clock.now()) <= NEAR:
        named |= {NAMES[name] for name in row.channels if name in NAMES}
    found = session.scalars(select(Account).where(Account.unit_id == unit.id).order_by(Account.id))
    return [(account.id, due_at) for account in found if account.channel in named]
