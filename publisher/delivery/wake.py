"""Who is told that an account has something to do: noted in the session, acted upon in the same transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from publisher.model.database import WAKES


def wake(session: Session, account_id: int, at: datetime) -> None:
    """Note that the account has a delivery to look at from `at` on.

    `Database.on_wakes` gets the earliest of each account just before the commit: with workers on several machines
    it queues their work in the same transaction as the act that causes it.
    """
    wakes: dict[int, datetime] = session.info.setdefault(WAKES, {})
    wakes[account_id] = min(at, wakes.get(account_id, at))
