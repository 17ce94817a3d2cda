"""Which deliveries are next, and taking them: the intent is committed before any outlet is called."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from channels.base import Receipt as Given
from publisher import clock, faults
from publisher.audit import CLOCK
from publisher.delivery.outlets import World, channel_type
from publisher.delivery.pacing import spend
from publisher.delivery.states import FINAL, LANDED, abandon, move
from publisher.model import Account, Attempt, Delivery, Post, Receipt, Rendering, Version
from publisher.words import _

LEASE_MARGIN = timedelta(seconds=10)  # beside the attempt itself: a busy machine, a slow commit


@dataclass(frozen=True)
class Claim:
    """One attempt that this process has taken: everything the call needs, with no session behind it."""

    delivery_id: int
    revision: int  # after taking it: whoever moves the delivery meanwhile raises it, and our word no longer counts
    number: int  # of the attempt
    kind: Literal["send", "find"]
    account: Account
    action: str
    post_id: int
    version: int
    key: str
    tries: int
    due_at: datetime
    notes: dict[str, Any]
    sha256: str  # of the approved rendering
    parts: list[dict[str, str]]
    warnings: list[str]
    standing: Given | None  # what stands at the outlet already, for amending and removing
    begin_before: datetime  # later the lease would not cover the attempt
    taken_at: float  # the same on the machine's own watch, which nobody sets back

    def in_time(self) -> bool:
        """Whether the lease still covers an attempt that begins now, whatever was done to the wall clock meanwhile."""
        return clock.now() <= self.begin_before and time.monotonic() - self.taken_at <= LEASE_MARGIN.total_seconds()

    @property
    def repeatable(self) -> bool:
        """Whether a second attempt can do no harm: replacing and removing; a correction of nothing publishes anew."""
        return self.action == "retract" or self.standing is not None


_BEFORE = aliased(Delivery)
# What a delivery follows, and what follows the same one but was planned earlier: a removal before the post returns.
# Each placement for itself: a broadcast about which nobody can tell must not hold up a correction of its article.
_EARLIER = and_(
    _BEFORE.follows_id == Delivery.follows_id, _BEFORE.id < Delivery.id, _BEFORE.placement == Delivery.placement
)
_UNSETTLED = (
    select(_BEFORE.id).where(or_(_BEFORE.id == Delivery.follows_id, _EARLIER), _BEFORE.state.not_in(FINAL)).exists()
)
_FIRST = (
    select(Delivery.wake_at)
    .where(Delivery.account_id == Account.id, Delivery.wake_at.is_not(None))
    .order_by(Delivery.wake_at)
    .limit(1)
    .scalar_subquery()
)
_WAKES = select(Account.id, Account.ready_at, _FIRST).where(Account.state == "active")
_ATTEMPTS = (
    select(func.coalesce(func.max(Attempt.number), 0))
    .where(Attempt.delivery_id == Delivery.id)
    .scalar_subquery()
    .label("attempts")
)
# Statements are built once: putting one together costs more than running it. Only states that want a look have a
# `wake_at`, so its index is the queue; a correction waits for what it corrects (P7).
_NEXT = (
    select(
        Delivery.id, Delivery.revision, Delivery.state, Delivery.action, Delivery.key, Delivery.tries, Delivery.due_at,
        Delivery.notes, Delivery.post_id, Delivery.late_allowed, Delivery.follows_id, Rendering.sha256, Rendering.parts,
        Rendering.warnings, Version.number, Post.approved, Post.state.label("post_state"),
        Delivery.look_first, _ATTEMPTS,
    )
    .join(Rendering, Rendering.id == Delivery.rendering_id)
    .join(Version, Version.id == Delivery.version_id)
    .join(Post, Post.id == Delivery.post_id)
    .where(Delivery.account_id == bindparam("account"), Delivery.wake_at <= bindparam("now"))
    .where(or_(Delivery.follows_id.is_(None), ~_UNSETTLED))
    .order_by(Delivery.wake_at, Delivery.id)
    .limit(bindparam("most"))
    .with_for_update(of=Delivery, skip_locked=True)
)  # fmt: skip
_LOCKED = select(Account).where(Account.id == bindparam("account")).with_for_update(key_share=True)
_deliveries: Any = Delivery.__table__  # the bare tables: nothing of these rows lives in the session
_BEGIN = (
    update(_deliveries)
    .where(_deliveries.c.id.in_(bindparam("taken", expanding=True)))
    .values(
        state="sending", reason="", hold="", wake_at=None, lease_until=bindparam("lease"), changed_at=bindparam("now"),
        tries=_deliveries.c.tries + 1, revision=_deliveries.c.revision + 1,
    )
)  # fmt: skip
_INTEND = insert(Attempt.__table__)  # type: ignore[arg-type]  # a Table, which mypy sees as FromClause


def wakes(session: Session, only: int | None = None) -> list[tuple[datetime, int]]:
    """Return when each active account (or `only` one) has something to do next, the longest waiting first."""
    rows = session.execute(_WAKES if only is None else _WAKES.where(Account.id == only))
    return sorted((max(at, ready or at), account_id) for account_id, ready, at in rows if at is not None)


def due_accounts(session: Session, now: datetime) -> list[int]:
    """Return the active accounts that have something to do now, the longest waiting first."""
    return [account_id for at, account_id in wakes(session) if at <= now]


def locked(session: Session, account_id: int) -> Account:
    """Return the account with its row locked: whoever takes its deliveries or spends its allowance goes in turn.

    Always the first lock of a transaction; rows that merely refer to the account (receipts) do not wait for it.
    """
    return session.execute(_LOCKED, {"account": account_id}, execution_options={"populate_existing": True}).scalar_one()


def claim(world: World, account_id: int, most: int = 1) -> list[Claim] | None:
    """Look at up to `most` of the account's next deliveries and take those that may go out; None when none is due.

    One short write transaction. An empty list means that all of them left the queue, and that there may be more.
    """
    faults.point("before_claim")
    with world.db.writing() as session:
        taken = take(session, locked(session, account_id), most)
    faults.point("after_claim")
    return taken


def take(session: Session, account: Account, most: int) -> list[Claim] | None:
    """Do the work of `claim` in the caller's transaction, for an account that it has locked.

    What is too late, unapproved or pointless leaves the queue here with its reason; of the others as many as the
    account's allowance covers become `sending` with a lease and an attempt row each.
    """
    now = clock.now()
    if account.state != "active" or (account.ready_at is not None and account.ready_at > now):
        return None
    rows = session.execute(_NEXT, {"account": account.id, "now": now, "most": most}).all()
    if not rows:
        return None
    looks = [row for row in rows if row.state == "unsure"]
    sends = [row for row in rows if row.state != "unsure" and not _turned_away(session, row, account, now)]
    given = spend(account, len(sends), now)
    if given < len(sends) and not looks and given == 0:
        return None
    session.flush()
    taken = _take(session, [*looks, *sends[:given]], account, now)
    faults.point("during_claim")
    session.expunge(account)
    return taken


def _turned_away(session: Session, row: Row[Any], account: Account, now: datetime) -> bool:
    """Take a delivery out of the queue that must not go out now; return whether it was one."""
    if row.look_first:
        looking = _("Hệ thống được khôi phục từ bản sao lưu: kiểm tra trên kênh trước khi gửi.")
        delivery = session.get_one(Delivery, row.id)
        move(session, delivery, "unsure", CLOCK, reason=looking, wake_at=now, look_first=False)
        return True
    if row.action == "retract":
        if standing_copy(session, row.follows_id) is not None:
            return False
        to, reason, hold = "cancelled", _("Không còn gì trên kênh để gỡ."), ""
    elif row.approved != row.number or row.post_state == "withdrawn":
        to, reason, hold = "cancelled", _("Bản này không còn được duyệt."), ""
    elif row.tries == 0 and not row.late_allowed and now - row.due_at > timedelta(hours=account.late_hours):
        late = _("Trễ quá {hours} giờ so với lịch: chọn gửi ngay, dời lịch hoặc hủy.")
        to, reason, hold = "held", late.format(hours=account.late_hours), "late"
    else:
        return False
    move(session, session.get_one(Delivery, row.id), to, CLOCK, reason=reason, hold=hold)
    return True


def _take(session: Session, rows: list[Row[Any]], account: Account, now: datetime) -> list[Claim]:
    """Write lease and attempt of each row; the rows are locked, so this needs no condition."""
    if not rows:
        return []
    kinds = (part["media_type"] for row in rows for part in row.parts)
    limit = timedelta(seconds=channel_type(account.channel).limits.longest(kinds))
    sending = [row.id for row in rows if row.state != "unsure"]
    lease = now + limit + LEASE_MARGIN
    if sending:
        session.execute(_BEGIN, {"taken": sending, "lease": lease, "now": now})
    if len(sending) < len(rows):
        # Looking changes nothing at the outlet, so it needs no lease; the next look is put off meanwhile.
        looked_at = [row.id for row in rows if row.state == "unsure"]
        abandon(session, looked_at)
        session.execute(update(_deliveries).where(_deliveries.c.id.in_(looked_at)).values(wake_at=lease))
    claims = [_claimed(session, row, account, now + LEASE_MARGIN) for row in rows]
    session.execute(
        _INTEND,
        [
            {"delivery_id": c.delivery_id, "number": c.number, "kind": c.kind, "started_at": now, "message": ""}
            for c in claims
        ],
    )
    return claims


def _claimed(session: Session, row: Row[Any], account: Account, begin_before: datetime) -> Claim:
    finding = row.state == "unsure"
    return Claim(
        delivery_id=row.id,
        revision=row.revision if finding else row.revision + 1,
        number=row.attempts + 1,
        kind="find" if finding else "send",
        account=account,
        action=row.action,
        post_id=row.post_id,
        version=row.number,
        key=row.key,
        tries=row.tries if finding else row.tries + 1,
        due_at=row.due_at,
        notes=row.notes,
        sha256=row.sha256,
        parts=row.parts,
        warnings=row.warnings,
        standing=standing_copy(session, row.follows_id) if row.action != "publish" else None,
        begin_before=begin_before,
        taken_at=time.monotonic(),
    )


def standing_copy(session: Session, follows_id: int | None) -> Given | None:
    """Return the receipt of what stands at the outlet: the landed delivery at the root of the chain of corrections."""
    before = session.get(Delivery, follows_id) if follows_id else None
    while before is not None:
        receipt = session.scalar(select(Receipt).where(Receipt.delivery_id == before.id))
        if before.state in LANDED and receipt is not None and receipt.remote_id is not None:
            return Given(receipt.kind, receipt.remote_id, receipt.url, receipt.accepted_at, receipt.detail)  # type: ignore[arg-type]  # CHECK kind
        before = session.get(Delivery, before.follows_id) if before.follows_id else None
    return None


def unclaim(world: World, claims: list[Claim]) -> None:
    """Give back what was taken but not begun in time: surely nothing of it was sent."""
    with world.db.writing() as session:
        for taken in claims:
            now = clock.now()
            session.execute(
                update(Attempt)
                .where(Attempt.delivery_id == taken.delivery_id, Attempt.number == taken.number)
                .where(Attempt.outcome.is_(None))
                .values(outcome="later", ended_at=now, message=_("Chưa gửi: nhường lượt cho lần sau."))
            )
            delivery = session.get_one(Delivery, taken.delivery_id)
            if taken.kind == "send" and delivery.revision == taken.revision:
                move(session, delivery, "waiting", CLOCK, wake_at=now, tries=taken.tries - 1)


def note_progress(world: World, claim: Claim, notes: dict[str, Any]) -> None:
    """Commit the channel's notes at once, so that a broken attempt continues where it stopped."""
    with world.db.writing() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == claim.delivery_id, Delivery.revision == claim.revision)
            .values(notes=notes)
        )
    faults.point("after_notes")
