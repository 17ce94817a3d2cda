"""How fast an account may send: its hourly limit and its outlet's wishes, kept on the row for all workers together.

The limit is a generic cell rate (ITU-T I.371): a quarter of an hour's allowance may go out at once, the rest follows
evenly, so that no hour, wherever it begins, sees more than the limit.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from publisher.delivery.outlets import channel_type
from publisher.model import Account

AT_ONCE = 0.25  # share of an hour's allowance


def hourly(account: Account) -> int | None:
    """Return how many deliveries an hour the account may send: the office's own limit or the outlet's, the lower."""
    limits = [limit for limit in (account.per_hour, channel_type(account.channel).limits.per_hour) if limit]
    return min(limits, default=None)


def spend(account: Account, wanted: int, now: datetime) -> int:
    """Take up to `wanted` sends from the account's allowance and return how many it gave; the row must be locked.

    With nothing left `ready_at` says when there will be.
    """
    limit = hourly(account)
    if limit is None or wanted == 0:
        return wanted
    burst = max(1, int(limit * AT_ONCE))
    step = timedelta(hours=1) / max(limit - burst, 1)
    spent = max(account.spent_until or now, now)
    given = min(wanted, burst - -((now - spent) // step))  # rounded up: a step begun is a step spent
    if given > 0:
        account.spent_until = spent + given * step
    if given < wanted:
        ready = max(account.spent_until or now, now) - (burst - 1) * step
        account.ready_at = max(ready, account.ready_at or ready)
    return max(given, 0)


def slow_down(session: Session, account_id: int, until: datetime) -> None:
    """Send nothing more on the account before `until`: the outlet said that it has had enough."""
    session.execute(
        update(Account)
        .where(Account.id == account_id, func.coalesce(Account.ready_at, Account.created_at) < until)
        .values(ready_at=until)
    )
