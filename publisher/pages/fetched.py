"""Pictures that an outlet fetches from us while it takes an approved post, before any page of ours shows them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher.model import Account, Delivery, FetchedPart

# Approved and on its way, or out: nothing of a draft, of what was cancelled, failed, is held back or was taken down.
SERVED = ("planned", "sending", "waiting", "unsure", "sent", "confirmed")


def picture(session: Session, sha256: str) -> str | None:
    """Return the media type of a picture that an outlet may fetch just now, else None: 1 query.

    It belongs to the approved rendering of a delivery of an account that sends for real; a rehearsal shows nothing.
    """
    return session.scalar(
        select(FetchedPart.media_type)
        .join(Delivery, Delivery.rendering_id == FetchedPart.rendering_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(FetchedPart.sha256 == sha256, Account.mode == "live")
        .where(Delivery.state.in_(SERVED), Delivery.action != "retract")
        .limit(1)
    )
