"""Looking at accounts: asking the outlet how one stands, by hand, after a new access, and as a job of the clock."""

import structlog
from sqlalchemy import select

from channels import registry
from channels.base import Standing, TryLater, Unknown, Watched
from publisher import accounts, clock
from publisher.audit import CLOCK, Actor
from publisher.connections import facebook, health
from publisher.delivery.jobs import Job
from publisher.delivery.outlets import World, channel_type, open_channel
from publisher.model import Account, Audit
from publisher.refusal import Refused
from publisher.words import _, mark

log = structlog.get_logger("publisher.accounts")


def look(world: World, account: Account) -> Standing:
    """Ask the outlet how the account stands; no session may be open. A channel that needs no token stands well.

    Raises `Refused` when settings or secrets cannot be read, or when the outlet gives no answer.
    """
    channel = open_channel(world, account)
    if not isinstance(channel, Watched):
        return Standing()
    if account.mode == "rehearsal" and not world.vault.open(account.secrets):
        return Standing(facts=((_("Diễn tập"), _("chưa kết nối; không gửi gì ra ngoài")),))
    try:
        return channel.standing()
    except (TryLater, Unknown) as error:
        raise Refused(_("Chưa hỏi được kênh: {why}").format(why=error.message)) from error


def check(world: World, actor: Actor, account_id: int) -> Standing:
    """Look at an account and write down what the outlet told; errors as `look`."""
    with world.db.reading() as session:
        account = accounts.get(session, account_id)
    standing = look(world, account)
    if is_watched(account):
        with world.db.writing() as session:
            health.note(session, actor, accounts.get(session, account_id), standing, clock.now())
    return standing


def is_watched(account: Account) -> bool:
    """Whether the account's outlet can be asked how it stands."""
    return issubclass(channel_type(account.channel), Watched)


def renewed(world: World, actor: Actor, account_id: int) -> tuple[Standing, int]:
    """Look at an account that has just got a new access; where it works, what the engine's pause held goes out.

    Returns the standing and how many deliveries were released. A pause by a person stays.
    """
    standing = check(world, actor, account_id)
    if not standing.usable:
        return standing, 0
    with world.db.writing() as session:
        account = accounts.get(session, account_id)
        paused_by = session.scalar(
            select(Audit.actor)
            .where(Audit.subject == "account", Audit.subject_id == account_id, Audit.act == "account.pause")
            .order_by(Audit.id.desc())
            .limit(1)
        )
        if account.state != "paused" or paused_by != CLOCK.name:
            return standing, 0
        return standing, accounts.resume(session, actor, account)


def watch_accounts_job() -> Job:
    """Return the clock job that asks the outlets how their accounts stand."""
    return Job("accounts", mark("Kiểm tra kết nối của các kênh"), 300, 1800, watch)


def watch(world: World) -> str:
    """Look at the accounts whose turn it is, each in one process only; return how many."""
    now = clock.now()
    watched = [name for name, channel in registry().items() if issubclass(channel, Watched)]
    with world.db.reading() as session:
        waiting = health.to_check(session, now, watched)
    looked = 0
    for account_id in waiting:
        with world.db.writing() as session:
            mine = health.begin(session, account_id, now)
        if not mine:
            continue
        try:
            check(world, CLOCK, account_id)
            looked += 1
        except Refused as error:
            log.warning("account.check", account=account_id, problem=error.message)
    with world.db.writing() as session:
        facebook.forget_old(session, now)
    return f"checked={looked}" if looked else ""
