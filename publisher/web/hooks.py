"""What outlets tell us by themselves: events of Zalo's about followers, signed, each taken once.

Zalo wants HTTP 200 within two seconds, repeats an event five times within two hours, and then switches the webhook off.
Of whoever follows nothing is kept but a keyed hash: how many, not who.
"""

import hashlib
import hmac

import structlog
from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.exc import IntegrityError

from channels.zalo import Zalo
from channels.zalo.webhook import Event, Forged, Stale, verify
from publisher import clock
from publisher.delivery.outlets import channel_type
from publisher.model import Account, FollowerEvent
from publisher.refusal import Missing, Refused
from publisher.web.context import reading, world, writing
from publisher.web.guard import permission

log = structlog.get_logger("publisher.web")

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")

LONGEST = 64 * 1024  # bytes; a follow event has some 200
KINDS = {"follow", "unfollow"}


@hooks.post("/zalo/<int(max=2147483647):account_id>")
@permission("public")
def zalo_event(account_id: int) -> Response:
    """Take an event of an account; whatever is not signed for it answers 403 and leaves no trace."""
    request.max_content_length = LONGEST
    body = request.get_data(cache=False)
    with reading() as session:
        account = session.get(Account, account_id)
    if account is None or account.state == "closed" or not _is_zalo(account):
        abort(404)
    try:
        secret = world().vault.open(account.secrets).get("oa_secret", "")
        event = verify(body, dict(request.headers), str(account.settings.get("app_id", "")), secret, clock.now(), ())
    except (Forged, Stale, Refused) as error:
        log.warning("hooks.refused", account=account_id, why=str(error))
        abort(403)
    known = account.settings.get("oa_id", "")
    if event.name in KINDS and event.follower and (not known or event.oa_id == known):
        _keep(account_id, event)
    return Response(status=200)


def _is_zalo(account: Account) -> bool:
    try:
        return issubclass(channel_type(account.channel), Zalo)
    except Missing:
        return False


def _keep(account_id: int, event: Event) -> None:
    """Count an event; a repeat of one that was counted changes nothing, whichever process takes it."""
    row = FollowerEvent(
        account_id=account_id, kind=event.name, identity=_hash("event", event.identity),
        follower=_hash("follower", event.follower), at=event.at, received_at=clock.now(),
    )  # fmt: skip
    try:
        with writing() as session:
            session.add(row)
    except IntegrityError:
        return  # UNIQUE(account, identity): taken before


def _hash(kind: str, text: str) -> str:
    """Return a hash that nobody without this installation's key can compare with a list of all numbers."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()
